"""Command rank: which single knockouts go furthest towards a state, or move a set of genes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.commands.counts import need_folder
from engine.commands.knockout import add_model, asked_params, learned
from engine.commands.screen import add_study, study_given, write_table
from engine.errors import InvalidFile, InvalidParameter, unknown
from engine.io.gene_list import gene_names
from engine.knockout.wish import AWAY, LOWER, RAISE, TOWARDS, Wish
from engine.knowledge import Knowledge
from engine.settings import Settings
from engine.store import Store

COLUMNS = """
columns of R.tsv, a row a gene that can be knocked out, the one that goes furthest first:
  gene, rank
  score                 of a state: the part of the way between the two means that it goes, 1 all of it;
                        of a set: mean change of its genes in standard deviations; along the wish
  low, high             90 % interval of the score; empty where none can be given
  cosine                of the change with the direction of the wish
  z, p, fdr             against genes of like expression in place of those of the wish
  evidence              measured, predicted or simulated
  beyond                the score less that of the mean of all perturbations
  nearest, likeness     the most like perturbation that was measured
The perturbed gene itself takes no part in its score.
"""
OF_SETS = {"lower": LOWER, "raise": RAISE}


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("rank", help="rank single knockouts by what they are wished to do", epilog=COLUMNS,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.set_defaults(run=_run)
    add_study(parser)
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--towards", metavar="TYPE", help="lead cells towards that cell type")
    wish.add_argument("--away", metavar="TYPE", help="lead cells away from that cell type")
    for option, verb in (("lower", "lower"), ("raise", "raise")):
        wish.add_argument(f"--{option}", dest=f"{option}_set", metavar="SET.txt|COLLECTION:NAME",
                          help=f"{verb} a set of genes: a gene a line, or a set of the library")
    parser.add_argument("--from", dest="start", metavar="TYPE", help="the cell type that --towards or --away starts "
                        "from; standard is all others")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="R.tsv", help="a row a gene")
    add_model(parser)


def wish_given(args: argparse.Namespace, knowledge: Knowledge) -> Wish:
    """The wish on the command line.

    Raises
    ------
    InvalidParameter, InvalidFile, UnknownName, KnowledgeMissing
        When it cannot be one, or its set of genes cannot be had.
    """
    start = args.start or ""
    for kind, to in ((TOWARDS, args.towards), (AWAY, args.away)):
        if to is not None:
            return Wish(kind, to=to, start=start)
    if start:
        raise InvalidParameter("--from goes with --towards or --away, and a set of genes was given. Leave it out.")
    kind, text = next((kind, getattr(args, f"{option}_set")) for option, kind in OF_SETS.items()
                      if getattr(args, f"{option}_set") is not None)  # fmt: skip
    genes, title = set_given(text, knowledge)
    return Wish(kind, genes=genes, title=title)


def set_given(text: str, knowledge: Knowledge) -> tuple[tuple[str, ...], str]:
    """The genes of a file or of a set of the library, and what they are called."""
    path, (collection, colon, name) = Path(text), text.partition(":")
    if path.is_file():
        try:
            return tuple(gene_names(path.read_text())), path.stem
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidFile(f"'{text}' was expected to be a text file with a gene a line, and cannot be read. "
                              "Save it as text.") from error  # fmt: skip
    if not colon:
        raise InvalidParameter(f"A file of genes was expected at '{text}', none is there. Correct the path, or write "
                               "COLLECTION:NAME for a set of the library.")  # fmt: skip
    sets = knowledge.gene_sets(collection)
    if name not in sets:
        raise unknown("set", name, sets, where=f"in '{collection}'")
    return tuple(sets[name]), name


def _run(args: argparse.Namespace, settings: Settings) -> None:
    from engine.knockout.rank import load_rank, rank
    from engine.terminal import TerminalProgress

    need_folder(args.out)
    params, wish = asked_params(args), wish_given(args, Knowledge(settings))
    study, store = study_given(args, settings), Store(settings)
    model = learned(study, params, settings, store)
    with TerminalProgress() as progress:
        found = load_rank(rank(model.facts["id"], wish, store=store, seed=params.seed, progress=progress), store=store)
    for warning in found.facts["warnings"]:
        print(f"geneweave: {warning}", file=sys.stderr)
    write_table(args.out, found.table.reset_index())
    for sentence in found.facts["sentences"]:
        print(sentence)
