"""Is a matrix without counts a table of effects: log fold changes, a row a perturbation?"""

from __future__ import annotations

import re

from engine.check.scan import Scan
from engine.io.matrix import Opened
from engine.io.report import Guess

NEGATIVE = 0.02  # share of values that are negative, from which on they can be changes
TARGETS = 0.5  # share of rows that are named after a measured gene
MOST_ROWS = 20_000


def guess_effects(opened: Opened, facts: Scan) -> Guess | None:
    """A guess where values fall below 0 and rows are named after genes, alone or in pairs; None else."""
    n_rows = facts.shape[0]
    if not n_rows or n_rows > MOST_ROWS or facts.negative < NEGATIVE * max(facts.n_values, 1):
        return None
    genes = {str(gene).upper() for gene in opened.var.index}
    for column in opened.var:
        if opened.var[column].dtype.kind not in "biufc":
            genes |= set(opened.var[column].astype(str).str.upper())
    named = sum(re.split(r"[+_]", str(row))[0].upper() in genes for row in opened.obs.index)
    if named < TARGETS * n_rows:
        return None
    return Guess("effects", f"Values fall below 0, and {named:,} of {n_rows:,} rows are named after measured genes: "
                 "log fold changes, a row a perturbation.")  # fmt: skip
