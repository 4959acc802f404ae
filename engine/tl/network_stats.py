"""The numbers of a co-expression network: degrees, hubs, signs, density, connected parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.types import GeneGraph

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NetworkStats:
    """A network in a row of numbers.

    `density` is the share of the gene pairs that are edges, `positive` the share of the edges with a
    positive statistic (NaN without edges), `isolated` the genes without an edge, `largest` the genes
    of the largest connected part, `parts` the number of connected parts with at least two genes.
    """

    n_cells: int
    n_genes: int
    n_edges: int
    density: float
    positive: float
    median_degree: float
    isolated: int
    largest: int
    parts: int


def degrees(graph: GeneGraph) -> np.ndarray:
    """Partners of each gene, int64, shape (n_genes,)."""
    return np.bincount(graph.edges.ravel(), minlength=graph.n_genes)


def network_stats(graph: GeneGraph) -> NetworkStats:
    """The network in numbers; connected parts by breadth-first search over edges of either sign."""
    from scipy.sparse.csgraph import connected_components

    degree = degrees(graph)
    _, label = connected_components(graph.adata.obsp["statistic"] != 0, directed=False)
    sizes = np.bincount(label)
    n_edges = graph.edges.shape[1]
    return NetworkStats(
        n_cells=int(graph.facts["n_cells"]), n_genes=graph.n_genes, n_edges=n_edges, density=graph.density,
        positive=float((graph.statistic > 0).mean()) if n_edges else float("nan"),
        median_degree=float(np.median(degree)), isolated=int((degree == 0).sum()),
        largest=int(sizes.max()) if n_edges else 0, parts=int((sizes > 1).sum()),
    )  # fmt: skip


def degree_table(degree: np.ndarray) -> pd.DataFrame:
    """How many genes have at least so many partners, beside a random network of the same density.

    Parameters
    ----------
    degree
        Partners of each gene, shape (n_genes,).

    Returns
    -------
    Columns `degree` (1 to the largest), `share` of the genes with at least so many partners, and
    `random`, the same for a Poisson distribution of the same mean: the degrees of a large network
    whose edges fall on pairs by chance (Erdős and Rényi 1959).
    """
    import pandas as pd
    from scipy.stats import poisson

    steps = np.arange(1, max(int(degree.max(initial=0)), 1) + 1)
    at_least = np.bincount(degree, minlength=len(steps) + 1)[::-1].cumsum()[::-1][1:]
    random = poisson.sf(steps - 1, degree.mean()) if degree.size else np.zeros(len(steps))
    return pd.DataFrame({"degree": steps, "share": at_least / max(degree.size, 1), "random": random})


def gene_table(graph: GeneGraph, *, n_partners: int = 3) -> pd.DataFrame:
    """A row a gene, the hubs first.

    Columns `gene`, `degree`, `positive` and `negative` (partners by the sign of the statistic), `mean`
    (log1p counts per 10,000), `detected` (share of cells) and `partners`, the `n_partners` with the
    largest statistic in absolute value, the strongest first; those of a negative one wear a minus.
    """
    import pandas as pd

    statistic = graph.adata.obsp["statistic"].tocsr()
    signs = np.sign(statistic.data)
    row = np.repeat(np.arange(graph.n_genes), np.diff(statistic.indptr))
    table = pd.DataFrame({
        "gene": graph.genes, "degree": degrees(graph),
        "positive": np.bincount(row[signs > 0], minlength=graph.n_genes),
        "negative": np.bincount(row[signs < 0], minlength=graph.n_genes),
        "mean": graph.adata.obs["mean"].to_numpy(), "detected": graph.adata.obs["detected"].to_numpy(),
        "partners": [_strongest(statistic, i, graph.genes, n_partners) for i in range(graph.n_genes)],
    })  # fmt: skip
    return table.sort_values(["degree", "gene"], ascending=[False, True], ignore_index=True)


def _strongest(statistic, gene: int, names: np.ndarray, n: int) -> str:
    part = slice(statistic.indptr[gene], statistic.indptr[gene + 1])
    values, others = statistic.data[part], statistic.indices[part]
    order = np.argsort(-np.abs(values), kind="stable")[:n]
    return ", ".join(f"{'−' if values[i] < 0 else ''}{names[others[i]]}" for i in order if values[i])
