"""GRAPE on a stored model of knockouts: trained once on its screen, kept, and asked by a click."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.errors import GeneweaveError, InvalidParameter, StorageDamaged
from engine.knockout.kept import load_model
from engine.knockout.known import known_of
from engine.params import GrapeParams, KnockoutParams
from engine.progress import Progress, Span
from engine.store import Store, artifact_id
from engine.types import META, KnockoutEffect, KnockoutModel

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.perturb.trained_grape import Trained

VERSION = 1
NO_INTERVALS = "GRAPE has no intervals of its own: those of the core hold for the core alone."


def learn_id(model: str, params: GrapeParams) -> str:
    """Id that `learn` stores its result under."""
    return artifact_id("grape", VERSION, asdict(params), [model])


def learn(model: str, params: GrapeParams, *, store: Store, knowledge: Knowledge, device: str = "auto",
          progress: Progress | None = None) -> str:
    """Id of the GRAPE trained on the screen of a stored model, trained when it is not there yet.

    It learns what the core leaves over on perturbations that the core is told without, and its gates say on held-out
    ones whether that helps; where it does not, a click answers with the core.

    Raises
    ------
    InvalidParameter
        When the model was not learned from a screen.
    InvalidStudy
        When the screen has too few perturbations, or no gene has the features that are asked for.
    """
    progress, name = progress or Progress(), learn_id(model, params)
    if store.has(name):
        progress.log("This network was trained before: taken from the store.")
        return name
    from engine.knockout.screen_model import core_of
    from engine.perturb.grape import train_grape

    started, found = time.monotonic(), load_model(model, store=store)
    if found.basis != "screen":
        raise InvalidParameter("GRAPE learns from a screen, and this model was learned from cells that nobody "
                               "perturbed. Choose a model of a screen.")  # fmt: skip
    progress.stage("Gathering what is known of the genes", 0.0)
    screen, core = found.screen, core_of(found)
    known = known_of(screen, KnockoutParams.from_dict(found.facts["params"]), store=store, knowledge=knowledge)
    seen = np.stack([core.predict(one) for one in screen.names])
    progress.check()
    trained = train_grape(screen, known, params, seen=seen, progress=Span(progress, 0.05, 1.0), device=device)
    store.write(name, _as_adata(trained, model, time.monotonic() - started))
    return name


def trained_of(model: str, store: Store) -> str:
    """Id of the newest GRAPE of a model; empty where there is none."""
    made = {name: found for name in store.names("grape") if (found := _facts(name, store)).get("model") == model}
    return max(made, key=lambda name: made[name]["made"]["created"], default="")


def load_trained(name: str, *, store: Store) -> Trained:
    """A stored GRAPE; the last few stay in memory.

    Raises
    ------
    UnknownName, StorageDamaged
    """
    return _trained(store, name)


def predict_by_grape(model: KnockoutModel, genes: Sequence[str], *, store: Store) -> KnockoutEffect:
    """What the core tells and GRAPE adds to it, as far as its gate lets it."""
    from engine.knockout.from_screen import predict_from_screen
    from engine.perturb.trained_grape import class_of

    effect, trained = predict_from_screen(model, genes, level=None), load_trained(
        trained_of(model.facts["id"], store), store=store)  # fmt: skip
    added, gate = trained.correction([effect.name])[0], trained.facts["gates"][class_of(effect.name)]
    said = [gate["says"]]
    if not trained.knows(effect.name):
        said.append("GRAPE has no features of the gene and adds nothing.")
    if effect.name in model.adata.obs_names and gate["strength"]:
        said.append(f"{effect.name} was among the perturbations that GRAPE was trained on: its own effect is known to "
                    "it.")  # fmt: skip
    evidence = effect.evidence | {"gate": gate, "coverage": None, "left_out": False,
                                  "warnings": [*said, NO_INTERVALS, *effect.evidence["warnings"]]}  # fmt: skip
    table = effect.table.assign(change=effect.table["change"] + added)
    return replace(effect, method="grape", table=table, evidence=evidence)


def _as_adata(trained: Trained, model: str, seconds: float):
    from anndata import AnnData

    made = {"created": datetime.now(UTC).isoformat(timespec="microseconds"), "seconds": seconds, "version": __version__}
    facts = {"model": model, "made": made, "params": trained.facts["params"], "gates": trained.facts["gates"]}
    return AnnData(uns={"grape": trained.to_arrays(), META: json.dumps(facts)})


def _facts(name: str, store: Store) -> dict[str, Any]:
    """Facts of a stored network, remembered; empty when damaged."""
    try:
        return store.memo(f"grape-facts:{name}", lambda: json.loads(store.read(name).uns[META]))
    except (GeneweaveError, KeyError):
        return {}


@lru_cache(maxsize=4)
def _trained(store: Store, name: str) -> Trained:
    from engine.perturb.trained_grape import Trained

    adata = store.read(name)
    if "grape" not in adata.uns:
        raise StorageDamaged(f"The stored result '{name}' was expected to be a trained GRAPE and is not. Train again.")
    return Trained.from_arrays(dict(adata.uns["grape"]))
