"""Knockout: what perturbing a gene would change, with how far it can be trusted; the form before it and the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, html

from app import knockouts
from app.pages.knockout import answers
from app.pages.knockout.choosing import cell_types
from app.pages.knockout.drawing import draw
from app.pages.knockout.frame import result
from app.pages.knockout.starting import start_page
from app.pages.knockout.view import read_view
from app.words import thin
from engine import knockout
from engine.errors import GeneweaveError
from engine.knockout.asking import why_not

if TYPE_CHECKING:
    from app.services import Services

PATH = "/knockout"
TITLE = "Knockout"


def layout(services: Services, study: str = "", model: str = "", genes: str = "", method: str = "", cell_type: str = "",
           dose: str = "", k: str = "", way: str = "", sort: str = "", level: str = "", hide: str = "", tab: str = "",
           rank: str = "", new: str = "") -> html.Div:
    """The model that the address names, or the newest of the study; without one the form that asks for it."""
    asked = {"genes": genes, "method": method, "cell_type": cell_type, "dose": dose, "k": k, "way": way, "sort": sort,
             "level": level, "hide": hide, "tab": tab, "rank": rank}  # fmt: skip
    gone = []
    try:
        name, asked = named_model(services, model, asked)
        name = name or ("" if new else newest(services, study))
        if name:
            return model_page(services, name, asked)
    except GeneweaveError as fault:
        gone = [str(fault)]
    known = {s.name: s for s in services.library.studies()}
    return start_page(services, known.get(study) or next(iter(known.values()), None), gone, genes)


def named_model(services: Services, model: str, asked: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The model that an address names, by itself or through a ranking of it, which then is what is shown."""
    if model or not asked["rank"]:
        return model, asked
    found = knockouts.ranking(services.store, asked["rank"])
    return found.facts["model"], asked | {"tab": asked["tab"] or "rank"}


def newest(services: Services, study: str) -> str:
    """The newest model of a study; empty when there is none."""
    return next((stored.id for stored in knockouts.stored_models(services, study)), "") if study else ""


def model_page(services: Services, name: str, asked: dict[str, str]) -> html.Div:
    """The page of a model as an address asks for it."""
    stored = knockouts.find_model(services, name)
    model = knockouts.model(services.store, name)
    methods = knockout.methods_of(model, services.store)
    types = cell_types(model)
    cell_type = asked["cell_type"] if asked["cell_type"] in types else next(iter(types), "")
    method = asked["method"] if asked["method"] in methods else "auto"
    table = knockouts.candidates(services.store, name, cell_type, method)
    why = (lambda gene: thin(why_not(model, gene, cell_type))) if stored.basis == "network" else None
    view, faults = read_view(asked, basis=stored.basis, methods=["auto", *methods], cell_types=types, candidates=table,
                             why=why)  # fmt: skip
    return result(services, stored, model, view, draw(services, name, view), table, methods, faults)


def register(app: Dash, services: Services) -> None:
    """Everything that the page answers."""
    answers.register(app, services)
