"""Enrichment: what the genes of any set, cluster or selection do, against the genes that they were chosen from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import dcc, html

from app.components.alert import alert
from app.components.ask_enrichment import PATH
from app.components.empty_state import empty_state
from app.components.page_header import page_header
from app.components.study_switch import shown_study
from app.contrasts import contrast_facts
from app.pages.enrichment import answers, ids
from app.pages.enrichment.form import SHOP, background_choice, first_choice, form_card, genes_card
from app.pages.enrichment.found import VIEWS, answer_parts, found_parts
from app.pages.enrichment.question import Question, fault_of, origin_of
from app.pages.enrichment.tables import stored
from app.words import plural, thin
from engine.enrich import ONLINE, Request
from engine.errors import GeneweaveError

if TYPE_CHECKING:
    from app.services import Services

__all__ = ["PATH", "TITLE", "layout", "register"]

TITLE = "Enrichment"
WILL_SHOW = (
    "Processes, pathways and diseases that hold more of your genes than chance would put there. Come here with “What "
    "do they do?” from a cluster, a selection or a saved gene set, or paste a list."
)
NO_BACKGROUND = (
    "Choose the background beside this: the genes that these were chosen from, such as all genes of a map. Without it, "
    "every gene that was never measured would count as not chosen, and everything would look enriched."
)
NO_SETS = empty_state(
    "No gene sets here yet",
    "Hallmark sets, Gene Ontology, Reactome, KEGG, WikiPathways and diseases come from the Library; your own GMT files "
    "can be added there.",
    "Fetch them in the Library", SHOP, drawing="list",
)  # fmt: skip


def layout(services: Services, set: str = "", genes: str = "", select: str = "", map: str = "", contrast: str = "",
           rank: str = "", background: str = "", name: str = "", collections: str = "", online: str = "",
           view: str = "", result: str = "") -> html.Div:
    """The genes that the address names and what they do; without genes, the way to some."""
    asked = {"set": set, "genes": genes, "select": select, "map": map, "contrast": contrast, "rank": rank,
             "background": background, "name": name}  # fmt: skip
    view = view if view in VIEWS else next(iter(VIEWS))
    if result:
        return _kept(services, result, view)
    question, fault = fault_of(services, asked)
    if fault:
        return html.Div([page_header("What do these genes do?"), alert(thin(fault)), *_paste(services)],
                        className="gw-page")  # fmt: skip
    if question.empty or not question.genes:
        return html.Div([empty_state("What do these genes do?", WILL_SHOW, "Open the Atlas", "/atlas", drawing="chart",
                                     level=1), *_paste(services)], className="gw-page")  # fmt: skip
    named = tuple(filter(None, (part.strip() for part in collections.split(",")))) or (
        () if online else first_choice(services))
    start = {"origin": dict(question.origin), "view": view, "collections": list(named), "online": bool(online),
             "result": ""}  # fmt: skip
    return _page(services, question, named, online=bool(online), start=start,
                 found=_found(services, question, named, online=bool(online), view=view))  # fmt: skip


def _kept(services: Services, name: str, view: str) -> html.Div:
    """A stored answer; what it was asked of stands beside it when the genes are still where they were."""
    try:
        request = stored(services.store, name).request
        found = answer_parts(services, name, view)
    except GeneweaveError as error:
        return html.Div([page_header("What do these genes do?"), alert(thin(str(error))), *_paste(services)],
                        className="gw-page")  # fmt: skip
    question, fault = fault_of(services, origin_of(request))
    question = _remembered(request) if fault or not question.genes else question
    online = request.method == ONLINE
    start = {"origin": dict(question.origin), "view": view, "collections": list(request.collections), "online": online,
             "result": name}  # fmt: skip
    return _page(services, question, request.collections, online=online, start=start, found=found)


def _remembered(request: Request) -> Question:
    """The question as the answer itself has it, when its genes are not to be found any more."""
    return Question({}, request.genes, request.title, request.background, request.universe, request.scores)


def _found(services: Services, question: Question, collections: tuple[str, ...], *, online: bool,
           view: str) -> list[Any]:
    if not online and not question.scores and not question.background:
        return [html.P(NO_BACKGROUND, className="gw-note")]
    if not collections:
        return [html.Div(NO_SETS, className="gw-card")]
    return found_parts(services, question.request(collections, online=online), view)


def _page(services: Services, question: Question, collections: tuple[str, ...], *, online: bool, start: dict,
          found: list[Any]) -> html.Div:
    side = [genes_card(question), *([form_card(services, question, collections, online=online)] if question.origin
                                    else [])]  # fmt: skip
    study = contrast_facts(services, question.origin.get("contrast", "")).get("study", "")
    return html.Div([
        shown_study(study), dcc.Store(id=ids.START, data=start), dcc.Download(id=ids.DOWNLOAD),
        page_header(heading(question), _under(question), _back(question)),
        html.Div([html.Div(found, id=ids.FOUND, className="gw-stack enrich-main"),
                  html.Aside(side, className="gw-stack", **{"aria-label": "The question"})], className="enrich-split"),
    ], className="gw-page enrich-page")  # fmt: skip


def heading(question: Question) -> str:
    """The question in words."""
    if question.scores:
        return f"What changes in {question.title}?"
    return f"What do the {plural(len(question.genes), 'gene')} of {question.title} do?"


def _under(question: Question) -> str:
    if question.scores:
        return f"{plural(len(question.genes), 'gene')} by rank, held against gene sets."
    return f"Held against {question.universe}." if question.universe else ""


def _back(question: Question) -> list[Any]:
    """The way to the same genes on their map."""
    origin = question.origin
    at = {"set": origin.get("set", ""), "map": origin.get("map", ""), "select": origin.get("select", "")}
    if not at["set"] and not at["select"]:
        return []
    words = urlencode({key: value for key, value in at.items() if value})
    return [dcc.Link("Show them on the map", href=f"/atlas?{words}", className="gw-button-quiet")]


def _paste(services: Services) -> list[Any]:
    """A place for a list of genes and its background."""
    import dash_mantine_components as dmc

    field = dmc.Textarea(id=ids.PASTE, label="Gene names", placeholder="CD3D, CD3E, CD79A …", minRows=4, maxRows=10,
                         autosize=True, description="Separated by spaces, commas or new lines")
    newest = next((f"map:{m.id}" for m in answers.maps_of(services)), "")
    go = html.Button("Look them up", id=ids.PASTE_GO, type="button", className="gw-button")
    return [html.Section([
        html.H2("Paste a list"), field, html.H3("Background"),
        html.P("The genes that they were chosen from: all that were measured.", className="gw-muted gw-small"),
        *background_choice(services, newest), html.Div(go, className="gw-row"),
        html.Div(id=ids.NEWS, role="status", className="gw-small"),
    ], className="gw-card enrich-paste gw-stack", **{"aria-label": "Paste a list"})]  # fmt: skip


def register(app: Any, services: Services) -> None:
    """Everything that the page answers."""
    answers.register(app, services)
