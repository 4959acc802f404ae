"""Command enrich: what a list of genes, or a ranking of all genes, has in common with gene sets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.counts import need_folder
from engine.enrich import LEVEL, LIST, ONLINE, RANKING, Request, Result, answer, answer_online
from engine.errors import InvalidParameter
from engine.io.gene_list import gene_names, gene_ranking
from engine.knowledge import Knowledge
from engine.settings import Settings
from engine.store import atomic_write

if TYPE_CHECKING:
    import pandas as pd

SHOWN, NAMED = 10, 10  # terms told at the end, genes named that were not found
GMT_NAMES = (".gmt", ".gmt.gz", ".txt", ".txt.gz")


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("enrich", help="what genes have in common: over-representation, or GSEA of a ranking")
    parser.set_defaults(run=_run)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--genes", metavar="FILE", help="a gene a line, or separated by commas or tabs; - reads stdin")
    given.add_argument("--ranking", metavar="FILE", help="gene and score, separated by a tab: preranked GSEA")
    parser.add_argument("--sets", required=True, metavar="GMT|A,B,…",
                        help="a GMT file, or names of gene sets in the library (see `fetch`); with --online, of "
                             "Enrichr's libraries")  # fmt: skip
    parser.add_argument("--background", metavar="FILE", help="the genes that could have been chosen: those tested")
    parser.add_argument("--permutations", type=int, default=1000, help="of a ranking (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="of a ranking's permutations and ties (default 0)")
    parser.add_argument("--online", action="store_true", help="ask Enrichr: the genes leave this machine")
    parser.add_argument("--out", type=Path, required=True, metavar="T.tsv", help="where to write a row a term")


def _run(args: argparse.Namespace, settings: Settings) -> None:
    need_folder(args.out)
    result = _online(args) if args.online else _here(args, Knowledge(settings))
    with atomic_write(args.out) as part:
        result.table.to_csv(part, sep="\t", index=False, lineterminator="\n")
    _tell(result.facts)
    print(_summary(result, args.out))


def _here(args: argparse.Namespace, knowledge: Knowledge) -> Result:
    collections = collections_of(args.sets, knowledge)
    names = tuple(collections)
    if args.ranking:
        if args.background:
            raise InvalidParameter("--background goes with --genes: the background of a ranking is the ranking itself. "
                                   "Leave one out.")  # fmt: skip
        ranking = gene_ranking(_text(args.ranking), name=f"'{args.ranking}'")
        asked = Request(tuple(ranking.index), names, scores=tuple(ranking), method=RANKING, title=_stem(args.ranking),
                        permutations=args.permutations, seed=args.seed)  # fmt: skip
    else:
        genes, universe = gene_names(_text(args.genes)), args.background or "the genes of the sets"
        background = gene_names(_text(args.background)) if args.background else _all_of(collections)
        asked = Request(tuple(genes), names, tuple(background), method=LIST, title=_stem(args.genes), universe=universe)
    return answer(asked, collections, titles={name: knowledge.entry(name).title for name in names
                                              if not _is_file(args.sets)})  # fmt: skip


def _online(args: argparse.Namespace) -> Result:
    if args.ranking or args.background:
        raise InvalidParameter("--online takes --genes alone: Enrichr knows no ranking and uses its own background.")
    genes, names = gene_names(_text(args.genes)), tuple(filter(None, map(str.strip, args.sets.split(","))))
    return answer_online(Request(tuple(genes), names, method=ONLINE, title=_stem(args.genes)))


def collections_of(text: str, knowledge: Knowledge) -> dict[str, dict[str, tuple[str, ...]]]:
    """The gene sets of a GMT file, or of collections of the library by name.

    Raises
    ------
    InvalidFile
        When a file is no GMT; its line is named.
    UnknownName, KnowledgeMissing
        When there is no such file and no such collection, or it is not on this machine.
    """
    from engine.knowledge.own_files import read_own_gmt

    if _is_file(text):
        return {Path(text).name: read_own_gmt(Path(text))}
    return {name: knowledge.gene_sets(name) for name in filter(None, map(str.strip, text.split(",")))}


def _is_file(text: str) -> bool:
    return Path(text).is_file() or text.lower().endswith(GMT_NAMES)


def _all_of(collections: dict[str, dict[str, tuple[str, ...]]]) -> list[str]:
    genes = sorted({gene for sets in collections.values() for found in sets.values() for gene in found})
    print(f"geneweave: WARNING: no --background was given, so the {len(genes):,} genes of the gene sets stand in for "
          "the genes that were tested. Genes that were never measured then count as not chosen, and p comes out too "
          "small. Give the tested genes with --background FILE.", file=sys.stderr)  # fmt: skip
    return genes


def _text(path: str) -> str:
    from engine.knowledge.text import read_text

    return sys.stdin.read() if path == "-" else read_text(Path(path))


def _stem(path: str) -> str:
    return "genes" if path == "-" else Path(path).name.split(".")[0]


def _tell(facts: dict) -> None:
    """What was not found, and what else there is to know, on standard error."""
    notes = list(facts["notes"])
    for where, key in (("background", "in_background"), ("gene sets", "in_sets")):
        if missing := facts.get(key, {}).get("missing"):
            more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
            notes.append(f"{len(missing):,} of {facts[key]['n_given']:,} genes are not in the {where}"
                         f"{' and were left out' if where == 'background' else ''}: "
                         f"{', '.join(missing[:NAMED])}{more}.")  # fmt: skip
    print("".join(f"geneweave: {note}\n" for note in notes), end="", file=sys.stderr)


def _summary(result: Result, out: Path) -> str:
    found = result.found
    if found.empty:
        return f"{out}: {len(result.table):,} terms tested, none with a false discovery rate below {LEVEL:.0%}."
    heads = found.loc[found["like"] == found["term"]]
    told = f"{out}: {len(result.table):,} terms tested, {len(found):,} with a false discovery rate below {LEVEL:.0%}"
    return "\n".join([f"{told}; {len(heads):,} when like ones are folded:", *_lines(heads.head(SHOWN))])


def _lines(rows: pd.DataFrame) -> list[str]:
    if "nes" in rows:
        return [f"  {row.fdr:8.1e}  NES {row.nes:+.2f}  {row.term}" for row in rows.itertuples()]
    return [f"  {row.fdr:8.1e}  {row.overlap:4d} of {row.size:4d}  {row.term}" for row in rows.itertuples()]
