"""Who is compared: every method, scores that are no vectors, and MuSe-GNN with a part taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import unknown
from engine.methods import METHODS
from engine.params import EmbedParams, MethodParams, TrainParams

MODEL = "muse-gnn"
RIVAL_EPOCHS = TrainParams().epochs  # a rival is level by then; a short look at the model must not cut it short
TABLE = "table"  # compared only when a file of vectors is given


@dataclass(frozen=True)
class Contender:
    """What is scored under one name.

    `kind` is model, rival, null or ablation; `change` makes the contender's parameters of a study's;
    `scorer` names a score of gene pairs that is no map (see `engine.metrics.report.SCORERS`), else empty.
    """

    name: str
    label: str
    kind: str
    about: str
    change: Callable[[EmbedParams], EmbedParams]
    scorer: str = ""


def _method(name: str) -> Contender:
    method = METHODS[name]

    def change(params: EmbedParams) -> EmbedParams:
        form = params.method.form if method.kind == "rival" else MethodParams().form
        vectors = params.method.vectors if name == TABLE else ""
        changed = replace(params, method=replace(params.method, method=name, form=form, vectors=vectors))
        if method.kind != "rival":
            return changed
        epochs = max(params.training.epochs, RIVAL_EPOCHS)
        return replace(changed, training=replace(params.training, epochs=epochs))

    return Contender(name, method.label, method.kind, method.about, change)


def _scorer(name: str, scorer: str, about: str) -> Contender:
    return Contender(name, scorer[0].upper() + scorer[1:], "null", about, _method(MODEL).change, scorer)


def _ablation(name: str, label: str, about: str, *, model: dict[str, Any] | None = None,
              training: dict[str, Any] | None = None) -> Contender:
    """MuSe-GNN with these fields of `MuseParams` and `TrainParams` changed."""

    def change(params: EmbedParams) -> EmbedParams:
        return replace(_method(MODEL).change(params), model=replace(params.model, **(model or {})),
                       training=replace(params.training, **(training or {})))  # fmt: skip

    return Contender(name, label, "ablation", about, change)


PAIR_SCORES = (
    _scorer("degrees", "product of degrees", "Knows only how many partners each gene has."),
    _scorer("pearson-size", "|Pearson| of the input", "The size of the plain correlation of the cells' residuals."),
    _scorer("pearson", "Pearson of the input", "The plain correlation of the cells' residuals, with its sign."),
    _scorer("like-degree", "groups of like degree", "Genes grouped by how many partners they have, in as many groups "
            "as suit it best."),
)  # fmt: skip
ABLATIONS = (
    _ablation("no-similarity", "Without similarity", "Nothing pulls the same gene of two datasets together.",
              model={"similarity_weight": 0.0}),
    _ablation("no-contrast", "Without contrast", "Differing genes are not held apart.", model={"contrast_weight": 0.0}),
    _ablation("no-weights", "Without weights λ", "Every common gene is pulled alike, whatever partners it shares.",
              model={"similarity_by": "even"}),
    _ablation("no-sharing", "Without shared layers", "Every dataset goes through layers of its own.",
              model={"sharing": "none"}),
    _ablation("no-centring", "Without centring", "Vectors of each dataset lie where the layers put them.",
              model={"centring": "none"}),
    _ablation("no-signs", "Without signs", "An edge is an edge, as in the paper: genes that replace each other lie "
              "together.", model={"signs": "ignored"}),
    _ablation("rewired", "With rewired edges", "Learns from edges rewired at equal degree: what is left are the "
              "residuals of the cells and how many partners a gene has.", training={"wiring": "rewired"}),
)  # fmt: skip
CONTENDERS = {c.name: c for c in (*map(_method, METHODS), *PAIR_SCORES, *ABLATIONS)}
GROUPS = {"all": ("model", "rival", "null", "ablation"), "rivals": ("rival",), "nulls": ("null",),
          "ablations": ("ablation",)}  # fmt: skip


def find_contender(name: str) -> Contender:
    """The contender of that name; raises `UnknownName` when there is none."""
    if name not in CONTENDERS:
        raise unknown("method", name, [*CONTENDERS, *GROUPS], where="among those that can be compared")
    return CONTENDERS[name]


def choose(words: Iterable[str], params: EmbedParams) -> tuple[str, ...]:
    """Names of the contenders that these words ask for, each once, in the order of the table.

    Parameters
    ----------
    words
        Names of contenders, or of groups: all, rivals, nulls, ablations. A group leaves the table of
        vectors out when `params` name no file of them.
    """
    kinds, names = set(), set()
    for word in words:
        if word in GROUPS:
            kinds |= set(GROUPS[word])
        else:
            names.add(find_contender(word).name)
    here = {name for name in CONTENDERS if name != TABLE or params.method.vectors}
    return tuple(n for n, c in CONTENDERS.items() if n in names or (n in here and c.kind in kinds))
