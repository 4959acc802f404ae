"""Saving the form: the study is kept and comes into view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State, ctx, no_update

from app import ids
from app.components.alert import alert
from app.components.study_switch import study_choices
from app.pages.study.origins import NEW
from app.pages.study.reading import fields, read, study_name
from engine.errors import GeneweaveError, InvalidStudy
from engine.studies.faults import faults

if TYPE_CHECKING:
    from app.services import Services


def register(app: Dash, services: Services) -> None:
    """The button that saves."""

    @app.callback(
        Output("study-fault", "children"), Output(ids.STUDY, "data"), Output(ids.STUDY, "value"),
        Output(ids.STUDY, "disabled"), Output(ids.URL, "pathname"), Output(ids.URL, "search"),
        Input("study-save", "n_clicks"), fields(State), prevent_initial_call=True,
    )
    def save(clicks, *_):
        if not clicks:
            return (no_update,) * 6
        return save_study(services, ctx.states_list)


def save_study(services: Services, lists: list[Any]) -> tuple:
    """Keep the study: the way to Studies with it in view; or the sentence about what stands in the way."""
    name = study_name(lists)
    try:
        plan = read(services, lists)
        if stops := [fault.text for fault in faults(plan) if fault.stops]:
            raise InvalidStudy(" ".join(stops))
        keep = services.library.add if name == NEW else services.library.save
        study = keep(plan.study(name))
    except GeneweaveError as fault:
        return alert(f"The study is not saved. {fault}"), *(no_update,) * 5
    return "", study_choices(services), study.name, False, "/studies", f"?show={study.name}"
