"""The explanations in the store, read once and kept: what was explained, its network, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from app.contrasts import contrast_facts, find_contrast
from engine.errors import GeneweaveError, StorageDamaged, UnknownName, unknown
from engine.store import Store
from engine.types import META

if TYPE_CHECKING:
    from anndata import AnnData

    from app.services import Services

STEP = "causes"
NUMBERS = ("z", "p", "fdr", "p_bias", "log2fc", "de_fdr")
EVIDENCE = ("source", "target", "sign", "weight", "database", "confidence", "papers")


@dataclass(frozen=True)
class Explanation:
    """A stored explanation of a contrast: regulators, roots, functions and the network that joins them.

    `adata.obs` has a row a node with kind (root, regulator, target, function), layer, z, p, fdr, p_bias, call
    (predicted), log2fc, de_fdr (measured, NaN where not measured), n_targets, n_changed. `adata.uns` holds the
    edges, the full tables and the facts.
    """

    id: str
    adata: AnnData = field(compare=False)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """asked (parameters, source, own_networks, list), n_universe, n_changed, matched, notes, made."""
        return json.loads(self.adata.uns[META])

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """A row a node, its name the index; numbers as float64, words as str."""
        table = self.adata.obs.copy()
        table.index = table.index.astype(str)
        for name in ("kind", "call"):
            table[name] = table[name].astype(object).fillna("").astype(str)
        return table.astype(dict.fromkeys(NUMBERS, np.float64)).astype({"layer": int})

    @cached_property
    def edges(self) -> pd.DataFrame:
        """A row a piece of evidence: source, target, sign (1, −1 or 0), weight, database, confidence, papers."""
        return plain(self.adata.uns["edges"])[list(EVIDENCE)].astype({"sign": int, "weight": float})

    @cached_property
    def links(self) -> pd.DataFrame:
        """A row a pair of nodes: source, target, sign (0 where the evidence disagrees), weight, evidence (how many)."""
        given = self.edges.groupby(["source", "target"], sort=False, as_index=False)
        table = given.agg(low=("sign", "min"), high=("sign", "max"), weight=("weight", "max"),
                          evidence=("sign", "size"))
        table["sign"] = np.where(table["low"] * table["high"] < 0, 0, np.sign(table["low"] + table["high"]))
        return table.drop(columns=["low", "high"])

    @cached_property
    def regulators(self) -> pd.DataFrame:
        """Every regulator that was tested."""
        return plain(self.adata.uns["regulators"])

    @cached_property
    def roots(self) -> pd.DataFrame:
        """Every causal root that was tested."""
        return plain(self.adata.uns["roots"])

    @cached_property
    def functions(self) -> pd.DataFrame:
        """Every disease and function that was tested."""
        return plain(self.adata.uns["functions"])

    @property
    def created(self) -> str:
        """When it was made, ISO 8601."""
        return self.facts["made"]["created"]

    @property
    def contrast(self) -> str:
        """Id of the contrast that it explains; empty when it was made of a table."""
        source = self.facts["asked"].get("source") or ""
        return source if source.startswith("contrast-") else ""

    @property
    def thresholds(self) -> dict[str, float]:
        """From where on a gene counts as changed, as was asked for: max_fdr and min_log2fc."""
        return {name: float(self.facts["asked"][name]) for name in ("max_fdr", "min_log2fc")}


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """A table as it was before it was stored: words as str, missing ones empty, a named index as first column."""
    table = table if isinstance(table.index, pd.RangeIndex) or not table.index.name else table.reset_index()
    words = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    return table.reset_index(drop=True).assign(**{name: table[name].astype(object).fillna("").astype(str).to_numpy()
                                                  for name in words})  # fmt: skip


def explanations(services: Services, contrast: str = "") -> list[Explanation]:
    """All explanations that can be read, or those of one contrast, newest first."""
    found = filter(None, (_readable(services.store, name) for name in services.store.names(STEP)))
    return sorted((e for e in found if contrast in ("", e.contrast)), key=lambda e: e.created, reverse=True)


def find_explanation(services: Services, name: str) -> Explanation:
    """The explanation of that id.

    Raises
    ------
    UnknownName
        When there is none.
    StorageDamaged
        When the file is no explanation.
    """
    names = services.store.names(STEP)
    if name not in names:
        raise unknown("explanation", name, names, where="in the store") if names else UnknownName(
            f"There is no explanation '{name}' in the store. Choose a comparison and look for its causes."
        )
    return explanation(services.store, name)


@lru_cache(maxsize=16)
def explanation(store: Store, name: str) -> Explanation:
    """A stored explanation; the last few stay in memory."""
    adata = store.read(name)
    lacking = {META, "edges", "regulators", "roots", "functions"} - set(adata.uns)
    if lacking:
        raise StorageDamaged(
            f"The stored result '{name}' was expected to be an explanation, and lacks {', '.join(sorted(lacking))}. "
            "Delete it."
        )
    return Explanation(name, adata)


def of_contrast(services: Services, found: Explanation) -> dict[str, Any]:
    """Facts of the comparison that an explanation explains; empty where it explains a table."""
    return contrast_facts(services, found.contrast) if found.contrast else {}


def title_of(services: Services, found: Explanation) -> str:
    """What an explanation explains."""
    if not found.contrast:
        return found.facts["asked"].get("source") or "A table of genes"
    try:
        return find_contrast(services, found.contrast).title
    except GeneweaveError:
        return "A comparison that is not there any more"


def _readable(store: Store, name: str) -> Explanation | None:
    try:
        return explanation(store, name)
    except GeneweaveError:
        return None
