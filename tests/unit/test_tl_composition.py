"""Shares of cell types: no false alarm where donors merely differ, and the lungs of lethal COVID-19."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from engine.tl.composition import changed_composition, shares
from tests.shared_data import shared


def test_shares_by_hand():
    kinds = np.array(["B", "T", "T", "B", "T", "NK"])
    types, share = shares(kinds, np.array([0, 0, 0, 1, 1, -1]), 3)
    assert types == ["B", "T"]
    np.testing.assert_allclose(share[:, :2], [[1 / 3, 1 / 2], [2 / 3, 1 / 2]])
    assert np.isnan(share[:, 2]).all()


def test_the_tests_are_welch_s_and_the_paired_t_of_angles():
    rng = np.random.default_rng(0)
    share = rng.dirichlet([5, 3, 2], 8).T
    case = np.array([False, True] * 4)
    angle = np.arcsin(np.sqrt(share))
    loose = changed_composition(["a", "b", "c"], share, case)
    np.testing.assert_allclose(loose["p"], stats.ttest_ind(angle[:, case], angle[:, ~case], axis=1, equal_var=False)[1])
    paired = changed_composition(["a", "b", "c"], share, case, pair=np.repeat(np.arange(4), 2))
    np.testing.assert_allclose(paired["p"], stats.ttest_rel(angle[:, case], angle[:, ~case], axis=1)[1])
    np.testing.assert_allclose(loose["control"], share[:, ~case].mean(axis=1))
    np.testing.assert_allclose(loose["fdr"], stats.false_discovery_control(loose["p"]))


def test_donors_that_differ_by_chance_alone_raise_no_more_alarms_than_said():
    """400 studies of 5 and 5 donors: multinomial counts around shares that vary from donor to donor."""
    rng, p = np.random.default_rng(1), []
    for _ in range(400):
        each = rng.dirichlet(20 * np.array([0.5, 0.3, 0.15, 0.05]), 10)
        counts = np.array([rng.multinomial(500, one) for one in each]).T
        p.append(changed_composition(list("abcd"), counts / 500, np.arange(10) < 5)["p"])
    assert 0.025 <= (np.array(p) < 0.05).mean() <= 0.065


def test_too_few_units_or_no_spread_give_no_p():
    share = np.array([[0.5, 0.5, 0.4], [0.5, 0.5, 0.6]])
    found = changed_composition(["a", "b"], share, np.array([False, False, True]))
    assert found["p"].isna().all() and found["fdr"].isna().all() and found["case"].tolist() == [0.4, 0.6]


def test_lungs_of_lethal_covid_lose_alveolar_epithelium_and_fill_with_macrophages_and_fibroblasts():
    """Melms et al., Nature 595, 114 (2021): 7 controls and 20 patients."""
    path = shared("data2/covid/lung_gse171524_cell_metadata.txt.gz")
    cells = pd.read_csv(path, sep="\t", skiprows=[1], dtype=str)
    donors, unit = np.unique(cells["donor_id"], return_inverse=True)
    group = cells.groupby("donor_id")["group"].first()[donors].to_numpy()
    assert [(group == name).sum() for name in ("Control", "COVID-19")] == [7, 20]
    found = {}
    for column in ("cell_type_main", "cell_type_intermediate", "cell_type_fine"):
        types, share = shares(cells[column].to_numpy(), unit, len(donors))
        found |= changed_composition(types, share, group == "COVID-19").to_dict("index")
    for kind in ("AT1", "AT2", "Epithelial cells"):
        assert found[kind]["case"] < 0.5 * found[kind]["control"] and found[kind]["p"] < 0.05
    for kind in ("Myeloid", "Macrophages", "Monocyte-derived macrophages", "Pathological FB", "Neuronal cells"):
        assert found[kind]["case"] > 1.5 * found[kind]["control"] and found[kind]["p"] < 0.01
    assert found["Epithelial cells"]["fdr"] < 0.01 and found["Myeloid"]["fdr"] < 0.01
    assert found["T cells"]["fdr"] > 0.5
