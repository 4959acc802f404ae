"""Who takes part in a trial: the methods of the table, and two controls that every table carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import unknown

NEGATIVE, POSITIVE, CORE = "train-mean", "replicate", "core"
GROUPS = {"all": ("control", "baseline", "core", "network", "ablation"), "baselines": ("control", "baseline"),
          "networks": ("network",), "ablations": ("ablation",)}  # fmt: skip


@dataclass(frozen=True)
class Contestant:
    """What is scored under one name; `kind` is control, baseline, core, network or ablation."""

    name: str
    label: str
    kind: str
    about: str


REPLICATE = Contestant(
    POSITIVE, "Replicate (half of the cells)", "control",
    "One random half of the cells of each held-out perturbation predicts the other half: about as well as could be "
    "done, were nothing left but the noise of half the cells. Not known of a table without cells.",
)  # fmt: skip


def contestants() -> dict[str, Contestant]:
    """All of them by name, in the order of tables."""
    from engine.perturb.methods import METHODS

    found = {m.name: Contestant(m.name, m.label, m.kind, m.about) for m in METHODS.values()}
    return {**found, POSITIVE: REPLICATE}


def contestant(name: str) -> Contestant:
    """The one of that name; raises `UnknownName` when there is none."""
    known = contestants()
    if name not in known:
        raise unknown("method", name, [*known, *GROUPS], where="among those that predict perturbations")
    return known[name]


def choose(words: Iterable[str]) -> tuple[str, ...]:
    """Names that these words ask for, each once, in the order of tables; both controls are always among them.

    Parameters
    ----------
    words
        Names of methods, or of groups: all, baselines, networks, ablations.
    """
    kinds, names = set(), {NEGATIVE, POSITIVE}
    for word in words:
        if word in GROUPS:
            kinds |= set(GROUPS[word])
        else:
            names.add(contestant(word).name)
    return tuple(name for name, one in contestants().items() if name in names or one.kind in kinds)
