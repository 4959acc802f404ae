"""Broken HDF5 files: AnnData, and kinds that are not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from tests.unit import format_files as written
from tests.unit.broken_files import BROKEN, broken


def changed(words: str, write: Callable[[Path], Path] = written.h5ad):
    """Register a change to a good file that breaks it."""

    def register(change: Callable[[h5py.File], None]) -> Callable[[h5py.File], None]:
        def make(folder: Path) -> Path:
            path = write(folder)
            with h5py.File(path, "a") as file:
                change(file)
            return path

        BROKEN[change.__name__] = make, words
        return change

    return register


def put(file: h5py.File, name: str, values, **options) -> None:
    """Put other values in the place of a dataset, keeping its attributes."""
    attributes = dict(file[name].attrs) if name in file else {}
    if name in file:
        del file[name]
    file.create_dataset(name, data=values, **options)
    file[name].attrs.update(attributes)


@broken("damaged or cut off")
def h5ad_cut_off(folder):
    path = written.h5ad(folder)
    path.write_bytes(path.read_bytes()[:5000])
    return path


@broken("damaged or cut off")
def h5ad_of_a_signature_alone(folder):
    (folder / "x.h5ad").write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 5000)
    return folder / "x.h5ad"


@broken("damaged or cut off")
def chunk_with_flipped_bytes(folder):
    path = folder / "x.h5ad"
    written.adata(np.asarray).write_h5ad(path, compression="gzip")
    with h5py.File(path) as file:
        chunk = file["X"].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    for at in range(chunk.byte_offset + 4, chunk.byte_offset + chunk.size, 3):
        content[at] ^= 0xFF
    path.write_bytes(content)
    return path


@broken("an HDF5 file of an unknown kind")
def hdf5_of_another_kind(folder):
    with h5py.File(folder / "x.h5", "w") as file:
        file["images"] = np.eye(3)
    return folder / "x.h5"


@broken("a Seurat file")
def h5seurat(folder):
    with h5py.File(folder / "x.h5seurat", "w") as file:
        file["assays/RNA"], file["cell.names"] = np.eye(3), np.arange(3)
    return folder / "x.h5seurat"


@broken("10x molecule information")
def molecule_info(folder):
    with h5py.File(folder / "molecule_info.h5", "w") as file:
        file["barcode_idx"], file["feature_idx"] = np.arange(3), np.arange(3)
    return folder / "molecule_info.h5"


@changed("an external link")
def external_link(file):
    file["uns/other"] = h5py.ExternalLink("/etc/secret.h5", "/X")


@changed("an external link")
def external_link_in_place_of_the_matrix(file):
    del file["X"]
    file["X"] = h5py.ExternalLink("other.h5ad", "/X")


@changed("a soft link that climbs")
def soft_link_that_climbs(file):
    file["uns/other"] = h5py.SoftLink("../../X")


@changed("which is not there")
def soft_link_to_nothing(file):
    file["layers/counts"] = h5py.SoftLink("/nowhere")


@changed("a virtual dataset")
def virtual_dataset(file):
    layout = h5py.VirtualLayout((9, 13), "f4")
    layout[:] = h5py.VirtualSource("/etc/secret.h5", "X", (9, 13))
    file.create_virtual_dataset("layers/counts", layout)


@changed("kept outside")
def values_in_another_file(file):
    file.create_dataset("layers/counts", (9, 13), "f4", external=[("/etc/passwd", 0, 468)])


@changed("a dataset of references")
def references(file):
    file.create_dataset("uns/cells", data=[file["X"].ref], dtype=h5py.ref_dtype)


@changed("expected a matrix in X, raw or layers")
def no_matrix(file):
    del file["X"]


@changed("expected an AnnData with 'obs'")
def no_cells_table(file):
    del file["obs"]


@changed("found text or objects")
def text_in_x(file):
    del file["X"]
    file["X"] = np.array([["a"] * 13] * 9, dtype=h5py.string_dtype())


@changed("found records")
def pickles_in_x(file):
    del file["X"]
    file["X"] = np.zeros((9, 13), "V8")


@changed("complex numbers")
def complex_numbers(file):
    put(file, "X/data", file["X/data"][:].astype(complex))


@changed("found 3 with shape")
def three_dimensions(file):
    del file["X"]
    file["X"] = np.zeros((9, 13, 2))


@changed("8 rows and 13 columns, expected 9 cells")
def fewer_rows_than_cells(file):
    del file["X"]
    file["X"] = written.COUNTS[:8]


@changed("wrong way round")
def matrix_the_wrong_way_round(file):
    del file["X"]
    file["X"] = written.COUNTS.T


@changed("expected cells and genes, found 0 cells")
def no_cells(file):
    del file["X"]
    file["X"] = np.zeros((0, 13))


@changed("indptr has 9 entries, expected 10")
def indptr_too_short(file):
    put(file, "X/indptr", file["X/indptr"][:-1])


@changed("never fall")
def indptr_that_falls(file):
    file["X/indptr"][3] = 0


@changed("indptr ends at")
def indptr_that_ends_early(file):
    file["X/indptr"][-1] -= 1


@changed("out of range")
def index_beyond_the_last_gene(file):
    file["X/indices"][-1] = 99_999_999


@changed("out of range")
def negative_index(file):
    file["X/indices"][0] = -5


@changed("out of range", written.h5ad_by_columns)
def index_beyond_the_last_cell(file):
    file["X/indices"][-1] = 9


@changed("one for each")
def more_values_than_indices(file):
    put(file, "X/data", np.append(file["X/data"][:], 1.0))


@changed("without its 'indices'")
def no_indices(file):
    del file["X/indices"]


@changed("must hold whole numbers")
def fractional_indices(file):
    put(file, "X/indices", file["X/indices"][:].astype(float))


@changed("values in 13 columns")
def a_row_with_more_values_than_genes(file):
    file["X/indptr"][1:] = file["X/data"].shape[0]


@changed("without a shape")
def matrix_without_a_shape(file):
    del file["X"].attrs["shape"]


@changed("layers/counts has 9 rows and 5 columns")
def layer_of_another_shape(file):
    file["layers/counts"] = written.COUNTS[:, :5]


@changed("codes from")
def category_that_is_not_there(file):
    file["obs/type/codes"][2] = 77


@changed("the column 'n' of obs has 4 rows")
def column_of_another_length(file):
    put(file, "obs/n", np.arange(4))


@changed("lists a column 'n' that is not there")
def column_that_is_not_there(file):
    del file["obs/n"]


@changed("'var' has no names")
def genes_without_names(file):
    del file["var/_index"]


@changed("UTF-8")
def names_that_are_not_utf_8(file):
    put(file, "obs/_index", np.array([b"cell \xff\xfe%d" % n for n in range(9)], dtype=h5py.string_dtype()))


@changed("expected names in UTF-8, found a part named 'donn")
def part_that_is_not_utf_8(file):
    h5py.h5g.create(file["uns"].id, b"donn\xe9e")


@changed("expected two coordinates for each of 9 spots")
def coordinates_of_fewer_cells(file):
    file["obsm/spatial"] = written.PLACES[:4]


@changed("expected one for each of 9 cells")
def proteins_of_fewer_cells(file):
    file["obsm/protein_expression"] = written.COUNTS[:4]
