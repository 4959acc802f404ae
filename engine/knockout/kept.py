"""Models of knockouts in the store: by what id, which there are, and how one is read."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import GeneweaveError, InvalidParameter, StorageDamaged, UnknownName
from engine.io.files import known_hash
from engine.knockout.known import contents_known
from engine.params import KnockoutParams, ScreenParams
from engine.store import Store, artifact_id
from engine.types import META, KnockoutModel, Study

if TYPE_CHECKING:
    from engine.knowledge import Knowledge

VERSION = 1
IN_MEMORY = 4


def basis_of(study: Study, params: KnockoutParams) -> str:
    """`screen` or `network`: what a model of the study is learned from.

    Raises
    ------
    InvalidParameter
        When a screen is asked of a study without perturbations, or a network of a table without cells.
    """
    if params.basis == "screen" and not study.is_screen:
        raise InvalidParameter(
            f"'{study.name}' was expected to be a screen, and no column of it is called its perturbation. Name the "
            "column in the study, or learn from the network of its cells."
        )
    table = any(source.modality == "effects" for source in study.datasets)
    if params.basis == "network" and table:
        raise InvalidParameter(f"'{study.name}' is a table of changes without cells, and a network is learned from "
                               "cells. Learn from the screen.")  # fmt: skip
    return params.basis if params.basis != "auto" else "screen" if study.is_screen else "network"


def used_params(study: Study, params: KnockoutParams) -> KnockoutParams:
    """The parameters that a model of the study looks at, the others at their default: they make no other model."""
    if basis_of(study, params) == "screen":
        return params
    return KnockoutParams(basis=params.basis, networks=params.networks, n_genes=params.n_genes, ridge=params.ridge,
                          seed=params.seed, screen=ScreenParams(datasets=params.screen.datasets))  # fmt: skip


def model_id(study: Study, params: KnockoutParams, *, store: Store, knowledge: Knowledge) -> str:
    """Id that `fit` stores its result under; needs the files, not the computation."""
    basis, params = basis_of(study, params), used_params(study, params)
    asked = {"study": study.name, "roles": asdict(study.roles), "perturbed": asdict(study.perturbed), "basis": basis,
             "datasets": [{**asdict(source), "path": ""} for source in study.datasets],
             "params": params.to_dict() | {"basis": "", "sequences": ""}}  # fmt: skip
    known = contents_known(params, basis=basis, study=study.name, store=store, knowledge=knowledge)
    files = [known_hash(source.path, store=store) for source in study.datasets]
    return artifact_id("knockout", VERSION, asked, [*files, *known])


def load_model(name: str, *, store: Store) -> KnockoutModel:
    """A stored model; the last few stay in memory.

    Raises
    ------
    UnknownName
        When nothing of that name is stored.
    StorageDamaged
        When it cannot be read, or is something else.
    """
    if not store.has(name):
        raise UnknownName(f"There is no model '{name}' of knockouts. It may have been deleted: learn it again.")
    return _model(store, name)


def models(store: Store, study: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Ids and facts of all models, or of those of one study, newest first; damaged ones are left out."""
    found = [(name, facts) for name in store.names("knockout") if (facts := facts_of(name, store=store))]
    found = [(name, facts) for name, facts in found if study in ("", facts["study"])]
    return sorted(found, key=lambda one: one[1]["made"]["created"], reverse=True)


def facts_of(name: str, *, store: Store) -> dict[str, Any]:
    """Facts of a stored model, kept beside it since reading it for its title would be a waste; empty when damaged."""
    try:
        return store.memo(f"knockout-facts:{name}", lambda: load_model(name, store=store).facts)
    except GeneweaveError:
        return {}


@lru_cache(maxsize=IN_MEMORY)
def _model(store: Store, name: str) -> KnockoutModel:
    model = KnockoutModel(store.read(name))
    if META not in model.adata.uns or "candidates" not in model.adata.uns or "basis" not in model.facts:
        raise StorageDamaged(f"The stored result '{name}' was expected to be a model of knockouts and is not. "
                             "Delete it and learn it again.")  # fmt: skip
    return model
