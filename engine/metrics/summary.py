"""A comparison in numbers: means over seeds, and the paper's Avg Score and average rank.

Every function reads the long table: columns method, label, kind, seed, measure, value.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.metrics.measures import MEASURES

SIX = ("held_out_auc", "asw", "graph_connectivity", "ilisi", "common_gene_ratio", "neighbour_overlap")
RANKED = ("model", "rival")
SCORE = "avg_score"
LEAST = 3  # of the six measures that a contender must have to be given a score
LESS_IS_BETTER = {"seconds", "peak_mb", *(measure.name for measure in MEASURES if measure.best == 0)}


@dataclass(frozen=True)
class Margin:
    """By how much the first of the Avg Score lies above the second, as a share of the second; None above zero."""

    first: str
    second: str
    share: float | None


def averages(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation over seeds of every method and measure.

    A missing value is left out of the mean and counted.

    Returns
    -------
    Columns method, label, kind, measure, mean, sd (NaN with fewer than two values), n, missing; methods and
    measures in the order of the table.
    """
    by = table.groupby(["method", "label", "kind", "measure"], sort=False)["value"]
    found = by.agg(mean="mean", sd="std", n="count", rows="size").reset_index()
    return found.assign(missing=found["rows"] - found["n"]).drop(columns="rows")


def complete_seeds(table: pd.DataFrame) -> list[int]:
    """Seeds at which every ranked method was scored: only there do all stand on one scale."""
    ranked = table[table["kind"].isin(RANKED)]
    count = ranked.groupby("seed")["method"].nunique()
    return sorted(count.index[count == ranked["method"].nunique()].tolist())


def seed_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Avg Score and average rank of every method at every complete seed.

    The Avg Score of the MuSe-GNN paper: each of the six measures goes from 0, the worst of the ranked methods
    (model and rivals) at that seed, to 1, the best of them; then the mean of the measures. It depends on who is
    compared. Nulls and ablations are put on the same scale without setting it, so that they may lie outside
    0 to 1, and have no rank. A measure on which all are equal tells nothing and is left out; so is a missing
    value, which is counted. Who has fewer than three of the six has no score.

    Returns
    -------
    Columns method, label, kind, seed, score, rank (mean of the ranks, ties shared, 1 is best), missing.
    """
    six, parts = table[table["measure"].isin(SIX)], []
    for seed in complete_seeds(table):
        wide = six[six["seed"] == seed].pivot(index=["method", "label", "kind"], columns="measure", values="value")
        parts.append(_scored(wide.reindex(columns=list(SIX))).assign(seed=seed))
    columns = ["method", "label", "kind", "seed", "score", "rank", "missing"]
    return pd.concat(parts).reset_index()[columns] if parts else pd.DataFrame(columns=columns)


def with_scores(table: pd.DataFrame) -> pd.DataFrame:
    """The long table with the Avg Score of each seed as the measure `avg_score`."""
    scored = seed_scores(table).rename(columns={"score": "value"}).assign(measure=SCORE)
    return pd.concat([table, scored[scored["value"].notna()][list(table.columns)]], ignore_index=True)


def standings(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of Avg Score and rank over seeds: ranked methods best first, then the others.

    Returns
    -------
    Columns method, label, kind, score, score_sd, rank, place (1 is first; NaN for who is not ranked), n (complete
    seeds), missing (values of the six measures, over those seeds).
    """
    by = seed_scores(table).groupby(["method", "label", "kind"], sort=False)
    found = by.agg(score=("score", "mean"), score_sd=("score", "std"), rank=("rank", "mean"),
                   n=("seed", "nunique"), missing=("missing", "sum")).reset_index()  # fmt: skip
    ranked = found["kind"].isin(RANKED)
    found["place"] = found["score"].where(ranked).rank(ascending=False, method="min")
    kind = found["kind"].map({"model": 0, "rival": 0, "ablation": 1, "null": 2})
    order = found.assign(order=kind).sort_values(["order", "score"], ascending=[True, False], kind="stable")
    return order.drop(columns="order").reset_index(drop=True)


def margin(standing: pd.DataFrame) -> Margin | None:
    """The first over the second by Avg Score; None with fewer than two ranked methods."""
    ranked = standing[standing["place"].notna()].sort_values("score", ascending=False, kind="stable")
    if len(ranked) < 2:
        return None
    first, second = ranked.iloc[0], ranked.iloc[1]
    share = (first["score"] - second["score"]) / second["score"] if second["score"] > 0 else None
    return Margin(first["method"], second["method"], share)


def best_of(average: pd.DataFrame) -> dict[str, set[str]]:
    """The ranked methods with the best mean of each measure, several where they are equal."""
    best = {}
    for measure, rows in average[average["kind"].isin(RANKED)].dropna(subset="mean").groupby("measure", sort=False):
        edge = rows["mean"].min() if measure in LESS_IS_BETTER else rows["mean"].max()
        best[measure] = set(rows.loc[rows["mean"] == edge, "method"])
    return best


def _scored(wide: pd.DataFrame) -> pd.DataFrame:
    ranked = wide[wide.index.get_level_values("kind").isin(RANKED)]
    low, span = ranked.min(), ranked.max() - ranked.min()
    scaled = (wide - low) / span.where(span > 0)
    enough = wide.notna().sum(axis=1) >= LEAST
    rank = ranked.rank(ascending=False).mean(axis=1)
    return pd.DataFrame({"score": scaled.mean(axis=1).where(enough), "rank": rank.reindex(wide.index),
                         "missing": wide.isna().sum(axis=1)})  # fmt: skip
