"""Starts the web server and the workers, keeps them alive, and ends them all."""

from __future__ import annotations

import signal
import sys
from threading import Event

from app.address import free_port, open_browser, page_url, wait_for_page
from app.child import Child, end_all
from engine.jobs.publish import publisher
from engine.jobs.reaper import watch
from engine.jobs.record import QUEUES
from engine.jobs.runner import worker_log
from engine.jobs.table import JobTable
from engine.settings import Settings

PATIENCE = 8.0  # seconds that a process has to end before it is made to
FIRST_PAGE = 60.0  # seconds that the first page may take before we say that it is late
WEB_THREADS = 8


class Supervisor:
    """Everything that runs on this machine for one home folder.

    `run` returns the exit status once it was told to stop by Ctrl-C, SIGTERM or SIGHUP, or when
    the web server cannot be kept alive.
    """

    def __init__(self, settings: Settings, *, browser: bool) -> None:
        self._settings, self._browser = settings, browser
        self._wanted = int(float(settings.port))
        self._port = free_port(settings.host, self._wanted)
        self._table = JobTable(settings.database_url, publish=publisher(settings))
        self._stop, self._hurry = Event(), Event()
        self._web = self._child("web server", _web_command(settings, self._port), log="web.log")
        self._workers = [self._worker(queue) for queue in QUEUES]

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)
        try:
            self._start()
            return self._keep_alive()
        finally:
            self._stop.set()
            end_all([self._web, *self._workers], patience=PATIENCE, hurry=self._hurry)
            say("Geneweave has ended; nothing is left running.")

    def _start(self) -> None:
        """The web server first, and the workers once its page is there: the page is what people wait for."""
        if 0 < self._wanted != self._port:
            say(f"Port {self._wanted} is taken by another program; using the next free one, {self._port}.")
        self._web.start()
        url = page_url(self._settings.host, self._port)
        if self._page_is_there(url):
            say(f"Geneweave is ready: {url}  (Ctrl-C ends it)")
            if self._browser:
                open_browser(url)
        watch(self._table, stale_seconds=float(self._settings.stale_seconds), over=self._stop)
        for worker in self._workers:
            if not self._stop.is_set():
                worker.start()

    def _page_is_there(self, url: str) -> bool:
        def gone() -> bool:
            return self._stop.is_set() or not self._web.alive

        if wait_for_page(url, seconds=FIRST_PAGE, give_up=gone):
            return True
        if not self._stop.is_set():
            say(f"The page at {url} does not answer yet. The log of the web server: {self._web.log}")
        return False

    def _keep_alive(self) -> int:
        while not self._stop.wait(0.5):
            for child in (self._web, *self._workers):
                news = child.look_after()
                if news:
                    say(news)
            if self._web.given_up:
                return 1
        return 0

    def _told_to_stop(self, _number, _frame) -> None:
        (self._hurry if self._stop.is_set() else self._stop).set()

    def _worker(self, queue: str) -> Child:
        command = [sys.executable, "-m", "engine.jobs.worker", queue]
        return self._child(f"worker for {queue} jobs", command, log=worker_log(self._settings, queue).name)

    def _child(self, name: str, command: list[str], *, log: str) -> Child:
        environ = self._settings.environment()
        return Child(name, command, environ=environ, log=self._settings.folder("logs") / log)


def say(text: str) -> None:
    print(text, flush=True)


def _web_command(settings: Settings, port: int) -> list[str]:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    serve = [sys.executable, "-m", "gunicorn", "app.wsgi:server", "--bind", f"{host}:{port}"]
    work = ["--workers", "1", "--worker-class", "gthread", "--threads", str(WEB_THREADS), "--timeout", "120"]
    return [*serve, *work, "--graceful-timeout", "3", "--no-control-socket"]
