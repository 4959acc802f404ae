"""Benchmark: which method foretells the perturbations of a screen that it has not seen, and whether any can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.components.alert import alert
from app.components.empty_state import empty_state
from app.components.map_table import ENDINGS
from app.components.page_header import icon, page_header
from app.components.study_switch import shown_study
from app.pages.benchmark import ids
from app.pages.benchmark.found import found_parts
from app.pages.benchmark.run import need_words, run_parts, submit, want_of
from app.trials import Trials, newest_job, screens, table_of, trials_of
from app.words import thin
from engine.errors import GeneweaveError, unknown
from engine.metrics.perturbation import BY_NAME, HEADLINE, MEASURES
from engine.trials import SPLITS

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job

PATH = "/benchmark"
TITLE = "Benchmark"
PULSE = 3000  # milliseconds between two looks for new trials
FIRST_SPLIT, FIRST_MEASURE = "simulation", HEADLINE[0]
UNDER = (
    "Some perturbations of a screen are held out, every method foretells them from the rest, and the measured change "
    "says who was right."
)
WILL_SHOW = (
    "This page shows which method foretells perturbations that it has not seen, and whether any does better than the "
    "mean of the screen. It needs a study whose cells were perturbed gene by gene, or a table of what that did."
)


def layout(services: Services, study: str = "", split: str = "", measure: str = "") -> html.Div:
    """The trials on a screen under a split, seen by one measure; without a screen, the way to one."""
    known = screens(services)
    if not known:
        return html.Div([empty_state("No screen yet", WILL_SHOW, "Open Studies", "/studies", drawing="chart", level=1)],
                        className="gw-page")  # fmt: skip
    names = [one.name for one in known]
    note = [] if not study or study in names else [_elsewhere(services, study)]
    shown, faults = study if study in names else names[0], list(note)
    split, measure = (_known(given, first, among, kind, faults) for given, first, among, kind in (
        (split, FIRST_SPLIT, SPLITS, "split"), (measure, FIRST_MEASURE, BY_NAME, "measure")))  # fmt: skip
    return html.Div([
        shown_study(shown), dcc.Download(id=ids.FILE),
        page_header("Can knockouts be foretold?", UNDER, [html.Div([_knock_out(shown), _choice(known, shown)],
                                                                   className="bench-choice")]), *faults,
        _trials(services, shown, split, measure),
    ], className="gw-page bench-page")  # fmt: skip


def seen(found: Trials, job: Job | None) -> dict[str, str]:
    """What the page shows of the job and of the trials, to tell what must be drawn anew."""
    return {"job": "" if job is None else f"{job.id} {job.status} {job.attempts}", "trials": str(len(found.ids))}


def changes(services: Services, shown: dict[str, Any]) -> tuple:
    """What to run, what was found, what is now seen and whether to stop looking; no update of what is unchanged."""
    study = services.library.study(shown["study"])
    job = newest_job(services, study.name, shown["split"])  # before the trials: those of a job that is done are seen
    found = trials_of(services, study, shown["split"])
    now, before = seen(found, job), shown["seen"]
    first = (before["trials"] == "0") != (now["trials"] == "0")
    run = run_parts(services, found, job) if now["job"] != before["job"] or first else no_update
    anew = now["trials"] != before["trials"]
    parts = found_parts(services, study, found, shown["measure"]) if anew else no_update
    return run, parts, shown | {"seen": now} if now != before else no_update, not (job and job.active)


def register(app: Dash, services: Services) -> None:
    """The button runs what is missing and the page follows; another choice is another address; tables are files."""

    @app.callback(
        Output(ids.RUN_PART, "children"), Output(ids.FOUND, "children"), Output(ids.SHOWN, "data"),
        Output(ids.PULSE, "disabled"), Input(ids.PULSE, "n_intervals"),
        Input({"type": "job-status", "job": ALL}, "data"), Input({"type": "bench-run", "owner": ALL}, "n_clicks"),
        State({"type": "bench-seeds", "owner": ALL}, "value"),
        State({"type": "bench-also", "owner": ALL, "name": ALL}, "checked"), State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def follow(_, __, clicks, seeds, ticks, shown):
        if isinstance(ctx.triggered_id, dict) and ctx.triggered_id["type"] == "bench-run" and any(clicks):
            submit(services, services.library.study(shown["study"]), shown["split"], want_of(seeds[0], ticks))
        return changes(services, shown)

    @app.callback(
        Output({"type": "bench-need", "owner": MATCH}, "children"),
        Input({"type": "bench-seeds", "owner": MATCH}, "value"),
        Input({"type": "bench-also", "owner": MATCH, "name": ALL}, "checked"), State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def need(seeds, ticks, shown):
        study = services.library.study(shown["study"])
        return need_words(trials_of(services, study, shown["split"]), want_of(seeds, ticks))

    @app.callback(Output("url", "search", allow_duplicate=True), Input(ids.STUDY, "value"), Input(ids.SPLIT, "value"),
                  Input(ids.MEASURE, "value"), State(ids.SHOWN, "data"), prevent_initial_call=True)
    def choose(study, split, measure, shown):
        if (study, split, measure) == (shown["study"], shown["split"], shown["measure"]):
            return no_update
        return f"?{urlencode({'study': study, 'split': split, 'measure': measure})}"

    @app.callback(Output(ids.FILE, "data"), Input({"type": ids.TABLE, "ending": ALL}, "n_clicks"),
                  State(ids.SHOWN, "data"), prevent_initial_call=True)
    def save_table(clicks, shown):
        return text_file(services, shown, ctx.triggered_id["ending"]) if any(clicks) else no_update


def text_file(services: Services, shown: dict[str, Any], ending: str) -> dict[str, str]:
    """The long table at full precision, as the command writes it."""
    study = services.library.study(shown["study"])
    table = table_of(services, trials_of(services, study, shown["split"]))
    kind = "text/tab-separated-values" if ending == "tsv" else "text/csv"
    return {"content": table.to_csv(index=False, sep=ENDINGS[ending], lineterminator="\n"),
            "filename": f"{study.name}-{shown['split']}.{ending}", "type": kind}  # fmt: skip


def _knock_out(study: str) -> dcc.Link:
    return dcc.Link([icon("knockout"), "Knock out genes"], href=f"/knockout?{urlencode({'study': study})}",
                    className="gw-button-quiet", title="What perturbing a gene of this screen would change")


def _choice(known: list, shown: str) -> dmc.Select:
    options = [{"value": one.name, "label": one.title} for one in known]
    return dmc.Select(id=ids.STUDY, data=options, value=shown, allowDeselect=False, size="sm", w=230,
                      **{"aria-label": "Screen to look at"})


def _elsewhere(services: Services, study: str) -> html.P:
    titles = {one.name: one.title for one in services.library.studies()}
    return html.P(f"{titles.get(study, study)} has no perturbations: a screen that has is shown in its place.",
                  className="gw-note")


def _known(given: str, first: str, among: dict, kind: str, faults: list) -> str:
    """What was given when it is known; else the first, with the sentence."""
    if given and given not in among:
        faults.append(alert(str(unknown(kind, given, among, where="of a benchmark"))))
    return given if given in among else first


def _trials(services: Services, name: str, split: str, measure: str) -> html.Section:
    """Split and measure, what to run, what was found; a sentence in place of these when the screen cannot be had."""
    try:
        study, job = services.library.study(name), newest_job(services, name, split)
        found = trials_of(services, study, split)
        run, parts = run_parts(services, found, job), found_parts(services, study, found, measure)
    except GeneweaveError as error:
        return html.Section(alert(thin(str(error))), className="gw-card", **{"aria-label": "Trials"})
    shown = {"study": name, "split": split, "measure": measure, "seen": seen(found, job)}
    return html.Section([
        dcc.Store(id=ids.SHOWN, data=shown),
        dcc.Interval(id=ids.PULSE, interval=PULSE, disabled=not (job and job.active)),
        html.Div([_splits(split), _measures(measure)], className="gw-spread bench-head"),
        html.P(SPLITS[split].about, className="gw-muted gw-small"),
        html.Div(run, id=ids.RUN_PART), html.Div(parts, id=ids.FOUND, className="gw-stack"),
    ], className="gw-card quality-rivals", **{"aria-label": "Trials"})  # fmt: skip


def _splits(split: str) -> html.Div:
    control = dmc.SegmentedControl(id=ids.SPLIT, value=split, size="sm",
                                   data=[{"value": one.name, "label": one.label} for one in SPLITS.values()])
    return html.Div(control, role="group", **{"aria-label": "What is held out"})


def _measures(measure: str) -> dmc.Select:
    groups: dict[str, list] = {}
    for one in MEASURES:
        groups.setdefault(one.group, []).append({"value": one.name, "label": one.label})
    return dmc.Select(id=ids.MEASURE, value=measure, allowDeselect=False, size="sm", w=270, searchable=True,
                      data=[{"group": group, "items": items} for group, items in groups.items()],
                      **{"aria-label": "Measure of the picture"})
