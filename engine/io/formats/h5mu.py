"""MuData files (.h5mu): one modality is taken, its proteins beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.io.formats.anndata_group import read_anndata
from engine.io.formats.format import Format, Source
from engine.io.formats.node import is_group
from engine.io.matrix import Opened

GENES = ("rna", "gex", "gene", "Gene Expression")
PROTEINS = ("prot", "protein", "adt", "Antibody Capture")


def sniff(source: Source) -> bool:
    """HDF5 with modalities at its top."""
    return "mod" in source.keys


def read(source: Source) -> Opened:
    """The modality of genes, or else the first."""
    return read_mudata(source.hdf5, source, FORMAT.name)


def read_mudata(root: Any, source: Source, kind: str) -> Opened:
    """The modality of genes below `root["mod"]`, or else the first; its proteins in `obsm`.

    Raises
    ------
    InvalidFile
        When there is no modality, or the one taken is damaged.
    """
    group = root["mod"]
    order = list(np.atleast_1d(group.attrs["mod-order"])) if "mod-order" in group.attrs else list(group)
    there = [name for name in map(str, order) if name in group and is_group(group[name])]
    if not there:
        raise source.invalid("expected modalities under 'mod', found none. Write the file again with mudata.")
    chosen = _first(GENES, there) or there[0]
    opened = read_anndata(group[chosen], source, kind)
    proteins = _first(PROTEINS, [name for name in there if name != chosen])
    if proteins:
        opened = _with_proteins(opened, read_anndata(group[proteins], source, kind), proteins, source)
    left = [name for name in there if name not in (chosen, proteins)]
    if len(there) > 1:
        note = f"Of the modalities {', '.join(there)}, '{chosen}' was taken"
        note += f", with the proteins of '{proteins}' beside it" if proteins else ""
        source.notes.append(note + (f"; {', '.join(left)} can be uploaded on their own." if left else "."))
    return opened


def _with_proteins(opened: Opened, proteins: Opened, name: str, source: Source) -> Opened:
    import pandas as pd

    matrix = proteins.matrices.get("X") or next(iter(proteins.matrices.values()))
    source.need(8 * matrix.shape[0] * matrix.shape[1], f"mod/{name}")
    if not proteins.obs.index.is_unique or not opened.obs.index.is_unique:
        raise source.invalid(f"cells of 'mod/{name}' cannot be matched: names occur twice. Make them unique.")
    if not opened.obs.index.isin(proteins.obs.index).all():
        lacking = int((~opened.obs.index.isin(proteins.obs.index)).sum())
        source.notes.append(f"{lacking:,} cells have no proteins in '{name}'; their values are missing.")
    values = matrix.rows(0, matrix.shape[0]).toarray().astype(np.float64)
    table = pd.DataFrame(values, index=proteins.obs.index, columns=proteins.var.index).reindex(opened.obs.index)
    return replace(opened, obsm={**opened.obsm, "protein": table})


def _first(wanted: tuple[str, ...], there: list[str]) -> str:
    lower = {name.lower(): name for name in reversed(there)}
    return next((lower[name.lower()] for name in wanted if name.lower() in lower), "")


FORMAT = Format("MuData (h5mu)", sniff, read)
