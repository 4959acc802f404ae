"""A picture as Cytoscape draws it: elements with their looks, the stylesheet of each theme, the layout."""

from __future__ import annotations

from typing import Any

from app.causes import Explanation
from app.figures.causal_marks import BEND, INKS, SHAPE, SIGNED, SIZE, edge_width, mark_of
from app.pages.causes.folding import Picture
from app.pages.causes.places import Places

PADDING = 26


def elements(found: Explanation, drawn: Picture, at: Places) -> list[dict[str, Any]]:
    """Nodes, folds and edges."""
    level = found.thresholds
    nodes = [_node(name, row, at[name], level) for name, row in drawn.nodes.iterrows()]
    folds = [_fold(fold, at[fold.id]) for fold in drawn.folds]
    edges = [_edge(link, at) for link in drawn.links.itertuples()]
    ties = [_tie(fold, drawn) for fold in drawn.folds]
    return [*nodes, *folds, *edges, *ties]


def _node(name: str, row: Any, at: tuple[float, float], level: dict[str, float]) -> dict[str, Any]:
    mark = mark_of(name, row, **level)
    return {
        "data": {"id": name, "label": mark.label, "kind": row["kind"], "shape": mark.shape, "size": mark.size,
                 "fill": mark.fill, "ring": mark.ring, "width": mark.width, "predicted": int(mark.predicted)},
        "position": {"x": at[0], "y": at[1]},
    }  # fmt: skip


def _fold(fold: Any, at: tuple[float, float]) -> dict[str, Any]:
    return {"data": {"id": fold.id, "label": fold.words, "kind": "fold", "of": fold.of, "shape": SHAPE["fold"],
                     "size": SIZE["fold"], "n": fold.n}, "position": {"x": at[0], "y": at[1]}}  # fmt: skip


def _tie(fold: Any, drawn: Picture) -> dict[str, Any]:
    """From a regulator to its fold; unseen from another of its kind, so that forces keep the two together."""
    of_kind = fold.of.startswith("@")
    start = drawn.nodes.index[drawn.nodes["kind"] == fold.of[1:]][-1:].tolist() if of_kind else [fold.of]
    return {"data": {"id": f"{fold.of}>{fold.id}", "source": (start or [fold.id])[0], "target": fold.id,
                     "sign": "unseen" if of_kind else "fold", "width": 1}}  # fmt: skip


def _edge(link: Any, at: Places) -> dict[str, Any]:
    """An edge; one within a row bows so that it does not run through the nodes between."""
    flat = at[link.source][1] == at[link.target][1]
    bow = {"bow": round(BEND * (at[link.source][0] - at[link.target][0]), 1)} if flat else {}
    return {"data": {"id": f"{link.source}>{link.target}", "source": link.source, "target": link.target,
                     "sign": SIGNED[link.sign], "width": edge_width(link.weight), **bow}}  # fmt: skip


def layout_of(name: str, at: Places) -> dict[str, Any]:
    """The places as they are, or forces that begin from them."""
    if name == "cose":
        return {"name": "cose", "animate": False, "randomize": False, "fit": True, "padding": PADDING,
                "nodeDimensionsIncludeLabels": True, "componentSpacing": 60,
                "nodeRepulsion": 9000, "idealEdgeLength": 64, "nodeOverlap": 40, "gravity": 0.7, "numIter": 900}
    return {"name": "preset", "fit": True, "padding": PADDING,
            "positions": {node: {"x": x, "y": y} for node, (x, y) in at.items()}}  # fmt: skip


def stylesheet(theme: str) -> list[dict[str, Any]]:
    """How elements look by their data on a light or dark page."""
    ink = INKS[theme]
    return [*_node_styles(ink), *_edge_styles(ink), *_state_styles(ink)]


def _node_styles(ink: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"selector": "node", "style": {
            "label": "data(label)", "shape": "data(shape)", "width": "data(size)", "height": "data(size)",
            "font-size": 12.5, "font-family": "Inter, system-ui, sans-serif", "color": ink["ink"], "text-wrap": "wrap",
            "text-valign": "bottom", "text-margin-y": 4, "text-background-color": ink["paper"], "line-height": 1.1,
            "text-background-opacity": 0.88, "text-background-padding": 1, "min-zoomed-font-size": 5,
            "background-color": ink["paper"], "border-width": 1.2, "border-color": ink["line"]}},
        {"selector": "node[width]", "style": {"border-width": "data(width)"}},
        {"selector": "node[?fill]", "style": {"background-color": "data(fill)"}},
        *({"selector": f"node[ring = '{ring}']", "style": {"border-color": ink[ring]}} for ring in ("up", "down")),
        {"selector": "node[ring = 'none']", "style": {"border-style": "dotted"}},
        {"selector": "node[predicted = 1]", "style": {
            "outline-width": 1.3, "outline-style": "dashed", "outline-color": ink["muted"], "outline-offset": 2.5}},
        {"selector": "node[kind = 'function']", "style": {"text-max-width": 104, "width": 34}},
        {"selector": "node[kind = 'fold']", "style": {
            "width": 90, "height": 24, "border-style": "dashed", "border-color": ink["muted"], "font-size": 11.5,
            "color": ink["muted"], "text-valign": "center", "text-margin-y": 0, "text-background-opacity": 0,
            "text-max-width": 88, "background-color": ink["paper"]}},
    ]  # fmt: skip


def _edge_styles(ink: dict[str, str]) -> list[dict[str, Any]]:
    looks = {"up": ("up", "triangle"), "down": ("down", "tee"), "open": ("line", "circle")}
    signs = [{"selector": f"edge[sign = '{sign}']", "style": {
        "line-color": ink[colour], "target-arrow-color": ink[colour], "target-arrow-shape": arrow}}
        for sign, (colour, arrow) in looks.items()]  # fmt: skip
    return [
        {"selector": "edge", "style": {"width": "data(width)", "curve-style": "straight", "opacity": 0.62,
                                       "arrow-scale": 0.95, "target-distance-from-node": 3}},
        {"selector": "edge[bow]", "style": {"curve-style": "unbundled-bezier", "control-point-distances": "data(bow)",
                                            "control-point-weights": 0.5}},
        *signs,
        {"selector": "edge[sign = 'fold']", "style": {"line-color": ink["line"], "line-style": "dashed", "opacity": 0.5,
                                                      "target-arrow-shape": "none"}},
        {"selector": "edge[sign = 'unseen']", "style": {"visibility": "hidden", "events": "no"}},
    ]  # fmt: skip


def _state_styles(ink: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"selector": ".faint", "style": {"opacity": 0.15}},
        {"selector": "node.picked", "style": {
            "underlay-color": ink["ink"], "underlay-opacity": 0.22, "underlay-padding": 8, "underlay-shape": "ellipse",
            "z-index": 20, "font-weight": 700}},
        {"selector": "edge.picked", "style": {"opacity": 1, "width": 4, "z-index": 20}},
        {"selector": "node:active, edge:active", "style": {"overlay-opacity": 0.08}},
    ]  # fmt: skip
