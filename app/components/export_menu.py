"""Take the figure away as SVG or PNG at a chosen size, or the table behind it as CSV or TSV."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from app.components.page_header import icon

FORMATS = (("svg", "SVG"), ("png", "PNG"))
WIDTHS = (("321", "85 mm"), ("658", "174 mm"), ("own", "Pixels"))
SCALES = (("1", "1×"), ("2", "2×"), ("3.125", "300 dpi"))


def export_menu() -> dmc.Popover:
    """Format, width and resolution, then one button; beneath it the table."""
    opener = html.Button([icon("save"), html.Span("Export")], id="atlas-export", type="button", className="atlas-tool",
                         title="Export figure or table (e)")
    return dmc.Popover([dmc.PopoverTarget(opener), dmc.PopoverDropdown(html.Div(_body(), className="gw-stack atlas-pop"))],
                       width=312, position="top-end", shadow="md", zIndex=300, trapFocus=True, withRoles=True,
                       returnFocus=True, keepMounted=False)


def _body() -> list:
    own = html.Label(["Width in pixels", dmc.NumberInput(id="atlas-export-own", value=1200, min=200, max=6000, step=50,
                                                         size="xs", w=110)], className="atlas-own")
    tables = [
        html.Button(f"Table as {ending.upper()}", type="button", className="gw-button-quiet", **{"data-act": f"table-{ending}"})
        for ending in ("csv", "tsv")
    ]
    return [
        html.H3("Figure of this view"),
        _choice("atlas-export-format", "Format", FORMATS), _choice("atlas-export-width", "Width", WIDTHS), own,
        _choice("atlas-export-scale", "PNG resolution", SCALES),
        html.Button("Save figure", type="button", className="gw-button", **{"data-act": "figure"}),
        html.P("Points, colours, hidden levels, zoom and selection as you see them, with a legend.",
               className="gw-muted gw-small"),
        html.H3("Table behind it"), html.Div(tables, className="gw-row"),
        html.P("The rows of the selection, or all rows when nothing is selected.", className="gw-muted gw-small"),
    ]  # fmt: skip


def _choice(name: str, label: str, options: tuple[tuple[str, str], ...]) -> html.Div:
    data = [{"value": value, "label": words} for value, words in options]
    control = dmc.SegmentedControl(id=name, data=data, value=options[0][0], size="xs", fullWidth=True)
    return html.Div([html.Div(label, className="atlas-label"), control], role="group", **{"aria-label": label})
