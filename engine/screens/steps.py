"""The steps from the cells of a study to the tables and facts of a `Screen`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidStudy
from engine.io.streaming import streamed
from engine.params import ScreenParams
from engine.progress import Progress, Span
from engine.screens.cells import ScreenCells, cells_of
from engine.screens.energy import Sample, energy_tests, sample_of
from engine.screens.facts import cell_facts
from engine.screens.sums import Changes, Controls, ControlSums, changes_of
from engine.screens.targets import p_of, target_changes
from engine.tl.adjust import adjusted
from engine.types import DatasetSource, Study
from engine.types.perturbations import targets_of

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

LEARNED_FROM = 3000  # control cells that vectors of genes are learned from
COMPONENTS = 50


def screen_of_cells(study: Study, sources: list[DatasetSource], params: ScreenParams,
                    progress: Progress) -> tuple[AnnData, dict]:  # fmt: skip
    """The AnnData of a `Screen` of cells, and its facts but for content hashes and seconds."""
    with ExitStack() as stack:
        progress.stage("Reading labels", 0.0)
        streams = tuple(stack.enter_context(streamed(source)) for source in sources)
        if len(scales := sorted({stream.scale for stream in streams})) > 1:
            raise InvalidStudy(f"The datasets of study '{study.name}' hold values of {len(scales)} kinds "
                               f"({', '.join(scales)}), which cannot be averaged. Choose datasets of one.")  # fmt: skip
        cells, rng = cells_of(study, streams, params), np.random.default_rng(params.seed)
        half, sample = halves(cells, rng), sample_of(cells, int(rng.integers(2**31)))
        progress.stage("Reading control cells", 0.05)
        controls, vectors_from = _controls(cells, half, sample, rng, Span(progress, 0.05, 0.35))
        genes = chosen_genes(cells, controls, params.n_genes)
        controls, vectors = controls.of(genes), control_vectors(vectors_from[:, genes], params.seed)
        progress.stage("Summing perturbed cells", 0.35)
        if params.permutations:
            sample.learn(params.seed)
        changes = changes_of(cells, controls, genes, half, watch=sample.place if params.permutations else None,
                             progress=Span(progress, 0.35, 0.8))  # fmt: skip
        progress.stage("Testing which perturbations did anything", 0.8)
        obs = perturbation_table(cells, changes, genes, sample, params, Span(progress, 0.8, 1.0))
        adata = _adata(cells, changes, controls, genes, obs, vectors)
        return adata, cell_facts(study, params, cells, controls, obs)


def halves(cells: ScreenCells, rng: np.random.Generator) -> np.ndarray:
    """0 or 1 of each cell at random, so that each perturbation and stratum is cut in the middle, (n_cells,)."""
    first = np.full(cells.n_cells, -1)
    coo = cells.has.tocoo()
    first[coo.row] = coo.col
    order = rng.permutation(cells.n_cells)
    order = order[np.lexsort((cells.stratum[order], first[order]))]
    half = np.empty(cells.n_cells, int)
    half[order] = (np.arange(cells.n_cells) + rng.integers(2)) % 2
    return half


def chosen_genes(cells: ScreenCells, controls: Controls, n_genes: int) -> np.ndarray:
    """Places of the genes highest in control and of every target, in the order of the file."""
    keep = np.zeros(len(cells.genes), bool)
    keep[np.argsort(-controls.overall, kind="stable")[:n_genes]] = True
    return np.flatnonzero(keep | np.isin(cells.genes, [t for name in cells.names for t in targets_of(name)]))


def control_vectors(values, seed: int) -> np.ndarray:
    """Vectors of genes from control cells, float32 (n_genes, ≤ 50): their cosine is the correlation of two genes.

    Loadings of the principal components of log expression, each gene scaled to unit variance; genes without
    variance get 0.

    Parameters
    ----------
    values
        Log-normalised values of control cells, CSR (n_cells, n_genes).
    """
    from sklearn.decomposition import PCA

    dense = values.toarray()
    dense -= dense.mean(0)
    sd = dense.std(0)
    dense /= np.where(sd > 0, sd, 1)
    many = min(COMPONENTS, min(dense.shape) - 1)
    if many < 1:
        return np.zeros((dense.shape[1], 1), np.float32)
    fitted = PCA(many, svd_solver="randomized", random_state=seed).fit(dense)
    return (fitted.components_.T * np.sqrt(fitted.explained_variance_)).astype(np.float32)


def perturbation_table(cells: ScreenCells, changes: Changes, genes: np.ndarray, sample: Sample, params: ScreenParams,
                       progress: Progress) -> pd.DataFrame:  # fmt: skip
    """`Screen.adata.obs`: a row a perturbation."""
    import pandas as pd

    n = np.asarray(cells.has.sum(axis=0)).ravel().astype(int)
    table = pd.DataFrame({"n_cells": n, "n_targets": [len(targets_of(name)) for name in cells.names]},
                         index=pd.Index(cells.names, name="perturbation"))  # fmt: skip
    p = p_of(changes.delta, changes.se)
    table["target_change"], table["target_p"] = target_changes(cells.names, cells.genes[genes], changes.delta, p,
                                                               cells.kind)  # fmt: skip
    table["e_distance"], table["e_p"], table["e_fdr"] = np.nan, np.nan, np.nan
    if params.permutations:
        distance, p = energy_tests(cells, sample, permutations=params.permutations, seed=params.seed, progress=progress)
        table["e_distance"], table["e_p"], table["e_fdr"] = distance, p, adjusted(p)
    return table


def _controls(cells: ScreenCells, half: np.ndarray, sample: Sample, rng: np.random.Generator, progress: Progress):
    """Means of controls, and the values of some of them, CSR (≤ 3000, n_genes)."""
    from scipy import sparse

    pool = np.flatnonzero(cells.pool)
    some = np.sort(rng.choice(pool, min(LEARNED_FROM, len(pool)), replace=False))
    keep = cells.pool.copy()
    keep[sample.fitted] = True
    sums, parts, done = ControlSums(cells, half), [], 0
    for places, values in cells.blocks(keep):
        sums.add(places, values)
        sample.take(places, values)
        parts.append(values[np.isin(places, some)])
        done += len(places)
        progress.step(done / keep.sum())
        progress.check()
    return sums.means(), sparse.vstack(parts, format="csr")


def _adata(cells: ScreenCells, changes: Changes, controls: Controls, genes: np.ndarray, obs: pd.DataFrame,
           vectors: np.ndarray) -> AnnData:  # fmt: skip
    import pandas as pd
    from anndata import AnnData

    var = pd.DataFrame({"control": controls.overall, "control_sd": controls.sd, "detected": controls.detected},
                       index=pd.Index(cells.genes[genes], name="gene"))  # fmt: skip
    layers = {"se": changes.se, "half_a": changes.half_a, "half_b": changes.half_b}
    return AnnData(changes.delta, obs=obs, var=var, layers=layers, varm={"control": vectors})
