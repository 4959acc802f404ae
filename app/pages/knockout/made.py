"""How a model and its answer were made: method, parameters, command line, versions and hashes of the data."""

from __future__ import annotations

import shlex
from dataclasses import fields, is_dataclass
from typing import Any

from dash import dcc, html

from app.knockouts import StoredModel
from app.pages.knockout.view import KnockoutView
from app.words import duration, when
from engine.command import model_options
from engine.params import KnockoutParams

METHOD = {
    "screen": "Changes are means of perturbed cells minus means of control cells of the same batch. The change "
              "by a gene that was not perturbed is predicted from genes that are like it, by several kinds of evidence "
              "whose weights are found by leaving one perturbation out; pairs add a shrunk interaction. Intervals "
              "control the share of genes outside, over perturbations that were left out.",
    "network": "In each cell type the expression of every gene was regressed on the TFs that databases say regulate "
               "it (ridge). A perturbation is carried through these edges three times, as CellOracle does, and kept "
               "in the range seen in cells. It is a simulation: nothing was measured of it.",
}  # fmt: skip
CITATIONS = {
    "screen": ("Ahlmann-Eltze, Huber and Anders, Deep-learning-based gene perturbation effect prediction does not yet "
               "outperform simple linear baselines, Nature Methods 2025",
               "Angelopoulos et al., Conformal risk control, ICLR 2024"),
    "network": ("Kamimoto et al., Dissecting cell identity via network inference and in silico gene perturbation "
                "(CellOracle), Nature 2023",),
}  # fmt: skip


def made(stored: StoredModel, view: KnockoutView) -> html.Details:
    """A closed drawer at the foot of the page."""
    facts = stored.facts
    info = facts["made"]
    packages = ", ".join(f"{package} {version}" for package, version in info.get("packages", {}).items())
    terms = [
        ("Method", METHOD[stored.basis]), ("Citations", [html.Div(text) for text in CITATIONS[stored.basis]]),
        ("The same", copied(command(stored, view), "ko-command")),
        *([("The model", copied(info["command"]))] if info.get("command") else []),
        ("Data", data_of(facts.get("sources") or {})), ("Model", html.Code(stored.id)),
        ("Made", f"{when(info['created'])}, in {duration(info.get('seconds'))}"),
        ("Versions", f"Geneweave {info.get('version', '')}" + (f", {packages}" if packages else "")),
    ]  # fmt: skip
    parts = [part for term, words in terms for part in (html.Dt(term), html.Dd(words))]
    return html.Details([html.Summary("How was this made"), html.Dl(parts, className="gw-facts gw-how"),
                         html.Div(parameters(facts["params"]), className="gw-params")],
                        className="gw-details gw-card gw-card-low cmp-last")  # fmt: skip


def command(stored: StoredModel, view: KnockoutView) -> str:
    """The command line that gives the table in view."""
    words = ["python", "-m", "engine", "knockout", stored.study, "--genes", ",".join(view.genes) or "GENE"]
    words += model_options(KnockoutParams.from_dict(stored.facts["params"]))
    words += ["--method", view.method] if view.method != "auto" else []
    words += ["--cell-type", view.cell_type] if view.cell_type and "--cell-type" not in words else []
    words += ["--dose", f"{view.dose:g}"] if view.dose else []
    words += ["--level", f"{view.coverage:g}"] if stored.basis == "screen" and view.level != 90 else []
    return shlex.join([*words, "--out", f"{'-'.join(view.genes) or 'knockout'}.tsv"])


def data_of(sources: Any) -> list[html.Div]:
    """Each source with its hash."""
    if isinstance(sources, dict):
        return [html.Div([f"{name}: ", html.Code(about.get("content", "") if isinstance(about, dict) else str(about))])
                for name, about in sources.items()]  # fmt: skip
    return [html.Div(str(source)) for source in sources]


def parameters(given: dict[str, Any]) -> list[html.Div]:
    """Every parameter, those of the screen apart; what differs from the default in bold."""
    own = [f for f in fields(KnockoutParams) if f.metadata]
    (screen,) = [f.default_factory for f in fields(KnockoutParams) if is_dataclass(f.default_factory)]
    groups = [("Prediction", own, given), ("Screen", fields(screen), given.get("screen", {}))]
    rows = [(title, [part for f in listed for part in _pair(f, values.get(f.name, f.default))])
            for title, listed, values in groups]  # fmt: skip
    return [html.Div([html.H4(title), html.Dl(pairs, className="gw-facts")]) for title, pairs in rows]


def _pair(f: Any, value: Any) -> tuple[html.Dt, html.Dd]:
    said = html.Strong(f"{value} (default {f.default or 'empty'})") if value != f.default else str(value) or "–"
    return html.Dt(f.metadata["label"], title=f.metadata["doc"]), html.Dd(said)


def copied(text: str, name: str = "") -> html.Span:
    """A command line with a button that copies it."""
    more = {"id": name} if name else {}
    return html.Span([html.Code(text), dcc.Clipboard(content=text, title="Copy the command", className="gw-copy")],
                     className="gw-command", **more)
