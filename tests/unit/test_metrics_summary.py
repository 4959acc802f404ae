"""Means, Avg Score, ranks and margins, against an example worked by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from engine.metrics.summary import SIX, averages, best_of, complete_seeds, margin, seed_scores, standings

KINDS = {"ours": "model", "gae": "rival", "pca": "rival", "random": "null", "no-contrast": "ablation"}


def long(values: dict[tuple[str, int], dict[str, float | None]]) -> pd.DataFrame:
    rows = [(method, method.upper(), KINDS[method], seed, measure, value)
            for (method, seed), measured in values.items() for measure, value in measured.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["method", "label", "kind", "seed", "measure", "value"])


def six(*values: float | None) -> dict[str, float | None]:
    return dict(zip(SIX, values, strict=True))


# at seed 0, ours is scaled to 1, 1, 1, 0.5, 0, 1; gae to 0.5, 0, 0.5, 1, 1, 0; pca to 0, 0.5, 0, 0, 0.5, 0.5
WORKED = {
    ("ours", 0): six(0.9, 0.8, 1.0, 0.4, 0.1, 0.5), ("gae", 0): six(0.8, 0.6, 0.9, 0.6, 0.3, 0.1),
    ("pca", 0): six(0.7, 0.7, 0.8, 0.2, 0.2, 0.3), ("random", 0): six(0.5, 0.9, 0.8, 0.6, 0.1, 0.3),
}  # fmt: skip
OURS, GAE, PCA = 4.5 / 6, 3.0 / 6, 1.5 / 6
RANDOM = (-1.0 + 1.5 + 0.0 + 1.0 + 0.0 + 0.5) / 6


def test_the_avg_score_is_the_mean_of_the_six_scaled_over_the_ranked_methods():
    scores = seed_scores(long(WORKED)).set_index("method")["score"]
    assert scores["ours"] == pytest.approx(OURS) and scores["gae"] == pytest.approx(GAE)
    assert scores["pca"] == pytest.approx(PCA)


def test_a_null_is_on_the_same_scale_without_setting_it_and_has_no_rank():
    scores = seed_scores(long(WORKED)).set_index("method")
    assert scores.loc["random", "score"] == pytest.approx(RANDOM) and math.isnan(scores.loc["random", "rank"])
    without = {key: measured for key, measured in WORKED.items() if key[0] != "random"}
    assert seed_scores(long(without)).set_index("method").loc["ours", "score"] == pytest.approx(OURS)


def test_the_average_rank_is_the_mean_of_the_ranks_of_the_six():
    ranks = seed_scores(long(WORKED)).set_index("method")["rank"]
    assert ranks["ours"] == pytest.approx((1 + 1 + 1 + 2 + 3 + 1) / 6)
    assert ranks["gae"] == pytest.approx((2 + 3 + 2 + 1 + 1 + 3) / 6)


def test_the_first_stands_first_and_its_margin_is_a_share_of_the_second():
    standing = standings(long(WORKED))
    assert standing["method"].tolist() == ["ours", "gae", "pca", "random"]
    assert standing["place"].tolist()[:3] == [1, 2, 3] and math.isnan(standing["place"].iloc[3])
    found = margin(standing)
    assert (found.first, found.second) == ("ours", "gae") and found.share == pytest.approx(OURS / GAE - 1)


def test_a_missing_value_is_left_out_of_the_mean_and_counted():
    gone = WORKED | {("pca", 0): six(0.7, 0.7, 0.8, 0.2, 0.2, None)}
    scores = seed_scores(long(gone)).set_index("method")
    assert scores.loc["pca", "missing"] == 1 and scores.loc["pca", "score"] == pytest.approx(1.0 / 5)
    of_pca = averages(long(gone)).set_index(["method", "measure"]).loc[("pca", "neighbour_overlap")]
    assert math.isnan(of_pca["mean"]) and of_pca["missing"] == 1 and of_pca["n"] == 0


def test_a_measure_on_which_all_are_equal_tells_nothing():
    level = {key: measured | {"asw": 0.7} for key, measured in WORKED.items()}
    assert seed_scores(long(level)).set_index("method").loc["ours", "score"] == pytest.approx(3.5 / 5)


def test_a_score_of_pairs_that_has_one_measure_has_no_avg_score():
    pairs = WORKED | {("no-contrast", 0): {"held_out_auc": 0.99}}
    scores = seed_scores(long(pairs)).set_index("method")
    assert math.isnan(scores.loc["no-contrast", "score"])


def test_only_seeds_at_which_all_ranked_methods_were_scored_count_for_the_score():
    more = WORKED | {("ours", 1): six(1, 1, 1, 1, 1, 1), ("gae", 1): six(0, 0, 0, 0, 0, 0)}
    assert complete_seeds(long(more)) == [0]
    standing = standings(long(more)).set_index("method")
    assert standing.loc["ours", "score"] == pytest.approx(OURS) and standing.loc["ours", "n"] == 1


def test_means_and_standard_deviations_are_over_seeds():
    two = WORKED | {(name, 1): {m: v + 0.02 for m, v in measured.items()} for (name, _), measured in WORKED.items()}
    row = averages(long(two)).set_index(["method", "measure"]).loc[("ours", "asw")]
    assert row["mean"] == pytest.approx(0.81) and row["sd"] == pytest.approx(0.02 / math.sqrt(2))
    standing = standings(long(two)).set_index("method")
    assert standing.loc["ours", "score"] == pytest.approx(OURS) and standing.loc["ours", "score_sd"] == pytest.approx(0)


def test_one_method_alone_has_no_score_and_no_margin():
    alone = {("ours", 0): WORKED["ours", 0]}
    standing = standings(long(alone))
    assert standing["score"].isna().all() and margin(standing) is None


def test_the_best_of_a_measure_goes_by_its_better_end_and_is_never_a_null():
    table = long({key: measured | {"held_out_auc_negative": measured["asw"]} for key, measured in WORKED.items()})
    best = best_of(averages(table))
    assert best["asw"] == {"ours"} and best["held_out_auc_negative"] == {"gae"}
