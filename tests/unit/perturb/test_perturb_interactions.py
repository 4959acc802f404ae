"""Interactions that are known by making, distance correlation by its definition, and Norman's own table."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import InvalidParameter
from engine.perturb.alike import alike
from engine.perturb.interactions import coefficients, distance_correlation, interaction
from tests.made_up_screen import made_up_screen
from tests.shared_data import shared

A, B, OTHER = 0.1 * np.random.default_rng(0).normal(size=(3, 400))
MADE = {"synergy": (A, B, 1.5 * (A + B)), "suppression": (A, B, 0.5 * (A + B)), "epistasis": (A, B, A + 0.1 * B),
        "redundancy": (A, 0.95 * A + 0.1 * OTHER, A), "additive": (A, B, A + B),
        "not seen": (0 * A, 0 * A, 0 * A)}  # fmt: skip


@pytest.mark.parametrize("kind", MADE)
def test_a_made_interaction_is_called_what_it_is(kind):
    rng, se = np.random.default_rng(1), 0.03 * np.ones((3, 400))
    found = interaction(*(np.stack(MADE[kind]) + se * rng.normal(size=se.shape)), se=tuple(se))
    assert found.type == kind
    assert found.dominant == (0 if kind == "epistasis" else -1)


def test_coefficients_are_least_squares_and_equal_where_parts_are_one():
    assert coefficients(np.stack([A, B, 0.7 * A + 0.2 * B])) == pytest.approx((0.7, 0.2), abs=1e-6)
    assert coefficients(np.stack([A, A, A])) == pytest.approx((0.5, 0.5), abs=0.01)


def test_distance_correlation_is_that_of_its_definition():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    tables = [np.array([[np.linalg.norm(np.atleast_1d(p - q)) for q in each] for p in each]) for each in (x, y)]
    a, b = (t - t.mean(0) - t.mean(1)[:, None] + t.mean() for t in tables)
    expected = np.sqrt((a * b).mean() / np.sqrt((a * a).mean() * (b * b).mean()))
    assert distance_correlation(x, y) == pytest.approx(expected)
    assert distance_correlation(y, 3 * y + 1) == pytest.approx(1)
    assert distance_correlation(y, np.ones(20)) == 0


def test_too_few_genes_are_refused():
    with pytest.raises(InvalidParameter, match="ten genes"):
        interaction(A[:5], B[:5], A[:5], se=(A[:5],) * 3)


def test_coefficients_on_the_norman_subset_go_with_the_published_ones():
    deltas = pd.read_csv(shared("golden/perturbation/norman_doubles_deltas.tsv.gz"), sep="\t", index_col="gene",
                         keep_default_na=False).astype(float)  # fmt: skip
    published = pd.read_csv(shared("data/perturb/norman19_gi/regr_fits_final.csv"), index_col="name")
    adata = pytest.importorskip("anndata").read_h5ad(shared("data/perturb/norman19_mcfaline23_devel.h5ad"))
    cells = adata[adata.obs["dataset"] == "norman19"]
    se = np.sqrt(2 * np.asarray(cells.X.toarray(), dtype=float).var(axis=0) / 100)
    ours, theirs = [], []
    for name in deltas:
        first, _, second = name.partition("+")
        if f"{first}_{second}" in published.index and {first, second} <= set(deltas):
            found = interaction(*(deltas[each].to_numpy() for each in (first, second, name)), se=(se,) * 3)
            ours += found.coef
            theirs += published.loc[f"{first}_{second}", ["ts_coef_first", "ts_coef_second"]].tolist()
    assert len(ours) == 10
    assert np.corrcoef(ours, np.array(theirs, float))[0, 1] > 0.7


def test_a_perturbation_with_the_same_change_is_found_and_unlike_ones_are_not_called():
    screen, _, _ = made_up_screen(20, 0, 200, seed=0)
    rng = np.random.default_rng(0)
    screen.delta[1] = screen.delta[0] + 0.01 * rng.normal(size=200)
    screen.delta[2] = rng.normal(size=200)
    table = alike(screen, screen.delta[0], name=screen.names[0]).set_index("perturbation")
    assert table.index[0] == screen.names[1] and table.loc[screen.names[1], "p"] < 0.01
    assert screen.names[0] not in table.index and abs(table.loc[screen.names[2], "likeness"]) < 0.25
    keep = ~np.isin(screen.genes, [screen.names[0], screen.names[5]])
    expected = np.corrcoef(screen.delta[0][keep], screen.delta[5][keep])[0, 1]
    assert table.loc[screen.names[5], "likeness"] == pytest.approx(expected, abs=1e-6)
    assert table.loc[screen.names[5], "n_genes"] == keep.sum()


def test_likeness_of_what_tells_apart_is_low_where_only_the_common_change_is_shared():
    screen, _, _ = made_up_screen(30, 0, 200, seed=1)
    plain, centred = (alike(screen, screen.delta[0], name=screen.names[0], centred=c)["likeness"] for c in (0, 1))
    assert plain.mean() > centred.mean() and abs(centred.mean()) < 0.1


def test_a_change_of_other_genes_or_another_likeness_is_refused():
    screen, _, _ = made_up_screen(5, 0, 30, seed=0)
    with pytest.raises(InvalidParameter, match="30 genes"):
        alike(screen, np.zeros(3))
    with pytest.raises(InvalidParameter, match="pearson or cosine"):
        alike(screen, np.zeros(30), by="euclid")
