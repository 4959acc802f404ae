"""The Atlas page: with and without a map, gene card, pasted names, saved sets, partners."""

import json

import numpy as np
import pytest
from plotly.utils import PlotlyJSONEncoder
from scipy import stats

from app.components import atlas_ids as ids
from app.components.gene_search import match_names, pasted_news
from app.pages import atlas
from app.pages.atlas import inspector, making
from engine.calibration import Calibration
from engine.calibration.kept import keep, machine_key
from engine.errors import UnknownName
from engine.jobs.submit import submit_embed
from engine.params import EmbedParams
from engine.tl.partners import partners
from tests.app.fake_map import fake_graph, write_fake_map

STUDY = "pbmc68k-lineages"


@pytest.fixture
def mapped(services):
    return services, write_fake_map(services.store, 300)


def every(component) -> list:
    return [component, *component._traverse()]


def with_id(component, name):
    return next((part for part in every(component) if getattr(part, "id", None) == name), None)


def words(component) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_without_a_map_the_page_says_what_it_will_show_and_offers_one_button(services):
    page = atlas.layout(services, study=STUDY)
    assert with_id(page, ids.MAP) is None
    assert with_id(page, ids.MAKE).children == "Make the map of PBMC 68k by lineage"
    assert "Every point will be a gene" in words(page)


def test_the_button_says_how_long_the_standard_map_takes_once_the_machine_was_timed(services):
    assert making.time_needed(services, STUDY) == "Time not yet known."
    costs = Calibration((4.0, 0.0, 0.0, 0.0), (0.0,) * 3, (0.05, 0.0, 0.0, 0.0, 0.0), (0.0,) * 2, (0.0,) * 2,
                        (0.0,) * 2, "CPU, 1 thread")  # fmt: skip
    keep(services.settings, machine_key(services.settings), costs)
    assert making.time_needed(services, STUDY) == "It takes about 40 s on this machine."


def test_a_map_under_way_is_shown_in_place_of_the_button(services):
    job = submit_embed(services.jobs, STUDY, EmbedParams())
    page = atlas.layout(services, study=STUDY)
    assert with_id(page, ids.MAKE) is None
    assert with_id(page, ids.MAKING_JOB).data == job.id
    assert making.active(services, "another") is None


def test_without_a_map_in_the_address_the_newest_of_the_study_is_shown(mapped):
    services, name = mapped
    page = atlas.layout(services, study=STUDY)
    assert with_id(page, ids.START).data["map"] == name


def test_the_address_restores_the_view(mapped):
    services, name = mapped
    page = atlas.layout(services, map=name, colour="mean", gene="lyz", select="cluster:2", size="4")
    start = with_id(page, ids.START).data["view"]
    assert (start["colour"], start["gene"], start["select"], start["size"]) == ("mean", "LYZ", "cluster:2", 4.0)
    assert with_id(page, ids.COLOUR).value == "mean"


def test_an_unknown_gene_in_the_address_is_a_sentence_on_the_page(mapped):
    page = atlas.layout(mapped[0], map=mapped[1], gene="CD3Z")
    assert "There is no gene 'CD3Z' on this map. Closest: CD3" in words(page)


def test_an_unknown_map_is_a_sentence(mapped):
    with pytest.raises(UnknownName, match="There is no map 'embedding-gone'"):
        atlas.layout(mapped[0], map="embedding-gone")


def test_the_card_says_where_the_gene_is_and_whom_it_keeps_company_with(mapped):
    services, name = mapped
    card = inspector.card_of(services, name, "CD3D")
    said = words(card)
    assert all(dataset in said for dataset in ("Myeloid", "T and NK", "B"))
    assert "CD14+ Monocyte" in said and "Genes that keep company" in said
    links = [part for part in every(card) if type(part).__name__ == "A"]
    assert all("CD3D" in link.href and "noopener" in link.rel for link in links) and len(links) == 3
    assert [p.href for p in every(card) if type(p).__name__ == "Link"] == [f"/knockout?study={STUDY}&genes=CD3D"]


def test_nearest_genes_leave_the_gene_out_and_are_none_where_it_is_not_measured(mapped):
    services, name = mapped
    embedding = atlas.maps.embedding(services.store, name)
    overall = inspector.nearest(embedding, "CD3D", "Overall")
    assert "CD3D" not in set(overall["gene"]) and (np.diff(overall["similarity"]) <= 0).all()
    assert inspector.nearest(embedding, "CD3D", "Nowhere").empty


def test_partners_are_the_edges_of_a_gene_with_two_sided_p():
    graph = fake_graph("B", 60)
    table = partners(graph, "LYZ")
    place = list(graph.genes).index("LYZ")
    z = graph.adata.obsp["statistic"].toarray()[place]
    assert set(table["gene"]) == set(graph.genes[z != 0])
    np.testing.assert_allclose(table["p"], 2 * (1 - stats.norm.cdf(np.abs(table["statistic"]))), atol=1e-12)
    estimate = dict(zip(graph.genes, graph.adata.obsp["coexpression"].toarray()[place], strict=True))
    np.testing.assert_allclose(table["estimate"], [estimate[gene] for gene in table["gene"]])
    with pytest.raises(UnknownName, match="in the network of B"):
        partners(graph, "NOPE")


def test_pasted_names_are_found_whatever_the_case_and_the_others_get_their_closest():
    found, missing = match_names("cd3d, CD3D;\n lyz ACE3 'FOO'", ("ACE", "ACE2", "CD3D", "LYZ"))
    assert found == ["CD3D", "LYZ"]
    assert missing == {"ACE3": ["ACE", "ACE2"], "FOO": []}
    said = " ".join(words(part) for part in pasted_news(found, missing))
    assert "2 genes selected." in said and "2 names not found" in said


def test_a_selection_is_saved_under_a_name_and_a_missing_name_is_asked_for(mapped):
    services, name = mapped
    start = {"map": name, "study": STUDY}
    news, left = inspector.save_set(services, start, "Mine", "genes:CD3D,LYZ")
    assert services.sets.list(STUDY)[0].genes == ("CD3D", "LYZ") and left == ""
    news, left = inspector.save_set(services, start, "", "genes:CD3D")
    assert "needs a name" in words(news)
    news, left = inspector.save_set(services, start, "Empty", "")
    assert "Select genes first" in words(news) and left == "Empty"
