"""A comparison of two conditions, what its genes do and what is behind it, as jobs on real workers and both brokers."""

from dataclasses import replace

from engine.causes import load_causes
from engine.contrasts import compare, contrast_id, load_contrast
from engine.enrich import Request, keep_question, read_enrichment
from engine.jobs.submit import submit_causes, submit_compare, submit_enrich
from engine.knowledge import Knowledge
from engine.library import Library
from engine.params import CausesParams, ContrastParams
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


def test_what_was_found_is_looked_up_and_explained(place, tmp_path):
    write_conditions(place.settings.folder("studies"))
    store, knowledge = Store(place.settings), Knowledge(place.settings)
    contrast = compare(Library(place.settings).study("conditions"), replace(PARAMS, space="none"), store=store)
    genes = tuple(load_contrast(contrast, store=store).genes)
    apart = [gene for gene in genes if int(gene.removeprefix("GENE")) % 4 == 0]
    (tmp_path / "s.gmt").write_text("\t".join(["Apart", "", *apart]) + "\n")
    rest = [gene for gene in genes if gene not in apart]
    (tmp_path / "n.tsv").write_text("source\ttarget\tsign\n" + "".join(f"DRIVER\t{gene}\t1\n" for gene in rest))
    knowledge.add_own(tmp_path / "s.gmt", "gene sets", "Sets")
    knowledge.add_own(tmp_path / "n.tsv", "TF targets", "Net")
    place.start_worker("interactive")
    asked = keep_question(Request(tuple(apart), ("sets",), background=genes), store=store)
    enriched = place.ended(submit_enrich(place.table, asked, "what came apart").id)
    assert enriched.status == "done", enriched.error
    [term] = read_enrichment(enriched.result, store=store).table.to_dict("records")
    assert (term["term"], term["overlap"]) == ("Apart", len(apart)) and term["p"] < 1e-6
    place.start_worker()
    explained = place.ended(submit_causes(place.table, contrast, CausesParams(networks="net", max_fdr=1.0)).id)
    assert explained.status == "done", explained.error
    [driver] = load_causes(explained.result, store=store).regulators.to_dict("records")
    assert driver["regulator"] == "DRIVER" and 0 < driver["n_targets"] <= len(rest)


def test_what_cannot_be_compared_ends_the_job_with_a_sentence(place):
    write_conditions(place.settings.folder("studies"))
    place.start_worker()
    job = place.ended(submit_compare(place.table, "conditions", replace(PARAMS, control="healthy")).id)
    assert job.status == "failed" and "no level 'healthy'" in job.error and "well (320 cells)" in job.error
