"""One file in the form of a study: what was measured, what splits it, its parts, limits for cells."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from app.components.page_header import icon
from app.components.study_card import MODALITY
from app.pages.study.origins import Origin
from app.words import plural, whole
from engine.errors import GeneweaveError
from engine.split import FilePlan, Part
from engine.study_plan import split_columns

ALL_CELLS = ""  # the choice of the split that keeps a file whole
SPECIES = ["human", "mouse", "rat", "macaque", "pig", "zebrafish"]
LIMITS = {
    "min_counts": ("Least counts", "a cell's total counts"), "max_counts": ("Most counts", "a cell's total counts"),
    "min_genes": ("Least genes", "genes seen in a cell"),
    "max_mito": ("Most mitochondrial", "per cent of a cell's counts in MT- genes"),
}  # fmt: skip


def file_block(origin: Origin) -> html.Section:
    """All that is asked of one file."""
    plan = origin.plan
    parts = html.Div(parts_table(origin.key, plan, origin.n_cells), id=parts_id(origin.key))
    return html.Section(
        [_head(origin), _fields(origin), parts, _limits(origin.key, plan)],
        id={"type": "study-block", "file": origin.key}, className="gw-card study-file",
        **{"aria-label": f"File {plan.title}"},
    )  # fmt: skip


def parts_table(key: str, plan: FilePlan, n_cells: int | None) -> list[Any]:
    """A row for each dataset that the file can give, and what they leave out."""
    told = dcc.Store(id={"type": "study-levels", "file": key}, data=levels(plan))
    head = [html.Th(word, scope="col") for word in ("Use", "Dataset", "Cells", "Condition", "Tissue")]
    head[2].className = "gw-num"
    rows = [_row(key, i, part) for i, part in enumerate(plan.parts)]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="gw-table study-parts")
    return [told, html.Div(table, className="gw-scroll study-scroll", tabIndex=0, role="group",
                           **{"aria-label": f"Datasets of {plan.title}"}),
            html.P(_aside(plan, n_cells), className="gw-muted gw-small study-aside")]


def levels(plan: FilePlan) -> dict[str, Any]:
    """What the browser hands back of a block beside its fields: title, column, levels and cells of each part."""
    return {"title": plan.title, "column": plan.column,
            "parts": [{"values": list(part.values), "cells": part.n_cells} for part in plan.parts]}


def parts_id(key: Any) -> dict:
    return {"type": "study-parts", "file": key}


def field_id(key: Any, what: Any) -> dict:
    return {"type": "study-file", "file": key, "what": what}


def part_id(key: Any, part: Any, what: Any) -> dict:
    return {"type": "study-part", "file": key, "part": part, "what": what}


def _head(origin: Origin) -> html.Div:
    report, cells = origin.brought.report, origin.n_cells
    size = [plural(cells, "cell")] if cells is not None else ["not on this machine"]
    size += [plural(report.n_genes, "gene")] if report else []
    look = [dcc.Link("Look at the file", href=f"/data/files/{origin.file.id}", className="gw-button-plain")]
    remove = html.Button([icon("trash"), "Remove"], id={"type": "study-remove", "file": origin.key}, type="button",
                         className="gw-button-small", title=f"Leave {origin.plan.title} out of the study")
    title = html.Div([icon("file"), html.H2(origin.plan.title), html.Span(" · ".join(size), className="gw-muted")],
                     className="gw-row study-file-title")
    return html.Div([title, html.Div([*(look if origin.file else []), remove], className="gw-row")],
                    className="gw-spread")


def _fields(origin: Origin) -> html.Div:
    plan, key = origin.plan, origin.key
    same = {name: {getattr(part, name) for part in plan.parts} for name in ("tissue", "condition")}
    value = {name: found.pop() if len(found) == 1 else "" for name, found in same.items()}
    fields = [
        dmc.Select(id=field_id(key, "modality"), label="What was measured", value=plan.modality, allowDeselect=False,
                   data=[{"value": k, "label": word} for k, word in MODALITY.items()], **_hint(origin, "modality")),
        dmc.Autocomplete(id=field_id(key, "species"), label="Species", value=plan.species, data=SPECIES,
                         **_hint(origin, "species")),
        dmc.Select(id=field_id(key, "column"), label="Split by", value=plan.column or ALL_CELLS, allowDeselect=False,
                   data=_columns(origin), searchable=True, **_hint(origin, "batch", column=True)),
        dmc.TextInput(id=field_id(key, "condition"), label="Condition", value=_known(value["condition"], "none"),
                      placeholder="differs" if not value["condition"] else "none", debounce=400,
                      **_hint(origin, "condition", "Typing here sets it for all parts")),
        dmc.TextInput(id=field_id(key, "tissue"), label="Tissue", value=_known(value["tissue"], "unknown"),
                      placeholder="differs" if not value["tissue"] else "unknown", debounce=400,
                      **_hint(origin, "tissue", "Typing here sets it for all parts")),
    ]
    return html.Div(fields, className="study-fields")


def _hint(origin: Origin, what: str, otherwise: str = "", *, column: bool = False) -> dict[str, Any]:
    """The reason of the guess as a description below the field."""
    guess = origin.brought.report.guesses.get(what) if origin.brought.report else None
    why = guess.why if guess and guess.value else ""
    if column:
        why = f"'{guess.value}' looks like the donors: {why}" if why else "A dataset for each level of a column"
    return {"description": why or otherwise, "size": "sm",
            "inputWrapperOrder": ["label", "input", "error", "description"]}


def _columns(origin: Origin) -> list[dict[str, str]]:
    whole_file = {"value": ALL_CELLS, "label": "Nothing: one dataset"}
    try:
        found = split_columns(origin.brought.path)
    except GeneweaveError:
        found = [(origin.plan.column, len(origin.plan.parts))] if origin.plan.column else []
    known = [name for name, _ in found]
    if origin.plan.column and origin.plan.column not in known:
        found.append((origin.plan.column, len(origin.plan.parts)))
    return [whole_file, *({"value": name, "label": f"{name} ({n})"} for name, n in found)]


def _row(key: str, i: int, part: Part) -> html.Tr:
    who = part.values[0] if part.values else "all cells"
    keep = dmc.Checkbox(id={"type": "study-keep", "file": key, "part": i}, checked=part.kept, size="sm",
                        **{"aria-label": f"Use {who}"})
    cells = [keep, _text(key, i, "name", part.name, f"Name of the dataset of {who}"),
             html.Span(whole(part.n_cells) if part.n_cells else "–"),
             _text(key, i, "condition", part.condition, f"Condition of {who}"),
             _text(key, i, "tissue", part.tissue, f"Tissue of {who}")]
    return html.Tr([html.Td(cell, className="gw-num" if place == 2 else None) for place, cell in enumerate(cells)],
                   className="study-part", title=", ".join(part.values))


def _text(key: str, i: int, what: str, value: str, label: str) -> dmc.TextInput:
    empty = {"condition": "none", "tissue": "unknown"}.get(what, "")
    return dmc.TextInput(id=part_id(key, i, what), value=_known(value, empty), placeholder=empty, size="sm",
                         debounce=400, **{"aria-label": label})


def _aside(plan: FilePlan, n_cells: int | None) -> str:
    if not plan.column:
        return "All cells are one dataset. Choose a column under 'Split by' to make one of each of its levels."
    said = ["Two parts of one name become one dataset."]
    lost = (n_cells or 0) - sum(part.n_cells for part in plan.parts)
    if n_cells is not None and lost > 0:
        are = "is" if lost == 1 else "are"
        said.append(f"{plural(lost, 'cell')} without a label in '{plan.column}' {are} left out.")
    small = sum(not part.kept for part in plan.parts)
    if small:
        said.append(f"{plural(small, 'part')} {'is' if small == 1 else 'are'} not used, as few cells say little; "
                    "tick them to use them all the same.")
    return " ".join(said)


def _limits(key: str, plan: FilePlan) -> html.Details:
    fields = [dmc.NumberInput(id=field_id(key, name), label=label, description=doc, value=_number(plan, name), min=0,
                              hideControls=True, size="sm", placeholder="no limit", debounce=400,
                              inputWrapperOrder=["label", "input", "error", "description"])
              for name, (label, doc) in LIMITS.items()]
    given = any(value is not None for value in vars(plan.qc).values())
    return html.Details([html.Summary("Limits for cells"), html.Div(fields, className="study-fields")], open=given,
                        className="gw-details study-limits")


def _number(plan: FilePlan, name: str) -> float | str:
    value = getattr(plan.qc, name)
    return "" if value is None else value


def _known(value: str, empty: str) -> str:
    return "" if value == empty else value


