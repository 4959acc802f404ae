"""What may be asked of a model of knockouts, and the sentence for each thing that cannot."""

import pytest

from engine.errors import GeneweaveError, InvalidParameter
from engine.knockout import candidates, knock_out, methods_of
from engine.knockout.asking import asked_of, check_question
from tests.made_up_models import network_model, screen_model

PLAIN = {"method": "auto", "cell_type": "", "dose": 0.0, "level": 0.9}


@pytest.mark.parametrize(
    ("genes", "given", "said"),
    [
        ([], {}, "A gene to knock out was expected, found none"),
        (["", " "], {}, "A gene to knock out was expected, found none"),
        (["GENE1", "GENE1"], {}, "'GENE1' was named twice"),
        (["GENE1", " GENE1 "], {}, "'GENE1' was named twice"),
        (["GENE1", "GENE2", "GENE3"], {}, "At most 2 genes can be knocked out together in this model, found 3"),
        (["GENE99"], {}, "no gene 'GENE99' in this model. Closest: GENE9"),
        (["gene1"], {}, "no gene 'gene1' in this model. Closest: GENE1"),
        (["GENE1"], {"dose": 2}, "Activation was asked for (dose 2), and this model was learned from interference"),
        (["GENE1"], {"dose": 0.5}, "A screen tells of interference as it was made, not of a dose of 0.5"),
        (["GENE1"], {"dose": -1}, "A dose must be from 0 (a knockout) to 10"),
        (["GENE1"], {"dose": 11}, "A dose must be from 0 (a knockout) to 10"),
        (["GENE1"], {"dose": 1}, "A dose of 1 leaves the gene as it is"),
        (["GENE1"], {"dose": float("nan")}, "A dose must be a number"),
        (["GENE1"], {"dose": "much"}, "A dose must be a number"),
        (["GENE1"], {"method": "propagation"}, "no method 'propagation' for this model"),
        (["GENE1"], {"method": "grape"}, "'grape' has not been trained on this model"),
        (["GENE1"], {"cell_type": "T"}, "no cell type 'T' in this model"),
        (["GENE1"], {"level": 1.0}, "level of an interval must be from 0.5 to below 1, found 1.0"),
        (["GENE1"], {"level": 0.2}, "level of an interval must be from 0.5 to below 1, found 0.2"),
        (["GENE1"], {"level": "high"}, "level of an interval must be from 0.5 to below 1, found 'high'"),
    ],
)  # fmt: skip
def test_what_a_screen_cannot_answer_is_said_in_a_sentence(genes, given, said):
    with pytest.raises(GeneweaveError) as fault:
        knock_out(screen_model(), genes, **given)
    assert said in str(fault.value)


@pytest.mark.parametrize(
    ("genes", "given", "said"),
    [
        (["GENE3"], {"cell_type": "A"}, "It can be in B"),
        (["GENE4"], {}, "'GENE4' cannot be simulated in any cell type"),
        (["GENE4"], {"cell_type": "B"}, "'GENE4' cannot be simulated in B"),
        (["GENE20"], {}, "no gene 'GENE20' in this model"),
        (["GENE1"], {"cell_type": "C"}, "no cell type 'C' in this model. Known: A, B"),
        (["GENE1"], {"method": "core"}, "no method 'core' for this model"),
    ],
)
def test_what_a_network_cannot_answer_is_said_in_a_sentence(genes, given, said):
    with pytest.raises(GeneweaveError) as fault:
        knock_out(network_model(), genes, **given)
    assert said in str(fault.value)


def test_a_question_that_can_be_answered_is_sorted_and_has_its_method():
    asked = asked_of(screen_model(), ["GENE2", " GENE1"], **PLAIN)
    assert (asked.genes, asked.method) == (("GENE1", "GENE2"), "core")
    assert asked_of(screen_model(), "GENE2", **PLAIN).genes == ("GENE2",)
    assert asked_of(screen_model(), "GENE10", **PLAIN | {"level": None}).genes == ("GENE10",)
    asked = asked_of(network_model(), ["GENE3"], **PLAIN | {"dose": 2.0, "cell_type": "B"})
    assert (asked.genes, asked.method) == (("GENE3",), "propagation")


def test_a_screen_of_activation_may_be_asked_for_activation():
    assert asked_of(screen_model("activation"), "GENE1", **PLAIN | {"dose": 2.0}).genes == ("GENE1",)
    with pytest.raises(InvalidParameter, match=r"as it was made, not of a dose of 0\.5"):
        asked_of(screen_model("activation"), "GENE1", **PLAIN | {"dose": 0.5})


def test_what_no_model_could_answer_is_refused_before_one_is_learned():
    check_question(["A", "B"], dose=0.5, level=0.9)
    with pytest.raises(InvalidParameter, match="twice"):
        check_question(["A", "A"], dose=0.0, level=0.9)


def test_candidates_say_who_can_and_why_not():
    table = candidates(screen_model()).set_index("gene")
    assert table["can"].sum() == 10 and not table.at["GENE10", "can"]
    assert table.at["GENE10", "reason"] == "it is in none of the graphs of genes"
    everywhere, in_a = (candidates(network_model(), kind).set_index("gene")["can"] for kind in ("", "A"))
    assert everywhere["GENE3"] and not in_a["GENE3"] and not everywhere["GENE4"]
    assert everywhere.index.is_unique


def test_a_perturbed_gene_can_be_asked_for_though_nothing_knows_it_and_any_gene_with_a_baseline():
    model = screen_model()
    model.candidates["reason"] = "it is in none of the graphs of genes"
    table = candidates(model)
    assert set(table.loc[table["can"], "gene"]) == set(model.adata.obs_names) and (table["reason"] == "").sum() == 3
    assert candidates(model, method="train-mean")["can"].all() and candidates(model, method="linear")["can"].all()


def test_methods_begin_with_the_standard_one():
    assert methods_of(screen_model())[0] == "core" and methods_of(network_model()) == ["propagation"]
