"""PCA of each dataset's features: genes are samples, cells are variables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.graph.split import EdgeSplit
from engine.methods.trained import Trained
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph

FULL_BELOW = 600  # genes or cells below which the full decomposition is as fast as the leading components


def train_pca(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str, checkpoint: Path,
              progress: Progress) -> Trained:
    """Principal components per dataset, not aligned between datasets; no edge, no seed and no form matters."""
    found = []
    for i, graph in enumerate(graphs):
        progress.check()
        found.append(components(graph.features, params.model.n_latent))
        progress.step((i + 1) / len(graphs))
    return Trained(found)


def components(features: np.ndarray, n_components: int) -> np.ndarray:
    """Scores on the leading principal components, not scaled, float32 (n_genes, n_components).

    Columns are centred. In each component the score of largest size is positive, the first of them when
    several are, whichever library decomposed the matrix. Components that the data does not have are 0.

    Parameters
    ----------
    features
        Shape (n_genes, n_cells).
    """
    from sklearn.decomposition import PCA

    x = features.astype(np.float64)
    scores = np.zeros((len(x), n_components))
    n_found, smaller = min(n_components, *x.shape), min(x.shape)
    if np.ptp(x, axis=0).any():
        solver = "full" if smaller < FULL_BELOW or n_found == smaller else "arpack"
        scores[:, :n_found] = PCA(n_found, svd_solver=solver, random_state=0).fit_transform(x)
    largest = np.take_along_axis(scores, np.abs(scores).argmax(axis=0)[None], axis=0)
    return (scores * np.where(largest < 0, -1.0, 1.0)).astype(np.float32)
