"""What the Knockout page answers: the form and its job, completion, another view, the table, a ranking, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import pandas as pd
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from app import knockout_company, knockouts
from app.components.alert import alert
from app.components.map_table import table_text
from app.components.parameter_form import form_values, read_knockout
from app.figures.predicted_measured import both_told
from app.pages.knockout import ids
from app.pages.knockout.choosing import chips, completions
from app.pages.knockout.company import pair_rows
from app.pages.knockout.drawing import ask, draw
from app.pages.knockout.ranking import set_choices, wish_of
from app.pages.knockout.starting import job_parts
from app.pages.knockout.tables import all_genes, drawn, gene_grid
from app.pages.knockout.view import KnockoutView
from app.words import thin
from engine.errors import GeneweaveError, unknown
from engine.jobs.submit import KNOCKOUT, RANK, submit_knockout, submit_learn, submit_rank
from engine.knockout import basis_of
from engine.params import GrapeParams

if TYPE_CHECKING:
    from app.services import Services

CONTROLS = ((ids.METHOD, "value"), (ids.CELL, "value"), (ids.DOSE, "value"), (ids.LEVEL, "value"), (ids.TAB, "value"),
            (ids.K, "value"), (ids.WAY, "value"), (ids.SORT, "value"), (ids.HIDE, "checked"))  # fmt: skip
MATCHED = (ids.METHOD, ids.CELL, ids.DOSE)  # some pages have them and others not


def register(app: Dash, services: Services) -> None:
    """Callbacks; each reads, calls and returns."""
    _browser(app)
    _form(app, services)
    _view(app, services)
    _rank(app, services)
    _learn(app, services)
    _files(app, services)


def _browser(app: Dash) -> None:
    """What the browser does itself: the view from the controls, the address, the drawer, which wish is asked."""
    does = ClientsideFunction
    app.clientside_callback(
        does("knockout", "asked"), Output(ids.VIEW, "data"), Output(ids.PICKER, "value"),
        Output(ids.PICKER, "searchValue"), Input(ids.PICKER, "value"),
        *[Input(maybe(name) if name in MATCHED else name, what) for name, what in CONTROLS], State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(does("knockout", "shown"), Output(ids.ROOT, "className"), Input(ids.VIEW, "data"),
                            State(ids.START, "data"))
    app.clientside_callback(does("knockout", "toggle"), Output(ids.DRAWER, "data"), Input(ids.TOGGLE, "n_clicks"),
                            State(ids.DRAWER, "data"), prevent_initial_call=True)
    app.clientside_callback(does("knockout", "drawer"), Output(ids.BODY, "hidden"), Input(ids.DRAWER, "data"))
    app.clientside_callback(does("knockout", "wish"), Output(f"{ids.WISH}-state", "hidden"),
                            Output(f"{ids.WISH}-genes", "hidden"), Input(ids.WISH, "value"), prevent_initial_call=True)


def _form(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.JOB, "children"), Output(ids.FAULT, "children"), Input(ids.RUN, "n_clicks"),
                  form_values(ids.OWNER), State(ids.ASKED, "data"), prevent_initial_call=True)
    def run(clicks, _, study):
        if not clicks:
            return no_update, no_update
        try:
            params = read_knockout(ctx.states_list[0])
            basis_of(services.library.study(study), params)  # what cannot be learned is told at once
            return job_parts(submit_knockout(services.jobs, study, params)), []
        except GeneweaveError as fault:
            return no_update, alert(thin(str(fault)))

    _follow(app, services, KNOCKOUT, ids.CAME)

    @app.callback(Output("url", "search", allow_duplicate=True), Input(ids.CAME, "data"), State("url", "search"),
                  prevent_initial_call=True)
    def arrive(name, search):
        return arrival(name, search or "") if name else no_update

    @app.callback(Output("url", "search", allow_duplicate=True), Input(ids.MODEL, "value"), State(ids.START, "data"),
                  State(ids.VIEW, "data"), prevent_initial_call=True)
    def other_model(chosen, start, view):
        if not chosen or chosen == start["model"]:
            return no_update
        return f"?{urlencode({'model': chosen, 'genes': ','.join(view['genes'])}, safe=',')}"


def _follow(app: Dash, services: Services, kind: str, store: str) -> None:
    """When the job in place is done, its result goes into a store."""

    @app.callback(Output(store, "data"), Input({"type": "job-status", "job": ALL}, "data"), prevent_initial_call=True)
    def follow(_):
        which = ctx.triggered_id
        return came(services, which["job"], kind) if which and ctx.triggered[0]["value"] == "done" else no_update


def _view(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.PICKER, "data"), Input(ids.PICKER, "searchValue"), Input(ids.VIEW, "data"),
                  State(ids.START, "data"), prevent_initial_call=True)
    def complete(text, view, start):
        table = knockouts.candidates(services.store, start["model"], view["cell_type"], view["method"])
        return completions(table, text or "", tuple(view["genes"]))

    @app.callback(
        Output(ids.HEADLINE, "children"), Output(ids.STAGE, "children"), Output(ids.INSPECTOR, "children"),
        Output(ids.CHIPS, "children"), Output(ids.LIVE, "children"), Output(ids.DRAWN, "data"),
        Input(ids.VIEW, "data"), State(ids.START, "data"), prevent_initial_call=True,
    )
    def show(view, start):
        shown = KnockoutView.from_dict(view)
        made = draw(services, start["model"], shown)
        return made.headline, made.stage, made.inspector, chips(shown), made.told, view

    @app.callback(Output(ids.BODY, "children"), Input(ids.DRAWER, "data"), Input(ids.VIEW, "data"),
                  State(ids.START, "data"), prevent_initial_call=True)
    def table(opened, view, start):
        if not opened:
            return no_update
        answer, fault = ask(services, start["model"], KnockoutView.from_dict(view))
        return gene_grid(answer.effect) if answer else fault or "Add a gene above: its changes are listed here."


def _rank(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.WISH_SET, "data"), Input(ids.WISH_SET, "searchValue"), prevent_initial_call=True)
    def sets(text):
        return set_choices(services, text or "")

    @app.callback(
        Output(ids.RANK_JOB, "children"), Output(ids.RANK_FAULT, "children"), Input(ids.RANK_RUN, "n_clicks"),
        State(ids.WISH, "value"), State(ids.WISH_CELL, "value"), State(f"{ids.WISH_CELL}-from", "value"),
        State(ids.WISH_SET, "value"), State(ids.WISH_PASTE, "value"), State(ids.START, "data"),
        prevent_initial_call=True,
    )
    def run(clicks, kind, to, start_at, chosen, pasted, start):
        if not clicks:
            return no_update, no_update
        try:
            wish = wish_of(services, kind, to, start_at, chosen, pasted)
            return job_parts(submit_rank(services.jobs, start["model"], wish)), []
        except GeneweaveError as fault:
            return no_update, alert(thin(str(fault)))

    _follow(app, services, RANK, ids.RANK_CAME)

    @app.callback(Output(ids.VIEW, "data", allow_duplicate=True), Input(ids.RANK_CAME, "data"),
                  State(ids.VIEW, "data"), prevent_initial_call=True)
    def arrive(name, view):
        return {**view, "rank": name} if name else no_update


def _learn(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.LEARN_JOB, "children"), Input(ids.LEARN, "n_clicks"), State(ids.START, "data"),
                  prevent_initial_call=True)
    def train(clicks, start):
        return job_parts(submit_learn(services.jobs, start["model"], GrapeParams())) if clicks else no_update


def _files(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.DOWNLOAD, "data"), Input({"type": ids.FILE, "which": ALL, "ending": ALL}, "n_clicks"),
                  State(ids.VIEW, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def save(_, view, start):
        if not ctx.triggered[0]["value"]:
            return no_update
        return file_of(services, start, KnockoutView.from_dict(view), ctx.triggered_id["which"])


def arrival(name: str, search: str) -> str:
    """The address of a model that was made, with the genes that brought a person to its form."""
    genes = parse_qs(search.removeprefix("?")).get("genes", [""])[0]
    return "?" + urlencode({"model": name} | ({"genes": genes} if genes else {}), safe=",")


def came(services: Services, job_id: str, kind: str) -> str:
    """What a job of that kind has made; empty for another kind or without a result."""
    job = services.jobs.get(job_id)
    return job.result or "" if job.kind == kind else ""


def file_of(services: Services, start: dict[str, Any], view: KnockoutView, which: str) -> dict[str, str]:
    """A table to take away.

    Raises
    ------
    GeneweaveError
        When there is no such table, or nothing in it.
    """
    name = f"{start['study']}-{'-'.join(view.genes) or 'knockout'}"
    if which in ("rank", "wish"):
        found = knockouts.ranking(services.store, view.rank)
        if which == "wish":
            return {"content": "\n".join(found.facts["wish"]["genes"]) + "\n", "filename": "genes.txt", "type":
                    "text/plain"}  # fmt: skip
        return _tsv(found.table.rename_axis("gene").reset_index(), f"{start['study']}-ranking")
    answer, fault = ask(services, start["model"], view)
    if answer is None:
        raise GeneweaveError(fault or "There is no table yet. Add a gene first.")
    tables = {
        "genes": all_genes, "bars": lambda effect: drawn(effect, view), "measured": _both, "path": _path,
        "cells": lambda effect: knockout_company.shift(*of, cell_type=view.cell_type, dose=view.dose).arrows,
        "alike": lambda effect: knockout_company.alike(*of, method=view.method, level=view.coverage),
        "pair": lambda effect: pair_rows(knockout_company.pair(*of, method=view.method, level=view.coverage),
                                         effect.table.index.to_numpy(str)),
    }  # fmt: skip
    if which not in tables:
        raise unknown("table", which, tables, where="of a knockout")
    of = (services.store, start["model"], view.genes)
    return _tsv(tables[which](answer.effect), f"{name}-{which}")


def _both(effect: Any) -> pd.DataFrame:
    return both_told(effect.table).rename_axis("gene").reset_index()


def _path(effect: Any) -> pd.DataFrame:
    return pd.DataFrame(effect.evidence.get("path") or [])


def _tsv(table: pd.DataFrame, name: str) -> dict[str, str]:
    return {"content": table_text(table, "tsv"), "filename": f"{name}.tsv", "type": "text/tab-separated-values"}


def maybe(name: str) -> dict[str, Any]:
    """A component that some pages have and others not, matched instead of named."""
    return {"type": name, "n": ALL}
