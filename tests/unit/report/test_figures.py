"""Figures of a report: what they say agrees with the contrast, and threads do not meddle with one another."""

import re
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import pytest

from engine.report import figures
from engine.report.about import ARM_TITLES, STATISTICS, changed, top
from engine.report.canvas import inline, spread, svg
from engine.report.figures.modules import grid, modules_shown
from engine.report.figures.slopes import choose
from engine.tl.changed import partners_of
from engine.types import ARMS


def test_every_arm_has_a_title_and_a_statistic_in_words():
    assert set(ARM_TITLES) == set(STATISTICS) == set(ARMS)


def test_the_volcano_counts_the_genes_below_the_level(contrast):
    n = int((contrast.table["partners_fdr"] < 0.05).sum())
    assert n == len(changed(contrast)) == 12
    assert f"{n} of 60 genes lie below" in figures.volcano(contrast).alt


def test_labels_keep_apart_and_stay_within():
    rng = np.random.default_rng(0)
    for n in (1, 5, 12):
        wanted = rng.uniform(0, 1, n).tolist()
        placed = np.array(spread(wanted, 0.08, 0.0, 1.0))
        assert placed.min() >= -1e-9 and placed.max() <= 1 + 1e-9
        in_order = placed[np.argsort(wanted)]
        assert n == 1 or np.diff(in_order).min() >= 0.08 - 1e-9


def test_a_slope_chart_draws_the_partners_that_changed_most(contrast):
    gene = top(contrast, 1)[0]
    table = partners_of(contrast, gene)
    chosen = choose(table)
    lost = table[table["state"] == "lost"]
    assert set(lost["partner"][:8]) <= set(chosen["partner"])
    drawing = figures.slopes(contrast, gene, 1)
    assert f"{len(lost)} lost" in drawing.caption and all(name in svg(drawing) for name in lost["partner"][:8])


def test_units_of_the_heat_map_stand_by_condition_with_their_values(contrast):
    names, values, n_control = grid(contrast)
    assert names[:n_control] == ["H1", "H2", "H3", "H4"] and names[n_control:] == ["C1", "C2", "C3", "C4"]
    first = contrast.facts["modules"][0]
    np.testing.assert_array_equal(values[0], [first["units"][name] for name in names])


def test_ids_of_two_figures_on_a_page_never_meet(contrast):
    one, other = (set(re.findall(r'id="([^"]+)"', inline(d))) for d in (
        figures.slopes(contrast, "GENE0", 1), figures.slopes(contrast, "GENE0", 2)))  # fmt: skip
    assert one and not one & other


def test_predicted_activity_is_drawn_hollow(regulators):
    drawn = svg(figures.regulators(regulators))
    bars = re.findall(r'style="fill: none; stroke: (#\w{6}); stroke-width: 1.3', drawn)
    assert sorted(bars) == ["#0072b2", "#d55e00"]


def test_figures_made_by_many_threads_are_those_of_one_and_no_style_is_left_behind(contrast):
    before = dict(matplotlib.rcParams)
    drawings = [figures.volcano(contrast), figures.maps(contrast), figures.modules(contrast)] * 3
    expected = [svg(drawing) for drawing in drawings]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(svg, drawings)) == expected
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", ["volcano", "maps", "modules", "composition"])
def test_a_name_in_mathematical_signs_stays_as_it_is(contrast, name):
    contrast.adata.obs_names = [f"$G_{i}^$" for i in range(contrast.adata.n_obs)]
    assert svg(getattr(figures, name)(contrast)).startswith("<?xml")


def test_numbers_that_are_not_there_leave_the_figure_standing(contrast):
    facts = contrast.facts
    facts["modules"][0] |= {"case": None, "units": {unit: None for unit in facts["modules"][0]["units"]}}
    facts["modules"].append({"name": "4", "n": 1, "genes": ["GENE1"], "control": None, "case": None, "units": {}})
    facts["composition"][0] |= {"p": float("nan"), "fdr": None, "case": None}
    names = [module["name"] for module in modules_shown(contrast)]
    assert names == ["1", "2", "3"]
    assert "4 (1)" not in svg(figures.modules(contrast)) and "B cell" in svg(figures.composition(contrast))
