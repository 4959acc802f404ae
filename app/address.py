"""Where the page is served: the wanted port or the next free one, and how to reach it."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from engine.errors import GeneweaveError

PORTS_TRIED = 50


def free_port(host: str, wanted: int) -> int:
    """`wanted`, or the next port that is free; 0 lets the system choose.

    Raises
    ------
    GeneweaveError
        When the address cannot be served on, or no port near is free.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)) if wanted else (0,):
        try:
            return _bind(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise GeneweaveError(
                    f"The page cannot be served on {host}, port {port} ({error.strerror or error}). "
                    "Set GENEWEAVE_HOST and GENEWEAVE_PORT to an address of this machine and a port from 1024 to 65535."
                ) from error
    raise GeneweaveError(
        f"A free port from {wanted} to 65535 was expected among the next {PORTS_TRIED}, found none. "
        "Set GENEWEAVE_PORT to another one."
    )


def _bind(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as trial:
        if os.name == "posix":
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
        trial.listen()
        return trial.getsockname()[1]


def page_url(host: str, port: int) -> str:
    """The address to type into a browser on this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)
    bracketed = f"[{reachable}]" if ":" in reachable and not reachable.startswith("[") else reachable
    return f"http://{bracketed}:{port}"


def wait_for_page(url: str, *, seconds: float, give_up: Callable[[], bool]) -> bool:
    """Whether the page answered within `seconds`; asks on until `give_up()` says no."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not give_up():
        try:
            opener.open(url, timeout=5).close()
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def open_browser(url: str) -> None:
    """Show the page in a browser, where there is one and a screen to show it on."""
    import webbrowser

    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        try:
            webbrowser.open(url)
        except (webbrowser.Error, OSError):
            print("No browser could be opened; type the address into yours.", flush=True)
