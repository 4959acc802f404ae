"""The part of an explanation that fits into one picture; what is left out is folded and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.causal.network import FUNCTION, REGULATOR, ROOT, TARGET
from engine.errors import unknown
from engine.types import CausalExplanation

if TYPE_CHECKING:
    import pandas as pd

MOST = 300  # nodes
PLURAL = {ROOT: "roots", REGULATOR: "regulators", TARGET: "targets", FUNCTION: "functions"}


@dataclass(frozen=True)
class Shown:
    """A picture's worth of an explanation.

    Attributes
    ----------
    nodes, edges : rows of the explanation's nodes and edges
    folded
        What the shown nodes lead to that is not shown: node, kind, n, label ("37 more targets of STAT1"), names (joined
        by ;). A name may be folded under several nodes.
    left_out : how many nodes of each kind are not shown
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    folded: pd.DataFrame
    left_out: dict[str, int]


def shown(explanation: CausalExplanation, *, roots: Sequence[str] = (), regulators: Sequence[str] = (),
          most: int = MOST) -> Shown:
    """Choose at most `most` nodes of an explanation.

    Parameters
    ----------
    roots, regulators
        Those to show, with what lies below them; all when neither is given. The strongest come first: a third of
        the room is for roots and regulators, a fifteenth for functions, and the rest for targets, which the shown
        regulators fill in turn, each by its largest measured changes.

    Raises
    ------
    UnknownName
        When a root or regulator is not in the explanation.
    """
    nodes, edges = _below(explanation, roots, regulators)
    wanted = set(_strongest(nodes, (ROOT, REGULATOR), most // 3, first=[*roots, *regulators]))
    wanted |= set(_strongest(nodes, (FUNCTION,), most // 15))
    wanted |= set(_in_turn(nodes, edges, wanted)[: most - len(wanted)])
    inside = edges["source"].isin(wanted) & edges["target"].isin(wanted)
    kind, folded_away = explanation.nodes["kind"].astype(str), ~explanation.nodes.index.isin(wanted)
    return Shown(nodes[nodes.index.isin(wanted)], edges[inside].reset_index(drop=True),
                 _folded(kind, explanation.edges, wanted), kind[folded_away].value_counts().to_dict())


def _below(explanation: CausalExplanation, roots: Sequence[str],
           regulators: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the chosen roots lead to in as many steps as the explanation looked, and regulators in one; all if none."""
    nodes, edges = explanation.nodes, explanation.edges
    for name in (*roots, *regulators):
        if name not in nodes.index:
            raise unknown("node", name, nodes.index, where="in this explanation")
    if not roots and not regulators:
        return nodes, edges
    to_function = edges["target"].isin(nodes.index[nodes["kind"] == FUNCTION])
    genes = _within(edges[~to_function], roots, explanation.facts["asked"]["depth"])
    genes |= _within(edges[~to_function], regulators, 1)
    there = genes | set(edges.loc[to_function & edges["source"].isin(genes), "target"])
    return nodes[nodes.index.isin(there)], edges[edges["source"].isin(there) & edges["target"].isin(there)]


def _within(edges: pd.DataFrame, start: Sequence[str], steps: int) -> set[str]:
    reached = set(start)
    for _ in range(steps):
        reached |= set(edges.loc[edges["source"].isin(reached), "target"])
    return reached


def _strongest(nodes: pd.DataFrame, kinds: tuple[str, ...], most: int, *, first: Sequence[str] = ()) -> list[str]:
    """Names by kind: the chosen ones, then roots before regulators, by the smallest p_bias and p."""
    part = nodes[nodes["kind"].isin(kinds)]
    part = part.assign(given=~part.index.isin(list(first)), rank=part["kind"].map(kinds.index))
    return part.sort_values(["given", "rank", "p_bias", "p"], kind="stable").index[: max(most, len(first))].tolist()


def _in_turn(nodes: pd.DataFrame, edges: pd.DataFrame, sources: set[str]) -> list[str]:
    """Targets of the sources: the largest change of each, then the second of each, and so on, each once."""
    aims = edges[edges["source"].isin(sources) & edges["target"].isin(nodes.index[nodes["kind"] == TARGET])]
    aims = aims.assign(size=-aims["target"].map(nodes["log2fc"]).abs()).sort_values("size", kind="stable")
    turn = aims.groupby("source").cumcount()
    return aims.assign(turn=turn).sort_values(["turn", "size"], kind="stable")["target"].drop_duplicates().tolist()


def _folded(kind: pd.Series, edges: pd.DataFrame, wanted: set[str]) -> pd.DataFrame:
    import pandas as pd

    out = edges[edges["source"].isin(wanted) & ~edges["target"].isin(wanted)]
    out = out.assign(kind=out["target"].map(kind)).drop_duplicates(["source", "target"])
    rows = []
    for (node, one), part in out.groupby(["source", "kind"], sort=False):
        word = PLURAL[one] if len(part) > 1 else one
        rows.append((node, one, len(part), f"{len(part)} more {word} of {node}", ";".join(part["target"])))
    return pd.DataFrame(rows, columns=["node", "kind", "n", "label", "names"])
