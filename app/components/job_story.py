"""What a job has told so far: its stages, losses and log, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dash import html

from app.components.page_header import icon
from app.words import duration, elapsed, when

if TYPE_CHECKING:
    from engine.jobs.record import Job, JobEvent


@dataclass(frozen=True)
class Story:
    """Events in order; of an epoch told twice, after a resume, the later loss counts."""

    seq: int
    stages: tuple[str, ...]
    losses: tuple[dict[str, float], ...]
    log: tuple[tuple[int, datetime, str], ...]

    @classmethod
    def of(cls, events: Iterable[JobEvent]) -> Story:
        events = list(events)
        losses = {e.payload["epoch"]: e.payload for e in events if e.kind == "loss" and "epoch" in e.payload}
        stages = dict.fromkeys(e.payload["name"] for e in events if e.kind == "stage")
        log = tuple((e.seq, e.time, e.payload["text"]) for e in events if e.kind == "log")
        return cls(events[-1].seq if events else 0, tuple(stages), tuple(losses[k] for k in sorted(losses)), log)

    @property
    def epoch(self) -> float:
        """The last epoch with a loss; 0 before the first."""
        return self.losses[-1]["epoch"] if self.losses else 0


def stage_list(story: Story, job: Job) -> list[html.Li]:
    """Stages so far; the one that is on is marked by word and drawing."""
    return [_stage(name, job, now=name == job.stage) for name in story.stages] or [
        html.Li([icon("clock"), html.Span("Nothing has begun yet")], className="gw-stage")
    ]


def _stage(name: str, job: Job, *, now: bool) -> html.Li:
    on, broken = now and job.status == "running", now and job.status in ("failed", "cancelled")
    drawing = "spin" if on else "cross" if broken else "check"
    state = "now: " if on else "stopped here: " if broken else "done: "
    tone = " gw-stage-now" if on else " gw-stage-bad" if broken else ""
    return html.Li([icon(drawing), html.Span(state, className="gw-hidden"), html.Span(name)],
                   className=f"gw-stage{tone}", **({"aria-current": "step"} if on else {}))


def facts_list(job: Job) -> list[html.Dt | html.Dd]:
    """Times, device and attempts."""
    pairs = [
        ("Asked for", when(job.created)), ("Started", when(job.started)),
        ("Elapsed", duration(elapsed(job.started, job.finished))), ("Device", job.device or "–"),
        ("Attempts", str(job.attempts)),
    ]
    return [part for term, words in pairs for part in (html.Dt(term), html.Dd(words))]


def log_lines(story: Story, *, after: int = 0) -> list[html.Div]:
    """Lines of the log told after an event, each with its time."""
    return [html.Div([html.Span(f"{time:%H:%M:%S}", className="gw-muted"), " ", text])
            for seq, time, text in story.log if seq > after]
