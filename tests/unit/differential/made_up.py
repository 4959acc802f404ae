"""Cells with a module that goes together in case donors alone."""

import numpy as np
from scipy import sparse

from engine.tl.differential.design import design_of


def blood(n_genes: int = 40, *, donors: int = 12, per_donor: int = 60, module: int = 0, seed: int = 0,
          shared: float = 0.0):
    """Counts CSR, depth and design; the first `module` genes share a factor in the case donors, all in `shared`."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(donors), per_donor)
    case = who >= donors // 2
    depth = rng.lognormal(8, 0.4, len(who))
    level = rng.gamma(2, 0.5, (len(who), n_genes)) * rng.lognormal(0, 0.5, (donors, n_genes))[who]
    common = rng.gamma(2, 0.5, len(who))
    level[:, :module] = np.where(case[:, None], common[:, None] * level[:, :module], level[:, :module])
    if shared:
        level *= rng.gamma(1 / shared, shared, (len(who), 1))
    rate = rng.uniform(5e-4, 4e-3, n_genes)
    counts = sparse.csr_matrix(rng.poisson(depth[:, None] * rate * level).astype(np.float32))
    return counts, depth, design_of(case, np.array([f"d{i:02}" for i in who]), seed=seed)
