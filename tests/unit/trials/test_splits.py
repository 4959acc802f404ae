"""Perturbations held out: no leak from what is held out to what is learned from, and refusals where too few."""

from __future__ import annotations

import pytest

from engine.errors import InvalidParameter, UnknownName
from engine.trials.splits import SPLITS, class_of, parts_of
from engine.types.perturbations import CLASSES, perturbation_name, targets_of

SINGLES = [f"G{i:02d}" for i in range(24)]
PAIRS = [perturbation_name([SINGLES[i], SINGLES[(i * 7 + 3) % 24]]) for i in range(24)]
NAMES = sorted({*SINGLES, *PAIRS})


def singles_of(names) -> set[str]:
    return {name for name in names if "+" not in name}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("split", SPLITS)
def test_what_is_held_out_is_never_learned_from(split, seed):
    for part in parts_of(NAMES, split, seed):
        assert part.train and part.held_out and not set(part.train) & set(part.held_out)
        assert {*part.train, *part.held_out} <= set(NAMES) and set(part.test) <= set(CLASSES)
        assert all(name == perturbation_name(targets_of(name)) for name in (*part.train, *part.held_out))
        assert len(set(part.held_out)) == len(part.held_out)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("split", ["simulation", "single70", "folds"])
def test_no_gene_of_an_unseen_single_is_in_training_alone_or_in_a_pair(split, seed):
    for part in parts_of(NAMES, split, seed):
        learned = {gene for name in part.train for gene in targets_of(name)}
        assert not {gene for name in part.test["unseen single"] for gene in targets_of(name)} & learned


def test_the_simulation_split_sees_three_quarters_of_genes_and_of_the_pairs_among_them():
    (part,) = parts_of(NAMES, "simulation", 3)
    seen = singles_of(part.train)
    assert len(seen) == 18 and {*part.train, *part.held_out} == set(NAMES)
    among = [name for name in PAIRS if set(targets_of(name)) <= seen]
    kept = [name for name in part.train if "+" in name]
    assert set(kept) <= set(among) and len(kept) == round(0.75 * len(set(among)))
    for held_out, names in part.test.items():
        for name in names:
            n = sum(gene in seen for gene in targets_of(name))
            assert held_out == ("unseen single" if "+" not in name else CLASSES[1 + n])


def test_doubles_keep_every_single_and_half_of_the_pairs():
    (part,) = parts_of(NAMES, "doubles", 0)
    assert set(SINGLES) <= set(part.train) and list(part.test) == ["pair, both seen"]
    assert len(part.held_out) == len(set(PAIRS)) - len(set(PAIRS)) // 2


def test_single70_looks_at_singles_alone():
    (part,) = parts_of(NAMES, "single70", 0)
    assert set(part.train) | set(part.held_out) == set(SINGLES) and len(part.train) == 17


def test_each_single_is_in_one_of_five_folds():
    parts = parts_of(NAMES, "folds", 1)
    assert len(parts) == 5 and sorted(name for part in parts for name in part.held_out) == SINGLES


def test_the_same_seed_gives_the_same_split_whatever_the_order_of_names():
    assert parts_of(NAMES, "simulation", 2) == parts_of(NAMES[::-1], "simulation", 2)
    assert parts_of(NAMES, "simulation", 2) != parts_of(NAMES, "simulation", 3)


def test_the_class_counts_genes_that_were_perturbed_alone_in_training():
    train = ["A", "B", "C+D"]
    assert [class_of(name, train) for name in ("E", "C+E", "A+C", "A+B")] == list(CLASSES)


@pytest.mark.parametrize(("names", "split", "words"), [
    (SINGLES, "doubles", "no two genes were perturbed together"),
    ([*SINGLES, *PAIRS[:2]], "doubles", "needs 6 pairs and their single perturbations, found 2 pairs"),
    (SINGLES[:5], "folds", "needs 10 genes perturbed alone, found 5"),
    (SINGLES[:5], "single70", "needs 10 genes perturbed alone, found 5"),
    (SINGLES[:9], "simulation", "needs 12 perturbed genes, 10 of them alone; this screen has 9, 9"),
])  # fmt: skip
def test_too_few_are_refused_with_a_sentence(names, split, words):
    with pytest.raises(InvalidParameter, match=words):
        parts_of(names, split, 0)


def test_a_split_that_is_not_there_is_refused_with_the_closest():
    with pytest.raises(UnknownName, match="no split 'double'.*Closest: doubles"):
        parts_of(NAMES, "double", 0)
