"""A study of one file: which column says what was perturbed, guessed as the check of a file would."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.check.guess import guess_depth, guess_roles, guess_species
from engine.check.identifiers import identify
from engine.check.naming import symbol_column
from engine.errors import InvalidStudy
from engine.io.dataset import opened_source
from engine.io.guides import named_guides
from engine.io.matrix import Opened
from engine.library import slug
from engine.screens.kinds import kind_in, kind_of
from engine.types import DatasetSource, Perturbed, Roles, Study

KINDS = re.compile(r"perturbation[_.]?types?|kind|modality|crispr[_.]?type|perturbation[_.]?kind", re.IGNORECASE)
EFFECTS = 0.02  # share of negative values from which on a matrix is a table of changes
FEW_ROWS = 20000  # rows above which a matrix is one of cells


def study_of_file(path: str | Path, *, kind: str = "", perturbation: str = "", control: str = "", cell_type: str = "",
                  batch: str = "", kind_column: str = "", guides: str = "", guide_targets: str = "", species: str = "",
                  symbols: str = "", modality: str = "") -> Study:  # fmt: skip
    """A screen of one file of cells, or of one table of effects; what is not given is guessed.

    Parameters
    ----------
    path
        A file of any format that is read.
    kind
        Knockout, interference or activation; empty takes what a column or the name of the file says.
    perturbation, cell_type, batch
        `obs` columns of the roles.
    control
        The label of control cells; empty takes the usual words.
    kind_column, guides, guide_targets
        As `engine.types.Perturbed` says.
    symbols
        The `var` column of gene symbols.
    modality
        rna or effects; empty takes effects where the matrix holds negative values.

    Raises
    ------
    InvalidStudy
        When the file cannot be read, or nothing in it tells which gene was perturbed.
    """
    path = Path(path).expanduser().resolve()
    title = re.sub(r"(\.(h5ad|h5|loom|tsv|csv|txt|gz|zip|zarr))+$", "", path.name)
    source = DatasetSource(title, str(path))
    with opened_source(source) as opened:
        modality = modality or _modality(opened)
        symbols = symbols or _symbols(opened)
        genes = opened.var[symbols].astype(str) if symbols else opened.var.index.astype(str)
        roles = _roles(opened, set(genes), perturbation, cell_type, batch, table=modality == "effects")
        perturbed = _perturbed(opened, path.name, kind, kind_column, control)
        if modality == "rna" and not perturbation and (guides or not roles.perturbation):
            perturbed = replace(perturbed, **_guides(path, guides, guide_targets))
        species = species or guess_species(opened.obs).value or identify(genes).species or "human"
        source = replace(source, modality=modality, species=species, symbols=symbols or None,
                         **({} if modality == "effects" else _counts(opened)))  # fmt: skip
    if modality == "rna" and not roles.perturbation and not perturbed.guides:
        raise InvalidStudy(f"'{path.name}' was expected to be a screen, and no column tells which gene was perturbed. "
                           f"Found: {', '.join(map(str, list(opened.obs)[:12])) or 'no column'}. Name the column.")
    return Study(slug(title), title, (source,), roles, perturbed=perturbed)


def _modality(opened: Opened) -> str:
    """effects where the first rows hold negative values and there are few of them; rna else."""
    matrix = opened.matrices.get("X")
    if matrix is None or matrix.shape[0] > FEW_ROWS:
        return "rna"
    values = matrix.rows(0, min(200, matrix.shape[0])).data
    return "effects" if len(values) and (values < 0).mean() > EFFECTS else "rna"


def _symbols(opened: Opened) -> str:
    names = identify(opened.var.index)
    return symbol_column(opened.var) if names.kind in ("ensembl", "entrez", "mixed") else ""


def _roles(opened: Opened, genes: set[str], perturbation: str, cell_type: str, batch: str, *, table: bool) -> Roles:
    guessed = {} if table else guess_roles(opened.obs, genes)

    def of(role: str) -> str | None:
        return guessed[role].value or None if role in guessed else None

    perturbation = perturbation or of("perturbation") or ""
    if table:
        return Roles(perturbation=perturbation or None)
    taken = {perturbation}
    condition = of("condition") if of("condition") not in taken else None
    batch = batch or (of("batch") if of("batch") not in taken else None)
    named = of("cell_type") not in taken and _named(opened, of("cell_type"))
    cell_type = cell_type or (of("cell_type") if named else None)
    return Roles(condition, batch or None, cell_type or None, perturbation or None)


def _named(opened: Opened, column: str | None) -> bool:
    """Whether the levels of a column have names: numbered clusters are what a perturbation may change."""
    return column is not None and not all(re.fullmatch(r"-?\d+(\.0+)?", str(v)) for v in opened.obs[column].unique())


def _perturbed(opened: Opened, name: str, kind: str, column: str, control: str) -> Perturbed:
    if not column and not kind:
        column = next((str(c) for c in opened.obs if KINDS.fullmatch(str(c)) and _says_kinds(opened.obs[c])), "")
    return Perturbed(kind or ("" if column else kind_in(name)), column, control)


def _says_kinds(values) -> bool:
    levels = {str(level) for level in values.dropna().unique()}
    return bool(levels) and all(kind_of(level) for level in levels)


def _guides(path: Path, guides: str, targets: str) -> dict[str, str]:
    """Where counts of guides and their targets are, when they are named so; empty else."""
    named = named_guides(str(path))
    guides, targets = guides or named[0], targets or named[1]
    return {"guides": guides, "guide_targets": targets} if guides and targets else {}


def _counts(opened: Opened) -> dict[str, str | None]:
    """Where the counts are, and the column of totals where the matrix has a part of the genes."""
    from engine.check.counts import first_promising

    key = first_promising(opened)
    matrix = opened.matrices[key]
    few = matrix.rows(0, min(2000, matrix.shape[0]))
    if not (few.data == np.round(few.data)).all():
        return {"counts": "X" if "X" in opened.matrices else key}
    totals = np.asarray(few.sum(axis=1), dtype=np.float64).ravel()
    return {"counts": key, "depth": guess_depth(opened.obs.iloc[: len(totals)], totals).value or None}
