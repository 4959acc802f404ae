"""An explanation from a table and networks: kept, read again, the same for the same request; refused with sentences."""


import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from engine.causes import causes_id, explain, load_causes, table_of_contrast
from engine.errors import InvalidFile, InvalidParameter, KnowledgeMissing, UnknownName
from engine.knowledge import Knowledge
from engine.params import CausesParams
from engine.settings import Settings
from engine.store import Store
from tests.small_causes import changes_table, edges, random_case

OWN = CausesParams(networks="", permutations=50)


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")})


@pytest.fixture
def ask(settings):
    """`ask(table, networks, params)` is the id of the explanation."""
    return lambda *given, **more: explain(*given, store=Store(settings), knowledge=Knowledge(settings), **more)


def add_own(settings, tmp_path, words: str, title: str, kind: str):
    path = tmp_path / "own.tsv"
    edges(words).to_csv(path, sep="\t", index=False)
    return Knowledge(settings).add_own(path, kind, title)


def test_an_explanation_is_kept_and_comes_back_as_it_was(settings, ask):
    table, network = random_case(0)
    name = ask(table, {"mine.tsv": network}, OWN, source="de.tsv")
    found = load_causes(name, store=Store(settings))
    assert name.startswith("causes-") and Store(settings).names("causes") == [name]
    assert name == causes_id(table, {"mine.tsv": network}, OWN, knowledge=Knowledge(settings))
    assert list(found.edges) == ["source", "target", "sign", "weight", "database", "confidence", "papers"]
    assert {"regulator", "z", "p", "fdr", "call"} <= set(found.regulators) and len(found.roots) == 30
    assert set(found.nodes["kind"]) <= {"root", "regulator", "target"} and found.functions.empty
    assert found.nodes["z"].dtype == float and found.nodes["layer"].dtype.kind == "i"
    facts = found.facts
    assert (facts["n_universe"], facts["n_changed"]) == (300, int((table["fdr"] <= 0.05).sum()))
    assert facts["asked"]["source"] == "de.tsv" and facts["asked"]["seed"] == 0 and facts["matched"]["genes"] == 299
    assert facts["made"]["command"].endswith("--table de.tsv --network mine.tsv --out regulators.tsv --roots roots.tsv "
                                             "--permutations 50")  # fmt: skip


def test_the_same_request_is_never_computed_twice_and_another_is_another(ask, settings, monkeypatch):
    table, network = random_case(0)
    first = ask(table, {"n": network}, OWN)
    others = [ask(table.assign(log2fc=-table["log2fc"]), {"n": network}, OWN), ask(table, {"n": network[1:]}, OWN),
              ask(table, {"n": network}, CausesParams(networks="", permutations=50, depth=1)),
              ask(table, {"n": network}, OWN, changed=["G1", "G2"])]  # fmt: skip
    assert len({first, *others}) == 5
    monkeypatch.setattr("engine.causes.find", None)
    assert ask(table, {"n": network}, OWN) == first


def test_the_papers_edge_is_found_only_where_the_network_holds_it(ask, settings):
    """PARP16 over ERN1 and EIF2AK3, as in section 4.3 of the MuSe-GNN paper, with targets that are made up."""
    targets = [f"U{i}" for i in range(12)]
    table = changes_table(", ".join(f"{gene} 1.5" for gene in targets[:6]) + ", "
                          + ", ".join(f"{gene} -1.5" for gene in targets[6:]) + ", ERN1 0, EIF2AK3 0, PARP16 0, "
                          + ", ".join(f"N{i} 0" for i in range(200)))  # fmt: skip
    below = ", ".join(f"{'ERN1' if i % 2 else 'EIF2AK3'} {gene} {1 if i < 6 else -1}" for i, gene in enumerate(targets))
    with_it, without = edges(f"PARP16 ERN1 1, PARP16 EIF2AK3 1, {below}"), edges(below)
    params = CausesParams(networks="", permutations=500)
    found = load_causes(ask(table, {"n": with_it}, params), store=Store(settings))
    root = found.roots.set_index("root").loc["PARP16"]
    assert root["call"] == "activated" and root["z"] == pytest.approx(np.sqrt(12)) and root["n_regulators"] == 2
    pairs = set(zip(found.edges["source"], found.edges["target"], strict=True))
    assert {("PARP16", "ERN1"), ("PARP16", "EIF2AK3")} <= pairs and found.nodes.loc["PARP16", "kind"] == "root"
    lacking = load_causes(ask(table, {"n": without}, params), store=Store(settings))
    assert "PARP16" not in lacking.nodes.index and "PARP16" not in set(lacking.roots["root"])
    assert "ERN1" in lacking.nodes.index


def test_networks_and_functions_come_from_the_library(ask, settings, tmp_path):
    genes = [f"T{i}" for i in range(10)]
    table = changes_table(", ".join(f"{gene} 1" if i % 2 else f"{gene} -1" for i, gene in enumerate(genes))
                          + ", " + ", ".join(f"N{i} 0" for i in range(90)))  # fmt: skip
    add_own(settings, tmp_path, ", ".join(f"TF {g} {1 if i % 2 else -1}" for i, g in enumerate(genes)), "Tfs",
            "TF targets")  # fmt: skip
    add_own(settings, tmp_path, "KINASE TF -1", "Signals", "signalling")
    add_own(settings, tmp_path, ", ".join(f"{g} fever {1 if i % 2 else -1}" for i, g in enumerate(genes)), "Fevers",
            "signalling")  # fmt: skip
    (tmp_path / "s.gmt").write_text("COUGH\t\t" + "\t".join(genes[:6]) + "\n")
    Knowledge(settings).add_own(tmp_path / "s.gmt", "gene sets", "Sets")
    params = CausesParams(networks="tfs, signals", functions="fevers,sets", permutations=200)
    found = load_causes(ask(table, {}, params), store=Store(settings))
    assert found.regulators["regulator"].tolist() == ["TF"] and found.nodes.loc["KINASE", "call"] == "inhibited"
    assert found.nodes.loc[["KINASE", "TF", "T1", "fever"], "layer"].tolist() == [0, 1, 2, 3]
    functions = found.functions.set_index("function")
    assert functions.loc["fever", "call"] == "activated" and np.isnan(functions.loc["COUGH", "z"])
    assert "sets has no signs: enrichment alone, without a predicted direction." in found.facts["notes"]
    assert set(found.edges.loc[found.edges["source"] == "KINASE", "database"]) == {"signals"}


def test_a_network_without_signs_gives_overlaps_and_says_so(ask, settings):
    table, network = random_case(1)
    found = load_causes(ask(table, {"n": network.assign(sign=0)}, OWN), store=Store(settings))
    assert found.regulators["z"].isna().all() and found.roots.empty and (found.nodes["call"] == "").all()
    assert any("n has no signs" in note for note in found.facts["notes"])


@pytest.mark.parametrize(("params", "error", "words"), [
    (CausesParams(networks="no-such"), UnknownName, "no file 'no-such' in the library"),
    (CausesParams(networks="collectri"), KnowledgeMissing, "'collectri' .* is not on this machine"),
    (CausesParams(networks=" , "), InvalidParameter, "none was given"),
    (CausesParams(networks="hallmark"), UnknownName, "of the kind gene sets, expected TF targets or signalling"),
    (CausesParams(networks="tfs", functions="genes-hgnc"), UnknownName, "of the kind genes, expected gene sets"),
    (CausesParams(networks="tfs", max_fdr=1e-9), InvalidParameter, "No gene of 3 changed"),
])  # fmt: skip
def test_what_cannot_be_explained_is_said(ask, settings, tmp_path, params, error, words):
    add_own(settings, tmp_path, "A B 1, A C 1", "Tfs", "TF targets")
    with pytest.raises(error, match=words):
        ask(changes_table("B 1, C -1, D 0"), {}, params)
    assert Store(settings).names("causes") == []


def test_a_contrast_is_a_table_of_changes():
    var = pd.DataFrame({"log2fc": [1.0, 0.0], "p": [0.01, 0.5], "fdr": [0.02, 0.5], "other": 1}, index=["A", "B"])
    found = table_of_contrast(AnnData(var=var))
    assert found.to_dict("list") == {"gene": ["A", "B"], "log2fc": [1.0, 0.0], "p": [0.01, 0.5], "fdr": [0.02, 0.5]}
    with pytest.raises(InvalidFile, match="no fdr. 'padj' may be fdr"):
        table_of_contrast(AnnData(var=var.rename(columns={"fdr": "padj"})))


def test_a_library_file_that_changed_is_another_request(ask, settings, tmp_path):
    table = changes_table("B 1, C -1, D 0, E 0")
    params = CausesParams(networks="tfs", permutations=50)
    add_own(settings, tmp_path, "A B 1, A C 1", "Tfs", "TF targets")
    first = ask(table, {}, params)
    Knowledge(settings).remove("tfs")
    add_own(settings, tmp_path, "A B 1, A C -1", "Tfs", "TF targets")
    assert ask(table, {}, params) != first


def test_a_table_of_text_gives_what_the_numbers_give(ask, settings, tmp_path):
    table, network = random_case(2)
    as_text = table.astype(str)
    found = [load_causes(ask(given, {"n": network}, OWN), store=Store(settings)) for given in (table, as_text)]
    pd.testing.assert_frame_equal(found[0].regulators, found[1].regulators)
