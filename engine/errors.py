"""Every failure a person can meet, as a sentence: what was expected, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class GeneweaveError(Exception):
    """Base of all expected failures; its text is shown to people as it is."""


class UnknownName(GeneweaveError):
    """A study, gene, job, page or map that is not there."""


class InvalidStudy(GeneweaveError):
    """A study description that cannot be used: a wrong role, one dataset, no common gene."""


class InvalidCounts(GeneweaveError):
    """A matrix that does not hold counts: NaN, negative or fractional values, or no cells."""


class InvalidFile(GeneweaveError):
    """A file that cannot be read, or must not be: damaged, of another kind, or reaching outside itself."""


class QuotaExceeded(GeneweaveError):
    """A file, or all of them together, would be larger than the settings allow."""


class KnowledgeMissing(GeneweaveError):
    """A knowledge file that a step needs is not on this machine."""


class DownloadFailed(GeneweaveError):
    """A library file could not be fetched, or was not what its checksum says."""


class InvalidParameter(GeneweaveError):
    """A parameter outside its range."""


class DeviceUnavailable(GeneweaveError):
    """A device was asked for that this machine does not have."""


class TrainingDiverged(GeneweaveError):
    """A loss that is no number any more."""


class MemoryShort(GeneweaveError):
    """Work that would need more memory than this machine has free."""


class StorageFull(GeneweaveError):
    """The disk has no room; nothing was written."""


class StorageDamaged(GeneweaveError):
    """A stored file cannot be read any more."""


class JobCancelled(GeneweaveError):
    """Raised between two steps of a job when a person asked to stop it."""


def closest(name: str, known: Iterable[str], *, n: int = 3) -> list[str]:
    """Known names nearest to `name` in spelling, whatever the case; at most `n`."""
    by_lower: dict[str, str] = {}
    for candidate in known:
        by_lower.setdefault(candidate.lower(), candidate)
    matches = get_close_matches(name.lower(), by_lower, n=n, cutoff=0.6)
    return [by_lower[match] for match in matches]


def unknown(kind: str, name: str, known: Iterable[str], *, where: str) -> UnknownName:
    """An `UnknownName` that names the closest known ones, or how many there are."""
    known = list(known)
    near = closest(name, known)
    if near:
        hint = f"Closest: {', '.join(near)}."
    elif 0 < len(known) <= 8:
        hint = f"Known: {', '.join(sorted(known))}."
    else:
        hint = "Check the spelling."
    return UnknownName(f"There is no {kind} '{name}' {where}. {hint}")
