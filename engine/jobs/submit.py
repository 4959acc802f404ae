"""What a page asks for, as jobs: a map, networks, comparisons, an enrichment, causes, knockouts, a file, a timing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from engine.files import DataFile
from engine.jobs.record import Job
from engine.jobs.table import JobTable
from engine.knockout.wish import Wish
from engine.params import CausesParams, ContrastParams, EmbedParams, GrapeParams, KnockoutParams, NetworkParams

EMBED, NETWORKS, BENCHMARK, COMPARE = "embed", "networks", "benchmark", "compare"
CHECK, FETCH, CALIBRATE, ENRICH, CAUSES = "check", "fetch", "calibrate", "enrich", "causes"
KNOCKOUT, LEARN, RANK, TRIAL = "knockout", "learn", "rank", "trial"


def submit_embed(jobs: JobTable, study: str, params: EmbedParams) -> Job:
    """Ask for the gene map of a study; the job that is already active for it, or a new one."""
    return jobs.submit(EMBED, f"Gene map of {study}", {"study": study, "params": params.to_dict()})


def submit_networks(jobs: JobTable, study: str, params: NetworkParams) -> Job:
    """Ask for the co-expression networks of a study, without a map."""
    return jobs.submit(NETWORKS, f"Networks of {study}", {"study": study, "params": asdict(params)})


def submit_benchmark(jobs: JobTable, study: str, params: EmbedParams, methods: Sequence[str], *,
                     seeds: Sequence[int], tasks: bool = False) -> Job:
    """Ask for the scores of contenders on a study, those that are not there yet; with the gene-level tasks or not."""
    asked = {"study": study, "params": params.to_dict(), "methods": list(methods), "seeds": list(seeds), "tasks": tasks}
    return jobs.submit(BENCHMARK, f"Comparison on {study}", asked)


def submit_compare(jobs: JobTable, study: str, params: ContrastParams) -> Job:
    """Ask which genes of a study changed their partners between two conditions."""
    return jobs.submit(COMPARE, f"Comparison of two conditions of {study}", {"study": study, "params": asdict(params)})


def submit_causes(jobs: JobTable, contrast: str, params: CausesParams, *, genes: Sequence[str] = ()) -> Job:
    """Ask what may stand behind the changes of a stored contrast, or of those of its genes that are given."""
    asked = {"contrast": contrast, "params": asdict(params), **({"genes": list(genes)} if genes else {})}
    return jobs.submit(CAUSES, "Causes of a contrast", asked)


def submit_knockout(jobs: JobTable, study: str, params: KnockoutParams) -> Job:
    """Ask for what predictions of knockouts need of a study."""
    return jobs.submit(KNOCKOUT, f"Model of knockouts of {study}", {"study": study, "params": params.to_dict()})


def submit_learn(jobs: JobTable, model: str, params: GrapeParams) -> Job:
    """Ask for GRAPE trained on the screen of a stored model of knockouts."""
    return jobs.submit(LEARN, "GRAPE on a screen", {"model": model, "params": asdict(params)})


def submit_rank(jobs: JobTable, model: str, wish: Wish, *, seed: int = 0) -> Job:
    """Ask which single knockouts of a stored model go furthest along a wish."""
    asked = {"model": model, "wish": wish.to_dict(), "seed": seed}
    return jobs.submit(RANK, f"Ranking of knockouts that {wish.words}", asked)


def submit_trial(jobs: JobTable, study: str, params: KnockoutParams, methods: Sequence[str], *, split: str,
                 seeds: Sequence[int]) -> Job:
    """Ask for the trials of methods that predict perturbations on a screen, those that are not there yet."""
    asked = {"study": study, "params": params.to_dict(), "methods": list(methods), "split": split, "seeds": list(seeds)}
    return jobs.submit(TRIAL, f"Trials on {study}", asked)


def submit_check(jobs: JobTable, file: DataFile) -> Job:
    """Ask what is in a file, with its fixes applied."""
    asked = {"file": file.id, "fixes": list(file.fixes)}
    return jobs.submit(CHECK, f"Check of {file.name}", asked, queue="interactive")


def submit_fetch(jobs: JobTable, entry: str) -> Job:
    """Ask for a file of the library."""
    return jobs.submit(FETCH, f"Fetching {entry}", {"entry": entry}, queue="interactive")


def submit_calibration(jobs: JobTable, key: str) -> Job:
    """Ask how fast this machine is; `key` is what the calibration will be kept under."""
    return jobs.submit(CALIBRATE, "Timing of this machine", {"key": key}, queue="interactive")


def submit_enrich(jobs: JobTable, question: str, title: str) -> Job:
    """Ask what genes do; `question` is the id of a stored request, since a list of genes is too long for a job."""
    return jobs.submit(ENRICH, f"Enrichment of {title}", {"question": question}, queue="interactive")
