"""Command coexpression: CS-CORE between the genes of one file of counts."""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

import numpy as np

from engine.commands.counts import CountFile, add_arguments, need_folder, open_counts
from engine.errors import InvalidCounts, InvalidParameter, closest
from engine.graph.cscore import STRIP, CsCore, cs_core
from engine.io.selection import Selection
from engine.settings import Settings
from engine.store import atomic_write

ALL_GENES = "all-genes"


def add(commands) -> None:
    """Add the command to the parser of `python -m engine`."""
    parser = commands.add_parser("coexpression", help="estimate, p and test statistic of all gene pairs (CS-CORE)")
    parser.set_defaults(run=_run)
    add_arguments(parser)
    parser.add_argument("--genes", required=True, metavar="N|LIST.txt",
                        help="the N genes with the largest mean counts, or a file with a gene a line")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="X.npz",
                        help="where to write the arrays genes, est, p and statistic")  # fmt: skip
    parser.add_argument("--depth", default=ALL_GENES, metavar=f"{ALL_GENES}|COLUMN",
                        help="a cell's depth: its counts of all genes of the file, or an obs column")  # fmt: skip
    parser.add_argument("--device", default="cpu", choices=("cpu", "auto", "cuda"),
                        help="cuda: on a GPU; auto: there when this machine has one (default cpu)")  # fmt: skip


def _run(args: argparse.Namespace, settings: Settings) -> None:
    need_folder(args.out)
    with open_counts(args, settings) as file:
        genes = choose_genes(file, args.genes)
        depth = _depth(file, args.depth)
        filled = np.flatnonzero(depth > 0)
        if len(filled) < 3:
            raise InvalidCounts(f"Co-expression needs at least 3 cells with counts, found {len(filled)}. Add cells.")
        if len(filled) < len(depth):
            missing = f"{len(depth) - len(filled):,} of {len(depth):,} cells"
            print(f"geneweave: Left out: {missing}, which have no counts.", file=sys.stderr)
        found = cs_core(Selection(file.matrix, cells=filled, genes=genes), depth[filled],
                        device=args.device)  # fmt: skip
    write_npz(args.out, file.genes[genes], found)
    print(f"{args.out}: {len(genes):,} genes in {len(filled):,} cells, {found.n_iterations} iterations")


def choose_genes(file: CountFile, asked: str) -> np.ndarray:
    """Places of the genes asked for, in order: the N largest mean counts, ties by file order, or a list.

    Raises
    ------
    InvalidParameter
        When there are not so many genes, or a gene of the list is not in the file, or is there twice.
    """
    if asked.lstrip("+-").isdigit():
        if not 2 <= int(asked) <= len(file.genes):
            raise InvalidParameter(f"--genes must be 2 to {len(file.genes):,}, the genes of the file, found {asked}.")
        return np.argsort(-file.gene_total, kind="stable")[: int(asked)]
    names = _listed(Path(asked), set(file.genes))
    places: dict[str, list[int]] = {}
    for place, gene in enumerate(file.genes):
        places.setdefault(gene, []).append(place)
    unknown = [name for name in names if name not in places]
    if unknown:
        near = closest(unknown[0], file.genes)
        hint = f"Closest to {unknown[0]}: {', '.join(near)}." if near else "Check how the file names its genes."
        raise InvalidParameter(f"{len(unknown):,} of {len(names):,} genes are not in the file: "
                               f"{', '.join(unknown[:8])}. {hint}")  # fmt: skip
    twice = [name for name in names if len(places[name]) > 1]
    if twice:
        raise InvalidParameter(f"{', '.join(twice[:8])}: more than one gene of the file has that name. "
                               "Sum them first, with `check --fix sum-duplicates`.")  # fmt: skip
    if len(names) < 2:
        raise InvalidParameter(f"Co-expression needs at least 2 genes, found {len(names)} in '{asked}'. Add genes.")
    return np.array([places[name][0] for name in names])


def _listed(path: Path, known: set[str]) -> list[str]:
    """The first word of each line, once each, without a header."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidParameter(f"--genes takes a number or a text file with a gene a line, found '{path}'. "
                               "Correct it.") from error  # fmt: skip
    names = list(dict.fromkeys(line.split("\t")[0].strip() for line in lines if line.split("\t")[0].strip()))
    header = names and names[0].lower() in ("gene", "genes", "symbol", "gene_name") and names[0] not in known
    return names[1:] if header else names


def _depth(file: CountFile, asked: str) -> np.ndarray:
    """Depth of each cell, float64 (n_cells,), 0 for a cell without counts."""
    if asked == ALL_GENES:
        return file.total
    if asked not in file.obs:
        near = closest(asked, file.obs.columns) or list(file.obs.columns[:12])
        raise InvalidParameter(f"--depth: there is no obs column '{asked}'. Found: {', '.join(near)}.")
    try:
        depth = file.obs[asked].to_numpy(dtype=np.float64)
        good = bool(np.isfinite(depth).all() and (depth >= 0).all())
    except (TypeError, ValueError):
        good = False
    if not good:
        raise InvalidParameter(f"--depth: obs column '{asked}' must hold a number of 0 or more for each cell. "
                               "Name another column, or all-genes.")  # fmt: skip
    return np.where(file.total > 0, depth, 0.0)


def write_npz(path: Path, genes: np.ndarray, found: CsCore) -> None:
    """The arrays genes, est, p and statistic, as numpy.load reads them; written, and p worked out, strip by strip."""
    squares = {
        "est": (found.estimate.dtype, lambda start: found.estimate[start : start + STRIP]),
        "p": (np.dtype(np.float64), lambda start: found.p_rows(start, start + STRIP)),
        "statistic": (found.statistic.dtype, lambda start: found.statistic[start : start + STRIP]),
    }
    with atomic_write(path) as part, zipfile.ZipFile(part, "w") as archive:
        with archive.open("genes.npy", "w") as file:
            np.lib.format.write_array(file, genes.astype(str), allow_pickle=False)
        for name, (kind, rows) in squares.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                shape = (len(genes), len(genes))
                header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
                for start in range(0, len(genes), STRIP):
                    file.write(np.ascontiguousarray(rows(start)).data)
