"""Networks: the co-expression networks of a study side by side, and one of them in numbers, pictures and genes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from app.components.alert import alert
from app.components.data_tabs import data_tabs
from app.components.empty_state import empty_state
from app.components.job_card import job_card
from app.components.page_header import icon, page_header
from app.network_facts import detail, networks_of
from app.pages.networks.one import genes_csv, one_network
from app.pages.networks.side_by_side import side_by_side
from app.words import plural
from engine.errors import GeneweaveError, unknown
from engine.jobs.submit import NETWORKS, submit_networks
from engine.params import NetworkParams

if TYPE_CHECKING:
    from app.network_facts import DatasetNetwork
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

PATH = "/data/networks"
TITLE = "Networks"

WHAT = "Two genes are joined where they rise and fall together from cell to cell, beyond what depth and chance explain."
WILL_SHOW = ("For each dataset: how many genes and edges, how many partners genes have beside chance, how strong the "
             "edges are, and which genes are hubs.")  # fmt: skip
NOTHING = empty_state("No study yet", f"{WILL_SHOW} A study says which datasets.", "Open Studies", "/studies",
                      drawing="chart")
PARAMS = NetworkParams()
BONE = html.Div(className="gw-bone gw-bone-card", **{"aria-hidden": "true"})


def layout(services: Services, study: str = "", dataset: str = "") -> html.Div:
    """The networks of a study; of the dataset in view, or of the first, everything."""
    chosen = study or next((s.name for s in services.library.studies()), "")
    if not chosen:
        return html.Div([page_header(TITLE, WHAT), data_tabs(PATH), NOTHING], className="gw-page")
    try:
        found = services.library.study(chosen)
    except GeneweaveError as fault:
        return html.Div([page_header(TITLE, WHAT), data_tabs(PATH), alert(str(fault))], className="gw-page")
    return html.Div([
        dcc.Store(id="net-study", data=found.name), dcc.Store(id="net-dataset", data=dataset),
        dcc.Store(id="net-seen", data=seen(newest_job(services, found.name))), dcc.Download(id="net-csv"),
        page_header(f"Networks of {found.title}", WHAT), data_tabs(PATH),
        html.Div(body(services, found, dataset), id="net-body", className="gw-stack"),
    ], className="gw-page")


def body(services: Services, study: Study, dataset: str = "") -> list[Any]:
    """The table of all datasets, how to get what is missing, and the network in view."""
    networks = networks_of(services, study, PARAMS)
    shown, fault = in_view(networks, dataset)
    job = newest_job(services, study.name)
    missing = [network for network in networks if not network.stats and not network.fault]
    parts: list[Any] = [alert(fault)] if fault else []
    parts += [alert(network.fault, title=network.source.name) for network in networks if network.fault]
    if job and (job.active or (job.status == "failed" and missing)):
        parts.append(_making(job))
        parts += [] if any(network.stats for network in networks) else [BONE]
    elif missing:
        parts.append(_offer(len(missing), len(networks)))
    if any(network.stats for network in networks):
        parts.append(side_by_side(networks, shown, study.name))
    return parts + (one_network(services, study, shown, networks) if shown and shown.stats else [])


def in_view(networks: list[DatasetNetwork], dataset: str) -> tuple[DatasetNetwork | None, str]:
    """The network asked for, else the first that is there; with a sentence when there is no such dataset."""
    names = [network.source.name for network in networks]
    first = next((network for network in networks if network.stats), None)
    if not dataset:
        return first, ""
    if dataset not in names:
        return first, str(unknown("dataset", dataset, names, where="in this study"))
    return networks[names.index(dataset)], ""


def newest_job(services: Services, study: str) -> Job | None:
    """The latest job that finds the networks of a study."""
    return next((job for job in services.jobs.list(kind=NETWORKS) if job.params.get("study") == study), None)


def seen(job: Job | None) -> str:
    """What the page shows of the job, to tell whether it must be drawn anew."""
    return "" if job is None else f"{job.id} {'active' if job.active else job.status}"


def register(app: Dash, services: Services) -> None:
    """The button finds networks, the page follows; another dataset is another address; genes can be taken away."""

    @app.callback(
        Output("net-body", "children"), Output("net-seen", "data"),
        Input({"type": "job-status", "job": ALL}, "data"), Input({"type": "net-find", "place": ALL}, "n_clicks"),
        State("net-study", "data"), State("net-dataset", "data"), State("net-seen", "data"), prevent_initial_call=True,
    )
    def follow(_, clicks, study, dataset, shown):
        if (ctx.triggered_id or {}).get("type") == "net-find" and any(clicks):
            submit_networks(services.jobs, study, PARAMS)
        now = seen(newest_job(services, study))
        if now == shown:
            return no_update, no_update
        return body(services, services.library.study(study), dataset), now

    @app.callback(Output("net-csv", "data"), Input("net-save", "n_clicks"), State("net-save", "value"),
                  State("net-study", "data"), prevent_initial_call=True)
    def save(clicks, graph_id, study):
        if not clicks:
            return no_update
        return {"content": genes_csv(detail(services.store, graph_id).genes), "filename": f"{study}-network-genes.csv",
                "type": "text/csv"}

    @app.callback(Output("url", "search", allow_duplicate=True), Input("net-choice", "value"),
                  State("net-study", "data"), State("net-shown", "data"), prevent_initial_call=True)
    def choose(dataset, study, shown):
        from urllib.parse import urlencode

        return f"?{urlencode({'study': study, 'dataset': dataset})}" if dataset and dataset != shown else no_update


def _making(job: Job) -> html.Section:
    title = "Finding the networks" if job.active else "The networks could not be found"
    return html.Section([html.H2(title), job_card(job)], className="gw-card file-check", **{"aria-label": title})


def _offer(missing: int, all_: int) -> Any:
    find = html.Button([icon("network"), "Find the networks"], className="gw-button", type="button",
                       id={"type": "net-find", "place": "page"})
    if missing < all_:
        words = f"The networks of {plural(missing, 'dataset')} are not there yet."
        return html.Section([html.P(words), find], className="gw-card gw-spread")
    return html.Div([html.Div(className="gw-drawing gw-drawing-chart"), html.H2("No networks yet"),
                     html.P(f"{WILL_SHOW} Finding them takes seconds to minutes; you can go on working."), find],
                    className="gw-empty")  # fmt: skip
