"""Screen, KnockoutModel and KnockoutEffect: what perturbations did, what is learned of them, what one would do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.types.meta import META

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

PERTURBED_BY = ("knockout", "interference", "activation")
BASES = ("screen", "network")
CLASSES = ("unseen single", "pair, none seen", "pair, one seen", "pair, both seen")


def targets_of(name: str) -> tuple[str, ...]:
    """The genes of a perturbation by its canonical name, `A` or `A+B` with A before B."""
    return tuple(name.split("+"))


def perturbation_name(genes: tuple[str, ...] | list[str]) -> str:
    """The canonical name of a perturbation of these genes."""
    return "+".join(sorted(set(genes)))


@dataclass(frozen=True)
class Screen:
    """What each perturbation of a screen did to the mean of each gene, one kind of perturbation alone.

    `adata.X`: change of the mean against control matched by batch, float32 (n_perturbations, n_genes), NaN where not
    measured. `adata.obs` has a row a perturbation, indexed by canonical name: n_cells (0 where only a table is known),
    n_targets, target_change (change of the target itself, NaN where not measured), target_p, e_distance, e_p, e_fdr
    (did it do anything? NaN where not tested). `adata.var` has a row a gene: control (mean), control_sd (between
    cells, NaN for a table), detected (share of control cells). `adata.layers`: se, standard error of the change; p
    (tables alone); half_a, half_b (cells alone), changes by two random halves of the cells. `adata.varm["control"]`
    (cells alone): vectors of genes from control cells, float32 (n_genes, ≤ 50).
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """study, title, kind (one of `PERTURBED_BY`), scale ("log1p of counts per 10,000", "as in the file" or "log2
        fold change"), cells (whether cells were seen), n_cells, n_control, control (label), cell_type, datasets,
        batches (matched or not), species, dropped (name → why), warnings (sentences), params, sources, made."""
        return json.loads(self.adata.uns[META])

    @cached_property
    def names(self) -> list[str]:
        """Canonical names of the perturbations."""
        return self.adata.obs_names.astype(str).tolist()

    @cached_property
    def genes(self) -> np.ndarray:
        """Symbols of the measured genes, shape (n_genes,)."""
        return self.adata.var_names.to_numpy().astype(str)

    @property
    def delta(self) -> np.ndarray:
        """Change against control, float32 (n_perturbations, n_genes)."""
        return self.adata.X

    @property
    def se(self) -> np.ndarray:
        """Standard error of each change, float32 (n_perturbations, n_genes)."""
        return self.adata.layers["se"]

    @property
    def control(self) -> np.ndarray:
        """Mean of each gene in control cells, float64 (n_genes,); NaN where only a table is known."""
        return self.adata.var["control"].to_numpy(np.float64)

    def of(self, names: list[str]) -> Screen:
        """Some of its perturbations, in the order given."""
        return Screen(self.adata[names].copy())


@dataclass(frozen=True)
class GeneKernel:
    """How like any two genes are by one kind of evidence: 1 for a gene and itself, about 0 for strangers, at most 1.

    `features` has a row a gene, dense or CSR (n_genes, n_features). By `cosine` rows have length 1 and likeness is
    their product, below 0 where they point apart; by `jaccard` rows are memberships (0 or 1) and likeness is what two
    genes share over what either has.
    """

    name: str
    label: str
    source: str
    genes: np.ndarray
    features: Any = field(repr=False)
    by: str = "cosine"

    @cached_property
    def _row(self) -> dict[str, int]:
        return {gene: i for i, gene in enumerate(self.genes)}

    def knows(self, gene: str) -> bool:
        """Whether it says anything of that gene."""
        return gene in self._row

    def between(self, a: list[str], b: list[str]) -> np.ndarray:
        """Likeness of each of `a` with each of `b`, float64 (len(a), len(b)); 0 where it does not know a gene."""
        found = np.zeros((len(a), len(b)))
        rows, columns = ([i for i, gene in enumerate(genes) if gene in self._row] for genes in (a, b))
        left, right = (self.features[[self._row[genes[i]] for i in at]] for genes, at in ((a, rows), (b, columns)))
        shared = left @ right.T
        shared = np.asarray(shared.todense() if hasattr(shared, "todense") else shared, dtype=np.float64)
        if self.by == "jaccard":
            sizes = [np.asarray(part.sum(axis=1), dtype=np.float64).ravel() for part in (left, right)]
            shared = shared / np.maximum(sizes[0][:, None] + sizes[1] - shared, 1e-12)
        found[np.ix_(rows, columns)] = shared
        return found


@dataclass(frozen=True)
class GeneFeatures:
    """A vector a gene of one modality, float32 (n_genes, n_features), and what gave them, in words."""

    name: str
    source: str
    genes: np.ndarray
    vectors: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class GeneKnowledge:
    """All that is known of genes before a perturbation is seen; what is missing is said in `notes`."""

    kernels: tuple[GeneKernel, ...] = ()
    text: GeneFeatures | None = None
    sequence: GeneFeatures | None = None
    coding: dict[str, bool] = field(default_factory=dict)  # gene → whether it codes for a protein, where known
    notes: tuple[str, ...] = ()

    def known_by(self, gene: str) -> list[str]:
        """Names of the kernels that know a gene."""
        return [kernel.name for kernel in self.kernels if kernel.knows(gene)]


@dataclass(frozen=True)
class KnockoutModel:
    """What a click on a gene needs, learned once and kept: from a screen, or from a study without perturbations.

    Of the basis `screen`, `adata` is that of its `Screen` and more: `var["sigma"]`, root mean square left-out error of
    a gene; `var["mean"]`, mean change; `uns["candidates"]`, a row a gene that may be asked for: seen, known_by (names
    of kernels, joined by ,), nearest (the most like perturbation), likeness (0 to 1), reason (why it cannot be
    predicted, or empty); `uns["cross"]`, likeness of each candidate with each training single, float32
    (n_candidates, n_singles); `uns["singles"]` their names; `uns["dual"]`, float32 (n_singles, n_genes);
    `uns["kernels"]`, a row a kernel: kernel, label, source, weight, n_known; `uns["missed"]`, the share of genes
    outside ± q · sigma, a row per class, perturbation held out and q: see `engine.perturb.intervals`. The rest is for
    `engine.knockout.screen_model` alone, but for `layers["told"]`, what is told of each perturbation without it, NaN
    where it was not learned from.

    Of the basis `network`, `adata` holds cells, X log1p counts per 10,000, CSR float32 (n_cells, n_genes), with
    `obs["cell_type"]`, `obsm["X_pca"]`, `obsm["X_umap"]`; `uns["edges"]`: cell_type, regulator, target, coef, prior
    (databases, joined by ,), r (co-expression); `uns["candidates"]`: cell_type, gene, role (TF, upstream or none),
    n_targets, mean, detected, reason; `uns["upstream"]`: source, target, sign, database, of signalling.
    """

    adata: AnnData

    @cached_property
    def facts(self) -> dict[str, Any]:
        """study, title, basis (one of `BASES`), kind, scale, species, cell_types, n_cells; notes (sentences, what is
        missing among them); of a screen also: verdict (sentences: does it beat the mean?), loo (predictor → mean
        square left-out error and PCC of changes, the same less the mean of the others), penalty, best (name of the
        predictor used), classes (class → n_held_out), pairs (class → beta, n, …), far (likeness below which a gene is
        far), screen (its facts); params, sources, made (created, seconds, version, command)."""
        return json.loads(self.adata.uns[META])

    @property
    def basis(self) -> str:
        """`screen` or `network`."""
        return self.facts["basis"]

    @property
    def screen(self) -> Screen:
        """The screen that it was learned from; its facts are under `facts["screen"]`."""
        adata = self.adata.copy()
        adata.uns = {META: json.dumps(self.facts["screen"])}
        return Screen(adata)

    @cached_property
    def genes(self) -> np.ndarray:
        """Symbols of the genes whose change is told, shape (n_genes,)."""
        return self.adata.var_names.to_numpy().astype(str)

    @property
    def candidates(self) -> pd.DataFrame:
        """Genes that may be asked for, and why some cannot be."""
        return self.adata.uns["candidates"]


@dataclass(frozen=True)
class KnockoutEffect:
    """What a perturbation is predicted to do, with how far it can be trusted.

    `table` has a row a gene, its symbol the index: control (mean), change, low, high (NaN where no interval can be
    given), measured, measured_se (NaN where not measured), target (whether it was perturbed itself), outside (whether
    the change leaves the range seen in cells). `evidence` is the facts below.
    """

    name: str
    method: str
    table: pd.DataFrame = field(compare=False)
    evidence: dict[str, Any] = field(compare=False)
    """basis (`screen`, `network`), kind, scale, cell_type, dose, class (of `CLASSES`, or empty), level, n_calibration,
    coverage (measured on held-out perturbations, or None), left_out (whether it was in the screen and is told without
    itself; of a screen alone), nearest (name), likeness, known_by, weights (kernel →
    share), abstained (why, or empty), warnings (sentences), path (list of regulator, target, sign, for a network)."""


@dataclass(frozen=True)
class CellShift:
    """Where a simulated change would lead cells on their map, and whether that is more than chance.

    `arrows` has a row a square of the map with enough cells: x, y (mean place of its cells), dx, dy (mean direction,
    no longer than 1), n_cells, p (how often an arrow as long came of the change with its genes shuffled), beyond
    (p ≤ 0.05). `towards` has a row a cell type, its index: n_cells (of other types, which were looked at), score (mean
    cosine of the change with the way there, −1 to 1), null_low, null_high (where 95 % of shuffled changes lie), p, fdr.
    `facts`: name, cell_type, n_cells, n_permutations, n_beyond, p (of so many arrows beyond), width (of a square),
    warnings (sentences).
    """

    arrows: pd.DataFrame = field(compare=False)
    towards: pd.DataFrame = field(compare=False)
    facts: dict[str, Any] = field(compare=False)
