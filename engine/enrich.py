"""What do these genes do? Asked of gene sets of the library or a file, and kept in the store as one table."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.errors import InvalidParameter, StorageDamaged, UnknownName
from engine.progress import Progress
from engine.store import Store, artifact_id
from engine.types import META

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from engine.knowledge import Knowledge

ENRICH_VERSION = 1
LIST, RANKING, ONLINE = METHODS = ("list", "ranking", "online")
LEVEL = 0.05  # false discovery rate below which a term counts as found


@dataclass(frozen=True)
class Request:
    """Genes, and what to ask of them.

    `method` is list (over-representation), ranking (preranked GSEA) or online (Enrichr). `genes` are those to explain
    or, for a ranking, all genes, with `scores` beside them. `background` are the genes that could have been chosen; no
    others are needed for a ranking or online. `collections` are names in the library, or for online of Enrichr.
    `title` says what the genes are, `universe` what the background is, `origin` where a page took them from: the
    words of its address.
    """

    genes: tuple[str, ...]
    collections: tuple[str, ...]
    background: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    method: str = LIST
    title: str = "genes"
    universe: str = ""
    origin: str = ""
    permutations: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InvalidParameter(f"Enrichment is by {', '.join(METHODS)}, found '{self.method}'. Choose one of them.")
        if not self.collections:
            raise InvalidParameter("At least one collection of gene sets is needed, found none. Choose one.")
        if self.method == RANKING and len(self.scores) != len(self.genes):
            raise InvalidParameter(f"A ranking needs a score for each gene, found {len(self.genes)} genes and "
                                   f"{len(self.scores)} scores. Give both.")  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Request:
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})


@dataclass(frozen=True)
class Result:
    """A stored answer: `table` has a row a term, with its `collection` and the term that it is `like`."""

    table: pd.DataFrame
    facts: dict[str, Any]

    @cached_property
    def request(self) -> Request:
        return Request.from_dict(self.facts["request"])

    @property
    def found(self) -> pd.DataFrame:
        """Terms with a false discovery rate below 5 %."""
        return self.table[self.table["fdr"] < LEVEL]


def enrichment_id(request: Request, *, knowledge: Knowledge) -> str:
    """Id of the answer to a request under what the library holds now."""
    asked = request.to_dict() | {"origin": ""}
    if request.method != RANKING:
        asked |= {"genes": sorted(set(request.genes)), "background": sorted(set(request.background))}
    here = [] if request.method == ONLINE else [_stamp(name, knowledge) for name in request.collections]
    return artifact_id("enrichment", ENRICH_VERSION, asked, here)


def enrich(request: Request, *, store: Store, knowledge: Knowledge, progress: Progress | None = None) -> str:
    """Id of the stored answer to a request, worked out when it is not there yet.

    An answer of Enrichr is kept as well: the same question is not sent twice.

    Raises
    ------
    UnknownName, KnowledgeMissing
        When a collection is not in the library, or not on this machine.
    InvalidParameter
        When the genes, the background and the sets have too little in common.
    DownloadFailed
        When Enrichr was asked and did not answer.
    """
    progress, name = progress or Progress(), enrichment_id(request, knowledge=knowledge)
    if store.has(name):
        return name
    if request.method == ONLINE:
        progress.stage("Asking Enrichr", 0.1)
        result = answer_online(request)
    else:
        progress.stage("Reading gene sets", 0.0)
        sets = {entry: knowledge.gene_sets(entry) for entry in request.collections}
        titles = {entry: knowledge.entry(entry).title for entry in request.collections}
        progress.check()
        progress.stage("Comparing with gene sets", 0.2)
        result = answer(request, sets, titles=titles)
    store.write(name, _as_adata(result))
    return name


def read_enrichment(name: str, *, store: Store) -> Result:
    """A stored answer.

    Raises
    ------
    UnknownName, StorageDamaged
    """
    if not store.has(name):
        raise UnknownName(f"There is no enrichment '{name}'. It may have been deleted: ask again.")
    adata = store.read(name)
    if META not in adata.uns or not name.startswith("enrichment-"):
        raise StorageDamaged(f"The stored result '{name}' was expected to be an enrichment and is not. Ask again.")
    return Result(adata.obs.reset_index(drop=True), json.loads(adata.uns[META]))


def keep_question(request: Request, *, store: Store) -> str:
    """Id of the request, stored for a job to read."""
    from anndata import AnnData

    name = artifact_id("question", ENRICH_VERSION, request.to_dict(), [])
    if not store.has(name):
        store.write(name, AnnData(uns={META: json.dumps(request.to_dict())}))
    return name


def read_question(name: str, *, store: Store) -> Request:
    """A stored request."""
    return Request.from_dict(json.loads(store.read(name).uns[META]))


def answer(request: Request, collections: Mapping[str, Mapping[str, tuple[str, ...]]], *,
           titles: Mapping[str, str] | None = None) -> Result:
    """Over-representation or GSEA over the sets of all collections together: they are one family of tests."""
    from engine.tl.enrichment import collapse, cut, match, over_representation, preranked, smallest_p

    sets, source = joined(collections, titles or {})
    if request.method == RANKING:
        import pandas as pd

        ranking = pd.Series(request.scores, index=list(request.genes), dtype=float)
        table = preranked(ranking, sets, seed=request.seed, permutations=request.permutations)
        known, notes = ranking.dropna().index, _ranking_notes(ranking, request.seed)
        more = {"smallest_p": smallest_p(request.permutations)}
    else:
        table = over_representation(request.genes, sets, request.background)
        known, notes, more = request.background, [], {}
    in_background, inside = match(request.genes, known), cut(sets, known)
    held = match([gene for gene in dict.fromkeys(request.genes) if gene in set(known)],
                 {gene for genes in inside.values() for gene in genes})  # fmt: skip
    table = collapse(table.assign(collection=table["term"].map(source)), inside)
    facts = {"in_background": asdict(in_background), "in_sets": asdict(held), "n_background": len(set(known)),
             "n_sets": len(sets), "n_tested": len(table), "notes": notes, **more}  # fmt: skip
    return Result(table, _facts(request) | facts)


def answer_online(request: Request) -> Result:
    """What Enrichr says; its terms are not folded, since their members are not known here."""
    from engine.tl.enrichment.enrichr import LEAVES, ask_enrichr

    table = ask_enrichr(request.genes, request.collections)
    return Result(table.assign(like=table["term"]), _facts(request) | {"notes": [LEAVES], "n_tested": len(table)})


def joined(collections: Mapping[str, Mapping[str, tuple[str, ...]]],
           titles: Mapping[str, str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The sets of all collections, and the collection of each; a name that two of them have tells which it is of."""
    sets: dict[str, tuple[str, ...]] = {}
    source: dict[str, str] = {}
    for collection, found in collections.items():
        title = titles.get(collection, collection)
        for term, genes in found.items():
            name = f"{term} ({title})" if term in sets else term
            sets[name], source[name] = genes, title
    return sets, source


def enrich_command(request: Request) -> str:
    """`python -m engine enrich …`; the files are those that the page offers beside it."""
    from engine.library import slug

    stem = slug(request.title)
    words = ["python", "-m", "engine", "enrich", "--sets", ",".join(request.collections)]
    if request.method == RANKING:
        words += ["--ranking", f"{stem}.tsv", "--permutations", str(request.permutations), "--seed", str(request.seed)]
    else:
        words += ["--genes", f"{stem}.txt"]
    words += ["--background", f"{stem}-background.txt"] if request.method == LIST else []
    words += ["--online"] if request.method == ONLINE else []
    return shlex.join([*words, "--out", f"{stem}-enrichment.tsv"])


def _stamp(name: str, knowledge: Knowledge) -> str:
    """What a collection is read from, as its content: an entry of the registry by its checksum, an own file by hash."""
    from engine.knowledge.fetching import digest_of

    sources = knowledge.sources(name) or [knowledge.entry(name)]
    return ",".join(entry.sha256 or digest_of(knowledge.path(entry.name)) for entry in sources)


def _ranking_notes(ranking: pd.Series, seed: int) -> list[str]:
    from engine.tl.enrichment import clean_ranking

    return clean_ranking(ranking, seed=seed).notes()


def _facts(request: Request) -> dict[str, Any]:
    from importlib.metadata import version

    packages = {name: version(name) for name in ("gseapy", "scipy", "pandas")}
    made = {"created": datetime.now(UTC).isoformat(timespec="seconds")}
    return {"made": made, "request": request.to_dict(), "command": enrich_command(request), "version": __version__,
            "packages": packages}  # fmt: skip


def _as_adata(result: Result) -> AnnData:
    from anndata import AnnData

    table = result.table.set_axis([str(place) for place in range(len(result.table))])
    words = {name: str for name in table if table[name].dtype == object}
    return AnnData(obs=table.astype(words), uns={META: json.dumps(result.facts)})
