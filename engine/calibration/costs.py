"""What the stages of a gene map cost by the size of the data, and what a whole map will take."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np

from engine.params import EmbedParams, MuseParams

LOOKS = 20  # looks at the edges to stop by in a run: `VALIDATIONS` of the loop
UMAP_ROUNDS = (500, 200)  # up to 10,000 rows, and beyond (umap-learn)
UMAP_LARGE = 10_000


@dataclass(frozen=True)
class DatasetSize:
    """Cells of a dataset, its genes that are seen in enough of them, and how many of these are kept."""

    cells: int
    seen: int
    genes: int


@dataclass(frozen=True)
class Calibration:
    """Coefficients of every stage, in seconds a unit of its terms, and the machine they were found on.

    `device` in words; `device_bytes` the memory of a GPU that was free, None on a CPU; `seconds` what finding
    them took.
    """

    network: tuple[float, ...]
    setup: tuple[float, ...]
    epoch: tuple[float, ...]
    look: tuple[float, ...]
    place: tuple[float, ...]
    measure: tuple[float, ...]
    device: str
    device_bytes: float | None = None
    seconds: float = 0.0

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """The reverse of `to_json`; raises ValueError or TypeError when the text is no calibration."""
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("not a calibration")
        return cls(**{name: tuple(map(float, value)) if isinstance(value, list) else value
                      for name, value in found.items()})  # fmt: skip


def network_terms(size: DatasetSize) -> tuple[float, ...]:
    """Of one network: reading and residuals of all genes seen, CS-CORE's products, and what is done a pair."""
    return 1.0, size.cells * size.seen, size.cells * size.genes**2, size.genes**2


def setup_terms(size: DatasetSize, n_features: int) -> tuple[float, ...]:
    """Of bringing one network to the device: its edges, and the components of its features."""
    return 1.0, size.genes**2, size.genes * n_features


def epoch_terms(size: DatasetSize, width: int, *, dense_decoder: bool) -> tuple[float, ...]:
    """Of one dataset in an epoch: layers a gene, attention a pair, the first layer, the paper's decoder."""
    return 1.0, size.genes, size.genes**2, size.genes * width, size.genes**3 * dense_decoder


def look_terms(size: DatasetSize) -> tuple[float, ...]:
    """Of one dataset in a look at the edges to stop by."""
    return 1.0, size.genes**2


def place_terms(sizes: list[DatasetSize]) -> tuple[float, ...]:
    """Of neighbours, clusters and UMAP, whose rounds are fewer for many rows."""
    rows = sum(size.genes for size in sizes)
    return 1.0, rows * UMAP_ROUNDS[rows > UMAP_LARGE]


def measure_terms(sizes: list[DatasetSize]) -> tuple[float, ...]:
    """Of the measures and their nulls: clusters of all rows, and scores of all pairs of a dataset."""
    return sum(size.genes for size in sizes), sum(size.genes**2 for size in sizes)


def fit(terms: list[tuple[float, ...]], seconds: list[float]) -> tuple[float, ...]:
    """Coefficients of 0 or more with the least squares of the relative errors.

    Parameters
    ----------
    terms, seconds
        Of every size that was timed.
    """
    from scipy.optimize import nnls

    rows, found = np.asarray(terms, dtype=float), np.asarray(seconds, dtype=float)
    scale = rows.max(axis=0)
    scale[scale == 0] = 1.0
    coefficients, _ = nnls(rows / scale / found[:, None], np.ones(len(found)))
    return tuple((coefficients / scale).tolist())


def cost(coefficients: tuple[float, ...], terms: tuple[float, ...]) -> float:
    """Seconds of a stage."""
    return float(np.dot(coefficients, terms))


def stages(calibration: Calibration, sizes: list[DatasetSize], params: EmbedParams) -> dict[str, float] | None:
    """Seconds of every stage, at most: training may stop early, and networks may be there already.

    Known for MuSe-GNN and for methods that learn nothing; None for the others.
    """
    if params.method.method not in ("muse-gnn", "untrained", "random", "random-by-name"):
        return None
    found = {"networks": sum(cost(calibration.network, network_terms(size)) for size in sizes), "training": 0.0}
    if params.method.method in ("muse-gnn", "untrained"):
        found["training"] = sum(_setup(calibration, size, params) for size in sizes)
    if params.method.method == "muse-gnn":
        looks = sum(cost(calibration.look, look_terms(size)) for size in sizes)
        found["training"] += params.training.epochs * _epoch(calibration, sizes, params)
        found["training"] += min(LOOKS, params.training.epochs) * looks
    found["placing"] = cost(calibration.place, place_terms(sizes))
    found["measuring"] = cost(calibration.measure, measure_terms(sizes))
    return found


def estimate(calibration: Calibration, sizes: list[DatasetSize], params: EmbedParams) -> float | None:
    """Seconds that a map takes in a process that has loaded its libraries; None where nobody knows. See `stages`."""
    found = stages(calibration, sizes, params)
    return None if found is None else sum(found.values())


def roughly(seconds: float) -> str:
    """A duration as exactly as an estimate can be: about 40 s, about 3 min, about 2.5 h."""
    if seconds < 57.5:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    minutes = seconds / 60
    if minutes < 10:
        return f"about {round(minutes)} min"
    if minutes < 87.5:
        return f"about {5 * round(minutes / 5)} min"
    return f"about {round(minutes / 30) / 2:g} h"


def _features(size: DatasetSize, params: EmbedParams) -> int:
    return min(size.cells, params.network.feature_cells)


def _setup(calibration: Calibration, size: DatasetSize, params: EmbedParams) -> float:
    n_features = _features(size, params) if params.model.components else 0
    return cost(calibration.setup, setup_terms(size, n_features))


def _epoch(calibration: Calibration, sizes: list[DatasetSize], params: EmbedParams) -> float:
    """One epoch of all datasets; in steps of pairs every dataset goes through the layers twice.

    The layers are taken to cost in proportion to their width.
    """
    model, passes = params.model, 2 if params.training.step_of == "pair" else 1
    wider, total = model.n_hidden / MuseParams().n_hidden, 0.0
    for size in sizes:
        n_features = _features(size, params)
        width = min(model.components or n_features, size.genes if model.components else n_features, n_features)
        terms = epoch_terms(size, width, dense_decoder=model.decoder == "mlp")
        once, *layers, decoder = np.multiply(calibration.epoch, terms).tolist()
        total += passes * (once + wider * sum(layers)) + decoder
    return total
