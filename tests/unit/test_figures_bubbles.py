"""Bubbles: where they lie, how large and in which colour, and what is hollow."""

import numpy as np
import pytest

from app.figures.bubbles import LARGEST, Bubble, bubbles, diameter, key_sizes, minus_log, short

TERMS = [Bubble("INTERFERON_ALPHA", 12.0, 40, 1e-12, "first"), Bubble("B", 2.0, 10, 0.01, "second"),
         Bubble("C", 0.5, 1, 0.3, "third")]  # fmt: skip


def drawn(terms=TERMS, **given):
    return bubbles(terms, **{"axis": "x", "subtitle": "n = 3", "level": 0.05, "mark": minus_log(0.05), **given})


def test_terms_lie_from_top_to_bottom_at_their_x_with_what_the_pointer_says():
    rings, dots, _ = drawn().data
    assert list(dots.x) == list(rings.x) == [12.0, 2.0, 0.5] and list(dots.y) == [0, 1, 2]
    assert drawn().layout.yaxis.range[0] > drawn().layout.yaxis.range[1]
    assert list(drawn().layout.yaxis.ticktext) == ["INTERFERON ALPHA", "B", "C"] and dots.text[0] == "first"


def test_area_grows_with_genes_and_colour_with_certainty():
    _, dots, key = drawn().data
    assert dots.marker.size[0] == LARGEST == diameter(40, 40) > dots.marker.size[1] > dots.marker.size[2]
    np.testing.assert_allclose(dots.marker.color, [12, 2, -np.log10(0.3)])
    assert [diameter(n, 40) for n in key_sizes(40)] == list(key.marker.size)


def test_what_is_not_below_the_level_is_hollow_and_the_level_is_a_line():
    figure = drawn()
    assert list(figure.data[1].marker.opacity) == [1, 1, 0]
    assert figure.layout.shapes[0].x0 == pytest.approx(-np.log10(0.05))
    assert not drawn(mark=None).layout.shapes


def test_the_line_is_seen_even_when_all_terms_lie_left_of_it():
    low, high = drawn(terms=[Bubble("A", 0.0, 1, 1.0, "")]).layout.xaxis.range
    assert low < 0 < -np.log10(0.05) < high


def test_a_rate_of_0_a_single_term_and_none_are_drawn():
    assert minus_log(0.0) == 300
    assert len(drawn(terms=[Bubble("A", 300.0, 3, 0.0, "")]).data[1].x) == 1
    assert len(drawn(terms=[]).data[1].x) == 0


def test_long_names_take_two_lines_and_no_more():
    said = short("REACTOME_" + "VERY_LONG_WORDS_" * 8)
    assert said.count("<br>") == 1 and said.endswith("…") and max(map(len, said.split("<br>"))) <= 40
