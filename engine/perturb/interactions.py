"""What kind of interaction two perturbations have: the pair's change beside those of its parts, against added noise.

Measures after Norman et al., Science 365, 786 (2019), and Roohani, Huang and Leskovec, Nature Biotechnology 42, 927
(2024). With δ_AB ≈ c₁δ_A + c₂δ_B: magnitude √(c₁² + c₂²); model fit dcor(c₁δ_A + c₂δ_B, δ_AB); equality of
contribution, the lesser over the greater of dcor(δ_A, δ_AB) and dcor(δ_B, δ_AB); similarity dcor([δ_A, δ_B], δ_AB);
and dcor(δ_A, δ_B); dcor is the distance correlation, over the genes that change most. They take robust regressions and
fixed cuts; here c is least squares of changes in units of their errors, and the cuts come from a null: what the same
three changes would give if the pair were the sum of its parts, all measured with their errors (which draw c to 0 there
as they do here).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidParameter

TYPES = ("synergy", "suppression", "epistasis", "redundancy", "additive", "not seen")
N_GENES, DRAWS = 300, 400  # genes of the distance correlations; draws of the null
TAIL = 0.005  # share of the null beyond which a measure is called, on either side
LEAST_ERROR = 1.0  # of the median error: no gene is taken as known better
ALIKE, LESSER = 0.6, 1 / 3  # dcor of redundant parts, at least; lesser over greater coefficient of epistasis, at most


@dataclass(frozen=True)
class Interaction:
    """The type of a pair and what it rests on.

    `coef` are c₁ and c₂; `scale` is the pair's change along the sum of the parts, as seen: 1 of a sum without noise.
    `null`: measure → its bounds if the parts added up. `dominant` is 0 or 1, the part that masks the other in
    epistasis, else −1.
    """

    type: str
    about: str
    coef: tuple[float, float]
    scale: float
    magnitude: float
    fit: float
    equality: float
    similarity: float
    alike: float
    dominant: int
    null: dict[str, tuple[float, float]]


def interaction(first: np.ndarray, second: np.ndarray, pair: np.ndarray, *, se: tuple[np.ndarray, ...],
                names: tuple[str, str] = ("A", "B"), seed: int = 0) -> Interaction:
    """The interaction of two perturbations; genes where a number is missing, the targets say, take no part.

    Parameters
    ----------
    first, second, pair
        Changes, (n_genes,); the pair's measured or predicted.
    se
        Standard errors of the three, (n_genes,) each; of a prediction, its root mean square left-out error.

    Raises
    ------
    InvalidParameter
        When fewer than ten genes have all numbers.
    """
    table = np.stack([first, second, pair, *se]).astype(np.float64)
    table = table[:, np.isfinite(table).all(axis=0)]
    if table.shape[1] < 10:
        raise InvalidParameter(f"An interaction needs the changes of ten genes in all three, found {table.shape[1]}. "
                               "Choose a pair of which both singles were measured.")  # fmt: skip
    unit = np.sqrt(np.square(table[3:]).mean(axis=0))
    table = table / np.maximum(unit, LEAST_ERROR * np.median(unit[unit > 0])) if (unit > 0).any() else table
    changes, errors = table[:3], table[3:]
    top = np.argsort(-np.abs(changes).max(axis=0))[:N_GENES]
    found = _measures(changes, top)
    null = _null(changes, errors, seed)
    kind, dominant = _call(found, null, changes, errors)
    return Interaction(kind, _about(kind, found, null, names, dominant), (found["c1"], found["c2"]), found["scale"],
                       found["magnitude"], found["fit"], found["equality"], found["similarity"], found["alike"],
                       dominant, null)  # fmt: skip


def distance_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Distance correlation of two samples, (n,) or (n, d) each; 0 where a side is constant.

    Székely, Rizzo and Bakirov, Annals of Statistics 35, 2769 (2007).
    """
    a, b = (_centred_distances(np.asarray(each, float).reshape(len(each), -1)) for each in (x, y))
    size = np.sqrt((a * a).mean() * (b * b).mean())
    return float(np.sqrt(max((a * b).mean(), 0) / size)) if size > 1e-300 else 0.0


def _centred_distances(x: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import pdist, squareform

    d = squareform(pdist(x))
    return d - d.mean(axis=0) - d.mean(axis=1)[:, None] + d.mean()


def coefficients(changes: np.ndarray) -> tuple[float, float]:
    """c₁ and c₂ by least squares of row 2 on rows 0 and 1, (3, n_genes).

    Where both are nearly the same change, which of them did it cannot be told, and c is drawn to equal shares.
    """
    normal, right = changes[:2] @ changes[:2].T, changes[:2] @ changes[2]
    if np.linalg.eigvalsh(normal)[0] < 0.05 * np.trace(normal):
        normal = normal + 0.05 * np.trace(normal) * np.array([[1, -1], [-1, 1]]) / 2
    c = np.linalg.lstsq(normal, right, rcond=None)[0]
    return float(c[0]), float(c[1])


def _measures(changes: np.ndarray, top: np.ndarray | None = None) -> dict[str, float]:
    """All measures; without `top` those alone that have a null."""
    c1, c2 = coefficients(changes)
    both = changes[0] + changes[1]
    found = {"c1": c1, "c2": c2, "magnitude": float(np.hypot(c1, c2)),
             "scale": float(both @ changes[2] / max(both @ both, 1e-300)),
             "dominance": float(np.log10(max(abs(c1), 1e-3) / max(abs(c2), 1e-3)))}  # fmt: skip
    if top is not None:
        a, b, ab = changes[:, top]
        with_a, with_b = distance_correlation(a, ab), distance_correlation(b, ab)
        found |= {"fit": distance_correlation(c1 * a + c2 * b, ab),
                  "equality": min(with_a, with_b) / max(with_a, with_b, 1e-12),
                  "similarity": distance_correlation(np.column_stack([a, b]), ab),
                  "alike": distance_correlation(a, b)}  # fmt: skip
    return found


def _null(changes: np.ndarray, errors: np.ndarray, seed: int) -> dict[str, tuple[float, float]]:
    """Bounds of each measure if the pair were the sum of its parts, with noise drawn anew.

    The parts as seen hold one noise already, so they are first made as long as they would be without it.
    """
    rng, drawn = np.random.default_rng(seed), []
    keep = np.sqrt(np.clip(1 - np.square(errors[:2]).sum(axis=1) / np.square(changes[:2]).sum(axis=1), 0.05, 1))
    parts = keep[:, None] * changes[:2]
    truth = np.vstack([parts, parts.sum(axis=0)])
    for _ in range(DRAWS):
        drawn.append(_measures(truth + errors * rng.normal(size=truth.shape)))
    return {name: tuple(float(x) for x in np.quantile([each[name] for each in drawn], [TAIL, 1 - TAIL]))
            for name in ("magnitude", "scale", "dominance")}  # fmt: skip


def _call(found: dict[str, float], null: dict[str, tuple[float, float]], changes: np.ndarray,
          errors: np.ndarray) -> tuple[str, int]:  # fmt: skip
    if _silent(changes, errors):
        return "not seen", -1
    lesser = min(found["c1"], found["c2"]) / max(found["c1"], found["c2"], 1e-12)
    outside = {name: (found[name] > high) - (found[name] < low) for name, (low, high) in null.items()}
    if outside["scale"] < 0 and found["alike"] >= ALIKE and found["scale"] > 0.25:
        return "redundancy", -1
    if outside["dominance"] and lesser <= LESSER and max(found["c1"], found["c2"]) > 0:
        return "epistasis", int(found["c2"] > found["c1"])
    if outside["scale"]:
        return ("synergy" if outside["scale"] > 0 else "suppression"), -1
    return "additive", -1


def _silent(changes: np.ndarray, errors: np.ndarray) -> bool:
    """Whether none of the three changes is longer than its noise, by three standard deviations of its length."""
    noise, spread = np.square(errors).sum(axis=1), np.sqrt(2 * (errors**4).sum(axis=1))
    return bool((np.square(changes).sum(axis=1) <= noise + 3 * spread).all())


def _about(kind: str, found: dict[str, float], null: dict[str, tuple[float, float]], names: tuple[str, str],
           dominant: int) -> str:
    a, b = names
    low, high = null["scale"]
    sum_of = f"{found['scale']:.2f} times the sum of both, where {low:.2f} to {high:.2f} would be seen if they added up"
    return {
        "synergy": f"{a} and {b} together do more than both alone: {sum_of}.",
        "suppression": f"{a} and {b} together do less than both alone: {sum_of}.",
        "epistasis": f"{names[dominant]} masks {names[dominant - 1]}: the pair is {found['c1']:.2f} of {a} and "
                     f"{found['c2']:.2f} of {b}.",
        "redundancy": f"{a} and {b} do alike (distance correlation {found['alike']:.2f}), and together not much more: "
                      f"{sum_of}.",
        "additive": f"{a} and {b} add up, as far as this noise lets see: {sum_of}.",
        "not seen": f"Neither {a}, {b} nor both changed more than their noise, so no interaction can be seen.",
    }[kind]  # fmt: skip
