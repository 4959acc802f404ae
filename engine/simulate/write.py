"""An h5ad file of counts that come a block of cells at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.store import atomic_write

if TYPE_CHECKING:
    import pandas as pd

    from engine.simulate.truth import Truth

CHUNK = 1 << 18


def write_screen(out: Path, counts: Iterable[np.ndarray], obs: pd.DataFrame, genes: np.ndarray, truth: Truth) -> None:
    """Write cells and truth, whole or not at all; `counts` are blocks (n, n_genes), one after the other."""
    import h5py
    import pandas as pd
    from anndata.io import write_elem

    tables = {"true_edges": truth.edges, "true_pairs": truth.pairs,
              "pathway": pd.DataFrame({"pathway": truth.pathway}), "module": pd.DataFrame({"module": truth.module})}
    with atomic_write(out) as part, h5py.File(part, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        _write_matrix(file, counts, (len(obs), len(genes)))
        write_elem(file, "obs", obs)
        write_elem(file, "var", pd.DataFrame(index=genes))
        names = np.array(truth.change.index, dtype=str)
        uns = {**tables, "true_change": truth.change.to_numpy(np.float32), "true_names": names}
        write_elem(file, "uns", uns, dataset_kwargs={"compression": "lzf"})
        for empty in ("layers", "obsm", "varm", "obsp", "varp"):
            write_elem(file, empty, {})


def _write_matrix(file, counts: Iterable[np.ndarray], shape: tuple[int, int]) -> None:
    group = file.create_group("X")
    group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array(shape)})
    data, indices = (group.create_dataset(name, (0,), dtype, maxshape=(None,), chunks=(CHUNK,), compression="lzf")
                     for name, dtype in (("data", np.float32), ("indices", np.int32)))  # fmt: skip
    ends = [np.zeros(1, np.int64)]
    for block in counts:
        rows, columns = np.nonzero(block)
        start, stop = int(ends[-1][-1]), int(ends[-1][-1]) + len(rows)
        for dataset, values in ((data, block[rows, columns]), (indices, columns)):
            dataset.resize((stop,))
            dataset[start:stop] = values
        ends.append(start + np.cumsum(np.bincount(rows, minlength=len(block))))
    group.create_dataset("indptr", data=np.concatenate(ends))
