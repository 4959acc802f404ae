"""Knockouts for a study that nobody perturbed: a network of regulators fitted in its cells, and simulated."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from engine import __version__
from engine.knockout.network_candidates import candidates_of, seen_enough, why_not
from engine.knockout.network_cells import KEPT_CELLS, NetworkCells, cells_of, levels_by_type, sample, species_of
from engine.knockout.network_effect import simulate
from engine.knockout.network_priors import Priors, priors_of
from engine.knockout.network_shift import shift_of_cells
from engine.params import KnockoutParams
from engine.progress import Progress, Span
from engine.types import META, Study

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from engine.knowledge import Knowledge

__all__ = ["fit_network_model", "shift_of_cells", "simulate", "why_not"]

PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "anndata", "umap-learn")
COMPONENTS = 30
HELD_AGAINST = ("Held against real knock-downs in macrophages, the simulation of the one strong regulator there ranked "
                "changed genes hardly better than their mean level does, and less well than correlation with it; those "
                "of 45 genes through signalling told no direction.")  # fmt: skip
EVERYWHERE = ("This is a simulation: no cell was perturbed, and a coefficient is company, not cause.", HELD_AGAINST)
MOST_REGULATORS = 50  # of one target: those that more databases name, then those that keep closer company with it


def fit_network_model(study: Study, params: KnockoutParams, *, knowledge: Knowledge,
                      progress: Progress | None = None) -> AnnData:
    """The content of a `KnockoutModel` of the basis network: cells, coefficients a cell type, and what can be asked.

    Beside what `KnockoutModel` names, `uns["left_out"]` has the coefficients without each of twenty blocks of cells,
    float32 (n_edges, 20), `var["low"]` and `var["high"]` the range of levels, `obs["annotated"]` the study's label.

    Raises
    ------
    InvalidStudy
        When the study has no cells, too few of them, or no gene that a network knows.
    InvalidParameter
        When `params.screen.datasets` names one that is not there.
    KnowledgeMissing
        When no network of TF targets is here.
    """
    progress, started = progress or Progress(), time.monotonic()
    cells = cells_of(study, datasets=params.screen.datasets, seed=params.seed, progress=Span(progress, 0.0, 0.3))
    progress.stage("Reading the networks", 0.3)
    species = species_of(study)
    priors = priors_of(params.networks, species, knowledge, set(cells.genes.tolist()))
    levels, n_cells = levels_by_type(cells), {name: int((cells.cell_type == name).sum()) for name in cells.types}
    genes, variable = chosen_genes(cells, levels, n_cells, priors, params.n_genes)
    progress.stage("Fitting a network in each cell type", 0.4)
    edges, left_out = fitted(cells, levels, n_cells, priors, genes, params, progress=Span(progress, 0.4, 0.7))
    progress.stage("Drawing the cells", 0.7)
    adata = _drawn(cells, genes, variable, params.seed)
    adata.uns["edges"], adata.uns["left_out"], adata.uns["upstream"] = edges, left_out, priors.upstream
    adata.uns["candidates"] = candidates_of(levels, n_cells, edges, priors.upstream, priors.regulators)
    adata.uns[META] = json.dumps(_facts(study, params, species, cells, priors, adata, time.monotonic() - started))
    return adata


def chosen_genes(cells: NetworkCells, levels: pd.DataFrame, n_cells: dict[str, int], priors: Priors,
                 n_genes: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of the genes that are simulated, rising, and which of those are the most variable ones.

    The most variable by Pearson residuals, and every regulator with a target among them that a cell type expresses.

    Raises
    ------
    InvalidStudy
        When no regulator of the networks is expressed.
    """
    from engine.errors import InvalidStudy
    from engine.pp.residuals import analytic_model, most_variable, residual_variance

    model, depth = analytic_model(cells.counts)
    variable = most_variable(residual_variance(cells.counts, depth, model), n_genes)
    sizes = levels["cell_type"].map(n_cells).astype(float)
    expressed = set(levels.loc[seen_enough(levels["detected"], sizes), "gene"])
    regulators = set(priors.targets["regulator"]) & expressed
    if not regulators:
        raise InvalidStudy(f"None of the regulators of {', '.join(priors.names)} is expressed in these cells. Check "
                           "that its genes are named by symbols of this species, or name other networks.")  # fmt: skip
    aims = set(cells.genes[variable]) | regulators
    acting = set(priors.targets.loc[priors.targets["target"].isin(aims), "regulator"]) & regulators
    genes = np.union1d(variable, np.flatnonzero(np.isin(cells.genes, list(acting))))
    return genes, np.isin(genes, variable)


def fitted(cells: NetworkCells, levels: pd.DataFrame, n_cells: dict[str, int], priors: Priors, genes: np.ndarray,
           params: KnockoutParams, *, progress: Progress) -> tuple[pd.DataFrame, np.ndarray]:
    """Edges of every cell type with their coefficient, and the coefficients without each block of its cells."""
    import pandas as pd

    from engine.perturb.propagation.regression import regress

    names, parts, without = cells.genes[genes], [], []
    known = priors.targets[priors.targets["regulator"].isin(names) & priors.targets["target"].isin(names)]
    for i, (cell_type, part) in enumerate(levels.groupby("cell_type", sort=False)):
        progress.step(i / len(n_cells))
        progress.check()
        n = n_cells[cell_type]
        acting = part.loc[seen_enough(part["detected"], n), "gene"]
        seen = part.loc[part["detected"] * n >= 3, "gene"]
        edges = known[known["regulator"].isin(acting) & known["target"].isin(seen)].reset_index(drop=True)
        x = cells.x[cells.cell_type == cell_type][:, genes]
        edges, regulator, target = _fewer(edges, x, pd.Index(names))
        found = regress(x, regulator, target, penalty=params.ridge, seed=params.seed)
        parts.append(edges.assign(cell_type=cell_type, coef=found.coef, r=found.r))
        without.append(found.left_out)
    columns = ["cell_type", "regulator", "target", "coef", "prior", "r"]
    edges = pd.concat(parts, ignore_index=True)[columns]
    words = dict.fromkeys(("cell_type", "prior"), "category")
    return edges.astype(words), np.concatenate(without)


def _fewer(edges: pd.DataFrame, x, names: pd.Index) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """At most `MOST_REGULATORS` of each target, and the places of regulators and targets."""
    from engine.perturb.propagation.regression import correlations

    at = names.get_indexer(edges["regulator"]), names.get_indexer(edges["target"])
    if edges["target"].value_counts().max(skipna=True) > MOST_REGULATORS:
        order = edges.assign(n=edges["prior"].str.count(","), r=np.abs(correlations(x, *at)))
        order = order.sort_values(["n", "r"], ascending=False, kind="stable")
        kept = np.sort(order.groupby("target", sort=False).head(MOST_REGULATORS).index.to_numpy())
        edges, at = edges.loc[kept].reset_index(drop=True), (at[0][kept], at[1][kept])
    return edges, *at


def _drawn(cells: NetworkCells, genes: np.ndarray, variable: np.ndarray, seed: int) -> AnnData:
    """The cells that are kept with their levels, principal components and places on the map."""
    import pandas as pd
    from anndata import AnnData
    from sklearn.decomposition import PCA

    from engine.perturb.propagation.steps import Range
    from engine.tl.neighbours import nearest
    from engine.tl.umap import umap

    seen = Range.of(cells.x[:, genes])
    kept = cells.of(sample(cells.cell_type, KEPT_CELLS, seed))
    x = kept.x[:, genes].tocsr()
    n = min(COMPONENTS, x.shape[0] - 1, int(variable.sum()))
    pca = PCA(n, svd_solver="randomized", random_state=seed).fit(x[:, variable].toarray())
    places = pca.transform(x[:, variable].toarray()).astype(np.float32)
    loadings = np.zeros((len(genes), n), np.float32)
    loadings[variable] = pca.components_.T
    labels = {"cell_type": kept.cell_type, "annotated": kept.annotated, "dataset": kept.dataset}
    obs = pd.DataFrame({name: pd.Categorical(values.astype(str)) for name, values in labels.items()},
                       index=[f"cell {i + 1}" for i in range(x.shape[0])])  # fmt: skip
    var = pd.DataFrame({"low": seen.low, "high": seen.high, "variable": variable}, index=cells.genes[genes])
    return AnnData(x, obs=obs, var=var, varm={"PCs": loadings},
                   obsm={"X_pca": places, "X_umap": umap(places, nearest(places), seed=seed)})  # fmt: skip


def _facts(study: Study, params: KnockoutParams, species: str, cells: NetworkCells, priors: Priors, adata: AnnData,
           seconds: float) -> dict:
    made = {"created": datetime.now(UTC).isoformat(timespec="seconds"), "version": __version__, "seconds": seconds,
            "packages": {name: version(name) for name in PACKAGES}, "command": ""}  # fmt: skip
    notes = list(EVERYWHERE)
    if adata.n_obs < len(cells.cell_type):
        notes.append(f"{len(cells.cell_type):,} cells were fitted, {adata.n_obs:,} of them are simulated and drawn.")
    if len(set(cells.dataset.astype(str))) > 1:
        notes.append("Cells of all datasets are fitted together, so what differs between donors or runs is in it.")
    return {"study": study.name, "title": study.title, "basis": "network", "kind": "simulation",
            "scale": "log1p of counts per 10,000", "species": species, "cell_types": cells.types,
            "n_cells": len(cells.cell_type), "notes": [*notes, *cells.notes, *priors.notes], "params": asdict(params),
            "sources": list(priors.names), "made": made}  # fmt: skip
