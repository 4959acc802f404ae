"""Flows count rows and genes exactly; the placement test equals other tests where they apply."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats.contingency import expected_freq

from engine.errors import InvalidParameter, UnknownName
from engine.tl.adjust import adjusted
from engine.tl.flows import OTHERS, flows
from engine.tl.placement import cluster_table, leanings, placement, placement_table, placements, unevenness

LEVELS = ("modality", "tissue", "dataset", "cluster")


def made_up(n_genes: int = 60, n_clusters: int = 5, *, seed: int = 0) -> pd.DataFrame:
    """Genes in some of four datasets (two modalities, three tissues); each row in any cluster."""
    rng = np.random.default_rng(seed)
    facts = {"A": ("rna", "blood"), "B": ("rna", "lung"), "C": ("atac", "blood"), "D": ("atac", "skin")}
    rows = [(f"G{g}", d, *facts[d], str(rng.integers(1, n_clusters + 1))) for g in range(n_genes) for d in facts
            if rng.random() < 0.8]  # fmt: skip
    obs = pd.DataFrame(rows, columns=["gene", "dataset", "modality", "tissue", "cluster"])
    common = obs.groupby("gene")["dataset"].transform("nunique") == 4
    return obs.assign(species="human", condition="none", common=common)


OBS = made_up()


def test_nodes_links_and_paths_count_rows_and_distinct_genes():
    found = flows(OBS, LEVELS)
    for node in found.nodes.itertuples():
        rows = OBS[OBS[node.level] == node.name]
        assert (node.rows, node.genes) == (len(rows), rows["gene"].nunique())
    for link in found.links.itertuples():
        rows = OBS[(OBS[link.from_level] == link.source) & (OBS[link.to_level] == link.target)]
        assert (link.rows, link.genes) == (len(rows), rows["gene"].nunique()) != (0, 0)
    paths = OBS.groupby(list(LEVELS)).size()
    assert {tuple(p[:4]): p.rows for p in found.paths.itertuples(index=False)} == paths.to_dict()


def test_every_level_and_every_gap_between_levels_holds_all_rows():
    found = flows(OBS, ("tissue", "cluster", "modality"))
    assert set(found.nodes.groupby("level")["rows"].sum()) == {len(OBS)}
    assert found.links.groupby(["from_level", "to_level"])["rows"].sum().tolist() == [len(OBS)] * 2
    assert found.paths["rows"].sum() == len(OBS)


def test_what_runs_through_a_choice_is_exact_and_no_product_of_margins():
    found = flows(OBS, LEVELS)
    keep = found.through({"tissue": "blood", "cluster": "2"})
    assert keep.sum() == ((OBS["tissue"] == "blood") & (OBS["cluster"] == "2")).sum()
    assert found.through({}).all()
    with pytest.raises(UnknownName, match="no tissue 'bloods' in this picture. Closest: blood"):
        found.through({"tissue": "bloods"})
    with pytest.raises(UnknownName, match="no level 'species'"):
        found.through({"species": "human"})


def test_small_clusters_become_others_which_stand_last():
    found = flows(OBS, ("dataset", "cluster"), n_clusters=2)
    largest = OBS["cluster"].value_counts().index[:2]
    assert found.names("cluster") == [*sorted(largest), OTHERS]
    assert found.nodes.set_index("name").loc[OTHERS, "rows"] == (~OBS["cluster"].isin(largest)).sum()
    assert OTHERS not in flows(OBS, ("dataset", "cluster"), n_clusters=5).names("cluster")


def test_clusters_are_in_the_order_of_their_numbers_and_datasets_in_that_of_the_study():
    obs = OBS.assign(cluster=[str(1 + i % 11) for i in range(len(OBS))])
    found = flows(obs, ("dataset", "cluster"), datasets=("D", "B", "A", "C"))
    assert found.names("cluster") == [str(i) for i in range(1, 12)] and found.names("dataset") == ["D", "B", "A", "C"]


def test_only_common_genes_are_counted_when_asked_and_missing_names_are_unknown():
    assert len(flows(OBS, LEVELS, only_common=True).labels) == OBS["common"].sum()
    assert len(flows(OBS.assign(common=False), LEVELS, only_common=True).nodes) == 0
    assert flows(OBS.assign(tissue=np.nan), LEVELS).names("tissue") == ["unknown"]


@pytest.mark.parametrize(("levels", "n", "error", "words"), [
    (("cluster",), 12, InvalidParameter, "Two or more different levels were expected, found cluster"),
    ((), 12, InvalidParameter, "found none"),
    (("dataset", "dataset"), 12, InvalidParameter, "found dataset, dataset"),
    (("dataset", "organ"), 12, UnknownName, "no level 'organ' of a gene map"),
    (("dataset", "cluster"), 0, InvalidParameter, "At least 1 cluster"),
])  # fmt: skip
def test_wrong_levels_and_numbers_are_told_in_a_sentence(levels, n, error, words):
    with pytest.raises(error, match=words):
        flows(OBS, levels, n_clusters=n)


def coded(obs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return np.unique(obs["gene"], return_inverse=True)[1], np.unique(obs["dataset"], return_inverse=True)[1]


def test_with_two_datasets_it_is_the_exact_mcnemar_test():
    obs = OBS[OBS["dataset"].isin(["A", "B"])]
    wide = obs.pivot(index="gene", columns="dataset", values="cluster").dropna() == "1"
    only_a, only_b = int((wide["A"] & ~wide["B"]).sum()), int((wide["B"] & ~wide["A"]).sum())
    found = placement(coded(obs)[0], obs["dataset"].to_numpy() == "A", obs["cluster"].to_numpy() == "1")
    assert found.genes == only_a + only_b
    assert found.p == pytest.approx(stats.binomtest(only_a, only_a + only_b).pvalue, rel=1e-12)


def test_all_rows_of_one_gene_is_the_hypergeometric_test_on_the_margins():
    rng = np.random.default_rng(3)
    group, cluster = rng.random(40) < 0.4, rng.random(40) < 0.3
    found = placement(np.zeros(40, int), group, cluster)
    null = stats.hypergeom(40, cluster.sum(), group.sum())
    assert found.p == pytest.approx(min(1, 2 * min(null.cdf(found.observed), null.sf(found.observed - 1))), rel=1e-12)
    crossed = expected_freq(pd.crosstab(group, cluster).to_numpy())
    assert (found.expected, found.sd) == pytest.approx((crossed[1, 1], null.std()), rel=1e-12)


def test_expected_spread_and_p_equal_those_of_datasets_dealt_anew_within_each_gene():
    obs = made_up(40, 3, seed=2)
    genes, group = coded(obs)[0], np.isin(obs["dataset"], ["A", "C"])
    cluster = (obs["cluster"] == "1").to_numpy()
    found = placement(genes, group, cluster)
    rng, order = np.random.default_rng(0), np.argsort(genes, kind="stable")
    dealt = np.array([cluster[order][np.lexsort((rng.random(len(genes)), genes[order]))] @ group[order].astype(int)
                      for _ in range(4000)])  # fmt: skip
    assert found.expected == pytest.approx(dealt.mean(), abs=0.15) and found.sd == pytest.approx(dealt.std(), rel=0.05)
    tails = np.mean(dealt >= found.observed), np.mean(dealt <= found.observed)
    assert found.p == pytest.approx(min(1, 2 * min(tails)), abs=0.04)


def test_genes_of_one_dataset_cannot_tell():
    obs = OBS.assign(gene=[f"own{i}" for i in range(len(OBS))])
    found = placement(coded(obs)[0], obs["dataset"].to_numpy() == "A", obs["cluster"].to_numpy() == "1")
    assert found.genes == 0 and np.isnan(found.p) and found.observed == pytest.approx(found.expected)
    assert np.isnan(unevenness(*coded(obs), obs["cluster"].to_numpy() == "1").p)


def test_with_every_gene_everywhere_unevenness_is_cochrans_q():
    obs = OBS[OBS["common"]]
    x = (obs.pivot(index="gene", columns="dataset", values="cluster") == "2").to_numpy(float)
    k, columns, rows = x.shape[1], x.sum(axis=0), x.sum(axis=1)
    q = (k - 1) * (k * (columns**2).sum() - x.sum() ** 2) / (k * x.sum() - (rows**2).sum())
    found = unevenness(*coded(obs), (obs["cluster"] == "2").to_numpy())
    assert (found.statistic, found.df) == (pytest.approx(q, rel=1e-9), 3)
    assert found.p == pytest.approx(stats.chi2.sf(q, 3), rel=1e-9)


def test_where_datasets_have_no_say_unevenness_is_seldom_called():
    p = [cluster_table(flows(made_up(80, 4, seed=seed), ("dataset", "cluster")))["p"] for seed in range(40)]
    assert 0.01 < np.mean(np.concatenate(p) < 0.05) < 0.1


def test_genes_that_move_together_are_called_too_often_which_is_why_p_is_a_guide_only():
    def called(seed: int) -> float:
        modules = made_up(12, 4, seed=seed)
        genes = [modules.assign(gene=modules["gene"] + f"-{copy}") for copy in range(6)]
        return np.nanmean(cluster_table(flows(pd.concat(genes), ("dataset", "cluster")))["p"] < 0.05)

    assert np.mean([called(seed) for seed in range(20)]) > 0.2


def test_a_leaning_is_the_name_most_above_what_was_expected():
    found = flows(OBS, ("dataset", "cluster"))
    pairs = placement_table(found)
    for row in leanings(found).itertuples():
        of = pairs[pairs["cluster"] == row.cluster].set_index("name")
        above = of["observed"] - of["expected"]
        assert row.name == above.idxmax() and row.expected == pytest.approx(of.loc[row.name, "expected"])
        assert row.observed == of.loc[row.name, "observed"]


def test_a_dataset_that_gathers_in_a_cluster_is_found_and_the_others_are_not_much_disturbed():
    moved = OBS.assign(cluster=OBS["cluster"].where((OBS["dataset"] != "D") | (np.arange(len(OBS)) % 2 == 0), "1"))
    table = placement_table(flows(moved, ("dataset", "cluster"))).set_index(["name", "cluster"])
    assert table["p_adjusted"].idxmin() == ("D", "1") and table.loc[("D", "1"), "ratio"] > 1.5
    assert len(table) == 20 and (table["p_adjusted"] >= table["p"]).all()


def test_margins_are_the_products_that_scipy_gives_and_paths_are_tested_too():
    found = flows(OBS, LEVELS)
    table = placement_table(found)
    of = table[table["level"] == "dataset"].pivot(index="name", columns="cluster", values="margins")
    np.testing.assert_allclose(of, expected_freq(pd.crosstab(OBS["dataset"], OBS["cluster"])))
    paths = placements(found, found.paths[list(LEVELS)])
    assert paths["observed"].tolist() == found.paths["rows"].tolist()
    assert placement_table(flows(OBS, ("modality", "dataset"))).empty


def test_adjusted_p_are_those_of_benjamini_and_hochberg_and_gaps_stay():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    np.testing.assert_allclose(adjusted(p), [0.03, np.nan, 0.04, 0.04])
    assert np.isnan(adjusted(np.array([np.nan]))).all()
