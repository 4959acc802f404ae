"""Autoencoders as tasks for the loop: of one dataset's network, and of the features of one or many datasets."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from engine.models.autoencoders import (
    FeatureAutoencoder,
    GraphEncoder,
    gaussian_divergence,
    inner_product_loss,
    propagation,
    standard_rows,
)

ROWS = 1024  # genes whose pairs are decoded in an epoch, drawn anew in each when there are more
AHEAD = 1_000_003  # what an epoch draws follows from seed · AHEAD + epoch


class _WholeEpochs:
    """A step an epoch, all parameters at one rate."""

    def groups(self, learning_rate: float, decoder_rate: float) -> list[dict]:
        return [{"params": self.model.parameters(), "lr": learning_rate}]

    def steps(self, epoch: int) -> list[int]:
        return [epoch]


class GraphAutoencoderTask(_WholeEpochs):
    """GAE or VGAE of one dataset.

    Parameters
    ----------
    features
        Shape (n_genes, n_cells), on the device.
    joined
        Kept edges, bool (n_genes, n_genes) with a True diagonal, on the device.
    published
        Whether the loss has the handicap of the published benchmark.
    """

    def __init__(self, features: Tensor, joined: Tensor, *, n_hidden: int, n_latent: int, variational: bool,
                 published: bool, seed: int) -> None:
        self._features, self._joined, self._published, self._seed = features, joined, published, seed
        self._spread = propagation(joined)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = GraphEncoder(features.shape[1], n_hidden, n_latent, variational=variational)

    def losses(self, epoch: int) -> dict[str, Tensor]:
        """Reconstruction of the network and, for VGAE, the divergence a gene over the number of genes."""
        rng = torch.Generator().manual_seed(self._seed * AHEAD + epoch)
        z, log_std = self.model(self._features, self._spread)
        rows = torch.randperm(len(z), generator=rng)[:ROWS].to(z.device)
        if log_std is None:
            return {"reconstruction": self._reconstruction(z, rows)}
        noise = torch.randn(z.shape, generator=rng).to(z.device)
        drawn = z + noise * log_std.exp()
        return {"reconstruction": self._reconstruction(drawn, rows),
                "divergence": gaussian_divergence(z, log_std) / len(z)}  # fmt: skip

    def _reconstruction(self, z: Tensor, rows: Tensor) -> Tensor:
        return inner_product_loss(z, rows, self._joined, published=self._published)

    def output(self) -> list[np.ndarray]:
        """Vectors of the one dataset: the means."""
        self.model.eval()
        with torch.no_grad():
            return [self.model(self._features, self._spread)[0].cpu().numpy()]


class FeatureAutoencoderTask(_WholeEpochs):
    """WSMAE of all datasets together, or MAE of one: each gene's standardised features rebuilt from its vector.

    Of many datasets, one at a time is on the device with its activations, which are computed again for
    the gradient.

    Parameters
    ----------
    features
        Per dataset, float32 (n_genes, n_cells).
    masked
        Share of the entries hidden from the encoder in training; the loss is on the hidden ones then.
    published
        Whether `output` hides as much too, as the published benchmark does, and leaves the vectors where
        they are; else they are centred over all rows, since an autoencoder's origin means nothing and
        the cosine is taken from it.
    """

    def __init__(self, features: list[np.ndarray], *, n_hidden: int, n_latent: int, masked: float,
                 published: bool, seed: int) -> None:
        self._features, self._masked, self._published, self._seed = features, masked, published, seed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = FeatureAutoencoder([x.shape[1] for x in features], n_hidden, n_latent)

    def losses(self, epoch: int) -> dict[str, Tensor]:
        """Mean over datasets of the squared error, in units of a gene's variance."""
        if len(self._features) == 1:
            return {"reconstruction": self._error(0, epoch)}
        each = [checkpoint(self._error, i, epoch, use_reentrant=False) for i in range(len(self._features))]
        return {"reconstruction": torch.stack(each).mean()}

    def output(self) -> list[np.ndarray]:
        """Vectors of every dataset."""
        self.model.eval()
        with torch.no_grad():
            found = [self._encode(i).cpu().numpy() for i in range(len(self._features))]
        return found if self._published else [z - np.concatenate(found).mean(0) for z in found]

    def _encode(self, i: int) -> Tensor:
        x = self._input(i)
        return self.model.encode(i, self._without(x, self._hidden(x, i, 0)) if self._published else x)

    def _error(self, i: int, epoch: int) -> Tensor:
        x = self._input(i)
        if not self._masked:
            return (self.model.decode(i, self.model.encode(i, x)) - x).square().mean()
        hidden = self._hidden(x, i, epoch)
        rebuilt = self.model.decode(i, self.model.encode(i, self._without(x, hidden)))
        return ((rebuilt - x).square() * hidden).sum() / hidden.sum().clamp(1)

    def _input(self, i: int) -> Tensor:
        device = next(self.model.parameters()).device
        return standard_rows(torch.from_numpy(np.ascontiguousarray(self._features[i], np.float32)).to(device))

    def _hidden(self, x: Tensor, i: int, epoch: int) -> Tensor:
        rng = torch.Generator().manual_seed((self._seed * AHEAD + epoch) * len(self._features) + i)
        return (torch.rand(x.shape, generator=rng) < self._masked).to(x.device)

    def _without(self, x: Tensor, hidden: Tensor) -> Tensor:
        """`x` with 0 where hidden; what is left is scaled up, so that a gene's input keeps its size."""
        return x.masked_fill(hidden, 0) / (1 - self._masked)
