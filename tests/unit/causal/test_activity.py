"""The linear model's t against decoupler's and SciPy's."""

import gzip

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress

from engine.causal.activity import activity
from engine.causal.changes import changes_of
from engine.causal.edges import join, lay_over
from tests.shared_data import shared
from tests.small_causes import random_case


def test_activities_equal_decouplers(library):
    values = pd.read_csv(shared("golden/ulm/input_genes_by_obs.tsv.gz"), sep="\t", index_col=0, keep_default_na=False)
    golden = pd.read_csv(gzip.open(shared("golden/ulm/ulm_dorothea_ABC.tsv.gz")), sep="\t", keep_default_na=False)
    network = library("dorothea-human")
    network = network[network["confidence"].isin(["A", "B", "C"])]
    for name, expected in golden.groupby("obs"):
        table = pd.DataFrame({"gene": values.index, "log2fc": values[name].astype(float), "p": 0.5, "fdr": 0.5})
        changes = changes_of(table, changed=[values.index[0]])
        found = activity(changes.log2fc, lay_over(network, changes)).set_index("regulator")
        expected = expected.set_index("tf")
        assert set(found.index) == set(expected.index)
        np.testing.assert_allclose(found.loc[expected.index, "t"], expected["t_ulm"], rtol=1e-8)
        np.testing.assert_allclose(found.loc[expected.index, "p"], expected["p"], rtol=1e-6)
        np.testing.assert_allclose(found.loc[expected.index, "fdr"], expected["decoupler_padj"], atol=1e-6)


def test_activity_is_the_t_of_a_straight_line():
    table, network = random_case(3)
    changes = changes_of(table)
    targets = lay_over(join({"n": network}).edges, changes)
    found = activity(changes.log2fc, targets).iloc[0]
    row = targets.sources.tolist().index(found["regulator"])
    weights = (targets.signs * targets.weights).toarray()[row]
    line = linregress(weights, changes.log2fc)
    assert found["t"] == pytest.approx(line.slope / line.stderr) and found["p"] == pytest.approx(line.pvalue)


def test_regulators_of_few_targets_have_no_activity():
    table, network = random_case(4)
    changes = changes_of(table)
    targets = lay_over(network, changes)
    n_signed = np.abs(targets.signs.toarray()).sum(axis=1)
    least = int(np.median(n_signed))
    assert set(activity(changes.log2fc, targets, least=least)["regulator"]) == set(targets.sources[n_signed >= least])
