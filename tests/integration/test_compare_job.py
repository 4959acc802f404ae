"""A comparison of two conditions as a job, on real workers and both brokers."""

from dataclasses import replace

from engine.contrasts import contrast_id, load_contrast
from engine.jobs.submit import submit_compare
from engine.library import Library
from engine.params import ContrastParams
from engine.store import Store
from tests.job_helpers import texts
from tests.simulated import write_conditions

PARAMS = ContrastParams(control="well", donor="donor", n_genes=60, permutations=50, epochs=3)


def test_two_conditions_are_compared_and_the_module_that_came_apart_is_found(place):
    write_conditions(place.settings.folder("studies"))
    place.start_worker()
    job = place.ended(submit_compare(place.table, "conditions", PARAMS).id)
    assert (job.status, job.fraction) == ("done", 1.0), job.error
    store = Store(place.settings)
    study = Library(place.settings).study("conditions")
    assert job.result == contrast_id(study, PARAMS, store=store)
    contrast = load_contrast(job.result, store=store)
    first = contrast.table.sort_values("rank").index[:10]
    assert all(int(gene.removeprefix("GENE")) % 4 == 0 for gene in first)
    assert contrast.placed and contrast.facts["design"]["unit"] == "donors"
    stages = [event.payload["name"] for event in place.table.events(job.id) if event.kind == "stage"]
    assert "Reading the well" in stages and "Testing which genes changed their partners" in stages
    again = place.ended(submit_compare(place.table, "conditions", PARAMS).id)
    assert again.result == job.result and "taken from the store" in " ".join(texts(place.table, again))


def test_what_cannot_be_compared_ends_the_job_with_a_sentence(place):
    write_conditions(place.settings.folder("studies"))
    place.start_worker()
    job = place.ended(submit_compare(place.table, "conditions", replace(PARAMS, control="healthy")).id)
    assert job.status == "failed" and "no level 'healthy'" in job.error and "well (320 cells)" in job.error
