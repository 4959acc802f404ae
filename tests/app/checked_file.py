"""A file with a report and facts of its cells, as a check leaves them: made up, or counted from a real h5ad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.files import DataFile, Files
from engine.io.qc import CellFacts, cell_facts
from engine.io.report import Column, Guess, Problem, Report

PROBLEMS = (
    Problem("note", "zeros", "94 % of the values are 0.", "the matrix", "Nothing to do: it is so in most files."),
    Problem("error", "duplicate-genes", "12 gene names are there twice.", "var names", "Sum them.", "sum-duplicates"),
    Problem("warning", "empty-cells", "3 cells have no counts.", "the matrix", "Drop them.", "drop-empty-cells"),
)
REPORT = Report(
    format="h5ad", n_cells=3000, n_genes=40, n_values=60_000, counts="X", counts_say="X holds whole numbers",
    identifiers="symbol", verdict="3 000 human blood cells with whole counts, ready for a study.", ready=True,
    guesses={"species": Guess("human", "names in capitals"), "modality": Guess("rna", "no peaks"),
             "condition": Guess("disease", "its name and its two levels"), "control": Guess("healthy", "its name"),
             "batch": Guess("", "no column looks like a donor")},
    columns=(Column("disease", "category", 2, (("COVID", 1800), ("healthy", 1200))),
             Column("age", "number", low=21.0, high=88.0)),
    problems=PROBLEMS, layers=("counts",), seconds=1.3,
    preview={"cells": ["AAAC-1", "AAAG-1"], "genes": ["CD74", "ACE2"], "values": [[12, 0], [3, 1]]},
)  # fmt: skip


def made_up_cells(n: int = 3000, *, seed: int = 0) -> CellFacts:
    """Cells with log-normal counts, genes that follow them, and a tail of mitochondrial shares."""
    rng = np.random.default_rng(seed)
    counts = np.round(rng.lognormal(8, 0.6, n))
    genes = np.round(counts**0.85 * rng.uniform(0.8, 1.0, n))
    return CellFacts(*(v.astype(np.float32) for v in (counts, genes, np.minimum(rng.gamma(3, 1.5, n), 100))))


def write_checked(files: Files, folder: Path, *, report: Report = REPORT, facts: CellFacts | None = None) -> DataFile:
    """A file of three bytes that was checked: report, facts of cells and, when ready, a matrix."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "blood.h5ad").write_bytes(b"h5!")
    file = files.add("blood.h5ad", folder / "blood.h5ad")
    return finish(files, file, report, facts or made_up_cells())


def finish(files: Files, file: DataFile, report: Report, facts: CellFacts) -> DataFile:
    """Keep what a check would keep."""
    files.write_report(file.id, report)
    np.savez(files.cells(file.id), **vars(facts))
    if report.ready:
        files.matrix(file.id).write_bytes(b"the matrix")
    return file


def real_facts(path: Path) -> tuple[Report, CellFacts]:
    """A report and facts counted from a real h5ad with counts in X."""
    import anndata
    from scipy import sparse

    adata = anndata.read_h5ad(path)
    matrix = sparse.csr_matrix(adata.X)
    columns = tuple(_column(adata.obs[name]) for name in adata.obs)
    corner = matrix[:8, :10].toarray().tolist()
    preview = {"cells": list(adata.obs_names[:8]), "genes": list(adata.var_names[:10]), "values": corner}
    report = replace(REPORT, n_cells=adata.n_obs, n_genes=adata.n_vars, n_values=int(matrix.nnz), columns=columns,
                     preview=preview, layers=tuple(adata.layers))  # fmt: skip
    return report, cell_facts([matrix], adata.var_names)


def _column(values) -> Column:
    if values.dtype.kind in "if":
        return Column(values.name, "number", low=float(values.min()), high=float(values.max()))
    counted = values.astype(str).value_counts()
    return Column(values.name, "category", len(counted), tuple((k, int(n)) for k, n in counted.head(20).items()))
