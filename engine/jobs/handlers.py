"""What each kind of job does: one function and one line in `HANDLERS`."""

from __future__ import annotations

from collections.abc import Callable

from engine.jobs.record import Job
from engine.jobs.submit import (
    BENCHMARK,
    CALIBRATE,
    CAUSES,
    CHECK,
    COMPARE,
    EMBED,
    ENRICH,
    FETCH,
    KNOCKOUT,
    LEARN,
    NETWORKS,
    RANK,
)
from engine.knockout.wish import Wish
from engine.library import Library
from engine.params import CausesParams, ContrastParams, EmbedParams, GrapeParams, KnockoutParams, NetworkParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store

Handler = Callable[[Job, Settings, Progress], str]  # -> id of the stored result


def embed(job: Job, settings: Settings, progress: Progress) -> str:
    """The gene map of a study."""
    study = Library(settings).study(job.params["study"])
    params = EmbedParams.from_dict(job.params["params"])
    from engine import pipeline  # after the cheap checks: it loads the scientific libraries

    return pipeline.embed(study, params, store=Store(settings), device=settings.device, progress=progress)


def networks(job: Job, settings: Settings, progress: Progress) -> str:
    """The co-expression networks of a study; the result is the study's name."""
    study = Library(settings).study(job.params["study"])
    params = NetworkParams(**job.params["params"])
    from engine import pipeline

    pipeline.networks(study, params, store=Store(settings), device=settings.device, progress=progress)
    return study.name


def benchmark(job: Job, settings: Settings, progress: Progress) -> str:
    """A comparison of methods; the result is the study's name."""
    study = Library(settings).study(job.params["study"])
    params = EmbedParams.from_dict(job.params["params"])
    from engine import comparison
    from engine.knowledge import Knowledge

    knowledge = Knowledge(settings) if job.params["tasks"] else None
    found = comparison.benchmark(study, params, job.params["methods"], job.params["seeds"], store=Store(settings),
                                 knowledge=knowledge, device=settings.device, progress=progress)  # fmt: skip
    comparison.need_one(found)
    return study.name


def compare(job: Job, settings: Settings, progress: Progress) -> str:
    """Which genes changed their partners between two conditions of a study."""
    study = Library(settings).study(job.params["study"])
    params = ContrastParams(**job.params["params"])
    from engine import contrasts

    return contrasts.compare(study, params, store=Store(settings), device=settings.device, progress=progress)


def causes(job: Job, settings: Settings, progress: Progress) -> str:
    """What may stand behind the changes of a stored contrast; the result is the id of the explanation."""
    params, contrast, store = CausesParams(**job.params["params"]), job.params["contrast"], Store(settings)
    from engine.causes import explain, table_of_contrast
    from engine.knowledge import Knowledge

    table = table_of_contrast(store.read(contrast))
    return explain(table, {}, params, store=store, knowledge=Knowledge(settings), changed=job.params.get("genes"),
                   source=contrast, progress=progress)  # fmt: skip


def knockout(job: Job, settings: Settings, progress: Progress) -> str:
    """What predictions of knockouts need of a study; the result is the id of the model."""
    study = Library(settings).study(job.params["study"])
    params = KnockoutParams.from_dict(job.params["params"])
    from engine import knockout as knockouts
    from engine.knowledge import Knowledge

    return knockouts.fit(study, params, store=Store(settings), knowledge=Knowledge(settings), progress=progress)


def learn(job: Job, settings: Settings, progress: Progress) -> str:
    """GRAPE trained on the screen of a model; the result is the id of the model, which can then answer with it."""
    params, model, store = GrapeParams(**job.params["params"]), job.params["model"], Store(settings)
    from engine.knockout.learn import learn as train
    from engine.knowledge import Knowledge

    train(model, params, store=store, knowledge=Knowledge(settings), device=settings.device, progress=progress)
    return model


def rank(job: Job, settings: Settings, progress: Progress) -> str:
    """Which knockouts of a model go furthest along a wish; the result is the id of the ranking."""
    wish, model, store = Wish.from_dict(job.params["wish"]), job.params["model"], Store(settings)
    from engine.knockout.rank import rank as rank_all

    return rank_all(model, wish, store=store, seed=job.params["seed"], progress=progress)


def check(job: Job, settings: Settings, progress: Progress) -> str:
    """What is in a file; the result is the file's id."""
    from engine import intake

    return intake.check_upload(job.params["file"], tuple(job.params["fixes"]), settings, progress=progress)


def fetch(job: Job, settings: Settings, progress: Progress) -> str:
    """A file of the library; the result is its name."""
    from engine.knowledge import Knowledge

    Knowledge(settings).fetch(job.params["entry"], progress=progress)
    return job.params["entry"]


def calibrate(job: Job, settings: Settings, progress: Progress) -> str:
    """How fast this machine is; the result is what the calibration is kept under."""
    from engine.calibration.kept import calibrated

    calibrated(settings, job.params["key"], progress=progress)
    return job.params["key"]


def enrich(job: Job, settings: Settings, progress: Progress) -> str:
    """What genes do; the result is the id of the stored answer."""
    from engine import enrich as enrichment
    from engine.knowledge import Knowledge

    store = Store(settings)
    request = enrichment.read_question(job.params["question"], store=store)
    return enrichment.enrich(request, store=store, knowledge=Knowledge(settings), progress=progress)


HANDLERS: dict[str, Handler] = {
    EMBED: embed,
    NETWORKS: networks,
    BENCHMARK: benchmark,
    COMPARE: compare,
    CAUSES: causes,
    KNOCKOUT: knockout,
    LEARN: learn,
    RANK: rank,
    CHECK: check,
    FETCH: fetch,
    CALIBRATE: calibrate,
    ENRICH: enrich,
}
