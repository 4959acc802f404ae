"""What is shown of each gene: as predicted, else as measured, and the strongest first."""

import numpy as np
import pandas as pd
import pytest

from engine.types.shown import by_errors, only_measured, shown_change, strength


@pytest.fixture
def table():
    """A gene that is hardly seen changes most and is least sure."""
    return pd.DataFrame({"change": np.nan, "measured": [10.0, -2.0, 0.5], "measured_se": [8.0, 0.2, 0.1]},
                        index=["RARE", "SURE", "SMALL"])  # fmt: skip


def test_where_nothing_is_predicted_the_measured_changes_are_ordered_over_their_errors(table):
    assert only_measured(table) and by_errors(table) and shown_change(table)["SURE"] == -2
    assert strength(table).sort_values(ascending=False).index.tolist() == ["SURE", "SMALL", "RARE"]


def test_without_errors_or_with_a_prediction_it_is_the_size_that_counts(table):
    bare = table.assign(measured_se=np.nan)
    assert not by_errors(bare) and strength(bare).idxmax() == "RARE"
    told = table.assign(change=[0.1, 0.2, -0.9])
    assert not only_measured(told) and strength(told).idxmax() == "SMALL"
