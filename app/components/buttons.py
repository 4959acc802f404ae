"""Small buttons with a drawing, a label that is read out, and what they do as data for the browser."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html

from app.components.page_header import icon


def tool(name: str, label: str, *, act: str, word: bool = False, key: str = "",
         pressed: bool | None = None) -> html.Button:
    """A toolbar button; `act` is what `assets/atlas.js` does on a click, `key` its shortcut."""
    title = f"{label} ({key})" if key else label
    state = {} if pressed is None else {"aria-pressed": str(pressed).lower()}
    words = [html.Span(label)] if word else []
    return html.Button([icon(name), *words], type="button", title=title, className="atlas-tool",
                       **{"data-act": act, "aria-label": label, **state})


def gene_button(gene: str, *, class_name: str = "atlas-gene") -> html.Button:
    """A gene's name that opens its card."""
    return html.Button(gene, type="button", className=class_name, title=f"Open the card of {gene}",
                       **{"data-gene": gene})


def select_button(text: str, label: str, *, title: str) -> html.Button:
    """Words that select something when clicked; `text` is a selection as `app.selections` writes it."""
    return html.Button(label, type="button", className="atlas-gene", title=title, **{"data-select": text})


def bar(share: float) -> html.Span:
    """A bar filled to a share of its length, 0 to 1."""
    return html.Span(html.Span(style={"width": f"{max(share, 0):.1%}"}), className="atlas-bar")


def file_button(ending: str, *, class_name: str = "gw-button-quiet", word: str = "") -> html.Button:
    """Saves the rows of the selection, or all rows when nothing is selected."""
    return html.Button(word or ending.upper(), type="button", className=class_name, **{"data-act": f"table-{ending}"},
                       title=f"Save the rows of the selection, or all, as {ending.upper()}")


def popover(opener: html.Button, body: list, *, label: str, width: int, position: str = "bottom-end") -> dmc.Popover:
    """A small dialog that opens from a button; Escape closes it and the button has the focus again."""
    opener.__setattr__("aria-haspopup", "dialog")
    dialog = html.Div(body, className="gw-stack atlas-pop", role="dialog", **{"aria-label": label})
    return dmc.Popover([dmc.PopoverTarget(opener), dmc.PopoverDropdown(dialog)], width=width, position=position,
                       shadow="md", zIndex=300, trapFocus=True, returnFocus=True, withRoles=False)


def how_button(text: str) -> dmc.Popover:
    """A small button that says how a figure came about."""
    opener = html.Button([icon("help"), "How was this made"], type="button", className="gw-button-small")
    body = [html.H3("How was this made"), html.P(text),
            html.P("Parameters, command line, versions and data are at the foot of the page.", className="gw-muted")]
    return popover(opener, body, label="How was this made", width=380, position="top-end")
