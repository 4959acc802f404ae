"""One vector a gene, from the rows that it has in every dataset of a map."""

from __future__ import annotations

import numpy as np

from engine.tl.neighbours import unit_rows

MOST_COLUMNS = 512  # wider vectors are turned onto their principal components


def one_vector_a_gene(vectors: np.ndarray, datasets: np.ndarray, genes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vectors of a gene in all datasets side by side, the same for every method.

    Each row has length 1, so that no dataset speaks louder than another; where a dataset lacks a gene, its
    part is 0. Which datasets have a gene is thus told by every method alike, random vectors included. Vectors
    of more than `MOST_COLUMNS` columns are turned onto that many principal components, which are fitted on all
    genes and see no labels.

    Parameters
    ----------
    vectors
        Shape (n_rows, n_latent).
    datasets, genes
        Of each row, shape (n_rows,); a gene is in a dataset once.

    Returns
    -------
    names, features
        The genes in alphabetical order, shape (n_genes,); float32, shape (n_genes, n_datasets × n_latent), or
        fewer columns as said.
    """
    names, gene = np.unique(genes, return_inverse=True)
    parts, dataset = np.unique(datasets, return_inverse=True)
    blocks = np.zeros((len(names), len(parts), vectors.shape[1]), np.float32)
    blocks[gene, dataset] = unit_rows(vectors)
    return names, _narrow(blocks.reshape(len(names), -1))


def _narrow(features: np.ndarray) -> np.ndarray:
    from sklearn.decomposition import PCA

    if features.shape[1] <= MOST_COLUMNS or len(features) <= MOST_COLUMNS:
        return features
    return PCA(MOST_COLUMNS, svd_solver="randomized", random_state=0).fit_transform(features)
