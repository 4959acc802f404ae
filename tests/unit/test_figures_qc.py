"""Figures of cells and networks: what they hold, and that limits lie where they should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from app.figures import qc
from app.figures.network_stats import degree_figure, strength_figure
from engine.types import QcLimits
from tests.app.checked_file import made_up_cells

FACTS = made_up_cells(400)
ARRAYS = (FACTS.counts, FACTS.genes, FACTS.mito)
LIMITS = QcLimits(min_counts=1000, max_counts=9000, min_genes=600, max_mito=8)


def lines(figure) -> list:
    return [shape for shape in figure.layout.shapes if shape.type == "line"]


def test_each_measure_has_a_violin_of_its_cells_with_its_unit():
    figure = qc.violins(*ARRAYS, QcLimits())
    assert [trace.type for trace in figure.data] == ["violin"] * 3 and not figure.layout.shapes
    assert np.allclose(10 ** np.array(figure.data[0].y), FACTS.counts, rtol=1e-4)
    assert figure.layout.yaxis.title.text == "Counts per cell (log scale)"
    assert "n = 400 cells" in figure.layout.title.text


def test_many_cells_are_drawn_without_points_and_by_chance():
    many = made_up_cells(21_000)
    figure = qc.violins(many.counts, many.genes, many.mito, QcLimits())
    assert figure.data[0].points is False and len(figure.data[0].y) == qc.SHOWN
    assert "20\u202f000 of them drawn, chosen by chance" in figure.layout.title.text
    assert (qc.sample(50, most=20) == qc.sample(50, most=20)).all() and len(set(qc.sample(50, most=20))) == 20


def test_limits_are_lines_at_their_place_and_bands_over_what_they_drop():
    figure = qc.violins(*ARRAYS, LIMITS)
    assert [line.y0 for line in lines(figure)] == pytest.approx([3, np.log10(9000), 600, 8])
    assert [note.text for note in figure.layout.annotations] == ["≥ 1\u202f000", "≤ 9\u202f000", "≥ 600", "≤ 8"]
    low, high = figure.layout.yaxis.range
    ends = [(s.y0, s.y1) for s in figure.layout.shapes if s.type == "rect" and s.yref == "y"]
    assert np.allclose(ends, [(3, low), (np.log10(9000), high)])


def test_the_scatter_has_its_limits_in_counts_and_genes():
    figure = qc.counts_and_genes(*ARRAYS, LIMITS)
    few, many, genes = lines(figure)
    assert (few.x0, many.x0, genes.y0) == pytest.approx((1000, 9000, 600))
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


@pytest.mark.parametrize("limits", [QcLimits(min_counts=0), QcLimits(max_counts=1e9)])
def test_a_limit_beyond_all_cells_draws_nothing(limits):
    assert not qc.violins(*ARRAYS, limits).layout.shapes and not qc.counts_and_genes(*ARRAYS, limits).layout.shapes


def test_a_limit_that_drops_all_cells_covers_the_panel():
    figure = qc.violins(*ARRAYS, QcLimits(min_genes=1e6))
    band = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    assert sorted((band.y0, band.y1)) == pytest.approx(sorted(figure.layout.yaxis2.range))


@pytest.mark.parametrize("values", [np.zeros(3), np.ones(1), np.array([0, 1, 2.0])])
def test_cells_that_do_not_differ_are_drawn_too(values):
    values = values.astype(np.float32)
    for figure in (qc.violins(values, values, values, LIMITS), qc.counts_and_genes(values, values, values, LIMITS)):
        assert all(np.isfinite(end) for axis in ("yaxis",) for end in figure.layout[axis].range)


def test_the_strip_of_degrees_holds_the_network_filled_and_chance_dashed():
    table = pd.DataFrame({"degree": [1, 2, 3], "share": [0.8, 0.4, 0.0], "random": [0.7, 0.2, 1e-9]})
    found, chance = degree_figure(table, n_genes=10).data
    assert list(found.y) == [0.8, 0.4] and list(chance.y) == [0.7, 0.2] and chance.line.dash == "dash"


def test_strength_has_signs_by_colour_side_and_word():
    figure = strength_figure(np.array([-4, -3, 3, 5, 8], np.float32))
    (bars,) = figure.data
    assert sum(bars.y) == 5 and {x < 0 for x, c in zip(bars.x, bars.marker.color, strict=True)
                                 if c == bars.marker.color[0]} == {True}
    assert [note.text for note in figure.layout.annotations] == ["← 2 negative", "3 positive →"]


def test_a_network_without_edges_is_drawn_too():
    assert sum(strength_figure(np.zeros(0, np.float32)).data[0].y) == 0
