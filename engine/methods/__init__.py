"""The methods that give every gene of every dataset a vector, all by one protocol.

Adding one is a file with a function like `train_muse`, and its line in `METHODS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from engine.errors import unknown
from engine.graph.split import EdgeSplit, split_edges
from engine.methods.trained import Trained
from engine.params import EmbedParams
from engine.progress import Progress
from engine.types import GeneGraph

__all__ = ["METHODS", "Method", "Trained", "find_method", "reads_signs", "split_all", "train"]


@dataclass(frozen=True)
class Method:
    """A way to gene vectors.

    `signed` says that genes whose edge is negative are meant to point apart, so that an edge of either
    sign is read by the size of the cosine; else edges are read by the cosine itself. `kind` is model,
    rival or null; `function` is `module:name`, imported when it is run.
    """

    name: str
    label: str
    kind: str
    signed: bool
    function: str
    about: str

    def run(self, graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str,
            checkpoint: Path, progress: Progress) -> Trained:
        """Vectors of the genes of `graphs`, learned from the kept edges of `splits`."""
        module, name = self.function.split(":")
        function = getattr(import_module(f"engine.methods.{module}"), name)
        return function(graphs, splits, params, device=device, checkpoint=checkpoint, progress=progress)


METHODS = {method.name: method for method in (
    Method("muse-gnn", "MuSe-GNN", "model", True, "muse:train_muse",
           "A graph transformer with one stack for all datasets (Liu et al., NeurIPS 2023)."),
    Method("pca", "PCA", "rival", True, "pca:train_pca", "Principal components of each dataset's features."),
    Method("gene2vec", "Gene2vec", "rival", False, "gene2vec:train_gene2vec",
           "One vector a gene name, by skip-gram on co-expressed pairs (Du et al., 2019)."),
    Method("giant", "GIANT", "rival", False, "giant:train_giant",
           "Random walks among correlated genes of each dataset, datasets held together (Chen et al., 2023)."),
    Method("wsmae", "WSMAE", "rival", True, "autoencoders:train_wsmae",
           "An autoencoder of the features whose inner layers all datasets share."),
    Method("gae", "GAE", "rival", False, "autoencoders:train_gae",
           "A graph autoencoder of each dataset (Kipf and Welling, 2016)."),
    Method("vgae", "VGAE", "rival", False, "autoencoders:train_vgae",
           "A variational graph autoencoder of each dataset (Kipf and Welling, 2016)."),
    Method("mae", "MAE", "rival", True, "autoencoders:train_mae",
           "A masked autoencoder of each dataset's features (after He et al., 2022)."),
    Method("table", "Table of vectors", "rival", False, "table:from_table",
           "Vectors made elsewhere, the same in every dataset."),
    Method("random", "Random vectors", "null", True, "nulls:random", "Knows nothing."),
    Method("random-by-name", "One random vector a name", "null", True, "nulls:by_name",
           "Knows only the names of the genes."),
    Method("untrained", "Untrained network", "null", True, "muse:untrained_muse", "MuSe-GNN before it learned."),
)}  # fmt: skip


def find_method(name: str) -> Method:
    """The method of that name; raises `UnknownName` when there is none."""
    if name not in METHODS:
        raise unknown("method", name, METHODS, where="among those that embed genes")
    return METHODS[name]


def reads_signs(params: EmbedParams) -> bool:
    """Whether edges of either sign are read by the size of the cosine; MuSe-GNN can be told to ignore signs."""
    method = find_method(params.method.method)
    of_muse = method.function.startswith("muse:")
    return method.signed and not (of_muse and params.model.signs == "ignored")


def split_all(graphs: list[GeneGraph], params: EmbedParams) -> list[EdgeSplit]:
    """The edges kept and held out of every dataset: the same for every method at one seed."""
    training = params.training
    return [split_edges(graph.edges.shape[1], training.held_out, validation=training.stop_by, seed=(training.seed, i))
            for i, graph in enumerate(graphs)]  # fmt: skip


def train(graphs: list[GeneGraph], splits: list[EdgeSplit], params: EmbedParams, *, device: str, checkpoint: Path,
          progress: Progress) -> Trained:
    """Run the method that `params` name."""
    return find_method(params.method.method).run(graphs, splits, params, device=device, checkpoint=checkpoint,
                                          progress=progress)  # fmt: skip
