"""What each fix does: another view of the matrix, other names of its cells or genes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.check import naming
from engine.check.counts import genes_of
from engine.check.identifiers import ENSEMBL, identify, without_version
from engine.check.scan import Scan
from engine.check.views import Filled, Gathered, Kept, selection, turned
from engine.errors import InvalidParameter, closest
from engine.io.genes import GeneTable
from engine.io.matrix import Matrix, Opened
from engine.io.report import FIXES

if TYPE_CHECKING:
    import pandas as pd

EARLIER = "earlier_name"  # the var column with the names that genes had in the original


@dataclass(frozen=True)
class Content:
    """What a study will read: counts (n_cells, n_genes), tables of cells and genes, coordinates and proteins.

    `notes` are sentences on what the fixes did.
    """

    matrix: Matrix
    obs: pd.DataFrame
    var: pd.DataFrame
    obsm: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def genes(self) -> list[str]:
        """Names of the genes."""
        return list(self.var.index.astype(str))


@dataclass(frozen=True)
class Helpers:
    """Knowledge that some fixes need: the gene table of the species, its human orthologs; None where not here."""

    genes: GeneTable | None = None
    orthologs: dict[str, str] | None = None


def ordered(fixes: Sequence[str]) -> tuple[str, ...]:
    """The fixes in the order in which they are applied.

    Raises
    ------
    InvalidParameter
        When one is not known.
    """
    for fix in fixes:
        if fix not in FIXES:
            near = closest(fix, FIXES) or list(FIXES)
            raise InvalidParameter(f"There is no fix '{fix}'. Expected one of {', '.join(near)}.")
    return tuple(fix for fix in FIXES if fix in fixes)


def turned_around(opened: Opened) -> Opened:
    """The file with cells and genes swapped; a raw matrix of other genes is left behind, and so is `obsm`."""
    kept = {key: turned(matrix) for key, matrix in opened.matrices.items() if key != "raw"}
    if not kept:
        raise InvalidParameter("Only a raw matrix is there, and it cannot be turned around. Leave out 'transpose'.")
    return replace(opened, obs=opened.var, var=opened.obs, matrices=kept, raw_var=None, obsm={})


def filled(opened: Opened) -> Opened:
    """The file with missing values read as 0, before anything is summed."""
    return replace(opened, matrices={key: Filled(matrix) for key, matrix in opened.matrices.items()})


def content_of(opened: Opened, key: str) -> Content:
    """The content of a file with one of its matrices."""
    return Content(opened.matrices[key], opened.obs, genes_of(opened, key), opened.obsm)


def rename_and_gather(content: Content, fixes: Sequence[str], helpers: Helpers) -> Content:
    """Apply the fixes of names and columns among `fixes`, in the order of `FIXES`."""
    for fix in fixes:
        if fix in COLUMN_FIXES:
            content = COLUMN_FIXES[fix](content, helpers)
    return content


def drop_empty(content: Content, facts: Scan, fixes: Sequence[str]) -> tuple[Content, Scan]:
    """Leave out empty cells and genes, when asked, and the facts of what stays.

    Emptiness is that of the outcome, so that a cell without a gene after the other fixes goes too.
    """
    from engine.io.qc import CellFacts

    cells, genes = np.flatnonzero(~facts.empty_cells), np.flatnonzero(~facts.empty_genes)
    for fix, kept, size, what in (("drop-empty-cells", cells, facts.shape[0], "cells"),
                                  ("drop-empty-genes", genes, facts.shape[1], "genes")):  # fmt: skip
        if fix in fixes and len(kept) == size:
            raise needless(fix, f"there are no empty {what}")
    if "drop-empty-genes" in fixes:
        content = _select_genes(content, genes)
        facts = replace(facts, gene_cells=facts.gene_cells[genes], shape=(facts.shape[0], len(genes)))
    if "drop-empty-cells" in fixes:
        obsm = {key: getattr(value, "iloc", value)[cells] for key, value in content.obsm.items()}
        content = replace(content, matrix=Kept(content.matrix, cells), obs=content.obs.iloc[cells], obsm=obsm)
        kept = CellFacts(*(values[cells] for values in vars(facts.cells).values()))
        facts = replace(facts, cells=kept, shape=(len(cells), facts.shape[1]))
    return content, facts


def needless(fix: str, why: str) -> InvalidParameter:
    """The error that says why a fix does not apply."""
    return InvalidParameter(f"'{FIXES[fix]}' does not apply here: {why}. Leave it out ({fix}).")


def _strip_versions(content: Content, helpers: Helpers) -> Content:
    if not any((found := ENSEMBL.fullmatch(name)) and found[2] for name in content.genes):
        raise needless("strip-versions", "no gene has an Ensembl id with a version")
    return _renamed(content, [without_version(name) for name in content.genes])


def _map_identifiers(content: Content, helpers: Helpers) -> Content:
    column = naming.symbol_column(content.var)
    if identify(content.genes).kind == "peaks":
        raise needless("map-identifiers", "peaks have no symbols")
    if helpers.genes is not None:
        symbols = naming.texts(content.var[column]) if column and identify(content.genes).kind != "symbol" else ()
        found = naming.approved(content.genes, helpers.genes, symbols=symbols)
    elif column:
        found = naming.from_column(content.genes, content.var, column)
    else:
        raise needless("map-identifiers", "no gene table of the species is here; fetch one first")
    content = _renamed(content, found.names)
    return replace(content, notes=(*content.notes, found.say() + "."))


def _sum_duplicates(content: Content, helpers: Helpers) -> Content:
    import pandas as pd
    from scipy import sparse

    codes, unique = pd.factorize(pd.Index(content.genes))
    if len(unique) == len(codes):
        raise needless("sum-duplicates", "no gene is there twice")
    gather = sparse.csr_matrix((np.ones(len(codes)), (np.arange(len(codes)), codes)))
    first = np.unique(codes, return_index=True)[1]
    return replace(content, matrix=Gathered(content.matrix, gather), var=content.var.iloc[first])


def _unique_cells(content: Content, helpers: Helpers) -> Content:
    from anndata.utils import make_index_unique

    names = content.obs.index.astype(str)
    if names.is_unique:
        raise needless("unique-cells", "no two cells have the same name")
    obsm = dict(content.obsm)
    if hasattr(obsm.get("protein"), "set_axis"):
        obsm["protein"] = obsm["protein"].set_axis(make_index_unique(names))
    return replace(content, obs=content.obs.set_axis(make_index_unique(names)), obsm=obsm)


def _gene_activity(content: Content, helpers: Helpers) -> Content:
    from engine.pp.gene_activity import activity_gather

    if identify(content.genes).kind != "peaks":
        raise needless("gene-activity", "the columns are genes, not peaks")
    if not naming.has_positions(helpers.genes):
        raise needless("gene-activity", "no gene table with positions is here; fetch one first")
    gather, genes = activity_gather(np.array(content.genes), helpers.genes)
    if not len(genes):
        raise needless("gene-activity", "no peak lies in a gene; the gene table may be of another genome")
    return _gathered(content, gather, genes, "peaks")


def _human_orthologs(content: Content, helpers: Helpers) -> Content:
    from engine.pp.orthologs import ortholog_gather

    if helpers.orthologs is None:
        raise needless("human-orthologs", "the species has no table of human orthologs here, or is human")
    gather, genes = ortholog_gather(np.array(content.genes), helpers.orthologs)
    if not len(genes):
        raise needless("human-orthologs", "no gene has a human ortholog; give genes their symbols first")
    lost = len(content.genes) - gather.nnz
    content = _gathered(content, gather, genes, "genes_summed")
    note = f"{len(genes):,} human orthologs; {lost:,} genes without just one ortholog were left out."
    return replace(content, notes=(*content.notes, note))


COLUMN_FIXES: dict[str, Callable[[Content, Helpers], Content]] = {
    "strip-versions": _strip_versions,
    "map-identifiers": _map_identifiers,
    "sum-duplicates": _sum_duplicates,
    "unique-cells": _unique_cells,
    "gene-activity": _gene_activity,
    "human-orthologs": _human_orthologs,
}


def _renamed(content: Content, names: Sequence[str]) -> Content:
    var = content.var if EARLIER in content.var else content.var.assign(**{EARLIER: content.genes})
    return replace(content, var=var.set_axis(list(names)))


def _gathered(content: Content, gather: Any, genes: Sequence[str], number: str) -> Content:
    """Genes made of several columns; `number` names the var column that says of how many."""
    import pandas as pd

    columns = gather.tocsc()
    made = np.flatnonzero(np.diff(columns.indptr))
    columns = columns[:, made]
    first = columns.indices[columns.indptr[:-1]]
    facts = {EARLIER: np.asarray(content.genes, object)[first], number: np.diff(columns.indptr)}
    var = pd.DataFrame(facts, index=np.asarray(genes, object)[made])
    return replace(content, matrix=Gathered(content.matrix, columns), var=var)


def _select_genes(content: Content, genes: np.ndarray) -> Content:
    gather = selection(len(content.var), genes)
    return replace(content, matrix=Gathered(content.matrix, gather), var=content.var.iloc[genes])
