"""Command report: a comparison of two conditions as one page, or an archive of everything in it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.counts import need_folder
from engine.errors import InvalidParameter, UnknownName, unknown
from engine.library import Library
from engine.settings import Settings
from engine.store import Store, atomic_write

if TYPE_CHECKING:
    from engine.types import Contrast

GENE_PAGES = 6


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("report", help="a comparison of two conditions as a page to read, print and cite")
    parser.set_defaults(run=_run)
    parser.add_argument("contrast", metavar="C.h5ad|ID|STUDY", help="the file that `compare --contrast` wrote, the id "
                        "of a stored comparison, or a study, for the newest of its comparisons")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="R.html", help="where to write the page")
    parser.add_argument("--zip", type=Path, metavar="R.zip",
                        help="where to write the page with all figures, tables and command lines")  # fmt: skip
    parser.add_argument("--enrichment", type=Path, metavar="T.tsv", help="the table that `enrich` wrote")
    parser.add_argument("--regulators", type=Path, metavar="T.tsv", help="the table that `regulators` wrote")
    parser.add_argument("--genes", type=int, default=GENE_PAGES, metavar="N",
                        help=f"how many genes are shown with their partners (standard {GENE_PAGES})")  # fmt: skip


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from engine.report import archive, page, report_of
    from engine.report.inputs import ENRICHMENT, REGULATORS, read_table

    for option, path in (("--out", args.out), ("--zip", args.zip)):
        if path:
            need_folder(path, option)
    if not 0 <= args.genes <= 100:
        raise InvalidParameter(f"--genes must be 0 to 100, found {args.genes}. Choose another number.")
    contrast = find_contrast(args.contrast, settings)
    tables = {name: read_table(path, columns, option=f"--{name}") for name, path, columns in (
        ("enrichment", args.enrichment, ENRICHMENT), ("regulators", args.regulators, REGULATORS)) if path}  # fmt: skip
    citations = {study.name: study.citation for study in Library(settings).studies()}
    report = report_of(contrast, enrichment=tables.get("enrichment"), regulators=tables.get("regulators"),
                       gene_pages=args.genes, citation=citations.get(contrast.facts["study"], ""))  # fmt: skip
    with atomic_write(args.out) as part:
        part.write_text(page(report), encoding="utf-8")
    print(f"{args.out}: {contrast.facts['title']}, {len(contrast.genes):,} genes")
    if args.zip:
        with atomic_write(args.zip) as part:
            part.write_bytes(archive(report))
        print(f"{args.zip}: figures, tables, methods and command lines")


def find_contrast(asked: str, settings: Settings) -> Contrast:
    """The comparison of a file, of an id in the store, or the newest of a study.

    Raises
    ------
    UnknownName
        When there is none of that name.
    InvalidFile
        When the file or the artifact holds something else.
    """
    from engine.contrasts import as_contrast, read_contrast

    path, store = Path(asked).expanduser(), Store(settings)
    if path.suffix == ".h5ad" or path.exists() or len(path.parts) > 1:
        return read_contrast(path)
    names = store.names("contrast")
    if asked in names:
        return as_contrast(store.read(asked), asked)
    stored = [as_contrast(store.read(name), name) for name in names]
    of_study = [contrast for contrast in stored if contrast.facts["study"] == asked]
    if not of_study:
        known = {contrast.facts["study"] for contrast in stored} | set(names)
        raise unknown("comparison", asked, known, where="in the store, as an id or a study") if known else UnknownName(
            f"There is no comparison '{asked}': none is stored yet. Make one with `python -m engine compare`, or give "
            "the file that its --contrast wrote."
        )
    return max(of_study, key=lambda contrast: contrast.facts["made"]["created"])
