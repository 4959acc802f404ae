"""AnnData and MuData as zarr stores, in a folder or out of a zip."""

from __future__ import annotations

from pathlib import Path

from engine.io.formats.anndata_group import read_anndata
from engine.io.formats.format import Format, Source
from engine.io.formats.h5mu import read_mudata
from engine.io.guard.door import door
from engine.io.guard.zarr_store import check_store
from engine.io.matrix import Opened

ROOTS = (".zgroup", "zarr.json", ".zarray")


def sniff(source: Source) -> bool:
    """A folder with the metadata of a zarr store in it."""
    return any(path.name in ROOTS for path in source.files)


def read(source: Source) -> Opened:
    """The AnnData of the store, or one modality of its MuData.

    Raises
    ------
    InvalidFile
        When the store is damaged, or would run code or fill the memory when read.
    """
    import zarr

    root = _root(source)
    check_store(root, source.name, source.limit_bytes)
    with door(source.name):
        group = zarr.open_group(str(root), mode="r", use_consolidated=False)
        return read_mudata(group, source, FORMAT.name) if "mod" in group else read_anndata(group, source, FORMAT.name)


def _root(source: Source) -> Path:
    found = [path.parent for path in source.files if path.name in ROOTS]
    return min(found, key=lambda folder: len(folder.parts))


FORMAT = Format("zarr store", sniff, read)
