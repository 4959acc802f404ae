"""Which way of comparing finds genes that were rewired: `python -m tests.benchmarks.rewired [POOL] [REPEATS]`.

Cells of one condition alone, of donors who are real (Zhou: oligodendrocyte precursors of ten people) or made up
(Kang, COMBAT: cells dealt out to twelve), are given random labels. In the case donors half of the genes of a module,
found beforehand in all cells with labels unseen, have their counts exchanged, all of them together, between cells of
like depth and kind: what ties the halves is gone, what ties each half within itself stays. Ten of the quietest genes
get counts in one common order instead, so that they become a module. Genes outside with partners in the exchanged
half truly change too, and are scored neither way.

A row an arm: AUPRC (chance in the heading) and AUROC of the rewired genes; genes found at 5 % FDR and the true share
of false ones among them; then with labels permuted and nothing rewired the share of genes with p of 5 % or less,
which must lie within 2 and 8 %, and the share of repeats in which any gene has an FDR below 5 %.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse, stats

SHARED = Path(os.environ.get("GENEWEAVE_TEST_DATA", "../shared")) / "data"
REPEATS = 20
N_GENES = 300
PERMUTATIONS = 200
LEVEL = 0.05
LIKE = 8  # cells of like depth between which counts are exchanged
BROKEN, PLANTED = 20, 10  # genes
STRENGTH = 0.7  # correlation with the common order of planted genes
KINDS = 8  # of cells, where a pool has several


@dataclass(frozen=True)
class Pool:
    """Cells of one condition: `counts` float32 (n_cells, n_genes), depth, donor and kind of each cell; known modules.

    `partners` is what each pair's correlation is in standard errors of no correlation, (n_genes, n_genes).
    """

    counts: np.ndarray
    depth: np.ndarray
    donors: np.ndarray
    kinds: np.ndarray
    modules: list[np.ndarray]
    partners: np.ndarray


@dataclass(frozen=True)
class Sample:
    """A pool with labels: what an arm sees. `design` and `labellings` as in `engine.tl.differential`."""

    counts: sparse.csr_matrix
    depth: np.ndarray
    case: np.ndarray
    donors: np.ndarray
    design: object
    labellings: np.ndarray
    seed: int


def partners(sample: Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Change of partners: score, p and FDR of each gene."""
    return _core(sample).partners


def neighbourhood(sample: Sample):
    """Weighted Jaccard distance of the neighbourhoods."""
    return _core(sample).neighbourhood


def expression(sample: Sample):
    """Difference of the mean share of counts, for what expression alone would tell: the units' means, permuted."""
    from engine.tl.differential.permute import permuted_test

    level = np.stack([np.asarray(sample.counts[sample.design.cell_unit == unit].sum(axis=0)).ravel()
                      / sample.depth[sample.design.cell_unit == unit].sum()
                      for unit in range(len(sample.design.names))])  # fmt: skip
    level = np.log1p(1e4 * level)
    return permuted_test(lambda case: np.abs(level[case].mean(axis=0) - level[~case].mean(axis=0)), sample.labellings)


def placement(sample: Sample):
    """Distance of a gene's mean places in a space that is learned blind to the labels."""
    from engine.contrasts.shared_space import places
    from engine.params import ContrastParams
    from engine.progress import Progress

    params = ContrastParams(permutations=PERMUTATIONS, seed=sample.seed)
    with tempfile.TemporaryDirectory() as folder:
        found, _ = places(sample.counts, np.arange(sample.counts.shape[1]).astype(str), sample.depth, sample.design,
                          params, device="cpu", checkpoint=Path(folder) / "at.pt", progress=Progress())  # fmt: skip
    return found.tested


ARMS: dict[str, Callable] = {"partners": partners, "neighbourhood": neighbourhood, "placement": placement,
                             "expression": expression}  # fmt: skip


def _core(sample: Sample):
    """Both arms at once, kept until the next sample comes."""
    from engine.tl.differential import changed_partners

    if _KEPT.get("of") is not sample:
        _KEPT.update(of=sample, changes=changed_partners(sample.counts, sample.depth, sample.design,
                                                         permutations=PERMUTATIONS, seed=sample.seed))  # fmt: skip
    return _KEPT["changes"]


_KEPT: dict = {}


def main(pools: list[str], repeats: int) -> None:
    """Print a table a pool."""
    for name in pools:
        pool = POOLS[name]()
        rewired = [_scored(pool, seed, _rewire) for seed in range(repeats)]
        nothing = [_scored(pool, 1000 + seed, _leave) for seed in range(repeats)]
        counts = pool.counts.shape
        print(f"\n{name}: {counts[0]:,} cells, {counts[1]} genes, {len(np.unique(pool.donors))} donors, "
              f"{repeats} repeats; AUPRC by chance {np.mean([row['chance'] for row in rewired]):.3f}, "
              f"genes rewired {np.mean([row['n'] for row in rewired]):.0f}, "
              f"scored neither way {np.mean([row['neither'] for row in rewired]):.0f}")  # fmt: skip
        print(f"{'arm':<16}{'AUPRC':>7}{'AUROC':>7}{'found':>7}{'false':>7}{'true':>7}   "
              f"{'p ≤ 5 %':>8}{'any at FDR 5 %':>16}")  # fmt: skip
        for arm in ARMS:
            mean = {key: np.mean([row[arm][key] for row in rewired]) for key in rewired[0][arm]}
            low = [row[arm]["low"] for row in nothing]
            print(f"{arm:<16}{mean['auprc']:>7.3f}{mean['auroc']:>7.3f}{mean['found']:>7.1f}{mean['false']:>7.1%}"
                  f"{mean['right']:>7.1f}   {np.mean(low):>8.1%}"
                  f"{np.mean([row[arm]['any'] for row in nothing]):>16.0%}", flush=True)  # fmt: skip


def _scored(pool: Pool, seed: int, change: Callable) -> dict:
    from sklearn.metrics import average_precision_score, roc_auc_score

    from engine.tl.differential.design import design_of

    rng = np.random.default_rng(seed)
    donors = np.unique(pool.donors)
    chosen = rng.choice(donors, len(donors) // 2, replace=False)
    counts, truth, neither = change(pool, chosen, rng)
    case = np.isin(pool.donors, chosen)
    design = design_of(case, pool.donors, seed=seed)
    sample = Sample(sparse.csr_matrix(counts), pool.depth, case, pool.donors, design,
                    design.labellings(PERMUTATIONS, seed), seed)  # fmt: skip
    judged = ~neither
    row = {"chance": truth[judged].mean(), "n": truth.sum(), "neither": neither.sum()}
    for name, arm in ARMS.items():
        tested = arm(sample)
        p, fdr = np.nan_to_num(tested.p, nan=1.0)[judged], np.nan_to_num(tested.fdr, nan=1.0)[judged]
        found, true = fdr < LEVEL, truth[judged]
        row[name] = {
            "low": np.mean(p <= LEVEL), "any": found.any(), "found": found.sum(), "right": (found & true).sum(),
            "false": (found & ~true).sum() / max(found.sum(), 1),
            "auprc": average_precision_score(true, -p) if true.any() else np.nan,
            "auroc": roc_auc_score(true, -p) if true.any() else np.nan,
        }  # fmt: skip
    return row


def _leave(pool: Pool, chosen: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    nothing = np.zeros(pool.counts.shape[1], dtype=bool)
    return pool.counts, nothing, nothing


def _rewire(pool: Pool, chosen: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts with a module cut in two and another planted, which genes were rewired, which are scored neither way."""
    counts, n_genes = pool.counts.copy(), pool.counts.shape[1]
    module = pool.modules[rng.integers(len(pool.modules))]
    broken = rng.permutation(module)[:BROKEN]
    half = broken[: len(broken) // 2]
    quiet = np.setdiff1d(np.argsort((pool.partners**2).mean(axis=1))[: n_genes // 4], module)
    planted = rng.choice(quiet, PLANTED, replace=False)
    for donor in chosen:
        for kind in np.unique(pool.kinds):
            cells = np.flatnonzero((pool.donors == donor) & (pool.kinds == kind))
            _change(counts, pool.depth, cells, half, planted, rng)
    truth = np.zeros(n_genes, dtype=bool)
    truth[broken] = truth[planted] = True
    tied = stats.chi2.sf((pool.partners[:, half] ** 2).sum(axis=1), len(half)) < LEVEL
    return counts, truth, tied & ~truth


def _change(counts: np.ndarray, depth, cells: np.ndarray, half: np.ndarray, planted: np.ndarray, rng) -> None:
    cells = cells[np.argsort(depth[cells], kind="stable")]
    for start in range(0, len(cells), LIKE):
        alike = cells[start : start + LIKE]
        counts[np.ix_(alike, half)] = counts[np.ix_(rng.permutation(alike), half)]
        order = rng.normal(size=len(alike))
        for gene in planted:
            own = STRENGTH * order + np.sqrt(1 - STRENGTH**2) * rng.normal(size=len(alike))
            counts[alike, gene] = np.sort(counts[alike, gene])[np.argsort(np.argsort(own))]


def _pool(file: str, column: str, level: str, depth: str | None = None, donors: str | None = None) -> Pool:
    """Read a file; twelve donors are made up where it has none, and kinds of cells found with them."""
    import anndata

    from engine.pp.residuals import analytic_model, detected_fraction, most_variable, residual_variance

    adata = anndata.read_h5ad(SHARED / file)
    adata = adata[adata.obs[column].astype(str) == level]
    counts = adata.X.tocsr()
    total = adata.obs[depth].to_numpy(float) if depth else np.asarray(counts.sum(axis=1)).ravel().astype(float)
    rng = np.random.default_rng(0)
    dealt = rng.permutation(np.arange(len(total)) % 12).astype(str)
    who = adata.obs[donors].astype(str).to_numpy() if donors else dealt
    counts = counts[:, detected_fraction(counts) >= 0.05]
    model, model_depth = analytic_model(counts)
    counts = counts[:, most_variable(residual_variance(counts, model_depth, model), N_GENES)]
    keep = np.isin(who, [name for name in np.unique(who) if (who == name).sum() >= LIKE * 5])
    counts, total, who = counts[keep], total[keep], who[keep]
    kinds = np.zeros(len(total), dtype=int) if donors else _kinds(counts, total)
    return Pool(counts.toarray(), total, who, kinds, *_structure(counts, total, who, kinds))


def _kinds(counts, depth: np.ndarray) -> np.ndarray:
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    level = np.log1p(1e4 * counts.toarray() / depth[:, None])
    return KMeans(KINDS, n_init=5, random_state=0).fit_predict(PCA(20, random_state=0).fit_transform(level))


def _structure(counts, depth: np.ndarray, donors: np.ndarray, kinds: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Modules of at least 12 genes, and correlations in standard errors, both within donors and kinds."""
    from engine.tl.differential.modules import find_modules
    from engine.tl.differential.sums import unit_sums

    _, unit = np.unique([f"{a} {b}" for a, b in zip(donors, kinds, strict=True)], return_inverse=True)
    large = np.bincount(unit) >= LIKE
    unit = np.where(large[unit], (np.cumsum(large) - 1)[unit], -1)
    sums = unit_sums(counts, depth, unit, large.sum())
    correlation, error = sums.correlations(np.ones(sums.n_units, bool)), sums.independent_error()
    standard = np.where(np.isfinite(error), correlation / error, 0)
    np.fill_diagonal(standard, 0)
    labels = find_modules(correlation, seed=0)
    modules = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    tight = [m for m in modules if len(m) >= 12 and (standard[np.ix_(m, m)] ** 2).mean() > 2]
    return tight, standard


POOLS: dict[str, Callable[[], Pool]] = {
    "kang": lambda: _pool("multimodal/rna/kang_pbmc_ctrl_stim.h5ad", "batch", "ctrl"),
    "combat": lambda: _pool("covid/combat_pbmc_covid_4donors.h5ad", "condition", "control"),
    "zhou": lambda: _pool("multimodal/rna/zhou_cortex_opc.h5ad", "group", "C", "n_counts", "Sample"),
}

if __name__ == "__main__":
    main(sys.argv[1:2] or list(POOLS), int(sys.argv[2]) if len(sys.argv) > 2 else REPEATS)
