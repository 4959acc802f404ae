"""Parameters of screens, of what knockouts are learned from, and of GRAPE."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from engine.errors import InvalidParameter
from engine.params.checked import Checked, param


@dataclass(frozen=True)
class ScreenParams(Checked):
    """Which perturbed cells of a study are looked at, and how their changes are summed up."""

    kind: str = param("", "Kind of perturbation", "Knockout, interference or activation, where a study mixes them; "
                      "empty is the only kind there is", choices=("", "knockout", "interference", "activation"))
    datasets: str = param("", "Datasets", "Names of the datasets of the study, with commas between; empty is all")
    cell_type: str = param("", "Cell type", "The cell type that is looked at; empty is all cells together")
    min_cells: int = param(10, "Fewest cells", "Cells a perturbation must have", low=2, high=100000)
    n_genes: int = param(5000, "Genes", "Genes whose change is told: those highest in control, and every target",
                         low=20, high=50000)  # fmt: skip
    permutations: int = param(200, "Permutations", "Relabellings for the test whether a perturbation did anything; "
                              "0 does not test", low=0, high=100000)  # fmt: skip
    seed: int = param(0, "Seed", "The same seed gives the same result", low=0, high=2**31 - 1)


@dataclass(frozen=True)
class KnockoutParams(Checked):
    """What predictions of knockouts are learned from."""

    basis: str = param("auto", "Learned from", "screen: the perturbations of the study; network: its cells and TF "
                       "targets; auto: the screen where there is one", choices=("auto", "screen", "network"))
    screen: ScreenParams = field(default_factory=ScreenParams)
    kernels: str = param("all", "Likeness of genes by", "Names with commas between: network, pathways, go, expression, "
                         "embedding, text, screens; or all")  # fmt: skip
    map: str = param("", "Gene map", "Id of a gene map whose vectors say how like genes are; empty is the newest map "
                     "of the study, where there is one")
    encoder: str = param("", "Sentence encoder", "Of gene summaries: a model's name at a hub that can be reached, such "
                         "as dmis-lab/biobert-base-cased-v1.2; empty takes the one that is installed")  # fmt: skip
    sequences: str = param("", "Sequences", "A FASTA file of one sequence a gene, or a table gene × dimension; empty "
                           "takes length, biotype and place of each gene")
    networks: str = param("auto", "Networks", "Networks of TF targets and signalling of the library, with commas "
                          "between; auto takes those that are here")
    n_genes: int = param(2000, "Genes of a simulation", "The most variable genes, and every regulator seen in enough "
                         "cells", low=50, high=20000)  # fmt: skip
    ridge: float = param(10.0, "Penalty", "Of the regression of each target on its regulators", low=1e-3, high=1e6)
    seed: int = param(0, "Seed", "The same seed gives the same result", low=0, high=2**31 - 1)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> KnockoutParams:
        """From what `to_dict` gave."""
        return cls(**{**values, "screen": ScreenParams(**values.get("screen", {}))})


@dataclass(frozen=True)
class GrapeParams(Checked):
    """GRAPE's graphs, layers and losses (paper, section 4)."""

    n_hidden: int = param(64, "Width", "Length of a gene's hidden vector", low=4, high=1024)
    heads: int = param(4, "Heads", "Of the similarity and of the attention", low=1, high=16)
    layers: int = param(2, "Layers", "Of attention between coding and non-coding genes", low=1, high=4)
    hops: int = param(2, "Hops", "Of structure learning; 0 learns no structure", low=0, high=4)
    neighbours: int = param(20, "Neighbours", "Edges that each gene keeps in a graph", low=2, high=200)
    features: str = param("fusion", "Features", "text and sequence aligned and fused; or one of them alone",
                          choices=("fusion", "text", "sequence", "only fusion"))
    biotype: str = param("kept", "Biotype", "Coding and non-coding genes told apart, or not, or shuffled as a null",
                         choices=("kept", "ignored", "shuffled"))  # fmt: skip
    alignment_epochs: int = param(50, "Rounds of alignment", "Of text and sequence, before training", low=0, high=10000)
    temperature: float = param(0.1, "Temperature", "τ of the InfoNCE loss", low=0.001, high=10.0)
    huber_weight: float = param(1.0, "Weight of Huber", "Beside the mean squared error", low=0.0, high=100.0)
    structure_weight: float = param(0.1, "Weight of structure", "λ₁: how near the learned graph stays to the first",
                                    low=0.0, high=100.0)  # fmt: skip
    epochs: int = param(80, "Epochs", "Passes over the perturbations, at most", low=1, high=100000)
    batch: int = param(64, "Batch", "Perturbations in a step", low=1, high=4096)
    learning_rate: float = param(1e-3, "Learning rate", "Of AdamW", low=1e-6, high=1.0)
    patience: int = param(20, "Patience", "Epochs without gain on held-out perturbations after which training ends",
                          low=1, high=1000)  # fmt: skip
    held_out: float = param(0.15, "Held out", "Share of the perturbed genes that training stops by, and as large a "
                            "share that the gate is set by", low=0.05, high=0.4)  # fmt: skip
    seed: int = param(0, "Seed", "The same seed gives the same result", low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_hidden % self.heads:
            raise InvalidParameter(f"'Heads' must divide 'Width', found {self.heads} and {self.n_hidden}. Choose "
                                   "another of either.")  # fmt: skip


@dataclass(frozen=True)
class GearsParams(Checked):
    """The network after GEARS, a rival."""

    n_hidden: int = param(64, "Width", "Length of a gene's vector", low=4, high=1024)
    neighbours: int = param(20, "Neighbours", "Edges that each gene keeps in a graph", low=1, high=200)
    direction_weight: float = param(0.1, "Weight of direction", "Beside the size of the error", low=0.0, high=100.0)
    level: str = param("perturbation", "Learned from", "The means of perturbations, or cells drawn of them",
                       choices=("perturbation", "cell"))  # fmt: skip
    epochs: int = param(100, "Epochs", "Passes over the perturbations, at most", low=1, high=100000)
    batch: int = param(32, "Batch", "Perturbations in a step", low=1, high=4096)
    learning_rate: float = param(1e-3, "Learning rate", "Of AdamW", low=1e-6, high=1.0)
    patience: int = param(20, "Patience", "Epochs without gain on held-out perturbations after which training ends",
                          low=1, high=1000)  # fmt: skip
    held_out: float = param(0.15, "Held out", "Share of the perturbed genes that training stops by", low=0.05,
                            high=0.4)  # fmt: skip
    seed: int = param(0, "Seed", "The same seed gives the same result", low=0, high=2**31 - 1)
