"""Take the figure away as SVG or PNG at a chosen size, or the table behind it as CSV or TSV."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from app.components.buttons import file_button, popover
from app.components.map_table import ENDINGS
from app.components.page_header import icon

FORMATS = (("svg", "SVG"), ("png", "PNG"))
WIDTHS = (("321", "85 mm"), ("658", "174 mm"), ("own", "Pixels"))
SCALES = (("1", "1×"), ("2", "2×"), ("3.125", "300 dpi"))


def export_menu() -> dmc.Popover:
    """Format, width and resolution, then one button; beneath it the table."""
    opener = html.Button([icon("save"), html.Span("Export")], id="atlas-export", type="button", className="atlas-tool",
                         title="Export figure or table (e)")
    return popover(opener, _body(), label="Export", width=312, position="top-end")


def _body() -> list:
    own = html.Label(["Pixels wide", dmc.NumberInput(id="atlas-export-own", value=1200, min=200, max=6000, step=50,
                                                     size="xs", w=150)], className="atlas-own")
    tables = [file_button(ending, word=f"Save {ending.upper()}", class_name="gw-button-quiet atlas-grow")
              for ending in ENDINGS]  # fmt: skip
    return [
        html.H3("Figure of this view"),
        _choice("atlas-export-format", "Format", FORMATS), _choice("atlas-export-width", "Width", WIDTHS), own,
        _choice("atlas-export-scale", "Resolution", SCALES),
        html.Button("Save figure", type="button", className="gw-button", **{"data-act": "figure"},
                    title="Colours, hidden levels, zoom and selection as you see them, with a legend"),
        html.H3("Table behind it"),
        html.Div(tables, className="gw-row"),
    ]  # fmt: skip


def _choice(name: str, label: str, options: tuple[tuple[str, str], ...]) -> html.Div:
    data = [{"value": value, "label": words} for value, words in options]
    control = dmc.SegmentedControl(id=name, data=data, value=options[0][0], size="xs", fullWidth=True)
    return html.Div([html.Div(label, className="atlas-label"), control], role="group", className="atlas-choice",
                    **{"aria-label": label})
