"""What changes in the form while a person fills it in: files, parts, conditions, the summary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, Patch, State, ctx, no_update

from app.pages.study.block import file_block, parts_id, parts_table
from app.pages.study.form import adder_of, control_choices, perturbed_id, read_review, role_choices
from app.pages.study.origins import added, find
from app.pages.study.reading import fields
from engine.errors import GeneweaveError
from engine.io import peek
from engine.studies.plan import parts_of
from engine.studies.split import MIXED, Part, label, level_cells

if TYPE_CHECKING:
    from app.services import Services

BLOCK = {"type": "study-block", "file": ALL}
CONDITION_ROLE = {"type": "study-role", "role": "condition"}


def register(app: Dash, services: Services) -> None:
    """The callbacks of the form."""
    _register_files(app, services)
    _register_parts(app, services)

    @app.callback(Output("study-review", "children"), fields(Input))
    def follow(*_):
        return read_review(services, ctx.inputs_list)


def _register_files(app: Dash, services: Services) -> None:
    @app.callback(
        Output("study-blocks", "children"), Output("study-adder", "children"),
        Output({"type": "study-role", "role": ALL}, "data"),
        Input("study-add", "n_clicks"), Input({"type": "study-remove", "file": ALL}, "n_clicks"),
        State("study-more", "value"), State(BLOCK, "id"), State({"type": "study-levels", "file": ALL}, "data"),
        State({"type": "study-role", "role": ALL}, "value"), State(CONDITION_ROLE, "value"),
        State("study-name", "data"), prevent_initial_call=True,
    )
    def change(_, __, more, blocks, told, roles, condition, study):
        asked = ctx.triggered_id
        if not ctx.triggered[0]["value"] or (asked == "study-add" and not more):
            return no_update, no_update, [no_update] * len(roles)
        keys = [block["file"] for block in blocks]
        new = more if asked == "study-add" else None
        return change_files(services, keys, [one["title"] for one in told], study, roles,
                            add=new, remove=None if new else asked["file"], condition=condition)


def change_files(services: Services, keys: list[str], titles: list[str], study: str, roles: list[str | None], *,
                 add: str | None, remove: str | None, condition: str | None) -> tuple[Patch, list[Any], list[Any]]:
    """A block more or one less, the files that are left to add, and the columns to choose roles from."""
    left = [find(services, key, study) for key in keys if key != remove and _there(services, key, study)]
    blocks = Patch()
    if add:
        origin = added(services, add, taken=titles, condition=condition)
        blocks.append(file_block(origin))
        left.append(origin)
    if remove in keys:
        del blocks[keys.index(remove)]
    have = {origin.part for origin in left}
    choices = role_choices([origin.plan for origin in left], [column for column in roles if column])
    return blocks, adder_of(services, have), [choices] * len(roles)


def _register_parts(app: Dash, services: Services) -> None:
    @app.callback(
        Output(parts_id(MATCH), "children"),
        Input({"type": "study-file", "file": MATCH, "what": "column"}, "value"),
        State({"type": "study-levels", "file": MATCH}, "data"), State(parts_id(MATCH), "id"),
        State({"type": "study-part", "file": MATCH, "part": ALL, "what": "condition"}, "value"),
        State({"type": "study-part", "file": MATCH, "part": ALL, "what": "tissue"}, "value"),
        State(CONDITION_ROLE, "value"), State("study-name", "data"), prevent_initial_call=True,
    )
    def split_again(column, told, block, conditions, tissues, role, study):
        if (column or None) == told["column"]:
            return no_update
        default = Part(told["title"], (), 0, _common(conditions, "none"), _common(tissues, "unknown"))
        return new_parts(services, block["file"], study, column or None, default, role)

    @app.callback(
        Output(perturbed_id("control"), "data"), Input({"type": "study-role", "role": "perturbation"}, "value"),
        State(BLOCK, "id"), State("study-name", "data"), prevent_initial_call=True,
    )
    def labels(column, blocks, study):
        paths = [find(services, block["file"], study).brought.path for block in blocks
                 if _there(services, block["file"], study)]  # fmt: skip
        return control_choices(paths, column)

    for what in ("condition", "tissue"):
        app.clientside_callback(
            ClientsideFunction("study", "set_all"),
            Output({"type": "study-part", "file": MATCH, "part": ALL, "what": what}, "value"),
            Input({"type": "study-file", "file": MATCH, "what": what}, "value"),
            State({"type": "study-part", "file": MATCH, "part": ALL, "what": what}, "value"),
            prevent_initial_call=True,
        )

    @app.callback(
        Output({"type": "study-part", "file": ALL, "part": ALL, "what": "condition"}, "value", allow_duplicate=True),
        Input(CONDITION_ROLE, "value"),
        State({"type": "study-part", "file": ALL, "part": ALL, "what": "condition"}, "id"),
        State({"type": "study-levels", "file": ALL}, "data"), State({"type": "study-levels", "file": ALL}, "id"),
        State("study-name", "data"), prevent_initial_call=True,
    )
    def conditions(column, parts, told, blocks, study):
        known = {block["file"]: new_conditions(services, block["file"], study, data, column)
                 for block, data in zip(blocks, told, strict=True)} if column else {}
        return [known.get(part["file"], {}).get(part["part"], no_update) for part in parts]


def new_parts(services: Services, key: str, study: str, column: str | None, default: Part,
              role: str | None) -> list[Any]:
    """The rows of a file that is split by another column."""
    origin = find(services, key, study)
    parts = parts_of(origin.brought, default.name, column, condition=role or origin.brought.column("condition"),
                     tissue=origin.brought.column("tissue"), default=default)
    return parts_table(origin, replace(origin.plan, title=default.name, column=column, parts=parts))


def new_conditions(services: Services, key: str, study: str, told: dict, column: str) -> dict[int, str]:
    """What a column calls each part of a file; nothing where the file lacks the column."""
    try:
        path = find(services, key, study).brought.path
        names = peek.labels(path, column)
        values = peek.labels(path, told["column"]) if told["column"] else None
    except GeneweaveError:
        return {}
    found = {}
    for i, part in enumerate(told["parts"]):
        inside = names if values is None else names[[value in part["values"] for value in values]]
        found[i] = label(level_cells(inside), "")
    return found


def _common(values: list[str], empty: str) -> str:
    """What all parts are called, when it is one word."""
    found = {value or empty for value in values}
    return found.pop() if len(found) == 1 and MIXED not in found else empty


def _there(services: Services, key: str, study: str) -> bool:
    try:
        find(services, key, study)
    except GeneweaveError:
        return False
    return True
