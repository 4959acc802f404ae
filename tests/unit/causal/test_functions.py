"""Diseases and functions: a direction where edges have signs, enrichment alone where they have none."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from engine.causal.changes import changes_of
from engine.causal.functions import function_edges, functions
from tests.small_causes import changes_table, edges

GENES = ", ".join(f"T{i} {1 if i % 2 else -1}" for i in range(20)) + ", " + ", ".join(f"N{i} 0" for i in range(80))


def test_signed_edges_give_a_function_a_direction():
    signed = edges(", ".join(f"T{i} swelling {1 if i % 2 else -1}" for i in range(16)))
    row = functions(changes_of(changes_table(GENES)), function_edges({}, {"own": signed})).iloc[0]
    assert (row["function"], row["database"], row["z"], row["call"]) == ("swelling", "own", 4.0, "activated")


def test_sets_without_signs_give_enrichment_alone():
    sets = {"hit": tuple(f"T{i}" for i in range(10)) + ("N1", "lost"), "miss": tuple(f"N{i}" for i in range(9)),
            "tiny": ("T1", "T2")}  # fmt: skip
    found = functions(changes_of(changes_table(GENES)), function_edges({"go": sets})).set_index("function")
    row = found.loc["hit"]
    assert (row["n_targets"], row["n_changed"], row["call"]) == (11, 10, "") and np.isnan(row["z"])
    assert row["p"] == pytest.approx(fisher_exact([[10, 1], [10, 79]], alternative="greater").pvalue)
    assert row["genes"] == ";".join(f"T{i}" for i in range(10)) and found.loc["miss", "genes"] == ""
    assert list(found.index) == ["hit", "miss"] and found["fdr"].tolist() == pytest.approx([2 * row["p"], 1.0])


def test_every_collection_is_a_family_of_its_own():
    sets = {f"S{i}": ("T1", "T2", f"N{i}") for i in range(20)}
    both = functions(changes_of(changes_table(GENES)), function_edges({"a": {"one": ("T1", "T2", "N1")}, "b": sets}))
    one = both[both["database"] == "a"].iloc[0]
    assert one["fdr"] == one["p"]


def test_without_collections_there_are_no_functions():
    assert functions(changes_of(changes_table(GENES)), function_edges({})).empty
