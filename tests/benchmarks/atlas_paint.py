"""How long the Atlas takes to answer at 20,000 points: `python -m tests.benchmarks.atlas_paint [n]`."""

from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import threading

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from app.factory import create_app
from app.services import Services
from engine.settings import Settings
from tests.app.fake_map import write_fake_map
from tests.browser.conftest import ARGUMENTS, chromium

TIMES = 9
READY = "() => document.querySelector('#atlas-picture')?.hasAttribute('data-busy') === false"

# Milliseconds from the act until the pixels are drawn: reading one back waits for the drawing.
MEASURE = """async ([act, turn]) => {
  const atlas = window.geneweaveAtlas;
  const acts = {
    colour: () => atlas.colourBy(['dataset', 'mean', 'cluster'][turn % 3]),
    outline: () => atlas.select('outline:' + [0, 0, 4 + turn, 0, 4 + turn, 5, 0, 5].join(',')),
    hide: () => atlas.toggleLevel('cluster', '2'),
    size: () => atlas.update({ size: 3 + turn / 2 }),
  };
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const start = performance.now();
  await acts[act]();
  await frame();
  const gl = document.querySelector('#atlas-map .gl-canvas-context').getContext('webgl');
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  const took = performance.now() - start;
  await new Promise((done) => setTimeout(done, 400));
  return took;
}"""


def main(n_rows: int = 20_000) -> None:
    """Print the median of several answers of each kind."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as home:
        services = Services.build(Settings.from_environment({"GENEWEAVE_HOME": home}))
        write_fake_map(services.store, n_rows)
        server = make_server("127.0.0.1", 0, create_app(services).server, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as p:
            page = p.chromium.launch(executable_path=chromium(), args=ARGUMENTS).new_page()
            _report(page, f"http://127.0.0.1:{server.server_port}/atlas", n_rows)
        server.shutdown()


def _report(page: Page, address: str, n_rows: int) -> None:
    page.goto(address)
    page.wait_for_function(READY, timeout=60_000)
    print(f"{n_rows:,} points, software WebGL, median of {TIMES}:")
    for act in ("colour", "outline", "hide", "size"):
        times = [page.evaluate(MEASURE, [act, turn]) for turn in range(TIMES + 1)][1:]
        print(f"  {act:<8} {statistics.median(times):6.0f} ms (slowest {max(times):.0f})")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
