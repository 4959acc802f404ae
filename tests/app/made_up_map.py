"""A made-up gene map with measures and a training history, to build pages on."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np

from engine.store import Store, artifact_id
from engine.types import META
from tests.app.fake_map import fake_embedding

NULLS = ("random vectors", "one random vector a name", "product of degrees", "|Pearson| of the input",
         "untrained network")  # fmt: skip


def write_map(store: Store, *, study: str = "pbmc68k-lineages", seed: int = 0, created: datetime | None = None,
              rows: int = 180) -> str:
    """Id of a made-up map written to `store`."""
    adata = fake_embedding(rows, n_clusters=5, seed=seed).adata
    facts = json.loads(adata.uns[META])
    facts |= {"study": study, "history": history(), "metrics": measures(), "n_clusters": 5}
    facts["made"]["created"] = (created or datetime.now(UTC)).isoformat()
    adata.uns[META] = json.dumps(facts)
    name = artifact_id("embedding", 1, {"seed": seed, "study": study}, [])
    store.write(name, adata)
    return name


def history() -> dict[str, list[float]]:
    """A loss that falls over 100 epochs."""
    epochs = np.arange(1, 101)
    fall = np.exp(-epochs / 30)
    parts = {"reconstruction": 0.7 * fall, "similarity": 0.2 * fall, "contrast": 0.1 * fall}
    told = {name: values.tolist() for name, values in parts.items()}
    return told | {"epoch": epochs.tolist(), "total": fall.tolist(), "validation_auc": (0.9 - 0.4 * fall).tolist()}


def measures() -> list[dict]:
    """Three measures: one beats its nulls, one does not, one is best at 0."""
    return [
        measure("overlap", "Neighbour overlap", 0.402, 1, None, (0.311, 0.32, None, None, 0.33),
                "Share of neighbours that a gene keeps from one dataset to the next."),
        measure("edge_auc", "Held-out edges found", 0.842, 1, 0.5, (0.501, 0.503, 0.851, 0.991, 0.62),
                "How often a hidden edge lies closer than a pair that is no edge."),
        measure("separation", "Datasets told apart", 0.12, 0, 0.5, (0.5, 0.48, None, None, 0.31),
                "How well the dataset of a gene can be told from where it lies."),
    ]  # fmt: skip


def measure(name: str, label: str, value: float, best: int, chance: float | None, nulls: tuple,
            explanation: str) -> dict:  # fmt: skip
    return {"name": name, "label": label, "value": value, "best": best, "chance": chance,
            "explanation": explanation, "nulls": dict(zip(NULLS, nulls, strict=True))}  # fmt: skip
