"""Causes as a job: from a stored contrast to a stored explanation."""

import pandas as pd
import pytest
from anndata import AnnData

from app.components.job_card import RESULT
from engine.causes import load_causes
from engine.jobs.runner import Runner
from engine.jobs.submit import CAUSES, submit_causes
from engine.jobs.table import JobTable
from engine.knowledge import Knowledge
from engine.params import CausesParams
from engine.settings import Settings
from engine.store import Store
from tests.small_causes import random_case


@pytest.fixture
def settings(tmp_path):
    """A home with a contrast and a network of a person's own."""
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")})
    table, network = random_case(0)
    network.to_csv(tmp_path / "n.tsv", sep="\t", index=False)
    Knowledge(settings).add_own(tmp_path / "n.tsv", "TF targets", "Own")
    Store(settings).write("contrast-1", AnnData(var=table.set_index("gene")))
    return settings


def run(settings, contrast: str, params: CausesParams):
    table = JobTable(settings.database_url)
    job = submit_causes(table, contrast, params)
    Runner(table, settings).run(job.id)
    return table.get(job.id)


def test_a_contrast_is_explained(settings):
    job = run(settings, "contrast-1", CausesParams(networks="own", permutations=50))
    assert (job.kind, job.status, job.error) == (CAUSES, "done", "")
    found = load_causes(job.result, store=Store(settings))
    assert found.facts["asked"]["source"] == "contrast-1" and len(found.regulators) == 30
    assert isinstance(found.nodes, pd.DataFrame) and RESULT[CAUSES] == (("See the causes", "/causes?explanation={}"),)


@pytest.mark.parametrize(("contrast", "networks", "words"), [
    ("contrast-2", "own", "There is no stored result 'contrast-2'"),
    ("contrast-1", "collectri", "is not on this machine"),
])  # fmt: skip
def test_a_job_that_cannot_be_done_ends_with_a_sentence(settings, contrast, networks, words):
    job = run(settings, contrast, CausesParams(networks=networks))
    assert job.status == "failed" and words in job.error


def test_the_same_request_is_one_job(settings):
    table = JobTable(settings.database_url)
    first, again, other = (submit_causes(table, "contrast-1", CausesParams(seed=seed)).id for seed in (0, 0, 1))
    assert first == again != other
