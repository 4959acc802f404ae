"""An enrichment as the store keeps it: the same question once, collections together, facts that repeat it."""

import argparse
import shlex

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from engine.__main__ import main
from engine.commands.enrich import add
from engine.enrich import (
    LIST,
    ONLINE,
    RANKING,
    Request,
    enrich,
    enrich_command,
    enrichment_id,
    joined,
    read_enrichment,
)
from engine.errors import InvalidParameter, KnowledgeMissing, StorageDamaged, UnknownName
from engine.knowledge import Knowledge
from engine.settings import Settings
from engine.store import Store

GENES = tuple(f"G{i}" for i in range(200))
UP = "UP\tfirst\t" + "\t".join(GENES[:12])
ASKED = Request(("nobody", *GENES[:10]), ("mine",), GENES, title="My genes", universe="all")


@pytest.fixture
def here(tmp_path):
    """Store and library with two own GMT files, `mine` and `yours`, that share a name."""
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")})
    knowledge = Knowledge(settings)
    for name, rest in {"mine": GENES[100:130], "yours": GENES[140:160]}.items():
        (tmp_path / f"{name}.gmt").write_text(f"{UP}\nFAR {name}\tother\t" + "\t".join(rest))
        knowledge.add_own(tmp_path / f"{name}.gmt", "gene sets", name)
    return {"store": Store(settings), "knowledge": knowledge}


def test_an_answer_is_kept_whole_and_the_same_question_is_not_worked_out_again(here, monkeypatch):
    name = enrich(ASKED, **here)
    found = read_enrichment(name, store=here["store"])
    assert found.request == ASKED and found.table.loc[0, "term"] == "UP" and len(found.found) == 1
    assert found.table.loc[0, ["collection", "like", "genes"]].tolist() == ["mine", "UP", ";".join(sorted(GENES[:10]))]
    assert found.facts["in_background"] == {"n_given": 11, "n_matched": 10, "missing": ["nobody"]}
    assert found.facts["in_sets"]["n_matched"] == 10 and found.facts["n_tested"] == 2
    monkeypatch.setattr("engine.enrich.answer", None)
    assert enrich(Request(ASKED.genes[::-1], ("mine",), GENES[::-1], title="My genes", universe="all"), **here) == name


def test_the_id_follows_genes_background_and_what_the_collection_holds(here, tmp_path):
    ids = {enrichment_id(asked, knowledge=here["knowledge"]) for asked in (
        ASKED, Request(ASKED.genes[2:], ("mine",), GENES, title="My genes", universe="all"),
        Request(ASKED.genes, ("mine",), GENES[:150], title="My genes", universe="all"),
        Request(ASKED.genes, ("mine", "yours"), GENES, title="My genes", universe="all"),
    )}  # fmt: skip
    (tmp_path / "new.gmt").write_text(UP)
    here["knowledge"].remove("mine")
    here["knowledge"].add_own(tmp_path / "new.gmt", "gene sets", "mine")
    assert len(ids | {enrichment_id(ASKED, knowledge=here["knowledge"])}) == 5


def test_collections_are_one_family_of_tests_and_a_name_in_both_says_which(here):
    found = read_enrichment(enrich(Request(GENES[:10], ("mine", "yours"), GENES), **here), store=here["store"])
    assert set(found.table["term"]) == {"UP", "UP (yours)", "FAR mine", "FAR yours"}
    first = found.table.iloc[0]
    assert first["fdr"] == pytest.approx(first["p"] * 4 / 2)
    assert found.table.set_index("term").loc["UP (yours)", "like"] == "UP"
    assert list(joined({"a": {"S": ("A",)}, "b": {"S": ("B",)}}, {"b": "The b"})[0]) == ["S", "S (The b)"]


def test_a_ranking_is_kept_with_the_smallest_p_and_its_notes(here):
    scores = np.linspace(3, -3, 200)
    scores[7] = np.nan
    asked = Request(GENES, ("mine",), scores=tuple(scores), method=RANKING, permutations=50, title="ranked")
    found = read_enrichment(enrich(asked, **here), store=here["store"])
    assert found.facts["smallest_p"] == 1 / 51 and found.table["p"].min() >= 1 / 51
    assert found.facts["notes"] == ["1 gene had no score and was left out."]
    assert found.facts["in_background"]["missing"] == ["G7"]


def test_the_command_that_is_told_is_one_that_the_parser_takes(here):
    for method, scores in ((LIST, ()), (ONLINE, ()), (RANKING, (1.0,) * 200)):
        parser = argparse.ArgumentParser()
        add(parser.add_subparsers())
        words = shlex.split(enrich_command(Request(GENES, ("mine",), GENES, scores, method, title="B cells & more")))
        given = parser.parse_args(words[3:])
        assert words[:3] == ["python", "-m", "engine"] and given.sets == "mine" and given.online == (method == ONLINE)
        assert str(given.out) == "b-cells-more-enrichment.tsv"


def test_the_command_that_is_told_gives_the_same_table(here, tmp_path, monkeypatch):
    """With the lists that the page offers beside it, in the files that it names."""
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    scores = tuple(np.linspace(3, -3, 200).round(1).tolist())
    for asked in (ASKED, Request(GENES, ("mine",), scores=scores, method=RANKING, permutations=50, title="By change")):
        found = read_enrichment(enrich(asked, **here), store=here["store"])
        (tmp_path / "my-genes.txt").write_text("\n".join(asked.genes))
        (tmp_path / "my-genes-background.txt").write_text("\n".join(asked.background))
        (tmp_path / "by-change.tsv").write_text("\n".join(f"{g}\t{s!r}" for g, s in zip(GENES, scores, strict=True)))
        words = shlex.split(found.facts["command"])[3:]
        assert main(words) == 0
        again = pd.read_csv(words[-1], sep="\t", keep_default_na=False)
        pd.testing.assert_frame_equal(again, found.table, check_dtype=False)


def test_what_cannot_be_asked_is_a_sentence(here):
    with pytest.raises(KnowledgeMissing, match="'hallmark' .* is not on this machine"):
        enrich(Request(GENES[:10], ("hallmark",), GENES), **here)
    with pytest.raises(UnknownName, match="no file 'minne' in the library. Closest: mine"):
        enrich(Request(GENES[:10], ("minne",), GENES), **here)
    with pytest.raises(UnknownName, match="of the kind TF targets, expected gene sets"):
        enrich(Request(GENES[:10], ("trrust-human",), GENES), **here)
    with pytest.raises(InvalidParameter, match="At least one collection"):
        Request(GENES, ())
    with pytest.raises(InvalidParameter, match="found 'guess'"):
        Request(GENES, ("mine",), method="guess")
    with pytest.raises(InvalidParameter, match="A ranking needs a score for each gene"):
        Request(GENES, ("mine",), method=RANKING)
    with pytest.raises(StorageDamaged, match="expected to be an enrichment"):
        here["store"].write("embedding-1", AnnData(obs=pd.DataFrame(index=["a"])))
        read_enrichment("embedding-1", store=here["store"])
