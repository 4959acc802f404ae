"""The picture of a cell-state shift: types in their colours, an arrow a square, faint where chance does the same."""

import numpy as np
import pandas as pd
import pytest

from app.figures.cell_shift import FAINT, LONGEST, cell_shift_figure, quiver
from app.figures.palette import INK, category_colours
from engine.types import CellShift


@pytest.fixture
def shift() -> CellShift:
    arrows = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [0.0, 0.0, 1.0], "dx": [0.2, 0.0, -0.1], "dy": [0.0, 0.4, 0.0],
                           "n_cells": [9, 8, 7], "p": [0.01, 0.5, 0.02], "beyond": [True, False, True]})  # fmt: skip
    facts = {"name": "A", "cell_type": "", "n_cells": 1200, "n_permutations": 100, "n_beyond": 2, "p": 0.01,
             "width": 0.5, "warnings": []}  # fmt: skip
    return CellShift(arrows, pd.DataFrame(), facts)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cells_have_the_colour_of_their_type_and_arrows_fade_within_the_null(shift, scheme):
    rng = np.random.default_rng(0)
    labels = np.array(["b"] * 20 + ["a"] * 30)
    figure = cell_shift_figure(rng.normal(size=(50, 2)), labels, shift, lines=["A knocked out"], scheme=scheme)
    cells, faint, beyond = figure.data[:2], figure.data[2], figure.data[3]
    assert [trace.name for trace in cells] == ["a (30)", "b (20)"]
    assert [trace.marker.color for trace in cells] == list(category_colours(["a", "b"]).values())
    assert (faint.opacity, beyond.opacity) == (FAINT, 1.0) and beyond.line.color == INK[scheme]
    assert len(faint.x) == 6 and len(beyond.x) == 12
    assert "2 of 3 arrows beyond 100 changes" in figure.layout.title.text.replace("<br>", " ")
    assert "1\u202f200 cells" in figure.layout.title.text.replace("<br>", " ")


def test_the_longest_arrow_is_a_little_longer_than_a_square(shift):
    figure = cell_shift_figure(np.zeros((3, 2)), np.array(["a"] * 3), shift)
    faint = figure.data[1]  # the one with dy = .4
    assert faint.y[1] - faint.y[0] == pytest.approx(LONGEST * 0.5, abs=1e-3)


def test_an_arrow_is_a_shaft_with_a_head_on_both_sides_of_its_tip():
    x, y = quiver(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))
    assert x[:2] == [0.0, 1.0] and x[5] is None and y[5] is None
    assert x[3] == 1.0 and x[2] == x[4] < 1 and y[2] == -y[4] != 0


def test_without_arrows_the_cells_are_drawn_alone(shift):
    bare = CellShift(shift.arrows[:0], shift.towards, shift.facts | {"n_beyond": 0})
    figure = cell_shift_figure(np.ones((4, 2)), np.array(["a"] * 4), bare)
    assert len(figure.data[0].x) == 4 and len(figure.data[-1].x) == 0
