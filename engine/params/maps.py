"""Parameters of a gene map: method, networks, model, training."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from engine.params.checked import Checked, param

METHOD_NAMES = ("muse-gnn", "pca", "gene2vec", "giant", "wsmae", "gae", "vgae", "mae", "table",
                "random", "random-by-name", "untrained")  # fmt: skip
AUTOENCODERS = ("wsmae", "gae", "vgae", "mae")
BY_EPOCHS = ("gene2vec", "giant", *AUTOENCODERS)
WITH_FORMS = ("gene2vec", *AUTOENCODERS)
FOR_ALL = ("method", "seed", "stop_by", "held_out")


@dataclass(frozen=True)
class MethodParams(Checked):
    """Which method gives the vectors."""

    method: str = param("muse-gnn", "Method", "What gives a gene its vector: MuSe-GNN or one of its rivals",
                        choices=METHOD_NAMES)  # fmt: skip
    form: str = param("mended", "Form of a rival", "As it should be, or with the handicaps of the published benchmark",
                      choices=("mended", "published"))
    vectors: str = param("", "Table of vectors", "For the method 'table': gene vectors of your own in the library, or "
                         "a file gene × dimension; scGPT, GenePT, Geneformer, scBERT, published Gene2vec")  # fmt: skip


@dataclass(frozen=True)
class NetworkParams(Checked):
    """How the co-expression network of a dataset is made."""

    n_genes: int = param(1000, "Genes per dataset", "Variable genes kept in each dataset", low=20, high=20000)
    min_detected: float = param(0.05, "Least detection", "Share of cells in which a gene must be seen",
                                low=0.0, high=1.0)  # fmt: skip
    choose: str = param("auto", "Choose genes by", "How much their residuals vary, or their pattern in the tissue "
                        "(SPARK-X); auto: the pattern where the places of spots are known",
                        choices=("auto", "variance", "spatial"))
    normalisation: str = param("theta-100", "Normalisation", "Pearson residuals with one overdispersion for all genes, "
                               "or sctransform v2's regularised ones", choices=("theta-100", "v2"))
    edges: str = param("p", "Edges by", "p: the level of CS-CORE's p; fdr: false discovery rate over gene pairs; "
                       "top-k: the strongest partners of each gene", choices=("p", "fdr", "top-k"))
    max_p: float = param(0.005, "Largest p of an edge", "CS-CORE p-value below which two genes are joined",
                         low=0.0, high=1.0)  # fmt: skip
    max_fdr: float = param(0.01, "Largest false discovery rate", "Share of false edges expected, where edges go by fdr",
                           low=0.0, high=1.0)  # fmt: skip
    top_k: int = param(10, "Partners of a gene", "Strongest partners that each gene keeps, where edges go by top-k",
                       low=1, high=5000)  # fmt: skip
    feature_cells: int = param(5000, "Cells as features", "Cells whose residuals describe a gene; more are sampled",
                               low=20, high=100000)  # fmt: skip


@dataclass(frozen=True)
class MuseParams(Checked):
    """MuSe-GNN's architecture and losses (paper, section 3)."""

    n_latent: int = param(32, "Dimensions", "Length of a gene's vector", low=2, high=512)
    n_hidden: int = param(32, "Hidden width", "Width of one attention head", low=2, high=512)
    components: int = param(128, "Components of the input", "Leading components of the residuals that describe a gene; "
                            "0 takes the residuals of all cells", low=0, high=2048)  # fmt: skip
    signs: str = param("kept", "Signs of edges", "kept: genes that replace each other point apart; ignored: an edge is "
                       "an edge, as in the paper", choices=("kept", "ignored"))
    sharing: str = param("one", "Shared layers", "one stack for all datasets, one a modality as in the paper, or none",
                         choices=("one", "modality", "none"))  # fmt: skip
    decoder: str = param("bilinear", "Decoder", "bilinear on sampled signed edges, or the paper's dense MLP",
                         choices=("bilinear", "mlp"))
    similarity_weight: float = param(0.25, "Weight of similarity", "Pull between the same gene in two datasets",
                                     low=0.0, high=100.0)  # fmt: skip
    similarity_by: str = param("relative", "Similarity by", "partners: the pull is the share λ of partners that a "
                               "gene has in both datasets, as in the paper; relative: λ over its mean, so that "
                               "datasets with few edges are pulled as much; even: the same for all genes",
                               choices=("relative", "partners", "even"))  # fmt: skip
    centring: str = param("dataset", "Centring", "dataset: vectors of each dataset have mean 0, so that none lies "
                          "apart as a whole; none: as in the paper", choices=("dataset", "none"))
    contrast_weight: float = param(0.01, "Weight of contrast", "λ_c of the InfoNCE loss", low=0.0, high=10.0)
    temperature: float = param(0.07, "Temperature", "τ of the InfoNCE loss", low=0.001, high=10.0)
    n_anchors: int = param(100, "Contrast anchors", "Differing genes drawn from each side of a pair", low=2, high=5000)


@dataclass(frozen=True)
class TrainParams(Checked):
    """How long and how fast the model learns."""

    epochs: int = param(200, "Epochs", "Passes over all datasets, at most", low=1, high=100000)
    learning_rate: float = param(0.005, "Learning rate", "Step size of Adam at the start", low=1e-6, high=1.0)
    decoder_rate: float = param(1.0, "Decoder's rate", "Learning rate of the decoder over that of the encoder",
                                low=0.01, high=100.0)  # fmt: skip
    schedule: str = param("falling", "Schedule", "The learning rate falls to a twentieth along a cosine, or stays",
                          choices=("falling", "constant"))  # fmt: skip
    step_of: str = param("block", "A step is", "block: of up to eight datasets, each with a partner among them; pair: "
                         "of one dataset and its partner, as in the paper", choices=("block", "pair"))
    patience: int = param(5, "Patience", "Looks at the edges to stop by without gain after which training ends; "
                          "0 never stops early", low=0, high=1000)  # fmt: skip
    stop_by: float = param(0.02, "Edges to stop by", "Share of edges hidden from training that it may stop by",
                           low=0.0, high=0.5)  # fmt: skip
    held_out: float = param(0.05, "Edges kept out", "Share of edges hidden from training, to measure on",
                            low=0.0, high=0.5)  # fmt: skip
    wiring: str = param("found", "Wiring", "Edges as found, or rewired at equal degree: a null that keeps only how "
                        "many partners a gene has", choices=("found", "rewired"))  # fmt: skip
    seed: int = param(0, "Seed", "Same seed, same map on one machine", low=0, high=2**31 - 1)


@dataclass(frozen=True)
class EmbedParams:
    """Everything that decides a gene map, beside its data."""

    method: MethodParams = field(default_factory=MethodParams)
    network: NetworkParams = field(default_factory=NetworkParams)
    model: MuseParams = field(default_factory=MuseParams)
    training: TrainParams = field(default_factory=TrainParams)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Nested dictionaries, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: dict[str, dict[str, Any]]) -> EmbedParams:
        """The reverse of `to_dict`; what is not given keeps its default."""
        return cls(
            method=MethodParams(**given.get("method", {})),
            network=NetworkParams(**given.get("network", {})),
            model=MuseParams(**given.get("model", {})),
            training=TrainParams(**given.get("training", {})),
        )


def matters(method: str, group: str, name: str) -> bool:
    """Whether a parameter, by its group and name, has a say in what a method makes."""
    if group == "network" or name in FOR_ALL:
        return True
    if group == "method":
        return method == "table" if name == "vectors" else method in WITH_FORMS
    if method == "muse-gnn":
        return True
    if group == "model":
        return method == "untrained" or (name == "n_latent" and method != "table")
    return name == "epochs" and method in BY_EPOCHS
