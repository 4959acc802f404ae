"""What a person may ask of a model, and the sentence for what cannot be had."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter, unknown
from engine.store import Store
from engine.types import KnockoutModel, targets_of

if TYPE_CHECKING:
    import pandas as pd

TRAINED = "grape"
OF_NETWORK = ("propagation",)
MOST_TOGETHER = {"screen": 2, "network": 10}
MOST_DOSE = 10.0


@dataclass(frozen=True)
class Asked:
    """A question that can be answered: genes, each once and sorted, and the name of the method."""

    genes: tuple[str, ...]
    method: str


def asked_of(model: KnockoutModel, genes: str | Sequence[str], *, method: str, cell_type: str, dose: float,
             level: float | None, store: Store | None = None) -> Asked:
    """The question, checked; see `engine.knockout.knock_out`."""
    check_cell_type(model, cell_type)
    check_dose(model, dose)
    check_level(level)
    chosen = check_method(model, method, store)
    return Asked(check_genes(model, genes, cell_type), chosen)


def check_question(genes: Sequence[str], *, dose: float, level: float | None) -> None:
    """Raise for what no model could answer, before one is learned."""
    check_names(genes)
    check_number(dose)
    check_level(level)


def candidates_of(model: KnockoutModel, cell_type: str = "", method: str = "auto") -> pd.DataFrame:
    """gene, can, reason; a gene of a network can where it can in the cell type, or in any of them.

    A gene of a screen can where something knows it; where it was perturbed, so that it is shown as measured; and with
    a baseline always.
    """
    check_cell_type(model, cell_type)
    table = _rows(model)
    if model.basis == "screen":
        table = table.assign(reason=np.where(_can_of_screen(model, table, method), "", table["reason"]))
    if "cell_type" in table and cell_type:
        table = table[table["cell_type"].astype(str) == cell_type]
    found = table[["gene", "reason"]].astype(str)
    found = found.assign(can=found["reason"] == "").sort_values("can", ascending=False, kind="stable")
    found = found.drop_duplicates("gene").sort_values("gene")
    return found[["gene", "can", "reason"]].reset_index(drop=True)


def _can_of_screen(model: KnockoutModel, table: pd.DataFrame, method: str) -> np.ndarray:
    from engine.knockout.from_screen import CLICKED

    perturbed = {gene for name in model.adata.obs_names for gene in targets_of(name)}
    return table["gene"].isin(perturbed).to_numpy() | (method in CLICKED)


def methods(model: KnockoutModel, store: Store | None = None) -> list[str]:
    """Names of the methods a model can answer with, the standard one first."""
    if model.basis == "network":
        return list(OF_NETWORK)
    from engine.knockout.from_screen import CLICKED

    trained = []
    if store is not None:
        from engine.knockout.learn import trained_of

        trained = ["grape"] if trained_of(model.facts["id"], store) else []
    return ["core", *trained, *CLICKED]


def check_method(model: KnockoutModel, method: str, store: Store | None) -> str:
    """The name of the method; auto is the first of those that there are."""
    known = methods(model, store)
    if method == TRAINED and method not in known and model.basis == "screen":
        raise InvalidParameter(f"'{method}' has not been trained on this model. Train it, or choose one of "
                               f"{', '.join(known)}.")  # fmt: skip
    if method == "auto":
        return known[0]
    if method not in known:
        raise unknown("method", method, known, where="for this model")
    return method


def check_cell_type(model: KnockoutModel, cell_type: str) -> None:
    """Raise unless the model can tell of that cell type."""
    known = [str(one) for one in model.facts["cell_types"]]
    if cell_type and cell_type not in known:
        raise unknown("cell type", cell_type, known, where="in this model")


def check_dose(model: KnockoutModel, dose: float) -> None:
    """Raise unless the dose is one that the model can tell of."""
    check_number(dose)
    if model.basis != "screen" or dose == 0:
        return
    kind = model.facts["kind"]
    if dose > 1 and kind != "activation":
        raise InvalidParameter(f"Activation was asked for (dose {dose:g}), and this model was learned from {kind}. "
                               "Choose a screen of activation, or simulate it by the network of cells.")  # fmt: skip
    if dose < 1:
        raise InvalidParameter(f"A screen tells of {kind} as it was made, not of a dose of {dose:g}. Leave the dose at "
                               "0, or simulate it by the network of the cells.")  # fmt: skip


def check_number(dose: float) -> None:
    """Raise unless it can be a dose."""
    if isinstance(dose, bool) or not isinstance(dose, (int, float)) or not math.isfinite(dose):
        raise InvalidParameter(f"A dose must be a number, the share of expression that is left, found {dose!r}. "
                               "Choose for example 0.")
    if not 0 <= dose <= MOST_DOSE:
        raise InvalidParameter(f"A dose must be from 0 (a knockout) to {MOST_DOSE:g} (over-expression), the share of "
                               f"expression that is left, found {dose:g}. Choose another.")  # fmt: skip
    if dose == 1:
        raise InvalidParameter("A dose of 1 leaves the gene as it is, and nothing would change. Choose less than 1 for "
                               "a knock-down, more for over-expression.")  # fmt: skip


def check_level(level: float | None) -> None:
    """Raise unless the level can be that of an interval; None asks for none."""
    if level is None:
        return
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0.5 <= level < 1:
        raise InvalidParameter(f"The level of an interval must be from 0.5 to below 1, found {level!r}. "
                               "Choose for example 0.9.")  # fmt: skip


def check_names(genes: str | Sequence[str]) -> list[str]:
    """The names, without blanks; raises for none, or one twice."""
    named = [gene.strip() for gene in ([genes] if isinstance(genes, str) else genes)]
    named = [gene for gene in named if gene]
    if not named:
        raise InvalidParameter("A gene to knock out was expected, found none. Name one.")
    twice = next((gene for gene in named if named.count(gene) > 1), "")
    if twice:
        raise InvalidParameter(f"'{twice}' was named twice, and a gene can be knocked out once. Name it once, or "
                               "another gene beside it.")  # fmt: skip
    return named


def check_genes(model: KnockoutModel, genes: str | Sequence[str], cell_type: str) -> tuple[str, ...]:
    """The genes, sorted; raises for too many, one that is not there, or one that cannot be simulated.

    Of a gene of a screen that nothing is known of, the core says itself that it abstains.
    """
    named, most = check_names(genes), MOST_TOGETHER[model.basis]
    if len(named) > most:
        raise InvalidParameter(f"At most {most} genes can be knocked out together in this model, found {len(named)}. "
                               "Name fewer.")  # fmt: skip
    for gene in named:
        reason = why_not(model, gene, cell_type)
        if reason and model.basis == "network":
            raise InvalidParameter(reason)
    return tuple(sorted(named))


def why_not(model: KnockoutModel, gene: str, cell_type: str = "") -> str:
    """Why a gene cannot be told, in a sentence; empty where it can.

    Raises
    ------
    UnknownName
        When the gene, or the cell type, is not there.
    """
    check_cell_type(model, cell_type)
    rows = _rows(model)
    mine = rows[(rows["gene"] == gene).to_numpy()]
    if mine.empty:
        raise unknown("gene", gene, dict.fromkeys([*rows["gene"].astype(str), *model.genes]), where="in this model")
    if model.basis == "network":
        from engine.knockout.from_network import why_not as of_network

        return of_network(model, gene, cell_type)
    return str(mine["reason"].iloc[0])


def _rows(model: KnockoutModel) -> pd.DataFrame:
    table = model.candidates
    return table if "gene" in table else table.rename_axis("gene").reset_index()
