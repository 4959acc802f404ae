"""The comparison of a study in three views: against its rivals, on gene-level tests, without its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from dash import dcc, html

from app.comparisons import Comparison, table_of, tests_of
from app.components.graph import graph
from app.components.page_header import icon
from app.components.provenance import how_made
from app.figures.comparison import Panel, dot_panels
from app.pages.quality.tables import CLASSIFIERS, NO_VECTORS, grid_of_tests, in_order, method_grid, methods_of
from app.words import listing, plural
from engine.command import benchmark_command
from engine.metrics.measures import MEASURES
from engine.metrics.sentences import sentences
from engine.metrics.summary import SCORE as AVG_SCORE
from engine.metrics.summary import SIX, averages, with_scores

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import Study

VIEWS = {"rivals": "Against its rivals", "tasks": "Gene-level tests", "parts": "Without its parts"}
ABOUT = {"rivals": ("score", "gaps", "measures", "nulls", "seeds"), "tasks": ("tasks", "seeds"),
         "parts": ("parts", "seeds")}  # fmt: skip
TITLE = "Is it better than its rivals?"
METHOD = (
    "Every method learned from the same networks, with the same edges hidden at each seed; its vectors were clustered "
    "and measured alike. Avg Score: each of the six measures of the paper goes from 0, the worst of model and rivals, "
    "to 1, the best, and the mean is taken at each seed. Two methods differ when the mean of their differences, paired "
    "by seed, is more than twice its standard error; with three seeds that is a weak test."
)
NO_PARTS = "MuSe-GNN without one of its parts has not been scored yet. Run it with “Parts of the model” switched on."
NO_TESTS = (
    "No gene-level test has been run, or could be done on the genes of this study. They ask whether what a gene is "
    "known for can be read from its vector: dosage sensitivity, targets of transcription factors, gene sets. Run with "
    "“Gene-level tests” switched on."
)


def found_parts(services: Services, study: Study, found: Comparison, view: str) -> list[Any]:
    """Sentences, figure and table of a view; how it was made and the files beneath."""
    if not found.scores:
        return []
    table = table_of(services, found)
    if view == "tasks":
        table = table[table["measure"].str.contains("/")]
        if table.empty:
            return _no_tests(services)
    body = {"rivals": _rivals, "parts": _parts}.get(view)
    figure, *rest = body(table) if body else _tests(services, found)
    first, *more = sentences(table, ABOUT[view])
    headline = html.P(first, className="quality-first-said", **{"aria-live": "polite"})
    said = html.Ul([html.Li(text) for text in more], className="quality-said")
    return [headline, figure, said, *rest, _below(study, found)]


def panels_of(table: pd.DataFrame, kinds: dict[str, str], measures: tuple[str, ...]) -> list[Panel]:
    """A panel a measure for the methods of these labels, with all nulls of the table."""
    average, about = averages(with_scores(table)), {measure.name: measure for measure in MEASURES}
    panels = []
    for measure in measures:
        rows = average[(average["measure"] == measure) & average["mean"].notna()]
        values = {row.label: (row.mean_, None if row.sd != row.sd else row.sd)
                  for row in rows.rename(columns={"mean": "mean_"}).itertuples() if row.label in kinds}  # fmt: skip
        nulls = {} if measure == AVG_SCORE else dict(rows.loc[rows["kind"] == "null", ["label", "mean"]].to_numpy())
        title = about[measure].label if measure in about else "Avg Score"
        panels.append(Panel(title, values, nulls, less=measure in about and not about[measure].best))
    return [panel for panel in panels if panel.values]


def panels_of_tests(tests: pd.DataFrame) -> list[Panel]:
    """A panel a gene-level test and classifier by AUROC, with chance, or what is reached without vectors."""
    panels, blind = [], tests[tests["model"] == ""].groupby(["task", "measure"])["value"].mean()
    for (task, model), part in tests[tests["measure"] == "auroc"].groupby(["task", "model"], sort=False):
        if not model:
            continue
        by = part.groupby("label", sort=False)["value"].agg(["mean", "std"])
        null = set(part.loc[part["kind"] == "null", "label"])
        values = {label: (mean, None if sd != sd else sd) for label, (mean, sd) in by.iterrows() if label not in null}
        nulls = {label: mean for label, mean in by["mean"].items() if label in null}
        nulls |= {NO_VECTORS: blind[task, "auroc"]} if (task, "auroc") in blind.index else {}
        title = f"{part['title'].iloc[0]} · {CLASSIFIERS.get(model, model)}"
        panels.append(Panel(title, values, nulls, chance=part["chance"].mean()))
    return panels


def _rivals(table: pd.DataFrame) -> list[Any]:
    kinds = _kinds(table, ("model", "rival"))
    figure = dot_panels(kinds, panels_of(table, kinds, SIX), subtitle=_subtitle(table))
    return [_figure(figure, "rivals"), _table(method_grid(table))]


def _parts(table: pd.DataFrame) -> list[Any]:
    kinds = _kinds(table, ("model", "ablation"))
    if "ablation" not in kinds.values():
        return [html.P(NO_PARTS, className="gw-note")]
    figure = dot_panels(kinds, panels_of(table, kinds, (AVG_SCORE, *SIX)), subtitle=_subtitle(table))
    return [_figure(figure, "parts"), _table(method_grid(table[table["kind"].isin(["model", "ablation", "rival"])]))]


def _no_tests(services: Services) -> list[Any]:
    return [html.P(NO_TESTS, className="gw-note"), *_lacking(services)]


def _lacking(services: Services) -> list[Any]:
    from engine.gene_level import missing_truth

    missing = missing_truth(services.knowledge)
    return [_fetch([entry.title for entry in missing])] if missing else []


def _tests(services: Services, found: Comparison) -> list[Any]:
    tests, skipped = tests_of(services, found)
    notes = [html.Ul([html.Li(f"Not done: {title}. {why}") for title, why in skipped.items()],
                     className="gw-muted gw-small quality-skipped")] if skipped else []  # fmt: skip
    kinds = {tests.loc[tests["method"] == name, "label"].iloc[0]: tests.loc[tests["method"] == name, "kind"].iloc[0]
             for name in methods_of(tests)}  # fmt: skip
    kinds = {label: kind for label, kind in kinds.items() if kind != "null"}
    subtitle = f"AUROC, n = {plural(tests['seed'].nunique(), 'seed')}; five folds; bars: standard deviation over seeds"
    return [_figure(dot_panels(kinds, panels_of_tests(tests), subtitle=subtitle), "tests"), *_lacking(services),
            _table(grid_of_tests(tests, methods_of(tests))), *notes]


def _kinds(table: pd.DataFrame, kept: tuple[str, ...]) -> dict[str, str]:
    by_name = table.drop_duplicates("method").set_index("method")
    return {by_name.loc[name, "label"]: by_name.loc[name, "kind"] for name in in_order(table)
            if by_name.loc[name, "kind"] in kept}


def _subtitle(table: pd.DataFrame) -> str:
    bars = "; bars: standard deviation over seeds" if table["seed"].nunique() > 1 else ""
    return (f"n = {plural(table['seed'].nunique(), 'seed')}{bars}. Filled: the model; hollow: others; "
            "grey: reached by the best null")  # fmt: skip


def _figure(figure: Any, name: str) -> html.Div:
    return html.Div(graph(f"quality-figure-{name}", figure, name=f"comparison-{name}"), className="quality-figure",
                    tabIndex=0, role="region", **{"aria-label": "Picture of the comparison"})  # fmt: skip


def _table(grid: Any) -> html.Div:
    return html.Div([html.P("★ best of model and rivals. ± is the standard deviation over seeds. Point at a heading "
                            "for what it means.", className="gw-muted gw-small"), grid])


def _fetch(titles: list[str]) -> html.Div:
    which = listing(titles[:3] + ([f"{len(titles) - 3} more"] if len(titles) > 3 else []))
    return html.Div([html.Span(f"What is known of genes is not all on this machine: {which}."),
                     dcc.Link("Fetch it in the Library", href="/data/library", className="gw-button-quiet")],
                    className="gw-note gw-spread")


def _below(study: Study, found: Comparison) -> html.Div:
    saves = [html.Button([icon("save"), f"All values as {ending.upper()}"], type="button", className="gw-button-quiet",
                         id={"type": "quality-table", "ending": ending}) for ending in ("tsv", "csv")]  # fmt: skip
    meanings = html.Dl([part for m in MEASURES for part in (html.Dt(m.label), html.Dd(m.explanation))],
                       className="gw-facts gw-how")
    command = benchmark_command(study.name, found.params, found.methods, seeds=found.seeds, tasks=bool(found.tasks))
    seeds = ", ".join(map(str, found.seeds))
    more = [("Scores", f"{len(found.scores)}, of {plural(len(found.methods), 'method')}, at seeds {seeds}")]
    return html.Div([
        html.Div(saves, className="gw-row"),
        html.Details([html.Summary("What the measures mean"), meanings], className="gw-details"),
        how_made(found.params, command, more, method=METHOD),
    ], className="gw-stack quality-below")  # fmt: skip
