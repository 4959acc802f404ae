"""The pages, in the order of the rail; adding one is one file and one line here."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from app.pages import (
    atlas,
    benchmark,
    causes,
    compare,
    data,
    data_file,
    enrichment,
    job,
    jobs,
    knockout,
    library,
    modalities,
    networks,
    quality,
    studies,
    study,
)


@dataclass(frozen=True)
class Page:
    """A page module (PATH, TITLE, layout, register) and its place in the rail, when it has one.

    `named` lets the search find by its title a page that is not in the rail.
    """

    module: ModuleType
    icon: str = ""
    key: str = ""
    named: bool = False

    @property
    def path(self) -> str:
        return self.module.PATH

    @property
    def title(self) -> str:
        return self.module.TITLE


PAGES = (
    Page(studies, "studies", "s"),
    Page(study),
    Page(data, "data", "d"),
    Page(data_file),
    Page(networks),
    Page(library),
    Page(atlas, "atlas", "a"),
    Page(modalities, "modalities", "m"),
    Page(compare, "compare", "c"),
    Page(causes, "causes", "u"),
    Page(knockout, "knockout", "k"),
    Page(enrichment, named=True),
    Page(benchmark, named=True),
    Page(quality, "quality", "q"),
    Page(jobs, "jobs", "j"),
    Page(job),
)
START = PAGES[0]


def find(pathname: str) -> tuple[Page, dict[str, str]] | None:
    """The page of an address and the variables in it; None when there is none."""
    pathname = pathname.rstrip("/") or START.path
    for page in PAGES:
        match = re.fullmatch(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", page.path), pathname)
        if match:
            return page, match.groupdict()
    return None


def build(page: Page, services: Any, given: dict[str, str]) -> Any:
    """The page's layout, handed those of the given words that it asks for."""
    wanted = inspect.signature(page.module.layout).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in wanted.values())
    known = {name: value for name, value in given.items() if takes_all or name in wanted}
    known.pop("services", None)
    return page.module.layout(services, **known)


def follows_study(page: Page) -> bool:
    """Whether the page changes with the study switcher."""
    wanted = inspect.signature(page.module.layout).parameters
    return "study" in wanted or any(p.kind is p.VAR_KEYWORD for p in wanted.values())
