"""Where the cells of a form's block come from: an uploaded file, or datasets of the study that is edited."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from app.words import THIN
from engine.errors import GeneweaveError, UnknownName
from engine.files import DataFile
from engine.io import peek
from engine.io.guides import named_guides
from engine.io.report import Report
from engine.studies.plan import Brought, Choices, guess_roles, plan_file
from engine.studies.split import MIN_CELLS, FilePlan, distinct, file_plans, file_title, with_levels
from engine.types import Roles, Study

if TYPE_CHECKING:
    from app.services import Services

NEW = "new"  # the name in the address of a study that is not there yet
PROTEINS = "-proteins"  # after a file's id: the surface proteins that it has beside its genes
PLACE = "obsm/protein"  # where the matrix of a file has them


@dataclass(frozen=True)
class Origin:
    """One block of the form; its key tells it from others and finds it again without a path from the browser."""

    key: str
    brought: Brought
    plan: FilePlan
    file: DataFile | None = None

    @property
    def part(self) -> str:
        """What the block stands for among all that can be added: the file's id, or its proteins; "" for no upload."""
        if self.file is None:
            return ""
        return self.file.id + (PROTEINS if self.plan.counts.startswith("obsm/") else "")

    @cached_property
    def n_cells(self) -> int | None:
        """All cells of the file; None when it cannot be read."""
        try:
            return peek.n_cells(self.brought.path)
        except GeneweaveError:
            return None


def parts_on_offer(services: Services) -> list[tuple[str, str]]:
    """All that can be added to a study, and its words: each usable file, and surface proteins beside its genes."""
    offered = []
    for file, report in usable(services):
        row = "perturbations" if report.guess("modality") == "effects" else "cells"
        size = f"{report.n_cells:,} {row}".replace(",", THIN)
        offered.append((file.id, f"{file.name} · {size}"))
        if report.proteins and report.guess("modality") != "protein":
            offered.append((file.id + PROTEINS, f"{file.name} · its {report.proteins} surface proteins"))
    return offered


def usable(services: Services) -> list[tuple[DataFile, Report]]:
    """Uploaded files that a study can use, with their reports."""
    found = [(file, services.files.report(file.id)) for file in services.files.list()]
    return [(file, report) for file, report in found if report and report.ready]


def first_origins(services: Services, study: Study | None, wanted: list[str]) -> tuple[list[Origin], list[str]]:
    """The blocks of a form when it opens, and a sentence for each wanted file that cannot be used."""
    origins = list(kept(services, study)) if study else []
    parts, faults = [], []
    for part in wanted:
        try:
            parts.append((part, _uploaded(services, part)[1]))
        except GeneweaveError as fault:
            faults.append(str(fault))
    roles = study.roles if study else guess_roles([brought for _, brought in parts])
    for part, brought in parts:
        column = natural_split(brought) if len(parts) == 1 and not study else None
        taken = [origin.plan.title for origin in origins]
        origins.append(added(services, part, taken=taken, condition=roles.condition, column=column))
    return origins, faults


def added(services: Services, part: str, *, taken: list[str], condition: str | None,
          column: str | None = None) -> Origin:
    """A file, or its proteins, as a block under a title that no other has, with the limits chosen on its page.

    Raises
    ------
    UnknownName
        When it cannot be used; the sentence says why.
    """
    file, brought = _uploaded(services, part)
    proteins = part.endswith(PROTEINS)
    choices = Choices(split=column, qc=services.files.limits(file.id), modality="protein" if proteins else None,
                      counts=PLACE if proteins else None)
    title = distinct(file_title(file.name) + (" proteins" if proteins else ""), taken)
    return Origin(f"file-{part}", brought, plan_file(brought, title, choices, condition=condition), file)


def kept(services: Services, study: Study) -> tuple[Origin, ...]:
    """The blocks of a study that is there: datasets of one file and one column lie together."""
    uploaded = {str(services.files.matrix(file.id)): file for file in services.files.list()}
    titles = {path: file_title(file.name) for path, file in uploaded.items()}
    origins: list[Origin] = []
    for plan in file_plans(study, titles):
        file = uploaded.get(plan.path)
        report = services.files.report(file.id) if file else None
        brought = Brought(plan.path, file.name if file else plan.title, report)
        named = replace(plan, title=distinct(plan.title, [origin.plan.title for origin in origins]))
        origins.append(Origin(_key(plan), brought, _counted(named), file))
    return tuple(origins)


def find(services: Services, key: str, study: str) -> Origin:
    """The origin of a block by its key; `study` is the name of the one that is edited.

    Raises
    ------
    UnknownName
        When the file was deleted, or the study changed elsewhere.
    """
    if key.startswith("file-"):
        return added(services, key.removeprefix("file-"), taken=[], condition=None)
    if study != NEW:
        for origin in kept(services, services.library.study(study)):
            if origin.key == key:
                return origin
    raise UnknownName("The study was changed in another place meanwhile. Reload the page.")


def natural_split(brought: Brought) -> str | None:
    """The column that splits a lone file: donor or batch, else condition, when it gives two datasets or more.

    None of a screen: each of its cells counts, and batches are matched inside it.
    """
    if brought.column("perturbation") or brought.guess("modality") == "effects" or named_guides(brought.path)[0]:
        return None
    for role in ("batch", "condition"):
        column = brought.column(role)
        if column and sum(cells >= MIN_CELLS for cells in _levels(brought.path, column)) > 1:
            return column
    return None


def plan_roles(study: Study | None, origins: list[Origin]) -> Roles:
    """The roles of a study, or those that the files suggest."""
    if study:
        return study.roles
    return guess_roles(readable(origins))


def readable(origins: list[Origin]) -> list[Brought]:
    """The files of the blocks that can be read."""
    return [origin.brought for origin in origins if origin.n_cells is not None]


def suggested_title(origins: list[Origin]) -> str:
    """A title from the names of the files."""
    names = [origin.plan.title.replace("_", " ").strip() for origin in origins]
    text = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))[:80]
    return text[:1].upper() + text[1:]




def _uploaded(services: Services, part: str) -> tuple[DataFile, Brought]:
    file_id = part.removesuffix(PROTEINS)
    file = services.files.get(file_id)
    report = services.files.report(file_id)
    if report is None:
        raise UnknownName(f"'{file.name}' has not been checked yet. Wait for its check on the Data page.")
    if not report.ready:
        raise UnknownName(f"'{file.name}' cannot be used yet. {report.verdict} Mend it on its page under Data.")
    if part.endswith(PROTEINS) and not report.proteins:
        raise UnknownName(f"'{file.name}' has no surface proteins beside its genes. Leave them out.")
    return file, Brought(str(services.files.matrix(file_id)), file.name, report)


def _counted(plan: FilePlan) -> FilePlan:
    """With cells and unused levels where the file can be read."""
    try:
        if plan.column:
            return with_levels(plan, peek.labels(plan.path, plan.column))
        cells = peek.n_cells(plan.path)
    except GeneweaveError:
        return plan
    return replace(plan, parts=tuple(replace(part, n_cells=cells) for part in plan.parts))


def _key(plan: FilePlan) -> str:
    words = "\n".join(map(str, (plan.path, plan.column, plan.modality, plan.counts, plan.depth, plan.symbols, plan.qc)))
    return f"kept-{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def _levels(path: str, column: str) -> list[int]:
    return next((([cells for _, cells in c.levels]) for c in peek.columns(path) if c.name == column), [])
