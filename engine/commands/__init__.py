"""The commands of `python -m engine`; adding one is a file with `add(commands)` and its name here."""

from engine.commands import benchmark, check, coexpression, compare, estimate, fetch, maps, spatial_genes, study

COMMANDS = (maps, estimate, benchmark, check, study, fetch, coexpression, compare, spatial_genes)
