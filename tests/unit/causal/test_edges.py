"""Networks joined into one and laid over a table; what is left out is said."""

import pandas as pd
import pytest

from engine.causal.changes import changes_of
from engine.causal.edges import SIGNALLING, join, lay_over, matched
from engine.errors import InvalidFile, InvalidParameter
from tests.small_causes import changes_table, edges


def test_a_pair_of_several_networks_names_them_all_and_contradictions_have_no_sign():
    one = edges("A B 1, A C -1").assign(papers=["1;2", ""], confidence="high")
    found = join({"one": one, "two": edges("A B 1, A C 1, D B 0").assign(papers=["2;3", "", ""])})
    by = found.edges.set_index(["source", "target"])
    assert by["database"].to_dict() == {("A", "B"): "one;two", ("A", "C"): "one;two", ("D", "B"): "two"}
    assert by["sign"].to_dict() == {("A", "B"): 1, ("A", "C"): 0, ("D", "B"): 0}
    assert by.loc[("A", "B"), "papers"] == "1;2;3" and by.loc[("A", "B"), "confidence"] == "high"
    assert found.notes == ("Signs that contradict one another (1 edges) were taken as not known.",)


def test_weights_of_one_network_stay_and_those_of_several_become_one():
    weighted = edges("A B 1, A C 1").assign(weight=[3.0, 1.0])
    assert join({"one": weighted}).edges["weight"].tolist() == [3.0, 1.0]
    found = join({"one": weighted, "two": edges("D E 1")})
    assert set(found.edges["weight"]) == {1.0} and "each edge counts 1" in found.notes[0]


def test_self_loops_are_left_out():
    found = join({"one": edges("A A 1, A B 1")})
    assert len(found.edges) == 1 and "Edges of a gene to itself (1) were left out" in found.notes[0]
    with pytest.raises(InvalidFile, match="The network one has no edge between two genes"):
        join({"one": edges("A A 1")})


def test_signalling_is_no_evidence_of_expression_unless_there_is_nothing_else():
    networks = {"tf": edges("A B 1"), "path": edges("C A 1, C B -1")}
    found = join(networks, {"path": SIGNALLING})
    assert found.evidence["source"].tolist() == ["A"]
    both = join(networks | {"path": edges("A B -1, C A -1")}, {"path": SIGNALLING}).edges.set_index("source")
    assert both.loc["A", ["sign", "database"]].tolist() == [1, "tf;path"] and both.loc["C", "sign"] == -1
    alone = join({"path": networks["path"]}, {"path": SIGNALLING})
    assert len(alone.evidence) == 2 and "Only signalling was given" in alone.notes[0]


def test_a_network_without_signs_says_so():
    found = join({"plain": edges("A B 0, A C 0")})
    assert not found.signed and "plain has no signs: only the overlap is tested; no z" in found.notes[-1]


def test_targets_are_laid_over_the_measured_genes():
    changes = changes_of(changes_table("B 2, C -1, D 0"))
    found = lay_over(edges("A B 1, A C -1, A X 1, Z X 1, B D 0"), changes)
    assert found.sources.tolist() == ["A", "B"]
    assert found.members.toarray().tolist() == [[1, 1, 0], [0, 0, 1]]
    assert found.signs.toarray().tolist() == [[1, -1, 0], [0, 0, 0]]


def test_what_matched_is_counted():
    changes = changes_of(changes_table("B 2, C -1, D 0, E 3"))
    found = matched(join({"n": edges("A B 1, E D 1")}), changes)
    assert found.pop("changed_without_regulator") == ["C", "E"]
    assert found == {"genes": 3, "targets": 2, "edges": 2, "changed_targets": 1}


def test_a_network_of_other_names_is_refused_with_examples():
    changes = changes_of(changes_table("Stat1 2, Irf9 -1"))
    with pytest.raises(InvalidFile, match="None of the 2 genes.*Stat1, Irf9.*IRF9, ISG15, STAT1.*2 would match if cap"):
        matched(join({"n": edges("STAT1 IRF9 1, IRF9 ISG15 1")}), changes)
    with pytest.raises(InvalidParameter, match="none was given"):
        join({})


@pytest.mark.parametrize("words", ["X C 1, X D 1", "A X 1, B X -1", "A X 0"])
def test_a_network_without_a_regulator_of_a_changed_gene_is_refused_with_their_names(words):
    changes = changes_of(changes_table("A 1, B -1, C 0, D 0"))
    with pytest.raises(InvalidFile, match="n has no regulator of any of the 2 changed genes: A, B. . of the 4 genes"):
        matched(join({"n": edges(words)}), changes)


def test_a_joined_network_keeps_every_pair_once():
    whole = pd.concat([edges("A B 1"), edges("A B -1"), edges("A B 0")])
    assert len(join({"one": whole}).edges) == 1
