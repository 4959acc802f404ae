"""What to know of the figures of a comparison, said wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEVEL = 0.05
CELLS = ("Cells stood for donors in this comparison: its p-values, and all that rests on them, tell how alike the "
         "cells of these donors are, and not how alike people are. They are far too small.")  # fmt: skip


def caution(facts: Mapping[str, Any]) -> str:
    """A sentence on the p of a comparison with these facts; empty where donors are its units."""
    return CELLS if facts.get("design", {}).get("unit") == "cells" else ""


def reach(facts: Mapping[str, Any]) -> float:
    """The smallest FDR that the labellings allow, those that were used where not all were."""
    design = facts["design"]
    return max(design["smallest_fdr"], 1 / design["permutations"])


def short_warnings(facts: Mapping[str, Any]) -> list[str]:
    """The warnings of a comparison in a few words each, as a figure carries them."""
    design, moved = facts["design"], any((row["fdr"] or 1) < LEVEL for row in facts["composition"])
    short = ["cells permuted, not donors"] if design["unit"] == "cells" else []
    short += ["confounded with batch"] if design.get("confounded") else []
    short += ["few labellings"] if reach(facts) > LEVEL else []
    short += ["mix of cell types changed"] if moved and not facts["cell_type"] else []
    if not short and facts["warnings"]:
        n = len(facts["warnings"])
        short = [f"{n} warning{'s' if n > 1 else ''}, told with the comparison"]
    return short
