"""Parameters of a comparison of two conditions, and of what may stand behind it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.params.checked import Checked, param


@dataclass(frozen=True)
class ContrastParams(Checked):
    """How two conditions are compared: which cells, who is a unit, how many permutations."""

    by: str = param("", "Compared by", "obs column with the two conditions; empty is the study's condition")
    control: str = param("", "Control", "The level that is compared with")
    case: str = param("", "Case", "The level that is compared; empty is the other one, where there are two")
    donor: str = param("", "Donor", "obs column of the donors; empty is the study's donor or batch, else its datasets")
    batch: str = param("", "Batch", "obs column of runs or batches, to see whether they go with the condition")
    only: str = param("", "Cell type", "The cell type that is compared; empty is all cells together")
    without: str = param("", "Cell types left out", "Cell types that are dropped first, separated by commas")
    n_genes: int = param(1000, "Genes", "Genes compared: the most variable of those seen often enough",
                         low=20, high=5000)  # fmt: skip
    min_detected: float = param(0.05, "Least detection", "Share of cells in which a gene must be seen",
                                low=0.0, high=1.0)  # fmt: skip
    permutations: int = param(1000, "Permutations", "Most relabellings of the donors; where there are fewer, all",
                              low=10, high=100000)  # fmt: skip
    space: str = param("donors", "Shared space", "Place the genes of every donor in one space, and compare the places; "
                       "or none, which is faster", choices=("donors", "none"))
    epochs: int = param(100, "Epochs", "Rounds of learning of the shared space", low=1, high=5000)
    seed: int = param(0, "Seed", "The same seed gives the same result", low=0, high=2**31 - 1)


@dataclass(frozen=True)
class CausesParams(Checked):
    """How changes are explained by networks."""

    networks: str = param("collectri", "Networks", "Networks of the library, by name, with commas between: those of TF "
                          "targets give the evidence, those of signalling lead from roots to regulators")  # fmt: skip
    functions: str = param("", "Diseases and functions", "Gene sets of the library, by name, with commas between, or "
                           "networks of your own from genes to functions with signs; none when empty")  # fmt: skip
    max_fdr: float = param(0.05, "Largest false discovery rate", "Of a gene that counts as changed", low=0.0, high=1.0)
    min_log2fc: float = param(0.0, "Least change", "Least |log2 fold change| of a gene that counts as changed",
                              low=0.0, high=100.0)  # fmt: skip
    depth: int = param(2, "Depth of causal networks", "Most steps from a root to a changed gene; 1: roots are the "
                       "regulators themselves", low=1, high=3)  # fmt: skip
    permutations: int = param(1000, "Random sets", "Random changed genes, matched in number and degree, that a root is "
                              "held against", low=20, high=100000)  # fmt: skip
    seed: int = param(0, "Seed", "Same seed, same random sets", low=0, high=2**31 - 1)
