"""Study, Dataset and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidCounts, InvalidStudy
from engine.types.perturbations import PERTURBED_BY

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

MODALITIES = ("rna", "atac", "spatial", "protein", "effects")
ROLES = ("condition", "batch", "cell_type", "perturbation")


@dataclass(frozen=True)
class Roles:
    """Which `obs` column of the files plays which role; None where none does."""

    condition: str | None = None
    batch: str | None = None
    cell_type: str | None = None
    perturbation: str | None = None


@dataclass(frozen=True)
class Perturbed:
    """How the cells of a screen were perturbed, beside the role `perturbation` that says which gene.

    `kind` is knockout, interference or activation; `kind_column` names an `obs` column that says it of each cell
    where a file mixes them. `control` is the label of unperturbed cells; empty takes those that everybody uses (ctrl,
    control, non-targeting, NT …). `guides` names the `obsm` matrix of guide counts, and `guide_targets` the list in
    `uns` that says what each guide targets, where cells are told apart by guides and no column names their gene.
    """

    kind: str = ""
    kind_column: str = ""
    control: str = ""
    guides: str = ""
    guide_targets: str = ""

    def __post_init__(self) -> None:
        if self.kind and self.kind not in PERTURBED_BY:
            raise InvalidStudy(
                f"The kind of a perturbation is one of {', '.join(PERTURBED_BY)}, found '{self.kind}'. Correct it."
            )
        if bool(self.guides) != bool(self.guide_targets):
            raise InvalidStudy(
                "[perturbed] guides and guide_targets go together, found only one. Name the obsm matrix of guide "
                "counts and the uns list of what each guide targets."
            )


@dataclass(frozen=True)
class QcLimits:
    """Which cells are kept, each limit inclusive; None leaves it open.

    `min_counts` and `max_counts` bound a cell's total counts, `min_genes` the number of genes seen in
    it, `max_mito` the per cent of its counts in mitochondrial genes (names that begin with MT-).
    """

    min_counts: float | None = None
    max_counts: float | None = None
    min_genes: float | None = None
    max_mito: float | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is not None and not (number and value >= 0):
                raise InvalidStudy(f"QC limit '{name}' must be a number of 0 or more, found {value!r}. Correct it.")


@dataclass(frozen=True)
class DatasetSource:
    """Where one dataset of a study comes from, before it is read.

    `column` and `values` keep the cells whose `obs[column]` is one of `values`; `qc` drops poor ones.
    `counts` says where the counts are: `X`, `raw`, `layers/NAME`, `obsm/NAME` (surface proteins beside
    the genes), or `raw/log1p-1e4` when they must be had back from log1p(1e4 · count / depth). `depth`
    names the `obs` column with the total counts of a cell; None sums the matrix. `symbols` names the
    `var` column with gene symbols; None takes the names of `var`.
    """

    name: str
    path: str
    modality: str = "rna"
    tissue: str = "unknown"
    species: str = "human"
    condition: str = "none"
    column: str | None = None
    values: tuple[str, ...] = ()
    counts: str = "X"
    depth: str | None = None
    symbols: str | None = None
    qc: QcLimits = field(default_factory=QcLimits)

    def __post_init__(self) -> None:
        if self.modality not in MODALITIES:
            raise InvalidStudy(
                f"Dataset '{self.name}': modality must be one of {', '.join(MODALITIES)}, "
                f"found '{self.modality}'. Correct it in the study file."
            )
        if bool(self.column) != bool(self.values):
            raise InvalidStudy(
                f"Dataset '{self.name}': 'column' and 'values' go together, found only one. "
                "Give both to keep a part of the cells, or neither to keep all."
            )


@dataclass(frozen=True)
class Study:
    """The datasets that a person looks at together, with distinct names; at least two, or a screen.

    A dataset of the modality `effects` is a table of changes, a row a perturbation, without cells.
    """

    name: str
    title: str
    datasets: tuple[DatasetSource, ...]
    roles: Roles = field(default_factory=Roles)
    description: str = ""
    citation: str = ""
    perturbed: Perturbed = field(default_factory=Perturbed)

    @property
    def is_screen(self) -> bool:
        """Whether its cells were perturbed gene by gene, or it is a table of what that did."""
        guided = bool(self.roles.perturbation or self.perturbed.guides)
        return guided or any(source.modality == "effects" for source in self.datasets)

    def __post_init__(self) -> None:
        names = [source.name for source in self.datasets]
        if len(names) < 2 and not (names and self.is_screen):
            raise InvalidStudy(
                f"Study '{self.name}' needs at least two datasets to compare, found {len(names)}. "
                "Add a [[datasets]] block, or split a file by an obs column with 'column' and 'values'."
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidStudy(
                f"Study '{self.name}': dataset names must differ, found {', '.join(twice)} more than once. "
                "Rename one of them."
            )


@dataclass(frozen=True)
class Dataset:
    """One count matrix of one modality, tissue, species and condition.

    `adata.X` holds counts, shape (n_cells, n_genes); `depth` the total counts of each cell over
    all genes measured, shape (n_cells,); `cell_type` a label of each cell or None; `coordinates`
    the place of each spot in its tissue, float64 (n_cells, 2), or None; `obs` the columns of the
    file that were asked for, a row a cell, or None.
    """

    source: DatasetSource
    adata: AnnData
    depth: np.ndarray
    cell_type: np.ndarray | None = None
    coordinates: np.ndarray | None = None
    obs: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.depth.shape != (self.adata.n_obs,):
            raise InvalidCounts(
                f"Dataset '{self.source.name}': expected one depth a cell ({self.adata.n_obs}), "
                f"found shape {self.depth.shape}. Check the 'depth' column of the study file."
            )
        if not (np.isfinite(self.depth).all() and (self.depth > 0).all()):
            bad = int((~(self.depth > 0)).sum())
            raise InvalidCounts(
                f"Dataset '{self.source.name}': every cell needs a total count above 0, found {bad} "
                "without. Drop empty cells before the study is made."
            )

    @property
    def name(self) -> str:
        return self.source.name
