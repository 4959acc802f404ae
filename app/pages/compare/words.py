"""The sentences of a comparison: how many changed, which arm found how many, what its figures must say."""

from __future__ import annotations

from typing import Any

from app.conditions import LABELLINGS
from app.pages.compare.view import changed, done
from app.words import listing, number, plural, whole
from engine.types import ARMS, Contrast

# what each arm is called, what its genes did, what its statistic is
ARM = {
    "partners": ("Partners", "changed their partners",
                 "root mean square change of a gene's correlations, in standard errors"),
    "neighbourhood": ("Neighbourhood", "changed their neighbourhood", "1 − weighted Jaccard overlap of its partners"),
    "placement": ("Placement", "moved in the shared space", "cosine distance of its two mean places"),
    "expression": ("Expression", "changed their expression", "log2 fold change of pseudobulk"),
}  # fmt: skip
PERMUTED = ARMS[:3]


def headline(contrast: Contrast, arm: str, fdr: float) -> str:
    """`12 of 60 genes changed their partners at 5 % FDR`."""
    if not done(contrast, arm):
        return f"{ARM[arm][0]} was not computed in this comparison"
    n, all_ = len(changed(contrast, arm, fdr)), len(contrast.genes)
    return f"{whole(n)} of {plural(all_, 'gene')} {ARM[arm][1]} at {per_cent(fdr)} FDR"


def per_cent(fdr: float) -> str:
    return f"{100 * fdr:g}\u202f%"


def arms_said(contrast: Contrast, fdr: float) -> list[str]:
    """How many genes each arm found, whether the embedding beats its rival, and what is out of reach."""
    counts = {arm: len(changed(contrast, arm, fdr)) for arm in ARMS if done(contrast, arm)}
    said = [f"At {per_cent(fdr)} FDR: " + listing([f"{ARM[arm][0].lower()} {n}" for arm, n in counts.items()])
            + (" genes." if counts else "no arm was computed.")]  # fmt: skip
    said += [embedding_said(counts)] if {"placement", "neighbourhood"} <= counts.keys() else []
    said += [] if "placement" in counts else ["The embedding was not computed: whether it finds more is not known."]
    reach = contrast.facts["design"]["smallest_fdr"]
    if reach and reach >= fdr:
        said.append(f"With {plural(contrast.facts['design']['labellings'], 'labelling')} no FDR can come below "
                    f"{number(reach)}: no gene can be called at {per_cent(fdr)} by permuting.")  # fmt: skip
    return said


def embedding_said(counts: dict[str, int]) -> str:
    """Whether places in the learned space found more than plain neighbourhoods."""
    ours, theirs = counts["placement"], counts["neighbourhood"]
    if ours > theirs:
        return (f"The embedding (placement) called more genes than the neighbourhood arm, {ours} to {theirs}; more is "
                "not truer by itself.")  # fmt: skip
    as_many = "no more" if ours < theirs else "as many"
    joined = "than" if ours < theirs else "as"
    return (f"The embedding (placement) called {as_many} genes {joined} the neighbourhood arm ({ours} to {theirs}): it "
            "does not beat the simpler measure here.")  # fmt: skip


def design_said(facts: dict[str, Any]) -> str:
    """`4 and 4 donors`."""
    design = facts["design"]
    if design["unit"] == "paired donors":
        return f"{design['n_case']} donors, each in both conditions"
    return f"{whole(design['n_control'])} and {whole(design['n_case'])} {design['unit']}"


def short_warnings(facts: dict[str, Any]) -> str:
    """The warnings as a figure carries them: short, each with its sign; empty when there are none."""
    design, told = facts["design"], " ".join(facts["warnings"]).lower()
    short = ["cells permuted, not donors"] if design["unit"] == "cells" else []
    short += ["confounded with batch"] if "every batch" in told else []
    short += ["few labellings"] if design["labellings"] < LABELLINGS else []
    moved = any(row["fdr"] is not None and row["fdr"] < 0.05 for row in facts["composition"])
    short += ["mix of cell types changed"] if moved and facts["warnings"] and not facts["cell_type"] else []
    rest = bool(facts["warnings"]) and not short
    return "⚠ " + "; ".join(short or ["see the warnings above"]) if short or rest else ""


def lines_of(contrast: Contrast, method: str, *, n: str = "") -> list[str]:
    """The subtitle of a figure: n, units, method; then the warnings in short."""
    facts = contrast.facts
    counted = n or plural(len(contrast.genes), "gene")
    return [f"n = {counted}; {design_said(facts)}; {method}", short_warnings(facts)]


def test_said(facts: dict[str, Any], arm: str) -> str:
    """How the FDR of an arm came about, in a few words."""
    if arm == "expression":
        return "pseudobulk by unit; FDR by Benjamini–Hochberg"
    design = facts["design"]
    kind = "all" if design["exact"] else "random"
    return f"{kind} {whole(design['permutations'])} relabellings; FDR by Benjamini–Hochberg"


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign."""
    return f"{value:+.{digits}f}".replace("-", "\u2212")
