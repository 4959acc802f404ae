"""Tables of gene vectors from elsewhere: text, word2vec text, npz and h5ad."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidFile, InvalidParameter, UnknownName
from engine.io.files import content_hash
from engine.io.guard.door import door
from engine.params import EmbedParams

if TYPE_CHECKING:
    import pandas as pd

FORMS = "a text table gene × dimension (also gzipped), word2vec text, npz with 'genes' and 'vectors', or h5ad"


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


def vectors_path(path: str) -> Path:
    """The file behind the parameter 'vectors'.

    Raises
    ------
    InvalidParameter
        When no file is named.
    UnknownName
        When no file is there.
    """
    if not path.strip():
        raise InvalidParameter(
            f"The method 'table' needs a table of vectors and none is named. Give its file: {FORMS}."
        )
    found = Path(path).expanduser()
    if not found.is_file():
        raise UnknownName(f"A table of gene vectors was expected at '{path}', and no file is there. Correct the path.")
    return found


def outside_content(params: EmbedParams) -> list[str]:
    """Hashes of the files that a method reads beside the networks: part of the id of what it makes."""
    if params.method.method != "table" or not params.method.vectors:
        return []
    path = vectors_path(params.method.vectors)
    stat = path.stat()
    return [_hash(path, stat.st_size, stat.st_mtime_ns)]


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, changed: int) -> str:
    return content_hash(path)


def read_vectors(path: Path) -> GeneVectors:
    """Read a table of gene vectors, whichever of the known forms it has.

    Text may be parted by commas, tabs or spaces, with or without a header, and may begin with word2vec's
    line "genes dimensions".

    Raises
    ------
    InvalidFile
        When the file is damaged, has rows of unequal length or something that is no number, or no rows.
    """
    with door(path.name):
        reader = {".npz": _read_npz, ".h5ad": _read_h5ad}.get(path.suffix.lower(), _read_text)
        genes, vectors = reader(path)
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


def _read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["genes"].astype(str), arrays["vectors"].astype(np.float32)


def _read_h5ad(path: Path) -> tuple[np.ndarray, np.ndarray]:
    from anndata import read_h5ad
    from scipy import sparse

    adata = read_h5ad(path)
    x = adata.X.toarray() if sparse.issparse(adata.X) else np.asarray(adata.X)
    return adata.obs_names.to_numpy().astype(str), x.astype(np.float32)


def _read_text(path: Path) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd

    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as file:
        first = [file.readline() for _ in range(3)]
    comma = "," in first[1] or "," in first[0]
    lines = [_fields(line, comma) for line in first if line.strip()]
    skipped = 1 if len(lines) > 1 and _is_header(lines[0], lines[1]) else 0
    if not lines:
        raise InvalidFile(f"'{path.name}' is empty. Expected {FORMS}.")
    try:
        table = pd.read_csv(path, sep="," if comma else r"\s+", header=None, skiprows=skipped, dtype={0: str},
                            names=range(len(lines[skipped])), index_col=False, keep_default_na=False,
                            encoding="utf-8-sig", low_memory=False, on_bad_lines="error")  # fmt: skip
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
    return InvalidFile(f"'{path.name}': {found}. Write the table again with a gene and its numbers in every line.")


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
