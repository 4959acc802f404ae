"""Counts of guides beside the genes of an h5ad file, and what each guide targets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidStudy, closest
from engine.io.files import resolve

if TYPE_CHECKING:
    from scipy import sparse

GUIDES = re.compile(r"s?g_?rna([_-]?(counts?|umis?))?|guides?([_-]?(counts?|umis?))?|crispr", re.IGNORECASE)
TARGETS = re.compile(r"(s?g_?rna|guide)s?[_-]?(groups?|targets?|genes?)", re.IGNORECASE)
SITE = re.compile(r"[_-](TSS\d*|P1|P2|P1P2|promoter)$", re.IGNORECASE)


def guide_places(path: str) -> tuple[list[str], list[str]]:
    """What could hold counts of guides, the keys of `obsm`, and their targets, the keys of `uns`; none in other files.

    Those that are named so come first.
    """
    import h5py

    file_path = resolve(path)
    if not file_path.is_file() or not h5py.is_hdf5(file_path):
        return [], []
    with h5py.File(file_path) as file:
        groups = [file.get(part) for part in ("obsm", "uns")]
        found = [list(group) if isinstance(group, h5py.Group) else [] for group in groups]
    return tuple(sorted(keys, key=lambda key: not named.fullmatch(key))
                 for keys, named in zip(found, (GUIDES, TARGETS), strict=True))


def named_guides(path: str) -> tuple[str, str]:
    """The keys of counts of guides and of their targets, where both are named so; empty else."""
    counts, targets = (next(iter(keys), "") for keys in guide_places(path))
    return (counts, targets) if GUIDES.fullmatch(counts) and TARGETS.fullmatch(targets) else ("", "")


def guide_counts(path: str, guides: str, targets: str) -> tuple[sparse.csr_matrix, list[str]]:
    """Counts of guides, CSR (n_cells, n_guides), and the target of each guide: a gene, or a word for a control.

    Parameters
    ----------
    path
        As `DatasetSource.path`; only h5ad files have guides.
    guides
        Key of the matrix in `obsm`.
    targets
        Key of the list in `uns`, a text a guide: its target, or `GUIDE=TARGET`; `_TSS` and the like are cut off.

    Raises
    ------
    InvalidStudy
        When either is not there, or they do not fit each other.
    """
    import h5py
    import numpy as np
    from anndata.io import read_elem
    from scipy import sparse

    file_path = resolve(path)
    if not h5py.is_hdf5(file_path):
        raise InvalidStudy(f"Counts of guides are read from h5ad files, and '{file_path.name}' is none. Convert it.")
    with h5py.File(file_path) as file:
        counts = read_elem(_need(file, "obsm", guides, file_path, "guides"))
        names = read_elem(_need(file, "uns", targets, file_path, "guide_targets"))
    counts = sparse.csr_matrix(counts.to_numpy() if hasattr(counts, "to_numpy") else counts)
    listed = [target_of(str(name)) for name in np.asarray(names).ravel()]
    if len(listed) != counts.shape[1]:
        raise InvalidStudy(f"obsm['{guides}'] of '{file_path.name}' has {counts.shape[1]:,} guides, and "
                           f"uns['{targets}'] says what {len(listed):,} target. Give a list of one target a guide.")
    return counts, listed


def target_of(text: str) -> str:
    """The target in `GUIDE=TARGET_TSS`, or in the target alone."""
    return SITE.sub("", text.rpartition("=")[2].strip())


def _need(file, part: str, key: str, path: Path, what: str):
    known = list(file.get(part, {}))
    if key not in known:
        near = closest(key, known) or known[:8]
        raise InvalidStudy(f"[perturbed] {what} names {part}['{key}'], which '{path.name}' does not have. "
                           f"Found: {', '.join(near) or 'nothing'}.")  # fmt: skip
    return file[part][key]
