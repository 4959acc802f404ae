"""GRAPE on a stored model: trained once, asked by a click, and a sentence where it cannot be."""

import json
from dataclasses import replace

import numpy as np
import pytest

from app.components.job_card import RESULT
from engine import knockout
from engine.errors import InvalidParameter, InvalidStudy, StorageDamaged
from engine.jobs.runner import Runner
from engine.jobs.submit import LEARN, RANK, submit_learn, submit_rank
from engine.jobs.table import JobTable
from engine.knockout import learn as learning
from engine.knockout.from_screen import fit_screen_model
from engine.knockout.rank import rank_id
from engine.knockout.wish import Wish
from engine.knowledge import Knowledge
from engine.params import GrapeParams, KnockoutParams
from engine.settings import Settings
from engine.store import Store
from engine.types import META, GeneFeatures
from tests.made_up_models import network_model
from tests.made_up_screen import made_up_screen

SMALL = GrapeParams(n_hidden=8, heads=2, layers=1, hops=1, neighbours=5, epochs=4, alignment_epochs=2)
NAME = "knockout-0123456789"


def keep_model(store: Store, n_singles: int, name: str):
    """A model of a made-up screen in the store, and what is known of its genes, with text."""
    screen, known, _ = made_up_screen(n_singles, 0, 60, seed=0)
    seen = known.kernels[0]
    known = replace(known, text=GeneFeatures("text", "made up", seen.genes, np.asarray(seen.features)))
    adata = fit_screen_model(screen, known, KnockoutParams())
    adata.uns[META] = json.dumps(json.loads(adata.uns[META]) | {"id": name})
    store.write(name, adata)
    return known


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A store with a model and its GRAPE."""
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path_factory.mktemp("home"))})
    store = Store(settings)
    known = keep_model(store, 40, NAME)
    assert knockout.methods_of(knockout.load_model(NAME, store=store), store)[:2] == ["core", "no-change"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "known_of", lambda *_args, **_more: known)
        made = learning.learn(NAME, SMALL, store=store, knowledge=Knowledge(settings), device="cpu")
        again = learning.learn(NAME, SMALL, store=store, knowledge=Knowledge(settings), device="cpu")
    assert made == again == learning.learn_id(NAME, SMALL)
    return store, settings, made


def test_a_trained_network_is_a_method_of_its_model_alone(trained):
    store, _, made = trained
    model = knockout.load_model(NAME, store=store)
    assert knockout.methods_of(model, store)[:2] == ["core", "grape"] and "grape" not in knockout.methods_of(model)
    assert learning.trained_of(NAME, store) == made and learning.trained_of("knockout-other", store) == ""


def test_a_click_tells_the_core_and_what_the_gate_lets_grape_add(trained):
    store, _, made = trained
    model, network = knockout.load_model(NAME, store=store), learning.load_trained(made, store=store)
    gene = knockout.candidates(model).query("can")["gene"].iloc[0]
    core, told = (knockout.knock_out(model, gene, method=method, store=store) for method in ("core", "grape"))
    added = told.table["change"] - core.table["change"]
    np.testing.assert_allclose(added, network.correction([gene])[0], atol=1e-6)
    assert told.method == "grape" and told.table["low"].isna().all()
    assert learning.NO_INTERVALS in told.evidence["warnings"]
    assert told.evidence["warnings"][0] == network.facts["gates"]["single"]["says"]
    if not network.strength["single"]:
        assert not added.any() and "Core alone" in told.evidence["warnings"][0]


def test_what_cannot_be_trained_is_said(trained):
    store, settings, _ = trained
    asked = {"store": store, "knowledge": Knowledge(settings), "device": "cpu"}
    keep_model(store, 12, "knockout-few")
    with pytest.raises(InvalidStudy, match="at least 20 perturbations"):
        learning.learn("knockout-few", SMALL, **asked)
    with pytest.raises(InvalidStudy, match="GRAPE needs text or sequence features"):
        learning.learn(NAME, replace(SMALL, seed=1), **asked)
    store.write("knockout-network", network_model().adata)
    with pytest.raises(InvalidParameter, match="GRAPE learns from a screen"):
        learning.learn("knockout-network", SMALL, **asked)
    store.write("grape-broken", network_model().adata)
    with pytest.raises(StorageDamaged, match="expected to be a trained GRAPE"):
        learning.load_trained("grape-broken", store=store)


def test_training_and_ranking_are_jobs_that_lead_to_the_knockout_page(trained):
    store, settings, _ = trained
    table = JobTable(settings.database_url)
    wish = Wish("lower", genes=tuple(knockout.load_model(NAME, store=store).genes[:5]), title="five")
    jobs = [submit_learn(table, NAME, SMALL), submit_rank(table, NAME, wish)]
    assert [job.title for job in jobs] == ["GRAPE on a screen", "Ranking of knockouts that lower five"]
    for job in jobs:
        Runner(table, settings).run(job.id)
    learned, ranked = (table.get(job.id) for job in jobs)
    assert (learned.status, learned.result) == ("done", NAME), learned.error
    assert (ranked.status, ranked.result) == ("done", rank_id(NAME, wish)), ranked.error
    assert RESULT[LEARN][0][1].format(NAME) == f"/knockout?model={NAME}" and "rank=" in RESULT[RANK][0][1]
