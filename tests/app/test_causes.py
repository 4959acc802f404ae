"""The Causes page: choosing, what is drawn and folded, evidence, tables, the view in the address, undo."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.causes import Explanation, explanations, find_explanation, plain
from app.contrasts import contrasts
from app.pages import causes
from app.pages.causes import ids
from app.pages.causes.answers import asked, body, came, known, written
from app.pages.causes.choose import ask, read_form, ticked
from app.pages.causes.evidence import agreement
from app.pages.causes.folding import FIRST_TARGETS, LIMIT, around, picture, ranked
from app.pages.causes.inspector import PREDICTED, nothing_words, panel
from app.pages.causes.tables import rows, table_of
from app.pages.causes.view import CausesView, after, found_pick, read_causes_view, remembered, stepped
from engine.errors import InvalidParameter, StorageDamaged, UnknownName
from engine.jobs.claim import take
from engine.jobs.submit import CAUSES, submit_compare
from engine.params import CausesParams, ContrastParams
from tests.app.made_up_causes import write_causes
from tests.app.made_up_contrast import made_up, write_contrast
from tests.app.reading import find, links, words

CLEAN = {"past": [], "future": []}


@pytest.fixture
def found(services):
    """A made-up explanation of 852 nodes, of a contrast that is in the store."""
    name = write_causes(services.store, contrast=write_contrast(services.store), n_targets=800)
    return find_explanation(services, name)


def test_without_a_contrast_the_page_says_what_it_will_show_and_leads_to_compare(services):
    page = causes.layout(services)
    assert "which regulators explain the genes that changed" in words(page) and links(page) == ["/compare"]


def test_the_form_names_the_contrast_and_where_each_network_can_be_fetched(services):
    name = write_contrast(services.store)
    page = causes.layout(services, contrast=name)
    choice = find(page, ids.CONTRAST)
    assert choice.value == name
    assert choice.data == [{"value": name, "label": "COVID and control: COVID-19 against control"}]
    assert "/data/library?kind=TF%20targets&word=collectri" in links(page)
    assert "2 genes given (GENE1, GENE2)" in words(causes.layout(services, contrast=name, genes="GENE1, GENE2"))


def test_collectri_is_ticked_and_the_others_only_without_it_and_what_is_a_persons_own_always(services):
    entries = {entry.name: entry for entry in services.knowledge.entries()}
    here = [entries[name] for name in ("collectri", "trrust-human", "dorothea-human", "chip-hepg2")]
    own = replace(here[-1], name="mine", own=True)
    assert ticked("TF targets", [*here, own]) == ["collectri", "mine"]
    assert ticked("TF targets", here[1:]) == ["trrust-human", "dorothea-human"]
    assert ticked("TF targets", []) == [] and ticked("signalling", [entries["cosmos"]]) == []


@pytest.mark.parametrize("cells", [True, False])
def test_p_that_rests_on_cells_is_said_first_and_only_then(services, cells):
    contrast = "contrast-00000000000000000009"
    services.store.write(contrast, made_up(cells_only=cells).adata)
    name = write_causes(services.store, contrast=contrast, n_targets=40)
    page = causes.layout(services, explanation=name)
    assert ("Cells stood for donors in this comparison" in words(page)) is cells
    svg = written(services, find_explanation(services, name), CausesView(), {"kind": "svg"})["content"]
    assert ("Cells stood for donors" in svg) is cells


def test_the_inspector_counts_all_that_is_called_as_the_list_of_explanations_does(found):
    text = words(panel(found, CausesView(), ""))
    n = int((found.roots["call"] != "").sum())
    assert re.search(rf"Causal roots called\s*{n}\b", text), text


def test_what_was_explained_before_is_listed_with_what_was_found(services, found):
    page = causes.layout(services)
    called = int((found.regulators["call"] != "").sum())
    assert f"/causes?explanation={found.id}" in links(page) and f"{called} regulators and" in words(page)
    assert [e.id for e in explanations(services, found.contrast)] == [found.id]
    assert [c.id for c in contrasts(services)] == [found.contrast] and explanations(services, "contrast-none") == []


@pytest.mark.parametrize(("query", "said"), [
    ({"explanation": "causes-nothing"}, "There is no explanation 'causes-nothing'"),
    ({"contrast": "contrast-nothing"}, "There is no such comparison in the store"),
])  # fmt: skip
def test_an_unknown_name_is_told_and_the_choice_is_offered(services, found, query, said):
    page = causes.layout(services, **query)
    assert said in words(page) and "Look for causes" in words(page)


def test_a_file_that_is_no_explanation_is_told(services):
    services.store.write("causes-00000000000000000001", services.store.read(write_contrast(services.store)))
    with pytest.raises(StorageDamaged, match="expected to be an explanation, and lacks edges"):
        find_explanation(services, "causes-00000000000000000001")
    with pytest.raises(UnknownName):
        find_explanation(services, "causes-2")


def test_the_form_becomes_parameters_and_a_job(services):
    params = read_form([["collectri", "own"], [], None], ["hallmark"], {"max_fdr": 0.1, "depth": 3})
    assert params == CausesParams("collectri,own", "hallmark", max_fdr=0.1, depth=3)
    job = ask(services, "contrast-1", ["STAT1"], params)
    assert job.kind == CAUSES and job.params["contrast"] == "contrast-1" and job.params["genes"] == ["STAT1"]
    assert job.params["params"]["networks"] == "collectri,own"


@pytest.mark.parametrize(("ticked", "numbers", "said"), [
    ([[], []], {}, "A network is needed, found none ticked"),
    ([["collectri"]], {"depth": 9}, "'Depth of causal networks' must be a whole number from 1 to 3, found 9"),
    ([["collectri"]], {"max_fdr": ""}, "needs a number, found an empty one"),
])  # fmt: skip
def test_a_form_that_cannot_be_used_says_why(ticked, numbers, said):
    with pytest.raises(InvalidParameter, match=said):
        read_form(ticked, [], numbers)


def test_a_job_in_place_gives_its_explanation_once_it_has_one(services):
    job = ask(services, "contrast-1", [], CausesParams("collectri"))
    other = submit_compare(services.jobs, "pbmc68k-lineages", ContrastParams(control="a", case="b"))
    assert came(services, job.id) == "" and came(services, other.id) == ""
    take(services.jobs, job.id).finish("causes-1")
    assert came(services, job.id) == "causes-1"


def test_a_job_needs_a_contrast(services):
    with pytest.raises(InvalidParameter, match="A comparison is needed"):
        ask(services, None, (), CausesParams())


def test_the_first_picture_holds_the_best_of_each_kind_and_folds_count_the_rest(found):
    drawn = picture(found, CausesView())
    kinds = drawn.nodes["kind"].value_counts()
    assert kinds["root"] == 4 and kinds["function"] == 4 and kinds["regulator"] >= 8 and drawn.count <= LIMIT
    first = found.nodes[found.nodes["kind"] == "regulator"].sort_values("p").index[:8]
    assert set(first) <= set(drawn.nodes.index)
    folds = {fold.of: fold for fold in drawn.folds}
    assert folds["@root"].words == "+8 roots"
    own = found.links[(found.links["source"] == "STAT1")]["target"]
    own = own[own.map(found.nodes["kind"]) == "target"]
    shown = own.isin(drawn.nodes.index).sum()
    assert folds["STAT1"].n == len(own) - shown and shown >= FIRST_TARGETS
    assert folds["STAT1"].words == f"+{len(own) - shown} of STAT1"


@pytest.mark.parametrize("view", [
    CausesView(opened=("STAT1", "MYC")), CausesView(top=60, opened=("@root", "@regulator", "@function", "STAT1")),
    CausesView(focus="STAT1"), CausesView(focus="IFNA1", top=60),
])  # fmt: skip
def test_no_view_draws_more_than_three_hundred_nodes(found, view):
    drawn = picture(found, view)
    assert drawn.count <= LIMIT and drawn.nodes.index.is_unique
    assert drawn.links["source"].isin(drawn.nodes.index).all() and drawn.links["target"].isin(drawn.nodes.index).all()


def test_unfolding_shows_more_and_says_when_the_picture_is_full(found):
    before, opened = picture(found, CausesView()), picture(found, CausesView(opened=("STAT1",)))
    assert len(opened.nodes) > len(before.nodes) + 100 and opened.full and not before.full


def test_a_focus_keeps_what_acts_on_a_node_and_what_it_leads_to(found):
    drawn, near = picture(found, CausesView(focus="STAT1")), around(found.links, "STAT1")
    assert set(drawn.nodes.index) <= near and "STAT1" in drawn.nodes.index and "MYC" not in drawn.nodes.index
    parents = set(found.links.loc[found.links["target"] == "STAT1", "source"])
    assert parents and parents <= near
    assert "IFI44L" in picture(found, CausesView(focus="IFI44L")).nodes.index


def test_around_ends_where_edges_form_a_circle():
    circle = pd.DataFrame({"source": ["A", "B", "C", "X"], "target": ["B", "C", "A", "Y"]})
    assert around(circle, "A") == {"A", "B", "C"}


def test_a_hidden_node_is_drawn_neither_itself_nor_in_a_fold(found):
    drawn = picture(found, CausesView(hidden=("STAT1",)))
    assert "STAT1" not in drawn.nodes.index and "STAT1" not in {fold.of for fold in drawn.folds}


def test_the_order_is_by_p_by_z_or_by_changed_targets():
    nodes = pd.DataFrame({"p": [0.001, 0.01, np.nan], "p_bias": [0.5, np.nan, np.nan], "z": [-4.0, 2.0, np.nan],
                          "n_changed": [1, 2, 9]}, index=["A", "B", "C"])  # fmt: skip
    order = {by: ranked(nodes, by).sort_values().index.tolist() for by in ("p", "z", "targets")}
    assert order == {"p": ["B", "A", "C"], "z": ["A", "B", "C"], "targets": ["C", "B", "A"]}


def test_evidence_that_disagrees_leaves_the_sign_of_a_link_open(found):
    edges = pd.DataFrame({"source": list("AAAABBC"), "target": list("XXYYXXX"), "sign": [1, 1, 1, -1, -1, 0, 0],
                          "weight": 1.0, "database": "d", "confidence": "", "papers": ""})  # fmt: skip
    found.adata.uns["edges"] = edges
    links = Explanation("causes-signs", found.adata).links
    assert links[["source", "target", "sign", "evidence"]].to_numpy().tolist() == [
        ["A", "X", 1, 2], ["A", "Y", 0, 2], ["B", "X", -1, 2], ["C", "X", 0, 1]]  # fmt: skip


def test_the_address_restores_the_view_and_tells_what_it_cannot(services, found):
    page = causes.layout(services, explanation=found.id, top="5", by="z", layout="concentric", focus="STAT1",
                         open="MYC,@root", hide="TNF", pick="STAT1")  # fmt: skip
    view = CausesView.from_dict(find(page, ids.VIEW).data)
    assert view == CausesView(5, "z", "concentric", "STAT1", ("MYC", "@root"), ("TNF",))
    assert find(page, ids.PICK).data == "STAT1" and "Only what is around STAT1; 1 node hidden" in words(page)
    wrong, faults = read_causes_view({"top": "999", "by": "luck", "layout": "spiral", "focus": "STAT11"}, found)
    assert wrong == CausesView(top=60) and "There is no node 'STAT11' in this network. Closest: STAT1" in faults[0]


def test_a_pick_is_a_node_or_an_edge_of_the_network(found):
    assert found_pick("STAT1>IFI6", found) == ("STAT1>IFI6", "") and found_pick("", found) == ("", "")
    assert "no node 'STAT9'" in found_pick("STAT9", found)[1]
    assert "no edge from IFI6 to STAT1" in found_pick("IFI6>STAT1", found)[1]


def test_acts_change_the_view_and_are_undone_and_redone():
    view, history = CausesView(), CLEAN
    for do in ("expand", "focus", "hide"):
        before = view
        view, history = asked(view, history, ids.ACT, act={"do": do, "node": "A"}, top=8, by="p", layout="layered")
        assert view != before and history["past"][-1] == before.to_dict()
    assert view == CausesView(opened=("A",), hidden=("A",))
    back, history = asked(view, history, ids.ACT, act={"do": "undo"}, top=8, by="p", layout="layered")
    assert back == CausesView(focus="A", opened=("A",))
    forth, history = stepped(back, history, "redo")
    assert forth == view and history["future"] == [] and stepped(view, CLEAN, "undo") == (view, CLEAN)
    assert len(remembered(view, {"past": [{}] * 100, "future": [{}]})["past"]) == 100


def test_controls_change_the_view_and_reset_keeps_the_layout():
    view, _ = asked(CausesView(), CLEAN, ids.TOP, act=None, top=500, by="z", layout="cose")
    assert view == CausesView(60, "z", "cose") and after(view, "reset", "") == CausesView(layout="cose")
    same, history = asked(view, CLEAN, ids.TOP, act=None, top=None, by="z", layout="cose")
    assert same == view and history == CLEAN
    assert after(CausesView(), "edge", "STAT1", "IFI6") == CausesView(focus="IFI6", opened=("STAT1",))


def test_an_act_on_what_is_not_in_the_network_is_passed_over(found):
    assert known(found, {"do": "focus", "node": "STAT1"}) and known(found, {"do": "expand", "node": "@root"})
    assert not known(found, {"do": "edge", "node": "STAT1", "target": "NOBODY"}) and known(found, {"do": "undo"})


def test_agreement_follows_from_signs_z_and_measured_changes(found):
    table = agreement(found, "STAT1").set_index("target")
    z, nodes = found.nodes.loc["STAT1", "z"], found.nodes
    for target, row in table.iterrows():
        moved = np.sign(nodes.loc[target, "log2fc"]) if nodes.loc[target, "de_fdr"] <= 0.05 else 0
        assert row["expected"] == np.sign(z) * row["sign"] and row["measured"] == moved
        assert row["agrees"] is None if 0 in (row["expected"], moved) else row["agrees"] == (row["expected"] == moved)


def test_the_inspector_tells_predicted_from_measured_and_shows_the_evidence(found):
    said = words(panel(found, CausesView(), "STAT1"))
    table = agreement(found, "STAT1")
    assert "Predicted:" in said and "activated" in said and "Not measured here" in said and "Hide" in said
    assert "Measured: up log2 fold change" in words(panel(found, CausesView(), "IFI6")) or (
        "Measured: down log2 fold change" in words(panel(found, CausesView(), "IFI6")))
    assert f"{sum(v is True for v in table['agrees'])} changed as predicted" in said
    assert PREDICTED in words(panel(found, CausesView(), ""))
    of_function = words(panel(found, CausesView(), "Influenza A"))
    assert "Measured" not in of_function and "Disease or function" in of_function


def test_an_edge_names_its_databases_and_links_its_papers(found):
    edge = found.edges[found.edges["papers"] != ""].iloc[0]
    shown = panel(found, CausesView(), f"{edge['source']}>{edge['target']}")
    assert "https://pubmed.ncbi.nlm.nih.gov/17363560" in links(shown) and "trrust-human" in words(shown)


def test_genes_lead_to_the_atlas_and_their_knockout_and_targets_to_enrichment(found):
    hrefs = links(panel(found, CausesView(), "IRF7"))
    (enrichment,) = [href for href in hrefs if href.startswith("/enrichment?genes=")]
    own = found.links.loc[found.links["source"] == "IRF7", "target"]
    genes, background = enrichment.removeprefix("/enrichment?genes=").split("&")
    assert {"/atlas?gene=IRF7", "/knockout?genes=IRF7"} <= set(hrefs)
    assert not [href for href in links(panel(found, CausesView(), "Influenza A")) if "knockout" in href]
    assert set(genes.split(",")) == set(own)
    assert background == f"background=measured:{found.contrast}"


@pytest.mark.parametrize("kind", ["regulators", "roots", "functions", "edges"])
def test_tables_hold_all_rows_and_each_leads_to_its_node(found, kind):
    shown, table = rows(found, kind), table_of(found, kind)
    assert len(shown) == len(table) and shown[0]["row"].startswith("0:")
    assert len({row["row"] for row in shown}) == len(shown)
    assert not any(value != value for row in shown for value in row.values())


def test_a_table_without_rows_says_why(services, found):
    found.adata.uns["functions"] = found.adata.uns["functions"].iloc[:0]
    assert "No diseases or functions were asked for" in words(body(found, "functions"))


def test_nothing_called_is_said_plainly_with_what_came_nearest(services):
    name = write_causes(services.store, found=False)
    found = find_explanation(services, name)
    said = nothing_words(found)
    best = found.regulators.loc[found.regulators["z"].abs().idxmax(), "regulator"]
    assert said.startswith("No regulator passes |z| ≥ 2 with p < 0.01.") and best in said
    assert said in words(causes.layout(services, explanation=name))


def test_a_stored_table_comes_back_with_words_as_text():
    table = pd.DataFrame({"call": pd.Categorical(["activated", None]), "z": [1.0, np.nan]})
    assert plain(table)["call"].tolist() == ["activated", ""] and plain(table)["z"].isna().tolist() == [False, True]
