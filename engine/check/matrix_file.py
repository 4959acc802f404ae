"""The matrix that studies read, written as h5ad a block of cells at a time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.check.columns import tidy
from engine.check.mend import Content
from engine.check.scan import stream
from engine.check.verdict import Checked
from engine.errors import StorageFull
from engine.progress import Progress
from engine.store import atomic_write

if TYPE_CHECKING:
    import h5py

CHUNK = 100_000  # values that are compressed together
SPARE = 50e6  # bytes that stay free on the disk


def write_matrix(checked: Checked, target: Path, *, original: Path | None = None,
                 progress: Progress | None = None) -> None:  # fmt: skip
    """Write what a study reads to `target`, whole or not at all: whole counts in `X`, float32 CSR.

    Of a table of effects, or a screen without counts, the values as they are.

    When `original` is an h5ad file that is just so already, `target` becomes a link to it, or a copy.

    Raises
    ------
    StorageFull
        When the disk has no room.
    """
    table = checked.report.guess("modality") == "effects"  # whose layers hold p
    fit = _is_h5ad if table else _fit_as_it_is
    if original is not None and checked.as_it_came and fit(original, checked.content):
        with atomic_write(target) as part:
            _link(original, part)
        return
    need_room(target, checked.report.n_values * 8 + SPARE)
    with atomic_write(target) as part:
        _write(checked.content, part, progress or Progress(), whole=bool(checked.report.counts))


def write_cells(checked: Checked, target: Path) -> None:
    """Keep the facts of each cell: arrays counts, genes, mito, float32 (n_cells,)."""
    with atomic_write(target) as part, open(part, "wb") as file:
        np.savez(file, **vars(checked.cells))


def need_room(target: Path, size: float) -> None:
    """Raise `StorageFull` when the disk of `target` has less than `size` bytes; HDF5 itself would end the process."""
    target.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(target.parent).free
    if free < size:
        raise StorageFull(
            f"The matrix needs up to {size / 1e9:.3g} GB on the disk, and {free / 1e9:.3g} GB are free. Nothing was "
            "written: free some space or set GENEWEAVE_HOME to another disk, then try again."
        )


def _write(content: Content, path: Path, progress: Progress, *, whole: bool) -> None:
    import h5py
    from anndata.io import write_elem

    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"], file.attrs["encoding-version"] = "anndata", "0.1.0"
        _write_values(file, content, progress, whole=whole)
        write_elem(file, "obs", tidy(content.obs))
        write_elem(file, "var", tidy(content.var))
        write_elem(file, "obsm", {key: _plain(value, content) for key, value in content.obsm.items()})
        for name in ("varm", "obsp", "varp", "layers", "uns"):
            write_elem(file, name, {})


def _write_values(file: h5py.File, content: Content, progress: Progress, *, whole: bool) -> None:
    """The group `X` in CSR form, grown block by block; counts, which are `whole`, without the error of logarithms."""
    group = file.create_group("X")
    group.attrs["encoding-type"], group.attrs["encoding-version"] = "csr_matrix", "0.1.0"
    group.attrs["shape"] = np.array(content.matrix.shape, dtype=np.int64)
    stored = {
        name: group.create_dataset(name, (0,), dtype, maxshape=(None,), chunks=(CHUNK,), compression="lzf")
        for name, dtype in (("data", np.float32), ("indices", np.int32))
    }
    ends, length = [np.zeros(1, dtype=np.int64)], 0
    for block in stream(content.matrix, progress):
        block = block.copy()
        if whole:
            block.data = np.round(block.data)
        block.eliminate_zeros()
        block.sort_indices()
        for name, values in (("data", block.data), ("indices", block.indices)):
            stored[name].resize((length + block.nnz,))
            stored[name][length:] = values
        ends.append(length + block.indptr[1:].astype(np.int64))
        length += block.nnz
    group.create_dataset("indptr", data=np.concatenate(ends))


def _plain(value: Any, content: Content) -> Any:
    """Proteins as a table whose rows are named as the cells, anything else as it is."""
    if not hasattr(value, "iloc"):
        return np.asarray(value)
    return tidy(value.set_axis(content.obs.index.astype(str)))


def _is_h5ad(original: Path, _: Content) -> bool:
    import h5py

    return original.suffix.lower() == ".h5ad" and original.is_file() and h5py.is_hdf5(original)


def _fit_as_it_is(original: Path, content: Content) -> bool:
    """Whether a file is an h5ad with CSR counts in X, and everything kept of it is where a study looks for it."""
    import h5py

    if not _is_h5ad(original, content):
        return False
    with h5py.File(original) as file:
        matrix = file.get("X")
        if not isinstance(matrix, h5py.Group) or matrix.attrs.get("encoding-type") != "csr_matrix":
            return False
        proteins = "protein" in content.obsm
        placed = "spatial" not in content.obsm or "spatial" in file.get("obsm", {})
        return placed and not proteins and "raw" not in file and not len(file.get("layers", {}))


def _link(original: Path, target: Path) -> None:
    try:
        os.link(original, target)
    except OSError:
        shutil.copyfile(original, target)
