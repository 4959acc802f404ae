"""Where whole counts are found, and how they are had back, against the counts that were normalised."""

import numpy as np
import pytest
from anndata import AnnData
from scipy import sparse

from engine.check.counts import find_counts, recovered
from engine.check.recover import depth_columns, find_recipe
from engine.io.matrix import InMemory
from tests.opened import made_up, opened
from tests.shared_data import shared

FUNCTIONS = {
    "log1p": np.log1p,
    "log2": lambda x: np.log2(1 + x),
    "log10": lambda x: np.log10(1 + x),
    "unlogged": lambda x: x,
}


def normalised(adata: AnnData, function, *, target: float = 1e4, depth: np.ndarray | None = None) -> AnnData:
    """The matrix as float32 function(target · count / depth)."""
    counts = adata.X.toarray().astype(np.float64)
    depth = counts.sum(1) if depth is None else depth
    values = function(target * counts / depth[:, None]).astype(np.float32)
    return AnnData(sparse.csr_matrix(values), obs=adata.obs.copy(), var=adata.var.copy())


@pytest.mark.parametrize("target", [1e4, 1e6, 3721.5])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_counts_come_back_without_totals(name, target):
    adata = made_up(n_cells=60)
    found = find_counts(file := opened(normalised(adata, FUNCTIONS[name], target=target)))
    assert not found.whole and found.recipe is not None and found.recipe.target == pytest.approx(target, rel=1e-4)
    assert (recovered(file, found).rows(0, 60) != adata.X).nnz == 0
    assert "had back exactly" in found.say


@pytest.mark.parametrize("name", FUNCTIONS)
def test_totals_bring_back_counts_of_a_part_of_the_genes_even_without_a_count_of_one(name):
    adata = made_up(n_cells=60)
    adata.X = (adata.X * 2).tocsr()  # no cell has a count of 1: without totals all counts would be halved
    few, total = adata[:, :20].copy(), adata.X.sum(axis=1).A1.astype(np.float64)
    few.X = few.X.toarray()
    few.X[::2, 0] = 1
    few.X = sparse.csr_matrix(few.X)
    few.obs["n_counts"] = total
    file = opened(normalised(few, FUNCTIONS[name], depth=total))
    found = find_counts(file)
    assert (found.recipe.depth, found.recipe.target) == ("n_counts", 1e4)
    assert (recovered(file, found).rows(0, 60) != few.X).nnz == 0


def test_log1p_of_counts_themselves_comes_back():
    adata = made_up()
    logged = AnnData(adata.X.log1p(), obs=adata.obs, var=adata.var)
    found = find_counts(file := opened(logged))
    assert (recovered(file, found).rows(0, 40) != adata.X).nnz == 0


def test_a_cell_whose_smallest_count_is_two_or_three_comes_back():
    adata = made_up(n_cells=50)
    dense = adata.X.toarray()
    dense[3][dense[3] == 1], dense[4][(dense[4] == 1) | (dense[4] == 2)] = 0, 0
    dense[3, :2], dense[4, :3] = (2, 3), (3, 4, 5)
    adata.X = sparse.csr_matrix(dense)
    file = opened(normalised(adata, np.log1p))
    assert (recovered(file, find_counts(file)).rows(0, 50) != adata.X).nnz == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (lambda rng, x: x * rng.lognormal(0, 1, x.shape[1]), "neither counts"),  # genes weighed, as TPM are
        (lambda rng, x: np.round(np.log1p(x * rng.lognormal(0, 1, x.shape)), 2), "neither counts"),
        (lambda rng, x: x * rng.uniform(0.5, 1.5, x.shape), "neither counts"),
        (lambda rng, x: (x - x.mean(0)) / (x.std(0) + 1), "Scaled values"),
        (lambda rng, x: x - 1, "Negative values"),
        (lambda rng, x: np.round(rng.random(x.shape), 2), "neither counts"),  # rounded: multiples of 0.01 alone
    ],
)
def test_what_was_not_made_cell_by_cell_does_not_come_back(values, words):
    adata = made_up(n_cells=80)
    adata.X = values(np.random.default_rng(0), adata.X.toarray().astype(np.float64)).astype(np.float32)
    found = find_counts(opened(adata))
    assert not found.whole and found.recipe is None and words in found.say


def test_places_are_searched_in_order():
    adata = made_up()
    counts = adata.X.copy()
    adata.layers["counts"] = counts * 2
    adata.layers["other"] = counts * 3
    assert find_counts(opened(adata)).key == "layers/counts"
    del adata.layers["counts"]
    assert find_counts(opened(adata)).key == "X"
    adata.X = adata.X.log1p()
    assert find_counts(opened(adata)).key == "layers/other"
    adata.raw = AnnData(counts, var=adata.var)
    assert find_counts(opened(adata)).key == "raw"


def test_a_layer_named_counts_that_holds_none_is_passed_over():
    adata = made_up()
    adata.layers["counts"] = adata.X.log1p()
    found = find_counts(opened(adata))
    assert (found.key, found.whole, found.say) == ("X", True, "Whole counts in the main matrix (X)")


def test_a_fraction_far_down_the_file_is_seen():
    adata = made_up(n_cells=3000)
    adata.X.data[-5] += 0.5
    assert not find_counts(opened(adata)).whole


def test_columns_of_totals_are_told_by_name_and_content():
    obs = made_up().obs.assign(n_counts=5.0)
    obs["nCount_RNA"], obs["n_genes"], obs["total_counts"] = range(1, 41), range(1, 41), range(40)
    assert depth_columns(obs) == ["nCount_RNA"]


def test_an_empty_matrix_has_no_recipe():
    assert find_recipe(InMemory(sparse.csr_matrix((0, 5))), made_up().obs[:0]) is None


@pytest.mark.parametrize(
    ("path", "truth"),
    [("data/multimodal/rna/human_liver_bcells.h5ad", "layers/counts_recovered"),
     ("data/multimodal/rna/pbmc68k_reduced.h5ad", "layers/counts")],
)  # fmt: skip
def test_counts_of_real_log_normalised_data_equal_those_kept_beside_them(path, truth):
    import anndata

    adata = anndata.read_h5ad(shared(path))
    file = opened(adata)
    counts = file.matrices.pop(truth)
    found = find_counts(file)
    assert (recovered(file, found).rows(0, adata.n_obs) != counts.rows(0, adata.n_obs)).nnz == 0
