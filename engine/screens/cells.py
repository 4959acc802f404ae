"""The cells of a screen with what was done to each, and with whom it is compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter, InvalidStudy, closest
from engine.io.dataset import need_column
from engine.io.guides import guide_counts
from engine.io.pool import label_text
from engine.io.streaming import CellStream
from engine.params import ScreenParams
from engine.screens.guides import Assigned, assign
from engine.screens.kinds import one_kind
from engine.screens.names import CONTROL, name_labels
from engine.screens.strata import strata_of
from engine.types import Study

if TYPE_CHECKING:
    from scipy import sparse

MANY_GUIDES = (
    "Cells of this screen took many guides each, of which the file may show a few: a cell without them is not an "
    "unperturbed cell. The control of a perturbation are all cells without its guides: what else was perturbed is on "
    "both sides, and dilutes the change."
)
ELEMENT = re.compile(r"chr(\d+|[XYM]|MT)\b|.*(candidate|enhancer|peak|promoter)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class ScreenCells:
    """Cells of one or more datasets on the genes that all have, and what was done to each.

    `has` says which cell has which of `names`, bool CSR (n_cells, n_perturbations); `control` which cells are
    unperturbed, bool (n_cells,), or None where cells took many guides each and the control of a perturbation are the
    cells without it. `stratum` numbers those that are compared with each other: cells of one dataset, condition, batch
    and cell type, as far as these have controls; −1 of cells that take no part. `dropped` says why labels are left
    out, `warnings` what else there is to know, `control_label` who the controls are.
    """

    streams: tuple[CellStream, ...]
    genes: np.ndarray
    names: list[str]
    has: sparse.csr_matrix
    control: np.ndarray | None
    stratum: np.ndarray
    strata: list[str]
    kind: str
    dropped: dict[str, str]
    warnings: list[str] = field(default_factory=list)
    matched_by: tuple[str, ...] = ()
    control_label: str = ""

    @property
    def n_cells(self) -> int:
        return len(self.stratum)

    @property
    def pool(self) -> np.ndarray:
        """The cells that controls are taken from: unperturbed ones, or all; bool (n_cells,)."""
        return self.stratum >= 0 if self.control is None else self.control

    def blocks(self, keep: np.ndarray) -> Iterator[tuple[np.ndarray, sparse.csr_matrix]]:
        """Log-normalised values of some cells on `genes`: their places, and CSR float32 (n, n_genes)."""
        start = 0
        for stream in self.streams:
            stop = start + len(stream.cells)
            at = None if np.array_equal(stream.genes, self.genes) else _places(stream.genes, self.genes)
            for inside, values in stream.blocks(keep[start:stop]):
                yield inside + start, values if at is None else values[:, at]
            start = stop


def cells_of(study: Study, streams: tuple[CellStream, ...], params: ScreenParams) -> ScreenCells:
    """Read the labels of all cells, choose kind and cell type, and drop perturbations of too few cells.

    Raises
    ------
    InvalidStudy
        When there is no control, no perturbation with enough cells, no kind or several, or no common gene.
    InvalidParameter
        When the cell type is not there.
    """
    genes = _common_genes(streams)
    labels = [_labels(study, stream) for stream in streams]
    keep, kind = _chosen(study, streams, params)
    if study.perturbed.guides:
        names, has, control, dropped, said = _by_guides(study, streams, keep)
        label = "cells without its guides" if control is None else "control guides"
    else:
        texts = np.concatenate([part["perturbation"] for part in labels])
        names, has, control, dropped, label = _by_label(texts, keep, study, genes)
        said = []
    names, has, few = _large(names, has, params.min_cells)
    stratum, strata, by, unmatched = strata_of(study, streams, labels, has, control, keep)
    return ScreenCells(streams, genes, names, has, control, stratum, strata, kind, {**dropped, **few},
                       [*said, *unmatched], by, label)  # fmt: skip


def _common_genes(streams: tuple[CellStream, ...]) -> np.ndarray:
    times = Counter(gene for stream in streams for gene in stream.genes)
    genes = np.array([gene for gene in streams[0].genes if times[gene] == len(streams)])
    if not len(genes):
        told = "; ".join(f"{s.source.name}: {', '.join(s.genes[:3])}" for s in streams[:4])
        raise InvalidStudy(f"The datasets have no gene in common ({told}). Name their genes in the same way.")
    return genes


def _labels(study: Study, stream: CellStream) -> dict[str, np.ndarray]:
    """Text of each cell for every role that is given."""
    found = {}
    for role, column in vars(study.roles).items():
        if column is not None:
            need_column(stream.obs, column, f"role '{role}'", stream.source)
            found[role] = column_text(stream, column)
    return found


def column_text(stream: CellStream, column: str) -> np.ndarray:
    """A column of `obs` as text, "" where the file has nothing."""
    values = stream.obs[column].astype(object)
    return np.array([label_text(value) or "" for value in values.where(values.notna(), None)], dtype=object)


def _chosen(study: Study, streams: tuple[CellStream, ...], params: ScreenParams) -> tuple[np.ndarray, str]:
    """Which cells are of the kind and the cell type that are looked at, and the kind."""
    keep, column = np.ones(sum(len(stream.cells) for stream in streams), bool), study.perturbed.kind_column
    where, labels = f"Study '{study.name}'", np.array([])
    if column:
        for stream in streams:
            need_column(stream.obs, column, "[perturbed] kind_column", stream.source)
        labels, where = np.concatenate([column_text(stream, column) for stream in streams]), f"Column '{column}'"
    kind, words = one_kind(set(labels.tolist()) - {""}, given=study.perturbed.kind, wanted=params.kind, where=where)
    if column:
        keep &= np.isin(labels, list(words))
    if params.cell_type:
        keep &= _of_type(study, streams, params.cell_type)
    return keep, kind


def _of_type(study: Study, streams: tuple[CellStream, ...], wanted: str) -> np.ndarray:
    column = study.roles.cell_type
    if column is None:
        raise InvalidParameter(f"The cell type '{wanted}' was asked for, and study '{study.name}' has no column of "
                               "cell types. Name one as the role cell_type, or look at all cells.")  # fmt: skip
    types = np.concatenate([column_text(stream, column) for stream in streams])
    if wanted not in types:
        near = closest(wanted, set(types)) or sorted(set(types))[:8]
        raise InvalidParameter(f"No cell is of the cell type '{wanted}'. Found: {', '.join(near)}.")
    return types == wanted


def _by_label(texts: np.ndarray, keep: np.ndarray, study: Study, genes: np.ndarray):
    """Names, membership, controls, what is left out, and the labels of controls, from a column of labels."""
    import pandas as pd
    from scipy import sparse

    codes, labels = pd.factorize(texts)
    canonical = name_labels(map(str, labels), set(genes.tolist()), control=study.perturbed.control)
    name_of = np.array([canonical[str(label)] for label in labels], dtype=object)
    control = (name_of == CONTROL)[codes] & keep
    if not control.any():
        raise _no_control(study, [str(label) for label, n in Counter(texts[keep]).most_common() if label])
    names = sorted({name for name in name_of[np.unique(codes[keep])] if name not in (CONTROL, "")})
    place = {name: i for i, name in enumerate(names)}
    cell = np.array([place.get(name, -1) for name in name_of])[codes]
    cells = np.flatnonzero((cell >= 0) & keep)
    has = sparse.csr_matrix((np.ones(len(cells), bool), (cells, cell[cells])), shape=(len(texts), len(names)))
    empty = int(((name_of == "")[codes] & keep).sum())
    dropped = {"no single guide": f"{empty:,} cells say no gene, or several guides"} if empty else {}
    said = sorted({str(label) for label, name in zip(labels, name_of, strict=True) if name == CONTROL})
    return names, has, control, dropped, ", ".join(said[:3]) + (" …" if len(said) > 3 else "")


def _no_control(study: Study, labels: list[str]) -> InvalidStudy:
    asked = f"'{study.perturbed.control}'" if study.perturbed.control else "control"
    return InvalidStudy(
        f"Perturbed cells are compared with controls, and no cell is labelled {asked} in "
        f"'{study.roles.perturbation}'. Found: {', '.join(labels[:12])}{' …' if len(labels) > 12 else ''}. Name the "
        "label of unperturbed cells: 'Label of controls' in the form of the study, or control = \"…\" under "
        "[perturbed] in its file."
    )


def _by_guides(study: Study, streams: tuple[CellStream, ...], keep: np.ndarray):
    """Names, membership, controls (None where cells took many guides), what is left out, and sentences."""
    parts = []
    for stream in streams:
        counts, targets = guide_counts(stream.source.path, study.perturbed.guides, study.perturbed.guide_targets)
        parts.append(assign(counts[stream.cells], targets, stream.obs))
    names, has = _side_by_side(parts)
    has = has.multiply(keep[:, None]).tocsr().astype(bool)
    many = any(part.many for part in parts)
    control = np.asarray(has[:, [names.index(CONTROL)]].todense()).ravel() if CONTROL in names else ~keep & keep
    if not many and not control.any():
        raise InvalidStudy(f"No cell has a control guide. Targets found: {', '.join(names[:12])}. Call those of "
                           "control guides non-targeting.")  # fmt: skip
    weak, tied = (sum(getattr(part, what) for part in parts) for what in ("weak", "tied"))
    few = f"{weak:,} cells have too few counts of every guide, {tied:,} have two that tie: left out."
    dropped = {name: "its guides target no gene but a place in the genome" for name in names if not _is_gene(name)}
    kept = [name for name in names if name != CONTROL and name not in dropped]
    said = [parts[0].rule, MANY_GUIDES if many else few]
    return kept, has[:, [names.index(name) for name in kept]], None if many else control, dropped, said


def _side_by_side(parts: list[Assigned]) -> tuple[list[str], sparse.csr_matrix]:
    """The targets of all datasets, and which cell has which, the cells of one after those of the other."""
    from scipy import sparse

    names = list(dict.fromkeys(name for part in parts for name in part.targets))
    wide = []
    for part in parts:
        coo, at = part.has.tocoo(), np.array([names.index(name) for name in part.targets])
        wide.append(sparse.csr_matrix((coo.data, (coo.row, at[coo.col])), shape=(coo.shape[0], len(names))))
    return names, sparse.vstack(wide, format="csr")


def _is_gene(name: str) -> bool:
    """Whether a target can be a gene: a place in the genome, such as `chr1.11880_top_two`, is none."""
    return not ELEMENT.match(name)


def _large(names: list[str], has, min_cells: int):
    """The perturbations with enough cells, their columns, and why the others are left out."""
    n = np.asarray(has.sum(axis=0)).ravel()
    large = np.flatnonzero(n >= min_cells)
    if not len(large):
        most = f"the largest, {names[int(n.argmax())]}, has {int(n.max())}" if len(names) else "there is none at all"
        raise InvalidStudy(f"A perturbation needs at least {min_cells} cells, and no one of {len(names)} has so many: "
                           f"{most}. Lower the fewest cells, or join more cells.")  # fmt: skip
    few = {names[i]: f"{int(n[i])} cells, fewer than {min_cells}" for i in np.flatnonzero(n < min_cells)}
    return [names[i] for i in large], has[:, large].tocsr(), few


def _places(names: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[name] for name in wanted])
