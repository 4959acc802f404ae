"""A study of made-up cells whose gene modules are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData, concat
from scipy import sparse

N_MODULES = 4


def simulated_counts(n_cells: int, n_genes: int, *, seed: int, n_modules: int = N_MODULES) -> AnnData:
    """Counts in which gene i belongs to module i mod `n_modules`, which rises and falls as one.

    Modules 0 and 1 replace each other; the rest are independent of each other.
    """
    rng = np.random.default_rng(seed)
    level = rng.gamma(3, 1 / 3, (n_cells, n_modules))
    level[:, 1] = 1 / (level[:, 0] + 0.3)
    level /= level.mean(0)
    depth = rng.lognormal(0, 0.3, (n_cells, 1))
    rate = depth * level[:, np.arange(n_genes) % n_modules] * rng.uniform(2, 8, n_genes)
    adata = AnnData(sparse.csr_matrix(rng.poisson(rate).astype(np.float32)))
    adata.obs_names = [f"cell{i}" for i in range(n_cells)]
    adata.var_names = [f"GENE{i}" for i in range(n_genes)]
    adata.obs["depth"] = 1000 * depth[:, 0]  # as if these genes were few among many
    adata.obs["cell_type"] = pd.Categorical(np.where(level[:, 0] > 1, "high", "low"))
    return adata


def write_study(
    folder: Path, *, name: str = "tiny", n_datasets: int = 2, n_cells: int = 150, n_genes: int = 60
) -> Path:
    """Write a study file with its data; the last gene of each dataset is its own."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'name = "{name}"', 'title = "A tiny made-up study"', "[roles]", 'cell_type = "cell_type"']
    for i in range(n_datasets):
        adata = simulated_counts(n_cells, n_genes, seed=i)
        adata.var_names = [*adata.var_names[:-1], f"ONLY{i}"]
        adata.write_h5ad(folder / f"{name}{i}.h5ad")
        lines += ["[[datasets]]", f'name = "part {i}"', f'path = "{name}{i}.h5ad"']
        lines += ['depth = "depth"', 'tissue = "blood"']
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def two_conditions(*, donors: int = 4, n_cells: int = 80, n_genes: int = 60, seed: int = 0) -> AnnData:
    """Cells of `donors` controls and as many cases; in the cases the genes of module 0 have lost one another.

    Their levels are as in the controls: each gene's counts are dealt anew among the cells of its donor.
    """
    rng, parts = np.random.default_rng(seed), []
    first = np.flatnonzero(np.arange(n_genes) % N_MODULES == 0)
    for number in range(2 * donors):
        part, case = simulated_counts(n_cells, n_genes, seed=1000 * seed + number), number >= donors
        if case:
            counts = part.X.toarray()
            for gene in first:
                counts[:, gene] = rng.permutation(counts[:, gene])
            part.X = sparse.csr_matrix(counts)
        part.obs_names = [f"donor{number}-{cell}" for cell in part.obs_names]
        part.obs["condition"] = "ill" if case else "well"
        part.obs["donor"] = f"D{number}"
        part.obs["kind"] = rng.choice(["A", "B"], n_cells, p=[0.7, 0.3] if case else [0.3, 0.7])
        parts.append(part)
    return concat(parts)


def write_conditions(folder: Path, *, name: str = "conditions", donors: int = 4, n_cells: int = 80) -> Path:
    """Write a study of `two_conditions` with its data, a dataset a condition of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    two_conditions(donors=donors, n_cells=n_cells).write_h5ad(folder / f"{name}.h5ad")
    lines = [f'name = "{name}"', 'title = "Well and ill, made up"', "[roles]", 'cell_type = "kind"',
             'condition = "condition"']  # fmt: skip
    for level in ("well", "ill"):
        lines += ["[[datasets]]", f'name = "the {level}"', f'path = "{name}.h5ad"', f'condition = "{level}"',
                  'column = "condition"', f'values = ["{level}"]', 'depth = "depth"']  # fmt: skip
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines) + "\n")
    return path
