"""On what a model will rest: the knowledge that is here, what of it is not, and the way to it in the Library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dash import dcc, html

from app.components.alert import alert
from app.components.page_header import icon
from engine.knowledge import HERE

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import Study

# what helps a screen: kind of the library, words of an entry's title that tell it, what it gives
OF_SCREEN = (
    ("signalling", "", "Signalling"), ("gene sets", "reactome", "Pathways"),
    ("gene sets", "processes", "Biological processes"), ("genes", "summar", "What genes do, in text"),
)  # fmt: skip
NEEDED = "A simulation needs the targets of transcription factors of {species}, and none is here."


@dataclass(frozen=True)
class Help:
    """A kind of knowledge: what it gives, whether it is here, where the Library has it, whether nothing goes
    without it."""

    gives: str
    here: bool
    href: str
    needed: bool = False


def what_helps(services: Services, study: Study, basis: str) -> list[Help]:
    """The knowledge that a model of a study would use."""
    return _of_screen(services) if basis == "screen" else _of_network(services, study)


def rests_on(helps: list[Help], own: str) -> html.Ul:
    """The list of it, `own` first: what the study itself gives."""
    return html.Ul([_row(own, True), *(_row(one.gives, one.here, one.href) for one in helps)], className="ko-helps")


def lacking(helps: list[Help], species: str) -> list[html.Div]:
    """What is needed and not here, with the way to it; nothing where nothing lacks."""
    missing = [one for one in helps if one.needed and not one.here]
    return [alert([html.Div([NEEDED.format(species=species), " ",
                             dcc.Link("Fetch them from the Library", href=one.href), ", and come back."])])
            for one in missing]  # fmt: skip


def _row(gives: str, here: bool, href: str = "") -> html.Li:
    mark = html.Span([icon("check" if here else "none"),
                      html.Span("here: " if here else "not here: ", className="gw-hidden")])
    link = [] if here else [" ", dcc.Link("Fetch", href=href, title=f"{gives}, in the Library")]
    return html.Li([mark, html.Span(gives), *link])


def _of_screen(services: Services) -> list[Help]:
    entries = [*services.knowledge.own(), *services.knowledge.entries()]
    return [Help(gives, any(e.kind == kind and words in f"{e.name} {e.title}".lower()
                            and services.knowledge.state(e) == HERE for e in entries), library(kind, words))
            for kind, words, gives in OF_SCREEN]  # fmt: skip


def _of_network(services: Services, study: Study) -> list[Help]:
    """Networks of the study's species; signalling of human genes needs their orthologs elsewhere."""
    from engine.knockout.network_priors import SIGNAL_KIND, SIGNALS, TARGET_KIND, TARGETS, networks_here

    species, knowledge = species_of(study), services.knowledge
    kinds = {knowledge.entry(name).kind for name in networks_here(species, knowledge)}
    first = next(iter(TARGETS.get(species, ())), "")
    found = [
        Help("Targets of transcription factors", TARGET_KIND in kinds, library(TARGET_KIND, first), needed=True),
        Help("Signalling, for genes that are no transcription factors", SIGNAL_KIND in kinds,
             library(SIGNAL_KIND, SIGNALS[0])),
    ]  # fmt: skip
    if species != "human":
        found.append(Help(f"Human orthologs of {species} genes, for signalling",
                          knowledge.orthologs(species) is not None, library("genes", "orthologs")))
    return found


def species_of(study: Study) -> str:
    """The species of its RNA, or of what else it has."""
    rna = [source.species for source in study.datasets if source.modality == "rna"]
    return next(iter(rna or [source.species for source in study.datasets]), "human")


def library(kind: str, word: str) -> str:
    """The address of what the Library has of a kind."""
    return "/data/library?" + urlencode({"kind": kind} | ({"word": word} if word else {}))
