"""What each likeness of genes is worth: `python -m tests.benchmarks.gene_kernels [HOME]`.

Four truths. Pairs of genes of one Reactome pathway against the same genes with other partners: AUROC; likeness by
pathways and processes is left out, since it would be asked about itself, and the networks are partly made of the same
papers. Perturbations of human macrophages (CRISPRi): rank correlation of likeness with the correlation of changes,
less their mean, targets left out. Activations of Norman et al.: rank correlation of likeness with the cosine of
changes less their mean, as the published energy distances tell it by classical scaling, and AUROC of those in one
published cluster of look-alikes. All but the first stand beside a null of shuffled targets.

Where a sentence encoder is installed, text is encoded; the first time takes minutes. HOME keeps it.
"""

from __future__ import annotations

import sys
import tempfile
import time

import anndata
import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from engine.gene_features import gather
from engine.knowledge import Knowledge
from engine.params.perturbations import KnockoutParams
from engine.settings import Settings
from engine.store import Store
from engine.types.perturbations import GeneKernel
from tests.shared_data import shared

CIRCULAR = ("pathways", "go")
PAIRS_A_SET, SMALL, LARGE = 10, 5, 100
SHUFFLES = 1000
LEAST = 0.1  # energy distance from control of an activation that did something
CAP = 9.99  # log fold changes at ±10 are where counts ran out


def main(home: str = "") -> None:
    """Print how long gathering takes, and a row a kernel."""
    with tempfile.TemporaryDirectory() as new:
        given = {"GENEWEAVE_HOME": home or new, "GENEWEAVE_MIRROR": str(shared("data/MANIFEST.md").parents[1])}
        settings = Settings.from_environment(given)
        knowledge = Knowledge(settings)
        for entry in knowledge.entries():
            if entry.kind != "example":
                knowledge.fetch(entry.name)
        table = knowledge.gene_table("human")
        genes = sorted(set(table.table.loc[table.table["biotype"] == "protein_coding", "symbol"]))
        for what in ("cold", "warm"):
            started, used = time.monotonic(), time.process_time()
            known = gather(genes, species="human", knowledge=knowledge, store=Store(settings), params=KnockoutParams())
            print(f"gathering for {len(genes):,} genes, {what}: {time.monotonic() - started:.1f} s, "
                  f"{time.process_time() - used:.1f} s of CPU")
        rng = np.random.default_rng(0)
        reactome, macrophages = reactome_pairs(knowledge, rng), macrophage()
        norman, clusters = norman_cosines(knowledge), norman_clusters(knowledge)
        print(f"\n{'kernel':10s} {'genes':>6s}  {'Reactome AUROC (n)':18s}  {'macrophages r':37s}  {'Norman r':37s}  "
              "Norman cluster AUROC")  # fmt: skip
        for kernel in known.kernels:
            print(f"{kernel.name:10s} {len(kernel.genes):6d}  {_families(kernel, reactome):18s}  "
                  f"{_alike(kernel, *macrophages, rng):37s}  {_alike(kernel, *norman, rng):37s}  "
                  f"{_clusters(kernel, *clusters, rng)}")  # fmt: skip


def reactome_pairs(knowledge: Knowledge, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Pairs of genes of one pathway, a few of each."""
    sets = [genes for genes in knowledge.gene_sets("reactome").values() if SMALL <= len(genes) <= LARGE]
    drawn = [tuple(sorted(rng.choice(genes, 2, replace=False).tolist())) for genes in sets for _ in range(PAIRS_A_SET)]
    return sorted(set(drawn))


def macrophage() -> tuple[list[str], np.ndarray]:
    """Targets, and how their changes correlate."""
    table = anndata.read_h5ad(shared("data2/perturb/alector_macrophage/CRISPRi_lfc.h5ad"))
    changes = np.nan_to_num(np.asarray(table.X, dtype=np.float64))
    changes = np.clip(np.where(np.abs(changes) > CAP, 0, changes), -3, 3)
    changes = changes[:, ~table.var_names.isin(table.obs["target"])]
    return table.obs["target"].astype(str).tolist(), np.corrcoef(changes - changes.mean(axis=0))


def norman_cosines(knowledge: Knowledge) -> tuple[list[str], np.ndarray]:
    """Genes that were activated alone, and the cosine of their changes less their mean, from energy distances."""
    table = knowledge.effects("norman-distances")
    table = table.set_index(table.columns[0])
    alone = [name for name in table.index if "_" not in name and name != "control"]
    genes = [name for name in alone if table.loc["control", name] > LEAST]
    centre = np.eye(len(genes)) - 1 / len(genes)
    inner = -centre @ table.loc[genes, genes].to_numpy(np.float64) @ centre / 2
    return genes, inner / np.sqrt(np.outer(np.diag(inner), np.diag(inner)))


def norman_clusters(knowledge: Knowledge) -> tuple[list[str], np.ndarray]:
    """Genes that were activated alone, and the published cluster of each."""
    table = knowledge.effects("norman-alike")
    parts = table.iloc[:, 0].str.split("_", n=1, expand=True)
    first, second = parts[0], parts[1].fillna("NegCtrl")
    alone = (first.str.startswith("NegCtrl") != second.str.startswith("NegCtrl")) & (table["cluster"] >= 0)
    genes = first.where(second.str.startswith("NegCtrl"), second)[alone]
    unique = ~genes.duplicated()
    return genes[unique].tolist(), table.loc[genes[unique].index, "cluster"].to_numpy()


def _families(kernel: GeneKernel, pairs: list[tuple[str, str]]) -> str:
    if kernel.name in CIRCULAR:
        return "– (circular)"
    known = [pair for pair in pairs if kernel.knows(pair[0]) and kernel.knows(pair[1])]
    first, second = zip(*known, strict=True)
    other = np.random.default_rng(1).permutation(second).tolist()
    scores = np.concatenate([_each(kernel, first, second), _each(kernel, first, other)])
    return f"{roc_auc_score(np.repeat([1, 0], len(known)), scores):.3f} ({len(known):,})"


def _each(kernel: GeneKernel, first: tuple[str, ...], second: list[str]) -> np.ndarray:
    """Likeness of each pair, in parts of a size that memory bears."""
    parts = range(0, len(first), 500)
    return np.concatenate([np.diag(kernel.between(list(first[i : i + 500]), list(second[i : i + 500]))) for i in parts])


def _alike(kernel: GeneKernel, targets: list[str], truth: np.ndarray, rng: np.random.Generator) -> str:
    at = [i for i, gene in enumerate(targets) if kernel.knows(gene)]
    likeness = kernel.between([targets[i] for i in at], [targets[i] for i in at])
    pairs = np.triu_indices(len(at), 1)
    ranks = rankdata(truth[np.ix_(at, at)][pairs])

    def correlation(order: np.ndarray) -> float:
        return float(np.corrcoef(rankdata(likeness[np.ix_(order, order)][pairs]), ranks)[0, 1])

    return _with_null(correlation, len(at), rng, "+.3f")


def _clusters(kernel: GeneKernel, genes: list[str], cluster: np.ndarray, rng: np.random.Generator) -> str:
    at = [i for i, gene in enumerate(genes) if kernel.knows(gene)]
    likeness = kernel.between([genes[i] for i in at], [genes[i] for i in at])
    pairs = np.triu_indices(len(at), 1)
    same = (cluster[at][:, None] == cluster[at])[pairs]
    return _with_null(lambda order: roc_auc_score(same, likeness[np.ix_(order, order)][pairs]), len(at), rng, ".3f")


def _with_null(score, n: int, rng: np.random.Generator, form: str) -> str:
    """The score, its p against shuffled genes (one-sided), and how many genes there are."""
    found = score(np.arange(n))
    null = np.array([score(rng.permutation(n)) for _ in range(SHUFFLES)])
    p = (1 + (null >= found).sum()) / (1 + SHUFFLES)
    return f"{found:{form}}, p {p:.3f}, null ±{null.std():.3f} ({n})"


if __name__ == "__main__":
    main(*sys.argv[1:2])
