"""Command knockout: what a perturbation of genes is predicted to do."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.counts import need_folder
from engine.commands.maps import add_parameters
from engine.commands.screen import add_study, given, study_given, write_table
from engine.errors import InvalidParameter
from engine.knowledge import Knowledge
from engine.params import KnockoutParams, ScreenParams
from engine.settings import Settings
from engine.store import Store
from engine.types.shown import by_errors, shown_change, strength

if TYPE_CHECKING:
    import pandas as pd

    from engine.types import KnockoutEffect, KnockoutModel, Study

SHOWN = 3
SHARED = ("cell_type", "n_genes", "seed")  # options that two dataclasses share
COLUMNS = """
columns of T.tsv, a row a gene, the largest change first (of measured changes alone, over its standard error):
  gene                  its symbol
  control_mean          mean in unperturbed cells; empty where only a table of changes is known
  change, low, high     predicted change and its interval; empty where none can be given
  measured              what was measured of this very perturbation; empty where it was not
  evidence              predicted, measured too, simulated, or target: the perturbed gene itself
"""


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("knockout", help="what knocking out genes is predicted to do", epilog=COLUMNS,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.set_defaults(run=_run)
    add_study(parser)
    parser.add_argument("--genes", required=True, metavar="A[,B]", help="the gene, or genes perturbed together")
    parser.add_argument("--method", default="auto", metavar="M",
                        help="auto (the standard one), or of a screen core, train-mean, additive, matching-mean, "
                             "linear; of a network propagation")  # fmt: skip
    parser.add_argument("--dose", type=float, default=0.0, metavar="D",
                        help="share of expression that is left, of a network: 0 knockout (standard), 0.5 knock-down, "
                             "2 over-expression")  # fmt: skip
    parser.add_argument("--level", type=float, default=0.9, metavar="L",
                        help="share of genes that the intervals are to hold (standard 0.9)")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="T.tsv", help="a row a gene")
    add_model(parser)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Options of what a model is learned from; those that a screen and a network share are given once."""
    shared = parser.add_argument_group("For a screen and for a network")
    shared.add_argument("--cell-type", metavar="T", help="the cell type; standard is all cells together")
    shared.add_argument("--n-genes", type=int, metavar="N", help="genes whose change is told (standard 5000 of a "
                        "screen, 2000 of a network)")  # fmt: skip
    shared.add_argument("--seed", type=int, metavar="S", help="the same seed gives the same result (standard 0)")
    add_parameters(parser, ScreenParams, without=SHARED)
    add_parameters(parser, KnockoutParams, without=("screen", *SHARED))


def asked_params(args: argparse.Namespace) -> KnockoutParams:
    """The parameters of the model that was asked for."""
    params = given(KnockoutParams(), args)
    return replace(params, screen=given(params.screen, args))


def learned(study: Study, params: KnockoutParams, settings: Settings, store: Store) -> KnockoutModel:
    """The model of a study, learned when it is not there yet; its warnings go to the error stream."""
    from engine import knockout
    from engine.terminal import TerminalProgress

    with TerminalProgress() as progress:
        name = knockout.fit(study, params, store=store, knowledge=Knowledge(settings), progress=progress)
    model = knockout.load_model(name, store=store)
    for note in model.facts["notes"]:
        print(f"geneweave: {note}", file=sys.stderr)
    return model


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from engine.knockout import knock_out
    from engine.knockout.asking import check_question

    need_folder(args.out)
    params, genes = asked_params(args), args.genes.split(",")
    check_question(genes, dose=args.dose, level=args.level)
    study, store = study_given(args, settings), Store(settings)
    model = learned(study, params, settings, store)
    cell_type = params.screen.cell_type if model.basis == "network" else ""
    effect = knock_out(model, genes, method=args.method, cell_type=cell_type, dose=args.dose, level=args.level,
                       store=store)  # fmt: skip
    if effect.evidence["abstained"] and effect.table["measured"].isna().all():
        raise InvalidParameter(effect.evidence["abstained"])
    for warning in filter(None, [effect.evidence["abstained"], *effect.evidence["warnings"]]):
        print(f"geneweave: {warning}", file=sys.stderr)
    write_table(args.out, effect_table(effect))
    for sentence in (strongest(effect), *model.facts.get("verdict", [])):
        print(sentence)


def effect_table(effect: KnockoutEffect) -> pd.DataFrame:
    """A row a gene, the largest change first: see `COLUMNS`."""
    import numpy as np

    table = effect.table
    kind = "simulated" if effect.evidence["basis"] == "network" else "predicted"
    evidence = np.where(table["measured"].notna(), "measured too", kind)
    found = table.assign(evidence=np.where(table["target"], "target", evidence)).rename_axis("gene").reset_index()
    found = found.rename(columns={"control": "control_mean"})
    order = np.argsort(-strength(table).fillna(-1).to_numpy(), kind="stable")
    return found.iloc[order][["gene", "control_mean", "change", "low", "high", "measured", "evidence"]]


def strongest(effect: KnockoutEffect) -> str:
    """The genes that change most, in words; the perturbed ones left out."""
    table = effect.table.assign(told=shown_change(effect.table))[lambda found: ~found["target"] & found["told"].notna()]
    first = table.loc[strength(table).sort_values(ascending=False, kind="stable").index[:SHOWN]]
    how = effect.method
    if effect.evidence["abstained"]:
        how = "measured, not predicted" + (", the largest over their standard errors" if by_errors(table) else "")
    if not len(first) or not first["told"].any():
        return f"{effect.name}, {how}: no gene changes."
    words = ", ".join(f"{gene} {row.told:+.3g}{_between(row)}" for gene, row in first.iterrows())
    return f"{effect.name}, {how}: {words}."


def _between(row) -> str:
    return f" ({row.low:.3g} to {row.high:.3g})" if row.low == row.low else ""
