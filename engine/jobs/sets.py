"""Gene sets that people save under a name, one list a study."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.errors import InvalidParameter, UnknownName
from engine.jobs.database import gene_sets, open_database, utc_now, writing


@dataclass(frozen=True)
class GeneSet:
    """Genes chosen in a study, under a name; no gene twice."""

    id: str
    name: str
    study: str
    genes: tuple[str, ...]
    created: datetime

    @classmethod
    def from_row(cls, row) -> GeneSet:
        return cls(row.id, row.name, row.study, tuple(json.loads(row.genes)), row.created)


class GeneSets:
    """Saved gene sets in the job database."""

    def __init__(self, url: str, *, now: Callable[[], datetime] = utc_now) -> None:
        self.engine = open_database(url)
        self._now = now

    def save(self, name: str, genes: Iterable[str], *, study: str) -> GeneSet:
        """Keep `genes` under `name`; saving the same again returns what is there.

        Raises
        ------
        InvalidParameter
            When the name or the genes are missing, or the name is taken by other genes.
        """
        name, genes = name.strip(), tuple(dict.fromkeys(genes))
        _check(name, genes)
        row = {"id": uuid.uuid4().hex[:12], "name": name, "study": study, "created": self._now()}
        try:
            with writing(), self.engine.begin() as connection:
                connection.execute(sa.insert(gene_sets).values(row | {"genes": json.dumps(genes)}))
        except sa.exc.IntegrityError:
            return self._same(name, genes, study=study)
        return self.get(row["id"])

    def list(self, study: str | None = None) -> list[GeneSet]:
        """Sets of one study, or all, newest first."""
        query = sa.select(gene_sets).order_by(gene_sets.c.created.desc(), gene_sets.c.name)
        query = query if study is None else query.where(gene_sets.c.study == study)
        with self.engine.connect() as connection:
            return [GeneSet.from_row(row) for row in connection.execute(query)]

    def get(self, set_id: str) -> GeneSet:
        """The set of that id; raises `UnknownName` when there is none."""
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(gene_sets).where(gene_sets.c.id == set_id)).first()
        if row is None:
            raise UnknownName(f"There is no gene set '{set_id}'. It may have been deleted: choose another.")
        return GeneSet.from_row(row)

    def delete(self, set_id: str) -> None:
        """Forget a set; nothing happens when it is not there."""
        with writing(), self.engine.begin() as connection:
            connection.execute(sa.delete(gene_sets).where(gene_sets.c.id == set_id))

    def _same(self, name: str, genes: tuple[str, ...], *, study: str) -> GeneSet:
        for known in self.list(study):
            if known.name == name and set(known.genes) == set(genes):
                return known
        raise InvalidParameter(
            f"There is already a gene set '{name}' in this study, with other genes. "
            "Choose another name, or delete that set first."
        )


def _check(name: str, genes: tuple[str, ...]) -> None:
    if not 0 < len(name) <= 200:
        raise InvalidParameter(f"A gene set needs a name of 1 to 200 characters, found {len(name)}. Type one.")
    if not genes:
        raise InvalidParameter(f"Gene set '{name}' needs at least one gene, found none. Select genes first.")
