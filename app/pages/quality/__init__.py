"""Quality: whether the map's method beats its rivals on a study, and what the map is worth beside knowing nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.comparisons import Comparison, comparison_of, newest_job, settings_of, table_of, with_vectors
from app.components.alert import alert
from app.components.empty_state import empty_state
from app.components.map_table import ENDINGS
from app.components.measures import measures_csv, verdict
from app.components.page_header import page_header
from app.maps import find_map, maps
from app.pages.quality.one_map import map_sections
from app.pages.quality.rivals import TITLE as COMPARED
from app.pages.quality.rivals import VIEWS, found_parts
from app.pages.quality.run import need_for, run_parts, submit, want_of
from app.words import when
from engine.errors import GeneweaveError, unknown

if TYPE_CHECKING:
    from app.maps import StoredMap
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

PATH = "/quality"
TITLE = "Quality"
PULSE = 3000  # milliseconds between two looks for new scores

NOTHING = empty_state(
    "No study yet",
    "This page shows how far a map can be trusted, and whether its method beats its rivals on your study.",
    "Open Studies", "/studies", drawing="chart",
)
NO_MAP = html.Section([
    html.Div([html.H2("No map to judge yet"),
              html.P("For each map, its measures stand here beside what random vectors and other simple rivals reach.",
                     className="gw-muted")]),
    dcc.Link("Make one in Studies", href="/studies", className="gw-button-quiet"),
], className="gw-card gw-spread")  # fmt: skip


def layout(services: Services, map: str = "", study: str = "", view: str = "") -> html.Div:
    """The comparison on a study, then the measures of a map: the one asked for, else the newest of the study."""
    stored = find_map(services, map, study)
    name = stored.study if stored else study or next((s.name for s in services.library.studies()), "")
    if not name:
        return html.Div([page_header(TITLE), NOTHING], className="gw-page")
    return html.Div([
        dcc.Store(id="quality-map", data=stored.id if stored else ""), dcc.Download(id="quality-csv"),
        _header(services, stored, name),
        html.Div([_comparison(services, stored, name, view), *(map_sections(stored) if stored else [NO_MAP])],
                 className="gw-stack"),
    ], className="gw-page")  # fmt: skip


def seen(found: Comparison, job: Job | None) -> dict[str, str]:
    """What the page shows of the job and of the scores, to tell what must be drawn anew."""
    jobs = "" if job is None else f"{job.id} {job.status} {job.attempts}"
    return {"job": jobs, "scores": f"{len(found.scores)} {len(found.tasks)}"}


def changes(services: Services, shown: dict[str, Any]) -> tuple:
    """What to run, what was found, what is now seen and whether to stop looking; no update of what is unchanged."""
    study, params, view = _in_view(services, shown)
    job = newest_job(services, study.name)  # before the scores: those of a job that is done are then all seen
    found = comparison_of(services, study, params, tasks=view == "tasks")
    now, before = seen(found, job), shown["seen"]
    first = before["scores"].startswith("0 ") != now["scores"].startswith("0 ")
    run = run_parts(services, found, job) if now["job"] != before["job"] or first else no_update
    parts = found_parts(services, study, found, view) if now["scores"] != before["scores"] else no_update
    return run, parts, shown | {"seen": now} if now != before else no_update, not (job and job.active)


def register(app: Dash, services: Services) -> None:
    """The button runs what is missing and the page follows; another map is another address; tables are files."""

    @app.callback(
        Output("quality-run", "children"), Output("quality-found", "children"), Output("quality-shown", "data"),
        Output("quality-pulse", "disabled"), Input("quality-pulse", "n_intervals"),
        Input({"type": "job-status", "job": ALL}, "data"), Input({"type": "quality-run", "owner": ALL}, "n_clicks"),
        State({"type": "quality-seeds", "owner": ALL}, "value"),
        State({"type": "quality-also", "owner": ALL, "name": ALL}, "checked"),
        State({"type": "quality-vectors", "owner": ALL, "name": ALL}, "value"), State("quality-shown", "data"),
        prevent_initial_call=True,
    )
    def follow(_, __, clicks, seeds, ticks, vectors, shown):
        if isinstance(ctx.triggered_id, dict) and ctx.triggered_id["type"] == "quality-run" and any(clicks):
            study, params, _ = _in_view(services, shown)
            submit(services, study, params, want_of(seeds[0], ticks, vectors))
        return changes(services, shown)

    @app.callback(
        Output({"type": "quality-need", "owner": MATCH}, "children"),
        Input({"type": "quality-seeds", "owner": MATCH}, "value"),
        Input({"type": "quality-also", "owner": MATCH, "name": ALL}, "checked"),
        Input({"type": "quality-vectors", "owner": MATCH, "name": ALL}, "value"), State("quality-shown", "data"),
        prevent_initial_call=True,
    )
    def need(seeds, ticks, vectors, shown):
        study, params, _ = _in_view(services, shown)
        return need_for(services, study, params, want_of(seeds, ticks, vectors))

    @app.callback(Output("quality-file", "data"), Input({"type": "quality-table", "ending": ALL}, "n_clicks"),
                  State("quality-shown", "data"), prevent_initial_call=True)
    def save_table(clicks, shown):
        return text_file(services, shown, ctx.triggered_id["ending"]) if any(clicks) else no_update

    @app.callback(Output("url", "search", allow_duplicate=True), Input("quality-choice", "value"),
                  State("quality-map", "data"), State("quality-shown", "data"), prevent_initial_call=True)
    def choose(chosen, shown_map, shown):
        view = {"view": shown["view"]} if shown and shown["view"] != next(iter(VIEWS)) else {}
        return f"?{urlencode({'map': chosen, **view})}" if chosen and chosen != shown_map else no_update

    @app.callback(Output("quality-csv", "data"), Input("quality-save", "n_clicks"), State("quality-map", "data"),
                  prevent_initial_call=True)
    def save(clicks, shown):
        if not clicks:
            return no_update
        stored = find_map(services, shown)
        return {"content": measures_csv(stored.facts["metrics"]), "filename": f"{stored.study}-quality.csv",
                "type": "text/csv"}


def text_file(services: Services, shown: dict[str, Any], ending: str) -> dict[str, str]:
    """The long table at full precision, as the command writes it."""
    study, params, view = _in_view(services, shown)
    table = table_of(services, comparison_of(services, study, params, tasks=view == "tasks"))
    kind = "text/tab-separated-values" if ending == "tsv" else "text/csv"
    return {"content": table.to_csv(index=False, sep=ENDINGS[ending], lineterminator="\n"),
            "filename": f"{study.name}-comparison.{ending}", "type": kind}  # fmt: skip


def _header(services: Services, stored: StoredMap | None, study: str) -> html.Div:
    if stored:
        return page_header(f"How good is the map of {stored.title}?", verdict(stored.facts["metrics"]),
                           [_choice(services, stored)])
    titles = {known.name: known.title for known in services.library.studies()}
    return page_header(f"How good is a map of {titles.get(study, study)}?")


def _choice(services: Services, stored: StoredMap) -> Any:
    options = [{"value": m.id, "label": f"{m.title}, {when(m.created)}"} for m in maps(services)]
    choice = dmc.Select(id="quality-choice", data=options, value=stored.id, allowDeselect=False, size="sm", w=290,
                        **{"aria-label": "Map to judge"})
    return html.Div([choice, dcc.Link("Open the map", href=f"/atlas?map={stored.id}", className="gw-button-quiet")],
                    className="gw-row gw-nowrap")


def _comparison(services: Services, stored: StoredMap | None, name: str, view: str) -> html.Section:
    """The section on rivals; a sentence in its place when the study or its files are not there."""
    fault = [] if not view or view in VIEWS else [alert(str(unknown("view", view, VIEWS, where="of a comparison")))]
    view = view if view in VIEWS else next(iter(VIEWS))
    try:
        study, job = services.library.study(name), newest_job(services, name)
        params = with_vectors(services, settings_of(stored), job)
        found = comparison_of(services, study, params, tasks=view == "tasks")
        run, parts = run_parts(services, found, job), found_parts(services, study, found, view)
    except GeneweaveError as error:
        return html.Section([html.H2(COMPARED), alert(str(error))], className="gw-card", **{"aria-label": COMPARED})
    shown = {"study": name, "map": stored.id if stored else "", "view": view, "seen": seen(found, job)}
    under = "with the settings of the map below" if stored else "with the default settings"
    return html.Section([
        dcc.Store(id="quality-shown", data=shown), dcc.Download(id="quality-file"),
        dcc.Interval(id="quality-pulse", interval=PULSE, disabled=not (job and job.active)),
        html.Div([html.Div([html.H2(COMPARED), html.P(f"Scored {under}.", className="gw-muted gw-small")]),
                  _tabs(shown, view)], className="gw-spread quality-head"), *fault,
        html.Div(run, id="quality-run"), html.Div(parts, id="quality-found", className="gw-stack"),
    ], className="gw-card quality-rivals", **{"aria-label": COMPARED})  # fmt: skip


def _tabs(shown: dict[str, Any], view: str) -> html.Nav:
    at = {"map": shown["map"]} if shown["map"] else {"study": shown["study"]}
    links = [dcc.Link(word, href=f"{PATH}?{urlencode(at | {'view': name})}",
                      className="gw-tab gw-tab-on" if name == view else "gw-tab",
                      **({"title": f"{word}, this view"} if name == view else {})) for name, word in VIEWS.items()]
    return html.Nav(links, className="gw-tabs quality-tabs", **{"aria-label": "Views of the comparison"})


def _in_view(services: Services, shown: dict[str, Any]) -> tuple[Study, Any, str]:
    stored = find_map(services, shown["map"]) if shown["map"] else None
    params = with_vectors(services, settings_of(stored), newest_job(services, shown["study"]))
    return services.library.study(shown["study"]), params, shown["view"]

