"""Methods in sentences, with the parameters that were really used, each with what it cites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.report.about import LEVEL, done, permuted, sides
from engine.report.text import Sentence
from engine.tl.differential.jackknife import CONFIDENCE, LEAST_CHANGE
from engine.words import listing, number, percent, plural, whole

if TYPE_CHECKING:
    import pandas as pd

    from engine.types import Contrast


def methods(contrast: Contrast, enrichment: pd.DataFrame | None, regulators: pd.DataFrame | None) -> list[Sentence]:
    """How the comparison was made; nothing of what was not done."""
    said = [*_data(contrast), *_partners(contrast), *_arms(contrast), *_groups(contrast)]
    if enrichment is not None:
        said.append(Sentence(
            "Terms were tested for over-representation by Fisher's exact test, one-sided, in the background of the "
            "genes tested; p came from GSEApy, FDR from Benjamini–Hochberg over all terms tested.",
            ("gseapy", "bh")))  # fmt: skip
    if regulators is not None:
        said.append(Sentence(
            "Regulators were ranked by the overlap of their known targets with the changed genes (Fisher's exact test, "
            "Benjamini–Hochberg over regulators); where targets carry signs, the z of predicted activity says whether "
            "they moved as an active (above 0) or an inhibited regulator (below 0) would move them.",
            ("causal", "bh")))  # fmt: skip
    return said


def _data(contrast: Contrast) -> Iterator[Sentence]:
    facts, design, (control, case) = contrast.facts, contrast.facts["design"], sides(contrast)
    unit = "cells" if design["unit"] == "cells" else "donors"
    kinds = f"{facts['cell_type']} cells only" if facts["cell_type"] else "all cells together"
    without = f", without {listing(facts['without'])}" if facts["without"] else ""
    counts = [f"{name} ({plural(design[f'cells_{side}'], 'cell')}"
              + (")" if unit == "cells" else f" of {plural(design[f'n_{side}'], 'donor')})")
              for name, side in ((case, "case"), (control, "control"))]  # fmt: skip
    yield Sentence(f"{counts[0]} was compared with {counts[1]}, two levels of the column “{facts['by']}” of the study "
                   f"“{facts['title']}”, {kinds}{without}.", ("study",))  # fmt: skip
    paired = {"paired donors": "Donors are in both conditions and were compared with themselves (paired).",
              "cells": "For want of donors, the units of inference are blocks of cells: differences between people "
              "count as differences between conditions."}  # fmt: skip
    yield Sentence(paired.get(design["unit"], "The unit of inference is the donor."))
    params = facts["params"]
    yield Sentence(f"{plural(len(contrast.genes), 'gene')} entered: the most variable, at most "
                   f"{whole(params['n_genes'])}, of those seen in at least {percent(params['min_detected'])} of the "
                   "cells.")  # fmt: skip


def _partners(contrast: Contrast) -> Iterator[Sentence]:
    design = contrast.facts["design"]
    over = "blocks of cells" if design["unit"] == "cells" else "donors"
    yield Sentence(f"Correlations between genes were estimated within {over} by CS-CORE, which allows for the depth of "
                   f"each cell; their standard errors are those of a jackknife over {over}.", ("cs-core",))  # fmt: skip
    yield Sentence("The change of a gene's partners is the root mean square change of its correlations with all other "
                   "genes, each in the standard error that counting alone would give it.")  # fmt: skip
    how = "exact" if design["exact"] else f"seed {contrast.facts['params']['seed']}"
    smallest = f"the smallest FDR they allow is {number(design['smallest_fdr'])}"
    yield Sentence(f"It was worked out again under {permuted(contrast)} ({how}); p is the share of these values, each "
                   "in standard deviations from its gene's mean and pooled over genes, that is at least as large; "
                   f"{smallest}.", ("sam",))  # fmt: skip
    yield Sentence("FDR is by Benjamini–Hochberg over genes.", ("bh",))
    freedom = "n − 1, n pairs" if design["unit"] == "paired donors" else f"n − 2, n {over} in all"
    yield Sentence(
        f"Intervals of correlations are estimate ± t({(1 + CONFIDENCE) / 2:g}, {freedom}) · standard error, which is "
        "no less than counting alone makes it. A partner was gained or lost where the "
        f"{percent(CONFIDENCE)} interval of the change excludes 0, the change is at least {LEAST_CHANGE:g} and "
        f"|correlation| grew or shrank. Genes are called changed below {percent(LEVEL)} FDR.")


def _arms(contrast: Contrast) -> Iterator[Sentence]:
    params: dict[str, Any] = contrast.facts["params"]
    if done(contrast, "neighbourhood"):
        yield Sentence("The change of neighbourhood is 1 − the weighted Jaccard index of a gene's correlations in the "
                       "two conditions, tested by the same labellings.")  # fmt: skip
    if contrast.placed:
        yield Sentence(f"The genes of every unit were placed in one space by MuSe-GNN ({whole(params['epochs'])} "
                       f"epochs, seed {params['seed']}); a gene's change of place is the cosine distance of its two "
                       "mean places, and UMAP draws them.", ("muse-gnn", "umap"))  # fmt: skip
    if done(contrast, "expression"):
        yield Sentence("Differential expression is that of pseudobulk counts by unit, by the Wald test of DESeq2 as "
                       "PyDESeq2 computes it.", ("deseq2", "pydeseq2"))  # fmt: skip


def _groups(contrast: Contrast) -> Iterator[Sentence]:
    if contrast.facts["modules"]:
        yield Sentence("Modules are Leiden clusters of the genes by their correlations.", ("leiden",))
    if contrast.facts["composition"]:
        yield Sentence("The share of every cell type in each unit was compared between the conditions; FDR is by "
                       "Benjamini–Hochberg over cell types.", ("bh",))  # fmt: skip
