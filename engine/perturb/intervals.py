"""Intervals that hold over perturbations: how wide they must be so that the share of genes outside is as promised.

The unit is the perturbation, not the gene: genes of one perturbation err together. The interval of gene g is
told ± q·σ_g, σ_g its root mean square left-out error. Conformal risk control (Angelopoulos, Bates, Fisch, Lei and
Schuster, ICLR 2024): with R(q) the mean share of genes outside over n held-out perturbations and B a bound on the
share that the next one can have outside, the least q of which

    (n·R(q) + B(q)) / (n + 1) ≤ α

keeps the expected share of genes outside, in a new perturbation that is like those, at α or below. B = 1 always
bounds it, and with 15 perturbations gives 96 % where 90 % was asked; here B(q) is the largest share seen among the n,
which the next one passes once in n + 1 times. (A quantile over genes as the score of a perturbation promises 1 − α of
the genes in 1 − α of the perturbations, which is more than is asked, and wider. tests/benchmarks/perturb_coverage.py
has all three.) The curve R is kept, so any level can be had at once. A level whose α is below 1/(n + 1) is refused: so
rare a failure was never seen in n perturbations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidParameter

if TYPE_CHECKING:
    import pandas as pd

N_WIDTHS = 160
LEAST_SIGMA = 1e-3  # of the median σ: a gene that never moved is not known without error


def sigmas(residual: np.ndarray) -> np.ndarray:
    """Root mean square of each gene over perturbations, float64 (n_genes,); never quite 0, NaN where none counts."""
    square = _squared(residual)
    return _root(np.nansum(square, axis=0), np.isfinite(square).sum(axis=0))


def missed_curve(left_out: dict[str, tuple[list[str], np.ndarray]], *, own: str) -> pd.DataFrame:
    """Share of genes outside ± q·σ for each class, perturbation and q.

    Parameters
    ----------
    left_out
        Class → names and left-out residuals, (n, n_genes), NaN where a gene does not count; a name twice is one
        perturbation, its shares averaged.
    own
        The class whose residuals make σ: each of its perturbations is measured by the σ of the others.

    Returns
    -------
    class, perturbation, q, missed.
    """
    import pandas as pd

    scaled = {}
    for kind, (names, residual) in left_out.items():
        sigma = _others(residual) if kind == own else sigmas(left_out[own][1])
        scaled[kind] = names, np.abs(residual) / sigma
    widths = _widths(np.concatenate([score[np.isfinite(score)] for _, score in scaled.values()]))
    tables = [_curve(kind, names, score, widths) for kind, (names, score) in scaled.items()]
    table = pd.concat(tables, ignore_index=True)
    return table.astype({"class": "category", "perturbation": "category"})


def width(missed: pd.DataFrame, kind: str, level: float) -> float:
    """q for a level such as 0.9.

    Raises
    ------
    InvalidParameter
        When the class has too few held-out perturbations to promise it, or none.
    """
    shares, widths = _table(missed, kind)
    n, alpha = len(shares), 1 - level
    if not 0 < level < 1:
        raise InvalidParameter(f"A level must lie between 0 and 1, found {level:g}. Ask for one such as 0.9.")
    if n == 0:
        raise InvalidParameter(f"No held-out perturbation of the class '{kind}' is there, so no interval can be given. "
                               "Ask for none, or add such perturbations.")  # fmt: skip
    if alpha * (n + 1) < 1 - 1e-9:
        need = int(np.ceil(1 / alpha - 1 - 1e-9))
        raise InvalidParameter(
            f"{n} held-out perturbations of the class '{kind}' cannot support intervals of {100 * level:g} %: that "
            f"takes {need}, {need - n} more. The highest level they support is {highest_text(n)}. Ask for that or less."
        )
    return float(widths[_first((shares.sum(axis=0) + shares.max(axis=0)) / (n + 1), alpha)])


def highest_level(n: int) -> float:
    """The highest level that `n` held-out perturbations support: n/(n + 1), rounded down to a tenth of a per cent."""
    return int(1000 * n / (n + 1) + 1e-9) / 1000


def highest_text(n: int) -> str:
    """That level in words."""
    return f"{100 * highest_level(n):g} %"


def coverage(missed: pd.DataFrame, kind: str, level: float) -> float | None:
    """Mean share of genes inside, each perturbation with the q of the others; None where they are too few."""
    shares, _ = _table(missed, kind)
    n, alpha = len(shares), 1 - level
    if n < 2 or alpha * n < 1 - 1e-9:
        return None
    risk = (shares.sum(axis=0) - shares + _largest_of_others(shares)) / n  # (n, n_widths)
    return float(1 - shares[np.arange(n), _first(risk, alpha)].mean())


def held_out(missed: pd.DataFrame, kind: str) -> int:
    """Number of held-out perturbations of a class."""
    return len(_table(missed, kind)[0])


def _largest_of_others(shares: np.ndarray) -> np.ndarray:
    """The largest share among all perturbations but each, at each width, (n, n_widths)."""
    second, first = np.partition(shares, -2, axis=0)[-2:]
    return np.where(shares == first, second, first)  # equal largest ones: both are the second as well


def _first(risk: np.ndarray, alpha: float) -> np.ndarray:
    """Place of the least width whose risk is low enough, along the last axis; the last where none is."""
    fits = risk <= alpha + 1e-9
    fits[..., -1] = True
    return fits.argmax(axis=-1)


def _table(missed: pd.DataFrame, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Shares, (n_perturbations, n_widths), and the widths."""
    of_kind = missed[(missed["class"] == kind).to_numpy()]
    widths = np.unique(of_kind["q"].to_numpy(float))
    return of_kind["missed"].to_numpy(float).reshape(-1, max(len(widths), 1)), widths


def _curve(kind: str, names: list[str], score: np.ndarray, widths: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    outside = np.empty((len(names), len(widths)))
    for row, each in enumerate(score):
        known = np.sort(each[np.isfinite(each)])
        outside[row] = 1 - np.searchsorted(known, widths, side="right") / max(len(known), 1)
    means = pd.DataFrame(outside).groupby(np.array(names, dtype=object), sort=False).mean()
    return pd.DataFrame({"class": kind, "perturbation": np.repeat(means.index.to_numpy(str), len(widths)),
                         "q": np.tile(widths, len(means)), "missed": means.to_numpy().ravel()})  # fmt: skip


def _widths(scores: np.ndarray) -> np.ndarray:
    """Widths finest where levels are asked for; the last is wide enough for all that was seen."""
    if not len(scores):
        return np.ones(1)
    shares = 1 - np.geomspace(0.7, max(1 / len(scores), 1e-5), N_WIDTHS - 1)
    return np.unique(np.append(np.quantile(scores, shares), scores.max() * (1 + 1e-6) + 1e-12))


def _others(residual: np.ndarray) -> np.ndarray:
    """σ of each gene without the perturbation itself, float64 (n, n_genes)."""
    square = _squared(residual)
    counts = np.isfinite(square)
    rest = np.nansum(square, axis=0) - np.where(counts, square, 0)
    return _root(np.maximum(rest, 0), counts.sum(axis=0) - counts)


def _squared(residual: np.ndarray) -> np.ndarray:
    return np.square(residual, dtype=np.float64)


def _root(total: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Root of the mean of n squares, not below a share of the usual one; NaN of none."""
    sigma = np.sqrt(np.where(n > 0, total / np.maximum(n, 1), np.nan))
    typical = np.median(sigma[sigma > 0]) if (sigma > 0).any() else 1.0
    return np.maximum(sigma, LEAST_SIGMA * typical)
