"""What a study holds, as a table, and what its newest map is, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc, html

from app.components.alert import alert
from app.words import duration, listing, number, plural, when, whole
from engine.library import missing_files

if TYPE_CHECKING:
    from app.maps import StoredMap
    from engine.types import DatasetSource, Study

MODALITY = {"rna": "RNA", "atac": "ATAC", "spatial": "Spatial", "protein": "Protein",
            "effects": "Table of effects"}
LESS = html.Span(["↓", html.Span(" less is better", className="gw-hidden")], title="Less is better")
ROLE = {"condition": "condition", "batch": "batch", "cell_type": "cell type", "perturbation": "perturbation"}


def dataset_table(study: Study, sources: dict[str, dict]) -> html.Div:
    """A row a dataset; numbers of cells and genes once a map has been made."""
    head = ["Dataset", "Modality", "Tissue", "Species", "Condition", "Cells"]
    numbers = [html.Th(word, className="gw-num") for word in ("n cells", "n genes")] if sources else []
    rows = [html.Tr(_row(source, sources.get(source.name), bool(sources))) for source in study.datasets]
    table = html.Table([html.Thead(html.Tr([*map(html.Th, head), *numbers])), html.Tbody(rows)], className="gw-table")
    scroll = html.Div(table, className="gw-scroll", tabIndex=0, role="region",
                      **{"aria-label": f"Datasets of {study.title}"})  # fmt: skip
    return html.Div([scroll, _roles(study)])


def map_headline(stored: StoredMap) -> list[Any]:
    """When the map was made, how large it is, how it did, and the way in."""
    facts = stored.facts
    points = whole(sum(source["n_genes"] for source in facts["sources"].values()))
    made = f"{when(stored.created)}, in {duration(facts['made']['seconds'])}".capitalize()
    size = f"{points} points, each a gene in a dataset; {plural(facts['n_clusters'], 'cluster')}"
    return [
        html.Div([html.H3("The map is ready"), html.P([made, html.Br(), size], className="gw-muted gw-small")]),
        *([_measures(facts["metrics"][:3])] if facts["metrics"] else []),
        html.Div([
            dcc.Link("Open the map", href=f"/atlas?map={stored.id}", className="gw-button"),
            dcc.Link("See its quality", href=f"/quality?map={stored.id}", className="gw-button-quiet"),
        ], className="gw-row"),
    ]


def outdated(study: Study, stored: StoredMap) -> bool:
    """Whether the study has other datasets than its map, or calls them otherwise."""
    sources = stored.facts["sources"]
    if set(sources) != {source.name for source in study.datasets}:
        return True
    said = ("dataset", "modality", "tissue", "species", "condition")
    told = {name: [facts.get(word) for word in said] for name, facts in sources.items() if "dataset" in facts}
    return any(told[s.name] != [s.name, s.modality, s.tissue, s.species, s.condition]
               for s in study.datasets if s.name in told)


def not_here(study: Study) -> list[html.Div]:
    """Which files of the study are not on this machine, and what to do; nothing when all are."""
    missing = missing_files(study)
    if not missing:
        return []
    lost = [source.name for source in study.datasets if source.path in missing]
    which, are, it = ("The file", "is", "it") if len(missing) == 1 else (f"{len(missing)} files", "are", "them")
    return [alert(f"{which} of {listing(lost)} {are} not on this machine: {', '.join(missing)}. Put {it} there, or "
                  "bring the data again on the Data page and edit the study.")]


def _measures(metrics: list[dict]) -> html.Table:
    head = html.Tr([html.Th(html.Span("Measure", className="gw-hidden")), html.Th("This map"), html.Th("Random")])
    return html.Table([html.Thead(head), html.Tbody([_measure(m) for m in metrics])], className="gw-mini")


def _measure(metric: dict) -> html.Tr:
    label = [metric["label"], *([" ", LESS] if metric["best"] < 1 else [])]
    values = [metric["value"], metric["nulls"].get("random vectors")]
    return html.Tr([html.Th(label, title=metric["explanation"], scope="row"),
                    *(html.Td(number(value)) for value in values)])


def _row(source: DatasetSource, found: dict | None, numbers: bool) -> list[html.Td]:
    condition = "–" if source.condition == "none" else source.condition
    cells = ", ".join(source.values) or "all"
    tissue = "–" if source.tissue == "unknown" else source.tissue
    words = [html.Strong(source.name, className="gw-name"), MODALITY[source.modality], tissue, source.species,
             condition, html.Span(cells, className="gw-clamp", title=cells)]
    counts = [whole(found["n_cells"]) if found else "–", whole(found["n_genes"]) if found else "–"] if numbers else []
    return [*map(html.Td, words), *(html.Td(count, className="gw-num") for count in counts)]


def _roles(study: Study) -> html.P:
    known = [f"{word} from '{getattr(study.roles, role)}'" for role, word in ROLE.items() if getattr(study.roles, role)]
    said = [f"Roles: {', '.join(known)}."] if known else []
    said += [f"Perturbed by {study.perturbed.kind}."] if study.is_screen and study.perturbed.kind else []
    said += [f"Guides in '{study.perturbed.guides}'."] if study.perturbed.guides else []
    return html.P(" ".join(said), className="gw-muted gw-small gw-roles")
