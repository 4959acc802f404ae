"""The command line: python -m engine COMMAND."""

from __future__ import annotations

import argparse
import os
import sys

from engine.commands import COMMANDS
from engine.errors import GeneweaveError
from engine.settings import Settings


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 or the code it gives, 2 with a sentence when something expected went wrong."""
    args, code = _parser().parse_args(argv), 0
    try:
        settings = Settings.from_environment()
        settings.limit_threads()
        code = args.run(args, settings)
        sys.stdout.flush()
    except GeneweaveError as error:
        print(f"geneweave: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # who reads our output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("geneweave: stopped; the same command goes on from the last checkpoint.", file=sys.stderr)
        return 130
    return code or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Geneweave without a screen.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
