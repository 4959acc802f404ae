"""The arithmetic of estimates: fits give back known costs, and stages add up as they are done."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.calibration import costs
from engine.calibration.costs import Calibration, DatasetSize, estimate, roughly, stages
from engine.calibration.forecast import forecast
from engine.methods.memory import SHARE
from engine.params import EmbedParams, MethodParams, MuseParams, NetworkParams, TrainParams
from engine.profiles import FAST, PAPER

SIZES = [DatasetSize(1000, 2000, 500), DatasetSize(200, 800, 300)]
NOTHING = Calibration((0.0,) * 4, (0.0,) * 3, (0.0,) * 5, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), "CPU, 1 thread")
ONCE = replace(NOTHING, network=(2.0, 0.0, 0.0, 0.0), setup=(3.0, 0.0, 0.0), epoch=(0.5, 0.0, 0.0, 0.0, 0.0),
               look=(0.25, 0.0), place=(7.0, 0.0), measure=(0.01, 0.0))  # fmt: skip


@pytest.mark.parametrize("known", [(0.01, 2e-5, 3e-8, 0.0, 0.0), (0.0, 1e-6, 0.0, 4e-9, 2e-10)])
def test_a_fit_gives_back_the_costs_that_made_the_seconds(known):
    points = [(150, 128, 0), (300, 128, 0), (1100, 128, 0), (300, 1000, 0), (300, 128, 1)]
    terms = [costs.epoch_terms(DatasetSize(0, 0, genes), width, dense_decoder=bool(dense))
             for genes, width, dense in points]  # fmt: skip
    found = costs.fit(terms, [costs.cost(known, row) for row in terms])
    assert found == pytest.approx(known, rel=1e-6, abs=1e-12)


def test_no_cost_is_negative_whatever_was_timed():
    terms = [(1.0, 10.0), (1.0, 20.0), (1.0, 40.0)]
    assert min(costs.fit(terms, [1.0, 0.5, 0.25])) >= 0


def test_the_stages_add_up_as_they_are_done():
    params = EmbedParams(training=TrainParams(epochs=100))
    found = stages(ONCE, SIZES, params)
    assert found["networks"] == 2 * 2.0
    assert found["training"] == pytest.approx(2 * 3.0 + 100 * 2 * 0.5 + 20 * 2 * 0.25)
    assert found["placing"] == 7.0 and found["measuring"] == pytest.approx(0.01 * 800)
    assert estimate(ONCE, SIZES, params) == pytest.approx(sum(found.values()))


def test_fewer_epochs_than_looks_are_looked_at_once_each():
    params = EmbedParams(training=TrainParams(epochs=4))
    assert stages(ONCE, SIZES, params)["training"] == pytest.approx(6.0 + 4 * 1.0 + 4 * 0.5)


def test_steps_of_pairs_pass_every_dataset_twice_and_the_decoder_once():
    by_decoder = replace(NOTHING, epoch=(0.5, 0.0, 0.0, 0.0, 1e-9))
    once = EmbedParams(training=TrainParams(epochs=1), model=MuseParams(decoder="mlp"))
    pairs = replace(once, training=TrainParams(epochs=1, step_of="pair"))
    decoder = 1e-9 * (500**3 + 300**3)
    assert stages(by_decoder, SIZES, once)["training"] == pytest.approx(1.0 + decoder)
    assert stages(by_decoder, SIZES, pairs)["training"] == pytest.approx(2.0 + decoder)


def test_the_first_layer_is_as_wide_as_its_components_or_its_cells():
    by_width = replace(NOTHING, epoch=(0.0, 0.0, 0.0, 1e-6, 0.0))
    one = EmbedParams(training=TrainParams(epochs=1), network=NetworkParams(feature_cells=600))
    assert stages(by_width, SIZES, one)["training"] == pytest.approx(1e-6 * 128 * 800)
    cells = replace(one, model=MuseParams(components=0))
    assert stages(by_width, SIZES, cells)["training"] == pytest.approx(1e-6 * (600 * 500 + 200 * 300))


def test_wider_layers_cost_more_in_proportion():
    by_gene = replace(NOTHING, epoch=(0.0, 1e-3, 0.0, 0.0, 0.0))
    usual, wide = (stages(by_gene, SIZES, replace(FAST, model=MuseParams(n_hidden=n)))["training"] for n in (32, 64))
    assert wide == pytest.approx(2 * usual)


def test_umap_goes_fewer_rounds_over_many_rows():
    few, many = costs.place_terms([DatasetSize(1, 1, 10_000)]), costs.place_terms([DatasetSize(1, 1, 20_000)])
    assert (few, many) == ((1.0, 5_000_000), (1.0, 4_000_000))


def test_the_looks_are_those_of_the_loop():
    from engine.train.loop import VALIDATIONS

    assert costs.LOOKS == VALIDATIONS


def test_what_learns_nothing_trains_for_no_time_and_a_rivals_time_is_not_known():
    assert stages(ONCE, SIZES, EmbedParams(method=MethodParams(method="random")))["training"] == 0.0
    assert stages(ONCE, SIZES, EmbedParams(method=MethodParams(method="untrained")))["training"] == 6.0
    assert estimate(ONCE, SIZES, EmbedParams(method=MethodParams(method="gae"))) is None


def test_a_calibration_comes_back_from_its_text():
    assert Calibration.from_json(ONCE.to_json()) == ONCE
    with pytest.raises((ValueError, TypeError)):
        Calibration.from_json(json.dumps({"network": [1.0]}))


@pytest.mark.parametrize(("seconds", "words"), [
    (1, "about 5 s"), (38.2, "about 40 s"), (57.4, "about 55 s"), (58, "about 1 min"), (200, "about 3 min"),
    (599, "about 10 min"), (1310, "about 20 min"), (5300, "about 1.5 h"), (46_800, "about 13 h"),
])  # fmt: skip
def test_durations_are_said_as_exactly_as_they_are_known(seconds, words):
    assert roughly(seconds) == words


def test_memory_is_told_beside_what_is_free_and_the_device_decides_where():
    on_gpu = replace(ONCE, device_bytes=1e6)
    found = forecast(on_gpu, SIZES, PAPER)
    assert found.free == 1e6 and not found.fits
    assert "would take about" in found.shortage() and "fewer genes" in found.shortage()
    roomy = forecast(replace(ONCE, device_bytes=1e15), SIZES, PAPER)
    assert roomy.fits and roomy.shortage() == "" and roomy.memory <= SHARE * 1e15
    assert "and" in roomy.in_words() and roomy.in_words().endswith("GB of memory")


def test_without_a_calibration_memory_is_known_and_time_is_not():
    found = forecast(None, SIZES, FAST)
    assert found.seconds is None and found.memory > 0 and found.in_words().startswith("time not known")
