"""The Studies page: what it says of studies, and how it asks for a map."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from app.components import study_acts
from app.components.parameter_form import fault_of, fill_form, parameter_form, read_form
from app.components.preset_choice import DEFAULT, memory_id, preset_choice, time_id
from app.components.study_card import outdated
from app.maps import find_map
from app.pages import studies
from engine.calibration import Calibration
from engine.calibration.kept import keep, machine_key
from engine.errors import GeneweaveError
from engine.io.study_file import study_text
from engine.jobs.claim import take
from engine.jobs.submit import CALIBRATE, submit_embed
from engine.params import EmbedParams, MethodParams
from engine.profiles import PAPER, PRESETS, preset
from tests.app.made_up_map import write_map
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


def choices(form, name: str) -> list:
    wanted = {"type": "param", "owner": STUDY, "group": "method", "name": name}
    return next(part.data for part in parts(form) if getattr(part, "id", None) == wanted)


@pytest.fixture
def with_vectors(services, tmp_path):
    """Services with gene vectors in the library, named `my-vectors`."""
    (tmp_path / "v.tsv").write_text("CD74\t1.5\t2\nCD3E\t0\t1\n")
    services.knowledge.add_own(tmp_path / "v.tsv", "gene vectors", "My vectors")
    return services


def test_without_own_gene_vectors_the_form_offers_no_table_and_leads_to_the_library(services):
    form = studies.settings_of_map(services, services.library.study(STUDY))
    assert "table" not in choices(form, "method") and choices(form, "vectors") == []
    leading = [link for part in parts(form) for link in links(getattr(part, "description", None))]
    assert leading == ["/data/library?kind=own"] * 2


def test_own_gene_vectors_are_offered_by_title_and_submitted_by_name(with_vectors):
    form = studies.settings_of_map(with_vectors, with_vectors.library.study(STUDY))
    assert "table" in choices(form, "method")
    assert choices(form, "vectors") == [{"value": "my-vectors", "label": "My vectors"}]
    studies.make_map(with_vectors, STUDY, form_states(method="table", vectors="my-vectors"))
    [job] = with_vectors.jobs.list()
    assert job.params["params"]["method"] == {"method": "table", "form": "mended", "vectors": "my-vectors"}


@pytest.mark.parametrize("vectors", ["/etc/passwd", "v.tsv", "my-vectors.npz", "../my-vectors", "none"])
@pytest.mark.parametrize("method", ["table", "pca"])
def test_a_form_takes_no_path_and_no_other_name_for_a_table(with_vectors, vectors, method):
    _, fault = studies.make_map(with_vectors, STUDY, form_states(method=method, vectors=vectors))
    assert "must be gene vectors of your own in the library" in words(fault) and with_vectors.jobs.list() == []
    assert fault_of("method", "vectors", vectors, {"my-vectors": "My vectors"}).startswith("A table of vectors must")
    assert studies.form_forecast(with_vectors, STUDY, form_states(method=method, vectors=vectors)) == ""


def test_the_method_table_without_a_table_is_refused_and_a_cleared_table_is_none(with_vectors):
    _, fault = studies.make_map(with_vectors, STUDY, form_states(method="table", vectors=None))
    assert "needs gene vectors, found none chosen" in words(fault) and with_vectors.jobs.list() == []
    assert read_form(form_states(vectors=None)) == EmbedParams()
    assert fault_of("method", "vectors", "my-vectors", {"my-vectors": "My vectors"}) == ""


def test_making_a_map_submits_one_job_however_often_it_is_asked(services):
    card, fault = studies.make_map(services, STUDY, form_states(epochs=5))
    again, _ = studies.make_map(services, STUDY, form_states(epochs=5))
    [job] = services.jobs.list()
    assert job.params["params"]["training"]["epochs"] == 5 and fault == ""
    assert links(card) == links(again) == [f"/jobs/{job.id}"]


def test_a_bad_value_submits_nothing_and_says_why(services):
    card, fault = studies.make_map(services, STUDY, form_states(epochs=-1))
    assert services.jobs.list() == [] and "Epochs" in words(fault) and card.__class__.__name__ == "NoUpdate"


def test_a_preset_is_chosen_beside_the_button_and_submitted_as_it_is(services):
    page = studies.layout(services)
    [group] = [part for part in parts(page) if getattr(part, "id", None) == {"type": "study-preset", "owner": STUDY,
                                                                              "place": "card"}]  # fmt: skip
    assert group.value == DEFAULT == "standard"
    card, _ = studies.make_preset(services, STUDY, "quick")
    [job] = services.jobs.list()
    assert EmbedParams.from_dict(job.params["params"]) == preset("quick").params and links(card) == [f"/jobs/{job.id}"]


CALIBRATION = Calibration((4.0, 0.0, 0.0, 0.0), (0.0,) * 3, (0.05, 0.0, 0.0, 0.0, 0.0), (0.0, 0.0), (0.0, 0.0),
                          (0.0, 0.0), "CPU, 1 thread")  # fmt: skip


def told(services) -> tuple[list[str], list, bool]:
    """What the page tells of the bundled study: times by preset, memory, whether it stops asking."""
    return studies.times(services, [time_id(STUDY, p.name) for p in PRESETS], [memory_id(STUDY)])


def test_the_first_look_asks_once_how_fast_the_machine_is_and_does_not_wait(services):
    for _ in range(2):
        times, memory, settled = told(services)
        assert times == ["time not yet known"] * 3 and memory == [""] and not settled
    [job] = services.jobs.list()
    assert (job.kind, job.queue) == (CALIBRATE, "interactive")


def test_times_are_filled_in_when_the_machine_was_timed(services):
    keep(services.settings, machine_key(services.settings), CALIBRATION)
    times, _, settled = told(services)  # three datasets: 12 s of networks, and 0.15 s an epoch
    assert times == ["about 25 s", "about 40 s", "about 1 min"] and settled and services.jobs.list() == []


def test_a_timing_that_failed_is_not_asked_for_again(services):
    told(services)
    [job] = services.jobs.list()
    take(services.jobs, job.id).fail("The disk is full. Make room and try again.")
    times, _, settled = told(services)
    assert times == ["time not known"] * 3 and settled and len(services.jobs.list()) == 1


def test_memory_that_will_not_suffice_is_said_beside_the_presets_and_in_the_form(services):
    keep(services.settings, machine_key(services.settings), replace(CALIBRATION, device_bytes=1e6))
    [warning] = told(services)[1]
    assert "The largest of Quick look, Standard and Thorough would take about" in words(warning)
    assert "would take about" in words(studies.form_forecast(services, STUDY, form_states()))


def test_a_form_says_what_its_settings_will_take(services):
    keep(services.settings, machine_key(services.settings), CALIBRATION)
    assert "about 40 s" in words(studies.form_forecast(services, STUDY, form_states()))
    assert "about 25 s" in words(studies.form_forecast(services, STUDY, form_states(epochs=90)))
    for changed in ({"epochs": 0}, {"method": "pca"}):
        assert studies.form_forecast(services, STUDY, form_states(**changed)) == ""


def test_times_of_a_study_whose_files_are_elsewhere_are_not_known(services):
    blocks = [f'[[datasets]]\nname = "{name}"\npath = "/far/{name}.h5ad"\n' for name in "ab"]
    study_acts.import_study(services, "t.toml", as_upload(('title = "t"\n' + "".join(blocks)).encode()))
    keep(services.settings, machine_key(services.settings), CALIBRATION)
    times, memory, _ = studies.times(services, [time_id("t", "quick"), time_id("gone", "quick")], [memory_id("gone")])
    assert times == ["time not known"] * 2 and memory == [""]


def test_a_profile_fills_every_field_of_the_form():
    states = form_states()
    filled = fill_form([state["id"] for state in states], PAPER)
    assert read_form([{**state, "value": value} for state, value in zip(states, filled, strict=True)]) == PAPER


def test_fields_that_do_not_matter_for_the_method_are_hidden_and_keep_their_values():
    form = parameter_form(STUDY, EmbedParams(method=MethodParams(method="pca")))
    fields = {part.id["name"]: part for part in parts(form) if getattr(part, "className", "") == "gw-field"}
    assert fields["epochs"].hidden and fields["signs"].hidden and fields["vectors"].hidden
    assert not fields["n_latent"].hidden and not fields["n_genes"].hidden and not fields["seed"].hidden
    shown = {part.id["name"] for part in parts(parameter_form(STUDY, EmbedParams()))
             if getattr(part, "className", "") == "gw-field" and not part.hidden}  # fmt: skip
    assert {"signs", "epochs"} <= shown and not {"form", "vectors"} & shown


def test_each_preset_says_what_it_is_for_and_has_a_place_for_its_time():
    radios = [part for part in parts(preset_choice(STUDY)) if hasattr(part, "description")]
    assert [words(radio.label) for radio in radios] == [f"{p.label} time not yet known" for p in PRESETS]
    assert [(radio.value, radio.description) for radio in radios] == [(p.name, p.about) for p in PRESETS]


def own_study(services, title: str = "Mine"):
    """A copy of the bundled study, which is a person's own."""
    return services.library.copy(STUDY, title)


def test_a_study_of_ones_own_comes_first_and_can_be_edited_and_deleted(services):
    own_study(services)
    page = studies.layout(services)
    assert words(page).index("Mine") < words(page).index("PBMC 68k by lineage")
    assert "/studies/mine" in links(page) and f"/studies/{STUDY}" not in links(page) and "/studies/new" in links(page)
    acts = [part.id["act"] for part in parts(page) if isinstance(getattr(part, "id", None), dict)
            and part.id.get("type") == "study-act"]  # fmt: skip
    assert acts == ["copy", "export", "delete", "copy", "export"]


def test_the_study_that_was_saved_comes_before_all(services):
    for title in ("Alpha", "Beta"):
        own_study(services, title)
    assert [study.title for study in studies.in_order(services, "beta")][:2] == ["Beta", "Alpha"]


def test_deleting_says_what_goes_and_takes_the_maps_only_when_asked(services):
    name = own_study(services).name
    kept = write_map(services.store, study=name, seed=3)
    job = submit_embed(services.jobs, name, EmbedParams())
    said = words(study_acts.delete_body(services, services.library.study(name)))
    assert "'Mine' will be deleted" in said and "1 job for it will be cancelled" in said
    assert study_acts.delete_study(services, name, with_maps=False) == "Mine is deleted."
    assert services.store.has(kept) and services.jobs.get(job.id).status == "cancelled"
    name = own_study(services).name
    assert study_acts.delete_study(services, name, with_maps=True) == "Mine is deleted, with 1 map."
    assert not services.store.has(kept) and [study.name for study in services.library.studies()] == [STUDY]


def test_an_exported_study_is_imported_again(services):
    study = services.library.study(STUDY)
    again = study_acts.import_study(services, "any.toml", as_upload(study_text(study).encode()))
    assert again.name == "pbmc-68k-by-lineage" and services.library.study(again.name).datasets == study.datasets


@pytest.mark.parametrize(("content", "said"), [
    (b"title = ", "'s.toml' was expected to be a TOML file"), (b"\xff\x00", "expected to be a TOML file"),
    (b'title = "t"', "needs at least two datasets"), (b"a" * 1_000_001, "a study file has at most 1 MB"),
    (b'title = "t"\nsurprise = 3', "unknown key 'surprise'"),
])  # fmt: skip
def test_a_file_that_is_no_study_is_refused_in_a_sentence(services, content, said):
    with pytest.raises(GeneweaveError, match=said):
        study_acts.import_study(services, "s.toml", as_upload(content))
    assert len(services.library.studies()) == 1


def test_a_half_upload_is_refused_in_a_sentence(services):
    with pytest.raises(GeneweaveError, match="did not arrive whole"):
        study_acts.import_study(services, "s.toml", "data:application/toml;base64,@@@")


def test_a_study_whose_files_are_elsewhere_says_which(services):
    blocks = [f'[[datasets]]\nname = "{name}"\npath = "/far/{name}.h5ad"\n' for name in "ab"]
    text = ('title = "t"\n' + "".join(blocks)).encode()
    study_acts.import_study(services, "../../up.toml", as_upload(text))
    said = words(studies.layout(services))
    assert "2 files of a and b are not on this machine: /far/a.h5ad, /far/b.h5ad" in said
    assert [path.name for path in (Path(services.settings.home) / "studies").iterdir()] == ["t.toml"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../../secret.h5ad"])
def test_an_imported_study_reads_no_other_file_of_this_machine(services, path):
    (Path(services.settings.home).parent / "secret.h5ad").write_text("secret")
    blocks = [f'[[datasets]]\nname = "{name}"\npath = "{path}"\n' for name in "ab"]
    with pytest.raises(GeneweaveError, match="uses files from the Data page"):
        study_acts.import_study(services, "s.toml", as_upload(('title = "t"\n' + "".join(blocks)).encode()))
    assert len(services.library.studies()) == 1


def test_a_map_of_other_datasets_is_said_to_be_older_than_the_study(with_map):
    services, _ = with_map
    stored = find_map(services, study=STUDY)
    study = services.library.study(STUDY)
    assert not outdated(study, stored)
    assert outdated(replace(study, datasets=study.datasets[:2]), stored)


def as_upload(content: bytes) -> str:
    """How the browser hands a file over."""
    return f"data:application/toml;base64,{base64.b64encode(content).decode()}"


def test_a_screen_leads_to_its_knockouts_and_offers_no_map_that_cannot_be_made(services):
    plain = services.library.study(STUDY)
    assert "/knockout" not in " ".join(links(studies.study_card(services, plain)))
    roles = replace(plain.roles, perturbation="bulk_labels")
    both = studies.study_card(services, replace(plain, roles=roles))
    assert f"/knockout?study={STUDY}" in links(both) and "Make the map" in words(both)
    alone = studies.study_card(services, replace(plain, roles=roles, datasets=plain.datasets[:1]))
    assert f"/benchmark?study={STUDY}" in links(alone) and "Make the map" not in words(alone)
    assert "takes two datasets" in words(alone)
