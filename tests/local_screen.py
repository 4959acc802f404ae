"""A made-up screen where a knock-down changes the genes whose features are like its gene's: what a graph can learn."""

from __future__ import annotations

import json

import numpy as np
from anndata import AnnData

from engine.types import GeneFeatures, GeneKnowledge, Screen, perturbation_name
from engine.types.meta import META


def local_screen(n_singles: int, n_pairs: int, n_genes: int, *, modules: int = 6, noise: float = 0.1, seed: int = 0,
                 shuffled: bool = False) -> tuple[Screen, GeneKnowledge]:
    """A screen of genes in modules; gene i is called `GENE{i}`.

    All knock-downs share a change; beyond it, a knock-down moves each gene of its own module by an amount of that
    gene. A pair does the sum. Text and sequence tell the module, with error, of nine genes in ten each. `shuffled`
    gives the perturbations' changes to one another, so that nothing is left to learn.
    """
    rng = np.random.default_rng(seed)
    genes = [f"GENE{i}" for i in range(n_genes)]
    module = rng.integers(modules, size=n_genes)
    shared, own = 0.2 * rng.normal(size=n_genes), rng.normal(size=n_genes)
    targets = rng.choice(n_genes, n_singles, replace=False)
    pairs = [rng.choice(targets, 2, replace=False) for _ in range(n_pairs)]
    sets = {perturbation_name([genes[t] for t in part]): list(part) for part in [*targets[:, None], *pairs]}
    delta = np.stack([shared + sum((module == module[t]) * own for t in part) for part in sets.values()])
    delta += noise * rng.normal(size=delta.shape)
    if shuffled:
        delta = delta[rng.permutation(len(delta))]
    return _screen(list(sets), genes, delta, noise, rng), _known(genes, module, modules, rng)


def mean_of(screen: Screen, names: list[str]) -> np.ndarray:
    """A plain core: the mean of the singles, as often as a perturbation has genes, (n_names, n_genes)."""
    single = screen.delta[["+" not in name for name in screen.names]].mean(axis=0)
    return np.stack([single * len(name.split("+")) for name in names])


def seen_of(screen: Screen) -> np.ndarray:
    """What that core tells of each perturbation of a screen without it, (n_perturbations, n_genes)."""
    n, told = sum("+" not in name for name in screen.names), mean_of(screen, screen.names)
    alone = np.array(["+" not in name for name in screen.names])[:, None]
    return np.where(alone, (n * told - screen.delta) / (n - 1), told)


def _screen(names: list[str], genes: list[str], delta: np.ndarray, noise: float, rng: np.random.Generator) -> Screen:
    adata = AnnData(delta.astype(np.float32))
    adata.obs_names, adata.var_names = names, genes
    adata.obs["n_cells"], adata.obs["n_targets"] = 100, [name.count("+") + 1 for name in names]
    adata.layers["se"] = np.full(delta.shape, noise, np.float32)
    adata.var["control"], adata.var["control_sd"], adata.var["detected"] = 1.0, 1.0, 0.9
    adata.varm["control"] = rng.normal(size=(len(genes), 20)).astype(np.float32)
    adata.uns[META] = json.dumps({"study": "made up", "kind": "interference", "cells": True, "species": "human"})
    return Screen(adata)


def _known(genes: list[str], module: np.ndarray, modules: int, rng: np.random.Generator) -> GeneKnowledge:
    told = []
    for name, width in (("text", 24), ("sequence", 16)):
        vectors = rng.normal(size=(modules, width))[module] + 0.5 * rng.normal(size=(len(genes), width))
        has = np.flatnonzero(rng.random(len(genes)) < 0.9)
        told.append(GeneFeatures(name, "made up", np.array(genes)[has], vectors[has].astype(np.float32)))
    coding = {gene: bool(rng.random() < 0.8) for gene in genes}
    return GeneKnowledge(text=told[0], sequence=told[1], coding=coding)
