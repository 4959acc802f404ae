"""The Networks page: before there are networks, while they are found, and what it tells of them."""

from __future__ import annotations

import pytest

from app.network_facts import detail, networks_of
from app.pages import networks
from app.pages.networks.one import genes_csv, limits_said
from engine import pipeline
from engine.jobs.submit import submit_networks
from engine.types import QcLimits
from tests.app.fake_map import DATASETS, fake_graph
from tests.app.made_up_map import write_map
from tests.app.reading import find, links, parts, words

STUDY = "pbmc68k-lineages"


@pytest.fixture
def study(services):
    return services.library.study(STUDY)


@pytest.fixture
def found(services, study):
    """Made-up networks under the ids that the pipeline would give."""
    for place, (source, like) in enumerate(zip(study.datasets, DATASETS * 9, strict=False)):
        name = pipeline.graph_id(source, networks.PARAMS, roles=study.roles, store=services.store)
        services.store.write(name, fake_graph(like, 90, seed=place).adata)
    return networks_of(services, study, networks.PARAMS)


def test_before_there_are_networks_the_page_says_what_it_will_show_and_offers_to_find_them(services):
    said = words(networks.layout(services, study=STUDY))
    assert "No networks yet" in said and "which genes are hubs" in said and "Find the networks" in said


def test_while_they_are_found_the_job_is_shown_in_place(services):
    job = submit_networks(services.jobs, STUDY, networks.PARAMS)
    page = networks.layout(services, study=STUDY)
    assert "Finding the networks" in words(page) and find(page, "net-seen").data == f"{job.id} active"
    assert "Find the networks" not in words(page)


def test_all_datasets_stand_side_by_side_with_their_numbers(services, study, found):
    page = networks.layout(services, study=STUDY)
    said = words(page)
    assert all(source.name in said for source in study.datasets)
    stats = found[0].stats
    row = next(part for part in parts(page) if getattr(part, "className", "") == "net-here")
    assert str(stats.n_edges) in words(row) and str(stats.n_genes) in words(row) and ", in view" in words(row)


def test_another_dataset_is_another_address(services, study, found):
    last = study.datasets[-1].name
    page = networks.layout(services, study=STUDY, dataset=last)
    assert find(page, "net-choice").value == last and find(page, "net-shown").data == last
    assert any(link.startswith("/data/networks?study=") for link in links(page))


def test_an_unknown_dataset_is_answered_and_the_first_one_shown(services, found):
    page = networks.layout(services, study=STUDY, dataset="Nothing")
    assert "There is no dataset 'Nothing' in this study" in words(page)
    assert find(page, "net-choice").value == found[0].source.name


def test_an_unknown_study_is_answered_with_a_sentence(services):
    assert "There is no study 'nothing'" in words(networks.layout(services, study="nothing"))


def test_a_dataset_whose_file_is_gone_has_its_sentence_and_the_others_their_numbers(services, study, found):
    from dataclasses import replace

    gone = replace(study, datasets=(replace(study.datasets[0], path="/nowhere.h5ad"), *study.datasets[1:]))
    said = words(networks.body(services, gone))
    assert "none is there" in said and "cannot be told" in said and study.datasets[1].name in said


def test_missing_networks_are_offered_beside_those_that_are_there(services, study, found):
    services.store.delete(found[0].id)
    said = words(networks.layout(services, study=STUDY))
    assert "The networks of 1 dataset are not there yet." in said and "not found yet" in said


def test_genes_lead_to_the_atlas_only_when_a_map_has_them(services, found):
    rows = find(networks.layout(services, study=STUDY), "net-genes").rowData
    assert not any(row["shown"].startswith("[") for row in rows)
    name = write_map(services.store)
    rows = find(networks.layout(services, study=STUDY), "net-genes").rowData
    linked = [row for row in rows if row["shown"].startswith("[")]
    assert linked and linked[0]["shown"] == f"[{linked[0]['gene']}](/atlas?map={name}&gene={linked[0]['gene']})"


def test_every_gene_is_in_the_csv(services, found):
    lines = genes_csv(detail(services.store, found[0].id).genes).splitlines()
    assert len(lines) == 91 and lines[0] == "gene,degree,positive,negative,mean,detected,partners"


def test_quality_limits_are_told_in_words():
    assert limits_said(QcLimits()) == "no quality limits"
    assert limits_said(QcLimits(min_genes=200, max_mito=7.5)) == (
        "kept by the limits at least 200 genes and at most 7.5\u202f% mitochondrial counts")
