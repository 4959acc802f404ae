"""Matrices of an HDF5 file or a zarr store: judged at the door, left on disk where they can be streamed."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.io.formats.format import Source
from engine.io.formats.node import is_group, numbers
from engine.io.guard.door import door
from engine.io.guard.memory import need_honest, need_numbers, need_shape, size
from engine.io.matrix import InMemory, Matrix, OnDisk, native


def stored_matrix(node: Any, source: Source, part: str) -> Matrix:
    """The matrix at `node`, cells by genes; CSR and dense stay on disk, CSC is read into memory.

    Raises
    ------
    InvalidFile
        When its pieces do not fit together, or a CSC matrix takes more memory than the limit.
    """
    if not is_group(node):
        need_shape(node.shape, source.name, part)
        need_numbers(node.dtype, source.name, part)
        need_honest(node, source.limit_bytes, source.name, part)
        return source.guarded(OnDisk(node), part)
    kind = _text(node.attrs.get("encoding-type", node.attrs.get("h5sparse_format", "csr")))
    shape = _shape(node, source, part)
    need_shape(shape, source.name, part)
    if not kind.startswith("csc"):
        return source.guarded(rows_on_disk(node, shape, source, part), part)
    check_sparse(node, (shape[1], shape[0]), source, part)
    return source.guarded(_turned(node, shape, source, part), part)


def rows_on_disk(node: Any, shape: tuple[int, int], source: Source, part: str) -> Matrix:
    """A group with data, indices and indptr as a matrix of `shape`, a row of indptr a cell."""
    check_sparse(node, shape, source, part)
    with door(source.name, part):
        return OnDisk(node, shape)


def check_sparse(node: Any, shape: tuple[int, int], source: Source, part: str) -> None:
    """Raise `InvalidFile` unless data, indices and indptr fit each other and `shape` (lines, width)."""
    for name in ("data", "indices", "indptr"):
        if name not in node or is_group(node[name]):
            raise source.invalid(f"{part} is a sparse matrix without its '{name}'. Write the file again.")
        need_honest(node[name], source.limit_bytes, source.name, f"{part}/{name}")
        need_numbers(node[name].dtype, source.name, f"{part}/{name}")
        if name != "data" and node[name].dtype.kind not in "iu":
            raise source.invalid(f"{part}/{name} must hold whole numbers, found {node[name].dtype}. Write it again.")
    stored, placed = node["data"].shape, node["indices"].shape
    if len(stored) != 1 or stored != placed:
        raise source.invalid(
            f"{part} has {_count(stored)} values and {_count(placed)} indices, expected one for each. "
            "The file is damaged: write it again."
        )
    starts = numbers(node["indptr"], source, f"{part}/indptr")
    if starts.shape != (shape[0] + 1,):
        raise source.invalid(
            f"{part}/indptr has {_count(starts.shape)} entries, expected {shape[0] + 1:,} for a matrix of "
            f"{shape[0]:,} × {shape[1]:,}. The file is damaged: write it again."
        )
    _check_starts(starts.astype(np.int64), stored[0], shape[1], source, part)


def _check_starts(starts: np.ndarray, stored: int, width: int, source: Source, part: str) -> None:
    lengths = np.diff(starts)
    if starts[0] != 0 or (lengths < 0).any():
        at = int(np.argmax(lengths < 0)) if (lengths < 0).any() else 0
        raise source.invalid(
            f"{part}/indptr must begin at 0 and never fall, found {starts[at]:,} then {starts[at + 1]:,} at row "
            f"{at:,}. The file is damaged: write it again."
        )
    if starts[-1] != stored:
        raise source.invalid(
            f"{part}/indptr ends at {starts[-1]:,}, expected {stored:,}, the number of values. "
            "The file is damaged or cut off: write it again."
        )
    if lengths.max(initial=0) > width:
        raise source.invalid(
            f"row {int(lengths.argmax()):,} of {part} holds {lengths.max():,} values in {width:,} columns. "
            "The file is damaged: write it again."
        )


def _turned(node: Any, shape: tuple[int, int], source: Source, part: str) -> Matrix:
    """A CSC matrix, in memory as CSR."""
    from scipy import sparse

    stored = node["data"].shape[0]
    source.need(
        2 * stored * (node["data"].dtype.itemsize + 8), part,
        f"It is stored by columns (CSC, {size(stored * 8)} or more), so it cannot be read piece by piece: "
        "save it by rows, adata.X = adata.X.tocsr(), or raise GENEWEAVE_MATRIX_GB.",
    )  # fmt: skip
    with door(source.name, part):
        pieces = [native(node[name][:]) for name in ("data", "indices", "indptr")]
        if stored and (pieces[1].min() < 0 or pieces[1].max() >= shape[0]):
            raise source.invalid(
                f"{part}/indices must be row numbers from 0 to {shape[0] - 1:,}, found {pieces[1].min():,} to "
                f"{pieces[1].max():,}, out of range. The file is damaged: write it again."
            )
        return InMemory(sparse.csc_matrix(tuple(pieces), shape=shape))


def _shape(node: Any, source: Source, part: str) -> tuple[int, ...]:
    found = node.attrs.get("shape", node.attrs.get("h5sparse_shape"))
    if found is None:
        raise source.invalid(
            f"{part} was expected to be a matrix, found a group without a shape "
            f"({', '.join(sorted(node)[:5]) or 'empty'}). Write the file again with anndata."
        )
    return tuple(int(n) for n in np.atleast_1d(found))


def _count(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
