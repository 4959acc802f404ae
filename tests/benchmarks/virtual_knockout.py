"""Virtual against real knockouts: `python -m tests.benchmarks.virtual_knockout [case …]`.

Only unperturbed cells are simulated. Real effects: Trem2 knocked out in mouse microglia (Welch's t of log levels),
205 CRISPRi knock-downs of macrophages (a table of log2 fold changes; the cells fitted are COMBAT's blood, of other
donors and mostly other types), 30 knock-downs of CD4 T cells (only robust edges), the Jurkat screen (its own 200
control cells, 18 counts each), and bulk tables of ATF3, TAZ and FOXA2, of which no cells are there: for them only the
signs of the network speak. Beside the simulation: scTenifoldKnk's published table, co-expression with the gene in
unperturbed cells, the mean level of a gene and its number of regulators, which know nothing of what was knocked out.
"""

from __future__ import annotations

import sys
import tempfile
import time

import anndata
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import binomtest, false_discovery_control, rankdata, spearmanr, ttest_ind, wilcoxon
from sklearn.metrics import roc_auc_score

from engine.graph.cscore import cs_core
from engine.knockout.from_network import fit_network_model, simulate, why_not
from engine.knowledge import Knowledge
from engine.params import KnockoutParams
from engine.settings import Settings
from engine.types import DatasetSource, KnockoutModel, Roles, Study
from tests.shared_data import shared

LIBRARY = ("collectri", "dorothea-human", "trrust-human", "nichenet-regulation", "dorothea-mouse", "trrust-mouse",
           "omnipath", "cosmos", "orthologs-mouse")  # fmt: skip
DONORS = ("H00049", "H00053", "S00016", "S00040")
STRONGEST = 200  # genes of a bulk table whose directions are looked at
LEAST_CHANGED = 10  # genes, for an AUROC of changed ones
COLUMNS = ("method", "knock-outs", "AUROC changed", "Spearman |.|", "Spearman signed", "sign agrees")


def main(cases: tuple[str, ...] = ()) -> None:
    """Print a table a case."""
    with tempfile.TemporaryDirectory() as home:
        mirror = str(shared("data/MANIFEST.md").parents[1])
        library = Knowledge(Settings.from_environment({"GENEWEAVE_HOME": home, "GENEWEAVE_MIRROR": mirror}))
        for name in LIBRARY:
            library.fetch(name)
        for case in cases or tuple(CASES):
            started = time.monotonic()
            print(f"\n{case}: {CASES[case].__doc__.splitlines()[0]}", flush=True)
            CASES[case](library)
            print(f"  ({time.monotonic() - started:.0f} s)", flush=True)


def trem2(library: Knowledge) -> None:
    """Trem2 knocked out in mouse microglia, 622 wild-type cells against 748"""
    path = shared("data/perturb/trem2_ko_mouse_microglia.h5ad")
    model = fitted(Study("trem2", "Trem2", (DatasetSource("microglia", str(path), species="mouse"),),
                         Roles(perturbation="condition")), library)  # fmt: skip
    cells = anndata.read_h5ad(path)
    real = real_effect(cells, (cells.obs["genotype"] == "WT").to_numpy(), model.genes)
    said = why_not(model, "Trem2")
    print(f"  propagation: {said}")
    theirs = pd.read_csv(shared("data/perturb/trem2_sctenifoldknk_virtual_ko.csv.gz")).set_index("gene")["Z"]
    wild = cells[cells.obs["genotype"] == "WT"]
    counts = sparse.csr_matrix(wild[:, model.genes].X)
    statistic = cs_core(counts, np.asarray(wild.X.sum(axis=1)).ravel().astype(float)).statistic
    at = int(np.flatnonzero(model.genes == "Trem2")[0])
    predicted = {"scTenifoldKnk (published)": theirs.reindex(model.genes).fillna(theirs.min()).to_numpy(),
                 **baselines(model, "Trem2"), "CS-CORE with the gene": -statistic[at]}  # fmt: skip
    print(f"  {int(real['changed'].sum())} of {len(real):,} genes changed (FDR < .05)")
    tell([score(name, "Trem2", values, real, signed=name not in UNSIGNED) for name, values in predicted.items()])


def macrophages(library: Knowledge) -> None:
    """205 CRISPRi knock-downs of macrophages, simulated in COMBAT's blood cells"""
    table = anndata.read_h5ad(shared("data2/perturb/alector_macrophage/CRISPRi_lfc.h5ad"))
    _screened(combat(library), table, table.layers["neglog10p"])


def jurkat(library: Knowledge) -> None:
    """20 knock-outs in Jurkat cells, simulated in their own 200 control cells of 18 counts"""
    path = shared("data2/perturb/scperturb_jurkat_cropseq.h5ad")
    study = Study("jurkat", "Jurkat", (DatasetSource("cells", str(path)),), Roles(perturbation="target"))
    cells, model = anndata.read_h5ad(path), fitted(study, library)
    control = (cells.obs["target"] == "control").to_numpy()
    targets = sorted(set(cells.obs["target"]) - {"control"})
    effects = {}
    for gene in targets:
        both = control | (cells.obs["target"] == gene).to_numpy()
        effects[gene] = real_effect(cells[both], control[both], model.genes)
    lfc = np.stack([effects[gene]["lfc"] for gene in targets])
    p = np.stack([-np.log10(np.maximum(effects[gene]["p"], 1e-300)) for gene in targets])
    _screened(model, anndata.AnnData(lfc, obs=pd.DataFrame(index=targets), var=pd.DataFrame(index=model.genes)), p)


def _screened(model: KnockoutModel, table: anndata.AnnData, neglog10p: np.ndarray) -> None:
    rows, refused = [], []
    genes = np.intersect1d(model.genes, table.var_names)
    columns = table.var_names.get_indexer(genes)
    for i, gene in enumerate(table.obs_names):
        if why_not(model, gene):
            refused.append(gene)
            continue
        p = 10.0 ** -np.nan_to_num(np.asarray(neglog10p)[i, columns])
        real = pd.DataFrame({"lfc": np.nan_to_num(np.asarray(table.X)[i, columns]), "p": p}, index=genes)
        real["changed"] = false_discovery_control(p) < 0.05
        effect = simulate(model, {gene: 0.0})
        weak = bool(effect.evidence["assumed"])
        role = "through signalling" if weak else gene if (real["changed"].sum() >= LEAST_CHANGED) else "regulators"
        predicted = {"propagation": effect.table["change"].to_numpy(), **baselines(model, gene)}
        rows += [score(name, gene, pd.Series(values, index=model.genes).reindex(genes).to_numpy(), real,
                       signed=name not in UNSIGNED) | {"role": role} for name, values in predicted.items()]  # fmt: skip
    print(f"  {len(table) - len(refused)} of {len(table)} can be simulated; {len(genes):,} genes compared")
    if not rows:
        return print("  " + "\n  ".join(why_not(model, gene) for gene in refused[:3]))
    found = pd.DataFrame(rows)
    for role, part in found.groupby("role"):
        print(f"  {role}: {', '.join(part['gene'].unique())}")
        tell(part.to_dict("records"))
        _paired(part)


def _paired(rows: pd.DataFrame) -> None:
    """Whether the simulation beats each other method over the knock-outs, by Wilcoxon's signed ranks."""
    for what in TITLES:
        wide = rows.pivot(index="gene", columns="method", values=what).dropna(axis=1, how="all")
        if not any(name.startswith("propagation") for name in wide):
            continue
        mine = next(name for name in wide if name.startswith("propagation"))
        for other in wide.columns.drop(mine):
            both = wide[[mine, other]].dropna()
            if len(both) > 5 and (both[mine] != both[other]).any():
                p, gain = wilcoxon(both[mine], both[other]).pvalue, np.mean(both[mine] - both[other])
                print(f"    {TITLES[what]}: propagation − {other} {gain:+.3f}, p {p:.2g}, n {len(both)}")


def cd4(library: Knowledge) -> None:
    """Robust edges of 30 knock-downs in CD4 T cells: is the direction of targets told in COMBAT's blood cells?"""
    model = combat(library)
    edges = pd.read_csv(shared("data2/perturb/cd4_gwps/robust_edges_balanced30.csv.gz"))
    rows = []
    for gene, part in edges.groupby("perturbed_gene"):
        real = part.groupby("measured_gene")["log_fc"].mean()
        real = real[real.index.isin(model.genes) & (real.index != gene)]
        predicted = {name: values for name, values in baselines(model, gene).items() if name not in UNSIGNED} \
            if gene in model.genes else {}  # fmt: skip
        if not why_not(model, gene):
            predicted["propagation"] = simulate(model, {gene: 0.0}).table["change"].to_numpy()
        for name, values in predicted.items():
            told = pd.Series(values, index=model.genes).reindex(real.index)
            told = told[told.abs() > 1e-9]
            right = int((np.sign(told) == np.sign(real[told.index])).sum())
            rows.append({"method": name, "gene": gene, "told": len(told), "right": right})
    for name, part in pd.DataFrame(rows).groupby("method"):
        right, told = part["right"].sum(), part["told"].sum()
        print(f"  {name:26} {part['gene'].nunique():3} knock-downs, {told:5} edges told, {right / max(told, 1):.1%} of "
              f"the right direction (p {binomtest(int(right), int(max(told, 1))).pvalue:.2g})")  # fmt: skip


def bulk(library: Knowledge) -> None:
    """Bulk tables without cells: do the network's targets change, and as its signs say?"""
    networks = {name: library.network(name) for name in LIBRARY[:4]}
    sure = networks["dorothea-human"]["confidence"].isin(["A", "B", "C"])
    networks["dorothea-human"] = networks["dorothea-human"][sure]
    whole = pd.concat([table.assign(name=name) for name, table in networks.items()])
    pairs = whole.groupby(["source", "target"])["sign"].agg(["min", "max"]).reset_index()
    pairs["sign"] = pairs["min"].clip(upper=0) + pairs["max"].clip(lower=0)
    degree = pairs["target"].value_counts()
    print(f"  {'':26}{'changed':>9}{'targets':>9}{'AUROC':>9}{'degree':>9}{'p':>9}{'signed':>9}{'agree':>9}{'p':>9}")
    for title, regulator, real in bulk_tables():
        mine = pairs[pairs["source"] == regulator].set_index("target")["sign"]
        is_target, n = real.index.isin(mine.index), degree.reindex(real.index).fillna(0).to_numpy()
        strength = real["t"].abs().to_numpy()
        null = matched(is_target, n, strength)
        strongest = real["t"].abs().sort_values(ascending=False).index[:STRONGEST]
        signs = mine[mine != 0].reindex(strongest).dropna()
        agree = int((-signs == np.sign(real.loc[signs.index, "t"])).sum())
        p = binomtest(agree, len(signs), 0.5).pvalue if len(signs) else np.nan
        print(f"  {title:26}{real['changed'].sum():>9}{is_target.sum():>9}{auroc(is_target, strength):>9.3f}"
              f"{np.mean(null):>9.3f}{(1 + np.sum(null >= auroc(is_target, strength))) / (1 + len(null)):>9.2g}"
              f"{len(signs):>9}{agree / max(len(signs), 1):>9.1%}{p:>9.2g}")  # fmt: skip


def matched(is_target: np.ndarray, degree: np.ndarray, strength: np.ndarray, repeats: int = 200) -> np.ndarray:
    """AUROCs of random genes with as many regulators as the targets have."""
    rng, level = np.random.default_rng(0), np.minimum(np.log2(degree + 1).round(), 6)
    found = []
    for _ in range(repeats):
        drawn = np.zeros(len(degree), bool)
        for one in np.unique(level[is_target]):
            drawn[rng.choice(np.flatnonzero(level == one), int((level[is_target] == one).sum()), replace=False)] = True
        found.append(auroc(drawn, strength))
    return np.array(found)


def bulk_tables() -> list[tuple[str, str, pd.DataFrame]]:
    """Title, regulator, and t-like statistic with changed of every gene, the strongest row of a gene."""
    atf3 = pd.read_csv(shared("data/perturb/bulk_ko/koATF3_HCT116_diffexDT.tsv.gz"), sep="\t")
    taz = pd.read_csv(shared("data/perturb/bulk_ko/siTAZdiffex_HFL1_diffexDT.tsv.gz"), sep="\t")
    foxa2 = pd.read_csv(shared("data2/perturb/bulk_ko/panc1_foxa2ko_ttop.tsv.gz"), sep="\t")
    taz = taz.assign(logFC=taz[["siTAZ1_logFC", "siTAZ2_logFC"]].mean(axis=1),
                     p=taz[["siTAZ1_pValue", "siTAZ2_pValue"]].max(axis=1))  # fmt: skip
    parts = (("ATF3 knock-out, HCT116", "ATF3", atf3.rename(columns={"geneSymbol": "gene", "koATF3_logFC": "logFC",
                                                                      "koATF3_pValue": "p"})),
             ("TAZ knock-down, HFL1", "WWTR1", taz.rename(columns={"geneSymbol": "gene"})),
             ("FOXA2 knock-out, PANC1", "FOXA2", foxa2.rename(columns={"ID": "gene", "P.Value": "p"})))  # fmt: skip
    return [(title, gene, _one_a_gene(table, gene)) for title, gene, table in parts]


def _one_a_gene(table: pd.DataFrame, regulator: str) -> pd.DataFrame:
    table = table.dropna(subset=["gene", "logFC", "p"]).sort_values("p").drop_duplicates("gene").set_index("gene")
    table = table.drop(index=regulator, errors="ignore")
    t = np.sign(table["logFC"]) * -np.log10(np.maximum(table["p"], 1e-300))
    return pd.DataFrame({"t": t, "changed": false_discovery_control(table["p"]) < 0.05})


def combat(library: Knowledge) -> KnockoutModel:
    path = str(shared("data/covid/combat_pbmc_covid_4donors.h5ad"))
    sources = [DatasetSource(donor, path, column="donor", values=(donor,)) for donor in DONORS]
    return fitted(Study("combat", "COVID-19", tuple(sources)), library)


def fitted(study: Study, library: Knowledge) -> KnockoutModel:
    return KnockoutModel(fit_network_model(study, KnockoutParams(), knowledge=library))


TITLES = {"auroc": "AUROC changed", "abs_rank": "Spearman |.|", "rank": "Spearman signed"}
UNSIGNED = ("mean level", "number of regulators", "scTenifoldKnk (published)")


def baselines(model: KnockoutModel, gene: str) -> dict[str, np.ndarray]:
    """What needs no simulation; a knock-out is taken to lower what goes along with the gene."""
    x, edges = model.adata.X, model.adata.uns["edges"]
    mean = np.asarray(x.mean(axis=0)).ravel()
    degree = pd.Series(edges["target"]).value_counts().reindex(model.genes).fillna(0).to_numpy()
    found = {"mean level": mean, "number of regulators": degree}
    if gene in model.genes:
        at = int(np.flatnonzero(model.genes == gene)[0])
        y = x[:, [at]].toarray().ravel().astype(float)
        spread = np.sqrt(np.maximum(np.asarray(x.multiply(x).mean(axis=0)).ravel() - mean**2, 1e-12))
        found["r with the gene"] = -(x.T @ (y - y.mean())) / len(y) / spread / max(y.std(), 1e-12)
    return found


def real_effect(cells: anndata.AnnData, control: np.ndarray, genes: np.ndarray) -> pd.DataFrame:
    """Difference of log levels and Welch's p of perturbed against control cells."""
    depth = np.asarray(cells.X.sum(axis=1)).ravel()
    x = np.log1p(1e4 * sparse.csr_matrix(cells[:, genes].X).toarray() / depth[:, None])
    p = np.nan_to_num(ttest_ind(x[~control], x[control], equal_var=False).pvalue, nan=1.0)
    return pd.DataFrame({"lfc": x[~control].mean(axis=0) - x[control].mean(axis=0), "p": p,
                         "changed": false_discovery_control(p) < 0.05}, index=genes)  # fmt: skip


def score(method: str, gene: str, predicted: np.ndarray, real: pd.DataFrame, *, signed: bool) -> dict:
    """How well a prediction ranks and directs the real change, the gene itself left out."""
    keep = (real.index != gene) & np.isfinite(predicted)
    predicted, real = predicted[keep], real[keep]
    strength, changed = -np.log10(np.maximum(real["p"], 1e-300)), real["changed"].to_numpy()
    enough = LEAST_CHANGED <= changed.sum() < len(changed)
    told = changed & (np.abs(predicted) > 1e-9)
    right = int((np.sign(predicted) == np.sign(real["lfc"]))[told].sum())
    return {"method": method, "gene": gene, "auroc": auroc(changed, np.abs(predicted)) if enough else np.nan,
            "abs_rank": rank(np.abs(predicted), strength), "rank": rank(predicted, real["lfc"]) if signed else np.nan,
            "right": right if signed else np.nan, "told": int(told.sum()) if signed else np.nan}  # fmt: skip


def rank(a, b) -> float:
    return float(spearmanr(a, b).statistic) if np.ptp(rankdata(a)) and np.ptp(rankdata(b)) else np.nan


def auroc(truth: np.ndarray, values: np.ndarray) -> float:
    return float(roc_auc_score(truth, values)) if 0 < truth.sum() < len(truth) else float("nan")


def tell(rows: list[dict]) -> None:
    """Means over the knock-outs; signs are pooled over changed genes that are told."""
    print("  " + f"{COLUMNS[0]:26}" + "".join(f"{name:>16}" for name in COLUMNS[1:]))
    for method, part in pd.DataFrame(rows).groupby("method", sort=False):
        told = int(part["told"].sum())
        sign = f"{part['right'].sum() / told:.1%} of {told}" if told else ""
        print(f"  {method:26}{len(part):>16}{part['auroc'].mean():>16.3f}{part['abs_rank'].mean():>16.3f}"
              f"{part['rank'].mean():>16.3f}{sign:>16}", flush=True)  # fmt: skip


CASES = {"Trem2": trem2, "macrophages": macrophages, "CD4": cd4, "Jurkat": jurkat, "bulk": bulk}

if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
