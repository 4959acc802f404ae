"""Where tests find the shared golden data, and what they do when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared(path: str) -> Path:
    """A file under `GENEWEAVE_TEST_DATA`; the test is skipped when it is absent."""
    found = (ROOT / os.environ.get("GENEWEAVE_TEST_DATA", "../shared")).resolve() / path
    if not found.exists():
        pytest.skip(f"shared test data absent: {path} (set GENEWEAVE_TEST_DATA to its folder)")
    return found
