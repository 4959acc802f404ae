"""The Compare page: the form, the result in its states, what the callbacks answer, tables and gene sets."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest

from app import contrasts, pages
from app.components.job_card import job_card
from app.pages import compare
from app.pages.compare import answers, ids, inspector, tables, words
from app.pages.compare.choosing import all_there, job_parts
from app.pages.compare.frame import FORM, cells_choice
from app.pages.compare.pictures import again, picture
from app.pages.compare.view import CompareView, changed, known_gene, read_view
from app.search import completions
from engine.errors import InvalidParameter, UnknownName
from engine.jobs.claim import take
from engine.jobs.submit import submit_compare, submit_networks
from engine.params import ContrastParams, NetworkParams
from engine.store import artifact_id
from engine.types import ARMS, META, Contrast
from tests.app.made_up_contrast import MODULE, made_up, write_contrast
from tests.app.reading import find, links, parts
from tests.app.reading import words as said

STUDY = "pbmc68k-lineages"


@pytest.fixture
def one(services) -> tuple:
    """Services with one stored comparison, its id, and what the page keeps of it."""
    name = write_contrast(services.store)
    return services, name, {"contrast": name, "study": STUDY}


def told(found: Contrast, **facts) -> Contrast:
    """The same comparison with some facts changed."""
    adata = found.adata.copy()
    adata.uns[META] = json.dumps(found.facts | facts)
    return Contrast(adata)


def store(services, found: Contrast, tag: str) -> str:
    name = artifact_id("contrast", 1, {"tag": tag}, [])
    services.store.write(name, found.adata)
    return name


def test_the_page_has_its_place_in_the_rail_a_key_and_is_found_by_the_search(services):
    titles = [page.title for page in pages.PAGES if page.icon]
    assert titles.index("Compare") == titles.index("Modalities") + 1
    assert [page.key for page in pages.PAGES if page.title == "Compare"] == ["c"]
    assert {"value": "/compare", "label": "Compare"} in completions(services, "compar")[-1]["items"]


def test_without_a_comparison_the_form_asks_for_study_levels_donors_and_cells(services):
    page = compare.layout(services, study=STUDY)
    values = {part.id: part.value for part in parts(page) if getattr(part, "id", "") in (ids.STUDY, ids.BY, ids.DONOR)}
    assert values[ids.STUDY] == STUDY and values[ids.DONOR] == ""
    types = find(page, {"type": ids.ONLY, "n": 0}).data
    assert types[0]["label"] == "All cells together" and {"value": "CD19+ B", "label": "CD19+ B"} in types
    names = {part.id["name"] for part in parts(page) if isinstance(getattr(part, "id", None), dict)
             and part.id.get("type") == "param"}
    assert names == {"n_genes", "permutations", "space", "epochs", "seed"}


def test_an_address_fills_in_the_form(services):
    page = compare.layout(services, study=STUDY, by="phase", control="S", case="G2M", only="CD19+ B",
                          without="Dendritic,CD56+ NK")
    assert find(page, ids.CONTROL).value == "S" and find(page, ids.CASE).value == "G2M"
    assert find(page, {"type": ids.ONLY, "n": 0}).value == "CD19+ B"
    assert find(page, {"type": ids.WITHOUT, "n": 0}).value == ["Dendritic", "CD56+ NK"]


def test_the_comparisons_that_are_there_are_listed_newest_first(services):
    assert all_there(services) == []
    old = store(services, told(made_up(), made=made_up().facts["made"] | {"created": "2020-01-01T00:00:00"}), "old")
    new = store(services, told(made_up(), cell_type="B cell"), "new")
    table = all_there(services)
    assert links(table) == [f"/compare?contrast={new}", f"/compare?contrast={old}"]
    assert "COVID-19 against control" in said(table) and "B cell" in said(table) and "4 and 4 donors" in said(table)
    assert f"{MODULE} of 60 genes" in said(table)


def test_an_unknown_comparison_is_answered_with_a_sentence(services):
    page = compare.layout(services, contrast="contrast-none", study=STUDY)
    assert "There is no such comparison in the store" in said(page) and find(page, ids.STUDY).value == STUDY
    with pytest.raises(UnknownName, match="There is no such comparison"):
        contrasts.find_contrast(services, "contrast-none")


def test_a_damaged_comparison_is_answered_with_a_sentence_and_the_form(services):
    adata = made_up().adata
    adata.uns.clear()
    damaged = store(services, Contrast(adata), "damaged")
    page = compare.layout(services, contrast=damaged, study=STUDY)
    assert "was expected to be a comparison and is not" in said(page) and find(page, ids.STUDY).value == STUDY


def test_parts_of_an_address_that_the_study_has_not_are_told_and_do_not_reach_the_form(services):
    page = compare.layout(services, study=STUDY, by="phase", control="G9", only="CD19+ Q", donor="nobody")
    for word in ("no level 'G9'", "no cell type 'CD19+ Q'", "no column 'nobody'"):
        assert word in said(page)
    assert find(page, {"type": ids.ONLY, "n": 0}).value == "" and find(page, ids.DONOR).value == ""
    assert "distinct ways" in said(find(page, ids.DESIGN))


def test_the_result_leads_with_what_was_found_and_whether_the_embedding_beats_its_rival(one):
    services, name, _ = one
    page = compare.layout(services, contrast=name)
    assert find(page, ids.HEADLINE).children == f"{MODULE} of 60 genes changed their partners at 5\u202f% FDR"
    assert "it does not beat the simpler measure here" in said(find(page, ids.ARMS))
    assert {f"/report/{name}.html", f"/report/{name}.zip", f"/causes?contrast={name}"} <= set(links(page))
    assert any(link.startswith("/enrichment?genes=GENE") and f"contrast={name}" in link for link in links(page))


@pytest.mark.parametrize("view", ["maps", "volcano", "modules", "cells"])
@pytest.mark.parametrize("arm", ARMS)
def test_every_picture_says_n_the_units_and_the_loud_warnings(view, arm):
    found = told(made_up(cells_only=True), warnings=["Cells were permuted."])
    found = told(found, design=found.facts["design"] | {"confounded": True})
    drawn = picture(found, CompareView(arm=arm, view=view))
    (graph,) = [part for part in parts(drawn) if part.__class__.__name__ == "Graph"]
    above = graph.figure.layout.title.text.replace("<br>", " ")
    assert "n = " in above and "4 and 4 blocks of cells" in above
    assert "⚠ cells permuted, not donors; confounded with batch; mix of cell types changed" in above
    endings = {part.id["ending"] for part in parts(drawn) if isinstance(getattr(part, "id", None), dict)
               and part.id.get("type") == ids.FILE}
    assert endings == {"csv", "tsv"} and "How was this made" in said(drawn)


def test_the_loudest_sentence_is_in_view_and_the_other_warnings_behind_it(services):
    loud = ["Cells stand for donors here. That is weak.", "A second one."]
    name = store(services, told(made_up(), warnings=loud), "loud")
    page = compare.layout(services, contrast=name)
    (box,) = [part for part in parts(page) if getattr(part, "className", "") == "cmp-warnings"]
    summary, *behind = next(part for part in parts(box) if part.__class__.__name__ == "Details").children
    assert said(summary).startswith("Cells stand for donors here.") and "1 other warning" in said(summary)
    assert [said(part) for part in behind] == ["That is weak.", "A second one."]


def test_what_holds_of_these_donors_alone_says_so_in_its_headline():
    line = words.headline(made_up(cells_only=True), "partners", 0.05)
    assert line == f"{MODULE} of 60 genes changed their partners in these donors at 5\u202f% FDR"
    assert words.design_said(made_up(cells_only=True).facts) == "4 and 4 blocks of cells"


def test_where_no_cell_types_are_known_there_is_none_to_choose_and_the_picture_says_what_to_do(services):
    bare = store(services, told(made_up(), composition=[]), "bare")
    page = compare.layout(services, contrast=bare, view="cells")
    assert not [part for part in parts(page) if getattr(part, "id", None) == ids.CELLS]
    assert "Name the column in the study" in said(page) and "/studies" in links(page)


def test_without_warnings_nothing_is_warned_of_and_few_labellings_are():
    facts = made_up().facts
    assert words.warned(facts) == "⚠ mix of cell types changed"
    facts["composition"] = []
    assert words.warned(facts) == ""
    for few in ({"smallest_fdr": 0.1}, {"permutations": 10}):
        assert words.warned(facts | {"design": facts["design"] | few}) == "⚠ few labellings"
    other = facts | {"warnings": ["Something else."], "composition": []}
    assert words.warned(other) == "⚠ 1 warning, told with the comparison"


def test_an_fdr_out_of_reach_is_said():
    found = made_up()
    told_reach = told(found, design=found.facts["design"] | {"permutations": 3, "smallest_fdr": 1 / 35})
    assert "With 3 labellings no FDR can come below 0.333" in " ".join(words.arms_said(told_reach, 0.25))
    assert "no FDR" not in " ".join(words.arms_said(found, 0.05))


def test_more_calls_of_the_embedding_are_not_taken_for_truth():
    assert "more is not truer by itself" in words.embedding_said({"placement": 9, "neighbourhood": 3})
    assert "fewer genes than" in words.embedding_said({"placement": 3, "neighbourhood": 9})


def test_without_a_placement_the_maps_say_what_to_do_and_the_rest_is_there():
    found = made_up(placed=False)
    for arm in ARMS[2:3]:
        found.table[f"{arm}_fdr"] = np.nan
    page = picture(found, CompareView())
    assert "not placed in a shared space" in said(page)
    (link,) = links(page)
    assert parse_qs(urlparse(link).query)["space"] == ["donors"]
    assert "was not computed" in words.headline(found, "placement", 0.05)
    assert "embedding was not computed" in " ".join(words.arms_said(found, 0.05))
    assert "was not computed" in said(picture(found, CompareView(arm="placement", view="volcano")))
    assert links(picture(found, CompareView(view="volcano"))) == []


def test_the_view_is_read_from_the_address_and_odd_parts_are_told():
    view, faults = read_view({"arm": "expression", "level": "10", "view": "cells", "colour": "fdr"})
    assert (view, faults) == (CompareView("expression", 10, "cells", "fdr"), [])
    view, faults = read_view({"arm": "sideways", "level": "7"})
    assert view == CompareView() and len(faults) == 2 and "sideways" in faults[1]
    assert CompareView.from_dict(view.to_dict()) == view
    assert known_gene(made_up(), "gene7") == ("GENE7", [])
    gene, (fault,) = known_gene(made_up(), "GENE77")
    assert gene == "" and "GENE7" in fault


def test_changed_genes_are_those_below_the_fdr_the_surest_first():
    found = made_up()
    found.table.loc["GENE5", "partners_fdr"] = 1e-9
    order = found.genes[changed(found, "partners", 0.05)].tolist()
    expected = found.table[found.table["partners_fdr"] < 0.05]
    assert order[0] == "GENE5" and set(order) == set(expected.index)
    assert order[1:] == expected.drop("GENE5").sort_values("partners", ascending=False).index.tolist()


def test_a_gene_has_its_arms_partners_and_ways_on(one):
    services, name, _ = one
    page = compare.layout(services, contrast=name, gene="gene3")
    beside = find(page, ids.INSPECTOR)
    assert "GENE3" in said(beside) and "0 partners gained ▲, 11 lost ▼" in said(beside)
    address = next(link for link in links(beside) if "enrichment" in link)
    genes = parse_qs(urlparse(address).query)["genes"][0].split(",")
    assert sorted(genes) == sorted(f"GENE{i}" for i in range(MODULE))
    graphs = [part.id for part in parts(beside) if part.__class__.__name__ == "Graph"]
    assert graphs == [ids.SLOPE, ids.NETWORK]


def test_a_gene_of_the_map_leads_to_the_atlas(with_map):
    services, map_id = with_map
    from app.maps import gene_names

    gene = gene_names(services.store, map_id)[0]
    found = told(made_up(), study=STUDY)
    (link,) = inspector.atlas_link(services, found, [gene], gene=gene)
    assert link.href == f"/atlas?map={map_id}&gene={gene}"
    assert inspector.atlas_link(services, found, ["NOT-THERE"]) == []


def test_a_module_named_by_the_browser_comes_with_all_its_genes_and_can_be_saved(one):
    services, name, start = one
    found = contrasts.contrast(services.store, name)
    pick = {"gene": "", "genes": [], "name": "", "module": "1"}
    whole = answers.whole_pick(found, pick)
    assert whole["genes"] == [f"GENE{i}" for i in range(MODULE)] and whole["name"] == "Module 1"
    panel = inspector.panel(services, found, name, CompareView(), whole)
    assert "Module 1: 12 genes" in said(panel) and "12 of them changed their partners" in said(panel)
    assert "'Mine' saved with 12 genes." in said(answers.saved(services, start, pick, "Mine"))
    assert services.sets.list(STUDY)[0].genes == tuple(f"GENE{i}" for i in range(MODULE))
    assert "name" in said(answers.saved(services, start, pick, " ")).lower()


def test_a_gene_in_view_leads_to_its_knockout_in_the_study(one):
    services, name, _ = one
    panel = inspector.panel(services, contrasts.contrast(services.store, name), name, CompareView(), {"gene": "GENE3"})
    assert f"/knockout?study={STUDY}&genes=GENE3" in links(panel)


def test_the_table_has_every_gene_ranked_with_the_arms_side_by_side():
    found = made_up()
    rows = tables.grid_rows(found)
    assert [row["rank"] for row in rows] == list(range(1, 61))
    assert rows[0]["gene"] == found.table["partners"].idxmax()
    groups = [column["headerName"] for column in tables.grid_columns(CompareView(level=10)) if "children" in column]
    assert groups[:5] == ["Gene", "Partners ▾", "Neighbourhood", "Placement", "Expression"]
    fdr = tables.grid_columns(CompareView(level=10))[3]["children"][1]
    assert "0.1" in fdr["valueFormatter"]["function"] and "●" in fdr["valueFormatter"]["function"]
    json.dumps(rows, allow_nan=False)


def test_an_arm_that_was_not_done_is_empty_in_the_table():
    found = made_up()
    found.table[["placement", "placement_p", "placement_fdr"]] = np.nan
    assert all(row["placement"] is None and row["placement_fdr"] is None for row in tables.grid_rows(found))


@pytest.mark.parametrize(("which", "rows"), [("genes", 60), ("expression", 120), ("maps", 60), ("volcano", 60),
                                             ("modules", 3), ("cells", 16), ("partners", 59)])
def test_every_table_is_a_file(one, which, rows):
    services, _, start = one
    file = answers.text_file(services, start, which, "tsv", gene="GENE1")
    table = pd.read_csv(io.StringIO(file["content"]), sep="\t")
    assert len(table) == rows and file["filename"].endswith(f"{which}.tsv")


def test_the_table_of_genes_holds_every_column_at_full_precision():
    found = made_up()
    table = tables.table_of(found, "genes")
    assert set(found.table.columns) <= set(table.columns) and "partners_p" in table
    with pytest.raises(UnknownName, match="table"):
        tables.table_of(found, "nonsense")


def test_the_choice_of_cells_leads_to_the_comparison_that_is_there_or_to_the_form(services):
    all_cells = store(services, made_up(), "all")
    bees = store(services, told(made_up(), cell_type="B cell", composition=[]), "B")
    stored = contrasts.find_contrast(services, all_cells)
    select = find(cells_choice(services, stored, contrasts.contrast(services.store, all_cells)), ids.CELLS)
    by_label = {option["label"]: option["value"] for option in select.data}
    assert by_label["All cells"] == all_cells and by_label["B cell"] == bees
    asked = parse_qs(urlparse(by_label["Plasmablast (to run)"].removeprefix(FORM)).query)
    assert asked["only"] == ["Plasmablast"] and asked["case"] == ["COVID-19"] and asked["study"] == [STUDY]


def test_a_cell_type_that_changed_in_share_can_be_left_out():
    page = picture(made_up(), CompareView(view="cells"))
    (link,) = [link for link in links(page) if "without" in link]
    assert parse_qs(urlparse(link).query)["without"] == ["Plasmablast"]
    assert "Simpson" in said(page) and "1 cell type changed in share" in said(page)
    assert "without" not in again(made_up()) and "only" not in again(told(made_up(), cell_type="B cell"), only="")


def test_the_form_gives_parameters_and_odd_ones_a_sentence():
    params = answers.asked("state", "well", "sick", None, None, ["B cell"], [["A", "C"]], {"n_genes": 50})
    assert params == ContrastParams(by="state", control="well", case="sick", only="B cell", without="A,C", n_genes=50)
    assert answers.asked("", "a", "b", "", "", [], [], {}) == ContrastParams(control="a", case="b")
    with pytest.raises(InvalidParameter):
        answers.asked("", "a", "b", "", "", [], [], {"n_genes": 1})


def test_an_active_or_failed_job_is_shown_in_place_and_a_done_one_leads_to_its_result(services):
    assert job_parts(None) == []
    job = submit_compare(services.jobs, STUDY, ContrastParams(by="phase", control="G1", case="S"))
    assert "Waiting" in said(job_parts(job)) and "Waiting" in said(compare.layout(services, study=STUDY))
    done = replace(services.jobs.get(job.id), status="done", result="contrast-1")
    assert job_parts(done) == [] and "/compare?contrast=contrast-1" in links(job_card(done))


def test_a_job_in_place_gives_its_comparison_once_it_has_one(services):
    job = submit_compare(services.jobs, STUDY, ContrastParams(by="phase", control="G1", case="S"))
    other = submit_networks(services.jobs, STUDY, NetworkParams())
    assert answers.came(services, job.id) == "" and answers.came(services, other.id) == ""
    take(services.jobs, job.id).finish("contrast-1")
    assert answers.came(services, job.id) == "contrast-1"


def test_how_it_was_made_tells_method_command_data_and_parameters(one):
    services, name, _ = one
    made = find(compare.layout(services, contrast=name), "cmp-made")
    text = said(made)
    for word in ("CS-CORE", "35 of 35 distinct labellings of donors, all of them", "python -m engine compare", name,
                 "0" * 64, "Permutations", "NeurIPS"):
        assert word in text
