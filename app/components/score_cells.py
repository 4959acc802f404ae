"""Cells of a table of scores: mean ± standard deviation over seeds, the best with a star."""

from __future__ import annotations

from typing import Any

STAR = "★ "


def score_cell(field: str, mean: float, sd: float, best: bool) -> dict[str, Any]:
    """What a row holds of one score: its number to sort by, its words, and whether it is the best; a dash for NaN."""
    if mean != mean:
        return {field: None, f"{field}_said": "–", f"{field}_best": False}
    said = f"{mean:.3f} ± {sd:.3f}" if sd == sd else f"{mean:.3f}"
    return {field: float(mean), f"{field}_said": (STAR if best else "") + said.replace("-", "\u2212"),
            f"{field}_best": bool(best)}  # fmt: skip


def score_column(field: str, name: str, about: str, *, least: int) -> dict[str, Any]:
    """The column of such cells, `least` pixels wide or more."""
    return {"field": field, "headerName": name, "headerTooltip": about, "type": "rightAligned", "minWidth": least,
            "valueFormatter": {"function": f"params.data.{field}_said || '–'"},
            "cellClassRules": {"quality-best": f"params.data.{field}_best"}}  # fmt: skip
