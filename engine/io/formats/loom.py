"""Loom files: genes by cells, turned round a block of cells at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.io.formats.format import Format, Source
from engine.io.formats.node import is_group, names, series
from engine.io.guard.memory import need_honest, need_numbers
from engine.io.matrix import Matrix, Opened, native

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

STRIP = 1 << 26  # bytes of the dense block that is turned at a time
GENE_NAMES = ("Gene", "gene_name", "GeneName", "var_names", "Accession", "gene_ids")
CELL_NAMES = ("CellID", "obs_names", "cell_names", "Barcode", "barcode")


class Turned:
    """A dense dataset of genes by cells, read as cells by genes."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self.shape = (int(node.shape[1]), int(node.shape[0]))
        wide = node.chunks[1] if node.chunks else 1
        fits = STRIP // max(1, self.shape[1] * node.dtype.itemsize)
        self._step = max(wide, fits - fits % wide)

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`; never more than a strip of them is dense at a time."""
        from scipy import sparse

        stop = min(stop, self.shape[0])
        strips = range(start, stop, self._step)
        parts = [sparse.csr_matrix(native(self._node[:, at : min(at + self._step, stop)]).T) for at in strips]
        return sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix((0, self.shape[1]))


def sniff(source: Source) -> bool:
    """HDF5 with a matrix and attributes of rows and columns."""
    return {"row_attrs", "col_attrs"} <= source.keys or (source.is_hdf5 and source.name.endswith(".loom"))


def read(source: Source) -> Opened:
    """The matrix and its layers, left on disk.

    Raises
    ------
    InvalidFile
        When a part is missing, or an attribute has another length than its side of the matrix.
    """
    root = source.hdf5
    for part in ("matrix", "row_attrs", "col_attrs"):
        if part not in source.keys:
            raise source.invalid(
                f"expected '{part}' in a loom file, found {', '.join(sorted(source.keys)) or 'nothing'}. "
                "Write the file again with loompy."
            )
    matrix = _turned(root["matrix"], source, "matrix")
    obs = _attributes(root["col_attrs"], matrix.shape[0], CELL_NAMES, source, "col_attrs")
    var = _attributes(root["row_attrs"], matrix.shape[1], GENE_NAMES, source, "row_attrs")
    matrices: dict[str, Matrix] = {"X": matrix}
    for name in root["layers"] if "layers" in root else ():
        layer = _turned(root["layers"][name], source, f"layers/{name}")
        if layer.shape != matrix.shape:
            raise source.invalid(
                f"the layer '{name}' has {layer.shape[0]:,} cells and {layer.shape[1]:,} genes, expected "
                f"{matrix.shape[0]:,} and {matrix.shape[1]:,} as the matrix. Write the file again without it."
            )
        matrices[f"layers/{name}"] = layer
    return Opened(FORMAT.name, obs, var, matrices)


def _turned(node: Any, source: Source, part: str) -> Matrix:
    if is_group(node):
        raise source.invalid(f"expected a dense matrix at '{part}', found a group. Write the file again with loompy.")
    if len(node.shape) != 2:
        raise source.invalid(f"expected genes by cells at '{part}', found {len(node.shape)} dimensions. Mend it.")
    need_numbers(node.dtype, source.name, part)
    need_honest(node, source.limit_bytes, source.name, part)
    return source.guarded(Turned(node), part)


def _attributes(group: Any, count: int, wanted: tuple[str, ...], source: Source, part: str) -> pd.DataFrame:
    import pandas as pd

    key = next((key for key in wanted if key in group), "")
    if not key:
        raise source.invalid(
            f"expected names under {part}/{wanted[0]}, found {', '.join(sorted(group)[:6]) or 'nothing'}. "
            "Write the file again with them."
        )
    index = names(group[key], source, f"{part}/{key}")
    columns = {name: series(group[name], source, f"{part}/{name}") for name in sorted(group) if name != key}
    for name, values in {key: index, **columns}.items():
        if values is not None and len(values) != count:
            raise source.invalid(
                f"{part}/{name} has {len(values):,} entries, expected {count:,} as in the matrix. Write the file again."
            )
    kept = {name: values for name, values in columns.items() if values is not None}
    return pd.DataFrame(kept, index=pd.Index(index, dtype=object))


FORMAT = Format("loom", sniff, read)
