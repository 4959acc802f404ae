"""Kinds of file that are known and not read, each with what to do instead."""

from __future__ import annotations

from engine.errors import InvalidFile

R = "In R: write 10x files with DropletUtils::write10xCounts, or h5ad with zellkonverter::writeH5AD, and upload those."
PICKLE = "Loading it could run any program, so it never is. In Python: adata.write_h5ad('data.h5ad')."
READS = "Upload the counts that were made from the reads (from Cell Ranger: filtered_feature_bc_matrix.h5)."
PACK = "Unpack it, and upload the file inside, or a zip or tar.gz of it."
TABLE = "Save the sheet with the counts as CSV (UTF-8)."
HELP = "Export the counts as h5ad, 10x files or CSV."

BY_CONTENT = (
    (b"X\n\x00\x00\x00", "an R object (rds)", R),
    (b"RDX", "an R workspace (RData)", R),
    (b"\x80\x02", "a Python pickle", PICKLE),
    (b"\x80\x03", "a Python pickle", PICKLE),
    (b"\x80\x04", "a Python pickle", PICKLE),
    (b"\x80\x05", "a Python pickle", PICKLE),
    (b"\x93NUMPY", "a NumPy array", "It has no names of cells and genes. In Python: write_h5ad an AnnData of it."),
    (b"%PDF", "a PDF", HELP),
    (b"BAM\x01", "aligned reads (BAM)", READS),
    (b"CRAM", "aligned reads (CRAM)", READS),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", TABLE),
    (b"PAR1", "a Parquet table", "Write it as CSV, or put it into an AnnData and write h5ad."),
    (b"BZh", "a bzip2 archive", PACK),
    (b"\xfd7zXZ", "an xz archive", PACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", PACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", PACK),
    (b"Rar!", "a RAR archive", PACK),
    (b"SQLite format 3", "an SQLite database", HELP),
    (b"MATLAB 5.0", "a MATLAB file", HELP),
    (b"ARROW1", "an Arrow table", "Write it as CSV, or put it into an AnnData and write h5ad."),
    (b"\x89PNG", "a picture", HELP),
    (b"\xff\xd8\xff", "a picture", HELP),
    (b"II*\x00", "a picture (TIFF)", HELP),
    (b"MM\x00*", "a picture (TIFF)", HELP),
    (b"\x7fELF", "a program", HELP),
    (b"MZ\x90", "a program", HELP),
    (b"\xff\xfe", "text in UTF-16", "Save it as 'CSV UTF-8'."),
    (b"\xfe\xff", "text in UTF-16", "Save it as 'CSV UTF-8'."),
    (b"##fileformat=VCF", "a list of variants (VCF)", HELP),
    (b"#1.2", "a GCT table", "Remove its first two lines and the column 'Description', and save it as TSV."),
    (b"{\\rtf", "a formatted text", HELP),
)
BY_NAME = {
    (".rds", ".rdata", ".rda"): ("an R file", R),
    (".pkl", ".pickle", ".joblib", ".pt", ".pth"): ("a Python pickle", PICKLE),
    (".npy", ".npz"): ("a NumPy array", "It has no names of cells and genes. In Python: write_h5ad an AnnData."),
    (".xlsx", ".xls", ".ods"): ("a workbook", TABLE),
    (".bam", ".sam", ".cram", ".fastq", ".fq"): ("a file of reads", READS),
    (".pdf", ".docx", ".png", ".jpg", ".tif", ".tiff"): ("a document or picture", HELP),
    (".7z", ".rar", ".bz2", ".xz", ".zst"): ("an archive of another kind", PACK),
    (".parquet", ".feather"): ("a table of another kind", "Write it as CSV, or put it into an AnnData, write_h5ad."),
}
KNOWN = "h5ad, h5mu, 10x .h5, a 10x or Visium folder (or its zip or tar), loom, CSV or TSV, zipped zarr"


def refuse_content(head: bytes, name: str) -> None:
    """Raise `InvalidFile` when the first bytes are those of a kind that is not read."""
    for magic, kind, advice in BY_CONTENT:
        if head.startswith(magic):
            raise _refused(name, kind, advice)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise _refused(name, "a web page", "The download needs a log-in, or its address is wrong: download it again.")
    if start.startswith((b"{", b"[")):
        raise _refused(name, "JSON", HELP)
    lines = head.split(b"\n", 3)
    if len(lines) > 2 and lines[0].startswith(b"@") and lines[2].startswith(b"+"):
        raise _refused(name, "reads (FASTQ)", READS)


def refuse_members(members: list[str], name: str) -> None:
    """Raise `InvalidFile` when a zip archive is really a document, arrays or a pickled model."""
    if any(member.startswith(("xl/", "word/", "ppt/")) or member == "mimetype" for member in members):
        raise _refused(name, "an Office document", TABLE)
    if members and all(member.endswith(".npy") for member in members):
        raise _refused(name, "NumPy arrays (npz)", "They have no names. In Python: write_h5ad an AnnData of them.")
    if any(member.endswith("data.pkl") for member in members):
        raise _refused(name, "a pickled PyTorch file", PICKLE)


def refuse_name(name: str) -> None:
    """Raise `InvalidFile` when the name ends as those of kinds that are not read."""
    for endings, (kind, advice) in BY_NAME.items():
        if name.lower().removesuffix(".gz").endswith(endings):
            raise _refused(name, kind, advice)


def refuse_hdf5(keys: frozenset[str], name: str) -> InvalidFile:
    """The error for an HDF5 file of no kind that is read."""
    if {"assays", "cell.names"} <= keys:
        return _refused(name, "a Seurat file (h5Seurat)", R)
    if "molecule_info" in keys or {"barcode_idx", "feature_idx"} <= keys:
        return _refused(name, "10x molecule information", "Take filtered_feature_bc_matrix.h5 from the same folder.")
    there = ", ".join(f"'{key}'" for key in sorted(keys)[:8]) or "nothing"
    return InvalidFile(f"'{name}' is an HDF5 file of an unknown kind, with {there} at its top. Expected {KNOWN}.")


def refuse_unknown(name: str) -> InvalidFile:
    """The error for a file that is of no kind known here."""
    ending = name[name.rfind(".") :] if "." in name else ""
    found = f"content that is not what '{ending}' promises" if ending else "an unknown kind of file"
    return InvalidFile(f"'{name}': expected {KNOWN}; found {found}. Export it again.")


def _refused(name: str, kind: str, advice: str) -> InvalidFile:
    return InvalidFile(f"'{name}' is {kind}, which is not read here. {advice}")
