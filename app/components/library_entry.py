"""An entry of the library: what it is for, its terms, where it is, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from app.components.buttons import popover
from app.components.job_card import job_card
from app.components.page_header import icon
from app.words import megabytes, number, plural
from engine.jobs.submit import FETCH
from engine.knowledge import ADDRESS, HERE, MIRROR, NOWHERE, nowhere

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job
    from engine.knowledge.registry import Entry

STATES = {
    HERE: ("Here", "check", " gw-tag-good"), MIRROR: ("In the mirror", "folder", ""),
    ADDRESS: ("To be downloaded", "network", ""), NOWHERE: ("Mirror only", "none", ""),
}  # fmt: skip
PULSE = 1000  # milliseconds between two looks at a fetch that is under way


@dataclass(frozen=True)
class Shown:
    """An entry with its state, the newest job that fetches it, and the data file that was made of it."""

    entry: Entry
    state: str
    job: Job | None = None
    file: str = ""

    @property
    def fetching(self) -> bool:
        """Whether a job is on it."""
        return self.job is not None and self.job.active


def read_library(services: Services) -> list[Shown]:
    """Own files first, then the registry in its order."""
    newest: dict[str, Job] = {}
    for job in services.jobs.list(kind=FETCH):
        newest.setdefault(job.params.get("entry", ""), job)
    files = {(file.name, file.bytes): file.id for file in services.files.list()}
    entries = [*services.knowledge.own(), *services.knowledge.entries()]
    return [Shown(entry, services.knowledge.state(entry), newest.get(entry.name),
                  files.get((entry.filename, entry.bytes), "")) for entry in entries]  # fmt: skip


def read_entry(services: Services, name: str) -> Shown:
    """One entry as it is now."""
    return next(shown for shown in read_library(services) if shown.entry.name == name)


def library_entry(shown: Shown) -> html.Article:
    """Title, purpose, facts, terms and citation; beside them state and buttons."""
    entry = shown.entry
    body = html.Div([
        html.Div([html.H3(entry.title), html.Span(facts(entry), className="gw-small gw-muted")], className="lib-title"),
        html.P(entry.about), *([] if entry.own else [_terms(entry)]),
    ], className="lib-body")
    side = html.Div(entry_side(shown), id=_id("library-side", entry.name), className="lib-side")
    return html.Article([body, side], className="lib-entry", id=f"entry-{entry.name}", **{"aria-label": entry.title})


def entry_side(shown: Shown) -> list[Any]:
    """The state in a word and what can be done now; a fetch that is under way or has failed as its job."""
    entry, job = shown.entry, shown.job
    if shown.fetching or (job and job.status == "failed" and shown.state != HERE):
        # one look, and the next when that was answered: an answer that is overtaken by the next look is lost
        pulse = dcc.Interval(id=_id("library-pulse", entry.name), interval=PULSE, max_intervals=1)
        return [job_card(job), pulse]
    return [state_tag(shown.state), *_actions(shown)]


def state_tag(state: str) -> html.Span:
    """The state as word, drawing and colour."""
    word, drawing, tone = STATES[state]
    return html.Span([icon(drawing), word], className=f"gw-tag{tone}")


def size(n_bytes: int) -> str:
    """3.56 MB, 36.0 kB, 14 bytes."""
    if n_bytes < 1e3:
        return plural(n_bytes, "byte")
    return megabytes(n_bytes / 1e6) if n_bytes >= 1e6 else f"{number(n_bytes / 1e3)} kB"


def facts(entry: Entry) -> str:
    """Species, size and the name in commands."""
    return " · ".join(filter(None, [entry.species, size(entry.bytes), "yours" if entry.own else entry.name]))


def _terms(entry: Entry) -> html.P:
    """Licence of the file, terms of the data, and what to cite."""
    note = f" {entry.note}" if entry.note else ""
    return html.P([f"Licence: {entry.licence}.{note} ", html.Span(f"Cite {entry.citation}.", className="lib-cite")],
                  className="gw-small gw-muted")


def _actions(shown: Shown) -> list[Any]:
    entry = shown.entry
    if shown.state == NOWHERE:
        return [html.Details([html.Summary("Why"), html.P(nowhere(entry), className="gw-small gw-muted")],
                             className="gw-details lib-why")]
    if shown.state != HERE:
        return [_button("Fetch", "fetch", entry, "save", "gw-button-quiet")]
    if entry.own:
        return [_delete(entry)]
    remove = _button("Remove", "remove", entry, "trash", "gw-button-quiet")
    if entry.kind != "example":
        return [remove]
    if shown.file:
        return [dcc.Link("See the check", href=f"/data/files/{shown.file}", className="gw-button-quiet",
                         title=f"See the check of {entry.title}"), remove]
    return [_button("Check it", "check", entry, "wand", "gw-button"), remove]


def _delete(entry: Entry) -> Any:
    """Deletes an own file, after it was asked for once more."""
    opener = html.Button([icon("trash"), "Delete"], type="button", className="gw-button-quiet",
                         title=f"Delete {entry.title}")
    sure = html.Button("Delete it", id=_id("library-delete", entry.name), type="button", className="gw-button")
    text = f"Delete '{entry.title}'? Geneweave keeps no other copy of it."
    return popover(opener, [html.P(text), html.Div(sure, className="gw-row")], label=f"Delete {entry.title}", width=300)


def _button(word: str, what: str, entry: Entry, drawing: str, look: str) -> html.Button:
    return html.Button([icon(drawing), word], id={"type": "library-do", "entry": entry.name, "do": what},
                       className=look, type="button", title=f"{word}: {entry.title}")


def _id(what: str, entry: Any) -> dict:
    return {"type": what, "entry": entry}
