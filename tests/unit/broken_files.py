"""Broken files of many kinds: each maker writes one and gives the path to open, beside words its sentence must have."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.unit import format_files as written

BROKEN: dict[str, tuple[Callable[[Path], Path], str]] = {}


def broken(words: str):
    """Register a maker of a broken file, whose sentence must have these words."""

    def register(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
        BROKEN[make.__name__] = make, words
        return make

    return register


def given(name: str, content: bytes | str, words: str, kind: str) -> None:
    """Register a broken file that is just these bytes."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    BROKEN[kind] = make, words


NOISE = np.random.default_rng(0).bytes(3000)
given("x.h5ad", b"", "0 bytes", "empty_file")
given("x.h5ad", b"\x01\x00" + NOISE, "not what '.h5ad' promises", "noise_named_h5ad")
given("x", b"\x01\x00" + NOISE, "unknown kind", "noise_without_a_name")
given("x.h5ad", "<!DOCTYPE html><html><body>Log in</body></html>", "a web page", "log_in_page_named_h5ad")
given("x.csv", '{"error": "not found"}', "is JSON", "json_named_csv")
given("x.pkl", pickle.dumps([1, 2]), "a Python pickle", "pickle")
given("x.csv", pickle.dumps(np.arange(9)), "could run any program", "pickle_named_csv")
given("x.rds", gzip.compress(b"X\n\x00\x00\x00\x03" + NOISE), "zellkonverter", "rds")
given("x.RData", gzip.compress(b"RDX3\nX\n" + NOISE), "an R workspace", "rdata")
given("x.rda", b"plain,text\n1,2\n", "an R file", "text_named_rda")
given("x.xlsx", b"\xd0\xcf\x11\xe0" + NOISE, "Excel", "old_excel")
given("x.pdf", b"%PDF-1.7" + NOISE, "a PDF", "pdf")
given("x.bam", gzip.compress(b"BAM\x01" + NOISE), "(BAM)", "bam")
given("x.fastq.gz", gzip.compress(b"@r1\nACGT\n+\nIIII\n"), "(FASTQ)", "fastq")
given("x.csv.bz2", bz2.compress(b"a,b\n1,2"), "bzip2", "bzip2")
given("x.csv.xz", lzma.compress(b"a,b\n1,2"), "an xz archive", "xz")
given("x.7z", b"7z\xbc\xaf\x27\x1c" + NOISE, "7-Zip", "seven_zip")
given("x.parquet", b"PAR1" + NOISE, "Parquet", "parquet")
given("x.csv", "gene,a\nACTB,1\n".encode("utf-16"), "UTF-16", "utf_16")
given("matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 1\n", "alone", "mtx_alone")
given("x.csv.gz", gzip.compress(b"gene,a\nACTB,1\n" * 99)[:-9], "damaged or cut off", "gzip_cut_off")
given("x.csv.gz", gzip.compress(b"gene,a\nACTB,1\n")[:-8] + b"\0" * 8, "damaged or cut off", "gzip_with_wrong_checksum")
given("x.zip", b"PK\x03\x04" + NOISE, "damaged or cut off", "zip_cut_off")


@broken("there any more")
def file_that_is_gone(folder):
    return folder / "x.h5ad"


@broken("symbolic link")
def link_to_a_file(folder):
    (folder / "x.csv").symlink_to("/etc/passwd")
    return folder / "x.csv"


@broken("pipe, socket or device")
def named_pipe(folder):
    os.mkfifo(folder / "x.csv")
    return folder / "x.csv"


@broken("NumPy array")
def npy(folder):
    np.save(folder / "x.npy", np.eye(3))
    return folder / "x.npy"


@broken("(npz)")
def npz(folder):
    np.savez(folder / "x.npz", x=np.eye(3))
    return folder / "x.npz"


def zipped(folder: Path, *members: tuple[str, bytes], name: str = "x.zip") -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for member, content in members:
            archive.writestr(member, content)
    return folder / name


@broken("an Office document")
def xlsx(folder):
    return zipped(folder, ("xl/workbook.xml", b"<x/>"), name="x.xlsx")


@broken("pickled PyTorch")
def torch_file(folder):
    return zipped(folder, ("x/data.pkl", pickle.dumps(1)), name="x.pt")


@broken("land outside")
def zip_that_climbs(folder):
    return zipped(folder, ("../../evil.csv", b"a,b"))


@broken("land outside")
def zip_with_an_absolute_path(folder):
    return zipped(folder, ("/tmp/evil.csv", b"a,b"))


@broken("land outside")
def zip_with_backslashes(folder):
    path = zipped(folder, ("__!evil.csv", b"a,b"))
    path.write_bytes(path.read_bytes().replace(b"__!evil", b"..\\evil"))
    return path


@broken("'matrix.mtx', a link")
def zip_with_a_link(folder):
    info = zipfile.ZipInfo("matrix.mtx")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return zipped(folder, (info, b"/etc/passwd"))


@broken("password")
def zip_with_a_password(folder):
    path = zipped(folder, ("x.csv", b"a,b\n1,2"))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


@broken("an empty archive")
def zip_of_nothing(folder):
    return zipped(folder)


@broken("'x.csv' twice")
def zip_with_a_name_twice(folder):
    return zipped(folder, ("x.csv", b"a,b"), ("X.csv", b"a,b"))


@broken("holds another archive")
def zip_in_a_zip(folder):
    return zipped(folder, ("inner.zip", zipped(folder, ("x.csv", b"a"), name="inner.zip").read_bytes()))


@broken("expected one matrix inside, found 2")
def zip_of_two_files(folder):
    content = written.h5ad(folder).read_bytes()
    return zipped(folder, ("a.h5ad", content), ("b.h5ad", content))


@broken("damaged or cut off")
def zip_with_a_wrong_checksum(folder):
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("x.csv", "gene,a\nACTB,1\n")
    path = folder / "x.zip"
    path.write_bytes(path.read_bytes().replace(b"ACTB,1", b"ACTB,2", 1))
    return path


def tarred(folder: Path, info: tarfile.TarInfo, content: bytes = b"") -> Path:
    info.size = len(content)
    with tarfile.open(folder / "x.tar", "w") as archive:
        archive.addfile(info, io.BytesIO(content))
    return folder / "x.tar"


@broken("land outside")
def tar_that_climbs(folder):
    return tarred(folder, tarfile.TarInfo("a/../../evil.csv"), b"a,b")


def tar_special(kind: bytes, words: str, name: str) -> None:
    def make(folder: Path) -> Path:
        info = tarfile.TarInfo("matrix.mtx")
        info.type, info.linkname = kind, "/etc/passwd"
        return tarred(folder, info)

    BROKEN[name] = make, words


tar_special(tarfile.SYMTYPE, "a link", "tar_with_a_symlink")
tar_special(tarfile.LNKTYPE, "a link", "tar_with_a_hard_link")
tar_special(tarfile.CHRTYPE, "a device", "tar_with_a_device")
tar_special(tarfile.FIFOTYPE, "a device", "tar_with_a_pipe")


@broken("a tar header of")
def tar_with_an_endless_header(folder):
    info = tarfile.TarInfo("x.csv")
    info.type = tarfile.XHDTYPE
    return tarred(folder, info, b"0" * (2 << 20))


@broken("damaged or cut off")
def tar_cut_off(folder):
    path = written.tenx_tar(folder)
    path.write_bytes(path.read_bytes()[:1600])
    return path


@broken("empty folder")
def folder_of_nothing(folder):
    (folder / "empty").mkdir()
    return folder / "empty"


@broken("symbolic link")
def folder_with_a_link(folder):
    inside = written.tenx_folder(folder)
    (inside / "barcodes.tsv").unlink()
    (inside / "barcodes.tsv").symlink_to("/etc/passwd")
    return inside


@broken("expected one matrix inside, found none")
def folder_without_a_matrix(folder):
    (folder / "notes").mkdir()
    (folder / "notes" / "a.md").write_text("Hello.")
    (folder / "notes" / "b.md").write_text("Hello.")
    return folder / "notes"
