"""Other species in human genes: the columns of one-to-one orthologs, under their human symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidCounts, closest

if TYPE_CHECKING:
    from scipy import sparse


def to_orthologs(counts, genes: np.ndarray, orthologs: Mapping[str, str]) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Counts of the genes that have an ortholog, under human symbols.

    Parameters
    ----------
    counts
        CSR, shape (n_cells, n_genes).
    genes, orthologs
        See `ortholog_gather`.

    Returns
    -------
    Counts, CSR (n_cells, n_orthologs), and the human symbols, shape (n_orthologs,).
    """
    gather, names = ortholog_gather(genes, orthologs)
    wide = np.result_type(counts.dtype, np.int32)  # so that sums of small integers fit
    return (counts @ gather.astype(wide)).tocsr(), names


def ortholog_gather(genes: np.ndarray, orthologs: Mapping[str, str]) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Which gene becomes which human gene; `block @ gather` turns cells by genes into cells by human genes.

    Parameters
    ----------
    genes
        Symbols of the other species, shape (n_genes,); one that is there twice is summed.
    orthologs
        Human symbol by symbol, one to one.

    Returns
    -------
    Matrix of 0 and 1, CSR int8 (n_genes, n_orthologs), and the human symbols, shape (n_orthologs,), in the order
    in which they are first met.

    Raises
    ------
    InvalidCounts
        When no gene has an ortholog.
    """
    from scipy import sparse

    rows = [i for i, gene in enumerate(genes) if gene in orthologs]
    if not rows:
        near = closest(str(genes[0]), orthologs) if len(genes) else []
        raise InvalidCounts(
            f"None of {len(genes):,} genes has a human ortholog; the first are {', '.join(map(str, genes[:3])) or '–'}"
            f"{f' (closest: {near[0]})' if near else ''}. Check the species, and turn ids into symbols first."
        )
    human = [orthologs[genes[i]] for i in rows]
    names = {name: j for j, name in enumerate(dict.fromkeys(human))}
    ones = np.ones(len(rows), dtype=np.int8)
    columns = [names[name] for name in human]
    return sparse.csr_matrix((ones, (rows, columns)), shape=(len(genes), len(names))), np.array(list(names))
