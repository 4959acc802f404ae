"""The networks of the library as one graph of genes that act on each other, and likeness by diffusion over it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from engine.gene_features.diffusion import heat, leading
from engine.gene_features.kept import here, kept, naming_files
from engine.gene_features.names import HUMAN, Names
from engine.tl.neighbours import unit_rows
from engine.types.perturbations import GeneKernel

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

    from engine.knowledge import Knowledge
    from engine.store import Store

VERSION = 1
AUTO = ("string", "omnipath", "cosmos", "nichenet-signalling", "nichenet-regulation", "collectri", "dorothea-human",
        "dorothea-mouse", "trrust-human", "trrust-mouse", "enzyme-substrate", "kinase-sites", "cellchat",
        "nichenet-ligands")  # fmt: skip
KINDS = ("TF targets", "signalling")
SURE = ("A", "B", "C")  # DoRothEA's words for edges that more than a motif or one list speaks for
TIME = 5.0  # of the heat: the mean number of edges that it goes along, chosen and not tuned to any data
FEWEST = 3  # genes of a graph below which nothing is diffused


def network_kernel(names: Names, knowledge: Knowledge, store: Store, asked: str = "auto") -> GeneKernel | str:
    """Likeness of genes by heat diffusion over the networks that are here, or a sentence on why there is none.

    Parameters
    ----------
    asked
        Names of networks of the library with commas between, or auto.

    Raises
    ------
    UnknownName, KnowledgeMissing
        When a network that was named is not in the library or not here.
    """
    found = networks_here(names, knowledge, asked)
    if not found:
        return ("No interaction network is on this machine: fetch 'string', 'omnipath', 'nichenet-signalling' and "
                "'collectri' from the Library.")  # fmt: skip
    files = [knowledge.path(name) for name in found] + naming_files(names.species, knowledge)
    known = kept("network", VERSION, files, lambda: _diffused(found, names, knowledge), store=store,
                 given=[*found, names.species, TIME])  # fmt: skip
    if not len(known[0]):
        return f"The networks {', '.join(found)} hold no gene of this species: likeness by network is left out."
    genes, rows = names.rows(known[0])
    return GeneKernel("network", "Interaction networks", f"Heat diffusion over {', '.join(found)}", genes,
                      known[1][rows])  # fmt: skip


def networks_here(names: Names, knowledge: Knowledge, asked: str = "auto") -> list[str]:
    """Names of the networks to be joined: those asked for, else those of the usual ones and a person's own here."""
    if asked.strip() != "auto":
        named = [name for name in map(str.strip, asked.split(",")) if name]
        for name in named:
            knowledge.network(name)  # or a sentence on why it cannot be had
        return named
    usable = [name for name in here(AUTO, knowledge) if _speaks_of(knowledge.entry(name).species, names)]
    own = [entry.name for kind in KINDS for entry in knowledge.own(kind)]
    return usable + own


def graph_of(networks: Iterable[tuple[pd.DataFrame, str]], names: Names) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Genes of the largest connected part of the joined networks, and how many networks hold each of its edges.

    Parameters
    ----------
    networks
        Edges in the form of `Knowledge.network`, and the species whose symbols they use. A complex, symbols joined
        by _, stands for each of its genes.

    Returns
    -------
    Symbols (n_genes,) in alphabetical order, and symmetric weights, CSR float64 (n_genes, n_genes), 0 on the diagonal.
    """
    import pandas as pd
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    pairs = pd.concat([_pairs(edges, names, species) for edges, species in networks], ignore_index=True)
    weights = pairs.groupby(["a", "b"], sort=True).size()
    genes, at = np.unique(np.concatenate([weights.index.get_level_values(side) for side in "ab"]).astype(str),
                          return_inverse=True)  # fmt: skip
    a, b = np.split(at, 2)
    n = len(genes)
    joined = sparse.csr_matrix((np.tile(weights.to_numpy(np.float64), 2), (np.r_[a, b], np.r_[b, a])), shape=(n, n))
    if n < FEWEST:
        return genes[:0], joined[:0, :0]
    part = connected_components(joined, directed=False)[1]
    keep = np.flatnonzero(part == np.bincount(part).argmax())
    return genes[keep], joined[keep][:, keep]


def _diffused(found: list[str], names: Names, knowledge: Knowledge) -> tuple[np.ndarray, np.ndarray]:
    networks = ((_sure(knowledge.network(name), knowledge.entry(name).reader),
                 knowledge.entry(name).species or names.species) for name in found)  # fmt: skip
    genes, adjacency = graph_of(networks, names)
    if len(genes) < FEWEST:
        return genes, np.zeros((0, 0), np.float32)
    return genes, unit_rows(heat(*leading(adjacency), TIME))


def _sure(edges: pd.DataFrame, reader: str) -> pd.DataFrame:
    return edges[edges["confidence"].isin(SURE)] if reader == "dorothea" else edges


def _pairs(edges: pd.DataFrame, names: Names, species: str) -> pd.DataFrame:
    """Unordered pairs of different genes in the study's symbols, each once."""
    import pandas as pd

    for side in ("source", "target"):
        if edges[side].str.contains("_").any():
            edges = edges.assign(**{side: edges[side].str.split("_")}).explode(side)
    pairs = pd.DataFrame({side: names.of(edges[side], species=species) for side in ("source", "target")})
    pairs = pairs[(pairs["source"] != "") & (pairs["target"] != "") & (pairs["source"] != pairs["target"])]
    forward = pairs["source"] < pairs["target"]
    low, high = (pairs["source"].where(keep, pairs["target"]) for keep in (forward, ~forward))
    return pd.DataFrame({"a": low, "b": high}).drop_duplicates()


def _speaks_of(species: str, names: Names) -> bool:
    return species == names.species or (species == HUMAN and names.takes_human)
