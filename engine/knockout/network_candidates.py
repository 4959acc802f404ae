"""Which genes can be simulated in which cells, and the reason why the others cannot."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import closest, unknown
from engine.perturb.propagation.signalling import Signalling
from engine.types import KnockoutModel

if TYPE_CHECKING:
    import pandas as pd

TF, UPSTREAM, NONE = "TF", "upstream", "none"
LEAST_DETECTED = 0.05  # share of the cells of a type that a gene is seen in, to be changed there
LEAST_CELLS = 10
TOO_FEW = f"seen in fewer than {LEAST_DETECTED:.0%} or {LEAST_CELLS} of these cells"
NO_TARGET = "a regulator, but none of its known targets is among the genes that are simulated in these cells"
NOT_REACHING = "regulates no gene itself, and no signed path of signalling leads from it to a regulator in these cells"
ADVICE = "Add a network that names its targets, or choose a screen in which it was perturbed."
NOT_KNOWN = "neither a regulator nor in the signed signalling network"


def candidates_of(levels: pd.DataFrame, n_cells: dict[str, int], edges: pd.DataFrame, upstream: pd.DataFrame,
                  regulators: Set[str]) -> pd.DataFrame:
    """A row a cell type and measured gene: cell_type, gene, role, n_targets, n_regulators, mean, detected, reason.

    Parameters
    ----------
    levels
        cell_type, gene, mean, detected.
    n_cells
        Number of cells of each type.
    edges
        cell_type, regulator, target of the fitted networks.
    upstream
        source, target, sign of signalling.
    regulators
        Every gene with a target in the networks that were read, measured or not.
    """
    import pandas as pd

    parts = [_of_type(part, n_cells[name], edges[edges["cell_type"] == name], upstream, regulators)
             for name, part in levels.groupby("cell_type", sort=False)]  # fmt: skip
    whole = pd.concat(parts, ignore_index=True)
    return whole.astype({name: "category" for name in ("cell_type", "gene", "role", "reason")})


def seen_enough(detected, n_cells: int):
    """Whether a gene seen in that share of so many cells can be changed there."""
    return (detected >= LEAST_DETECTED) & (detected * n_cells >= LEAST_CELLS - 1e-6)


def _of_type(levels: pd.DataFrame, n_cells: int, edges: pd.DataFrame, upstream: pd.DataFrame,
             regulators: Set[str]) -> pd.DataFrame:
    genes = levels["gene"].astype(str)
    out, into = edges["regulator"].astype(str).value_counts(), edges["target"].astype(str).value_counts()
    n_targets, n_regulators = (genes.map(count).fillna(0).astype(int) for count in (out, into))
    seen = seen_enough(levels["detected"], n_cells)
    signalling = Signalling.of(upstream, seen=set(genes[seen]), regulators=set(out.index))
    reaching = genes.isin(signalling.nodes[signalling.reaching()])
    known = genes.isin(set(upstream["source"].astype(str)) | set(upstream["target"].astype(str)))
    role = np.select([(n_targets > 0) & seen, reaching & seen], [TF, UPSTREAM], NONE)
    reason = np.select([~seen, role != NONE, genes.isin(regulators), known],
                       [TOO_FEW, "", NO_TARGET, NOT_REACHING], NOT_KNOWN)  # fmt: skip
    return levels.assign(role=role, n_targets=n_targets, n_regulators=n_regulators, reason=reason)


def why_not(model: KnockoutModel, gene: str, cell_type: str = "") -> str:
    """Why a gene cannot be simulated in a cell type, and what to do, in sentences; empty where it can.

    Without a cell type: why it can in none of them.

    Raises
    ------
    UnknownName
        When the cell type is not there.
    """
    table, types = model.candidates, model.facts["cell_types"]
    if cell_type and cell_type not in types:
        raise unknown("cell type", cell_type, types, where="in this model")
    rows = table[table["gene"] == gene]
    if rows.empty:
        near = closest(gene, table["gene"].astype(str).unique())
        hint = f"Did you mean {' or '.join(near)}?" if near else "Choose a gene of this study."
        return f"'{gene}' is not measured in this study, or in fewer than {LEAST_CELLS} of its cells. {hint}"
    rows = rows[rows["cell_type"] == cell_type] if cell_type else rows
    if (rows["reason"] == "").any():
        return ""
    best = rows.sort_values("detected", ascending=False, kind="stable").iloc[0]
    where = cell_type or ("any cell type" if len(types) > 1 else "these cells")
    return _sentence(gene, best, where, _elsewhere(table, gene))


def _sentence(gene: str, row: pd.Series, where: str, elsewhere: str) -> str:
    reason = str(row["reason"])
    start = f"'{gene}' cannot be simulated in {where}: "
    if reason == TOO_FEW:
        return f"{start}it is seen in {row['detected']:.1%} of them, too rarely for its loss to tell anything. " \
               f"{elsewhere or 'Choose a gene that these cells express.'}"  # fmt: skip
    n, advice = int(row["n_regulators"]), elsewhere or ADVICE
    aim = f" It is a target of {n} regulator{'s' if n > 1 else ''}: knock {'one of those' if n > 1 else 'that'} out " \
          "to see it change." if n else ""  # fmt: skip
    return f"{start}it {'' if reason == NOT_REACHING else 'is '}{reason}.{aim} {advice}"


def _elsewhere(table: pd.DataFrame, gene: str) -> str:
    """In which cell types it can be simulated."""
    can = table[(table["gene"] == gene) & (table["reason"] == "")]
    names = can["cell_type"].astype(str).tolist()
    return f"It can be in {', '.join(names[:4])}{' …' if len(names) > 4 else ''}." if names else ""
