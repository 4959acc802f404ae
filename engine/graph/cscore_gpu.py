"""CS-CORE's sums over cells on a GPU, in double precision."""

from __future__ import annotations

import numpy as np
import torch

from engine.errors import DeviceUnavailable
from engine.graph.moments import Moments
from engine.io.matrix import Matrix, blocks

BLOCK = 4096  # cells on the device at a time


def gpu_for(device: str) -> str | None:
    """The GPU that a setting asks for: "cuda" for `cuda`, and for `auto` where there is one; else None.

    Apple's GPUs have no double precision and are passed over.

    Raises
    ------
    DeviceUnavailable
        When CUDA is asked for and is not there.
    """
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise DeviceUnavailable(
            "A cuda device was asked for, and this machine has none that torch can use. "
            "Choose 'auto' or 'cpu', or install a torch build for your GPU."
        )
    return "cuda" if there and device in ("auto", "cuda") else None


def products(matrix: Matrix, depth: np.ndarray, moments: Moments, *, device: str) -> tuple[np.ndarray, np.ndarray]:
    """Σ rᵀr over cells for both weightings, float64 (n_genes, n_genes); r = s(x − sμ)/(sμ + s²c).

    Memory on the device is two such matrices and a block of cells, whatever the number of cells.
    """
    place = {"dtype": torch.float64, "device": device}
    n_genes, start = matrix.shape[1], 0
    mu = torch.as_tensor(moments.mu, **place)
    spreads = [torch.as_tensor(spread, **place) for spread in (moments.mu**2 / moments.theta, moments.sigma2)]
    sums = [torch.zeros(n_genes, n_genes, **place) for _ in spreads]
    for block in blocks(matrix, size=BLOCK):
        x = torch.as_tensor(block.toarray(), **place)  # (block, n_genes)
        s = torch.as_tensor(depth[start : start + len(x), None], **place)
        start += len(x)
        for total, spread in zip(sums, spreads, strict=True):
            residual = (x - s * mu) / (mu + s * spread)
            total.addmm_(residual.T, residual)
    return sums[0].cpu().numpy(), sums[1].cpu().numpy()
