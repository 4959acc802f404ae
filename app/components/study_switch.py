"""The study in view, chosen in the bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import dcc

from app import ids

if TYPE_CHECKING:
    from app.services import Services


def study_choices(services: Services) -> list[dict[str, str]]:
    """What the study switcher offers."""
    return [{"value": study.name, "label": study.title} for study in services.library.studies()]


def study_switch(services: Services) -> dmc.Select:
    """The study in view; the browser remembers the choice."""
    studies = study_choices(services)
    return dmc.Select(
        id=ids.STUDY, data=studies,
        value=studies[0]["value"] if studies else None, allowDeselect=False, size="sm", className="gw-study-switch",
        persistence="study", persistence_type="local", placeholder="No study yet", disabled=not studies,
        comboboxProps={"shadow": "md", "zIndex": 300, "width": "max-content", "position": "bottom-start"},
        **{"aria-label": "Study in view"},
    )


def shown_study(name: str) -> dcc.Store:
    """Says which study the result on a page is of, so that the bar names it too; nothing for an empty name."""
    return dcc.Store(id=ids.SHOWN_STUDY, data=name)
