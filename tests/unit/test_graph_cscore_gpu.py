"""The sums that a GPU takes equal those of the CPU: by torch, on a GPU where there is one."""

import numpy as np
import pytest
import torch

from engine.errors import DeviceUnavailable
from engine.graph import cscore, cscore_gpu
from engine.graph.cscore import cs_core

CUDA = torch.cuda.is_available()


def counts(n_cells: int = 200, n_genes: int = 30) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    depth = rng.lognormal(7, 0.4, n_cells)
    return rng.poisson(depth[:, None] * 2e-3 * rng.gamma(2, 0.5, (n_cells, n_genes))).astype(np.float32), depth


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not CUDA, reason="no GPU"))])
def test_torch_gives_what_numpy_gives_whatever_the_block(monkeypatch, device):
    x, depth = counts()
    ours = cs_core(x, depth)
    monkeypatch.setattr(cscore_gpu, "gpu_for", lambda wanted: device)
    monkeypatch.setattr(cscore_gpu, "BLOCK", 37)
    theirs = cs_core(x, depth, device="auto")
    np.testing.assert_allclose(theirs.estimate, ours.estimate, atol=1e-10)
    np.testing.assert_allclose(theirs.statistic, ours.statistic, atol=1e-9)


def test_auto_without_a_gpu_stays_on_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert cscore_gpu.gpu_for("auto") is None and cscore_gpu.gpu_for("mps") is None
    with pytest.raises(DeviceUnavailable, match="Choose 'auto' or 'cpu'"):
        cscore.cs_core(*counts(), device="cuda")


def test_a_gpu_is_taken_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert cscore_gpu.gpu_for("auto") == cscore_gpu.gpu_for("cuda") == "cuda" and cscore_gpu.gpu_for("mps") is None
