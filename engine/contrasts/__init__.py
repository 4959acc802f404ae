"""Which genes changed their partners between two conditions of a study: from its cells to a stored `Contrast`."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidFile, StorageDamaged, UnknownName
from engine.io.files import known_hash
from engine.params import ContrastParams
from engine.progress import Progress, Span
from engine.store import Store, artifact_id, read_h5ad
from engine.types import META, Contrast, Study

if TYPE_CHECKING:
    from anndata import AnnData

VERSION = 1


def contrast_id(study: Study, params: ContrastParams, *, store: Store) -> str:
    """Id that `compare` will store its result under; needs the files, not the computation."""
    asked = {"study": study.name, "roles": asdict(study.roles), "params": asdict(params),
             "datasets": [{**asdict(source), "path": ""} for source in study.datasets]}  # fmt: skip
    return artifact_id("contrast", VERSION, asked, _contents(study, store))


def compare(study: Study, params: ContrastParams, *, store: Store, device: str = "auto",
            progress: Progress | None = None) -> str:
    """Id of the stored `Contrast` of two conditions of a study, computed when it is not there yet.

    Raises
    ------
    InvalidStudy
        When the cells cannot be had or brought together, see `engine.io.pool.pool`.
    InvalidParameter
        When a level or a cell type is not there.
    InvalidCounts
        When too few genes are seen often enough.
    """
    from engine.contrasts.steps import contrast_of

    progress = progress or Progress()
    name, contents = contrast_id(study, params, store=store), _contents(study, store)
    if store.has(name):
        progress.log("This comparison was made before: taken from the store.")
        return name
    started, checkpoint = time.monotonic(), store.checkpoint(name)
    adata, facts = contrast_of(study, params, device=device, checkpoint=checkpoint, progress=Span(progress, 0.0, 0.98))
    for source, content in zip(study.datasets, contents, strict=True):
        if source.name in facts["sources"]:
            facts["sources"][source.name]["content"] = content
    facts["made"]["seconds"] = time.monotonic() - started
    adata.uns[META] = json.dumps(facts)
    progress.stage("Keeping the comparison", 0.98)
    store.write(name, adata)
    checkpoint.unlink(missing_ok=True)
    return name


def load_contrast(name: str, *, store: Store) -> Contrast:
    """A stored contrast of two conditions."""
    return Contrast(store.read(name))


def read_contrast(path: Path) -> Contrast:
    """A contrast from an h5ad file that `python -m engine compare … --contrast` wrote.

    Raises
    ------
    UnknownName
        When there is no such file.
    InvalidFile
        When it is something else.
    """
    if not path.is_file():
        raise UnknownName(f"A comparison was expected at '{path}', and no file is there. Make one with `compare`.")
    try:
        return as_contrast(read_h5ad(path), str(path))
    except StorageDamaged as error:
        raise InvalidFile(f"'{path}' is no comparison of two conditions. Give the .h5ad that "
                          "`python -m engine compare … --contrast C.h5ad` wrote.") from error  # fmt: skip


def as_contrast(adata: AnnData, name: str) -> Contrast:
    """The contrast that an artifact holds; raises `StorageDamaged` when it holds something else."""
    contrast = Contrast(adata)
    if META not in adata.uns or "control" not in adata.obsp or not {"arms", "design"} <= contrast.facts.keys():
        raise StorageDamaged(f"The stored result '{name}' is no comparison of two conditions. Delete it.")
    return contrast


def _contents(study: Study, store: Store) -> list[str]:
    return [known_hash(source.path, store=store) for source in study.datasets]
