"""A made-up study of two cell types in which A raises B and B lowers C, with the networks that say so."""

from __future__ import annotations

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from engine.knowledge import Knowledge
from engine.types import DatasetSource, Roles, Study
from tests.small_library import entry, library_of

PLAIN = 56  # genes without a part in it
NAMES = ["A", "B", "C", "S", "M", "IDLE", "RARE", "LONE"]
TARGETS = "source\ttarget\tsign\nA\tB\t1\nB\tC\t-1\nRARE\tC\t1\nIDLE\tNOWHERE\t1\nA\tG1\t1\n"
SIGNALS = "source\ttarget\tsign\nS\tM\t-1\nM\tA\t1\nC\tLONE\t1\n"


def counts(n_cells: int, rng: np.random.Generator) -> np.ndarray:
    """Poisson counts in which B follows A, and C falls with B; RARE is in nearly no cell."""
    a = rng.gamma(2.0, 1.0, n_cells)
    b = 0.2 + a * rng.gamma(20.0, 1 / 20, n_cells)
    c = 6.0 / (1 + b)
    rates = [a, b, c, *(np.full(n_cells, rate) for rate in (2.0, 2.0, 2.0, 0.005, 1.0))]
    plain = rng.gamma(3.0, 1.0, PLAIN) * np.ones((n_cells, 1))
    return rng.poisson(np.column_stack([4 * np.array(rates).T, 4 * plain])).astype(np.float32)


def cells(seed: int = 0) -> anndata.AnnData:
    """150 cells of `one`, 120 of `two`, without A, and 30 of `few`, half of them of donor D2; half perturbed."""
    rng = np.random.default_rng(seed)
    x = counts(300, rng)
    x[150:270, 0] = 0
    x[:, 6] = 0
    x[[*range(6), *range(150, 155)], 6] = 1
    x[:, -1] = 10
    obs = pd.DataFrame({"kind": ["one"] * 150 + ["two"] * 120 + ["few"] * 30, "donor": ["D1", "D2"] * 150,
                        "gene": (["ctrl"] * 2 + ["A"] * 2) * 75}, index=[f"c{i}" for i in range(300)])  # fmt: skip
    names = [*NAMES, *(f"G{i}" for i in range(PLAIN))]
    return anndata.AnnData(sparse.csr_matrix(x), obs=obs, var=pd.DataFrame(index=names))


def study(folder: Path, roles: Roles | None = None, **given) -> Study:
    """The study of these cells, its two donors the datasets."""
    path = folder / "cells.h5ad"
    if not path.exists():
        cells().write_h5ad(path)
    sources = tuple(DatasetSource(donor, str(path), column="donor", values=(donor,), **given) for donor in ("D1", "D2"))
    return Study("made-up", "Made up", sources, roles=roles or Roles(cell_type="kind"))


def library(monkeypatch, folder: Path, *, signals: bool = True) -> Knowledge:
    """Networks that say what `counts` does, fetched."""
    made = {"collectri": ("TF targets", TARGETS), "omnipath": ("signalling", SIGNALS)}
    entries = [entry(text.encode(), name=name, title=name, kind=kind, reader="edges:source:target:sign",
                     mirror=f"{name}.tsv")
               for name, (kind, text) in made.items() if signals or kind == "TF targets"]  # fmt: skip
    found = library_of(monkeypatch, folder, *entries)
    for one in entries:
        (folder / "mirror" / one.mirror).write_text(made[one.name][1])
        found.fetch(one.name)
    return found
