"""What is asked of a model: genes with completion and as chips, method, cell type, dose, level of the intervals."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
from dash import html

from app.components.page_header import icon
from app.matching import rank
from app.pages.knockout import ids
from app.pages.knockout.view import LEVELS, OF, SORT, TABS, WAY, KnockoutView
from app.pages.knockout.words import METHODS
from engine.errors import closest
from engine.types import KnockoutModel

SPREAD_ABOUT = ("How far the simulation leans on which cells were fitted: a spread, no interval that was held against "
                "measurements")  # fmt: skip
MOST = 30  # completions
MARKS = ((0.0, "out"), (0.5, "½"), (1.0, "as is"), (2.0, "2×"), (3.0, "3×"))
DOSE_ABOUT = "How much of the gene's expression is left: 0 knocks it out, less than 1 knocks it down, more raises it"
LEVEL_ABOUT = "Share of genes that the intervals are to hold, on perturbations that were left out"


def completions(table: pd.DataFrame, text: str, chosen: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Genes that hold `text`, those that can be asked for first; the others greyed, with the reason.

    `table` has gene, can, reason. Where no gene holds it, the closest names.
    """
    rows = table[~table["gene"].isin(chosen)].set_index("gene")
    text = text.strip()
    if not text:
        return [_option(gene, "") for gene in rows.index[rows["can"]][:MOST]]
    found = rank(text, rows.index.tolist())
    can = [gene for gene in found if rows.at[gene, "can"]][:MOST]
    cannot = [gene for gene in found if not rows.at[gene, "can"]][: MOST - len(can)]
    exact = [gene for gene in cannot if gene.upper() == text.upper()]  # what was typed is answered first
    ordered = [*exact, *can, *(gene for gene in cannot if gene not in exact)]
    if ordered:
        return [_option(gene, "" if rows.at[gene, "can"] else rows.at[gene, "reason"]) for gene in ordered]
    near = closest(text, table["gene"].tolist())
    said = f"No gene '{text}' here." + (" Closest:" if near else " Nothing is close.")
    return [{"value": "?", "label": said, "disabled": True},
            *(_option(gene, "" if table.set_index("gene").at[gene, "can"] else "cannot be predicted") for gene in near)]


def _option(gene: str, reason: str) -> dict[str, Any]:
    short = shorten(reason.replace(f" {gene}", " it"), 110, placeholder=" …")
    return {"value": gene, "label": f"{gene} — {short}" if reason else gene, "disabled": bool(reason)}


def cell_types(model: KnockoutModel) -> list[str]:
    """In which cells a network can be asked, empty for all of them; none for a screen, whose cells are given."""
    types = [str(name) for name in model.facts["cell_types"]]
    return [] if model.basis == "screen" else ["", *types] if len(types) > 1 else types


def ask_bar(model: KnockoutModel, view: KnockoutView, table: pd.DataFrame, methods: list[str]) -> html.Div:
    """Everything that is asked, in a row."""
    parts = [_picker(table), html.Div(chips(view), id=ids.CHIPS, className="ko-chips", role="group",
                                      **{"aria-label": "Genes that are perturbed"})]  # fmt: skip
    if len(methods) > 1:
        data = [{"value": "auto", "label": METHODS["auto"]},
                *({"value": name, "label": METHODS.get(name, name)} for name in methods)]
        parts.append(_choice("Method", dmc.Select(
            id=one(ids.METHOD), data=data, value=view.method, allowDeselect=False, size="xs", w=170,
            comboboxProps={"shadow": "md", "zIndex": 300}, **{"aria-label": "Method"}), "How the change is predicted"))
    types = [{"value": name, "label": name or "All cells"} for name in cell_types(model)]
    if len(types) > 1:
        parts.append(_choice("Cell type", dmc.Select(
            id=one(ids.CELL), data=types, value=view.cell_type, allowDeselect=False, size="xs", w=138,
            searchable=len(types) > 8, comboboxProps={"shadow": "md", "zIndex": 300}, **{"aria-label": "Cell type"}),
            "In which cells it is simulated"))  # fmt: skip
    if model.basis == "network":
        slider = dmc.Slider(id=one(ids.DOSE), value=view.dose, min=0, max=3, step=0.05, size="sm", w=190, precision=2,
                            marks=[{"value": value, "label": word} for value, word in MARKS], updatemode="mouseup",
                            thumbLabel="Dose: share of expression that is left", className="ko-dose")
        parts.append(_choice("Dose", slider, DOSE_ABOUT))
    return html.Div(parts, className="ko-ask cmp-controls")


def level_choice(model: KnockoutModel, view: KnockoutView) -> html.Div:
    """How much the intervals are to hold."""
    of_screen = model.basis == "screen"
    levels = [{"value": str(level), "label": f"{level}\u202f%"} for level in LEVELS]
    control = html.Div(dmc.SegmentedControl(id=ids.LEVEL, data=levels, value=str(view.level), size="xs"),
                       role="group", **{"aria-label": f"Level of the {'intervals' if of_screen else 'spread'}"})
    return _choice("Intervals" if of_screen else "Spread", control, LEVEL_ABOUT if of_screen else SPREAD_ABOUT)


def _picker(table: pd.DataFrame) -> dmc.Select:
    return dmc.Select(
        id=ids.PICKER, data=completions(table, ""), searchable=True, limit=MOST + 6, placeholder="Add a gene",
        size="sm", w=190, leftSection=icon("search"), nothingFoundMessage="Looking…", selectFirstOptionOnChange=True,
        maxDropdownHeight=320, filter={"function": "asTheyCome"},
        comboboxProps={"shadow": "md", "zIndex": 300, "width": 330, "position": "bottom-start"},
        className="ko-picker", **{"aria-label": "Gene to perturb"},
    )  # fmt: skip


def chips(view: KnockoutView) -> list[Any]:
    """The genes that are perturbed, each with a button that takes it away."""
    return [html.Button([gene, icon("cross")], type="button", className="ko-chip", title=f"Take {gene} away",
                        **{"data-ko-drop": gene, "aria-label": f"Take {gene} away"}) for gene in view.genes]


def tabs(model: KnockoutModel, view: KnockoutView) -> html.Div:
    """Which picture."""
    data = [{"value": name, "label": TABS[name]} for name in OF[model.basis]]
    control = dmc.SegmentedControl(id=ids.TAB, data=data, value=view.tab, size="xs")
    return html.Div(html.Div(control, role="group", **{"aria-label": "Which picture"}), className="cmp-choice")


def bar_tools(view: KnockoutView) -> html.Div:
    """How many bars, which, in which order; whether with the target."""
    slider = dmc.Slider(id=ids.K, value=view.k, min=10, max=100, step=5, size="sm", w=128, updatemode="mouseup",
                        thumbLabel="Number of bars")

    def segmented(name: str, options: dict[str, str], value: str, about: str) -> html.Div:
        data = [{"value": key, "label": word} for key, word in options.items()]
        return html.Div(dmc.SegmentedControl(id=name, data=data, value=value, size="xs"), role="group",
                        **{"aria-label": about})

    sort = {name: word for name, word in SORT.items()}
    return html.Div([
        _choice(["Bars ", html.Span(str(view.k), id=f"{ids.K}-said")], slider,
                "How many of the strongest changes are drawn"),
        _choice("Show", segmented(ids.WAY, WAY, view.way, "Which changes"), "Changes upward, downward or both"),
        _choice("Order", segmented(ids.SORT, sort, view.sort, "Order of the bars"),
                "Size of the change; its size in half widths of its interval, the surest first; name"),
        dmc.Switch(id=ids.HIDE, label="Hide the target", checked=view.hide, size="xs",
                   wrapperProps={"title": "A gene that is perturbed changes by that alone"}),
    ], className="ko-bar-tools cmp-controls", role="toolbar", **{"aria-label": "Bars"})  # fmt: skip


def one(name: str) -> dict[str, Any]:
    """The id of a control that some models have and others not."""
    return {"type": name, "n": 0}


def _choice(label: Any, control: Any, about: str) -> html.Div:
    return html.Div([html.Span(label, className="atlas-label"), control], className="cmp-choice", title=about)
