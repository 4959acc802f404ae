"""How much memory a training will take, told before it starts, and what would fit."""

from __future__ import annotations

from engine.errors import MemoryShort
from engine.params import EmbedParams
from engine.train.blocks import block_size

PAIR = 20  # bytes a gene pair of a block: masks of all, positive and negative ties, and what makes them
SAVED = 40  # numbers a gene and hidden channel kept for the backward pass, over all layers
DECODER = 5  # matrices of gene pairs that the dense decoder keeps: z zᵀ, three layers, the loss
PARAMETERS = 4  # weights, their gradient, and Adam's two moments
DATASET = 2e6  # bytes of a dataset's own tables and small tensors
BASE = 520e6  # the libraries themselves
SHARE = 0.9  # of the free memory that may be taken


def training_bytes(n_genes: list[int], n_edges: list[int], n_features: list[int], params: EmbedParams) -> float:
    """Peak memory of training in bytes, about; the graphs of a study as `GraphTensors` hold them, and one block.

    `tests.benchmarks.training` prints it beside what was taken.

    Parameters
    ----------
    n_genes, n_edges, n_features
        Of each dataset: genes, edges to learn from, cells behind its features.
    """
    model = params.model
    widths = [min(model.components, n, f) if model.components else f for n, f in zip(n_genes, n_features, strict=True)]
    resident = sum(DATASET + 16 * e + 4 * n * w + n * len(n_genes) * max(n_genes) / 16
                   for n, e, w in zip(n_genes, n_edges, widths, strict=True))  # fmt: skip
    block = 2 if params.training.step_of == "pair" else block_size(n_genes)
    largest = sorted(n_genes, reverse=True)[:block]
    step = sum(PAIR * n**2 + 4 * SAVED * 4 * model.n_hidden * n for n in largest)
    weights = sum(4 * 4 * model.n_hidden * w for w in widths)
    if model.decoder == "mlp":
        step += sum(4 * DECODER * n**2 for n in largest)
        weights += sum(3 * n**2 for n in n_genes)
    return BASE + resident + step + 4 * PARAMETERS * weights


def need_memory(n_genes: list[int], n_edges: list[int], n_features: list[int], params: EmbedParams, *,
                free: float | None) -> None:
    """Refuse a training that there is no room for; `free` are the bytes to be had, None where nobody knows.

    Raises
    ------
    MemoryShort
        With what it would take, what can be had, and how many genes per dataset would fit.
    """
    wanted = training_bytes(n_genes, n_edges, n_features, params)
    if free is None or wanted <= SHARE * free:
        return
    raise MemoryShort(
        f"Training {len(n_genes)} datasets of up to {max(n_genes):,} genes would take about {_gb(wanted)} of memory, "
        f"and {_gb(SHARE * free)} can be had. {_advice(n_genes, n_edges, n_features, params, SHARE * free)}"
    )


def _advice(n_genes, n_edges, n_features, params: EmbedParams, room: float) -> str:
    """The largest number of genes per dataset that fits, edges shrinking with its square."""
    for share in (0.75, 0.5, 0.35, 0.25, 0.15, 0.1):
        fewer = [max(20, int(share * n)) for n in n_genes]
        edges = [int(share**2 * e) for e in n_edges]
        if training_bytes(fewer, edges, n_features, params) <= room:
            return f"About {max(fewer):,} genes per dataset would fit. Choose so many, or close other programs."
    return "Choose fewer datasets or the bilinear decoder, or close other programs."


def _gb(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:.3g} GB"
