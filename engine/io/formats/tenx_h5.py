"""10x Genomics matrices in HDF5 (.h5), of Cell Ranger 2 and of 3 and later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.io.formats.features import TYPES, by_type
from engine.io.formats.format import Format, Source
from engine.io.formats.node import is_group, names, numbers
from engine.io.formats.stored import rows_on_disk
from engine.io.guard.memory import need_shape
from engine.io.matrix import Opened

if TYPE_CHECKING:
    import pandas as pd

PIECES = {"data", "indices", "indptr", "barcodes"}


def sniff(source: Source) -> bool:
    """HDF5 with a group of sparse pieces and barcodes."""
    return bool(_groups(source)) or _claims_it(source)


def read(source: Source) -> Opened:
    """The matrix, left on disk: columns of genes × cells are rows of cells × genes.

    Raises
    ------
    InvalidFile
        When a piece is missing or does not fit the others.
    """
    import pandas as pd

    groups = _groups(source)
    if not groups:
        raise source.invalid(
            f"expected a 10x matrix with barcodes, data, indices and indptr, found {', '.join(sorted(source.keys))}. "
            "Take filtered_feature_bc_matrix.h5 from the output of Cell Ranger."
        )
    group = source.hdf5[groups[0]]
    if len(groups) > 1:
        source.notes.append(f"Of the genomes {', '.join(groups)}, '{groups[0]}' was taken.")
    obs = pd.DataFrame(index=pd.Index(names(group["barcodes"], source, "barcodes"), dtype=object))
    var = _features(group, source)
    shape = tuple(numbers(group["shape"], source, "shape").tolist()) if "shape" in group else (len(var), len(obs))
    if shape != (len(var), len(obs)):
        raise source.invalid(
            f"the matrix is {' × '.join(f'{n:,}' for n in shape)}, expected {len(var):,} features × {len(obs):,} "
            "barcodes as they are listed. The file is damaged: copy it again."
        )
    need_shape(shape[::-1], source.name, "matrix")
    matrix = source.guarded(rows_on_disk(group, shape[::-1], source, "matrix"), "matrix")
    return by_type(matrix, obs, var, source, FORMAT.name)


def _groups(source: Source) -> list[str]:
    return [
        key for key in sorted(source.keys)
        if is_group(source.hdf5[key]) and PIECES <= set(source.hdf5[key])
        and {"features", "genes"} & set(source.hdf5[key])
    ]  # fmt: skip


def _claims_it(source: Source) -> bool:
    """A damaged one: the group 'matrix' of Cell Ranger 3, without some of its pieces."""
    if "matrix" not in source.keys or not is_group(source.hdf5["matrix"]):
        return False
    return len(PIECES & set(source.hdf5["matrix"])) >= 2


def _features(group: Any, source: Source) -> pd.DataFrame:
    import pandas as pd

    if "features" in group and is_group(group["features"]):
        table = group["features"]
        wanted = {"gene_ids": "id", TYPES: "feature_type", "genome": "genome", "interval": "interval"}
        symbols = names(table["name" if "name" in table else "id"], source, "features/name")
        columns = {ours: names(table[key], source, f"features/{key}") for ours, key in wanted.items() if key in table}
    else:
        ids = names(group["genes"], source, "genes")
        symbols = names(group["gene_names"], source, "gene_names") if "gene_names" in group else ids
        columns = {"gene_ids": ids}
    for name, values in columns.items():
        if len(values) != len(symbols):
            raise source.invalid(
                f"'{name}' has {len(values):,} entries, expected {len(symbols):,} as there are features. Copy it again."
            )
    return pd.DataFrame(columns, index=pd.Index(symbols, dtype=object))


FORMAT = Format("10x HDF5", sniff, read)
