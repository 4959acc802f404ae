"""Tables of gene vectors from elsewhere: text, word2vec text, npz and h5ad."""

from __future__ import annotations

import gzip
import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from engine.errors import InvalidFile, InvalidParameter, UnknownName
from engine.io.files import content_hash
from engine.io.guard.door import door
from engine.io.guard.vectors import check_vectors, need_room
from engine.params import EmbedParams
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

FORMS = "a text table gene × dimension (also gzipped), word2vec text, npz with 'genes' and 'vectors', or h5ad"
AGAIN = "Write the table again with a gene and its numbers in every line."
LONGEST = 2_000_000  # characters of a line; 20,000 dimensions take a quarter of that


@dataclass(frozen=True)
class GeneVectors:
    """Genes of a table, shape (n_genes,), and their vectors, float32 (n_genes, n_dimensions)."""

    genes: np.ndarray
    vectors: np.ndarray

    def of(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vectors of the genes `wanted`, 0 where there is none, and a mask of those that are there.

        A gene is looked for as it is written, then in upper case on both sides. Of rows with one
        name the first counts.
        """
        exact, upper = _first_rows(self.genes), _first_rows(np.char.upper(self.genes))
        rows = np.array([exact.get(gene, upper.get(gene.upper(), -1)) for gene in wanted.tolist()], dtype=np.int64)
        found = np.zeros((len(wanted), self.vectors.shape[1]), np.float32)
        found[rows >= 0] = self.vectors[rows[rows >= 0]]
        return found, rows >= 0


def _first_rows(genes: np.ndarray) -> dict[str, int]:
    return {gene: row for row, gene in reversed(list(enumerate(genes.tolist())))}


def own_vectors(name: str, settings: Settings) -> Path:
    """Where the library keeps a person's own gene vectors of that name."""
    return settings.folder("library") / "own" / name / f"{name}.npz"


def vectors_path(named: str, settings: Settings | None = None) -> Path:
    """The file behind the parameter 'vectors': a person's own one by its name in the library, else a path.

    Parameters
    ----------
    settings
        Where the library is; without them only a path is understood.

    Raises
    ------
    InvalidParameter
        When nothing is named.
    UnknownName
        When neither is there.
    """
    if not named.strip():
        raise InvalidParameter(
            f"The method 'table' needs a table of vectors and none is named. Give its file: {FORMS}."
        )
    if settings and re.fullmatch("[a-z0-9-]+", named) and own_vectors(named, settings).is_file():
        return own_vectors(named, settings)
    found = Path(named).expanduser()
    if not found.is_file():
        raise UnknownName(
            f"A table of gene vectors was expected at '{named}', and no file is there, nor gene vectors of that name "
            "in the library. Correct the path, or add the file to the library."
        )
    return found


def located(params: EmbedParams, settings: Settings) -> EmbedParams:
    """Parameters with the path of the table of vectors in place of its name, where the method reads one."""
    if params.method.method != "table":
        return params
    path = vectors_path(params.method.vectors, settings)
    return replace(params, method=replace(params.method, vectors=str(path)))


def outside_content(params: EmbedParams, settings: Settings) -> list[str]:
    """Hashes of the files that a method reads beside the networks: part of the id of what it makes."""
    if params.method.method != "table" or not params.method.vectors:
        return []
    path = vectors_path(params.method.vectors, settings)
    stat = path.stat()
    return [_hash(path, stat.st_size, stat.st_mtime_ns)]


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, changed: int) -> str:
    return content_hash(path)


def read_vectors(path: Path, *, most: float = math.inf) -> GeneVectors:
    """Read a table of gene vectors, whichever of the known forms it has.

    Text may be parted by commas, tabs or spaces, with or without a header, and may begin with word2vec's
    line "genes dimensions".

    Parameters
    ----------
    most
        Bytes that it may unpack to.

    Raises
    ------
    InvalidFile
        When the file is damaged, has rows of unequal length or something that is no number, or no rows;
        when it would unpack to more than `most`, or leads to other files.
    """
    check_vectors(path, most)
    with door(path.name):
        if path.suffix.lower() == ".h5ad":
            genes, vectors = _read_h5ad(path, most)
        else:
            genes, vectors = _read_npz(path) if path.suffix.lower() == ".npz" else _read_text(path)
    if vectors.ndim != 2 or len(genes) != len(vectors) or 0 in vectors.shape:
        raise InvalidFile(
            f"'{path.name}': expected a vector a gene, found {len(genes):,} genes and an array of shape "
            f"{vectors.shape}. Save it as {FORMS}."
        )
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise InvalidFile(
            f"'{path.name}': the row of '{genes[bad[0]]}' has a value that is missing or no finite number, "
            f"as have {len(bad) - 1:,} others. Fill or drop them."
        )
    return GeneVectors(genes, vectors)


def write_vectors(file: BinaryIO, table: GeneVectors) -> None:
    """Write a table as npz, in the form that `read_vectors` takes; the same table gives the same bytes."""
    np.savez(file, genes=table.genes, vectors=table.vectors)


def _read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["genes"].astype(str), arrays["vectors"].astype(np.float32)


def _read_h5ad(path: Path, most: float) -> tuple[np.ndarray, np.ndarray]:
    from anndata import read_h5ad
    from scipy import sparse

    adata = read_h5ad(path)
    need_room(adata.shape, most, path.name)
    x = adata.X.toarray() if sparse.issparse(adata.X) else np.asarray(adata.X)
    return adata.obs_names.to_numpy().astype(str), x.astype(np.float32)


def _read_text(path: Path) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd

    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as file:
        first = [file.readline(LONGEST) for _ in range(3)]
    if max(map(len, first)) == LONGEST:
        raise InvalidFile(f"'{path.name}': expected a gene a line, found one of over {LONGEST:,} characters. {AGAIN}")
    comma = "," in first[1] or "," in first[0]
    lines = [_fields(line, comma) for line in first if line.strip()]
    skipped = 1 if len(lines) > 1 and _is_header(lines[0], lines[1]) else 0
    if not lines:
        raise InvalidFile(f"'{path.name}' is empty. Expected {FORMS}.")
    try:
        table = pd.read_csv(path, sep="," if comma else r"\s+", header=None, skiprows=skipped, dtype={0: str},
                            names=range(len(lines[skipped])), index_col=False, keep_default_na=False,
                            encoding="utf-8-sig", low_memory=False, on_bad_lines="error",
                            compression="gzip" if opened is gzip.open else None)  # fmt: skip
    except pd.errors.ParserError as error:
        raise _ragged(path, error) from error
    return table[0].to_numpy().astype(str), _numbers(path, table)


def _fields(line: str, comma: bool) -> list[str]:
    return [field.strip().strip('"') for field in (line.rstrip("\r\n").split(",") if comma else line.split())]


def _is_header(line: list[str], following: list[str]) -> bool:
    """Whether a line names columns, or is word2vec's "genes dimensions", and holds no vector.

    Numbers alone are names of columns when they count the dimensions, as pandas writes them.
    """
    if len(line) < len(following) or line[0] == "":
        return True
    rest = line[1:]
    counted = [[str(i + start) for i in range(len(rest))] for start in (0, 1)]
    return rest in counted if all(map(_is_number, rest)) else not any(map(_is_number, rest))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _ragged(path: Path, error: Exception) -> InvalidFile:
    told = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    found = f"expected {told[1]} fields in each line, line {told[2]} has {told[3]}" if told else str(error).strip()
    return InvalidFile(f"'{path.name}': {found}. {AGAIN}")


def _numbers(path: Path, table: pd.DataFrame) -> np.ndarray:
    import pandas as pd

    for column in table.columns[1:]:
        if pd.api.types.is_numeric_dtype(table[column]):
            continue
        values = pd.to_numeric(table[column], errors="coerce")
        wrong = np.flatnonzero(values.isna())
        if len(wrong):
            text = str(table[column].iloc[wrong[0]]).strip()
            raise InvalidFile(
                f"'{path.name}': expected a number in column {column + 1} of '{table[0].iloc[wrong[0]]}', found "
                f"{repr(text) if text else 'nothing'}. Correct or drop the row."
            )
        table[column] = values
    return table.iloc[:, 1:].to_numpy(dtype=np.float32)
