"""The explanation as one network: roots, regulators, changed targets and functions, with the edges between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.causal.changes import Changes
from engine.causal.edges import COLUMNS, Network
from engine.causal.paths import Wiring, reached
from engine.causal.score import measured

if TYPE_CHECKING:
    import pandas as pd

ROOT, REGULATOR, TARGET, FUNCTION = KINDS = ("root", "regulator", "target", "function")
FEWEST_REGULATORS, MOST_ROOTS, MOST_FUNCTIONS, REGULATORS_A_ROOT = 5, 10, 20, 10
MOST_FDR = 0.05
NODE_COLUMNS = ("kind", "layer", "z", "p", "fdr", "p_bias", "call", "log2fc", "de_fdr", "n_targets", "n_changed")


@dataclass(frozen=True)
class Found:
    """The tables of an explanation; see the functions of the same names."""

    regulators: pd.DataFrame
    roots: pd.DataFrame
    functions: pd.DataFrame
    function_edges: pd.DataFrame


@dataclass(frozen=True)
class Upstream:
    """The roots, the layer of every root and regulator, the edges of the paths between them, and where these end."""

    roots: list[str]
    layer: dict[str, int]
    pairs: pd.DataFrame
    ends: set[str]


def as_network(changes: Changes, network: Network, found: Found, *, depth: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and edges of the whole explanation.

    In it are the called regulators (the five first where fewer are called), up to ten roots with their shortest
    paths to those regulators (or, where they reach none, to the ten of most changed targets), the changed targets of
    all these, and up to twenty functions that are called or have an fdr of 0.05 or less. Roots are the first that are
    called, are no called regulators, and do not lie on the paths of those before them.

    Returns
    -------
    nodes
        Indexed by name, the columns `NODE_COLUMNS`. A gene of several kinds is of the first of `KINDS`.
    edges
        The columns `engine.causal.edges.COLUMNS`.
    """
    import pandas as pd

    regulators = _chosen_regulators(found.regulators)
    up = _upstream(changes, network, _possible_roots(found), regulators, depth)
    aims = network.evidence[network.evidence["source"].isin({*up.roots, *regulators, *up.ends})]
    aims = aims[aims["target"].isin(changes.genes[changes.changed])]
    pairs = pd.concat([up.pairs, aims[["source", "target"]]]).drop_duplicates()
    edges = pairs.merge(network.edges, on=["source", "target"])[list(COLUMNS)]
    targets = [gene for gene in aims["target"].unique() if gene not in up.layer]
    genes = _gene_nodes(changes, found, up, targets, depth)
    functions, function_edges = _functions(found, changes, genes)
    return _stack(genes, functions), _stack(edges, function_edges).reset_index(drop=True)


def _chosen_regulators(table: pd.DataFrame) -> list[str]:
    called = table.loc[table["call"] != "", "regulator"].tolist()
    first = table.loc[table["n_changed"] > 0, "regulator"].head(FEWEST_REGULATORS).tolist()
    return called if len(called) >= FEWEST_REGULATORS else list(dict.fromkeys([*called, *first]))


def _possible_roots(found: Found) -> list[str]:
    """Called roots in their order, without those that are called as regulators."""
    called = found.regulators.loc[found.regulators["call"] != "", "regulator"]
    return found.roots.loc[(found.roots["call"] != "") & ~found.roots["root"].isin(called), "root"].tolist()


def _upstream(changes: Changes, network: Network, possible: list[str], regulators: list[str], depth: int) -> Upstream:
    import pandas as pd

    layer, pairs, ends, roots = {}, {}, set(), []
    wiring = Wiring.of(network, changes)
    index, worth, wanted = pd.Index(wiring.nodes), _worth(wiring, changes), set(regulators)
    for root in possible:
        if len(roots) == MOST_ROOTS or root in layer:
            continue
        roots.append(root)
        at = index.get_indexer([root])
        by_steps = [here.toarray()[0] for here in reached(wiring, at, depth)]
        for path in _paths(wiring, by_steps, int(at[0]), worth, wanted):
            names = wiring.nodes[list(path)].tolist()
            for steps, name in enumerate(names):
                layer[name] = min(steps, layer.get(name, steps))
            pairs |= dict.fromkeys(zip(names, names[1:], strict=False))
            ends.add(names[-1])
    layer |= dict.fromkeys(roots, 0) | {name: max(depth - 1, 1) for name in regulators if name not in layer}
    return Upstream(roots, layer, pd.DataFrame(list(pairs), columns=["source", "target"]), ends)


def _worth(wiring: Wiring, changes: Changes) -> np.ndarray:
    """How many changed targets with a sign each node has."""
    return abs(wiring.last) @ np.abs(changes.direction[wiring.genes])


def _paths(wiring: Wiring, by_steps: list[np.ndarray], root: int, worth: np.ndarray,
           regulators: set[str]) -> list[tuple[int, ...]]:
    """The shortest paths from a root to the regulators it is shown with, as places of nodes."""
    ends = [(steps, node) for steps, here in enumerate(by_steps) for node in np.flatnonzero(here) if worth[node] > 0]
    chosen = [end for end in ends if wiring.nodes[end[1]] in regulators]
    most = sorted(ends, key=lambda end: -worth[end[1]])[:REGULATORS_A_ROOT]
    paths = []
    for steps, node in chosen or most:
        if steps < 2:
            paths.append((root, node)[: steps + 1])
        else:
            between = np.flatnonzero(by_steps[1] * wiring.steps[:, [node]].toarray().ravel())
            paths += [(root, int(middle), node) for middle in between]
    return paths


def _gene_nodes(changes: Changes, found: Found, up: Upstream, targets: list[str], depth: int) -> pd.DataFrame:
    import pandas as pd

    names, last = [*up.layer, *targets], max([*up.layer.values(), 1]) + 1
    nodes = pd.DataFrame(index=pd.Index(names))
    nodes["kind"] = [TARGET if name not in up.layer else ROOT if name in up.roots else REGULATOR for name in names]
    nodes["layer"] = [up.layer.get(name, last) for name in names]
    facts, by_root = ["z", "p", "fdr", "call", "n_targets", "n_changed"], found.roots.set_index("root")
    scored = found.regulators.set_index("regulator")[facts].reindex(list(up.layer))
    if up.roots:
        scored.loc[up.roots, facts] = by_root.loc[up.roots, facts]
    nodes = nodes.join(scored)
    nodes["p_bias"] = by_root["p_bias"].reindex(list(up.layer) if depth == 1 else up.roots)
    nodes[["log2fc", "de_fdr"]] = measured(pd.Series(names), changes).to_numpy()
    return _complete(nodes)


def _functions(found: Found, changes: Changes, genes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes of the functions that are told, and their edges from genes that are nodes already and changed."""
    table = found.functions
    table = table[(table["call"] != "") | (table["fdr"] <= MOST_FDR)].drop_duplicates("function").head(MOST_FUNCTIONS)
    table = table.assign(name=[f"{name} (function)" if name in genes.index else name for name in table["function"]])
    here = set(changes.genes[changes.changed]) & set(genes.index)
    edges = found.function_edges[found.function_edges["source"].isin(here)]
    edges = edges.merge(table[["function", "database", "name"]], left_on=["target", "database"],
                        right_on=["function", "database"])  # fmt: skip
    nodes = table[table["name"].isin(edges["name"])].set_index("name")
    nodes = _complete(nodes.assign(kind=FUNCTION, layer=int(genes["layer"].max()) + 1))
    return nodes, edges.assign(target=edges["name"])[list(COLUMNS)]


def _complete(nodes: pd.DataFrame) -> pd.DataFrame:
    """The columns of a node, in order; what does not apply is NaN, 0 or empty."""
    nodes = nodes.reindex(columns=list(NODE_COLUMNS)).rename_axis(None)
    nodes["call"] = nodes["call"].astype(object).where(nodes["call"].notna(), "").astype(str)
    for name in ("layer", "n_targets", "n_changed"):
        nodes[name] = nodes[name].astype(float).fillna(0).astype(int)
    numbers = ["z", "p", "fdr", "p_bias", "log2fc", "de_fdr"]
    return nodes.astype(dict.fromkeys(numbers, float))


def _stack(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([first, second]) if len(second) else first
