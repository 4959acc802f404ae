"""A 2 GB file goes up, the server ends half-way: time, and peak memory of web and workers.

`python -m tests.benchmarks.upload` starts the real stack on an empty home and speaks tus to it, in the chunks that
the page sends. The file is an h5ad, so that the memory of its check is measured as well.
"""

from __future__ import annotations

import base64
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import h5py
import numpy as np
import psutil

from app.tus import BYTES, FILE, PREFIX
from engine.files import Files
from engine.jobs.table import JobTable
from engine.settings import Settings
from tests.browser.conftest import ROOT, told_address

SIZE = 2_000_000_000
CHUNK = 16 * 1024 * 1024
GENES, PER_CELL, BLOCK = 30_000, 3_000, 500  # genes, of which a cell has some; cells written at once
PATIENCE = 600  # seconds that the check may take


def main() -> None:
    """Print seconds, bytes a second, what the restart cost, and megabytes of memory."""
    with tempfile.TemporaryDirectory() as folder:
        source, home = Path(folder) / "cells.h5ad", str(Path(folder) / "home")
        write_cells(source)
        size, peaks = source.stat().st_size, {}
        with running(home, peaks) as url:
            started = time.perf_counter()
            place = request(url, "POST", PREFIX, {"Upload-Length": str(size), "Upload-Metadata": named("cells.h5ad")})
            place = place.headers["Location"]
            sent = send(url, place, source, start=0, stop=size // 2)
            drop(url, place, source, start=sent)
            first = time.perf_counter() - started
        restarted = time.perf_counter()
        with running(home, peaks) as url:
            kept = int(request(url, "HEAD", place).headers["Upload-Offset"])
            away, started = time.perf_counter() - restarted, time.perf_counter()
            send(url, place, source, start=kept, stop=size)
            seconds = first + time.perf_counter() - started
            file = request(url, "HEAD", place).headers[FILE]
            check = wait_for_check(home, file)
        same = Files(Settings.from_environment({"GENEWEAVE_HOME": home})).original(file).stat().st_size == size
    print(f"{seconds:7.1f} s  {size / 1e9:.2f} GB up, {size / seconds / 1e6:.0f} MB/s, whole: {same}")
    print(f"{away:7.1f} s  the server was away half-way; {kept - sent:,} bytes of the broken request were kept")
    print(f"{check:7.1f} s  the check of the file")
    for name, peak in sorted(peaks.items()):
        print(f"{peak / 1e6:7.0f} MB  peak memory of the {name}")


def write_cells(path: Path) -> None:
    """An h5ad of about `SIZE` bytes with made-up counts, written in blocks."""
    rng = np.random.default_rng(0)
    cells = SIZE // (8 * PER_CELL) // BLOCK * BLOCK
    indices = np.sort(rng.permuted(np.tile(np.arange(GENES, dtype=np.int32), (BLOCK, 1)), axis=1)[:, :PER_CELL])
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        matrix = file.create_group("X")
        matrix.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": (cells, GENES)})
        matrix["indptr"] = np.arange(cells + 1, dtype=np.int64) * PER_CELL
        parts = {"data": "f4", "indices": "i4"}
        made = {name: matrix.create_dataset(name, (cells * PER_CELL,), kind) for name, kind in parts.items()}
        for start in range(0, cells * PER_CELL, BLOCK * PER_CELL):
            made["indices"][start : start + BLOCK * PER_CELL] = indices.ravel()
            made["data"][start : start + BLOCK * PER_CELL] = rng.geometric(0.5, BLOCK * PER_CELL).astype(np.float32)
        for name, prefix, n in (("obs", "cell", cells), ("var", "GENE", GENES)):
            frame = file.create_group(name)
            frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
            frame.attrs["column-order"] = np.array([], dtype="S1")
            frame.create_dataset("_index", data=[f"{prefix}{i}" for i in range(n)], dtype=h5py.string_dtype())
            frame["_index"].attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})


def named(name: str) -> str:
    """The header that gives an upload its name."""
    return f"filename {base64.b64encode(name.encode()).decode()}"


def request(url: str, method: str, path: str, headers: dict | None = None,
            body: bytes = b"") -> http.client.HTTPResponse:
    """One request of the protocol; it must succeed."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    connection.request(method, path, body, {"Tus-Resumable": "1.0.0", **(headers or {})})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status < 300, (answer.status, text)
    return answer


def send(url: str, place: str, source: Path, *, start: int, stop: int) -> int:
    """The bytes from `start` to `stop`, chunk by chunk; how many are there then."""
    with source.open("rb") as file:
        file.seek(start)
        while start < stop:
            block = file.read(min(CHUNK, stop - start))
            headers = {"Upload-Offset": str(start), "Content-Type": BYTES}
            start = int(request(url, "PATCH", place, headers, block).headers["Upload-Offset"])
    return start


def drop(url: str, place: str, source: Path, *, start: int) -> None:
    """Announce a chunk, send a third of it and say no more."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.putrequest("PATCH", place)
    told = {"Tus-Resumable": "1.0.0", "Upload-Offset": start, "Content-Type": BYTES, "Content-Length": CHUNK}
    for name, value in told.items():
        connection.putheader(name, str(value))
    with source.open("rb") as file:
        file.seek(start)
        connection.endheaders(file.read(CHUNK // 3))
    time.sleep(1)


@contextmanager
def running(home: str, peaks: dict[str, int]) -> Iterator[str]:
    """`python -m app` on a home; at its end the peak memory of its processes is noted, in bytes."""
    environ = {**os.environ, "GENEWEAVE_HOME": home, "GENEWEAVE_PORT": "0", "GENEWEAVE_THREADS": "1"}
    command = [sys.executable, "-m", "app", "--no-browser"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        yield told_address(process)
        for child in psutil.Process(process.pid).children(recursive=True):
            name, peak = name_and_peak(child)
            peaks[name] = max(peak, peaks.get(name, 0))
    finally:
        process.terminate()
        process.wait(timeout=60)


def name_and_peak(process: psutil.Process) -> tuple[str, int]:
    """What a process is, and the most memory that it had at once."""
    line = " ".join(process.cmdline())
    found = re.search(r"worker (\w+)", line)
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    return ("web process" if "gunicorn" in line else f"worker of {found[1]} jobs" if found else "supervisor's helpers",
            1024 * int(peak[1]) if peak else 0)


def wait_for_check(home: str, file: str) -> float:
    """Seconds from now until the check of a file has ended."""
    table, started = JobTable(Settings.from_environment({"GENEWEAVE_HOME": home}).database_url), time.perf_counter()
    while time.perf_counter() - started < PATIENCE:
        [job] = [job for job in table.list(kind="check") if job.params["file"] == file]
        if not job.active:
            return time.perf_counter() - started
        time.sleep(0.2)
    raise AssertionError(f"The check did not end within {PATIENCE} s.")


if __name__ == "__main__":
    main()
