"""The answer to a click on a gene of a fitted network: a simulation, its spread, its path and its warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter, unknown
from engine.knockout.network_candidates import TF, UPSTREAM, why_not
from engine.perturb.propagation.regression import N_BLOCKS
from engine.perturb.propagation.signalling import LONGEST, SHARE, Reached, Signalling
from engine.perturb.propagation.simulation import SPREAD_CELLS, Held, Wired, jackknife, move, spread
from engine.perturb.propagation.steps import Range
from engine.types import KnockoutEffect, KnockoutModel, perturbation_name

if TYPE_CHECKING:
    import pandas as pd

MOST_DOSE = 10.0
LEAST_SPREAD = 25  # cells of a type that the spread is told from
TOLD = 20  # genes that change most, whose path is told
COMPANY_NOTE = "This is a simulation by a regression in unperturbed cells: company is taken for cause."
SPREAD_NOTE = ("The spread tells how far the simulation leans on which cells were fitted (left out in twenty parts), "
               "not how often the truth is inside: that is not known without perturbed cells.")  # fmt: skip
GENERAL = (COMPANY_NOTE, SPREAD_NOTE)  # what is so of every simulation


@dataclass(frozen=True)
class Plan:
    """What is held in the cells of one type, and the regulators that signalling leads to, by gene."""

    held: Held
    reached: dict[str, list[Reached]]


def simulate(model: KnockoutModel, doses: Mapping[str, float], *, cell_type: str = "",
             level: float = 0.9) -> KnockoutEffect:
    """What happens when genes are left with a share of their expression, by propagation through the network.

    Parameters
    ----------
    doses
        Share that is left of each gene: 0 a knockout, 0.5 a knock-down, 2 an over-expression.
    cell_type
        Empty takes all cells, each with the network of its own type; a gene moves where it can be simulated.
    level
        Of the spread of the simulation; it is no calibrated interval.

    Raises
    ------
    InvalidParameter
        When a gene cannot be simulated (the reason is told), or a dose is none.
    UnknownName
        When the cell type is not there.
    """
    import pandas as pd

    doses = checked(model, doses, cell_type)
    types = [cell_type] if cell_type else model.facts["cell_types"]
    cells = model.adata.obs["cell_type"].isin(types).to_numpy()
    whole = _over(model, doses, types, int(cells.sum()))
    half = _normal(level) * whole.se
    table = pd.DataFrame({
        "control": np.asarray(model.adata.X[cells].mean(axis=0)).ravel(), "change": whole.change,
        "low": whole.change - half, "high": whole.change + half, "measured": np.nan, "measured_se": np.nan,
        "target": np.isin(model.genes, list(doses)), "outside": whole.left > 0, "n_outside": whole.left,
    }, index=pd.Index(model.genes, name="gene"))  # fmt: skip
    evidence = _evidence(model, doses, cell_type, level, whole, table)
    return KnockoutEffect(perturbation_name(list(doses)), "propagation", table, evidence)


@dataclass(frozen=True)
class _Whole:
    """The simulation over all cells asked for.

    `change` mean change, `se` its spread (NaN where a gene is held or cannot change), `left` cells that would have
    left the range, each (n_genes,); `plans` by cell type, `capped` cells whose dose was held to the range.
    """

    change: np.ndarray
    se: np.ndarray
    left: np.ndarray
    plans: dict[str, Plan]
    capped: int
    n_cells: int


def _over(model: KnockoutModel, doses: dict[str, float], types: list[str], n_cells: int) -> _Whole:
    n_genes, plans, capped = model.adata.n_vars, {}, 0
    change, left, told = np.zeros(n_genes), np.zeros(n_genes, int), np.zeros(n_genes, bool)
    without, fixed = np.zeros((N_BLOCKS, n_genes)), np.zeros(n_genes, bool)
    for name in types:
        plan, wired = plan_of(model, doses, name), wired_of(model, name)
        if not plan.held.doses:
            continue
        plans[name], weight, moved = plan, wired.x.shape[0] / n_cells, move(wired, plan.held)
        change[moved.genes] += weight * moved.delta.mean(axis=0)
        left[moved.genes] += moved.left
        told[moved.genes], fixed[plan.held.places] = True, True
        capped += moved.capped
        genes, of_blocks = spread(wired, plan.held, most=max(LEAST_SPREAD, SPREAD_CELLS // len(types)))
        without[:, genes] += weight * of_blocks
    return _Whole(change, np.where(told & ~fixed, jackknife(without), np.nan), left, plans, capped, n_cells)


def checked(model: KnockoutModel, doses: Mapping[str, float], cell_type: str) -> dict[str, float]:
    """The doses by gene, once each can be had; raises a sentence otherwise."""
    if not doses:
        raise InvalidParameter("A gene to change was expected, found none. Name one.")
    if cell_type and cell_type not in model.facts["cell_types"]:
        raise unknown("cell type", cell_type, model.facts["cell_types"], where="in this model")
    for gene, dose in doses.items():
        number = isinstance(dose, (int, float)) and not isinstance(dose, bool)
        if not (number and 0 <= dose <= MOST_DOSE) or dose == 1:
            raise InvalidParameter(f"The dose of '{gene}' must be a number from 0 (knockout) to {MOST_DOSE:g}, and not "
                                   f"1, which changes nothing; found {dose!r}. Choose another.")  # fmt: skip
        said = why_not(model, gene, cell_type)
        if said:
            raise InvalidParameter(said)
    return {gene: float(doses[gene]) for gene in sorted(doses)}


def plan_of(model: KnockoutModel, doses: Mapping[str, float], cell_type: str) -> Plan:
    """Which genes are held at which share in the cells of a type: regulators themselves, of others what they reach."""
    table = model.candidates[model.candidates["cell_type"] == cell_type]
    asked = table[table["gene"].isin(list(doses))]
    role = dict(zip(asked["gene"].astype(str), asked["role"].astype(str), strict=True))
    place = {gene: i for i, gene in enumerate(model.genes)}
    held, reached = {}, {}
    further = [gene for gene in doses if role.get(gene) == UPSTREAM]
    signalling = signalling_of(model, table) if further else None
    for gene in further:
        reached[gene] = signalling.reached(gene)
        for one in reached[gene]:
            share = max(0.0, 1 + one.handed_on * (doses[gene] - 1))
            held[place[one.regulator]] = held.get(place[one.regulator], 1.0) * share
    own = {place[gene]: dose for gene, dose in doses.items() if gene in place and role.get(gene) in (TF, UPSTREAM)}
    return Plan(Held(held | own, frozenset(held.keys() - own.keys())), reached)


def signalling_of(model: KnockoutModel, candidates: pd.DataFrame) -> Signalling:
    """Signalling between the genes that the cells of one type express, by their rows of candidates."""
    from engine.knockout.network_candidates import TOO_FEW

    seen = set(candidates.loc[candidates["reason"] != TOO_FEW, "gene"])
    return Signalling.of(model.adata.uns["upstream"], seen=seen,
                         regulators=set(candidates.loc[candidates["n_targets"] > 0, "gene"]))  # fmt: skip


def wired_of(model: KnockoutModel, cell_type: str) -> Wired:
    """The cells of a type with their network."""
    import pandas as pd

    adata, edges = model.adata, model.adata.uns["edges"]
    cells = (adata.obs["cell_type"].astype(str) == cell_type).to_numpy()
    mine = (edges["cell_type"] == cell_type).to_numpy()
    place = pd.Index(model.genes)
    at = (place.get_indexer(edges.loc[mine, name]) for name in ("regulator", "target"))
    seen = Range(adata.var["low"].to_numpy(), adata.var["high"].to_numpy())
    return Wired(adata.X[cells], *at, edges.loc[mine, "coef"].to_numpy(), adata.uns["left_out"][mine], seen)


def _normal(level: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf((1 + level) / 2))


def _evidence(model: KnockoutModel, doses: dict[str, float], cell_type: str, level: float, whole: _Whole,
              table: pd.DataFrame) -> dict:
    values = set(doses.values())
    dose = values.pop() if len(values) == 1 else dict(doses)
    return {"basis": "network", "kind": "simulation", "scale": model.facts["scale"], "cell_type": cell_type,
            "dose": dose, "doses": doses, "class": "", "level": level, "n_calibration": 0, "coverage": None,
            "nearest": "", "likeness": None, "known_by": model.facts["sources"], "weights": {}, "abstained": "",
            "n_cells": whole.n_cells, "warnings": _warnings(model, doses, whole, table),
            "path": _path(model, whole.plans, table), "assumed": _assumed(whole.plans)}  # fmt: skip


def _warnings(model: KnockoutModel, doses: dict[str, float], whole: _Whole, table: pd.DataFrame) -> list[str]:
    plans, n_cells = whole.plans, whole.n_cells
    said = list(GENERAL)
    for gene in doses:
        found = [one for plan in plans.values() for one in plan.reached.get(gene, [])]
        names = list(dict.fromkeys(one.regulator for one in found))
        if names:
            few = "1 regulator" if len(names) == 1 else f"{len(names)} regulators"
            said.insert(0, f"Weak: {gene} regulates no gene itself. That its loss or gain changes {few} "
                        f"({', '.join(names[:4])}{' …' if len(names) > 4 else ''}) is assumed from signed "
                        f"signalling of up to {LONGEST} steps, each handing on {SHARE:.0%} of the change; nothing in "
                        "these cells says how much.")  # fmt: skip
        if gene not in table.index:
            said.append(f"{gene} is not among the {len(table):,} genes simulated, so its own change is not shown.")
    left = table[table["outside"] & ~table["target"]].sort_values("n_outside", ascending=False)
    if len(left):
        genes = "1 gene" if len(left) == 1 else f"{len(left):,} genes"
        said.append(f"{genes} left the range seen in cells, and what left it was held to it: "
                    f"{', '.join(left.index[:5])} (in up to {int(left['n_outside'].max()):,} of {n_cells:,} cells).")
    if whole.capped:
        said.append(f"In {whole.capped:,} of {n_cells:,} cells the dose would lead beyond the largest level seen, and "
                    "was held to that.")  # fmt: skip
    idle = [name for name in model.facts["cell_types"] if name not in plans]
    if idle and n_cells == model.adata.n_obs:
        said.append(f"Nothing is changed in {', '.join(idle[:4])}, where it cannot be simulated.")
    return said


def _assumed(plans: dict[str, Plan]) -> list[str]:
    """Genes that act through assumed signalling alone."""
    return list(dict.fromkeys(gene for plan in plans.values() for gene, found in plan.reached.items() if found))


def _path(model: KnockoutModel, plans: dict[str, Plan], table: pd.DataFrame) -> list[dict]:
    """Edges that carry the change: of signalling, and from regulators to the genes that change most."""
    upstream = model.adata.uns["upstream"][["source", "target", "database"]].astype(str)
    database = {(source, target): name for source, target, name in upstream.itertuples(index=False)}
    found = [one for plan in plans.values() for reached in plan.reached.values() for one in reached]
    steps = {(a, b): {"regulator": a, "target": b, "sign": sign, "databases": database.get((a, b), ""),
                      "by": "signalling"} for one in found for a, b, sign in one.path}  # fmt: skip
    changed = table.loc[~table["target"] & (table["change"] != 0), "change"]
    aims = changed.abs().sort_values(ascending=False).index[:TOLD]
    return [*steps.values(), *_carried(model, plans, table["change"], list(aims))]


def _carried(model: KnockoutModel, plans: dict[str, Plan], change: pd.Series, aims: list[str]) -> list[dict]:
    """For each gene the edge that carried most of its change, back to a gene that was held."""
    edges = model.adata.uns["edges"]
    edges = edges[edges["cell_type"].isin(list(plans))]
    held = {str(model.genes[i]) for plan in plans.values() for i in plan.held.doses}
    edges = edges.assign(carried=edges["coef"] * edges["regulator"].map(change).fillna(0.0))
    edges = edges[edges["carried"] != 0]
    best = edges.loc[edges["carried"].abs().sort_values(ascending=False).index].drop_duplicates("target")
    best, found = best.set_index("target"), {}
    for aim in aims:
        for _ in range(3):
            if aim in held or aim not in best.index or aim in found:
                break
            row = best.loc[aim]
            found[aim] = {"regulator": row["regulator"], "target": aim, "sign": int(np.sign(row["coef"])),
                          "databases": row["prior"], "by": "regression", "coef": float(row["coef"]),
                          "r": float(row["r"])}  # fmt: skip
            aim = row["regulator"]
    return list(found.values())
