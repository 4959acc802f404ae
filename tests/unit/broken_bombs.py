"""Files that would fill the memory or the disk; run as a program it opens each under a hard limit."""

from __future__ import annotations

import gzip
import json
import resource
import sys
import tempfile
import zipfile
from pathlib import Path

import h5py
import numpy as np

LIMIT = 64_000_000
ADDRESSES = 4_000_000_000  # bytes of address space; the libraries take half of it


def gzip_bomb(folder: Path) -> Path:
    with gzip.open(folder / "x.csv.gz", "wb") as file:
        for _ in range(90):
            file.write(b"\0" * 1_000_000)
    return folder / "x.csv.gz"


def zip_bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("x.csv", "w") as member:
            for _ in range(90):
                member.write(b"0" * 1_000_000)
    return folder / "x.zip"


def zip_that_is_just_too_large(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        with archive.open("x.csv", "w", force_zip64=True) as member:
            block = np.random.default_rng(0).bytes(1_000_000)
            for _ in range(260):
                member.write(block)
    return folder / "x.zip"


def gzip_companion_bomb(folder: Path) -> Path:
    from tests.unit import format_files as written

    inside = written.tenx_folder(folder)
    (inside / "barcodes.tsv").unlink()
    with gzip.open(inside / "barcodes.tsv.gz", "wb") as file:
        for _ in range(90):
            file.write(b"A" * 1_000_000)
    return inside


def table_wider_than_memory(folder: Path) -> Path:
    with open(folder / "x.csv", "w") as file:
        file.write("gene" + ",c" * 100_000 + "\n")
        for row in range(60):
            file.write(f"g{row}" + ",1" * 100_000 + "\n")
    return folder / "x.csv"


def _h5ad(folder: Path, n_cells: int, n_genes: int, **x) -> Path:
    from anndata.io import write_elem
    from pandas import DataFrame

    with h5py.File(folder / "x.h5ad", "w") as file:
        write_elem(file, "obs", DataFrame(index=[f"c{n}" for n in range(min(n_cells, 10))]))
        write_elem(file, "var", DataFrame(index=[f"g{n}" for n in range(min(n_genes, 10))]))
        file.create_dataset("X", (n_cells, n_genes), "f4", **x)
    return folder / "x.h5ad"


def matrix_of_nothing_that_claims_all(folder: Path) -> Path:
    return _h5ad(folder, 2_000_000, 900_000, chunks=(1000, 1000))


def matrix_of_two_million_genes(folder: Path) -> Path:
    return _h5ad(folder, 10, 2_000_000, chunks=(10, 1000))


def chunk_larger_than_the_limit(folder: Path) -> Path:
    return _h5ad(folder, 30_000, 10_000, chunks=(30_000, 10_000), compression="gzip")


def names_of_nothing_that_claim_all(folder: Path) -> Path:
    path = _h5ad(folder, 10, 10)
    with h5py.File(path, "a") as file:
        attributes = dict(file["obs/_index"].attrs)
        del file["obs/_index"]
        file.create_dataset("obs/_index", (900_000_000,), h5py.string_dtype(), chunks=(1000,)).attrs.update(attributes)
    return path


def packed_indptr(folder: Path) -> Path:
    path = _h5ad(folder, 10, 10)
    with h5py.File(path, "a") as file:
        del file["X"]
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": [10, 10]})
        group["data"], group["indices"] = np.ones(1), np.zeros(1, int)
        group.create_dataset("indptr", (4_000_000_000,), "i8", chunks=(100_000,), compression="gzip")
    return path


def columns_larger_than_the_limit(folder: Path) -> Path:
    path = _h5ad(folder, 10, 10)
    with h5py.File(path, "a") as file:
        del file["X"]
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csc_matrix", "encoding-version": "0.1.0", "shape": [10, 10]})
        group["indptr"] = np.linspace(0, 100, 11).astype(int)
        group["data"], group["indices"] = np.ones(100), np.tile(np.arange(10), 10)
        group.attrs["shape"] = [900_000, 900]
        del group["data"], group["indices"], group["indptr"]
        group["indptr"] = np.linspace(0, 3_000_000, 901).astype(int)
        group.create_dataset("data", data=np.random.default_rng(0).random(3_000_000, np.float32))
        group.create_dataset("indices", data=np.random.default_rng(0).integers(0, 900_000, 3_000_000, np.int32))
    return path


def fixed_text_of_a_gigabyte(folder: Path) -> Path:
    path = _h5ad(folder, 10, 10)
    with h5py.File(path, "a") as file:
        del file["obs/_index"]
        file.create_dataset("obs/_index", (1000,), "S1000000", chunks=(1,), compression="gzip")
    return path


def names_that_are_one_long_text(folder: Path) -> Path:
    """Four thousand entries that share one text of half a megabyte, as HDF5's heap allows."""
    path = _h5ad(folder, 10, 10)
    with h5py.File(path, "a") as file:
        del file["obs/_index"]
        file["obs/_index"] = np.array(["A" * 500_000] + ["B"] * 3999, dtype=h5py.string_dtype())
        start = file["obs/_index"].id.get_offset()
    content = bytearray(path.read_bytes())
    content[start : start + 16 * 4000] = content[start : start + 16] * 4000
    path.write_bytes(content)
    return path


BOMBS = {
    gzip_bomb: "as archive bombs do",
    zip_bomb: "as archive bombs do",
    zip_that_is_just_too_large: "unpacks to more than",
    gzip_companion_bomb: "as archive bombs do",
    table_wider_than_memory: "would take",
    matrix_of_nothing_that_claims_all: "stores only",
    matrix_of_two_million_genes: "found 2,000,000 columns",
    chunk_larger_than_the_limit: "a chunk unpacks to",
    names_of_nothing_that_claim_all: "stores only",
    packed_indptr: "stores only",
    columns_larger_than_the_limit: "stored by columns",
    fixed_text_of_a_gigabyte: "stores only",
    names_that_are_one_long_text: "Its names are too long",
}


def main() -> None:
    """Print for each bomb its sentence, what it left in the scratch folder, and the growth of memory in MB."""
    from engine.errors import InvalidFile
    from engine.io.open import open_matrix
    from tests.unit import format_files as written

    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    found = {}
    with tempfile.TemporaryDirectory() as root:
        scratch = Path(root) / "scratch"
        with open_matrix(written.tenx_folder(Path(root)), limit_bytes=LIMIT, scratch=scratch):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for make in BOMBS:
            folder = Path(root) / make.__name__
            folder.mkdir()
            path, said = make(folder), ""
            try:
                with open_matrix(path, limit_bytes=LIMIT, scratch=scratch) as opened:
                    said = f"opened as {opened.format}"
            except InvalidFile as error:
                said = str(error)
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            found[make.__name__] = [said, len(list(scratch.iterdir())), grown / 1000]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
