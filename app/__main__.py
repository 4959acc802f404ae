"""`python -m app`: web page and workers on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys

from engine.errors import GeneweaveError
from engine.settings import Settings


def main(arguments: list[str]) -> int:
    """Run Geneweave; 2 when a setting is wrong, 1 when the web server cannot be kept alive."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Start Geneweave on this machine.")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    options = parser.parse_args(arguments)
    try:
        from app.supervisor import Supervisor

        return Supervisor(Settings.from_environment(), browser=not options.no_browser).run()
    except GeneweaveError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
