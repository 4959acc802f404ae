"""The steps of a comparison, from the cells of a study to the tables and facts of a `Contrast`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.contrasts.facts import facts_of
from engine.contrasts.found import Composition, Found
from engine.contrasts.genes import compared_genes
from engine.contrasts.modules import modules_of
from engine.contrasts.shared_space import places
from engine.contrasts.sides import Sides, sides_of
from engine.io.pool import pool
from engine.params import ContrastParams
from engine.pp.residuals import log_mean
from engine.progress import Progress, Span
from engine.tl.composition import changed_composition, shares
from engine.tl.differential import changed_partners
from engine.tl.differential.design import Design
from engine.tl.expression import changed_expression, pseudobulk
from engine.types import ARMS, Study

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

ANTICONSERVATIVE = ("Cells stand for donors, so that p of the levels of expression tells how alike the cells of these "
                    "donors are, and not how alike people are: far too many genes will look changed.")  # fmt: skip


def contrast_of(study: Study, params: ContrastParams, *, device: str, checkpoint: Path,
                progress: Progress) -> tuple[AnnData, dict]:
    """The AnnData of a `Contrast`, and its facts but for content hashes and seconds."""
    cells = pool(study, by=params.by, donor=params.donor, batch=params.batch, progress=Span(progress, 0.0, 0.1))
    sides = sides_of(cells, params)
    design = sides.design(params.seed)
    progress.stage("Choosing genes", 0.1)
    cells = sides.cells
    chosen = compared_genes(cells.counts, design.cell_unit, design.case, params)
    sums = pseudobulk(cells.counts, design.cell_unit, len(design.names))
    counts, genes, depth = cells.counts[:, chosen], cells.genes[chosen], cells.depth
    composition = _composition(sides, design, params)
    progress.stage("Testing levels of expression", 0.15)
    expression, said = changed_expression(sums, design.case, pair=design.pair, genes=cells.genes)
    progress.check()
    progress.stage("Testing which genes changed their partners", 0.3)
    changes = changed_partners(counts, depth, design, permutations=params.permutations, seed=params.seed,
                               progress=Span(progress, 0.3, 0.55))  # fmt: skip
    modules = modules_of(changes, design, genes, seed=params.seed)
    changes = replace(changes, sums=None)  # hundreds of megabytes, which the shared space has better use for
    placed, apart = None, []
    if params.space == "donors":
        placed, apart = places(counts, genes, depth, design, params, device=device, checkpoint=checkpoint,
                               progress=Span(progress, 0.6, 1.0))  # fmt: skip
    loud = [ANTICONSERVATIVE] if design.unit == "cells" else []
    found = Found(sides, design, genes, changes, modules, placed, expression, composition,
                  [*design.warnings, *loud], [*cells.warnings, *apart, *said])  # fmt: skip
    table = gene_table(found, counts, depth)
    return _adata(found, table), facts_of(study, params, found, table)


def gene_table(found: Found, counts, depth: np.ndarray) -> pd.DataFrame:
    """A row per compared gene, as `engine.types.Contrast` describes it."""
    import pandas as pd

    changes, unit = found.changes, found.design.cell_unit
    case = np.where(unit >= 0, found.design.case[unit], False)
    sides = {"control": (unit >= 0) & ~case, "case": case}
    table = pd.DataFrame({f"mean_{side}": log_mean(counts[cells], depth[cells]) for side, cells in sides.items()},
                         index=pd.Index(found.genes, name="gene"))  # fmt: skip
    levels = found.expression.loc[found.genes]
    tested = {"partners": changes.partners, "neighbourhood": changes.neighbourhood,
              "placement": found.places.tested if found.places else None}  # fmt: skip
    for arm in ARMS[:3]:
        one = tested[arm]
        columns = (np.nan,) * 3 if one is None else (one.statistic, one.p, one.fdr)
        table[arm], table[f"{arm}_p"], table[f"{arm}_fdr"] = columns
    table["expression"], table["expression_p"], table["expression_fdr"] = (
        levels[name].to_numpy() for name in ("log2fc", "p", "fdr"))  # fmt: skip
    table["gained"], table["lost"], table["net"] = changes.gained, changes.lost, changes.net
    table["module"] = pd.Categorical(found.modules.labels)
    table["rank"] = _rank(table)
    return table


def _rank(table: pd.DataFrame) -> np.ndarray:
    """1 for the smallest FDR of changed partners, ties by the statistic; genes without one come last.

    With few labellings a changed gene's p says that no labelling beats the observed one, and no more: genes that
    Benjamini and Hochberg put at one level are ranked by how much they changed.
    """
    order = np.lexsort((-table["partners"].fillna(-np.inf), table["partners_fdr"].fillna(np.inf)))
    rank = np.empty(len(table), int)
    rank[order] = np.arange(1, len(table) + 1)
    return rank


def _adata(found: Found, table: pd.DataFrame) -> AnnData:
    from anndata import AnnData

    adata = AnnData(obs=table, var=found.expression)
    for name in ("control", "case", "control_se", "case_se", "change_se"):
        adata.obsp[name] = np.asarray(getattr(found.changes, name), np.float32)
    if found.places is not None:
        for name in ("control", "case", "umap_control", "umap_case"):
            adata.obsm[name] = np.asarray(getattr(found.places, name), np.float32)
    return adata


def _composition(sides: Sides, design: Design, params: ContrastParams) -> Composition | None:
    """Shares of cell types among all cells but those left out, whichever cell type is compared."""
    if sides.all_cells.cell_type is None:
        return None
    design = sides.design(params.seed, whole=True) if params.only else design
    types, share = shares(sides.all_cells.cell_type, design.cell_unit, len(design.names))
    return Composition(changed_composition(types, share, design.case, pair=design.pair), share, design.names)
