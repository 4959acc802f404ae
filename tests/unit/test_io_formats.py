"""Every format gives back what was written; real files open; what is decided is told."""

from contextlib import contextmanager

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.io.formats import loom
from engine.io.formats.digits import quick_numbers
from engine.io.formats.orientation import genes_in_rows
from engine.io.matrix import blocks
from engine.io.open import open_matrix
from tests.shared_data import shared
from tests.unit import format_files as written
from tests.unit.format_files import CELLS, COUNTS, GENES, PLACES, TYPES

LIMIT = 50_000_000


@contextmanager
def opened(path, *, limit=LIMIT):
    scratch = path.parent / "scratch"
    with open_matrix(path, limit_bytes=limit, scratch=scratch) as found:
        yield found
    assert list(scratch.iterdir()) == []


def dense(matrix):
    return sparse.vstack(list(blocks(matrix, size=4))).toarray()


@pytest.mark.parametrize("write", written.WRITERS, ids=lambda write: write.__name__)
def test_what_was_written_is_read_back(write, tmp_path):
    with opened(write(tmp_path)) as found:
        assert np.array_equal(dense(found.matrices["X"]), COUNTS)
        assert list(found.obs.index) == CELLS
        assert list(found.var.index) == GENES
        if "type" in found.obs:
            assert list(found.obs["type"]) == TYPES


def test_columns_of_cells_and_genes_keep_their_kinds(tmp_path):
    adata = written.adata()
    adata.obs["few"] = pd.array([1, None, 3] * 3, dtype="Int64")
    adata.obs["yes"] = pd.array([True, None, False] * 3, dtype="boolean")
    adata.write_h5ad(tmp_path / "x.h5ad")
    with opened(tmp_path / "x.h5ad") as found:
        assert isinstance(found.obs["type"].dtype, pd.CategoricalDtype)
        assert list(found.obs["n"]) == list(range(9)) and found.obs["good"].dtype == bool
        assert found.obs["few"].isna().sum() == found.obs["yes"].isna().sum() == 3
        assert list(found.var["long"]) == list(adata.var["long"])


def test_layers_and_raw_come_in_order_with_their_own_genes(tmp_path):
    adata = written.adata()
    adata.layers["counts"], adata.layers["byte"] = adata.X.copy(), sparse.csr_matrix(COUNTS.astype(np.int8))
    adata.raw = adata.copy()
    adata[:, :4].copy().write_h5ad(tmp_path / "x.h5ad")
    with opened(tmp_path / "x.h5ad") as found:
        assert list(found.matrices) == ["X", "raw", "layers/byte", "layers/counts"]
        assert list(found.raw_var.index) == GENES
        assert np.array_equal(dense(found.matrices["raw"]), COUNTS)
        assert np.array_equal(dense(found.matrices["layers/byte"]), COUNTS[:, :4])


@pytest.mark.parametrize("kind", ["<f2", ">f4", ">i8", "<u2"])
def test_unusual_number_types_are_read(kind, tmp_path):
    path = written.h5ad(tmp_path)
    with h5py.File(path, "a") as file:
        values = file["X/data"][:]
        del file["X/data"]
        file["X/data"] = values.astype(kind)
    with opened(path) as found:
        assert np.array_equal(dense(found.matrices["X"]), COUNTS)


def test_column_numbers_out_of_order_are_put_in_order(tmp_path):
    path = written.h5ad(tmp_path)
    with h5py.File(path, "a") as file:
        stop = file["X/indptr"][1]
        for key in ("indices", "data"):
            file[f"X/{key}"][:stop] = file[f"X/{key}"][:stop][::-1]
    with opened(path) as found:
        block = found.matrices["X"].rows(0, 3)
        assert block.has_canonical_format and np.array_equal(block.toarray(), COUNTS[:3])


def test_coordinates_and_proteins_are_kept(tmp_path):
    adata = written.adata()
    adata.obsm["X_spatial"] = PLACES
    adata.obsm["protein_expression"] = pd.DataFrame(COUNTS[:, :2], columns=["CD3", "CD19"], index=CELLS)
    adata.obsm["X_umap"] = PLACES
    adata.write_h5ad(tmp_path / "x.h5ad")
    with opened(tmp_path / "x.h5ad") as found:
        assert set(found.obsm) == {"spatial", "protein"}
        assert np.array_equal(found.obsm["spatial"], PLACES)
        assert list(found.obsm["protein"].columns) == ["CD3", "CD19"]
        assert list(found.obsm["protein"].index) == CELLS


@pytest.mark.parametrize("matrix", [np.asarray, sparse.csr_matrix])
def test_names_of_proteins_are_looked_for_in_uns_or_numbered(matrix, tmp_path):
    adata = written.adata()
    adata.obsm["protein"] = matrix(COUNTS[:, :2])
    adata.write_h5ad(tmp_path / "x.h5ad")
    adata.uns["protein_names"] = np.array(["CD3", "CD19"])
    adata.write_h5ad(tmp_path / "y.h5ad")
    with opened(tmp_path / "x.h5ad") as found:
        assert list(found.obsm["protein"].columns) == ["protein 1", "protein 2"]
        assert "does not name its 2 proteins" in found.notes[0]
    with opened(tmp_path / "y.h5ad") as found:
        assert list(found.obsm["protein"].columns) == ["CD3", "CD19"]
        assert np.array_equal(found.obsm["protein"], COUNTS[:, :2])


def test_a_mudata_gives_genes_with_proteins_beside_them(tmp_path):
    with opened(written.h5mu(tmp_path)) as found:
        assert np.array_equal(found.obsm["protein"], COUNTS[:, :3])
        assert list(found.obsm["protein"].columns) == ["CD3", "CD19", "CD56"]
        assert any("'rna' was taken" in note and "'prot'" in note for note in found.notes)


def test_antibodies_of_a_10x_file_become_proteins_and_guides_are_left_out(tmp_path):
    types = ["Gene Expression"] * 8 + ["Antibody Capture"] * 3 + ["CRISPR Guide Capture"] * 2
    with opened(written.tenx_h5(tmp_path, types=types)) as found:
        assert np.array_equal(dense(found.matrices["X"]), COUNTS[:, :8])
        assert np.array_equal(found.obsm["protein"], COUNTS[:, 8:11])
        assert "CRISPR Guide Capture were left out" in found.notes[0]
        assert list(found.var["gene_ids"])[:1] == ["ENSG00000000000"]


def test_peaks_are_the_matrix_where_there_are_no_genes(tmp_path):
    inside = written.tenx_folder(tmp_path)
    (inside / "features.tsv").unlink()
    (inside / "peaks.bed").write_text("".join(f"chr1\t{n}00\t{n}50\n" for n in range(1, 14)))
    with opened(inside) as found:
        assert found.var.index[0] == "chr1:100-150" and set(found.var["feature_types"]) == {"Peaks"}


def test_a_matrix_of_cells_in_rows_is_read_so_and_told(tmp_path):
    inside = written.tenx_folder(tmp_path)
    written.mmwrite(inside / "matrix.mtx", sparse.coo_matrix(COUNTS.astype(int)), field="integer")
    with opened(inside) as found:
        assert np.array_equal(dense(found.matrices["X"]), COUNTS)
        assert "cells in its rows" in found.notes[0]


@pytest.mark.parametrize("write", [written.visium, written.visium_of_space_ranger_1])
def test_spots_get_their_place_x_before_y_and_whether_in_tissue(write, tmp_path):
    with opened(write(tmp_path)) as found:
        assert np.array_equal(found.obsm["spatial"], PLACES)
        assert list(found.obs["in_tissue"]) == [n % 2 for n in range(9)]
        assert any("5 spots lie outside" in note for note in found.notes)


def test_a_loom_is_turned_in_strips(tmp_path, monkeypatch):
    monkeypatch.setattr(loom, "STRIP", 1)
    with opened(written.loom(tmp_path)) as found:
        assert np.array_equal(found.matrices["X"].rows(2, 9).toarray(), COUNTS[2:])
        assert np.array_equal(dense(found.matrices["layers/spliced"]), COUNTS + 1)
        assert found.var["Accession"].iloc[1] == "ENSG00000000001"


def test_text_columns_at_the_sides_describe_the_cells(tmp_path):
    with opened(written.tsv_of_cells_with_types(tmp_path)) as found:
        assert list(found.obs.columns) == ["batch", "type"]
        assert list(found.obs["batch"])[:2] == ["a, left", "b"]
        assert any(note.startswith("Columns were taken as genes") for note in found.notes)


def test_missing_values_of_a_table_stay_missing(tmp_path):
    path = written.csv(tmp_path)
    lines = path.read_text().splitlines()
    fields = lines[3].split(",")
    lines[3] = ",".join([*fields[:2], "NA", "", *fields[4:]])
    path.write_text("\n".join(lines))
    with opened(path) as found:
        assert np.argwhere(np.isnan(dense(found.matrices["X"]))).tolist() == [[1, 2], [2, 2]]


@pytest.mark.parametrize("line", [
    "0,1,2,9,0,0,0,0", "0.0,3.0,12,0,0,0,0,1e3", "1.25,2.5,-3,0.125,7,nan,inf,5e-2", "7", "12345", "0,0,0,0.5",
])  # fmt: skip
def test_numbers_of_a_line_are_those_that_python_reads(line):
    expected = np.array([float(field) for field in line.split(",")], np.float32)
    assert np.array_equal(quick_numbers(line, ","), expected, equal_nan=True)


@pytest.mark.parametrize("line", ["0,,1,2,3", "0,1,2,", ",0,1", "", "1,x,0,0", "1,0x1F,0", "1,2 3,0,0", "1,0,\u0663,0"])
def test_a_line_with_anything_else_is_left_to_the_slow_way(line):
    with pytest.raises(ValueError):
        quick_numbers(line, ",")


def test_content_decides_where_the_name_is_wrong(tmp_path):
    path = written.h5ad(tmp_path).rename(tmp_path / "x.csv")
    with opened(path) as found:
        assert found.format == "AnnData (h5ad)"


@pytest.mark.parametrize(("rows", "columns", "expected"), [
    (["ENSG00000000003", "ENSG00000000005.6"], ["s1", "s2"], True),
    (["AAACCTGAGAAACCAT-1", "AAACCTGAGAAACCTA-1"], ["Actb", "Xkr4"], False),
    (["mt-Nd1", "Rpl13", "0610007P14Rik"], ["16.92x9.015", "16.94x11.07"], True),
    (["chr1:100-500", "chr2:100-500"], ["AAACCTGAGAAACCAT", "AAACCTGAGAAACCTA"], True),
    (["gene1", "gene2"], ["AAACCTGAGAAACCAT", "AAACCTGAGAAACCTA"], True),
    (["cell 1", "cell 2"], ["x1", "x2"], False),
    (["g1", "g2"], ["E0_0_0", "E0_0_1"], True),
])  # fmt: skip
def test_the_side_that_looks_like_genes_is_found(rows, columns, expected):
    found, why = genes_in_rows(rows, columns)
    assert found is expected and why.endswith(".")


def test_a_matrix_larger_than_the_limit_streams_from_the_disk(tmp_path):
    counts = sparse.random(2000, 500, 0.3, format="csr", random_state=0, dtype=np.float32)
    anndata.AnnData(counts).write_h5ad(tmp_path / "x.h5ad")
    with opened(tmp_path / "x.h5ad", limit=1_000_000) as found:
        assert abs(sum(block.sum() for block in blocks(found.matrices["X"])) - counts.sum()) < 1


@pytest.mark.parametrize("folder", ["data", "data2"])
def test_every_real_h5ad_opens_as_anndata_reads_it(folder, tmp_path):
    for path in sorted(shared(folder).rglob("*.h5ad")):
        with open_matrix(path, limit_bytes=LIMIT, scratch=tmp_path) as found, h5py.File(path) as file:
            first = found.matrices["X"].rows(0, 2)
            kept = anndata.io.read_elem(file["X"])[:2]
            assert np.array_equal(first.toarray(), kept if isinstance(kept, np.ndarray) else kept.toarray()), path
            assert found.matrices["X"].shape == (len(found.obs), len(found.var))


@pytest.mark.parametrize("name", ["hESC", "mES-PE", "curated_GSD", "synthetic/dyn-CY_2000_0"])
def test_real_tables_are_read_as_genes_in_rows(name, tmp_path):
    path = shared(f"data/truth/beeline/{name}/ExpressionData.csv")
    table = pd.read_csv(path, index_col=0)
    with open_matrix(path, limit_bytes=LIMIT, scratch=tmp_path) as found:
        assert list(found.var.index) == list(table.index)
        assert np.allclose(dense(found.matrices["X"]), table.to_numpy().T, rtol=1e-6)


def test_the_real_cite_seq_file_gives_its_proteins(tmp_path):
    path = shared("data/multimodal/cite/pbmc5k_protein_200cells.h5ad")
    with open_matrix(path, limit_bytes=LIMIT, scratch=tmp_path) as found:
        assert found.obsm["protein"].shape == (200, 29)
        assert "CD3_TotalSeqB" in found.obsm["protein"].columns
