"""Everything the pages work with, built once and handed in."""

from __future__ import annotations

from dataclasses import dataclass

from engine.files import Files
from engine.jobs.publish import publisher
from engine.jobs.sets import GeneSets
from engine.jobs.table import JobTable
from engine.knowledge import Knowledge
from engine.library import Library
from engine.settings import Settings
from engine.store import Store


@dataclass(frozen=True)
class Services:
    """The settings, and what they say where to find: results, jobs, studies, gene sets, files, knowledge."""

    settings: Settings
    store: Store
    jobs: JobTable
    library: Library
    sets: GeneSets
    files: Files
    knowledge: Knowledge

    @classmethod
    def build(cls, settings: Settings) -> Services:
        return cls(
            settings=settings,
            store=Store(settings),
            jobs=JobTable(settings.database_url, publish=publisher(settings)),
            library=Library(settings),
            sets=GeneSets(settings.database_url),
            files=Files(settings),
            knowledge=Knowledge(settings),
        )
