"""Profiles and presets as places to start from, and the command line that leads from them to any map."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import fields, replace

import pytest

from engine.command import command
from engine.commands import maps
from engine.errors import UnknownName
from engine.params import METHOD_NAMES, EmbedParams, MuseParams, TrainParams, matters
from engine.profiles import FAST, PAPER, PRESETS, preset, profile, start_from


def parsed(line: str) -> EmbedParams:
    """The parameters that a command line asks for."""
    parser = argparse.ArgumentParser()
    maps.add(parser.add_subparsers())
    words = shlex.split(line)
    assert words[:3] == ["python", "-m", "engine"]
    return maps.given_parameters(parser.parse_args(words[3:]))


@pytest.mark.parametrize(("params", "options"), [
    (FAST, ""), (PAPER, "--profile paper"), (preset("quick").params, "--preset quick"),
    (preset("thorough").params, "--preset thorough"), (start_from("paper", "quick"), "--profile paper --preset quick"),
    (replace(FAST, training=TrainParams(epochs=7)), "--epochs 7"),
    (replace(PAPER, model=replace(PAPER.model, sharing="one")), "--profile paper --sharing one"),
    (replace(FAST, model=MuseParams(decoder="mlp")), "--decoder mlp"),
])  # fmt: skip
def test_a_command_line_is_the_shortest_from_the_nearest_profile_and_preset(params, options):
    line = command("blood", params)
    assert line == f"python -m engine embed blood --out blood.h5ad {options}".strip()
    assert parsed(line) == params


def test_what_is_given_wins_over_profile_and_preset_wherever_it_stands():
    line = "python -m engine embed s --out s.h5ad --epochs 9 --profile paper --preset quick --signs kept"
    found = parsed(line)
    assert (found.training.epochs, found.model.signs) == (9, "kept")
    assert (found.network.n_genes, found.model.decoder) == (500, "mlp")


def test_a_preset_keeps_its_share_of_a_profiles_epochs():
    assert [start_from("paper", p.name).training.epochs for p in PRESETS] == [800, 2000, 4000]
    assert [start_from("fast", p.name) for p in PRESETS] == [p.params for p in PRESETS]
    assert start_from("paper", "standard") == PAPER


@pytest.mark.parametrize("ask", [preset, profile])
def test_an_unknown_name_is_refused_with_the_known_ones(ask):
    with pytest.raises(UnknownName, match="fast" if ask is profile else "quick"):
        ask("slow and careful")


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_every_method_has_its_name_its_network_and_its_seed(method):
    seen = {f"{group.name}.{f.name}" for group in fields(EmbedParams) for f in fields(getattr(FAST, group.name))
            if matters(method, group.name, f.name)}  # fmt: skip
    assert {"method.method", "network.n_genes", "training.seed", "training.held_out"} <= seen
    assert ("model.signs" in seen) == (method in ("muse-gnn", "untrained"))
    assert ("method.vectors" in seen) == (method == "table")
    assert ("training.learning_rate" in seen) == (method == "muse-gnn")
