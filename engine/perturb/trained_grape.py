"""A trained GRAPE, kept for later clicks: what it adds to the core, from a few arrays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from engine.types import targets_of

TOGETHER = 64  # perturbations that go through the network at once


def class_of(name: str) -> str:
    """Which gate a perturbation goes by: `single` or `pair`."""
    return "pair" if "+" in name else "single"


@dataclass(frozen=True)
class Trained:
    """A trained GRAPE, without what it was trained on.

    `nodes` are the genes of its graph, the first of them, those of `genes`, with a change told; `linked` those of the
    nodes that have features. `vectors` float32 (n_nodes, n_hidden), `pairs` int32 (2, n_pairs) and `weight` float32
    (n_pairs,) are the learned graph, `types` 0 or 1 a node; `state` the weights of the layers. Of `facts`: features
    (modality → source, n_known), gates (class → strength, core and both: root mean square errors on held-out
    perturbations, n, says), epoch, epochs, seconds, refit, n_edges, history, params.
    """

    nodes: tuple[str, ...]
    genes: tuple[str, ...]
    linked: np.ndarray
    vectors: np.ndarray
    pairs: np.ndarray
    weight: np.ndarray
    types: np.ndarray
    state: dict[str, np.ndarray]
    scale: float
    facts: dict[str, Any] = field(compare=False)

    @property
    def strength(self) -> dict[str, float]:
        """How much of the correction is added, 0 to 1, for a single and for a pair."""
        return {name: found["strength"] for name, found in self.facts["gates"].items()}

    def knows(self, name: str) -> bool:
        """Whether every gene of a perturbation is in the graph and has features."""
        return all(gene in self._number for gene in targets_of(name))

    def correction(self, names: Sequence[str]) -> np.ndarray:
        """What is added to the core's change, float32 (n_names, n_genes).

        0 where the gate is shut, for a perturbation that `knows` denies, and at the perturbed genes.
        """
        found = np.zeros((len(names), len(self.genes)), np.float32)
        asked = [i for i, name in enumerate(names) if self.strength[class_of(name)] and self.knows(name)]
        sets = [[self._number[gene] for gene in targets_of(names[i])] for i in asked]
        for start in range(0, len(asked), TOGETHER):
            found[asked[start : start + TOGETHER]] = self._change(sets[start : start + TOGETHER])
        for i, targets in zip(asked, sets, strict=True):
            found[i] *= self.strength[class_of(names[i])]
            found[i, [t for t in targets if t < len(self.genes)]] = 0
        return found

    def predict(self, names: Sequence[str], core: np.ndarray) -> np.ndarray:
        """Change, float32 (n_names, n_genes), from what the core predicts of the same perturbations."""
        return (core + self.correction(names)).astype(np.float32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """As plain arrays, to be kept with an AnnData."""
        named = {name: np.array(getattr(self, name)) for name in ("nodes", "genes", "linked", "vectors", "pairs",
                                                                  "weight", "types")}  # fmt: skip
        state = {f"state {name.replace('.', ' ')}": value for name, value in self.state.items()}
        return {**named, **state, "scale": np.array([self.scale]), "facts": np.array([json.dumps(self.facts)])}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Trained:
        """From what `to_arrays` gave."""
        state = {name.removeprefix("state ").replace(" ", "."): np.asarray(value)
                 for name, value in arrays.items() if name.startswith("state ")}  # fmt: skip
        nodes, genes = (tuple(str(gene) for gene in arrays[name]) for name in ("nodes", "genes"))
        rest = {name: np.asarray(arrays[name]) for name in ("linked", "vectors", "pairs", "weight", "types")}
        return cls(nodes, genes, **rest, state=state, scale=float(arrays["scale"][0]),
                   facts=json.loads(str(arrays["facts"][0])))  # fmt: skip

    @cached_property
    def _number(self) -> dict[str, int]:
        return {gene: i for i, gene in enumerate(self.nodes) if self.linked[i]}

    @cached_property
    def _network(self):
        import torch

        from engine.models.grape.edges import edges_of
        from engine.models.grape.response import Response

        params = self.facts["params"]
        network = Response(len(self.genes), self.vectors.shape[1], heads=params["heads"], layers=params["layers"])
        network.load_state_dict({name: torch.as_tensor(value) for name, value in self.state.items()})
        pairs, types = (torch.as_tensor(x, dtype=torch.int64) for x in (self.pairs, self.types))
        edges, x = edges_of(pairs, torch.as_tensor(self.weight), types), torch.as_tensor(self.vectors)
        with torch.no_grad():
            return network.eval(), x, edges, network.whole(x, edges)

    def _change(self, sets: list[list[int]]) -> np.ndarray:
        import torch

        network, x, edges, whole = self._network
        of = torch.as_tensor(np.repeat(np.arange(len(sets)), [len(genes) for genes in sets]))
        with torch.no_grad():
            found = network(x, edges, whole, of, torch.as_tensor(np.concatenate(sets)), len(sets))
        return found.numpy() * self.scale
