"""Each fix, against what it should do to a small matrix."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from engine.check.mend import ordered
from engine.check.naming import approved, symbol_column
from engine.check.verdict import check
from engine.errors import InvalidParameter
from engine.io.report import FIXES
from tests.opened import SYMBOLS, gene_table, made_up, opened

TABLE = gene_table([
    ("ACTB", "ENSG00000075624", "60", "PS1TP5BP1", "7", 5526409, 5563902, -1),
    ("GAPDH", "ENSG00000111640", "2597", "G3PD|GAPD", "12", 6534512, 6538374, 1),
    ("MARCHF1", "ENSG00000145416", "55016", "MARCH1|SHARED", "4", 163524298, 164384050, -1),
    ("HLA-A", "ENSG00000206503", "3105", "SHARED", "6", 29942532, 29945870, 1),
])  # fmt: skip


def dense(checked) -> pd.DataFrame:
    """The outcome as a table of cells by genes."""
    content = checked.content
    values = content.matrix.rows(0, content.matrix.shape[0]).toarray()
    return pd.DataFrame(values, index=content.obs.index, columns=content.genes)


def test_fixes_are_applied_in_one_order_whatever_is_given():
    assert ordered(("drop-empty-genes", "transpose", "sum-duplicates", "transpose")) == (
        "transpose", "sum-duplicates", "drop-empty-genes")  # fmt: skip
    adata = made_up()
    adata.var_names = ["ENSG00000075624.1", "ENSG00000075624.2", *adata.var_names[2:]]
    one = check(opened(adata), fixes=("strip-versions", "sum-duplicates"))
    other = check(opened(adata), fixes=("sum-duplicates", "strip-versions"))
    pd.testing.assert_frame_equal(dense(one), dense(other))
    assert one.report.fixes == other.report.fixes == ("strip-versions", "sum-duplicates")


def test_an_unknown_fix_is_refused_with_the_closest():
    with pytest.raises(InvalidParameter, match="no fix 'sum-duplicate'.*sum-duplicates"):
        check(opened(made_up()), fixes=("sum-duplicate",))


@pytest.mark.parametrize("fix", [fix for fix in FIXES if fix != "transpose"])
def test_a_fix_that_has_nothing_to_mend_is_refused_in_a_sentence(fix):
    with pytest.raises(InvalidParameter, match=f"does not apply here: .*Leave it out \\({fix}\\)"):
        check(opened(made_up(genes=SYMBOLS)), fixes=(fix,))


def test_duplicate_genes_are_summed():
    adata = made_up()
    adata.var["note"] = [f"n{k}" for k in range(30)]
    adata.var_names = ["ACTB", "GAPDH", "ACTB", *adata.var_names[3:]]
    found = check(opened(adata), fixes=("sum-duplicates",))
    counts = adata.X.toarray()
    assert found.report.n_genes == 29 and not any(p.code == "duplicate-genes" for p in found.report.problems)
    np.testing.assert_array_equal(dense(found)["ACTB"], counts[:, 0] + counts[:, 2])
    np.testing.assert_array_equal(dense(found).iloc[:, 1:], counts[:, [1, *range(3, 30)]])
    assert list(found.content.var["note"][:3]) == ["n0", "n1", "n3"]


def test_duplicate_cells_get_names_of_their_own_and_so_do_their_proteins():
    adata = made_up()
    adata.obs_names = ["a", "a", *adata.obs_names[2:]]
    file = opened(adata)
    file.obsm["protein"] = pd.DataFrame({"CD3": range(40)}, index=adata.obs_names)
    found = check(file, fixes=("unique-cells",))
    assert list(found.content.obs.index[:2]) == ["a", "a-1"] == list(found.content.obsm["protein"].index[:2])


def test_empty_cells_and_genes_go_with_their_facts_places_and_proteins():
    adata = made_up()
    counts = adata.X.toarray()
    counts[[3, 7]], counts[:, 5] = 0, 0
    adata.X = sparse.csr_matrix(counts)
    adata.obs["number"] = range(40)
    file = opened(adata)
    file.obsm["spatial"] = np.arange(80.0).reshape(40, 2)
    file.obsm["protein"] = pd.DataFrame({"CD3": range(40)}, index=adata.obs_names)
    found = check(file, fixes=("drop-empty-genes", "drop-empty-cells"))
    kept = [k for k in range(40) if k not in (3, 7)]
    np.testing.assert_array_equal(dense(found), np.delete(counts, 5, axis=1)[kept])
    assert list(found.content.obs["number"]) == kept == list(found.content.obsm["protein"]["CD3"])
    np.testing.assert_array_equal(found.content.obsm["spatial"][:, 0], np.array(kept) * 2)
    np.testing.assert_array_equal(found.cells.counts, counts[kept].sum(1))
    assert found.report.ready and (found.report.n_cells, found.report.n_genes) == (38, 29)
    assert found.content.matrix.rows(5, 20).shape == (15, 29)


def test_missing_values_are_read_as_0_before_genes_are_summed():
    adata = made_up()
    counts = adata.X.toarray()
    counts[0, 0], counts[1, 1], counts[2, 2] = np.nan, np.inf, 7
    adata.X = counts
    adata.var_names = ["ACTB", "GAPDH", "ACTB", *adata.var_names[3:]]
    assert not check(opened(adata)).report.ready
    found = check(opened(adata), fixes=("drop-missing", "sum-duplicates"))
    assert found.report.ready and dense(found).loc[adata.obs_names[0], "ACTB"] == counts[0, 2]
    assert dense(found).iloc[1, 1] == 0


def test_a_turned_matrix_is_turned_back():
    adata = made_up(n_cells=40)
    adata.obs["batch"] = ["x", "y"] * 20
    found = check(opened(adata.T.copy()))
    assert [p.fix for p in found.report.problems if p.code == "transposed"] == ["transpose"] and not found.report.ready
    mended = check(opened(adata.T.copy()), fixes=("transpose",))
    assert mended.report.ready and mended.report.guess("batch") == "batch"
    np.testing.assert_array_equal(dense(mended), adata.X.toarray())


def test_identifiers_become_approved_symbols_and_the_rest_keep_their_names():
    names = ["ENSG00000075624.17", "2597", "MARCH1", "HLA.A", "SHARED", "nothing", "GRCh38_ACTB", "ACTB"]
    found = approved(names, TABLE)
    assert found.names == ("ACTB", "GAPDH", "MARCHF1", "HLA-A", "SHARED", "nothing", "ACTB", "ACTB")
    assert (found.changed, found.approved, found.unknown, found.ambiguous) == (5, 1, 1, 1)
    assert "6 of 8 genes have an approved symbol" in found.say()


def test_mapping_keeps_the_earlier_name_and_makes_duplicates_to_sum():
    adata = made_up()
    adata.var_names = ["ENSG00000075624", "60", *adata.var_names[2:]]
    once = check(opened(adata), fixes=("map-identifiers",), genes=TABLE)
    assert once.content.genes[:2] == ["ACTB", "ACTB"] and once.content.var["earlier_name"].iloc[1] == "60"
    assert any(p.code == "duplicate-genes" and p.fix for p in once.report.problems)
    assert any("approved symbol" in p.what for p in once.report.problems if p.code == "done")
    both = check(opened(adata), fixes=("map-identifiers", "sum-duplicates"), genes=TABLE)
    np.testing.assert_array_equal(dense(both)["ACTB"], adata.X.toarray()[:, :2].sum(1))


def test_symbols_come_from_a_column_of_the_file_without_a_gene_table():
    adata = made_up()
    adata.var["gene_symbol"] = [None, *adata.var_names[1:]]
    adata.var_names = [f"ENSG{k:011d}" for k in range(30)]
    assert symbol_column(adata.var) == "gene_symbol"
    found = check(opened(adata))
    assert found.report.guess("symbols") == "gene_symbol"
    assert [p.fix for p in found.report.problems if p.code == "identifiers"] == ["map-identifiers"]
    mended = check(opened(adata), fixes=("map-identifiers",))
    assert mended.content.genes[:3] == ["ENSG00000000000", "GAPDH", "MT-CO1"]


def test_a_peak_matrix_becomes_gene_activity_and_cells_without_a_gene_can_go():
    peaks = ["chr7:5530000-5530500", "chr7:5564000-5564400", "chr12:6533000-6533400", *(
        f"chr1:{k}000000-{k}000500" for k in range(1, 28))]  # fmt: skip
    adata = made_up(genes=tuple(peaks))
    counts = adata.X.toarray()
    counts[5, :3] = 0
    adata.X = sparse.csr_matrix(counts)
    asked = check(opened(adata), genes=TABLE)
    assert [(p.severity, p.fix) for p in asked.report.problems if p.code == "peaks"] == [("error", "gene-activity")]
    assert "GRCh38" in next(p.mend for p in asked.report.problems if p.code == "peaks")
    found = check(opened(adata), fixes=("gene-activity", "drop-empty-cells"), genes=TABLE)
    assert found.content.genes == ["ACTB", "GAPDH"] and found.report.guess("modality") == "atac"
    expected = np.delete(np.stack([counts[:, 0] + counts[:, 1], counts[:, 2]], axis=1), 5, axis=0)
    np.testing.assert_array_equal(dense(found), expected)
    assert list(found.content.var["peaks"]) == [2, 1]
    without = next(p for p in check(opened(adata)).report.problems if p.code == "peaks")
    assert without.fix == "" and "Fetch a gene table" in without.mend


def test_mouse_genes_take_the_names_of_their_human_orthologs():
    adata = made_up(genes=tuple(name.capitalize() for name in SYMBOLS))
    orthologs = {"Actb": "ACTB", "Gapdh": "GAPDH", "Lyz": "LYZ"}
    asked = check(opened(adata), orthologs=orthologs)
    assert [p.fix for p in asked.report.problems if p.code == "other-species"] == ["human-orthologs"]
    found = check(opened(adata), fixes=("human-orthologs",), orthologs=orthologs)
    assert found.report.guess("species") == "human" and sorted(found.content.genes) == ["ACTB", "GAPDH", "LYZ"]
    np.testing.assert_array_equal(dense(found)["LYZ"], adata.X.toarray()[:, 5])
    assert any("27 genes without" in p.what for p in found.report.problems)


def test_counts_are_had_back_with_the_other_fixes():
    adata = made_up()
    logged = AnnData((adata.X.multiply(1e4 / adata.X.sum(1))).tocsr().log1p().astype(np.float32), adata.obs, adata.var)
    logged.var_names = ["ACTB", "GAPDH", "ACTB", *adata.var_names[3:]]
    found = check(opened(logged), fixes=("sum-duplicates", "recover-counts"))
    counts = adata.X.toarray()
    np.testing.assert_array_equal(dense(found)["ACTB"], counts[:, 0] + counts[:, 2])
    assert found.report.ready and found.report.counts == "X" and found.report.counts_say.startswith("Whole counts, had")
