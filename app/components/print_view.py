"""From a view of the map to what a printed figure shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures.columns import SIMILARITY, Column, column_named, similarity
from app.figures.embedding import Print, point_size
from app.selections import chosen
from app.view import View
from app.words import plural
from engine.tl.similarity import similarity_to
from engine.types import GeneEmbedding

if TYPE_CHECKING:
    from engine.jobs.sets import GeneSets

SCREEN = 900  # pixels of the picture on a screen, for which point sizes are chosen


def print_of(view: View, embedding: GeneEmbedding, sets: GeneSets, *, width: int) -> Print:
    """The view at `width` pixels, points in proportion."""
    n = len(embedding.genes)
    size = (view.size or point_size(n)) * width / SCREEN
    return Print(
        column=column_of(view, embedding), shown=view.shown(embedding), chosen=chosen(view.select, embedding, sets),
        x=view.x, y=view.y, point_size=max(round(size, 2), 1.0), opacity=view.opacity or 1.0, width=width,
        title=embedding.facts["title"], subtitle=subtitle(view, embedding, sets),
    )  # fmt: skip


def column_of(view: View, embedding: GeneEmbedding) -> Column:
    """The column that the view is coloured by."""
    if view.colour == SIMILARITY:
        return similarity(view.gene, similarity_to(embedding.vectors, embedding.genes, view.gene))
    return column_named(embedding, view.colour)


def subtitle(view: View, embedding: GeneEmbedding, sets: GeneSets) -> str:
    """n and method, and how many are selected."""
    n = plural(len(embedding.genes), "point")
    picked = chosen(view.select, embedding, sets)
    part = "" if picked is None else f", {int(picked.sum()):,} selected"
    return f"{n} (a gene in a dataset) from {plural(len(embedding.datasets), 'dataset')}{part}. MuSe-GNN, UMAP."
