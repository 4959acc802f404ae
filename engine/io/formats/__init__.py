"""Every kind of file that is read: a file of this folder and its line here."""

from __future__ import annotations

from engine.io.formats import h5ad, h5mu, loom, mtx, table, tenx_folder, tenx_h5, visium, zarr_store
from engine.io.formats.format import Format

FORMATS: tuple[Format, ...] = (  # the first that knows its own content reads it
    h5mu.FORMAT,
    h5ad.FORMAT,
    tenx_h5.FORMAT,
    loom.FORMAT,
    visium.FORMAT,
    tenx_folder.FORMAT,
    zarr_store.FORMAT,
    mtx.FORMAT,
    table.FORMAT,
)
