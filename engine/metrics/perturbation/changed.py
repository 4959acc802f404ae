"""Which genes a perturbation changed, by the standard errors of the screen, and whether a prediction names them."""

from __future__ import annotations

import numpy as np

BAND = 1.96  # standard errors: a change within them may be none
FDR = 0.05


def size(change: np.ndarray, se: np.ndarray) -> np.ndarray:
    """|t| of each change, (n_perturbations, n_genes); 0 where no standard error is known, NaN where not measured."""
    known = np.isfinite(se) & (se > 0)
    return np.where(np.isfinite(change), np.where(known, np.abs(change) / np.where(known, se, 1.0), 0.0), np.nan)


def strongest(t: np.ndarray, n: int, kept: np.ndarray) -> np.ndarray:
    """The n genes of largest |t| among those kept, fewer where fewer have a t above 0; boolean, as `t`.

    Ties are broken by the order of genes, so that the choice is the same each time.
    """
    told = np.where(kept & np.isfinite(t), t, -1.0)
    order = np.argsort(-told, axis=1, kind="stable")[:, :n]
    found = np.zeros(t.shape, dtype=bool)
    np.put_along_axis(found, order, True, axis=1)
    return found & (told > 0)


def beyond_noise(t: np.ndarray) -> np.ndarray:
    """Genes whose change lies outside the band of no change, boolean."""
    return np.nan_to_num(t, nan=0.0) > BAND


def significant(t: np.ndarray, kept: np.ndarray, *, fdr: float = FDR) -> np.ndarray:
    """Genes with a false discovery rate below `fdr` within their perturbation (Benjamini and Hochberg), boolean."""
    from scipy.special import ndtr

    found = np.zeros(t.shape, dtype=bool)
    for i, row in enumerate(t):
        at = np.flatnonzero(kept[i] & np.isfinite(row))
        if not at.size:
            continue
        p = 2 * ndtr(-row[at])
        order = np.argsort(p, kind="stable")
        passed = np.flatnonzero(p[order] < fdr * np.arange(1, at.size + 1) / at.size)
        if passed.size:
            found[i, at[order[: passed[-1] + 1]]] = True
    return found


def overlap(predicted: np.ndarray, measured: np.ndarray, se: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """DES: share of the genes that truly changed which are among those predicted to change.

    Both sets have FDR < .05 by the standard errors of the screen, as if the predicted change had been measured there.
    Where more are predicted than changed, only as many count, ordered by |predicted change|, so that naming every gene
    gains nothing. NaN where nothing changed.
    """
    true, told = significant(size(measured, se), kept), significant(size(predicted, se), kept)
    n = true.sum(axis=1)
    shares = np.full(len(n), np.nan)
    for i in np.flatnonzero(n):
        at = np.flatnonzero(told[i])
        first = at[np.argsort(-np.abs(predicted[i, at]), kind="stable")[: n[i]]]
        shares[i] = true[i, first].sum() / n[i]
    return shares
