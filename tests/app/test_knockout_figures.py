"""The pictures of a knockout: which bars, hollow and filled, correlations, the way through a network, pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from app.figures.alike import alike_figure
from app.figures.knockout_bars import bars_figure, strongest, sureness
from app.figures.knockout_path import path_figure, places, shortest
from app.figures.pair_sum import pair_figure
from app.figures.palette import DOWN, UP
from app.figures.predicted_measured import both_told, correlation, scatter_figure
from tests.app.made_up_knockout import effect

UNIT = "log1p of counts per 10,000"


def drawn(figure, name: str):
    return next(trace for trace in figure.data if trace.name == name)


def test_the_strongest_are_those_of_largest_change_and_a_way_keeps_its_sign():
    table = effect().table
    rows = strongest(table, k=10)
    assert rows.index.tolist() == table["change"].abs().sort_values(ascending=False).index[:10].tolist()
    assert (strongest(table, k=60, way="up")["change"] > 0).all()
    assert (strongest(table, k=60, way="down")["change"] < 0).all()


def test_the_surest_have_the_largest_change_in_half_widths_of_their_interval():
    table = effect().table
    by_hand = table["change"].abs() / ((table["high"] - table["low"]) / 2)
    np.testing.assert_allclose(sureness(table), by_hand)
    assert strongest(table, k=5, sort="sure").index.tolist() == by_hand.sort_values(ascending=False).index[:5].tolist()


def test_by_name_the_largest_changes_are_ordered_and_the_target_can_be_hidden():
    table = effect().table
    named = strongest(table, k=12, sort="name")
    assert set(named.index) == set(strongest(table, k=12).index) and named.index.is_monotonic_increasing
    assert "GENE0" in strongest(table, k=60).index and "GENE0" not in strongest(table, k=60, hide=True).index


def test_genes_that_do_not_change_or_are_not_told_get_no_bar():
    table = effect(n=4).table.copy()
    table.iloc[1, table.columns.get_loc("change")] = np.nan
    table.iloc[2, table.columns.get_loc("change")] = 0.0
    assert strongest(table, k=10).index.tolist() == ["GENE0", "GENE3"]


def test_predicted_bars_are_hollow_measured_ones_filled_and_both_tell_up_from_down():
    rows = strongest(effect().table, k=15)
    figure = bars_figure(rows, unit=UNIT, lines=["n = 40 perturbations"], level=0.9)
    predicted, measured = drawn(figure, "predicted"), drawn(figure, "measured")
    assert predicted.marker.color == "rgba(0,0,0,0)" and predicted.marker.line.width > 0
    expected = [UP if value > 0 else DOWN for value in rows["change"]]
    assert list(predicted.marker.line.color) == expected and measured.marker.line.width == 0
    np.testing.assert_allclose(np.array(predicted.x) + predicted.error_x.array, rows["high"])
    np.testing.assert_allclose(np.array(predicted.x) - predicted.error_x.arrayminus, rows["low"])
    assert UNIT in figure.layout.xaxis.title.text and "n = 40" in figure.layout.title.text


def test_without_measurements_there_is_one_bar_a_gene_and_no_word_of_measured():
    rows = strongest(effect(measured=False).table, k=15)
    figure = bars_figure(rows, unit=UNIT, lines=["n"], level=0.8)
    assert sum(trace.type == "bar" for trace in figure.data) == 1
    names = [trace.name for trace in figure.data if trace.type == "scatter"]
    assert names == ["predicted, with its 80\u202f% interval"]


def test_hover_says_a_bar_in_words():
    rows = strongest(effect().table, k=60)
    figure = bars_figure(rows, unit=UNIT, lines=["n"], level=0.9)
    words = drawn(figure, "predicted").text[rows.index.get_loc("GENE3")]
    for part in ("GENE3", "predicted", "at 90\u202f%", "measured", "standard error", "leaves the range"):
        assert part in words


def test_the_target_is_named_as_such_and_takes_no_part_in_the_correlation():
    table = effect().table
    figure = bars_figure(strongest(table, k=60), unit=UNIT, lines=["n"], level=0.9)
    assert "GENE0 ◂ target" in drawn(figure, "predicted").y
    assert "GENE0" not in both_told(table).index and len(both_told(table)) == 59


def test_the_correlation_is_pearsons_and_none_where_nothing_varies():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=50), rng.normal(size=50)
    assert correlation(a, b) == pytest.approx(pd.Series(a).corr(pd.Series(b)))
    assert np.isnan(correlation([1, 1, 1], [1, 2, 3])) and np.isnan(correlation([1, 2], [2, 1]))


def test_genes_outside_their_interval_are_marked_by_shape_and_counted():
    table = effect().table
    rows = both_told(table)
    missed = ((rows["measured"] < rows["low"]) | (rows["measured"] > rows["high"])).sum()
    figure = scatter_figure(table, unit=UNIT, lines=["n"], level=0.9)
    names = [trace.name for trace in figure.data if trace.name]
    assert f"outside its interval ({missed})" in names and f"in its interval ({len(rows) - missed})" in names
    assert sum(len(trace.x) for trace in figure.data if trace.customdata is not None) == len(rows)


EDGES = [("A", "B", 1), ("B", "C", -1), ("A", "D", 1), ("D", "C", 1), ("C", "E", 1), ("X", "Y", 1)]


def test_the_way_to_a_gene_is_a_shortest_one_from_what_was_perturbed():
    edges, steps = shortest(EDGES, ["A"], ["C", "E", "Y"])
    assert steps == {"A": 0, "B": 1, "C": 2, "E": 3}
    assert set(edges) == {("C", "E", 1), ("B", "C", -1), ("A", "B", 1)}


def test_a_gene_that_no_edge_leads_to_is_not_drawn():
    assert shortest(EDGES, ["A"], ["Y"]) == ([], {"A": 0})


def test_the_way_is_drawn_from_left_to_right_and_tells_raising_from_lowering_without_colour():
    table = pd.DataFrame({"change": [-1.0, -0.5, 0.4], "target": [True, False, False]}, index=["A", "B", "C"])
    edges, steps = shortest(EDGES, ["A"], ["C"])
    figure = path_figure(edges, steps, table, lines=["n"])
    at = dict(zip(figure.data[-1].customdata, figure.data[-1].x, strict=True))
    assert at == {"A": 0, "B": 1, "C": 2}
    heads = {note.name: note.arrowhead for note in figure.layout.annotations if note.showarrow}
    assert heads["raises"] != heads["lowers"]
    assert any("B ▾" in text for text in figure.data[-1].text) and any("C ▴" in text for text in figure.data[-1].text)


def test_genes_of_a_column_stand_by_their_change():
    at = places({"A": 0, "B": 1, "C": 1, "D": 1}, {"A": -1, "B": 0.3, "C": -0.4, "D": 0.1})
    assert at["B"][1] > at["D"][1] > at["C"][1] and at["A"][0] < at["B"][0]


def test_perturbations_beyond_chance_are_filled_and_the_others_open():
    table = pd.DataFrame({"perturbation": ["A", "B"], "likeness": [0.8, 0.1], "whole": [0.9, 0.6], "p": [0.005, 0.4],
                          "fdr": [0.01, 0.4]})  # fmt: skip
    figure = alike_figure(table, lines=["n"])
    assert list(figure.data[2].marker.symbol) == ["circle", "circle-open"] and list(figure.data[1].x) == [0.9, 0.6]


def test_a_pair_is_drawn_against_the_sum_hollow_where_it_is_predicted():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 40))
    a[3] = np.nan
    genes = np.array([f"G{i}" for i in range(40)])
    for measured, symbol in ((True, "circle"), (False, "circle-open")):
        figure = pair_figure(genes, a, b, 0.5 * (a + b), names=("A", "B"), measured=measured, unit=UNIT, scale=0.5,
                             lines=["n"])  # fmt: skip
        assert figure.data[2].marker.symbol == symbol and len(figure.data[2].x) == 39
        np.testing.assert_allclose(figure.data[1].y, 0.5 * np.array(figure.data[1].x))
