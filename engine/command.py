"""The command line that makes the same gene map."""

from __future__ import annotations

import shlex
from dataclasses import fields

from engine.params import EmbedParams


def command(study: str, params: EmbedParams) -> str:
    """`python -m engine embed …` with every parameter that is not the default."""
    words = ["python", "-m", "engine", "embed", study, "--out", f"{study}.h5ad"]
    for group in (params.method, params.network, params.model, params.training):
        for f in fields(group):
            if getattr(group, f.name) != f.default:
                words += [f"--{f.name.replace('_', '-')}", str(getattr(group, f.name))]
    return shlex.join(words)
