"""From files and choices to a study: how one file becomes many datasets, and what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from engine.types import DatasetSource, Perturbed, QcLimits, Roles, Study

MIN_CELLS = 50  # of a part that is a dataset by default
PURE = 0.9  # share of a part's cells that must have a label for the part to be called by it
MIXED = "mixed"
ENDINGS = {"h5ad", "h5mu", "h5", "loom", "csv", "tsv", "txt", "mtx", "zarr", "gz", "bz2", "xz", "zip", "tar", "tgz"}


@dataclass(frozen=True)
class Part:
    """The cells of one dataset: those whose label is one of `values`, or all where there are none."""

    name: str
    values: tuple[str, ...] = ()
    n_cells: int = 0
    condition: str = "none"
    tissue: str = "unknown"
    kept: bool = True


@dataclass(frozen=True)
class FilePlan:
    """What a file gives to a study: its facts, the column that splits it, and the parts."""

    title: str
    path: str
    parts: tuple[Part, ...]
    column: str | None = None
    modality: str = "rna"
    species: str = "human"
    counts: str = "X"
    depth: str | None = None
    symbols: str | None = None
    qc: QcLimits = field(default_factory=QcLimits)

    @property
    def kept(self) -> tuple[Part, ...]:
        """The parts that become datasets; those of one name are one, with the cells of all."""
        merged: dict[str, list[Part]] = {}
        for part in self.parts:
            if part.kept:
                merged.setdefault(part.name.strip(), []).append(part)
        return tuple(_merge(name, parts) for name, parts in merged.items())


@dataclass(frozen=True)
class StudyPlan:
    """All choices for a study."""

    title: str
    files: tuple[FilePlan, ...]
    roles: Roles = field(default_factory=Roles)
    description: str = ""
    citation: str = ""
    perturbed: Perturbed = field(default_factory=Perturbed)

    @property
    def is_screen(self) -> bool:
        """Whether a column, or guides, say which gene was perturbed, or a file is a table of effects."""
        guided = bool(self.roles.perturbation or self.perturbed.guides)
        return guided or any(file.modality == "effects" for file in self.files)

    def sources(self) -> tuple[DatasetSource, ...]:
        """The datasets, in the order of the files."""
        return tuple(source for file in self.files for source in sources(file))

    def study(self, name: str) -> Study:
        """The study under that name; raises `InvalidStudy` when it has too few datasets, or two of a name."""
        return Study(name, self.title.strip(), self.sources(), self.roles, self.description.strip(),
                     self.citation.strip(), self.perturbed if self.is_screen else Perturbed())


def split(title: str, values: np.ndarray, *, condition: np.ndarray | None = None, tissue: np.ndarray | None = None,
          default: Part | None = None, min_cells: int = MIN_CELLS) -> tuple[Part, ...]:
    """A part for each level of a column, in the order of a list; those with too few cells are not kept.

    Parameters
    ----------
    title
        Of the file; a part is called "level · title".
    values, condition, tissue
        The label of each cell, shape (n_cells,); "" where it has none. Cells without a value are in no part.
    default
        Condition and tissue where no labels are given.
    """
    default = default or Part(title)
    cells = level_cells(values)
    conditions = _labels_by_level(values, condition, default.condition)
    tissues = _labels_by_level(values, tissue, default.tissue)
    return tuple(
        Part(f"{level} · {title}", (level,), cells[level], conditions.get(level, default.condition),
             tissues.get(level, default.tissue), cells[level] >= min_cells)
        for level in sorted(cells, key=_natural)
    )  # fmt: skip


def level_cells(values: np.ndarray) -> dict[str, int]:
    """Cells of each level; those without a label are left out."""
    import pandas as pd

    codes, levels = pd.factorize(values)
    counts = np.bincount(codes, minlength=len(levels))
    return {str(level): int(n) for level, n in zip(levels, counts, strict=True) if level != ""}


def label(counts: dict[str, int], default: str) -> str:
    """What cells are called by their labels: the commonest when nine in ten have it, else "mixed"."""
    if not counts:
        return default
    level = max(counts, key=lambda name: counts[name])
    return level if counts[level] >= PURE * sum(counts.values()) else MIXED


def _labels_by_level(values: np.ndarray, labels: np.ndarray | None, default: str) -> dict[str, str]:
    if labels is None:
        return {}
    import pandas as pd

    table = pd.DataFrame({"level": values, "label": labels}).value_counts(["level", "label"])
    found: dict[str, dict[str, int]] = {}
    for (level, name), cells in table.items():
        if name != "":
            found.setdefault(str(level), {})[str(name)] = int(cells)
    return {level: label(counts, default) for level, counts in found.items()}


def sources(file: FilePlan) -> tuple[DatasetSource, ...]:
    """The datasets that a file gives."""
    return tuple(
        DatasetSource(part.name, file.path, file.modality, part.tissue.strip() or "unknown", file.species,
                      part.condition.strip() or "none", file.column if part.values else None, part.values,
                      file.counts, file.depth, file.symbols, file.qc)
        for part in file.kept
    )  # fmt: skip


def file_plans(study: Study, titles: dict[str, str]) -> tuple[FilePlan, ...]:
    """The choices that would make this study again, without numbers of cells; `titles` names files by path."""
    plans: dict[FilePlan, list[Part]] = {}
    for s in study.datasets:
        plan = FilePlan(titles.get(s.path, file_title(s.path)), s.path, (), s.column, s.modality, s.species, s.counts,
                        s.depth, s.symbols, s.qc)
        plans.setdefault(plan, []).append(Part(s.name, s.values, 0, s.condition, s.tissue))
    return tuple(replace(plan, parts=tuple(parts)) for plan, parts in plans.items())


def with_levels(plan: FilePlan, values: np.ndarray) -> FilePlan:
    """The same with the cells of each part counted, and the levels that no part has as parts that are not kept."""
    cells = level_cells(values)
    parts = tuple(replace(part, n_cells=sum(cells.get(value, 0) for value in part.values)) for part in plan.parts)
    used = {value for part in parts for value in part.values}
    rest = [Part(f"{level} · {plan.title}", (level,), cells[level], kept=False)
            for level in sorted(cells.keys() - used, key=_natural)]
    return replace(plan, parts=(*parts, *rest))


def file_title(name: str) -> str:
    """What people call a file: its name without folder and endings."""
    stem = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    while stem.rpartition(".")[0] and stem.rpartition(".")[2].lower() in ENDINGS:
        stem = stem.rpartition(".")[0]
    return stem


def distinct(name: str, taken: Iterable[str]) -> str:
    """`name`, or with the next free number when it is taken: `Blood (2)`."""
    taken, found, number = set(taken), name, 1
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    return found


def _merge(name: str, parts: list[Part]) -> Part:
    conditions, tissues = ({getattr(part, key) for part in parts} for key in ("condition", "tissue"))
    return Part(
        name, tuple(value for part in parts for value in part.values), sum(part.n_cells for part in parts),
        conditions.pop() if len(conditions) == 1 else MIXED, tissues.pop() if len(tissues) == 1 else MIXED,
    )  # fmt: skip


def _natural(level: str) -> list[tuple[int, int, str]]:
    """Sorts `P2` before `P10`."""
    return [(0, int(bit), "") if bit.isdecimal() else (1, 0, bit.lower()) for bit in re.split(r"(\d+)", str(level))]
