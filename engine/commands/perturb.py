"""The command that compares methods which predict perturbations on a screen: benchmark perturb."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.columns import aligned, plus_minus
from engine.commands.maps import add_parameters
from engine.commands.seeds import seeds_of
from engine.commands.written import written
from engine.errors import InvalidParameter, InvalidStudy
from engine.library import Library
from engine.params import KnockoutParams, ScreenParams
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from engine.types import Study

NOT_OF_SCREENS = ("basis", "screen", "n_genes", "ridge", "seed")


def add(kinds) -> None:
    """Add `perturb` to the parser of `benchmark`."""
    run = kinds.add_parser("perturb", help="score methods that predict perturbations; writes a long table")
    run.set_defaults(run=_run)
    run.add_argument("study", help="an h5ad file of a screen, the name of a study, or its TOML file")
    run.add_argument("--split", default="simulation", metavar="simulation|single70|doubles|folds",
                     help="which perturbations are held out (standard simulation)")  # fmt: skip
    run.add_argument("--methods", default="all", metavar="A,B,…",
                     help="names of methods, or all, baselines, networks, ablations (standard all)")  # fmt: skip
    run.add_argument("--seeds", default="0-4", metavar="0-4", help="seeds, as 0-4 or 0,3,5 (standard 0-4)")
    run.add_argument("--out", type=Path, required=True, metavar="T.tsv", help="where to write the table")
    add_parameters(run, ScreenParams, without=("seed",))
    add_parameters(run, KnockoutParams, without=NOT_OF_SCREENS)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    params, seeds = _parameters(args), seeds_of(args.seeds)
    if not args.out.resolve().parent.is_dir():
        raise InvalidParameter(f"--out must lie in a folder that exists, found '{args.out}'. Make the folder first.")
    from engine import trials
    from engine.knowledge import Knowledge
    from engine.store import Store
    from engine.terminal import TerminalProgress
    from engine.trials.sentences import sentences

    split = trials.find_split(args.split).name
    words = list(filter(None, map(str.strip, args.methods.split(","))))
    if not words:
        raise InvalidParameter(f"--methods expects at least one method or group, found '{args.methods}'. Try all.")
    methods, study, store = trials.choose(words), _study(args.study, params, settings), Store(settings)
    with TerminalProgress() as progress:
        found = trials.run(study, params, methods, split, seeds, store=store, knowledge=Knowledge(settings),
                           progress=progress)  # fmt: skip
    trials.need_one(found)
    table = trials.long_table(trials.read_trials([one.trial for one in found if one.trial], store=store))
    said = f"{summary_text(table)}\n\n" + "\n".join(sentences(table))
    return written(table, said, [one.fault for one in found if one.fault], out=args.out)


def summary_text(table: pd.DataFrame) -> str:
    """Means ± standard deviations over seeds, a block a class of held-out perturbations and a row a method."""
    from engine.metrics.perturbation import BY_NAME, HEADLINE
    from engine.trials.board import Board
    from engine.trials.table import summary

    board, blocks = Board.of(table), []
    cells = {(row["class"], row["method"], row["measure"]): _cell(row)
             for row in summary(table).to_dict("records") if row["measure"] in HEADLINE}  # fmt: skip
    for held_out in board.classes:
        methods = board.methods(held_out)
        measures = [name for name in HEADLINE
                    if any(board.mean(held_out, one, name) == board.mean(held_out, one, name) for one in methods)]
        head = f"{held_out[0].upper()}{held_out[1:]} ({board.n(held_out)} held out)"
        rows = [[head, *(BY_NAME[name].label for name in measures)]]
        rows += [[board.labels[one], *(cells.get((held_out, one, name), "–") for name in measures)] for one in methods]
        guess = [board.guess(held_out, name) for name in measures]
        rows.append(["A guess", *("–" if value is None else f"{value:.3f}" for value in guess)])
        blocks.append(aligned(rows))
    return "\n\n".join(blocks)


def _cell(row: dict) -> str:
    """Mean ± sd, and how many values are not defined where some are and some not."""
    some = 0 < row["missing"] < row["values"]
    return plus_minus(row["mean"], row["sd"]) + (f" ({row['missing']} undefined)" if some else "")


def _parameters(args: argparse.Namespace) -> KnockoutParams:
    def given(group: type, without: tuple[str, ...]) -> dict:
        names = [f.name for f in fields(group) if f.name not in without]
        return {name: getattr(args, name) for name in names if getattr(args, name) is not None}

    return KnockoutParams(basis="screen", screen=ScreenParams(**given(ScreenParams, ("seed",))),
                          **given(KnockoutParams, NOT_OF_SCREENS))  # fmt: skip


def _study(name: str, params: KnockoutParams, settings: Settings) -> Study:
    """The study of that name, or one over an h5ad file; raises unless it is a screen."""
    if name.endswith(".h5ad"):
        from engine.screens import study_of_file

        return study_of_file(Path(name), kind=params.screen.kind)
    study = Library(settings).study(name)
    if not study.is_screen:
        raise InvalidStudy(f"'{study.name}' was expected to be a screen, and no column of it is called its "
                           "perturbation. Name the column in the study.")  # fmt: skip
    return study
