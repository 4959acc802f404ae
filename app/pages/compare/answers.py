"""What the Compare page answers: the form, another arm or picture, a gene or a set, files and gene sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update

from app import conditions
from app.components.alert import alert
from app.components.map_table import table_text
from app.components.parameter_form import form_values, read_contrast
from app.contrasts import contrast
from app.pages.compare import ids
from app.pages.compare.choosing import design_parts, job_parts, level_data
from app.pages.compare.frame import FORM, arms_words
from app.pages.compare.inspector import panel, told
from app.pages.compare.pictures import picture
from app.pages.compare.tables import grid_columns, table_of
from app.pages.compare.view import CompareView
from app.pages.compare.words import headline
from app.words import plural, thin
from engine.errors import GeneweaveError
from engine.jobs.submit import COMPARE, submit_compare
from engine.params import ContrastParams

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import Contrast

WHO = (ids.BY, ids.CONTROL, ids.CASE, ids.DONOR, ids.BATCH, ids.ONLY, ids.WITHOUT)


def register(app: Dash, services: Services) -> None:
    """Callbacks; each reads, calls and returns."""
    _browser(app)
    _form(app, services)
    _view(app, services)
    _pick(app, services)
    _files(app, services)


def _browser(app: Dash) -> None:
    """What the browser does itself: clicks and keys, linked selection, the gene's ring, the address."""
    does = ClientsideFunction
    app.clientside_callback(does("compare", "drawn"), Output(ids.STAGE, "className"), Input(ids.STAGE, "children"))
    app.clientside_callback(does("compare", "chosen"), Output(ids.ROOT, "className"), Input(ids.PICK, "data"),
                            Input(ids.VIEW, "data"), State(ids.START, "data"))


def _form(app: Dash, services: Services) -> None:
    @app.callback(
        Output(ids.CONTROL, "data"), Output(ids.CONTROL, "value"), Output(ids.CASE, "data"), Output(ids.CASE, "value"),
        Input(ids.BY, "value"), State(ids.ASKED, "data"), prevent_initial_call=True,
    )
    def other_column(by, study):
        found = conditions.levels(services.library.study(study), by or "")
        control, case = conditions.sides(found)
        return level_data(found), control, level_data(found), case

    # cell types are asked for only where the study knows some: those fields are matched, not named
    who = [Input(name, "value") for name in WHO[:5]]

    @app.callback(Output(ids.DESIGN, "children"), *who, Input(_maybe(ids.ONLY), "value"),
                  Input(_maybe(ids.WITHOUT), "value"), State(ids.ASKED, "data"), prevent_initial_call=True)
    def foresee(by, control, case, donor, batch, only, without, study):
        try:
            params = asked(by, control, case, donor, batch, only, without, {})
        except GeneweaveError as fault:
            return [alert(str(fault))]
        return design_parts(services.library.study(study), params)

    @app.callback(
        Output(ids.JOB, "children"), Output(ids.FAULT, "children"), Input(ids.RUN, "n_clicks"),
        *[State(name, "value") for name in WHO[:5]], State(_maybe(ids.ONLY), "value"),
        State(_maybe(ids.WITHOUT), "value"), form_values(ids.OWNER), State(ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def run(clicks, by, control, case, donor, batch, only, without, _, study):
        if not clicks:
            return no_update, no_update
        try:
            params = asked(by, control, case, donor, batch, only, without, read_contrast(ctx.states_list[7]))
            conditions.design(services.library.study(study), params)  # what cannot be compared is told at once
            return job_parts(submit_compare(services.jobs, study, params)), []
        except GeneweaveError as fault:
            return no_update, alert(thin(str(fault)))

    @app.callback(Output("url", "search", allow_duplicate=True), Input(ids.STUDY, "value"), State(ids.ASKED, "data"),
                  prevent_initial_call=True)
    def other_study(chosen, shown):
        return f"?{urlencode({'study': chosen})}" if chosen and chosen != shown else no_update

    @app.callback(Output(ids.CAME, "data"), Input({"type": "job-status", "job": ALL}, "data"),
                  prevent_initial_call=True)
    def follow(_):
        which = ctx.triggered_id
        return came(services, which["job"]) if which and ctx.triggered[0]["value"] == "done" else no_update

    @app.callback(Output("url", "search", allow_duplicate=True), Input(ids.CAME, "data"), prevent_initial_call=True)
    def arrive(name):
        return f"?{urlencode({'contrast': name})}" if name else no_update


def _view(app: Dash, services: Services) -> None:
    @app.callback(
        Output(ids.VIEW, "data"), Input(ids.ARM, "value"), Input(ids.LEVEL, "value"), Input(ids.PICTURE, "value"),
        Input(ids.COLOUR, "value"), State(ids.VIEW, "data"), prevent_initial_call=True,
    )
    def change(arm, level, view, colour, before):
        after = CompareView(arm, int(level), view, colour).to_dict()
        return after if after != before else no_update

    @app.callback(
        Output(ids.STAGE, "children"), Output(ids.HEADLINE, "children"), Output(ids.ARMS, "children"),
        Output(ids.GRID, "columnDefs"), Input(ids.VIEW, "data"), State(ids.PICK, "data"), State(ids.START, "data"),
        prevent_initial_call=True,
    )
    def draw(view, pick, start):
        found, view = contrast(services.store, start["contrast"]), CompareView.from_dict(view)
        return (picture(found, view, gene=pick["gene"]), headline(found, view.arm, view.fdr), arms_words(found, view),
                grid_columns(view))  # fmt: skip

    @app.callback(Output("url", "search", allow_duplicate=True), Input(ids.CELLS, "value"), State(ids.START, "data"),
                  prevent_initial_call=True)
    def other_cells(chosen, start):
        if not chosen or chosen == start["contrast"]:
            return no_update
        if chosen.startswith(FORM):
            return chosen.partition("/compare")[2]
        return f"?{urlencode({'contrast': chosen})}"


def _pick(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.INSPECTOR, "children"), Output(ids.LIVE, "children"), Input(ids.PICK, "data"),
                  Input(ids.VIEW, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def inspect(pick, view, start):
        found = contrast(services.store, start["contrast"])
        pick = whole_pick(found, pick)
        return panel(services, found, start["contrast"], CompareView.from_dict(view), pick), told(pick)

    @app.callback(Output(ids.SET_NEWS, "children"), Input(ids.SET_SAVE, "n_clicks"), State(ids.SET_NAME, "value"),
                  State(ids.PICK, "data"), State(ids.START, "data"), prevent_initial_call=True)
    def save_set(clicks, name, pick, start):
        return saved(services, start, pick, name or "") if clicks else no_update


def _files(app: Dash, services: Services) -> None:
    @app.callback(Output(ids.DOWNLOAD, "data"),
                  Input({"type": ids.FILE, "which": ALL, "ending": ALL}, "n_clicks"), State(ids.PICK, "data"),
                  State(ids.START, "data"), prevent_initial_call=True)
    def save_table(_, pick, start):
        if not ctx.triggered[0]["value"]:
            return no_update
        return text_file(services, start, ctx.triggered_id["which"], ctx.triggered_id["ending"], gene=pick["gene"])


def asked(by: str | None, control: str | None, case: str | None, donor: str | None, batch: str | None,
          only: list[str | None], without: list[list[str] | None], advanced: dict[str, Any]) -> ContrastParams:
    """The parameters that the form holds; fields of cell types are lists of one, or empty where there are none."""
    out = next(iter(without), None) or []
    return ContrastParams(by=by or "", control=control or "", case=case or "", donor=donor or "", batch=batch or "",
                          only=next(iter(only), None) or "", without=",".join(out), **advanced)  # fmt: skip


def came(services: Services, job_id: str) -> str:
    """The comparison that a job has made; empty for a job of another kind or without a result."""
    job = services.jobs.get(job_id)
    return job.result or "" if job.kind == COMPARE else ""


def whole_pick(found: Contrast, pick: dict[str, Any]) -> dict[str, Any]:
    """What is chosen; a module named by the browser comes with all its genes."""
    if not pick.get("module"):
        return pick
    keep = found.table["module"].astype(str) == pick["module"]
    return {"gene": "", "genes": found.genes[keep.to_numpy()].tolist(), "name": f"Module {pick['module']}"}


def saved(services: Services, start: dict[str, Any], pick: dict[str, Any], name: str) -> html.Span:
    """Keep the chosen genes under a name; what to say."""
    try:
        genes = whole_pick(contrast(services.store, start["contrast"]), pick)["genes"]
        kept = services.sets.save(name, genes, study=start["study"])
    except GeneweaveError as fault:
        return html.Span(str(fault), className="atlas-bad")
    return html.Span(f"'{kept.name}' saved with {plural(len(kept.genes), 'gene')}.")


def text_file(services: Services, start: dict[str, Any], which: str, ending: str, *, gene: str = "") -> dict[str, str]:
    """A table to take away."""
    table = table_of(contrast(services.store, start["contrast"]), which, gene=gene)
    kind = "text/tab-separated-values" if ending == "tsv" else "text/csv"
    called = f"{start['study']}-{gene + '-' if which == 'partners' else ''}{which}.{ending}"
    return {"content": table_text(table, ending), "filename": called, "type": kind}


def _maybe(name: str) -> dict[str, str]:
    return {"type": name, "n": ALL}
