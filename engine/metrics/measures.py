"""The measures of a gene map in words: what each says, its best value and its chance level."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """`best` is 1 or 0, `chance` the value of a meaningless map, None where only computing it can tell."""

    name: str
    label: str
    best: int
    chance: float | None
    explanation: str


MEASURES = (
    Measure(
        "held_out_auc", "Hidden edges", 1, 0.5,
        "How often two genes whose co-expression was hidden from training stand out from two genes that are not "
        "co-expressed: together when they rise together, opposite when one replaces the other. The next two "
        "take the directions apart.",
    ),
    Measure(
        "held_out_auc_positive", "Hidden positive edges", 1, 0.5,
        "How often a hidden pair of genes that rise and fall together lies closer than two unrelated genes.",
    ),
    Measure(
        "held_out_auc_negative", "Hidden negative edges", 0, 0.5,
        "How often a hidden pair in which one gene rises as the other falls lies closer than two unrelated genes: "
        "it should be seldom.",
    ),
    Measure(
        "held_out_signed", "Hidden edges with their sign", 1, 0.5,
        "The last two as one number: positive hidden edges should lie close and negative ones opposite, each beside "
        "two unrelated genes, and both count alike. A map that knows no signs stays low on the negative half.",
    ),
    Measure(
        "edge_auc", "Training edges", 1, 0.5,
        "The figure of the paper: co-expressed genes that the model was trained on, of either direction, should lie "
        "close, and each gene counts as its own partner. It asks genes that replace each other to lie together, "
        "which this map does not do by design.",
    ),
    Measure(
        "neighbour_overlap", "Neighbour overlap", 1, None,
        "How much of their co-expression partners two genes share when they lie in one cluster and come from "
        "different datasets.",
    ),
    Measure(
        "asw", "Mixing in clusters (ASW)", 1, None,
        "How evenly the datasets mix inside each cluster, for genes found in all of them. Vectors without "
        "meaning mix best, so this shows mixing and not biology. scib 1.x and scib-metrics agree on it.",
    ),
    Measure(
        "graph_connectivity", "Connected clusters", 1, None,
        "The share of a cluster's genes that hang together through near neighbours, for genes found in all "
        "datasets. As in scib 1.x the neighbours are sought among all genes of the map; scib-metrics seeks them anew "
        "among the common ones and gives other values.",
    ),
    Measure(
        "ilisi", "Mixing around a gene (iLISI)", 1, None,
        "How many datasets lie around a gene: 0 is its own alone, 1 is all of them alike, for genes found in all "
        "datasets. Names alone are enough to score high. True distances are used, as in scib-metrics; scib 1.x "
        "and the paper give another quantity under this name, the next one.",
    ),
    Measure(
        "ilisi_scib1", "iLISI as in scib 1.x and the paper", 1, None,
        "The same question, answered as scib 1.x and the paper do: the 90 genes around a gene are those at the "
        "end of the shortest paths, where the likeness of two genes is taken for their distance. For comparison with "
        "published values. Of more than 3,000 genes, 3,000 drawn at random stand for all.",
    ),
    Measure(
        "common_gene_ratio", "Same gene together (CGR)", 1, None,
        "How often a cluster holds one gene from several datasets. Names alone, or one giant cluster, score "
        "highest, so this shows alignment and not biology.",
    ),
)  # fmt: skip
