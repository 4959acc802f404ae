"""What a knockout would do: a model learned once of a screen or of cells, and the answer to a click on a gene."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.command import knockout_command
from engine.knockout.kept import basis_of, load_model, model_id, models, used_params
from engine.knockout.known import known_of
from engine.params import KnockoutParams
from engine.progress import Progress, Span
from engine.store import Store
from engine.types import META, KnockoutEffect, KnockoutModel, Study

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from engine.knowledge import Knowledge

__all__ = ["basis_of", "candidates", "fit", "knock_out", "load_model", "methods_of", "model_id", "models"]


def fit(study: Study, params: KnockoutParams, *, store: Store, knowledge: Knowledge,
        progress: Progress | None = None) -> str:
    """Id of the stored `KnockoutModel` of a study, learned when it is not there yet.

    Raises
    ------
    InvalidStudy, InvalidCounts
        When the cells, or the table of changes, cannot be had or say too little.
    InvalidParameter
        When the study has no perturbations and a screen is asked for, or no cells and a network is; when a dataset is
        named that is not there.
    """
    progress, name = progress or Progress(), model_id(study, params, store=store, knowledge=knowledge)
    if store.has(name):
        progress.log("This model was learned before: taken from the store.")
        return name
    started, params = time.monotonic(), used_params(study, params)
    if basis_of(study, params) == "screen":
        adata = _of_screen(study, params, store=store, knowledge=knowledge, progress=progress)
    else:
        from engine.knockout.from_network import fit_network_model

        adata = fit_network_model(study, params, knowledge=knowledge, progress=progress)
    progress.stage("Keeping the model", 0.99)
    _complete(adata, study, params, name=name, seconds=time.monotonic() - started)
    store.write(name, adata)
    return name


def knock_out(model: KnockoutModel, genes: str | Sequence[str], *, method: str = "auto", cell_type: str = "",
              dose: float = 0.0, level: float | None = 0.9, store: Store | None = None) -> KnockoutEffect:
    """What a perturbation of one gene, or of several together, is predicted to do.

    Parameters
    ----------
    method
        One of `methods_of(model)`; auto takes the core of a screen and the propagation of a network.
    cell_type
        One of the cell types of a network; empty takes all cells together.
    dose
        Share of the expression that is left: 0 a knockout, 0.5 a knock-down, 2 an over-expression. What a screen
        tells has the dose that it was made with: leave it at 0.
    level
        Share of genes that the intervals are to hold; None asks for no intervals.
    store
        Where a trained GRAPE is kept; needed by the method `grape` alone.

    Raises
    ------
    UnknownName
        When a gene, the method or the cell type is not there; the closest are named.
    InvalidParameter
        When a gene cannot be told, is named twice, or the dose or the level cannot be had.
    """
    from engine.knockout.asking import asked_of

    asked = asked_of(model, genes, method=method, cell_type=cell_type, dose=dose, level=level, store=store)
    if model.basis == "screen":
        effect = _told(model, asked.genes, asked.method, level, store)
        return _activated(effect) if model.facts["kind"] == "activation" else effect
    from engine.knockout.from_network import simulate

    return simulate(model, dict.fromkeys(asked.genes, float(dose)), cell_type=cell_type, level=level or 0.9)


def _told(model: KnockoutModel, genes: tuple[str, ...], method: str, level: float | None,
          store: Store | None) -> KnockoutEffect:  # fmt: skip
    if method == "grape":
        from engine.knockout.learn import predict_by_grape

        return predict_by_grape(model, genes, store=store)
    from engine.knockout.from_screen import predict_from_screen

    return predict_from_screen(model, genes, method=method, level=level)


def _activated(effect: KnockoutEffect) -> KnockoutEffect:
    """With a warning first: a click says knock out, and the screen switched genes on."""
    from engine.knockout.cautions import SWITCHED_ON

    return replace(effect, evidence=effect.evidence | {"warnings": [SWITCHED_ON, *effect.evidence["warnings"]]})


def candidates(model: KnockoutModel, cell_type: str = "", method: str = "auto") -> pd.DataFrame:
    """Genes that may be asked for as gene, can (bool) and reason (why not, a sentence; empty where it can)."""
    from engine.knockout.asking import candidates_of

    return candidates_of(model, cell_type, method)


def methods_of(model: KnockoutModel, store: Store | None = None) -> list[str]:
    """Names of the methods that a model can answer with, its standard one first."""
    from engine.knockout.asking import methods

    return methods(model, store)


def _of_screen(study: Study, params: KnockoutParams, *, store: Store, knowledge: Knowledge,
               progress: Progress) -> AnnData:
    """The content of a model of the basis screen, and `uns["states"]`: see `engine.knockout.states`."""
    from engine.knockout.from_screen import fit_screen_model
    from engine.knockout.states import add_states
    from engine.screens import load_screen, screen

    found = load_screen(screen(study, params.screen, store=store, progress=Span(progress, 0.0, 0.4)), store=store)
    progress.stage("Gathering what is known of the genes", 0.4)
    known = known_of(found, params, store=store, knowledge=knowledge)
    progress.check()
    adata = fit_screen_model(found, known, params, progress=Span(progress, 0.5, 0.95))
    add_states(adata, study, params.screen, progress=Span(progress, 0.95, 0.99))
    return adata


def _complete(adata: AnnData, study: Study, params: KnockoutParams, *, name: str, seconds: float) -> None:
    """Write into the facts of a model its id, its parameters, and how it is made again."""
    facts = json.loads(adata.uns[META])
    can = candidates(KnockoutModel(adata)).query("can")["gene"]
    command = knockout_command(study.name, params, [can.iloc[0] if len(can) else "GENE"])
    facts |= {"id": name, "params": params.to_dict()}
    facts["made"] |= {"seconds": seconds, "command": command}
    adata.uns[META] = json.dumps(facts)
