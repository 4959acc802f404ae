"""The Modalities page: empty, its view in the address, choices, numbers, gene sets, files, the way to the Atlas."""

import io
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest
from dash import html

from app import maps
from app.figures.columns import category
from app.pages import modalities
from app.pages.modalities import answers, ids, tables
from app.pages.modalities.frame import heads
from app.pages.modalities.inspector import choice_words, selection_text, title_words
from app.pages.modalities.view import (
    FlowView,
    changed,
    first_levels,
    found_choice,
    kept_choice,
    level_colours,
    read_choice,
    read_flow_view,
)
from app.selections import chosen, fault, parse_selection
from engine.errors import InvalidParameter
from engine.tl.flows import OTHERS, flows
from tests.app.mixed_map import STUDY, mixed_embedding, write_mixed_map
from tests.app.reading import find, links, parts, words

EMBEDDING = mixed_embedding()
LEVELS = ("modality", "tissue", "dataset", "cluster")
FLOW = flows(EMBEDDING.obs, LEVELS, datasets=EMBEDDING.datasets)


@pytest.fixture
def mixed(services):
    name = write_mixed_map(services.store)
    return services, name, {"map": name, "study": STUDY}


def test_without_a_map_the_page_says_what_it_will_show_and_leads_to_studies(services):
    page = modalities.layout(services, study=STUDY)
    assert "flow from modality, tissue, condition and dataset into clusters" in words(page)
    assert links(page) == ["/studies"]


def test_the_page_begins_with_the_levels_that_differ(mixed):
    services, name, _ = mixed
    page = modalities.layout(services, study=STUDY)
    assert find(page, ids.START).data["map"] == name
    assert find(page, ids.VIEW).data["levels"] == ("modality", "tissue", "condition", "dataset", "cluster")
    assert "836 points, each a gene in a dataset, of 90 genes" in words(page)
    assert "Nothing chosen" in words(page) and "Cluster 1" in words(page)


def test_a_link_restores_levels_counts_and_choice(mixed):
    services, name, _ = mixed
    page = modalities.layout(services, map=name, levels="tissue,cluster", top="3", count="genes", common="1",
                             pick="tissue:lung,cluster:1")  # fmt: skip
    view = find(page, ids.VIEW).data
    assert view == {"levels": ("tissue", "cluster"), "top": 3, "count": "genes", "common": True}
    assert find(page, ids.PICK).data == "tissue:lung,cluster:1" and "of lung in cluster 1" in words(page)
    assert "bands may share genes" in words(page)


@pytest.mark.parametrize(("query", "said"), [
    ({"levels": "tissue,organ"}, "There is no level 'organ' of a gene map"),
    ({"levels": "tissue"}, "Two or more different levels were expected, found tissue"),
    ({"levels": "tissue,tissue"}, "found tissue, tissue"),
    ({"pick": "tissue:lungs"}, "There is no tissue 'lungs' in this picture. Closest: lung"),
    ({"pick": "what"}, "should hold a choice such as 'tissue:blood,cluster:4', found 'what'"),
    ({"pick": "species:human"}, "There is no level 'species' in this picture"),
    ({"pick": "modality:rna,dataset:atac blood"}, "No gene runs through all that the address chooses"),
])  # fmt: skip
def test_what_an_address_cannot_have_is_told_and_the_rest_is_shown(mixed, query, said):
    page = modalities.layout(mixed[0], map=mixed[1], **query)
    assert said in words(page) and find(page, ids.PICK).data == "" and "836 points" in words(page)


@pytest.mark.parametrize(("text", "top"), [("0", 1), ("999", 60), ("-3", 12), ("many", 12), ("", 12), ("7", 7)])
def test_the_number_of_clusters_stays_within_bounds(text, top):
    assert read_flow_view({"top": text}, EMBEDDING)[0].top == top


def test_levels_are_moved_taken_out_and_put_in_before_the_cluster():
    view = FlowView(("modality", "dataset", "cluster"))
    assert changed(view, level="dataset", to="left").levels == ("dataset", "modality", "cluster")
    assert changed(view, level="dataset", to="right").levels == ("modality", "cluster", "dataset")
    assert changed(view, level="dataset", to="out").levels == ("modality", "cluster")
    assert changed(view, level="tissue", to="in").levels == ("modality", "dataset", "tissue", "cluster")
    assert changed(FlowView(("cluster", "dataset")), level="tissue", to="in").levels[-1] == "tissue"


def test_only_what_can_be_done_has_a_button():
    assert titles(FlowView(("tissue", "cluster"))) == ["Move tissue to the right", "Move cluster to the left"]
    assert titles(FlowView(LEVELS)).count("Take tissue out") == 1


def titles(view: FlowView) -> list[str]:
    return [part.title for part in parts(heads(view)) if isinstance(part, html.Button)]


def test_a_control_changes_one_thing_and_a_new_button_nothing():
    view = FlowView(LEVELS)
    press = {"type": ids.SHIFT, "level": "tissue", "to": "out"}
    rest = {"add": None, "top": 5, "count": "genes", "common": True}
    assert answers.asked(view, press, True, **rest).levels == ("modality", "dataset", "cluster")
    assert answers.asked(view, press, False, **rest) == view
    assert answers.asked(view, ids.TOP, True, **rest) == FlowView(LEVELS, 5, "genes", True)
    assert answers.asked(view, ids.TOP, True, **(rest | {"top": ""})).top == 12
    assert answers.asked(view, ids.ADD, True, **(rest | {"add": "species"})).levels[-2] == "species"


def test_a_choice_keeps_what_is_still_drawn():
    fewer = flows(EMBEDDING.obs, ("tissue", "cluster"), n_clusters=2)
    assert kept_choice(fewer, "modality:rna,tissue:lung") == "tissue:lung"
    assert kept_choice(fewer, "modality:rna") == kept_choice(fewer, "cluster:9") == ""
    assert found_choice(FLOW, "cluster:1,tissue:lung") == ({"tissue": "lung", "cluster": "1"}, "")
    with pytest.raises(InvalidParameter):
        read_choice("tissue:lung,what")


@pytest.mark.parametrize(("choice", "title"), [
    ({"condition": "COVID", "tissue": "blood", "cluster": "4"}, "312 genes of COVID · blood in cluster 4"),
    ({"cluster": "4"}, "312 genes in cluster 4"),
    ({"tissue": "blood", "cluster": OTHERS}, "312 genes of blood in other clusters"),
    ({"modality": "rna", "tissue": "blood"}, "312 genes of rna · blood"),
])  # fmt: skip
def test_a_choice_is_told_in_words(choice, title):
    assert title_words(choice, 312) == title
    assert choice_words(choice) in title


@pytest.mark.parametrize("choice", [
    {"tissue": "lung"}, {"tissue": "lung", "cluster": "1"}, {"modality": "rna", "tissue": "blood"},
    {"dataset": "rna lung", "cluster": OTHERS}, {"cluster": OTHERS},
])  # fmt: skip
def test_the_atlas_selects_the_same_points_from_the_link(services, choice):
    text = selection_text(FLOW, EMBEDDING, choice)
    rows = chosen(text, EMBEDDING, services.sets)
    assert np.flatnonzero(rows).tolist() == FLOW.labels.index[FLOW.through(choice)].tolist()
    assert str(parse_selection(text)) == text


def test_species_becomes_its_datasets_on_the_way_to_the_atlas(services):
    obs = EMBEDDING.obs.assign(species=np.where(EMBEDDING.obs["tissue"] == "lung", "mouse", "human"))
    EMBEDDING.adata.obs, before = obs, EMBEDDING.adata.obs
    try:
        flow = flows(obs, ("species", "cluster"))
        text = selection_text(flow, EMBEDDING, {"species": "mouse", "cluster": "2"})
        assert text.startswith("all:dataset:rna%20lung;")
        assert np.flatnonzero(chosen(text, EMBEDDING, services.sets)).tolist() == flow.labels.index[
            flow.through({"species": "mouse", "cluster": "2"})].tolist()  # fmt: skip
    finally:
        EMBEDDING.adata.obs = before


@pytest.mark.parametrize("text", ["all:", "all:genes:CD3D", "all:tissue:lung;what", "all:tissue:lungs"])
def test_a_crossing_that_cannot_be_had_is_told(services, text):
    assert "What" not in fault(text, EMBEDDING, services.sets) != ""


def test_colours_are_those_of_the_atlas():
    found = level_colours(EMBEDDING, ("dataset", "condition", "species", "cluster"))
    for level in ("dataset", "condition", "cluster"):
        ours = {name: colour for name, colour in found[level].items() if name != OTHERS}
        assert ours == category(EMBEDDING, level).colours
    assert set(found["species"]) == {"human"}


def test_the_tables_hold_every_band_path_and_pair_with_observed_and_expected(mixed):
    services, name, _ = mixed
    bands, paths, pairs = (tables.numbers(services.store, name, LEVELS, 12, False, kind) for kind in tables.KINDS)
    assert bands["points"].tolist() == FLOW.links["rows"].tolist() and paths["points"].sum() == 836
    to_cluster = bands[bands["to_level"] == "cluster"]
    joined = to_cluster.merge(pairs[pairs["level"] == "dataset"], left_on=["from", "to"], right_on=["name", "cluster"])
    assert len(joined) == len(to_cluster) and (joined["points"] == joined["observed"]).all()
    np.testing.assert_allclose(joined["expected_x"], joined["expected_y"])
    assert bands.loc[bands["to_level"] != "cluster", "p"].isna().all()
    assert len(pairs) == (4 + 3 + 12) * 13
    for kind, table in zip(tables.KINDS, (bands, paths, pairs), strict=True):
        rows = tables.grid_rows(table, kind, LEVELS)
        assert len({row["pick"] for row in rows}) == len(rows)
        assert len(tables.grid_columns(table)) == table.shape[1]


def test_without_the_cluster_there_are_counts_alone(mixed):
    levels = ("modality", "tissue")
    paths = tables.numbers(mixed[0].store, mixed[1], levels, 12, False, "paths")
    assert list(paths) == [*levels, "points", "genes"]
    assert tables.numbers(mixed[0].store, mixed[1], levels, 12, False, "pairs").empty
    page = modalities.layout(mixed[0], map=mixed[1], levels="modality,tissue")
    assert "Are the clusters even" not in words(page)


def test_tables_and_gene_lists_are_files_at_full_precision(mixed):
    services, _, start = mixed
    table = answers.table_for(services, start, FlowView(LEVELS), "pairs")
    file = answers.text_file("study-pairs", table, "tsv")
    read = pd.read_csv(io.StringIO(file["content"]), sep="\t", dtype={"cluster": str})
    assert file["filename"] == "study-pairs.tsv" and len(read) == len(table)
    np.testing.assert_allclose(read["expected"], table["expected"], rtol=1e-5)


def test_chosen_genes_are_saved_as_a_set_and_faults_are_told(mixed):
    services, _, start = mixed
    view = FlowView(LEVELS)
    assert "'Lung 1' saved with" in words(answers.saved(services, start, view, "tissue:lung,cluster:1", name="Lung 1"))
    rows = EMBEDDING.obs[(EMBEDDING.obs["tissue"] == "lung") & (EMBEDDING.obs["cluster"] == "1")]
    assert set(services.sets.list(STUDY)[0].genes) == set(rows["gene"])
    assert "needs a name" in words(answers.saved(services, start, view, "tissue:lung", name=" "))
    assert "with other genes" in words(answers.saved(services, start, view, "tissue:lung", name="Lung 1"))
    assert "Nothing is chosen" in words(answers.saved(services, start, view, "", name="x"))


def test_the_inspector_says_observed_beside_expected_and_that_p_is_a_guide(mixed):
    page = modalities.layout(mixed[0], map=mixed[1], pick="modality:spatial,cluster:1")
    assert "expected if the same genes lay in this cluster whatever the dataset" in words(page)
    assert "a guide only" in words(page)
    alone = modalities.layout(mixed[0], map=mixed[1], pick="cluster:1")
    assert "By dataset, beside what was expected" in words(alone)
    assert any(href.startswith("/atlas?map=") and "select=cluster:1" in href for href in links(alone))


def test_the_link_to_the_atlas_is_read_as_it_was_written(mixed):
    page = modalities.layout(mixed[0], map=mixed[1], pick="dataset:rna lymph node,cluster:1")
    (href,) = [href for href in links(page) if href.startswith("/atlas")]
    asked = parse_qs(urlparse(href).query)
    assert asked["select"] == ["all:dataset:rna%20lymph%20node;cluster:1"]


def test_with_no_common_gene_the_page_says_so(services):
    embedding = mixed_embedding()
    embedding.adata.obs["common"] = False
    services.store.write("embedding-00000000000000000001", embedding.adata)
    page = modalities.layout(services, map="embedding-00000000000000000001", common="1")
    assert "No gene of this map is in every dataset" in words(page)


def test_where_every_dataset_puts_a_gene_in_one_cluster_nothing_can_be_told(with_map):
    services, name = with_map
    page = modalities.layout(services, map=name)
    assert find(page, ids.VIEW).data["levels"] == ("dataset", "cluster")
    assert "cannot be told here" in words(page)
    assert first_levels(maps.embedding(services.store, name)) == ("dataset", "cluster")


def test_the_figure_to_save_says_what_stands_out(mixed):
    figure = answers.printed(mixed[0], mixed[2], FlowView(LEVELS), "tissue:lung")
    assert "Standing out: " in figure.layout.title.subtitle.text and "of lung" in figure.layout.title.subtitle.text
    assert figure.layout.title.text == "Four modalities"
