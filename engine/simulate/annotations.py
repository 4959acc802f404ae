"""What one would know of made-up genes before a screen: gene sets and TF targets that are nearly right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.simulate.network import Network

if TYPE_CHECKING:
    import pandas as pd

KEPT = 0.8  # share of what is true that is known
WRONG = 0.2  # made-up members, for each true one
SIGNED = 0.8  # share of known edges whose sign is known
STRONG = 0.1  # |weight| from which on an edge is one that could be known


def gene_sets(network: Network, rng: np.random.Generator) -> dict[str, tuple[str, ...]]:
    """A set for each pathway (of regulators) and each module (of targets): most members, and some that are none."""
    sets = {}
    for name, labels in (("PATHWAY", network.pathway), ("MODULE", network.module)):
        for label in range(labels.max() + 1):
            members = np.flatnonzero(labels == label)
            kept = members[rng.random(len(members)) < KEPT]
            wrong = rng.integers(0, len(labels), rng.binomial(len(members), WRONG))
            sets[f"{name}_{label + 1}"] = tuple(network.genes[np.unique(np.concatenate([kept, wrong]))])
    return {name: genes for name, genes in sets.items() if genes}


def true_edges(network: Network) -> pd.DataFrame:
    """Every edge: source, target, weight (change of the target's log expression by 1 of the source's)."""
    import pandas as pd

    source, target = np.nonzero(network.weights)
    return pd.DataFrame({"source": network.genes[source], "target": network.genes[target],
                         "weight": network.weights[source, target]})  # fmt: skip


def known_edges(network: Network, rng: np.random.Generator) -> pd.DataFrame:
    """A table of TF targets as a library would have it: most strong edges, wrong ones, signs not always known.

    Columns source, target, sign (1, −1, or 0 where not known).
    """
    import pandas as pd

    edges = true_edges(network)
    strong = edges[edges["weight"].abs() >= STRONG]
    kept = strong[rng.random(len(strong)) < KEPT]
    sign = np.sign(kept["weight"].to_numpy()) * (rng.random(len(kept)) < SIGNED)
    n_wrong = int(WRONG * len(kept))
    wrong = pd.DataFrame({"source": rng.choice(network.regulators, n_wrong),
                          "target": rng.choice(network.genes, n_wrong), "sign": rng.integers(-1, 2, n_wrong)})
    known = pd.concat([kept[["source", "target"]].assign(sign=sign.astype(int)), wrong])
    return known[known["source"] != known["target"]].drop_duplicates(["source", "target"]).reset_index(drop=True)
