"""Screen mode: every single knockout that a model can tell, ranked by how far it goes along a wish."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import InvalidParameter, StorageDamaged, UnknownName
from engine.knockout.direction import Direction, direction_of
from engine.knockout.kept import load_model
from engine.knockout.many import Changes
from engine.knockout.rank_facts import rank_facts
from engine.knockout.scored import deal, scores
from engine.knockout.wish import Wish
from engine.progress import Progress, Span
from engine.store import Store, artifact_id
from engine.tl.adjust import adjusted
from engine.types import META, KnockoutModel

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

VERSION = 1
LEVEL = 0.9  # of the intervals of scores
SHUFFLES = 100  # wishes for nothing


@dataclass(frozen=True)
class Ranking:
    """All single knockouts of a model that can be told, the one that goes furthest along the wish first.

    `table` has a row a gene, its symbol the index: rank (from 1), score (for a state the part of the way that it
    goes, for a set of genes their mean change in standard deviations, both along the wish), low, high (of the score,
    NaN where none can be given), cosine, z, p, fdr, evidence (measured, predicted or simulated), beyond (the score
    less that of the mean of all perturbations; NaN for a network), nearest, likeness (of a screen). `facts`: model,
    study, title, basis, kind, wish, words, level, n_candidates, n_left_out, used (genes of the wish), missing,
    shuffled (share with p < 0.05 where the wish means nothing), shared (score of the mean), sentences, warnings, made.
    """

    table: pd.DataFrame = field(compare=False)
    facts: dict[str, Any] = field(compare=False)


def rank_id(model: str, wish: Wish, *, seed: int = 0) -> str:
    """Id that `rank` stores its result under."""
    return artifact_id("rank", VERSION, {"wish": wish.to_dict(), "seed": seed}, [model])


def rank(model: str, wish: Wish, *, store: Store, seed: int = 0, progress: Progress | None = None) -> str:
    """Id of the stored `Ranking` of a model's single knockouts by a wish, made when it is not there yet.

    Raises
    ------
    UnknownName, StorageDamaged
        When there is no such model, or it cannot be read; when the wish names a cell type that is not there.
    InvalidParameter
        When the model cannot tell how far a change goes along the wish.
    """
    progress, name = progress or Progress(), rank_id(model, wish, seed=seed)
    if store.has(name):
        progress.log("This ranking was made before: taken from the store.")
        return name
    started = time.monotonic()
    progress.stage("Reading the model", 0.0)
    known = load_model(model, store=store)
    found = ranked(known, wish, seed=seed, progress=Span(progress, 0.05, 0.95))
    found.facts["model"] = model
    found.facts["made"]["seconds"] = time.monotonic() - started
    progress.stage("Keeping the ranking", 0.95)
    store.write(name, _as_adata(found))
    return name


def load_rank(name: str, *, store: Store) -> Ranking:
    """A stored ranking.

    Raises
    ------
    UnknownName, StorageDamaged
    """
    if not store.has(name):
        raise UnknownName(f"There is no ranking '{name}'. It may have been deleted: rank again.")
    adata = store.read(name)
    if META not in adata.uns or "wish" not in (facts := json.loads(adata.uns[META])):
        raise StorageDamaged(f"The stored result '{name}' was expected to be a ranking and is not. Rank again.")
    return Ranking(adata.obs.rename_axis("gene"), facts)


def ranked(model: KnockoutModel, wish: Wish, *, seed: int = 0, progress: Progress | None = None) -> Ranking:
    """The ranking of a model's single knockouts by a wish; its changes are made and scored in chunks."""
    import pandas as pd

    progress, direction = progress or Progress(), direction_of(model, wish)
    dealt, parts = deal(direction, SHUFFLES, seed=seed), []
    for part in _changes(model, wish, direction, progress):
        parts.append(_scored(part, direction, dealt))
        progress.check()
    if not parts:
        raise InvalidParameter("No gene can be knocked out in this model, so that none can be ranked. Fetch networks "
                               "or gene sets from the Library and learn it again.")  # fmt: skip
    table = pd.concat(parts)
    null = table.pop("null").mean()
    table["fdr"] = adjusted(table["p"].to_numpy())
    table = table.sort_values(["score", "z"], ascending=False, kind="stable").rename_axis("gene")
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return Ranking(table, rank_facts(model, wish, direction, table, null=float(null), level=LEVEL))


def _changes(model: KnockoutModel, wish: Wish, direction: Direction, progress: Progress) -> Iterator[Changes]:
    """All single knockouts; those of a network in the cells that a wish starts from."""
    if model.basis == "network":
        from engine.knockout.many_network import network_changes

        return network_changes(model, direction, cell_type=wish.start, level=LEVEL, progress=progress)
    from engine.knockout.many_screen import screen_changes

    return screen_changes(model, direction, level=LEVEL, progress=progress)


def _scored(part: Changes, direction: Direction, dealt: np.ndarray) -> pd.DataFrame:
    """Scores of a chunk, and for each gene the share of wishes for nothing by which it has p < 0.05."""
    import pandas as pd

    found = scores(part.delta, direction, part.targets, dealt=dealt)
    table = {"score": found.score, "low": found.score - part.margin, "high": found.score + part.margin,
             "cosine": found.cosine, "z": found.z, "p": found.p, "evidence": part.evidence,
             "beyond": found.score - part.shared, "nearest": part.nearest, "likeness": part.likeness,
             "null": found.null}  # fmt: skip
    return pd.DataFrame(table, index=part.names)


def _as_adata(found: Ranking) -> AnnData:
    from anndata import AnnData

    words = {name: str for name in found.table if found.table[name].dtype == object}
    return AnnData(obs=found.table.astype(words), uns={META: json.dumps(found.facts)})
