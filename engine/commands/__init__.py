"""The commands of `python -m engine`; adding one is a file with `add(commands)` and its name here."""

from engine.commands import check, fetch, maps, study

COMMANDS = (maps, check, study, fetch)
