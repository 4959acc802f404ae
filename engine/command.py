"""The command lines that make the same gene map, comparison of methods or conditions, explanation or knockout."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import fields
from itertools import product

from engine.params import CausesParams, ContrastParams, EmbedParams, KnockoutParams
from engine.profiles import PRESETS, PROFILES, start_from


def command(study: str, params: EmbedParams) -> str:
    """`python -m engine embed …` in its shortest form: from the nearest profile and preset, what differs from it."""
    return shlex.join(["python", "-m", "engine", "embed", study, "--out", f"{study}.h5ad", *_options(params)])


def benchmark_command(study: str, params: EmbedParams, methods: Sequence[str], *, seeds: Sequence[int],
                      tasks: bool = False) -> str:
    """`python -m engine benchmark embeddings …` with every parameter that is not the default."""
    words = ["python", "-m", "engine", "benchmark", "embeddings", study, "--methods", ",".join(methods), "--seeds",
             ",".join(map(str, seeds)), "--out", f"{study}.tsv", *(["--tasks"] if tasks else [])]  # fmt: skip
    return shlex.join(words + _options(params, without=("method", "seed")))


def regulators_command(table: str, params: CausesParams, *, own: Sequence[str] = (), listed: bool = False) -> str:
    """`python -m engine regulators …` with every parameter that is not the default.

    `own` are files of networks; `listed` says that the changed genes were given as a list.
    """
    networks = ",".join(filter(None, [params.networks, *own]))
    words = ["python", "-m", "engine", "regulators", "--table", table, "--network", networks, "--out", "regulators.tsv",
             "--roots", "roots.tsv", *(["--genes", "genes.txt"] if listed else [])]  # fmt: skip
    for f in fields(params):
        if f.name != "networks" and getattr(params, f.name) != f.default:
            words += [f"--{f.name.replace('_', '-')}", str(getattr(params, f.name))]
    return shlex.join(words)


CONTRAST_OPTIONS = {"only": "cell-type", "n_genes": "genes"}  # those not named as their parameter


def compare_command(study: str, params: ContrastParams) -> str:
    """`python -m engine compare …` with every parameter that is not the default."""
    words = ["python", "-m", "engine", "compare", study]
    for f in fields(params):
        value = getattr(params, f.name)
        if value != f.default and f.name != "space":
            words += [f"--{CONTRAST_OPTIONS.get(f.name, f.name.replace('_', '-'))}", str(value)]
    words += ["--no-placement"] if params.space == "none" else []
    return shlex.join([*words, "--out", f"{study}.tsv"])


def knockout_command(study: str, params: KnockoutParams, genes: Sequence[str], *, method: str = "auto",
                     dose: float = 0.0, level: float = 0.9) -> str:
    """`python -m engine knockout …` with everything that is not the default."""
    words = ["python", "-m", "engine", "knockout", study, "--genes", ",".join(genes)]
    for option, value, standard in (("method", method, "auto"), ("dose", dose, 0.0), ("level", level, 0.9)):
        words += [f"--{option}", f"{value}"] if value != standard else []
    return shlex.join([*words, *model_options(params), "--out", f"{'-'.join(genes)}.tsv"])


def model_options(params: KnockoutParams) -> list[str]:
    """Options of the commands `knockout` and `rank` for what their model is learned from.

    Of a parameter that a screen and a network share, one option is given: that of the screen where both differ.
    """
    given: dict[str, str] = {}
    for group in (params, params.screen):
        for f in fields(group):
            if f.name != "screen" and getattr(group, f.name) != f.default:
                given[f.name] = str(getattr(group, f.name))
    return [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]


def _options(params: EmbedParams, *, without: tuple[str, ...] = ()) -> list[str]:
    """The fewest options that lead to `params` from a profile and a preset."""
    starts = product(PROFILES, (preset.name for preset in PRESETS))
    return min((_from_start(params, *start, without=without) for start in starts), key=len)


def _from_start(params: EmbedParams, profile: str, preset: str, *, without: tuple[str, ...]) -> list[str]:
    """Options that lead from a profile and a preset to `params`; the default ones of both need no word."""
    words = ["--profile", profile] if profile != "fast" else []
    words += ["--preset", preset] if preset != "standard" else []
    start = start_from(profile, preset)
    for group in fields(params):
        wanted, given = getattr(params, group.name), getattr(start, group.name)
        for f in fields(wanted):
            if getattr(wanted, f.name) != getattr(given, f.name) and f.name not in without:
                words += [f"--{f.name.replace('_', '-')}", str(getattr(wanted, f.name))]
    return words
