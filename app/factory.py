"""`create_app(services)`: the Dash app with its frame, pages and error handler."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dash import Dash

from app import errors, report, routing, search, shell, tus
from app.components import graph, job_card, parameter_form
from app.pages import PAGES

if TYPE_CHECKING:
    from app.services import Services

ASSETS = Path(__file__).parents[1] / "assets"

INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
    <script>
      (function () {
        var kept = null;
        try { kept = localStorage.getItem('mantine-color-scheme-value'); } catch (error) { kept = null; }
        var dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
        document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
      })();
    </script>
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>
"""


def create_app(services: Services) -> Dash:
    """The whole web app, ready for a WSGI server; nothing in it is fetched from elsewhere."""
    app = Dash(
        "geneweave", assets_folder=str(ASSETS), pages_folder="", use_pages=False, serve_locally=True,
        title="Geneweave", update_title=None, index_string=INDEX, suppress_callback_exceptions=True,
        on_error=errors.handler(services.settings),
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = lambda: shell.layout(services)
    for part in (shell, routing, search, graph, job_card, parameter_form):
        part.register(app, services)
    for page in PAGES:
        page.module.register(app, services)
    tus.add_routes(app.server, services)
    report.add_routes(app, services)
    return app
