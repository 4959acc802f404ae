"""Which nodes of an explanation are drawn: the best of each kind, at most 300; the rest folded and countable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from app.causes import Explanation
from app.pages.causes.view import CausesView
from app.words import plural, whole

LIMIT = 300  # nodes drawn, folds among them
FIRST_TARGETS = 4  # targets of a regulator that are drawn before it is unfolded
KINDS = ("root", "regulator", "function")
WORDS = {"root": "root", "regulator": "regulator", "target": "target", "function": "function"}


@dataclass(frozen=True)
class Fold:
    """`n` nodes that are not drawn: targets of the regulator `of`, or with `of` = `@kind` others of that kind."""

    of: str
    n: int
    layer: int

    @property
    def id(self) -> str:
        return f"+{self.of}"

    @property
    def words(self) -> str:
        """`+37 of STAT1` for targets, `+12 regulators` for a kind."""
        if self.of.startswith("@"):
            return f"+{plural(self.n, WORDS[self.of[1:]])}"
        return f"+{whole(self.n)} of {self.of}"


@dataclass(frozen=True)
class Picture:
    """What is drawn: rows of the nodes and links of an explanation, folds, and how many nodes there are in all."""

    nodes: pd.DataFrame
    links: pd.DataFrame
    folds: tuple[Fold, ...]
    total: int
    full: bool

    @property
    def count(self) -> int:
        return len(self.nodes) + len(self.folds)


@lru_cache(maxsize=32)
def picture(found: Explanation, view: CausesView) -> Picture:
    """The picture of a view."""
    nodes, links = _in_view(found, view)
    rank = ranked(nodes, view.by)
    heads = _heads(nodes, links, view, rank)
    targets = _targets(nodes, links, heads)
    room = LIMIT - len(heads) - len(KINDS) - sum(1 for name in heads if targets.get(name))
    shown = _shown_targets(targets, heads, view, room)
    kept = nodes.loc[[*heads, *shown]]
    drawn = links[links["source"].isin(kept.index) & links["target"].isin(kept.index)]
    folds = (*_kind_folds(nodes, kept), *_target_folds(nodes, targets, heads, set(shown)))
    return Picture(kept, drawn.reset_index(drop=True), folds, len(found.nodes), full=len(shown) >= room)


def ranked(nodes: pd.DataFrame, by: str) -> pd.Series:
    """Place of each node, 0 the first: by p then |z|, by |z|, or by the number of changed targets.

    The p of a root is that of its network, held against random changed genes.
    """
    strength = -nodes["z"].abs().fillna(0)
    first = {"p": nodes["p_bias"].fillna(nodes["p"]).fillna(1.0), "z": strength,
             "targets": -nodes["n_changed"].fillna(0)}[by]  # fmt: skip
    order = np.lexsort((nodes.index.to_numpy(str), strength, first))
    return pd.Series(np.argsort(order), index=nodes.index)


def around(links: pd.DataFrame, node: str) -> set[str]:
    """A node, what acts on it, and all that it leads to."""
    children = links.groupby("source")["target"].agg(list).to_dict()
    seen, waiting = {node}, [node]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return seen | set(links.loc[links["target"] == node, "source"])


def _in_view(found: Explanation, view: CausesView) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and links without what is hidden, or those around the focus alone."""
    keep = ~found.nodes.index.isin(view.hidden)
    if view.focus:
        keep &= found.nodes.index.isin(list(around(found.links, view.focus)))
    nodes = found.nodes[keep]
    links = found.links[found.links["source"].isin(nodes.index) & found.links["target"].isin(nodes.index)]
    return nodes, links


def _heads(nodes: pd.DataFrame, links: pd.DataFrame, view: CausesView, rank: pd.Series) -> list[str]:
    """Roots, regulators and functions that are drawn, and regulators on the way from those roots to them."""
    half = -(-view.top // 2)
    many = {"root": half, "regulator": view.top, "function": half}
    kept: dict[str, list[str]] = {}
    for kind in KINDS:
        names = rank[nodes["kind"] == kind].sort_values().index.tolist()
        first = [name for name in names if name == view.focus or name in view.opened]
        n = LIMIT // 4 if f"@{kind}" in view.opened else max(many[kind], len(first))
        kept[kind] = list(dict.fromkeys([*first, *names]))[:n]
    kept["regulator"] += _between(nodes, links, kept, rank)[: view.top]
    if view.focus in nodes.index and nodes.loc[view.focus, "kind"] == "target":
        kept["target"] = [view.focus]
    return [name for names in kept.values() for name in names]


def _between(nodes: pd.DataFrame, links: pd.DataFrame, kept: dict[str, list[str]], rank: pd.Series) -> list[str]:
    """Regulators that stand between a drawn root and a drawn regulator, the best first."""
    inner = set(nodes.index[nodes["kind"] == "regulator"]) - set(kept["regulator"])
    below = set(links.loc[links["source"].isin(kept["root"]), "target"]) & inner
    above = set(links.loc[links["target"].isin(kept["regulator"]), "source"]) & inner
    steps = links[links["source"].isin(below) & links["target"].isin(above)]
    way = (below & above) | set(steps["source"]) | set(steps["target"])
    return sorted(way, key=lambda name: rank[name])


def _targets(nodes: pd.DataFrame, links: pd.DataFrame, heads: list[str]) -> dict[str, list[str]]:
    """Targets of each drawn head: those that changed most surely first."""
    sure = nodes["de_fdr"].fillna(1.0)
    order = np.lexsort((nodes.index.to_numpy(str), -nodes["log2fc"].abs().fillna(0), sure))
    place = pd.Series(np.argsort(order), index=nodes.index)
    is_target = (nodes["kind"] == "target").reindex(links["target"]).to_numpy()
    own = links[is_target & links["source"].isin(heads).to_numpy() & ~links["target"].isin(heads).to_numpy()]
    own = own.assign(place=place.reindex(own["target"]).to_numpy()).sort_values("place")
    return own.groupby("source", sort=False)["target"].agg(list).to_dict()


def _shown_targets(targets: dict[str, list[str]], heads: list[str], view: CausesView, room: int) -> list[str]:
    """Targets that are drawn, one of each head in turn: the first few, then those of what was unfolded, while there
    is room."""
    shown: dict[str, None] = {}
    rounds = [{head: targets.get(head, [])[:FIRST_TARGETS] for head in heads}]
    rounds += [{name: targets.get(name, [])} for name in (view.focus, *view.opened) if name in targets]
    for lists in rounds:
        for i in range(max(map(len, lists.values()), default=0)):
            shown |= dict.fromkeys(names[i] for names in lists.values() if i < len(names))
    return list(shown)[: max(room, 0)]


def _kind_folds(nodes: pd.DataFrame, kept: pd.DataFrame) -> list[Fold]:
    folds = []
    for kind in KINDS:
        left = nodes[(nodes["kind"] == kind) & ~nodes.index.isin(kept.index)]
        if len(left):
            folds.append(Fold(f"@{kind}", len(left), int(left["layer"].mode().iloc[0])))
    return folds


def _target_folds(nodes: pd.DataFrame, targets: dict[str, list[str]], heads: list[str], shown: set[str]) -> list[Fold]:
    """A fold for each head with targets that are not drawn; a target of two heads counts in both."""
    left = {head: [name for name in targets.get(head, ()) if name not in shown] for head in heads}
    return [Fold(head, len(names), int(nodes.loc[names[0], "layer"])) for head, names in left.items() if names]
