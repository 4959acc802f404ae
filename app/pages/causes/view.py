"""What the Causes page shows, as its address says it: how many regulators, by what, which layout, focus, folds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import unquote

from app.causes import Explanation
from engine.errors import GeneweaveError, unknown

LAYOUTS = {"layered": "Layers", "concentric": "Rings", "cose": "Forces"}
BY = {"p": "Smallest p", "z": "Largest |z|", "targets": "Most changed targets"}
TOP, MOST = 8, 60
HISTORY = 100  # views that can be undone


@dataclass(frozen=True)
class CausesView:
    """`top` regulators (and half as many roots and functions) first `by`; `opened` names what was unfolded."""

    top: int = TOP
    by: str = "p"
    layout: str = "layered"
    focus: str = ""
    opened: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CausesView:
        return cls(**{**data, "opened": tuple(data["opened"]), "hidden": tuple(data["hidden"])})


def read_causes_view(query: Mapping[str, str], found: Explanation) -> tuple[CausesView, list[str]]:
    """The view that an address asks for, and a sentence for each part of it that cannot be had."""
    top = query.get("top", "")
    view = CausesView(top=bounded(int(top)) if top.isdecimal() else TOP,
                      by=query["by"] if query.get("by") in BY else "p",
                      layout=query["layout"] if query.get("layout") in LAYOUTS else "layered")  # fmt: skip
    faults, names = [], {}
    for part in ("focus", "opened", "hidden"):
        names[part], said = _known(query.get({"opened": "open", "hidden": "hide"}.get(part, part), ""), found)
        faults += said
    return replace(view, focus=next(iter(names["focus"]), ""), opened=names["opened"], hidden=names["hidden"]), faults


def _known(text: str, found: Explanation) -> tuple[tuple[str, ...], list[str]]:
    asked = [unquote(part) for part in text.split(",") if part]
    here = tuple(name for name in asked if name.startswith("@") or name in found.nodes.index)
    return here, [str(unknown("node", name, found.nodes.index, where="in this network"))
                  for name in asked if name not in here]  # fmt: skip


def bounded(top: int) -> int:
    return min(max(top, 1), MOST)


def found_pick(text: str, found: Explanation) -> tuple[str, str]:
    """A chosen node, or edge as `source>target`, when it is in the network; else none, and a sentence that says why."""
    source, arrow, target = text.partition(">")
    try:
        for name in filter(None, (source, target)):
            if name not in found.nodes.index:
                raise unknown("node", name, found.nodes.index, where="in this network")
    except GeneweaveError as fault:
        return "", str(fault)
    if arrow and not ((found.links["source"] == source) & (found.links["target"] == target)).any():
        return "", f"The network has no edge from {source} to {target}. Click one of its edges."
    return text, ""


def after(view: CausesView, do: str, node: str, target: str = "") -> CausesView:
    """The view after a node was focussed, expanded, folded or hidden; `focus` without a node shows all again.

    `edge` focusses on the target of an edge and takes care that its source, the node, is drawn.
    """
    if do == "edge":
        return after(after(view, "expand", node), "focus", target)
    if do == "focus":
        return replace(view, focus=node, hidden=tuple(name for name in view.hidden if name != node))
    if do == "expand":
        return replace(view, opened=(*(name for name in view.opened if name != node), node))
    if do == "fold":
        return replace(view, opened=tuple(name for name in view.opened if name != node))
    if do == "hide":
        return replace(view, hidden=tuple(dict.fromkeys((*view.hidden, node))),
                       focus="" if view.focus == node else view.focus)  # fmt: skip
    return CausesView(layout=view.layout) if do == "reset" else view


def stepped(view: CausesView, history: Mapping[str, list], do: str) -> tuple[CausesView, dict[str, list]]:
    """The view and history after `undo` or `redo`; as they are when there is nothing to go to."""
    back, forth = ("past", "future") if do == "undo" else ("future", "past")
    if not history[back]:
        return view, dict(history)
    *rest, last = history[back]
    return CausesView.from_dict(last), {back: rest, forth: [*history[forth], view.to_dict()]}


def remembered(view: CausesView, history: Mapping[str, list]) -> dict[str, list]:
    """The history after `view` was left for a new one."""
    return {"past": [*history["past"], view.to_dict()][-HISTORY:], "future": []}
