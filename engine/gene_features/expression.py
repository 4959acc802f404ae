"""Likeness of genes by how they rise and fall together in the unperturbed cells of a screen."""

from __future__ import annotations

import numpy as np

from engine.gene_features.names import Names
from engine.tl.neighbours import unit_rows
from engine.types.perturbations import GeneKernel, Screen


def expression_kernel(names: Names, screen: Screen | None) -> GeneKernel | str:
    """Cosine of gene vectors of control cells, or a sentence on why there is none."""
    if screen is None or "control" not in screen.adata.varm:
        return "Co-expression in control cells is left out: only a table of changes is known, not cells."
    vectors = np.nan_to_num(np.asarray(screen.adata.varm["control"], dtype=np.float64))
    seen = np.flatnonzero(np.abs(vectors).sum(axis=1) > 0)
    if not len(seen):
        return "Co-expression in control cells is left out: no gene varies between them."
    genes, rows = names.rows(screen.genes[seen].tolist())
    source = f"Cosine over {vectors.shape[1]} components of control cells"
    return GeneKernel("expression", "Co-expression in control cells", source, genes, unit_rows(vectors[seen][rows]))
