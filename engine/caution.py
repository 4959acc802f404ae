"""What to know of p-values that rest on cells in place of donors, said wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CELLS = ("Cells stood for donors in this comparison: its p-values, and all that rests on them, tell how alike the "
         "cells of these donors are, and not how alike people are. They are far too small.")  # fmt: skip


def caution(facts: Mapping[str, Any]) -> str:
    """A sentence on the p of a comparison with these facts; empty where donors are its units."""
    return CELLS if facts.get("design", {}).get("unit") == "cells" else ""
