"""A form that builds itself from the fields of a frozen parameter dataclass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields, replace
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html

from app.words import exponent, whole
from engine.contenders import TABLE
from engine.errors import GeneweaveError, InvalidParameter
from engine.knowledge import GENE_VECTORS
from engine.params import ContrastParams, EmbedParams, KnockoutParams, ScreenParams, matters

if TYPE_CHECKING:
    from app.services import Services

Tables = Mapping[str, str]  # name of own gene vectors in the library → title
NO_TABLES: Tables = {}
LIBRARY = "/data/library?kind=own"
CONTRAST, KNOCKOUT, SCREEN = "contrast", "knockout", "screen"  # groups that are forms of their own
OF = {CONTRAST: ContrastParams(), KNOCKOUT: KnockoutParams(), SCREEN: ScreenParams()}
GROUPS = {"method": "Method", "network": "Network", "model": "Model", "training": "Training"}


def own_tables(services: Services) -> Tables:
    """The gene vectors that a person added to the library."""
    return {entry.name: entry.title for entry in services.knowledge.own(GENE_VECTORS)}


def parameter_form(owner: str, params: EmbedParams, tables: Tables = NO_TABLES) -> html.Div:
    """Inputs for every field, in groups, of which those are seen that matter for the method.

    `owner` tells the forms of a page apart; a table of vectors is one of `tables`, and without one that
    method is not offered.
    """
    method = params.method.method
    groups = [_group(owner, f.name, getattr(params, f.name), method, tables) for f in fields(params)]
    return html.Div(groups, className="gw-form")


def contrast_form(owner: str, params: ContrastParams, names: Sequence[str]) -> html.Div:
    """Inputs for the named fields of a comparison of conditions."""
    return html.Div(_named(owner, CONTRAST, params, names), className="gw-form")


def knockout_form(owner: str, params: KnockoutParams, names: Sequence[str], of_screen: Sequence[str]) -> html.Div:
    """Inputs for the named fields of what knockouts are learned from, and of the screen beneath it."""
    groups = [("Prediction", _named(owner, KNOCKOUT, params, names)),
              ("Screen", _named(owner, SCREEN, params.screen, of_screen))]
    return html.Div([html.Fieldset([html.Legend(title), inputs]) for title, inputs in groups if inputs.children],
                    className="gw-form")


def _named(owner: str, group: str, params: Any, names: Sequence[str]) -> html.Div:
    inputs = [html.Div(_input(owner, group, f, getattr(params, f.name), NO_TABLES), id=_field(owner, group, f.name),
                       className="gw-field") for f in fields(params) if f.name in names]  # fmt: skip
    return html.Div(inputs, className="gw-form-grid")


def read_contrast(states: list[dict]) -> dict[str, Any]:
    """Values of the fields of `contrast_form` by their names, from the entries of `form_values`."""
    return {state["id"]["name"]: _as_field(CONTRAST, state["id"]["name"], state.get("value", "")) for state in states}


def read_knockout(states: list[dict]) -> KnockoutParams:
    """Parameters of what `knockout_form` holds, from the entries of `form_values`; the others as they are by default.

    Raises
    ------
    InvalidParameter
        When a value is out of its range.
    """
    given: dict[str, dict[str, Any]] = {KNOCKOUT: {}, SCREEN: {}}
    for state in states:
        group, name = state["id"]["group"], state["id"]["name"]
        given[group][name] = _as_field(group, name, state.get("value", ""))
    return KnockoutParams(**given[KNOCKOUT], screen=ScreenParams(**given[SCREEN]))


def form_values(owner: Any) -> State:
    """The callback state with all values of the form of `owner`; read it with `read_form`."""
    return State(_param(owner, ALL, ALL), "value")


def read_form(states: list[dict], tables: Tables = NO_TABLES) -> EmbedParams:
    """Parameters from the entries of `ctx.states_list` that `form_values` stands for.

    Raises
    ------
    InvalidParameter
        When a value is out of its range, or no table of vectors among `tables`; the sentence says which.
    """
    given: dict[str, dict[str, Any]] = {}
    for state in states:
        group, name = state["id"]["group"], state["id"]["name"]
        given.setdefault(group, {})[name] = _as_field(group, name, state.get("value", ""))
    params = EmbedParams.from_dict(given)
    need_table(params.method.vectors, tables)
    if params.method.method == TABLE and not params.method.vectors:
        raise InvalidParameter("The method 'table' needs gene vectors, found none chosen. Choose a table of vectors.")
    return params


def need_table(named: str, tables: Tables) -> None:
    """Raise `InvalidParameter` unless `named` is empty or gene vectors of the library; paths are for commands only."""
    if named and named not in tables:
        raise InvalidParameter(
            f"A table of vectors must be gene vectors of your own in the library, found '{named}'. "
            "Add the file to the library, then choose it."
        )


def fault_of(group: str, name: str, value: Any, tables: Tables = NO_TABLES) -> str:
    """The engine's sentence about one value; empty when it is good."""
    try:
        found = replace(_defaults(group), **{name: _as_field(group, name, value)})
        if group == "method":
            need_table(found.vectors, tables)
    except GeneweaveError as fault:
        return str(fault)
    return ""


def register(app: Dash, services: Services) -> None:
    """Each value is checked as it is typed, by the engine itself; the method decides which fields are seen."""
    one = _param(MATCH, MATCH, MATCH)

    @app.callback(Output(one, "error"), Input(one, "value"), State(one, "id"), prevent_initial_call=True)
    def check(value, which):
        return fault_of(which["group"], which["name"], value, own_tables(services))

    @app.callback(Output(_field(MATCH, ALL, ALL), "hidden"), Input(_param(MATCH, "method", "method"), "value"),
                  prevent_initial_call=True)
    def show(method):
        places = [output["id"] for output in ctx.outputs_list]
        return [not matters(method, place["group"], place["name"]) for place in places]


def fill_form(places: list[dict], params: EmbedParams) -> list[Any]:
    """The values of `params` for fields of a form, in the order of their ids."""
    return [getattr(getattr(params, place["group"]), place["name"]) for place in places]


def _group(owner: str, group: str, params: Any, method: str, tables: Tables) -> html.Fieldset:
    inputs = [html.Div(_input(owner, group, f, getattr(params, f.name), tables), id=_field(owner, group, f.name),
                       className="gw-field", hidden=not matters(method, group, f.name)) for f in fields(params)]
    return html.Fieldset([html.Legend(GROUPS[group]), html.Div(inputs, className="gw-form-grid")])


def _input(owner: str, group: str, f: Field, value: Any, tables: Tables) -> dmc.NumberInput | dmc.Select:
    meta = f.metadata
    shared = {"id": _param(owner, group, f.name), "label": meta["label"],
              "value": value, "size": "sm", "inputWrapperOrder": ["label", "input", "error", "description"]}
    if (group, f.name) == ("method", "vectors"):
        data = [{"value": name, "label": title} for name, title in tables.items()]
        return dmc.Select(data=data, placeholder="Choose one" if data else "None in the library", clearable=True,
                          description=["Gene vectors of your own. ", _to_library()], **shared)
    if (group, f.name) == ("method", "method"):
        data = [name for name in meta["choices"] if tables or name != TABLE]
        about = meta["doc"] if tables else [f"{meta['doc']}; or vectors from elsewhere. ", _to_library()]
        return dmc.Select(data=data, allowDeselect=False, description=about, **shared)
    if meta["choices"]:
        data = [{"value": choice, "label": choice or "the only one there is"} for choice in meta["choices"]]
        return dmc.Select(data=data, allowDeselect=False, description=meta["doc"], **shared)
    if isinstance(f.default, str):
        return dmc.TextInput(description=meta["doc"], **shared)
    return dmc.NumberInput(description=f"{meta['doc']}, {_plain(meta['low'])} to {_plain(meta['high'])}",
                           allowDecimal=isinstance(value, float), hideControls=True, clampBehavior="none", **shared)


def _to_library() -> dcc.Link:
    return dcc.Link("Add some in the Library", href=LIBRARY)


def _param(owner: Any, group: Any, name: Any) -> dict:
    return {"type": "param", "owner": owner, "group": group, "name": name}


def _field(owner: Any, group: Any, name: Any) -> dict:
    return {"type": "param-field", "owner": owner, "group": group, "name": name}


def _defaults(group: str) -> Any:
    return OF[group] if group in OF else getattr(EmbedParams(), group)


def _as_field(group: str, name: str, value: Any) -> Any:
    default = getattr(_defaults(group), name)
    if value is None and isinstance(default, str):
        return ""  # cleared
    whole_number = isinstance(default, int) and isinstance(value, float) and value.is_integer()
    return int(value) if whole_number else value


def _plain(limit: float) -> str:
    if 0 < abs(limit) < 0.001:
        return exponent(limit).replace(".0e", "e")
    return whole(limit) if float(limit).is_integer() else f"{limit:g}"
