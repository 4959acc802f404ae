"""The Enrichment page: where genes and background come from, what is said of them, folding, files, longer runs."""

import io
from urllib.parse import parse_qs, parse_qsl, urlparse

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from app import maps
from app.components.ask_enrichment import enrichment_address
from app.components.selection import saved_sets, selection_panel
from app.pages import enrichment, find
from app.pages.atlas import inspector
from app.pages.enrichment import answers, ids
from app.pages.enrichment.found import found_parts, headline, quick
from app.pages.enrichment.question import (
    contrast_of,
    measures,
    origin_of,
    read_question,
    selection_words,
    with_background,
)
from app.pages.enrichment.tables import shown, stored
from app.search import completions
from engine.enrich import ONLINE, RANKING
from engine.errors import InvalidParameter
from engine.jobs.handlers import HANDLERS
from engine.progress import Progress
from engine.tl.enrichment.enrichr import LEAVES
from tests.app.fake_map import write_fake_map
from tests.app.made_up_contrast import made_up
from tests.app.reading import find as part
from tests.app.reading import links, parts, words

CONTRAST = "contrast-00000000000000000001"


@pytest.fixture
def asked(services, tmp_path):
    """Services with a map of 100 genes, own gene sets, a saved set of the first of them, and a comparison."""
    name = write_fake_map(services.store, 300)
    genes = list(maps.gene_names(services.store, name))
    sets = {"FIRST_TEN": genes[:10], "FIRST_TWELVE": genes[:12], "LAST": genes[60:90], "MIDDLE": genes[30:50]}
    gmt = tmp_path / "mine.gmt"
    gmt.write_text("".join(f"{term}\tabout\t" + "\t".join(found) + "\n" for term, found in sets.items()))
    services.knowledge.add_own(gmt, "gene sets", "Mine")
    kept = services.sets.save("First genes", [*genes[:10], "NOBODY"], study="pbmc68k-lineages")
    scores = pd.DataFrame({"change": np.linspace(3, -3, len(genes)), "word": "a"}, index=genes)
    services.store.write(CONTRAST, AnnData(obs=scores))
    return services, {"map": name, "set": kept.id, "genes": genes}


def page_of(asked, **query):
    return enrichment.layout(asked[0], **query)


def start_of(page):
    return part(page, ids.START).data


def test_the_page_is_found_by_name_and_stands_in_no_rail(services):
    page, _ = find("/enrichment")
    assert page.module is enrichment and not page.icon
    groups = {group["group"]: group["items"] for group in completions(services, "enrich")}
    assert groups["Pages"] == [{"value": "/enrichment", "label": "Enrichment"}]


def test_without_genes_it_says_what_it_will_show_and_takes_a_pasted_list(services):
    page = page_of((services,))
    assert "more of your genes than chance" in words(page) and links(page) == ["/atlas"]
    assert part(page, ids.PASTE).label == "Gene names"


def test_a_saved_set_is_held_against_the_newest_map_of_its_study_and_says_so(asked):
    page = page_of(asked, set=asked[1]["set"])
    text = words(page)
    assert "What do the 11 genes of First genes do?" in text and "Held against the 100 genes of the map of" in text
    assert "1 gene left out" in text and "NOBODY" in text and "Nobody said so" in text
    assert "2 terms of 4 stand out" in text and ", 1 when like ones are folded" in text
    assert "First: FIRST TEN, with 10 of its 10 genes in the list, 1.00 expected" in text
    assert f"/atlas?set={asked[1]['set']}" in links(page)


def test_a_cluster_of_a_map_is_asked_without_its_genes_in_the_address(asked):
    services, known = asked
    embedding = maps.embedding(services.store, known["map"])
    genes = set(embedding.genes[embedding.obs["cluster"] == "4"])
    question = read_question(services, {"map": known["map"], "select": "cluster:4"})
    assert set(question.genes) == genes and question.title == "cluster 4" and not question.assumed
    assert set(question.background) == set(embedding.genes)
    assert "genes of cluster 4 do?" in words(page_of(asked, map=known["map"], select="cluster:4"))


def test_genes_in_the_address_need_a_background(asked):
    genes = ",".join(asked[1]["genes"][:10])
    page = page_of(asked, genes=genes)
    assert "Choose the background beside this" in words(page) and not [p for p in parts(page) if ids.GRID == getattr(
        p, "id", None)]  # fmt: skip
    assert "stand out" in words(page_of(asked, genes=genes, map=asked[1]["map"]))
    text = words(page_of(asked, genes=genes, contrast=CONTRAST))
    assert "Held against the 100 genes of the comparison" in text and "All genes, ranked by" in text


@pytest.mark.parametrize(("query", "said"), [
    ({"set": "none"}, "There is no gene set 'none'"),
    ({"genes": "A,B", "map": "embedding-no"}, "There is no map 'embedding-no'"),
    ({"genes": "A,B", "contrast": "contrast-no"}, "There is no stored result 'contrast-no'"),
    ({"contrast": CONTRAST, "rank": "chnge"}, "There is no column of numbers 'chnge' in this comparison"),
    ({"result": "enrichment-no"}, "There is no enrichment 'enrichment-no'"),
    ({"result": CONTRAST}, "was expected to be an enrichment"),
    ({"select": "what"}, "The address should hold a selection"),
    ({"select": "cluster:99"}, "There is no cluster '99' on this map"),
])  # fmt: skip
def test_what_an_address_cannot_have_is_a_sentence_and_a_way_on(asked, query, said):
    page = page_of(asked, **query)
    assert said in words(page) and part(page, ids.PASTE).id


@pytest.mark.parametrize(("genes", "said"), [
    ("CD74", "At least 2 genes are needed"), ("X,Y,Z", "0 of them are in the background of 100 genes"),
    ("cd74,cd3d", "would be if upper and lower case were the same"),
])  # fmt: skip
def test_genes_that_cannot_be_asked_of_are_a_sentence_beside_the_form(asked, genes, said):
    page = page_of(asked, genes=genes, map=asked[1]["map"])
    assert said in words(page) and part(page, ids.GO).id


def test_a_result_without_a_term_below_5_per_cent_says_just_that(asked):
    genes = asked[1]["genes"]
    page = page_of(asked, genes=",".join([genes[0], genes[31], genes[61], genes[95]]), map=asked[1]["map"])
    assert "No term has a false discovery rate below 5" in words(page) and "The nearest terms" in words(page)


def test_without_any_collection_the_way_to_the_library_is_shown(services):
    name = write_fake_map(services.store, 300)
    page = enrichment.layout(services, map=name, select="cluster:1")
    assert "No gene sets here yet" in words(page) and "/data/library?kind=gene+sets" in links(page)
    assert "7 collections not here yet" in words(page) and "Canonical pathways" in words(page)


def test_like_terms_are_folded_and_a_click_shows_them(asked):
    page = page_of(asked, set=asked[1]["set"])
    rows = part(page, ids.GRID).rowData
    assert [(row["term"], row["sign"]) for row in rows] == [("FIRST_TEN", "+1")]
    table = stored(asked[0].store, answers.result_of(asked[0], start_of(page))).table
    cell = {"colId": "sign", "value": "+1", "rowId": "FIRST_TEN"}
    opened = answers.toggled([], cell)
    assert [(row["term"], row["sign"]) for row in shown(table, fold=True, opened=opened)] == [
        ("FIRST_TEN", "−"), ("FIRST_TWELVE", "└")]  # fmt: skip
    assert answers.toggled(opened, cell | {"value": "−"}) == []
    assert answers.toggled([], cell | {"colId": "words"}) is None and answers.toggled([], None) is None
    assert len(shown(table, fold=False, opened=[])) == 2 and rows[0]["odds_ratio"] is None


def test_files_hold_every_row_and_what_the_command_reads(asked):
    start = start_of(page_of(asked, set=asked[1]["set"]))
    saved = answers.file_of(asked[0], start, "terms", "csv")
    table = pd.read_csv(io.StringIO(saved["content"]), keep_default_na=False)
    assert saved["filename"] == "first-genes-enrichment.csv" and len(table) == 4 and table["p"].max() == 1
    assert answers.file_of(asked[0], start, "genes", "txt")["content"].split() == [*asked[1]["genes"][:10], "NOBODY"]
    background = answers.file_of(asked[0], start, "background", "txt")
    assert background["filename"] == "first-genes-background.txt" and len(background["content"].split()) == 100


def test_how_it_was_made_tells_method_command_versions_and_citation(asked):
    text = words(page_of(asked, set=asked[1]["set"]))
    assert "python -m engine enrich --sets mine --genes first-genes.txt --background first-genes-background.txt" in text
    assert "Fisher’s exact test, one-sided" in text and "gseapy" in text and "Bioinformatics 39" in text


def test_another_question_is_another_address(asked):
    services, known = asked
    start = start_of(page_of(asked, set=known["set"]))
    address = answers.asked_again(services, start, ["mine"], f"map:{known['map']}", "")
    assert dict(parse_qsl(address[1:])) == {"set": known["set"], "map": known["map"], "collections": "mine"}
    pasted = answers.asked_again(services, start, ["mine"], "", "A B C " + " ".join(known["genes"][:30]))
    question = read_question(services, dict(parse_qsl(pasted[1:])))
    assert len(question.background) == 33 and question.universe.startswith("the 33 genes of Background")
    with pytest.raises(InvalidParameter, match="At least one collection"):
        answers.asked_again(services, start, [], "", "")


def test_a_selection_keeps_its_map_when_the_background_is_another():
    origin = {"map": "m", "select": "cluster:4"}
    assert with_background(origin, "set:x") == origin | {"background": "set:x"}
    assert with_background(origin, "map:n") == origin | {"background": "map:n"}
    assert with_background(origin | {"background": "set:x"}, "map:m") == origin
    assert with_background({"set": "s"}, "map:m") == {"set": "s", "map": "m"} and with_background({"set": "s"}, "") == {
        "set": "s"}  # fmt: skip


def test_a_pasted_list_becomes_a_gene_set_once(asked):
    services, known = asked
    text = "\n".join(known["genes"][:10])
    first, second = (answers.pasted_address(services, text, f"map:{known['map']}", "") for _ in range(2))
    assert first == second and "What do the 10 genes of Pasted list" in words(
        page_of(asked, **dict(parse_qsl(first[1:]))))  # fmt: skip
    with pytest.raises(InvalidParameter, match="at least one gene name"):
        answers.pasted_address(services, "# nothing", "", "")


def test_a_comparison_alone_asks_of_the_genes_that_changed_and_warns_when_cells_stood_for_donors(asked):
    services, _ = asked
    found = made_up(cells_only=True)
    found.table["partners_fdr"] = [0.01] * 5 + [0.5] * (len(found.table) - 5)
    found.table["rank"] = range(1, len(found.table) + 1)
    name = "contrast-00000000000000000002"
    services.store.write(name, found.adata)
    question = read_question(services, {"contrast": name})
    assert question.genes == tuple(found.genes[:5]) and question.background == tuple(found.genes)
    assert question.ranks == ("partners", "neighbourhood", "placement", "expression", "gained", "lost", "net")
    ranked, levels = read_question(services, {"contrast": name, "rank": "expression"}), found.expression
    assert ranked.genes == tuple(levels.index) and len(ranked.genes) > len(found.genes)
    assert np.allclose(ranked.scores, np.sign(levels["log2fc"]) * -np.log10(levels["p"]))
    own, of_map = ",".join(asked[1]["genes"][:10]), f"map:{asked[1]['map']}"
    page = words(page_of(asked, genes=own, contrast=name, background=of_map))
    assert "Cells stood for donors in this comparison" in page and "stand out" in page
    tested = read_question(services, {"genes": "A", "background": f"measured:{name}"})
    assert tested.background == tuple(found.expression.index[found.expression["p"].notna()])
    assert "tested for expression in" in tested.universe and contrast_of(tested.request(("mine",))) == name
    found.table["partners_fdr"] = 0.5
    services.store.write("contrast-00000000000000000003", found.adata)
    page = words(page_of(asked, contrast="contrast-00000000000000000003"))
    assert "changed its partners at 5 % FDR, so there is none to look up" in page


def test_a_ranking_is_a_job_whose_result_has_an_address(asked):
    services, known = asked
    query = {"contrast": CONTRAST, "rank": "change", "collections": "mine"}
    question = read_question(services, query)
    assert len(question.scores) == 100 and measures(services.store.read(CONTRAST)) == ("change",)
    page = page_of(asked, **query)
    assert "held against permutations of itself" in words(page) and not services.jobs.list()
    [card] = answers.started(services, start_of(page))
    [job] = services.jobs.list()
    assert job.kind == "enrich" and job.queue == "interactive" and job.title == "Enrichment of the ranking by change"
    assert "Waiting for a free worker" in words(card) and "Waiting for a free" in words(page_of(asked, **query))
    name = HANDLERS["enrich"](job, services.settings, Progress())
    text = words(page_of(asked, **query))
    assert "at the bottom of the ranking" in text or "at the top of the ranking" in text or "No term" in text
    kept = page_of(asked, result=name, view="ratio")
    assert "1 000 permutations" in words(kept).replace("\u202f", " ") and start_of(kept)["result"] == name
    assert origin_of(stored(services.store, name).request) == {"contrast": CONTRAST, "rank": "change"}
    assert answers.file_of(services, start_of(kept), "genes", "txt")["content"].startswith("ACE\t3.0\n")
    assert stored(services.store, name).request.method == RANKING


def test_enrichr_is_asked_only_by_a_button_that_says_that_genes_leave(asked, monkeypatch):
    services, known = asked
    sent = []
    found = pd.DataFrame({"Gene_set": ["K"], "Term": ["A"], "Overlap": ["3/97"], "P-value": [1e-4],
                          "Adjusted P-value": [2e-4], "Odds Ratio": [30.0], "Genes": ["X;Y;Z"]})  # fmt: skip
    monkeypatch.setattr("engine.tl.enrichment.enrichr.reach", lambda: None)
    monkeypatch.setattr("gseapy.enrichr", lambda genes, sets, **how: sent.append(sets) or type("A", (), {
        "results": found}))  # fmt: skip
    start = start_of(page_of(asked, set=known["set"]))
    address = answers.online_address(start, ["KEGG_2021_Human"])
    page = page_of(asked, **dict(parse_qsl(address[1:])))
    assert LEAVES in words(page) and "Send 11 genes to Enrichr" in words(page) and not sent
    answers.started(services, start_of(page))
    name = HANDLERS["enrich"](services.jobs.list()[0], services.settings, Progress())
    assert sent == [["KEGG_2021_Human"]] and stored(services.store, name).request.method == ONLINE
    text = words(page_of(asked, result=name))
    assert "1 term of 1 stands out" in text and LEAVES in text and "with its own background" not in headline(
        stored(services.store, name))  # fmt: skip
    with pytest.raises(InvalidParameter, match="At least one library"):
        answers.online_address(start, [])


def test_a_result_outlives_the_gene_set_that_it_was_asked_of(asked):
    services, known = asked
    name = answers.result_of(services, start_of(page_of(asked, set=known["set"])))
    services.sets.delete(known["set"])
    page = page_of(asked, result=name)
    assert "What do the 11 genes of First genes do?" in words(page) and "FIRST TEN" in words(page)


def test_so_many_sets_that_they_take_long_are_a_job(asked, monkeypatch):
    services, known = asked
    request = read_question(services, {"set": known["set"]}).request(("mine",))
    assert quick(services, request)
    monkeypatch.setattr("app.pages.enrichment.found.INLINE_SETS", 3)
    assert not quick(services, request) and "So many gene sets" in words(found_parts(services, request, "fdr"))


@pytest.mark.parametrize(("text", "said"), [
    ("cluster:4", "cluster 4"), ("all:tissue:lung;cluster:1", "lung · cluster 1"), ("genes:A,B", "the genes chosen"),
    ("outline:0,0,1,0,1,1", "the group drawn on the map"),
])  # fmt: skip
def test_a_selection_has_a_name_in_the_title(text, said):
    assert selection_words(text) == said


def test_the_atlas_leads_here_from_a_selection_and_from_saved_sets(asked):
    services, known = asked
    embedding = maps.embedding(services.store, known["map"])
    ask = inspector.enrichment_link(map=known["map"], select="outline:0,0,9,0,9,9")
    panel = selection_panel(embedding, np.ones(len(embedding.genes), bool), ask=ask)
    [address] = links(panel)
    assert words(ask) == "What do they do?" and parse_qs(urlparse(address).query)["select"] == ["outline:0,0,9,0,9,9"]
    assert enrichment_address(set=known["set"]) in links(saved_sets(services.sets.list()))
    assert not links(selection_panel(embedding, None))


def test_the_modalities_page_leads_here_from_a_choice(asked):
    from app.pages import modalities

    page = modalities.layout(asked[0], map=asked[1]["map"], levels="dataset,cluster", pick="dataset:B,cluster:1")
    [address] = [link for link in links(page) if link.startswith("/enrichment")]
    query = dict(parse_qsl(urlparse(address).query))
    assert query == {"map": asked[1]["map"], "select": "all:dataset:B;cluster:1"}
    assert "genes of B · cluster 1 do?" in words(page_of(asked, **query))
