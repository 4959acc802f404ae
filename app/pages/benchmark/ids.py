"""Names of the components of the Benchmark page."""

from __future__ import annotations

STUDY, SPLIT, MEASURE = "bench-study", "bench-split", "bench-measure"
SHOWN, PULSE, FILE = "bench-shown", "bench-pulse", "bench-file"
RUN_PART, FOUND, GRID, PAIRS = "bench-run", "bench-found", "bench-grid", "bench-pairs"
TABLE = "bench-table"  # type of the buttons that save the long table
OWNER = "page"


def run_id(what: str, **more: str) -> dict[str, str]:
    """Id of a part of the form, matched by `owner` so that the form may be absent."""
    return {"type": f"bench-{what}", "owner": OWNER, **more}
