"""Small co-expression graphs: of made-up cells with known modules, of arrays, and of the golden study."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from engine.graph.network import build_network
from engine.params import NetworkParams
from engine.types import META, Dataset, DatasetSource, GeneGraph
from tests import blood4
from tests.simulated import N_MODULES, simulated_counts


@cache
def planted(n_datasets: int = 2, n_cells: int = 150, n_genes: int = 60) -> list[GeneGraph]:
    """Graphs in which gene i belongs to module i mod `N_MODULES`."""
    found = []
    for i in range(n_datasets):
        adata = simulated_counts(n_cells, n_genes, seed=i)
        dataset = Dataset(DatasetSource(f"part {i}", ""), adata, adata.obs["depth"].to_numpy())
        found.append(build_network(dataset, NetworkParams()))
    return found


def graph_of(features: np.ndarray, edges: np.ndarray, sign: np.ndarray, *, genes: np.ndarray | None = None,
             name: str = "one") -> GeneGraph:
    """A graph of features (n_genes, n_cells) and edges (2, n_edges) with their signs."""
    n, both = len(features), np.concatenate([edges, edges[::-1]], axis=1)
    names = [f"GENE{i}" for i in range(n)] if genes is None else genes
    adata = AnnData(np.asarray(features, np.float32), obs=pd.DataFrame(index=names))
    adata.obsp["statistic"] = sparse.csr_matrix((np.tile(sign, 2).astype(float), tuple(both)), shape=(n, n))
    adata.uns[META] = json.dumps({"dataset": name, "modality": "rna", "tissue": "blood"})
    return GeneGraph(adata)


def blood4_graphs() -> list[GeneGraph]:
    """The four donors of the golden study; features are the rounded residuals."""
    return [
        graph_of(blood4.features_of(donor), *blood4.edges_of(donor), genes=blood4.genes_of(donor), name=donor)
        for donor in blood4.donors()
    ]


def module_auc(graphs: list[GeneGraph], vectors: list[np.ndarray]) -> float:
    """Chance that two genes of one module have a larger cosine than two of modules that are independent."""
    from engine.metrics.edges import cosine, edge_auc

    found = []
    for graph, z in zip(graphs, vectors, strict=True):
        module = np.array([int(gene[4:]) % N_MODULES for gene in graph.genes])
        a, b = np.triu_indices(len(z), 1)
        same, opposite = module[a] == module[b], np.maximum(module[a], module[b]) == 1
        scores = cosine(z)[a, b]
        found.append(edge_auc(scores[same], scores[~same & ~opposite]))
    return float(np.mean(found))
