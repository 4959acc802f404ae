"""A study as a TOML file: read, checked, every wrong key named; written so that it reads back the same."""

from __future__ import annotations

import os
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine.errors import InvalidStudy, closest
from engine.io.files import PACKAGE
from engine.store import atomic_write
from engine.types import DatasetSource, Perturbed, QcLimits, Roles, Study

SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def read_study(path: Path) -> Study:
    """Read a study file; relative data paths start at its folder.

    Raises
    ------
    InvalidStudy
        When the file is not TOML, lacks a key, or holds one that is not known.
    """
    path = Path(path)
    try:
        return parse_study(path.read_bytes(), folder=path.parent, file=path.name)
    except OSError as error:
        raise InvalidStudy(
            f"A study file was expected at '{path}', but it cannot be read: {error.strerror}. Correct the path."
        ) from error


def parse_study(content: bytes, *, folder: Path, file: str) -> Study:
    """The study that a TOML text describes; relative data paths start at `folder`, `file` is what faults call it.

    Raises
    ------
    InvalidStudy
        As `read_study`.
    """
    try:
        given = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidStudy(f"'{file}' was expected to be a TOML file, but: {error}. Mend that line.") from error
    where = f"study file '{file}'"
    roles = _build(Roles, given.pop("roles", {}), f"[roles] of {where}")
    perturbed = _build(Perturbed, given.pop("perturbed", {}), f"[perturbed] of {where}")
    blocks = given.pop("datasets", [])
    if not isinstance(blocks, list):
        raise InvalidStudy(f"[[datasets]] of {where} must be a list of blocks. Write it with double brackets.")
    datasets = tuple(_source(block, folder, where) for block in blocks)
    return _build(Study, {"name": Path(file).stem, **given, "roles": roles, "perturbed": perturbed,
                          "datasets": datasets}, where)


def write_study(study: Study, path: Path, *, home: Path | None = None) -> None:
    """Write a study as TOML, whole or not at all; `read_study` gives back an equal one.

    Parameters
    ----------
    home
        Data files below it are written relative to the study file, so that the folder can be moved.
    """
    path = Path(path)
    with atomic_write(path) as part:
        part.write_text(study_text(study, folder=path.parent, home=home), encoding="utf-8")


def study_text(study: Study, *, folder: Path | None = None, home: Path | None = None) -> str:
    """The TOML text of a study; files below `home` are told relative to `folder`, others as they are."""
    lines = [f"{key} = {_value(getattr(study, key))}" for key in ("name", "title", "description", "citation")
             if getattr(study, key)]
    roles = [f"{role} = {_value(column)}" for role, column in vars(study.roles).items() if column is not None]
    lines += ["", "[roles]", *roles] if roles else []
    perturbed = [f"{key} = {_value(value)}" for key, value in vars(study.perturbed).items() if value]
    lines += ["", "[perturbed]", *perturbed] if perturbed else []
    for source in study.datasets:
        lines += ["", "[[datasets]]", *_block(source, _told_path(source.path, folder, home))]
    return "\n".join(lines) + "\n"


def _block(source: DatasetSource, path: str) -> list[str]:
    """The lines of one dataset; what is as by default is left out, modality to condition are always told."""
    always = ("name", "path", "modality", "tissue", "species", "condition")
    defaults = {f.name: f.default for f in fields(DatasetSource)}
    given = {key: value for key, value in vars(source).items()
             if key != "qc" and (key in always or value != defaults[key])} | {"path": path}
    limits = [f"{key} = {_value(value)}" for key, value in vars(source.qc).items() if value is not None]
    lines = [f"{key} = {_value(value)}" for key, value in given.items()]
    return [*lines, *(["[datasets.qc]", *limits] if limits else [])]


def _told_path(path: str, folder: Path | None, home: Path | None) -> str:
    inside = folder and home and not path.startswith(PACKAGE) and Path(path).is_relative_to(home)
    return Path(os.path.relpath(path, folder)).as_posix() if inside else path


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """A TOML basic string: quotes, backslashes and control characters escaped."""
    return '"' + "".join(SHORT.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c)
                         for c in text) + '"'


def _source(block: Any, folder: Path, where: str) -> DatasetSource:
    place = f"[[datasets]] of {where}"
    if not isinstance(block, dict):
        return _build(DatasetSource, block, place)
    values = block.get("values", [])
    if not (isinstance(values, list) and all(isinstance(value, str) for value in values)):
        raise InvalidStudy(f"'values' in {place} must be a list of texts in quotes, found {values!r}. Correct it.")
    limits = _build(QcLimits, block.get("qc", {}), f"[datasets.qc] of {where}")
    source = _build(DatasetSource, {**block, "values": tuple(values), "qc": limits}, place)
    if source.path.startswith(PACKAGE):
        return source
    full = Path(os.path.normpath(folder.resolve() / Path(source.path).expanduser()))
    return _build(DatasetSource, {**vars(source), "path": str(full)}, place)


def _build(kind: type, given: Any, where: str) -> Any:
    """Make a `kind` from a table, naming keys that are unknown, missing or of the wrong type."""
    known = {f.name: f for f in fields(kind)}
    if not isinstance(given, dict):
        raise InvalidStudy(f"{where} must be a table of {', '.join(known)}; found {given!r}. Correct it.")
    for key, value in given.items():
        if key not in known:
            hint = closest(key, known) or list(known)
            raise InvalidStudy(f"{where} has an unknown key '{key}'. Expected one of {', '.join(hint)}.")
        text = str(known[key].type).split(" ")[0] == "str"
        if text and not isinstance(value, str) and not (value is None and "None" in str(known[key].type)):
            raise InvalidStudy(f"'{key}' in {where} must be text in quotes, found {value!r}. Correct it.")
    try:
        return kind(**given)
    except TypeError as error:
        lacking = [name for name in ("name", "title", "path") if name in known and name not in given]
        raise InvalidStudy(f"{where} lacks {', '.join(lacking)}. Add it.") from error
