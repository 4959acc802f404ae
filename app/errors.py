"""What a person sees when something fails: a sentence, never a traceback; the traceback goes to the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dash import ctx, html, set_props

from app import ids
from app.components.empty_state import empty_state
from engine.errors import GeneweaveError
from engine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

LOGGER = logging.getLogger("geneweave.web")


def open_log(settings: Settings) -> None:
    """Send the web process's log to `<home>/logs/web.log`, beside what the server itself writes there."""
    path = settings.folder("logs") / "web.log"
    for old in list(LOGGER.handlers):
        LOGGER.removeHandler(old)
        old.close()
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def sentence(error: Exception, doing: str = "answering") -> str:
    """The words for a failure: its own when it is an expected one."""
    if isinstance(error, GeneweaveError):
        return str(error)
    return f"Something went wrong while {doing}; nothing was lost. Reload; the details are in the log."


def handler(settings: Settings) -> Callable[[Exception], object]:
    """Dash's `on_error`: log, then a notification, or a page when a page could not be built."""
    open_log(settings)

    def on_error(error: Exception) -> object:
        expected = isinstance(error, GeneweaveError)
        LOGGER.log(logging.INFO if expected else logging.ERROR, "%s", error, exc_info=None if expected else error)
        if _output_ids() & {ids.MAIN}:
            return error_page(sentence(error, "building this page")), "Problem"
        set_props(ids.NOTES, {"sendNotifications": [note(sentence(error, "answering"), bad=True)]})
        return None

    return on_error


def error_page(text: str) -> html.Div:
    """A whole page that says what is wrong and leads on."""
    return html.Div(empty_state("This page could not be shown", text, "Open Studies", "/studies", level=1),
                    className="gw-page", role="alert")


def note(text: str, *, bad: bool = False, title: str = "") -> dict:
    """One notification for `sendNotifications`."""
    return {
        "id": f"note-{abs(hash(text))}", "action": "show", "message": text, "title": title or None,
        "color": "orange" if bad else "accent", "autoClose": 15000 if bad else 6000, "withCloseButton": True,
        "closeButtonProps": {"aria-label": "Close this message"},
    }


def _output_ids() -> set[str]:
    outputs = ctx.outputs_list or []
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return {o["id"] for o in outputs if isinstance(o, dict) and isinstance(o.get("id"), str)}
