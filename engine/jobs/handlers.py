"""What each kind of job does: one function and one line in `HANDLERS`."""

from __future__ import annotations

from collections.abc import Callable

from engine.jobs.record import Job
from engine.jobs.submit import EMBED
from engine.library import Library
from engine.params import EmbedParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store

Handler = Callable[[Job, Settings, Progress], str]  # -> id of the stored result


def embed(job: Job, settings: Settings, progress: Progress) -> str:
    """The gene map of a study."""
    study = Library(settings).study(job.params["study"])
    params = EmbedParams.from_dict(job.params["params"])
    from engine import pipeline  # after the cheap checks: it loads the scientific libraries

    return pipeline.embed(study, params, store=Store(settings), device=settings.device, progress=progress)


HANDLERS: dict[str, Handler] = {
    EMBED: embed,
}
