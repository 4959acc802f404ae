"""The way to the report of a comparison: to read, or with all tables and figures in a zip."""

from __future__ import annotations

from urllib.parse import quote

from dash import html

from app.components.page_header import icon


def report_link(contrast_id: str) -> html.Div:
    """Two links that the web server answers itself."""
    name = quote(contrast_id)
    return html.Div([
        html.A([icon("file"), "Report"], href=f"/report/{name}.html", target="_blank", className="gw-button-quiet",
               title="Figures, tables, methods, warnings and references on one page, to read or print"),
        html.A([icon("save"), "All files"], href=f"/report/{name}.zip", className="gw-button-quiet",
               title="The report with all tables and figures, as a zip", download=""),
    ], className="gw-row gw-nowrap")  # fmt: skip
