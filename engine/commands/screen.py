"""Command screen: what each perturbation of a screen did; and how commands take a study or a file of cells."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.counts import need_folder
from engine.commands.maps import add_parameters
from engine.errors import InvalidParameter
from engine.library import Library
from engine.params import ScreenParams
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from engine.types import Screen, Study

FILES = (".h5ad", ".h5", ".tsv", ".csv", ".gz", ".loom", ".zarr")  # endings of what is no name of a study
# option → the parameter of `engine.screens.study_of_file` and what it is
OF_FILE = {
    "perturbation": ("perturbation", "the obs column that says which gene was perturbed"),
    "control": ("control", "the label of unperturbed cells"),
    "cell-types-in": ("cell_type", "the obs column of cell types"),
    "batches-in": ("batch", "the obs column of batches"),
    "species": ("species", "such as human or mouse"),
}
COLUMNS = """
columns of S.tsv, a row a perturbation, the strongest first:
  perturbation          its gene, or two joined by +
  cells                 cells that it was seen in; 0 where only a table of changes is known
  target_change         change of the gene that was perturbed, and target_p, the p of that change
  energy_distance       between its cells and control cells; empty where not tested
  p, fdr                by permuted labels, and the false discovery rate (Benjamini-Hochberg)
columns of T.tsv, a row a perturbation: its name, and the change of each gene.
"""


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("screen", help="what each perturbation of a screen did", epilog=COLUMNS,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.set_defaults(run=_run)
    add_study(parser)
    add_parameters(parser, ScreenParams)
    parser.add_argument("--out", type=Path, required=True, metavar="S.tsv", help="a row a perturbation")
    parser.add_argument("--table", type=Path, metavar="T.tsv", help="the change of every gene by every perturbation")


def add_study(parser: argparse.ArgumentParser) -> None:
    """STUDY or a file of cells, and what a file does not say of itself."""
    parser.add_argument("study", metavar="STUDY|DATA.h5ad", help="name of a study, a TOML file, or a file of cells or "
                        "effects that says which gene was perturbed")  # fmt: skip
    group = parser.add_argument_group("For a file, where it cannot be guessed")
    for option, (_, about) in OF_FILE.items():
        group.add_argument(f"--{option}", metavar="LABEL" if option in ("control", "species") else "COLUMN", help=about)


def study_given(args: argparse.Namespace, settings: Settings) -> Study:
    """The study of that name or TOML file, or one made of a file.

    Raises
    ------
    UnknownName, InvalidStudy, InvalidParameter
        When there is none, or the file does not say what was perturbed.
    """
    said = {name: getattr(args, option.replace("-", "_")) for option, (name, _) in OF_FILE.items()}
    said = {name: value for name, value in said.items() if value is not None}
    path = Path(args.study)
    if path.suffix == ".toml" or not (path.is_file() or path.suffix.lower() in FILES):
        if said:
            option = next(option for option, (name, _) in OF_FILE.items() if name in said)
            raise InvalidParameter(f"--{option} is for a file, and '{args.study}' is a study, which says it itself. "
                                   "Leave it out.")  # fmt: skip
        return Library(settings).study(args.study)
    if not path.is_file():
        raise InvalidParameter(f"A file was expected at '{args.study}', none is there. Correct the path.")
    from engine.screens import study_of_file

    return study_of_file(path, kind=getattr(args, "kind", None) or "", **said)


def given(group: object, args: argparse.Namespace) -> object:
    """A dataclass of parameters with those that were given on the command line in place of its own."""
    words = {f.name: getattr(args, f.name, None) for f in fields(group)}
    return replace(group, **{name: value for name, value in words.items() if value is not None})


def write_table(path: Path, table: pd.DataFrame) -> None:
    """A table as TSV, whole or not at all."""
    from engine.store import atomic_write

    with atomic_write(path) as part:
        table.to_csv(part, sep="\t", index=False, float_format="%.6g", lineterminator="\n")


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from engine.screens import load_screen, screen
    from engine.store import Store
    from engine.terminal import TerminalProgress

    params = given(ScreenParams(), args)
    for option in ("out", "table"):
        if getattr(args, option):
            need_folder(getattr(args, option), f"--{option}")
    study, store = study_given(args, settings), Store(settings)
    with TerminalProgress() as progress:
        found = load_screen(screen(study, params, store=store, progress=progress), store=store)
    for warning in found.facts["warnings"]:
        print(f"geneweave: {warning}", file=sys.stderr)
    write_table(args.out, perturbations(found))
    if args.table:
        write_table(args.table, found.adata.to_df().rename_axis("perturbation").reset_index())
    print(_told(found))


def perturbations(screen: Screen) -> pd.DataFrame:
    """A row a perturbation, the strongest first: see `COLUMNS`."""
    import numpy as np

    obs = screen.adata.obs
    table = obs.rename(columns={"n_cells": "cells", "e_distance": "energy_distance", "e_p": "p", "e_fdr": "fdr"})
    table = table[["cells", "target_change", "target_p", "energy_distance", "p", "fdr"]]
    strength = table["energy_distance"].fillna(0).to_numpy(), np.nanmean(np.square(screen.delta), axis=1)
    return table.iloc[np.lexsort(strength[::-1])[::-1]].rename_axis("perturbation").reset_index()


def _told(screen: Screen) -> str:
    facts, fdr = screen.facts, screen.adata.obs["e_fdr"]
    first = f"{len(screen.names):,} perturbations ({facts['kind']}) × {len(screen.genes):,} genes of {facts['title']}."
    if not fdr.notna().any():
        return f"{first} Whether they did anything was not tested."
    return f"{first} {int((fdr < 0.05).sum()):,} of {int(fdr.notna().sum()):,} did something (energy test, 5 % FDR)."
