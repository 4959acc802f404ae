"""What trials may know of genes, as one short text that changes when any file of it does."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from engine.errors import InvalidParameter
from engine.gene_features.contents import library_contents, screens_of_others, sequences_content, study_of
from engine.params import KnockoutParams

if TYPE_CHECKING:
    from engine.knowledge import Knowledge
    from engine.store import Store


def content_of(knowledge: Knowledge, params: KnockoutParams, *, store: Store, study: str) -> str:
    """The choice of kernels, map and sequences, the files of the library that are here, and screens of other studies.

    Parameters
    ----------
    study
        Name of the study whose screen is tried: it is never its own evidence.
    """
    asked = [params.kernels, params.map, params.networks, sequences_content(params),
             *sorted(library_contents(knowledge, store=store))]  # fmt: skip
    if {"all", "screens"} & set(map(str.strip, params.kernels.split(","))):
        asked += screens_of_others(study, store=store)
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:20]


def need_foreign_map(name: str, study: str, *, store: Store) -> None:
    """Raise where a gene map was made of the study itself: it has seen the cells of the perturbations held out."""
    if name and study_of(name, store=store) == study:
        raise InvalidParameter(f"The gene map '{name}' was made of all cells of this study, those of perturbations "
                               "that are held out among them. Name a map of another study, or none.")  # fmt: skip
