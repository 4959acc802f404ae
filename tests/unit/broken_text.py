"""Broken text files: tables, 10x folders and Visium folders."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

from tests.unit import format_files as written
from tests.unit.broken_files import BROKEN, broken, given

GOOD = "gene,cell1,cell2\nACTB,1,2\nGAPDH,3,4\n"
given("x.csv", GOOD.replace("3", "three"), "row 'GAPDH', column 'cell1'", "text_in_a_table")
given("x.csv", GOOD.replace(",4", ""), "expected 3 fields", "line_that_is_short")
given("x.csv", GOOD + "CD3D,1,2,3\n", "found 4", "line_that_is_long")
given("x.csv", GOOD.encode() + b"CD\xff3,1,2\n", "line 4 is not UTF-8", "table_not_in_utf_8")
given("x.csv", "genecell\nACTB\nGAPDH\n", "parted by tab, comma", "table_without_a_delimiter")
given("x.csv", "gene,cell1,cell2\n", "has one line", "header_alone")
given("x.csv", "1.5,2,3\n4,5,6\n7,8,9\n", "expected names in the first line", "table_without_a_header")
given("x.csv", "gene;a;b\nACTB;1,5;2,5\nLYZ;0,5;2,1\n", "decimal points, not commas", "decimal_commas")
given("x.csv", "from,to\nACTB,LYZ\nCD3D,LYZ\n", "no column of numbers", "table_without_numbers")
given("x.csv", GOOD.encode() + b"LYZ,1,2\n" * 900 + b"\0\0\1\2", "holds binary data", "binary_after_text")
given("x.csv", "gene,a,b,c\nACTB,1\nLYZ,1,2\n", "parted by", "table_of_ragged_lines")
given("x.csv", 'gene,a,b\n"ACTB,1,2\nLYZ,1,2\n', "parted by", "quote_that_never_ends")
given("x.h5ad", "just a note to myself\nand another\n", "parted by", "note_named_h5ad")
given("x.tsv", "gene\ta\tb\nLYZ\t1\t2\nACTB\t1\t0x1F\n", "column 'b'", "hexadecimal_in_a_table")


@broken("has 1,200,000 columns, the limit is 1,000,000")
def table_of_two_million_columns(folder):
    (folder / "x.csv").write_text("gene" + ",c" * 1_199_999 + "\nACTB" + ",1" * 1_199_999 + "\n")
    return folder / "x.csv"


@broken("is longer than")
def table_without_line_ends(folder):
    (folder / "x.csv").write_text("gene,a," + "1," * 8_000_000)
    return folder / "x.csv"


def folder_with(words: str, **options):
    """Register a change to a good 10x folder that breaks it."""

    def register(change: Callable[[Path], None]) -> Callable[[Path], None]:
        def make(folder: Path) -> Path:
            inside = written.tenx_folder(folder, **options)
            change(inside)
            return inside

        BROKEN[change.__name__] = make, words
        return change

    return register


def header(inside: Path, line: str, *, at: int = 0) -> None:
    lines = (inside / "matrix.mtx").read_text().splitlines()
    lines[at] = line
    (inside / "matrix.mtx").write_text("\n".join(lines) + "\n")


def sizes(inside: Path) -> int:
    lines = (inside / "matrix.mtx").read_text().splitlines()
    return next(at for at, line in enumerate(lines) if not line.startswith("%"))


@folder_with("expected barcodes.tsv")
def folder_without_barcodes(inside):
    (inside / "barcodes.tsv").unlink()


@folder_with("expected features.tsv or genes.tsv")
def folder_without_features(inside):
    (inside / "features.tsv").unlink()


@folder_with("9 columns, expected 13 features (features.tsv) and 5 barcodes")
def barcodes_of_another_matrix(inside):
    (inside / "barcodes.tsv").write_text("\n".join(written.CELLS[:5]))


@folder_with("expected one matrix, found 2: ")
def folder_of_two_matrices(inside):
    (inside / "b").mkdir()
    (inside / "b" / "matrix.mtx").write_bytes((inside / "matrix.mtx").read_bytes())


@folder_with("matrix coordinate integer (or real) general")
def mtx_that_is_dense(inside):
    header(inside, "%%MatrixMarket matrix array real general")


@folder_with("expected to begin with %%MatrixMarket")
def mtx_without_its_banner(inside):
    (inside / "matrix.mtx").write_text("13 9 2\n1 1 1\n")


@folder_with("rows, columns and number of values")
def mtx_with_two_sizes(inside):
    header(inside, "13 9", at=sizes(inside))


@folder_with("rows, columns and number of values")
def mtx_with_more_values_than_places(inside):
    header(inside, "13 9 99999", at=sizes(inside))


@folder_with("the file is too short for them")
def mtx_that_claims_more_than_it_holds(inside):
    header(inside, "30000 40000 90000", at=sizes(inside))


@folder_with("would take")
def mtx_larger_than_the_limit(inside):
    header(inside, "3000000 4000000 900000000000", at=sizes(inside))


@folder_with("line 4: expected two whole numbers and a value, found '1 1 many'")
def mtx_with_text(inside):
    header(inside, "1 1 many", at=sizes(inside) + 1)


@folder_with("'1 1 \\x003'")
def mtx_with_a_zero_byte(inside):
    header(inside, "1 1 \0003", at=sizes(inside) + 2)


@folder_with("does not hold what its kind of file should")
def mtx_with_a_row_beyond_the_last(inside):
    header(inside, "99 1 1", at=sizes(inside) + 1)


@folder_with("does not hold what its kind of file should")
def mtx_cut_off(inside):
    path = inside / "matrix.mtx"
    path.write_text("\n".join(path.read_text().splitlines()[:-9]) + "\n")


@folder_with("damaged or cut off")
def mtx_gz_cut_off(inside):
    content = gzip.compress((inside / "matrix.mtx").read_bytes())
    (inside / "matrix.mtx").unlink()
    (inside / "matrix.mtx.gz").write_bytes(content[: len(content) // 2])


@folder_with("line 3: expected 3 fields")
def features_of_ragged_lines(inside):
    lines = (inside / "features.tsv").read_text().splitlines()
    lines[2] += "\tmore"
    (inside / "features.tsv").write_text("\n".join(lines))


@folder_with("0xe9")
def features_not_in_utf_8(inside):
    (inside / "features.tsv").write_bytes(b"ENSG1\tcaf\xe9\tGene Expression\n" * 13)


@folder_with("found binary data")
def features_that_are_binary(inside):
    (inside / "features.tsv").write_bytes(b"\0\1\2\3\n" * 13)


@folder_with("features.tsv is empty")
def features_that_are_empty(inside):
    (inside / "features.tsv").write_bytes(b"")


def visium_with(words: str):
    """Register a change to a good Visium folder that breaks it."""

    def register(change: Callable[[Path], None]) -> Callable[[Path], None]:
        def make(folder: Path) -> Path:
            outs = written.visium(folder)
            change(outs)
            return outs

        BROKEN[change.__name__] = make, words
        return change

    return register


@visium_with("4 of 9 barcodes have no place")
def spots_without_a_place(outs):
    written.write_positions(outs / "spatial" / "tissue_positions.csv", header=True, cells=written.CELLS[:5])


@visium_with("beside 'spatial', found 0")
def visium_without_a_matrix(outs):
    (outs / "filtered_feature_bc_matrix.h5").unlink()


@visium_with("parquet to CSV")
def positions_in_parquet(outs):
    (outs / "spatial" / "tissue_positions.csv").rename(outs / "spatial" / "tissue_positions.parquet")


@visium_with("have 6 columns")
def positions_of_two_columns(outs):
    (outs / "spatial" / "tissue_positions.csv").write_text("AAAC,1\nAAAG,1\n")


@visium_with("could not convert string to float")
def positions_with_text(outs):
    path = outs / "spatial" / "tissue_positions.csv"
    path.write_text(path.read_text().replace(str(written.PLACES[3, 1]), "far"))


@visium_with("a barcode two places")
def spots_with_two_places(outs):
    written.write_positions(outs / "spatial" / "tissue_positions.csv", header=True, cells=[written.CELLS[0]] * 9)
