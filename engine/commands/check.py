"""Command check: what is in a file, what is wrong with it, and the matrix that studies read."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from engine.errors import InvalidParameter
from engine.io.report import FIXES, Report
from engine.settings import Settings

WIDTH = 100


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    check = commands.add_parser("check", help="look into a file of counts; exit code 1 when problems keep it out")
    check.set_defaults(run=_check)
    check.add_argument("file", type=Path, metavar="FILE", help="h5ad, h5mu, 10x, loom, csv …, or a folder")
    check.add_argument("--json", action="store_true", help="print the whole report as JSON")
    check.add_argument("--fix", action="append", default=[], metavar="KEY", help=f"apply a fix: {', '.join(FIXES)}")
    check.add_argument("--out", type=Path, default=None, metavar="M.h5ad", help="write the matrix, once it is ready")


def _check(args: argparse.Namespace, settings: Settings) -> int:
    from engine.intake import inspect
    from engine.terminal import TerminalProgress

    if not args.file.exists():
        raise InvalidParameter(f"A file was expected at '{args.file}', none is there. Correct the path.")
    if args.out is not None and not args.out.resolve().parent.is_dir():
        raise InvalidParameter(f"--out must lie in a folder that exists, found '{args.out}'. Make the folder first.")
    if args.out is not None and args.out.exists() and args.out.samefile(args.file):
        raise InvalidParameter("--out is the file that is checked, which is never altered. Name another one.")
    with TerminalProgress() as progress:
        report = inspect(args.file, fixes=tuple(args.fix), settings=settings, matrix=args.out, progress=progress)
    print(report.to_json() if args.json else "\n".join(_lines(report)))
    if args.out is not None and not report.ready:
        print(f"geneweave: {args.out} was not written: problems keep the file out.", file=sys.stderr)
    return 0 if report.ready else 1


def _lines(report: Report) -> Iterator[str]:
    """The report as text: verdict, facts, guesses, problems."""
    yield report.verdict
    yield ""
    yield from _table(_facts(report))
    guesses = [(key.replace("_", " "), f"{guess.value or '–'}  {guess.why}".rstrip())
               for key, guess in report.guesses.items() if guess.value or guess.why]  # fmt: skip
    if guesses:
        yield "\nGuesses"
        yield from _table(guesses)
    if report.problems:
        yield "\nProblems" if any(p.severity != "note" for p in report.problems) else "\nNotes"
        for problem in report.problems:
            yield from _problem(problem)


def _facts(report: Report) -> list[tuple[str, str]]:
    facts = [
        ("format", report.format), ("cells", f"{report.n_cells:,}"), ("genes", f"{report.n_genes:,}"),
        ("values", f"{report.n_values:,}; {100 * report.sparsity:.3g} % of the matrix is 0"),
        ("counts", report.counts_say), ("names", report.identifiers),
        ("proteins", f"{report.proteins:,}" if report.proteins else ""),
        ("coordinates", "yes" if report.has_coordinates else ""),
        ("fixes", ", ".join(report.fixes)), ("seconds", f"{report.seconds:.3g}"),
    ]  # fmt: skip
    return [(name, value) for name, value in facts if value]


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max(len(name) for name, _ in rows) + 2
    for name, value in rows:
        yield from textwrap.wrap(value, WIDTH, initial_indent=f"  {name:<{width}}", subsequent_indent=" " * (width + 2))


def _problem(problem) -> Iterator[str]:
    said = problem.what if problem.code == "done" else f"{problem.what} ({problem.where}) {problem.mend}"
    yield from textwrap.wrap(said, WIDTH, initial_indent=f"  {problem.severity:<9}", subsequent_indent=" " * 11)
    if problem.fix:
        yield f"{'':11}--fix {problem.fix}: {FIXES[problem.fix]}"
