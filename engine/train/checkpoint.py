"""Where training stands, on disk, so that a killed run goes on."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from engine.store import atomic_write


def save_checkpoint(path: Path, *, epoch: int, model, optimizer, fit) -> None:
    """Write aside, then move in place; a kill at any moment leaves the last whole checkpoint."""
    state = {"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
             "history": fit.history, "best": fit.best, "stale": fit.stale, "weights": fit.weights}  # fmt: skip
    content = io.BytesIO()
    torch.save(state, content)
    with atomic_write(path) as part:
        part.write_bytes(content.getvalue())


def load_checkpoint(path: Path, device) -> dict[str, Any] | None:
    """The last checkpoint, or None when there is none or it cannot be read (training then starts anew)."""
    if not zipfile.is_zipfile(path):
        path.unlink(missing_ok=True)
        return None
    return torch.load(path, map_location=device, weights_only=True)
