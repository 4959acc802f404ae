"""What a reader needs to trust, cite and repeat a comparison: `engine.types.Contrast.facts`."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.command import compare_command
from engine.contrasts.found import Found
from engine.contrasts.verdict import composition_warnings, permutation_warnings, verdict
from engine.params import ContrastParams
from engine.types import ARMS, Study

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = ("numpy", "scipy", "anndata", "pydeseq2", "torch", "torch-geometric", "umap-learn", "igraph")
LEVELS = (0.05, 0.1)  # of the false discovery rate


def facts_of(study: Study, params: ContrastParams, found: Found, table: pd.DataFrame) -> dict[str, Any]:
    """The facts, but for content hashes of the sources and the seconds it took."""
    sides, design = found.sides, found.design
    arms = {arm: arm_counts(table, arm) for arm in ARMS}
    facts = {
        "study": study.name, "title": study.title, "by": sides.cells.by, "case": sides.case, "control": sides.control,
        "cell_type": params.only, "without": list(sides.without), "design": _design(found), "units": _units(found),
        "arms": arms, "modules": _modules(found, design.names),
        "composition": _composition(found), "params": asdict(params), "sources": _sources(sides.cells.dataset),
        "made": {
            "created": datetime.now(UTC).isoformat(timespec="seconds"), "version": __version__,
            "python": platform.python_version(), "packages": {name: version(name) for name in PACKAGES},
            "command": compare_command(study.name, params),
        },
    }  # fmt: skip
    facts["warnings"] = [*found.warnings, *permutation_warnings(facts["design"]), *composition_warnings(facts),
                         *found.notes]  # fmt: skip
    facts["verdict"] = verdict(facts, table)
    return facts


def arm_counts(table: pd.DataFrame, arm: str) -> dict[str, int] | None:
    """Genes below 5 and 10 % FDR; None where the arm tested no gene."""
    fdr = table[f"{arm}_fdr"]
    return {f"n_{100 * level:.0f}": int((fdr < level).sum()) for level in LEVELS} if fdr.notna().any() else None


def _design(found: Found) -> dict[str, Any]:
    design, unit = found.design, found.design.cell_unit
    cases = int(design.case[unit[unit >= 0]].sum())
    return {
        "unit": design.unit, "n_control": int((~design.case).sum()), "n_case": int(design.case.sum()),
        "cells_control": int((unit >= 0).sum()) - cases, "cells_case": cases, "labellings": int(design.n_labellings),
        "permutations": int(found.changes.n_used), "exact": bool(found.changes.exact),
        "smallest_fdr": 1 / int(found.changes.n_used), "confounded": bool(design.confounded),
    }  # fmt: skip


def _units(found: Found) -> list[dict[str, Any]]:
    design = found.design
    cells = np.bincount(design.cell_unit[design.cell_unit >= 0], minlength=len(design.names))
    return [{"name": name, "level": "case" if case else "control", "cells": int(n)}
            for name, case, n in zip(design.names, design.case, cells, strict=True)]  # fmt: skip


def _modules(found: Found, names: tuple[str, ...]) -> list[dict[str, Any]]:
    modules = found.modules
    return [{"name": name, "n": int((modules.labels == name).sum()), "genes": modules.genes[i],
             "control": _number(modules.control[i]), "case": _number(modules.case[i]),
             "units": {unit: _number(value) for unit, value in zip(names, modules.units[i], strict=True)}}
            for i, name in enumerate(modules.names)]  # fmt: skip


def _composition(found: Found) -> list[dict[str, Any]]:
    if found.composition is None:
        return []
    shares = found.composition.share
    return [{"cell_type": str(kind), **{name: _number(row[name]) for name in ("control", "case", "p", "fdr")},
             "units": {unit: _number(value) for unit, value in zip(found.composition.names, shares[i], strict=True)}}
            for i, (kind, row) in enumerate(found.composition.table.iterrows())]  # fmt: skip


def _sources(datasets: np.ndarray) -> dict[str, dict[str, Any]]:
    names, counts = np.unique(datasets.astype(str), return_counts=True)
    return {name: {"n_cells": n} for name, n in zip(names.tolist(), counts.tolist(), strict=True)}


def _number(value: float) -> float | None:
    """A number that JSON has; None where there is none."""
    return float(value) if math.isfinite(value) else None
