"""A dataset is read with its limits, symbols, proteins and places, and without the rest of its file."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.errors import InvalidCounts, InvalidStudy
from engine.io.dataset import load_dataset
from engine.io.files import resolve
from engine.io.matrix import InMemory
from engine.io.proteins import clean_name
from engine.io.selection import Selection
from engine.types import DatasetSource, QcLimits, Roles
from tests.shared_data import shared


def made_up(n_cells=60, n_genes=12, seed=0) -> anndata.AnnData:
    rng = np.random.default_rng(seed)
    adata = anndata.AnnData(sparse.csr_matrix(rng.poisson(2, (n_cells, n_genes)).astype(np.float32)))
    adata.obs_names = [f"cell{i}" for i in range(n_cells)]
    adata.var_names = [f"MT-{i}" if i < 3 else f"G{i}" for i in range(n_genes)]
    adata.obs["donor"] = pd.Categorical(rng.choice(["x", "y"], n_cells))
    return adata


def saved(adata, tmp_path) -> str:
    adata.write_h5ad(tmp_path / "a.h5ad")
    return str(tmp_path / "a.h5ad")


def load(path, **more):
    return load_dataset(DatasetSource("blood", path, **more), roles=Roles())


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_matrix.toarray])
def test_cells_of_any_stored_form_are_the_same_as_read_whole(tmp_path, form, monkeypatch):
    monkeypatch.setattr("engine.io.dataset.BLOCK", 7)
    adata = made_up()
    counts = adata.X.toarray()
    adata.X = form(adata.X)
    found = load(saved(adata, tmp_path), column="donor", values=("x",))
    keep = (adata.obs["donor"] == "x").to_numpy()
    assert np.array_equal(found.adata.X.toarray(), counts[keep]) and found.adata.X.dtype == np.float32
    assert list(found.adata.obs_names) == list(adata.obs_names[keep])


def test_cells_outside_the_limits_are_dropped(tmp_path):
    adata = made_up()
    counts = adata.X.toarray()
    total, genes, mito = counts.sum(1), (counts > 0).sum(1), 100 * counts[:, :3].sum(1) / counts.sum(1)
    keep = (total >= 20) & (total <= 28) & (genes >= 9) & (mito <= 30)
    assert 3 < keep.sum() < 40
    limits = QcLimits(min_counts=20, max_counts=28, min_genes=9, max_mito=30)
    found = load(saved(adata, tmp_path), qc=limits)
    assert list(found.adata.obs_names) == list(adata.obs_names[keep]) and found.depth.tolist() == total[keep].tolist()


def test_limits_that_leave_no_cell_say_how_many_each_dropped(tmp_path):
    path = saved(made_up(), tmp_path)
    with pytest.raises(InvalidStudy, match=r"leave none of 60 cells: 60 have fewer than 500 counts, \d+ have more "
                                           r"than 5 % mitochondrial counts\. Loosen"):  # fmt: skip
        load(path, qc=QcLimits(min_counts=500, max_mito=5))


def test_symbols_name_the_genes_where_there_are_some_and_their_counts_are_summed(tmp_path):
    adata = made_up(20, 5)
    adata.var["symbol"] = pd.Categorical(["A", None, "A", "", "B"])
    found = load(saved(adata, tmp_path), symbols="symbol")
    assert list(found.adata.var_names) == ["A", "MT-1", "G3", "B"]
    assert np.array_equal(found.adata.X.toarray()[:, 0], adata.X.toarray()[:, [0, 2]].sum(1))
    with pytest.raises(InvalidStudy, match="'symbols' names the var column 'symbols'.*Found: symbol"):
        load(saved(adata, tmp_path), symbols="symbols")


def test_proteins_beside_the_genes_become_a_dataset_with_clean_names(tmp_path):
    adata, rng = made_up(), np.random.default_rng(1)
    proteins = rng.poisson(30, (60, 3)).astype(float)
    adata.obsm["protein"] = pd.DataFrame(proteins, adata.obs_names, ["CD3_TotalSeqB", "CD4-ADT", "PD-1_TotalSeqB"])
    adata.obsm["panel"], adata.uns["panel_names"] = proteins[:, :2], np.array(["CD8a_TotalSeqC", "HLA-DR"])
    path = saved(adata, tmp_path)
    found = load(path, counts="obsm/protein", modality="protein", column="donor", values=("y",))
    keep = (adata.obs["donor"] == "y").to_numpy()
    assert list(found.adata.var_names) == ["CD3", "CD4", "PD-1"]
    assert np.array_equal(found.adata.X.toarray(), proteins[keep])
    assert list(load(path, counts="obsm/panel").adata.var_names) == ["CD8a", "HLA-DR"]
    limited = load(path, counts="obsm/protein", qc=QcLimits(min_counts=24))
    assert limited.adata.n_obs == (adata.X.toarray().sum(1) >= 24).sum()
    with pytest.raises(InvalidStudy, match="counts = 'obsm/adt' is not in the file. Found: X, obsm/protein"):
        load(path, counts="obsm/adt")


def test_the_proteins_of_a_real_file_are_found_by_their_names(tmp_path):
    path = str(shared("data/multimodal/cite/pbmc5k_protein_200cells.h5ad"))
    found = load(path, counts="obsm/protein_expression", modality="protein")
    assert found.adata.shape == (200, 29) and {"CD3", "CD45RA", "HLA-DR", "TIGIT"} <= set(found.adata.var_names)
    assert (clean_name("CD3"), clean_name("ADT"), clean_name("B7-H4_TotalA")) == ("CD3", "ADT", "B7-H4")


def test_places_of_spots_come_along_for_spatial_datasets_only(tmp_path):
    adata = made_up()
    adata.obsm["spatial"] = np.random.default_rng(2).uniform(size=(60, 2))
    path = saved(adata, tmp_path)
    found = load(path, modality="spatial", column="donor", values=("x",))
    assert np.array_equal(found.coordinates, adata.obsm["spatial"][(adata.obs["donor"] == "x").to_numpy()])
    assert load(path).coordinates is None


def test_all_bad_values_are_counted_wherever_they_lie(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.io.dataset.BLOCK", 7)
    adata = made_up()
    adata.X = adata.X.toarray()
    adata.X[[3, 50], [1, 2]] = 0.5
    with pytest.raises(InvalidCounts, match="found 2 fractional values"):
        load(saved(adata, tmp_path))


def test_scattered_cells_are_read_in_bounded_stretches():
    asked = []

    class Watched(InMemory):
        def rows(self, start, stop):
            asked.append((start, stop))
            return super().rows(start, stop)

    values = sparse.random(20_000, 5, 0.3, format="csr", random_state=0)
    cells = np.concatenate([[3, 40], np.arange(5000, 14_000, 100), [19_990]])
    some = Selection(Watched(values), cells=cells, genes=np.array([4, 1])).rows(0, len(cells))
    assert np.array_equal(some.toarray(), values[cells][:, [4, 1]].toarray())
    assert max(stop - start for start, stop in asked) <= 4096 and sum(b - a for a, b in asked) < 9100
    assert Selection(Watched(values), cells=cells).rows(5, 5).shape == (0, 5)


def test_a_package_path_does_not_climb_out_of_its_package():
    with pytest.raises(InvalidStudy, match="none is there"):
        resolve("package:scanpy/../anndata/__init__.py")
    assert resolve("package:scanpy/datasets/10x_pbmc68k_reduced.h5ad").is_file()
