"""The command lines that make the same gene map, or the same comparison."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import fields

from engine.params import EmbedParams


def command(study: str, params: EmbedParams) -> str:
    """`python -m engine embed …` with every parameter that is not the default."""
    return shlex.join(["python", "-m", "engine", "embed", study, "--out", f"{study}.h5ad", *_options(params)])


def benchmark_command(study: str, params: EmbedParams, methods: Sequence[str], *, seeds: Sequence[int],
                      tasks: bool = False) -> str:
    """`python -m engine benchmark embeddings …` with every parameter that is not the default."""
    words = ["python", "-m", "engine", "benchmark", "embeddings", study, "--methods", ",".join(methods), "--seeds",
             ",".join(map(str, seeds)), "--out", f"{study}.tsv", *(["--tasks"] if tasks else [])]  # fmt: skip
    return shlex.join(words + _options(params, without=("method", "seed")))


def _options(params: EmbedParams, *, without: tuple[str, ...] = ()) -> list[str]:
    words = []
    for group in (params.method, params.network, params.model, params.training):
        for f in fields(group):
            if getattr(group, f.name) != f.default and f.name not in without:
                words += [f"--{f.name.replace('_', '-')}", str(getattr(group, f.name))]
    return words
