"""What is shown of each gene: the predicted change, or where nothing is predicted the measured one; and how strong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def only_measured(table: pd.DataFrame) -> bool:
    """Whether nothing of a `KnockoutEffect.table` was predicted, and something measured."""
    return bool(table["change"].isna().all() and table["measured"].notna().any())


def shown_change(table: pd.DataFrame) -> pd.Series:
    """The predicted change of each gene, or where nothing is predicted the measured one."""
    return table["measured" if only_measured(table) else "change"]


def by_errors(table: pd.DataFrame) -> bool:
    """Whether `strength` is in standard errors."""
    return only_measured(table) and bool(table["measured_se"].notna().any())


def strength(table: pd.DataFrame) -> pd.Series:
    """What the strongest changes are chosen by, ≥ 0 or NaN: size; of measured ones alone, over the standard error.

    Measured changes of genes that are hardly seen are large by chance, or stand at the cap of a table.
    """
    size, se = shown_change(table).abs(), table["measured_se"]
    return (size / se.where(se > 0)).fillna(0.0).where(size.notna()) if by_errors(table) else size
