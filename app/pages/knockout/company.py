"""What a perturbation is like: the perturbations that do the same, and what two of them do together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from app import knockout_company
from app.figures.alike import alike_figure
from app.figures.pair_sum import pair_figure
from app.pages.knockout import ids
from app.pages.knockout.frames import framed, nothing
from app.pages.knockout.view import KnockoutView
from app.pages.knockout.words import asked, basis_words, method_words, tells_all_the_same
from app.words import number, plural, thin
from engine.errors import GeneweaveError

if TYPE_CHECKING:
    import pandas as pd

    from app.knockout_company import Pair
    from engine.store import Store
    from engine.types import KnockoutEffect, KnockoutModel

MOST, LEAST = 14, 4  # perturbations that are drawn: the most and the least alike
MEASURES = {
    "magnitude": ("Size", "√(a² + b²) of the coefficients"),
    "fit": ("Fit", "Distance correlation of a · A + b · B with the pair"),
    "equality": ("Equality", "The lesser over the greater distance correlation of A and of B with the pair"),
    "similarity": ("Similarity", "Distance correlation of A and B together with the pair"),
    "alike": ("A and B alike", "Distance correlation of A with B"),
}  # fmt: skip


def alike(store: Store, name: str, model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """Measured perturbations by how like their change is to what is drawn."""
    measured = bool(effect.table["measured"].notna().any())
    if not measured and tells_all_the_same(model.facts, effect):
        return nothing("Nothing of its own to compare", "This gene was not perturbed, and every such gene is told the "
                       "same here: what perturbations have in common. Choose one that was perturbed.")  # fmt: skip
    table = knockout_company.alike(store, name, view.genes, method=view.method, level=view.coverage)
    shown = table if len(table) <= MOST + LEAST else _ends(table)
    sure = int((table["fdr"] < 0.05).sum())
    drawn = f"{len(shown)} of {plural(len(table), 'perturbation')}, most alike on top; {sure} beyond chance at 5 % FDR"
    source = "as measured" if measured else method_words(effect.method)
    lines = [f"{asked(view, model.facts)}. {drawn}; {basis_words(model)}; {source}, against 200 "
             "permutations of its genes; the mean of all perturbations is taken off"]  # fmt: skip
    figure = alike_figure(shown, lines=lines)
    buttons = [html.Button(other, type="button", className="gw-button-small", title=f"Open {other}",
                           **{"data-ko-genes": other}) for other in table["perturbation"].head(8)]  # fmt: skip
    below = [html.Div([html.Span("Open the most alike:", className="gw-muted gw-small"), *buttons], className="gw-row")]
    return framed("ko-alike", figure, view, "alike", words=f"Dots. {drawn}.", below=below)


def _ends(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[[*range(MOST), *range(len(table) - LEAST, len(table))]]


def pair(store: Store, name: str, model: KnockoutModel, effect: KnockoutEffect, view: KnockoutView) -> html.Div:
    """What two perturbations do together: on the line of the sum, above or below it."""
    if len(view.genes) != 2:
        return nothing("A pair needs two genes", "Add a second gene above, and what both do together stands here "
                       "against the sum of what each does alone.")  # fmt: skip
    try:
        found = knockout_company.pair(store, name, view.genes, method=view.method, level=view.coverage)
    except GeneweaveError as fault:
        return nothing("This pair cannot be weighed", thin(str(fault)))
    lines = [f"{asked(view, model.facts)}: {_kind(found)}. Coefficients {_two(found.told.coef[0])} of {found.names[0]} "
             f"and {_two(found.told.coef[1])} of {found.names[1]}; {basis_words(model)}; the pair is {_source(found)}",
             *([] if found.measured else ["⚠ The pair was not measured: its kind is that of a prediction, which draws "
                                          "pairs towards the sum."])]  # fmt: skip
    genes = model.genes
    figure = pair_figure(genes, found.first, found.second, found.both, names=found.names, measured=found.measured,
                         unit=effect.evidence["scale"], scale=found.told.scale, lines=lines)
    return framed(ids.PAIR, figure, view, "pair", zoom=True, below=[pair_facts(found)],
                  words=f"The pair against the sum of its parts: {found.told.about}")


def pair_facts(found: Pair) -> html.Div:
    """The kind of interaction in a sentence, and the numbers that it rests on."""
    told, (a, b) = found.told, found.names
    bounds = {measure: " to ".join(_two(end) for end in ends) for measure, ends in told.null.items()}
    rows = [(f"Share of {a}", "Coefficient of the first in the fit of the pair", told.coef[0], ""),
            (f"Share of {b}", "Coefficient of the second", told.coef[1], ""),
            ("Times the sum", "The pair along the sum of its parts; 1 where they add up", told.scale,
             bounds.get("scale", "")),
            *((word, about, getattr(told, measure), bounds.get(measure, ""))
              for measure, (word, about) in MEASURES.items())]  # fmt: skip
    head = html.Tr([html.Th("Measure", scope="col"), html.Th("Value", scope="col", className="gw-num"),
                    html.Th("If they added up", scope="col", className="gw-num", title="Where 99 of 100 sums of both, "
                            "measured with these errors, lie")])  # fmt: skip
    lines = [html.Tr([html.Td(word, title=about), html.Td(number(value), className="gw-num"),
                      html.Td(null or "–", className="gw-num")]) for word, about, value, null in rows]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(lines)], className="atlas-table")
    return html.Div([html.P([html.Strong(told.type.capitalize() + ". "), told.about]), table], className="ko-towards")


def pair_rows(found: Pair, genes: np.ndarray) -> pd.DataFrame:
    """The table behind the picture."""
    import pandas as pd

    a, b = found.names
    return pd.DataFrame({"gene": genes, a: found.first, b: found.second, "sum": found.first + found.second,
                         "pair": found.both, "pair_is": _source(found)})  # fmt: skip


def _kind(found: Pair) -> str:
    return {"not seen": "no change to be seen", "additive": "they add up"}.get(found.told.type, found.told.type)


def _source(found: Pair) -> str:
    return "measured" if found.measured else "predicted"


def _two(value: Any) -> str:
    return f"{float(value):.2f}".replace("-", "\u2212")
