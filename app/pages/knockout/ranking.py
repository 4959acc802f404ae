"""Rank all: what is wished for, the job in place, and every single knockout by how far it goes along the wish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from app import knockouts
from app.components.alert import alert
from app.components.gene_search import split_names
from app.components.page_header import icon
from app.figures.knockout_bars import NOT_CALIBRATED, SPREAD
from app.matching import rank
from app.pages.knockout import ids
from app.pages.knockout.frames import file_button
from app.pages.knockout.how import how
from app.pages.knockout.starting import job_parts
from app.pages.knockout.tables import grid, number_column, records
from app.pages.knockout.view import KnockoutView
from app.pages.knockout.words import CAUTION
from app.words import plural, thin, when, whole
from engine.errors import GeneweaveError, InvalidParameter
from engine.knockout.wish import AWAY, LOWER, RAISE, TOWARDS, Wish
from engine.knowledge import HERE

if TYPE_CHECKING:
    from app.services import Services
    from engine.knockout.rank import Ranking
    from engine.types import KnockoutModel

WISHES = {LOWER: "Lower a gene set", RAISE: "Raise a gene set", TOWARDS: "Towards a cell state",
          AWAY: "Away from a cell state"}  # fmt: skip
SETS = 40  # completions
SCORE = ("params.value == null ? '–' : params.value && Math.abs(params.value) < 0.0005 ? "
         "d3.format('+.1e')(params.value) : d3.format('+.3~g')(params.value)")
FDR = ("params.value == null ? '–' : params.value < 0.001 ? d3.format('.1e')(params.value) : "
       "d3.format('.3f')(params.value)")


def ranking(services: Services, name: str, model: KnockoutModel, view: KnockoutView) -> html.Div:
    """The form, the job, and the ranking that the view names."""
    found, fault = None, []
    if view.rank:
        try:
            found = knockouts.ranking(services.store, view.rank)
        except GeneweaveError as error:
            fault = [alert(str(error))]
    wish = Wish.from_dict(found.facts["wish"]) if found else None
    job = knockouts.newest_rank(services, name)
    return html.Div([
        form(services, model, wish), html.Div(id=ids.RANK_FAULT), html.Div(job_parts(job), id=ids.RANK_JOB), *fault,
        *earlier(services, name, view), html.Div(shown(model, found) if found else waiting(), id=ids.RANKED),
    ], className="gw-stack ko-rank")  # fmt: skip


def form(services: Services, model: KnockoutModel, wish: Wish | None) -> html.Div:
    """What is wished for."""
    states = states_of(model)
    kinds = {kind: word for kind, word in WISHES.items() if states or kind in (LOWER, RAISE)}
    kind = wish.kind if wish and wish.kind in kinds else LOWER
    of_state = kind in (TOWARDS, AWAY)
    wanted = dmc.SegmentedControl(id=ids.WISH, data=[{"value": k, "label": word} for k, word in kinds.items()],
                                  value=kind, size="xs")
    shared = {"size": "sm", "comboboxProps": {"shadow": "md", "zIndex": 300}}
    to = dmc.Select(id=ids.WISH_CELL, label="Cell state", data=states, value=wish.to if wish and of_state else
                    next(iter(states), None), allowDeselect=False, searchable=len(states) > 8, **shared)  # fmt: skip
    start = dmc.Select(id=f"{ids.WISH_CELL}-from", label="As seen from", value=wish.start if wish and of_state else "",
                       data=[{"value": "", "label": "all other cells"}, *states], allowDeselect=False, **shared)
    sets = dmc.Select(id=ids.WISH_SET, label="A gene set", data=set_choices(services, ""), searchable=True,
                      clearable=True, limit=SETS + 8, placeholder="Find a set: yours, or of the Library",
                      filter={"function": "asTheyCome"}, clearButtonProps={"aria-label": "Clear"}, **shared)
    kept = "\n".join(wish.genes) if wish and not of_state else ""
    paste = dmc.Textarea(id=ids.WISH_PASTE, label="Or genes", value=kept, placeholder="CD74, HLA-DRA, CIITA …",
                         minRows=1, maxRows=4, autosize=True, size="sm")
    go = html.Button([icon("play"), "Rank all"], id=ids.RANK_RUN, className="gw-button", type="button")
    return html.Div([
        html.Div(html.Div(wanted, role="group", **{"aria-label": "What is wished for"})),
        html.Div([to, start], id=f"{ids.WISH}-state", className="ko-wish-fields", hidden=not of_state),
        html.Div([sets, paste], id=f"{ids.WISH}-genes", className="ko-wish-fields", hidden=of_state),
        html.Div(go, className="gw-row"),
    ], className="gw-stack ko-wish")  # fmt: skip


def states_of(model: KnockoutModel) -> list[str]:
    """Cell states that a wish can be about; none where the model cannot tell two apart."""
    known = model.adata.uns.get("states") if model.basis == "screen" else None
    names = [str(name) for name in (known.columns if known is not None else [])] if model.basis == "screen" else \
        [str(name) for name in model.facts["cell_types"]]  # fmt: skip
    return names if len(names) > 1 else []


def set_choices(services: Services, text: str) -> list[dict[str, Any]]:
    """Saved sets and sets of the collections that are here whose name holds `text`."""
    saved = {f"{s.name} ({plural(len(s.genes), 'gene')})": f"set:{s.id}" for s in services.sets.list()}
    groups = [("Your sets", [{"value": saved[label], "label": label} for label in rank(text, list(saved))[:SETS]])]
    left = SETS
    for entry in [*services.knowledge.own("gene sets"), *services.knowledge.entries()]:
        if entry.kind != "gene sets" or not left or services.knowledge.state(entry) != HERE:
            continue
        if not services.knowledge.sources(entry.name):
            continue
        names = rank(text, list(services.knowledge.gene_sets(entry.name)))[: min(left, 12)]
        left -= len(names)
        groups.append((entry.title, [{"value": f"library:{entry.name}:{name}", "label": name} for name in names]))
    return [{"group": title, "items": items} for title, items in groups if items]


def wish_of(services: Services, kind: str, to: str, start: str, chosen: str, pasted: str) -> Wish:
    """The wish of a form.

    Raises
    ------
    GeneweaveError
        When it is none; the sentence says what is missing.
    """
    if kind in (TOWARDS, AWAY):
        return Wish(kind, to=to or "", start=start or "")
    where, _, which = (chosen or "").partition(":")
    if where == "set":
        kept = services.sets.get(which)
        return Wish(kind, genes=kept.genes, title=kept.name)
    if where == "library":
        collection, _, name = which.partition(":")
        return Wish(kind, genes=services.knowledge.gene_sets(collection)[name], title=name)
    genes = tuple(split_names(pasted or ""))
    if not genes:
        raise InvalidParameter("A set of genes is needed, found none. Choose a set, or paste the names of genes.")
    return Wish(kind, genes=genes)


def earlier(services: Services, name: str, view: KnockoutView) -> list[Any]:
    """The rankings of this model that are there."""
    found = knockouts.rankings(services, name)
    if not found or [one for one, _ in found] == [view.rank]:
        return []
    buttons = [html.Button([facts["words"], html.Span(f" {when(facts['made']['created'])}", className="gw-muted")],
                           type="button", className="gw-button-small", **{"data-ko-rank": one})
               for one, facts in found[:8] if one != view.rank]  # fmt: skip
    return [html.Div([html.Span("Ranked before:", className="gw-muted gw-small"), *buttons], className="gw-row")]


def waiting() -> html.P:
    """What a ranking will show."""
    return html.P("Every gene that can be asked for is perturbed by itself, and ranked by how far its predicted change "
                  "goes along what you wish for, beside what chance would give. A click on one opens it.",
                  className="gw-muted")  # fmt: skip


def shown(model: KnockoutModel, found: Ranking) -> list[Any]:
    """Sentences and the table; the best is told in the title."""
    facts, table = found.facts, found.table
    above = int((table["fdr"] < 0.05).sum())
    simulated = model.basis == "network"
    what = plural(len(table), "simulated knockout" if simulated else "knockout")
    title = f"{whole(above)} of {what} {facts['words']} more than chance would, at 5\u202f% FDR"
    caution = [html.P(f"⚠ {CAUTION}", className="ko-warned gw-small")] if simulated else []
    said = [html.P(minus(thin(text)), className="gw-small") for text in facts.get("sentences", [])
            if text not in model.facts.get("verdict", [])]  # fmt: skip
    warned = [alert(thin(text)) for text in facts.get("warnings", [])]
    asked = [] if facts["wish"]["to"] else [file_button("wish", "txt", words="Genes of the set")]
    files = html.Div([how("rank"), *asked, file_button("rank", "tsv")], className="gw-row gw-save")
    rows = table.rename_axis("gene").reset_index()
    listed = grid(ids.RANK_GRID, records(rows), columns(found), height=380)
    return [html.H2(title), *caution, *warned, *said, listed, files,
            html.Details([html.Summary("The same by command"), html.Code(facts["made"].get("command", ""))],
                         className="gw-details gw-small")]  # fmt: skip


def columns(found: Ranking) -> list[dict[str, Any]]:
    """Gene, score with interval and chance, evidence."""
    table, basis = found.table, found.facts.get("basis")
    unit = "Part of the way that it goes" if found.facts["wish"]["to"] else "Mean change of the set, in sd, as wished"
    p, score = {"valueFormatter": {"function": FDR}}, {"valueFormatter": {"function": SCORE}}
    listed = [
        {"field": "rank", "headerName": "Rank", "width": 80}, {"field": "gene", "headerName": "Gene", "width": 122,
                                                              "filter": "agTextColumnFilter"},
        number_column("score", "Score", unit, 104, "") | score,
    ]  # fmt: skip
    if table["low"].notna().any():
        reach = f"90 % {SPREAD} {NOT_CALIBRATED}" if basis == "network" else "90 % interval"
        listed += [number_column("low", "Low", f"Lower end of its {reach}", 100, "") | score,
                   number_column("high", "High", f"Upper end of its {reach}", 100, "") | score]
    listed += [number_column("p", "p", "Against genes of like expression", 96, ".3f") | p,
               number_column("fdr", "FDR", "Benjamini–Hochberg over the genes", 96, ".3f") | p,
               {"field": "evidence", "headerName": "Evidence", "width": 116, "filter": "agTextColumnFilter"}]
    if basis == "screen":
        listed += [number_column("beyond", "Beyond mean", "Less the score of the mean of all", 118, "") | score,
                   {"field": "nearest", "headerName": "Nearest seen", "width": 128, "filter": "agTextColumnFilter"}]
    return listed


def minus(text: str) -> str:
    """With the sign of numbers below 0 as the figures print it."""
    return re.sub(r"(?<![\w.])-(?=\d)", "\u2212", text)
