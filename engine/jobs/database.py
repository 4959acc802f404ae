"""The database of jobs and gene sets: its tables, and how it is opened."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from engine.errors import GeneweaveError
from engine.store import storage_errors


class UtcTime(sa.types.TypeDecorator):
    """Moments in UTC: aware in Python, naive UTC in every database."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


metadata = sa.MetaData()

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("queue", sa.String(40), nullable=False),
    sa.Column("status", sa.String(20), nullable=False, index=True),
    sa.Column("stage", sa.Text, nullable=False, default=""),
    sa.Column("fraction", sa.Float, nullable=False, default=0.0),
    sa.Column("eta_seconds", sa.Float),
    sa.Column("device", sa.Text, nullable=False, default=""),
    sa.Column("created", UtcTime, nullable=False, index=True),
    sa.Column("started", UtcTime),
    sa.Column("finished", UtcTime),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("cancel_requested", sa.Boolean, nullable=False, default=False),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("result", sa.Text, nullable=False, default=""),
    sa.Column("request", sa.String(64), unique=True),  # hash of an active request: none runs twice at a time
    sa.Column("token", sa.String(32)),  # of the worker that holds the job
    sa.Column("heartbeat", UtcTime),
    sa.Column("published", UtcTime),  # when its message last went to the broker
)

job_events = sa.Table(
    "job_events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("job", sa.String(32), nullable=False, index=True),
    sa.Column("time", UtcTime, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)

gene_sets = sa.Table(
    "gene_sets",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("study", sa.String(200), nullable=False),
    sa.Column("genes", sa.Text, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.UniqueConstraint("study", "name"),
)


def utc_now() -> datetime:
    """Now, with its time zone."""
    return datetime.now(UTC)


def open_database(url: str) -> Engine:
    """An engine for `url`, with the tables made when they are not there.

    Raises
    ------
    GeneweaveError
        When the address is wrong or the database does not answer.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address, pool_pre_ping=True, connect_args=_connect_args(address))
        _listen(engine)
        _create_tables(engine)
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise GeneweaveError(
            f"The job database was expected at {_without_password(url)} but cannot be opened ({_reason(error)}). "
            "Correct GENEWEAVE_DATABASE_URL, or unset it to use the built-in one."
        ) from error
    return engine


class writing(storage_errors):
    """Context of every write by a person: a full disk becomes `StorageFull`."""

    def __exit__(self, kind, error, trace) -> None:
        if isinstance(error, sa.exc.OperationalError) and "disk is full" in str(error.orig):
            error = OSError(errno.ENOSPC, "disk is full")
        super().__exit__(kind, error, trace)


def _connect_args(address: sa.URL) -> dict[str, float]:
    return {"timeout": 20.0} if address.get_backend_name() == "sqlite" else {}


def _listen(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)


def _prepare_sqlite(connection, _record) -> None:
    connection.execute("PRAGMA busy_timeout = 20000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _create_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda index: index.name):
                connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return f"'{url}'"


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
