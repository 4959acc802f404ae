"""The Studies page: what it says of studies, and how it asks for a map."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.components.parameter_form import fault_of, parameter_form, read_form
from app.pages import studies
from engine.jobs.claim import take
from engine.jobs.submit import submit_embed
from engine.params import EmbedParams
from tests.app.reading import links, parts, words

STUDY = "pbmc68k-lineages"


def form_states(**changed) -> list[dict]:
    """What the browser sends of an untouched form, with some values changed."""
    inputs = [part for part in parts(parameter_form(STUDY, EmbedParams())) if hasattr(part, "value")]
    return [{"id": field.id, "value": changed.get(field.id["name"], field.value)} for field in inputs]


def test_the_bundled_study_is_shown_with_its_datasets_and_one_primary_button(services):
    page = studies.layout(services)
    said = words(page)
    for word in ("PBMC 68k by lineage", "Myeloid", "T and NK", "RNA", "blood", "human", "Zheng", "bulk_labels"):
        assert word in said
    primary = [part for part in parts(page) if getattr(part, "className", "") == "gw-button"]
    assert [words(button) for button in primary] == ["Make the map"]


def test_with_a_map_the_button_opens_it_and_its_measures_are_beside_random(with_map):
    services, map_id = with_map
    page = studies.layout(services)
    assert f"/atlas?map={map_id}" in links(page) and "Make the map" not in words(page).replace("Make the map with", "")
    assert "0.402" in words(page) and "0.311" in words(page)


def test_an_active_job_is_shown_in_place_of_the_button(services):
    job = submit_embed(services.jobs, STUDY, EmbedParams())
    page = studies.layout(services)
    assert f"/jobs/{job.id}" in links(page) and "Waiting for a free worker" in words(page)


def test_a_failed_job_is_shown_with_its_sentence_and_a_way_to_try_again(services):
    job = submit_embed(services.jobs, STUDY, EmbedParams())
    take(services.jobs, job.id).fail("The disk is full. Make room and try again.")
    said = words(studies.layout(services))
    assert "The disk is full." in said and "Try again" in said


def test_a_damaged_study_file_is_listed_with_its_sentence(services):
    folder = Path(services.settings.home) / "studies"
    folder.mkdir()
    (folder / "half.toml").write_text('name = "half"\ntitle = ')
    said = words(studies.layout(services))
    assert "half.toml" in said and "PBMC 68k by lineage" in said


def test_a_damaged_map_is_told_and_hides_nothing(with_map):
    services, _ = with_map
    store = Path(services.settings.store_url)
    (store / "embedding-00000000000000000000.h5ad").write_bytes(b"not a map")
    said = words(studies.layout(services))
    assert "cannot be read" in said and "The map is ready" in said


def test_the_untouched_form_gives_the_default_parameters():
    assert read_form(form_states()) == EmbedParams()


def test_a_changed_form_gives_those_parameters():
    params = read_form(form_states(epochs=7, decoder="mlp", learning_rate=0.01))
    assert (params.training.epochs, params.model.decoder, params.training.learning_rate) == (7, "mlp", 0.01)


def test_every_parameter_has_a_field_with_label_and_explanation():
    fields = [part for part in parts(parameter_form(STUDY, EmbedParams())) if hasattr(part, "label")]
    assert len(fields) == sum(len(group) for group in EmbedParams().to_dict().values())
    assert all(field.label and field.description for field in fields)


@pytest.mark.parametrize(("group", "name", "value"), [
    ("training", "epochs", 0), ("training", "epochs", ""), ("network", "max_p", 2), ("model", "decoder", "dense"),
])  # fmt: skip
def test_a_bad_value_is_answered_with_the_engines_sentence(group, name, value):
    fault = fault_of(group, name, value)
    assert "must be" in fault and repr(value) in fault


def test_a_good_value_is_answered_with_nothing():
    assert fault_of("training", "epochs", 300.0) == ""


def test_making_a_map_submits_one_job_however_often_it_is_asked(services):
    card, fault = studies.make_map(services, STUDY, form_states(epochs=5))
    again, _ = studies.make_map(services, STUDY, form_states(epochs=5))
    [job] = services.jobs.list()
    assert job.params["params"]["training"]["epochs"] == 5 and fault == ""
    assert links(card) == links(again) == [f"/jobs/{job.id}"]


def test_a_bad_value_submits_nothing_and_says_why(services):
    card, fault = studies.make_map(services, STUDY, form_states(epochs=-1))
    assert services.jobs.list() == [] and "Epochs" in words(fault) and card.__class__.__name__ == "NoUpdate"
