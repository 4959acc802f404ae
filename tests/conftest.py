"""Threads for all tests; databases for those that must hold on each of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.settings import Settings
from tests.postgres import new_database, postgres_server

Settings.from_environment().limit_threads()  # as every command does: Numba bears no other number once it has begun


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket folder of a PostgreSQL server; in a short path, as sockets need."""
    with tempfile.TemporaryDirectory(prefix="gw-pg-") as folder, postgres_server(Path(folder)) as sockets:
        yield sockets


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> str:
    """The address of an empty database: the embedded one, then PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'geneweave.db'}"
    return new_database(request.getfixturevalue("postgres"))
