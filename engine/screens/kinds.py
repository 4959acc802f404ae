"""Knockout, interference or activation: read from labels, never mixed silently."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from engine.errors import InvalidStudy
from engine.types.perturbations import PERTURBED_BY

WORDS = (
    ("activation", r"crispr[ _-]?a|activ\w*|over[ _-]?express\w*|oe|sam|orf|cdna"),
    ("interference", r"crispr[ _-]?i|interfer\w*|knock[ _-]?down|kd|rnai|si[ _-]?rna|sh[ _-]?rna|repress\w*|silenc\w*"),
    ("knockout", r"crispr([ _-]?(ko|cut(ting)?|nuclease|cas9))?|cas9|knock[ _-]?out|ko|deletion|null"),
)
DOWN = ("knockout", "interference")  # kinds whose target should fall


def kind_of(text: str) -> str:
    """The kind that a label such as CRISPRa or knockdown says; empty when it says none."""
    text = text.strip()
    return next((kind for kind, words in WORDS if re.fullmatch(words, text, re.IGNORECASE)), "")


def kind_in(name: str) -> str:
    """The kind that the name of a file speaks of; empty when it speaks of none or of several."""
    bits = [bit for bit in re.split(r"[^A-Za-z0-9]+", name) if bit]
    found = {kind_of(bit) for bit in bits if re.fullmatch(r"crispr\w+|ko|kd|knock\w+", bit, re.IGNORECASE)} - {""}
    return found.pop() if len(found) == 1 else ""


def one_kind(labels: Iterable[str], *, given: str, wanted: str, where: str) -> tuple[str, set[str]]:
    """The kind that is looked at, and the labels that say it (empty where no column tells kinds apart).

    Parameters
    ----------
    labels
        What the column of kinds says, each once; empty where there is no such column.
    given
        The kind of the whole study; of several in a column, the one that is looked at.
    wanted
        The kind that was asked for; empty takes the only one.
    where
        The column or study, in words.

    Raises
    ------
    InvalidStudy
        When no kind is known, several are there and none is chosen, or the wanted one is not there.
    """
    by_kind = {label: kind_of(label) for label in labels}
    if strange := sorted(label for label, kind in by_kind.items() if not kind):
        raise InvalidStudy(f"{where} says {', '.join(strange[:4])}, and no kind of perturbation is known by that word. "
                           f"Expected words such as CRISPRa, CRISPRi, knockdown or knockout: {_choices()}.")
    kinds = sorted(set(by_kind.values()) or {given} - {""})
    if not kinds and not wanted:
        raise InvalidStudy(f"{where} does not say how genes were perturbed. Say it: kind = one of {_choices()}.")
    kinds, wanted = kinds or [wanted], wanted or (given if by_kind else "")
    if wanted and wanted not in kinds:
        raise InvalidStudy(f"{where} is of {' and '.join(kinds)}, and {wanted} was asked for. An effect of one is no "
                           "effect of the other: choose what is there.")  # fmt: skip
    if len(kinds) > 1 and not wanted:
        raise InvalidStudy(f"{where} mixes {' and '.join(kinds)}, which must not be averaged. Choose one as the kind, "
                           "in the study or for this run.")  # fmt: skip
    chosen = wanted or kinds[0]
    return chosen, {label for label, kind in by_kind.items() if kind == chosen}


def moved(change: np.ndarray, p: np.ndarray, kind: str, *, level: float = 0.05) -> np.ndarray:
    """Whether targets moved the way that kind should move them, p below `level`; False where not measured."""
    with np.errstate(invalid="ignore"):
        return (p < level) & ((change < 0) if kind in DOWN else (change > 0))


def _choices() -> str:
    return ", ".join(PERTURBED_BY)
