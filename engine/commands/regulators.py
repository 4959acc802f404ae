"""Command regulators: which regulators, and which roots above them, may stand behind a table of changes."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.counts import need_folder
from engine.commands.maps import add_parameters
from engine.errors import InvalidFile, InvalidParameter
from engine.knowledge import Knowledge
from engine.params import CausesParams
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = {"regulators": "--out", "roots": "--roots", "functions": "--functions-out"}


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("regulators", help="regulators and causal roots behind a table of changes")
    parser.set_defaults(run=_run)
    parser.add_argument("--table", type=Path, required=True, metavar="DE.tsv",
                        help="a table with the columns gene, log2fc, and fdr or p")  # fmt: skip
    parser.add_argument("--network", required=True, metavar="NET.tsv|NAME,…",
                        help="tables with source, target and sign, or names of networks of the library")  # fmt: skip
    parser.add_argument("--genes", type=Path, metavar="LIST.txt",
                        help="the changed genes, one a line, whatever the thresholds")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="T.tsv", help="where to write the regulators")
    parser.add_argument("--roots", type=Path, metavar="R.tsv", help="where to write the causal networks")
    parser.add_argument("--functions-out", type=Path, metavar="F.tsv", help="where to write diseases and functions")
    add_parameters(parser, CausesParams, without=("networks",))


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from engine.causes import explain, load_causes
    from engine.store import Store
    from engine.terminal import TerminalProgress

    outputs = {"regulators": args.out, "roots": args.roots, "functions": args.functions_out}
    outputs = {name: path for name, path in outputs.items() if path}
    for name, path in outputs.items():
        need_folder(path, OPTIONS[name])
    own, params = read_given(args.network, args)
    store, changed = Store(settings), _listed(args.genes) if args.genes else None
    with TerminalProgress() as progress:
        name = explain(read_changes(args.table), own, params, store=store, knowledge=Knowledge(settings),
                       changed=changed, source=str(args.table), progress=progress)  # fmt: skip
    found = load_causes(name, store=store)
    for which, path in outputs.items():
        _write(path, getattr(found, which))
    for note in found.facts["notes"]:
        print(f"geneweave: {note}", file=sys.stderr)
    _tell(found, outputs)


def read_changes(path: Path) -> pd.DataFrame:
    """A table of changes from a TSV or CSV file; capitals in the names of columns do not count."""
    from engine.knowledge.text import read_table

    try:
        table = read_table(path)
    except ValueError as error:  # pandas: no columns, or rows of different lengths
        raise InvalidFile(f"'{path.name}' cannot be read as a table ({str(error).strip()}). Mend it.") from error
    table = table.rename(columns=str.lower)
    twice = table.columns[table.columns.duplicated()].tolist()
    if twice:
        raise InvalidFile(f"'{path.name}' names the column {twice[0]} twice, capitals aside. Rename one of them.")
    return table


def read_given(words: str, args: argparse.Namespace) -> tuple[dict[str, pd.DataFrame], CausesParams]:
    """The networks that are files, by their name, and the parameters with the names of all others.

    Raises
    ------
    InvalidParameter
        When a word is the path of a file that is not there.
    """
    from engine.knowledge.own_files import read_own_network

    parts = [word.strip() for word in words.split(",") if word.strip()]
    files = [part for part in parts if Path(part).is_file()]
    for part in parts:
        if part not in files and ("/" in part or "." in part):
            raise InvalidParameter(f"--network: there is no file '{part}'. Correct the path, or name a network of the "
                                   "library, such as collectri.")  # fmt: skip
    given = {f.name: getattr(args, f.name) for f in fields(CausesParams) if f.name != "networks"}
    given = {name: value for name, value in given.items() if value is not None}
    params = CausesParams(networks=",".join(part for part in parts if part not in files), **given)
    return {part: read_own_network(Path(part)) for part in files}, params


def _listed(path: Path) -> list[str]:
    """The first word of each line, once each."""
    from engine.knowledge.text import read_text

    words = (line.split("\t")[0].strip() for line in read_text(path).splitlines())
    return list(dict.fromkeys(word for word in words if word))


def _write(path: Path, table: pd.DataFrame) -> None:
    from engine.store import atomic_write

    with atomic_write(path) as part:
        table.to_csv(part, sep="\t", index=False)


def _tell(found, outputs: dict[str, Path]) -> None:
    facts = found.facts
    print(f"{facts['n_changed']:,} of {facts['n_universe']:,} genes changed; the network has a regulator of "
          f"{facts['matched']['changed_targets']:,} of them")  # fmt: skip
    for which, path in outputs.items():
        table = getattr(found, which)
        called = table.loc[table["call"] != "", table.columns[0]].tolist() if len(table) else []
        first = f": {', '.join(called[:5])}{' …' if len(called) > 5 else ''}" if called else ""
        print(f"{path}: {len(table):,} {which}, {len(called):,} called{first}")
