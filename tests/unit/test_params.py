"""Parameters refuse what lies outside their range, and survive the way through JSON."""

import json

import pytest

from engine.errors import InvalidParameter
from engine.params import EmbedParams, MuseParams, NetworkParams, TrainParams


def test_parameters_survive_the_way_through_json():
    params = EmbedParams(network=NetworkParams(n_genes=300), training=TrainParams(seed=4))
    assert EmbedParams.from_dict(json.loads(json.dumps(params.to_dict()))) == params
    assert EmbedParams.from_dict({}) == EmbedParams()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: TrainParams(epochs=0), "'Epochs' must be a whole number from 1 to 100000, found 0"),
        (lambda: TrainParams(epochs=1.5), "whole number.*found 1.5"),
        (lambda: TrainParams(seed=True), "'Seed' must be a whole number"),
        (lambda: TrainParams(learning_rate=float("nan")), "'Learning rate' must be a number"),
        (lambda: NetworkParams(max_p=2), "'Largest p of an edge' must be a number from 0.0 to 1.0, found 2"),
        (lambda: MuseParams(decoder="none"), "'Decoder' must be one of bilinear, mlp, found 'none'"),
    ],
)
def test_a_value_outside_its_range_is_refused_in_words(make, words):
    with pytest.raises(InvalidParameter, match=words):
        make()
