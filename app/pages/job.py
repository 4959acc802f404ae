"""The job page."""

from __future__ import annotations

from dash import html

PATH = "/jobs/<job_id>"
TITLE = "Job"


def layout(services, *, study: str = ""):
    return html.Div(html.H1(TITLE), className="gw-page")


def register(app, services) -> None:
    pass
