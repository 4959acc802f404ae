"""Knockouts from unperturbed cells: a made-up chain is found again, and every gene that cannot be asked says why."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from engine.errors import InvalidParameter, InvalidStudy, KnowledgeMissing, UnknownName
from engine.knockout.from_network import fit_network_model, shift_of_cells, simulate, why_not
from engine.knockout.network_cells import cells_of, sample
from engine.knockout.rank import ranked
from engine.knockout.wish import Wish
from engine.params import KnockoutParams
from engine.perturb.propagation.signalling import SHARE
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from engine.tl.umap import principal_plane
from engine.types import DatasetSource, KnockoutModel, Perturbed, Roles, Study
from tests import small_network

PARAMS = KnockoutParams(n_genes=60, ridge=1.0)


@pytest.fixture(scope="module")
def patched(tmp_path_factory):
    """The made-up library, and the plane of principal components in place of UMAP, which takes seconds to load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.tl.umap.umap", lambda vectors, neighbours, seed: principal_plane(vectors))
        folder = tmp_path_factory.mktemp("network")
        yield folder, small_network.library(patch, folder)


@pytest.fixture(scope="module")
def model(patched):
    """Fitted, stored and loaded again, as a page finds it."""
    folder, library = patched
    store = Store(Settings.from_environment({"GENEWEAVE_HOME": str(folder / "home")}))
    adata = fit_network_model(small_network.study(folder), PARAMS, knowledge=library)
    store.write("knockout-x", adata)
    return KnockoutModel(store.read("knockout-x"))


def test_the_model_has_what_the_type_promises_and_says_what_was_left_out(model):
    facts = model.facts
    assert facts["basis"] == "network" and facts["cell_types"] == ["one", "two"] and facts["n_cells"] == 270
    assert any("Left out, with fewer than 50 cells together: few" in note for note in facts["notes"])
    assert model.adata.obsm["X_umap"].shape == (270, 2) and model.adata.X.dtype == np.float32
    edges = model.adata.uns["edges"]
    assert {"cell_type", "regulator", "target", "coef", "prior", "r"} <= set(edges)
    assert not (edges["regulator"] == edges["target"]).any() and len(model.adata.uns["left_out"]) == len(edges)
    row = edges[(edges["cell_type"] == "one") & (edges["regulator"] == "A") & (edges["target"] == "B")].iloc[0]
    x = model.adata[model.adata.obs["cell_type"] == "one"]
    r = np.corrcoef(x[:, "A"].X.toarray().ravel(), x[:, "B"].X.toarray().ravel())[0, 1]
    assert row["prior"] == "collectri" and row["coef"] > 0 and row["r"] == pytest.approx(r, rel=1e-4)


def test_only_the_cells_of_the_datasets_that_were_named_are_looked_at(patched):
    folder, _ = patched
    one = cells_of(small_network.study(folder), datasets="D1", seed=0, progress=Progress())
    assert set(one.dataset) == {"D1"} and "Only cells of D1 were looked at." in one.notes
    with pytest.raises(InvalidParameter, match="has no dataset 'D3'"):
        cells_of(small_network.study(folder), datasets="D3", seed=0, progress=Progress())


def test_a_knockout_lowers_its_target_and_raises_what_that_holds_down(model):
    effect = simulate(model, {"A": 0.0}, cell_type="one")
    table = effect.table
    assert table.loc["A", "change"] == pytest.approx(-table.loc["A", "control"], rel=1e-5) and table.loc["A", "target"]
    assert table.loc["B", "high"] < 0 < table.loc["C", "low"]
    assert table["change"].drop(["A", "B", "C", "G1"]).eq(0).all() and np.isnan(table.loc["G5", "low"])
    assert effect.name == "A" and effect.evidence["coverage"] is None and effect.evidence["basis"] == "network"
    carried = {(step["regulator"], step["target"]): step["sign"] for step in effect.evidence["path"]}
    assert carried[("A", "B")] == 1 and carried[("B", "C")] == -1


def test_doses_are_monotone_and_genes_may_be_changed_together(model):
    doses = (0.0, 0.3, 0.8, 1.5, 4.0)
    changes = [simulate(model, {"A": dose}, cell_type="one").table.loc["B", "change"] for dose in doses]
    assert (np.diff(changes) > 0).all() and changes[2] < 0 < changes[3]
    both = simulate(model, {"A": 0.0, "B": 0.0}, cell_type="one")
    lost = -both.table.loc["B", "control"]
    assert both.name == "A+B" and both.table.loc["B", "change"] == pytest.approx(lost, rel=1e-5)
    assert both.table.loc["C", "change"] > simulate(model, {"A": 0.0}, cell_type="one").table.loc["C", "change"] > 0


def test_over_all_cells_each_moves_by_its_own_type(model):
    whole, one = simulate(model, {"A": 0.0}), simulate(model, {"A": 0.0}, cell_type="one")
    assert whole.table.loc["B", "change"] == pytest.approx(one.table.loc["B", "change"] * 150 / 270, rel=1e-5)
    assert any("Nothing is changed in two" in said for said in whole.evidence["warnings"])
    again = simulate(model, {"A": 0.0})
    assert again.table.equals(whole.table)


def test_a_gene_of_signalling_moves_what_it_reaches_and_the_warning_is_loud(model):
    effect = simulate(model, {"S": 0.0}, cell_type="one")  # S ⊣ M → A: without S there is more A
    table, steps = effect.table, {(step["regulator"], step["target"]): step for step in effect.evidence["path"]}
    assert table.loc["A", "change"] > 0 and table.loc["B", "change"] > 0 > table.loc["C", "change"]
    assert np.isnan(table.loc["A", "low"])  # assumed, so without an interval
    assert steps[("S", "M")]["sign"] == -1 and steps[("M", "A")]["databases"] == "omnipath"
    assert effect.evidence["warnings"][0].startswith("Weak: S regulates no gene itself")
    assert effect.evidence["assumed"] == ["S"] and simulate(model, {"A": 0.0}).evidence["assumed"] == []
    with_m = simulate(model, {"M": 0.0}, cell_type="one").table
    assert abs(with_m.loc["A", "change"]) > abs(table.loc["A", "change"])  # a step less, a stronger change


def test_a_gene_of_signalling_is_ranked_by_the_share_of_a_regulators_loss_that_is_handed_on(model):
    wish = Wish("lower", genes=("B", "C", "G1"), title="what A moves")
    table = ranked(model, wish).table
    assert table.loc["A", "evidence"] == "simulated" and table.loc[["S", "M"], "evidence"].eq("assumed").all()
    scores = table["score"]
    assert scores["M"] == pytest.approx(SHARE * scores["A"], rel=1e-4)
    assert scores["S"] == pytest.approx(-(SHARE**2) * scores["A"], rel=1e-4)  # S ⊣ M → A: the other way, and weaker
    half = (table["high"] - table["low"])[["A", "M", "S"]].to_numpy()
    np.testing.assert_allclose(half[1:] / half[0], [SHARE, SHARE**2], rtol=1e-4)


@pytest.mark.parametrize(("gene", "cell_type", "said"), [
    ("A", "one", ""), ("S", "", ""),
    ("NOBODY", "", "'NOBODY' is not measured in this study, or in fewer than 10 of its cells"),
    ("a", "", "Did you mean A"),
    ("A", "two", "seen in 0.0% of them, too rarely for its loss to tell anything. It can be in one."),
    ("RARE", "", "cannot be simulated in any cell type: it is seen in"),
    ("IDLE", "one", "none of its known targets is among the genes that are simulated"),
    ("LONE", "one", "regulates no gene itself, and no signed path"),
    ("C", "one", "It is a target of 1 regulator: knock that out to see it change"),
    ("G7", "", "neither a regulator nor in the signed signalling network"),
])  # fmt: skip
def test_a_gene_that_cannot_be_simulated_says_why_and_what_to_do(model, gene, cell_type, said):
    found = why_not(model, gene, cell_type)
    assert (found == "") if said == "" else said in found, found
    if said:
        assert found.endswith((".", "?"))
        with pytest.raises(InvalidParameter, match=gene):
            simulate(model, {gene: 0.0}, cell_type=cell_type)


@pytest.mark.parametrize(("doses", "said"), [
    ({}, "found none. Name one"), ({"A": 1}, "not 1, which changes nothing"), ({"A": -0.5}, "from 0 (knockout) to 10"),
    ({"A": 99}, "found 99"), ({"A": float("nan")}, "found nan"), ({"A": True}, "found True"),
])  # fmt: skip
def test_bad_doses_are_refused_with_a_sentence(model, doses, said):
    with pytest.raises(InvalidParameter) as refused:
        simulate(model, doses)
    assert said in str(refused.value)


def test_a_cell_type_that_is_not_there_names_those_that_are(model):
    for ask in (lambda: simulate(model, {"A": 0.0}, cell_type="onee"), lambda: why_not(model, "A", "onee")):
        with pytest.raises(UnknownName, match="Closest: one"):
            ask()


def test_cells_are_led_over_the_map_of_their_own_type_alone(model):
    effect = simulate(model, {"A": 0.0}, cell_type="one")
    shift = shift_of_cells(model, effect, cell_type="one", permutations=19)
    assert shift.facts["n_cells"] == 150 and list(shift.towards.index) == ["two"]
    assert shift.towards["p"].between(0.05, 1).all() and len(shift.arrows)
    again = shift_of_cells(model, {"A": 0.0}, cell_type="one", permutations=19)
    assert again.arrows.equals(shift.arrows)


def test_without_signalling_only_regulators_can_be_asked(patched, monkeypatch, tmp_path):
    library = small_network.library(monkeypatch, tmp_path, signals=False)
    found = KnockoutModel(fit_network_model(small_network.study(patched[0]), PARAMS, knowledge=library))
    assert why_not(found, "S").startswith("'S' cannot be simulated") and why_not(found, "A") == ""
    assert any("No signed signalling is here" in note for note in found.facts["notes"])


def test_of_a_screen_only_the_control_cells_are_looked_at(patched):
    roles = Roles(perturbation="gene")
    found = KnockoutModel(fit_network_model(small_network.study(patched[0], roles), PARAMS, knowledge=patched[1]))
    assert found.facts["n_cells"] == 150 and found.facts["cell_types"] == ["all cells"]
    assert any("Only the 150 control cells of 300" in note for note in found.facts["notes"])


def test_what_cannot_be_fitted_is_refused_with_a_sentence(patched):
    study = partial(small_network.study, patched[0])
    fit = partial(fit_network_model, knowledge=patched[1])
    with pytest.raises(InvalidStudy, match="No cell of 'made-up' is a control: expected control, ctrl"):
        fit(study(Roles(perturbation="kind")), PARAMS)
    with pytest.raises(UnknownName, match="Closest: collectri"):
        fit(study(), KnockoutParams(networks="collectry"))
    with pytest.raises(KnowledgeMissing, match="regulators and targets of mouse, and none is here. Fetch one of doro"):
        fit(study(species="mouse"), PARAMS)
    with pytest.raises(InvalidStudy, match="told apart by their guides alone"):
        fit(replace(study(), perturbed=Perturbed(guides="grna", guide_targets="groups")), PARAMS)
    only = Study("t", "T", (DatasetSource("t", "t.h5ad", modality="effects"),))
    with pytest.raises(InvalidStudy, match="'t' is a table of changes without any. Learn from the table"):
        fit(only, PARAMS)


def test_sampling_keeps_rare_types_and_is_the_same_for_the_same_seed():
    labels = np.array(["many"] * 20_000 + ["some"] * 300 + ["rare"] * 60, dtype=object)
    found = sample(labels, 2000, seed=1)
    counts = dict(zip(*np.unique(labels[found].astype(str), return_counts=True), strict=True))
    assert counts["rare"] == 60 and counts["some"] == 200 and 1900 < counts["many"] < 2000
    np.testing.assert_array_equal(found, sample(labels, 2000, seed=1))
    assert len(sample(labels[:50], 2000, seed=1)) == 50
