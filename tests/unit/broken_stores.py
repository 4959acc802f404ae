"""Broken MuData, 10x HDF5 and loom files, and zarr stores."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.unit import format_files as written
from tests.unit.broken_files import broken, zipped
from tests.unit.broken_hdf5 import changed, put


@changed("expected modalities", written.h5mu)
def mudata_of_nothing(file):
    del file["mod/rna"], file["mod/prot"]


@changed("expected a 10x matrix with barcodes", written.tenx_h5)
def tenx_without_barcodes(file):
    del file["matrix/barcodes"]


@changed("expected 13 features × 7 barcodes", written.tenx_h5)
def tenx_with_fewer_barcodes(file):
    put(file, "matrix/barcodes", file["matrix/barcodes"][:7])


@changed("'gene_ids' has 5 entries", written.tenx_h5)
def tenx_with_fewer_ids(file):
    put(file, "matrix/features/id", file["matrix/features/id"][:5])


@changed("col_attrs/CellID", written.loom)
def loom_without_names_of_cells(file):
    del file["col_attrs/CellID"]


@changed("row_attrs/Accession has 5 entries", written.loom)
def loom_with_a_short_attribute(file):
    put(file, "row_attrs/Accession", file["row_attrs/Accession"][:5])


@changed("the layer 'spliced'", written.loom)
def loom_with_a_layer_of_another_shape(file):
    put(file, "layers/spliced", np.zeros((13, 4)))


@changed("expected 'matrix' in a loom file", written.loom)
def loom_without_a_matrix(file):
    del file["matrix"]


def rezipped(folder: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A good zipped zarr with some of its members changed, or left out."""
    with zipfile.ZipFile(written.zarr_zip(folder)) as archive:
        content = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    after = {name: change(name, data) for name, data in content.items()}
    return zipped(folder, *((name, data) for name, data in after.items() if data is not None), name="y.zarr.zip")


@broken("Pickled objects are never loaded")
def zarr_with_pickles(folder):
    def change(name, data):
        return data.replace(b"vlen-utf8", b"pickle") if name.endswith("_index/.zarray") else data

    return rezipped(folder, change)


@broken("expected numbers or text in zarr, found objects")
def zarr_with_objects(folder):
    def change(name, data):
        return json.dumps(json.loads(data) | {"dtype": "|O"}).encode() if name.endswith("X/data/.zarray") else data

    return rezipped(folder, change)


@broken("(X/data)")
def zarr_with_damaged_metadata(folder):
    return rezipped(folder, lambda name, data: b"{" if name.endswith("X/data/.zarray") else data)


@broken("expected an AnnData with 'var'")
def zarr_without_genes(folder):
    return rezipped(folder, lambda name, data: None if "/var/" in name else data)


@broken("a chunk unpacks to over")
def zarr_with_a_bomb_for_a_chunk(folder):
    def change(name, data):
        return data[:4] + (1 << 31).to_bytes(4, "little") + data[8:] if name.endswith("X/data/0") else data

    return rezipped(folder, change)
