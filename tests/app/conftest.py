"""Services on a temporary home, with and without a map."""

from __future__ import annotations

import pytest

from app.services import Services
from engine.settings import Settings
from tests.app.made_up_map import write_map


@pytest.fixture
def services(tmp_path) -> Services:
    """Real services on an empty home; jobs wait, since no worker runs."""
    return Services.build(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))


@pytest.fixture
def with_map(services) -> tuple[Services, str]:
    """The same with one made-up map of the bundled study, and the map's id."""
    return services, write_map(services.store)
