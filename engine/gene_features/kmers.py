"""Profiles of short words in sequences, the same for both strands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

SIZES = (4, 5, 6)
BASE = np.full(256, 4, dtype=np.int64)
BASE[[ord(letter) for letter in "ACGTU"]] = [0, 1, 2, 3, 3]


def profiles(sequences: Sequence[str], sizes: tuple[int, ...] = SIZES) -> np.ndarray:
    """Log of how much oftener than by chance each word and its reverse complement are there, float32 (n, n_words).

    Words of one size are counted at every place, those with an unknown base are passed over, a word and its reverse
    complement are one. With n words in all and m of a size, the entry is log((count + 1) / (n + m) · m): 0 for a
    sequence without a word of that size.
    """
    return np.hstack([np.stack([_profile(sequence, size) for sequence in sequences]) for size in sizes])


def counts(sequence: str, size: int) -> np.ndarray:
    """How often each word and its reverse complement are there, (n_words,); words in the order of `words`."""
    codes = BASE[np.frombuffer(sequence.encode("ascii", errors="replace"), np.uint8)]
    n = len(codes) - size + 1
    if n < 1:
        return np.zeros(len(words(size)))
    code, known = np.zeros(n, dtype=np.int64), np.ones(n, dtype=bool)
    for i in range(size):
        part = codes[i : i + n]
        code, known = code * 4 + part, known & (part < 4)
    return np.bincount(_strandless(size)[code[known]], minlength=len(words(size))).astype(np.float64)


@lru_cache(maxsize=8)
def words(size: int) -> tuple[str, ...]:
    """The words of that size, of each pair of reverse complements the first by the alphabet."""
    every = ["".join("ACGT"[code // 4**i % 4] for i in reversed(range(size))) for code in range(4**size)]
    return tuple(word for word in every if word <= word[::-1].translate(str.maketrans("ACGT", "TGCA")))


def _profile(sequence: str, size: int) -> np.ndarray:
    found = counts(sequence, size)
    m = len(found)
    return np.log((found + 1) / (found.sum() + m) * m).astype(np.float32)


@lru_cache(maxsize=8)
def _strandless(size: int) -> np.ndarray:
    """Place in `words` of each word by its code, (4^size,)."""
    code = np.arange(4**size)
    back = sum((3 - code // 4**i % 4) * 4 ** (size - 1 - i) for i in range(size))
    return np.unique(np.minimum(code, back), return_inverse=True)[1]
