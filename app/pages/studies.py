"""Studies: what each holds, the way to its map, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.components.alert import alert
from app.components.compare_link import compare_link
from app.components.empty_state import empty_state
from app.components.job_card import job_card
from app.components.page_header import icon, page_header
from app.components.parameter_form import fill_form, form_values, own_tables, parameter_form, read_form
from app.components.preset_choice import chosen_id, memory_id, preset_choice, time_id
from app.components.study_acts import act_buttons, dialogs, import_button, register_acts
from app.components.study_card import dataset_table, map_headline, not_here, outdated
from app.forecasts import forecast_of, preset_forecasts, shortage, timing
from app.maps import damaged, find_map
from engine.errors import GeneweaveError
from engine.jobs.submit import EMBED, submit_embed
from engine.params import EmbedParams
from engine.profiles import FAST, preset, profile

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

PATH = "/studies"
TITLE = "Studies"

TIMING = "studies-timing"  # ticks until it is known how fast this machine is

WHAT = (
    "Geneweave draws maps of genes. Genes that keep company in the cells of several datasets become neighbours on "
    "one map, learned from your counts."
)


def layout(services: Services, show: str = "") -> html.Div:
    """A card for each study, one's own first and `show` before all, after what is wrong with files."""
    problems = [alert(text, title=file) for file, text in services.library.problems()]
    problems += [alert(text, title="A stored map") for text in damaged(services)]
    cards = [study_card(services, study) for study in in_order(services, show)]
    if not cards:
        cards = [empty_state("No study yet", "A study names the datasets to look at together.", "New study",
                             "/studies/new", drawing="list")]
    new = dcc.Link([icon("plus"), "New study"], href="/studies/new", className="gw-button-quiet")
    shown = html.Div([*problems, *cards], className="gw-stack")
    header = page_header(TITLE, WHAT, [import_button(), new])
    clock = dcc.Interval(id=TIMING, interval=1500)
    return html.Div([header, html.Div(id="study-said"), shown, *dialogs(), clock], className="gw-page")


def in_order(services: Services, show: str) -> list[Study]:
    """The studies as the page shows them."""
    own = {study.name for study in services.library.studies() if services.library.own(study.name)}
    return sorted(services.library.studies(), key=lambda study: (study.name != show, study.name not in own))


def study_card(services: Services, study: Study) -> html.Section:
    """Title, description, datasets and citation; beside them the state of the map."""
    stored = find_map(services, study=study.name)
    acts = act_buttons(study, own=services.library.own(study.name))
    about = html.Div([
        html.Div([html.H2(study.title), acts], className="gw-spread study-head"),
        html.P(study.description, className="gw-study-about"), *not_here(study),
        dataset_table(study, stored.facts["sources"] if stored else {}),
        *([html.P(study.citation, className="gw-muted gw-small gw-cite")] if study.citation else []),
    ], className="gw-study-body")
    can = can_map(study) or stored is not None
    area = html.Div(map_state(services, study) if can else [], id=_id("study-area", study.name),
                    className="gw-study-state", hidden=not can)
    side = html.Div([*screen_state(study), area, *compare_link(study)], className="gw-study-side")
    below = [settings_of_map(services, study)] if can else []
    return html.Section([html.Div([about, side], className="gw-study-split"), *below],
                        className="gw-card gw-study", **{"aria-label": study.title})


def can_map(study: Study) -> bool:
    """Whether a gene map can be made: of two datasets of cells or more."""
    return len(study.datasets) > 1 and all(source.modality != "effects" for source in study.datasets)


def screen_state(study: Study) -> list[Any]:
    """Where the perturbations of a screen lead; nothing for another study."""
    if not study.is_screen:
        return []
    why = [] if can_map(study) else [html.P("A gene map takes two datasets of cells or more, so none is made of it.",
                                            className="gw-muted gw-small")]
    name = urlencode({"study": study.name})
    return [html.Div([
        html.Div([html.H3("A screen"), html.P("Its genes were perturbed one by one: see what each change does, and "
                                              "what others would do.", className="gw-muted")]),
        html.Div([
            dcc.Link([icon("knockout"), "Knock out genes"], href=f"/knockout?{name}", className="gw-button"),
            dcc.Link("Compare methods", href=f"/benchmark?{name}", className="gw-button-quiet",
                     title="Which method foretells perturbations that it has not seen"),
        ], className="gw-row"), *why,
    ], className="gw-study-state")]  # fmt: skip


def settings_of_map(services: Services, study: Study) -> html.Details:
    """Method, profile and the form behind the map, closed until wanted."""
    make = html.Button([icon("play"), "Make a map with these settings"], id=_make(study.name, "form"),
                       className="gw-button-quiet", type="button", title="Make a map with these settings")
    end = [make, html.Div(id=_id("study-forecast", study.name)),
           html.Div(id=_id("study-fault", study.name))]
    opener = html.Summary("Advanced", id=_id("study-advanced", study.name))
    fields = parameter_form(study.name, FAST, own_tables(services))
    return html.Details([opener, _profiles(study.name), fields, html.Div(end, className="gw-row gw-form-end")],
                        className="gw-details gw-study-settings")


def _profiles(study: str) -> html.Div:
    """Fills the form with one profile of MuSe-GNN or the other."""
    choices = [{"value": "fast", "label": "Fast"}, {"value": "paper", "label": "Paper"}]
    control = dmc.SegmentedControl(id=_id("study-profile", study), data=choices, value="fast", size="sm",
                                   **{"aria-label": "Profile of MuSe-GNN"})
    about = "Fills in MuSe-GNN as Geneweave makes its figures, or as it was published."
    return html.Div([html.Span("Profile", className="gw-name"), control, html.Span(about, className="gw-muted")],
                    className="gw-row gw-profiles")


def map_state(services: Services, study: Study) -> list[Any]:
    """The active or failed job of a study, else its newest map, else the button that makes one."""
    job = newest_job(services, study.name)
    if job and (job.active or job.status == "failed"):
        return [html.H3("The map"), job_card(job)]
    stored = find_map(services, study=study.name)
    make = html.Button([icon("play"), "Make the map"], id=_make(study.name, "card"), className="gw-button",
                       type="button")
    ways = [preset_choice(study.name), html.Div(make, className="gw-row")]
    if stored and outdated(study, stored):
        return [*map_headline(stored), html.P("The study has changed since this map was made.", className="gw-note"),
                *ways]
    if stored:
        return map_headline(stored)
    return [html.H3("No map yet"), html.P("How thoroughly to look? Times are for this machine; you can go on working.",
                                          className="gw-muted"), *ways]


def newest_job(services: Services, study: str) -> Job | None:
    """The latest map job of a study."""
    jobs = services.jobs.list(kind=EMBED)
    return next((job for job in jobs if job.params.get("study") == study), None)


def make_map(services: Services, study: str, states: list[dict]) -> tuple[Any, Any]:
    """Submit with the settings of the form: the running job, or the sentence about a bad value."""
    try:
        return _submitted(services, study, read_form(states, own_tables(services)))
    except GeneweaveError as fault:
        return no_update, alert(str(fault))


def make_preset(services: Services, study: str, name: str) -> tuple[Any, Any]:
    """Submit as thoroughly as was chosen: the running job."""
    return _submitted(services, study, preset(name).params)


def _submitted(services: Services, study: str, params: EmbedParams) -> tuple[Any, Any]:
    return [html.H3("The map"), job_card(submit_embed(services.jobs, study, params))], ""


def times(services: Services, asked: list[dict], warned: list[dict]) -> tuple[list[str], list[Any], bool]:
    """Words beside the presets of the page, sentences about memory, and whether there is nothing to wait for."""
    of = timing(services)
    names = {place["owner"] for place in [*asked, *warned]}
    found = {study.name: preset_forecasts(services, study, of) for study in services.library.studies()
             if study.name in names}  # fmt: skip
    words = [of.words(found.get(place["owner"], {}).get(place["preset"])) for place in asked]
    short = [shortage(found[place["owner"]]) if place["owner"] in found else "" for place in warned]
    return words, [alert(text) if text else "" for text in short], of.calibration is not None or not of.coming


def form_forecast(services: Services, study: str, states: list[dict]) -> Any:
    """What the settings of a form will take, in words; nothing where a value is wrong or nobody knows."""
    try:
        params, chosen = read_form(states, own_tables(services)), services.library.study(study)
    except GeneweaveError:
        return ""
    found = forecast_of(services, chosen, params, timing(services))
    if found is None:
        return ""
    if not found.fits:
        return alert(found.shortage())
    return html.Span(f"This will take {found.in_words()}.", className="gw-muted") if found.seconds else ""


def register(app: Dash, services: Services) -> None:
    """Both buttons of a study ask for its map; times come when they are known; the quiet ones copy, export, delete."""
    register_acts(app, services, layout)

    @app.callback(
        Output(_id("study-area", MATCH), "children"), Output(_id("study-fault", MATCH), "children"),
        Input({"type": "study-make", "owner": MATCH, "place": ALL}, "n_clicks"), form_values(MATCH),
        State(chosen_id(MATCH, ALL), "value"), prevent_initial_call=True,
    )
    def make(clicks, _, chosen):
        if not any(clicks):
            return no_update, no_update
        which = ctx.triggered_id
        if which["place"] == "card":
            return make_preset(services, which["owner"], chosen[0])
        return make_map(services, which["owner"], ctx.states_list[0])

    @app.callback(
        Output(time_id(ALL, ALL), "children"), Output(memory_id(ALL), "children"), Output(TIMING, "disabled"),
        Input(TIMING, "n_intervals"),
    )
    def tell(_):
        asked, warned, _ = ctx.outputs_list
        return times(services, [place["id"] for place in asked], [place["id"] for place in warned])

    @app.callback(Output(_id("study-forecast", MATCH), "children"), Input(_id("study-advanced", MATCH), "n_clicks"),
                  Input(form_values(MATCH).component_id, "value"), prevent_initial_call=True)
    def foresee(_, __):
        return form_forecast(services, ctx.outputs_list["id"]["owner"], ctx.inputs_list[1])

    @app.callback(Output(form_values(MATCH).component_id, "value"), Input(_id("study-profile", MATCH), "value"),
                  prevent_initial_call=True)
    def fill(name):
        return fill_form([place["id"] for place in ctx.outputs_list], profile(name))


def _id(kind: str, study: Any) -> dict:
    return {"type": kind, "owner": study}


def _make(study: str, place: str) -> dict:
    return {"type": "study-make", "owner": study, "place": place}
