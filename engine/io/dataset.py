"""Read one dataset of a study: the cells asked for, their counts, checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import InvalidFile, InvalidStudy, closest
from engine.io.files import resolve
from engine.io.limits import dropped_by
from engine.io.matrix import InMemory, Matrix, Opened, blocks
from engine.io.proteins import protein_table
from engine.io.qc import CellFacts, cell_facts, kept
from engine.io.selection import Selection
from engine.io.whole import WholeCounts
from engine.settings import Settings
from engine.types import Dataset, DatasetSource, QcLimits, Roles

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

BLOCK = 1024  # cells read at a time
LIMIT_WORDS = {
    "min_counts": "fewer than {:,.10g} counts", "max_counts": "more than {:,.10g} counts",
    "min_genes": "fewer than {:,.10g} genes", "max_mito": "more than {:,.10g} % mitochondrial counts",
}  # fmt: skip


def load_dataset(source: DatasetSource, *, roles: Roles, columns: tuple[str, ...] = ()) -> Dataset:
    """The dataset that `source` describes, with whole counts in `adata.X` (n_cells, n_genes), CSR float32.

    The tables of cells and genes are read first, then only the cells wanted, block by block. `columns` are
    those of the file's `obs` that `Dataset.obs` keeps.

    Raises
    ------
    InvalidStudy
        When the file, a column or a role is not there, or no cell is left.
    InvalidCounts
        When the matrix holds NaN, negative or fractional values.
    """
    _need_counts(source)
    with opened_source(source) as opened:
        for role, column in vars(roles).items():
            if column is not None:
                need_column(opened.obs, column, f"role '{role}'", source)
        for column in columns:
            need_column(opened.obs, column, "the comparison", source)
        cells = wanted_cells(opened.obs, source)
        matrix, genes = counts_of(opened, source)
        names = gene_names(genes, source)
        totals = column_depth(opened.obs, source)
        counts, cells = _read(Selection(matrix, cells=cells), cells, names, totals, opened, source)
        obs = opened.obs.iloc[cells]
        depth = np.asarray(counts.sum(axis=1)).ravel().astype(np.float64) if totals is None else totals[cells]
        labels = obs[roles.cell_type].astype(str).to_numpy() if roles.cell_type else None
        places = opened.obsm.get("spatial") if source.modality == "spatial" else None
        adata = _as_anndata(counts, names, obs.index)
        return Dataset(source, adata, depth, labels, None if places is None else places[cells], obs[list(columns)])


def look_into(source: DatasetSource, most: int) -> tuple[int, Any]:
    """Number of cells of a dataset before limits, and a few of them as they are stored, CSR (≤ `most`, n_genes).

    They lie in four stretches over the file, so that little is read. Raises what `load_dataset` raises.
    """
    _need_counts(source)
    with opened_source(source) as opened:
        cells = wanted_cells(opened.obs, source)
        stretches = np.array_split(cells, 4)
        few = np.concatenate([stretch[: most // 4] for stretch in stretches])
        return len(cells), Selection(counts_of(opened, source)[0], cells=few).rows(0, len(few))


def _need_counts(source: DatasetSource) -> None:
    if source.modality == "effects":
        raise InvalidStudy(
            f"Dataset '{source.name}' is a table of effects: changes by perturbation, without cells. A network, a gene "
            "map and a comparison of conditions need counts of cells. Use it on the Knockout page, or bring the cells."
        )


@contextmanager
def opened_source(source: DatasetSource) -> Iterator[Opened]:
    """Context: the file of a dataset, as its reader found it; raises `InvalidStudy` where it cannot be read."""
    import tempfile
    import warnings
    from pathlib import Path

    from engine.io.open import open_matrix

    path, settings = resolve(source.path), Settings.from_environment()
    limit = int(float(settings.matrix_gb) * 1e9)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old files speak of formats that have since moved
            with open_matrix(path, limit_bytes=limit, scratch=Path(tempfile.gettempdir())) as opened:
                yield opened
    except InvalidFile as error:
        raise InvalidStudy(
            f"Dataset '{source.name}': '{source.path}' was expected to be an h5ad file, but: {error}"
        ) from error


def wanted_cells(obs: pd.DataFrame, source: DatasetSource) -> np.ndarray:
    """Places of the cells that the source keeps."""
    if source.column is None:
        return np.arange(len(obs))
    need_column(obs, source.column, "'column'", source)
    labels = obs[source.column].astype(str)
    keep = labels.isin(source.values).to_numpy()
    if not keep.any():
        raise InvalidStudy(
            f"Dataset '{source.name}': no cell has {source.column} in {', '.join(source.values)}. "
            f"Found: {', '.join(sorted(labels.unique())[:12])}."
        )
    return np.flatnonzero(keep)


def need_column(table: pd.DataFrame, column: str, use: str, source: DatasetSource, *, part: str = "obs") -> None:
    """Raise `InvalidStudy` when a file lacks the column that `use` names."""
    if column not in table:
        near = closest(column, table.columns) or list(table.columns[:12])
        raise InvalidStudy(
            f"Dataset '{source.name}': {use} names the {part} column '{column}', which the file does not have. "
            f"Found: {', '.join(near)}."
        )


def counts_of(opened: Opened, source: DatasetSource) -> tuple[Matrix, pd.DataFrame]:
    """The matrix that holds the counts, and the table of its genes."""
    import pandas as pd

    where, _, how = source.counts.partition("/")
    if where == "obsm":
        table = protein_table(opened, resolve(source.path), how)
        if table is not None:
            return InMemory(table.to_numpy(dtype=np.float64)), pd.DataFrame(index=table.columns)
    key = "raw" if where == "raw" else source.counts
    if key not in opened.matrices:
        there = [*opened.matrices, *(["obsm/protein"] if "protein" in opened.obsm else [])]
        raise InvalidStudy(
            f"Dataset '{source.name}': counts = '{source.counts}' is not in the file. Found: {', '.join(there)}."
        )
    return opened.matrices[key], opened.raw_var if key == "raw" else opened.var


def gene_names(genes: pd.DataFrame, source: DatasetSource) -> np.ndarray:
    """Name of each gene: its symbol where it has one."""
    names = genes.index.astype(str).to_numpy(dtype=object)
    if source.symbols is None or source.counts.startswith("obsm/"):
        return names
    need_column(genes, source.symbols, "'symbols'", source, part="var")
    column = genes[source.symbols]
    symbols = column.astype(str).str.strip().to_numpy(dtype=object)
    return np.where(column.notna().to_numpy() & (symbols != ""), symbols, names)


def _read(matrix: Matrix, cells, names, totals, opened: Opened, source: DatasetSource):
    """Whole counts of the cells that pass the limits, CSR float32, and the places of these cells."""
    from scipy import sparse

    whole = WholeCounts(f"Dataset '{source.name}'", "Point 'counts' in the study file to the layer with raw counts.")
    limited, parts, facts, start = source.qc != QcLimits(), [], [], 0
    aside = source.counts.startswith("obsm/") and "X" in opened.matrices
    for block in blocks(matrix, size=BLOCK):
        inside = cells[start : start + block.shape[0]]
        start += block.shape[0]
        if source.counts == "raw/log1p-1e4":
            block = _from_log1p(block, totals[inside])
        parts.append(whole.round(block))
        if limited:
            judged = Selection(opened.matrices["X"], cells=inside).rows(0, len(inside)) if aside else parts[-1]
            facts.append(cell_facts([judged], opened.var.index if aside else names))
            parts[-1] = parts[-1][kept(facts[-1], source.qc)]
    whole.check()
    keep = _passing(facts, source) if limited else np.ones(len(cells), dtype=bool)
    return sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix(matrix.shape), cells[keep]


def _passing(facts: list[CellFacts], source: DatasetSource) -> np.ndarray:
    """Which cells pass the limits; raises when none does."""
    every = CellFacts(*(np.concatenate([getattr(part, name) for part in facts]) for name in vars(facts[0])))
    keep = kept(every, source.qc)
    if not keep.any():
        dropped = [f"{number:,} have {LIMIT_WORDS[name].format(getattr(source.qc, name))}"
                   for name, number in dropped_by(every, source.qc).items() if number]  # fmt: skip
        raise InvalidStudy(
            f"Dataset '{source.name}': its quality limits leave none of {len(keep):,} cells: {', '.join(dropped)}. "
            "Loosen the limits."
        )
    return keep


def _from_log1p(block, depth: np.ndarray):
    """Undo log1p(1e4 · count / depth)."""
    block = block.astype(np.float64)
    block.data = np.expm1(block.data)
    return block.multiply(depth[:, None] / 1e4).tocsr()


def column_depth(obs: pd.DataFrame, source: DatasetSource) -> np.ndarray | None:
    """Total counts of each cell from the column that `depth` names; None where it names none."""
    if source.depth is not None:
        need_column(obs, source.depth, "'depth'", source)
        return obs[source.depth].to_numpy(dtype=np.float64)
    if source.counts == "raw/log1p-1e4":
        raise InvalidStudy(
            f"Dataset '{source.name}': counts = '{source.counts}' needs 'depth', the obs column of totals. Add it."
        )
    return None


def _as_anndata(counts, genes: np.ndarray, cells) -> AnnData:
    """An AnnData with one column a gene name; counts of duplicate names are summed."""
    import anndata
    import pandas as pd
    from scipy import sparse

    codes, unique = pd.factorize(pd.Index(genes).astype(str))
    if len(unique) < len(codes):
        gather = sparse.csr_matrix((np.ones(len(codes)), (np.arange(len(codes)), codes)), dtype=np.float32)
        counts = (counts @ gather).tocsr()
    return anndata.AnnData(counts, obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=unique))
