"""What trials may know of genes, as one short text that changes when any file of it does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidParameter
from engine.io.files import content_hash
from engine.params import KnockoutParams

if TYPE_CHECKING:
    from engine.knowledge import Knowledge

SILENT = ("example", "gene pairs")  # kinds of the library that say nothing of a gene before it is perturbed


def content_of(knowledge: Knowledge, params: KnockoutParams) -> str:
    """The choice of kernels, map and sequences, and the content of every file of the library that is here."""
    entries = (*knowledge.entries(), *knowledge.own())
    here = [entry for entry in entries if entry.kind not in SILENT and knowledge.has(entry.name)]
    files = sorted(f"{entry.name}:{entry.sha256 or content_hash(knowledge.path(entry.name))}" for entry in here)
    asked = [params.kernels, params.map, params.networks, _sequences(params), *files]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:20]


def _sequences(params: KnockoutParams) -> str:
    if not params.sequences:
        return ""
    path = Path(params.sequences).expanduser()
    if not path.is_file():
        raise InvalidParameter(f"A file of sequences was expected at '{path}', none is there. Correct the path.")
    return content_hash(path)
