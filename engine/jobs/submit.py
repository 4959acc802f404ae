"""What a page asks for: a gene map of a study, as a job."""

from __future__ import annotations

from engine.jobs.record import Job
from engine.jobs.table import JobTable
from engine.params import EmbedParams

EMBED = "embed"


def submit_embed(jobs: JobTable, study: str, params: EmbedParams) -> Job:
    """Ask for the gene map of a study; the job that is already active for it, or a new one."""
    return jobs.submit(EMBED, f"Gene map of {study}", {"study": study, "params": params.to_dict()})
