"""Regulators whose targets are among the changed genes, and whether they look more or less active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.causal.activity import activity
from engine.causal.changes import Changes
from engine.causal.edges import Network, lay_over
from engine.causal.score import measured, scores
from engine.tl.adjust import adjusted

if TYPE_CHECKING:
    import pandas as pd

LEAST_FOR_Z = 4  # targets of equal weight that |z| = 2 takes at least


def regulators(changes: Changes, network: Network) -> pd.DataFrame:
    """Score every regulator that has a measured target.

    Returns
    -------
    regulator, the columns of `engine.causal.score.scores`, fdr (Benjamini–Hochberg of p), log2fc and de_fdr (the
    regulator's own change), activity and activity_fdr (see `engine.causal.activity`; NaN where none). The smallest p
    comes first, then the largest |z|.
    """
    targets = lay_over(network.evidence, changes)
    table = scores(targets.members, targets.signs, targets.weights, changes)
    table.insert(0, "regulator", targets.sources)
    table.insert(table.columns.get_loc("p") + 1, "fdr", adjusted(table["p"].to_numpy()))
    table[["log2fc", "de_fdr"]] = measured(table["regulator"], changes)
    found = activity(changes.log2fc, targets) if network.signed else table[["regulator"]].assign(t=float("nan"))
    by_name = found.set_index("regulator")
    table["activity"] = table["regulator"].map(by_name["t"])
    table["activity_fdr"] = table["regulator"].map(by_name["fdr"]) if "fdr" in by_name else float("nan")
    return in_order(table)


def in_order(table: pd.DataFrame, first: str = "p") -> pd.DataFrame:
    """Rows by the smallest p (or another column), then by the largest |z|."""
    by = table.assign(_z=-table["z"].abs().fillna(0.0)).sort_values([first, "_z"], kind="stable")
    return by.drop(columns="_z").reset_index(drop=True)


def regulator_notes(table: pd.DataFrame) -> list[str]:
    """What a reader of the table should know: biased z, too few targets, none called."""
    notes = []
    biased = int(table["corrected"].sum())
    if biased:
        notes.append(f"{biased:,} regulators have targets that lean one way as the changed genes do (|μ| > 0.25): "
                     "their z is corrected for it.")  # fmt: skip
    few = int((table["n_changed"].gt(0) & (table["n_signed"] < LEAST_FOR_Z)).sum())
    if few and table["z"].notna().any():
        notes.append(f"{few:,} of {int(table['n_changed'].gt(0).sum()):,} regulators with a changed target have fewer "
                     f"than {LEAST_FOR_Z} with a sign, too few to be called.")  # fmt: skip
    if not (table["call"] != "").any():
        notes.append("No regulator is called: none has |z| ≥ 2 and p < 0.01.")
    return notes
