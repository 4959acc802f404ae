"""What the Enrichment page answers: another question, a longer run, folded terms, files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from app import maps
from app.components.alert import alert
from app.components.job_card import job_card
from app.components.map_table import ENDINGS
from app.pages.enrichment import ids
from app.pages.enrichment.found import found_parts, run
from app.pages.enrichment.question import fault_of, with_background
from app.pages.enrichment.tables import shown, stored
from app.words import plural
from engine.enrich import RANKING, Request, enrichment_id
from engine.errors import GeneweaveError, InvalidParameter
from engine.io.gene_list import gene_names
from engine.library import slug

if TYPE_CHECKING:
    from app.services import Services

PASTED = ""  # the study of pasted lists: they belong to none


def maps_of(services: Services) -> list[maps.StoredMap]:
    """All maps, newest first."""
    return maps.maps(services)


def register(app: Dash, services: Services) -> None:
    """Callbacks; each reads, calls and returns."""
    _questions(app, services)
    _files(app, services)

    @app.callback(
        Output(ids.FOUND, "children"), Input({"type": ids.RUN, "owner": ALL}, "n_clicks"),
        Input({"type": "job-status", "job": ALL}, "data"), State(ids.START, "data"), prevent_initial_call=True,
    )
    def follow(clicks, phases, start):
        if isinstance(ctx.triggered_id, dict) and ctx.triggered_id["type"] == ids.RUN:
            return started(services, start) if any(clicks) else no_update
        return found_of(services, start) if phases == ["done"] else no_update

    @app.callback(
        Output(ids.GRID, "rowData"), Output(ids.OPEN, "data"), Input(ids.GRID, "cellClicked"),
        Input(ids.FOLD, "checked"), State(ids.OPEN, "data"), State(ids.START, "data"), prevent_initial_call=True,
    )
    def fold(cell, folded, opened, start):
        opened = toggled(opened, cell) if ctx.triggered_id == ids.GRID else opened
        if opened is None:
            return no_update, no_update
        table = stored(services.store, result_of(services, start)).table
        return shown(table, fold=bool(folded), opened=opened), opened


def _questions(app: Dash, services: Services) -> None:
    address = Output("url", "search", allow_duplicate=True)

    @app.callback(address, Output(ids.NEWS, "children", allow_duplicate=True), Input(ids.GO, "n_clicks"),
                  State(ids.COLLECTIONS, "value"), State(ids.BACKGROUND, "value"), State(ids.PASTE_BACKGROUND, "value"),
                  State(ids.START, "data"), prevent_initial_call=True)
    def ask(clicks, collections, picked, pasted, start):
        if not clicks:
            return no_update, no_update
        return said(lambda: asked_again(services, start, collections or [], picked or "", pasted or ""))

    @app.callback(address, Output(ids.NEWS, "children", allow_duplicate=True), Input(ids.GO_ONLINE, "n_clicks"),
                  State(ids.LIBRARIES, "value"), State(ids.START, "data"), prevent_initial_call=True)
    def ask_online(clicks, libraries, start):
        if not clicks:
            return no_update, no_update
        return said(lambda: online_address(start, libraries or []))

    @app.callback(address, Output(ids.NEWS, "children", allow_duplicate=True), Input(ids.PASTE_GO, "n_clicks"),
                  State(ids.PASTE, "value"), State(ids.BACKGROUND, "value"), State(ids.PASTE_BACKGROUND, "value"),
                  prevent_initial_call=True)
    def paste(clicks, text, picked, pasted):
        if not clicks:
            return no_update, no_update
        return said(lambda: pasted_address(services, text or "", picked or "", pasted or ""))


def _files(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.DOWNLOAD, "data"), Input({"type": ids.FILE, "what": ALL, "ending": ALL}, "n_clicks"),
                  State(ids.START, "data"), prevent_initial_call=True)
    def save(_, start):
        if not ctx.triggered[0]["value"]:
            return no_update
        return file_of(services, start, ctx.triggered_id["what"], ctx.triggered_id["ending"])


def said(make) -> tuple[Any, Any]:
    """The new address, or the sentence why there is none."""
    try:
        return make(), ""
    except GeneweaveError as error:
        return no_update, alert(str(error))


def request_of(services: Services, start: dict) -> Request:
    """What the page asks; raises the sentence when its genes are not there any more."""
    if start["result"]:
        return stored(services.store, start["result"]).request
    question, fault = fault_of(services, start["origin"])
    if fault:
        raise InvalidParameter(fault)
    return question.request(tuple(start["collections"]), online=start["online"])


def result_of(services: Services, start: dict) -> str:
    """Id of the answer in view."""
    return start["result"] or enrichment_id(request_of(services, start), knowledge=services.knowledge)


def found_of(services: Services, start: dict) -> list[Any]:
    return found_parts(services, request_of(services, start), start["view"])


def started(services: Services, start: dict) -> list[Any]:
    """The job in place of the button."""
    job = run(services, request_of(services, start))
    return [html.Section(job_card(job), className="gw-card", **{"aria-label": "Progress"})]


def toggled(opened: list[str], cell: dict | None) -> list[str] | None:
    """The unfolded terms after a click on a cell; None when it was not one that unfolds."""
    if not cell or cell.get("colId") != "sign" or cell.get("value") in ("", "└", None):
        return None
    term = cell["rowId"]
    return [other for other in opened if other != term] if term in opened else [*opened, term]


def asked_again(services: Services, start: dict, collections: list[str], picked: str, pasted: str) -> str:
    """The address of the same genes with these collections and background."""
    if not collections:
        raise InvalidParameter("At least one collection of gene sets is needed, found none. Tick one.")
    if pasted.strip():
        picked = f"set:{kept(services, pasted, 'Background')}"
    origin = with_background(start["origin"], picked) if "rank" not in start["origin"] else start["origin"]
    return _address(origin, collections=",".join(collections), view=start["view"])


def online_address(start: dict, libraries: list[str]) -> str:
    """The address that asks Enrichr; nothing is sent yet."""
    if not libraries:
        raise InvalidParameter("At least one library of Enrichr is needed, found none. Choose one.")
    return _address(start["origin"], collections=",".join(libraries), online="1", view=start["view"])


def pasted_address(services: Services, text: str, picked: str, pasted: str) -> str:
    """Keep a pasted list, and the background pasted beside it, as gene sets; the address that asks of them."""
    list_id = kept(services, text, "Pasted list")
    if pasted.strip():
        picked = f"set:{kept(services, pasted, 'Background')}"
    return _address({"set": list_id, "background": picked})


def kept(services: Services, text: str, word: str) -> str:
    """Id of the gene set that keeps these names; the same names are kept once."""
    genes = gene_names(text)
    if not genes:
        raise InvalidParameter("Type or paste at least one gene name.")
    mark = hashlib.sha256("\n".join(sorted(genes)).encode()).hexdigest()[:6]
    return services.sets.save(f"{word} {mark}, {plural(len(genes), 'gene')}", genes, study=PASTED).id


def file_of(services: Services, start: dict, what: str, ending: str) -> dict[str, str]:
    """The table at full precision, the list, the ranking or the background, as the command reads or writes it."""
    found = stored(services.store, result_of(services, start))
    request, stem = found.request, slug(found.request.title)
    if what == "terms":
        kind = "text/tab-separated-values" if ending == "tsv" else "text/csv"
        text = found.table.to_csv(index=False, sep=ENDINGS[ending], lineterminator="\n")
        return {"content": text, "filename": f"{stem}-enrichment.{ending}", "type": kind}
    if what == "genes" and request.method == RANKING:
        pairs = zip(request.genes, request.scores, strict=True)
        return _plain("\n".join(f"{gene}\t{score!r}" for gene, score in pairs), f"{stem}.tsv")
    if what == "genes":
        return _plain("\n".join(request.genes), f"{stem}.txt")
    return _plain("\n".join(request.background), f"{stem}-background.txt")


def _plain(text: str, name: str) -> dict[str, str]:
    return {"content": text + "\n", "filename": name, "type": "text/plain"}


def _address(origin: dict[str, str], **more: str) -> str:
    return "?" + urlencode({key: value for key, value in {**origin, **more}.items() if value and value != "fdr"})
