"""Command simulate: a made-up screen with a known network, as a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.commands.counts import need_folder
from engine.settings import Settings

WHAT = """
S.h5ad holds counts of cells, obs columns condition (ctrl, A+ctrl, A+B), batch, cell_type and perturbation_type,
and in uns what is true of them: true_edges (source, target, weight), true_change (rows true_names, columns genes:
expected change of log1p counts per 10,000), true_pairs (type of interaction), pathway and module of genes.
"""


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("simulate", help="make up a screen whose network is known", epilog=WHAT,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.set_defaults(run=_run)
    for option, standard, what in (
        ("perturbations", 100, "genes that are perturbed alone"), ("pairs", 50, "pairs of them"),
        ("genes", 5000, "measured genes"), ("cells", 50_000, "cells, a tenth of them controls"),
        ("seed", 0, "the same seed gives the same screen"),
    ):  # fmt: skip
        parser.add_argument(f"--{option}", type=int, default=standard, metavar="N",
                            help=f"{what} (standard {standard})")  # fmt: skip
    parser.add_argument("--sets", type=Path, metavar="SETS.gmt",
                        help="gene sets, nearly right, of pathways and modules")  # fmt: skip
    parser.add_argument("--network", type=Path, metavar="NET.tsv", help="TF targets, nearly right")
    parser.add_argument("--out", type=Path, required=True, metavar="S.h5ad", help="the screen")


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from engine.simulate import simulate_screen
    from engine.store import atomic_write

    for option in ("out", "sets", "network"):
        if getattr(args, option):
            need_folder(getattr(args, option), f"--{option}")
    truth = simulate_screen(n_perturbations=args.perturbations, n_pairs=args.pairs, n_genes=args.genes,
                            n_cells=args.cells, seed=args.seed, out=args.out)  # fmt: skip
    if args.sets:
        with atomic_write(args.sets) as part:
            part.write_text("".join("\t".join([name, "made up", *genes]) + "\n" for name, genes in truth.sets.items()))
    if args.network:
        with atomic_write(args.network) as part:
            truth.known.to_csv(part, sep="\t", index=False)
    print(f"{args.out}: {args.cells:,} cells, {args.genes:,} genes, {len(truth.change):,} perturbations, of which "
          f"{len(truth.pairs):,} pairs; {len(truth.edges):,} true edges")  # fmt: skip
