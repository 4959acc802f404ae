"""The core of perturbation prediction, its speed and coverage: `python -m tests.benchmarks.perturb_core`.

Speed: a made-up screen of Norman's size (105 singles, 131 pairs, 5,000 genes, six kernels) is fitted and asked on one
thread; to be met: 60 s for the fit, 1 s for a click. Coverage: perturbations are held out of made-up screens, by five
seeds, and of the macrophage table and the Norman subset where they are; the share of their measured changes inside the
intervals of 90 %, by class, for both ways to set the width: risk control (in use), and the score of the notes, the 90 %
quantile over genes. To be met: 85 to 95 %. What real screens teach: left-out errors of each predictor.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from engine.knockout.from_screen import fit_screen_model, predict_from_screen
from engine.params import KnockoutParams, ScreenParams
from engine.perturb.changes import pairs_of, singles_of
from engine.perturb.fit import fit_core
from engine.perturb.intervals import missed_curve, sigmas, width
from engine.types import GeneKnowledge, KnockoutModel, Screen, targets_of
from tests.made_up_screen import made_up_screen
from tests.shared_data import ROOT

LEVEL, SEEDS = 0.9, range(5)
REAL = (("macrophage, 205 × 11,964", "data2/perturb/alector_macrophage/CRISPRi_lfc.h5ad", {"kind": "interference"}),
        ("Norman subset, 33 × 500", "data/perturb/norman19_mcfaline23_devel.h5ad", {"kind": "activation"}))


def main() -> None:
    """Print all three."""
    speed()
    print(f"\n{'screen':<28}{'class':<18}{'n':>5}  risk control          quantile of genes")
    for title, rows in [("made up, kernels that know", made_up(True)), ("made up, that do not", made_up(False)),
                        *real()]:  # fmt: skip
        for kind, table in rows.groupby("class", sort=False):
            told = "".join(f"{table[by].mean():>8.3f} ({table[by].min():.3f}–{table[by].max():.3f})"
                           for by in ("risk", "quantile"))  # fmt: skip
            print(f"{title:<28}{kind:<18}{table['n'].sum():>5}  {told}", flush=True)


def speed() -> None:
    """Print what a fit and a click take at Norman's size."""
    screen, known, _ = made_up_screen(105, 131, 5000, seed=0)
    known = replace(known, kernels=(*known.kernels, *(replace(each, name=f"{each.name} again")
                                                      for each in known.kernels)))  # fmt: skip
    started = time.perf_counter()
    model = KnockoutModel(fit_screen_model(screen, known, KnockoutParams()))
    fitted = time.perf_counter() - started
    predict_from_screen(model, [model.candidates.index[-1]])
    asked = model.candidates.index[~model.candidates["seen"] & (model.candidates["known_by"] != "")]
    started = time.perf_counter()
    for gene in asked[:20]:
        predict_from_screen(model, [gene])
    clicked = (time.perf_counter() - started) / 20
    print(f"fit {fitted:.1f} s, click {1000 * clicked:.0f} ms ({len(model.candidates):,} genes to ask for)", flush=True)


def made_up(known: bool) -> pd.DataFrame:
    """Coverage of held-out perturbations of made-up screens."""
    return pd.concat([covered(*made_up_screen(90, 160, 500, seed=seed, known=known)[:2], seed) for seed in SEEDS])


def real() -> list[tuple[str, pd.DataFrame]]:
    """Coverage of held-out perturbations of the screens that are here; no kernel, so the mean is told."""
    from engine.screens import compute_screen, study_of_file

    found = []
    for title, path, given in REAL:
        if (ROOT.parent / "shared" / path).exists():
            study = study_of_file(ROOT.parent / "shared" / path, **given)
            screen = compute_screen(study, ScreenParams(n_genes=20000, permutations=0))
            found.append((title, pd.concat([covered(screen, GeneKnowledge(), seed) for seed in SEEDS])))
    return found


def covered(screen: Screen, known: GeneKnowledge, seed: int) -> pd.DataFrame:
    """Hold out a fifth of the genes with all their pairs, and a quarter of the other pairs; coverage by class."""
    rng = np.random.default_rng(seed)
    singles, pairs = singles_of(screen), pairs_of(screen)
    genes = set(rng.choice(singles, len(singles) // 5, replace=False))
    out = {name for name in [*singles, *pairs] if genes & set(targets_of(name))}
    rest = sorted(set(pairs) - out)
    out |= set(rng.choice(rest, len(rest) // 4, replace=False)) if rest else set()
    train = screen.of([name for name in screen.names if name not in out])
    fitted = fit_core(train, known, sorted(genes), seed=seed)
    residuals = {kind: (left.names, left.residual) for kind, left in fitted.left_out.items()}
    missed, sigma = missed_curve(residuals, own="unseen single"), sigmas(residuals["unseen single"][1])
    rows = []
    for name in sorted(out):
        kind, at = fitted.core.class_of(name), screen.adata.obs_names.get_loc(name)
        counts = np.isfinite(screen.delta[at]) & ~np.isin(screen.genes, targets_of(name))
        score = (np.abs(fitted.core.predict(name) - screen.delta[at]) / sigma)[counts]
        if len(set(residuals[kind][0])) >= 1 / (1 - LEVEL) - 1:
            rows.append((kind, (score <= width(missed, kind, LEVEL)).mean(),
                         (score <= _quantile_width(residuals[kind][1] / sigma)).mean()))  # fmt: skip
    table = pd.DataFrame(rows, columns=["class", "risk", "quantile"])
    return table.groupby("class", as_index=False).agg(risk=("risk", "mean"), quantile=("quantile", "mean"),
                                                      n=("risk", "size"))  # fmt: skip


def _quantile_width(scores: np.ndarray) -> float:
    """The conformal quantile over perturbations of the quantile over genes."""
    each = np.nanquantile(np.abs(scores), LEVEL, axis=1)
    return float(np.quantile(each, min(np.ceil((len(each) + 1) * LEVEL) / len(each), 1), method="higher"))


if __name__ == "__main__":
    main()
