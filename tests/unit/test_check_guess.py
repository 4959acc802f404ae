"""Which column plays which role, by name and by content."""

import numpy as np
import pandas as pd
import pytest

from engine.check.columns import describe, tidy
from engine.check.guess import guess_depth, guess_roles, guess_species, species_column
from engine.check.identifiers import identify
from engine.check.modality import guess_modality
from tests.opened import SYMBOLS, made_up, opened

N = 60


def table(**columns) -> pd.DataFrame:
    """A table of cells; a list of levels is repeated."""
    filled = {name: [levels[k % len(levels)] for k in range(N)] for name, levels in columns.items()}
    return pd.DataFrame(filled, index=[f"cell{k}" for k in range(N)])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"condition": ["COVID-19", "control"], "donor": ["d1", "d2", "d3", "d4"]},
         {"condition": "condition", "control": "control", "batch": "donor"}),
        ({"batch": ["ctrl", "stim"]}, {"condition": "batch", "control": "ctrl", "batch": ""}),
        ({"disease": ["normal", "lupus"], "sample": list("abcd")},
         {"condition": "disease", "control": "normal", "batch": "sample"}),
        ({"Genotype": ["WT", "KO"]}, {"condition": "Genotype", "control": "WT"}),
        ({"treatment": ["DMSO", "drug A"]}, {"condition": "treatment", "control": "DMSO"}),
        ({"status": ["Healthy", "Severe"], "diagnosis": ["COVID", "healthy"]},
         {"condition": "diagnosis", "control": "healthy"}),
        ({"group": ["A1", "A2"]}, {"condition": "", "control": "", "batch": "group"}),
        ({"condition": ["left", "right"]}, {"condition": "condition", "control": ""}),
        ({"bulk_labels": ["CD14+ Monocyte", "Dendritic"], "louvain": ["0", "1", "2"]}, {"cell_type": "bulk_labels"}),
        ({"leiden": ["0", "1", "2"]}, {"cell_type": "leiden"}),
        ({"seurat_clusters": [0.0, 1.0]}, {"cell_type": "seurat_clusters"}),
        ({"BioClassification": ["20_CD4.N1", "12_CD14.Mono.2"]}, {"cell_type": "BioClassification"}),
        ({"celltypes": ["Fibroblast", "B cell"], "Group": ["x", "y"]}, {"cell_type": "celltypes"}),
        ({"Group": ["alpha", "beta", "delta"]}, {"cell_type": "Group", "condition": ""}),
        ({"cell_type": ["T"]}, {"cell_type": "cell_type"}),
        ({"perturbation": ["control", "CD3E", "LYZ", "CD4+CD8A"]}, {"perturbation": "perturbation"}),
        ({"guide_id": ["NT_1", "NT_2", "CD3E_1", "CD3E_2", "LYZ_1", "STAT1_sg2"]}, {"perturbation": "guide_id"}),
        ({"condition": ["control", "STAT1"]}, {"perturbation": "condition", "condition": "condition"}),
        ({"guide_id": ["A", "B"]}, {"perturbation": ""}),
        ({"tissue": ["breast"]}, {"tissue": "breast"}), ({"Tissue": ["blood", "tumor"]}, {"tissue": ""}),
        ({"phase": ["G1", "S", "G2M"]}, dict.fromkeys(("condition", "batch", "cell_type", "tissue"), "")),
    ],
)  # fmt: skip
def test_roles_are_guessed_from_names_and_levels(columns, expected):
    found = guess_roles(table(**columns), SYMBOLS)
    assert {role: found[role].value for role in expected} == expected
    assert all(guess.why for guess in found.values() if guess.value)


def test_a_column_with_a_level_for_each_cell_plays_no_role():
    obs = table(x=["a"]).assign(sample=[f"s{k}" for k in range(N)], cell_type=[f"type {k}" for k in range(N)])
    assert not any(guess.value for guess in guess_roles(obs, SYMBOLS).values())


def test_numbered_clusters_are_called_a_weak_guess():
    assert "weak" in guess_roles(table(leiden=["0", "1"]), SYMBOLS)["cell_type"].why


def test_several_tissues_are_told_as_a_reason_to_split():
    assert "split" in guess_roles(table(Tissue=["blood", "tumor"]), SYMBOLS)["tissue"].why


def test_depth_is_a_column_that_exceeds_the_matrix_and_follows_it():
    rng = np.random.default_rng(1)
    totals = rng.gamma(5, 100, N)
    obs = table(x=["a"]).assign(n_counts=3 * totals * rng.uniform(0.9, 1.1, N), nCount_RNA=totals, n_genes=9 * totals,
                                total_counts=rng.permutation(4 * totals), percent=1.0)  # fmt: skip
    found = guess_depth(obs, totals)
    assert found.value == "n_counts" and "33 %" in found.why
    assert guess_depth(obs[["nCount_RNA", "n_genes"]], totals).value == ""


def test_species_comes_from_a_column_that_names_one():
    assert guess_species(table(organism=["Mus musculus"])).value == "mouse"
    both = table(organism=["human", "mouse"])
    assert guess_species(both).value == "" and species_column(both).name == "organism"
    assert species_column(table(origin=["here", "there"])) is None


@pytest.mark.parametrize(
    ("change", "modality"),
    [
        ({}, "rna"),
        ({"obsm": "spatial"}, "spatial"),
        ({"genes": [f"chr1:{k}00-{k}50" for k in range(1, 31)]}, "atac"),
        ({"genes": [f"CD{k}" for k in range(30)]}, "protein"),
        ({"genes": [f"CD{k}_TotalSeqB" for k in range(20)] + [f"Ig{k}_TotalSeqB" for k in range(10)]}, "protein"),
        ({"obs": "nCount_peaks"}, "atac"), ({"obs": "TSS.enrichment"}, "atac"), ({"var": "n_peaks"}, "atac"),
        ({"name": "pbmc_gene_activity.h5ad"}, "atac"), ({"name": "scATAC.h5ad"}, "atac"),
        ({"name": "Datactica.h5ad"}, "rna"),
    ],
)  # fmt: skip
def test_modality_comes_from_evidence(change, modality):
    adata = made_up()
    if "genes" in change:
        adata.var_names = change["genes"]
    if "obsm" in change:
        adata.obsm["spatial"] = np.zeros((adata.n_obs, 2))
    for frame in ("obs", "var"):
        if frame in change:
            getattr(adata, frame)[change[frame]] = 1.0
    found = guess_modality(opened(adata), identify(adata.var_names), list(adata.var_names), name=change.get("name", ""))
    assert found.value == modality and found.why


def test_columns_are_told_in_short():
    obs = table(kind=["b", "a", "b"], few=[1, 2], flag=[True, False]).assign(
        depth=np.linspace(1, 9, N), hole=[None, "x"] * (N // 2), empty=np.nan)  # fmt: skip
    kind, few, flag, depth, hole, empty = describe(tidy(obs))
    assert (kind.kind, kind.n_levels, kind.levels) == ("category", 2, (("b", 40), ("a", 20)))
    assert few.kind == "category" and flag.kind == "category" and hole.levels == (("x", 30),)
    assert (depth.kind, depth.low, depth.high) == ("number", 1.0, 9.0)
    assert (empty.kind, empty.low, empty.n_levels) == ("number", None, 0)


def test_a_table_is_made_fit_for_a_file(tmp_path):
    import anndata

    odd = table(a=[1, "x", None, True], b=[b"bytes"], c=[1 + 2j]).assign(**{"per/cent": 1.0, "_index": "i"})
    odd.columns = [*odd.columns[:-1], "a"]
    odd.index.name = "a"
    good = tidy(odd)
    assert list(good) == ["a", "b", "c", "per_cent", "a_"]
    anndata.AnnData(obs=good).write_h5ad(tmp_path / "x.h5ad")
    assert list(anndata.read_h5ad(tmp_path / "x.h5ad").obs["b"][:1]) == ["bytes"]
