"""The Celery app: it carries job ids from the web to the workers, and nothing else."""

from __future__ import annotations

import logging

from celery import Celery
from kombu import Exchange, Queue
from kombu.exceptions import KombuError

from engine.jobs.record import QUEUES
from engine.settings import Settings

RUN = "geneweave.run"
log = logging.getLogger(__name__)


def make_app(settings: Settings) -> Celery:
    """A Celery app for the broker of `settings`; results are in the job table, so it keeps none."""
    app = Celery("geneweave", broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=False,  # the reaper brings a job back, so a message need not survive its worker
        worker_prefetch_multiplier=1,
        task_queues=[Queue(name, Exchange(""), routing_key=name) for name in QUEUES],
        task_default_queue=QUEUES[0],
        task_publish_retry=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=3,
        broker_transport_options=_transport_options(settings),
    )
    return app


def send(app: Celery, job_id: str, queue: str) -> bool:
    """Put a job's message on its queue; False, and a line in the log, when the broker is away."""
    try:
        app.send_task(RUN, args=[job_id], queue=queue)
    except (KombuError, OSError, ValueError) as error:
        log.warning("The broker did not take job %s (%s); it is sent again soon.", job_id, error)
        return False
    return True


def _transport_options(settings: Settings) -> dict[str, object]:
    if not settings.broker_url.startswith("filesystem"):
        return {"socket_connect_timeout": 3, "socket_timeout": 30, "max_retries": 0}
    messages = str(settings.folder("broker/messages"))
    return {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "store_processed": True,
        "processed_folder": str(settings.folder("broker/processed")),
        "control_folder": settings.folder("broker/control"),
        "polling_interval": 0.2,
    }
