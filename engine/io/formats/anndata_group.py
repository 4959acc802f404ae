"""An AnnData as a group of an HDF5 file or a zarr store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.io.formats.format import Source
from engine.io.formats.frame import read_frame
from engine.io.formats.node import is_group, names, numbers
from engine.io.formats.stored import check_sparse, stored_matrix
from engine.io.guard.door import door
from engine.io.matrix import Matrix, OnDisk, Opened

if TYPE_CHECKING:
    import pandas as pd

SPATIAL = ("spatial", "X_spatial")
PROTEIN = ("protein", "protein_expression", "proteins", "protein_counts", "X_protein", "adt", "ADT", "prot")


def read_anndata(root: Any, source: Source, kind: str) -> Opened:
    """The AnnData below `root`, its matrices left on disk where they can be.

    Raises
    ------
    InvalidFile
        When a part is missing, damaged, or does not fit the others.
    """
    for part in ("obs", "var"):
        if part not in root:
            raise source.invalid(f"expected an AnnData with '{part}', found {_listing(root)}. Write it with anndata.")
    uns = root["uns"] if "uns" in root and is_group(root["uns"]) else None
    obs, var = (read_frame(root[part], source, part, uns=uns) for part in ("obs", "var"))
    matrices = {}
    if "X" in root and not _is_null(root["X"]):
        matrices["X"] = _fitting(root["X"], len(obs), len(var), source, "X")
    raw, raw_var = _raw(root, source)
    if raw is not None:
        matrices["raw"] = _fitting(raw, len(obs), len(raw_var), source, "raw")
    for name in root["layers"] if "layers" in root else ():
        matrices[f"layers/{name}"] = _fitting(root["layers"][name], len(obs), len(var), source, f"layers/{name}")
    if not matrices:
        raise source.invalid("expected a matrix in X, raw or layers, found none. Save the AnnData with its counts.")
    obsm = _obsm(root, uns, obs, source)
    return Opened(kind, obs, var, matrices, raw_var if raw is not None else None, obsm)


def _fitting(node: Any, n_cells: int, n_genes: int, source: Source, part: str) -> Matrix:
    matrix = stored_matrix(node, source, part)
    if matrix.shape != (n_cells, n_genes):
        turned = " It seems to be the wrong way round." if matrix.shape == (n_genes, n_cells) else ""
        raise source.invalid(
            f"{part} has {matrix.shape[0]:,} rows and {matrix.shape[1]:,} columns, expected {n_cells:,} cells and "
            f"{n_genes:,} genes as in its tables.{turned} Write the file again."
        )
    return matrix


def _raw(root: Any, source: Source) -> tuple[Any, pd.DataFrame | None]:
    """The matrix node and gene table of `raw`, in the layouts of before and after anndata 0.7."""
    if "raw" in root and is_group(root["raw"]) and "X" in root["raw"] and "var" in root["raw"]:
        return root["raw"]["X"], read_frame(root["raw"]["var"], source, "raw/var")
    if "raw.X" in root and "raw.var" in root:
        return root["raw.X"], read_frame(root["raw.var"], source, "raw.var")
    return None, None


def _obsm(root: Any, uns: Any, obs: pd.DataFrame, source: Source) -> dict[str, Any]:
    group = root["obsm"] if "obsm" in root else {}
    if len(group) == 0 or not is_group(group):
        return {}
    found: dict[str, Any] = {}
    if key := next((key for key in SPATIAL if key in group), ""):
        found["spatial"] = _coordinates(group[key], len(obs), source, f"obsm/{key}")
    if key := next((key for key in PROTEIN if key in group), ""):
        found["protein"] = _proteins(group[key], key, uns, obs, source)
    return found


def _coordinates(node: Any, n_cells: int, source: Source, part: str) -> np.ndarray:
    values = read_frame(node, source, part).to_numpy() if is_group(node) else numbers(node, source, part)
    if values.ndim != 2 or values.shape[0] != n_cells or values.shape[1] < 2:
        raise source.invalid(
            f"{part} has the shape {' × '.join(map(str, values.shape))}, expected two coordinates for each of "
            f"{n_cells:,} spots. Write it again."
        )
    with door(source.name, part):
        return values[:, :2].astype(np.float64)


def _proteins(node: Any, key: str, uns: Any, obs: pd.DataFrame, source: Source) -> pd.DataFrame:
    import pandas as pd

    part = f"obsm/{key}"
    if is_group(node) and "indptr" not in node:
        table = read_frame(node, source, part)
    else:
        values = _dense(node, source, part)
        table = pd.DataFrame(values, columns=_protein_names(key, uns, values.shape[1], source))
    if len(table) != len(obs):
        raise source.invalid(
            f"{part} has {len(table):,} rows, expected one for each of {len(obs):,} cells. Write it again."
        )
    with door(source.name, part):
        return table.set_axis(obs.index, axis=0).astype(np.float64)


def _dense(node: Any, source: Source, part: str) -> np.ndarray:
    if not is_group(node):
        values = numbers(node, source, part)
        if values.ndim != 2:
            raise source.invalid(f"{part} has {values.ndim} dimensions, expected cells by proteins. Write it again.")
        return values
    shape = tuple(int(n) for n in node.attrs["shape"])
    source.need(8 * shape[0] * shape[1], part)
    check_sparse(node, shape, source, part)
    return source.guarded(OnDisk(node, shape), part).rows(0, shape[0]).toarray()


def _protein_names(key: str, uns: Any, count: int, source: Source) -> list[str]:
    wanted = (f"{key}_names", "protein_names", "proteins", "adt_names", f"{key}_columns")
    for name in wanted:
        if uns is not None and name in uns and not is_group(uns[name]) and uns[name].shape == (count,):
            return list(names(uns[name], source, f"uns/{name}"))
    source.notes.append(f"The file does not name its {count} proteins; they are numbered.")
    return [f"protein {number}" for number in range(1, count + 1)]


def _is_null(node: Any) -> bool:
    return node.attrs.get("encoding-type") in ("null", b"null")


def _listing(root: Any) -> str:
    return ", ".join(f"'{key}'" for key in sorted(root)[:6]) or "nothing"
