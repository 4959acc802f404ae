"""Signed networks of genes, joined into one and laid over the measured genes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.causal.changes import Changes
from engine.errors import InvalidFile, InvalidParameter

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

COLUMNS = ("source", "target", "sign", "weight", "database", "confidence", "papers")
EXPRESSION, SIGNALLING = "TF targets", "signalling"


@dataclass(frozen=True)
class Network:
    """One network with a row a pair of genes, self-loops left out.

    `edges` has the columns `COLUMNS` and `expression`: whether the edge tells of the target's expression, so that
    the target's change is evidence for its source. Edges of signalling lead from roots to regulators only.
    """

    edges: pd.DataFrame
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """The edges that tell of expression."""
        return self.edges[self.edges["expression"]]

    @property
    def signed(self) -> bool:
        """Whether any edge that tells of expression has a sign."""
        return bool((self.evidence["sign"] != 0).any())


@dataclass(frozen=True)
class Targets:
    """Sources with their measured targets: sparse arrays (n_sources, n_genes) over the genes of a table."""

    sources: np.ndarray
    members: csr_array
    signs: csr_array
    weights: csr_array


def join(networks: Mapping[str, pd.DataFrame], kinds: Mapping[str, str] | None = None) -> Network:
    """One network of several; a pair that several have is one edge that names them all.

    Parameters
    ----------
    networks
        Tables as `engine.knowledge.networks.read_network` gives them, by the name to show.
    kinds
        Which of them are `SIGNALLING`; when all are, their edges are taken as evidence all the same, with a note.

    Raises
    ------
    InvalidParameter
        When there is no network.
    InvalidFile
        When none has an edge.
    """
    import pandas as pd

    kinds, notes = kinds or {}, []
    if not networks:
        raise InvalidParameter("Causes need a network of genes, and none was given. Name one, such as collectri.")
    only_signals = all(kinds.get(name) == SIGNALLING for name in networks)
    parts = [_part(name, table, only_signals or kinds.get(name) != SIGNALLING) for name, table in networks.items()]
    whole = pd.concat(parts, ignore_index=True)
    loops = whole["source"] == whole["target"]
    whole = whole[~loops]
    if whole.empty:
        raise InvalidFile(f"The network {', '.join(networks)} has no edge between two genes. Choose another.")
    if loops.any():
        notes.append(f"Edges of a gene to itself ({int(loops.sum()):,}) were left out: its own change is no evidence.")
    if only_signals:
        notes.append("Only signalling was given, which does not say that a target's expression changes: "
                     "read the regulators with care, or add a network of TF targets.")  # fmt: skip
    whole, said = _one_scale(whole, len(networks))
    edges, contradictions = _pairs(whole)
    notes += said
    if contradictions:
        notes.append(f"Signs that contradict one another ({contradictions:,} edges) were taken as not known.")
    network = Network(edges.reset_index(drop=True), tuple(networks), tuple(notes))
    return network if network.signed else _without_signs(network)


def lay_over(edges: pd.DataFrame, changes: Changes) -> Targets:
    """Sources that have a measured target, with their targets as sparse arrays over the genes of the table."""
    import pandas as pd
    from scipy.sparse import csr_array

    column = edges["target"].map(changes.place)
    edges, column = edges[column.notna()], column.dropna().to_numpy(int)
    row, sources = pd.factorize(edges["source"])
    shape = (len(sources), len(changes.genes))
    signs, weights = edges["sign"].to_numpy(float), edges["weight"].to_numpy(float)
    arrays = (csr_array((values, (row, column)), shape=shape) for values in (np.ones(len(row)), signs, weights))
    return Targets(np.asarray(sources, dtype=str), *arrays)


def matched(network: Network, changes: Changes) -> dict:
    """How many genes of the table the network knows, and which changed ones no regulator targets.

    Raises
    ------
    InvalidFile
        When it knows none, or has no regulator of a changed one.
    """
    known = set(network.edges["source"]) | set(network.edges["target"])
    in_network = np.isin(changes.genes, list(known))
    if not in_network.any():
        upper = {name.upper() for name in known}
        same = sum(gene.upper() in upper for gene in changes.genes.tolist())
        hint = (f"{same:,} would match if capitals did not count: is the network of another species? " if same else "")
        raise InvalidFile(
            f"None of the {len(changes.genes):,} genes of the table is in {', '.join(network.names)}: the table has "
            f"{', '.join(changes.genes[:3])} …, the network {', '.join(sorted(known)[:3])} …. {hint}"
            "Bring both to the same gene symbols."
        )
    targets = np.isin(changes.genes, network.evidence["target"].unique())
    lost = changes.genes[changes.changed & ~targets]
    if not (changes.changed & targets).any():
        raise InvalidFile(
            f"{', '.join(network.names)} has no regulator of any of the {changes.n_changed:,} changed genes: "
            f"{', '.join(lost[:6])}{' …' if len(lost) > 6 else ''}. {int(in_network.sum()):,} of the "
            f"{len(changes.genes):,} genes of the table are in it. Choose another network, or add one."
        )
    return {"genes": int(in_network.sum()), "targets": int(targets.sum()), "edges": len(network.edges),
            "changed_targets": int((changes.changed & targets).sum()), "changed_without_regulator": lost.tolist()}


def _part(name: str, table: pd.DataFrame, expression: bool) -> pd.DataFrame:
    filled = {"sign": 0, "weight": 1.0, "confidence": "", "papers": ""}
    table = table.assign(**{column: value for column, value in filled.items() if column not in table})
    return table.assign(database=name, expression=expression)[[*COLUMNS, "expression"]]


def _one_scale(whole: pd.DataFrame, n_networks: int) -> tuple[pd.DataFrame, list[str]]:
    """Weights of one network as they are; of several only where all are 1, since their scales differ."""
    if n_networks < 2 or (whole["weight"] == 1).all():
        return whole, []
    return whole.assign(weight=1.0), ["The networks weigh their edges on different scales: joined, each edge counts 1."]


def _pairs(whole: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Each pair once, and how many have contradicting signs; on expression, networks that tell of it have the say."""
    import pandas as pd

    if not whole.duplicated(["source", "target"]).any():
        return whole, 0
    pair = pd.MultiIndex.from_frame(whole[["source", "target"]])
    told = pair.isin(pair[whole["expression"] & (whole["sign"] != 0)])
    whole = whole.assign(sign=whole["sign"].where(whole["expression"] | ~told, 0))
    pairs = whole.assign(up=whole["sign"] > 0, down=whole["sign"] < 0).groupby(["source", "target"], sort=False)
    found = pairs.agg(up=("up", "max"), down=("down", "max"), weight=("weight", "max"),
                      expression=("expression", "max")).reset_index()
    for column in ("database", "confidence", "papers"):
        found[column] = _words(whole, column, found)
    found["sign"] = found["up"].astype(int) - found["down"].astype(int)
    return found[[*COLUMNS, "expression"]], int((found["up"] & found["down"]).sum())


def _words(whole: pd.DataFrame, column: str, pairs: pd.DataFrame) -> pd.Series:
    """All different words of a column of each pair, joined by ;."""
    named = whole[whole[column] != ""]
    words = named.groupby(["source", "target"], sort=False)[column].agg(";".join)
    words = words.map(lambda text: ";".join(dict.fromkeys(text.split(";"))))
    return pairs[["source", "target"]].merge(words.reset_index(), how="left")[column].fillna("")


def _without_signs(network: Network) -> Network:
    said = f"{', '.join(network.names)} has no signs: only the overlap is tested; no z, no call, no causal network."
    return Network(network.edges, network.names, (*network.notes, said))
