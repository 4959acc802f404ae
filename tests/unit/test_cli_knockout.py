"""`python -m engine screen`, `knockout` and `rank`: tables, words, and a sentence for what cannot be done."""

import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from engine.__main__ import main
from engine.command import knockout_command, model_options
from engine.commands.knockout import asked_params
from engine.params import KnockoutParams, ScreenParams
from tests.knocked_down import SCREENED, perturbed_cells
from tests.simulated import N_MODULES, write_study

FAST = ["--permutations", "0"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a study of cells, and a file of perturbed cells beside others that are of no use."""
    folder = tmp_path_factory.mktemp("home")
    write_study(folder / "studies")
    cells = perturbed_cells()
    cells.write_h5ad(folder / "cells.h5ad")
    cells.obs["kind"] = ["CRISPRi", "CRISPRa"] * (cells.n_obs // 2)
    cells.write_h5ad(folder / "mixed.h5ad")
    cells = cells[cells.obs["perturbation"] != "ctrl"].copy()
    cells.write_h5ad(folder / "uncontrolled.h5ad")
    AnnData(cells.X, var=cells.var).write_h5ad(folder / "plain.h5ad")
    (folder / "broken.h5ad").write_text("no h5ad")
    (folder / "module.txt").write_text("\n".join(f"GENE{i}" for i in range(0, 60, N_MODULES)))
    (folder / "two.txt").write_text("GENE1 GENE2")
    (folder / "strange.txt").write_text("A B C D")
    (folder / "bytes.txt").write_bytes(b"\xff\xfe\x00\x81")
    return folder


@pytest.fixture(autouse=True)
def at_home(home, monkeypatch):
    monkeypatch.setenv("GENEWEAVE_HOME", str(home))
    monkeypatch.chdir(home)


OF_FILE = ["cells.h5ad", "--kind", "interference", *FAST]


def test_a_screen_is_summed_up_in_two_tables(tmp_path, capsys):
    words = ["screen", "cells.h5ad", "--kind", "interference", "--permutations", "20", "--out", f"{tmp_path}/s.tsv",
             "--table", f"{tmp_path}/t.tsv"]  # fmt: skip
    assert main(words) == 0
    assert "16 perturbations (interference) × 60 genes of cells." in capsys.readouterr().out
    table, changes = (pd.read_csv(tmp_path / name, sep="\t") for name in ("s.tsv", "t.tsv"))
    assert list(table) == ["perturbation", "cells", "target_change", "target_p", "energy_distance", "p", "fdr"]
    assert set(table["perturbation"]) == set(SCREENED) == set(changes["perturbation"])
    assert (table["target_change"] < 0).all() and (table["cells"] == 40).all()
    assert table["energy_distance"].is_monotonic_decreasing and changes.shape == (16, 61)


def test_a_knockout_is_told_with_what_was_measured_and_whether_it_beats_the_mean(tmp_path, capsys):
    assert main(["knockout", *OF_FILE, "--genes", "GENE4", "--level", "0.8", "--out", f"{tmp_path}/t.tsv"]) == 0
    said = capsys.readouterr()
    assert "GENE4, core: " in said.out and "mean" in said.out and "was perturbed in this screen" in said.err
    table = pd.read_csv(tmp_path / "t.tsv", sep="\t")
    assert list(table) == ["gene", "control_mean", "change", "low", "high", "measured", "evidence"]
    assert len(table) == 60 and table["change"].abs().is_monotonic_decreasing
    own = table.set_index("gene").loc["GENE4"]
    assert own["evidence"] == "target" and own["measured"] < -1
    rest = table[table["evidence"] != "target"]
    assert (rest["low"] < rest["change"]).all() and set(rest["evidence"]) == {"measured too"}


def test_two_genes_and_another_method_are_told_without_intervals(tmp_path, capsys):
    words = ["--genes", "GENE4,GENE5", "--method", "additive", "--out", f"{tmp_path}/t.tsv"]
    assert main(["knockout", *OF_FILE, *words]) == 0
    table = pd.read_csv(tmp_path / "t.tsv", sep="\t")
    assert table["low"].isna().all() and table["measured"].isna().all()
    assert "GENE4+GENE5, additive: " in capsys.readouterr().out


def test_knockouts_are_ranked_by_a_wish(tmp_path, capsys):
    assert main(["rank", *OF_FILE, "--lower", "module.txt", "--out", f"{tmp_path}/r.tsv"]) == 0
    table = pd.read_csv(tmp_path / "r.tsv", sep="\t")
    assert list(table)[:5] == ["gene", "rank", "score", "low", "high"]
    assert {int(gene.removeprefix("GENE")) % N_MODULES for gene in table["gene"][:4]} == {0}
    assert "goes furthest to lower module" in capsys.readouterr().out
    states = ["--towards", "low", "--from", "high"]
    assert main(["rank", *OF_FILE, "--cell-types-in", "cell_type", *states, "--out", f"{tmp_path}/r.tsv"]) == 0
    assert "goes furthest to lead towards low" in capsys.readouterr().out


def test_the_command_that_is_told_leads_to_the_same_parameters():
    from engine.__main__ import _parser

    params = KnockoutParams(kernels="network,go", n_genes=300, seed=2,
                            screen=ScreenParams(kind="knockout", min_cells=5, n_genes=300, seed=2))  # fmt: skip
    words = knockout_command("study", params, ["A", "B"], level=0.8).split()
    args = _parser().parse_args(words[3:])
    assert asked_params(args) == params and (args.genes, args.level) == ("A,B", 0.8)
    assert model_options(KnockoutParams()) == []


BAD = [
    (["knockout", "nosuch", "--genes", "A"], "no study 'nosuch' among the known ones"),
    (["knockout", "nosuch.h5ad", "--genes", "A"], "A file was expected at 'nosuch.h5ad', none is there"),
    (["knockout", "nosuch.toml", "--genes", "A"], "no study 'nosuch.toml'"),
    (["knockout", "broken.h5ad", "--genes", "A"], "broken"),
    (["knockout", "plain.h5ad", "--genes", "A"], "no column tells which gene was perturbed"),
    (["knockout", "cells.h5ad", "--genes", "GENE4", *FAST], "does not say how genes were perturbed"),
    (["knockout", "mixed.h5ad", "--genes", "GENE4", *FAST], "mixes activation and interference"),
    (["knockout", "uncontrolled.h5ad", "--kind", "knockout", "--genes", "GENE4", *FAST], "no cell is labelled control"),
    (["knockout", "cells.h5ad", "--perturbation", "gene", "--genes", "GENE4"], "'gene'"),
    (["knockout", *OF_FILE, "--control", "wild", "--genes", "GENE4"], "'wild'"),
    (["knockout", *OF_FILE, "--min-cells", "50", "--genes", "GENE4"], "needs at least 50 cells"),
    (["knockout", *OF_FILE, "--cell-type", "T", "--genes", "GENE4"], "'T'"),
    (["knockout", *OF_FILE, "--genes", "GENE99"], "no gene 'GENE99' in this model. Closest: GENE9"),
    (["knockout", *OF_FILE, "--genes", ","], "A gene to knock out was expected, found none"),
    (["knockout", *OF_FILE, "--genes", "GENE4,GENE4"], "'GENE4' was named twice"),
    (["knockout", *OF_FILE, "--genes", "GENE1,GENE2,GENE3"], "At most 2 genes"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--method", "magic"], "no method 'magic' for this model"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--method", "grape"], "'grape' has not been trained on this model"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--dose", "2"], "Activation was asked for (dose 2)"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--dose", "-1"], "A dose must be from 0"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--dose", "nan"], "A dose must be a number"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--level", "0.99"], "cannot support intervals of 99 %"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--level", "1.5"], "level of an interval must be from 0.5"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--seed", "-1"], "'Seed' must be a whole number from 0"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--kernels", "magic"], "no kernel 'magic'"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--sequences", "no.fa"], "file of sequences was expected at"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--map", "embedding-0"], "There is no gene map 'embedding-0'"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--out", "no/such/t.tsv"], "--out must lie in a folder that exists"),
    (["knockout", *OF_FILE, "--genes", "GENE4", "--out", "studies"], "--out must be a file, found the folder"),
    (["knockout", "tiny", "--genes", "GENE4", "--basis", "screen"], "'tiny' was expected to be a screen"),
    (["knockout", "tiny", "--genes", "GENE4"], "A simulation needs a network of regulators"),
    (["knockout", "tiny", "--genes", "GENE4", "--networks", "nosuch"], "no file 'nosuch' in the library"),
    (["knockout", "tiny", "--genes", "GENE4", "--control", "x"], "--control is for a file, and 'tiny' is a study"),
    (["screen", "tiny"], "Study 'tiny' is no screen"),
    (["screen", *OF_FILE, "--datasets", "other"], "has no dataset 'other'"),
    (["screen", *OF_FILE, "--table", "no/such/t.tsv"], "--table must lie in a folder that exists"),
    (["screen", "cells.h5ad", "--min-cells", "1"], "'Fewest cells' must be a whole number from 2"),
    (["rank", *OF_FILE, "--lower", "no.txt"], "A file of genes was expected at 'no.txt'"),
    (["rank", *OF_FILE, "--lower", "two.txt"], "needs 3 genes or more, found 2"),
    (["rank", *OF_FILE, "--raise", "strange.txt"], "genes or more of 'strange' must be measured in this model"),
    (["rank", *OF_FILE, "--raise", "bytes.txt"], "expected to be a text file with a gene a line"),
    (["rank", *OF_FILE, "--raise", "nosuch:SET"], "no file 'nosuch' in the library"),
    (["rank", *OF_FILE, "--raise", "hallmark:SET"], "is not on this machine. Fetch it from the Library"),
    (["rank", *OF_FILE, "--lower", "module.txt", "--from", "high"], "--from goes with --towards or --away"),
    (["rank", *OF_FILE, "--towards", "low", "--from", "low"], "found 'low' twice"),
    (["rank", *OF_FILE, "--towards", ""], "needs its cell type, found none"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), BAD)
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_2(words, said, tmp_path, capsys):
    out = [] if "--out" in words else ["--out", f"{tmp_path}/t.tsv"]
    assert main([*words, *out]) == 2
    heard = capsys.readouterr().err.strip().splitlines()[-1]
    assert said in heard and heard.startswith("geneweave: ") and not (tmp_path / "t.tsv").exists()


def test_a_gene_that_nothing_knows_is_said_to_be_outside_every_graph(tmp_path, capsys):
    cells = perturbed_cells(n_cells=20)
    cells.X = sparse.csr_matrix(cells.X.toarray() * (cells.var_names != "GENE59"))
    cells.write_h5ad(tmp_path / "c.h5ad")
    words = ["knockout", f"{tmp_path}/c.h5ad", "--kind", "interference", *FAST, "--genes", "GENE59"]
    assert main([*words, "--out", f"{tmp_path}/t.tsv"]) == 2
    assert "Nothing that is known of genes here knows GENE59" in capsys.readouterr().err
