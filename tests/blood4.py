"""The golden study of four blood donors as arrays, for tests of measures."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from tests.shared_data import shared

FOLDER = "golden/musegnn/"
METHODS = ("random", "random_by_gene", "pca", "gae")


def table(name: str) -> pd.DataFrame:
    """One of the golden tables, gene names kept as they are."""
    return pd.read_csv(shared(FOLDER + name), sep="\t", keep_default_na=False)


@cache
def genes() -> pd.DataFrame:
    """dataset, row and gene of each of the 2,000 rows."""
    return table("blood4_genes.tsv.gz")


@cache
def donors() -> list[str]:
    return list(dict.fromkeys(genes()["dataset"]))


def genes_of(donor: str) -> np.ndarray:
    return genes().loc[genes()["dataset"] == donor, "gene"].to_numpy(str)


@cache
def _edge_table() -> pd.DataFrame:
    return table("blood4_edges.tsv.gz")


@cache
def _held_out_table() -> pd.DataFrame:
    return table("blood4_heldout_edges.tsv.gz")


def edges_of(donor: str) -> tuple[np.ndarray, np.ndarray]:
    """Edges i < j, shape (2, n_edges), and their signs."""
    rows = _edge_table()[_edge_table()["dataset"] == donor]
    return rows[["i", "j"]].to_numpy().T, rows["sign"].to_numpy()


def held_out_of(donor: str) -> np.ndarray:
    """Edges of a donor that were kept out, shape (2, n_held_out)."""
    return _held_out_table().query("dataset == @donor")[["i", "j"]].to_numpy().T


@cache
def _archive(name: str) -> dict[str, np.ndarray]:
    with np.load(shared(FOLDER + name)) as arrays:
        return {key: arrays[key] for key in arrays.files}


def vectors(method: str) -> np.ndarray:
    """A stored embedding, float32, shape (2000, 32)."""
    return _archive("blood4_embeddings.npz")[method]


def vectors_of(method: str, donor: str) -> np.ndarray:
    return vectors(method)[(genes()["dataset"] == donor).to_numpy()]


def features_of(donor: str) -> np.ndarray:
    """Rounded Pearson residuals, float32, shape (500, n_cells)."""
    return _archive("blood4_features.npz")[donor].astype(np.float32)


def clusters(method: str) -> np.ndarray:
    """Stored Leiden cluster of each row, as text."""
    return table("blood4_leiden.tsv.gz")[f"leiden_{method}"].to_numpy(str)
