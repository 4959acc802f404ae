"""AnnData files (.h5ad)."""

from __future__ import annotations

from engine.io.formats.anndata_group import read_anndata
from engine.io.formats.format import Format, Source
from engine.io.matrix import Opened


def sniff(source: Source) -> bool:
    """HDF5 with tables of cells and genes at its top, or named so."""
    found = {"obs", "var"} <= source.keys
    return found or (source.is_hdf5 and source.name.endswith(".h5ad") and "mod" not in source.keys)


def read(source: Source) -> Opened:
    """The AnnData of the file."""
    return read_anndata(source.hdf5, source, FORMAT.name)


FORMAT = Format("AnnData (h5ad)", sniff, read)
