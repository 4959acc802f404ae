"""The network as files for other tools: GraphML, SIF, a table of edges; and as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pandas as pd

from app.causes import Explanation
from app.figures.causal_marks import VERB, edge_width, mark_of
from app.figures.causal_svg import network_svg
from app.pages.causes.folding import Picture
from app.pages.causes.places import Places

NODE_FACTS = {"kind": "string", "layer": "int", "z": "double", "p": "double", "fdr": "double", "p_bias": "double",
              "call": "string", "log2fc": "double", "de_fdr": "double", "n_targets": "int",
              "n_changed": "int"}  # fmt: skip
EDGE_FACTS = {"sign": "int", "weight": "double", "interaction": "string", "evidence": "int", "database": "string",
              "papers": "string"}  # fmt: skip
NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def links_with_evidence(found: Explanation, links: pd.DataFrame) -> pd.DataFrame:
    """The links with the databases and papers behind each, joined by ;."""
    def joined(values: pd.Series) -> str:
        return ";".join(dict.fromkeys(part for value in values for part in str(value).split(";") if part))

    by = found.edges.groupby(["source", "target"], as_index=False).agg({"database": joined, "papers": joined})
    table = links.merge(by, on=["source", "target"], how="left")
    return table.assign(interaction=table["sign"].map(VERB))


def graphml(nodes: pd.DataFrame, links: pd.DataFrame) -> str:
    """GraphML of nodes with their predictions and measurements, and edges with sign and evidence.

    A value that is not known is left out.
    """
    root = ET.Element("graphml", xmlns=NAMESPACE)
    for part, facts in (("node", NODE_FACTS), ("edge", EDGE_FACTS)):
        for name, kind in facts.items():
            ET.SubElement(root, "key", {"id": f"{part}_{name}", "for": part, "attr.name": name, "attr.type": kind})
    graph = ET.SubElement(root, "graph", {"id": "causes", "edgedefault": "directed"})
    for name, row in nodes.iterrows():
        _facts(ET.SubElement(graph, "node", id=str(name)), "node", row, NODE_FACTS)
    for i, row in enumerate(links.to_dict("records")):
        edge = ET.SubElement(graph, "edge", id=f"e{i}", source=row["source"], target=row["target"])
        _facts(edge, "edge", row, EDGE_FACTS)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _facts(element: ET.Element, part: str, row: Mapping, facts: Mapping[str, str]) -> None:
    for name, kind in facts.items():
        value = row[name]
        if not pd.isna(value) and value != "":
            whole = int(value) if kind == "int" else float(value) if kind == "double" else value
            ET.SubElement(element, "data", key=f"{part}_{name}").text = str(whole)


def sif(links: pd.DataFrame) -> str:
    """Simple interaction format: `source<TAB>activates|inhibits|regulates<TAB>target`."""
    return "".join(f"{row.source}\t{VERB[row.sign]}\t{row.target}\n" for row in links.itertuples())


def edges_tsv(found: Explanation, links: pd.DataFrame) -> str:
    """Every piece of evidence behind the links, a row each."""
    kept = found.edges.merge(links[["source", "target"]], on=["source", "target"])
    return kept.to_csv(sep="\t", index=False, float_format="%.6g", lineterminator="\n")


def picture_svg(found: Explanation, drawn: Picture, at: Places, *, title: str, subtitle: str,
                note: str = "") -> str:
    """The picture as SVG, nodes where `at` says."""
    level = found.thresholds
    marks = {name: mark_of(name, row, **level) for name, row in drawn.nodes.iterrows()}
    links = [(link.source, link.target, link.sign, edge_width(link.weight)) for link in drawn.links.itertuples()]
    folds = {fold.id: fold.words for fold in drawn.folds}
    ties = [(fold.of, fold.id) for fold in drawn.folds if fold.of in marks]
    return network_svg(marks, links, folds, ties, at, title=title, subtitle=subtitle, note=note)
