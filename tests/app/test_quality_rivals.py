"""The comparison on the Quality page: empty, running, found; its views, tables, figures and files."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from app.comparisons import comparison_of, lacking, newest_job, settings_of, taking, wanted
from app.figures.comparison import NULLS, Panel, dot_panels
from app.maps import find_map
from app.pages import quality
from app.pages.quality.run import asked_before, need_for, submit, want_of
from app.pages.quality.tables import method_rows, rows_of_tests
from engine.contenders import CONTENDERS
from engine.errors import InvalidParameter
from engine.jobs.claim import take
from engine.params import EmbedParams
from tests.app.made_up_map import write_map
from tests.app.made_up_scores import STUDY, write_scores
from tests.app.reading import find, links, parts, words

WANT = want_of("3", [False, False])


@pytest.fixture
def rival(monkeypatch) -> str:
    """A rival, whichever methods there are; its name."""
    made = replace(CONTENDERS["random"], name="other", label="Another", kind="rival")
    change = made.change
    other = replace(made, change=lambda p: replace(change(p), model=replace(p.model, n_latent=7)))
    monkeypatch.setitem(CONTENDERS, "other", other)
    return "other"


@pytest.fixture
def scored(services, rival):
    """Three seeds of the model, a rival, a null and an ablation, in that order of quality."""
    write_scores(services, ["muse-gnn", rival, "random", "no-contrast"], range(3))
    return services


def table_of(services) -> pd.DataFrame:
    from app.comparisons import table_of

    return table_of(services, comparison_of(services, services.library.study(STUDY), EmbedParams()))


def shown_of(page) -> dict:
    return find(page, "quality-shown").data


def test_without_a_score_there_is_one_button_and_it_asks_for_all_that_is_missing(services):
    page = quality.layout(services, study=STUDY)
    assert "No comparison yet" in words(page) and "still to run" in words(page)
    submit(services, services.library.study(STUDY), EmbedParams(), WANT)
    job = newest_job(services, STUDY)
    assert job.params["seeds"] == [0, 1, 2] and not job.params["tasks"]
    assert "muse-gnn" in job.params["methods"] and "no-contrast" not in job.params["methods"]
    assert "table" not in job.params["methods"]


def test_the_choice_of_seeds_parts_and_tests_is_asked_for(services):
    study = services.library.study(STUDY)
    job = submit(services, study, EmbedParams(), want_of("1", [True, True]))
    assert job.params["seeds"] == [0] and job.params["tasks"] and "no-contrast" in job.params["methods"]


def own_vectors(services, tmp_path) -> str:
    (tmp_path / "v.tsv").write_text("CD74\t1.5\t2\nCD3E\t0\t1\n")
    return services.knowledge.add_own(tmp_path / "v.tsv", "gene vectors", "scGPT").name


def vector_choices(page) -> list:
    return [part for part in parts(page) if isinstance(getattr(part, "id", None), dict)
            and part.id["type"] == "quality-vectors"]  # fmt: skip


def methods_shown(page) -> list[str]:
    return [row["method"] for row in find(page, "quality-grid").rowData]


def test_own_gene_vectors_are_one_more_contender_whose_score_is_shown(services, tmp_path):
    study = services.library.study(STUDY)
    assert vector_choices(quality.layout(services, study=STUDY)) == []
    name = own_vectors(services, tmp_path)
    [choice] = vector_choices(quality.layout(services, study=STUDY))
    assert choice.data == [{"value": "scgpt", "label": "Vectors from scGPT"}] and choice.value == ""
    want = want_of("1", [False, False], [name])
    n = len(wanted(EmbedParams(), n_seeds=1, ablations=False)[0])
    assert need_for(services, study, EmbedParams(), want).startswith(f"{n + 1} of {n + 1} scores")
    job = submit(services, study, EmbedParams(), want)
    assert "table" in job.params["methods"] and job.params["params"]["method"]["vectors"] == "scgpt"
    write_scores(services, ["muse-gnn", "table"], [0], params=taking(EmbedParams(), name))
    take(services.jobs, job.id).finish(STUDY)
    page = quality.layout(services, study=STUDY)
    assert methods_shown(page) == ["muse-gnn", "table"] and vector_choices(page)[0].value == "scgpt"
    assert "--vectors scgpt" in words(page)
    services.knowledge.remove(name)
    assert methods_shown(quality.layout(services, study=STUDY)) == ["muse-gnn"]


def test_a_comparison_takes_no_path_for_vectors(services, tmp_path):
    own_vectors(services, tmp_path)
    with pytest.raises(InvalidParameter, match="found '/etc/passwd'"):
        submit(services, services.library.study(STUDY), EmbedParams(), want_of("1", [False, False], ["/etc/passwd"]))
    assert services.jobs.list() == []


def test_while_it_runs_the_job_is_in_place_of_the_button(services):
    job = submit(services, services.library.study(STUDY), EmbedParams(), WANT)
    page = quality.layout(services, study=STUDY)
    assert f"/jobs/{job.id}" in links(page) and "Run what is missing" not in words(page)
    assert not find(page, "quality-pulse").disabled


def test_scores_appear_as_they_come(services, rival):
    submit(services, services.library.study(STUDY), EmbedParams(), WANT)
    shown = shown_of(quality.layout(services, study=STUDY))
    run, found, now, stop = quality.changes(services, shown)
    assert {part.__class__.__name__ for part in (run, found, now)} == {"NoUpdate"} and not stop
    write_scores(services, ["muse-gnn", rival], [0])
    _, found, now, stop = quality.changes(services, shown)
    assert "MuSe-GNN is first of 2 by Avg Score" in words(found) and "One seed cannot tell" in words(found)
    assert quality.changes(services, now)[1].__class__.__name__ == "NoUpdate" and not stop


def test_scores_of_a_job_that_ends_while_the_page_looks_are_seen_before_it_stops_looking(services, rival, monkeypatch):
    job = submit(services, services.library.study(STUDY), EmbedParams(), WANT)
    shown = shown_of(quality.layout(services, study=STUDY))

    def end_meanwhile(services, study, *rest, **options):
        if newest_job(services, STUDY).active:
            found = comparison_of(services, study, *rest, **options)
            write_scores(services, ["muse-gnn", rival], [0])
            take(services.jobs, job.id).finish(STUDY)
            return found
        return comparison_of(services, study, *rest, **options)

    monkeypatch.setattr(quality, "comparison_of", end_meanwhile)
    assert not quality.changes(services, shown)[3]
    _, found, _, stop = quality.changes(services, shown)
    assert stop and "MuSe-GNN is first of 2 by Avg Score" in words(found)


def test_when_the_job_has_ended_the_button_is_back_and_the_page_stops_looking(services):
    job = submit(services, services.library.study(STUDY), EmbedParams(), WANT)
    shown = shown_of(quality.layout(services, study=STUDY))
    claim = take(services.jobs, job.id)
    claim.write({}, ("log", {"text": "Another, seed 1, could not be scored. Too few genes."}))
    claim.finish(STUDY)
    run, _, _, stop = quality.changes(services, shown)
    assert stop and "Run what is missing" in words(run) and "Another, seed 1, could not be scored." in words(run)


def test_the_form_keeps_what_was_asked_last(services):
    assert asked_before(None) == WANT
    job = submit(services, services.library.study(STUDY), EmbedParams(), want_of("10", [True, True]))
    assert asked_before(job) == {"seeds": "10", "parts": True, "tests": False, "vectors": ""}


def test_the_sentence_the_picture_and_the_table_say_who_is_better(scored):
    page = quality.layout(scored, study=STUDY)
    said = words(page)
    assert "MuSe-GNN is first of 2 by Avg Score" in said and "better than every rival on" in said
    figure = find(page, "quality-figure-rivals").figure
    assert sum("best null" in note.text for note in figure.layout.annotations) == 6
    rows = {row["method"]: row for row in find(page, "quality-grid").rowData}
    assert list(rows) == ["muse-gnn", "other", "no-contrast", "random"]
    assert rows["muse-gnn"]["asw_said"].startswith("★ 0.") and " ± " in rows["muse-gnn"]["asw_said"]
    assert rows["random"]["rank"] is None and not rows["random"]["asw_best"]


def test_the_best_is_marked_at_the_end_that_is_better(scored):
    rows = {row["method"]: row for row in method_rows(table_of(scored))}
    assert rows["other"]["held_out_auc_negative_best"] and not rows["muse-gnn"]["held_out_auc_negative_best"]


def test_every_measure_has_its_explanation_as_heading_and_in_words(scored):
    from engine.metrics.measures import MEASURES

    page = quality.layout(scored, study=STUDY)
    heads = {column["field"]: column.get("headerTooltip", "") for column in find(page, "quality-grid").columnDefs}
    for measure in MEASURES:
        assert heads[measure.name].startswith(measure.explanation) and measure.explanation in words(page)


def test_the_parts_of_the_model_have_a_view_of_their_own(scored):
    said = words(quality.layout(scored, study=STUDY, view="parts"))
    assert "Without contrast it is worse (Avg Score" in said


def test_without_a_part_the_view_says_how_to_get_there(services):
    write_scores(services, ["muse-gnn"], [0])
    assert "“Parts of the model” switched on" in words(quality.layout(services, study=STUDY, view="parts"))


def test_an_unknown_view_is_answered_and_the_first_one_shown(scored):
    page = quality.layout(scored, study=STUDY, view="rival")
    assert "There is no view 'rival' of a comparison. Closest: rivals" in words(page)
    assert shown_of(page)["view"] == "rivals"


def test_an_unknown_study_is_answered_with_a_sentence(services):
    assert "There is no study 'nothing'" in words(quality.layout(services, study="nothing"))


def test_views_are_addresses(scored):
    assert f"/quality?study={STUDY}&view=tasks" in links(quality.layout(scored, study=STUDY))


def test_methods_are_compared_under_the_settings_of_the_map_in_view(services):
    name = write_map(services.store)
    stored = find_map(services, name)
    stored.facts["params"]["training"] |= {"epochs": 9, "seed": 5}
    params = settings_of(stored)
    assert params.training.epochs == 9 and params.training.seed == 0
    assert settings_of(None) == EmbedParams()


def test_what_is_missing_is_counted_and_its_time_told_where_it_is_known(services):
    study = services.library.study(STUDY)
    names, seeds = wanted(EmbedParams(), n_seeds=3, ablations=False)
    write_scores(services, names, [0])
    found = comparison_of(services, study, EmbedParams())
    assert len(lacking(found, names, seeds)) == 2 * len(names)
    assert f"{2 * len(names)} of {3 * len(names)} scores still to run: about" in need_for(
        services, study, EmbedParams(), WANT)  # fmt: skip
    all_there = need_for(services, study, EmbedParams(), want_of("1", [False, False]))
    assert all_there == f"All {len(names)} scores are there."


def test_the_long_table_is_a_file_of_either_kind(scored):
    shown = shown_of(quality.layout(scored, study=STUDY))
    for ending, sep in (("tsv", "\t"), ("csv", ",")):
        file = quality.text_file(scored, shown, ending)
        assert file["filename"] == f"{STUDY}-comparison.{ending}"
        assert len(pd.read_csv(io.StringIO(file["content"]), sep=sep)) == len(table_of(scored))


def test_the_page_tells_the_command_line_that_writes_the_same_table(scored):
    said = words(quality.layout(scored, study=STUDY))
    assert f"python -m engine benchmark embeddings {STUDY} --methods muse-gnn,random,no-contrast,other" in said
    assert "--seeds 0,1,2" in said


def test_gene_level_tests_are_a_table_with_chance_and_what_was_not_done(scored, monkeypatch):
    def rows_of(value):
        row = {"task": "dosage", "title": "Dosage", "group": "classes", "model": "forest", "measure": "auroc",
               "value": value, "sd": 0.1, "chance": 0.5, "n": 1200, "positives": 30, "skipped": ""}  # fmt: skip
        return [row, row | {"model": "", "value": 0.6},
                row | {"title": "Range", "model": "", "measure": "", "skipped": "Too few genes."}]  # fmt: skip

    ids = {}

    def tasks_id(score, knowledge):
        return ids.setdefault(score, f"tasks-{len(ids)}")

    lacks = SimpleNamespace(title="Dose-sensitive factors")
    fake = SimpleNamespace(tasks_id=tasks_id, missing_truth=lambda knowledge: [lacks],
                           read_tasks=lambda name, store: rows_of(0.8 - 0.01 * int(name.split("-")[1])))  # fmt: skip
    monkeypatch.setitem(sys.modules, "engine.gene_level", fake)
    page = quality.layout(scored, study=STUDY, view="tasks")
    assert "No gene-level test has been run" in words(page) and "Dose-sensitive factors" in words(page)
    assert "/data/library" in links(page)
    monkeypatch.setattr(scored.store.__class__, "has", lambda self, name: True)
    page = quality.layout(scored, study=STUDY, view="tasks")
    said = words(page)
    assert "Of 1 gene-level tests (AUROC) MuSe-GNN is ahead of every rival on 1" in said
    assert "Not done: Range. Too few genes." in said
    [row] = find(page, "quality-tests").rowData
    assert row["n_said"] == "1\u202f200 (30)" and row["chance"] == 0.5 and row["blind"] == 0.6 and row["m0_best"]
    nulls = find(page, "quality-figure-tests").figure.data[0]
    assert dict(zip(nulls.text, nulls.x, strict=True))["Gene frequency alone"] == 0.6


def test_a_test_that_a_method_lacks_is_a_gap_in_its_column():
    row = {"task": "t", "title": "T", "model": "forest", "measure": "auroc", "chance": 0.5, "n": 9, "positives": 3}
    ours = row | {"method": "a", "label": "A", "kind": "model", "seed": 0, "value": 0.7}
    theirs = row | {"method": "b", "label": "B", "kind": "rival", "seed": 0, "value": 0.6, "task": "u", "title": "U"}
    first, second = rows_of_tests(pd.DataFrame([ours, theirs]))
    assert "m1" not in first and "m0" not in second and first["m0_best"] and second["m1_best"]


def test_the_model_is_filled_rivals_hollow_and_the_best_null_a_dashed_line():
    panel = Panel("Mixing", {"Ours": (0.8, 0.02), "Theirs": (0.6, None)}, {"Random": 0.9, "Names": 0.3})
    figure = dot_panels({"Ours": "model", "Theirs": "rival"}, [panel], subtitle="n = 3")
    nulls, ours, theirs = figure.data
    assert list(nulls.x) == [0.9, 0.3] and set(nulls.y) == {NULLS}
    assert ours.marker.symbol == "circle" and theirs.marker.symbol == "circle-open"
    assert list(ours.error_x.array) == [0.02] and ours.text[0] == "Ours: 0.800 ± 0.020"
    zone, line = figure.layout.shapes
    assert zone.x1 == line.x0 == 0.9 and line.line.dash == "dash"
    assert "best null: Random 0.900" in [note.text for note in figure.layout.annotations]


def test_where_less_is_better_the_least_null_is_the_best_and_the_arrow_turns():
    panel = Panel("Seldom", {"Ours": (0.1, None)}, {"Random": 0.5, "Names": 0.4}, less=True)
    assert panel.best_null == ("Names", 0.4)
    figure = dot_panels({"Ours": "model"}, [panel], subtitle="")
    assert "← better" in [note.text for note in figure.layout.annotations]
    assert figure.layout.shapes[0].x0 == 0.4


def test_all_that_is_drawn_lies_within_the_axis():
    panel = Panel("M", {"Ours": (0.5, 0.3)}, {"Random": 0.95}, chance=0.1)
    low, high = panel.ends
    assert low < 0.1 and high > 0.95
