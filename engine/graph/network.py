"""The co-expression network of one dataset, from its counts."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np

from engine.errors import InvalidCounts
from engine.graph.cscore import CsCore, cs_core
from engine.params import NetworkParams
from engine.pp.residuals import detected_fraction, log_mean, most_variable, pearson_residuals
from engine.types import META, Dataset, GeneGraph

MIN_GENES = 20


def build_network(dataset: Dataset, params: NetworkParams) -> GeneGraph:
    """Genes seen often enough, the most variable of them, joined where CS-CORE finds co-expression.

    Raises
    ------
    InvalidCounts
        When fewer than 20 genes are seen in enough cells.
    """
    counts = dataset.adata.X
    seen = np.flatnonzero(detected_fraction(counts) >= params.min_detected)
    if len(seen) < MIN_GENES:
        raise InvalidCounts(
            f"Dataset '{dataset.name}': at least {MIN_GENES} genes must be seen in {params.min_detected:.0%} of the "
            f"cells, found {len(seen)} among {counts.shape[0]:,} cells. Lower the least detection or add cells."
        )
    residuals = pearson_residuals(counts[:, seen])
    variable = most_variable(residuals, params.n_genes)
    chosen = seen[variable]
    network = cs_core(counts[:, chosen], dataset.depth)
    return _as_graph(dataset, chosen, residuals[:, variable], _edges(network, params.max_p), network, params)


def _edges(network: CsCore, max_p: float) -> np.ndarray:
    """Joined pairs, bool (n_genes, n_genes), symmetric, without diagonal; a NaN p is no edge."""
    p = network.p_value()
    joined = np.isfinite(p) & (p < max_p) & (network.estimate != 0)
    np.fill_diagonal(joined, False)
    return joined


def _as_graph(dataset: Dataset, chosen, residuals, joined, network: CsCore, params: NetworkParams) -> GeneGraph:
    import pandas as pd
    from anndata import AnnData

    counts = dataset.adata.X[:, chosen]
    names = dataset.adata.var_names[chosen]
    obs = pd.DataFrame(
        {
            "mean": log_mean(counts, dataset.depth).astype(np.float32),
            "detected": detected_fraction(counts).astype(np.float32),
            "residual_variance": residuals.var(axis=0).astype(np.float32),
        },
        index=pd.Index(names, name="gene"),
    )
    adata = AnnData(residuals.T.astype(np.float32), obs=obs, var=pd.DataFrame(index=dataset.adata.obs_names))
    adata.obsp["coexpression"] = _on_edges(network.estimate, joined)
    adata.obsp["statistic"] = _on_edges(network.statistic, joined)
    if dataset.cell_type is not None:
        _add_cell_types(adata, counts, dataset)
    adata.uns[META] = json.dumps(_facts(dataset, adata, joined, params))
    return GeneGraph(adata)


def _on_edges(values: np.ndarray, joined: np.ndarray):
    from scipy import sparse

    row, col = np.nonzero(joined)
    return sparse.csr_matrix((values[row, col].astype(np.float32), (row, col)), shape=joined.shape)


def _add_cell_types(adata, counts, dataset: Dataset) -> None:
    parts = [dataset.cell_type == label for label in np.unique(dataset.cell_type)]
    means = [log_mean(counts[cells], dataset.depth[cells]) for cells in parts]
    detected = [detected_fraction(counts[cells]) for cells in parts]
    adata.obsm["mean_by_cell_type"] = np.stack(means, axis=1).astype(np.float32)
    adata.obsm["detected_by_cell_type"] = np.stack(detected, axis=1).astype(np.float32)


def _facts(dataset: Dataset, adata, joined: np.ndarray, params: NetworkParams) -> dict:
    source, n_edges = dataset.source, int(joined.sum()) // 2
    types, counts = np.unique([] if dataset.cell_type is None else dataset.cell_type, return_counts=True)
    sizes = dict(zip(types.tolist(), counts.tolist(), strict=True))
    return {
        "dataset": source.name, "path": source.path, "modality": source.modality, "tissue": source.tissue,
        "species": source.species, "condition": source.condition, "n_cells": dataset.adata.n_obs,
        "n_genes": adata.n_obs, "n_edges": n_edges, "density": n_edges / max(adata.n_obs * (adata.n_obs - 1) / 2, 1),
        "cell_types": list(sizes), "cells_by_type": sizes, "params": asdict(params),
    }  # fmt: skip
