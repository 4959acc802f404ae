"""Partners gained and lost: intervals against scipy's, states by their definition, symmetric where they must be."""

import numpy as np
import pytest
from scipy.stats import t

from engine.errors import UnknownName
from engine.tl.changed import STATES, partners_of, quantile
from tests.app.made_up_contrast import MODULE, made_up

FOUND = made_up()
INTERVALS = t.ppf(0.975, 6)  # 4 and 4 units


def test_intervals_are_student_s_with_units_minus_two_degrees_of_freedom():
    table = partners_of(FOUND, "GENE3").set_index("partner")
    assert quantile(FOUND) == pytest.approx(INTERVALS)
    r, se = FOUND.correlations("control")[3, 7], 0.05
    assert table.at["GENE7", "control_low"] == pytest.approx(r - INTERVALS * se, abs=1e-6)
    assert table.at["GENE7", "control_high"] == pytest.approx(r + INTERVALS * se, abs=1e-6)
    change = FOUND.correlations("case")[3, 7] - r
    assert table.at["GENE7", "change"] == pytest.approx(change, abs=1e-6)
    width = table.at["GENE7", "change_high"] - table.at["GENE7", "change_low"]
    assert width == pytest.approx(2 * INTERVALS * se * np.sqrt(2), abs=1e-6)


def test_a_gene_of_the_module_that_came_apart_lost_its_company():
    table = partners_of(FOUND, "GENE3")
    assert len(table) == 59 and "GENE3" not in set(table["partner"])
    assert set(table.loc[table["state"] == "lost", "partner"]) == {f"GENE{i}" for i in range(MODULE)} - {"GENE3"}
    assert table["change"].abs().is_monotonic_decreasing and set(table["state"]) <= set(STATES)


def test_a_gene_of_the_steady_module_kept_its_company():
    table = partners_of(FOUND, f"GENE{MODULE + 2}").set_index("partner")
    assert set(table.loc[[f"GENE{MODULE + 5}", f"GENE{MODULE + 7}"], "state"]) == {"kept"}


def test_turned_about_what_was_lost_is_gained():
    turned = made_up()
    turned.adata.obsp["control"], turned.adata.obsp["case"] = FOUND.correlations("case"), FOUND.correlations("control")
    there, back = partners_of(FOUND, "GENE3"), partners_of(turned, "GENE3")
    assert set(there.loc[there["state"] == "lost", "partner"]) == set(back.loc[back["state"] == "gained", "partner"])


def test_a_small_or_unsure_change_is_neither():
    quiet = made_up()
    near = FOUND.correlations("control") + np.float32(0.09)
    quiet.adata.obsp["case"] = near
    quiet.adata.obsp["control_se"] = quiet.adata.obsp["case_se"] = np.full_like(near, 1e-6)
    assert not set(partners_of(quiet, "GENE3")["state"]) & {"gained", "lost"}
    unsure = made_up()
    unsure.adata.obsp["control_se"] = unsure.adata.obsp["case_se"] = np.full_like(near, 1.0)
    assert set(partners_of(unsure, "GENE3")["state"]) == {"unclear"}


def test_an_unknown_gene_is_answered_with_the_closest():
    with pytest.raises(UnknownName, match="GENE5"):
        partners_of(FOUND, "GENE555")
