"""The form of a comparison: which study, conditions, donors and cells; what that means; the job in place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from app import conditions
from app.components.alert import alert
from app.components.job_card import job_card
from app.components.page_header import icon
from app.components.parameter_form import contrast_form
from app.contrasts import contrasts, newest_job
from app.pages.compare import ids
from app.pages.compare.words import design_said
from app.words import plural, thin, when, whole
from engine.errors import GeneweaveError, unknown
from engine.params import ContrastParams

if TYPE_CHECKING:
    from app.contrasts import StoredContrast
    from app.services import Services
    from engine.jobs.record import Job
    from engine.types import Study

ADVANCED = ("n_genes", "permutations", "space", "epochs", "seed")
ALL = ""  # all cells together
WILL_SHOW = ("Which genes changed their partners, with a false discovery rate that holds for new donors where there "
             "are three or more a side; both conditions side by side in one space; the partners of each gene then and "
             "now.")  # fmt: skip


def form(services: Services, study: Study, asked: ContrastParams) -> html.Section:
    """The card with the form; `asked` holds what the address filled in."""
    try:
        fields = _fields(services, study, asked)
    except GeneweaveError as fault:
        fields = [_row([study_choice(services, study)]), alert(str(fault))]
    return html.Section([html.H2("A new comparison"), dcc.Store(id=ids.ASKED, data=study.name),
                         dcc.Store(id=ids.CAME), *fields],
                        className="gw-card gw-stack cmp-form", **{"aria-label": "A new comparison"})


def _fields(services: Services, study: Study, asked: ContrastParams) -> list[Any]:
    found = conditions.columns(study)
    by, none = asked.by if asked.by in found.names else conditions.OF_STUDY, []
    if by == conditions.OF_STUDY and len(conditions.levels(study, by)) < 2:
        by = next((name for name in found.names if name != study.roles.cell_type), conditions.OF_STUDY)
        none = [html.P("This study names no two conditions. Choose the column that tells what you compare.",
                       className="gw-muted")]  # fmt: skip
    levels = conditions.levels(study, by)
    control, case = conditions.sides(levels, control=asked.control, case=asked.case)
    chosen = replace(asked, by=by, control=control, case=case, **_there(asked, found))
    columns = [{"value": name, "label": name} for name in found.names]
    whose = study.roles.batch or "datasets"
    run = html.Button([icon("play"), "Compare"], id=ids.RUN, className="gw-button", type="button")
    return [
        *none, *map(alert, _not_there(asked, found, levels)),
        _row([study_choice(services, study),
              _select(ids.BY, "Compared by", [{"value": "", "label": by_words(study)}, *columns], by,
                      "obs column with the conditions"),
              _select(ids.CONTROL, "Control", level_data(levels), control, "What is compared with"),
              _select(ids.CASE, "Case", level_data(levels), case, "What is compared")]),
        _row([_select(ids.DONOR, "Donor", [{"value": "", "label": f"The study's ({whose})"}, *columns],
                      chosen.donor, "Who is permuted"),
              _select(ids.BATCH, "Batch", columns, chosen.batch or None,
                      "To see whether runs go with the condition", clearable=True, placeholder="no column"),
              *_cells(found.cell_types, chosen)]),
        html.Div(design_parts(study, chosen), id=ids.DESIGN, role="status", className="gw-stack cmp-design"),
        html.Details([html.Summary("Advanced"), contrast_form(ids.OWNER, chosen, ADVANCED)], className="gw-details"),
        html.Div([run, html.Div(id=ids.FAULT)], className="gw-row"),
        html.Div(job_parts(newest_job(services, study.name)), id=ids.JOB),
    ]  # fmt: skip


def _there(asked: ContrastParams, found: conditions.Columns) -> dict[str, str]:
    """Donor, batch and cell types as far as the study has them."""
    donor, batch = (name if name in found.names else "" for name in (asked.donor, asked.batch))
    out = [name for name in _listed(asked.without) if name in found.cell_types]
    only = asked.only if asked.only in found.cell_types else ALL
    return {"donor": donor, "batch": batch, "only": only, "without": ",".join(out)}


def _not_there(asked: ContrastParams, found: conditions.Columns, levels: dict[str, int]) -> list[str]:
    """A sentence for each part of an address that the study has not."""
    types, names = found.cell_types, found.names
    parts = [("column", asked.by, names), ("column", asked.donor, names), ("column", asked.batch, names),
             ("level", asked.control, levels), ("level", asked.case, levels), ("cell type", asked.only, types),
             *(("cell type", name, types) for name in _listed(asked.without))]  # fmt: skip
    return [str(unknown(what, name, known, where="in this study")) for what, name, known in parts
            if name and name not in known]  # fmt: skip


def _listed(names: str) -> list[str]:
    return [part.strip() for part in names.split(",") if part.strip()]


def by_words(study: Study) -> str:
    """What an empty choice of the column stands for."""
    return f"The study's condition ({study.roles.condition})" if study.roles.condition else "Condition of the datasets"


def level_data(levels: dict[str, int]) -> list[dict[str, str]]:
    """Levels with their number of cells."""
    return [{"value": level, "label": f"{level} ({whole(n)} cells)"} for level, n in levels.items()]


def design_parts(study: Study, params: ContrastParams) -> list[Any]:
    """How many donors a side, and what that means; the sentence that says why it cannot be told."""
    if not (params.control and params.case):
        return [alert("This column has one level, and two are needed to compare. Choose another column, or bring the "
                      "other condition on the Data page and add it to the study.")]  # fmt: skip
    try:
        said, warned = conditions.design_words(*conditions.design(study, params))
    except GeneweaveError as fault:
        return [alert(thin(str(fault)))]
    return [html.P(said), *map(alert, warned)]


def job_parts(job: Job | None) -> list[Any]:
    """The job that runs, or what failed last."""
    return [html.Div(job_card(job), className="quality-job")] if job and (job.active or job.status == "failed") else []


def study_choice(services: Services, study: Study) -> dmc.Select:
    data = [{"value": s.name, "label": s.title} for s in services.library.studies()]
    return _select(ids.STUDY, "Study", data, study.name, "Whose cells")


def there(found: list[StoredContrast], titles: dict[str, str]) -> html.Section:
    """The comparisons that are there already, newest first."""
    head = html.Tr([html.Th(word, scope="col") for word in ("Study", "Compared", "Cells", "Units", "Changed", "Made")])
    rows = [html.Tr([
        html.Td(titles.get(c.study, c.facts["title"])),
        html.Td(dcc.Link(c.levels, href=f"/compare?contrast={c.id}", className="gw-name")), html.Td(c.cells),
        html.Td(design_said(c.facts)),
        html.Td(_found(c), title="Genes that changed their partners at 5 % FDR"), html.Td(when(c.created)),
    ]) for c in found]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="gw-table")
    return html.Section([html.H2("Comparisons that are there"),
                         html.Div(table, className="gw-scroll", tabIndex=0, role="region",
                                  **{"aria-label": "Table of the comparisons"})],
                        className="gw-card", **{"aria-label": "Comparisons that are there"})


def all_there(services: Services) -> list[html.Section]:
    """`there` for every study; nothing when there are none."""
    found = contrasts(services)
    return [there(found, {s.name: s.title for s in services.library.studies()})] if found else []


def _found(c: StoredContrast) -> str:
    counts = c.facts["arms"]["partners"]
    return f"{whole(counts['n_5'])} of {plural(c.facts['n_genes'], 'gene')}" if counts else "–"


def _cells(types: tuple[str, ...], asked: ContrastParams) -> list[Any]:
    """Which cell types, where the study knows any."""
    if not types:
        return []
    out = _listed(asked.without)
    every = [{"value": ALL, "label": "All cells together"}, *({"value": t, "label": t} for t in types)]
    left = dmc.MultiSelect(id={"type": ids.WITHOUT, "n": 0}, label="Cell types left out", data=list(types), value=out,
                           size="sm", clearable=True, placeholder="" if out else "none", description="Dropped first",
                           inputWrapperOrder=["label", "input", "error", "description"],
                           clearButtonProps={"aria-label": "Clear"})
    return [_select({"type": ids.ONLY, "n": 0}, "Cell type", every, asked.only, "Which cells"), left]


def _select(name: Any, label: str, data: list[dict[str, str]], value: str | None, about: str, *,
            clearable: bool = False, placeholder: str = "") -> dmc.Select:
    return dmc.Select(id=name, label=label, data=data, value=value, allowDeselect=False, searchable=len(data) > 8,
                      size="sm", description=about, clearable=clearable, placeholder=placeholder,
                      inputWrapperOrder=["label", "input", "error", "description"],
                      clearButtonProps={"aria-label": "Clear"}, comboboxProps={"shadow": "md", "zIndex": 300})


def _row(fields: list[Any]) -> html.Div:
    return html.Div(fields, className="cmp-fields")
