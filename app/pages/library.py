"""Library: examples and knowledge, fetched on demand."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.components import library_own as own
from app.components.alert import alert
from app.components.data_tabs import data_tabs
from app.components.library_entry import Shown, entry_side, library_entry, read_entry, read_library
from app.components.page_header import icon, page_header
from app.words import plural
from engine.errors import GeneweaveError
from engine.jobs.submit import submit_check, submit_fetch
from engine.knowledge import ADDRESS, HERE, MIRROR, NOWHERE

if TYPE_CHECKING:
    from app.services import Services

PATH = "/data/library"
TITLE = "Library"
WHAT = "What Geneweave can look things up in, and data to try it with. Nothing is fetched until you ask for it."

LIST, LACK, WORD, KIND, COUNT = "library-list", "library-lack", "library-word", "library-kind", "library-count"
ALL_KINDS = "all"
GROUPS = {
    "genes": ("Genes", "Names, places and facts of genes."),
    "orthologs": ("Orthologs", "Which gene of another species is which human gene."),
    "gene sets": ("Gene sets", "Genes that belong together: pathways, processes, diseases, tissues."),
    "TF targets": ("Regulators and targets", "Which transcription factor acts on which gene."),
    "gene pairs": ("Pairs of genes", "Pairs that act on one another and pairs that do not, to test a map with."),
    "signalling": ("Signalling", "Which protein acts on which, within cells and between them."),
    "gene vectors": ("Gene vectors", "Vectors of genes made elsewhere, to draw a map of and to compare methods with."),
    "perturbations": ("What perturbations did", "Tables of effects and interactions, to hold predictions against."),
    "example": ("Examples", "Real data sets to try Geneweave with."),
}
CHOICES = {ALL_KINDS: "All", "genes": "Genes", "gene sets": "Gene sets", "TF targets": "Regulators",
           "signalling": "Signalling", "perturbations": "Effects", "example": "Examples", "own": "Yours"}
TABLES = ("genes-grch38", "genes-hgnc")  # places and names of human genes


def layout(services: Services, kind: str = ALL_KINDS, word: str = "") -> html.Div:
    """What is lacking, the filters, and the entries in their groups."""
    library = read_library(services)
    kind = kind if kind in CHOICES else ALL_KINDS
    found = chosen(library, kind, word)
    return html.Div([
        page_header(TITLE, WHAT, [own.own_button()]), data_tabs(PATH),
        html.Div(lacking(library), id=LACK, **{"aria-live": "polite"}),
        html.Div(_filters(kind, word, found), className="gw-spread gw-filters"),
        html.Div(groups(found, kind, word), id=LIST, className="gw-stack"), own.own_dialog(), dcc.Store(id=own.ADDED),
    ], className="gw-page lib-page")


def chosen(library: list[Shown], kind: str, word: str) -> list[Shown]:
    """Entries of a kind with all the words in their text; orthologs go with the genes, pairs with the regulators."""
    kinds = {"genes": ("genes", "orthologs"), "TF targets": ("TF targets", "gene pairs")}.get(kind, (kind,))
    words = (word or "").lower().split()
    right = [shown for shown in library if kind == ALL_KINDS or (kind == "own" and shown.entry.own)
             or shown.entry.kind in kinds]
    return [shown for shown in right if all(part in _text(shown) for part in words)]


def groups(library: list[Shown], kind: str = ALL_KINDS, word: str = "") -> list[Any]:
    """A card for each kind that has entries, a person's own files first; without any, what to do."""
    if not library:
        nothing = (
            "You have added nothing yet. Add your own gene sets (GMT), networks or gene vectors with the button above."
            if kind == "own" and not word else "Nothing like that. Choose another kind or clear the text."
        )
        return [html.Div(html.P(nothing), className="gw-card gw-empty")]
    mine = [shown for shown in library if shown.entry.own]
    cards = [_group("Yours", "Gene sets, networks and gene vectors that you added.", mine)] if mine else []
    for kind, (title, about) in GROUPS.items():
        found = [shown for shown in library if shown.entry.kind == kind and not shown.entry.own]
        cards += [_group(title, about, found)] if found else []
    return cards


def lacking(library: list[Shown]) -> list[Any]:
    """What cannot be done without the human gene table, and the button that fetches it."""
    tables = {shown.entry.name: shown for shown in library if shown.entry.name in TABLES}
    places, names = (tables[name] for name in TABLES)
    if places.state == HERE or (names.state == HERE and places.state == NOWHERE):
        return [] if places.state == HERE else [_note("Peaks cannot be turned into gene activity: the places of human "
                                                      "genes come from a mirror folder only, and none is set.")]
    if any(shown.fetching for shown in tables.values()):
        return [_note("The human gene table is on its way.")]
    missing = "Peaks cannot be turned into gene activity." if names.state == HERE else (
        "Ensembl ids cannot be turned into symbols, peaks not into gene activity.")
    button = html.Button([icon("save"), "Fetch the human gene table"], id={"type": "library-tables", "place": "note"},
                         className="gw-button", type="button")
    return [_note(f"{missing} Fetch the human gene table.", button)]


def fetch_tables(services: Services) -> None:
    """Ask for the tables of human genes that can be had and are not here."""
    for name in TABLES:
        if read_entry(services, name).state in (MIRROR, ADDRESS):
            submit_fetch(services.jobs, name)


def act(services: Services, name: str, what: str) -> list[Any]:
    """Fetch or remove an entry, or take an example in and check it; its state and buttons after that."""
    if what == "fetch":
        submit_fetch(services.jobs, services.knowledge.entry(name).name)
    elif what == "remove":
        services.knowledge.remove(name)
    else:
        submit_check(services.jobs, services.files.get(take_in(services, name)))
    return entry_side(read_entry(services, name))


def ended(shown: Shown) -> bool:
    """Whether a job on an entry is over, so that its state is to be shown in its place."""
    return not shown.fetching and (shown.job is None or shown.job.status != "failed" or shown.state == HERE)


def take_in(services: Services, name: str) -> str:
    """A copy of an example as a data file; its id."""
    entry = services.knowledge.entry(name)
    with tempfile.TemporaryDirectory(dir=services.settings.folder("library"), prefix=".taking-") as folder:
        copy = Path(folder) / entry.filename
        shutil.copyfile(services.knowledge.path(name), copy)
        return services.files.add(entry.filename, copy).id


def register(app: Dash, services: Services) -> None:
    """Filters, buttons of the entries, the note above, and a person's own files."""
    own.register(app, services)

    @app.callback(Output(LIST, "children"), Output(COUNT, "children"), Input(WORD, "value"), Input(KIND, "value"),
                  Input(own.ADDED, "data"), Input({"type": "library-tables", "place": ALL}, "n_clicks"),
                  prevent_initial_call=True)
    def show(word, kind, _, clicks):
        if isinstance(ctx.triggered_id, dict):
            if not any(clicks):
                return no_update, no_update
            fetch_tables(services)
        found = chosen(read_library(services), kind, word)
        return groups(found, kind, word), plural(len(found), "file")

    @app.callback(Output({"type": "library-side", "entry": MATCH}, "children"),
                  Input({"type": "library-do", "entry": MATCH, "do": ALL}, "n_clicks"), prevent_initial_call=True)
    def do(clicks):
        if not any(clicks):
            return no_update
        name = ctx.triggered_id["entry"]
        try:
            return act(services, name, ctx.triggered_id["do"])
        except GeneweaveError as fault:
            return [alert(str(fault)), *entry_side(read_entry(services, name))]

    @app.callback(Output({"type": "library-side", "entry": MATCH}, "children", allow_duplicate=True),
                  Output({"type": "library-pulse", "entry": MATCH}, "max_intervals"),
                  Input({"type": "library-pulse", "entry": MATCH}, "n_intervals"), prevent_initial_call=True)
    def follow(looks):
        shown = read_entry(services, ctx.triggered_id["entry"])
        return (entry_side(shown), no_update) if ended(shown) else (no_update, (looks or 0) + 1)

    @app.callback(Output(LACK, "children"), Input({"type": "library-do", "entry": ALL, "do": ALL}, "n_clicks"),
                  prevent_initial_call=True)
    def lack(_):  # buttons come and go with every change of state
        return lacking(read_library(services))

    @app.callback(Output(own.ADDED, "data", allow_duplicate=True),
                  Input({"type": "library-delete", "entry": ALL}, "n_clicks"), State(own.ADDED, "data"),
                  prevent_initial_call=True)
    def delete(clicks, added):
        if not any(clicks):
            return no_update
        services.knowledge.remove(ctx.triggered_id["entry"])
        return (added or 0) + 1


def _filters(kind: str, word: str, found: list[Shown]) -> list[Any]:
    kinds = [{"value": value, "label": label} for value, label in CHOICES.items()]
    return [
        dmc.SegmentedControl(id=KIND, data=kinds, value=kind, size="sm", **{"aria-label": "Kind of file"}),
        html.Div([
            html.Span(plural(len(found), "file"), id=COUNT, className="gw-muted gw-small", role="status"),
            dmc.TextInput(id=WORD, value=word, placeholder="Filter by word", debounce=250, size="sm", w=220,
                          **{"aria-label": "Filter by word"}),
        ], className="gw-row"),
    ]


def _group(title: str, about: str, found: list[Shown]) -> html.Section:
    head = html.Div([html.H2(title), html.P(about, className="gw-muted")], className="lib-group-head")
    return html.Section([head, *map(library_entry, found)], className="gw-card lib-group", **{"aria-label": title})


def _note(text: str, *actions: Any) -> html.Div:
    words = html.Div(text, className="lib-note-text")
    return html.Div([icon("library"), words, *actions], className="gw-note lib-note")


def _text(shown: Shown) -> str:
    entry = shown.entry
    parts = (entry.name, entry.title, entry.about, entry.species, entry.licence, entry.citation, GROUPS[entry.kind][0])
    return " ".join(parts).lower()
