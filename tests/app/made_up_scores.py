"""Made-up scores of methods on the bundled study, under the ids that a comparison would give them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from anndata import AnnData

from app.services import Services
from engine.benchmark import score_id
from engine.contenders import CONTENDERS
from engine.metrics.measures import MEASURES
from engine.params import EmbedParams
from engine.pipeline import graph_id
from engine.types import META

STUDY = "pbmc68k-lineages"


def write_scores(services: Services, methods: Iterable[str], seeds: Iterable[int], *,
                 params: EmbedParams | None = None) -> None:
    """Scores in which a method is the worse the later it comes, with a little noise over seeds."""
    study, params, seeds = services.library.study(STUDY), params or EmbedParams(), list(seeds)
    graphs = [graph_id(s, params.network, roles=study.roles, store=services.store) for s in study.datasets]
    for place, name in enumerate(methods):
        for seed in seeds:
            changed = CONTENDERS[name].change(params)
            changed = replace(changed, training=replace(changed.training, seed=seed))
            rng = np.random.default_rng([place, seed])
            values = {m.name: 0.9 - 0.1 * place + rng.normal(0, 0.004) for m in MEASURES}
            facts = {"values": values, "seconds": 2.0, "peak_mb": 100.0, "epoch_seconds": 0.1, "device": "CPU"}
            scored = AnnData(shape=(1, 0), uns={META: json.dumps(facts)})
            scorer = CONTENDERS[name].scorer
            services.store.write(score_id(graphs, changed, store=services.store, scorer=scorer), scored)
