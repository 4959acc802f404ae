"""The commands coexpression and spatial-genes, from a file to a table, and how they refuse."""

import re

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.__main__ import main
from engine.graph.cscore import cs_core
from tests.shared_data import shared


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(tmp_path / "home"))


@pytest.fixture
def made_up(tmp_path):
    """120 cells by 30 genes with a donor, a depth and places; the fourth cell is empty."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(rng.gamma(2, 1, (120, 30)))
    counts[3] = 0
    adata = anndata.AnnData(sparse.csr_matrix(counts.astype(np.float32)))
    adata.var_names = [f"G{i}" for i in range(30)]
    adata.obs["donor"] = pd.Categorical(np.where(np.arange(120) % 3 == 0, "x", "y"))
    adata.obs["depth"] = counts.sum(1) * 2.0
    adata.obsm["spatial"] = rng.uniform(size=(120, 2))
    adata.layers["logs"] = np.log1p(counts)
    adata.write_h5ad(tmp_path / "a.h5ad")
    return adata


def test_five_hundred_genes_of_control_cells_equal_the_golden_arrays(tmp_path, capsys):
    golden = np.load(shared("golden/cscore/kang_ctrl_500.npz"))
    listed = pd.read_csv(shared("golden/cscore/kang_ctrl_500_genes.tsv"), sep="\t", keep_default_na=False)["gene"]
    kang, out = shared("data/multimodal/rna/kang_pbmc_ctrl_stim.h5ad"), tmp_path / "x.npz"
    words = ["coexpression", str(kang), "--genes", "500", "--subset", "batch=ctrl", "--depth", "all-genes"]
    assert main([*words, "--out", str(out)]) == 0
    assert "500 genes in 1,000 cells, 3 iterations" in capsys.readouterr().out
    found, off = np.load(out), ~np.eye(500, dtype=bool)
    assert set(found["genes"]) == set(listed) and set(found.files) == {"genes", "est", "p", "statistic"}
    order = pd.Index(found["genes"]).get_indexer(listed)  # genes of equal means lie in another order there
    est, p, statistic = (found[name][np.ix_(order, order)] for name in ("est", "p", "statistic"))
    np.testing.assert_allclose(est, golden["est"], atol=1e-6)
    np.testing.assert_allclose(statistic[off], golden["test_stat"][off], rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(p[off], golden["p"][off], atol=1e-7)


def test_a_list_of_genes_a_subset_and_a_depth_column_give_what_the_function_gives(made_up, tmp_path, capsys):
    (tmp_path / "list.txt").write_text("gene\nG7\nG2\nG2\r\n\nG29\n")
    words = ["--genes", str(tmp_path / "list.txt"), "--subset", "donor=y", "--depth", "depth"]
    assert main(["coexpression", str(tmp_path / "a.h5ad"), *words, "--out", str(tmp_path / "x.npz")]) == 0
    found = np.load(tmp_path / "x.npz")
    keep = (made_up.obs["donor"] == "y").to_numpy() & (made_up.obs["depth"] > 0).to_numpy()
    expected = cs_core(made_up[keep].X[:, [7, 2, 29]], made_up.obs["depth"][keep].to_numpy())
    assert found["genes"].tolist() == ["G7", "G2", "G29"]
    np.testing.assert_allclose(found["est"], expected.estimate)
    np.testing.assert_allclose(found["p"], expected.p_value())
    assert capsys.readouterr().err == ""


def test_cells_without_counts_are_left_out_and_said_so(made_up, tmp_path, capsys):
    out = tmp_path / "x.npz"
    assert main(["coexpression", str(tmp_path / "a.h5ad"), "--genes", "30", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "Left out: 1 of 120 cells, which have no counts" in said.err and "30 genes in 119 cells" in said.out
    assert np.isfinite(np.load(out)["est"]).all()


def test_spatial_genes_of_the_olfactory_bulb_equal_the_original_table(tmp_path, capsys):
    golden = pd.read_csv(shared("golden/sparkx/mouse_olfactory_bulb.tsv.gz"), sep="\t", keep_default_na=False)
    bulb, out = shared("data/multimodal/spatial/st_mouse_olfactory_bulb.h5ad"), tmp_path / "t.tsv"
    assert main(["spatial-genes", str(bulb), "--out", str(out)]) == 0
    assert "15,928 genes, 2,015 of them spatial" in capsys.readouterr().out
    found = pd.read_csv(out, sep="\t", keep_default_na=False).set_index("gene").loc[golden["gene"]]
    assert list(found)[:2] == ["p_projection", "p_gaus1"] and list(found)[-2:] == ["combined_p", "adjusted_p"]
    np.testing.assert_allclose(found["p_cos3"], golden["p_cos3"], atol=5e-5)
    np.testing.assert_allclose(found["combined_p"], golden["combinedPval"], atol=0.02)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--genes", "31"], "--genes must be 2 to 30, the genes of the file, found 31"),
        (["--genes", "-4"], "must be 2 to 30"),
        (["--genes", "no.txt"], "a number or a text file with a gene a line, found 'no.txt'"),
        (["--genes", "wrong.txt"], "1 of 2 genes are not in the file: G99. Closest to G99: G9"),
        (["--genes", "one.txt"], "at least 2 genes, found 1"),
        (["--genes", "5", "--subset", "donr=x"], "no obs column 'donr'. Found: donor"),
        (["--genes", "5", "--subset", "donor=z"], "no cell has donor = z. Found: x, y"),
        (["--genes", "5", "--subset", "donor"], "takes COLUMN=VALUE, found 'donor'"),
        (["--genes", "5", "--depth", "depht"], "--depth: there is no obs column 'depht'. Found: depth"),
        (["--genes", "5", "--depth", "donor"], "must hold a number of 0 or more"),
        (["--genes", "5", "--counts", "raw"], "--counts raw is not in the file. Found: X, layers/logs"),
        (["--genes", "5", "--counts", "layers/logs"], "expected raw counts.*fractional values. Point --counts"),
        (["--genes", "5", "--out", "no/such/x.npz"], "folder that exists, found 'no/such/x.npz'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(words, said, made_up, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.txt").write_text("G1\nG99\n")
    (tmp_path / "one.txt").write_text("G1\n")
    out = [] if "--out" in words else ["--out", "x.npz"]
    assert main(["coexpression", "a.h5ad", *words, *out]) == 2
    heard = capsys.readouterr().err
    assert re.search(said, heard) and heard.startswith("geneweave: ")
    assert not (tmp_path / "x.npz").exists() and not list(tmp_path.glob(".*part"))


def test_a_file_without_places_or_that_is_none_is_refused(made_up, tmp_path, capsys):
    del made_up.obsm["spatial"]
    made_up.write_h5ad(tmp_path / "b.h5ad")
    (tmp_path / "c.h5ad").write_bytes(b"\x89HDF\r\n\x1a\n" + b"0" * 40)
    for name, words in (("b.h5ad", "no places of spots: obsm"), ("c.h5ad", "c.h5ad"), ("d.h5ad", "none is there")):
        assert main(["spatial-genes", str(tmp_path / name), "--out", str(tmp_path / "t.tsv")]) == 2
        assert words in capsys.readouterr().err and not (tmp_path / "t.tsv").exists()
