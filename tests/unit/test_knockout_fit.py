"""Models of knockouts: learned once, found again, and a sentence for what is damaged, gone or of the wrong kind."""

import pytest
from anndata import AnnData

from engine import knockout
from engine.errors import InvalidParameter, StorageDamaged, UnknownName
from engine.knowledge import Knowledge
from engine.library import Library
from engine.params import KnockoutParams, ScreenParams
from engine.screens import named_datasets
from engine.settings import Settings
from engine.store import Store
from tests.knocked_down import screen_study
from tests.simulated import write_study

PARAMS = KnockoutParams(screen=ScreenParams(permutations=0))


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path_factory.mktemp("home"))})
    write_study(settings.folder("studies"))
    return settings


@pytest.fixture(scope="module")
def fitted(settings):
    """The store, what is known of genes, a study, and the id of its model."""
    store, knowledge = Store(settings), Knowledge(settings)
    study = screen_study(settings.folder("cells"))
    return store, knowledge, study, knockout.fit(study, PARAMS, store=store, knowledge=knowledge)


def test_a_model_is_learned_once_under_its_id(fitted):
    store, knowledge, study, name = fitted
    assert name == knockout.model_id(study, PARAMS, store=store, knowledge=knowledge)
    model = knockout.load_model(name, store=store)
    assert model.facts["id"] == name and model.basis == "screen" and model.facts["made"]["seconds"] > 0
    assert model.facts["made"]["command"].startswith("python -m engine knockout knocked --genes ")
    written = store._fs.info(store._address(name))["mtime"]
    assert knockout.fit(study, PARAMS, store=store, knowledge=knowledge) == name
    assert store._fs.info(store._address(name))["mtime"] == written
    assert knockout.load_model(name, store=store) is model


def test_what_decides_the_result_decides_the_id(fitted, settings, tmp_path):
    store, knowledge, study, name = fitted

    def other(**given):
        return knockout.model_id(study, KnockoutParams(**{"screen": PARAMS.screen, **given}), store=store,
                                 knowledge=knowledge)  # fmt: skip

    ids = [name, other(seed=1), other(kernels="go"), other(screen=ScreenParams(permutations=1))]
    (tmp_path / "s.fa").write_text(">GENE1\nACGT\n")
    ids.append(other(sequences=str(tmp_path / "s.fa")))
    (tmp_path / "s.fa").write_text(">GENE1\nACGG\n")
    ids.append(other(sequences=str(tmp_path / "s.fa")))
    assert len(set(ids)) == len(ids) and other(basis="screen") == name


def test_a_click_tells_the_module_of_the_gene(fitted):
    store, *_, name = fitted
    table = knockout.knock_out(knockout.load_model(name, store=store), "GENE4").table
    assert {"control", "change", "low", "high", "measured", "measured_se", "target", "outside"} <= set(table)
    own = table.index.str.removeprefix("GENE").astype(int) % 4 == 0
    assert table.loc["GENE4", "target"] and table["measured"][own].mean() < table["measured"][~own].mean() - 0.2


def test_models_are_listed_newest_first_and_damaged_ones_left_out(fitted):
    store, knowledge, study, name = fitted
    later = knockout.fit(study, KnockoutParams(screen=PARAMS.screen, seed=1), store=store, knowledge=knowledge)
    store.write("knockout-broken", AnnData(uns={"x": 1}))
    found = knockout.models(store)
    assert {one for one, _ in found} == {name, later}
    assert found[0][1]["made"]["created"] >= found[1][1]["made"]["created"]
    assert knockout.models(store, "other") == [] and len(knockout.models(store, "knocked")) == 2
    with pytest.raises(StorageDamaged, match="expected to be a model of knockouts and is not"):
        knockout.load_model("knockout-broken", store=store)


def test_a_model_that_is_gone_is_said_to_be_gone(fitted):
    with pytest.raises(UnknownName, match="There is no model 'knockout-0' of knockouts"):
        knockout.load_model("knockout-0", store=fitted[0])


def test_the_basis_is_what_the_study_is(fitted, settings):
    screen, cells = fitted[2], Library(settings).study("tiny")
    assert [knockout.basis_of(screen, KnockoutParams(basis=b)) for b in ("auto", "screen", "network")] == [
        "screen", "screen", "network"]  # fmt: skip
    assert knockout.basis_of(cells, KnockoutParams()) == "network"
    with pytest.raises(InvalidParameter, match="'tiny' was expected to be a screen"):
        knockout.basis_of(cells, KnockoutParams(basis="screen"))


def test_a_file_of_sequences_that_is_not_there_is_said(fitted, settings):
    store, knowledge, study, _ = fitted
    with pytest.raises(InvalidParameter, match="file of sequences was expected at"):
        knockout.model_id(study, KnockoutParams(sequences="/no/such.fa"), store=store, knowledge=knowledge)


def test_what_a_simulation_does_not_look_at_makes_no_other_model_and_its_datasets_do(settings):
    store, knowledge, cells = Store(settings), Knowledge(settings), Library(settings).study("tiny")

    def name(**given):
        return knockout.model_id(cells, KnockoutParams(**given), store=store, knowledge=knowledge)

    assert name() == name(screen=ScreenParams(cell_type="low", min_cells=20)) == name(kernels="go")
    first = cells.datasets[0].name
    ids = [name(), name(screen=ScreenParams(datasets=first)), name(n_genes=60), name(ridge=2.0), name(seed=3)]
    assert len(set(ids)) == len(ids)


def test_the_datasets_of_a_study_are_chosen_by_their_names(settings):
    cells = Library(settings).study("tiny")
    *_, last = cells.datasets
    assert named_datasets(cells, f" {last.name} ,{last.name}") == [last] and named_datasets(cells, "") == []
    with pytest.raises(InvalidParameter, match="has no dataset 'nowhere'"):
        named_datasets(cells, "nowhere")
