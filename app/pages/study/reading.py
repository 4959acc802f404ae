"""From what the browser sends of the form to a plan of the study."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import ALL

from app.pages.study.block import LIMITS
from app.pages.study.origins import NEW, find
from engine.studies.split import FilePlan, Part, StudyPlan
from engine.types import Perturbed, QcLimits, Roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services import Services

FIELDS: tuple[tuple[Any, str], ...] = (
    ("study-title", "value"), ("study-description", "value"), ("study-citation", "value"), ("study-name", "data"),
    ({"type": "study-role", "role": ALL}, "value"),
    ({"type": "study-perturbed", "what": ALL}, "value"),
    ({"type": "study-file", "file": ALL, "what": ALL}, "value"),
    ({"type": "study-levels", "file": ALL}, "data"),
    ({"type": "study-part", "file": ALL, "part": ALL, "what": ALL}, "value"),
    ({"type": "study-keep", "file": ALL, "part": ALL}, "checked"),
)  # fmt: skip


def fields(kind: Callable) -> list[Any]:
    """The whole form as inputs or states of a callback; `read` takes what comes of them."""
    return [kind(which, prop) for which, prop in FIELDS]


def read(services: Services, lists: list[Any]) -> StudyPlan:
    """The plan that the form holds; `lists` is `ctx.inputs_list` or `ctx.states_list`, as far as it is of `fields`.

    Raises
    ------
    GeneweaveError
        When a file is gone, or a limit is no number.
    """
    given = _by_id(lists)
    name = given.get("study-name") or ""
    blocks = [(which, data) for which, data in given.items() if _is(which, "study-levels")]
    files = tuple(_file(services, name, dict(which)["file"], data, given) for which, data in blocks)
    roles = {dict(which)["role"]: value or None for which, value in given.items() if _is(which, "study-role")}
    title, about, cite = (_text(given.get(f"study-{what}")) for what in ("title", "description", "citation"))
    return StudyPlan(title, files, Roles(**roles), about, cite, _perturbed(services, name, given))


def _perturbed(services: Services, study: str, given: dict[Any, Any]) -> Perturbed:
    """How genes were perturbed; what the form does not ask for stays as it is in the study."""
    kept = Perturbed() if study in ("", NEW) else services.library.study(study).perturbed
    asked = {dict(which)["what"]: _text(value) for which, value in given.items() if _is(which, "study-perturbed")}
    return replace(kept, **asked)


def study_name(lists: list[Any]) -> str:
    """The name of the study that is edited, "new" for one that is not there yet."""
    return _by_id(lists)["study-name"]


def _by_id(lists: list[Any]) -> dict[Any, Any]:
    flat = [entry for group in lists for entry in (group if isinstance(group, list) else [group])]
    return {_frozen(entry["id"]): entry.get("value") for entry in flat}


def _file(services: Services, study: str, key: str, told: dict, given: dict[Any, Any]) -> FilePlan:
    origin = find(services, key, study)

    def field(what: str) -> Any:
        return given.get(_frozen({"type": "study-file", "file": key, "what": what}))

    limits = {name: _limit(field(name)) for name in LIMITS}
    parts = tuple(_part(key, i, part, given) for i, part in enumerate(told["parts"]))
    plan = origin.plan
    return FilePlan(told["title"], plan.path, parts, told["column"], _text(field("modality")), _text(field("species")),
                    plan.counts, plan.depth, plan.symbols, QcLimits(**limits))


def _part(key: str, i: int, told: dict, given: dict[Any, Any]) -> Part:
    def text(what: str) -> str:
        return _text(given.get(_frozen({"type": "study-part", "file": key, "part": i, "what": what})))

    keep = given.get(_frozen({"type": "study-keep", "file": key, "part": i}))
    return Part(text("name"), tuple(told["values"]), told["cells"], text("condition") or "none",
                text("tissue") or "unknown", bool(keep))


def _limit(value: Any) -> float | None:
    return None if value in (None, "") else value


def _text(value: Any) -> str:
    return str(value or "").strip()


def _frozen(which: Any) -> Any:
    return frozenset(which.items()) if isinstance(which, dict) else which


def _is(which: Any, kind: str) -> bool:
    return not isinstance(which, str) and ("type", kind) in which
