"""A model of a screen as an AnnData that can be stored, and back without computing anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.perturb.core import UNSEEN, Core
from engine.perturb.fit import Fitted
from engine.perturb.intervals import missed_curve, sigmas
from engine.perturb.linear import Linear
from engine.perturb.nearest import nearest
from engine.perturb.pair_parts import Scores
from engine.perturb.pairs import PairModel
from engine.types import CLASSES, GeneKnowledge, KnockoutModel, Screen

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

OUTSIDE = ("Nothing that is known of genes here knows {gene}, so nothing tells it from any other gene. Ask for the "
           "mean of the screen instead (method train-mean), or learn again with a network, gene sets or a map that "
           "know it.")


def adata_of(screen: Screen, known: GeneKnowledge, fitted: Fitted, candidates: Sequence[str]) -> AnnData:
    """The screen, and beside it all that a click needs; `uns` has no facts yet."""
    core, adata = fitted.core, screen.adata.copy()
    residuals = {kind: (left.names, left.residual) for kind, left in fitted.left_out.items()}
    adata.obs["own"] = core.own
    adata.layers["told"], adata.layers["part"] = core.left_out, core.parts
    for name, values in (("sigma", sigmas(residuals[UNSEEN][1])), ("mean", core.mean), ("even", core.even),
                         ("linear", core.linear.mean), ("centre", core.scores.centre)):  # fmt: skip
        adata.var[name] = np.asarray(values, dtype=np.float64)
    adata.varm["linear"], adata.varm["linear_weights"] = core.linear.vectors, core.linear.weights
    adata.varm["scores"] = core.scores.axes
    weights = shares(fitted, known)
    adata.uns = {"cross": core.cross, "dual": core.dual, "singles": core.singles.to_numpy(str),
                 "pairs": {_key(kind): model.coef for kind, model in core.pairs.items()},
                 "kernels": kernels_of(known, weights, candidates),
                 "candidates": candidates_of(known, weights, candidates, core.singles.tolist()),
                 "missed": missed_curve(residuals, own=UNSEEN)}  # fmt: skip
    return adata


def core_of(model: KnockoutModel) -> Core:
    """The core that a model holds."""
    import pandas as pd

    adata, facts = model.adata, model.facts
    pairs = {kind: PairModel(np.asarray(facts["pairs"][kind]["beta"]), adata.uns["pairs"][_key(kind)],
                             facts["pairs"][kind]["n"]) for kind in CLASSES[1:]}  # fmt: skip
    var = {name: adata.var[name].to_numpy() for name in ("control", "even", "mean", "linear", "centre")}
    return Core(genes=adata.var_names, control=var["control"], names=adata.obs_names, left_out=adata.layers["told"],
                parts=adata.layers["part"], own=adata.obs["own"].to_numpy(), relative=facts["relative"],
                singles=pd.Index(adata.uns["singles"]), asked=model.candidates.index, cross=adata.uns["cross"],
                best=facts["best"], even=var["even"], mean=var["mean"], dual=adata.uns["dual"],
                linear=Linear(adata.varm["linear"], adata.varm["linear_weights"], var["linear"]),
                scores=Scores(var["centre"], adata.varm["scores"]), pairs=pairs)  # fmt: skip


def shares(fitted: Fitted, known: GeneKnowledge) -> np.ndarray:
    """What each kernel explains of what all explain of the training singles, float64 (n_kernels,), of sum 1 or all 0;
    0 where the ridge is not what tells single genes."""
    names = fitted.singles.changes.names
    amounts = fitted.singles.ridge.amounts * (fitted.core.best == "ridge")
    spread = [a * np.trace(_centred(kernel.between(names, names))) if a > 0 else 0.0
              for a, kernel in zip(amounts, known.kernels, strict=True)]  # fmt: skip
    return np.array(spread) / sum(spread) if sum(spread) > 0 else np.zeros(len(known.kernels))


def kernels_of(known: GeneKnowledge, weights: np.ndarray, candidates: Sequence[str]) -> pd.DataFrame:
    """A row a kernel: kernel, label, source, weight, n_known."""
    import pandas as pd

    rows = [(kernel.name, kernel.label, kernel.source, float(weight), sum(map(kernel.knows, candidates)))
            for kernel, weight in zip(known.kernels, weights, strict=True)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["kernel", "label", "source", "weight", "n_known"])
    return table.set_index(table["kernel"].to_numpy())


def candidates_of(known: GeneKnowledge, weights: np.ndarray, genes: Sequence[str], singles: list[str]) -> pd.DataFrame:
    """A row a gene that may be asked for: seen, known_by, nearest, likeness, reason."""
    import pandas as pd

    found, seen = nearest(known, weights, genes, singles), set(singles)
    known_by = [",".join(known.known_by(gene)) for gene in genes]
    return pd.DataFrame({
        "seen": [gene in seen for gene in genes], "known_by": known_by,
        "nearest": [singles[row] if row >= 0 else "" for row in found.row], "likeness": found.likeness,
        "reason": ["" if by else OUTSIDE.format(gene=gene) for gene, by in zip(genes, known_by, strict=True)],
    }, index=pd.Index(genes, name="gene"))  # fmt: skip


def _key(kind: str) -> str:
    return kind.replace("pair, ", "").replace(" ", "_")


def _centred(kernel: np.ndarray) -> np.ndarray:
    return kernel - kernel.mean(axis=0)
