"""What the address asks: which genes, among which others, and where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode

import numpy as np

from app import knockouts, maps
from app.contrasts import contrast_facts, contrasts
from app.knockouts import find_model, stored_models
from app.selections import Crossing, Genes, Level, chosen, parse_selection
from app.words import plural, when
from engine.contrasts import as_contrast
from engine.enrich import LEVEL, LIST, ONLINE, RANKING, Request
from engine.errors import GeneweaveError, InvalidParameter, unknown

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from app.services import Services

MEASURES = {
    "partners": "change of partners", "neighbourhood": "change of neighbourhood", "placement": "change of place",
    "expression": "change of expression (all measured genes)", "gained": "partners gained", "lost": "partners lost",
    "net": "net change of correlation",
}  # fmt: skip
NO_MEASURE = ("mean_control", "mean_case", "rank", "module")
SOURCES = ("set", "select", "genes", "map", "contrast", "rank", "background", "name")  # words of the address


@dataclass(frozen=True)
class Question:
    """Genes and their background, as the address has them.

    `origin` are the words of the address that say so; `scores` are there for a ranking; `chosen` is the background as
    the choice on the page writes it; `assumed` says that nobody chose it; `ranks` are the columns that a comparison can
    be ranked by.
    """

    origin: Mapping[str, str]
    genes: tuple[str, ...] = ()
    title: str = ""
    background: tuple[str, ...] = ()
    universe: str = ""
    scores: tuple[float, ...] = ()
    chosen: str = ""
    assumed: bool = False
    ranks: tuple[str, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether the address names no genes."""
        return not any(self.origin.get(word) for word in ("set", "select", "genes", "contrast"))

    def request(self, collections: tuple[str, ...], *, online: bool = False) -> Request:
        """The question as the engine takes it."""
        method = ONLINE if online else RANKING if self.scores else LIST
        origin = urlencode(self.origin)
        background = self.background if method == LIST else ()
        return Request(self.genes, collections, background, () if online else self.scores, method, self.title,
                       self.universe if background else "", origin)


def read_question(services: Services, query: Mapping[str, str]) -> Question:
    """The question of an address.

    Raises
    ------
    GeneweaveError
        When a set, map, comparison or selection of it is not there.
    """
    origin = {word: query[word] for word in SOURCES if query.get(word)}
    if origin.get("contrast") and origin.get("rank"):
        return _ranking(services, origin)
    genes, title = _genes(services, origin)
    background, universe, picked, assumed = _background(services, origin)
    ranks = measures(services.store.read(origin["contrast"])) if origin.get("contrast") else ()
    return Question(origin, genes, query.get("name") or title, background, universe, (), picked, assumed, ranks)


def origin_of(request: Request) -> dict[str, str]:
    """The words of the address that a stored request came from."""
    return dict(parse_qsl(request.origin))


def contrast_of(request: Request) -> str:
    """Id of the comparison that the genes of a request, or those that they were chosen from, are of; empty for none."""
    origin = origin_of(request)
    kind, _, name = origin.get("background", "").partition(":")
    return name if kind == "measured" else origin.get("contrast", "")


def backgrounds(services: Services) -> list[dict]:
    """The choices of a background: every map, comparison and saved gene set."""
    found = [{"value": f"map:{m.id}", "label": f"{m.title}, {when(m.created)}"} for m in maps.maps(services)]
    sets = [{"value": f"set:{s.id}", "label": f"{s.name} ({plural(len(s.genes), 'gene')})"}
            for s in services.sets.list()]  # fmt: skip
    told = [{"value": f"knockout:{found.id}", "label": f"{found.title}, {when(found.created)}"}
            for found in stored_models(services)]  # fmt: skip
    tested = [{"value": f"measured:{found.id}", "label": found.title} for found in contrasts(services)]
    groups = (("All genes of a map", found), ("All genes tested in a comparison", tested),
              ("All genes of a model of knockouts", told), ("A saved gene set", sets))
    return [{"group": name, "items": items} for name, items in groups if items]


def with_background(origin: Mapping[str, str], picked: str) -> dict[str, str]:
    """The address with another background; a map that the genes were selected on stays."""
    kind, _, name = (picked or "").partition(":")
    rest = {word: value for word, value in origin.items() if word != "background"}
    if "select" not in origin:
        rest.pop("map", None)
    if kind == "map" and rest.get("map", name) == name:
        return rest | {"map": name}
    return rest | ({"background": picked} if picked else {})


def measures(adata: AnnData) -> tuple[str, ...]:
    """Columns of a stored comparison that rank its genes: numbers of which a large one is much of something.

    A p, an FDR or a place in an order has its best genes last, and a mean says nothing of a change.
    """
    return tuple(name for name in adata.obs if adata.obs[name].dtype.kind in "fi" and name not in NO_MEASURE
                 and not name.endswith(("_p", "_fdr")))  # fmt: skip


def measure_words(column: str) -> str:
    """A column of a comparison as the page says it."""
    return MEASURES.get(column, column)


def _changed(services: Services, name: str) -> tuple[tuple[str, ...], str]:
    """Genes of a comparison whose partners changed, and what they are."""
    found = as_contrast(services.store.read(name), name)
    table, levels = found.table.sort_values("rank", kind="stable"), _levels(found.facts)
    genes = tuple(table.index[table["partners_fdr"] < LEVEL].astype(str))
    if not genes:
        raise InvalidParameter(f"No gene of {levels} changed its partners at 5 % FDR, so there is none to look up. "
                               "Choose genes on Compare, or paste a list.")  # fmt: skip
    return genes, f"{levels} that changed their partners"


def _levels(facts: Mapping[str, Any]) -> str:
    return f"{facts['case']} against {facts['control']}"


def _genes(services: Services, origin: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    if origin.get("set"):
        kept = services.sets.get(origin["set"])
        return kept.genes, kept.name
    if origin.get("select"):
        stored = maps.find_map(services, origin.get("map", ""))
        if stored is None:
            raise InvalidParameter("A selection needs the map that it was made on, and no map is here. Make one first.")
        embedding = maps.embedding(services.store, stored.id)
        keep = chosen(origin["select"], embedding, services.sets)
        return tuple(np.unique(embedding.genes[keep]).tolist()), selection_words(origin["select"])
    if origin.get("contrast") and not origin.get("genes"):
        return _changed(services, origin["contrast"])
    names = (unquote(name).strip() for name in origin.get("genes", "").split(","))
    return tuple(dict.fromkeys(filter(None, names))), "this list"


def selection_words(text: str) -> str:
    """A selection as a title has it: cluster 4, lung · cluster 1, the group drawn on the map."""
    selection = parse_selection(text)
    if isinstance(selection, Level):
        return _level_words(selection)
    if isinstance(selection, Crossing):
        return " · ".join(map(_level_words, selection.levels))
    return "the genes chosen" if isinstance(selection, Genes) else "the group drawn on the map"


def _level_words(level: Level) -> str:
    return f"cluster {level.level}" if level.column == "cluster" else level.level


def _background(services: Services, origin: Mapping[str, str]) -> tuple[tuple[str, ...], str, str, bool]:
    """Genes, what they are, the choice, and whether it was only assumed."""
    kind, _, name = origin.get("background", "").partition(":")
    if kind == "set":
        kept = services.sets.get(name)
        return kept.genes, f"the {plural(len(kept.genes), 'gene')} of {kept.name}", f"set:{name}", False
    if kind == "knockout":
        genes, facts = tuple(knockouts.model(services.store, name).genes.tolist()), find_model(services, name).facts
        return genes, f"the {plural(len(genes), 'gene')} that knockouts of {facts['title']} tell of", \
            f"knockout:{name}", False  # fmt: skip
    if kind == "measured":
        tested = as_contrast(services.store.read(name), name).expression.dropna(subset=["p"])
        genes = tuple(tested.index.astype(str))
        levels = _levels(contrast_facts(services, name))
        return genes, f"the {plural(len(genes), 'gene')} tested for expression in {levels}", f"measured:{name}", False
    if origin.get("contrast") and kind != "map":
        genes = tuple(services.store.read(origin["contrast"]).obs_names.astype(str))
        facts = contrast_facts(services, origin["contrast"])
        between = f" of {_levels(facts)}" if facts else ""
        return genes, f"the {plural(len(genes), 'gene')} of the comparison{between}", "", False
    wanted = name if kind == "map" else origin.get("map", "")
    stored, assumed = None, not wanted
    if wanted:
        stored = maps.find_map(services, wanted)
    elif origin.get("set"):
        stored = maps.find_map(services, study=services.sets.get(origin["set"]).study or "none")
    if stored is None:
        return (), "", "", False
    genes = maps.gene_names(services.store, stored.id)
    return genes, f"the {plural(len(genes), 'gene')} of the map of {stored.title}", f"map:{stored.id}", assumed


def _ranking(services: Services, origin: Mapping[str, str]) -> Question:
    """All genes of a comparison with one of its columns as the score."""
    found = services.store.read(origin["contrast"])
    columns, rank = measures(found), origin["rank"]
    if rank not in columns:
        raise unknown("column of numbers", rank, columns, where="in this comparison")
    scored = _by_expression(found) if rank == "expression" else found.obs[rank]
    genes, scores = tuple(scored.index.astype(str)), tuple(map(float, scored))
    title = origin.get("name") or f"the ranking by {measure_words(rank)}"
    return Question(origin, genes, title, scores=scores, ranks=columns)


def _by_expression(adata: AnnData) -> pd.Series:
    """−log10 p of every gene tested for expression, above 0 where it rose: a fold change alone is mostly noise."""
    table = adata.var.dropna(subset=["log2fc", "p"])
    return np.sign(table["log2fc"]) * -np.log10(table["p"].clip(lower=np.finfo(float).tiny))


def fault_of(services: Services, query: Mapping[str, str]) -> tuple[Question, str]:
    """The question, or an empty one with the sentence why there is none."""
    try:
        return read_question(services, query), ""
    except GeneweaveError as error:
        return Question({}), str(error)
