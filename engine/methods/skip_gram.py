"""Skip-gram with negative sampling over sentences of node numbers, by gensim."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.progress import Progress

NEGATIVE = 5  # noise nodes a pair
FIRST_RATE, LAST_RATE = 0.025, 0.0001  # step size, falling in a straight line over the epochs


class SkipGram:
    """Vectors of nodes that predict which nodes stand near them (Mikolov et al., NeurIPS 2013).

    One thread and a seed: the same sentences give the same vectors.

    Parameters
    ----------
    counts
        How often each node will be read, shape (n_nodes,), at least one above 0; noise is drawn by
        counts^¾, and a node that is never read has no vector.
    window
        Largest distance of two nodes of a sentence that predict each other.
    """

    def __init__(self, counts: np.ndarray, *, n_latent: int, window: int, seed: int) -> None:
        from gensim.models import Word2Vec

        self.nodes = np.flatnonzero(counts)
        self._words = np.arange(len(counts)).astype(str).astype(object)
        self._model = Word2Vec(vector_size=n_latent, sg=1, hs=0, negative=NEGATIVE, window=window, min_count=1,
                               sample=0, sorted_vocab=0, workers=1, seed=seed)  # fmt: skip
        self._model.build_vocab_from_freq({self._words[node]: int(counts[node]) for node in self.nodes})

    @property
    def vectors(self) -> np.ndarray:
        """Vectors of `nodes`, float32 (n_read, n_latent); what is written to them stays."""
        return self._model.wv.vectors

    def read(self, sentences: np.ndarray, rates: tuple[float, float]) -> float:
        """Learn from node numbers, shape (n_sentences, length); the mean loss a word.

        `rates` are the step size at the first sentence and at the last.
        """
        self._model.train(
            self._words[sentences].tolist(), total_examples=len(sentences), total_words=sentences.size, epochs=1,
            start_alpha=rates[0], end_alpha=rates[1], compute_loss=True,
        )  # fmt: skip
        return float(self._model.get_latest_training_loss()) / sentences.size


def epochs(n_epochs: int, progress: Progress, read: Callable[[int, tuple[float, float]], float]) -> dict[str, list]:
    """Run `read(epoch, rates)`, which gives the loss, for every epoch; the history of the losses."""
    rates, history = np.linspace(FIRST_RATE, LAST_RATE, n_epochs + 1).tolist(), {"epoch": [], "total": []}
    for epoch in range(n_epochs):
        progress.check()
        loss = read(epoch, (rates[epoch], rates[epoch + 1]))
        history["epoch"].append(epoch + 1)
        history["total"].append(loss)
        progress.step((epoch + 1) / n_epochs, epoch=epoch + 1, total=loss)
    return history
