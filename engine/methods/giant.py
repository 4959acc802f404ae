"""GIANT: the genes of every dataset walked over in their own graph, and held together across datasets.

GIANT (Chen et al., Genome Research 2023) embeds genes of many graphs with OhmNet (Zitnik and Leskovec,
Bioinformatics 2017). Here a graph is a dataset: each gene and the genes of largest |Pearson| of the
features, either sign. Nothing of it uses the CS-CORE network, and both forms are the same.

- A walk from every gene in every epoch, inside its dataset, and skip-gram over the walks: every
  (dataset, gene) has a vector of its own. Noise is drawn inside the dataset too, since a dataset that
  pushes the others away would lie apart from them.
- A tree over the datasets: those of one modality and tissue have a parent, the parents a root. A gene has
  a vector in each, and after every epoch the tree is settled and vectors move towards their parent.
- A gene starts at the same vector in all datasets.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import sparse

from engine.graph.split import EdgeSplit
from engine.methods.trained import Trained
from engine.methods.walks import correlation_graph, walks
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph

PARTNERS = 10
LENGTH = 40
WINDOW = 5
EPOCHS_A_WALK = 10  # of the parameters' epochs, for one walk from every node: 200 give 20 walks
PULL = 0.5  # weight of a parent against a vector's own place, at the first step size


class Tree:
    """The parents of the vectors, and how they hold them together.

    OhmNet's regulariser ½ Σ ‖child − parent‖²: parents in closed form, one sweep an epoch from the
    leaves up; leaves by a proximal step.

    Parameters
    ----------
    names
        Number of the gene name of each leaf, shape (n_leaves,), every number from 0 in use.
    groups
        Number of the group of each leaf, shape (n_leaves,).
    seed
        Of the root, at which all leaves of a name begin.
    """

    def __init__(self, names: np.ndarray, groups: np.ndarray, n_latent: int, *, seed: int) -> None:
        self._size, self._names = (groups.max() + 1, names.max() + 1), names
        self._parent = np.ravel_multi_index((groups, names), self._size)
        ones, n_parents = np.ones(len(names), np.float32), self._size[0] * self._size[1]
        at = (self._parent, np.arange(len(names)))
        self._gather = sparse.csr_matrix((ones, at), shape=(n_parents, len(names)))
        self._children = np.diff(self._gather.indptr)[:, None]
        self._there = (self._children > 0).reshape(*self._size, 1)
        rng = np.random.default_rng(seed)
        self.root = rng.uniform(-0.5, 0.5, (self._size[1], n_latent)).astype(np.float32) / n_latent

    def start(self) -> np.ndarray:
        """The first vectors of the leaves, shape (n_leaves, n_latent)."""
        return self.root[self._names]

    def pull(self, leaves: np.ndarray, weight: float) -> np.ndarray:
        """Settle the parents on `leaves`, and give these moved: (leaf + weight · parent) / (1 + weight)."""
        above = np.tile(self.root, (self._size[0], 1))
        parents = (self._gather @ leaves + above) / (self._children + 1)  # (n_groups * n_names, n_latent)
        total = (parents.reshape(*self._size, -1) * self._there).sum(0)
        self.root = (total / self._there.sum(0)).astype(np.float32)
        return ((leaves + weight * parents[self._parent]) / (1 + weight)).astype(np.float32)


def train_giant(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
                checkpoint: Path, progress: Progress) -> Trained:
    """Multi-layer node2vec over the correlations of every dataset; a gene without any has the vector 0."""
    layers = [correlation_graph(graph.features, PARTNERS) for graph in graphs]
    joined = [np.flatnonzero(np.diff(layer.indptr)) for layer in layers]
    vectors = [np.zeros((graph.n_genes, params.model.n_latent), np.float32) for graph in graphs]
    there = [i for i, rows in enumerate(joined) if len(rows)]
    history = _learn(there, graphs, layers, joined, vectors, params, progress) if there else {}
    without = sum(graph.n_genes - len(rows) for graph, rows in zip(graphs, joined, strict=True))
    if without:
        progress.log(f"GIANT: {without:,} genes of a dataset correlate with no other gene there; their vector is 0.")
    return Trained(vectors, history=history)


def _learn(there: list[int], graphs: list[GeneGraph], layers: list[sparse.csr_matrix], joined: list[np.ndarray],
           vectors: list[np.ndarray], params: EmbedParams, progress: Progress) -> dict[str, list[float]]:
    """Fill in the vectors of the genes `joined` in the datasets `there`."""
    from engine.methods.skip_gram import FIRST_RATE, SkipGram, epochs

    seed, n_latent = params.training.seed, params.model.n_latent
    models = [SkipGram(LENGTH * np.diff(layers[i].indptr), n_latent=n_latent, window=WINDOW, seed=seed) for i in there]
    tree = Tree(*_leaves([graphs[i] for i in there], [joined[i] for i in there]), n_latent, seed=seed)
    _write(models, tree.start())

    def read(epoch: int, rates: tuple[float, float]) -> float:
        losses = []
        for i, model in zip(there, models, strict=True):
            rng = np.random.default_rng((seed, epoch, i))
            losses.append(model.read(rng.permutation(walks(layers[i], length=LENGTH, rng=rng)), rates))
            progress.check()
        leaves = np.concatenate([model.vectors for model in models])
        _write(models, tree.pull(leaves, PULL * rates[0] / FIRST_RATE))
        return float(np.mean(losses))

    history = epochs(max(1, round(params.training.epochs / EPOCHS_A_WALK)), progress, read)
    for i, model in zip(there, models, strict=True):
        vectors[i][model.nodes] = model.vectors
    return history


def _write(models: list, leaves: np.ndarray) -> None:
    """Give every model its part of the leaves."""
    for model, part in zip(models, np.split(leaves, np.cumsum([len(m.nodes) for m in models])[:-1]), strict=True):
        model.vectors[:] = part


def _leaves(graphs: list[GeneGraph], joined: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Number of the gene name, and of the group of modality and tissue, of the genes that have partners."""
    names = np.concatenate([graph.genes[rows] for graph, rows in zip(graphs, joined, strict=True)])
    kinds = [(graph.facts["modality"], graph.facts["tissue"]) for graph in graphs]
    groups = [sorted(set(kinds)).index(kind) for kind in kinds]
    return np.unique(names, return_inverse=True)[1], np.repeat(groups, [len(rows) for rows in joined])
