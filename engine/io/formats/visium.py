"""Visium folders: a 10x matrix, and under `spatial/` the place of every spot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.io.formats import tenx_folder, tenx_h5
from engine.io.formats.format import HDF5, Format, Source
from engine.io.formats.lines import read_lines
from engine.io.guard.door import door
from engine.io.matrix import Opened

if TYPE_CHECKING:
    import pandas as pd

POSITIONS = ("tissue_positions.csv", "tissue_positions_list.csv")
COLUMNS = ["in_tissue", "array_row", "array_col", "pxl_row_in_fullres", "pxl_col_in_fullres"]


def sniff(source: Source) -> bool:
    """A folder with tissue positions in it."""
    return any("tissue_positions" in path.name for path in source.files)


def read(source: Source) -> Opened:
    """The matrix with the pixel of each spot, x before y, in `obsm["spatial"]`, and `in_tissue` in `obs`.

    Raises
    ------
    InvalidFile
        When there is no matrix or no readable positions, or a spot has no place.
    """
    opened = replace(_matrix(source), format=FORMAT.name)
    table = _positions(source)
    lacking = ~opened.obs.index.isin(table.index)
    if lacking.any():
        raise source.invalid(
            f"{int(lacking.sum()):,} of {len(opened.obs):,} barcodes have no place in the tissue positions, such as "
            f"'{opened.obs.index[lacking][0]}'. Expected the spatial folder of the same run."
        )
    places = table.loc[opened.obs.index]
    coordinates = places[["pxl_col_in_fullres", "pxl_row_in_fullres"]].to_numpy(np.float64)
    obs = opened.obs.assign(**{name: places[name].to_numpy().astype(int) for name in COLUMNS[:3]})
    outside = int((obs["in_tissue"] == 0).sum())
    if outside:
        source.notes.append(f"{outside:,} spots lie outside the tissue: the obs column in_tissue tells which.")
    return replace(opened, obs=obs, obsm={**opened.obsm, "spatial": coordinates})


def _matrix(source: Source) -> Opened:
    found = [path for path in source.files if path.name.endswith("feature_bc_matrix.h5") and _is_hdf5(path)]
    chosen = [path for path in found if "filtered" in path.name] or found
    if len(chosen) == 1:
        return tenx_h5.read(source.part(chosen[0]))
    if tenx_folder.sniff(source):
        return tenx_folder.read(source)
    raise source.invalid(
        f"expected filtered_feature_bc_matrix.h5 or its folder beside 'spatial', found {len(found)} of them. "
        "Upload the 'outs' folder of one Space Ranger run."
    )


def _positions(source: Source) -> pd.DataFrame:
    import pandas as pd

    found = [path for path in source.files if path.name.removesuffix(".gz").endswith(POSITIONS)]
    if len(found) != 1:
        there = ", ".join(path.name for path in source.files if "tissue_positions" in path.name)
        raise source.invalid(
            f"expected one of {' or '.join(POSITIONS)} under 'spatial', found {there}. "
            "Write positions kept as parquet to CSV first; keep one sample a folder."
        )
    rows = read_lines(found[0], source, delimiter=",")
    rows = rows[1:] if rows and rows[0][0] == "barcode" else rows
    if not rows or len(rows[0]) != 1 + len(COLUMNS):
        raise source.invalid(
            f"{found[0].name} was expected to have 6 columns (barcode, {', '.join(COLUMNS)}), found "
            f"{len(rows[0]) if rows else 0}. Copy it again."
        )
    with door(found[0].name):
        values = np.array([row[1:] for row in rows], dtype=np.float64)
    if not np.isfinite(values).all():
        raise source.invalid(f"{found[0].name} holds places that are missing or infinite. Copy it again.")
    table = pd.DataFrame(values, columns=COLUMNS, index=pd.Index([row[0] for row in rows], dtype=object))
    if not table.index.is_unique:
        raise source.invalid(f"{found[0].name} gives a barcode two places. Expected one sample: upload its own folder.")
    return table


def _is_hdf5(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(len(HDF5)) == HDF5


FORMAT = Format("Visium folder", sniff, read)
