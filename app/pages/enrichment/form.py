"""Beside the picture: which genes matched, the background, the collections, and Enrichr for those who want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from app.components.page_header import icon
from app.pages.enrichment import ids
from app.pages.enrichment.question import Question, backgrounds, measure_words
from app.words import number, plural, whole
from engine.tl.enrichment.enrichr import LEAVES, LIBRARIES
from engine.tl.enrichment.matched import match, other_case

if TYPE_CHECKING:
    from app.services import Services
    from engine.knowledge.registry import Entry

KIND = "gene sets"
FIRST = ("hallmark", "pathways")  # asked when nobody chose: a first look, and Reactome, KEGG and WikiPathways
USUAL = ("hallmark", "pathways", "go-processes", "go-processes-measured", "reactome", "diseases", "disease-signatures")
NAMED = 12  # names that are shown of those that do not match
SHOP = "/data/library?kind=gene+sets"


def here(services: Services) -> list[Entry]:
    """Collections of gene sets that can be read now, own ones first."""
    known = [*services.knowledge.own(KIND), *(e for e in services.knowledge.entries() if e.kind == KIND)]
    return [entry for entry in known if services.knowledge.sources(entry.name)]


def first_choice(services: Services) -> tuple[str, ...]:
    """The collections that are asked when the address names none."""
    names = [entry.name for entry in here(services)]
    return tuple(name for name in FIRST if name in names) or tuple(names[:1])


def genes_card(question: Question) -> html.Section:
    """How many genes there are and how many match the background; which do not, to copy."""
    known = match(question.genes, question.background) if question.background else None
    lines = [("Genes", whole(known.n_given if known else len(set(question.genes))))]
    lines += [("In the background", whole(known.n_matched))] if known else []
    facts = html.Dl([part for term, said in lines for part in (html.Dt(term), html.Dd(said))], className="gw-facts")
    return html.Section([html.H2("The genes"), facts, *_missing(known, question)], className="gw-card enrich-side",
                        **{"aria-label": "The genes"})


def _missing(known: Any, question: Question) -> list[Any]:
    if not known or not known.missing:
        return []
    n, case = len(known.missing), other_case(known.missing, question.background)
    copy = dcc.Clipboard(content="\n".join(known.missing), title="Copy their names", className="gw-copy")
    some = ", ".join(known.missing[:NAMED]) + (f" and {whole(n - NAMED)} more" if n > NAMED else "")
    hint = [html.P(f"{plural(case, 'name')} would match if upper and lower case were the same: are they of another "
                   "species?", className="gw-small")] if case else []  # fmt: skip
    return [html.Div([html.Strong(f"{plural(n, 'gene')} left out"), copy], className="gw-spread gw-small"),
            html.P(some, className="gw-muted gw-small enrich-names", title="Not in the background"), *hint]  # fmt: skip


def form_card(services: Services, question: Question, collections: tuple[str, ...], *, online: bool) -> html.Section:
    """Everything that can be chosen, and the button that asks again."""
    return html.Section([
        html.Div(_background(services, question), className="enrich-part", hidden=bool(question.scores)),
        *_ranks(question),
        *_collections(services, () if online else collections),
        html.Button("Look again", id=ids.GO, type="button", className="gw-button"),
        html.Div(id=ids.NEWS, role="status", className="gw-small"), *([] if question.scores else [_online(online)]),
    ], className="gw-card enrich-side", **{"aria-label": "What is compared"})  # fmt: skip


def background_choice(services: Services, value: str) -> list[Any]:
    """The background among maps and saved sets, or pasted."""
    choice = dmc.Select(id=ids.BACKGROUND, data=backgrounds(services), value=value or None, size="sm",
                        placeholder="A map, a comparison or a set", searchable=True, clearable=True,
                        comboboxProps={"shadow": "md", "zIndex": 300}, **{"aria-label": "Background"})
    paste = dmc.Textarea(id=ids.PASTE_BACKGROUND, placeholder="All genes that were tested", minRows=3, maxRows=6,
                         autosize=True, size="sm", **{"aria-label": "Genes of the background"})
    return [choice, html.Details([html.Summary("Paste it"), paste], className="gw-details")]


def _background(services: Services, question: Question) -> list[Any]:
    assumed = [html.P("Nobody said so: it is the newest map of the study that the gene set was saved in.",
                      className="gw-small enrich-assumed")] if question.assumed else []  # fmt: skip
    about = "The genes that could have been chosen. Too large a background makes everything look enriched."
    comparison = [html.P(f"Now: {question.universe}.", className="gw-small")] if question.universe and (
        not question.chosen) else []
    return [html.H2("Background"), html.P(about, className="gw-muted gw-small"), *comparison,
            *background_choice(services, question.chosen), *assumed]  # fmt: skip


def _ranks(question: Question) -> list[Any]:
    """For a comparison: all its genes ranked by one of its columns instead of a list."""
    if not question.ranks or not question.origin.get("contrast"):
        return []
    links = [dcc.Link(measure_words(name), href=_ranked(question, name), className="gw-button-small")
             for name in question.ranks]
    return [html.H2("All genes, ranked by"), html.Div(links, className="gw-row")]


def _ranked(question: Question, column: str) -> str:
    from app.components.ask_enrichment import enrichment_address

    return enrichment_address(contrast=question.origin["contrast"], rank=column)


def _collections(services: Services, chosen: tuple[str, ...]) -> list[Any]:
    found = here(services)
    boxes = [dmc.Checkbox(value=entry.name, label=entry.title, size="sm", className="enrich-box") for entry in found]
    usual = [box for box, entry in zip(boxes, found, strict=True) if entry.own or entry.name in USUAL]
    rest = [box for box in boxes if box not in usual]
    more = html.Details([html.Summary("Other collections"), html.Div(rest, className="enrich-boxes")],
                        className="gw-details", open=any(box.value in chosen for box in rest))  # fmt: skip
    inside = [html.Div(usual, className="enrich-boxes"), *([more] if rest else [])]
    ticks = dmc.CheckboxGroup(inside, id=ids.COLLECTIONS, value=list(chosen))  # puts no label where it may be read
    group = html.Div(ticks, role="group", **{"aria-label": "Gene sets"})
    return [html.H2("Gene sets"), group, *absent(services)]


def absent(services: Services) -> list[Any]:
    """The usual collections that are not here, with the way to them."""
    names = {entry.name for entry in here(services)}
    lacking = [entry for entry in services.knowledge.entries() if entry.name in USUAL and entry.name not in names]
    if not lacking:
        return [dcc.Link("Add your own (GMT)", href="/data/library?kind=own", className="gw-small")]
    rows = [html.Li([html.Span(entry.title), html.Span(f" {number(entry.bytes / 1e6)} MB", className="gw-muted")])
            for entry in lacking]  # fmt: skip
    return [html.Details([html.Summary(f"{plural(len(lacking), 'collection')} not here yet"),
                          html.Ul(rows, className="gw-small enrich-absent")], className="gw-details",
                         open=not names & set(USUAL)),
            html.Div([dcc.Link([icon("save"), "Fetch in the Library"], href=SHOP, className="gw-button-quiet"),
                      dcc.Link("Add your own (GMT)", href="/data/library?kind=own", className="gw-small")],
                     className="gw-row")]  # fmt: skip


def _online(online: bool) -> html.Details:
    """Enrichr: nothing is sent before another button is pressed."""
    libraries = dmc.MultiSelect(id=ids.LIBRARIES, data=list(LIBRARIES), value=list(LIBRARIES[:2]), size="sm",
                                comboboxProps={"shadow": "md", "zIndex": 300}, **{"aria-label": "Libraries of Enrichr"})
    body = [html.P(LEAVES, className="gw-small"), libraries,
            html.Button("Ask Enrichr instead", id=ids.GO_ONLINE, type="button", className="gw-button-quiet")]
    return html.Details([html.Summary("Online, with Enrichr"), html.Div(body, className="gw-stack enrich-online")],
                        className="gw-details", open=online)  # fmt: skip
