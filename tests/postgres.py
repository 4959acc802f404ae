"""A PostgreSQL server of our own in a temporary folder, for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

OWNER = "postgres"  # the server refuses to run as root


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """The socket folder of a running server; skips the test when there is none on this machine."""
    programs = _programs()
    if programs is None:
        pytest.skip("No PostgreSQL server here: install one to test that database.")
    data = folder / "data"
    _run(programs / "initdb", "--pgdata", data, "--username", OWNER, "--auth", "trust", "--no-sync", folder=folder)
    options = f"-c listen_addresses= -c fsync=off -k {folder}"
    _run(programs / "pg_ctl", "start", "--wait", "-D", data, "-o", options, "-l", folder / "log", folder=folder)
    try:
        yield str(folder)
    finally:
        _run(programs / "pg_ctl", "stop", "-D", data, "--mode", "immediate", folder=folder)


def new_database(folder: str) -> str:
    """Address of a new, empty database of the server whose sockets are in `folder`."""
    import sqlalchemy as sa

    name = f"t{uuid.uuid4().hex[:10]}"
    address = f"postgresql+pg8000://{OWNER}@/{{}}?unix_sock={folder}/.s.PGSQL.5432"
    engine = sa.create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.format(name)


def _programs() -> Path | None:
    found = shutil.which("pg_ctl")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return Path(found).resolve().parent if found else installed[-1].parent if installed else None


def _run(*command: object, folder: Path) -> None:
    user = None
    if os.name == "posix" and os.geteuid() == 0:
        user = OWNER
        try:
            shutil.chown(folder, user)
        except LookupError:
            pytest.skip("PostgreSQL does not run as root, and there is no user 'postgres' to run it as.")
    subprocess.run([str(part) for part in command], check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
