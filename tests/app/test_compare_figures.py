"""The figures of a comparison: what is drawn where, in which colour and sign, and that labels leave room."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import leaves_list, linkage

from app.components.module_map import module_grid, module_map, tree
from app.figures.composition import composition_figure
from app.figures.contrast_maps import Colouring, level_colours, maps_figure
from app.figures.palette import DOWN, GREY, UP
from app.figures.partners import network_figure, slope_figure
from app.figures.plain import apart, spaced, subtitle
from app.figures.volcano import volcano_figure
from engine.tl.changed import partners_of
from tests.app.made_up_contrast import MODULE, made_up

FOUND = made_up()
LINES = ["n = 60 genes", "⚠ few labellings"]


def test_the_volcano_puts_net_change_against_fdr_with_signs_by_shape_and_colour():
    figure = volcano_figure(FOUND.table, arm="partners", level=0.05, smallest=0.0286, lines=LINES, chosen="GENE2")
    quiet, gained, lost, ring = figure.data
    assert (quiet.marker.color, gained.marker.color, lost.marker.color) == (GREY, UP, DOWN)
    assert (gained.marker.symbol, lost.marker.symbol) == ("triangle-up", "triangle-down")
    assert set(lost.customdata) == {f"GENE{i}" for i in range(MODULE)} and len(quiet.customdata) == 60 - MODULE
    np.testing.assert_allclose(lost.y, -np.log10(FOUND.table.loc[list(lost.customdata), "partners_fdr"]))
    np.testing.assert_allclose(lost.x, FOUND.table.loc[list(lost.customdata), "net"])
    assert list(ring.x) == [FOUND.table.at["GENE2", "net"]]
    heights = sorted(shape.y0 for shape in figure.layout.shapes)
    np.testing.assert_allclose(heights, [-np.log10(0.05), -np.log10(0.0286)])
    texts = [note.text for note in figure.layout.annotations]
    assert any("smallest FDR within reach: 0.029" in text for text in texts) and "5\u202f% FDR" in texts
    assert "⚠ few labellings" in figure.layout.title.text


def test_the_volcano_of_expression_goes_by_fold_change_and_has_no_bound_by_labellings():
    figure = volcano_figure(FOUND.table, arm="expression", level=0.1, smallest=None, lines=LINES)
    assert "log2 fold change" in figure.layout.xaxis.title.text and len(figure.layout.shapes) == 1
    drawn = {gene: x for trace in figure.data[:3] for gene, x in zip(trace.customdata, trace.x, strict=True)}
    assert drawn == FOUND.table["expression"].to_dict()


def test_an_fdr_of_zero_is_drawn_at_the_top_and_a_missing_one_is_not():
    table = FOUND.table.copy()
    table.loc["GENE0", "partners_fdr"], table.loc["GENE1", "partners_fdr"] = 0.0, np.nan
    figure = volcano_figure(table, arm="partners", level=0.05, smallest=None, lines=[])
    drawn = [gene for trace in figure.data[:3] for gene in trace.customdata]
    assert "GENE1" not in drawn and np.isfinite(max(figure.data[2].y)) and figure.layout.yaxis.range[1] > 300


def maps(colouring: Colouring, **changes):
    places = {side: np.asarray(FOUND.adata.obsm[f"umap_{side}"], float) for side in ("control", "case")}
    words = {side: [f"{gene} {side}" for gene in FOUND.genes] for side in places}
    given = {"ringed": np.arange(MODULE), "titles": {"control": "healthy", "case": "ill"}, "hover": words,
             "lines": LINES, "ring_words": "changed (12)"} | changes
    return maps_figure(places, FOUND.genes, colouring, **given)


def test_both_maps_have_the_same_genes_in_the_same_order_and_tied_axes():
    figure = maps(Colouring("Module", FOUND.table["module"].astype(str).to_numpy()), chosen="GENE7")
    left, right = figure.data[:2]
    assert list(left.customdata) == list(right.customdata) == FOUND.genes.tolist()
    assert (figure.layout.xaxis2.matches, figure.layout.yaxis2.matches) == ("x", "y")
    assert figure.layout.yaxis.scaleanchor == "x"
    np.testing.assert_allclose(right.x, FOUND.adata.obsm["umap_case"][:, 0], atol=1e-4)
    assert list(figure.data[5].x) == [float(FOUND.adata.obsm["umap_case"][7, 0])]
    assert {"<b>healthy</b>", "<b>ill</b>"} <= {note.text for note in figure.layout.annotations}


def test_changed_genes_wear_hollow_rings_of_no_module_s_colour_on_both_sides_and_in_the_legend():
    figure = maps(Colouring("Change", FOUND.table["partners"].to_numpy(), "standard errors"))
    for trace in figure.data[2:4]:
        assert (trace.marker.symbol, trace.marker.color, len(trace.x)) == ("circle-open", GREY, MODULE)
        assert trace.marker.color not in level_colours(np.array(["1", "2", "3"])).values()
    assert [trace.name for trace in figure.data if trace.showlegend is not False] == ["changed (12)"]
    assert figure.data[1].marker.colorbar.title.text.endswith("standard errors")
    assert not maps(Colouring("Module", np.array(["1"] * 60)), ringed=np.array([], int)).data[2].x


def test_a_module_has_its_colour_by_its_number_and_gaps_are_not_coloured():
    assert list(level_colours(np.array(["10", "2", "1"]))) == ["1", "2", "10"]
    values = np.full(60, np.nan)
    assert np.isnan(np.asarray(maps(Colouring("Change", values)).data[0].marker.color, float)).all()


def test_slopes_join_both_conditions_with_intervals_the_changed_partners_first():
    partners = partners_of(FOUND, "GENE3")
    figure = slope_figure(partners, control="healthy", case="ill", lines=LINES)
    slopes = [trace for trace in figure.data if trace.customdata is not None]
    assert len(slopes) == 12 and [trace.line.dash for trace in slopes[:11]] == ["dash"] * 11
    first = partners.iloc[0]
    assert list(slopes[0].y) == [first["control"], first["case"]] and slopes[0].line.color == DOWN
    np.testing.assert_allclose(slopes[0].error_y.array, [first["control_high"] - first["control"],
                                                         first["case_high"] - first["case"]])
    assert list(figure.layout.xaxis.ticktext) == ["healthy", "ill"]


def test_the_network_has_sure_partners_alone_control_left_and_case_right_negative_dashed():
    partners = pd.DataFrame({
        "partner": ["A", "B", "C"], "control": [0.5, -0.4, 0.01], "control_low": [0.4, -0.5, -0.2],
        "control_high": [0.6, -0.3, 0.2], "case": [0.45, 0.0, 0.3], "case_low": [0.3, -0.2, 0.1],
        "case_high": [0.6, 0.2, 0.5], "state": ["kept", "lost", "gained"],
    })  # fmt: skip
    figure = network_figure(partners, "G", control="healthy", case="ill", lines=LINES)
    nodes = [trace for trace in figure.data if trace.mode == "markers+text"]
    assert [list(trace.text) for trace in nodes] == [["A", "B"], ["A", "C"]]
    assert all(x < 0 for x in nodes[0].x) and all(x > 0 for x in nodes[1].x)
    assert list(nodes[0].marker.symbol) == ["circle", "circle-open"]
    dashes = [trace.line.dash for trace in figure.data if trace.mode == "lines"]
    widths = [trace.line.width for trace in figure.data if trace.mode == "lines"]
    assert dashes == ["solid", "5px,4px", "solid", "solid"] and widths[0] > widths[1] > widths[3]


def test_a_gene_without_a_sure_partner_says_so():
    partners = partners_of(FOUND, "GENE50").assign(control_low=-1.0, control_high=1.0, case_low=-1.0, case_high=1.0)
    figure = network_figure(partners, "GENE50", control="healthy", case="ill", lines=[])
    assert [note.text for note in figure.layout.annotations if "no sure partner" in note.text] == [
        "<b>healthy</b><br>no sure partner", "<b>ill</b><br>no sure partner"]


def test_modules_are_ordered_as_scipy_orders_them_and_joined_by_a_tree():
    values = np.random.default_rng(1).normal(size=(9, 6))
    order, branches = tree(values)
    assert order == leaves_list(linkage(values, "average", optimal_ordering=True)).tolist()
    assert len(branches) == 8 and max(max(x) for x, _ in branches) == 0
    assert tree(values[:1]) == ([0], []) and tree(values[:0]) == ([], [])


def test_the_module_map_has_a_cell_a_unit_the_control_units_first_and_a_bar_of_conditions():
    units = FOUND.facts["units"][::-1]
    grid = module_grid(FOUND.facts["modules"], units)
    assert grid.levels == ("control",) * 4 + ("case",) * 4 and grid.labels[0].startswith("1 (12): GENE0, GENE1")
    figure = module_map(grid, conditions={"control": "healthy", "case": "ill"}, lines=LINES)
    heat, bar = [trace for trace in figure.data if trace.type == "heatmap"]
    names = [row[0] for row in heat.customdata]
    for name, z in zip(names, heat.z, strict=True):
        module = next(m for m in FOUND.facts["modules"] if m["name"] == name)
        np.testing.assert_allclose(z, [module["units"][unit] for unit in grid.units])
    assert heat.zmin == -heat.zmax and list(bar.z[0]) == [0.0] * 4 + [1.0] * 4
    assert [label.split(" ")[0] for label in figure.layout.yaxis.ticktext] == names


def test_a_module_that_could_not_be_told_in_a_unit_leaves_a_hole():
    modules = [dict(m) for m in FOUND.facts["modules"]]
    modules[0] = modules[0] | {"units": {"H1": None}}
    figure = module_map(module_grid(modules, FOUND.facts["units"]), conditions={"control": "a", "case": "b"}, lines=[])
    heat = next(trace for trace in figure.data if trace.type == "heatmap")
    row = [names[0] for names in heat.customdata].index("1")
    assert all(value is None or np.isnan(value) for value in heat.z[row])


def test_importing_the_clustergram_adds_no_scripts_to_the_pages():
    from dash.development.base_component import ComponentRegistry

    tree(np.eye(3))
    assert "dash_bio" not in ComponentRegistry.registry


def test_composition_shows_every_unit_its_means_and_p():
    rows, levels = FOUND.facts["composition"], {u["name"]: u["level"] for u in FOUND.facts["units"]}
    figure = composition_figure(rows, levels, names={"control": "healthy", "case": "ill"}, lines=LINES)
    control, case = figure.data
    assert len(control.x) == len(case.x) == 8 and control.marker.symbol != case.marker.symbol
    assert list(figure.layout.yaxis.ticktext) == ["Plasmablast", "B cell"]
    assert [note.text for note in figure.layout.annotations][0] == "p 0.001<br>FDR 0.002"
    assert sorted({shape.x0 for shape in figure.layout.shapes}) == [0.3, 0.5]


def test_a_share_that_is_not_known_is_left_out():
    rows = [FOUND.facts["composition"][0] | {"units": {"H1": None, "C1": 0.2}, "control": None, "p": None, "fdr": None}]
    figure = composition_figure(rows, {"H1": "control", "C1": "case"}, names={"control": "a", "case": "b"}, lines=[])
    assert [len(trace.x) for trace in figure.data] == [0, 1] and len(figure.layout.shapes) == 1
    assert figure.layout.annotations[0].text == "p –<br>FDR –"


def test_partners_without_a_known_correlation_or_error_do_not_break_the_picture():
    partners = partners_of(FOUND, "GENE3")
    partners.loc[0, ["control", "control_low", "control_high"]] = np.nan
    partners.loc[1, ["case_low", "case_high"]] = [-np.inf, np.inf]
    figure = slope_figure(partners, control="a", case="b", lines=[])
    assert np.isfinite(figure.layout.yaxis.range).all()
    drawn = [trace.customdata[0] for trace in figure.data if trace.customdata is not None]
    assert partners.at[0, "partner"] not in drawn
    network_figure(partners, "GENE3", control="a", case="b", lines=[])


@pytest.mark.parametrize("seed", range(5))
def test_labels_moved_apart_keep_their_order_and_their_gap(seed):
    values = np.random.default_rng(seed).uniform(size=12)
    moved = apart(values, 0.1)
    assert (np.argsort(moved) == np.argsort(values)).all() and np.diff(np.sort(moved)).min() > 0.1 - 1e-9
    np.testing.assert_allclose(moved.mean(), values.mean())
    far = np.array([3.0, 1.0, 2.0])
    np.testing.assert_array_equal(apart(far, 0.5), far)


def test_labels_that_would_collide_are_left_out_and_the_first_are_kept():
    x, y = np.array([0.0, 0.1, 5.0]), np.array([0.0, 0.0, 0.0])
    assert spaced(x, y, ["AAAA", "BBBB", "CCCC"], scale=(100, 100)) == [0, 2]
    assert spaced(x, y, ["AAAA", "BBBB", "CCCC"], scale=(100, 100), most=1) == [0]
    assert spaced(x[:0], y[:0], [], scale=(1, 1)) == []


def test_a_long_subtitle_is_folded_and_takes_its_room():
    short, low = subtitle(["n = 1"])
    long, high = subtitle(["word " * 40, ""])
    assert short["text"] == "n = 1" and long["text"].count("<br>") == 1 and high > low
