"""Gene2vec: one vector a gene name, by skip-gram over the co-expressed pairs of all datasets together."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.graph.split import EdgeSplit
from engine.methods.trained import Trained
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph

PAIRS_A_GENE = 32  # pairs read in an epoch are at most so many times the genes


def train_gene2vec(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
                   checkpoint: Path, progress: Progress) -> Trained:
    """Skip-gram on gene pairs (Du et al., BMC Genomics 2019); every dataset's row of a gene gets its one vector.

    Pairs are the kept edges of all datasets: mended, the positive ones, since genes that replace each
    other are no company; published, those of either sign. A pair counts once a dataset that has it. A gene
    without a pair has the vector 0. Epochs are those of the parameters; each draws its pairs anew.
    """
    names, rows = np.unique(np.concatenate([graph.genes for graph in graphs]), return_inverse=True)
    rows = np.split(rows, np.cumsum([graph.n_genes for graph in graphs])[:-1])
    pairs = _pairs(graphs, splits, rows, both_signs=params.method.form == "published")
    vectors = np.zeros((len(names), params.model.n_latent), np.float32)
    history = _learn(pairs, vectors, params, progress) if len(pairs) else {}
    without = len(names) - len(np.unique(pairs))
    if without:
        progress.log(f"Gene2vec: {without:,} of {len(names):,} genes have no co-expressed partner; their vector is 0.")
    return Trained([vectors[of_dataset] for of_dataset in rows], history=history)


def _pairs(graphs: list[GeneGraph], splits: list[EdgeSplit], rows: list[np.ndarray], *,
           both_signs: bool) -> np.ndarray:
    """Numbers of the names of every pair, int32 (n_pairs, 2)."""
    found = []
    for graph, split, of_dataset in zip(graphs, splits, rows, strict=True):
        chosen = split.kept if both_signs else split.kept[graph.statistic[split.kept] > 0]
        found.append(of_dataset[graph.edges[:, chosen]].T.astype(np.int32))
    return np.concatenate(found)


def _learn(pairs: np.ndarray, vectors: np.ndarray, params: EmbedParams, progress: Progress) -> dict[str, list[float]]:
    """Fill in the vectors of the genes that have pairs."""
    from engine.methods.skip_gram import SkipGram, epochs

    seed, n_drawn = params.training.seed, min(len(pairs), PAIRS_A_GENE * len(vectors))
    model = SkipGram(np.bincount(pairs.ravel(), minlength=len(vectors)), n_latent=vectors.shape[1], window=1, seed=seed)

    def read(epoch: int, rates: tuple[float, float]) -> float:
        rng = np.random.default_rng((seed, epoch))
        return model.read(pairs[rng.choice(len(pairs), n_drawn, replace=False)], rates)

    history = epochs(params.training.epochs, progress, read)
    vectors[model.nodes] = model.vectors
    return history
