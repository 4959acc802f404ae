"""What was found: a sentence, the bubbles, the table, the files, how it was made; or the job on its way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
import pandas as pd
from dash import dcc, html

from app.components.alert import alert
from app.components.ask_enrichment import PATH
from app.components.graph import graph
from app.components.job_card import job_card
from app.components.page_header import icon
from app.contrasts import contrast_facts
from app.figures.bubbles import Bubble, bubbles, minus_log
from app.pages.enrichment import ids
from app.pages.enrichment.made import how_made
from app.pages.enrichment.question import contrast_of
from app.pages.enrichment.tables import MOST, genes_column, stored, term_grid
from app.words import number, plural, thin, whole
from engine.caution import caution
from engine.enrich import LEVEL, ONLINE, RANKING, Request, Result, enrich, enrichment_id, keep_question
from engine.errors import GeneweaveError
from engine.jobs.submit import ENRICH, submit_enrich
from engine.tl.enrichment.enrichr import LEAVES

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.record import Job

FEWEST, TERMS = 8, 12  # terms in the picture: with the nearest ones when fewer stand out
INLINE_SETS = 10_000  # gene sets that are compared in less than a second
VIEWS = {"fdr": "By certainty", "ratio": "By share"}
AXES = {"fdr": "−log10 of the false discovery rate", "ratio": "Share of the list in the term (gene ratio)",
        "nes": "Normalised enrichment score"}  # fmt: skip


def found_parts(services: Services, request: Request, view: str) -> list[Any]:
    """The answer, worked out at once when that is quick; else the way to it."""
    try:
        name = enrichment_id(request, knowledge=services.knowledge)
        if not services.store.has(name) and quick(services, request):
            enrich(request, store=services.store, knowledge=services.knowledge)
        if services.store.has(name):
            return answer_parts(services, name, view)
        return _way(services, request)
    except GeneweaveError as error:
        return [alert(thin(str(error)))]


def quick(services: Services, request: Request) -> bool:
    """Whether the answer takes less than a second."""
    if request.method in (ONLINE, RANKING):
        return False
    return sum(len(services.knowledge.gene_sets(name)) for name in request.collections) <= INLINE_SETS


def run(services: Services, request: Request) -> Job:
    """The job that answers the request."""
    return submit_enrich(services.jobs, keep_question(request, store=services.store), request.title)


def answer_parts(services: Services, name: str, view: str) -> list[Any]:
    """Everything about a stored answer."""
    result = stored(services.store, name)
    notes = [html.P(thin(note), className="gw-note enrich-note") for note in result.facts["notes"]]
    contrast = contrast_of(result.request)
    beware = caution(contrast_facts(services, contrast))
    notes = [*([alert(beware)] if beware else []), *notes]
    if result.table.empty:
        return [html.P("No gene set has any of these genes.", className="enrich-headline"), *notes, how_made(result)]
    return [html.P(headline(result), className="enrich-headline", **{"aria-live": "polite"}), *notes,
            _picture(result, name, view), _table(result), how_made(result)]  # fmt: skip


def headline(result: Result) -> str:
    """What stands out, in a sentence; or that nothing does."""
    found, table = result.found, result.table
    first = table.iloc[0]
    named = first["term"].replace("_", " ")
    if found.empty:
        return (f"No term has a false discovery rate below 5{chr(0x202f)}%: nothing can be said of these genes with "
                f"{plural(len(table), 'gene set')} tested. The nearest is {named} (FDR {number(first['fdr'])}).")
    heads = int((found["term"] == found["like"]).sum())
    folded = f", {whole(heads)} when like ones are folded" if heads < len(found) else ""
    stand = "stands" if len(found) == 1 else "stand"
    return (f"{plural(len(found), 'term')} of {whole(len(table))} {stand} out (false discovery rate below "
            f"5{chr(0x202f)}%){folded}. First: {named}, {_first_words(first)}.")


def _first_words(first: pd.Series) -> str:
    if "nes" in first:
        return f"at the {'top' if first['nes'] > 0 else 'bottom'} of the ranking (NES {number(first['nes'])})"
    expected = f", {number(first['expected'])} expected" if first["expected"] == first["expected"] else ""
    return f"with {first['overlap']} of its {plural(int(first['size']), 'gene')} in the list{expected}"


def picture_of(result: Result, view: str) -> Any:
    """The bubbles of the best terms, like ones folded."""
    table, ranked = result.table, result.request.method == RANKING
    genes = genes_column(table)
    best = table[(table["term"] == table["like"]) & (table[genes] != "")]
    below = best["fdr"] < LEVEL
    best = pd.concat([best[below], best[~below].head(max(FEWEST - int(below.sum()), 0))]).head(TERMS)
    axis = "nes" if ranked and view == "ratio" else view
    terms = [_bubble(row, axis, n_list=_n_list(result)) for row in best.to_dict("records")]
    few = "" if (best["fdr"] < LEVEL).all() else "; hollow: not below 5 %"
    return bubbles(terms, axis=AXES[axis], level=LEVEL, subtitle=f"{subtitle(result)}{few}",
                   mark=minus_log(LEVEL) if axis == "fdr" else None)  # fmt: skip


def subtitle(result: Result) -> str:
    """n, background and test."""
    request, facts = result.request, result.facts
    if request.method == RANKING:
        return (f"n = {plural(facts['in_background']['n_matched'], 'ranked gene')}; preranked GSEA, "
                f"{plural(request.permutations, 'permutation')}")  # fmt: skip
    if request.method == ONLINE:
        return f"n = {plural(len(request.genes), 'gene')}; Enrichr, with its own background"
    return (f"n = {plural(_n_list(result), 'gene')} of {whole(facts['n_background'])}; Fisher’s exact test, "
            "Benjamini–Hochberg")  # fmt: skip


def _n_list(result: Result) -> int:
    """Genes of the list that count."""
    known = result.facts.get("in_background")
    return known["n_matched"] if known else len(result.request.genes)


def _bubble(row: dict[str, Any], axis: str, *, n_list: int) -> Bubble:
    names = (row.get("leading_genes") or row.get("genes") or "").split(";")
    x = {"fdr": minus_log(row["fdr"]), "nes": row.get("nes"), "ratio": len(names) / max(n_list, 1)}[axis]
    some = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    side = f" · NES {number(row['nes'])}" if "nes" in row else ""
    said = (f"<b>{row['term'].replace('_', ' ')}</b><br>{len(names)} of {row['size']} genes · FDR "
            f"{number(row['fdr'])}{side}<br>{some}<br>{row['collection']}")  # fmt: skip
    return Bubble(row["term"], float(x), len(names), float(row["fdr"]), said)


def _picture(result: Result, name: str, view: str) -> html.Section:
    figure = graph("enrich-figure", picture_of(result, view), name=f"enrichment-{view}")
    title = "The nearest terms" if result.found.empty else "The best terms"
    return html.Section([
        html.Div([html.H2(title), _tabs(result, name, view)], className="gw-spread enrich-head"),
        html.Div(figure, className="enrich-figure", tabIndex=0, role="region",
                 **{"aria-label": "Picture of the terms"}),
    ], className="gw-card", **{"aria-label": title})  # fmt: skip


def _tabs(result: Result, name: str, view: str) -> html.Nav:
    words = VIEWS | ({"ratio": "By direction"} if result.request.method == RANKING else {})
    links = [dcc.Link(word, href=f"{PATH}?{urlencode({'result': name, 'view': key})}",
                      className="gw-tab gw-tab-on" if key == view else "gw-tab") for key, word in words.items()]
    return html.Nav(links, className="gw-tabs enrich-tabs", **{"aria-label": "What the axis shows"})


def _table(result: Result) -> html.Section:
    hit = result.table[result.table[genes_column(result.table)] != ""]
    n = hit["like"].nunique()
    rest = f" The first {MOST} are here." if n > MOST else ""
    fold = dmc.Switch(id=ids.FOLD, checked=True, label="Fold like terms", size="xs")
    files = [_file("terms", ending, f"All rows as {ending.upper()}") for ending in ("csv", "tsv")]
    which = "tested" if result.request.method == RANKING else "with a gene of the list"
    about = (f"{plural(len(hit), 'term')} {which}, {whole(n)} when those whose genes overlap by "
             f"half or more (Jaccard) are folded under the best: click +n.{rest}")  # fmt: skip
    acts = html.Div([html.Span(fold), *files], className="gw-row")
    return html.Section([
        html.Div([html.H2("All terms"), acts], className="gw-spread"),
        html.P(about, className="gw-muted gw-small"), dcc.Store(id=ids.OPEN, data=[]), term_grid(result),
    ], className="gw-card enrich-table", **{"aria-label": "All terms"})  # fmt: skip


def _file(what: str, ending: str, word: str) -> html.Button:
    return html.Button([icon("save"), word], id={"type": ids.FILE, "what": what, "ending": ending}, type="button",
                       className="gw-button-quiet")  # fmt: skip


def _way(services: Services, request: Request) -> list[Any]:
    """The job that answers, or the button that starts it."""
    job = _job_of(services, request)
    if job and (job.active or job.status == "failed"):
        return [html.Section(job_card(job), className="gw-card", **{"aria-label": "Progress"})]
    online = request.method == ONLINE
    why = LEAVES if online else (
        "A ranking is held against permutations of itself, which takes some seconds to minutes." if
        request.method == RANKING else "So many gene sets take some seconds.")  # fmt: skip
    words = f"Send {plural(len(request.genes), 'gene')} to Enrichr" if online else "Look them up"
    button = html.Button([icon("play"), words], id={"type": ids.RUN, "owner": "page"}, className="gw-button",
                         type="button")  # fmt: skip
    return [html.Section([html.Div(className="gw-drawing gw-drawing-chart"), html.P(why), button],
                         className="gw-card gw-empty", **{"aria-label": "Not looked up yet"})]


def _job_of(services: Services, request: Request) -> Job | None:
    """The newest job of this request, while its question is stored."""
    question = keep_question(request, store=services.store) if services.jobs.list(kind=ENRICH, limit=1) else ""
    return next((job for job in services.jobs.list(kind=ENRICH) if job.params.get("question") == question), None)
