"""Whole counts: values made sure to be numbers of 0 or more, rounded where a format has blurred them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidCounts

TOLERANCE = 0.05, 1e-3  # how far a value may lie from a whole number: absolute, and per count (single precision logs)
KINDS = ("NaN or infinite values", "negative values", "fractional values")


@dataclass
class WholeCounts:
    """Rounds blocks of counts and remembers how many values were none; `mend` says what to do about them."""

    name: str
    mend: str
    found: tuple[int, ...] = (0, 0, 0)

    def round(self, block):
        """The block, CSR, with whole numbers as float32 and no stored zeros, or as it is where some are none."""
        values = block.data.astype(np.float64)
        whole = np.round(values)
        with np.errstate(invalid="ignore"):
            bad = (
                int((~np.isfinite(values)).sum()),
                int((values < 0).sum()),
                int((np.abs(values - whole) > TOLERANCE[0] + TOLERANCE[1] * whole).sum()),
            )
        self.found = tuple(a + b for a, b in zip(self.found, bad, strict=True))
        if not any(bad):
            block = type(block)((whole.astype(np.float32), block.indices, block.indptr), shape=block.shape)
            block.eliminate_zeros()
        return block

    def check(self) -> None:
        """Raise `InvalidCounts` for the first kind of value that was found and is no count."""
        for what, number in zip(KINDS, self.found, strict=True):
            if number:
                expected = "expected raw counts (whole numbers of 0 or more)"
                raise InvalidCounts(f"{self.name}: {expected}, found {number:,} {what}. {self.mend}")
