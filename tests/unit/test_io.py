"""Studies and datasets are read as written, and every fault is named."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.errors import InvalidCounts, InvalidStudy, UnknownName
from engine.io.dataset import load_dataset
from engine.io.study_file import read_study
from engine.library import Library
from engine.settings import Settings
from engine.types import DatasetSource, Roles


@pytest.fixture
def library(tmp_path):
    return Library(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))


def write_counts(path, counts, **obs):
    adata = anndata.AnnData(
        sparse.csr_matrix(np.asarray(counts, dtype=np.float32)),
        obs=pd.DataFrame(obs, index=[f"cell{i}" for i in range(len(counts))]),
        var=pd.DataFrame(index=[f"G{i}" for i in range(len(counts[0]))]),
    )
    adata.write_h5ad(path)
    return str(path)


def test_the_bundled_study_gives_back_the_exact_counts_of_its_three_lineages(library):
    study = library.study("pbmc68k-lineages")
    datasets = [load_dataset(source, roles=study.roles) for source in study.datasets]
    assert [d.adata.shape for d in datasets] == [(369, 765), (223, 765), (95, 765)]
    for dataset in datasets:
        assert np.array_equal(dataset.adata.X.data, np.round(dataset.adata.X.data))
        assert dataset.adata.X.data.min() == 1
        assert (np.asarray(dataset.adata.X.sum(1)).ravel() < dataset.depth).all()


def test_counts_had_back_from_logarithms_equal_the_counts_they_came_from(tmp_path):
    counts = np.random.default_rng(0).poisson(3, (40, 8))
    depth = counts.sum(1) + 100.0
    logs = np.log1p(1e4 * counts / depth[:, None])
    path = write_counts(tmp_path / "a.h5ad", counts, total=depth)
    adata = anndata.read_h5ad(path)
    adata.raw = anndata.AnnData(sparse.csr_matrix(logs.astype(np.float32)), obs=adata.obs, var=adata.var)
    adata.write_h5ad(path)
    source = DatasetSource("a", path, counts="raw/log1p-1e4", depth="total")
    assert np.array_equal(load_dataset(source, roles=Roles()).adata.X.toarray(), counts)


def test_cells_are_kept_by_a_column_and_its_values(tmp_path):
    path = write_counts(tmp_path / "a.h5ad", [[1, 2], [3, 4], [5, 6]], donor=["x", "y", "x"])
    dataset = load_dataset(DatasetSource("a", path, column="donor", values=("x",)), roles=Roles(batch="donor"))
    assert dataset.adata.X.toarray().tolist() == [[1, 2], [5, 6]]
    assert dataset.depth.tolist() == [3, 11]


def test_counts_of_a_gene_named_twice_are_summed(tmp_path):
    path = write_counts(tmp_path / "a.h5ad", [[1, 2, 4], [3, 4, 5]])
    adata = anndata.read_h5ad(path)
    adata.var_names = ["A", "B", "A"]
    adata.write_h5ad(path)
    found = load_dataset(DatasetSource("a", path), roles=Roles()).adata
    assert list(found.var_names) == ["A", "B"] and found.X.toarray().tolist() == [[5, 2], [8, 4]]


@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, "NaN or infinite"), (-1.0, "negative"), (0.5, "fractional"), (np.inf, "infinite")]
)
def test_a_matrix_that_holds_no_counts_is_refused_in_words(tmp_path, value, words):
    path = write_counts(tmp_path / "a.h5ad", [[1, 2], [value, 4]])
    with pytest.raises(InvalidCounts, match=f"'blood'.*{words}.*raw counts"):
        load_dataset(DatasetSource("blood", path), roles=Roles())


def test_a_cell_without_counts_is_refused_in_words(tmp_path):
    path = write_counts(tmp_path / "a.h5ad", [[1, 2], [0, 0]])
    with pytest.raises(InvalidCounts, match="total count above 0, found 1"):
        load_dataset(DatasetSource("a", path), roles=Roles())


def test_a_role_that_names_no_column_says_which_columns_there_are(tmp_path):
    path = write_counts(tmp_path / "a.h5ad", [[1, 2], [3, 4]], cell_type=["T", "B"])
    with pytest.raises(InvalidStudy, match="'cell_typ'.*Found: cell_type"):
        load_dataset(DatasetSource("a", path), roles=Roles(cell_type="cell_typ"))


def test_a_missing_or_foreign_file_is_named(tmp_path):
    with pytest.raises(InvalidStudy, match="none is there"):
        load_dataset(DatasetSource("a", str(tmp_path / "no.h5ad")), roles=Roles())
    (tmp_path / "text.h5ad").write_text("not one")
    with pytest.raises(InvalidStudy, match="expected to be an h5ad"):
        load_dataset(DatasetSource("a", str(tmp_path / "text.h5ad")), roles=Roles())


TWO = '[[datasets]]\nname = "a"\npath = "a.h5ad"\n[[datasets]]\nname = "b"\npath = "b.h5ad"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title = "t"\n[roles]\ncelltype = "x"\n' + TWO, r"unknown key 'celltype'.*cell_type"),
        ('title = "t"\n' + TWO + 'modality = "dna"\n', "one of rna, atac, spatial, protein, effects, found 'dna'"),
        ('title = "t"\n[[datasets]]\nname = "a"\npath = "a"\n', "at least two datasets.*found 1"),
        ('title = "t"\n' + TWO.replace('"b"', '"a"'), "found a more than once"),
        ('title = "t"\n[[datasets]]\nname = "a"\n' + TWO, "lacks path"),
        (TWO, "lacks title"),
        ("title = ", "expected to be a TOML file"),
        ('title = "t"\n' + TWO + "tissue = 3\n", "'tissue'.*must be text"),
        ('title = "t"\n' + TWO + 'column = "x"\n', "'column' and 'values' go together"),
    ],
)
def test_a_wrong_study_file_says_what_is_wrong(tmp_path, text, words):
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(InvalidStudy, match=words):
        read_study(tmp_path / "s.toml")


def test_paths_of_a_study_file_start_at_its_folder(tmp_path):
    (tmp_path / "s.toml").write_text('title = "t"\n' + TWO)
    study = read_study(tmp_path / "s.toml")
    assert study.name == "s" and study.datasets[1].path == str((tmp_path / "b.h5ad").resolve())


def test_an_unknown_study_names_the_closest(library):
    with pytest.raises(UnknownName, match="'pbmc68k-lineage'.*Closest: pbmc68k-lineages"):
        library.study("pbmc68k-lineage")


def test_a_damaged_study_file_hides_no_other_and_says_its_fault(library, tmp_path):
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "bad.toml").write_text("title = ")
    assert [study.name for study in library.studies()] == ["pbmc68k-lineages"]
    assert library.problems()[0][0] == "bad.toml"
    with pytest.raises(InvalidStudy):
        library.study("bad")
