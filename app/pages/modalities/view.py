"""What the Modalities page shows, as its address says it: levels, number of clusters, what is counted and chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import numpy as np

from app import maps
from app.figures.columns import CATEGORIES, category
from app.figures.palette import GREY, category_colours
from app.figures.sankey import choice_text
from engine.errors import GeneweaveError, InvalidParameter
from engine.store import Store
from engine.tl.flows import LEVELS, N_CLUSTERS, OTHERS, Flows, flows
from engine.types import GeneEmbedding

MOST_CLUSTERS = 60
COUNTS = ("rows", "genes")


@dataclass(frozen=True)
class FlowView:
    """Levels from left to right, the number of named clusters, `rows` or `genes`, only genes of every dataset."""

    levels: tuple[str, ...]
    top: int = N_CLUSTERS
    count: str = "rows"
    common: bool = False

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FlowView:
        return cls(tuple(data["levels"]), int(data["top"]), data["count"], bool(data["common"]))


def first_levels(embedding: GeneEmbedding) -> tuple[str, ...]:
    """Levels to begin with: those in which the datasets differ, dataset and cluster."""
    differ = [level for level in LEVELS if embedding.obs[level].nunique() > 1]
    return tuple(level for level in LEVELS if level in {*differ, "dataset", "cluster"})


def read_flow_view(query: Mapping[str, str], embedding: GeneEmbedding) -> tuple[FlowView, list[str]]:
    """The view that an address asks for, and a sentence for each part of it that cannot be had."""
    view, faults = FlowView(first_levels(embedding)), []
    levels = tuple(part for part in query.get("levels", "").split(",") if part)
    if levels:
        try:
            flows(embedding.obs.iloc[:0], levels)
            view = replace(view, levels=levels)
        except GeneweaveError as error:
            faults.append(str(error))
    top = query.get("top", "")
    view = replace(view, top=bounded(int(top)) if top.isdecimal() else N_CLUSTERS,
                   count=query["count"] if query.get("count") in COUNTS else "rows", common=query.get("common") == "1")
    return view, faults


def bounded(top: int) -> int:
    return min(max(top, 1), MOST_CLUSTERS)


def read_choice(text: str) -> dict[str, str]:
    """The reverse of `choice_text`; raises `InvalidParameter` when the text is no choice."""
    pairs = [part.partition(":") for part in text.split(",") if part]
    choice = {level: unquote(name) for level, _, name in pairs if level in LEVELS and name}
    if len(choice) < len(pairs):
        raise InvalidParameter(
            f"The address should hold a choice such as 'tissue:blood,cluster:4', found '{text[:60]}'. "
            "Nothing is chosen: click a band or a node."
        )
    return choice


def found_choice(flow: Flows, text: str) -> tuple[dict[str, str], str]:
    """The choice, in the order of the levels, when it is in the picture; else none, and a sentence that says why."""
    try:
        choice = read_choice(text)
        if choice and not flow.through(choice).any():
            raise InvalidParameter("No gene runs through all that the address chooses. Click a band or a node.")
    except GeneweaveError as error:
        return {}, str(error)
    return {level: choice[level] for level in flow.levels if level in choice}, ""


def chosen_rows(flow: Flows, choice: Mapping[str, str]) -> np.ndarray | None:
    return flow.through(choice) if choice else None


def changed(view: FlowView, *, level: str, to: str) -> FlowView:
    """The view with a level moved left or right, taken out, or put in before the last when it was not there."""
    levels = list(view.levels)
    if to == "in":
        levels.insert(len(levels) - 1 if levels[-1] == "cluster" else len(levels), level)
    elif to == "out":
        levels.remove(level)
    else:
        place = levels.index(level)
        other = place + (1 if to == "right" else -1)
        levels[place], levels[other] = levels[other], levels[place]
    return replace(view, levels=tuple(levels))


def kept_choice(flow: Flows, text: str) -> str:
    """What of a choice is still in the picture after its levels have changed."""
    choice = {level: name for level, name in read_choice(text).items()
              if level in flow.levels and name in flow.names(level)}  # fmt: skip
    return choice_text(choice) if choice and flow.through(choice).any() else ""


@lru_cache(maxsize=16)
def flow_of(store: Store, name: str, levels: tuple[str, ...], top: int, common: bool) -> Flows:
    """Flows of a stored map; the last few stay in memory."""
    embedding = maps.embedding(store, name)
    return flows(embedding.obs, levels, n_clusters=top, only_common=common, datasets=embedding.datasets)


def level_colours(embedding: GeneEmbedding, levels: Sequence[str]) -> dict[str, dict[str, str]]:
    """For each level the colour of each name, those of the Atlas."""
    found = {}
    for level in levels:
        names = sorted(embedding.obs[level].astype(str).unique())
        found[level] = category(embedding, level).colours if level in CATEGORIES else category_colours(names)
    return found | {"cluster": found.get("cluster", {}) | {OTHERS: GREY}}
