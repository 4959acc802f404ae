"""A library of made-up genes, and their names."""

import pytest

from engine.gene_features.names import names_in
from tests.small_knowledge import GENES, world_of


@pytest.fixture
def world(monkeypatch, tmp_path):
    return world_of(monkeypatch, tmp_path)


@pytest.fixture
def names(world):
    return names_in("human", GENES, world.knowledge)
