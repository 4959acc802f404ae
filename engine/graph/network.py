"""The co-expression network of one dataset, from its counts."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np

from engine.graph.cscore import CsCore, cs_core
from engine.graph.edges import choose_edges
from engine.graph.genes import SEED, ChosenGenes, choose_genes
from engine.params import NetworkParams
from engine.pp.residuals import detected_fraction, log_mean
from engine.types import META, Dataset, GeneGraph


def build_network(dataset: Dataset, params: NetworkParams, *, device: str = "cpu") -> GeneGraph:
    """Genes seen often enough, the most variable or spatial of them, joined where CS-CORE finds co-expression.

    `device` is where CS-CORE's products are taken, see `cs_core`.

    Raises
    ------
    InvalidCounts
        When fewer than 20 genes are seen in enough cells.
    InvalidParameter
        When spatial genes are asked for where no places are known.
    """
    return network_of(dataset, choose_genes(dataset, params), params, device=device)


def network_of(dataset: Dataset, chosen: ChosenGenes, params: NetworkParams, *, device: str = "cpu") -> GeneGraph:
    """The network of genes that were chosen before, see `given_genes`."""
    counts = dataset.adata.X[:, chosen.genes]
    network = cs_core(counts, dataset.depth, device=device)
    return _as_graph(dataset, counts, chosen, network, choose_edges(network, params), params)


def _as_graph(dataset: Dataset, counts, chosen: ChosenGenes, network: CsCore, joined, params) -> GeneGraph:
    import pandas as pd
    from anndata import AnnData

    obs = pd.DataFrame(
        {
            "mean": log_mean(counts, dataset.depth).astype(np.float32),
            "detected": detected_fraction(counts).astype(np.float32),
            "residual_variance": chosen.variance.astype(np.float32),
        },
        index=pd.Index(dataset.adata.var_names[chosen.genes], name="gene"),
    )
    cells = pd.DataFrame(index=dataset.adata.obs_names[chosen.cells])
    adata = AnnData(np.ascontiguousarray(chosen.features), obs=obs, var=cells)
    adata.obsp["coexpression"] = _on_edges(network.estimate, joined)
    adata.obsp["statistic"] = _on_edges(network.statistic, joined)
    if dataset.cell_type is not None:
        _add_cell_types(adata, counts, dataset)
    adata.uns[META] = json.dumps(_facts(dataset, adata, chosen, params))
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


def _facts(dataset: Dataset, adata, chosen: ChosenGenes, params: NetworkParams) -> dict:
    source, n_edges = dataset.source, adata.obsp["statistic"].nnz // 2
    types, counts = np.unique([] if dataset.cell_type is None else dataset.cell_type, return_counts=True)
    sizes = dict(zip(types.tolist(), counts.tolist(), strict=True))
    return {
        "dataset": source.name, "path": source.path, "modality": source.modality, "tissue": source.tissue,
        "species": source.species, "condition": source.condition, "n_cells": dataset.adata.n_obs,
        "feature_cells": len(chosen.cells), "feature_seed": SEED, "genes_by": chosen.by,
        "n_genes": adata.n_obs, "n_edges": n_edges, "density": n_edges / max(adata.n_obs * (adata.n_obs - 1) / 2, 1),
        "cell_types": list(sizes), "cells_by_type": sizes, "params": asdict(params),
    }  # fmt: skip
