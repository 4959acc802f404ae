"""The genes of a network: seen often enough, then the most variable or the most spatial, with their features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidCounts, InvalidParameter
from engine.params import NetworkParams
from engine.pp.regularised import regularised_model
from engine.pp.residuals import analytic_model, detected_fraction, most_variable, residual_features, residual_variance
from engine.pp.spark_x import spark_x
from engine.types import Dataset

MIN_GENES = 20
SEED = 0  # of the sample of cells, and of genes and cells that sctransform v2 learns from


@dataclass(frozen=True)
class ChosenGenes:
    """Genes of a dataset by their places in it, rising, with what was found on the way.

    `by` says how: "variance" or "spatial"; `variance` of each gene's residuals over all cells; `features`
    their residuals, float32 (n_genes, n_sampled); `cells` the places of the cells behind the features.
    """

    genes: np.ndarray
    by: str
    variance: np.ndarray
    features: np.ndarray
    cells: np.ndarray


def choose_genes(dataset: Dataset, params: NetworkParams) -> ChosenGenes:
    """The genes that `params` ask for.

    Raises
    ------
    InvalidCounts
        When fewer than 20 genes are seen in enough cells.
    InvalidParameter
        When spatial genes are asked for where no places are known.
    """
    counts = dataset.adata.X
    by = _how(dataset, params)
    seen = np.flatnonzero(detected_fraction(counts) >= params.min_detected)
    if len(seen) < MIN_GENES:
        raise InvalidCounts(
            f"Dataset '{dataset.name}': at least {MIN_GENES} genes must be seen in {params.min_detected:.0%} of the "
            f"cells, found {len(seen)} among {counts.shape[0]:,} cells. Lower the least detection or add cells."
        )
    counts = counts[:, seen]
    model, depth = analytic_model(counts)
    if params.normalisation == "v2":
        model, depth = regularised_model(counts, dataset.depth, seed=SEED), dataset.depth
    variance = residual_variance(counts, depth, model)
    order = most_variable(variance, params.n_genes)
    if by == "spatial":
        order = _most_spatial(counts, dataset.coordinates, params.n_genes)
    cells = _sample(counts.shape[0], params.feature_cells)
    features = residual_features(counts[cells][:, order], depth[cells], model.of(order),
                                 clip=np.sqrt(counts.shape[0]))  # fmt: skip
    return ChosenGenes(seen[order], by, variance[order], features.T, cells)


def given_genes(dataset: Dataset, genes: np.ndarray, params: NetworkParams) -> ChosenGenes:
    """The features of the genes at these places, whether they are seen often or not."""
    counts = dataset.adata.X[:, genes]
    model, depth = analytic_model(counts)
    variance, n_cells = residual_variance(counts, depth, model), counts.shape[0]
    cells = _sample(n_cells, params.feature_cells)
    features = residual_features(counts[cells], depth[cells], model, clip=np.sqrt(n_cells))
    return ChosenGenes(np.asarray(genes), "given", variance, features.T, cells)


def _how(dataset: Dataset, params: NetworkParams) -> str:
    if params.choose == "spatial" and dataset.coordinates is None:
        raise InvalidParameter(
            f"Dataset '{dataset.name}': genes by their pattern in the tissue need the places of the spots, found none. "
            "Choose genes by 'auto' or 'variance', or make it a spatial dataset whose file has obsm['spatial']."
        )
    spatial = dataset.source.modality == "spatial" and dataset.coordinates is not None
    return "spatial" if params.choose == "spatial" or (params.choose == "auto" and spatial) else "variance"


def _most_spatial(counts, coordinates: np.ndarray, n_genes: int) -> np.ndarray:
    """Genes with the smallest adjusted p of SPARK-X, ties by the unadjusted one, in their original order."""
    found = spark_x(counts, coordinates)
    return np.sort(np.lexsort((found.combined, found.adjusted))[:n_genes])


def _sample(n_cells: int, most: int) -> np.ndarray:
    """All cells, or `most` of them drawn without replacement, in order."""
    if n_cells <= most:
        return np.arange(n_cells)
    return np.sort(np.random.default_rng(SEED).choice(n_cells, most, replace=False))
