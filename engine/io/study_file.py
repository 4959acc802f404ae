"""A study as a TOML file: read, checked, every wrong key named."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine.errors import InvalidStudy, closest
from engine.io.files import PACKAGE
from engine.types import DatasetSource, Roles, Study


def read_study(path: Path) -> Study:
    """Read a study file; relative data paths start at its folder.

    Raises
    ------
    InvalidStudy
        When the file is not TOML, lacks a key, or holds one that is not known.
    """
    try:
        given = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidStudy(f"'{path}' was expected to be a TOML file, but: {error}. Mend that line.") from error
    where = f"study file '{Path(path).name}'"
    roles = _build(Roles, given.pop("roles", {}), f"[roles] of {where}")
    blocks = given.pop("datasets", [])
    if not isinstance(blocks, list):
        raise InvalidStudy(f"[[datasets]] of {where} must be a list of blocks. Write it with double brackets.")
    datasets = tuple(_source(block, Path(path).parent, where) for block in blocks)
    return _build(Study, {"name": Path(path).stem, **given, "roles": roles, "datasets": datasets}, where)


def _source(block: dict[str, Any], folder: Path, where: str) -> DatasetSource:
    block = {**block, "values": tuple(block.get("values", ()))}
    source = _build(DatasetSource, block, f"[[datasets]] of {where}")
    if source.path.startswith(PACKAGE) or Path(source.path).is_absolute():
        return source
    return _build(DatasetSource, {**block, "path": str((folder / source.path).resolve())}, where)


def _build(kind: type, given: Any, where: str) -> Any:
    """Make a `kind` from a table, naming keys that are unknown, missing or of the wrong type."""
    known = {f.name: f for f in fields(kind)}
    if not isinstance(given, dict):
        raise InvalidStudy(f"{where} must be a table of {', '.join(known)}; found {given!r}. Correct it.")
    for key, value in given.items():
        if key not in known:
            hint = closest(key, known) or list(known)
            raise InvalidStudy(f"{where} has an unknown key '{key}'. Expected one of {', '.join(hint)}.")
        if "str" in str(known[key].type) and "tuple" not in str(known[key].type) and not isinstance(value, str):
            raise InvalidStudy(f"'{key}' in {where} must be text in quotes, found {value!r}. Correct it.")
    try:
        return kind(**given)
    except TypeError as error:
        lacking = [name for name in ("name", "title", "path") if name in known and name not in given]
        raise InvalidStudy(f"{where} lacks {', '.join(lacking)}. Add it.") from error
