"""Blocks of a matrix equal the matrix, in memory and on disk."""

import h5py
import numpy as np
import pytest
from anndata.io import write_elem
from scipy import sparse

from engine.io.matrix import InMemory, OnDisk, blocks

WHOLE = np.random.default_rng(1).poisson(0.5, (23, 11)).astype(np.float32)


@pytest.fixture(params=["csr", "dense"])
def on_disk(request, tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        write_elem(file, "X", sparse.csr_matrix(WHOLE) if request.param == "csr" else WHOLE)
        yield OnDisk(file["X"])


@pytest.mark.parametrize("values", [WHOLE, sparse.csr_matrix(WHOLE), sparse.csc_matrix(WHOLE)])
def test_blocks_in_memory_make_the_whole(values):
    assert np.array_equal(sparse.vstack(list(blocks(InMemory(values), size=4))).toarray(), WHOLE)


def test_blocks_from_disk_make_the_whole(on_disk):
    assert on_disk.shape == WHOLE.shape
    assert np.array_equal(sparse.vstack(list(blocks(on_disk, size=4))).toarray(), WHOLE)
    assert np.array_equal(on_disk.rows(20, 99).toarray(), WHOLE[20:])
