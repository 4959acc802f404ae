"""How thoroughly to look: the presets beside the time that each will take on this machine."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from app.forecasts import NOT_YET
from engine.profiles import PRESETS

DEFAULT = "standard"


def preset_choice(study: str) -> html.Div:
    """Radio buttons; times and what is said of memory are filled in when they are known."""
    choices = dmc.RadioGroup(
        html.Div([_choice(study, preset) for preset in PRESETS], className="gw-presets"), value=DEFAULT,
        id=chosen_id(study, "card"), **{"aria-label": "How thoroughly to look"},
    )  # fmt: skip
    return html.Div([choices, html.Div(id=memory_id(study))], className="gw-preset-choice")


def chosen_id(study: Any, place: Any) -> dict:
    """Of the radio group."""
    return {"type": "study-preset", "owner": study, "place": place}


def time_id(study: Any, preset: Any) -> dict:
    """Of the time beside a preset."""
    return {"type": "study-time", "owner": study, "preset": preset}


def memory_id(study: Any) -> dict:
    """Of the sentence about memory."""
    return {"type": "study-memory", "owner": study}


def _choice(study: str, preset) -> dmc.Radio:
    label = [html.Span(preset.label), html.Span(NOT_YET, id=time_id(study, preset.name), className="gw-preset-time")]
    return dmc.Radio(label=html.Span(label, className="gw-preset-label"), description=preset.about, value=preset.name,
                     size="xs", className="gw-preset")
