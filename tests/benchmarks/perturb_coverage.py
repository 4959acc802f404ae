"""Whether intervals hold what they promise: `python -m tests.benchmarks.perturb_coverage`.

Perturbations are held out by five seeds, a fifth of the genes with all their pairs and a quarter of the other pairs,
and the share of their measured changes inside the intervals of 50, 80, 90 and 95 % is printed by class: its mean, and
for 90 % the least and the most of a seed. Screens: made-up ones, another by each seed, whose kernels know something or
nothing; one of simulated cells with a known network; and, where they are, the Norman subset, Jurkat, LUHMES and
macrophages, of which no kernel knows anything here. A dash stands where the class has too few perturbations for the
level. To be met at 90 %: 85 to 95 %.

Beside the rule in use, risk control with the largest share seen as the bound, stand two others at 90 %: the bound 1,
which always holds, and the conformal quantile over perturbations of the 90 % quantile over genes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import InvalidParameter
from engine.params import ScreenParams
from engine.perturb.changes import pairs_of, singles_of
from engine.perturb.core import UNSEEN
from engine.perturb.fit import fit_core
from engine.perturb.intervals import missed_curve, sigmas, width
from engine.screens import compute_screen, study_of_file
from engine.simulate import simulate_screen
from engine.types import GeneKnowledge, Screen, targets_of
from tests.benchmarks.real_data import there
from tests.made_up_screen import made_up_screen

LEVELS, RULE, SEEDS = (0.5, 0.8, 0.9, 0.95), 0.9, range(5)
REAL = (("Norman subset", "data/perturb/norman19_mcfaline23_devel.h5ad", {"kind": "activation"}),
        ("Jurkat", "data2/perturb/scperturb_jurkat_cropseq.h5ad", {"kind": "knockout"}),
        ("LUHMES", "data2/perturb/gsfa_luhmes/luhmes_mast_lfc.h5ad", {"kind": "interference"}),
        ("macrophages", "data2/perturb/alector_macrophage/CRISPRi_lfc.h5ad", {"kind": "interference"}))
MANY = ScreenParams(n_genes=20000, permutations=0)


def main() -> None:
    """Print a row a screen and class."""
    heads = "".join(f"{f'{level:.0%}':>7}" for level in LEVELS)
    print(f"{'screen':<28}{'class':<18}{'n':>5}{heads}   {RULE:.0%} by seed   bound 1  quantile of genes")
    for known in (True, False):
        told = [covered(*made_up_screen(90, 160, 500, seed=seed, known=known)[:2], seed) for seed in SEEDS]
        show(f"made up, kernels {'know' if known else 'do not'}", told)
    with tempfile.TemporaryDirectory() as folder:
        simulate_screen(n_perturbations=80, n_pairs=60, n_genes=1000, n_cells=12_000, out=Path(folder) / "s.h5ad")
        screen = compute_screen(study_of_file(Path(folder) / "s.h5ad"), MANY)
    show("simulated cells", [covered(screen, GeneKnowledge(), seed) for seed in SEEDS])
    for title, path, given in REAL:
        if found := there(path):
            screen = compute_screen(study_of_file(found, **given), MANY)
            show(f"{title}, {len(screen.names)} × {len(screen.genes):,}",
                 [covered(screen, GeneKnowledge(), seed) for seed in SEEDS])  # fmt: skip


def covered(screen: Screen, known: GeneKnowledge, seed: int) -> pd.DataFrame:
    """A row a held-out perturbation: its class, and the share of genes inside by level and by the other two rules."""
    out = held_out(screen, seed)
    train = screen.of([name for name in screen.names if name not in out])
    fitted = fit_core(train, known, sorted({gene for name in out for gene in targets_of(name)}), seed=seed)
    residuals = {kind: (left.names, left.residual) for kind, left in fitted.left_out.items()}
    missed, sigma = missed_curve(residuals, own=UNSEEN), sigmas(residuals[UNSEEN][1])
    rows = []
    for name in sorted(out):
        kind, at = fitted.core.class_of(name), screen.adata.obs_names.get_loc(name)
        counts = np.isfinite(screen.delta[at]) & np.isfinite(sigma) & ~np.isin(screen.genes, targets_of(name))
        score = (np.abs(fitted.core.predict(name) - screen.delta[at]) / sigma)[counts]
        widths = {level: _width(missed, kind, level) for level in LEVELS}
        if np.isfinite(widths[RULE]):
            widths |= {"bound": _bound_1(missed, kind), "quantile": _quantile(residuals[kind][1] / sigma)}
        rows.append({"class": kind} | {rule: (score <= q).mean() if np.isfinite(q) else np.nan
                                       for rule, q in widths.items()})  # fmt: skip
    return pd.DataFrame(rows, columns=["class", *LEVELS, "bound", "quantile"])


def held_out(screen: Screen, seed: int) -> set[str]:
    """A fifth of the genes with all their pairs, and a quarter of the other pairs."""
    rng, singles, pairs = np.random.default_rng(seed), singles_of(screen), pairs_of(screen)
    genes = set(rng.choice(singles, len(singles) // 5, replace=False))
    out = {name for name in [*singles, *pairs] if genes & set(targets_of(name))}
    rest = sorted(set(pairs) - out)
    return out | (set(rng.choice(rest, len(rest) // 4, replace=False)) if rest else set())


def show(title: str, seeds: list[pd.DataFrame]) -> None:
    """Print a row a class: means over seeds of the means over perturbations."""
    means = pd.concat([table.groupby("class").mean() for table in seeds])
    n = pd.concat(seeds)["class"].value_counts()
    for kind, part in means.groupby(level=0):
        mean, rule = part.mean(), part[RULE]
        told = "".join(f"{_percent(mean[level]):>7}" for level in LEVELS)
        between = f"{_percent(rule.min())}–{_percent(rule.max())}" if rule.notna().any() else "–"
        print(f"{title:<28}{kind:<18}{n[kind]:>5}{told}   {between:<11}{_percent(mean['bound']):>9}"
              f"{_percent(mean['quantile']):>19}", flush=True)  # fmt: skip


def _width(missed: pd.DataFrame, kind: str, level: float) -> float:
    try:
        return width(missed, kind, level)
    except InvalidParameter:
        return float("nan")


def _bound_1(missed: pd.DataFrame, kind: str) -> float:
    """The width where all genes of the next perturbation may lie outside."""
    shares = missed[missed["class"] == kind].pivot(index="q", columns="perturbation", values="missed").dropna(axis=1)
    risk = (shares.sum(axis=1) + 1) / (shares.shape[1] + 1)
    return float(risk.index[(risk <= 1 - RULE + 1e-9).to_numpy()].min())


def _quantile(scores: np.ndarray) -> float:
    """The conformal quantile over perturbations of the quantile over genes."""
    each = np.nanquantile(np.abs(scores), RULE, axis=1)
    return float(np.quantile(each, min(np.ceil((len(each) + 1) * RULE) / len(each), 1), method="higher"))


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.0f}"


if __name__ == "__main__":
    main()
