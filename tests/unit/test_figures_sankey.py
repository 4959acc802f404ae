"""The Sankey: what a click says, exact highlights, colours, labels that fit, nodes that do not overlap."""

import itertools

import numpy as np
import pytest

from app.figures.palette import GREY, category_colours
from app.figures.sankey import BAND, CHOSEN, FADED, MARGIN, PAD, Look, choice_text, sankey_figure
from engine.tl.flows import OTHERS, flows
from tests.unit.test_tl_flows import LEVELS, OBS

FLOW = flows(OBS, LEVELS, n_clusters=3)
COLOURS = {level: category_colours([name for name in FLOW.names(level) if name != OTHERS]) for level in LEVELS}


def drawn(**kwargs):
    return sankey_figure(FLOW, COLOURS, **kwargs)


def opacity(colour: str) -> float:
    return float(colour.rstrip(")").split(",")[-1])


def test_every_node_and_band_says_what_it_is_without_an_index():
    trace = drawn().data[0]
    said = [text for text, _ in [*trace.node.customdata, *trace.link.customdata]]
    assert len(set(said)) == len(FLOW.nodes) + len(FLOW.links)
    assert said[0] == "modality:atac" and "dataset:A,cluster:2" in said


def test_bands_have_the_colour_of_where_they_come_from_and_others_are_grey():
    trace = drawn().data[0]
    for source, colour in zip(trace.link.source, trace.link.color, strict=True):
        assert colour.split(",")[:3] == trace.node.color[source].split(",")[:3] and opacity(colour) == BAND
    assert trace.node.color[-1] == f"rgba({','.join(str(int(GREY[i : i + 2], 16)) for i in (1, 3, 5))},1)"


@pytest.mark.parametrize("count", ["rows", "genes"])
def test_a_choice_splits_each_band_into_its_exact_part_and_the_rest(count):
    keep = FLOW.through({"tissue": "blood", "cluster": "2"})
    plain, lit = (drawn(look=Look(count=count), chosen=chosen).data[0] for chosen in (None, keep))
    totals = {text: value for (text, _), value in zip(plain.link.customdata, plain.link.value, strict=True)}
    sums = dict.fromkeys(totals, 0)
    for (text, _), value in zip(lit.link.customdata, lit.link.value, strict=True):
        sums[text] += value
    assert sums == totals
    bright = {text: value for (text, _), value, colour in
              zip(lit.link.customdata, lit.link.value, lit.link.color, strict=True) if opacity(colour) == CHOSEN}
    rows = OBS[(OBS["tissue"] == "blood") & (OBS["cluster"] == "2")]
    for (modality, tissue), part in rows.groupby(["modality", "tissue"]):
        expected = len(part) if count == "rows" else part["gene"].nunique()
        assert bright[choice_text({"modality": modality, "tissue": tissue})] == expected


def test_what_is_not_on_the_chosen_path_fades_to_15_per_cent():
    trace = drawn(chosen=FLOW.through({"dataset": "A"})).data[0]
    shades = {text: opacity(colour) for (text, _), colour in zip(trace.node.customdata, trace.node.color, strict=True)}
    assert shades["dataset:A"] == shades["modality:rna"] == shades["tissue:blood"] == 1
    assert shades["dataset:B"] == shades["modality:atac"] == FADED == 0.15


@pytest.mark.parametrize("height", [300, 470, 900])
def test_nodes_of_a_level_lie_in_order_one_below_the_other_within_the_picture(height):
    figure = drawn(look=Look(height=height))
    trace, inner = figure.data[0], figure.layout.height - MARGIN["t"] - MARGIN["b"]
    sizes = np.zeros(len(FLOW.nodes))
    for ends in (trace.link.source, trace.link.target):
        sums = np.bincount(ends, weights=trace.link.value, minlength=len(sizes))
        sizes = np.maximum(sizes, sums)
    scale = min((inner - (len(part) - 1) * PAD) / sizes[part.index].sum() for _, part in FLOW.nodes.groupby("level"))
    for _, part in FLOW.nodes.groupby("level"):
        middle, half = np.array(trace.node.y)[part.index] * inner, sizes[part.index] * scale / 2
        assert (middle - half)[0] >= -1 and (middle + half)[-1] <= inner + 1
        np.testing.assert_allclose(np.diff(middle) - half[:-1] - half[1:], PAD, atol=1.5)


def test_long_names_are_shortened_to_the_room_between_levels():
    obs = OBS.assign(dataset=OBS["dataset"] + " of a study with a very long name indeed")
    flow = flows(obs, LEVELS)
    labels = sankey_figure(flow, COLOURS | {"dataset": {}}, look=Look(width=600)).data[0].node.label
    cut = [label for label in labels if "…" in label]
    assert len(cut) == 4 and max(map(len, labels)) * 6.1 < 600 / 3 and not any("·" in label for label in cut)
    assert labels[0] == f"ATAC · {flow.nodes['rows'][0]}"


def test_many_clusters_make_a_taller_picture():
    flow = flows(OBS.assign(cluster=[str(i) for i in range(len(OBS))]), LEVELS, n_clusters=50)
    assert sankey_figure(flow, COLOURS).layout.height > 51 * 20


def test_words_on_a_band_say_both_counts_and_both_shares():
    words = {text: told for text, told in drawn().data[0].link.customdata}["dataset:A,cluster:2"]
    rows = OBS[(OBS["dataset"] == "A") & (OBS["cluster"] == "2")]
    assert f"{len(rows)} points of {rows['gene'].nunique()} genes" in words
    assert f"{len(rows) / (OBS['dataset'] == 'A').sum():.0%} of A" in words and "of cluster 2" in words


def test_on_paper_the_figure_has_title_levels_and_dark_ink():
    layout = drawn(look=Look(paper=True, width=900, title="A map", subtitle="12 points")).layout
    assert (layout.title.text, layout.title.subtitle.text, layout.width) == ("A map", "12 points", 900)
    assert [note.text for note in layout.annotations] == [f"<b>{level.capitalize()}</b>" for level in LEVELS]
    assert layout.paper_bgcolor == "#FFFFFF"


def test_without_rows_there_is_an_empty_picture():
    assert not sankey_figure(flows(OBS.assign(common=False), LEVELS, only_common=True), COLOURS).data


def test_a_choice_is_written_so_that_odd_names_come_through():
    text = choice_text({"tissue": "lymph node, left: 2", "cluster": "4"})
    assert text == "tissue:lymph%20node%2C%20left%3A%202,cluster:4" and len(list(itertools.chain(text.split(",")))) == 2
