"""10x folders: matrix.mtx with barcodes and features beside it, gzip or not, with a prefix or without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.io.formats.features import TYPES, by_type
from engine.io.formats.format import Format, Source
from engine.io.formats.lines import read_lines
from engine.io.formats.mtx import read_mtx
from engine.io.matrix import InMemory, Opened

if TYPE_CHECKING:
    import pandas as pd

FEATURES = ("features.tsv", "genes.tsv", "peaks.bed")
FILTERED = "filtered"


def matrices(source: Source) -> list[Path]:
    """All .mtx files of a folder."""
    return [path for path in source.files if path.name.lower().removesuffix(".gz").endswith(".mtx")]


def sniff(source: Source) -> bool:
    """A folder with a .mtx file somewhere in it."""
    return bool(matrices(source))


def read(source: Source) -> Opened:
    """The one matrix of the folder with its names; the filtered one where there is a raw one too.

    Raises
    ------
    InvalidFile
        When there are several, companions lack, or their lengths are not those of the matrix.
    """
    path = _only(matrices(source), source)
    prefix = path.name.removesuffix(".gz").removesuffix(".mtx").removesuffix("matrix")
    barcodes = _companion(path.parent, prefix, ("barcodes.tsv",), source)
    features = _companion(path.parent, prefix, FEATURES, source)
    obs, var = _cells(barcodes, source), _genes(features, source)
    matrix = read_mtx(path, source)
    if matrix.shape == (len(var), len(obs)):
        matrix = matrix.T.tocsr()
    elif matrix.shape == (len(obs), len(var)):
        source.notes.append("The matrix has cells in its rows, not in its columns as usual; it was read so.")
    else:
        raise source.invalid(
            f"{path.name} has {matrix.shape[0]:,} rows and {matrix.shape[1]:,} columns, expected {len(var):,} features "
            f"({features.name}) and {len(obs):,} barcodes ({barcodes.name}). The files belong to different "
            "matrices, or one is cut off: copy all three again."
        )
    return by_type(source.guarded(InMemory(matrix), "matrix"), obs, var, source, FORMAT.name)


def _only(found: list[Path], source: Source) -> Path:
    filtered = [path for path in found if FILTERED in path.as_posix()]
    if len(found) > 1 and len(filtered) == 1:
        source.notes.append(f"Of {len(found)} matrices the filtered one was taken: {filtered[0].parent.name}.")
        return filtered[0]
    if len(found) > 1:
        listed = ", ".join(path.relative_to(source.path).as_posix() for path in found[:4])
        raise source.invalid(f"expected one matrix, found {len(found)}: {listed}. Upload each with its own companions.")
    return found[0]


def _companion(folder: Path, prefix: str, wanted: tuple[str, ...], source: Source) -> Path:
    for name in wanted:
        for ending in ("", ".gz"):
            if (path := folder / f"{prefix}{name}{ending}").is_file():
                return path
    there = ", ".join(sorted(path.name for path in folder.iterdir())[:6])
    raise source.invalid(
        f"expected {' or '.join(prefix + name for name in wanted)} (or .gz) beside the matrix, found only {there}. "
        "Upload the whole folder."
    )


def _cells(path: Path, source: Source) -> pd.DataFrame:
    import pandas as pd

    rows = read_lines(path, source)
    return pd.DataFrame(index=pd.Index([row[0] for row in rows], dtype=object))


def _genes(path: Path, source: Source) -> pd.DataFrame:
    import pandas as pd

    rows = read_lines(path, source)
    if not rows:
        raise source.invalid(f"{path.name} is empty, expected a line for each gene. Copy the folder again.")
    columns = list(zip(*rows, strict=True))
    if path.name.removesuffix(".gz").endswith(".bed"):
        if len(columns) < 3:
            raise source.invalid(f"{path.name} was expected to have chromosome, start and end. Export it again.")
        peaks = [f"{chromosome}:{start}-{end}" for chromosome, start, end, *_ in rows]
        return pd.DataFrame({TYPES: "Peaks"}, index=pd.Index(peaks, dtype=object))
    index = pd.Index(columns[1] if len(columns) > 1 else columns[0], dtype=object)
    named = {"gene_ids": columns[0]} | ({TYPES: columns[2]} if len(columns) > 2 else {})
    return pd.DataFrame(named, index=index)


FORMAT = Format("10x folder", sniff, read)
