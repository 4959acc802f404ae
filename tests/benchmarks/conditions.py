"""Two conditions of real blood, every arm beside the others: `python -m tests.benchmarks.conditions [kang|combat]`.

Kang 2018: cells without and with interferon β; the truth are the interferon genes of the Hallmark sets, of which
many change in level too, so that plain expression is the arm to beat. COMBAT: two healthy donors and two with
COVID-19, who stand for nobody but themselves. CD14 monocytes (Wilk 2020, as CS-CORE published them): estimates for
the 40 genes of one module, without the counts, of other donors and one cell type; COMBAT's cells have no cell types
and are compared all together, so that agreement is no replication, and its lack no failure of either.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from engine.contrasts import compare, load_contrast
from engine.params import ContrastParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from engine.types import ARMS, Contrast, DatasetSource, Study

DATA = Path(os.environ.get("GENEWEAVE_TEST_DATA", "../shared"))
TOP = 30
SETS = ("HALLMARK_INTERFERON_ALPHA_RESPONSE", "HALLMARK_INTERFERON_GAMMA_RESPONSE")


class Watch(Progress):
    """Seconds of every stage; units are one stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._since = "", time.perf_counter()

    def stage(self, name: str, fraction: float) -> None:
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self._name, self._since = name.split(" in ")[0] if "co-expression" in name else name, now


def kang() -> tuple[Study, ContrastParams]:
    path = DATA / "data/multimodal/rna/kang_pbmc_ctrl_stim.h5ad"
    sources = [DatasetSource(level, str(path), column="batch", values=(level,)) for level in ("ctrl", "stim")]
    return Study("kang", "Interferon", tuple(sources)), ContrastParams(by="batch", control="ctrl")


def combat() -> tuple[Study, ContrastParams]:
    path = DATA / "data/covid/combat_pbmc_covid_4donors.h5ad"
    sources = [DatasetSource(donor, str(path), column="donor", values=(donor,))
               for donor in ("H00049", "H00053", "S00016", "S00040")]  # fmt: skip
    return Study("combat", "COVID-19", tuple(sources)), ContrastParams(by="condition", control="control", donor="donor")


def main(names: tuple[str, ...] = ("kang", "combat")) -> None:
    """Print lists, recovery of interferon genes and seconds."""
    for name in names:
        study, params = {"kang": kang, "combat": combat}[name]()
        watch = Watch()
        with tempfile.TemporaryDirectory() as home:
            store = Store(Settings.from_environment({"GENEWEAVE_HOME": home}))
            contrast = load_contrast(compare(study, params, store=store, device="cpu", progress=watch), store=store)
        tell(name, contrast, watch)
        if name == "combat":
            monocytes(contrast)


def tell(name: str, contrast: Contrast, watch: Watch) -> None:
    facts, table = contrast.facts, contrast.table
    print(f"\n{name}: {facts['case']} against {facts['control']}, design {facts['design']}")
    for sentence in [*facts["warnings"], "", *facts["verdict"]]:
        print(f"  {sentence}")
    truth = np.isin(contrast.genes, list(interferon_genes()))
    print(f"\n  {truth.sum()} interferon genes of {len(truth):,} compared: chance AUROC .50, AUPRC {truth.mean():.3f}")
    for arm in ARMS:
        if facts["arms"][arm] is None:
            print(f"  {arm:14} not done")
            continue
        for what, score in scores(table, arm).items():
            print(f"  {arm:14} by {what:10} AUROC {auroc(truth, score):.3f}  AUPRC {auprc(truth, score):.3f}")
    for arm in ARMS:
        if facts["arms"][arm] is not None:
            fdr = table[f"{arm}_fdr"].fillna(1).to_numpy()
            best = np.lexsort((-table[arm].abs().fillna(0), fdr))[:TOP]
            print(f"\n  {arm}: {', '.join(f'{contrast.genes[i]} {fdr[i]:.2g}' for i in best)}")
    for stage, seconds in watch.seconds.items():
        print(f"  {seconds:7.1f} s  {stage}")


def scores(table: pd.DataFrame, arm: str) -> dict[str, np.ndarray]:
    """What ranks genes: p first, and the size of the statistic."""
    by_p = -np.log10(np.maximum(table[f"{arm}_p"].fillna(1), 1e-300)).to_numpy()
    return {"p": by_p, "statistic": table[arm].abs().fillna(0).to_numpy()}


def auroc(truth: np.ndarray, score: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, score))


def auprc(truth: np.ndarray, score: np.ndarray) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, score))


def interferon_genes() -> set[str]:
    lines = (DATA / "data/knowledge/gmt/h.all.v7.0.symbols.gmt").read_text().splitlines()
    return {gene for line in lines if line.split("\t")[0] in SETS for gene in line.split("\t")[2:]}


def monocytes(contrast: Contrast) -> None:
    """The published module beside COMBAT: do its genes rank high, and do its pairs change alike?"""
    folder = DATA / "data2/covid"
    then, now = (pd.read_csv(folder / f"cscore_cd14mono_coexpression_{side}.tsv", sep="\t", index_col=0)
                 for side in ("Healthy", "COVID"))  # fmt: skip
    truth = np.isin(contrast.genes, then.index)
    print(f"\n  CD14 monocytes: {truth.sum()} of the module's {len(then)} genes are compared here")
    for arm in ARMS:
        if contrast.facts["arms"][arm] is not None:
            print(f"  {arm:14} AUROC of the module's genes {auroc(truth, scores(contrast.table, arm)['p']):.3f}")
    names = contrast.genes[truth]
    upper = np.triu_indices(len(names), 1)
    theirs = (now - then).loc[names, names].to_numpy()[upper]
    ours = (contrast.correlations("case") - contrast.correlations("control"))[np.ix_(truth, truth)][upper]
    rank = pd.Series(theirs).corr(pd.Series(ours), "spearman")
    print(f"  change of correlation of its {len(theirs):,} pairs, theirs against ours: Spearman {rank:.2f}")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or ("kang", "combat"))
