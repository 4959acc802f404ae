"""Which cells to keep: violins, a scatter, four limits, and what they drop, live."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from app.components.alert import alert
from app.components.graph import graph
from app.components.page_header import icon
from app.figures import qc
from app.words import listing, percent, whole
from engine.errors import GeneweaveError
from engine.io.limits import dropped_by, read_cells, suggested_limits
from engine.io.qc import CellFacts, kept
from engine.types import QcLimits

if TYPE_CHECKING:
    from app.services import Services

# name of the limit → its label, how a sentence names it, and the step of its arrows
FIELDS = {
    "min_counts": ("Least counts per cell", "least counts", 50),
    "max_counts": ("Most counts per cell", "most counts", 500),
    "min_genes": ("Least genes per cell", "least genes", 25),
    "max_mito": ("Most mitochondrial counts (%)", "most mitochondrial counts", 0.5),
}
RULE = ("Median ± 3 scaled median absolute deviations (MAD × 1.4826): of log(1 + counts) both ways, of log(1 + genes) "
        "below, of the mitochondrial share above")  # fmt: skip
VIOLINS, SCATTER = "qc-violins", "qc-scatter"


def section(services: Services, file_id: str) -> list[html.Section]:
    """The quality control of a file's cells; nothing before a check has kept facts of them."""
    path = services.files.cells(file_id)
    if not path.is_file():
        return []
    try:
        facts = cells_of(path)
    except GeneweaveError as fault:
        return [html.Section([html.H2("Which cells to keep"), alert(str(fault))], className="gw-card")]
    if not len(facts.counts):
        return []
    limits = services.files.limits(file_id)
    arrays = (facts.counts, facts.genes, facts.mito)
    figures = [graph(VIOLINS, qc.violins(*arrays, limits), name="cells-violins"),
               graph(SCATTER, qc.counts_and_genes(*arrays, limits), name="cells-counts-genes")]  # fmt: skip
    return [html.Section([
        dcc.Store(id="qc-marks"),
        html.Div([html.H2("Which cells to keep"), html.Div(_buttons(file_id), className="gw-row")],
                 className="gw-spread"),
        html.P(_hint(facts), className="gw-muted gw-small"),
        html.Div(_inputs(limits, dropped_by(facts, limits)), className="file-limits"),
        html.P(said_parts(facts, limits), id="qc-said", className="file-said", role="status"),
        html.Div(figures, className="file-figures"),
    ], className="gw-card", id="file-qc", **{"aria-label": "Which cells to keep"})]  # fmt: skip


@lru_cache(maxsize=4)
def _cells(path: str, changed: int) -> CellFacts:
    return read_cells(Path(path))


def cells_of(path: Path) -> CellFacts:
    """Facts of each cell; the last few files stay in memory."""
    return _cells(str(path), path.stat().st_mtime_ns)


def read_limits(values: list[Any]) -> QcLimits:
    """Limits from what the four inputs hold; an empty or half-typed one is open."""
    given = {name: value for name, value in zip(FIELDS, values, strict=True)
             if isinstance(value, (int, float)) and value >= 0}  # fmt: skip
    return QcLimits(**given)


def said(facts: CellFacts, limits: QcLimits) -> str:
    """How many cells are kept and what drops the others: `2 871 of 2 991 cells kept (96 %); 84 dropped by …`."""
    n, keep = len(facts.counts), int(kept(facts, limits).sum())
    dropped = {FIELDS[name][1]: count for name, count in dropped_by(facts, limits).items() if count}
    if keep == n:
        return f"All {whole(n)} cells are kept."
    parts = listing([f"{whole(count)} by {name}" for name, count in dropped.items()])
    both = "; some by more than one" if sum(dropped.values()) > n - keep else ""
    loosen = " Loosen a limit: a study needs cells." if keep == 0 else ""
    share = "less than 1 %" if 0 < keep < n / 200 else "over 99 %" if keep > 0.995 * n else percent(keep / n)
    return f"{whole(keep)} of {whole(n)} cells kept ({share}). Dropped: {parts}{both}.{loosen}"


def said_parts(facts: CellFacts, limits: QcLimits) -> list[Any]:
    """The same with its first sentence in bold."""
    first, dot, rest = said(facts, limits).partition(". ")
    return [html.Strong(first + dot), rest]


def words_of(facts: CellFacts, limits: QcLimits) -> tuple:
    """The sentence, and the words under each input."""
    dropped = dropped_by(facts, limits)
    return said_parts(facts, limits), *(_drops(dropped[name], getattr(limits, name)) for name in FIELDS)


def marks_of(facts: CellFacts, limits: QcLimits) -> dict[str, dict[str, list]]:
    """The limits as lines: for each figure the parts of its layout that change."""
    ends = qc.ranges((qc.log_counts(facts.counts), facts.genes, facts.mito))
    return {VIOLINS: qc.violin_marks(limits, ends),
            SCATTER: qc.scatter_marks(limits, qc.scatter_ends(facts.counts, facts.genes))}  # fmt: skip


def register(app: Dash, services: Services) -> None:
    """Limits are counted, drawn and kept as they are typed."""
    app.clientside_callback(ClientsideFunction("geneweave_file", "mark"), Output("qc-marks", "storage_type"),
                            Input("qc-marks", "data"), prevent_initial_call=True)

    @app.callback(Output("qc-said", "children"), *(Output(_id(name), "description") for name in FIELDS),
                  Output("qc-marks", "data"), *(Input(_id(name), "value") for name in FIELDS),
                  State("file-id", "data"), prevent_initial_call=True)
    def limit(*given):
        *values, file_id = given
        limits = read_limits(values)
        services.files.set_limits(file_id, limits)
        facts = cells_of(services.files.cells(file_id))
        return *words_of(facts, limits), marks_of(facts, limits)

    @app.callback(*(Output(_id(name), "value") for name in FIELDS), Input("qc-suggest", "n_clicks"),
                  State("file-id", "data"), prevent_initial_call=True)
    def suggest(clicks, file_id):
        if not clicks:
            return (no_update,) * len(FIELDS)
        limits = suggested_limits(cells_of(services.files.cells(file_id)))
        return tuple("" if value is None else value for value in vars(limits).values())

    @app.callback(*(Output(_id(name), "value", allow_duplicate=True) for name in FIELDS),
                  Input("qc-clear", "n_clicks"), prevent_initial_call=True)
    def clear(clicks):
        return ("" if clicks else no_update,) * len(FIELDS)


def _buttons(file_id: str) -> list[Any]:
    suggest = html.Button([icon("wand"), "Suggest limits"], id="qc-suggest", className="gw-button-quiet", type="button",
                          title=RULE)
    clear = html.Button("Remove limits", id="qc-clear", className="gw-button-quiet", type="button")
    use = dcc.Link("Use these limits in a study", href=f"/studies/new?files={file_id}", className="gw-button-quiet",
                   title="The limits stay with the file; the form of the study begins with them")
    return [suggest, clear, use]


def _hint(facts: CellFacts) -> str:
    none = "" if facts.mito.any() else (" No gene is named as a mitochondrial one (MT-), so that share is 0 in every "
                                        "cell.")  # fmt: skip
    return ("Limits are kept with the file and change nothing in it; a study that is made of it begins with them. "
            f"What a limit drops lies in the shaded part.{none}")


def _inputs(limits: QcLimits, dropped: dict[str, int]) -> list[dmc.NumberInput]:
    return [
        dmc.NumberInput(id=_id(name), label=label, value="" if value is None else value, min=0, step=step, size="sm",
                        max=100 if name == "max_mito" else None, placeholder="no limit", clampBehavior="blur",
                        allowNegative=False, decimalScale=1 if name == "max_mito" else 0, thousandSeparator="\u202f",
                        description=_drops(dropped[name], value), inputWrapperOrder=["label", "input", "description"])
        for (name, (label, _, step)), value in zip(FIELDS.items(), vars(limits).values(), strict=True)
    ]  # fmt: skip


def _drops(count: int, value: float | None) -> str:
    return "drops none" if value is None else f"drops {whole(count)}"


def _id(name: str) -> str:
    return f"qc-{name.replace('_', '-')}"
