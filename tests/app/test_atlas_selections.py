"""Selections and views as text: back and forth, resolved to the right rows, faults as sentences."""

import numpy as np
import pytest
from matplotlib.path import Path as Outlined

from app.selections import Genes, Level, Outline, SavedSet, chosen, inside, parse_selection
from app.view import View, known_gene, read_view
from engine.errors import InvalidParameter, UnknownName
from tests.app.fake_map import fake_embedding


@pytest.fixture(scope="module")
def embedding():
    return fake_embedding(300)


@pytest.mark.parametrize("selection", [
    Outline(((0.5, 1.0), (2.0, -1.25), (3.0, 4.0))), Genes(("CD3D", "HLA-DRA", "odd,name")),
    Level("dataset", "T and NK"), SavedSet("ab12"),
])
def test_a_selection_written_and_read_again_is_the_same(selection):
    assert parse_selection(str(selection)) == selection


@pytest.mark.parametrize("text", ["nonsense", "outline:1,2", "outline:1,2,3,4,5,nan", "genes:", "colour:3"])
def test_a_text_that_is_no_selection_is_answered_with_a_sentence(text):
    with pytest.raises(InvalidParameter, match="draw a new one"):
        parse_selection(text)


def test_points_inside_an_outline_agree_with_matplotlib():
    rng = np.random.default_rng(3)
    points, corners = rng.normal(size=(2000, 2)), rng.normal(size=(9, 2)) * 2
    star = tuple(map(tuple, corners[np.argsort(np.arctan2(*corners.T))]))
    expected = Outlined(star).contains_points(points)
    np.testing.assert_array_equal(inside(points, star), expected)


def test_genes_levels_and_saved_sets_choose_all_their_rows(embedding, services):
    kept = services.sets.save("two", ["CD3D", "LYZ"], study="pbmc68k-lineages")
    assert chosen("genes:CD3D,NOTHERE", embedding, services.sets).sum() == 3
    assert chosen(f"set:{kept.id}", embedding, services.sets).sum() == 6
    assert chosen("dataset:T%20and%20NK", embedding, services.sets).sum() == 100
    assert chosen("", embedding, services.sets) is None


def test_an_address_gives_the_view_back(embedding, services):
    query = {"colour": "mean", "gene": "cd3d", "hide": "dataset:T%20and%20NK;cluster:2,3", "size": "5.5",
             "opacity": "0.4", "x": "-1,2", "y": "0,3.5", "select": "cluster:1"}  # fmt: skip
    view, faults = read_view(query, embedding, services.sets)
    assert not faults
    assert view == View(colour="mean", gene="CD3D", hide={"dataset": ("T and NK",), "cluster": ("2", "3")}, size=5.5,
                        opacity=0.4, x=(-1, 2), y=(0, 3.5), select="cluster:1")  # fmt: skip


def test_hidden_rows_are_those_of_any_hidden_level(embedding):
    shown = View(hide={"dataset": ("B",), "cluster": ("1",)}).shown(embedding)
    expected = (embedding.obs["dataset"] != "B") & (embedding.obs["cluster"] != "1")
    np.testing.assert_array_equal(shown, expected.to_numpy())


def test_each_part_of_an_address_that_cannot_be_had_is_told_and_the_rest_is_kept(embedding, services):
    query = {"gene": "ACE3", "colour": "clusters", "select": "set:gone", "size": "x", "hide": "dataset:Nobody"}
    view, faults = read_view(query, embedding, services.sets)
    assert view == View()
    assert len(faults) == 3
    assert "Closest: ACE, ACE2" in " ".join(faults)


def test_a_size_beyond_the_slider_is_brought_to_its_end(embedding, services):
    view, _ = read_view({"size": "900", "opacity": "0"}, embedding, services.sets)
    assert (view.size, view.opacity) == (14.0, 0.1)


def test_genes_are_found_whatever_the_case(embedding):
    assert known_gene("hla-dra", embedding) == "HLA-DRA"
    with pytest.raises(UnknownName, match="on this map"):
        known_gene("QQQ", embedding)
