"""The sentences of a comparison: how many changed, which arm found how many, what its figures must say."""

from __future__ import annotations

from typing import Any

from app.pages.compare.view import changed, done
from app.words import listing, number, plural, whole
from engine.caution import reach, short_warnings
from engine.types import ARMS, Contrast

# what each arm is called, what its genes did, what its statistic is
ARM = {
    "partners": ("Partners", "changed their partners",
                 "root mean square change of a gene's correlations, in standard errors"),
    "neighbourhood": ("Neighbourhood", "changed their neighbourhood", "1 − weighted Jaccard overlap of its partners"),
    "placement": ("Placement", "moved in the shared space", "cosine distance of its two mean places; where genes of "
                  "real cells were rewired, it found fewer of them than the neighbourhood did"),
    "expression": ("Expression", "changed their expression", "log2 fold change of pseudobulk"),
}  # fmt: skip
PERMUTED = ARMS[:3]


def headline(contrast: Contrast, arm: str, fdr: float) -> str:
    """`12 of 60 genes changed their partners at 5 % FDR`; where cells were permuted, no more than "in these donors"."""
    if not done(contrast, arm):
        return f"{ARM[arm][0]} was not computed in this comparison"
    n, all_ = len(changed(contrast, arm, fdr)), len(contrast.genes)
    whose = " in these donors" if contrast.facts["design"]["unit"] == "cells" else ""
    return f"{whole(n)} of {plural(all_, 'gene')} {ARM[arm][1]}{whose} at {per_cent(fdr)} FDR"


def per_cent(fdr: float) -> str:
    return f"{100 * fdr:g}\u202f%"


def arms_said(contrast: Contrast, fdr: float) -> list[str]:
    """How many genes each arm found, whether the embedding beats its rival, and what is out of reach."""
    counts = {arm: len(changed(contrast, arm, fdr)) for arm in ARMS if done(contrast, arm)}
    said = [f"At {per_cent(fdr)} FDR: " + listing([f"{ARM[arm][0].lower()} {whole(n)}" for arm, n in counts.items()])
            + (" genes." if counts else "no arm was computed.")]  # fmt: skip
    said += [embedding_said(counts)] if {"placement", "neighbourhood"} <= counts.keys() else []
    said += [] if "placement" in counts else ["The embedding was not computed: whether it finds more is not known."]
    design, least = contrast.facts["design"], reach(contrast.facts)
    if least >= fdr:
        said.append(f"With {plural(design['permutations'], 'labelling')} no FDR can come below {number(least)}: no "
                    f"gene can be called at {per_cent(fdr)} by permuting.")  # fmt: skip
    return said


def embedding_said(counts: dict[str, int]) -> str:
    """Whether places in the learned space found more than plain neighbourhoods."""
    ours, theirs = counts["placement"], counts["neighbourhood"]
    if ours > theirs:
        return "The embedding (placement) called more genes than plain neighbourhoods; more is not truer by itself."
    than = "fewer genes than" if ours < theirs else "as many genes as"
    return (f"The embedding (placement) called {than} plain neighbourhoods: it does not beat the simpler measure "
            "here.")  # fmt: skip


def design_said(facts: dict[str, Any]) -> str:
    """`4 and 4 donors`."""
    design = facts["design"]
    if design["unit"] == "paired donors":
        return f"{design['n_case']} donors, each in both conditions"
    return f"{whole(design['n_control'])} and {whole(design['n_case'])} {unit_said(facts)}"


def unit_said(facts: dict[str, Any]) -> str:
    """What was relabelled: `donors`, `blocks of cells`."""
    return "blocks of cells" if facts["design"]["unit"] == "cells" else facts["design"]["unit"]


def warned(facts: dict[str, Any]) -> str:
    """The warnings as a figure carries them, with their sign; empty when there are none."""
    short = short_warnings(facts)
    return "⚠ " + "; ".join(short) if short else ""


def lines_of(contrast: Contrast, method: str, *, n: str = "") -> list[str]:
    """The subtitle of a figure: n, units, method; then the warnings in short."""
    facts = contrast.facts
    counted = n or plural(len(contrast.genes), "gene")
    return [f"n = {counted}, {design_said(facts)}; {method}", warned(facts)]


def test_said(facts: dict[str, Any], arm: str) -> str:
    """How the FDR of an arm came about, in a few words."""
    if arm == "expression":
        return "pseudobulk by unit, Benjamini–Hochberg"
    design = facts["design"]
    kind = "all" if design["exact"] else "random"
    return f"{kind} {whole(design['permutations'])} relabellings, Benjamini–Hochberg"


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign."""
    return f"{value:+.{digits}f}".replace("-", "\u2212")
