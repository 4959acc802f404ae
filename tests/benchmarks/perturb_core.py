"""The core of perturbation prediction, how fast: `python -m tests.benchmarks.perturb_core`.

A made-up screen of Norman's size (105 singles, 131 pairs, 5,000 genes, six kernels) is fitted and asked on one thread;
to be met: 60 s for the fit, 1 s for a click.
"""

from __future__ import annotations

import time
from dataclasses import replace

from engine.knockout.from_screen import fit_screen_model, predict_from_screen
from engine.params import KnockoutParams
from engine.types import KnockoutModel
from tests.made_up_screen import made_up_screen

CLICKS = 20


def main() -> None:
    """Print what a fit and a click take."""
    screen, known, _ = made_up_screen(105, 131, 5000, seed=0)
    known = replace(known, kernels=(*known.kernels, *(replace(each, name=f"{each.name} again")
                                                      for each in known.kernels)))  # fmt: skip
    started = time.perf_counter()
    model = KnockoutModel(fit_screen_model(screen, known, KnockoutParams()))
    fitted = time.perf_counter() - started
    predict_from_screen(model, [model.candidates.index[-1]])
    asked = model.candidates.index[~model.candidates["seen"] & (model.candidates["known_by"] != "")]
    started = time.perf_counter()
    for gene in asked[:CLICKS]:
        predict_from_screen(model, [gene])
    clicked = (time.perf_counter() - started) / CLICKS
    print(f"fit {fitted:.1f} s, click {1000 * clicked:.0f} ms ({len(model.candidates):,} genes to ask for)", flush=True)


if __name__ == "__main__":
    main()
