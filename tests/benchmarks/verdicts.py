"""The check's verdict on every file of the shared data: `python -m tests.benchmarks.verdicts [part of a path]`."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from engine.intake import inspect
from engine.io.report import Report
from engine.settings import Settings
from tests.shared_data import ROOT, shared

FILES = ("*.h5ad", "*.csv", "*.csv.gz", "*.tsv", "*.tsv.gz")


def main(only: str = "") -> None:
    """Print a line a file: size, what it is, counts, whether it is ready, problems, seconds."""
    print("| file | cells × genes | modality | species | counts | ready | problems | s |")
    print("|---|---|---|---|---|---|---|---|")
    for path in sorted(found for data in ("data", "data2") for kind in FILES for found in shared(data).rglob(kind)):
        if only in str(path):
            report, seconds = verdict(path)
            print(line(path.relative_to(ROOT.parent / "shared"), report, seconds), flush=True)


def verdict(path: Path) -> tuple[Report, float]:
    """The report of a file, and the seconds that it took with its matrix written."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        settings = replace(Settings.from_environment(), home=home)
        report = inspect(path, fixes=(), settings=settings, matrix=Path(home) / "m.h5ad")
    return report, time.perf_counter() - start


def line(path: Path, report: Report, seconds: float) -> str:
    """One row of the table."""
    problems = ", ".join(p.code for p in report.problems if p.code not in ("no-tissue", "no-cell-type", "done"))
    if report.problems and report.problems[0].code == "unreadable":
        problems = report.problems[0].what
    size = f"{report.n_cells:,} × {report.n_genes:,}"
    cells = (str(path), size, report.guess("modality"), report.guess("species"), report.counts or report.counts_say,
             "yes" if report.ready else "no", problems, f"{seconds:.1f}")  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(*sys.argv[1:])
