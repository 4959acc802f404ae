"""Job and JobEvent: what a person sees of a row of the job table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

STATUSES = ("queued", "running", "done", "failed", "cancelled")
ACTIVE = ("queued", "running")
QUEUES = ("train", "interactive")


@dataclass(frozen=True)
class Job:
    """One piece of work; times in UTC, `fraction` from 0 to 1, `error` a sentence."""

    id: str
    kind: str
    title: str
    params: dict[str, Any]
    queue: str
    status: str
    stage: str
    fraction: float
    eta_seconds: float | None
    device: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    attempts: int
    cancel_requested: bool
    error: str
    result: str

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.status in ACTIVE

    @classmethod
    def from_row(cls, row) -> Job:
        found = {name: getattr(row, name) for name in cls.__dataclass_fields__}
        return cls(**(found | {"params": json.loads(row.params)}))


@dataclass(frozen=True)
class JobEvent:
    """Something that happened to a job.

    `kind` is log ({"text"}), stage ({"name"}) or loss ({"epoch", "total", …its parts}).
    """

    seq: int
    time: datetime
    kind: str
    payload: dict[str, Any]

    @classmethod
    def from_row(cls, row) -> JobEvent:
        return cls(row.seq, row.time, row.kind, json.loads(row.payload))
