"""Explains a table of changes: networks of the library joined, regulators, roots and functions scored, and kept."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.command import regulators_command
from engine.errors import UnknownName
from engine.params import CausesParams
from engine.progress import Progress, Span
from engine.store import Store, artifact_id
from engine.types import META, CausalExplanation

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from engine.causal.changes import Changes
    from engine.causal.edges import Network
    from engine.causal.network import Found
    from engine.knowledge import Knowledge

CAUSES_VERSION = 1
PACKAGES = ("numpy", "scipy", "pandas", "anndata")
SETS, NETWORKS = ("gene sets",), ("TF targets", "signalling")


def causes_id(table: pd.DataFrame, networks: Mapping[str, pd.DataFrame], params: CausesParams, *, knowledge: Knowledge,
              changed: Iterable[str] | None = None) -> str:
    """Id that `explain` stores its result under; needs the files of the library, not the computation."""
    files = {name: _digest_of_file(name, knowledge) for name in (*_names(params.networks), *_names(params.functions))}
    listed = None if changed is None else sorted(set(changed))
    asked = {**asdict(params), "files": files, "own": list(networks), "changed": listed}
    return artifact_id("causes", CAUSES_VERSION, asked, [_digest(table), *map(_digest, networks.values())])


def explain(table: pd.DataFrame, networks: Mapping[str, pd.DataFrame], params: CausesParams, *, store: Store,
            knowledge: Knowledge, changed: Iterable[str] | None = None, source: str = "",
            progress: Progress | None = None) -> str:
    """Id of the stored `CausalExplanation` of a table of changes, made when it is not there yet.

    Parameters
    ----------
    table
        gene, log2fc, and fdr or p; see `engine.causal.changes.changes_of`.
    networks
        Networks by name that are not in the library, beside `params.networks` of it.
    changed
        The changed genes, whatever the thresholds.
    source
        Where the table comes from, for a reader: the name of its file or the id of a contrast.

    Raises
    ------
    InvalidFile, InvalidParameter
        When the table or a network cannot be used, or nothing changed.
    UnknownName, KnowledgeMissing
        When a name is not in the library, or its file not on this machine.
    """
    progress, changed = progress or Progress(), None if changed is None else list(changed)
    name = causes_id(table, networks, params, knowledge=knowledge, changed=changed)
    if store.has(name):
        progress.log("These causes were found before: taken from the store.")
        return name
    started = time.monotonic()
    progress.stage("Reading the networks", 0.0)
    from engine.causal.changes import changes_of
    from engine.causal.edges import matched
    from engine.causal.network import as_network

    changes = changes_of(table, max_fdr=params.max_fdr, min_log2fc=params.min_log2fc, changed=changed)
    network = read_networks(networks, params, knowledge)
    overlap = matched(network, changes)
    found, notes = find(changes, network, params, knowledge, progress=progress)
    progress.stage("Drawing the network", 0.95)
    nodes, edges = as_network(changes, network, found, depth=params.depth)
    facts = {"asked": {**asdict(params), "source": source, "own_networks": list(networks), "list": changed},
             "n_universe": len(changes.genes), "n_changed": changes.n_changed, "matched": overlap,
             "notes": [*changes.notes, *network.notes, *notes],
             "made": _made(params, networks, source, changed is not None, time.monotonic() - started)}  # fmt: skip
    store.write(name, _as_adata(nodes, edges, found, facts))
    return name


def load_causes(name: str, *, store: Store) -> CausalExplanation:
    """A stored explanation."""
    return CausalExplanation(store.read(name))


def table_of_contrast(adata: AnnData) -> pd.DataFrame:
    """The table of changes of a stored contrast: the columns log2fc, p and fdr of `var`, and its index as gene."""
    from engine.causal.changes import need_columns

    need_columns(["gene", *adata.var.columns], ["gene", "log2fc", "p", "fdr"])
    return adata.var[["log2fc", "p", "fdr"]].rename_axis("gene").reset_index()


def read_networks(given: Mapping[str, pd.DataFrame], params: CausesParams, knowledge: Knowledge) -> Network:
    """The networks given and those of the library, joined; see `engine.causal.edges.join`."""
    from engine.causal.edges import join

    names = _names(params.networks)
    kinds = {name: knowledge.entry(name).kind for name in names}
    return join({name: knowledge.network(name) for name in names} | dict(given), kinds)


def find(changes: Changes, network: Network, params: CausesParams, knowledge: Knowledge, *,
         progress: Progress) -> tuple[Found, list[str]]:
    """Regulators, roots and functions, and what their reader should know."""
    from engine.causal.functions import functions
    from engine.causal.network import Found
    from engine.causal.regulators import regulator_notes, regulators
    from engine.causal.roots import root_notes, roots

    progress.stage("Scoring regulators", 0.1)
    of_regulators = regulators(changes, network)
    progress.check()
    progress.stage("Searching for roots", 0.15)
    of_roots = roots(changes, network, depth=params.depth, permutations=params.permutations, seed=params.seed,
                     progress=Span(progress, 0.15, 0.85))  # fmt: skip
    progress.stage("Scoring diseases and functions", 0.85)
    edges, notes = _function_edges(params, knowledge)
    found = Found(of_regulators, of_roots, functions(changes, edges), edges)
    return found, [*regulator_notes(of_regulators), *root_notes(of_roots, params.permutations), *notes]


def _function_edges(params: CausesParams, knowledge: Knowledge) -> tuple[pd.DataFrame, list[str]]:
    """Edges gene → function of the collections asked for, and which of them have no signs."""
    from engine.causal.functions import function_edges

    sets, networks = {}, {}
    for name in _names(params.functions):
        kind = knowledge.entry(name).kind
        if kind in SETS:
            sets[name] = knowledge.gene_sets(name)
        elif kind in NETWORKS:
            networks[name] = knowledge.network(name)
        else:
            raise UnknownName(f"'{name}' is of the kind {kind}, expected gene sets, or a network from genes to "
                              "functions. Choose another.")  # fmt: skip
    plain = [*sets, *(name for name, table in networks.items() if not (table["sign"] != 0).any())]
    said = [f"{', '.join(plain)} has no signs: enrichment alone, without a predicted direction."] if plain else []
    return function_edges(sets, networks), said


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _digest(table: pd.DataFrame) -> str:
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()


def _digest_of_file(name: str, knowledge: Knowledge) -> str:
    from engine.knowledge.fetching import digest_of

    entry = knowledge.entry(name)
    return entry.sha256 or digest_of(knowledge.path(name))


def _made(params: CausesParams, networks: Mapping[str, pd.DataFrame], source: str, listed: bool,
          seconds: float) -> dict[str, Any]:
    table = source if PurePath(source).suffix else f"{source or 'changes'}.tsv"
    return {"created": datetime.now(UTC).isoformat(timespec="seconds"), "version": __version__, "seconds": seconds,
            "python": platform.python_version(), "packages": {name: version(name) for name in PACKAGES},
            "command": regulators_command(table, params, own=list(networks), listed=listed)}  # fmt: skip


def _as_adata(nodes: pd.DataFrame, edges: pd.DataFrame, found: Found, facts: dict[str, Any]) -> AnnData:
    from anndata import AnnData

    tables = {"edges": edges, "regulators": found.regulators, "roots": found.roots, "functions": found.functions}
    return AnnData(obs=nodes, uns={**tables, META: json.dumps(facts)})
