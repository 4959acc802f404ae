"""The frame around every page: rail, top bar, search, ring of running jobs, theme, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from app import ids, pages
from app.components.job_card import job_title, study_titles
from app.components.page_header import icon
from app.components.study_switch import study_switch
from app.errors import note
from app.search import search_box
from app.words import plural
from engine.jobs.submit import CALIBRATE, CHECK, FETCH

if TYPE_CHECKING:
    from app.services import Services
    from engine.jobs.table import Job

ACCENT = ["#e5f1f8", "#cfe5f2", "#a3cee8", "#74b6dc", "#4ba8dc", "#2a8fc9", "#0072b2", "#00629a", "#005283", "#00426b"]
DARK = ["#e7ebef", "#c6ced6", "#9ba6b2", "#78838f", "#46505a", "#2a3037", "#1e2328", "#171b1f", "#101316", "#0b0d0f"]
THEME = {
    "fontFamily": "var(--gw-font)",
    "fontFamilyMonospace": "var(--gw-mono)",
    "primaryColor": "accent",
    "primaryShade": {"light": 6, "dark": 4},
    "autoContrast": True,
    "colors": {"accent": ACCENT, "dark": DARK},
    "fontSizes": {"xs": "12px", "sm": "13px", "md": "14px", "lg": "16px", "xl": "20px"},
    "defaultRadius": "6px",
    "respectReducedMotion": True,
}
QUIET = (CHECK, FETCH, CALIBRATE)  # seconds long, and shown in place: their end needs no note
RECENT = 50  # jobs that the ring and the news look at
SHORTCUTS = (
    ("/", "Find a gene, a gene set or a page"),
    ("g s", "Go to Studies"), ("g d", "Go to Data"), ("g a", "Go to the Atlas"), ("g m", "Go to Modalities"),
    ("g c", "Go to Compare"), ("g u", "Go to Causes"), ("g k", "Go to Knockout"), ("g q", "Go to Quality"),
    ("g j", "Go to Jobs"),
    ("l", "Select with a lasso (Atlas, Compare)"), ("b", "Select with a box (Atlas, Compare)"),
    ("Esc", "Clear the selection"),
    ("Ctrl+Z", "Undo the last selection"), ("Ctrl+Shift+Z", "Redo it"),
    ("← ↑ → ↓", "Move to the nearest gene (Atlas)"), ("Enter", "Open the gene's card"),
    ("e", "Export the figure (Atlas)"), ("?", "Show these shortcuts"),
)


def layout(services: Services) -> dmc.MantineProvider:
    """The frame, built anew for every visit so that new studies appear."""
    frame = html.Div([rail(), bar(services), html.Main(skeleton(), id=ids.MAIN, className="gw-main", tabIndex=-1)],
                     className="gw-frame")
    return dmc.MantineProvider(
        [html.A("Skip to the page", href="#main", className="gw-skip"), frame, help_dialog(), *machinery()],
        theme=THEME, defaultColorScheme="auto",
    )


def skeleton() -> html.Div:
    """The outline of a page, until the first one comes."""
    bones = [html.Div(className=f"gw-bone gw-bone-{part}") for part in ("title", "line", "card")]
    return html.Div(bones, className="gw-page", **{"data-busy": "true", "aria-hidden": "true"})


def machinery() -> list:
    """What is not seen: address, stores, the pulse, live region, notifications."""
    return [
        dcc.Location(id=ids.URL, refresh="callback-nav"), dcc.Store(id=ids.ROUTE), dcc.Store(id=ids.TITLE),
        dcc.Store(id=ids.TOLD), dcc.Interval(id=ids.PULSE, interval=2000),
        html.Div(id=ids.LIVE, className="gw-hidden", role="status", **{"aria-live": "polite"}),
        dmc.NotificationContainer(id=ids.NOTES, position="bottom-right", zIndex=500),
    ]


def rail() -> html.Nav:
    """Icon and word of each page that exists."""
    links = [
        dcc.Link([icon(page.icon), html.Span(page.title, className="gw-rail-word")], href=page.path,
                 className="gw-rail-link", title=f"{page.title} (g {page.key})")
        for page in pages.PAGES if page.icon
    ]
    return html.Nav([html.Div(icon("logo"), className="gw-logo"), *links], className="gw-rail",
                    **{"aria-label": "Pages"})


def bar(services: Services) -> html.Header:
    """Wordmark, study switcher, search, ring, theme, help."""
    end = html.Div([ring(), theme_switch(), help_button()], className="gw-bar-end")
    return html.Header([dcc.Link("Geneweave", href="/", className="gw-wordmark"), study_switch(services), search_box(),
                        end], className="gw-bar")


def ring() -> dcc.Link:
    """How many jobs run, and how far they are; leads to the list."""
    return dcc.Link(
        [dmc.RingProgress(id=ids.RING, size=26, thickness=3, sections=[], rootColor="var(--gw-line)"),
         html.Span("Jobs", id=ids.RING_LABEL, className="gw-ring-word")],
        href="/jobs", className="gw-ring", title="Running jobs",
    )


def theme_switch() -> dmc.ColorSchemeToggle:
    return dmc.ColorSchemeToggle(id=ids.THEME, lightIcon=icon("sun"), darkIcon=icon("moon"), variant="subtle",
                                 color="gray", size=32, **{"aria-label": "Switch between light and dark"})


def help_button() -> dmc.ActionIcon:
    return dmc.ActionIcon(icon("help"), id=ids.HELP_OPEN, variant="subtle", color="gray", size=32,
                          **{"aria-label": "Keyboard shortcuts"})


def help_dialog() -> dmc.Modal:
    """All keyboard shortcuts."""
    keys = [_shortcut(*pair) for pair in SHORTCUTS]
    return dmc.Modal(html.Table(html.Tbody(keys), className="gw-table"), id=ids.HELP, title="Keyboard shortcuts",
                     size="md", closeButtonProps={"aria-label": "Close"})


def _shortcut(keys: str, what: str) -> html.Tr:
    return html.Tr([html.Td([html.Kbd(key, className="gw-kbd") for key in keys.split(" ")], className="gw-keys"),
                    html.Td(what)])


def register(app: Dash, services: Services) -> None:
    """Help opens, the ring turns, ended jobs are told."""
    app.clientside_callback(ClientsideFunction("geneweave", "open_help"), Output(ids.HELP, "opened"),
                            Input(ids.HELP_OPEN, "n_clicks"), prevent_initial_call=True)
    app.clientside_callback(ClientsideFunction("geneweave", "in_view"), Output(ids.SHOWN_STUDY, "storage_type"),
                            Input(ids.SHOWN_STUDY, "data"), State(ids.STUDY, "data"))

    @app.callback(
        Output(ids.RING, "sections"), Output(ids.RING_LABEL, "children"), Output(ids.TOLD, "data"),
        Output(ids.LIVE, "children"), Output(ids.NOTES, "sendNotifications"),
        Input(ids.PULSE, "n_intervals"), State(ids.TOLD, "data"),
    )
    def pulse(_, told):
        jobs = services.jobs.list(limit=RECENT)
        return ring_state(jobs, told, study_titles(services))


def ring_state(jobs: list[Job], told: str | None, titles: dict[str, str]) -> tuple:
    """Ring, label, until when ends were told, news for the live region, notifications.

    `told` is the end of the last job that was told of, None at the first pulse of a visit: what
    ended before a person came is no news.
    """
    active = [job for job in jobs if job.active]
    ended = [job for job in jobs if job.finished and told is not None and job.finished.isoformat() > told]
    until = max([told or "", *(job.finished.isoformat() for job in jobs if job.finished)])
    if until == told and not active:
        return (no_update,) * 5
    done = 100 * sum(job.fraction for job in active) / len(active) if active else 0
    sections = [{"value": round(done, 1), "color": "var(--gw-accent)"}] if active else []
    label = plural(len(active), "job") if active else "Jobs"
    news = [news_of(job, titles) for job in ended]
    notes = [note(text, bad=job.status == "failed") for job, text in zip(ended, news, strict=True)
             if job.kind not in QUIET or job.status == "failed"]
    return sections, label, until, " ".join(news) or no_update, notes or no_update


def news_of(job: Job, titles: dict[str, str]) -> str:
    """A sentence about a job that has ended."""
    words = {"done": "is done", "failed": f"failed: {job.error}", "cancelled": "was cancelled"}
    return f"{job_title(job, titles)} {words.get(job.status, 'has ended')}".rstrip(".") + "."
