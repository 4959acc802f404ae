"""Why a prediction from a screen may not be believed, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.perturb.core import Core
from engine.perturb.pair_parts import BOTH_SEEN
from engine.types import KnockoutModel, targets_of

MOVED_P, HARDLY_SEEN = 0.05, 0.01
SWITCHED_ON = "This screen switched genes on: what is told is an activation, the opposite of a knockout."


def cautions(model: KnockoutModel, core: Core, name: str, method: str, evidence: dict[str, Any]) -> list[str]:
    """All that speaks against it, what matters most first."""
    targets, told = targets_of(name), method == "core" and not evidence["abstained"]
    found = [sentence for gene in targets for sentence in _of_target(model, core, gene)]
    if told and evidence["class"] != BOTH_SEEN:
        found = _of_model(model, evidence) + found
    if told and evidence["level"] is not None and not evidence["n_calibration"]:
        found.append(f"No perturbation of the class '{evidence['class']}' could be left out, so no interval is given.")
    if method != "core":
        found.append("Only the core has intervals; a baseline has none.")
    if evidence["left_out"] and told:
        found.append(f"{name} was perturbed in this screen: what is told of it was learned without it.")
    return found


def _of_model(model: KnockoutModel, evidence: dict[str, Any]) -> list[str]:
    best, found = model.facts["best"], []
    if best in ("mean", "no change"):
        what = "is told the mean of the screen" if best == "mean" else "is told to change nothing"
        found.append(f"Nothing beats that here: every gene that was not perturbed {what}. It says nothing of this gene "
                     "alone.")  # fmt: skip
    if evidence["likeness"] < model.facts["far"]:
        found.append(f"Far from all that was perturbed: the nearest, {evidence['nearest'] or 'none'}, is less like it "
                     f"({evidence['likeness']:.2f}) than 19 of 20 perturbed genes are like theirs "
                     f"({model.facts['far']:.2f}).")  # fmt: skip
    return found


def _of_target(model: KnockoutModel, core: Core, gene: str) -> list[str]:
    adata = model.adata
    if gene not in adata.var_names:
        return [f"{gene} is not among the measured genes, so whether its perturbation takes hold cannot be seen."]
    found, at = [], adata.var_names.get_loc(gene)
    detected = adata.var["detected"].iloc[at] if "detected" in adata.var else np.nan
    if detected < HARDLY_SEEN and model.facts["kind"] != "activation":
        found.append(f"{gene} is hardly expressed in control cells (seen in {100 * detected:.1f} %): there is little "
                     "to take away.")  # fmt: skip
    if gene in core.singles:
        row = adata.obs.iloc[adata.obs_names.get_loc(gene)]
        sign = 1 if model.facts["kind"] == "activation" else -1
        if row["target_p"] > MOVED_P or row["target_change"] * sign < 0:
            found.append(f"The perturbation of {gene} did not move {gene} itself (change {row['target_change']:.2g}, p "
                         f"{row['target_p']:.2g}): what was measured of it may be nothing.")  # fmt: skip
    return found
