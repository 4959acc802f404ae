"""Genes of every donor in one space that never saw the conditions, and how far the two conditions lie apart in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.graph.genes import given_genes
from engine.graph.network import network_of
from engine.methods import split_all, train
from engine.params import ContrastParams, EmbedParams, MethodParams, NetworkParams, TrainParams
from engine.progress import Progress, Span
from engine.tl.differential.design import Design
from engine.tl.differential.permute import Tested, permuted_test
from engine.tl.neighbours import nearest, unit_rows
from engine.tl.umap import umap
from engine.types import Dataset, DatasetSource, GeneGraph

MIN_CELLS = 50  # of a unit, for a network of its own
MOST = 12  # units a side that are trained together; of more, those with most cells
FEATURE_CELLS = 2000  # of a unit, whose residuals describe a gene
FEWEST = 2  # units a side, so that there is something to permute


@dataclass(frozen=True)
class Places:
    """Where each gene lies in both conditions.

    `control` and `case` the mean of its unit-length vectors over the units, float32 (n_genes, n_latent);
    `umap_control` and `umap_case` float32 (n_genes, 2), drawn together; `tested` the cosine distance of the two;
    `n_units` how many units were placed, `labellings` how many labellings they were compared with.
    """

    control: np.ndarray
    case: np.ndarray
    umap_control: np.ndarray
    umap_case: np.ndarray
    tested: Tested
    n_units: int
    labellings: int


def places(counts, genes: np.ndarray, depth: np.ndarray, design: Design, params: ContrastParams, *, device: str,
           checkpoint: Path, progress: Progress) -> tuple[Places | None, list[str]]:
    """The places of the genes, and sentences on the units that took no part; None where too few are left.

    Every unit is a dataset of one MuSe-GNN with one stack of layers for all, on the same genes. Neither the
    networks nor the training know which unit is a case, so what differs between the conditions is more than
    what differs between units only where permuted labels say so.

    Parameters
    ----------
    counts
        CSR (n_cells, n_genes) of the compared genes.
    depth
        Total counts of each cell, shape (n_cells,).
    """
    units, said = _units(design, MIN_CELLS)
    if not _enough(design, units):
        return None, said + _not_done(design)
    learned = EmbedParams(MethodParams(), NetworkParams(n_genes=max(len(genes), 20), feature_cells=FEATURE_CELLS),
                          training=TrainParams(epochs=params.epochs, held_out=0.0, seed=params.seed))  # fmt: skip
    graphs, joined = {}, []
    for i, unit in enumerate(units):
        progress.stage(f"Finding co-expression in {design.names[unit]}", 0.3 * i / len(units))
        graph = _network(counts, genes, depth, design, unit, learned.network, device)
        progress.check()
        if graph.edges.shape[1]:
            graphs[unit] = graph
            joined.append(unit)
        else:
            said.append(f"{design.names[unit]} took no part in the shared space: no genes are co-expressed in it.")
    joined = _whole_pairs(design, joined)
    if not _enough(design, joined):
        return None, said + _not_done(design)
    graphs = [graphs[unit] for unit in joined]
    progress.stage("Learning which genes keep company", 0.3)
    trained = train(graphs, split_all(graphs, learned), learned, device=device, checkpoint=checkpoint,
                    progress=Span(progress, 0.3, 0.9))  # fmt: skip
    vectors = np.stack([unit_rows(part) for part in trained.vectors])  # (n_units, n_genes, n_latent)
    progress.stage("Exchanging donors in the shared space", 0.9)
    part = replace(design, names=tuple(design.names[u] for u in joined), case=design.case[joined],
                   pair=None if design.pair is None else design.pair[joined])  # fmt: skip
    return _placed(vectors, part, params, Span(progress, 0.9, 1.0)), said


def mean_places(vectors: np.ndarray, case: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean vectors of the units that are no cases and of those that are, each (n_genes, n_latent)."""
    flat = vectors.reshape(len(vectors), -1)
    weights = np.stack([~case / max((~case).sum(), 1), case / max(case.sum(), 1)]).astype(np.float32)
    control, cases = (weights @ flat).reshape(2, *vectors.shape[1:])
    return control, cases


def cosine_distance(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """1 − cosine of the rows of two tables, shape (n_rows,)."""
    return 1 - np.einsum("ij,ij->i", unit_rows(one), unit_rows(two))


def _placed(vectors: np.ndarray, design: Design, params: ContrastParams, progress: Progress) -> Places:
    labellings = design.labellings(params.permutations, params.seed)
    tested = permuted_test(lambda case: cosine_distance(*mean_places(vectors, case)), labellings, progress=progress)
    control, case = mean_places(vectors, design.case)
    both = unit_rows(np.concatenate([control, case]))
    drawn = umap(both, nearest(both), seed=params.seed)
    n = len(control)
    return Places(control, case, drawn[:n], drawn[n:], tested, len(vectors), len(labellings))


def _units(design: Design, fewest_cells: int) -> tuple[list[int], list[str]]:
    """Units with cells enough, at most `MOST` a side; donors of a pair come or stay away together."""
    cells = np.bincount(design.cell_unit[design.cell_unit >= 0], minlength=len(design.names))
    few = np.flatnonzero(cells < fewest_cells)
    if design.pair is not None:
        few = np.flatnonzero(np.isin(design.pair, design.pair[few]))
    left = [unit for unit in range(len(cells)) if unit not in few]
    said = []
    if len(few):
        said.append(f"No part in the shared space, for fewer than {fewest_cells} cells: {_named(design, few)}.")
    kept = _largest(design, cells, left)
    if len(kept) < len(left):
        said.append(f"The shared space holds the {MOST} largest donors a side; {len(left) - len(kept)} others took "
                    "no part in it, and do in everything else.")  # fmt: skip
    return kept, said


def _largest(design: Design, cells: np.ndarray, units: list[int]) -> list[int]:
    if design.pair is not None:
        size = {pair: min(cells[u] for u in units if design.pair[u] == pair) for pair in design.pair[units]}
        pairs = sorted(size, key=lambda pair: -size[pair])[:MOST]
        return [unit for unit in units if design.pair[unit] in pairs]
    sides = [[unit for unit in units if design.case[unit] == side] for side in (False, True)]
    return sorted(unit for side in sides for unit in sorted(side, key=lambda u: -cells[u])[:MOST])


def _enough(design: Design, units: list[int]) -> bool:
    case = design.case[units]
    return bool(case.sum() >= FEWEST and (~case).sum() >= FEWEST)


def _whole_pairs(design: Design, units: list[int]) -> list[int]:
    """The units, without those whose other half is not among them."""
    if design.pair is None:
        return units
    pairs = design.pair[units].tolist()
    return [unit for unit in units if pairs.count(design.pair[unit]) == 2]


def _not_done(design: Design) -> list[str]:
    what = "donors" if design.unit != "cells" else "blocks of cells"
    return [f"Genes were not placed in a shared space: fewer than {FEWEST} {what} a side can take part."]


def _named(design: Design, units: np.ndarray) -> str:
    names = [design.names[unit] for unit in units]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _network(counts, genes: np.ndarray, depth: np.ndarray, design: Design, unit: int, params: NetworkParams,
             device: str) -> GeneGraph:
    import pandas as pd
    from anndata import AnnData

    cells = np.flatnonzero(design.cell_unit == unit)
    adata = AnnData(counts[cells], obs=pd.DataFrame(index=cells.astype(str)), var=pd.DataFrame(index=genes))
    dataset = Dataset(DatasetSource(design.names[unit], ""), adata, depth[cells])
    return network_of(dataset, given_genes(dataset, np.arange(len(genes)), params), params, device=device)
