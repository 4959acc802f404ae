"""The command line that makes the same gene map."""

from __future__ import annotations

import shlex
from dataclasses import fields
from itertools import product

from engine.params import EmbedParams
from engine.profiles import PRESETS, PROFILES, start_from


def command(study: str, params: EmbedParams) -> str:
    """`python -m engine embed …` in its shortest form: from the nearest profile and preset, what differs from it."""
    words = ["python", "-m", "engine", "embed", study, "--out", f"{study}.h5ad"]
    starts = product(PROFILES, (preset.name for preset in PRESETS))
    return shlex.join([*words, *min((_options(params, *start) for start in starts), key=len)])


def _options(params: EmbedParams, profile: str, preset: str) -> list[str]:
    """Options that lead from a profile and a preset to `params`; the default ones of both need no word."""
    words = ["--profile", profile] if profile != "fast" else []
    words += ["--preset", preset] if preset != "standard" else []
    start = start_from(profile, preset)
    for group in fields(params):
        wanted, given = getattr(params, group.name), getattr(start, group.name)
        for f in fields(wanted):
            if getattr(wanted, f.name) != getattr(given, f.name):
                words += [f"--{f.name.replace('_', '-')}", str(getattr(wanted, f.name))]
    return words
