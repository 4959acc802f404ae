"""The commands of `python -m engine`; adding one is a file with `add(commands)` and its name here."""

from engine.commands import maps, study

COMMANDS = (maps, study)
