"""Where everything of a model lies: title, what is asked, picture, table; the inspector beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
import pandas as pd
from dash import dcc, html

from app.components.alert import alert
from app.components.page_header import icon
from app.components.study_switch import shown_study
from app.knockouts import StoredModel, stored_models
from app.pages.knockout import ids
from app.pages.knockout.choosing import ask_bar, bar_tools, level_choice, tabs
from app.pages.knockout.drawing import Drawn
from app.pages.knockout.inspector import again_address
from app.pages.knockout.made import made
from app.pages.knockout.view import KnockoutView
from app.words import plural, when

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import KnockoutModel


def result(services: Services, stored: StoredModel, model: KnockoutModel, view: KnockoutView, drawn: Drawn,
           table: pd.DataFrame, methods: list[str], faults: list[str]) -> html.Div:
    """The page of one model."""
    stage = html.Div([
        _title(services, stored, model, drawn), *map(alert, faults), ask_bar(model, view, table, methods),
        html.Div([tabs(model, view), level_choice(model, view)], className="ko-tools"), bar_tools(view),
        html.Div(drawn.stage, id=ids.STAGE, className="cmp-stage ko-stage"), drawer(), made(stored, view),
    ], className="cmp-main gw-stack")  # fmt: skip
    beside = html.Aside(drawn.inspector, id=ids.INSPECTOR, className="cmp-inspector", tabIndex=0,
                        **{"aria-label": "On what the prediction rests"})
    stores = [
        shown_study(stored.study), dcc.Store(id=ids.VIEW, data=view.to_dict()), dcc.Store(id=ids.DRAWN, data=""),
        dcc.Store(id=ids.START, data={"model": stored.id, "study": stored.study, "basis": stored.basis}),
        dcc.Store(id=ids.RANK_CAME), dcc.Download(id=ids.DOWNLOAD),
        html.Div(id=ids.LIVE, className="gw-hidden", role="status", **{"aria-live": "polite"}),
    ]  # fmt: skip
    return html.Div([*stores, stage, beside], id=ids.ROOT, className=f"cmp ko ko-tab-{view.tab}")


def _title(services: Services, stored: StoredModel, model: KnockoutModel, drawn: Drawn) -> html.Div:
    about = html.P(about_words(stored, model), className="gw-muted gw-small")
    others = [StoredModel(m.id, m.facts) for m in stored_models(services, stored.study)]
    choose = [dmc.Select(
        id=ids.MODEL, data=[{"value": m.id, "label": f"{BASIS[m.basis]}, {when(m.created)}"} for m in others],
        value=stored.id, allowDeselect=False, size="xs", w=208, comboboxProps={"shadow": "md", "zIndex": 300},
        **{"aria-label": "Model"})] if len(others) > 1 else []  # fmt: skip
    again = dcc.Link([icon("again"), "Make another"], href=again_address(model), className="gw-button-quiet",
                     title="Learn again with other settings, or from something else")
    return html.Div([html.H1(drawn.headline, id=ids.HEADLINE),
                     html.Div([about, html.Div([*choose, again], className="gw-row cmp-acts")], className="cmp-about")],
                    className="cmp-title")  # fmt: skip


BASIS = {"screen": "From its screen", "network": "By its network"}


def about_words(stored: StoredModel, model: KnockoutModel) -> str:
    """Study, basis, n, when."""
    facts, n = stored.facts, model.adata.n_obs
    if stored.basis == "screen":
        basis = f"{plural(n, 'perturbation')} by {facts['kind']}"
    else:
        basis = f"simulated in {plural(facts['n_cells'], 'cell')}"
    return f"{facts['title']} · {basis} · {plural(len(model.genes), 'gene')}"


def drawer() -> html.Section:
    """The table behind the picture; filled when it is opened."""
    toggle = html.Button([icon("table"), html.Span("All genes")], id=ids.TOGGLE, type="button",
                         className="atlas-drawer-toggle", **{"aria-expanded": "false", "aria-controls": ids.BODY})
    save = html.Button([icon("save"), "TSV"], id={"type": ids.FILE, "which": "genes", "ending": "tsv"}, type="button",
                       className="gw-button-small", title="Save every gene as TSV")
    return html.Section([
        dcc.Store(id=ids.DRAWER, data=False), html.Div([toggle, save], className="gw-spread"),
        html.Div(id=ids.BODY, hidden=True),
    ], className="gw-card gw-card-low cmp-last ko-drawer", **{"aria-label": "All genes"})  # fmt: skip
