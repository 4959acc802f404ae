"""CausalExplanation: what may stand behind a table of changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.types.meta import META

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData


@dataclass(frozen=True)
class CausalExplanation:
    """What may stand behind a table of changes: regulators, causal roots, functions.

    `adata.obs` has a row a node, indexed by gene symbol or name of a function: kind (root, regulator, target or
    function), layer (0 for roots), z (predicted activity, NaN where none), p (of the overlap), fdr, p_bias (roots
    alone), call (activated, inhibited or empty), log2fc and de_fdr (measured, NaN where not), n_targets, n_changed.
    `adata.uns` holds the tables edges, regulators, roots and functions. All nodes of the explanation are there,
    more than fit into a picture.
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """asked, n_universe, n_changed, matched, notes (sentences), made (how, when, with what)."""
        return json.loads(self.adata.uns[META])

    @property
    def nodes(self) -> pd.DataFrame:
        """Facts of each node, a row a node."""
        return self.adata.obs

    @property
    def edges(self) -> pd.DataFrame:
        """source, target, sign (1, −1, 0 not known), weight, database, confidence, papers (PubMed, joined by ;)."""
        return self.adata.uns["edges"]

    @property
    def regulators(self) -> pd.DataFrame:
        """Every regulator with a measured target; see `engine.causal.regulators.regulators`."""
        return self.adata.uns["regulators"]

    @property
    def roots(self) -> pd.DataFrame:
        """Every gene as the root of a causal network; see `engine.causal.roots.roots`."""
        return self.adata.uns["roots"]

    @property
    def functions(self) -> pd.DataFrame:
        """Diseases and functions; see `engine.causal.functions.functions`."""
        return self.adata.uns["functions"]
