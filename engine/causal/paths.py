"""What a root reaches over the shortest signed paths: regulators, and through them the measured targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.causal.changes import Changes
from engine.causal.edges import Network

LONGEST = 3  # steps from a root to a target


@dataclass(frozen=True)
class Wiring:
    """Signed edges as sparse arrays.

    Attributes
    ----------
    nodes : every gene that acts on another with a sign, str (n_nodes,)
    steps : signs of all edges between nodes, csr (n_nodes, n_nodes)
    last : signs of the edges that tell of expression, on to measured genes, csr (n_nodes, n_targets)
    weights : the weights of those, csr (n_nodes, n_targets)
    genes : places of the targets among the genes of the table, int (n_targets,)
    own : column of each node among the targets, −1 where it is none, int (n_nodes,)
    """

    nodes: np.ndarray
    steps: object
    last: object
    weights: object
    genes: np.ndarray
    own: np.ndarray

    @classmethod
    def of(cls, network: Network, changes: Changes) -> Wiring:
        import pandas as pd
        from scipy.sparse import csr_array

        signed = network.edges[network.edges["sign"] != 0]
        nodes = pd.Index(signed["source"].unique())
        row, column = nodes.get_indexer(signed["source"]), nodes.get_indexer(signed["target"])
        sign, weight = (signed[name].to_numpy(np.float32) for name in ("sign", "weight"))
        steps = csr_array((sign[column >= 0], (row[column >= 0], column[column >= 0])), shape=(len(nodes), len(nodes)))
        place = pd.Index(changes.genes).get_indexer(signed["target"])
        tells = signed["expression"].to_numpy(bool) & (place >= 0)
        genes, at = np.unique(place[tells], return_inverse=True)
        shape = (len(nodes), len(genes))
        last, weights = (csr_array((values[tells], (row[tells], at)), shape=shape) for values in (sign, weight))
        own = pd.Index(changes.genes[genes]).get_indexer(nodes)
        return cls(nodes.to_numpy(str), steps, last, weights, genes, own)


def reached(wiring: Wiring, roots: np.ndarray, depth: int) -> list:
    """Signs with which roots reach every node, by the number of steps: 0 (itself) to `depth` − 1.

    Only shortest paths count. A node that shortest paths of both signs lead to is not reached, by longer ones neither.

    Returns
    -------
    List of csr (n_roots, n_nodes).
    """
    from scipy.sparse import csr_array

    shape = (len(roots), len(wiring.nodes))
    here = csr_array((np.ones(len(roots), np.float32), (np.arange(len(roots)), roots)), shape=shape)
    by_steps, touched = [here], here.toarray() != 0
    for _ in range(depth - 1):
        signs, count = here @ wiring.steps, abs(here) @ abs(wiring.steps)
        here = csr_array(_agreed(signs.toarray(), count.toarray(), touched))
        by_steps.append(here)
    return by_steps


def pooled(wiring: Wiring, by_steps: list, roots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signs and weights with which roots reach the measured targets, float32 (n_roots, n_targets) each.

    A target counts once, by its shortest paths through a regulator that is reached; where these contradict one
    another it drops out. Its weight is the mean of its last steps. A root is no target of its own.
    """
    shape = (len(roots), len(wiring.genes))
    signs, weights, touched = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, bool)
    own = wiring.own[roots]
    touched[np.flatnonzero(own >= 0), own[own >= 0]] = True
    for here in by_steps:
        count = (abs(here) @ abs(wiring.last)).toarray()
        now = _agreed((here @ wiring.last).toarray(), count, touched)
        signs += now
        fresh = now != 0
        weights[fresh] = (abs(here) @ wiring.weights).toarray()[fresh] / count[fresh]
    return signs, weights


def _agreed(signs: np.ndarray, count: np.ndarray, touched: np.ndarray) -> np.ndarray:
    """1 or −1 where all paths agree on a place that was not touched before; marks all places as touched."""
    found = np.where((np.abs(signs) == count) & (count > 0) & ~touched, np.sign(signs), np.float32(0))
    touched |= count > 0
    return found
