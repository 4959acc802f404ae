"""How the genes of a map flow from modality, tissue, species, condition and dataset into clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter, unknown

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("modality", "tissue", "species", "condition", "dataset", "cluster")
OTHERS = "other clusters"
UNKNOWN = "unknown"
N_CLUSTERS = 12


@dataclass(frozen=True)
class Flows:
    """Rows of a map counted at each level, between neighbouring levels, and along whole paths.

    `nodes` has level, name, rows, genes; `links` from_level, source, to_level, target, rows, genes;
    `paths` one column a level, then rows, genes. `rows` counts (dataset, gene) rows, `genes` distinct
    symbols, so that genes of neighbouring bands may add up to more than those of their node.
    `labels` has gene and the name at every one of `LEVELS` of each row that was counted, whether or
    not the level is drawn; its index is the row's place in the map.
    """

    levels: tuple[str, ...]
    nodes: pd.DataFrame
    links: pd.DataFrame
    paths: pd.DataFrame
    labels: pd.DataFrame

    def names(self, level: str) -> list[str]:
        """The names of a level, from top to bottom."""
        return self.nodes.loc[self.nodes["level"] == level, "name"].tolist()

    def through(self, choice: Mapping[str, str]) -> np.ndarray:
        """Which counted rows have all these names, bool (n_counted,).

        Raises
        ------
        UnknownName
            When a level or a name is not in these flows.
        """
        keep = np.ones(len(self.labels), bool)
        for level, name in choice.items():
            if level not in self.levels:
                raise unknown("level", level, self.levels, where="in this picture")
            if name not in self.names(level):
                raise unknown(level, name, self.names(level), where="in this picture")
            keep &= (self.labels[level] == name).to_numpy()
        return keep


def flows(obs: pd.DataFrame, levels: Sequence[str], *, n_clusters: int = N_CLUSTERS, only_common: bool = False,
          datasets: Sequence[str] = ()) -> Flows:
    """Count the rows of a gene map through levels in the order given.

    Parameters
    ----------
    obs
        `GeneEmbedding.obs`: gene, the levels, and common.
    levels
        Two or more of `LEVELS`, each once.
    n_clusters
        The largest clusters of the whole map keep their name; smaller ones become "other clusters".
    only_common
        Count only genes that every dataset has.
    datasets
        Dataset names in the order of the study; others follow.

    Raises
    ------
    InvalidParameter
        When there are fewer than two levels, one twice, or `n_clusters` is below 1.
    UnknownName
        When a level is none of `LEVELS`.
    """
    levels = _checked(levels, n_clusters)
    labels = _labels(obs, n_clusters)
    if only_common:
        labels = labels[obs["common"].to_numpy(bool)]
    order = {level: _order(level, set(labels[level]), datasets) for level in levels}
    return Flows(levels, _nodes(labels, order), _links(labels, levels, order), _paths(labels, levels, order), labels)


def _checked(levels: Sequence[str], n_clusters: int) -> tuple[str, ...]:
    for level in levels:
        if level not in LEVELS:
            raise unknown("level", level, LEVELS, where="of a gene map")
    if len(levels) < 2 or len(set(levels)) < len(levels):
        raise InvalidParameter(
            f"Two or more different levels were expected, found {', '.join(levels) or 'none'}. Add another level."
        )
    if n_clusters < 1:
        raise InvalidParameter(f"At least 1 cluster must keep its name, found {n_clusters}. Give a larger number.")
    return tuple(levels)


def _labels(obs: pd.DataFrame, n_clusters: int) -> pd.DataFrame:
    import pandas as pd

    named = {level: obs[level].astype(object).where(obs[level].notna(), UNKNOWN).astype(str).to_numpy()
             for level in LEVELS}  # fmt: skip
    named["cluster"] = _grouped(named["cluster"], n_clusters)
    return pd.DataFrame({"gene": obs["gene"].astype(str).to_numpy(), **named})


def _grouped(clusters: np.ndarray, n: int) -> np.ndarray:
    names, counts = np.unique(clusters, return_counts=True)
    largest = sorted(zip(names, counts, strict=True), key=lambda pair: (-pair[1], _by_number(pair[0])))[:n]
    return np.where(np.isin(clusters, [name for name, _ in largest]), clusters, OTHERS).astype(object)


def _order(level: str, found: set[str], datasets: Sequence[str]) -> list[str]:
    """Datasets as in the study, clusters by number, other names by the alphabet; "other clusters" last."""
    first = {name: place for place, name in enumerate(datasets)} if level == "dataset" else {}
    return sorted(found, key=lambda name: (level == "cluster" and name == OTHERS, first.get(name, len(first)),
                                           _by_number(name)))  # fmt: skip


def _by_number(name: str) -> tuple[bool, int, str]:
    return (False, int(name), name) if name.isdecimal() else (True, 0, name)


def _nodes(labels: pd.DataFrame, order: dict[str, list[str]]) -> pd.DataFrame:
    import pandas as pd

    parts = [_counts(labels, [level], order).rename(columns={level: "name"}).assign(level=level) for level in order]
    return pd.concat(parts, ignore_index=True)[["level", "name", "rows", "genes"]]


def _links(labels: pd.DataFrame, levels: tuple[str, ...], order: dict[str, list[str]]) -> pd.DataFrame:
    import pandas as pd

    parts = [
        _counts(labels, [one, next_one], order).rename(columns={one: "source", next_one: "target"})
        .assign(from_level=one, to_level=next_one) for one, next_one in zip(levels, levels[1:], strict=False)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[["from_level", "source", "to_level", "target", "rows", "genes"]]


def _paths(labels: pd.DataFrame, levels: tuple[str, ...], order: dict[str, list[str]]) -> pd.DataFrame:
    return _counts(labels, list(levels), order)


def _counts(labels: pd.DataFrame, by: list[str], order: dict[str, list[str]]) -> pd.DataFrame:
    """Rows and distinct genes of every combination that occurs, in the order of the names."""
    import pandas as pd

    table = labels.groupby(by, sort=False)["gene"].agg(rows="size", genes="nunique").reset_index()
    places = pd.DataFrame({level: table[level].map({name: place for place, name in enumerate(order[level])})
                           for level in by})  # fmt: skip
    return table.loc[places.sort_values(by).index].reset_index(drop=True)
