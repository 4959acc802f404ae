"""The causal network as pictures and files: places, looks, elements, SVG, GraphML, SIF, tables, bars."""

from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from app.causes import Explanation
from app.figures.causal_bars import causal_bars
from app.figures.causal_marks import edge_width, fill_of, lines, mark_of, numbers
from app.pages.causes import exports
from app.pages.causes.elements import elements, layout_of, stylesheet
from app.pages.causes.folding import picture
from app.pages.causes.places import COLUMNS, places
from app.pages.causes.view import CausesView
from tests.app.made_up_causes import made_up

FOUND = Explanation("causes-pictures", made_up(n_targets=300))
DRAWN = picture(FOUND, CausesView())
ROW = pd.Series({"kind": "regulator", "z": 3.1, "log2fc": 1.2, "de_fdr": 0.01})
LEVEL = {"max_fdr": 0.05, "min_log2fc": 0.0}


@pytest.mark.parametrize("layout", ["layered", "concentric"])
@pytest.mark.parametrize("view", [CausesView(), CausesView(opened=("STAT1",)), CausesView(focus="IFI6")])
def test_every_node_and_fold_has_a_place_of_its_own(layout, view):
    drawn = picture(FOUND, view)
    at = places(drawn, layout)
    assert set(at) == {*drawn.nodes.index, *(fold.id for fold in drawn.folds)}
    spots = np.array(list(at.values()))
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=2) + 1e6 * np.eye(len(spots))
    assert apart.min() > 30


def test_layers_lie_beneath_each_other_and_rows_are_no_longer_than_the_picture():
    at, layer = places(DRAWN, "layered"), DRAWN.nodes["layer"]
    lowest = [max(at[name][1] for name in layer.index[layer == level]) for level in sorted(layer.unique())]
    highest = [min(at[name][1] for name in layer.index[layer == level]) for level in sorted(layer.unique())]
    assert all(low < high for low, high in zip(lowest, highest[1:], strict=False))
    rows = pd.Series([y for _, y in at.values()]).value_counts()
    assert rows.max() <= COLUMNS


def test_places_are_the_same_each_time():
    again = picture(Explanation("causes-again", made_up(n_targets=300)), CausesView())
    assert places(DRAWN, "layered") == places(again, "layered")


def test_fill_goes_from_blue_over_white_to_vermillion():
    assert [fill_of(z) for z in (-9, -5, 0, 5, float("nan"))] == ["#0072b2", "#0072b2", "#ffffff", "#d55e00", ""]


@pytest.mark.parametrize(("change", "ring", "predicted"), [
    ({}, "up", True), ({"log2fc": -1.2}, "down", True), ({"de_fdr": 0.2}, "still", True),
    ({"log2fc": np.nan, "de_fdr": np.nan}, "none", True), ({"z": np.nan}, "up", False),
])  # fmt: skip
def test_the_ring_is_measured_and_dashes_are_predicted(change, ring, predicted):
    mark = mark_of("STAT1", pd.Series({**ROW, **change}), **LEVEL)
    assert (mark.ring, mark.predicted) == (ring, predicted)


def test_a_change_below_the_thresholds_is_no_sure_change_and_a_larger_one_has_a_wider_ring():
    assert mark_of("A", ROW, max_fdr=0.05, min_log2fc=2.0).ring == "still"
    widths = [mark_of("A", pd.Series({**ROW, "log2fc": fc}), **LEVEL).width for fc in (0.5, 1.5, 3.0, 9.0)]
    assert widths == sorted(widths) and widths[2] == widths[3]


def test_labels_tell_the_numbers_behind_the_colours():
    assert mark_of("STAT1", ROW, **LEVEL).label == "STAT1\nz 3.1 · ↑1.2"
    assert lines("HALLMARK_INTERFERON_ALPHA_RESPONSE", "function") == ["INTERFERON ALPHA", "RESPONSE"]
    assert numbers(-2.04, -0.5) == "z −2.0 · ↓0.5" and numbers(float("nan"), float("nan")) == ""
    assert edge_width(0) == 1 and edge_width(5) == edge_width(1) > edge_width(0.2) and edge_width(float("nan")) == 1


def test_elements_hold_nodes_folds_and_signed_edges():
    parts = elements(FOUND, DRAWN, places(DRAWN, "layered"))
    nodes = {part["data"]["id"]: part for part in parts if "position" in part}
    edges = [part["data"] for part in parts if "source" in part["data"]]
    assert len(nodes) == DRAWN.count and all(edge["source"] in nodes and edge["target"] in nodes for edge in edges)
    signs = {(e["source"], e["target"]): e["sign"] for e in edges}
    for link in DRAWN.links.itertuples():
        assert signs[link.source, link.target] == {1: "up", -1: "down", 0: "open"}[link.sign]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signs_differ_in_colour_and_in_arrow_head(theme):
    looks = {rule["selector"]: rule["style"] for rule in stylesheet(theme)}
    up, down, unknown = (looks[f"edge[sign = '{sign}']"] for sign in ("up", "down", "open"))
    assert [look["target-arrow-shape"] for look in (up, down, unknown)] == ["triangle", "tee", "circle"]
    assert len({look["line-color"] for look in (up, down, unknown)}) == 3


def test_layouts_are_places_or_forces_that_begin_from_them():
    at = places(DRAWN, "layered")
    assert layout_of("layered", at)["positions"]["STAT1"] == dict(zip("xy", at["STAT1"], strict=True))
    assert layout_of("cose", at)["name"] == "cose" and layout_of("cose", at)["randomize"] is False


def test_the_svg_holds_every_node_edge_fold_and_the_title():
    text = exports.picture_svg(FOUND, DRAWN, places(DRAWN, "layered"), title="A < B & C", subtitle="n")
    root = ET.fromstring(text)
    said = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    genes = DRAWN.nodes.index[DRAWN.nodes["kind"] != "function"]
    assert "A < B & C" in said and set(genes) <= set(said)
    assert {fold.words for fold in DRAWN.folds} <= set(said)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) == len(DRAWN.links) + 3  # those of the legend


def test_the_graphml_is_read_back_by_networkx_with_all_that_is_known():
    networkx = pytest.importorskip("networkx", reason="networkx is not installed")
    links = exports.links_with_evidence(FOUND, FOUND.links)
    graph = networkx.parse_graphml(exports.graphml(FOUND.nodes, links))
    assert graph.is_directed() and set(graph.nodes) == set(FOUND.nodes.index)
    assert graph.number_of_edges() == len(FOUND.links)
    assert graph.nodes["STAT1"]["z"] == pytest.approx(FOUND.nodes.loc["STAT1", "z"])
    assert "z" not in graph.nodes["IFI6"] and graph.nodes["IFI6"]["kind"] == "target"
    for row in links.head(40).itertuples():
        edge = graph.edges[row.source, row.target]
        assert edge["sign"] == row.sign and edge["database"] == row.database and edge["evidence"] == row.evidence


def test_the_sif_has_a_line_an_edge_and_the_table_a_row_a_piece_of_evidence(tmp_path):
    lines = [line.split("\t") for line in exports.sif(FOUND.links).splitlines()]
    verbs = {1: "activates", -1: "inhibits", 0: "regulates"}
    assert lines == [[r.source, verbs[r.sign], r.target] for r in FOUND.links.itertuples()]
    (tmp_path / "edges.tsv").write_text(exports.edges_tsv(FOUND, FOUND.links))
    assert len(pd.read_csv(tmp_path / "edges.tsv", sep="\t")) == len(FOUND.edges)
    part = exports.edges_tsv(FOUND, DRAWN.links)
    assert len(part.splitlines()) - 1 == FOUND.edges.merge(DRAWN.links[["source", "target"]]).shape[0]


def test_bars_of_what_is_predicted_are_hollow_and_those_measured_are_filled():
    figure = causal_bars(FOUND.regulators, n=10)
    predicted, measured = figure.data
    assert len(predicted.x) == 10 and predicted.marker.color == "rgba(0,0,0,0)" and predicted.marker.line.width > 0
    assert measured.marker.line.width == 0 and set(measured.marker.color) <= {"#D55E00", "#0072B2"}
    assert list(predicted.y) == FOUND.regulators["regulator"].head(10).tolist()
    assert causal_bars(FOUND.regulators.iloc[:0]).layout.height > 100
