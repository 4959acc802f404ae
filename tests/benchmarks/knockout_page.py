"""How long from a click on a gene to its bars, in the browser: `python -m tests.benchmarks.knockout_page [n_genes]`."""

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
from tests.app.made_up_knockout import write_screen_model
from tests.browser.conftest import ARGUMENTS, chromium

TIMES = 4  # suggested genes that are clicked after the first one
CLICK = """(turn) => new Promise((done) => {
  const start = performance.now();
  document.querySelectorAll("[data-ko-gene]")[turn].click();
  const look = () => {
    if (document.querySelector("#ko-bars .barlayer path")) done(performance.now() - start);
    else setTimeout(look, 5);
  };
  look();
})"""


def main(n_genes: int = 5000) -> None:
    """Print the first click and the median of the warm ones."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as home:
        services = Services.build(Settings.from_environment({"GENEWEAVE_HOME": home}))
        name = write_screen_model(services.store, n_singles=105, n_pairs=35, n_genes=n_genes)
        server = make_server("127.0.0.1", 0, create_app(services).server, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as p:
            page = p.chromium.launch(executable_path=chromium(), args=ARGUMENTS).new_page()
            page.set_default_timeout(120_000)
            page.goto(f"http://127.0.0.1:{server.server_port}/knockout?model={name}")
            first, *warm = [_clicked(page, turn) for turn in range(TIMES + 1)]
        server.shutdown()
    print(f"{n_genes:,} genes, 140 perturbations: first click {first:.0f} ms, then median "
          f"{statistics.median(warm):.0f} ms (slowest {max(warm):.0f})")  # fmt: skip


def _clicked(page: Page, turn: int) -> float:
    page.locator("[data-ko-gene]").nth(turn).wait_for()
    took = page.evaluate(CLICK, turn)
    page.locator(".ko-chip").click()  # takes the gene away: genes are suggested again
    return took


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
