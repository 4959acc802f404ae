"""What trials found: the verdict in sentences, the picture, coverage, tables, figures of others, how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from app.components.graph import graph
from app.components.page_header import icon
from app.components.provenance import copied
from app.figures.trials import Coverage, TrialPanel, coverage_figure, trial_figure
from app.pages.benchmark import ids
from app.pages.benchmark.tables import method_grid, pair_grid, published_table
from app.trials import PARAMS, Told, Trials, published_words, read, table_of, told_of
from app.words import plural, thin
from engine.command import trial_command
from engine.metrics.perturbation import BY_NAME, LEVELS, MEASURES
from engine.trials import SPLITS, contestants
from engine.trials.choose import CORE, NEGATIVE, POSITIVE
from engine.trials.paired import interval
from engine.trials.published import published

if TYPE_CHECKING:
    from app.services import Services
    from engine.trials.board import Board
    from engine.types import Study

METHOD = (
    "Each method was given the training perturbations of the split alone, with what the library knows of genes, and "
    "told the change of every held-out perturbation; this screen, and a map drawn from its cells, are never evidence. "
    "The perturbed genes are left out of what is scored unless a measure says otherwise. Two methods are compared on "
    "the same perturbations: a perturbation held out at several seeds counts once, and intervals come of 2,000 samples "
    "of perturbations drawn with replacement."
)
CITATIONS = (
    "Roohani, Huang, Leskovec, GEARS, Nature Biotechnology 2024 (simulation split)",
    "Ahlmann-Eltze, Huber, Anders, Nature Methods 2025 (doubles, linear model)",
    "Viñas Torné et al., Systema, Nature Biotechnology 2025 (PCC by Systema, centroid accuracy)",
)
NO_COVERAGE = (
    "No interval was given: the training perturbations of a class are too few to promise any of the levels, or the "
    "core has not been tried."
)


def found_parts(services: Services, study: Study, found: Trials, measure: str) -> list[Any]:
    """Sentences first; then the picture, what intervals hold, the tables, figures of others, and how it was made."""
    if not found.ids:
        return []
    told, table = told_of(services, found), table_of(services, found)
    return [
        *_verdict(told), _picture(told.board, found, measure), _coverage(told.board), _tables(told.board, table),
        _published(services, found, told.board), _made(services, study, found),
    ]  # fmt: skip


def panels_of(board: Board, measure: str) -> list[TrialPanel]:
    """A panel a class, with what both controls and a guess reach as lines."""
    panels = []
    for held_out in board.classes:
        reached = {board.labels[name]: interval(board.of_method(held_out, name, measure))
                   for name in board.methods(held_out) if name not in (NEGATIVE, POSITIVE)}  # fmt: skip
        lines = [board.mean(held_out, name, measure) for name in (NEGATIVE, POSITIVE)]
        title = f"{held_out[0].upper()}{held_out[1:]}, n = {board.n(held_out)}"
        panels.append(TrialPanel(title, {label: reach for label, reach in reached.items() if reach[3]},
                                 *(line if line == line else None for line in lines), board.guess(held_out, measure)))
    return panels


def coverage_of(board: Board) -> list[Coverage]:
    """What the intervals of the core hold, a class each, where they could be given."""
    found = []
    for held_out in board.classes:
        held = {level / 100: board.mean(held_out, CORE, f"coverage_{level}") for level in LEVELS}
        held = {level: share for level, share in held.items() if share == share}
        n = len(set(board.of_method(held_out, CORE, "coverage_50").dropna().index.get_level_values(0)))
        if held:
            found.append(Coverage(held_out[0].upper() + held_out[1:], list(held), list(held.values()), n))
    return found


def _verdict(told: Told) -> list[Any]:
    (first, texts), *others = told.by_class.items()
    parts = [html.H2("Verdict", className="gw-hidden"),
             html.P(thin(texts[0]), className="quality-first-said", **{"aria-live": "polite"})]  # fmt: skip
    lists = [(first, texts[1:]), *others]
    for held_out, said in lists:
        if said:
            parts += [html.Div([html.H3(held_out[0].upper() + held_out[1:]),
                                html.Ul([html.Li(thin(text)) for text in said], className="quality-said")])]
    return [*parts, html.Ul([html.Li(thin(text)) for text in told.bearing], className="gw-muted bench-said")]


def _picture(board: Board, found: Trials, measure: str) -> html.Section:
    about = BY_NAME[measure]
    kinds = {board.labels[name]: board.kinds[name] for name in board.labels if name not in (NEGATIVE, POSITIVE)}
    lines = (f"{plural(len(found.seeds), 'seed')}; bars: 95 % intervals by bootstrap over perturbations, where there "
             "are 6 or more. Filled: the core; hollow: others.",
             "Dashed: mean of the screen (negative control); solid: half of the cells predicts the other half "
             "(positive control); dotted: a guess.")  # fmt: skip
    figure = trial_figure(kinds, panels_of(board, measure), measure=about.label, less=about.less, lines=lines)
    return html.Section([
        html.H2(about.label), html.P(f"{about.explanation} Best {about.best:g}; a guess: {about.chance_words}.",
                                     className="gw-muted gw-small"),
        html.Div(graph("bench-figure", figure, name=f"benchmark-{measure}"), className="quality-figure", tabIndex=0,
                 role="region", **{"aria-label": "Picture of the benchmark"}),
    ])  # fmt: skip


def _coverage(board: Board) -> html.Section:
    classes, title = coverage_of(board), html.H2("Do the intervals hold what they promise?")
    if not classes:
        return html.Section([title, html.P(NO_COVERAGE, className="gw-note")])
    lines = ("Share of genes whose measured change lies in the interval of the core, mean over held-out perturbations "
             "and seeds, targets left out. Dashed: as promised; below it intervals are too narrow.",)  # fmt: skip
    figure = coverage_figure(classes, lines=lines)
    picture = graph("bench-coverage", figure, name="benchmark-coverage")
    return html.Section([title, html.Div(picture, className="bench-coverage", role="region", tabIndex=0,
                                         **{"aria-label": "Picture of the coverage"})])


def _tables(board: Board, table: Any) -> html.Section:
    saves = [html.Button([icon("save"), f"All values as {ending.upper()}"], type="button", className="gw-button-quiet",
                         id={"type": ids.TABLE, "ending": ending}) for ending in ("tsv", "csv")]  # fmt: skip
    return html.Section([
        html.H2("All methods"),
        html.P("★ best but for controls. ± is the standard deviation over seeds, – not defined. Point at a heading for "
               "what it means.", className="gw-muted gw-small"),
        method_grid(table),
        html.Div(saves, className="gw-row bench-saves"),
        html.Details([html.Summary("Differences to the core"), pair_grid(board)], className="gw-details"),
        html.Details([html.Summary("What the measures mean"), html.Dl(
            [part for m in MEASURES for part in (html.Dt(m.label), html.Dd(f"{m.explanation} Best {m.best:g}; a guess: "
                                                                          f"{m.chance_words}."))],
            className="gw-facts gw-how")], className="gw-details"),
    ])  # fmt: skip


def _published(services: Services, found: Trials, board: Board) -> html.Section:
    told, screen = published(), read(services, found)[0].screen
    source = f"{told['dataset'].iloc[0]}: {told['source'].iloc[0]} ({told['conditions'].iloc[0]} conditions)."
    return html.Section([
        html.H2("Beside published figures"),
        html.P(published_words(services.store, screen), className="gw-note"),
        html.Div(published_table(board), className="gw-scroll", tabIndex=0, role="region",
                 **{"aria-label": "Published figures"}),
        html.P(f"PCC of changes. Theirs: {source} Ours leave the perturbed gene out.", className="gw-muted gw-small"),
    ])  # fmt: skip


def _made(services: Services, study: Study, found: Trials) -> html.Details:
    command = trial_command(study.name, PARAMS, found.methods, split=found.split, seeds=found.seeds)
    trials = read(services, found)
    notes = dict.fromkeys(note for trial in trials for note in trial.notes)
    methods = [html.Div([html.Strong(one.label), f": {one.about}"]) for name in found.methods
               if (one := contestants()[name])]  # fmt: skip
    terms = [
        ("Method", METHOD), ("Split", SPLITS[found.split].about), ("Compared", methods),
        ("Trials", f"{len(found.ids)}, of {plural(len(found.methods), 'method')}, at seeds "
         f"{', '.join(map(str, found.seeds))}"),
        ("Screen", html.Code(trials[0].screen)), *((("Notes", [html.Div(note) for note in notes]),) if notes else ()),
        ("Citation", [html.Div(text) for text in CITATIONS]), ("Command", copied(command)),
    ]  # fmt: skip
    parts = [part for term, words in terms for part in (html.Dt(term), html.Dd(words))]
    return html.Details([html.Summary("How was this made"), html.Dl(parts, className="gw-facts gw-how")],
                        className="gw-details")  # fmt: skip

