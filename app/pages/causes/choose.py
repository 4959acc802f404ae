"""What is to be explained and by which networks: the form, the job in its place, and what was explained before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import dcc, html

from app.causes import Explanation, explanations, title_of
from app.components.alert import alert
from app.components.empty_state import empty_state
from app.components.job_card import job_card
from app.components.page_header import icon, page_header
from app.contrasts import contrasts
from app.pages.causes import ids
from app.words import plural, when
from engine.errors import InvalidParameter
from engine.jobs.submit import CAUSES, submit_causes
from engine.knowledge import HERE
from engine.params import CausesParams

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.knowledge.registry import Entry

TITLE = "Causes"
WHAT = ("Which regulators, and which causes above them, explain the genes that changed, by networks of who activates "
        "and who inhibits whom.")  # fmt: skip
NOTHING = empty_state(
    "Nothing to explain yet",
    "Once two conditions were compared, this page shows which regulators explain the genes that changed, what stands "
    "above them and to which diseases they point, with the evidence of each step.",
    "Open Compare", "/compare", drawing="causes",
)  # fmt: skip
KINDS = {"TF targets": "Regulators and targets", "signalling": "Signalling"}
FIRST = {"TF targets": (("collectri",), ("trrust-human", "dorothea-human")), "signalling": (("omnipath",),)}  # ticked:
# of each kind the first that are here; CollecTRI holds TRRUST and the surest of DoRothEA, whose others are guesses
FUNCTION_KINDS = ("gene sets",)
NUMBERS = {"max_fdr": 0.01, "min_log2fc": 0.1, "depth": 1, "permutations": 100, "seed": 1}  # fields, and their step
PARAMS = CausesParams()


def choose_page(services: Services, contrast: str, genes: Sequence[str], fault: str = "") -> html.Div:
    """The form for a contrast, the newest when none is named, and the explanations there are."""
    known, kept = {c.id: c.title for c in contrasts(services)}, explanations(services)
    if contrast and contrast not in known:
        fault, contrast = "There is no such comparison in the store. Choose one that is there.", ""
    if not known and not kept:
        return html.Div([page_header(TITLE, WHAT), *([alert(fault)] if fault else []), NOTHING], className="gw-page")
    chosen = contrast or next(iter(known), "")
    return html.Div([
        page_header(TITLE, WHAT), *([alert(fault)] if fault else []),
        html.Div([*([_form(services, known, chosen, genes)] if known else [_no_contrast()]), _kept(services, kept)],
                 className="gw-stack"),
    ], className="gw-page causes-choose")  # fmt: skip


def _no_contrast() -> html.Section:
    words = html.P("No comparison of two conditions is in the store. Make one, and its changes can be explained here.",
                   className="gw-muted")
    return html.Section([words, dcc.Link("Open Compare", href="/compare", className="gw-button-quiet")],
                        className="gw-card gw-spread")


def _form(services: Services, known: dict[str, str], chosen: str, genes: Sequence[str]) -> html.Section:
    what = dmc.Select(id=ids.CONTRAST, label="What changed", value=chosen, allowDeselect=False, size="sm",
                      data=[{"value": name, "label": title} for name, title in known.items()],
                      description="A comparison of two conditions: its measured changes of expression")
    run = html.Button([icon("play"), "Look for causes"], id=ids.RUN, className="gw-button", type="button")
    job = newest_job(services, chosen)
    ask_for = html.Div([
        html.H2("What is to be explained"), what, *_gene_words(genes), functions(services),
        html.Details([html.Summary("Thresholds and depth"), html.Div(_numbers(), className="gw-stack causes-form")],
                     className="gw-details"),
        html.Div([run], className="gw-row"), html.Div(id=ids.FAULT, role="alert"),
        html.Div(job_card(job) if job and (job.active or job.status == "failed") else [], id=ids.JOB),
    ], className="gw-stack")  # fmt: skip
    by = html.Div([html.H2("By which networks"), networks(services)], className="gw-stack")
    kept = [dcc.Store(id=ids.GENES, data=list(genes)), dcc.Store(id=ids.CAME)]
    return html.Section([*kept, ask_for, by], className="gw-card causes-ask",
                        **{"aria-label": "What is to be explained"})


def _gene_words(genes: Sequence[str]) -> list[Any]:
    if not genes:
        return []
    shown = ", ".join(genes[:8]) + (" …" if len(genes) > 8 else "")
    return [html.P(f"{plural(len(genes), 'gene')} given ({shown}) count as changed; which way they moved is taken from "
                   "the comparison.", className="gw-note")]  # fmt: skip


def networks(services: Services) -> html.Div:
    """The networks that are here, to be ticked; those that are not, with the way to get them."""
    entries = [*services.knowledge.own(), *services.knowledge.entries()]
    groups = [_group(services, kind, [e for e in entries if e.kind == kind]) for kind in KINDS]
    return html.Div(groups, className="gw-stack")


def functions(services: Services) -> dmc.MultiSelect:
    """The gene sets that are here, as diseases and functions."""
    entries = [*services.knowledge.own(), *services.knowledge.entries()]
    sets = [{"value": e.name, "label": e.title} for e in entries
            if e.kind in FUNCTION_KINDS and services.knowledge.state(e) == HERE]  # fmt: skip
    return dmc.MultiSelect(id=ids.FUNCTIONS, label="Diseases and functions", data=sets, size="sm", clearable=True,
                           placeholder="Choose gene sets" if sets else "No gene sets are here; the Library has some",
                           description="Gene sets that the changed genes are looked up in")


def ticked(kind: str, here: Sequence[Entry]) -> list[str]:
    """Networks of a kind that are ticked when the page opens: a person's own, and the first choice of those here."""
    names = [entry.name for entry in here]
    first = next((choice for choice in FIRST[kind] if set(choice) & set(names)), ())
    return [entry.name for entry in here if entry.own or entry.name in first]


def _group(services: Services, kind: str, entries: list[Entry]) -> html.Div:
    title = KINDS[kind]
    here = [entry for entry in entries if services.knowledge.state(entry) == HERE]
    away = [entry for entry in entries if entry not in here]
    ticks = dmc.CheckboxGroup(
        [dmc.Checkbox(value=entry.name, label=entry.title, description=_about(entry), size="sm") for entry in here],
        id={"type": ids.NETWORKS, "kind": title}, value=ticked(kind, here), className="causes-networks",
    )  # fmt: skip
    none = [html.P("None is here yet.", className="gw-muted gw-small")] if not here else []
    more = [html.Details([html.Summary(f"{len(away)} more in the Library"),
                          html.Ul([_away(entry) for entry in away], className="causes-away")],
                         className="gw-details", open=not here)] if away else []  # fmt: skip
    return html.Div([html.H3(title), *none, ticks, *more], role="group", **{"aria-label": title})


def _about(entry: Entry) -> str:
    return " · ".join(filter(None, [entry.species, "yours" if entry.own else entry.about]))


def _away(entry: Entry) -> html.Li:
    kind = "TF targets" if entry.kind == "TF targets" else "signalling"
    return html.Li([html.Span(entry.title), dcc.Link("Fetch", title=f"Fetch {entry.title} in the Library",
                    href=f"/data/library?kind={quote(kind)}&word={quote(entry.name)}")])  # fmt: skip


def _numbers() -> list[dmc.NumberInput]:
    found = []
    for f in PARAMS.__dataclass_fields__.values():
        if f.name in NUMBERS:
            found.append(dmc.NumberInput(
                id={"type": ids.NUMBER, "name": f.name}, label=f.metadata["label"], value=getattr(PARAMS, f.name),
                description=f.metadata["doc"], step=NUMBERS[f.name], size="sm", min=f.metadata["low"],
                max=f.metadata["high"], allowDecimal=isinstance(f.default, float),
                inputWrapperOrder=["label", "input", "error", "description"]))  # fmt: skip
    return found


def read_form(networks_ticked: Sequence[Sequence[str]], functions: Sequence[str] | None,
              numbers: dict[str, Any]) -> CausesParams:
    """Parameters of what was ticked and typed.

    Raises
    ------
    InvalidParameter
        When no network is ticked or a number is out of its range.
    """
    names = [name for group in networks_ticked for name in group or ()]
    if not names:
        raise InvalidParameter("A network is needed, found none ticked. Tick one, or fetch one from the Library.")
    if None in numbers.values() or "" in numbers.values():
        raise InvalidParameter("Every threshold needs a number, found an empty one. Fill it in.")
    return CausesParams(networks=",".join(names), functions=",".join(functions or ()), **numbers)


def ask(services: Services, contrast: str | None, genes: Sequence[str], params: CausesParams) -> Job:
    """Ask for the causes of a contrast; the job that is already active for it, or a new one."""
    if not contrast:
        raise InvalidParameter("A comparison is needed, found none chosen. Choose what changed.")
    return submit_causes(services.jobs, contrast, params, genes=genes)


def newest_job(services: Services, contrast: str) -> Job | None:
    """The last job on a contrast."""
    return next((job for job in services.jobs.list(kind=CAUSES) if job.params["contrast"] == contrast), None)


def _kept(services: Services, kept: list[Explanation]) -> Any:
    """The explanations in the store, newest first."""
    if not kept:
        return html.Div()
    rows = [html.Tr([
        html.Td(dcc.Link(title_of(services, found), href=f"/causes?explanation={found.id}"), className="gw-name"),
        html.Td(found.facts["asked"]["networks"].replace(",", ", ")), html.Td(called_words(found)),
        html.Td(when(found.created)),
    ]) for found in kept]  # fmt: skip
    head = html.Tr([html.Th(word) for word in ("Explained", "Networks", "Found", "Made")])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="gw-table")
    return html.Section([html.H2("Explained before"), html.Div(table, className="gw-scroll", tabIndex=0)],
                        className="gw-card", **{"aria-label": "Explained before"})


def called_words(found: Explanation) -> str:
    """`3 regulators and 10 roots called`."""
    regulators, roots = (int((table["call"] != "").sum()) if len(table) else 0
                         for table in (found.regulators, found.roots))  # fmt: skip
    return f"{plural(regulators, 'regulator')} and {plural(roots, 'root')} called"
