"""Beside the picture: on what the prediction rests, how far it can be trusted, what to do with it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd
from dash import dcc, html

from app.components.alert import alert
from app.components.ask_enrichment import enrichment_address
from app.components.buttons import bar
from app.components.page_header import icon
from app.figures.knockout_bars import strongest
from app.knockouts import newest_learning
from app.maps import find_map, gene_names
from app.pages.knockout import ids
from app.pages.knockout.starting import job_parts
from app.pages.knockout.view import KnockoutView
from app.pages.knockout.words import (
    METHODS,
    PLAIN,
    asked,
    coverage_said,
    likeness_said,
    method_words,
    not_told,
    warned,
)
from app.words import listing, number, percent, plural, thin, whole
from engine.knockout import methods_of
from engine.types.shown import only_measured

if TYPE_CHECKING:
    from app.knockouts import Answer
    from app.services import Services
    from engine.types import KnockoutModel

SENT = 200  # genes that are handed on
REASONS = 6


def panel(services: Services, name: str, model: KnockoutModel, view: KnockoutView, answer: Answer | None,
          fault: str, table: pd.DataFrame) -> list[Any]:
    """The inspector; `name` is the id of the model, `table` the candidates."""
    if answer is None:
        return [html.H2("No gene in view" if not view.genes else " + ".join(view.genes)),
                *([alert(fault)] if fault else [hint(model)]), *believed(model), *baseline(model),
                *network(services, name, model), cannot_block(table), *notes(model)]
    evidence = answer.effect.evidence
    said = [html.P(not_told(evidence["abstained"]), className="gw-note")] if evidence.get("abstained") else []
    return [
        html.H2(" + ".join(view.genes)), *said, rests_on(model, answer, view), *kernels(evidence),
        *[html.P(text, className="ko-warned gw-small") for text in own_warnings(model, answer)],
        actions(services, name, model, view, answer), *believed(model), *baseline(model, evidence["class"]),
        *network(services, name, model), cannot_block(table), *notes(model),
    ]  # fmt: skip


def own_warnings(model: KnockoutModel, answer: Answer) -> list[str]:
    """The warnings of this very answer; what is so of every simulation is told once, see `believed`."""
    from engine.knockout.network_effect import GENERAL

    everywhere = {f"⚠ {text}" for text in GENERAL} if model.basis == "network" else set()
    return [text for text in warned(model.facts, answer.effect) if text not in everywhere]


def believed(model: KnockoutModel) -> list[html.Section]:
    """How far a simulation can be believed, and how such ones did when they were held against real knock-downs."""
    if model.basis != "network":
        return []
    from engine.knockout.from_network import HELD_AGAINST
    from engine.knockout.network_effect import GENERAL

    said = [html.P(text, className="gw-small") for text in GENERAL]
    against = html.P(HELD_AGAINST, className="ko-warned gw-small")
    return [html.Section([html.H3("How far to believe it"), against, *said], className="ko-believed")]


def hint(model: KnockoutModel) -> html.P:
    """What to do while no gene is chosen."""
    word = "Add a gene above: what its perturbation would do is drawn with intervals, beside what was measured."
    if model.basis == "network":
        word = "Add a gene above: what its loss would do in these cells is simulated by the network of TF targets."
    return html.P(word, className="gw-muted")


def rests_on(model: KnockoutModel, answer: Answer, view: KnockoutView) -> html.Section:
    """Basis, class, calibration, coverage, nearest perturbation."""
    effect, evidence = answer.effect, answer.effect.evidence
    rows = [("Basis", "a screen" if evidence["basis"] == "screen" else "a simulation: nothing was measured of it"),
            ("Method", method_words(effect.method))]
    if evidence.get("abstained"):
        rows = [rows[0], ("Kind", evidence["kind"]),
                ("Shown", "what was measured" if only_measured(effect.table) else "nothing")]
    elif evidence["basis"] == "screen":
        n = evidence.get("n_calibration")
        rows += [("Kind", evidence["kind"]), ("Asked for", evidence.get("class") or "–"),
                 ("Calibrated on", plural(n, "left-out perturbation") if n else "none"),
                 ("Coverage", coverage_said(effect, view)), ("Nearest seen", likeness_said(effect))]  # fmt: skip
    else:
        rows += [("Cells", evidence.get("cell_type") or "all"),
                 ("Dose", f"{percent(view.dose)} of its expression left"),
                 ("Edges", whole(len(evidence.get("path") or [])) + " on its way"),
                 ("Out of range", plural(int(answer.effect.table["outside"].sum()), "gene"))]  # fmt: skip
    parts = [part for term, words in rows for part in (html.Dt(term), html.Dd(words))]
    return html.Section([html.H3("What this rests on"), html.Dl(parts, className="gw-facts gw-small ko-facts")])


def kernels(evidence: dict[str, Any]) -> list[html.Section]:
    """The weight of each kind of likeness in the prediction."""
    weights = evidence.get("weights") or {}
    known = set(evidence.get("known_by") or [])
    if not weights:
        return []
    title = html.H3("Likeness of genes by", title="Weights found by leaving one perturbation out")
    if not any(weights.values()):
        return [html.Section([title, html.P(f"None is used. {listing(list(weights)).capitalize()} did not lessen the "
                                            "error on perturbations left out.", className="gw-small")])]
    ordered = sorted(weights.items(), key=lambda item: -item[1])
    rows = [html.Li([html.Span(name, className="ko-kernel"), bar(share),
                     html.Span(percent(share), className="gw-num"),
                     html.Span("" if name in known else "does not know it", className="gw-muted gw-small")])
            for name, share in ordered]  # fmt: skip
    return [html.Section([title, html.Ul(rows, className="ko-kernels")])]


def verdict(told: list[str], kind: str) -> list[Any]:
    """The sentence on perturbations of this kind, and behind it those on others."""
    _, _, parts = kind.partition(", ")
    mine = [text for text in told if (f"({parts})" in text if parts else "pair" not in text)]
    others = [html.Li(thin(text)) for text in told if text not in mine]
    more = html.Details([html.Summary("Of other kinds"), html.Ul(others, className="gw-small")], className="gw-details")
    said = [thin(text) for text in mine] or ["Of this kind too few were left out to tell."]
    return [*(html.P(text, className="gw-small") for text in said), *([more] if others else [])]


def baseline(model: KnockoutModel, kind: str = "") -> list[html.Section]:
    """Error of each predictor on perturbations left out: does it beat the mean?"""
    loo = model.facts.get("loo") or {}
    if not loo:
        return []
    best = model.facts.get("best", "")
    head = html.Tr([html.Th("Predictor", scope="col"),
                    html.Th("Error", scope="col", className="gw-num", title="Mean square, of perturbations left out"),
                    html.Th("r", scope="col", className="gw-num", title="Pearson's r of changes, mean over them"),
                    html.Th("r beyond mean", scope="col", className="gw-num", title="Pearson's r of changes less the "
                            "mean of the others (Systema): the mean itself tells nothing here")])  # fmt: skip
    rows = [html.Tr([html.Td(f"{METHODS.get(name, name)}{' ●' if name == best else ''}"),
                     html.Td(number(_told(told, "mse")), className="gw-num"),
                     *(html.Td(r, className="gw-num") for r in _correlations(name, told))])
            for name, told in sorted(loo.items(), key=lambda item: _told(item[1], "mse") or np.inf)]  # fmt: skip
    return [html.Section([html.H3("Does it beat the mean?"), *verdict(model.facts.get("verdict", []), kind),
                          html.Table([html.Thead(head), html.Tbody(rows)], className="atlas-table"),
                          html.P("● is used. All figures are of perturbations left out of learning.",
                                 className="gw-muted gw-small"),
                          dcc.Link("Try all methods in the Benchmark", href=benchmark_address(model),
                                   className="gw-small")])]  # fmt: skip


def _correlations(name: str, told: Any) -> list[str]:
    """Both r of a predictor; none beyond the mean of one that tells every gene the same."""
    r, beyond = _told(told, "pcc"), None if name in PLAIN else _told(told, "systema")
    return ["–" if value is None or not np.isfinite(value) else f"{value:.2f}".replace("-", "\u2212")
            for value in (r, beyond)]


def network(services: Services, name: str, model: KnockoutModel) -> list[html.Details]:
    """A network that may be trained on the screen, and the job that trains it."""
    if model.basis != "screen":
        return []
    trained = "grape" in methods_of(model, services.store)
    said = ("It is trained: choose it as the method above. Where it did not gain on held-out perturbations, it answers "
            "as the core does.") if trained else (
            "A network can be trained on what the core leaves over. Most networks lose to the core; this one falls "
            "back to it where it does not gain on held-out perturbations.")  # fmt: skip
    go = [] if trained else [html.Button([icon("play"), "Train GRAPE"], id=ids.LEARN, type="button",
                                         className="gw-button-quiet")]  # fmt: skip
    job = html.Div(job_parts(newest_learning(services, name)), id=ids.LEARN_JOB)
    return [html.Details([html.Summary("GRAPE"), html.P(said, className="gw-small"), *go, job],
                         className="gw-details")]  # fmt: skip


def _told(told: Any, name: str) -> float | None:
    return told.get(name) if isinstance(told, dict) else told if name == "mse" else None


def actions(services: Services, name: str, model: KnockoutModel, view: KnockoutView, answer: Answer) -> html.Div:
    """What do they do, on the map, rank all."""
    genes = strongest(answer.effect.table, k=SENT, way=view.way, sort=view.sort if view.sort != "name" else "size",
                      hide=True)  # fmt: skip
    what = asked(view, model.facts)
    title = f"the {what[0].lower()}{what[1:]}"
    sure = genes[(genes["low"] > 0) | (genes["high"] < 0)]
    sent = (sure if len(sure) >= 10 else genes).index.tolist()
    address = enrichment_address(genes=",".join(sent), background=f"knockout:{name}", name=title)
    links = [dcc.Link("What do they do?", href=address, className="gw-button-quiet",
                      title=f"Pathways of the {len(sent)} strongest changes, among all genes told of")]
    stored = find_map(services, study=model.facts["study"])
    if stored and view.genes[0] in set(gene_names(services.store, stored.id)):
        links.append(dcc.Link("In the Atlas", href=f"/atlas?map={stored.id}&gene={quote(view.genes[0])}",
                              className="gw-button-quiet", title="On the gene map of the study"))
    return html.Div(links, className="gw-row cmp-links")


def cannot_block(table: pd.DataFrame) -> html.Details | None:
    """Why some genes cannot be asked for, with how many of each reason."""
    rows = table[~table["can"]]
    if rows.empty:
        return None
    said = [reason.replace(gene, "it") for gene, reason in zip(rows["gene"], rows["reason"], strict=True)]
    reasons = Counter(said)
    if len(reasons) > REASONS:
        reasons = Counter(re.sub(r"\d[\d.,]*\d|\d", "…", text) for text in said)
    items = [html.Li(f"{plural(n, 'gene')}: {not_told(reason)}") for reason, n in reasons.most_common(REASONS)]
    return html.Details([
        html.Summary(f"Why can {plural(len(rows), 'gene')} not be asked for?"),
        html.Ul(items, className="gw-small"),
        html.P("Type a gene above: one that cannot be asked for is greyed, with its own reason.",
               className="gw-muted gw-small"),
    ], className="gw-details")  # fmt: skip


def notes(model: KnockoutModel) -> list[html.Details]:
    """What is missing and what else is to be known of the model."""
    found = model.facts.get("notes") or []
    if model.basis == "network":
        from engine.knockout.from_network import EVERYWHERE

        found = [text for text in found if text not in EVERYWHERE]
    if not found:
        return []
    more = dcc.Link("Add knowledge in the Library", href="/data/library", className="gw-small")
    return [html.Details([html.Summary(f"{plural(len(found), 'note')} on this model"),
                          html.Ul([html.Li(thin(text)) for text in found], className="gw-small"), more],
                         className="gw-details")]  # fmt: skip


def benchmark_address(model: KnockoutModel) -> str:
    """The Benchmark page of the study of a model."""
    return "/benchmark?" + urlencode({"study": model.facts["study"]})


def again_address(model: KnockoutModel) -> str:
    """The way to the form for the study of a model."""
    return "/knockout?" + urlencode({"study": model.facts["study"], "new": "1"})
