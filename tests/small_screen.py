"""A tiny made-up screen in memory and on disk, with batches and guides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from engine.types import DatasetSource, Perturbed, Roles, Study

GENES = [f"G{i}" for i in range(30)]


def counts_of(n: int, *, lower: str = "", by: float = 0.1, shift: float = 1.0, seed: int = 0) -> np.ndarray:
    """Counts of `n` cells in which the gene `lower` is lower; `shift` multiplies every third gene, as a batch would."""
    rate = np.linspace(2, 12, len(GENES))
    rate[::3] *= shift
    if lower:
        rate[GENES.index(lower)] *= by
        rate[(GENES.index(lower) + 7) % len(GENES)] *= 3
    return np.random.default_rng(seed).poisson(rate, (n, len(GENES))).astype(np.float32)


def screen_cells(*, labels: dict[str, int] | None = None, batches: int = 2, seed: int = 0) -> AnnData:
    """Cells of G1, G2, their pair and control in two batches that differ; a label of `+` lowers both genes."""
    labels = labels or {"ctrl": 60, "G1+ctrl": 40, "G2+ctrl": 40, "G1+G2": 40}
    parts, obs = [], []
    for i, (label, n) in enumerate(labels.items()):
        for batch in range(batches):
            targets = [name for name in label.split("+") if name in GENES]
            many = len(range(n)[(i + batch) % batches :: batches])
            made = counts_of(many, lower=targets[0] if targets else "", shift=1 + batch, seed=seed + 10 * i + batch)
            if len(targets) > 1:
                made[:, GENES.index(targets[1])] //= 10
            parts.append(made)
            obs += [(label, f"b{batch}")] * many
    table = pd.DataFrame(obs, columns=["condition", "batch"], index=[f"c{i}" for i in range(len(obs))])
    return AnnData(sparse.csr_matrix(np.concatenate(parts)), obs=table, var=pd.DataFrame(index=GENES))


def screen_study(path: Path, adata: AnnData, *, batch: str | None = "batch", perturbation: str | None = "condition",
                 modality: str = "rna", roles: Roles | None = None, **perturbed: str) -> Study:  # fmt: skip
    """The study of one file, written to `path`; a knockout unless something else is said."""
    adata.write_h5ad(path)
    roles = roles or Roles(batch=batch, perturbation=perturbation)
    if not {"kind", "kind_column"} & perturbed.keys():
        perturbed["kind"] = "knockout"
    source = DatasetSource("cells", str(path), modality=modality)
    return Study("tiny-screen", "A tiny screen", (source,), roles, perturbed=Perturbed(**perturbed))
