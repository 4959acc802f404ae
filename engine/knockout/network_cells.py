"""The cells that a network is fitted in: those of a study that nobody perturbed, their types and the genes kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidStudy
from engine.io.pool import Cells, label_text, pool, rna_of
from engine.progress import Progress
from engine.screens import named_datasets
from engine.screens.names import CONTROL, name_labels
from engine.types import Study

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

MOST_CELLS = 20_000  # that the regression looks at
KEPT_CELLS = 5_000  # that are kept to be simulated and drawn
LEAST_OF_TYPE = 50  # cells of a type that has a network of its own
FLOOR = 200  # cells that sampling leaves a type, where it has them
LEAST_CELLS = 10  # that a gene is seen in, to count as measured
ALL, RARE = "all cells", "rare types together"


@dataclass(frozen=True)
class NetworkCells:
    """Log levels of unperturbed cells and the type that each is simulated as.

    `x` log1p of counts per 10,000, CSR float32 (n_cells, n_genes), of all genes that are seen; `counts` the same as
    counts; `cell_type` text (n_cells,), `annotated` the label of the study; `notes` sentences.
    """

    x: sparse.csr_matrix
    counts: sparse.csr_matrix
    genes: np.ndarray
    cell_type: np.ndarray
    annotated: np.ndarray
    dataset: np.ndarray
    depth: np.ndarray
    notes: tuple[str, ...] = ()

    @property
    def types(self) -> list[str]:
        """Cell types by their number of cells, the largest first."""
        names, counts = np.unique(self.cell_type.astype(str), return_counts=True)
        return names[np.argsort(-counts, kind="stable")].tolist()

    def of(self, keep: np.ndarray) -> NetworkCells:
        """Some of the cells, by their places."""
        parts = ("x", "counts", "cell_type", "annotated", "dataset", "depth")
        return replace(self, **{name: getattr(self, name)[keep] for name in parts})


def cells_of(study: Study, *, seed: int, progress: Progress, datasets: str = "") -> NetworkCells:
    """The unperturbed cells of a study's RNA datasets, at most `MOST_CELLS`, on the genes that are seen.

    Raises
    ------
    InvalidStudy
        When it has no cells with RNA, no control among perturbed cells, or fewer than `LEAST_OF_TYPE` cells.
    """
    if {source.modality for source in study.datasets} == {"effects"}:
        raise InvalidStudy(f"A simulation needs cells, and '{study.name}' is a table of changes without any. Learn "
                           "from the table instead, or choose a study of cells.")  # fmt: skip
    column = study.roles.perturbation or ""
    if study.is_screen and not column:
        raise InvalidStudy(f"The cells of '{study.name}' are told apart by their guides alone, so that none is known "
                           "to be unperturbed. Learn from the screen instead, or choose other cells.")  # fmt: skip
    named = [source.name for source in named_datasets(study, datasets)]
    found = pool(study, by=column, progress=progress)
    found = found.of(np.isin(found.dataset.astype(str), named)) if named else found
    found, notes = _unperturbed(study, found, column)
    notes += [f"Only cells of {', '.join(named)} were looked at."] if named else []
    notes = [*found.warnings, *notes]
    if len(found.depth) < LEAST_OF_TYPE:
        raise InvalidStudy(f"A simulation needs {LEAST_OF_TYPE} cells or more, and '{study.name}' has "
                           f"{len(found.depth)} that nobody perturbed. Choose a study with more cells.")  # fmt: skip
    if not column and len(set(found.level)) > 1:
        notes.append(f"Cells of {len(set(found.level))} conditions ({', '.join(sorted(set(found.level))[:4])}) are "
                     "fitted together: what differs between them counts as regulation.")  # fmt: skip
    labels = _labels(found)
    few = sample(labels, MOST_CELLS, seed)
    if len(few) < len(labels):
        notes.append(f"{len(few):,} of {len(labels):,} cells were looked at, drawn by chance within each type.")
    found, labels = found.of(few), labels[few]
    labels, said = _with_enough(labels)
    kept = np.flatnonzero(labels != "")
    return _levels(found.of(kept), labels[kept], _labels(found)[kept], (*notes, *said))


def _unperturbed(study: Study, cells: Cells, column: str) -> tuple[Cells, list[str]]:
    if not column:
        return cells, []
    label, levels = study.perturbed.control, np.array([str(level) for level in cells.level])
    names = name_labels(sorted(set(levels)), set(cells.genes.tolist()), control=label)
    control = np.array([names[level] == CONTROL for level in levels])
    if not control.any():
        known = ", ".join(sorted(set(levels))[:8])
        raise InvalidStudy(f"No cell of '{study.name}' is a control: expected {label or 'control, ctrl, NT …'} in "
                           f"'{column}', found {known}. Name the label of the control cells in the study.")  # fmt: skip
    return cells.of(control), [f"Only the {int(control.sum()):,} control cells of {len(control):,} were looked at."]


def _labels(cells: Cells) -> np.ndarray:
    if cells.cell_type is None:
        return np.full(len(cells.depth), ALL, dtype=object)
    return np.array([label_text(label) or "" for label in cells.cell_type], dtype=object)


def _with_enough(labels: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Types with few cells put together, or left out where they have too few together; and what was done."""
    names, counts = np.unique(labels.astype(str), return_counts=True)
    few = [str(name) for name, count in zip(names, counts, strict=True) if count < LEAST_OF_TYPE and name]
    rare, said = np.isin(labels.astype(str), few), []
    if (labels == "").any():
        said.append(f"{int((labels == '').sum()):,} cells without a cell type were left out.")
    if not few:
        return labels, said
    listed, labels = ", ".join(few), labels.copy()
    if rare.sum() >= LEAST_OF_TYPE:
        labels[rare] = RARE
        return labels, [*said, f"Types with fewer than {LEAST_OF_TYPE} cells share one network: {listed}."]
    if rare.sum() == (labels != "").sum():
        labels[labels != ""] = ALL
        return labels, [*said, f"No cell type has {LEAST_OF_TYPE} cells: all share one network."]
    labels[rare] = ""
    return labels, [*said, f"Left out, with fewer than {LEAST_OF_TYPE} cells together: {listed}."]


def sample(labels: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Places of about `most` cells, rising: of each type its share, but `FLOOR` where it has them."""
    if len(labels) <= most:
        return np.arange(len(labels))
    rng, kept = np.random.default_rng(seed), []
    for name in np.unique(labels.astype(str)):
        of_type = np.flatnonzero(labels.astype(str) == name)
        quota = min(len(of_type), max(FLOOR, round(most * len(of_type) / len(labels))))
        kept.append(rng.choice(of_type, quota, replace=False))
    return np.sort(np.concatenate(kept))


def _levels(cells: Cells, labels: np.ndarray, annotated: np.ndarray, notes: Sequence[str]) -> NetworkCells:
    seen = np.flatnonzero(np.diff(cells.counts.tocsc().indptr) >= LEAST_CELLS)
    counts = cells.counts[:, seen].tocsr()
    x = counts.multiply(1e4 / cells.depth[:, None]).tocsr().astype(np.float32)
    x.data = np.log1p(x.data)
    return NetworkCells(x, counts, cells.genes[seen], labels, annotated, cells.dataset, cells.depth, tuple(notes))


def levels_by_type(cells: NetworkCells) -> pd.DataFrame:
    """A row a cell type and gene: cell_type, gene, mean log level, detected (share of cells with a count)."""
    import pandas as pd

    parts = []
    for name in cells.types:
        x = cells.x[cells.cell_type == name]
        parts.append(pd.DataFrame({"cell_type": name, "gene": cells.genes, "mean": np.asarray(x.mean(axis=0)).ravel(),
                                   "detected": np.diff(x.tocsc().indptr) / x.shape[0]}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def species_of(study: Study) -> str:
    """The species of the RNA datasets."""
    return rna_of(study)[0][0].species
