"""The words that carry the project: Study, Dataset, GeneGraph, GeneEmbedding, Contrast, CausalExplanation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import InvalidCounts, InvalidStudy

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

MODALITIES = ("rna", "atac", "spatial", "protein")
ROLES = ("condition", "batch", "cell_type", "perturbation")
META = "geneweave"  # the key of `uns` under which an artifact carries its facts, as JSON


@dataclass(frozen=True)
class Roles:
    """Which `obs` column of the files plays which role; None where none does."""

    condition: str | None = None
    batch: str | None = None
    cell_type: str | None = None
    perturbation: str | None = None


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
    """The datasets that a person looks at together; at least two, with distinct names."""

    name: str
    title: str
    datasets: tuple[DatasetSource, ...]
    roles: Roles = field(default_factory=Roles)
    description: str = ""
    citation: str = ""

    def __post_init__(self) -> None:
        names = [source.name for source in self.datasets]
        if len(names) < 2:
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


@dataclass(frozen=True)
class GeneGraph:
    """The co-expression graph of one dataset.

    `adata` has a row a gene: `X` the node features, float32 (n_genes, n_cells), Pearson residuals;
    `obs` mean (log1p counts per 10,000), detected (fraction of cells), residual_variance;
    `obsp['coexpression']` CS-CORE estimates and `obsp['statistic']` its test statistics, sparse,
    symmetric, without diagonal, on the edges alone; `obsm['mean_by_cell_type']` and
    `obsm['detected_by_cell_type']` float32 (n_genes, n_cell_types), in the order of `cell_types`.
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Dataset name, modality, tissue, species, condition, n_cells, parameters, versions."""
        return json.loads(self.adata.uns[META])

    @property
    def name(self) -> str:
        return self.facts["dataset"]

    @cached_property
    def genes(self) -> np.ndarray:
        """Gene symbols, shape (n_genes,)."""
        return self.adata.obs_names.to_numpy().astype(str)

    @property
    def n_genes(self) -> int:
        return self.adata.n_obs

    @property
    def cell_types(self) -> list[str]:
        """Cell types of the dataset in alphabetical order; empty where they are not known."""
        return self.facts["cell_types"]

    @property
    def features(self) -> np.ndarray:
        """Pearson residuals, float32, shape (n_genes, n_cells)."""
        return self.adata.X

    @cached_property
    def _upper(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row, column and statistic of every edge i < j, in row-major order."""
        ties = self.adata.obsp["statistic"].tocoo()
        keep = ties.row < ties.col
        order = np.lexsort((ties.col[keep], ties.row[keep]))
        return ties.row[keep][order], ties.col[keep][order], ties.data[keep][order]

    @cached_property
    def edges(self) -> np.ndarray:
        """Undirected edges i < j, int64, shape (2, n_edges), row-major order."""
        return np.stack(self._upper[:2]).astype(np.int64)

    @property
    def statistic(self) -> np.ndarray:
        """Signed CS-CORE test statistic of each edge, shape (n_edges,)."""
        return self._upper[2]

    @property
    def density(self) -> float:
        """Share of the possible gene pairs that are edges."""
        return self.edges.shape[1] / (self.n_genes * (self.n_genes - 1) / 2)


@dataclass(frozen=True)
class GeneEmbedding:
    """Genes of every dataset in one space.

    `adata` has a row per (dataset, gene), named `dataset|gene`: `X` the embedding, float32
    (n_rows, n_latent); `obs` gene, dataset, modality, tissue, species, condition, cluster
    ("1" is the largest), mean, detected, degree, common (gene is in every dataset);
    `obsm['X_umap']` float32 (n_rows, 2).
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """study, title, params, graphs (dataset → id), history, metrics, made (how, when, where)."""
        return json.loads(self.adata.uns[META])

    @property
    def vectors(self) -> np.ndarray:
        """Embedding, float32, shape (n_rows, n_latent)."""
        return self.adata.X

    @property
    def obs(self) -> pd.DataFrame:
        """Facts of each row, a row per (dataset, gene)."""
        return self.adata.obs

    @cached_property
    def genes(self) -> np.ndarray:
        """Gene symbol of each row, shape (n_rows,)."""
        return self.adata.obs["gene"].to_numpy().astype(str)

    @cached_property
    def datasets(self) -> list[str]:
        """Dataset names in the order of the study."""
        return list(self.facts["graphs"])

    @cached_property
    def unit_vectors(self) -> np.ndarray:
        """Rows of `vectors` at length 1, for cosine similarity."""
        norm = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return self.vectors / np.maximum(norm, 1e-12)


ARMS = ("partners", "neighbourhood", "placement", "expression")  # of a `Contrast`


@dataclass(frozen=True)
class Contrast:
    """Which genes changed their partners between two conditions.

    `adata.obs` has a row per compared gene: mean_control, mean_case (log1p counts per 10,000); for each
    arm A of `ARMS` its statistic `A`, `A_p` and `A_fdr` (NaN where the arm was not done): partners, root mean
    square change of its CS-CORE correlations in standard errors; neighbourhood, 1 − weighted Jaccard; placement,
    cosine distance of its two mean places in the shared space; expression, log2 fold change of its pseudobulk.
    gained, lost: partners whose interval of change excludes 0; net: mean change of |correlation|; module ("1" is
    the largest); rank (1 changed its partners most). Sorted as the genes of the counts are.

    `adata.obsp`: control, case: correlations within donors, float32 (n_genes, n_genes), diagonal 1; control_se,
    case_se, change_se: standard errors of them and of case − control, by the jackknife over units but no less than
    counting alone makes them, ∞ where not known. `adata.obsm`, where the placement was done: control,
    case: mean vectors, float32 (n_genes, n_latent); umap_control, umap_case, float32 (n_genes, 2).
    `adata.var` has a row per measured gene: base_mean, log2fc, p, fdr of its differential expression.
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What was compared, as JSON gives it.

        study, title, by, case, control, cell_type ("" is all cells), without (cell types left out); design: unit
        ("donors", "paired donors", "cells"), n_control, n_case (units), cells_control, cells_case, labellings
        (distinct ways to label), permutations (those used), exact, smallest_fdr (that the labellings allow);
        units: list of name, level ("control" or "case"), cells; warnings: sentences, loudest first; arms: arm → n_5,
        n_10 (genes below 5 and 10 % FDR) or None; modules: list of name, n, genes (the best known first), control,
        case (mean correlation within it) and units (unit name → mean correlation); composition: list of cell_type,
        control, case (mean share), p, fdr, units (unit name → share); verdict: sentences; params, sources (dataset →
        content hash, n_cells), made (created, seconds, version, python, packages, command).
        """
        return json.loads(self.adata.uns[META])

    @property
    def table(self) -> pd.DataFrame:
        """A row per compared gene."""
        return self.adata.obs

    @property
    def expression(self) -> pd.DataFrame:
        """Differential expression of every measured gene."""
        return self.adata.var

    @cached_property
    def genes(self) -> np.ndarray:
        """Symbols of the compared genes, shape (n_genes,)."""
        return self.adata.obs_names.to_numpy().astype(str)

    @property
    def placed(self) -> bool:
        """Whether genes have places in a space that both conditions share."""
        return "umap_case" in self.adata.obsm

    def correlations(self, side: str) -> np.ndarray:
        """Correlations within donors of `control` or `case`, float32 (n_genes, n_genes)."""
        return self.adata.obsp[side]


@dataclass(frozen=True)
class CausalExplanation:
    """What may stand behind a table of changes: regulators, causal roots, functions.

    `adata.obs` has a row a node, indexed by gene symbol or name of a function: kind (root, regulator, target or
    function), layer (0 for roots), z (predicted activity, NaN where none), p (of the overlap), fdr, p_bias (roots
    alone), call (activated, inhibited or empty), log2fc and de_fdr (measured, NaN where not), n_targets, n_changed.
    `adata.uns` holds the tables edges, regulators, roots and functions. All nodes of the explanation are there,
    more than fit into a picture.
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """asked, n_universe, n_changed, matched, notes (sentences), made (how, when, with what)."""
        return json.loads(self.adata.uns[META])

    @property
    def nodes(self) -> pd.DataFrame:
        """Facts of each node, a row a node."""
        return self.adata.obs

    @property
    def edges(self) -> pd.DataFrame:
        """source, target, sign (1, −1, 0 not known), weight, database, confidence, papers (PubMed, joined by ;)."""
        return self.adata.uns["edges"]

    @property
    def regulators(self) -> pd.DataFrame:
        """Every regulator with a measured target; see `engine.causal.regulators.regulators`."""
        return self.adata.uns["regulators"]

    @property
    def roots(self) -> pd.DataFrame:
        """Every gene as the root of a causal network; see `engine.causal.roots.roots`."""
        return self.adata.uns["roots"]

    @property
    def functions(self) -> pd.DataFrame:
        """Diseases and functions; see `engine.causal.functions.functions`."""
        return self.adata.uns["functions"]
