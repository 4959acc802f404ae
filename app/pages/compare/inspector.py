"""Beside the picture: the gene in view, with its partners then and now, or a set of genes, or what changed most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import dash_mantine_components as dmc
import pandas as pd
from dash import dcc, html

from app.components.graph import graph
from app.components.knock_out_link import knock_out_link
from app.components.page_header import icon
from app.figures.partners import network_figure, said, slope_figure
from app.maps import find_map, gene_names
from app.pages.compare import ids
from app.pages.compare.how import how
from app.pages.compare.view import CompareView, changed
from app.pages.compare.words import ARM, per_cent, signed, warned
from app.words import exponent, number, plural
from engine.tl.changed import partners_of
from engine.types import ARMS, Contrast

if TYPE_CHECKING:
    from app.services import Services

TOP, LISTED, CLOUD = 12, 8, 80
MOST_SENT = 400  # genes in an address


def panel(services: Services, contrast: Contrast, name: str, view: CompareView, pick: dict[str, Any]) -> list:
    """The inspector for what is chosen; `name` is the id of the comparison."""
    if pick.get("gene"):
        return gene_panel(services, contrast, name, view, pick["gene"])
    if pick.get("genes"):
        return set_panel(services, contrast, name, view, pick["genes"], pick.get("name", ""))
    return overview(contrast, name, view)


def overview(contrast: Contrast, name: str, view: CompareView) -> list:
    """The genes that changed most by the chosen arm, and what to do."""
    hint = html.P("Click a gene in the picture or in the table: its partners then and now are shown here.",
                  className="gw-muted")
    found = changed(contrast, view.arm, view.fdr)
    if not len(found):
        return [html.H2("No gene in view"), hint,
                html.P(f"No gene {ARM[view.arm][1]} at {per_cent(view.fdr)} FDR. The table below ranks all of them.")]
    genes = contrast.genes[found]
    rows = [html.Tr([html.Td(gene_button(contrast.genes[i])), html.Td(_net(contrast.table["net"].iloc[i])),
                     html.Td(small(contrast.table[f"{view.arm}_fdr"].iloc[i]), className="gw-num")])
            for i in found[:TOP]]  # fmt: skip
    head = html.Tr([html.Th("Gene", scope="col"), html.Th("Company", scope="col", title="Mean change of |correlation|"),
                    html.Th("FDR", scope="col", className="gw-num")])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="atlas-table")
    links = html.Div(links_of(genes.tolist(), name), className="gw-row cmp-links")
    return [html.H2("Changed most"), hint, table, links]


def gene_panel(services: Services, contrast: Contrast, name: str, view: CompareView, gene: str) -> list:
    """Arms, expression, slope chart, network and partners of one gene."""
    row, partners = contrast.table.loc[gene], partners_of(contrast, gene)
    control, case = contrast.facts["control"], contrast.facts["case"]
    gained, lost = (partners[partners["state"] == state] for state in ("gained", "lost"))
    about = f"Rank {int(row['rank'])} of {len(contrast.genes)} · module {row['module']}"
    told = warned(contrast.facts)
    slope = slope_figure(partners, control=control, case=case,
                         lines=["95 % intervals; the most changed partners", told])
    network = network_figure(partners, gene, control=control, case=case, lines=[
        "Surest partners; width |correlation|, dashed negative, filled on both sides", told])  # fmt: skip
    files = [how("partners"), *(_file("partners", ending) for ending in ("csv", "tsv"))]
    return [
        html.Div([html.Div([html.H2(gene), html.P(about, className="gw-muted gw-small")]), clear_button()],
                 className="flow-panel-head"),
        arms_table(row, view), html.P(expression_said(contrast, gene), className="gw-small"),
        html.Section([html.H3("Partners then and now"),
                      html.P(f"{plural(len(gained), 'partner')} gained ▲, {len(lost)} lost ▼ (dashed).",
                             className="gw-muted gw-small"),
                      graph(ids.SLOPE, slope, name=f"{gene}-partners", more=files)]),
        html.Section([html.H3("Company on each side"), graph(ids.NETWORK, network, name=f"{gene}-network",
                                                                         more=[how("network")])]),
        partner_list("Gained", gained), partner_list("Lost", lost),
        html.Div([knock_out_link(gene, study=contrast.facts["study"]),
                  *atlas_link(services, contrast, [gene], gene=gene), *links_of(_company(gene, partners), name)],
                 className="gw-row cmp-links"),
    ]  # fmt: skip


def _company(gene: str, partners: pd.DataFrame) -> list[str]:
    """The gene with the partners that it gained or lost."""
    return [gene, *partners.loc[partners["state"].isin(("gained", "lost")), "partner"]]


def arms_table(row: pd.Series, view: CompareView) -> html.Table:
    """What each arm says of the gene; a dot where it changed at the chosen FDR."""
    head = html.Tr([html.Th(word, scope="col", className="gw-num" if place else None)
                    for place, word in enumerate(("Arm", "Change", "p", "FDR"))])  # fmt: skip
    lines = []
    for arm in ARMS:
        fdr = row[f"{arm}_fdr"]
        lit = fdr < view.fdr
        value = signed(row[arm]) if arm == "expression" else number(row[arm])
        cells = [value if fdr == fdr else "–", small(row[f"{arm}_p"]), ("● " if lit else "") + small(fdr)]
        lines.append(html.Tr([html.Td(ARM[arm][0], title=ARM[arm][2].capitalize()),
                              *(html.Td(cell, className="gw-num") for cell in cells)],
                             className="cmp-lit" if lit else None))
    return html.Table([html.Thead(head), html.Tbody(lines)], className="atlas-table")


def expression_said(contrast: Contrast, gene: str) -> str:
    """Its differential expression in a sentence."""
    if gene not in contrast.expression.index:
        return "Its differential expression was not measured."
    found = contrast.expression.loc[gene]
    if pd.isna(found["log2fc"]):
        return "Its differential expression could not be told."
    way = "more" if found["log2fc"] > 0 else "less"
    return (f"Expression: log2 fold change {signed(found['log2fc'])} ({way} in {contrast.facts['case']}), FDR "
            f"{small(found['fdr'])}.")  # fmt: skip


def partner_list(word: str, partners: pd.DataFrame) -> html.Details:
    """Partners with their correlations then and now and the change, each with its interval."""
    up = word == "Gained"
    sign = html.Span("▲" if up else "▼", className="atlas-up" if up else "atlas-down", **{"aria-hidden": "true"})
    summary = html.Summary([sign, f"{word} partners", html.Span(str(len(partners)), className="gw-muted gw-small")])
    head = html.Tr([html.Th("Gene", scope="col"), *(html.Th(text, scope="col", className="gw-num", title=about)
                                                    for text, about in (("Then", "Correlation in control"),
                                                                        ("Now", "Correlation in case"),
                                                                        ("Change [95 %]", "Case − control")))])
    rows = [html.Tr([html.Td(gene_button(row.partner)), html.Td(_r(row, "control"), className="gw-num"),
                     html.Td(_r(row, "case"), className="gw-num"), html.Td(said(row, "change"), className="gw-num")])
            for row in partners.head(40).itertuples()]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="atlas-table cmp-partners")
    rest = [html.P(f"and {len(partners) - 40} more in the table of partners (CSV above)",
                   className="gw-muted gw-small")]
    none = html.P("None.", className="gw-muted gw-small")
    body = [table, *(rest if len(partners) > 40 else [])] if len(partners) else [none]
    return html.Details([summary, *body], open=bool(len(partners)) and len(partners) <= LISTED,
                        className="gw-details atlas-details")


def set_panel(services: Services, contrast: Contrast, name: str, view: CompareView, genes: list[str],
              called: str) -> list:
    """A module or a selection: how many of it changed, its genes, what to do with them."""
    known = set(contrast.genes.tolist())
    genes = [gene for gene in genes if gene in known]
    hits = set(contrast.genes[changed(contrast, view.arm, view.fdr)].tolist())
    n = sum(gene in hits for gene in genes)
    ordered = sorted(genes, key=lambda gene: int(contrast.table.at[gene, "rank"]))
    cloud = [gene_button(gene, mark="● " if gene in hits else "") for gene in ordered[:CLOUD]]
    more = len(ordered) - CLOUD
    rest = [html.Span(f"and {more} more", className="gw-muted gw-small")] if more > 0 else []
    title = f"{called}: {plural(len(genes), 'gene')}" if called else plural(len(genes), "gene")
    field = dmc.TextInput(id=ids.SET_NAME, value=called, placeholder="Name of the gene set", size="sm",
                          **{"aria-label": "Name of the gene set"})
    save = html.Button("Save as gene set", id=ids.SET_SAVE, type="button", className="gw-button")
    return [
        html.Div([html.Div([html.H2(title),
                            html.P(f"● {n} of them {ARM[view.arm][1]} at {per_cent(view.fdr)} FDR",
                                   className="gw-muted gw-small")]), clear_button()], className="flow-panel-head"),
        html.Div([*cloud, *rest], className="atlas-cloud"),
        html.Div([*atlas_link(services, contrast, ordered), *links_of(ordered, name)], className="gw-row cmp-links"),
        html.Div([field, save, html.Div(id=ids.SET_NEWS, role="status", className="gw-small")],
                 className="cmp-save-set"),
    ]  # fmt: skip


def links_of(genes: list[str], name: str) -> list[dcc.Link]:
    """What do these genes do, and why did they change."""
    sent = urlencode({"genes": ",".join(genes[:MOST_SENT]), "contrast": name}, safe=",")
    about = f"Pathways and functions of {plural(min(len(genes), MOST_SENT), 'gene')}"
    return [dcc.Link("What do they do?", href=f"/enrichment?{sent}", className="gw-button-quiet", title=about),
            dcc.Link("Why?", href=f"/causes?{urlencode({'contrast': name})}", className="gw-button-quiet",
                     title="Regulators that may lie behind the change")]  # fmt: skip


def atlas_link(services: Services, contrast: Contrast, genes: list[str], *, gene: str = "") -> list[dcc.Link]:
    """The same genes on the map of the study, where there is one that has them."""
    stored = find_map(services, study=contrast.facts["study"])
    known = set(gene_names(services.store, stored.id)) if stored else set()
    shown = [g for g in genes if g in known][:MOST_SENT]
    if not shown:
        return []
    what = f"gene={quote(gene)}" if gene else "select=genes:" + ",".join(quote(g, safe="") for g in shown)
    return [dcc.Link("In the Atlas", href=f"/atlas?map={stored.id}&{what}", className="gw-button-quiet",
                     title="On the map of the study")]  # fmt: skip


def gene_button(gene: str, *, mark: str = "") -> html.Button:
    """A gene's name that opens its card."""
    return html.Button([mark, gene] if mark else gene, type="button", className="atlas-gene",
                       title=f"Partners of {gene} then and now", **{"data-cmp-gene": gene})


def clear_button() -> html.Button:
    return html.Button([icon("cross"), "Close"], type="button", className="gw-button-small", title="Close (Esc)",
                       **{"data-cmp-gene": ""})


def small(value: float) -> str:
    """A p-value or FDR; a dash where there is none."""
    if value is None or value != value:
        return "–"
    return exponent(value) if value < 0.001 else number(value)


def told(pick: dict[str, Any]) -> str:
    """What is chosen, for those who hear the page."""
    if pick.get("gene"):
        return f"{pick['gene']} in view."
    return f"{plural(len(pick['genes']), 'gene')} selected." if pick.get("genes") else "Nothing chosen."


def _net(value: float) -> html.Span:
    up = value >= 0
    glyph = html.Span("▲" if up else "▼", **{"aria-hidden": "true"})
    return html.Span([glyph, " ", signed(value, 3)], className="atlas-up" if up else "atlas-down",
                     title="gained company" if up else "lost company")


def _r(row: Any, side: str) -> html.Span:
    return html.Span(f"{getattr(row, side):.2f}".replace("-", "\u2212"), title=said(row, side))


def _file(which: str, ending: str) -> html.Button:
    return html.Button(ending.upper(), id={"type": ids.FILE, "which": which, "ending": ending}, type="button",
                       className="gw-button-small", title=f"Save the table behind it as {ending.upper()}")
