"""What each perturbation of a screen did: from a study, or a file, to a stored `Screen`."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from engine.errors import InvalidParameter, InvalidStudy, StorageDamaged, closest
from engine.io.files import known_hash
from engine.params import ScreenParams
from engine.progress import Progress, Span
from engine.screens.from_file import study_of_file
from engine.store import Store, artifact_id
from engine.types import META, DatasetSource, Screen, Study

if TYPE_CHECKING:
    from anndata import AnnData

__all__ = ["compute_screen", "load_screen", "named_datasets", "screen", "screen_id", "study_of_file"]
VERSION = 1


def screen_id(study: Study, params: ScreenParams, *, store: Store) -> str:
    """Id that `screen` will store its result under; needs the files, not the computation."""
    sources = chosen_sources(study, params)
    asked = {"study": study.name, "roles": asdict(study.roles), "perturbed": asdict(study.perturbed),
             "params": asdict(params), "datasets": [{**asdict(source), "path": ""} for source in sources]}  # fmt: skip
    return artifact_id("screen", VERSION, asked, [known_hash(source.path, store=store) for source in sources])


def screen(study: Study, params: ScreenParams, *, store: Store, progress: Progress | None = None) -> str:
    """Id of the stored `Screen` of a study, computed when it is not there yet.

    Raises
    ------
    InvalidStudy
        When the study is no screen, kinds are mixed, controls are missing, or no perturbation has enough cells.
    InvalidParameter
        When a dataset or a cell type is not there.
    """
    progress = progress or Progress()
    name = screen_id(study, params, store=store)
    if store.has(name):
        progress.log("This screen was summed up before: taken from the store.")
        return name
    found = compute_screen(study, params, progress=Span(progress, 0.0, 0.98))
    facts = found.facts
    for source in chosen_sources(study, params):
        facts["sources"][source.name]["content"] = known_hash(source.path, store=store)
    found.adata.uns[META] = json.dumps(facts)
    progress.stage("Keeping the screen", 0.98)
    store.write(name, found.adata)
    return name


def compute_screen(study: Study, params: ScreenParams, *, progress: Progress | None = None) -> Screen:
    """The `Screen` of a study, not stored; raises as `screen`."""
    progress, started = progress or Progress(), time.monotonic()
    sources = chosen_sources(study, params)
    if sources[0].modality == "effects":
        from engine.screens.effects import screen_of_table

        adata, facts = screen_of_table(study, sources, params)
    else:
        from engine.screens.steps import screen_of_cells

        adata, facts = screen_of_cells(study, sources, params, progress)
    facts["made"]["seconds"] = time.monotonic() - started
    adata.uns[META] = json.dumps(facts)
    return Screen(adata)


def load_screen(name: str, *, store: Store) -> Screen:
    """A stored screen; raises `StorageDamaged` when the result is something else."""
    return as_screen(store.read(name), name)


def as_screen(adata: AnnData, name: str) -> Screen:
    """The screen that an artifact holds; raises `StorageDamaged` when it holds something else."""
    if META not in adata.uns or "se" not in adata.layers or "n_targets" not in adata.obs:
        raise StorageDamaged(f"The stored result '{name}' is no screen. Delete it.")
    return Screen(adata)


def named_datasets(study: Study, names: str) -> list[DatasetSource]:
    """The datasets of those names, with commas between, each once; none when none is named.

    Raises
    ------
    InvalidParameter
        When a dataset of that name is not there.
    """
    known = {source.name: source for source in study.datasets}
    wanted = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    for name in wanted:
        if name not in known:
            near = closest(name, known) or list(known)[:8]
            raise InvalidParameter(f"Study '{study.name}' has no dataset '{name}'. Found: {', '.join(near)}.")
    return [known[name] for name in wanted]


def chosen_sources(study: Study, params: ScreenParams) -> list[DatasetSource]:
    """The datasets that are summed up: those named, else those of RNA, else all; a table of effects is alone.

    Raises
    ------
    InvalidStudy
        When the study is no screen, or has tables and cells, or several tables, and none is chosen.
    InvalidParameter
        When a dataset of that name is not there.
    """
    if not study.is_screen:
        raise InvalidStudy(f"Study '{study.name}' is no screen: no column says which gene was perturbed. Name it as "
                           "the role perturbation, or name a dataset's modality effects.")  # fmt: skip
    rna = [source for source in study.datasets if source.modality == "rna"]
    sources = named_datasets(study, params.datasets) or rna or list(study.datasets)
    tables = [source for source in sources if source.modality == "effects"]
    if tables and len(sources) > 1:
        raise InvalidStudy(f"A table of effects is looked at alone, and study '{study.name}' has "
                           f"{len(sources)} datasets: {', '.join(s.name for s in sources)}. Choose one.")  # fmt: skip
    if len(species := sorted({source.species for source in sources})) > 1:
        raise InvalidStudy(f"A screen is of one species, found {' and '.join(species)}. Choose datasets of one.")
    return sources
