"""What a gene of a source is called in a study: today's symbols, orthologs, and the names that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.knowledge import Knowledge

HUMAN = "human"
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, eq=False)
class Names:
    """Names of genes in the species of a study.

    `asked` are names that the study uses, `current` maps any name of a gene of the species to its symbol of today and
    `human` any human name to the human symbol. `ortholog` maps human symbols to those of the species, None where the
    species is human or no orthologs of it are here; `foreign` says that it is not human.
    """

    species: str
    asked: tuple[str, ...]
    current: Mapping[str, str]
    human: Mapping[str, str]
    ortholog: Mapping[str, str] | None
    foreign: bool

    @property
    def takes_human(self) -> bool:
        """Whether what is known of human genes can be said of this species."""
        return not self.foreign or self.ortholog is not None

    def of(self, names: Iterable[str], *, species: str = HUMAN) -> list[str]:
        """The symbol in the study's species of each name that a source of `species` uses; empty where there is none."""
        if not self.foreign or species == self.species:
            return [self.current.get(name, name) for name in names]
        orthologs = self.ortholog or NOTHING
        return [orthologs.get(self.human.get(name, name), "") for name in names]

    def rows(self, genes: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """All names by which the genes of a source can be asked for, and the row of each, shapes (n_names,).

        The genes themselves come first, each once, then names of the study that mean one of them: earlier symbols,
        Ensembl ids.
        """
        row: dict[str, int] = {}
        for i, gene in enumerate(genes):
            if gene:
                row.setdefault(gene, i)
        meant = {gene: row[self.current[gene]] for gene in self.asked
                 if gene not in row and self.current.get(gene) in row}  # fmt: skip
        both = row | meant
        return np.array(list(both), dtype=str), np.array(list(both.values()), dtype=np.int64)


def names_in(species: str, asked: Iterable[str], knowledge: Knowledge) -> Names:
    """The names of genes of a species, from the tables and orthologs that are here."""
    species = one_species(species)
    foreign = species != HUMAN
    orthologs = knowledge.orthologs(species) if foreign else None
    back = None if orthologs is None else {human: gene for gene, human in orthologs.items()}
    return Names(species, tuple(dict.fromkeys(map(str, asked))), _symbols(species, knowledge),
                 _symbols(HUMAN, knowledge), back, foreign)  # fmt: skip


def one_species(species: str) -> str:
    """The species whose genes are named: of several that are studied together, people."""
    return HUMAN if HUMAN in species else species


def _symbols(species: str, knowledge: Knowledge) -> Mapping[str, str]:
    table = knowledge.gene_table(species)
    return table.symbol_of if table is not None else NOTHING
