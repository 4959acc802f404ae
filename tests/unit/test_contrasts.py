"""A comparison from a study's files to what is stored: it fits together, repeats itself, and says what it is worth."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.contrasts import compare, load_contrast, read_contrast
from engine.errors import InvalidFile, UnknownName
from engine.library import Library
from engine.params import ContrastParams
from engine.progress import Progress
from engine.settings import Settings
from engine.store import Store
from engine.tl.changed import partners_of
from engine.types import ARMS, META
from tests.app.made_up_contrast import made_up
from tests.simulated import two_conditions, write_conditions

PARAMS = ContrastParams(control="well", donor="donor", permutations=60, space="none")


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    home = tmp_path_factory.mktemp("home")
    write_conditions(home / "studies")
    paired = two_conditions()
    paired.obs["donor"] = [f"D{int(name[1:]) % 4}" for name in paired.obs["donor"]]
    write_conditions(home / "studies", name="paired")
    paired.write_h5ad(home / "studies" / "paired.h5ad")
    return Store(Settings.from_environment({"GENEWEAVE_HOME": str(home)}))


def contrast_of(store: Store, name: str = "conditions", **change):
    study = Library(store.settings).study(name)
    return load_contrast(compare(study, replace(PARAMS, **change), store=store), store=store)


class Stages(Progress):
    """Remembers where it was told to be."""

    def __init__(self) -> None:
        self.fractions: list[float] = []

    def stage(self, name: str, fraction: float) -> None:
        self.fractions.append(fraction)

    def step(self, fraction: float, **losses: float) -> None:
        self.fractions.append(fraction)


def test_everything_that_a_contrast_promises_is_there(store):
    contrast, promised = contrast_of(store), made_up(placed=False)
    assert set(contrast.facts) == set(promised.facts) and set(contrast.facts["design"]) == set(promised.facts["design"])
    for part in ("modules", "composition", "units"):
        assert set(contrast.facts[part][0]) == set(promised.facts[part][0])
    assert set(contrast.facts["made"]) == set(promised.facts["made"])
    assert set(contrast.table) == set(promised.table) and set(contrast.expression) == set(promised.expression)
    assert set(contrast.adata.obsp) == set(promised.adata.obsp) and not contrast.placed
    json.dumps(contrast.facts, allow_nan=False)
    design = contrast.facts["design"]
    assert (design["unit"], design["n_control"], design["n_case"], design["permutations"]) == ("donors", 4, 4, 35)
    assert design["exact"] and design["cells_control"] == design["cells_case"] == 320
    assert contrast.facts["arms"]["placement"] is None and contrast.facts["arms"]["partners"]["n_5"] >= 15
    assert set(contrast.facts["arms"]) == set(ARMS)


@pytest.mark.parametrize("name", ["conditions", "paired"])
def test_partners_are_gained_and_lost_as_they_were_counted(store, name):
    contrast = contrast_of(store, name)
    assert contrast.facts["design"]["unit"] == ("donors" if name == "conditions" else "paired donors")
    for gene in contrast.genes[:12]:
        found = partners_of(contrast, gene)["state"].value_counts()
        counted = contrast.table.loc[gene, ["gained", "lost"]].tolist()
        assert [found.get("gained", 0), found.get("lost", 0)] == counted


def test_modules_and_composition_are_those_that_the_cells_were_made_with(store):
    contrast = contrast_of(store)
    apart = next(one for one in contrast.facts["modules"] if "GENE0" in one["genes"])
    assert {int(gene.removeprefix("GENE")) % 4 for gene in apart["genes"]} == {0} and apart["n"] == 15
    assert apart["control"] > 0.5 > 0.3 > apart["case"] and len(apart["units"]) == 8
    kinds = {one["cell_type"]: one for one in contrast.facts["composition"]}
    assert kinds["A"]["control"] == pytest.approx(0.3, abs=0.1) and kinds["A"]["case"] == pytest.approx(0.7, abs=0.1)
    assert kinds["A"]["fdr"] < 0.01 and kinds["A"]["units"]["D0"] + kinds["B"]["units"]["D0"] == pytest.approx(1)


def test_within_a_cell_type_there_is_no_warning_of_composition_and_shares_are_of_all_cells(store):
    whole, within = contrast_of(store), contrast_of(store, only="A")
    assert any("All cell types are compared together" in text for text in whole.facts["warnings"])
    assert not any("cell types are compared together" in text for text in within.facts["warnings"])
    assert within.facts["composition"] == whole.facts["composition"] and within.facts["cell_type"] == "A"
    cells = sum(unit["cells"] for unit in within.facts["units"])
    assert cells < sum(unit["cells"] for unit in whole.facts["units"]) == 640


def test_without_donors_cells_stand_for_them_and_that_is_said_first(store):
    facts = contrast_of(store, donor="").facts
    assert facts["design"]["unit"] == "cells" and "Cells stand for donors" in facts["warnings"][0]
    assert any("p of the levels of expression" in text for text in facts["warnings"])
    assert any("blocks of cells of the same people" in text for text in facts["verdict"])


def test_where_nothing_changed_the_verdict_says_so(store):
    adata = two_conditions()
    adata.obs["condition"] = np.where(adata.obs["donor"].isin(["D0", "D2", "D5", "D7"]), "well", "ill")
    folder = store.settings.folder("studies")
    write_conditions(folder, name="null")
    adata.write_h5ad(folder / "null.h5ad")
    contrast = contrast_of(store, "null")
    assert contrast.facts["arms"]["partners"]["n_5"] == 0
    assert "No gene of 60 changed its partners between well and ill at 5 % FDR" in contrast.facts["verdict"][0]
    assert "no proof that none did" in contrast.facts["verdict"][0]


def test_the_same_request_gives_the_same_result_and_progress_only_rises(store):
    study, params = Library(store.settings).study("conditions"), replace(PARAMS, seed=3)
    first = Stages()
    name = compare(study, params, store=store, progress=first)
    assert first.fractions == sorted(first.fractions) and 0 <= first.fractions[0] <= first.fractions[-1] <= 1
    one = load_contrast(name, store=store).table
    store.delete(name)
    assert compare(study, params, store=store) == name
    np.testing.assert_array_equal(load_contrast(name, store=store).table["partners_p"], one["partners_p"])


def test_a_file_that_is_no_contrast_is_refused(store, tmp_path):
    with pytest.raises(UnknownName, match="no file is there. Make one with `compare`"):
        read_contrast(tmp_path / "c.h5ad")
    adata = made_up().adata
    del adata.uns[META]
    adata.write_h5ad(tmp_path / "c.h5ad")
    with pytest.raises(InvalidFile, match="is no comparison of two conditions. Give the .h5ad"):
        read_contrast(tmp_path / "c.h5ad")
    (tmp_path / "c.tsv").write_text("gene\tp\n")
    with pytest.raises(InvalidFile, match="c.tsv' is no comparison"):
        read_contrast(tmp_path / "c.tsv")
