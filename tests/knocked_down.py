"""A study of perturbed cells, small enough for a job: knocking down a gene lowers its module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from anndata import AnnData, concat
from scipy import sparse

from engine.screens import study_of_file
from engine.types import Study
from tests.simulated import N_MODULES, simulated_counts

SCREENED = tuple(f"GENE{i}" for i in range(16))
LEFT_OF_MODULE, LEFT_OF_TARGET = 0.6, 0.1


def perturbed_cells(*, n_control: int = 160, n_cells: int = 40, n_genes: int = 60, seed: int = 0) -> AnnData:
    """Controls, and cells in which each of `SCREENED` was knocked down: 0.6 of its module is left, 0.1 of itself."""
    rng, parts = np.random.default_rng(seed), []
    for number, gene in enumerate(("ctrl", *SCREENED)):
        part = simulated_counts(n_control if gene == "ctrl" else n_cells, n_genes, seed=1000 * seed + number)
        if gene != "ctrl":
            target, left = int(gene.removeprefix("GENE")), np.ones(n_genes)
            left[np.arange(n_genes) % N_MODULES == target % N_MODULES] = LEFT_OF_MODULE
            left[target] = LEFT_OF_TARGET
            part.X = sparse.csr_matrix(rng.binomial(part.X.toarray().astype(int), left).astype(np.float32))
        part.obs["perturbation"] = gene
        part.obs_names = [f"{gene}-{name}" for name in part.obs_names]
        parts.append(part)
    return concat(parts)


def screen_study(folder: Path, *, name: str = "knocked") -> Study:
    """A study of `perturbed_cells`, their file written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    perturbed_cells().write_h5ad(folder / f"{name}.h5ad")
    return study_of_file(folder / f"{name}.h5ad", kind="interference", cell_type="cell_type")


def write_screen(folder: Path, *, name: str = "knocked", kind: str = "interference") -> Path:
    """Write a study of `perturbed_cells` with its data."""
    folder.mkdir(parents=True, exist_ok=True)
    perturbed_cells().write_h5ad(folder / f"{name}.h5ad")
    lines = [f'name = "{name}"', 'title = "Knocked down, made up"', "[roles]", 'perturbation = "perturbation"',
             'cell_type = "cell_type"', "[perturbed]", f'kind = "{kind}"', "[[datasets]]", 'name = "all"',
             f'path = "{name}.h5ad"', 'depth = "depth"']  # fmt: skip
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines) + "\n")
    return path
