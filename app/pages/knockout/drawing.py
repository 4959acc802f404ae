"""What a view of a model shows: the answer from memory, then headline, picture, inspector and what is read out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import html

from app import knockouts
from app.components.alert import alert
from app.knockouts import Answer
from app.pages.knockout import company, pictures
from app.pages.knockout.frames import nothing, refused
from app.pages.knockout.inspector import panel
from app.pages.knockout.starting import suggestions
from app.pages.knockout.view import KnockoutView
from app.pages.knockout.words import headline, not_told, told
from app.words import thin
from engine.errors import GeneweaveError
from engine.types.shown import only_measured

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import KnockoutModel


PICTURES = {"bars": pictures.bars, "measured": pictures.measured, "alike": company.alike, "pair": company.pair,
            "path": pictures.path, "cells": pictures.cells}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """The parts of the page that follow the view."""

    headline: str
    stage: Any
    inspector: list[Any]
    told: str


def draw(services: Services, name: str, view: KnockoutView) -> Drawn:
    """Everything that follows the view of the model of that id."""
    model = knockouts.model(services.store, name)
    table = knockouts.candidates(services.store, name, view.cell_type, view.method)
    answer, fault = ask(services, name, view)
    effect = answer.effect if answer else None
    line = headline(view, model.facts, effect)
    beside = panel(services, name, model, view, answer, fault, table)
    return Drawn(line, stage(services, name, model, view, answer, fault), beside,
                 told(view, model.facts, effect, fault))  # fmt: skip


def ask(services: Services, name: str, view: KnockoutView) -> tuple[Answer | None, str]:
    """The answer, or the sentence that says why there is none; neither while no gene is chosen."""
    if not view.genes:
        return None, ""
    try:
        return knockouts.answer(services.store, name, view.genes, method=view.method, cell_type=view.cell_type,
                                dose=view.dose, level=view.coverage), ""  # fmt: skip
    except GeneweaveError as fault:
        return None, thin(str(fault))


def stage(services: Services, name: str, model: KnockoutModel, view: KnockoutView, answer: Answer | None,
          fault: str) -> Any:
    """The picture of a tab, with the sentence about its intervals above it where they could not be had."""
    if view.tab == "rank":
        from app.pages.knockout.ranking import ranking

        return ranking(services, name, model, view)
    if answer is None:
        table = knockouts.candidates(services.store, name, view.cell_type, view.method)
        return refused(fault) if fault else suggestions(model, table)
    why = answer.effect.evidence.get("abstained", "")
    if why and not only_measured(answer.effect.table):
        return nothing("No prediction", not_told(why))
    picture = PICTURES[view.tab](services.store, name, model, answer.effect, view)
    said = [] if why else [answer.fault]
    return html.Div([*(alert(thin(text)) for text in said if text), picture], className="gw-stack")
