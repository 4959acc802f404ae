"""The Knockout page: the form, a model of each basis, what the address says, what is asked and answered, a ranking."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest

from app import knockout_company, knockouts, pages
from app.components.job_card import actions
from app.components.parameter_form import read_knockout
from app.pages import knockout as page
from app.pages.enrichment.question import backgrounds, read_question
from app.pages.knockout import answers, ids, inspector, pictures, ranking, resting, starting, words
from app.pages.knockout.choosing import ask_bar, completions
from app.pages.knockout.drawing import draw
from app.pages.knockout.inspector import cannot_block
from app.pages.knockout.made import command
from app.pages.knockout.view import KnockoutView, known_genes, read_view
from app.search import completions as found_by_search
from app.services import Services
from engine.errors import InvalidParameter, UnknownName
from engine.jobs.submit import submit_knockout, submit_rank
from engine.knockout.from_network import HELD_AGAINST
from engine.knockout.network_effect import SPREAD_NOTE
from engine.knockout.rank import rank
from engine.knockout.wish import LOWER, TOWARDS, Wish
from engine.params import KnockoutParams
from engine.settings import Settings
from engine.types import META, KnockoutModel
from tests.app.made_up_knockout import IDLE, RARE, STUDY, write_network_model, write_screen_model
from tests.app.reading import find, links, parts
from tests.app.reading import words as said


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Services:
    """Services with a model of each basis; nothing here changes them."""
    home = tmp_path_factory.mktemp("knockout")
    return Services.build(Settings.from_environment({"GENEWEAVE_HOME": str(home)}))


@pytest.fixture(scope="module")
def screen(kept) -> str:
    return write_screen_model(kept.store)


@pytest.fixture(scope="module")
def network(kept) -> str:
    return write_network_model(kept.store)


@pytest.fixture(scope="module")
def singles(kept, screen) -> list[str]:
    """Genes that were perturbed by themselves and can be asked for."""
    table = knockouts.candidates(kept.store, screen).set_index("gene")
    return [name for name in knockouts.model(kept.store, screen).adata.obs_names
            if "+" not in name and table.at[name, "can"]]  # fmt: skip


@pytest.fixture(scope="module")
def pair(kept, screen) -> tuple[str, ...]:
    """A pair of the screen, each gene of which can be asked for."""
    table = knockouts.candidates(kept.store, screen).set_index("gene")
    names = (tuple(n.split("+")) for n in knockouts.model(kept.store, screen).adata.obs_names if "+" in n)
    return next(genes for genes in names if all(table.at[gene, "can"] for gene in genes))


def graph_in(component):
    (graph,) = [part for part in parts(component) if part.__class__.__name__ == "Graph"]
    return graph.figure


def title(figure) -> str:
    return figure.layout.title.text.replace("<br>", " ")


# the rail and the form


def test_the_page_has_its_place_in_the_rail_a_key_and_is_found_by_the_search(services):
    titles = [one.title for one in pages.PAGES if one.icon]
    assert titles.index("Knockout") == titles.index("Causes") + 1
    assert [one.key for one in pages.PAGES if one.title == "Knockout"] == ["k"]
    assert {"value": "/knockout", "label": "Knockout"} in found_by_search(services, "knock")[-1]["items"]


def test_without_a_model_the_page_says_what_it_will_show_what_it_rests_on_and_what_is_missing(services):
    found = page.layout(services, study=STUDY)
    run = find(found, ids.RUN)
    assert "Prepare a simulation" in said(run) and run.disabled
    assert "Targets of transcription factors" in said(found) and "not here:" in said(found)
    assert any(link.startswith("/data/library?kind=TF+targets") for link in links(found))


def test_what_lacks_is_said_with_the_way_to_it_and_a_simulation_promises_no_measurement(services):
    found = page.layout(services, study=STUDY)
    assert "targets of transcription factors of human, and none is here" in said(found)
    (told,) = [part for part in parts(found) if getattr(part, "role", "") == "alert"]
    assert links(told) == ["/data/library?kind=TF+targets&word=collectri"]
    assert "A simulation of what a knockout would change" in said(found)
    assert "beside what was measured" not in said(found)


def test_networks_of_another_species_are_not_what_a_simulation_rests_on(services, monkeypatch):
    human = {"collectri", "omnipath"}
    monkeypatch.setattr(services.knowledge, "has", lambda name: name in human)
    study = services.library.study(STUDY)
    assert not find(starting.form(services, study), ids.RUN).disabled
    mouse = replace(study, datasets=tuple(replace(source, species="mouse") for source in study.datasets))
    helps = {one.gives: one for one in resting.what_helps(services, mouse, "network")}
    assert not helps["Targets of transcription factors"].here and not helps["Human orthologs of mouse genes, for "
                                                                            "signalling"].here  # fmt: skip
    assert helps["Targets of transcription factors"].href.endswith("word=dorothea-mouse")
    assert find(starting.form(services, mouse), ids.RUN).disabled


def test_for_a_screen_the_one_button_learns_from_it(services):
    study = services.library.study(STUDY)
    screen = replace(study, name="screen", title="A screen", roles=replace(study.roles, perturbation="bulk_labels"))
    card = starting.form(services, screen)
    assert "Learn from this screen" in said(find(card, ids.RUN)) and not find(card, ids.RUN).disabled
    assert "the column 'bulk_labels' says which gene was perturbed" in said(card)
    names = {part.id["name"] for part in parts(card) if isinstance(getattr(part, "id", None), dict)
             and part.id.get("type") == "param"}
    assert {"basis", "kernels", "min_cells", "permutations"} <= names


def test_the_form_gives_parameters_and_a_value_out_of_range_a_sentence(services):
    def state(group, name, value):
        return {"id": {"type": "param", "owner": ids.OWNER, "group": group, "name": name}, "value": value}

    params = read_knockout([state("knockout", "ridge", 5.0), state("screen", "min_cells", 20)])
    assert params.ridge == 5.0 and params.screen.min_cells == 20 and params.n_genes == KnockoutParams().n_genes
    with pytest.raises(InvalidParameter, match="'Fewest cells' must be"):
        read_knockout([state("screen", "min_cells", 1)])


def test_a_running_job_is_shown_in_place_and_a_finished_one_leads_to_its_model(services):
    job = submit_knockout(services.jobs, STUDY, KnockoutParams())
    find(page.layout(services, study=STUDY), {"type": "job-bar", "job": job.id})
    done = replace(services.jobs.get(job.id), status="done", result="knockout-1")
    assert links(actions(done)) == ["/knockout?model=knockout-1"]


def test_the_gene_that_brought_a_person_to_the_form_is_knocked_out_when_the_model_is_made(services):
    found = page.layout(services, study=STUDY, genes="SPI1")
    assert "What would happen without SPI1?" in said(found)
    assert answers.arrival("knockout-1", f"?study={STUDY}&genes=SPI1%2CIRF8") == "?model=knockout-1&genes=SPI1,IRF8"
    assert answers.arrival("knockout-1", "") == "?model=knockout-1"


def test_models_are_listed_and_the_newest_of_the_study_is_shown(kept, screen, network):
    assert {f"/knockout?model={name}" for name in (screen, network)} <= set(links(page.layout(kept, new="1")))
    assert find(page.layout(kept, study=STUDY), ids.START).data["model"] in (screen, network)


def test_a_model_that_is_not_there_or_damaged_is_answered_with_a_sentence_and_the_form(services):
    found = page.layout(services, model="knockout-none", study=STUDY)
    assert "There is no such model of knockouts in the store" in said(found) and find(found, ids.RUN)
    name = write_network_model(services.store)
    adata = services.store.read(name)
    del adata.uns["candidates"]
    services.store.write("knockout-damaged", adata)
    assert "was expected to be a model of knockouts" in said(page.layout(services, model="knockout-damaged"))
    assert "There is no ranking" in said(page.layout(services, rank="rank-none"))


# the address


def test_an_address_restores_what_is_shown(kept, network):
    found = page.layout(kept, model=network, genes="tf0,TF1", cell_type="T cell", dose="2", k="35", way="down",
                        sort="name", level="80", hide="1", tab="bars")  # fmt: skip
    view = KnockoutView.from_dict(find(found, ids.VIEW).data)
    assert view == KnockoutView(("TF0", "TF1"), "auto", "T cell", 2.0, 35, "down", "name", 80, True, "bars")
    assert find(found, ids.K).value == 35 and find(found, ids.HIDE).checked and find(found, ids.LEVEL).value == "80"
    assert find(found, {"type": ids.DOSE, "n": 0}).value == 2.0
    assert "Simulated over-expression of TF0 and TF1 to 2 times" in find(found, ids.HEADLINE).children


@pytest.mark.parametrize(("asked", "told"), [
    ({"genes": "GENE00"}, "Closest: GENE0"), ({"genes": RARE}, "cannot be simulated in any cell type: it is seen in"),
    ({"genes": IDLE}, "neither a regulator nor in the signed signalling network"),
    ({"genes": "TF0,tf0"}, "TF0 is named twice"), ({"tab": "measured"}, "tab 'measured'"),
    ({"level": "99"}, "level '99'"), ({"dose": "much"}, "dose 'much'"), ({"k": "5000"}, "k '5000'"),
    ({"cell_type": "B cells"}, "cell type 'B cells'"), ({"method": "magic"}, "method 'magic'"),
    ({"sort": "luck"}, "sort 'luck'"),
])  # fmt: skip
def test_what_an_address_asks_for_and_cannot_be_had_is_told_in_a_sentence(kept, network, asked, told):
    found = page.layout(kept, model=network, **asked)
    assert told in said(found) and find(found, ids.STAGE)


def test_a_view_survives_the_way_to_the_browser_and_back():
    view = KnockoutView(("A", "B"), "core", "T", 0.5, 30, "up", "sure", 95, True, "pair", "rank-1")
    assert KnockoutView.from_dict(json.loads(json.dumps(view.to_dict()))) == view
    table = pd.DataFrame({"gene": ["A"], "can": [True], "reason": [""]})
    assert read_view({}, basis="screen", methods=["auto"], cell_types=[], candidates=table) == (KnockoutView(), [])


def test_more_genes_than_can_be_perturbed_at_once_are_left_out_with_a_word():
    table = pd.DataFrame({"gene": [f"G{i}" for i in range(9)], "can": True, "reason": ""})
    genes, faults = known_genes(",".join(table["gene"]), table)
    assert len(genes) == 6 and len(faults) == 3 and "At most 6" in faults[0]


# what is asked


def test_completion_puts_genes_that_can_be_asked_for_first_and_greys_the_others_with_the_reason(kept, network):
    table = knockouts.candidates(kept.store, network)
    offered = completions(table, "TF")
    assert [one["value"] for one in offered] == [f"TF{i}" for i in range(8)]
    (rare,) = [one for one in completions(table, RARE.lower()) if one["value"] == RARE]
    assert rare["disabled"] and "seen in fewer than" in rare["label"]
    assert "TF0" not in [one["value"] for one in completions(table, "TF", ("TF0",))]


def test_a_name_that_no_gene_has_is_answered_with_the_closest(kept, network):
    first, *near = completions(knockouts.candidates(kept.store, network), "TF00")
    assert first["disabled"] and "No gene 'TF00' here" in first["label"] and near
    assert completions(knockouts.candidates(kept.store, network), "qqqqqqq")[0]["label"].endswith("Nothing is close.")


def test_reasons_of_thousands_of_genes_are_told_at_once_numbers_of_their_own_put_together():
    genes = [f"G{i}" for i in range(20_000)]
    reasons = [f"{gene} is seen in {i} cells" for i, gene in enumerate(genes)]
    table = pd.DataFrame({"gene": genes, "can": False, "reason": reasons})
    started = time.monotonic()
    shown = said(cannot_block(table))
    assert time.monotonic() - started < 1.0  # counting them anew for each gene took many seconds
    assert "20\u202f000 genes: it is seen in … cells" in shown


def test_while_no_gene_is_chosen_some_are_suggested(kept, screen, network):
    for name, what in ((screen, "did most in this screen"), (network, "Regulators with most targets")):
        found = draw(kept, name, KnockoutView(cell_type=""))
        done = "knocked down" if name == screen else "knocked out"
        assert what in said(found.stage) and found.headline == f"Which gene is to be {done}?"


def test_where_nothing_is_known_of_genes_the_page_says_so_and_leads_to_the_library(kept, screen):
    table = knockouts.candidates(kept.store, screen).assign(can=False)
    shown = starting.suggestions(knockouts.model(kept.store, screen), table)
    assert "No gene can be asked for" in said(shown) and links(shown) == ["/data/library"]


# the answer of a screen


def test_bars_of_a_screen_say_n_method_level_and_stand_beside_what_was_measured(kept, screen, singles):
    found = draw(kept, screen, KnockoutView(genes=(singles[0],)))
    figure = graph_in(found.stage)
    for part in ("n = 52 perturbations", "Core", "90\u202f% conformal intervals from 40 left-out perturbations"):
        assert part in title(figure)
    assert [trace.name for trace in figure.data][:2] == ["predicted", "measured"]
    told = found.stage, found.inspector
    endings = {part.id["ending"] for part in parts(told) if isinstance(getattr(part, "id", None), dict)
               and part.id.get("type") == ids.FILE}
    assert endings == {"tsv"} and "How was this made" in said(told) and "Copy link" in said(told)


def test_the_headline_counts_genes_whose_interval_leaves_zero_out(kept, screen, singles):
    view = KnockoutView(genes=(singles[0],))
    table = knockouts.answer(kept.store, screen, view.genes).effect.table
    sure = int(((table["low"] > 0) | (table["high"] < 0)).sum())
    assert f"{sure} of 79 genes change beyond their 90\u202f% intervals" in draw(kept, screen, view).headline


def test_the_inspector_says_on_what_a_prediction_rests(kept, screen, singles):
    told = said(draw(kept, screen, KnockoutView(genes=(singles[0],))).inspector)
    for part in ("unseen single", "40 left-out perturbations", "asked for: 90\u202f%", "Nearest seen", "network",
                 "Does it beat the mean?", "r beyond mean", "not be asked for"):  # fmt: skip
        assert part in told


def test_a_level_that_cannot_be_supported_is_refused_with_the_sentence_and_no_interval_is_drawn(kept, screen, pair):
    found = draw(kept, screen, KnockoutView(genes=pair, level=95))
    assert "cannot support intervals of 95 %" in said(found.stage)
    figure = graph_in(found.stage)
    assert not figure.data[0].error_x.visible and "no intervals" in title(figure)
    assert "without intervals" in found.headline


def test_predicted_against_measured_tells_both_correlations(kept, screen, singles):
    name = singles[0]
    found = draw(kept, screen, KnockoutView(genes=(name,), tab="measured"))
    model, effect = knockouts.model(kept.store, screen), knockouts.answer(kept.store, screen, (name,)).effect
    table = effect.table[~effect.table["target"]]
    others = [other for other in model.adata.obs_names if "+" not in other and other != name]
    mean = pd.DataFrame(model.adata[others].X, columns=model.genes).mean()[table.index]
    assert f"{table['change'].corr(table['measured']):.2f}" in title(graph_in(found.stage))
    assert f"{np.corrcoef(mean, table['measured'])[0, 1]:.2f}" in title(graph_in(found.stage))


def test_a_gene_that_was_not_perturbed_has_nothing_measured_to_compare_with(kept, screen, singles):
    table = knockouts.candidates(kept.store, screen)
    other = next(gene for gene in table.loc[table["can"], "gene"] if gene not in singles)
    found = draw(kept, screen, KnockoutView(genes=(other,), tab="measured"))
    assert "Nothing measured to compare with" in said(found.stage)


def test_perturbations_alike_leave_out_what_all_share_and_itself(kept, screen, singles):
    table = knockout_company.alike(kept.store, screen, (singles[0],))
    assert singles[0] not in set(table["perturbation"]) and table["likeness"].is_monotonic_decreasing
    assert table["whole"].mean() > table["likeness"].mean()
    figure = graph_in(draw(kept, screen, KnockoutView(genes=(singles[0],), tab="alike")).stage)
    assert table["perturbation"].iloc[0] == figure.data[1].y[0]


def test_a_pair_is_weighed_with_its_coefficients_and_one_gene_alone_is_asked_for_a_second(kept, screen, pair, singles):
    found = draw(kept, screen, KnockoutView(genes=pair, tab="pair"))
    told = knockout_company.pair(kept.store, screen, pair).told
    assert f"{told.coef[0]:.2f} of {pair[0]}".replace("-", "\u2212") in title(graph_in(found.stage))
    assert told.about in said(found.stage) and told.type.capitalize() in said(found.stage)
    assert "A pair needs two genes" in said(draw(kept, screen, KnockoutView(genes=pair[:1], tab="pair")).stage)


def test_a_prediction_that_does_not_beat_the_mean_wears_it_in_its_title(kept, screen, singles):
    view = KnockoutView(genes=(singles[0],))
    good = knockouts.answer(kept.store, screen, view.genes).effect
    facts = knockouts.model(kept.store, screen).facts
    assert words.WORSE not in words.headline(view, facts, good)
    poor = facts | {"best": "mean"}
    assert words.headline(view, poor, good).endswith(words.WORSE)
    mean = draw(kept, screen, replace(view, method="train-mean"))
    assert words.WORSE in mean.headline and "⚠" in title(graph_in(mean.stage))


def test_what_a_gene_changes_is_handed_to_enrichment_with_the_measured_genes_as_background(kept, screen, singles):
    (link,) = [one for one in links(draw(kept, screen, KnockoutView(genes=(singles[0],))).inspector)
               if one.startswith("/enrichment")]
    query = {key: value[0] for key, value in parse_qs(urlparse(link).query).items()}
    question = read_question(kept, query)
    assert set(question.background) == set(knockouts.model(kept.store, screen).genes)
    assert len(question.genes) >= 10 and singles[0] not in question.genes
    assert question.chosen == f"knockout:{screen}"
    offered = [item["value"] for group in backgrounds(kept) for item in group["items"]]
    assert f"knockout:{screen}" in offered


@pytest.fixture(scope="module")
def unknown_gene(kept, screen) -> str:
    """A gene that was perturbed and that nothing knows."""
    table = knockouts.model(kept.store, screen).candidates
    return next(gene for gene in table.index if table.at[gene, "seen"] and not table.at[gene, "known_by"])


def test_a_perturbed_gene_that_nothing_knows_is_drawn_as_it_was_measured(kept, screen, unknown_gene):
    found = page.layout(kept, model=screen, genes=unknown_gene)
    assert "as it was measured, no prediction" in find(found, ids.HEADLINE).children
    figure = graph_in(find(found, ids.STAGE))
    assert [trace.name for trace in figure.data if trace.type == "bar"] == ["measured"]
    assert "largest over their standard errors" in title(figure) and "nothing is predicted of it" in title(figure)
    table = knockouts.answer(kept.store, screen, (unknown_gene,)).effect.table
    over = (table["measured"].abs() / table["measured_se"]).sort_values(ascending=False)
    assert list(figure.data[0].customdata) == over.index[:20].tolist()
    told = said(find(found, ids.INSPECTOR))
    assert "Mean of all, under Method above" in told and "train-mean" not in told and "learned without it" not in told


def test_any_gene_can_be_asked_for_with_a_baseline_and_is_refused_by_the_core(kept, screen):
    table = knockouts.candidates(kept.store, screen).set_index("gene")
    gene = table.index[~table["can"]][0]
    assert "cannot be predicted here" in said(page.layout(kept, model=screen, genes=gene))
    for method in ("train-mean", "linear"):
        found = page.layout(kept, model=screen, genes=gene, method=method)
        assert KnockoutView.from_dict(find(found, ids.VIEW).data).genes == (gene,)
        assert graph_in(find(found, ids.STAGE)).data[0].name == "predicted"


def test_perturbations_alike_are_those_of_what_was_measured_and_none_where_all_are_told_the_same(kept, screen, singles):
    found = draw(kept, screen, KnockoutView(genes=(singles[0],), tab="alike"))
    assert "as measured, against 200" in title(graph_in(found.stage))
    table = knockouts.candidates(kept.store, screen)
    other = next(gene for gene in table.loc[table["can"], "gene"] if gene not in singles)
    mean = draw(kept, screen, KnockoutView(genes=(other,), tab="alike", method="train-mean"))
    assert "Nothing of its own to compare" in said(mean.stage)


def test_reasons_of_many_genes_are_counted_in_a_moment():
    n = 12_000
    table = pd.DataFrame({"gene": [f"G{i}" for i in range(n)], "can": False,
                          "reason": [f"Nothing knows G{i}, seen in {i} cells." for i in range(n)]})  # fmt: skip
    start = time.perf_counter()
    told = said(inspector.cannot_block(table))
    assert time.perf_counter() - start < 1 and "genes: Nothing knows it, seen in … cells." in told


def test_knockout_and_benchmark_lead_to_each_other(kept, screen):
    assert f"/benchmark?study={STUDY}" in links(page.layout(kept, model=screen))


def test_a_figure_holds_the_first_warnings_and_says_how_many_more_there_are(kept, screen, singles):
    effect = knockouts.answer(kept.store, screen, (singles[0],)).effect
    facts = knockouts.model(kept.store, screen).facts
    many = replace(effect, evidence=effect.evidence | {"warnings": [f"Warning {i}." for i in range(6)]})
    lines = words.first_warnings(facts, many)
    assert len(lines) == 4 and lines[-1] == "⚠ 3 more warnings are on its page"
    assert len(words.warned(facts, many)) == 6


# the answer of a network


def test_a_simulation_says_that_it_is_one_and_its_spread_is_no_interval(kept, network):
    found = draw(kept, network, KnockoutView(genes=("TF0",)))
    assert found.headline.startswith("Simulated knockout of TF0:") and "move" in found.headline
    assert "spread over blocks of cells, not a calibrated interval" in title(graph_in(found.stage))
    assert "nothing was measured of it" in said(found.inspector)


def test_a_simulation_wears_one_caution_and_how_such_ones_fared_stands_beside_it(kept, network):
    found = draw(kept, network, KnockoutView(genes=("TF0",)))
    figure = graph_in(found.stage)
    assert title(figure).count("⚠") == 1 and words.CAUTION in title(figure)
    told = said(found.inspector)
    assert "How far to believe it" in told and told.count(HELD_AGAINST) == 1 and told.count(SPREAD_NOTE) == 1
    assert [trace.name for trace in figure.data if trace.type == "scatter"] == [
        "simulated, with its 90\u202f% spread over blocks of cells"]  # fmt: skip
    assert any("90\u202f% spread over blocks of cells: " in text and "not a calibrated" in text
               for text in figure.data[0].text)
    assert HELD_AGAINST in said(draw(kept, network, KnockoutView()).inspector)


def test_a_gene_that_acts_through_signalling_alone_is_warned_of_on_the_figure(kept, network):
    figure = graph_in(draw(kept, network, KnockoutView(genes=("UP",))).stage)
    assert "Weaker still: UP acts through assumed signalling alone" in title(figure)


def test_cells_of_one_type_have_no_empty_table_and_no_choice_of_type(kept, network):
    found = knockout_company.shift(kept.store, network, ("TF0",), cell_type="T cell")
    alone = pictures.towards(replace(found, towards=found.towards.iloc[:0]))
    assert "Cells of one type have no other" in said(alone) and "FDR" not in said(alone)
    model = knockouts.model(kept.store, network)
    adata = model.adata.copy()
    adata.uns[META] = json.dumps(model.facts | {"cell_types": ["all cells"]})
    one = KnockoutModel(adata)
    table = knockouts.candidates(kept.store, network)
    assert "Cell type" in said(ask_bar(model, KnockoutView(), table, ["propagation"]))
    assert "Cell type" not in said(ask_bar(one, KnockoutView(cell_type="all cells"), table, ["propagation"]))


def test_the_way_leads_from_the_gene_over_its_targets(kept, network):
    figure = graph_in(draw(kept, network, KnockoutView(genes=("TF0",), tab="path")).stage)
    at = dict(zip(figure.data[-1].customdata, figure.data[-1].x, strict=True))
    assert at["TF0"] == 0 and at["TF2"] == 1 and 2 in at.values()


def test_cells_are_led_on_their_map_against_shuffled_changes(kept, network):
    found = draw(kept, network, KnockoutView(genes=("TF0",), tab="cells"))
    assert "shuffled" in title(graph_in(found.stage)) and "T cell" in said(found.stage)


def test_an_answer_that_cannot_be_had_is_a_sentence_in_place_of_the_picture(kept, network):
    found = draw(kept, network, KnockoutView(genes=("TF0",), dose=1.0))
    assert "A dose of 1 leaves the gene as it is" in said(found.stage) and "A dose of 1" in found.told


@pytest.mark.parametrize(("dose", "called"), [(0.0, "knockout of TF0"), (0.5, "knock-down of TF0 to 50"),
                                              (2.0, "over-expression of TF0 to 2 times")])  # fmt: skip
def test_a_dose_is_called_by_its_name(kept, network, dose, called):
    assert f"Simulated {called}" in draw(kept, network, KnockoutView(genes=("TF0",), dose=dose)).headline


# rank all


@pytest.fixture(scope="module")
def ranked(kept, network) -> str:
    return rank(network, Wish(LOWER, genes=("GENE0", "GENE1", "GENE2", "GENE3"), title="My set"), store=kept.store)


def test_a_ranking_is_reached_by_its_address_alone_and_its_best_is_first(kept, network, ranked):
    found = page.layout(kept, rank=ranked)
    assert find(found, ids.START).data["model"] == network and find(found, ids.TAB).value == "rank"
    rows = find(found, ids.RANK_GRID).rowData
    assert rows[0]["gene"] == "TF0" and rows[0]["rank"] == 1
    assert "lower My set" in said(found) and "command" in said(found)


def test_a_wish_is_read_from_a_saved_set_pasted_genes_or_a_cell_state(kept):
    mine = kept.sets.save("Mine", ["GENE1", "GENE2", "GENE3"], study=STUDY)
    assert ranking.wish_of(kept, LOWER, "", "", f"set:{mine.id}", "").title == "Mine"
    assert ranking.wish_of(kept, LOWER, "", "", "", "A, B C").genes == ("A", "B", "C")
    assert ranking.wish_of(kept, TOWARDS, "T cell", "", "", "").to == "T cell"
    with pytest.raises(InvalidParameter, match="A set of genes is needed"):
        ranking.wish_of(kept, LOWER, "", "", "", " ")
    assert {"value": f"set:{mine.id}", "label": "Mine (3 genes)"} in ranking.set_choices(kept, "mine")[0]["items"]
    kept.sets.delete(mine.id)


def test_states_are_offered_where_the_model_can_tell_two_apart(kept, screen, network):
    assert ranking.states_of(knockouts.model(kept.store, network)) == ["Myeloid", "T cell"]
    form = draw(kept, screen, KnockoutView(tab="rank")).stage
    assert [one["value"] for one in find(form, ids.WISH).data] == ["lower", "raise"]


def test_the_job_of_a_ranking_is_shown_in_place(services):
    name = write_network_model(services.store)
    job = submit_rank(services.jobs, name, Wish(TOWARDS, to="T cell"))
    shown = draw(services, name, KnockoutView(tab="rank")).stage
    find(shown, {"type": "job-bar", "job": job.id})
    assert answers.came(services, job.id, "rank") == "" and answers.came(services, job.id, "knockout") == ""


# files, the command, words


@pytest.mark.parametrize(("which", "columns"), [
    ("genes", {"gene", "change", "low", "high", "measured"}), ("bars", {"gene", "change"}),
    ("measured", {"gene", "measured"}), ("alike", {"perturbation", "fdr"}),
])  # fmt: skip
def test_tables_of_a_screen_are_files(kept, screen, singles, which, columns):
    start, view = {"model": screen, "study": STUDY}, KnockoutView(genes=(singles[0],), k=12)
    file = answers.file_of(kept, start, view, which)
    table = pd.read_csv(io.StringIO(file["content"]), sep="\t")
    assert columns <= set(table) and file["filename"] == f"{STUDY}-{singles[0]}-{which}.tsv"
    assert len(table) == {"genes": 80, "bars": 12, "measured": 79, "alike": 51}[which]


def test_tables_of_a_pair_a_network_and_a_ranking_are_files(kept, screen, network, pair, ranked):
    def table(model, view, which):
        file = answers.file_of(kept, {"model": model, "study": STUDY}, view, which)
        return pd.read_csv(io.StringIO(file["content"]), sep="\t")

    assert {*pair, "sum", "pair"} <= set(table(screen, KnockoutView(genes=pair), "pair"))
    simulated = KnockoutView(genes=("TF0",), rank=ranked)
    assert {"regulator", "target", "sign", "coef"} <= set(table(network, simulated, "path"))
    assert {"x", "dx", "p"} <= set(table(network, simulated, "cells"))
    assert table(network, simulated, "rank")["gene"].iloc[0] == "TF0"
    wish = answers.file_of(kept, {"model": network, "study": STUDY}, simulated, "wish")
    assert wish["content"].split() == ["GENE0", "GENE1", "GENE2", "GENE3"]
    with pytest.raises(UnknownName, match="no table 'luck'"):
        answers.file_of(kept, {"model": network, "study": STUDY}, simulated, "luck")


def test_the_command_gives_the_table_in_view(kept, screen, network):
    stored = knockouts.find_model(kept, network)
    line = command(stored, KnockoutView(("TF0", "TF1"), cell_type="T cell", dose=0.5))
    assert line.startswith(f"python -m engine knockout {STUDY} --genes TF0,TF1")
    assert "--cell-type 'T cell' --dose 0.5" in line and line.endswith("--out TF0-TF1.tsv")
    of_screen = command(knockouts.find_model(kept, screen), KnockoutView(("GENE0",), level=80))
    assert "--level 0.8" in of_screen and "--method" not in of_screen


def test_how_it_was_made_tells_method_parameters_and_versions(kept, screen):
    told = said(page.layout(kept, model=screen))
    for part in ("over perturbations that were left out", "Nature Methods 2025", "Fewest cells", "Geneweave", screen):
        assert part in told


def test_the_facts_of_a_made_up_model_are_those_of_a_real_one(kept, screen):
    facts = json.loads(kept.store.read(screen).uns[META])
    assert facts["basis"] == "screen" and facts["id"] == screen and facts["best"] == "ridge"


def test_numbers_below_zero_have_a_minus_and_names_keep_their_hyphen():
    assert ranking.minus("-0.25 to +0.5, HLA-2 and 0.1 to -1e-4") == "\u22120.25 to +0.5, HLA-2 and 0.1 to \u22121e-4"
