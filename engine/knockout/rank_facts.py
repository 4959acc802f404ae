"""What a reader of a ranking must know: what it rests on, what chance would give, and how to make it again."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.command import model_options
from engine.knockout.cautions import SWITCHED_ON
from engine.knockout.direction import Direction
from engine.knockout.wish import Wish
from engine.params import KnockoutParams
from engine.types import KnockoutModel

if TYPE_CHECKING:
    import pandas as pd

FDR, NULL_HIGH = 0.05, 0.1


def rank_facts(model: KnockoutModel, wish: Wish, direction: Direction, table: pd.DataFrame, *, null: float,
               level: float) -> dict[str, Any]:
    """The facts of a ranking but its model's id and the seconds: see `engine.knockout.rank.Ranking`."""
    known = model.facts
    facts = {
        "study": known["study"], "title": known["title"], "basis": model.basis, "kind": known["kind"],
        "wish": wish.to_dict(), "words": wish.words, "level": level, "n_candidates": len(table),
        "n_left_out": int((model.candidates["reason"].astype(str) != "").sum()), "used": list(direction.used),
        "missing": list(direction.missing), "shuffled": null, "shared": _shared(table),
        "made": {"created": datetime.now(UTC).isoformat(timespec="seconds"), "version": __version__,
                 "command": rank_command(known["study"], KnockoutParams.from_dict(known["params"]), wish)},
    }  # fmt: skip
    return facts | {"sentences": _sentences(facts, table, model), "warnings": _warnings(facts, model, table)}


def rank_command(study: str, params: KnockoutParams, wish: Wish) -> str:
    """`python -m engine rank …`; a set of genes is taken from the file that the page offers beside it."""
    said = [f"--{wish.kind}", wish.to if wish.of_state else "genes.txt"]
    said += ["--from", wish.start] if wish.start else []
    words = ["python", "-m", "engine", "rank", study, *said, *model_options(params), "--out", f"{study}-ranking.tsv"]
    return shlex.join(words)


def _shared(table: pd.DataFrame) -> float | None:
    """The score of the mean of all perturbations; None for a network."""
    shared = (table["score"] - table["beyond"]).dropna()
    return float(shared.median()) if len(shared) else None


def _sentences(facts: dict[str, Any], table: pd.DataFrame, model: KnockoutModel) -> list[str]:
    first, unit = table.iloc[0], "of the way" if facts["wish"]["to"] else "standard deviations"
    within = "90 % spread over blocks of cells" if model.basis == "network" else "90 %"
    between = f" ({within} from {first['low']:.3g} to {first['high']:.3g})" if np.isfinite(first["low"]) else ""
    found, n = int((table["fdr"] < FDR).sum()), facts["n_candidates"]
    said = [f"{table.index[0]} goes furthest to {facts['words']}: {first['score']:.3g} {unit}{between}, "
            f"{first['evidence']}.",
            f"{found:,} of {n:,} go further than genes of like expression would by chance (5 % FDR); with the wish "
            f"dealt at random {facts['shuffled']:.1%} have p < 0.05."]  # fmt: skip
    if facts["shared"] is not None:
        ends = table["beyond"].quantile([0.05, 0.95])
        said.append(f"What all perturbations share already scores {facts['shared']:.3g}; nine in ten genes lie "
                    f"between {ends.iloc[0]:+.2g} and {ends.iloc[1]:+.2g} of that.")  # fmt: skip
    return [*said, *model.facts.get("verdict", [])]


def _warnings(facts: dict[str, Any], model: KnockoutModel, table: pd.DataFrame) -> list[str]:
    said = [SWITCHED_ON] if facts["kind"] == "activation" else []
    if model.basis == "screen" and (table["evidence"] == "measured").all():
        said.append("Nothing beats the mean of this screen, by which all genes that were not perturbed are told the "
                    "same: only those that were measured are ranked.")  # fmt: skip
    if n := int((table["evidence"] == "assumed").sum()):
        said.append(f"{n:,} genes regulate nothing themselves: what signalling hands on to regulators is assumed, not "
                    "seen in these cells.")  # fmt: skip
    if facts["missing"]:
        first = ", ".join(facts["missing"][:5]) + (" …" if len(facts["missing"]) > 5 else "")
        said.append(f"{len(facts['missing']):,} of {len(facts['missing']) + len(facts['used']):,} genes of the set are "
                    f"not measured in this model and take no part: {first}.")  # fmt: skip
    if facts["shuffled"] > NULL_HIGH:
        said.append(f"With the wish dealt at random {facts['shuffled']:.0%} of the genes have p < 0.05, where 5 % are "
                    "expected: the p are too small.")  # fmt: skip
    return said
