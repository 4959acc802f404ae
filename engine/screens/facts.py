"""What a reader needs to trust and repeat a screen: `engine.types.Screen.facts`, with its warnings."""

from __future__ import annotations

import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.params import ScreenParams
from engine.screens.kinds import moved
from engine.types import Study

if TYPE_CHECKING:
    import pandas as pd

    from engine.screens.cells import ScreenCells
    from engine.screens.sums import Controls

PACKAGES = ("numpy", "scipy", "anndata", "scikit-learn")
FEW_CONTROLS = 100
FEW_PERTURBATIONS = 20


def common_facts(study: Study, params: ScreenParams, datasets: list[str]) -> dict[str, Any]:
    """What does not depend on what was found."""
    sources = {source.name: source for source in study.datasets if source.name in datasets}
    return {
        "study": study.name, "title": study.title, "cell_type": params.cell_type, "datasets": datasets,
        "species": ", ".join(sorted({source.species for source in sources.values()})), "params": asdict(params),
        "sources": {name: {"modality": source.modality} for name, source in sources.items()},
        "made": {"created": datetime.now(UTC).isoformat(timespec="seconds"), "version": __version__,
                 "python": platform.python_version(), "packages": {name: version(name) for name in PACKAGES}},
    }  # fmt: skip


def cell_facts(study: Study, params: ScreenParams, cells: ScreenCells, controls: Controls,
               obs: pd.DataFrame) -> dict[str, Any]:  # fmt: skip
    """The facts of a screen of cells."""
    matched = _matched_share(cells, controls)
    return {
        **common_facts(study, params, [stream.source.name for stream in cells.streams]),
        "kind": cells.kind, "scale": cells.streams[0].scale, "cells": True,
        "n_cells": int(((np.asarray(cells.has.sum(axis=1)).ravel() > 0) | cells.pool).sum()),
        "n_control": controls.n_cells, "control": cells.control_label,
        "batches": bool(cells.matched_by and matched > 0),
        "matched_by": list(cells.matched_by), "matched": matched, "dropped": cells.dropped,
        "warnings": [*cells.warnings, *_of_controls(cells, controls, matched), *of_targets(obs, cells.kind),
                     *_of_effects(obs, params)],
    }  # fmt: skip


def of_targets(obs: pd.DataFrame, kind: str) -> list[str]:
    """Sentences on perturbations whose own target did not move, or is not measured."""
    change, p = obs["target_change"].to_numpy(), obs["target_p"].to_numpy()
    measured, names, said = np.isfinite(change), obs.index.to_numpy(), []
    if (~measured).any():
        said.append(f"The target of {(~measured).sum():,} of {len(obs):,} perturbations is not measured: whether they "
                    "worked cannot be told from it.")  # fmt: skip
    stayed = measured & ~moved(change, p, kind)
    if stayed.any():
        way = "rise" if kind == "activation" else "fall"
        some = f": {', '.join(names[stayed][:8])}{' …' if stayed.sum() > 8 else ''}"
        spared = " A knockout may spare the transcript, and still end the protein." if kind == "knockout" else ""
        said.append(f"The target did not {way} (p < 0.05) in {stayed.sum():,} of {measured.sum():,} perturbations "
                    f"whose target is measured{some}.{spared}")  # fmt: skip
    if len(obs) < FEW_PERTURBATIONS:
        are = "perturbation is" if len(obs) == 1 else "perturbations are"
        said.append(f"{len(obs):,} {are} few to learn from: what an unseen gene would do is hardly told.")
    return said


def _matched_share(cells: ScreenCells, controls: Controls) -> float:
    """Share of the perturbed cells that are compared with controls of their own stratum."""
    mine = np.flatnonzero(np.asarray(cells.has.sum(axis=1)).ravel())
    return float(controls.matched[cells.stratum[mine]].mean()) if len(mine) else 0.0


def _of_controls(cells: ScreenCells, controls: Controls, matched: float) -> list[str]:
    said = []
    if controls.n_cells < FEW_CONTROLS:
        said.append(f"{controls.n_cells:,} control cells are few: every change holds their noise, so that all "
                    "perturbations look alike in it.")  # fmt: skip
    if cells.matched_by and matched < 1:
        words = " and ".join(name.replace("_", " ") for name in cells.matched_by)
        said.append(f"{100 * (1 - matched):.3g} % of the perturbed cells have too few controls of their own {words}, "
                    "and are compared with all controls: differences between these may look like effects.")  # fmt: skip
    if cells.streams[0].scale == "as in the file":
        said.append("The file holds no counts; its values are taken as logarithms of normalised counts, as they are.")
    return said


def _of_effects(obs: pd.DataFrame, params: ScreenParams) -> list[str]:
    tested = obs["e_fdr"].notna()
    if not tested.any():
        return ["Whether a perturbation did anything was not tested."] if not params.permutations else []
    did = int((obs["e_fdr"] < 0.05).sum())
    floor = len(obs) / (params.permutations + 1)
    coarse = " With so few permutations one alone cannot pass: ask for more." if floor > 0.05 and not did else ""
    return [f"{did:,} of {int(tested.sum()):,} perturbations moved their cells away from control (E-distance, 5 % "
            f"false discovery rate).{coarse}"]  # fmt: skip
