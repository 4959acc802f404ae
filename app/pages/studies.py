"""Studies: what each holds, the way to its map, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, Dash, Input, Output, ctx, dcc, html, no_update

from app.components.alert import alert
from app.components.empty_state import empty_state
from app.components.job_card import job_card
from app.components.page_header import icon, page_header
from app.components.parameter_form import form_values, parameter_form, read_form
from app.components.study_acts import act_buttons, dialogs, import_button, register_acts
from app.components.study_card import dataset_table, map_headline, not_here, outdated
from app.maps import damaged, find_map
from engine.errors import GeneweaveError
from engine.jobs.submit import EMBED, submit_embed
from engine.params import EmbedParams

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

PATH = "/studies"
TITLE = "Studies"

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
    return html.Div([header, html.Div(id="study-said"), shown, *dialogs()], className="gw-page")


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
    side = html.Div(map_state(services, study), id=_id("study-area", study.name), className="gw-study-side")
    return html.Section([html.Div([about, side], className="gw-study-split"), settings_of_map(study)],
                        className="gw-card gw-study", **{"aria-label": study.title})


def settings_of_map(study: Study) -> html.Details:
    """The form behind the map, closed until wanted."""
    make = html.Button([icon("play"), "Make a map with these settings"], id=_make(study.name, "form"),
                       className="gw-button-quiet", type="button", title="Make a map with these settings")
    return html.Details([html.Summary("Settings of the map"), parameter_form(study.name, EmbedParams()),
                         html.Div([make, html.Div(id=_id("study-fault", study.name))], className="gw-row gw-form-end")],
                        className="gw-details gw-study-settings")


def map_state(services: Services, study: Study) -> list[Any]:
    """The active or failed job of a study, else its newest map, else the button that makes one."""
    job = newest_job(services, study.name)
    if job and (job.active or job.status == "failed"):
        return [html.H3("The map"), job_card(job)]
    stored = find_map(services, study=study.name)
    make = html.Button([icon("play"), "Make the map"], id=_make(study.name, "card"), className="gw-button",
                       type="button")
    if stored and outdated(study, stored):
        return [*map_headline(stored), html.P("The study has changed since this map was made.", className="gw-note"),
                html.Div(make, className="gw-row")]
    if stored:
        return map_headline(stored)
    return [html.H3("No map yet"), html.P("Making one takes about a minute on two cores. You can go on working.",
                                          className="gw-muted"), html.Div(make, className="gw-row")]


def newest_job(services: Services, study: str) -> Job | None:
    """The latest map job of a study."""
    jobs = services.jobs.list(kind=EMBED)
    return next((job for job in jobs if job.params.get("study") == study), None)


def make_map(services: Services, study: str, states: list[dict]) -> tuple[Any, Any]:
    """Submit with the settings of the form: the running job, or the sentence about a bad value."""
    try:
        job = submit_embed(services.jobs, study, read_form(states))
    except GeneweaveError as fault:
        return no_update, alert(str(fault))
    return [html.H3("The map"), job_card(job)], ""


def register(app: Dash, services: Services) -> None:
    """Both buttons of a study ask for its map; the quiet ones copy, export, delete and import."""
    register_acts(app, services, layout)

    @app.callback(
        Output(_id("study-area", MATCH), "children"), Output(_id("study-fault", MATCH), "children"),
        Input({"type": "study-make", "owner": MATCH, "place": ALL}, "n_clicks"), form_values(MATCH),
        prevent_initial_call=True,
    )
    def make(clicks, _):
        if not any(clicks):
            return no_update, no_update
        return make_map(services, ctx.triggered_id["owner"], ctx.states_list[0])


def _id(kind: str, study: Any) -> dict:
    return {"type": kind, "owner": study}


def _make(study: str, place: str) -> dict:
    return {"type": "study-make", "owner": study, "place": place}
