"""Numbers, durations and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.words import duration, elapsed, exponent, listing, megabytes, number, percent, plural, thin, when, whole


@pytest.mark.parametrize(("value", "text"), [
    (0.84213, "0.842"), (0.12, "0.120"), (12.345, "12.3"), (123.4, "123"), (12345, "12\u202f300"), (0, "0"),
    (-0.5, "\u22120.500"), (0.000031, "3.1e-5"), (None, "–"), (float("nan"), "–"),
])  # fmt: skip
def test_numbers_have_at_most_three_significant_figures(value, text):
    assert number(value) == text


def test_counts_have_thin_separators():
    assert whole(1234567) == "1\u202f234\u202f567"


def test_p_values_are_short_and_never_zero():
    assert exponent(3.14e-5) == "3.1e-5" and exponent(0.0) == "< 1e-300"


@pytest.mark.parametrize(("seconds", "text"), [
    (0.04, "< 0.1 s"), (4.26, "4.3 s"), (41.6, "42 s"), (125, "2 min 5 s"), (11400, "3 h 10 min"), (None, "–"),
])  # fmt: skip
def test_durations_are_in_their_two_largest_units(seconds, text):
    assert duration(seconds) == text


def test_moments_nearby_are_in_words():
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert when(datetime(2026, 3, 2, 14, 59, 30), now=now) == "just now"
    assert when("2026-03-02T14:50:00+00:00", now=now) == "10 min ago"
    assert when(datetime(2026, 3, 2, 9, 3), now=now) == "today 09:03 UTC"
    assert when(datetime(2026, 2, 1, 9, 3), now=now) == "1 Feb 2026 09:03 UTC"


def test_elapsed_takes_times_without_zone_for_utc():
    assert elapsed(datetime(2026, 1, 1, 0, 0), datetime(2026, 1, 1, 0, 1, tzinfo=UTC)) == 60


def test_lists_and_plurals_read_as_sentences():
    assert listing(["a", "b", "c"]) == "a, b and c" and listing(["a"]) == "a" and listing([]) == ""
    assert plural(1, "job") == "1 job" and plural(0, "job") == "0 jobs"


def test_shares_and_memory():
    assert percent(0.416) == "42\u202f%" and megabytes(612.4) == "612 MB" and megabytes(2234) == "2.23 GB"


def test_numbers_in_sentences_get_thin_separators():
    assert thin("2,991 cells, 1,000,000 counts; 1,2") == "2\u202f991 cells, 1\u202f000\u202f000 counts; 1,2"
