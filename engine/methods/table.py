"""Vectors from a table made elsewhere: scBERT, scGPT, Geneformer, GenePT or published Gene2vec ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.errors import InvalidFile
from engine.graph.split import EdgeSplit
from engine.io.vectors import read_vectors, vectors_path
from engine.methods.trained import Trained
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph


def from_table(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str, checkpoint: Path,
               progress: Progress) -> Trained:
    """Every dataset's row of a gene gets the table's vector, as long as the table has it; 0 where it has none.

    Raises
    ------
    InvalidFile
        When the table cannot be read, or has a vector of no gene of the study.
    """
    path = vectors_path(params.method.vectors)
    table, names = read_vectors(path), np.unique(np.concatenate([graph.genes for graph in graphs]))
    known = int(table.of(names)[1].sum())
    if not known:
        raise InvalidFile(
            f"'{path.name}' has a vector of none of the {len(names):,} genes of this study: it names genes like "
            f"{', '.join(table.genes[:3])}, the study like {', '.join(names[:3])}. Use a table with the same names."
        )
    n_dimensions, n_latent = table.vectors.shape[1], params.model.n_latent
    progress.log(f"{path.name}: vectors of {n_dimensions:,} dimensions for {known:,} of {len(names):,} genes; "
                 f"the other {len(names) - known:,} have the vector 0.")  # fmt: skip
    if n_dimensions != n_latent:
        progress.log(f"Vectors of the other methods have {n_latent} dimensions, these {n_dimensions:,}.")
    return Trained([table.of(graph.genes)[0] for graph in graphs])
