"""Wishes: what they may be, and the directions that they become."""

import json

import numpy as np
import pandas as pd
import pytest

from engine.errors import GeneweaveError, InvalidParameter
from engine.knockout.direction import direction_of, mean_by, states_of
from engine.knockout.wish import Wish
from tests.made_up_models import GENES, network_model, screen_model


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "sideways"}, "one of towards, away, lower, raise, found 'sideways'"),
        ({"kind": "towards"}, "needs its cell type"),
        ({"kind": "away", "to": "A", "start": "A"}, "found 'A' twice"),
        ({"kind": "lower", "genes": ("A", "A", "B")}, "needs 3 genes or more, found 2"),
    ],
)
def test_what_is_no_wish_is_said(given, said):
    with pytest.raises(InvalidParameter) as fault:
        Wish(**given)
    assert said in str(fault.value)


def test_a_wish_goes_through_json_and_back():
    for wish in (Wish("towards", to="A", start="B"), Wish("raise", genes=("X", "Y", "Z"), title="set")):
        assert Wish.from_dict(json.loads(json.dumps(wish.to_dict()))) == wish
    assert Wish("lower", genes=("A", "B", "C"), title="Interferon").words == "lower Interferon"


def test_the_whole_way_between_two_cell_types_scores_one():
    model = network_model()
    x, labels = model.adata.X.toarray(), model.adata.obs["cell_type"].to_numpy()
    way = x[labels == "B"].mean(axis=0) - x[labels == "A"].mean(axis=0)
    towards, away = (direction_of(model, Wish(kind, to="B", start="A")) for kind in ("towards", "away"))
    assert way @ towards.along == pytest.approx(1) and way @ away.along == pytest.approx(-1)
    assert towards.share.sum() == pytest.approx(1) and 0.5 * way @ towards.along == pytest.approx(0.5)
    others = direction_of(model, Wish("towards", to="B"))
    np.testing.assert_allclose(others.along, towards.along, atol=1e-12)


def test_means_by_cell_type_are_those_of_numpy():
    model = network_model()
    states = states_of(model)
    np.testing.assert_allclose(states["A"], model.adata.X[:20].toarray().mean(axis=0))
    dense = mean_by(model.adata.X.toarray(), np.array(["A"] * 20 + ["B"] * 20), model.genes)
    pd.testing.assert_frame_equal(dense, states)


def test_a_set_weighs_its_genes_by_their_spread_and_names_what_is_missing():
    model = network_model()
    found = direction_of(model, Wish("lower", genes=("GENE1", "GENE2", "GENE3", "NOSUCH")))
    assert found.missing == ("NOSUCH",) and found.used == ("GENE1", "GENE2", "GENE3")
    spread = model.adata.X.toarray().std(axis=0)[1:4]
    np.testing.assert_allclose(found.along[1:4], -1 / spread / 3, rtol=1e-5)
    assert not found.along[4:].any() and found.share.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish("towards", to="C"), "no cell type 'C' in this model. Known: A, B"),
        (Wish("towards", to="A", start="C"), "no cell type 'C'"),
        (Wish("raise", genes=("X", "Y", GENES[0]), title="S"), "genes or more of 'S' must be measured"),
    ],
)
def test_a_wish_that_the_model_cannot_follow_is_said(wish, said):
    with pytest.raises(GeneweaveError) as fault:
        direction_of(network_model(), wish)
    assert said in str(fault.value)


def test_a_screen_without_cell_types_has_no_state_to_wish_for():
    with pytest.raises(InvalidParameter, match="none to tell apart"):
        direction_of(screen_model(), Wish("towards", to="A"))
