"""A made-up screen among the studies, and trials on it that were really run with methods of seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from app.services import Services
from app.trials import PARAMS
from engine import trials
from tests.table_of_effects import write_effects_study

SCREEN = "effects"
FAST = ("train-mean", "additive", "linear", "replicate")


def add_screen(services: Services, tmp_path, *, n_singles: int = 14, n_pairs: int = 12) -> str:
    """The name of a study of a table of effects, under home."""
    folder = services.settings.folder("studies")
    for path in write_effects_study(tmp_path / "made", n_singles=n_singles, n_pairs=n_pairs).parent.iterdir():
        shutil.copy(path, folder)
    return SCREEN


def run_trials(services: Services, methods: Iterable[str] = FAST, seeds: Iterable[int] = (0, 1),
               split: str = "simulation") -> None:
    """Try methods on that screen."""
    trials.run(services.library.study(SCREEN), PARAMS, methods, split, seeds, store=services.store,
               knowledge=services.knowledge)  # fmt: skip
