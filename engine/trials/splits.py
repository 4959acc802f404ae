"""Which perturbations are held out: as GEARS does, as GRAPE does, half of the pairs, or five folds of the singles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidParameter, unknown
from engine.types.perturbations import CLASSES, targets_of

UNSEEN, NONE_SEEN, ONE_SEEN, BOTH_SEEN = CLASSES
SEEN, SINGLES_KEPT, FOLDS = 0.75, 0.7, 5
LEAST_SINGLES, LEAST_PAIRS, LEAST_GENES = 10, 6, 12


@dataclass(frozen=True)
class Split:
    """A way to hold perturbations out, by its name in commands."""

    name: str
    label: str
    about: str


SPLITS = {split.name: split for split in (
    Split("simulation", "Unseen genes", "As GEARS: three quarters of the perturbed genes are seen. Singles of the rest "
          "are held out, with every pair that has one of them, and a quarter of the pairs of seen genes."),
    Split("single70", "Unseen singles", "As GRAPE: 70 % of the single perturbations are seen, the rest held out."),
    Split("doubles", "Half of the pairs", "As Ahlmann-Eltze, Huber and Anders (2025): every single and half of the "
          "pairs are seen, the other half held out."),
    Split("folds", "Five folds", "Singles in five folds: each is held out once, and predicted from the other four."),
)}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Names to learn from, and names held out by class; the two share no name."""

    train: tuple[str, ...]
    test: dict[str, tuple[str, ...]]

    @property
    def held_out(self) -> tuple[str, ...]:
        """All names held out, class by class."""
        return tuple(name for names in self.test.values() for name in names)


def find_split(name: str) -> Split:
    """The split of that name; raises `UnknownName` when there is none."""
    if name not in SPLITS:
        raise unknown("split", name, SPLITS, where="of perturbations")
    return SPLITS[name]


def parts_of(names: Sequence[str], split: str, seed: int) -> list[Part]:
    """The parts of a split at a seed: one, or five of `folds`.

    Parameters
    ----------
    names
        Canonical names of the perturbations of a screen; their order does not matter.

    Raises
    ------
    UnknownName
        When there is no such split.
    InvalidParameter
        When the screen has too few perturbations for it, or no pairs.
    """
    find_split(split)
    names, rng = sorted(set(names)), np.random.default_rng(seed)
    singles = [name for name in names if len(targets_of(name)) == 1]
    pairs = [name for name in names if len(targets_of(name)) == 2]
    return {"simulation": _simulation, "single70": _single70, "doubles": _doubles, "folds": _folds}[split](
        singles, pairs, rng)  # fmt: skip


def class_of(name: str, train: Sequence[str]) -> str:
    """The class of a perturbation held out: how many of its genes were perturbed alone in training, of `CLASSES`."""
    genes, seen = targets_of(name), set(train)
    if len(genes) == 1:
        return UNSEEN
    return (NONE_SEEN, ONE_SEEN, BOTH_SEEN)[sum(gene in seen for gene in genes)]


def _part(train: Sequence[str], held_out: Sequence[str]) -> Part:
    classes = {name: class_of(name, train) for name in held_out}
    test = {one: tuple(name for name in held_out if classes[name] == one) for one in CLASSES}
    return Part(tuple(sorted(train)), {one: names for one, names in test.items() if names})


def _simulation(singles: list[str], pairs: list[str], rng: np.random.Generator) -> list[Part]:
    genes = sorted({gene for name in (*singles, *pairs) for gene in targets_of(name)})
    if len(genes) < LEAST_GENES or len(singles) < LEAST_SINGLES:
        raise InvalidParameter(f"The split 'simulation' needs {LEAST_GENES} perturbed genes, {LEAST_SINGLES} of them "
                               f"alone; this screen has {len(genes)}, {len(singles)} of them alone. Too few can be "
                               "held out: screen more, or lower the fewest cells of a perturbation.")  # fmt: skip
    seen = set(rng.permutation(genes)[: round(SEEN * len(genes))].tolist())
    known = [name for name in pairs if seen >= set(targets_of(name))]
    kept = set(rng.permutation(known)[: round(SEEN * len(known))].tolist()) if known else set()
    train = [name for name in singles if name in seen] + sorted(kept)
    return [_part(train, [name for name in (*singles, *pairs) if name not in set(train)])]


def _single70(singles: list[str], pairs: list[str], rng: np.random.Generator) -> list[Part]:
    _enough_singles(singles, "single70")
    train = rng.permutation(singles)[: round(SINGLES_KEPT * len(singles))].tolist()
    return [_part(train, [name for name in singles if name not in set(train)])]


def _doubles(singles: list[str], pairs: list[str], rng: np.random.Generator) -> list[Part]:
    if not pairs:
        raise InvalidParameter("The split 'doubles' holds pairs out, and no two genes were perturbed together in this "
                               "screen. Choose single70, simulation or folds.")  # fmt: skip
    if len(pairs) < LEAST_PAIRS or not singles:
        raise InvalidParameter(f"The split 'doubles' needs {LEAST_PAIRS} pairs and their single perturbations, found "
                               f"{len(pairs)} pairs and {len(singles)} singles. Choose single70 or folds.")  # fmt: skip
    kept = rng.permutation(pairs)[: len(pairs) // 2].tolist()
    return [_part([*singles, *kept], [name for name in pairs if name not in set(kept)])]


def _folds(singles: list[str], pairs: list[str], rng: np.random.Generator) -> list[Part]:
    _enough_singles(singles, "folds")
    folds = [sorted(fold.tolist()) for fold in np.array_split(rng.permutation(singles), FOLDS)]
    return [_part([name for name in singles if name not in set(fold)], fold) for fold in folds]


def _enough_singles(singles: list[str], split: str) -> None:
    if len(singles) < LEAST_SINGLES:
        raise InvalidParameter(f"The split '{split}' needs {LEAST_SINGLES} genes perturbed alone, found {len(singles)}."
                               " Too few can be held out: screen more, or lower the fewest cells of a "
                               "perturbation.")  # fmt: skip
