"""Command spatial-genes: SPARK-X over the spots of one file of counts."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.commands.counts import add_arguments, need_folder, open_counts
from engine.errors import InvalidParameter
from engine.pp.spark_x import KERNELS, spark_x
from engine.settings import Settings
from engine.store import atomic_write

FOUND = 0.05  # adjusted p below which a gene is counted as spatial


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("spatial-genes", help="genes whose counts follow their place in the tissue (SPARK-X)")
    parser.set_defaults(run=_run)
    add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="T.tsv",
                        help="where to write gene, p of each kernel, combined and adjusted p")  # fmt: skip


def _run(args: argparse.Namespace, settings: Settings) -> None:
    import pandas as pd

    need_folder(args.out)
    with open_counts(args, settings) as file:
        if file.places is None:
            raise InvalidParameter(f"'{args.file.name}' has no places of spots: obsm['spatial'] was expected. "
                                   "Add it, or name another file.")  # fmt: skip
        found = spark_x(file.matrix, file.places)
    table = pd.DataFrame(found.p, columns=[f"p_{kernel}" for kernel in KERNELS])
    table.insert(0, "gene", file.genes)
    table["combined_p"], table["adjusted_p"] = found.combined, found.adjusted
    with atomic_write(args.out) as part:
        table.to_csv(part, sep="\t", index=False)
    number = int((table["adjusted_p"] < FOUND).sum())
    print(f"{args.out}: {len(table):,} genes, {number:,} of them spatial (adjusted p < {FOUND})")
