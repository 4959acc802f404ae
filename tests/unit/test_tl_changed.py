"""Partners of one gene then and now: intervals, states and order, by hand on a small contrast."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import UnknownName
from engine.tl.changed import COLUMNS, partners_of, quantile
from engine.types import Contrast
from tests.app.made_up_contrast import MODULE, made_up


def contrast_with(pairs: dict[str, tuple[float, float]], se: float = 0.05) -> Contrast:
    """A made-up contrast whose first gene has these correlations, control and case, with other genes."""
    contrast = made_up()
    for side, place in (("control", 0), ("case", 1)):
        values = np.zeros_like(contrast.adata.obsp[side])
        for gene, both in pairs.items():
            at = int(gene.removeprefix("GENE"))
            values[0, at] = values[at, 0] = both[place]
        contrast.adata.obsp[side] = values
        contrast.adata.obsp[f"{side}_se"] = np.full_like(values, se)
    contrast.adata.obsp["change_se"] = np.full_like(values, np.hypot(se, se))
    return contrast


def test_states_follow_from_the_intervals():
    contrast = contrast_with({"GENE1": (0.1, 0.8), "GENE2": (-0.9, 0.0), "GENE3": (0.5, 0.55), "GENE4": (0.05, 0.1),
                              "GENE5": (0.6, -0.5)})  # fmt: skip
    found = partners_of(contrast, "GENE0").set_index("partner")
    assert found.index[:3].tolist() == ["GENE5", "GENE2", "GENE1"] and len(found) == contrast.adata.n_obs - 1
    assert found["state"][:5].to_dict() == {"GENE5": "lost", "GENE2": "lost", "GENE1": "gained", "GENE3": "kept",
                                            "GENE4": "unclear"}  # fmt: skip
    assert (found["state"][5:] == "unclear").all() and ["partner", *found.columns] == list(COLUMNS)


def test_the_change_has_the_error_of_both_sides_and_no_correlation_leaves_its_range():
    contrast = contrast_with({"GENE1": (0.1, 0.98)}, se=0.03)
    one, reach = partners_of(contrast, "GENE0").iloc[0], quantile(contrast)
    assert one["change"] == pytest.approx(0.88) and one["case_high"] == 1.0
    assert one["change_high"] - one["change"] == pytest.approx(reach * np.hypot(0.03, 0.03), rel=1e-5)
    assert one["control"] - one["control_low"] == pytest.approx(reach * 0.03, rel=1e-5)


def test_a_module_that_came_apart_is_lost_by_its_genes_and_others_keep_theirs():
    contrast = made_up()
    lost = partners_of(contrast, "GENE0").query("state == 'lost'")
    assert set(lost["partner"]) >= {f"GENE{i}" for i in range(1, MODULE)}
    kept = partners_of(contrast, f"GENE{MODULE}").query("state == 'kept'")
    assert set(kept["partner"]) >= {f"GENE{i}" for i in range(MODULE + 1, 2 * MODULE)}


def test_a_gene_that_was_not_compared_is_refused_with_the_closest():
    with pytest.raises(UnknownName, match="no gene 'GEN7' among those compared. Closest: GENE7"):
        partners_of(made_up(), "GEN7")
