"""Surface proteins beside the genes: their table in a file, and clean names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from engine.io.matrix import Opened

if TYPE_CHECKING:
    import pandas as pd

# what makers of antibody panels and pipelines hang on to a protein's name
SUFFIX = re.compile(r"[-_. ]*(TotalSeq[-_ ]?[A-D]?|TotalC|TotalA|TotalB|ADT|Ab|antibody|protein|prot)$", re.IGNORECASE)


def clean_name(name: str) -> str:
    """The protein's name without suffixes such as `_TotalSeqB`; as it is when nothing else would be left."""
    cleaned = SUFFIX.sub("", name.strip())
    return cleaned or name


def protein_table(opened: Opened, path: Path, name: str) -> pd.DataFrame | None:
    """The proteins under `obsm/name`, cells by proteins with clean names; None where there are none.

    `protein` means the table that the reader of the file took for proteins. Any other name is looked up in
    the h5ad file itself: a table, or an array whose names are in `uns` under `name_names` or `protein_names`.
    """
    table = opened.obsm.get("protein") if name == "protein" else _stored(path, name)
    return None if table is None else table.set_axis([clean_name(str(column)) for column in table.columns], axis=1)


def _stored(path: Path, name: str) -> pd.DataFrame | None:
    import h5py
    import pandas as pd
    from anndata.io import read_elem

    if not h5py.is_hdf5(path):
        return None
    with h5py.File(path) as file:
        if name not in file.get("obsm", {}):
            return None
        values = read_elem(file["obsm"][name])
        if isinstance(values, pd.DataFrame):
            return values
        values = values.toarray() if hasattr(values, "toarray") else values
        for key in (f"{name}_names", "protein_names"):
            if key in file.get("uns", {}) and file["uns"][key].shape == (values.shape[1],):
                names = [text.decode() if isinstance(text, bytes) else str(text) for text in file["uns"][key][:]]
                return pd.DataFrame(values, columns=names)
        return pd.DataFrame(values, columns=[f"protein {i + 1}" for i in range(values.shape[1])])
