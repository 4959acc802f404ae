"""Read one dataset of a study: the cells asked for, their counts, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidCounts, InvalidStudy, closest
from engine.io.files import resolve
from engine.types import Dataset, DatasetSource, Roles

if TYPE_CHECKING:
    from anndata import AnnData

TOLERANCE = 0.05, 1e-3  # how far a value may lie from a whole number: absolute, and per count (single precision logs)


def load_dataset(source: DatasetSource, *, roles: Roles) -> Dataset:
    """The dataset that `source` describes, with whole counts in `adata.X` (n_cells, n_genes), CSR.

    Raises
    ------
    InvalidStudy
        When the file, a column or a role is not there, or no cell is left.
    InvalidCounts
        When the matrix holds NaN, negative or fractional values.
    """
    adata = _read(source)
    for role, column in vars(roles).items():
        if column is not None:
            _need_column(adata, column, f"role '{role}'", source)
    adata = _keep_cells(adata, source)
    counts, genes = _counts(adata, source)
    depth = _depth(adata, counts, source)
    labels = adata.obs[roles.cell_type].astype(str).to_numpy() if roles.cell_type else None
    return Dataset(source, _as_anndata(counts, genes, adata.obs_names), depth, labels)


def _read(source: DatasetSource) -> AnnData:
    import warnings

    import anndata

    path = resolve(source.path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old files speak of formats that have since moved
            return anndata.read_h5ad(path)
    except (OSError, KeyError, ValueError) as error:
        raise InvalidStudy(
            f"Dataset '{source.name}': '{source.path}' was expected to be an h5ad file, but: {error}. "
            "Write it again with anndata."
        ) from error


def _keep_cells(adata: AnnData, source: DatasetSource) -> AnnData:
    if source.column is None:
        return adata
    _need_column(adata, source.column, "'column'", source)
    labels = adata.obs[source.column].astype(str)
    keep = labels.isin(source.values).to_numpy()
    if not keep.any():
        raise InvalidStudy(
            f"Dataset '{source.name}': no cell has {source.column} in {', '.join(source.values)}. "
            f"Found: {', '.join(sorted(labels.unique())[:12])}."
        )
    return adata[keep]


def _need_column(adata: AnnData, column: str, use: str, source: DatasetSource) -> None:
    if column not in adata.obs:
        near = closest(column, adata.obs.columns) or list(adata.obs.columns[:12])
        raise InvalidStudy(
            f"Dataset '{source.name}': {use} names the obs column '{column}', which the file does not have. "
            f"Found: {', '.join(near)}."
        )


def _counts(adata: AnnData, source: DatasetSource):
    """Counts as CSR float32 and the gene names they belong to."""
    from scipy import sparse

    where, _, how = source.counts.partition("/")
    if where == "X":
        matrix, genes = adata.X, adata.var_names
    elif where == "raw" and adata.raw is not None:
        matrix, genes = adata.raw.X, adata.raw.var_names
    elif where == "layers" and how in adata.layers:
        matrix, genes = adata.layers[how], adata.var_names
    else:
        raise InvalidStudy(
            f"Dataset '{source.name}': counts = '{source.counts}' is not in the file. "
            f"Found: X{', raw' if adata.raw is not None else ''}{''.join(f', layers/{k}' for k in adata.layers)}."
        )
    matrix = sparse.csr_matrix(matrix, dtype=np.float64)
    if source.counts == "raw/log1p-1e4":
        matrix = _from_log1p(matrix, _column_depth(adata, source))
    _check_counts(matrix, source)
    return matrix.astype(np.float32), genes


def _from_log1p(matrix, depth: np.ndarray):
    """Undo log1p(1e4 · count / depth)."""
    matrix = matrix.copy()
    matrix.data = np.expm1(matrix.data)
    return matrix.multiply(depth[:, None] / 1e4).tocsr()


def _check_counts(matrix, source: DatasetSource) -> None:
    """Whole numbers of 0 or more; values within the tolerance of one are rounded in place."""
    values, name = matrix.data, source.name
    found = {
        "NaN or infinite values": (~np.isfinite(values)).sum(),
        "negative values": (values < 0).sum(),
    }
    whole = np.round(values)
    if not any(found.values()):
        found["fractional values"] = (np.abs(values - whole) > TOLERANCE[0] + TOLERANCE[1] * whole).sum()
    for what, number in found.items():
        if number:
            raise InvalidCounts(
                f"Dataset '{name}': expected raw counts (whole numbers of 0 or more), found {number:,} {what}. "
                "Point 'counts' in the study file to the layer with raw counts."
            )
    matrix.data = whole
    matrix.eliminate_zeros()


def _column_depth(adata: AnnData, source: DatasetSource) -> np.ndarray:
    if source.depth is None:
        raise InvalidStudy(
            f"Dataset '{source.name}': counts = '{source.counts}' needs 'depth', the obs column of totals. Add it."
        )
    _need_column(adata, source.depth, "'depth'", source)
    return adata.obs[source.depth].to_numpy(dtype=np.float64)


def _depth(adata: AnnData, counts, source: DatasetSource) -> np.ndarray:
    if source.depth is None:
        return np.asarray(counts.sum(axis=1)).ravel().astype(np.float64)
    return _column_depth(adata, source)


def _as_anndata(counts, genes, cells) -> AnnData:
    """An AnnData with one column a gene name; counts of duplicate names are summed."""
    import anndata
    import pandas as pd
    from scipy import sparse

    codes, unique = pd.factorize(pd.Index(genes).astype(str))
    if len(unique) < len(codes):
        gather = sparse.csr_matrix((np.ones(len(codes)), (np.arange(len(codes)), codes)), dtype=np.float32)
        counts = (counts @ gather).tocsr()
    return anndata.AnnData(counts, obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=unique))
