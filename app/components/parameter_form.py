"""A form that builds itself from the fields of a frozen parameter dataclass."""

from __future__ import annotations

from dataclasses import Field, fields, replace
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, html

from app.words import exponent, whole
from engine.errors import GeneweaveError
from engine.params import EmbedParams, matters

if TYPE_CHECKING:
    from app.services import Services

GROUPS = {"method": "Method", "network": "Network", "model": "Model", "training": "Training"}


def parameter_form(owner: str, params: EmbedParams) -> html.Div:
    """Inputs for every field, in groups, of which those are seen that matter for the method.

    `owner` tells the forms of a page apart.
    """
    method = params.method.method
    groups = [_group(owner, f.name, getattr(params, f.name), method) for f in fields(params)]
    return html.Div(groups, className="gw-form")


def form_values(owner: Any) -> State:
    """The callback state with all values of the form of `owner`; read it with `read_form`."""
    return State(_param(owner, ALL, ALL), "value")


def read_form(states: list[dict]) -> EmbedParams:
    """Parameters from the entries of `ctx.states_list` that `form_values` stands for.

    Raises
    ------
    InvalidParameter
        When a value is out of its range; the sentence says which.
    """
    given: dict[str, dict[str, Any]] = {}
    for state in states:
        group, name = state["id"]["group"], state["id"]["name"]
        given.setdefault(group, {})[name] = _as_field(group, name, state.get("value", ""))
    return EmbedParams.from_dict(given)


def fault_of(group: str, name: str, value: Any) -> str:
    """The engine's sentence about one value; empty when it is good."""
    try:
        replace(getattr(EmbedParams(), group), **{name: _as_field(group, name, value)})
    except GeneweaveError as fault:
        return str(fault)
    return ""


def register(app: Dash, services: Services) -> None:
    """Each value is checked as it is typed, by the engine itself; the method decides which fields are seen."""
    one = _param(MATCH, MATCH, MATCH)

    @app.callback(Output(one, "error"), Input(one, "value"), State(one, "id"), prevent_initial_call=True)
    def check(value, which):
        return fault_of(which["group"], which["name"], value)

    @app.callback(Output(_field(MATCH, ALL, ALL), "hidden"), Input(_param(MATCH, "method", "method"), "value"),
                  prevent_initial_call=True)
    def show(method):
        places = [output["id"] for output in ctx.outputs_list]
        return [not matters(method, place["group"], place["name"]) for place in places]


def fill_form(places: list[dict], params: EmbedParams) -> list[Any]:
    """The values of `params` for fields of a form, in the order of their ids."""
    return [getattr(getattr(params, place["group"]), place["name"]) for place in places]


def _group(owner: str, group: str, params: Any, method: str) -> html.Fieldset:
    inputs = [html.Div(_input(owner, group, f, getattr(params, f.name)), id=_field(owner, group, f.name),
                       className="gw-field", hidden=not matters(method, group, f.name)) for f in fields(params)]
    return html.Fieldset([html.Legend(GROUPS[group]), html.Div(inputs, className="gw-form-grid")])


def _input(owner: str, group: str, f: Field, value: Any) -> dmc.NumberInput | dmc.Select | dmc.TextInput:
    meta = f.metadata
    shared = {"id": _param(owner, group, f.name), "label": meta["label"],
              "value": value, "size": "sm", "inputWrapperOrder": ["label", "input", "error", "description"]}
    if meta["choices"]:
        return dmc.Select(data=list(meta["choices"]), allowDeselect=False, description=meta["doc"], **shared)
    if isinstance(value, str):
        return dmc.TextInput(description=meta["doc"], **shared)
    return dmc.NumberInput(description=f"{meta['doc']}, {_plain(meta['low'])} to {_plain(meta['high'])}",
                           allowDecimal=isinstance(value, float), hideControls=True, clampBehavior="none", **shared)


def _param(owner: Any, group: Any, name: Any) -> dict:
    return {"type": "param", "owner": owner, "group": group, "name": name}


def _field(owner: Any, group: Any, name: Any) -> dict:
    return {"type": "param-field", "owner": owner, "group": group, "name": name}


def _as_field(group: str, name: str, value: Any) -> Any:
    default = getattr(getattr(EmbedParams(), group), name)
    whole_number = isinstance(default, int) and isinstance(value, float) and value.is_integer()
    return int(value) if whole_number else value


def _plain(limit: float) -> str:
    if 0 < abs(limit) < 0.001:
        return exponent(limit).replace(".0e", "e")
    return whole(limit) if float(limit).is_integer() else f"{limit:g}"
