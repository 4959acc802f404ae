"""All single knockouts of a screen: as measured where they were, else as the core tells them.

The margin of a predicted score is conformal over perturbations: each measured single is scored as it was and as it is
told without itself, and the margin is that of these differences which the level asks for, the (n + 1)-fold of it,
rounded up. The margin of a measured score is its sampling error: by the two halves of the cells, pooled over
perturbations, so that what genes have in common is in it; of a table by its standard errors, as if genes were
independent.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.knockout.direction import Direction
from engine.knockout.many import CHUNK, MEASURED, PREDICTED, Changes
from engine.knockout.scored import left_out
from engine.knockout.screen_model import core_of
from engine.perturb.core import Core
from engine.perturb.linear import places
from engine.progress import Progress
from engine.types import KnockoutModel

ALIKE = ("mean", "no change")  # predictors that tell every unseen gene the same


def screen_changes(model: KnockoutModel, direction: Direction, *, level: float = 0.9,
                   progress: Progress | None = None) -> Iterator[Changes]:
    """Every single gene that was measured or can be predicted, a chunk at a time.

    Where the core tells every unseen gene the same, those that were measured alone.
    """
    progress, core, table = progress or Progress(), core_of(model), model.candidates
    singles, spread = core.singles, _measured_margin(model, core, direction, level)
    margin = conformal(_left_out_errors(model, core, direction), level)
    names = unseen(model, core)
    parts = [singles[start : start + CHUNK] for start in range(0, len(singles), CHUNK)]
    parts += [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    for i, part in enumerate(parts):
        progress.stage("Scoring every knockout", i / len(parts))
        seen = i * CHUNK < len(singles)
        targets = core.genes.get_indexer(part)
        delta = model.adata.X[core.names.get_indexer(part)] if seen else predicted(core, part)
        rows = table.loc[part]
        yield Changes(np.asarray(part, dtype=str), delta, targets,
                      spread[i * CHUNK : i * CHUNK + len(part)] if seen else np.full(len(part), margin),
                      np.full(len(part), MEASURED if seen else PREDICTED), _shared(core, direction, targets),
                      np.where(seen, "", rows["nearest"].astype(str)),
                      np.where(seen, np.nan, rows["likeness"].astype(float)))  # fmt: skip


def unseen(model: KnockoutModel, core: Core) -> np.ndarray:
    """Names of the genes that can be predicted and were not measured; none where all would be told the same."""
    if core.best in ALIKE:
        return np.empty(0, dtype=str)
    table = model.candidates
    can = (table["reason"].astype(str) == "").to_numpy() & ~table.index.isin(core.singles)
    return table.index[can].to_numpy(str)


def predicted(core: Core, names: np.ndarray) -> np.ndarray:
    """Changes by genes that were not seen, float32 (n, n_genes)."""
    if core.best == "ridge":
        return (core.mean + core.cross[core.asked.get_indexer(names)] @ core.dual).astype(np.float32)
    if core.best == "linear":
        return core.linear.predict(places(list(names), np.asarray(core.genes), core.linear.vectors))
    return np.tile(core.even * (core.best == "mean"), (len(names), 1)).astype(np.float32)


def conformal(errors: np.ndarray, level: float) -> float:
    """The size of error that so large a share of new perturbations stays below; NaN where they are too few for it."""
    place = int(np.ceil((len(errors) + 1) * level - 1e-9))
    return float(np.sort(np.abs(errors))[place - 1]) if place <= len(errors) else float("nan")


def _left_out_errors(model: KnockoutModel, core: Core, direction: Direction) -> np.ndarray:
    """Score of each single as measured less as told without it, (n_singles,)."""
    rows, targets = core.names.get_indexer(core.singles), core.genes.get_indexer(core.singles)
    truth, told = model.adata.X[rows], np.asarray(core.left_out[rows])
    x, held = left_out(np.where(np.isnan(truth), np.nan, truth - told), direction, targets)
    return x @ direction.along / held


def _measured_margin(model: KnockoutModel, core: Core, direction: Direction, level: float) -> np.ndarray:
    from scipy.stats import norm

    adata, targets = model.adata, core.genes.get_indexer(core.singles)
    rows, width = core.names.get_indexer(core.singles), float(norm.ppf((1 + level) / 2))
    if "half_a" in adata.layers:
        x, held = left_out(adata.layers["half_a"][rows] - adata.layers["half_b"][rows], direction, targets)
        n_cells = adata.obs["n_cells"].to_numpy(float)[rows]
        between = np.square(x @ direction.along / held) / 4
        return width * np.sqrt((between * n_cells).mean() / n_cells)
    if "se" not in adata.layers:
        return np.full(len(rows), np.nan)
    se, held = left_out(adata.layers["se"][rows], direction, targets)
    found = width * np.sqrt(np.square(se) @ np.square(direction.along)) / held
    return np.where(found > 0, found, np.nan)


def _shared(core: Core, direction: Direction, targets: np.ndarray) -> np.ndarray:
    """Score of the mean of the singles, each target left out, (n,)."""
    there, by_gene = targets >= 0, core.even * direction.along
    raw = by_gene.sum() - np.where(there, by_gene[targets], 0)
    return raw / (1 - np.where(there, direction.share[targets], 0))
