"""The Benchmark page: without a screen, without trials, while they run, and what they found."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

from app import pages
from app.figures.trials import Coverage, TrialPanel, coverage_figure, trial_figure
from app.pages import benchmark
from app.pages.benchmark.found import panels_of
from app.pages.benchmark.run import need_words, submit, want_of
from app.pages.benchmark.tables import method_rows, pair_rows
from app.search import completions
from app.trials import PARAMS, newest_job, screens, table_of, told_of, trials_of
from engine.jobs.claim import take
from engine.jobs.runner import Runner
from engine.jobs.submit import submit_trial
from tests.app.made_up_trials import FAST, SCREEN, add_screen, run_trials
from tests.app.reading import find, links, words


@pytest.fixture
def screened(services, tmp_path):
    """Services with a screen that nothing was tried on."""
    add_screen(services, tmp_path)
    return services


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """The same with two seeds of four methods; made once, read only."""
    from app.services import Services
    from engine.settings import Settings

    services = Services.build(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path_factory.mktemp("home"))}))
    add_screen(services, tmp_path_factory.mktemp("made"))
    run_trials(services)
    return services


def found_of(services, split: str = "simulation"):
    return trials_of(services, services.library.study(SCREEN), split)


def test_without_a_screen_it_says_what_it_will_show_and_leads_to_studies(services):
    page = benchmark.layout(services)
    assert "No screen yet" in words(page) and "perturbed gene by gene" in words(page) and links(page) == ["/studies"]
    assert screens(services) == []


def test_it_is_found_by_the_search_and_by_its_address(services):
    assert any(item["value"] == "/benchmark" for group in completions(services, "bench") for item in group["items"])
    assert pages.find("/benchmark")[0].title == "Benchmark"


def test_without_trials_there_is_one_button_and_it_asks_for_all_that_is_missing(screened):
    page = benchmark.layout(screened, study=SCREEN)
    assert "Nothing has been tried yet" in words(page) and "still to run" in words(page)
    job = submit(screened, screened.library.study(SCREEN), "folds", want_of("1", [False, False]))
    assert job.params["seeds"] == [0] and job.params["split"] == "folds" and job.kind == "trial"
    assert {"core", "linear", "train-mean", "replicate"} <= set(job.params["methods"])
    assert "grape" not in job.params["methods"]
    again = submit(screened, screened.library.study(SCREEN), "folds", want_of("1", [False, False]))
    assert again.id == job.id and newest_job(screened, SCREEN, "simulation") is None
    more = submit(screened, screened.library.study(SCREEN), "folds", want_of("1", [True, True]))
    assert {"grape", "gears", "grape-text"} <= set(more.params["methods"])


def test_the_job_runs_and_the_page_follows(screened):
    page = benchmark.layout(screened, study=SCREEN, split="single70")
    shown = find(page, "bench-shown").data
    job = submit_trial(screened.jobs, SCREEN, PARAMS, ["train-mean", "additive"], split="single70", seeds=[0])
    run, parts, _, still = benchmark.changes(screened, shown)
    assert "Waiting" in words(run) and still is False
    Runner(screened.jobs, screened.settings).run(job.id)
    done = screened.jobs.get(job.id)
    assert (done.status, done.error, done.result) == ("done", "", f"{SCREEN}&split=single70")
    run, parts, seen, still = benchmark.changes(screened, shown)
    assert still is True and "On unseen singles" in words(parts) and seen["seen"]["trials"] == "2"
    assert len(found_of(screened, "single70").ids) == 2


def test_a_split_that_the_screen_cannot_bear_fails_with_its_sentence(services, tmp_path):
    add_screen(services, tmp_path, n_pairs=0)
    job = submit(services, services.library.study(SCREEN), "doubles", want_of("1", [False, False]))
    Runner(services.jobs, services.settings).run(job.id)
    page = benchmark.layout(services, study=SCREEN, split="doubles")
    assert "no two genes were perturbed together" in words(page) and "Try again" in words(page)


def test_a_running_job_stands_in_place_of_the_button(screened):
    submit(screened, screened.library.study(SCREEN), "simulation", want_of("1", [False, False]))
    take(screened.jobs, newest_job(screened, SCREEN, "simulation").id)
    assert "Cancel" in words(benchmark.layout(screened, study=SCREEN))


def test_the_verdict_comes_first_then_picture_coverage_tables_and_published_figures(tried):
    page = benchmark.layout(tried, study=SCREEN)
    said = words(page)
    order = ["On unseen singles", "PCC, all genes", "Do the intervals hold", "All methods", "Beside published figures",
             "How was this made"]  # fmt: skip
    places = [said.index(text, said.index(order[0])) for text in order]
    assert places == sorted(places)
    assert "their figure" in said and "Measured on other data, the full Norman screen" in said
    assert "2 seeds" in said and "seeds are no new perturbations" in said
    assert "python -m engine benchmark perturb effects --split simulation" in said
    assert f"/knockout?study={SCREEN}" in links(page)


def test_the_measure_and_the_split_are_in_the_address_and_wrong_ones_are_said(tried):
    page = benchmark.layout(tried, study=SCREEN, measure="pds")
    assert find(page, "bench-shown").data["measure"] == "pds" and find(page, "bench-measure").value == "pds"
    wrong = words(benchmark.layout(tried, study=SCREEN, split="dubles", measure="pdz"))
    assert "no split 'dubles'" in wrong and "Closest: doubles" in wrong and "no measure 'pdz'" in wrong
    assert "has no perturbations" in words(benchmark.layout(tried, study="pbmc68k-lineages"))


def test_every_number_of_the_table_is_that_of_the_long_table(tried):
    table = table_of(tried, found_of(tried))
    rows = {(row["class"], row["label"]): row for row in method_rows(table)}
    mean = table[(table["method"] == "linear") & (table["class"] == "unseen single") & (table["measure"] == "rmse")
                 & (table["perturbation"] == "mean")]["value"]  # fmt: skip
    row = rows["unseen single", "Low-rank linear"]
    assert row["rmse"] == pytest.approx(mean.mean()) and row["rmse_said"].endswith(f"± {mean.std():.3f}")
    assert rows["unseen single", "Mean of the screen"]["pcc_systema_said"] == "–"
    assert not any(row["rmse_best"] for row in rows.values() if row["kind"] == "Control")
    assert json.dumps(method_rows(table))


def test_all_values_are_a_file_as_the_command_writes_it(tried):
    shown = find(benchmark.layout(tried, study=SCREEN), "bench-shown").data
    file = benchmark.text_file(tried, shown, "tsv")
    table = pd.read_csv(io.StringIO(file["content"]), sep="\t")
    assert file["filename"] == "effects-simulation.tsv" and set(table["method"]) == set(FAST)
    assert len(table) == len(table_of(tried, found_of(tried)))


def test_controls_are_lines_and_the_best_is_towards_the_arrow(tried):
    board = told_of(tried, found_of(tried)).board
    panels = panels_of(board, "rmse")
    assert panels[0].negative == pytest.approx(board.mean("unseen single", "train-mean", "rmse"))
    assert panels[0].positive is None and "Mean of the screen" not in panels[0].reached  # a table has no halves
    figure = trial_figure({"Low-rank linear": "baseline"}, panels, measure="RMSE", less=True, lines=("n",))
    notes = [note.text for note in figure.layout.annotations]
    assert "← better" in notes and any("mean of the screen 0." in note for note in notes)


def test_the_core_is_filled_and_others_are_hollow():
    panel = TrialPanel("Unseen single", {"Core": (0.5, 0.4, 0.6, 20), "Linear": (0.4, float("nan"), float("nan"), 4)},
                       negative=0.3, positive=0.8, guess=0.0)  # fmt: skip
    figure = trial_figure({"Core": "core", "Linear": "baseline"}, [panel], measure="PCC", less=False, lines=("n",))
    marks = {trace.y[0]: trace.marker.symbol for trace in figure.data}
    assert marks == {"Core": "circle", "Linear": "circle-open"}
    bars = {trace.y[0]: (trace.error_x.array[0], trace.error_x.arrayminus[0]) for trace in figure.data}
    assert bars["Core"] == pytest.approx((0.1, 0.1)) and bars["Linear"] == (0, 0)
    assert [shape.line.dash for shape in figure.layout.shapes] == ["dash", "solid", "dot"]


def test_coverage_is_drawn_against_what_was_promised():
    figure = coverage_figure([Coverage("Unseen single", [0.5, 0.9], [0.55, 0.7], 12)], lines=("n",))
    assert list(figure.data[1].x) == [0.5, 0.9] and list(figure.data[1].y) == [0.55, 0.7]
    assert "intervals of 90% hold 70.0% of genes, 12 perturbations" in figure.data[1].text[1]


def test_differences_are_told_against_the_core_alone(tried):
    board = told_of(tried, found_of(tried)).board
    assert pair_rows(board) == []  # the core was not tried
    rows = pair_rows(board, subject="linear")
    assert rows and all(row["said"].startswith("Low-rank linear ") for row in rows)


def test_what_is_still_to_run_is_counted(tried):
    assert need_words(found_of(tried), want_of("3", [False, False])).startswith("16 of 24 trials still to run")
    assert need_words(found_of(tried), want_of("1", [False, False])).startswith("4 of 8 trials still to run")
