"""Before there is an answer: what the page will show, the one button, what it will rest on; then which gene first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html

from app.components.alert import alert
from app.components.empty_state import empty_state
from app.components.job_card import job_card
from app.components.page_header import icon, page_header
from app.components.parameter_form import knockout_form
from app.knockouts import BASIS, newest_job, stored_models
from app.pages.knockout import ids
from app.pages.knockout.resting import lacking, rests_on, species_of, what_helps
from app.words import listing, plural, when
from engine.knockout import basis_of
from engine.params import KnockoutParams
from engine.studies.perturbed import kinds_in

if TYPE_CHECKING:
    import pandas as pd

    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import KnockoutModel, Study

HEADING = "What would happen without this gene?"
WILL_SHOW = ("What a knockout would change, gene by gene, and how far that can be trusted; which knockout does what "
             "you wish for.")
SHOWN = {
    "screen": "What a knockout would change, as bars with intervals that say how far they can be trusted, beside what "
              "was measured; which perturbations do the same; which knockout does what you wish for.",
    "network": "A simulation of what a knockout would change: the strongest changes as bars, the path that carries "
               "them through the network, where it would lead the cells, which knockout does what you wish for.",
}  # fmt: skip
NOTHING = empty_state("No study yet", f"{WILL_SHOW} A study says in which cells.", "Open Studies", "/studies",
                      drawing="knockout")
FIELDS = {"screen": ("basis", "kernels", "map", "seed"), "network": ("networks", "n_genes", "ridge", "seed")}
OF_SCREEN = ("kind", "datasets", "cell_type", "min_cells", "n_genes", "permutations")
SUGGESTED = 12
OWN = {"screen": "Its own perturbations", "network": "Its own cells"}


def start_page(services: Services, study: Study | None, gone: list[str], genes: str = "") -> html.Div:
    """The form for a study, for the genes that a person came with, and the models that are there."""
    heading = HEADING.replace("this gene", listing(genes.split(","))) if genes else HEADING
    if study is None:
        return html.Div([page_header(heading), *map(alert, gone), NOTHING, *all_there(services)], className="gw-page")
    parts = [*map(alert, gone), form(services, study), *all_there(services)]
    will_show = SHOWN[basis_of(study, KnockoutParams())]
    return html.Div([page_header(heading, will_show), html.Div(parts, className="gw-stack")], className="gw-page")


def form(services: Services, study: Study) -> html.Section:
    """The card with the one button."""
    params = KnockoutParams()
    basis = basis_of(study, params)
    word = "Learn from this screen" if basis == "screen" else "Prepare a simulation"
    helps = what_helps(services, study, basis)
    why = lacking(helps, species_of(study))
    run = html.Button([icon("play"), word], id=ids.RUN, className="gw-button", type="button", disabled=bool(why))
    mixed = kinds_in([source.path for source in study.datasets], study.perturbed.kind_column) \
        if basis == "screen" and not study.perturbed.kind else []  # fmt: skip
    if len(mixed) > 1:
        why.append(html.P(f"This screen holds {listing(mixed)}, and each is looked at by itself: choose one under "
                          "Kind below.", className="gw-note"))  # fmt: skip
    advanced = html.Details([
        html.Summary("Advanced"),
        knockout_form(ids.OWNER, replace(params, basis=basis), ("basis", *FIELDS[basis][:]) if study.is_screen else
                      FIELDS[basis], OF_SCREEN if basis == "screen" else ("datasets",)),
    ], className="gw-details", open=len(mixed) > 1)  # fmt: skip
    body = html.Div([
        html.H2(study.title), html.P(basis_said(study, basis)), *why,
        html.Div([run, *edit_link(services, study)], className="gw-row"),
        html.Div(id=ids.FAULT), html.Div(job_parts(newest_job(services, study.name)), id=ids.JOB), advanced,
    ], className="gw-stack")  # fmt: skip
    beside = html.Div([html.Div(className="gw-drawing gw-drawing-knockout"), html.H3("What it will rest on"),
                       rests_on(helps, OWN[basis])], className="gw-stack ko-rests")  # fmt: skip
    return html.Section([dcc.Store(id=ids.ASKED, data=study.name), dcc.Store(id=ids.CAME), body, beside],
                        className="gw-card ko-form", **{"aria-label": "A new model of knockouts"})


def edit_link(services: Services, study: Study) -> list[dcc.Link]:
    """The way to the form of a person's own screen, where its control and kind are named."""
    if not (study.is_screen and services.library.own(study.name)):
        return []
    return [dcc.Link([icon("edit"), "Edit the study"], href=f"/studies/{study.name}", className="gw-button-quiet",
                     title="Which column says the perturbation, its kind, the label of controls")]


def basis_said(study: Study, basis: str) -> str:
    """From what predictions will be made."""
    if basis == "screen":
        where = f"the column '{study.roles.perturbation}'" if study.roles.perturbation else "its table of changes" \
            if any(source.modality == "effects" for source in study.datasets) else "its guides"  # fmt: skip
        return (f"This study is a screen: {where} says which gene was perturbed. What was not perturbed is predicted "
                "from genes that are alike; intervals come from perturbations that are left out.")  # fmt: skip
    return (f"In this study no gene was perturbed. A network is fitted to its {plural(len(study.datasets), 'dataset')} "
            "and a knockout is simulated by it: an informed guess, which nothing measured here can vouch for.")


def job_parts(job: Job | None) -> list[Any]:
    """The job that runs, or what failed last."""
    return [html.Div(job_card(job), className="quality-job")] if job and (job.active or job.status == "failed") else []


def all_there(services: Services) -> list[html.Section]:
    """The models that are there already, newest first; nothing when there are none."""
    found = stored_models(services)
    if not found:
        return []
    titles = {s.name: s.title for s in services.library.studies()}
    head = html.Tr([html.Th(word, scope="col") for word in ("Study", "Predictions", "From", "Made")])
    rows = [html.Tr([
        html.Td(titles.get(m.study, m.facts["title"])),
        html.Td(dcc.Link(BASIS[m.basis].capitalize(), href=f"/knockout?model={m.id}", className="gw-name")),
        html.Td(from_words(m.facts)), html.Td(when(m.created)),
    ]) for m in found]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="gw-table")
    return [html.Section([html.H2("Models that are there"),
                          html.Div(table, className="gw-scroll", tabIndex=0, role="region",
                                   **{"aria-label": "Table of the models"})],
                         className="gw-card", **{"aria-label": "Models that are there"})]  # fmt: skip


def from_words(facts: dict[str, Any]) -> str:
    """What a model was made of, in a few words."""
    cells = plural(facts["n_cells"], "cell") if facts["n_cells"] else "a table of changes"
    return f"{cells}, {facts['kind']}" if facts["basis"] == "screen" else cells


def suggestions(model: KnockoutModel, table: pd.DataFrame) -> html.Div:
    """While no gene is chosen: the perturbations that did most, or the regulators with most targets.

    `table` has the candidates; where none can be asked for, it is said why and what to do.
    """
    if not table["can"].any():
        why = "Nothing on this machine tells one gene from another" if model.basis == "screen" else \
            "No gene of these cells is a regulator in the networks that are here"  # fmt: skip
        return empty_state("No gene can be asked for", f"{why}. Fetch networks or gene sets from the Library, and make "
                           "the model again.", "Open the Library", "/data/library", drawing="knockout")  # fmt: skip
    genes, why = first_genes(model, set(table.loc[table["can"], "gene"]))
    buttons = [html.Button(gene, type="button", className="gw-button-small", title=f"Perturb {gene}",
                           **{"data-ko-gene": gene}) for gene in genes]  # fmt: skip
    return html.Div([
        html.Div(className="gw-drawing gw-drawing-knockout"), html.H2("Add a gene, and see what it would change"),
        html.P(why), html.Div(buttons, className="gw-row ko-first"),
    ], className="gw-empty ko-empty")  # fmt: skip


def first_genes(model: KnockoutModel, can: set[str]) -> tuple[list[str], str]:
    """A few genes worth a look of those that `can` be asked for, and why these."""
    if model.basis == "screen":
        obs = model.adata.obs
        single = obs[obs.index.isin(can)]
        if single.empty:
            return sorted(can)[:SUGGESTED], "Genes that were not perturbed here, and are like ones that were:"
        by = "e_distance" if "e_distance" in single and single["e_distance"].notna().any() else "n_cells"
        if by == "n_cells" and not (single["n_cells"] > 0).any():
            size = dict(zip(model.adata.obs_names, np.nansum(model.adata.X**2, axis=1), strict=True))
            return sorted(single.index, key=lambda name: -size[name])[:SUGGESTED], "Those that changed most here:"
        first = single[by].sort_values(ascending=False, kind="stable").index[:SUGGESTED].astype(str).tolist()
        return first, "Those that did most in this screen:" if by == "e_distance" else "Those with most cells:"
    table = model.candidates
    acting = table[table["gene"].astype(str).isin(can) & (table["n_targets"] > 0)]
    best = acting.sort_values("n_targets", ascending=False, kind="stable").drop_duplicates("gene")
    return best["gene"].astype(str).head(SUGGESTED).tolist(), "Regulators with most targets in these cells:"
