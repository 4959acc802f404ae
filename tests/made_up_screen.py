"""A made-up screen whose true changes are known, with kernels that know something of them, or nothing."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from anndata import AnnData

from engine.types import GeneKernel, GeneKnowledge, Screen, perturbation_name
from engine.types.meta import META

N_TRAITS, N_CELLS = 6, (20, 300)


def made_up_screen(n_singles: int, n_pairs: int, n_genes: int, *, seed: int,
                   known: bool = True) -> tuple[Screen, GeneKnowledge, pd.DataFrame]:
    """A screen by interference of `n_singles` genes and `n_pairs` pairs of them; gene i is called `GENE{i}`.

    A knock-down does what all knock-downs do, what its gene's traits do, and something of its own. A pair does 0.8
    times what both do, and what their first traits do together. The kernels network and pathways see the traits with
    error and miss every tenth gene; noise sees nothing. With `known` False, none sees anything.

    Returns
    -------
    The screen; what is known of its genes and as many more (`GENE{n_genes}` and on); and the true changes, a row a
    perturbation and a column a gene.
    """
    rng = np.random.default_rng(seed)
    genes = [f"GENE{i}" for i in range(2 * n_genes)]
    traits = rng.normal(size=(2 * n_genes, N_TRAITS))
    singles = sorted(rng.choice(genes[:n_genes], n_singles, replace=False).tolist())
    names = singles + _pairs(singles, n_pairs, rng)
    truth = _truth(names, traits, n_genes, rng)
    knowledge = _knowledge(genes, traits if known else rng.normal(size=traits.shape), rng)
    return _screen(names, truth, rng), knowledge, pd.DataFrame(truth, names, genes[:n_genes])


def _pairs(singles: list[str], n: int, rng: np.random.Generator) -> list[str]:
    left, right = np.triu_indices(len(singles), 1)
    chosen = sorted(rng.choice(len(left), n, replace=False)) if n else []
    return [perturbation_name([singles[left[i]], singles[right[i]]]) for i in chosen]


def _truth(names: list[str], traits: np.ndarray, n_genes: int, rng: np.random.Generator) -> np.ndarray:
    size = rng.gamma(1.0, 0.1, n_genes)  # most genes hardly change
    shared, together = rng.normal(size=n_genes) * size, rng.normal(size=n_genes) * size
    loadings = rng.normal(size=(N_TRAITS, n_genes)) * size / np.sqrt(N_TRAITS)
    single = shared + traits @ loadings + 0.5 * rng.normal(size=(len(traits), n_genes)) * size
    truth = np.empty((len(names), n_genes))
    for row, name in enumerate(names):
        targets = [int(gene.removeprefix("GENE")) for gene in name.split("+")]
        truth[row] = single[targets[0]]
        if len(targets) == 2:
            truth[row] = 0.8 * single[targets].sum(axis=0) + 0.4 * traits[targets, 0].prod() * together
        truth[row, targets] = -1.5
    return truth


def _knowledge(genes: list[str], traits: np.ndarray, rng: np.random.Generator) -> GeneKnowledge:
    rows = np.arange(len(genes)) % 10 != 3
    seen = traits + 0.5 * rng.normal(size=traits.shape)
    vectors = {"network": seen, "noise": rng.normal(size=(len(genes), 20))}
    kernels = [
        GeneKernel(name, name.capitalize(), "made up", np.array(genes)[rows],
                   (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)[rows])
        for name, x in vectors.items()
    ]  # fmt: skip
    member = np.hstack([seen > 0.6, seen < -0.6, np.ones((len(genes), 1))]).astype(np.float32)
    kernels.append(GeneKernel("pathways", "Pathways", "made up", np.array(genes)[rows], member[rows], by="jaccard"))
    return GeneKnowledge(tuple(kernels), coding={gene: i % 5 != 0 for i, gene in enumerate(genes)})


def _screen(names: list[str], truth: np.ndarray, rng: np.random.Generator) -> Screen:
    n_cells = rng.integers(*N_CELLS, len(names))
    spread = rng.gamma(2.0, 0.2, truth.shape[1])
    halves = truth + rng.normal(size=(2, *truth.shape)) * spread * np.sqrt(2 / n_cells)[:, None]
    adata = AnnData(halves.mean(axis=0).astype(np.float32))
    adata.obs_names, adata.var_names = names, [f"GENE{i}" for i in range(truth.shape[1])]
    adata.layers["half_a"], adata.layers["half_b"] = halves.astype(np.float32)
    adata.layers["se"] = (spread / np.sqrt(n_cells)[:, None]).astype(np.float32)
    adata.obs["n_cells"], adata.obs["n_targets"] = n_cells, [name.count("+") + 1 for name in names]
    for column, value in (("target_change", -1.5), ("target_p", 1e-9), ("e_distance", 1.0), ("e_p", 0.005),
                          ("e_fdr", 0.01)):  # fmt: skip
        adata.obs[column] = value
    adata.var["control"] = 1.5 + rng.gamma(2.0, 0.5, truth.shape[1])
    adata.var["control_sd"], adata.var["detected"] = spread, 0.9
    adata.varm["control"] = rng.normal(size=(truth.shape[1], 20)).astype(np.float32)
    adata.uns[META] = json.dumps(_facts(n_cells))
    return Screen(adata)


def _facts(n_cells: np.ndarray) -> dict:
    return {"study": "made-up", "title": "A made-up screen", "kind": "interference",
            "scale": "log1p of counts per 10,000", "cells": True, "n_cells": int(n_cells.sum()), "n_control": 2000,
            "control": "ctrl", "cell_type": "", "datasets": ["made up"], "batches": False, "species": "human",
            "dropped": {}, "warnings": [], "params": {}, "sources": [], "made": {}}  # fmt: skip
