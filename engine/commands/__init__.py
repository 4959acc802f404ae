"""The commands of `python -m engine`; adding one is a file with `add(commands)` and its name here."""

from engine.commands import (
    benchmark,
    check,
    coexpression,
    compare,
    enrich,
    estimate,
    fetch,
    knockout,
    maps,
    rank,
    regulators,
    report,
    screen,
    simulate,
    spatial_genes,
    study,
)

COMMANDS = (
    maps, estimate, benchmark, check, study, fetch, coexpression, spatial_genes, compare, enrich, regulators, report,
    simulate, screen, knockout, rank,
)  # fmt: skip
