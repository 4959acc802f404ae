"""A simulated screen with a known network: for scale, and for a truth that no real screen has."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.errors import InvalidParameter
from engine.simulate.annotations import gene_sets, known_edges, true_edges
from engine.simulate.changes import TYPES, perturbations
from engine.simulate.counts import blocks, true_means, world
from engine.simulate.network import made_up
from engine.simulate.truth import Truth
from engine.simulate.write import write_screen

__all__ = ["TYPES", "Truth", "simulate_screen"]
CONTROLS = 0.1  # share of the cells that are unperturbed
MORE_REGULATORS = 0.5  # of the perturbed ones: regulators that are not perturbed


def simulate_screen(*, n_perturbations: int = 100, n_genes: int = 5000, n_cells: int = 50_000, n_pairs: int = 50,
                    n_batches: int = 4, seed: int = 0, out: Path) -> Truth:  # fmt: skip
    """Make up a CRISPRi screen, write it as h5ad a block of cells at a time, and say what is true of it.

    Regulators of a pathway share targets (`engine.simulate.network`), so that what an unseen gene does can be told
    from its likes as far as the network allows. The file holds counts, `obs` condition (`ctrl`, `A+ctrl`, `A+B`),
    batch, cell_type and perturbation_type, and the truth in `uns`: `true_edges`, `true_change` with `true_names`,
    `true_pairs`, `pathway`, `module`.

    Raises
    ------
    InvalidParameter
        When there are too few genes or cells for so many perturbations.
    """
    import pandas as pd

    _check(n_perturbations, n_genes, n_cells, n_pairs, n_batches)
    rng = np.random.default_rng(seed)
    network = made_up(int(n_perturbations * (1 + MORE_REGULATORS)), n_genes, rng)
    made, base = perturbations(network, n_perturbations, n_pairs, rng), world(network, n_batches, rng)
    change = np.concatenate([made.change, np.zeros((1, n_genes), np.float32)])
    label, batch = _labels(len(made.names), n_cells, rng), rng.integers(0, n_batches, n_cells)
    means = true_means(base, change, rng)
    names = pd.Index(made.names, name="perturbation")
    truth = Truth(
        pd.DataFrame(means[:-1] - means[-1], index=names, columns=network.genes), true_edges(network),
        pd.DataFrame({"type": made.types}, index=names).iloc[n_perturbations:], gene_sets(network, rng),
        known_edges(network, rng), pd.Series(network.pathway, index=network.regulators),
        pd.Series(network.module, index=network.genes),
    )  # fmt: skip
    obs = pd.DataFrame({
        "condition": pd.Categorical.from_codes(label, [*map(_gears, made.names), "ctrl"]),
        "batch": pd.Categorical.from_codes(batch, [f"batch{i + 1}" for i in range(n_batches)]),
        "cell_type": pd.Categorical(["made up"] * n_cells), "perturbation_type": pd.Categorical(["CRISPRi"] * n_cells),
    }, index=[f"cell{i + 1}" for i in range(n_cells)])  # fmt: skip
    write_screen(Path(out), blocks(base, change, label, batch, rng), obs, network.genes, truth)
    return truth


def _labels(n: int, n_cells: int, rng: np.random.Generator) -> np.ndarray:
    """Which perturbation each cell has, `n` for control: uneven, and each at least once."""
    weight = rng.lognormal(0, 0.4, n)
    share = np.append((1 - CONTROLS) * weight / weight.sum(), CONTROLS)
    label = np.concatenate([np.arange(n + 1), rng.choice(n + 1, n_cells - n - 1, p=share)])
    return rng.permutation(label)


def _gears(name: str) -> str:
    return name if "+" in name else f"{name}+ctrl"


def _check(n_perturbations: int, n_genes: int, n_cells: int, n_pairs: int, n_batches: int) -> None:
    most = n_perturbations * (n_perturbations - 1) // 2
    for good, sentence in (
        (n_perturbations >= 3, f"A screen needs at least 3 perturbations, found {n_perturbations}."),
        (0 <= n_pairs <= most, f"{n_perturbations} genes make 0 to {most:,} pairs, found {n_pairs}."),
        (n_genes >= 4 * n_perturbations, f"{n_perturbations} perturbations need {4 * n_perturbations} genes or more, "
                                         f"found {n_genes}."),
        (n_cells > n_perturbations + n_pairs, f"Each of {n_perturbations + n_pairs + 1} groups needs a cell, found "
                                              f"{n_cells} cells."),
        (n_batches >= 1, f"There must be at least one batch, found {n_batches}."),
    ):  # fmt: skip
        if not good:
            raise InvalidParameter(f"{sentence} Choose another number.")
