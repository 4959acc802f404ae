"""Beside the picture: the genes of what was chosen and what to do with them; before that, how even the clusters are."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import dash_ag_grid as dag
import dash_mantine_components as dmc
import numpy as np
import pandas as pd
from dash import dcc, html

from app.components.ask_enrichment import enrichment_link
from app.components.map_table import ENDINGS
from app.components.page_header import icon
from app.figures.columns import CATEGORIES
from app.figures.sankey import choice_text
from app.pages.modalities import ids
from app.selections import Crossing, Level
from app.words import exponent, listing, number, plural
from engine.tl.flows import OTHERS, Flows
from engine.tl.placement import Placement, cluster_table, leanings, placement
from engine.types import GeneEmbedding

CAVEAT = ("Genes of a map are connected and move together, so p comes out too small: let it order what you look at, "
          "and read the counts.")  # fmt: skip


def choice_words(choice: Mapping[str, str]) -> str:
    """`COVID · blood in cluster 4`."""
    where = " · ".join(name for level, name in choice.items() if level != "cluster")
    cluster = choice.get("cluster", "")
    lies = f"in {cluster}" if cluster == OTHERS else f"in cluster {cluster}" if cluster else ""
    return " ".join(filter(None, [where, lies]))


def title_words(choice: Mapping[str, str], n_genes: int) -> str:
    """`312 genes of COVID · blood in cluster 4`."""
    joined = "" if set(choice) == {"cluster"} else "of "
    return f"{plural(n_genes, 'gene')} {joined}{choice_words(choice)}"


def panel(flow: Flows, embedding: GeneEmbedding, choice: dict[str, str], name: str) -> list:
    """The inspector for a choice, or without one; `name` is the id of the map."""
    if not len(flow.labels):
        return [html.H2("Nothing to count"), html.P("No gene of this map is in every dataset. Switch off “Only "
                                                    "common genes”.", className="gw-muted")]
    if not choice:
        return _overview(flow)
    keep = flow.through(choice)
    rows = embedding.obs.iloc[flow.labels.index[keep]]
    genes = rows["gene"].nunique()
    common = int(rows.loc[rows["common"].to_numpy(bool), "gene"].nunique())
    told = (f"{plural(len(rows), 'point')}, each a gene in a dataset. "
            f"{plural(common, 'gene')} {'is' if common == 1 else 'are'} in every dataset.")  # fmt: skip
    return [
        html.Div([html.H2(title_words(choice, genes)), _clear()], className="flow-panel-head"),
        html.P(told, className="gw-muted gw-small"),
        *_placed(flow, choice), *_makeup(flow, choice), gene_grid(rows, set(choice)),
        _actions(flow, embedding, choice, name),
    ]  # fmt: skip


def _clear() -> html.Button:
    return html.Button([icon("cross"), "Clear"], type="button", className="gw-button-small", title="Clear (Esc)",
                       **{"data-flow-pick": ""})


def _overview(flow: Flows) -> list:
    hint = html.P("Click a band or a node, or a row of the table under the picture: its genes are listed here, and the "
                  "way they take through all levels stands out.", className="gw-muted")  # fmt: skip
    return [html.H2("Nothing chosen"), hint, *(_evenness(flow) if "cluster" in flow.levels else [])]


def _evenness(flow: Flows) -> list:
    """Each cluster with the test over all datasets."""
    table = cluster_table(flow)
    if flow.labels["dataset"].nunique() < 2 or not table["telling_genes"].any():
        words = ("Whether a dataset prefers a cluster cannot be told here: no gene lies in one cluster in one dataset "
                 "and in another cluster in another.")  # fmt: skip
        return [html.H3("Are the clusters even over the datasets?"), html.P(words, className="gw-muted gw-small")]
    head = html.Tr([html.Th("Cluster"), html.Th("Most above expected", title=MOST),
                    html.Th("p", className="gw-num", title="Adjusted over the clusters (Benjamini–Hochberg)")])
    rows = [html.Tr([html.Td(_cluster_button(row.cluster)), html.Td(_lean(lean)),
                     html.Td(p_words(row.p_adjusted), className="gw-num",
                             title=f"From {plural(row.telling_genes, 'gene')} that can tell")])
            for row, lean in zip(table.itertuples(), leanings(flow).itertuples(), strict=True)]  # fmt: skip
    words = ("Deals the clusters of each gene at random among the datasets that have it, and asks whether the datasets "
             "still differ this much (Cochran–Mantel–Haenszel). A dash: too few genes to tell. ")  # fmt: skip
    return [html.H3("Are the clusters even over the datasets?"), html.P(words + CAVEAT, className="gw-muted gw-small"),
            html.Table([html.Thead(head), html.Tbody(rows)], className="atlas-table flow-even")]


MOST = "The dataset with the most points above what was expected: its points, and the number expected"


def _lean(lean) -> html.Div:
    return html.Div([html.Span(lean.name, className="flow-name", title=lean.name),
                     html.Span(f" {lean.observed} for {number(lean.expected)}", className="gw-muted")],
                    className="flow-lean")


def _cluster_button(cluster: str) -> html.Button:
    word = "Others" if cluster == OTHERS else f"Cluster {cluster}"
    title = f"List the genes of {OTHERS if cluster == OTHERS else word.lower()}"
    return html.Button(word, type="button", className="atlas-gene", title=title,
                       **{"data-flow-pick": choice_text({"cluster": cluster})})


def _placed(flow: Flows, choice: Mapping[str, str]) -> list:
    """For a choice that crosses a cluster: observed beside expected, in a sentence."""
    where = {level: name for level, name in choice.items() if level != "cluster"}
    if "cluster" not in choice or not where:
        return []
    genes = np.unique(flow.labels["gene"].to_numpy(str), return_inverse=True)[1]
    found = placement(genes, flow.through(where), flow.through({"cluster": choice["cluster"]}))
    return [html.P(placed_words(found), className="flow-placed", title=CAVEAT)]


def placed_words(found: Placement) -> str:
    """Observed beside expected, and p where there is one."""
    if not found.genes:
        return ("Whether this is more than expected cannot be told: each of these genes lies in the same cluster "
                "wherever it was measured, or was measured only here.")  # fmt: skip
    times = f", {number(found.observed / found.expected)} times as many" if found.expected else ""
    return (f"{plural(found.observed, 'point')} here; {number(found.expected)} expected if the same genes lay in this "
            f"cluster whatever the dataset{times} (p {p_words(found.p)}, a guide only, from "
            f"{plural(found.genes, 'gene')} that can tell).")


def p_words(p: float) -> str:
    if not np.isfinite(p):
        return "–"
    return exponent(p) if p < 0.001 else number(p)


def _makeup(flow: Flows, choice: Mapping[str, str]) -> list:
    """For a cluster alone: its points in each dataset beside what was expected."""
    if set(choice) != {"cluster"}:
        return []
    genes = np.unique(flow.labels["gene"].to_numpy(str), return_inverse=True)[1]
    datasets, cluster = flow.labels["dataset"].to_numpy(str), flow.through(choice)
    names = list(dict.fromkeys(flow.names("dataset") if "dataset" in flow.levels else datasets))
    found = {name: placement(genes, datasets == name, cluster) for name in names}
    head = html.Tr([html.Th("Dataset"), html.Th("Points", className="gw-num"),
                    html.Th("Expected", className="gw-num", title="If the same genes lay here whatever the dataset"),
                    html.Th("p", className="gw-num", title=f"Exact, two-sided, not adjusted. {CAVEAT}")])  # fmt: skip
    rows = [html.Tr([html.Td(name), html.Td(str(test.observed), className="gw-num"),
                     html.Td(number(test.expected), className="gw-num"), html.Td(p_words(test.p), className="gw-num")])
            for name, test in found.items()]  # fmt: skip
    return [html.Details([html.Summary("By dataset, beside what was expected"),
                          html.Table([html.Thead(head), html.Tbody(rows)], className="atlas-table")],
                         className="gw-details", open=len(names) <= 4)]  # fmt: skip


def gene_grid(rows: pd.DataFrame, known: set[str]) -> html.Div:
    """The genes: dataset, cluster, mean, partners; without a level of `known` that is the same in every row."""
    columns = [
        {"field": "gene", "headerName": "Gene", "flex": 1, "minWidth": 80},
        {"field": "dataset", "headerName": "Dataset", "flex": 1, "minWidth": 60, "tooltipField": "dataset"},
        {"field": "cluster", "headerName": "Cluster", "width": 60},
        {"field": "mean", "headerName": "Mean", "width": 50, "type": "rightAligned",
         "headerTooltip": "Mean of log(1 + counts per 10,000)",
         "valueFormatter": {"function": "d3.format('.2f')(params.value)"}},
        {"field": "degree", "headerName": "Partners", "width": 68, "type": "rightAligned",
         "headerTooltip": "Genes joined to it by CS-CORE in that dataset"},
    ]  # fmt: skip
    shown = [column for column in columns if column["field"] not in known or rows[column["field"]].nunique() > 1]
    grid = dag.AgGrid(
        id=ids.GENES, rowData=list_table(rows).to_dict("records"), columnDefs=shown, className="flow-grid flow-list",
        defaultColDef={"sortable": True, "resizable": True},
        dashGridOptions={"rowHeight": 26, "headerHeight": 30, "theme": "themeQuartz", "animateRows": False,
                         "ensureDomOrder": True, "suppressColumnVirtualisation": True}, style={"height": "100%"},
    )  # fmt: skip
    return html.Div(grid, className="flow-genes")


def list_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The list that is shown and saved."""
    table = rows[["gene", "dataset", "cluster", "mean", "degree"]].reset_index(drop=True)
    return table.astype({"dataset": str, "cluster": str, "gene": str}).sort_values(["gene", "dataset"], kind="stable")


def _actions(flow: Flows, embedding: GeneEmbedding, choice: dict[str, str], name: str) -> html.Div:
    field = dmc.TextInput(id=ids.SET_NAME, value=choice_words(choice).removeprefix("in "), size="sm",
                          **{"aria-label": "Name of the gene set"})
    save = html.Button("Save as gene set", id=ids.SET_SAVE, type="button", className="gw-button atlas-grow")
    address = f"/atlas?map={name}&select={quote(selection_text(flow, embedding, choice), safe=':,')}"
    files = [html.Button(ending.upper(), id={"type": ids.LIST, "ending": ending}, type="button",
                         className="gw-button-quiet", title=f"Save this list as {ending.upper()}")
             for ending in ENDINGS]  # fmt: skip
    to_atlas = dcc.Link("Open in the Atlas", href=address, className="gw-button-quiet atlas-grow",
                        title="The same points, selected on the map")
    news = html.Div(id=ids.SET_NEWS, role="status", className="gw-small")
    ask = enrichment_link(class_name="gw-button-quiet atlas-grow", map=name,
                          select=selection_text(flow, embedding, choice))
    rows = [html.Div([save, ask], className="atlas-save"), html.Div([to_atlas, *files], className="atlas-save")]
    return html.Div([field, *rows, news], className="flow-actions")


def selection_text(flow: Flows, embedding: GeneEmbedding, choice: Mapping[str, str]) -> str:
    """The choice as the Atlas writes a selection; what the Atlas has no level for becomes datasets or clusters."""
    rows = embedding.obs.iloc[flow.labels.index[flow.through(choice)]]
    levels: list[Level] = []
    for level, chosen in choice.items():
        if level == "cluster" and chosen == OTHERS:
            levels += [Level("cluster", name) for name in natural(rows["cluster"])]
        elif level in CATEGORIES:
            levels.append(Level(level, chosen))
        elif "dataset" not in choice:
            levels += [Level("dataset", name) for name in embedding.datasets if (rows["dataset"] == name).any()]
    return str(levels[0]) if len(levels) == 1 else str(Crossing(tuple(levels)))


def natural(names: pd.Series) -> list[str]:
    """Distinct names, numbers by their size."""
    return sorted(names.astype(str).unique(), key=lambda name: (len(name), name))


def levels_words(levels: tuple[str, ...]) -> str:
    """`From modality over tissue and dataset to cluster`."""
    between = f"over {listing(list(levels[1:-1]))} " if len(levels) > 2 else ""
    return f"From {levels[0]} {between}to {levels[-1]}"


def count_words(flow: Flows, count: str) -> str:
    """How many are in the picture, and what a band counts."""
    genes = plural(int(flow.labels["gene"].nunique()), "gene")
    unit = "" if count == "rows" else "; bands may share genes"
    return f"{plural(len(flow.labels), 'point')}, each a gene in a dataset, of {genes}{unit}"
