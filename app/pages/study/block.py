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
from engine.studies.plan import split_columns
from engine.studies.split import FilePlan, Part

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
    parts = html.Div(parts_table(origin, plan), id=parts_id(origin.key))
    return html.Section(
        [_head(origin), _fields(origin), parts, _limits(origin.key, plan)],
        id={"type": "study-block", "file": origin.key}, className="gw-card study-file",
        **{"aria-label": f"File {plan.title}"},
    )  # fmt: skip


def parts_table(origin: Origin, plan: FilePlan) -> list[Any]:
    """A row for each dataset that the file can give, and what they leave out."""
    key = origin.key
    told = dcc.Store(id={"type": "study-levels", "file": key}, data=levels(plan))
    head = [html.Th(word, scope="col") for word in ("Use", "Dataset", "Cells", "Condition", "Tissue")]
    head[2].className = "gw-num"
    rows = [_row(key, i, part) for i, part in enumerate(plan.parts)]
    rows = [_all_row(key, plan), *rows] if len(rows) > 1 else rows
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="gw-table study-parts")
    return [told, html.Div(table, className="gw-scroll study-scroll", tabIndex=0, role="group",
                           **{"aria-label": f"Datasets of {plan.title}"}),
            html.P(_aside(origin, plan), className="gw-muted gw-small study-aside")]


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
    row = "perturbation" if origin.plan.modality == "effects" else "cell"
    size = [plural(cells, row)] if cells is not None else ["not on this machine"]
    aside = origin.plan.counts.startswith("obsm/")
    size += [plural(report.proteins, "protein") if aside else plural(report.n_genes, "gene")] if report else []
    look = []
    if origin.file:
        look = [dcc.Link("Look at the file", href=f"/data/files/{origin.file.id}", className="gw-button-plain")]
    remove = html.Button([icon("trash"), "Remove"], id={"type": "study-remove", "file": origin.key}, type="button",
                         className="gw-button-small", title=f"Leave {origin.plan.title} out of the study")
    title = html.Div([icon("file"), html.H2(origin.plan.title), html.Span(" · ".join(size), className="gw-muted")],
                     className="gw-row study-file-title")
    return html.Div([title, html.Div([*look, remove], className="gw-row")],
                    className="gw-spread")


def _fields(origin: Origin) -> html.Div:
    plan, key = origin.plan, origin.key
    modalities = [{"value": modality, "label": word} for modality, word in MODALITY.items()]
    fields = [
        dmc.Select(id=field_id(key, "modality"), label="What was measured", value=plan.modality, data=modalities,
                   allowDeselect=False, **_hint(_why(origin, "modality"))),
        dmc.Autocomplete(id=field_id(key, "species"), label="Species", value=plan.species, data=SPECIES,
                         **_hint(_why(origin, "species"))),
        dmc.Select(id=field_id(key, "column"), label="Split by", value=plan.column or ALL_CELLS, allowDeselect=False,
                   data=_columns(origin), searchable=True, **_hint(_split_hint(origin))),
    ]
    return html.Div(fields, className="study-fields")


def _why(origin: Origin, what: str) -> str:
    """The reason of a guess; empty where nothing was guessed."""
    if what == "modality" and origin.plan.counts.startswith("obsm/"):
        return "Surface proteins, measured beside the genes."
    guess = origin.brought.report.guesses.get(what) if origin.brought.report else None
    return guess.why if guess and guess.value else ""


def _split_hint(origin: Origin) -> str:
    return _why(origin, "batch") or "Makes a dataset of each level of a column"


def _hint(text: str) -> dict[str, Any]:
    return {"description": text, "size": "sm", "inputWrapperOrder": ["label", "input", "error", "description"]}


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
                         debounce=True, **{"aria-label": label})


def _all_row(key: str, plan: FilePlan) -> html.Tr:
    """Sets the condition or tissue of all parts at once."""
    setters = [dmc.TextInput(id=field_id(key, what), value="", placeholder="set for all", size="sm", debounce=True,
                             **{"aria-label": f"{what.capitalize()} of all parts"}) for what in ("condition", "tissue")]
    total = html.Span(whole(sum(part.n_cells for part in plan.parts)))
    cells = ["", html.Span("All parts", className="gw-muted"), total, *setters]
    return html.Tr([html.Td(cell, className="gw-num" if place == 2 else None) for place, cell in enumerate(cells)],
                   className="study-all")


def _aside(origin: Origin, plan: FilePlan) -> str:
    said = []
    for what, empty in (("condition", "none"), ("tissue", "unknown")):
        if (why := _why(origin, what)) and any(getattr(part, what) != empty for part in plan.parts):
            said.append(f"{what.capitalize()}: {why.rstrip('.')}.")
    if not plan.column:
        return " ".join([*said, "All cells are one dataset."])
    lost = (origin.n_cells or 0) - sum(part.n_cells for part in plan.parts)
    if lost > 0:
        are = "is" if lost == 1 else "are"
        said.append(f"{plural(lost, 'cell')} without a label in '{plan.column}' {are} left out.")
    small = sum(not part.kept for part in plan.parts)
    if small:
        said.append(f"{plural(small, 'part')} {'is' if small == 1 else 'are'} not used; tick to use.")
    return " ".join([*said, "Two parts of one name become one dataset."])


def _limits(key: str, plan: FilePlan) -> html.Details:
    fields = [dmc.NumberInput(id=field_id(key, name), label=label, description=doc, value=_number(plan, name), min=0,
                              hideControls=True, size="sm", placeholder="no limit", debounce=True,
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


