"""GeneGraph, the network of one dataset, and GeneEmbedding, genes of all datasets in one space."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.types.meta import META

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData


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
