"""What a map knows of genes: every test against the library's truth that is here, kept for each score."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import KnowledgeMissing
from engine.knowledge import GENE_TABLES, Knowledge
from engine.knowledge.registry import Entry
from engine.progress import Progress, Span
from engine.store import Store, artifact_id
from engine.types import META

if TYPE_CHECKING:
    from anndata import AnnData

    from engine.metrics.gene_tasks import Outcome

TASKS_VERSION = 1
SEED = 0  # of folds, forests and drawn sets: the same for every method and every seed of it


@dataclass(frozen=True)
class Task:
    """One test: `truth` is the entry of the library, `group` is classes, pairs or sets.

    Of classes, `positive` and `negative` are the names of the two sets in the entry.
    """

    truth: str
    title: str
    group: str
    positive: str = ""
    negative: str = ""


TASKS = (
    Task("dosage-sensitivity", "Dose-sensitive against insensitive transcription factors", "classes",
         "dosage_sensitive", "dosage_insensitive"),
    Task("bivalent-promoters", "Bivalent against unmethylated promoters", "classes", "bivalent", "no_methylation"),
    Task("regulatory-range", "Transcription factors that act from far against near", "classes",
         "long_range", "short_range"),
    Task("notch1-network", "Central against peripheral genes of the NOTCH1 network", "classes",
         "n1_central", "n1_peripheral"),
    Task("tf-target-pairs", "Transcription factors and their targets", "pairs"),
    Task("go-processes", "Gene Ontology processes", "sets"),
    Task("reactome", "Reactome pathways", "sets"),
)  # fmt: skip


def tasks_id(score: str, knowledge: Knowledge) -> str:
    """Id of the tests of a stored score against the truth that is here now; other truth, another id."""
    sources = [entry.name for task in TASKS for entry in knowledge.sources(task.truth)]
    digests = {name: _digest(knowledge.path(name)) for name in dict.fromkeys(sources)}
    tasks = [asdict(task) for task in TASKS if knowledge.sources(task.truth)]
    return artifact_id("tasks", TASKS_VERSION, {"tasks": tasks, "truth": digests, "seed": SEED}, [score])


def _digest(path: Path) -> str:
    """sha256 of a file, read again when its size or time changes: a page asks for many ids at once."""
    stat = path.stat()
    return _digest_of(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _digest_of(path: Path, size: int, changed: int) -> str:
    from engine.knowledge.fetching import digest_of

    return digest_of(path)


def missing_truth(knowledge: Knowledge) -> list[Entry]:
    """What is not on this machine and would let more tests be done."""
    names = [task.truth for task in TASKS if not knowledge.has(task.truth)]
    if not any(map(knowledge.has, GENE_TABLES)):
        names.append("genes-hgnc")  # the one of them that has an address
    return [knowledge.entry(name) for name in names]


def gene_level(score: str, *, store: Store, knowledge: Knowledge, progress: Progress | None = None) -> str:
    """Id of the stored tests of a score, done when they are not there yet.

    A gene's vectors of all datasets stand side by side; see `engine.metrics.gene_vectors`. All methods meet the
    same genes, folds and sets. Everything is measured on genes or pairs that the small model on top was not
    trained on; the map itself has seen no label.

    Parameters
    ----------
    score
        Id of a stored score, as `engine.benchmark.score` gives it.

    Raises
    ------
    UnknownName
        When there is no such score.
    KnowledgeMissing
        When no truth is on this machine.
    """
    from engine.metrics.gene_vectors import one_vector_a_gene

    progress, name = progress or Progress(), tasks_id(score, knowledge)
    if store.has(name):
        return name
    tasks = [task for task in TASKS if knowledge.sources(task.truth)]
    if not tasks:
        raise KnowledgeMissing(
            "No truth about genes is on this machine to test a map with. Fetch 'go-processes' or 'reactome' from the "
            "Library; the other tests need a human gene table as well, 'genes-hgnc'."
        )
    scored = store.read(score)
    names, features = one_vector_a_gene(np.asarray(scored.X), _column(scored, "dataset"), _column(scored, "gene"))
    rows = []
    for done, task in enumerate(tasks):
        progress.check()
        progress.stage(task.title, done / len(tasks))
        part = Span(progress, done / len(tasks), (done + 1) / len(tasks))
        rows += [_row(task, outcome) for outcome in _outcomes(task, names, features, knowledge, part)]
    store.write(name, _as_adata(rows, score, knowledge))
    return name


def read_tasks(name: str, *, store: Store) -> list[dict[str, Any]]:
    """The rows of stored tests, one a task, model and measure.

    Returns
    -------
    list of dict
        task, title and group (classes, pairs or sets), and what `engine.metrics.gene_tasks.Outcome` holds: model,
        measure, value, sd, chance, n, positives, skipped, n_sets, above.
    """
    return json.loads(store.read(name).uns[META])["rows"]


def _outcomes(task: Task, names: np.ndarray, features: np.ndarray, knowledge: Knowledge,
              progress: Progress) -> list[Outcome]:
    from engine.metrics.gene_classes import tell_classes
    from engine.metrics.gene_pairs import tell_pairs
    from engine.metrics.gene_sets import recover_sets

    if task.group == "pairs":
        pairs = knowledge.gene_pairs(task.truth)
        source, target = (pairs[side].to_numpy(str) for side in ("source", "target"))
        return tell_pairs(names, features, source, target, pairs["label"].to_numpy(), seed=SEED)
    sets = knowledge.gene_sets(task.truth)
    if task.group == "classes":
        return tell_classes(names, features, sets[task.positive], sets[task.negative], seed=SEED)
    return recover_sets(names, features, sets, seed=SEED, progress=progress)


def _row(task: Task, outcome: Outcome) -> dict[str, Any]:
    return {"task": task.truth, "title": task.title, "group": task.group, **asdict(outcome)}


def _column(scored: AnnData, name: str) -> np.ndarray:
    return scored.obs[name].astype(str).to_numpy(str)


def _as_adata(rows: list[dict[str, Any]], score: str, knowledge: Knowledge) -> AnnData:
    from anndata import AnnData

    truth = sorted({entry.name for task in TASKS for entry in knowledge.sources(task.truth)})
    return AnnData(uns={META: json.dumps({"rows": rows, "score": score, "truth": truth, "seed": SEED})})
