"""The commands that compare methods on a study: benchmark embeddings, and benchmark perturb beside it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands import perturb
from engine.commands.columns import aligned, plus_minus
from engine.commands.maps import GROUPS, add_parameters, add_starts, given_parameters
from engine.commands.seeds import seeds_of
from engine.commands.written import written
from engine.errors import InvalidParameter
from engine.library import Library
from engine.metrics.measures import MEASURES
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


def add(commands) -> None:
    """Add `benchmark` to the parser of `python -m engine`."""
    kinds = commands.add_parser("benchmark", help="compare methods on a study").add_subparsers(
        required=True, metavar="embeddings|perturb")  # fmt: skip
    run = kinds.add_parser("embeddings", help="score methods, rivals and nulls by one protocol; writes a long table")
    run.set_defaults(run=_run)
    run.add_argument("study", help="name of a study, or a TOML file")
    run.add_argument("--methods", default="all", metavar="A,B,…",
                     help="names of methods, or all, rivals, nulls, ablations (default all)")  # fmt: skip
    run.add_argument("--seeds", default="0-9", metavar="0-9", help="seeds, as 0-9 or 0,3,5 (default 0-9)")
    run.add_argument("--out", type=Path, required=True, metavar="T.tsv", help="where to write the table")
    run.add_argument("--tasks", action="store_true", help="the gene-level tasks too")
    run.add_argument("--device", default=None, help="auto, cpu, cuda or mps")
    add_starts(run)
    for group in GROUPS.values():
        add_parameters(run, group, without=("method", "seed"))
    perturb.add(kinds)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    params, seeds = given_parameters(args), seeds_of(args.seeds)
    if not args.out.resolve().parent.is_dir():
        raise InvalidParameter(f"--out must lie in a folder that exists, found '{args.out}'. Make the folder first.")
    study = Library(settings).study(args.study)
    from engine import comparison
    from engine.contenders import choose
    from engine.knowledge import Knowledge
    from engine.metrics.sentences import sentences
    from engine.store import Store
    from engine.terminal import TerminalProgress

    methods = choose(filter(None, map(str.strip, args.methods.split(","))), params)
    if not methods:
        raise InvalidParameter(f"--methods expects at least one method or group, found '{args.methods}'. Try all.")
    store, knowledge = Store(settings), Knowledge(settings) if args.tasks else None
    with TerminalProgress() as progress:
        found = comparison.benchmark(study, params, methods, seeds, store=store, knowledge=knowledge,
                                     device=args.device or settings.device, progress=progress)  # fmt: skip
    comparison.need_one(found)
    scores = {(one.contender, one.seed): one.score for one in found if one.score}
    tasks = {(one.contender, one.seed): one.tasks for one in found if one.tasks}
    table = comparison.long_table(scores, tasks, store=store)
    said = f"{summary_text(table)}\n\n" + "\n".join(sentences(table))
    return written(table, said, [one.fault for one in found if one.fault], out=args.out)


def summary_text(table: pd.DataFrame) -> str:
    """Means ± standard deviations over seeds, with Avg Score and rank, a row a method."""
    from engine.metrics.summary import SIX, averages, standings

    standing, average = standings(table).set_index("method"), averages(table).set_index(["method", "measure"])
    labels = {measure.name: measure.label for measure in MEASURES}
    measures = [name for name in SIX if name in set(table["measure"])]
    head = ["Method", *(labels[name] for name in measures), "Avg Score", "Rank"]
    order = [*standing.index, *(name for name in table["method"].unique() if name not in standing.index)]
    names, rows = dict(zip(table["method"], table["label"], strict=True)), []
    for method in order:
        cells = [average.loc[(method, m)] if (method, m) in average.index else None for m in measures]
        place = standing.loc[method] if method in standing.index else None
        rows.append([names[method], *(plus_minus(c["mean"], c["sd"]) if c is not None else "–" for c in cells),
                     plus_minus(place["score"], place["score_sd"]) if place is not None else "–",
                     f"{place['rank']:.2f}" if place is not None and place["rank"] > 0 else "–"])  # fmt: skip
    return aligned([head, *rows])
