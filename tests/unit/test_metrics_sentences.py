"""What the sentences claim of made-up tables, and what they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.metrics.sentences import ABOVE, BELOW, LEVEL, UNTOLD, sentences, verdict
from engine.metrics.summary import SIX

LABELS = {"muse-gnn": ("MuSe-GNN", "model"), "gae": ("GAE", "rival"), "pca": ("PCA", "rival"),
          "random": ("Random vectors", "null"), "no-contrast": ("Without contrast", "ablation")}  # fmt: skip


def made(means: dict[str, dict[str, float]], *, seeds: int = 5, noise: float = 0.005) -> pd.DataFrame:
    """A long table: each method's mean of each measure (0.5 where none is given) with a little noise over seeds."""
    rng = np.random.default_rng(0)
    return pd.DataFrame([
        (name, *LABELS[name], seed, measure, given.get(measure, 0.5) + rng.normal(0, noise))
        for name, given in means.items() for seed in range(seeds)
        for measure in (*SIX, *(m for m in given if m not in SIX))
    ], columns=["method", "label", "kind", "seed", "measure", "value"])  # fmt: skip


def ahead(by: float = 0.2) -> dict[str, float]:
    return {measure: 0.5 + by for measure in SIX}


def values(**by_method: list[float]) -> pd.DataFrame:
    return pd.DataFrame([(name, name, "rival", seed, "asw", value)
                         for name, measured in by_method.items() for seed, value in enumerate(measured)],
                        columns=["method", "label", "kind", "seed", "measure", "value"])  # fmt: skip


@pytest.mark.parametrize(("one", "other", "stands"), [
    # differences 0.1, 0.1, 0.1, 0.2: mean 0.125, standard error 0.025
    ([0.5, 0.6, 0.7, 0.8], [0.4, 0.5, 0.6, 0.6], ABOVE),
    ([0.4, 0.5, 0.6, 0.6], [0.5, 0.6, 0.7, 0.8], BELOW),
    # differences 0.3, −0.1, 0.1, 0.1: mean 0.1, standard error 0.0816
    ([0.7, 0.4, 0.6, 0.6], [0.4, 0.5, 0.5, 0.5], LEVEL),
    ([0.5, 0.5], [0.5, 0.5], LEVEL), ([0.9], [0.1], UNTOLD),
])  # fmt: skip
def test_a_difference_counts_beyond_twice_its_standard_error_over_seeds(one, other, stands):
    assert verdict(values(a=one, b=other), "asw", "a", "b") == stands


def test_differences_are_paired_by_seed():
    spread = np.linspace(0.1, 0.9, 5)
    assert verdict(values(a=list(spread + 0.01 + [0, 0.001, 0, 0.001, 0]), b=list(spread)), "asw", "a", "b") == ABOVE


def test_where_less_is_better_less_is_above():
    table = values(a=[0.1, 0.2, 0.1], b=[0.5, 0.5, 0.6]).assign(measure="held_out_auc_negative")
    assert verdict(table, "held_out_auc_negative", "a", "b") == ABOVE


def test_the_first_is_told_with_its_margin_and_the_place_of_the_model():
    said = sentences(made({"muse-gnn": ahead(), "gae": ahead(0.1), "pca": {}}))
    assert said[0].startswith("MuSe-GNN is first of 3 by Avg Score, ") and said[0].endswith("above GAE.")
    assert "MuSe-GNN is better than every rival on hidden edges" in said[1]
    said = sentences(made({"muse-gnn": ahead(0.1), "gae": ahead(), "pca": {}}))
    assert said[0].startswith("GAE is first of 3 by Avg Score") and said[0].endswith("MuSe-GNN is second.")


def test_a_rival_that_is_as_good_or_better_is_named_with_its_measure():
    ours = ahead()
    table = made({"muse-gnn": ours, "gae": ahead(0.1) | {"asw": 0.9}, "pca": {"held_out_auc": 0.7}})
    said = " ".join(sentences(table))
    assert "On hidden edges PCA is as good as MuSe-GNN." in said
    assert "On mixing in clusters (ASW) GAE is better than MuSe-GNN." in said


def test_a_model_that_does_not_beat_random_vectors_is_told_so():
    said = sentences(made({"muse-gnn": ahead(), "gae": {}, "random": {"asw": 0.95}}))
    assert "MuSe-GNN is no better than random vectors on mixing in clusters (ASW)." in said


def test_a_part_that_does_not_pay_is_told_so():
    useless = sentences(made({"muse-gnn": ahead(), "gae": {}, "no-contrast": ahead()}))
    assert any(s.startswith("Without contrast it is as good: the part does not pay here") for s in useless)
    useful = sentences(made({"muse-gnn": ahead(), "gae": {}, "no-contrast": ahead(0.1)}))
    assert any(s.startswith("Without contrast it is worse (Avg Score 0.") for s in useful)


def test_a_mean_over_fewer_values_is_told():
    table = made({"muse-gnn": ahead(), "gae": ahead(0.1), "pca": {}})
    table.loc[(table["method"] == "pca") & (table["measure"] == "asw") & (table["seed"] < 2), "value"] = None
    assert "PCA lacks 2 of 30 values; its Avg Score is the mean of the rest." in sentences(table)


def test_one_seed_claims_nothing_but_the_order():
    said = sentences(made({"muse-gnn": ahead(), "gae": {}, "random": {"asw": 0.95}}, seeds=1))
    assert len(said) == 2 and said[0].startswith("MuSe-GNN is first of 2")
    assert said[1].startswith("One seed cannot tell")


def test_a_lead_within_the_noise_of_seeds_is_called_so():
    said = sentences(made({"muse-gnn": {}, "gae": {}}, noise=0.05))
    assert "which is no more than seeds differ" in said[0]


def test_gene_level_tests_are_counted_against_the_best_rival():
    tasks = {"dosage/forest/auroc": 0.9, "bivalent/forest/auroc": 0.6, "range/forest/auroc": 0.6}
    rival = {"dosage/forest/auroc": 0.7, "bivalent/forest/auroc": 0.6, "range/forest/auroc": 0.8}
    said = sentences(made({"muse-gnn": ahead() | tasks, "gae": rival}))
    assert any(s.startswith("Of 3 gene-level tests (AUROC) MuSe-GNN is ahead of every rival on 1, level with the best "
                            "on 1, behind the best on 1") for s in said)  # fmt: skip


def test_without_the_model_or_without_rivals_it_says_what_is_missing():
    assert sentences(made({"gae": {}})) == ["MuSe-GNN has not been scored yet: run it to compare."]
    assert sentences(made({"muse-gnn": {}}))[0].startswith("No rival has been scored")
