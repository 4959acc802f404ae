"""The command that says beforehand what a gene map will take on this machine."""

from __future__ import annotations

import argparse
import sys

from engine.library import Library
from engine.profiles import PRESETS, PROFILES, start_from
from engine.settings import Settings


def add(commands) -> None:
    """Add `estimate` to the parser of `python -m engine`."""
    command = commands.add_parser("estimate", help="what the gene map of a study will take on this machine")
    command.set_defaults(run=_estimate)
    command.add_argument("study", help="name of a study, or a TOML file")
    command.add_argument("--profile", choices=tuple(PROFILES), default="fast", help="fast, or as in the paper")
    command.add_argument("--preset", choices=[preset.name for preset in PRESETS], default=None,
                         help="how thoroughly to look; all of them when none is given")  # fmt: skip


def _estimate(args: argparse.Namespace, settings: Settings) -> None:
    from engine.calibration.forecast import forecast
    from engine.calibration.kept import calibrated
    from engine.calibration.sizes import study_sizes
    from engine.store import Store
    from engine.terminal import TerminalProgress

    study, store = Library(settings).study(args.study), Store(settings)
    chosen = [preset for preset in PRESETS if args.preset in (None, preset.name)]
    sizes = study_sizes(study, chosen[0].params.network, store=store)  # before the run that takes some seconds
    with TerminalProgress() as progress:
        calibration = calibrated(settings, progress=progress)
    cells, seen = sum(size.cells for size in sizes), max(size.seen for size in sizes)
    print(f"{study.title}: {len(sizes)} datasets, {cells:,} cells, up to {seen:,} genes seen; {calibration.device}")
    for preset in chosen:
        params = start_from(args.profile, preset.name)
        found = forecast(calibration, study_sizes(study, params.network, store=store), params)
        print(f"  {preset.label:<12}{found.in_words()}")
        if not found.fits:
            print(f"geneweave: {preset.label}: {found.shortage()}", file=sys.stderr)
