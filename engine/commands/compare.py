"""Command compare: which genes of a study changed their partners between two conditions."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from engine.command import CONTRAST_OPTIONS
from engine.commands.counts import need_folder
from engine.library import Library
from engine.params import ContrastParams
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from engine.types import Contrast

COLUMNS = """
columns of T.tsv, a row a compared gene, the one that changed its partners most first:
  gene, rank            rank 1 changed its partners most: smallest FDR, then largest statistic
  partners              root mean square change of its correlations (CS-CORE), in standard errors
  neighbourhood         1 - weighted Jaccard index of its partners on both sides
  placement             cosine distance of its two mean places in the shared space
  expression            log2 fold change, case over control, of counts summed by donor (DESeq2)
  ..._p, ..._fdr        of each of these four: p by permuted donors (expression: Wald test), and the
                        false discovery rate over genes (Benjamini-Hochberg); empty where not tested
  gained, lost          partners whose interval of change excludes 0, stronger or weaker in the case
  net                   mean change of the size of its correlations
  module                module of genes that keep company, 1 the largest
  mean_control, mean_case   mean of log1p counts per 10,000
columns of P.tsv, a row a gained or lost partner: gene, partner, state, correlation in control and case
and their change, each with the ends of its 95 % interval (_low, _high).
columns of E.tsv, a row a measured gene: base_mean, log2fc, p, fdr.
"""


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("compare", help="which genes changed their partners between two conditions",
                                 epilog=COLUMNS, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.set_defaults(run=_run)
    parser.add_argument("study", metavar="STUDY", help="name of a study, or a TOML file")
    for f in (f for f in fields(ContrastParams) if f.name != "space"):
        option = CONTRAST_OPTIONS.get(f.name, f.name.replace("_", "-"))
        standard = f" (standard {f.default})" if f.default != "" else ""
        parser.add_argument(f"--{option}", dest=f.name, type=type(f.default), default=f.default,
                            metavar=_placeholder(option, f.default),
                            help=f"{f.metadata['doc']}{standard}".replace("%", "%%"))  # fmt: skip
    parser.add_argument("--no-placement", dest="space", action="store_const", const="none", default="donors",
                        help="do not place the genes in a shared space, which takes most of the time")  # fmt: skip
    parser.add_argument("--device", default=None, help="auto, cpu, cuda or mps, for the shared space")
    parser.add_argument("--partners", type=Path, metavar="P.tsv", help="gained and lost partners, with intervals")
    parser.add_argument("--expression", type=Path, metavar="E.tsv", help="differential expression of all genes")
    parser.add_argument("--contrast", type=Path, metavar="C.h5ad", help="everything, as the Compare page shows it")
    parser.add_argument("--out", type=Path, required=True, metavar="T.tsv", help="the table of genes")


def _placeholder(option: str, default: object) -> str:
    return {"by": "COLUMN", "donor": "COLUMN", "batch": "COLUMN", "control": "LEVEL", "case": "LEVEL",
            "cell-type": "T", "without": "A,B"}.get(option, "N" if isinstance(default, int) else "X")  # fmt: skip


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from engine import contrasts
    from engine.store import Store
    from engine.terminal import TerminalProgress

    params = ContrastParams(**{f.name: getattr(args, f.name) for f in fields(ContrastParams)})
    for option in ("out", "partners", "expression", "contrast"):
        if getattr(args, option):
            need_folder(getattr(args, option), f"--{option}")
    study, store = Library(settings).study(args.study), Store(settings)
    with TerminalProgress() as progress:
        name = contrasts.compare(study, params, store=store, device=args.device or settings.device, progress=progress)
    contrast = contrasts.load_contrast(name, store=store)
    for warning in contrast.facts["warnings"]:
        print(f"geneweave: {warning}", file=sys.stderr)
    _write(args.out, _ranked(contrast))
    if args.partners:
        _write(args.partners, changed_pairs(contrast))
    if args.expression:
        _write(args.expression, contrast.expression.rename_axis("gene").reset_index())
    if args.contrast:
        store.export(name, args.contrast)
    for sentence in contrast.facts["verdict"]:
        print(sentence)


def _ranked(contrast: Contrast) -> pd.DataFrame:
    table = contrast.table.sort_values("rank").rename_axis("gene").reset_index()
    first = ["gene", "rank", "partners", "partners_p", "partners_fdr", "gained", "lost", "net"]
    return table[first + [name for name in table if name not in first]]


def changed_pairs(contrast: Contrast) -> pd.DataFrame:
    """Gained and lost partners of every gene, genes by rank, the largest change first."""
    import pandas as pd

    from engine.tl.changed import partners_of

    parts = []
    for gene in contrast.table.sort_values("rank").index:
        found = partners_of(contrast, gene)
        found.insert(0, "gene", gene)
        parts.append(found[found["state"].isin(("gained", "lost"))])
    table = pd.concat(parts, ignore_index=True)
    first = ["gene", "partner", "state"]
    return table[first + [name for name in table if name not in first]]


def _write(path: Path, table: pd.DataFrame) -> None:
    from engine.store import atomic_write

    with atomic_write(path) as part:
        table.to_csv(part, sep="\t", index=False, float_format="%.6g")
