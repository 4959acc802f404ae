"""The numbers of one line of text, quickly where most are single digits, as counts are."""

from __future__ import annotations

import numpy as np


def quick_numbers(text: str, delimiter: str) -> np.ndarray:
    """Values of a line of plain numbers, float32; single digits ("3" or "3.0") are read all at once.

    Raises
    ------
    ValueError
        When a field is no number, or empty.
    """
    raw = np.frombuffer(text.encode("ascii"), np.uint8)
    ends = np.append(np.flatnonzero(raw == ord(delimiter)), len(raw))
    starts = np.append(0, ends[:-1] + 1)
    values, left = np.zeros(len(starts), np.float32), np.ones(len(starts), bool)
    for length in (1, 3):
        at = np.flatnonzero(ends - starts == length)
        first = starts[at]
        good = raw[first] - np.uint8(48) <= 9  # below "0" the difference wraps round to large numbers
        if length == 3:
            good &= (raw[first + 1] == ord(".")) & (raw[first + 2] == ord("0"))
        values[at[good]] = raw[first[good]] - np.uint8(48)
        left[at[good]] = False
    others = np.flatnonzero(left)
    if len(others) > len(starts) / 2:
        return _parsed(text, delimiter, len(starts))
    if len(others):
        fields = [text[start:end] for start, end in zip(starts[others].tolist(), ends[others].tolist(), strict=True)]
        values[others] = _parsed(delimiter.join(fields), delimiter, len(fields))
    return values


def _parsed(text: str, delimiter: str, count: int) -> np.ndarray:
    values = np.fromstring(text, dtype=np.float32, sep=delimiter)
    if len(values) != count:
        raise ValueError("a field is empty")
    return values
