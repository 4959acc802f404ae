"""Contrast: which genes changed their partners between two conditions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.types.meta import META

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData


ARMS = ("partners", "neighbourhood", "placement", "expression")  # of a `Contrast`


@dataclass(frozen=True)
class Contrast:
    """Which genes changed their partners between two conditions.

    `adata.obs` has a row per compared gene: mean_control, mean_case (log1p counts per 10,000); for each arm A of
    `ARMS` its statistic `A`, `A_p` and `A_fdr` (NaN where the arm was not done): partners, weighted root mean square
    change of its CS-CORE correlations in standard errors; neighbourhood, 1 − weighted Jaccard; placement, cosine
    distance of its two mean places in the shared space; expression, log2 fold change of its pseudobulk.
    gained, lost: partners whose interval of change excludes 0; net: mean change of |correlation|; module ("1" is
    the largest); rank (1 changed its partners most surely: by FDR, then size). Sorted as the genes of the counts are.

    `adata.obsp`: control, case: correlations within donors, float32 (n_genes, n_genes), diagonal 1; control_se,
    case_se, change_se: standard errors of them and of case − control, by the jackknife over units but no less than
    counting alone makes them, ∞ where not known. `adata.obsm`, where the placement was done: control,
    case: mean vectors, float32 (n_genes, n_latent); umap_control, umap_case, float32 (n_genes, 2).
    `adata.var` has a row per measured gene: base_mean, log2fc, p, fdr of its differential expression.
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What was compared, as JSON gives it.

        study, title, by, case, control, cell_type ("" is all cells), without (cell types left out); design: unit
        ("donors", "paired donors", "cells"), n_control, n_case (units), cells_control, cells_case, labellings
        (distinct ways to label), permutations (those used), exact, smallest_fdr (that those used allow),
        confounded (every batch lies in one condition alone);
        units: list of name, level ("control" or "case"), cells; warnings: sentences, loudest first; arms: arm → n_5,
        n_10 (genes below 5 and 10 % FDR) or None; modules: list of name, n, genes (the best known first), control,
        case (mean correlation within it) and units (unit name → mean correlation); composition: list of cell_type,
        control, case (mean share), p, fdr, units (unit name → share); verdict: sentences; params, sources (dataset →
        content hash, n_cells), made (created, seconds, version, python, packages, command).
        """
        return json.loads(self.adata.uns[META])

    @property
    def table(self) -> pd.DataFrame:
        """A row per compared gene."""
        return self.adata.obs

    @property
    def expression(self) -> pd.DataFrame:
        """Differential expression of every measured gene."""
        return self.adata.var

    @cached_property
    def genes(self) -> np.ndarray:
        """Symbols of the compared genes, shape (n_genes,)."""
        return self.adata.obs_names.to_numpy().astype(str)

    @property
    def placed(self) -> bool:
        """Whether genes have places in a space that both conditions share."""
        return "umap_case" in self.adata.obsm

    def correlations(self, side: str) -> np.ndarray:
        """Correlations within donors of `control` or `case`, float32 (n_genes, n_genes)."""
        return self.adata.obsp[side]
