"""Whether a group of datasets has more rows in a cluster than if the same genes lay anywhere the datasets put them.

The question "is this cluster uneven over the datasets?" needs a null that keeps the genes. A gene that
only one dataset has cannot tell where another dataset would have put it, and counting rows as if they
were drawn at random (the product of margins) would take the choice of genes for their place. So the
null here deals the clusters of each gene at random among the datasets that have that gene: which
genes each dataset has, and how often each gene lies in each cluster, stay as they are. With it the
count is a sum of independent hypergeometric draws, one a gene, and its distribution is exact; for two
datasets it is McNemar's test, for all of them at once the generalised Cochran–Mantel–Haenszel test
(Landis, Heyman and Koch 1978), Cochran's Q when every gene is everywhere.

Genes of a map are connected and move together: they are not the independent draws that the null
takes them for, so p comes out too small. It orders what to look at; it proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.tl.adjust import adjusted
from engine.tl.flows import Flows

if TYPE_CHECKING:
    import pandas as pd

LEAST_ROWS = 24  # of genes that can tell; below, chi-square is no guide for Q (Tate and Brown 1970)


@dataclass(frozen=True)
class Placement:
    """A count of rows in a cluster against the null of this module.

    `expected` and `sd` are of the null; `p` is two-sided, twice the smaller tail, NaN when no gene
    can tell; `genes` how many can: seen both inside and outside the group, in and out of the cluster.
    """

    observed: int
    expected: float
    sd: float
    p: float
    genes: int


@dataclass(frozen=True)
class Unevenness:
    """One test of a cluster over all names of a level; `p` is NaN when too few rows can tell."""

    statistic: float
    df: int
    p: float
    genes: int


def placement(genes: np.ndarray, group: np.ndarray, cluster: np.ndarray) -> Placement:
    """Test one group of rows in one cluster, exactly.

    Parameters
    ----------
    genes
        Code of each row's gene, int (n_rows,).
    group, cluster
        Whether each row is in the group of datasets, and in the cluster, bool (n_rows,).
    """
    k, s, m = (np.bincount(genes[keep], minlength=genes.max(initial=-1) + 1) for keep in (slice(None), group, cluster))
    observed, seen = int((group & cluster).sum()), k > 0
    k, s, m = k[seen], s[seen], m[seen]
    tells = (0 < s) & (s < k) & (0 < m) & (m < k)
    expected = float((s * m / k).sum())
    if not tells.any():
        return Placement(observed, expected, 0.0, float("nan"), 0)
    fixed = int(np.where(m == k, s, np.where(s == k, m, 0))[~tells].sum())
    mass = _mass(k[tells], m[tells], s[tells])
    at = np.arange(len(mass))
    mean = (at * mass).sum()
    sd = float(np.sqrt(((at - mean) ** 2 * mass).sum()))
    x = observed - fixed
    p = min(1.0, 2 * min(mass[: x + 1].sum(), mass[x:].sum()))
    return Placement(observed, expected, sd, float(p), int(tells.sum()))


def unevenness(genes: np.ndarray, groups: np.ndarray, cluster: np.ndarray) -> Unevenness:
    """Test a cluster over all groups at once: (O − E)ᵀ V⁻ (O − E), chi-square on the rank of V.

    Parameters
    ----------
    genes, groups
        Codes of each row's gene and group, int (n_rows,).
    cluster
        Whether each row is in the cluster, bool (n_rows,).
    """
    from scipy.stats import chi2

    table = _crossed(genes, groups)  # (n_genes, n_groups)
    k, m = table.sum(axis=1), np.bincount(genes[cluster], minlength=len(table))
    tells = (k > 1) & (0 < m) & (m < k) & ((table > 0).sum(axis=1) > 1)
    observed = np.bincount(groups[tells[genes] & cluster], minlength=table.shape[1])
    table, k, m = table[tells], k[tells], m[tells]
    share = table / k[:, None]
    weight = m * (k - m) / (k - 1)
    gap = observed - (share * m[:, None]).sum(axis=0)
    spread = np.diag((share * weight[:, None]).sum(axis=0)) - (share * weight[:, None]).T @ share
    df = int(np.linalg.matrix_rank(spread)) if tells.any() else 0
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap) if df else float("nan")
    p = float(chi2.sf(statistic, df)) if df and k.sum() >= LEAST_ROWS else float("nan")
    return Unevenness(statistic, df, p, int(tells.sum()))


def placement_table(flow: Flows) -> pd.DataFrame:
    """Every name of every level against every cluster, those without a row too.

    Returns
    -------
    Columns level, name, cluster, observed, margins (row total × column total / all), expected (of the
    null), ratio (observed / expected), p, p_adjusted (Benjamini–Hochberg within a level), telling_genes;
    no rows without the level cluster.
    """
    import pandas as pd

    parts = [_of_level(flow, level) for level in flow.levels if level != "cluster" and "cluster" in flow.levels]
    columns = ["level", "name", "cluster", *TESTED]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


TESTED = ("observed", "margins", "expected", "ratio", "p", "p_adjusted", "telling_genes")


def placements(flow: Flows, choices: pd.DataFrame) -> pd.DataFrame:
    """The columns `TESTED` for each row of `choices`, whose columns are levels, cluster among them.

    One family of tests: p is adjusted over all rows.
    """
    import pandas as pd

    genes = pd.factorize(flow.labels["gene"])[0]
    inside = {(level, name): (flow.labels[level] == name).to_numpy()
              for level in choices.columns for name in choices[level].unique()}  # fmt: skip
    rows = []
    for names in choices.to_dict("records"):
        cluster = inside["cluster", names.pop("cluster")]
        group = np.logical_and.reduce([inside[pair] for pair in names.items()])
        found = placement(genes, group, cluster)
        ratio = found.observed / found.expected if found.expected else float("nan")
        rows.append((found.observed, group.sum() * cluster.sum() / len(genes), found.expected, ratio, found.p, 0.0,
                     found.genes))  # fmt: skip
    table = pd.DataFrame(rows, columns=list(TESTED), index=choices.index)
    return table.assign(p_adjusted=adjusted(table["p"].to_numpy(float)))


def cluster_table(flow: Flows, level: str = "dataset") -> pd.DataFrame:
    """One test a cluster over all names of a level: cluster, statistic, df, p, p_adjusted, telling_genes."""
    import pandas as pd

    genes, groups = (pd.factorize(flow.labels[name])[0] for name in ("gene", level))
    clusters = flow.labels["cluster"].to_numpy()
    named = flow.names("cluster")
    tests = [unevenness(genes, groups, clusters == name) for name in named]
    table = pd.DataFrame({"cluster": named, "statistic": [t.statistic for t in tests],
                          "df": [t.df for t in tests], "p": [t.p for t in tests],
                          "telling_genes": [t.genes for t in tests]})  # fmt: skip
    return table.assign(p_adjusted=adjusted(table["p"].to_numpy(float)))


def leanings(flow: Flows, level: str = "dataset") -> pd.DataFrame:
    """For each cluster the name of a level that has the most points above what was expected there.

    Returns
    -------
    Columns cluster, name, observed, expected; a row a cluster, from top to bottom.
    """
    import pandas as pd

    genes = pd.factorize(flow.labels["gene"])[0]
    groups, names = pd.factorize(flow.labels[level])
    clusters = pd.Categorical(flow.labels["cluster"], categories=flow.names("cluster")).codes
    seen = _crossed(genes, groups)  # (n_genes, n_names)
    lies = _crossed(genes, clusters)  # (n_genes, n_clusters)
    expected = (seen / seen.sum(axis=1, keepdims=True)).T @ lies
    observed = _crossed(groups, clusters)
    most, at = (observed - expected).argmax(axis=0), np.arange(expected.shape[1])
    return pd.DataFrame({"cluster": flow.names("cluster"), "name": np.asarray(names)[most],
                         "observed": observed[most, at].astype(int), "expected": expected[most, at]})  # fmt: skip


def _crossed(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """How often each pair of codes occurs."""
    shape = rows.max(initial=-1) + 1, columns.max(initial=-1) + 1
    pairs = rows.astype(np.int64) * shape[1] + columns
    return np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _of_level(flow: Flows, level: str) -> pd.DataFrame:
    import pandas as pd

    pairs = [(name, cluster) for name in flow.names(level) for cluster in flow.names("cluster")]
    choices = pd.DataFrame(pairs, columns=[level, "cluster"])
    told = choices.rename(columns={level: "name"}).assign(level=level)[["level", "name", "cluster"]]
    return pd.concat([told, placements(flow, choices)], axis=1)


def _mass(k: np.ndarray, m: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Probability of each sum of independent hypergeometric draws; genes of one kind are raised together."""
    from scipy.stats import hypergeom

    kinds, counts = np.unique(np.stack([k, m, s]), axis=1, return_counts=True)
    mass = np.ones(1)
    for (total, good, drawn), n in zip(kinds.T, counts, strict=True):
        mass = np.convolve(mass, _power(hypergeom.pmf(np.arange(drawn + 1), total, good, drawn), int(n)))
    return mass


def _power(mass: np.ndarray, n: int) -> np.ndarray:
    """`mass` convolved with itself `n` times, by squaring; sums of positive numbers, so tails stay exact."""
    result = np.ones(1)
    while n:
        if n & 1:
            result = np.convolve(result, mass)
        n >>= 1
        mass = np.convolve(mass, mass) if n else mass
    return result
