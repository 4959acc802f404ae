"""Commands for studies: study new, study show, study export."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields, replace
from pathlib import Path

from engine.errors import InvalidParameter, InvalidStudy, closest
from engine.files import Files
from engine.io.study_file import write_study
from engine.library import Library, missing_files, slug
from engine.settings import Settings
from engine.studies.faults import ROLE_WORDS, faults
from engine.studies.plan import Brought, Choices, guess_roles, plan_study
from engine.types import PERTURBED_BY, ROLES, Perturbed, Study

PERTURBED = tuple(f.name for f in fields(Perturbed))
KEYS = ("modality", "tissue", "species", "condition", "split", "counts", "depth", "symbols", "min_cells")


def add(commands) -> None:
    """Add `study` with its three commands to the parser of `python -m engine`."""
    kinds = commands.add_parser("study", help="make, show and export studies").add_subparsers(
        required=True, metavar="new|show|export")  # fmt: skip
    new = kinds.add_parser("new", help="make a study from files")
    new.set_defaults(run=_new)
    new.add_argument("--title", required=True)
    new.add_argument("--file", required=True, action="append", metavar="FILE[,KEY=VALUE…]",
                     help=f"an h5ad file, or the id or name of an uploaded one, once a file; KEY is one of "
                     f"{', '.join(KEYS)}; split names the obs column whose levels become datasets")  # fmt: skip
    new.add_argument("--role", action="append", default=[], metavar="ROLE=COLUMN",
                     help=f"the obs column of a role ({', '.join(ROLES)}); ROLE= leaves it out")  # fmt: skip
    new.add_argument("--perturbed", action="append", default=[], metavar="KEY=VALUE",
                     help=f"how cells of a screen were perturbed; KEY is one of {', '.join(PERTURBED)}, kind is one "
                     f"of {', '.join(PERTURBED_BY)}")  # fmt: skip
    new.add_argument("--description", default="")
    new.add_argument("--citation", default="")
    new.add_argument("--out", type=Path, metavar="S.toml", help="where to write it; default: among your studies")
    show = kinds.add_parser("show", help="say what a study holds")
    show.set_defaults(run=_show)
    export = kinds.add_parser("export", help="write a study as TOML")
    export.set_defaults(run=_export)
    for command in (show, export):
        command.add_argument("study", help="name of a study, or a TOML file")
    export.add_argument("--out", type=Path, required=True, metavar="S.toml")


def _new(args: argparse.Namespace, settings: Settings) -> None:
    files = [_file(text, settings) for text in args.file]
    given = _roles(args.role)
    roles = replace(guess_roles([brought for brought, _ in files]), **given)
    plan = plan_study(args.title, files, roles)
    plan = replace(plan, perturbed=replace(plan.perturbed, **_pairs("--perturbed", args.perturbed, PERTURBED)))
    plan = replace(plan, description=args.description, citation=args.citation)
    found = faults(plan)
    if stops := [fault.text for fault in found if fault.stops]:
        raise InvalidStudy(" ".join(stops))
    if args.out:
        study = plan.study(slug(args.out.stem))
        _need_folder(args.out)
        write_study(study, args.out)
        print(f"{args.out}: {study.title}")
    else:
        study = Library(settings).add(plan.study("new"))
        print(f"{study.name}: {study.title}")
    for file in plan.files:
        for part in file.kept:
            print(f"    {part.name}: {part.n_cells:,} cells, {part.condition}, {part.tissue}")
    for fault in found:
        print(f"    Note: {fault.text}")


def _show(args: argparse.Namespace, settings: Settings) -> None:
    study = Library(settings).study(args.study)
    print(f"{study.title} ({study.name})")
    for text in filter(None, (study.description, study.citation)):
        print(f"    {text}")
    for role, word in ROLE_WORDS.items():
        if column := getattr(study.roles, role):
            print(f"    {word}: column {column}")
    if study.is_screen:
        for key in PERTURBED:
            if value := getattr(study.perturbed, key):
                print(f"    perturbed, {key.replace('_', ' ')}: {value}")
    for source in study.datasets:
        cells = f"{source.column} in {', '.join(source.values)}" if source.column else "all cells"
        limits = [f"{key} {value:g}" for key, value in vars(source.qc).items() if value is not None]
        print(f"  {source.name}\n    {source.modality}, {source.tissue}, {source.species}, {source.condition}")
        print(f"    {source.path}: {cells}{'; kept with ' + ', '.join(limits) if limits else ''}")
    for path in missing_files(study):
        print(f"  Not on this machine: {path}")


def _export(args: argparse.Namespace, settings: Settings) -> None:
    study: Study = Library(settings).study(args.study)
    _need_folder(args.out)
    write_study(study, args.out)
    print(f"{args.out}: {study.title}")


def _file(text: str, settings: Settings) -> tuple[Brought, Choices]:
    """A file and what is said of it: `FILE,modality=rna,split=donor`."""
    name, *pairs = re.split(rf",(?=(?:{'|'.join(KEYS)})=)", text)
    given = dict(pair.split("=", 1) for pair in pairs)
    cells = given.pop("min_cells", "")
    if cells and not cells.isdecimal():
        raise InvalidParameter(f"min_cells must be a whole number of 0 or more, found '{cells}'. Correct it.")
    choices = Choices(**given, **({"min_cells": int(cells)} if cells else {}))
    return _brought(name, settings), choices


def _brought(name: str, settings: Settings) -> Brought:
    """The file at a path with what its check understands, or the uploaded one of that id or name."""
    path = Path(name).expanduser()
    if path.is_file():
        from engine.intake import inspect

        report = inspect(path, fixes=(), settings=settings)
        return Brought(str(path.resolve()), path.name, report if report.n_cells else None)
    files = Files(settings)
    known = files.list()
    found = [file for file in known if file.id == name] or [file for file in known if file.name == name]
    if len(found) > 1:
        raise InvalidParameter(f"{len(found)} uploaded files are called '{name}': {', '.join(f.id for f in found)}. "
                               "Give the id of one.")  # fmt: skip
    if not found:
        raise InvalidParameter(_no_file(name, [file.name for file in known]))
    report = files.report(found[0].id)
    if report is None or not report.ready:
        why = "has not been checked yet" if report is None else f"cannot be used yet: {report.verdict}"
        raise InvalidParameter(f"The uploaded file '{name}' {why.rstrip('.')}. Look at it on the Data page.")
    return Brought(str(files.matrix(found[0].id)), found[0].name, report)


def _no_file(name: str, known: list[str]) -> str:
    if wrong := re.search(r",(\w+)=", name):
        hint = closest(wrong[1], KEYS) or list(KEYS)
        return f"'{wrong[1]}' is nothing to say of a file. Expected one of {', '.join(hint)}."
    near = closest(name, known)
    hint = f"Closest uploaded file: {near[0]}." if near else "Give the path of an h5ad file."
    return f"There is no file '{name}', and no uploaded one of that id or name. {hint}"


def _roles(pairs: list[str]) -> dict[str, str | None]:
    given = {}
    for pair in pairs:
        role, equals, column = pair.partition("=")
        if not equals or role not in ROLES:
            hint = closest(role, ROLES) or list(ROLES)
            raise InvalidParameter(f"--role expects ROLE=COLUMN, found '{pair}'. Roles: {', '.join(hint)}.")
        given[role] = column or None
    return given


def _pairs(option: str, pairs: list[str], keys: tuple[str, ...]) -> dict[str, str]:
    given = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or key not in keys:
            hint = closest(key, keys) or list(keys)
            raise InvalidParameter(f"{option} expects KEY=VALUE, found '{pair}'. Keys: {', '.join(hint)}.")
        given[key] = value
    return given


def _need_folder(out: Path) -> None:
    if not out.resolve().parent.is_dir():
        raise InvalidParameter(f"--out must lie in a folder that exists, found '{out}'. Make the folder first.")
