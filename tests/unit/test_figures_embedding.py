"""The map's figure: one trace, float32 coordinates, numbers where their clusters are densest; its printed form."""

import base64
import json

import numpy as np
import pytest

from app.figures.columns import Category, column_named, similarity
from app.figures.embedding import FADED, Print, densest, map_figure, point_size, publication_figure, window
from app.figures.palette import CATEGORIES, CIVIDIS, PAPER, category_colours, contrast, legible
from engine.errors import UnknownName
from tests.app.fake_map import DATASETS, fake_embedding


@pytest.fixture(scope="module")
def embedding():
    return fake_embedding(300)


def printed(embedding, **changes) -> Print:
    n = len(embedding.genes)
    given = {"column": column_named(embedding, "dataset"), "shown": np.ones(n, bool), "chosen": None, "x": None,
             "y": None, "point_size": 3.0, "opacity": 1.0, "width": 321, "title": "A map", "subtitle": "300 points"}
    return Print(**(given | changes))


def test_the_map_is_one_webgl_trace_with_the_coordinates_as_float32(embedding):
    data = json.loads(map_figure(embedding).to_json())["data"]
    assert [trace["type"] for trace in data] == ["scattergl"]
    sent = data[0]["x"]
    assert sent["dtype"] == "f4"
    x = np.frombuffer(base64.b64decode(sent["bdata"]), "<f4")
    np.testing.assert_array_equal(x, embedding.adata.obsm["X_umap"][:, 0])


def test_axes_are_equal_and_without_grid_or_ticks(embedding):
    layout = map_figure(embedding).layout
    assert layout.yaxis.scaleanchor == "x"
    assert not layout.xaxis.visible and not layout.yaxis.visible


def test_each_cluster_has_its_number(embedding):
    notes = [note.name for note in map_figure(embedding).layout.annotations if note.name.startswith("cluster|")]
    assert set(notes) == {f"cluster|{level}" for level in embedding.obs["cluster"].unique()}
    assert len(notes) == len(set(notes))


def test_a_number_lies_where_its_cluster_is_densest_not_between_its_parts():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal((0, 0), 0.2, (300, 2)), rng.normal((9, 0), 0.2, (200, 2))])
    assert np.hypot(*densest(points, 0.5)) < 0.2


def test_the_window_holds_every_point(embedding):
    xy = embedding.adata.obsm["X_umap"]
    (left, right), (low, high) = window(xy)
    assert left < xy[:, 0].min() and xy[:, 0].max() < right and low < xy[:, 1].min() and xy[:, 1].max() < high


def test_points_shrink_as_they_become_more():
    assert point_size(2_000) > point_size(20_000) > point_size(200_000) >= 1.5


def test_a_level_keeps_its_colour_when_others_are_added():
    few, many = category_colours(["1", "2", "3"]), category_colours([str(i) for i in range(1, 65)])
    assert all(many[level] == colour for level, colour in few.items())
    assert len(set(many.values())) == 64 and len(set(CATEGORIES)) == len(CATEGORIES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_in_any_category_colour_can_be_read(scheme):
    assert all(contrast(legible(colour, scheme), PAPER[scheme]) >= 4.5 for colour in CATEGORIES)


def test_cividis_is_the_published_one():
    import matplotlib

    published = matplotlib.colormaps["cividis"](np.linspace(0, 1, len(CIVIDIS)))[:, :3] * 255
    ours = np.array([[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in CIVIDIS])
    assert np.abs(ours - published).max() <= 2


def test_datasets_keep_the_order_of_the_study_and_clusters_are_counted_up(embedding):
    assert column_named(embedding, "dataset").levels == DATASETS
    assert column_named(embedding, "cluster").levels[:3] == ("1", "2", "3")


def test_an_unknown_colouring_is_answered_with_the_closest(embedding):
    with pytest.raises(UnknownName, match="Closest: cluster"):
        column_named(embedding, "clusters")


def test_the_printed_map_has_a_vector_trace_and_a_count_for_each_level_shown(embedding):
    column = column_named(embedding, "dataset")
    shown = column.codes != 0
    figure = publication_figure(embedding, printed(embedding, shown=shown))
    drawn = [trace for trace in figure.data if not trace.name]
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert {trace.name for trace in figure.data if trace.name} == {"T and NK (100)", "B (100)"}
    assert sum(len(trace.x) for trace in drawn) == shown.sum()
    assert any("300 points" in note.text for note in figure.layout.annotations)


def test_the_printed_map_fades_what_is_not_selected(embedding):
    chosen = np.arange(300) < 50
    figure = publication_figure(embedding, printed(embedding, chosen=chosen))
    blue = category_colours(DATASETS)["Myeloid"]
    drawn = {t.marker.opacity: len(t.x) for t in figure.data if t.marker.color == blue and not t.name}
    assert drawn == {FADED: 50, 1.0: 50}


def test_the_printed_map_of_numbers_has_one_colour_bar_and_the_window_of_the_view(embedding):
    values = np.linspace(-1, 1, 300).astype(np.float32)
    figure = publication_figure(embedding, printed(embedding, column=similarity("CD3D", values), x=(0, 1), y=(2, 4)))
    assert [trace.marker.showscale for trace in figure.data] == [True]
    assert figure.layout.xaxis.range == (0, 1) and figure.layout.yaxis.range == (2, 4)
    assert not isinstance(column_named(embedding, "mean"), Category)
