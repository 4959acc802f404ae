"""All settings, read once from the environment into one frozen object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from engine.errors import InvalidParameter

PREFIX = "GENEWEAVE_"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def _setting(default: str, doc: str):
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Settings:
    """Addresses and limits; an empty string means the embedded default under `home`."""

    home: str = _setting("", "Folder for everything Geneweave keeps; default: your user data folder")
    broker_url: str = _setting("", "Celery broker; default: a folder under home; or redis://…")
    database_url: str = _setting("", "Jobs and gene sets; default: SQLite under home; or postgresql+pg8000://…")
    store_url: str = _setting("", "Results; default: a folder under home; or any fsspec address")
    host: str = _setting("127.0.0.1", "Address the web page is served on")
    port: str = _setting("8050", "Port; the next free one is used when it is taken")
    device: str = _setting("auto", "Where models train: auto, cpu, cuda or mps")
    threads: str = _setting("0", "CPU threads for training; 0 is all cores but one, which is left to the page")
    cache_gb: str = _setting("2", "Size limit of the cache in front of the store, in GB")
    mirror: str = _setting("", "Folder that serves the library's files without a network; default: none")
    upload_gb: str = _setting("50", "Largest upload, in GB")
    uploads_gb: str = _setting("200", "Room for all uploads together, in GB")
    matrix_gb: str = _setting("8", "Memory that reading one matrix may take, in GB; a larger one is refused")
    stale_seconds: str = _setting("20", "A running job silent for so long is put back in the queue")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from `GENEWEAVE_*`, with the embedded defaults filled in."""
        environ = os.environ if environ is None else environ
        given = {f.name: environ.get(PREFIX + f.name.upper(), "") or f.default for f in fields(cls)}
        home = Path(given["home"] or _user_data_folder()).expanduser().resolve()
        given["home"] = str(home)
        given["broker_url"] = given["broker_url"] or "filesystem://"
        given["database_url"] = given["database_url"] or f"sqlite:///{home / 'geneweave.db'}"
        given["store_url"] = given["store_url"] or str(home / "store")
        for name in ("port", "threads", "stale_seconds", "cache_gb", "upload_gb", "uploads_gb", "matrix_gb"):
            _number(name, given[name])
        return cls(**given)

    def environment(self) -> dict[str, str]:
        """The same settings as variables, to hand to a worker process."""
        return {PREFIX + f.name.upper(): getattr(self, f.name) for f in fields(self)}

    def limit_threads(self) -> None:
        """Tell the numeric libraries how many threads to use; call it before they are imported.

        A thread on every core makes each step of training wait for whatever else runs: on two cores
        beside a browser, steps of 0.1 s were seen to take 14 s.
        """
        count = int(float(self.threads)) or max(1, (os.cpu_count() or 1) - 1)
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(count)))

    def folder(self, name: str) -> Path:
        """A folder under `home`, made when it is not there."""
        path = Path(self.home) / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def _number(name: str, text: str) -> None:
    try:
        good = float(text) >= 0
    except ValueError:
        good = False
    if not good:
        raise InvalidParameter(
            f"{PREFIX}{name.upper()} must be a number of 0 or more, found '{text}'. Correct or unset it."
        )


def _user_data_folder() -> str:
    import platformdirs

    return platformdirs.user_data_dir("geneweave", appauthor=False)
