"""Where everything of a comparison lies: headline, warnings, controls, picture, table; the inspector beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import dcc, html

from app.components.alert import alert
from app.components.page_header import icon
from app.components.report_link import report_link
from app.components.study_switch import shown_study
from app.contrasts import StoredContrast, siblings
from app.pages.compare import ids
from app.pages.compare.inspector import panel
from app.pages.compare.made import made
from app.pages.compare.pictures import SIMPSON, again, picture
from app.pages.compare.tables import gene_grid
from app.pages.compare.view import COLOURS, LEVELS, PICTURES, CompareView
from app.pages.compare.words import ARM, arms_said, design_said, headline
from app.words import plural, thin, when
from engine.types import ARMS, Contrast

if TYPE_CHECKING:
    from app.services import Services

FORM = "form:"  # before an address that leads to the form, in the choice of cells


def result(services: Services, stored: StoredContrast, contrast: Contrast, view: CompareView, *, gene: str,
           faults: list[str]) -> html.Div:
    """The page of one comparison."""
    pick = {"gene": gene, "genes": [], "name": ""}
    stage = html.Div([
        _title(services, stored, contrast, view), *map(alert, faults), *_warnings(contrast), _verdict(contrast, view),
        _controls(view, cells_choice(services, stored, contrast)),
        html.Div(picture(contrast, view, gene=gene), id=ids.STAGE, className="cmp-stage"),
        _table(contrast, view), made(stored.id, contrast),
    ], className="cmp-main gw-stack")  # fmt: skip
    beside = html.Aside(panel(services, contrast, stored.id, view, pick), id=ids.INSPECTOR, className="cmp-inspector",
                        tabIndex=0, **{"aria-label": "The gene in view"})
    stores = [shown_study(stored.study), dcc.Store(id=ids.START, data={"contrast": stored.id, "study": stored.study}),
              dcc.Store(id=ids.VIEW, data=view.to_dict()), dcc.Store(id=ids.PICK, data=pick),
              dcc.Download(id=ids.DOWNLOAD),
              html.Div(id=ids.LIVE, className="gw-hidden", role="status", **{"aria-live": "polite"})]  # fmt: skip
    return html.Div([*stores, stage, beside], id=ids.ROOT, className=f"cmp cmp-view-{view.view}")


def _title(services: Services, stored: StoredContrast, contrast: Contrast, view: CompareView) -> html.Div:
    facts = contrast.facts
    about = f"{facts['title']} · {stored.levels} · {stored.cells} · {design_said(facts)} · {when(stored.created)}"
    words = html.P(about, className="gw-muted gw-small")
    others = dcc.Link([icon("compare"), "Compare others"], href=f"/compare?{urlencode({'study': stored.study})}",
                      className="gw-button-quiet", title="Another comparison: a new one, or one that is there already")
    acts = html.Div([others, report_link(stored.id)], className="gw-row cmp-acts")
    return html.Div([html.H1(headline(contrast, view.arm, view.fdr), id=ids.HEADLINE),
                     html.Div([words, acts], className="cmp-about")], className="cmp-title")


def _warnings(contrast: Contrast) -> list[html.Div]:
    """The loudest sentence in view, what it means and the other warnings behind it."""
    if not contrast.facts["warnings"]:
        return []
    first, *others = map(thin, contrast.facts["warnings"])
    loudest, stop, rest = first.partition(". ")
    behind = [html.P(text) for text in (rest, *others) if text]
    said = html.Span(loudest + stop.strip(), className="gw-name cmp-loudest")
    if not behind:
        return [html.Div(alert([html.Div(said)]), className="cmp-warnings")]
    count = html.Span(_more_words(len(others)), className="cmp-more")
    folded = html.Details([html.Summary([said, " ", count]), *behind], className="cmp-folded")
    return [html.Div(alert([folded]), className="cmp-warnings")]


def _more_words(n: int) -> str:
    return f"More, and {plural(n, 'other warning')}" if n else "More"


def _verdict(contrast: Contrast, view: CompareView) -> html.Div:
    """What each arm found at the chosen FDR, and behind it the verdict of the engine."""
    said = html.Span(arms_words(contrast, view), id=ids.ARMS)
    verdict = [html.P(thin(text)) for text in contrast.facts["verdict"]]
    if not verdict:
        return html.Div(said, className="cmp-verdict")
    more = html.Span("More of what was found", className="cmp-more")
    return html.Div(html.Details([html.Summary([said, " ", more]), *verdict], className="cmp-folded"),
                    className="cmp-verdict")


def arms_words(contrast: Contrast, view: CompareView) -> str:
    return " ".join(arms_said(contrast, view.fdr))


def cells_choice(services: Services, stored: StoredContrast, contrast: Contrast) -> html.Div | None:
    """All cells or one type: the comparison that is there, else the form filled in to run it; None without types."""
    there = {c.facts["cell_type"]: c.id for c in reversed(siblings(services, stored))
             if c.facts["without"] == stored.facts["without"]} | {stored.facts["cell_type"]: stored.id}  # fmt: skip
    told = {row["cell_type"] for c in siblings(services, stored) for row in c.facts["composition"]}
    types = sorted(told | (there.keys() - {""}))
    if not types:
        return None
    options = [{"value": there.get(kind) or FORM + again(contrast, only=kind),
                "label": (kind or "All cells") + ("" if kind in there else " (to run)")} for kind in ["", *types]]
    select = dmc.Select(id=ids.CELLS, data=options, value=stored.id, allowDeselect=False, size="xs", w=148,
                        searchable=len(options) > 8, comboboxProps={"shadow": "md", "zIndex": 300},
                        **{"aria-label": "Which cells are compared"})
    return html.Div([html.Span("Cells", className="atlas-label"), select], className="cmp-choice", title=SIMPSON)


def _controls(view: CompareView, cells: html.Div | None) -> html.Div:
    """Arm, FDR, cells, picture, colour of the maps."""

    def choice(name: str, label: str, options: dict[Any, str], value: Any, about: str) -> html.Div:
        data = [{"value": str(key), "label": word} for key, word in options.items()]
        control = dmc.SegmentedControl(id=name, data=data, value=str(value), size="xs")
        return html.Div([html.Span(label, className="atlas-label"),
                         html.Div(control, role="group", **{"aria-label": about})], className="cmp-choice", title=about)

    arms = {arm: ARM[arm][0] for arm in ARMS}
    levels = {level: f"{level}\u202f%" for level in LEVELS}
    return html.Div([
        choice(ids.ARM, "Changed by", arms, view.arm, "Which statistic says that a gene changed"),
        choice(ids.LEVEL, "FDR", levels, view.level, "False discovery rate below which a gene counts as changed"),
        *([cells] if cells else []),
        choice(ids.PICTURE, "Show", PICTURES, view.view, "Which picture"),
        html.Div(choice(ids.COLOUR, "Colour", COLOURS, view.colour, "What the points of the maps are coloured by"),
                 className="cmp-colour"),
    ], className="cmp-controls", role="toolbar", **{"aria-label": "What is shown"})  # fmt: skip


def _table(contrast: Contrast, view: CompareView) -> html.Section:
    files = [html.Button([icon("save"), ending.upper()], id={"type": ids.FILE, "which": "genes", "ending": ending},
                         type="button", className="gw-button-small",
                         title=f"Save every column of every gene as {ending.upper()}") for ending in ("csv", "tsv")]
    more = html.Button([icon("save"), "Expression of all measured genes"], type="button", className="gw-button-small",
                       id={"type": ids.FILE, "which": "expression", "ending": "csv"},
                       title="Differential expression of every measured gene as CSV")
    words = "● is below the chosen FDR. A click or Enter on a row shows the gene's partners then and now."
    return html.Section([
        html.Div([html.Div([html.H2("All genes, ranked"), html.P(words, className="gw-muted gw-small")]),
                  html.Div([*files, more], className="gw-row")], className="gw-spread"),
        html.Div(gene_grid(contrast, view), className="cmp-table"),
    ], className="gw-card cmp-last", **{"aria-label": "All genes, ranked"})  # fmt: skip
