"""The form of a study: its title, its files, the roles of columns, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from app.components.alert import alert
from app.components.page_header import icon
from app.components.study_card import MODALITY
from app.pages.study.block import file_block
from app.pages.study.origins import NEW, Origin, parts_on_offer, plan_roles, readable, suggested_title
from app.pages.study.reading import read, study_name
from app.words import listing, plural
from engine.errors import GeneweaveError
from engine.io.guides import guide_places
from engine.screens.names import CONTROL, name_labels
from engine.studies.faults import ROLE_WORDS, Fault, faults, role_columns
from engine.studies.perturbed import MOST, guess_perturbed, labels_of
from engine.studies.split import MIXED, StudyPlan
from engine.types import PERTURBED_BY, ROLES, Perturbed, Roles, Study

if TYPE_CHECKING:
    from app.services import Services

ROLE_HINTS = {
    "condition": "Gives each dataset its condition", "batch": "Who or which run a cell is from",
    "cell_type": "Shown on gene cards: expression by cell type", "perturbation": "Which gene was perturbed",
}  # fmt: skip


def form(services: Services, study: Study | None, origins: list[Origin]) -> list[Any]:
    """Title and words, a block a file, roles, and at the side what comes of it."""
    blocks = html.Div([file_block(origin) for origin in origins], id="study-blocks", className="gw-stack")
    main = html.Div([about(study, origins), blocks, html.Div(adder(services, origins), id="study-adder"),
                     roles_card(study, origins)], className="gw-stack study-main")
    side = html.Div([
        html.H2("The study"), html.Div(id="study-review", role="status", tabIndex=0, **{"aria-live": "polite"}),
        html.Div([
            html.Button([icon("check"), "Save the study"], id="study-save", className="gw-button", type="button"),
            dcc.Link("Cancel", href="/studies", className="gw-button-quiet"),
        ], className="gw-row"),
        html.Div(id="study-fault"),
    ], className="gw-card gw-stack study-side")  # fmt: skip
    name = dcc.Store(id="study-name", data=study.name if study else NEW)
    return [name, html.Div([main, side], className="study-split")]


def about(study: Study | None, origins: list[Origin]) -> html.Section:
    """Title, description and citation."""
    title = study.title if study else suggested_title(origins)
    return html.Section([
        dmc.TextInput(id="study-title", label="Title", value=title, debounce=True, size="sm"),
        html.Div([
            dmc.Textarea(id="study-description", label="Description", value=study.description if study else "",
                         placeholder="What is compared, and what for", autosize=True, minRows=1, size="sm",
                         debounce=True),
            dmc.Textarea(id="study-citation", label="Citation", value=study.citation if study else "",
                         placeholder="Where the data come from", autosize=True, minRows=1, size="sm", debounce=True),
        ], className="study-words"),
    ], className="gw-card gw-stack", **{"aria-label": "Words"})  # fmt: skip


def roles_card(study: Study | None, origins: list[Origin]) -> html.Section:
    """A select for each role over the columns of all files."""
    roles = plan_roles(study, origins)
    data = role_choices([origin.plan for origin in origins], [column for column in vars(roles).values() if column])
    selects = [dmc.Select(id={"type": "study-role", "role": role}, label=ROLE_WORDS[role].capitalize(), data=data,
                          value=getattr(roles, role), clearable=True, searchable=True, placeholder="no column",
                          size="sm", description=role_reason(role, origins), clearButtonProps={"aria-label": "Clear"},
                          inputWrapperOrder=["label", "input", "error", "description"]) for role in ROLES]
    return html.Section([html.H2("Roles of columns"),
                         html.P("A role holds for the whole study, so every file needs its column. Leave out what is "
                                "not there.", className="gw-muted gw-small"),
                         html.Div(selects, className="study-roles"), perturbed_fields(study, origins, roles)],
                        className="gw-card study-roles-card", **{"aria-label": "Roles of columns"})


def perturbed_fields(study: Study | None, origins: list[Origin], roles: Roles) -> html.Details:
    """How genes were perturbed, for screens: the kind, the column that says it, and the label of controls."""
    chosen = study.perturbed if study else guess_perturbed(readable(origins), roles)
    kinds = [{"value": kind, "label": kind.capitalize()} for kind in PERTURBED_BY]
    columns = role_choices([origin.plan for origin in origins], [chosen.kind_column] if chosen.kind_column else [])
    labels = control_choices([origin.plan.path for origin in origins], roles.perturbation)
    below = {"inputWrapperOrder": ["label", "input", "error", "description"], "size": "sm"}
    fields = [
        dmc.Select(id=perturbed_id("kind"), label="Kind of perturbation", value=chosen.kind or None, data=kinds,
                   clearable=True, placeholder="not said", clearButtonProps={"aria-label": "Clear"},
                   description="What was done to the gene; kinds are never mixed", **below),
        dmc.Select(id=perturbed_id("kind_column"), label="Column of kinds", value=chosen.kind_column or None,
                   data=columns, clearable=True, searchable=True, placeholder="no column",
                   clearButtonProps={"aria-label": "Clear"},
                   description="Where a file holds cells of several kinds, such as CRISPRa and CRISPRi", **below),
        dmc.Autocomplete(id=perturbed_id("control"), label="Label of controls", value=chosen.control, data=labels,
                         placeholder="ctrl, control, non-targeting …", description="Empty takes the usual words",
                         limit=20, **below),
        *guide_fields(chosen, origins, below),
    ]
    screen = bool(roles.perturbation or chosen.guides) or any(origin.plan.modality == "effects" for origin in origins)
    return html.Details([html.Summary("How genes were perturbed"), html.Div(fields, className="study-roles")],
                        open=screen, className="gw-details study-limits")


def guide_fields(chosen: Perturbed, origins: list[Origin], below: dict[str, Any]) -> list[dmc.Select]:
    """Where the counts of guides and their targets are, for files that have matrices beside the genes."""
    places = [guide_places(origin.plan.path) for origin in origins if origin.n_cells is not None]
    counts, targets = (list(dict.fromkeys(key for place in places for key in place[i])) for i in (0, 1))
    if not (counts and targets) and not chosen.guides:
        return []
    fields = (("guides", "Counts of guides", [*counts, chosen.guides], "The matrix in obsm, where no column says which "
               "gene was perturbed"), ("guide_targets", "Targets of guides", [*targets, chosen.guide_targets],
                                       "The list in uns: what each guide targets"))  # fmt: skip
    return [dmc.Select(id=perturbed_id(what), label=label, value=getattr(chosen, what) or None,
                       data=list(dict.fromkeys(filter(None, keys))), clearable=True, placeholder="none",
                       clearButtonProps={"aria-label": "Clear"}, description=about, **below)
            for what, label, keys, about in fields]  # fmt: skip


def control_choices(paths: list[str], column: str | None) -> list[str]:
    """The labels of the column of perturbations, those named like a control first."""
    labels = [label for label, _ in labels_of(paths, column)]
    named = name_labels(labels, ())
    return sorted(labels, key=lambda label: named[label] != CONTROL)[:MOST]


def perturbed_id(what: Any) -> dict:
    return {"type": "study-perturbed", "what": what}


def role_choices(plans: list[Any], more: list[str]) -> list[dict[str, str]]:
    """Columns that every file has, then those that some lack, then `more` that none has."""
    everywhere, lacking = role_columns(plans)
    some = [{"value": name, "label": f"{name} (not in {listing(who)})"} for name, who in lacking.items()]
    none = [{"value": name, "label": f"{name} (in no file)"} for name in more
            if name not in everywhere and name not in lacking]
    return [*({"value": name, "label": name} for name in everywhere), *some, *none]


def role_reason(role: str, origins: list[Origin]) -> str:
    """Why a column was chosen, per file; what the role is for where nothing was guessed."""
    said = []
    for origin in origins:
        guess = origin.brought.report.guesses.get(role) if origin.brought.report else None
        if guess and guess.value and origin.n_cells is not None and origin.brought.column(role):
            said.append(f"{origin.plan.title}: {guess.why}" if len(origins) > 1 else guess.why)
            control = origin.brought.report.guesses.get("control")
            said += [control.why] if role == "condition" and control and control.value else []
    return " ".join(sentence if sentence.endswith(".") else f"{sentence}." for sentence in said) or ROLE_HINTS[role]


def adder(services: Services, origins: list[Origin]) -> list[Any]:
    """A select of the files that are not in the form yet, and a button; the way to Data when there are none."""
    return adder_of(services, {origin.part for origin in origins})


def adder_of(services: Services, have: set[str]) -> list[Any]:
    """The same when `have` is in the form (see `Origin.part`)."""
    left = [{"value": part, "label": words} for part, words in parts_on_offer(services) if part not in have]
    none = html.P(["All files are in the study. ", dcc.Link("Bring more on the Data page", href="/data"), "."],
                  className="gw-muted gw-small")
    add = html.Button([icon("plus"), "Add the file"], id="study-add", className="gw-button-quiet", type="button")
    choose = dmc.Select(id="study-more", data=left, placeholder="Another file", searchable=True, size="sm",
                        className="study-more", **{"aria-label": "Another file"})
    return [*([] if left else [none]), html.Div([choose, add], className="gw-row", hidden=not left)]


def review(services: Services, plan: StudyPlan, name: str) -> list[Any]:
    """The study in a few lines, and what speaks against it."""
    found = faults(plan) + twins(services, plan.title, name)
    stops = [fault for fault in found if fault.stops]
    notes = [_note(fault) for fault in found if not fault.stops]
    return [summary(plan), *(alert(fault.text) for fault in stops), *notes]


def twins(services: Services, title: str, name: str) -> list[Fault]:
    """A word about another study of the same title."""
    same = [study for study in services.library.studies() if study.title == title.strip() and study.name != name]
    text = f"There is already a study called '{title.strip()}'. Another title tells them apart."
    return [Fault(text)] if same else []


def summary(plan: StudyPlan) -> html.Div:
    """Datasets, cells, species, conditions."""
    parts = [part for file in plan.files for part in file.kept]
    cells = sum(part.n_cells for file in plan.files if file.modality != "effects" for part in file.kept)
    rows = sum(part.n_cells for file in plan.files if file.modality == "effects" for part in file.kept)
    species = sorted({file.species for file in plan.files if file.kept and file.species})
    modalities = sorted({file.modality for file in plan.files if file.kept})
    conditions = sorted({part.condition for part in parts} - {"none"})
    told_apart = len([condition for condition in conditions if condition != MIXED])
    size = [plural(cells, "cell")] if cells or not rows else []
    line = ", ".join([plural(len(parts), "dataset"), *size, *([plural(rows, "perturbation")] if rows else [])])
    facts = {"Species": listing(species), "Modalities" if len(modalities) > 1 else "Modality": _words(modalities),
             plural(told_apart, "condition").capitalize() if told_apart else "Conditions":
             listing(conditions) or "not told apart"}
    rows = [bit for word, value in facts.items() if value for bit in (html.Dt(word), html.Dd(value))]
    return html.Div([html.P(line, className="study-line"), html.Dl(rows, className="gw-facts")])


def read_review(services: Services, lists: list[Any]) -> list[Any]:
    """The review of what the browser sent (see `read`), or the sentence that says why there is none."""
    try:
        return review(services, read(services, lists), study_name(lists))
    except GeneweaveError as fault:
        return [alert(str(fault))]


def _note(fault: Fault) -> html.Div:
    return html.Div([icon("help"), html.Div(fault.text)], className="gw-note study-note")


def _words(modalities: list[str]) -> str:
    return listing([MODALITY[key] for key in modalities if key in MODALITY])
