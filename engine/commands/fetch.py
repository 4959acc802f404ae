"""The command for the library: list it, fetch a file of it, add one's own, remove one."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.errors import InvalidParameter
from engine.knowledge import KINDS, Entry, Knowledge
from engine.settings import Settings


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    fetch = commands.add_parser("fetch", help="list the library of examples and knowledge, or fetch a file of it")
    fetch.set_defaults(run=_run)
    fetch.add_argument("entry", nargs="?", metavar="NAME", help="what to fetch; without it the library is listed")
    fetch.add_argument("--remove", metavar="NAME", help="remove a file of the library from this machine")
    fetch.add_argument("--own", type=Path, metavar="FILE", help="add your own GMT file or network")
    fetch.add_argument("--kind", default="", help="with --own: gene sets, TF targets or signalling")
    fetch.add_argument("--name", default="", help="with --own: what to call it; default: the file's name")


def _run(args: argparse.Namespace, settings: Settings) -> None:
    knowledge = Knowledge(settings)
    asked = [name for name in ("entry", "remove", "own") if getattr(args, name)]
    if len(asked) > 1:
        raise InvalidParameter("Expected one of NAME, --remove and --own, found several. Give only one.")
    if args.own:
        entry = knowledge.add_own(args.own, args.kind, args.name or args.own.name.split(".")[0])
        print(f"{entry.name}: {entry.about}")
    elif args.remove:
        knowledge.remove(args.remove)
        print(f"{args.remove} is not on this machine any more.")
    elif args.entry:
        print(_fetch(knowledge, args.entry))
    else:
        _list(knowledge)


def _fetch(knowledge: Knowledge, name: str) -> Path:
    from engine.terminal import TerminalProgress

    with TerminalProgress() as progress:
        return knowledge.fetch(name, progress=progress)


def _list(knowledge: Knowledge) -> None:
    """Name, state, size, licence and title of every entry, by kind."""
    entries = [*knowledge.entries(), *knowledge.own()]
    width = max(len(entry.name) for entry in entries)
    for kind in KINDS:
        print(f"{kind}")
        for entry in entries:
            if entry.kind == kind:
                print(f"  {entry.name:<{width}}  {_facts(entry, knowledge.state(entry))}")


def _facts(entry: Entry, state: str) -> str:
    return f"{state:<14} {entry.bytes / 1e6:>6.2f} MB  {entry.licence:<22} {entry.title}"
