"""Real data that a benchmark may do without."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared_data import shared


def there(path: str) -> Path | None:
    """A file of the shared data; None, and a printed sentence, where it is not on this machine."""
    try:
        return shared(path)
    except pytest.skip.Exception as absent:
        print(f"Left out: {absent}.", flush=True)
        return None
