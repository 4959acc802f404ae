"""Genes that lie near a gene, in one dataset or over all, by cosine similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import unknown

if TYPE_CHECKING:
    import pandas as pd


def similarity_to(vectors: np.ndarray, genes: np.ndarray, gene: str) -> np.ndarray:
    """Cosine of every row with a gene, float32 in [−1, 1], shape (n_rows,).

    A gene with rows in several datasets gives the mean of its cosines: a row is near when it is
    near the gene wherever the gene was measured.

    Parameters
    ----------
    vectors
        Shape (n_rows, n_latent).
    genes
        Symbol of each row, shape (n_rows,).

    Raises
    ------
    UnknownName
        When no row is of that gene; the sentence names the closest.
    """
    return _mean_cosine(vectors, np.flatnonzero(_rows_of(genes, gene)))


def similar_genes(
    vectors: np.ndarray, genes: np.ndarray, datasets: np.ndarray, gene: str, *, n: int, dataset: str | None = None
) -> pd.DataFrame:
    """The `n` genes nearest to a gene, most similar first; the gene itself is left out.

    With `dataset`, only rows of that dataset are compared. Without, every row of the gene is
    compared with every row of another gene and the mean is its similarity; ties keep row order.

    Parameters
    ----------
    datasets
        Dataset of each row, shape (n_rows,).

    Returns
    -------
    DataFrame
        Columns gene, dataset (those in which the neighbour was compared, separated by ", ") and
        similarity.

    Raises
    ------
    UnknownName
        When the gene has no row, or none in that dataset.
    """
    rows = np.arange(len(genes)) if dataset is None else np.flatnonzero(datasets == dataset)
    where = "in this map" if dataset is None else f"in dataset '{dataset}'"
    own = _rows_of(genes[rows], gene, where=where)
    cosine = _mean_cosine(vectors[rows], np.flatnonzero(own))
    return _by_gene(genes[rows][~own], datasets[rows][~own], cosine[~own], n)


def _by_gene(genes: np.ndarray, datasets: np.ndarray, cosine: np.ndarray, n: int) -> pd.DataFrame:
    import pandas as pd

    codes, names = pd.factorize(genes)
    mean = np.bincount(codes, cosine, len(names)) / np.maximum(np.bincount(codes, minlength=len(names)), 1)
    top = np.argsort(-mean, kind="stable")[:n]
    where = [", ".join(pd.unique(datasets[codes == code])) for code in top]
    return pd.DataFrame({"gene": names[top], "dataset": where, "similarity": mean[top]})


def _mean_cosine(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    own = vectors[rows] / _lengths(vectors[rows])[:, None]
    cosine = vectors @ own.mean(axis=0) / _lengths(vectors)
    return np.clip(cosine, -1, 1).astype(np.float32)


def _lengths(vectors: np.ndarray) -> np.ndarray:
    return np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-12)


def _rows_of(genes: np.ndarray, gene: str, *, where: str = "in this map") -> np.ndarray:
    own = genes == gene
    if not own.any():
        raise unknown("gene", gene, np.unique(genes).tolist(), where=where)
    return own
