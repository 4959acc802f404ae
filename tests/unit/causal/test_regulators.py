"""Regulators against closed forms and SciPy, one by one; interferon on real cells, next to nothing on shuffled ones."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from engine.causal.changes import changes_of
from engine.causal.edges import join
from engine.causal.regulators import regulator_notes, regulators
from tests.kang import kang_table, labels_shuffled, signs_shuffled
from tests.small_causes import changes_table, edges, random_case


def truth(table, network, regulator):
    """n_targets, n_changed, p, z of one regulator, by loops."""
    fc, fdr = table.set_index("gene")["log2fc"], table.set_index("gene")["fdr"]
    mine = network[(network["source"] == regulator) & network["target"].isin(fc.index)]
    changed = mine[fdr[mine["target"]].to_numpy() <= 0.05]
    n, k, total = len(mine), len(changed), int((fdr <= 0.05).sum())
    p = fisher_exact([[k, n - k], [total - k, len(fc) - n - total + k]], alternative="greater").pvalue
    known = changed[changed["sign"] != 0]
    x, w = known["sign"] * np.sign(fc[known["target"]].to_numpy()), known["weight"]
    if not len(known):
        return n, k, p, np.nan
    up, down = ((fdr <= 0.05) & (fc > 0)).sum(), ((fdr <= 0.05) & (fc < 0)).sum()
    mu = (up - down) / (up + down) * known["sign"].mean()
    return n, k, p, float((w * (x - (mu if abs(mu) > 0.25 else 0))).sum() / np.sqrt((w**2).sum()))


@pytest.mark.parametrize("seed", range(3))
def test_every_regulator_has_fishers_p_and_the_z_of_the_definition(seed):
    table, network = random_case(seed)
    found = regulators(changes_of(table), join({"made-up": network}))
    for row in found.itertuples():
        n, k, p, z = truth(table, network, row.regulator)
        assert (row.n_targets, row.n_changed) == (n, k)
        assert row.p == pytest.approx(p, rel=1e-9) and row.z == pytest.approx(z, rel=1e-9, nan_ok=True)
    assert found["fdr"].to_numpy() == pytest.approx(false_discovery_control(found["p"]))
    assert found["p"].is_monotonic_increasing


def test_sixteen_targets_that_all_fit_give_a_z_of_four_and_a_call():
    genes = ", ".join(f"T{i} {1 if i % 2 else -1}" for i in range(16)) + ", " + ", ".join(f"N{i} 0" for i in range(84))
    fits = edges(", ".join(f"R T{i} {1 if i % 2 else -1}" for i in range(16)))
    against = fits.assign(source="S", sign=-fits["sign"])
    found = regulators(changes_of(changes_table(genes)), join({"n": fits, "m": against})).set_index("regulator")
    assert found["z"].to_dict() == {"R": 4.0, "S": -4.0}
    assert found["call"].to_dict() == {"R": "activated", "S": "inhibited"}


def test_where_all_genes_rise_activators_alone_are_no_news():
    genes = ", ".join(f"T{i} 1" for i in range(30)) + ", " + ", ".join(f"N{i} 0" for i in range(70))
    found = regulators(changes_of(changes_table(genes)), join({"n": edges(", ".join(f"R T{i} 1" for i in range(16)))}))
    row = found.iloc[0]
    assert (row["bias"], row["corrected"], row["z"], row["call"]) == (1.0, True, 0.0, "") and row["p"] < 1e-9
    assert any("corrected for it" in note for note in regulator_notes(found))


def test_without_signs_there_is_overlap_alone():
    genes = ", ".join(f"T{i} 1" for i in range(6)) + ", " + ", ".join(f"N{i} 0" for i in range(94))
    found = regulators(changes_of(changes_table(genes)), join({"n": edges(", ".join(f"R T{i} 0" for i in range(6)))}))
    row = found.iloc[0]
    assert row["p"] < 1e-6 and np.isnan(row["z"]) and row["call"] == "" and np.isnan(row["activity"])


def test_a_regulators_own_change_stands_beside_it_and_its_loop_is_no_evidence():
    changes = changes_of(changes_table("R 2, A 1, B 0"))
    row = regulators(changes, join({"n": edges("R R 1, R A 1, R B 1")})).iloc[0]
    assert (row["log2fc"], row["de_fdr"], row["n_targets"], row["n_changed"]) == (2.0, 1e-4, 2, 1)


@pytest.fixture(scope="module")
def kang():
    return kang_table()


@pytest.mark.parametrize(("name", "expected"), [
    ("collectri", ["STAT1", "STAT2", "IRF9", "IRF1"]), ("dorothea-human", ["STAT1", "STAT2"]),
    ("trrust-human", ["IRF1"]),
])  # fmt: skip
def test_interferon_shows_in_stimulated_cells(library, kang, name, expected):
    found = regulators(changes_of(kang), join({name: library(name)}))
    activated = found[found["call"] == "activated"]["regulator"].head(15).tolist()
    assert set(expected) <= set(activated)


def test_shuffled_labels_call_next_to_nothing_and_shuffled_signs_few(library, kang):
    network, rng = join({"collectri": library("collectri")}), np.random.default_rng(0)

    def called(table):
        return (regulators(changes_of(table), network)["call"] != "").mean()

    assert np.mean([called(labels_shuffled(kang, rng)) for _ in range(10)]) < 0.002
    assert np.mean([called(signs_shuffled(kang, rng)) for _ in range(10)]) < 0.015 < 0.02 < called(kang)
