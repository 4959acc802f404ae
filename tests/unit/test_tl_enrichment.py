"""Over-representation against Fisher's test and the golden table; GSEA, folding and Enrichr by what they promise."""

import numpy as np
import pandas as pd
import pytest
import requests
from scipy.stats import false_discovery_control, fisher_exact

from engine.errors import DownloadFailed, InvalidParameter
from engine.knowledge.gene_sets import read_gmt
from engine.tl.enrichment import (
    Matched,
    clean_ranking,
    collapse,
    cut,
    match,
    over_representation,
    preranked,
    smallest_p,
)
from engine.tl.enrichment.enrichr import ask_enrichr
from tests.shared_data import shared

BACKGROUND = [f"G{i}" for i in range(400)]


def made_up_sets(*, seed: int = 0) -> dict[str, list[str]]:
    """Sets of all sizes, some without a gene of the list, some with genes that nobody measured."""
    rng = np.random.default_rng(seed)
    sets = {f"S{k}": [*rng.choice(BACKGROUND, 5 + 3 * k, replace=False), f"unknown{k}"] for k in range(30)}
    return sets | {"no hit": BACKGROUND[300:320], "small": BACKGROUND[:4]}


def test_it_agrees_with_the_golden_table_of_hallmark_sets():
    folder = shared("golden/enrichment")
    golden = pd.read_csv(folder / "hallmark.tsv.gz", sep="\t", keep_default_na=False).set_index("term")
    genes, background = ((folder / name).read_text().split() for name in ("gene_list.txt", "background.txt"))
    sets = read_gmt(shared("data/knowledge/gmt/h.all.v7.0.symbols.gmt"))
    found = over_representation(genes, sets, background, min_size=1).set_index("term").loc[golden.index]
    for name, column in {"size": "set_size_in_background", "overlap": "overlap"}.items():
        np.testing.assert_array_equal(found[name], golden[column].astype(int))
    for name, column in {"p": "p_fisher_greater", "fdr": "q_bh_all_terms", "odds_ratio": "odds_ratio"}.items():
        np.testing.assert_allclose(found[name], golden[column].astype(float), rtol=1e-9)
    assert (found["genes"] == golden["overlap_genes"]).all()


def test_every_set_agrees_with_fishers_exact_test_and_the_fdr_counts_those_without_a_hit():
    sets, genes = made_up_sets(), BACKGROUND[:40]
    found = over_representation([*genes, "nobody"], sets, BACKGROUND).set_index("term")
    assert "small" not in found.index and found.loc["no hit", "p"] == 1.0 and found.loc["no hit", "overlap"] == 0
    for term, row in found.iterrows():
        inside = set(sets[term]) & set(BACKGROUND)
        a = len(inside & set(genes))
        odds, p = fisher_exact([[a, len(inside) - a], [40 - a, 360 - len(inside) + a]], alternative="greater")
        assert row["p"] == pytest.approx(p, rel=1e-9) and row["odds_ratio"] == pytest.approx(odds)
        assert row["expected"] == pytest.approx(len(inside) * 40 / 400)
        assert set(row["genes"].split(";")) - {""} == inside & set(genes)
    np.testing.assert_allclose(found["fdr"], false_discovery_control(found["p"]))
    assert found["p"].is_monotonic_increasing


def test_lists_with_many_lower_case_letters_and_lists_of_numbers_lose_no_gene():
    """gseapy alone would turn the first to upper case and the second to integers, and find nothing of them."""
    orfs = [f"C{i}orf{i}" for i in range(10)]
    background = [*orfs, *BACKGROUND]
    assert over_representation(orfs, {"orfs": orfs, "G": BACKGROUND[:20]}, background).loc[0, "overlap"] == 10
    numbers = [str(i) for i in range(100)]
    assert over_representation(numbers[:8], {"ids": numbers[:9]}, numbers).loc[0, "overlap"] == 8


@pytest.mark.parametrize(("genes", "sets", "background", "said"), [
    ([], {"S": BACKGROUND[:9]}, BACKGROUND, "At least 2 genes are needed"),
    (["G1"], {"S": BACKGROUND[:9]}, BACKGROUND, "At least 2 genes are needed to ask what they do together, found 1"),
    (["G1", "G1"], {"S": BACKGROUND[:9]}, BACKGROUND, "found 1"),
    (["X", "Y", "G1"], {"S": BACKGROUND[:9]}, BACKGROUND, "3 genes were given and 1 of them is in the background"),
    (["g1", "g2"], {"S": BACKGROUND[:9]}, BACKGROUND, "2 of them would be if upper and lower case were the same"),
    (["X", "Y"], {"S": BACKGROUND[:9]}, [], "in the background of 0 genes"),
    (BACKGROUND, {"S": BACKGROUND[:9]}, BACKGROUND, "The genes are the whole background"),
    (["G1", "G2"], {"S": ["A", "B", "C", "D", "E"]}, BACKGROUND, "None of the 1 gene sets has 5 genes or more"),
    (["G1", "G2"], {"S": [g.lower() for g in BACKGROUND[:9]]}, BACKGROUND, "are the sets of another species?"),
    (["G1", "G2"], {}, BACKGROUND, "None of the 0 gene sets"),
])  # fmt: skip
def test_what_cannot_be_asked_is_answered_with_a_sentence(genes, sets, background, said):
    with pytest.raises(InvalidParameter, match=said.replace("?", r"\?")):
        over_representation(genes, sets, background)


def test_matching_counts_each_gene_once_and_names_those_that_are_not_known():
    assert match(["B", "A", "B", "X"], ["A", "B"]) == Matched(3, 2, ("X",))
    assert match([], []) == Matched(0, 0, ())


def test_sets_are_cut_to_the_background_and_to_sizes():
    assert cut({"S": ["A", "A", "Z"], "T": ["Z"], "U": ["A", "B"]}, ["A", "B"], least=1, most=1) == {"S": ["A"]}


def a_ranking(n: int = 600, *, seed: int = 1) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).normal(size=n), index=[f"G{i}" for i in range(n)])


def sets_of(ranking: pd.Series, *, seed: int = 2) -> dict[str, list[str]]:
    """Thirty random sets, one at the top and one at the bottom."""
    rng, order = np.random.default_rng(seed), ranking.dropna().sort_values().index
    return {**{f"R{k}": list(rng.choice(order, 25, replace=False)) for k in range(30)},
            "bottom": list(order[:20]), "top": list(order[-20:]), "tiny": list(order[:3])}  # fmt: skip


def test_gsea_finds_the_sets_at_the_ends_and_p_is_never_0():
    ranking = a_ranking()
    found = preranked(ranking, sets_of(ranking), seed=0, permutations=200).set_index("term")
    assert found.loc["top", "es"] > 0.9 and found.loc["bottom", "es"] < -0.9 and "tiny" not in found.index
    assert found.loc["top", "p"] == found.loc["bottom", "p"] == smallest_p(200) == 1 / 201
    assert (found[["p", "fdr"]] >= 1 / 201).all(axis=None) and (found[["p", "fdr"]] <= 1).all(axis=None)
    assert (found.loc[[f"R{k}" for k in range(30)], "p"] < 0.05).sum() <= 5
    assert set(found.loc["top", "leading_genes"].split(";")) <= set(sets_of(ranking)["top"])


def test_the_enrichment_score_is_the_running_sum_of_the_paper():
    ranking = a_ranking(80)
    chosen = list(ranking.index[:15])
    found = preranked(ranking, {"S": chosen}, seed=0, permutations=50).iloc[0]
    ordered = ranking.sort_values(ascending=False)
    hit = ordered.index.isin(chosen)
    steps = np.where(hit, ordered.abs() / ordered.abs()[hit].sum(), -1 / (~hit).sum())
    running = np.cumsum(steps)
    assert found["es"] == pytest.approx(running[np.abs(running).argmax()], abs=1e-9)


def test_the_same_seed_gives_the_same_answer_whatever_the_order_of_tied_genes_in_the_file():
    ranking = a_ranking().round(1)
    sets = sets_of(ranking)
    found = [preranked(given, sets, seed=3, permutations=100) for given in (ranking, ranking[::-1])]
    pd.testing.assert_frame_equal(*found)
    other = preranked(ranking, sets, seed=4, permutations=100).set_index("term")
    assert not np.allclose(other["es"], found[0].set_index("term").loc[other.index, "es"])


def test_a_ranking_is_cleaned_and_what_was_done_is_told():
    given = a_ranking(30)
    given.iloc[:6] = [np.nan, np.inf, -np.inf, 2.5, 2.5, 0.0]
    given = pd.concat([given, pd.Series({"G3": 9.0, "G10": 0.0})])
    clean = clean_ranking(given, seed=0)
    assert (clean.n_missing, clean.n_twice, clean.n_infinite) == (1, 2, 2)
    assert clean.scores.is_unique and clean.scores.is_monotonic_decreasing and len(clean.scores) == 29
    assert clean.scores["G3"] == pytest.approx(9.0) and clean.scores["G10"] == pytest.approx(given.iloc[10])
    assert clean.scores["G1"] == pytest.approx(9.0) and np.isfinite(clean.scores).all()
    assert any("1 gene had no score and was left out" in note for note in clean.notes())


@pytest.mark.parametrize("scores", [[1.0] * 20, [np.nan] * 20, [1.0, 2.0]])
def test_a_ranking_that_ranks_nothing_is_answered_with_a_sentence(scores):
    with pytest.raises(InvalidParameter, match="A ranking needs 10 genes or more with different scores"):
        preranked(pd.Series(scores, index=[f"G{i}" for i in range(len(scores))]), {"S": ["G1"]}, seed=0)


def test_a_ranking_that_no_set_is_in_is_answered_with_a_sentence():
    with pytest.raises(InvalidParameter, match="None of the 1 gene sets has 15 to 500 genes in the ranking"):
        preranked(a_ranking(), {"S": ["A"] * 40}, seed=0)
    with pytest.raises(InvalidParameter, match="10 permutations or more, found 0"):
        preranked(a_ranking(), {"S": ["A"]}, seed=0, permutations=0)


def test_like_terms_stand_under_the_best_and_none_is_lost():
    sets = {"best": "ABCD", "like": "ABCE", "half": "AB", "other": "XYZ", "like other": "XYZW"}
    table = pd.DataFrame({"term": list(sets), "p": np.arange(5) / 10})
    folded = collapse(table, sets)
    assert folded["like"].tolist() == ["best", "best", "best", "other", "other"] and len(folded) == 5
    assert collapse(table, sets, 0.7)["like"].tolist() == ["best", "like", "half", "other", "other"]


def test_a_term_is_only_under_one_that_is_like_it_itself():
    rng = np.random.default_rng(5)
    sets = {f"S{k}": set(rng.choice(40, rng.integers(5, 25), replace=False)) for k in range(700)}
    folded = collapse(pd.DataFrame({"term": list(sets)}), sets, 0.4)
    for term, like in zip(folded["term"], folded["like"], strict=True):
        assert len(sets[term] & sets[like]) / len(sets[term] | sets[like]) >= 0.4
    heads = [sets[term] for term in folded["like"].unique()]
    assert len(heads) > 10 and all(len(a & b) / len(a | b) < 0.4 for i, a in enumerate(heads) for b in heads[:i])


@pytest.fixture
def reached(monkeypatch):
    """Enrichr gives a sign of life; nothing leaves this machine."""
    monkeypatch.setattr("engine.tl.enrichment.enrichr.reach", lambda: None)


class Answered:
    """What gseapy gives for a list that Enrichr was asked about."""

    results = pd.DataFrame({"Gene_set": ["H", "H"], "Term": ["B", "A"], "Overlap": ["2/50", "3/97"],
                            "P-value": [0.2, 1e-4], "Adjusted P-value": [0.2, 2e-4], "Odds Ratio": [1.5, 30.0],
                            "Genes": ["X;Y", "X;Y;Z"]})  # fmt: skip


def test_enrichrs_answer_has_the_form_of_every_other(monkeypatch, reached):
    sent = []
    monkeypatch.setattr("gseapy.enrichr", lambda genes, sets, **how: sent.append((genes, sets)) or Answered)
    found = ask_enrichr(["X", "Y", "X"], ["H"])
    assert sent == [(["X", "Y"], ["H"])]
    assert found["term"].tolist() == ["A", "B"] and found.loc[0, ["size", "overlap"]].tolist() == [97, 3]
    assert found["expected"].isna().all() and found.loc[0, "collection"] == "H" and found.loc[0, "genes"] == "X;Y;Z"


@pytest.mark.parametrize("fault", [requests.ConnectionError("no route"), ValueError("no JSON"), OSError("down")])
def test_an_enrichr_that_does_not_answer_is_a_sentence(monkeypatch, reached, fault):
    def broken(*given, **how):
        raise fault

    monkeypatch.setattr("gseapy.enrichr", broken)
    with pytest.raises(DownloadFailed, match=f"did not answer as expected .*{fault}.*use the gene sets of the Library"):
        ask_enrichr(["X", "Y"], ["H"])
    with pytest.raises(InvalidParameter, match="At least 2 genes"):
        ask_enrichr(["X"], ["H"])


def test_enrichr_without_a_hit_is_an_empty_table(monkeypatch, reached):
    monkeypatch.setattr("gseapy.enrichr", lambda *given, **how: type("Nothing", (), {"results": []}))
    assert ask_enrichr(["X", "Y"], ["H"]).empty


def test_no_gene_is_sent_where_enrichr_gives_no_sign_of_life(monkeypatch):
    def silent(*given, **how):
        raise requests.ConnectTimeout("no sign")

    sent = []
    monkeypatch.setattr("requests.head", silent)
    monkeypatch.setattr("gseapy.enrichr", lambda *given, **how: sent.append(given))
    with pytest.raises(DownloadFailed, match="ConnectTimeout: no sign"):
        ask_enrichr(["X", "Y"], ["H"])
    assert not sent
