"""What the sentences claim of made-up trials, and what they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.trials.board import Board
from engine.trials.one import PDS_CHANCE
from engine.trials.sentences import NO_TRIAL, sentences, tells_apart
from engine.trials.table import COLUMNS, MEAN, summary

WHO = {"train-mean": ("Mean of the screen", "control"), "replicate": ("Replicate", "control"),
       "additive": ("Sum of the singles", "baseline"), "core": ("Core", "core")}  # fmt: skip
N = 30


def made(means: dict[str, dict[str, float]], *, held_out: str = "unseen single", n: int = N, seeds: int = 2,
         spread: float = 0.02) -> pd.DataFrame:
    """A long table: each method's mean of each measure with some spread over perturbations."""
    rows = []
    for method, measures in means.items():
        for measure, mean in ({PDS_CHANCE: (n + 1) / (2 * n)} | measures).items():
            drawn = np.random.default_rng([len(rows), n]).normal(0, spread, n) * (measure != PDS_CHANCE)
            for seed in range(seeds):
                each = [(f"P{i}", mean + drawn[i]) for i in range(n)]
                each.append((MEAN, float(np.mean([value for _, value in each]))))
                rows += [(method, *WHO[method], "folds", seed, held_out, name, measure, value) for name, value in each]
    return pd.DataFrame(rows, columns=list(COLUMNS))


GUESS = {"pcc_delta": 0.4, "pcc_systema": np.nan, "pds": (N + 1) / (2 * N), "rmse": 0.2}
GOOD = {"pcc_delta": 0.5, "pcc_systema": 0.3, "pds": 0.8, "rmse": 0.15}


def test_a_method_that_is_ahead_beats_and_tells_perturbations_apart():
    told = sentences(made({"train-mean": GUESS, "additive": GUESS | {"pcc_systema": 0.1}, "core": GOOD}))
    assert told[0].startswith("On unseen singles the core (0.8") and "better than a guess (0.517 by PDS)" in told[0]
    first = next(text for text in told if "by PCC of changes over all genes the core (0." in text)
    assert " beats the mean of the screen (0." in first and "the nearest by +0." in first


def test_where_no_method_knows_more_than_a_guess_that_is_the_first_sentence():
    blind = GUESS | {"pcc_systema": 0.005}
    told = sentences(made({"train-mean": GUESS, "additive": blind, "core": blind}))
    assert told[0].startswith("On unseen singles no method tells one perturbation from another")
    assert not any(" beats " in text for text in told)


def test_a_small_certain_gain_does_not_count_as_telling_apart():
    board = Board.of(made({"core": GUESS | {"pds": GUESS["pds"] + 0.006}}, spread=0.001))
    assert board.beyond_guess("unseen single", "core", "pds").low > 0
    assert tells_apart(board, "unseen single", "core") is False


def test_systema_alone_tells_nothing_apart():
    """Where pairs are learned from too, the mean of the singles, the same for all, has a Systema PCC above 0."""
    assert tells_apart(Board.of(made({"core": GUESS | {"pcc_systema": 0.3}})), "unseen single", "core") is False


def test_a_method_that_is_behind_is_told_so_and_one_that_is_the_same_too():
    told = " ".join(sentences(made({"train-mean": GUESS, "additive": GOOD, "core": GUESS | {"pcc_systema": 0.0}})))
    assert "is worse than the sum of the singles" in told
    table = made({"core": GOOD})
    twin = table.assign(method="additive", label="Sum of the singles", kind="baseline")
    assert "predicts the same as the sum of the singles" in " ".join(sentences(pd.concat([table, twin])))


def test_the_guess_of_pds_depends_on_how_many_are_held_out_together():
    board = Board.of(made({"core": GOOD}, n=4))
    assert board.guess("unseen single", "pds") == 5 / 8 and board.n("unseen single") == 4
    assert tells_apart(board, "unseen single", "core") is None
    told = sentences(made({"core": GOOD}, n=4))
    assert told[0] == "On unseen singles there are too few perturbations (4) to say which method is better."


def test_what_half_of_the_cells_reaches_is_told_beside():
    told = sentences(made({"train-mean": GUESS, "core": GOOD, "replicate": {"pcc_delta": 0.7}}))
    assert any("half of the cells predicts the other half with a PCC of changes of 0.7" in text for text in told)


def test_coverage_is_told_with_whether_it_is_fair():
    told = " ".join(sentences(made({"core": GOOD | {"coverage_90": 0.7}}, spread=0.001)))
    assert "the 90 % intervals of the core hold 70 % of genes on average, too few" in told


def test_undefined_values_are_counted_and_not_taken_for_0():
    table = made({"core": GOOD, "additive": GOOD})
    table.loc[(table["method"] == "core") & (table["measure"] == "pds") & (table["perturbation"] == "P0"),
              "value"] = np.nan  # fmt: skip
    found = summary(table).set_index(["method", "measure"])
    assert found.loc[("core", "pds"), "missing"] == 2 and found.loc[("core", "pds"), "values"] == 2 * N
    assert "PDS is not defined for 2 of 60 values of Core; the mean" in " ".join(sentences(table))


def test_without_a_trial_it_says_what_is_missing():
    assert sentences(pd.DataFrame(columns=list(COLUMNS))) == [NO_TRIAL]
    told = sentences(made({"train-mean": GUESS}))
    assert "only controls were tried" in told[0]


def test_the_board_holds_the_values_of_the_table():
    table = made({"core": GOOD, "additive": GUESS | {"pds": 0.4}, "train-mean": {"rmse": 0.3}})
    board = Board.of(table.sample(frac=1, random_state=0))
    for row in table[table["perturbation"] != MEAN].sample(60, random_state=1).itertuples():
        found = board.of_method("unseen single", row.method, row.measure)[row.perturbation, row.seed]
        assert found == row.value or (np.isnan(found) and np.isnan(row.value))
    assert board.of_method("unseen single", "train-mean", "pds").isna().all()
