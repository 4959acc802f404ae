"""The networks of the library, fetched from the shared data when they are asked for."""

import pytest

from engine.knowledge import Knowledge
from engine.settings import Settings
from tests.shared_data import shared


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """`library(name)` is a network of the library."""
    given = {"GENEWEAVE_HOME": str(tmp_path_factory.mktemp("home"))}

    def network(name: str):
        knowledge = Knowledge(Settings.from_environment(given | {
            "GENEWEAVE_MIRROR": str(shared("data/MANIFEST.md").parents[1])}))  # fmt: skip
        knowledge.fetch(name)
        return knowledge.network(name)

    return network
