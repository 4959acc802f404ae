"""A simulated screen: what it says of itself is true of its cells."""

import anndata
import numpy as np
import pandas as pd
import pytest

from engine.__main__ import main
from engine.errors import InvalidParameter
from engine.params import ScreenParams
from engine.screens import compute_screen, study_of_file
from engine.simulate import TYPES, simulate_screen

SIZE = {"n_perturbations": 24, "n_genes": 300, "n_cells": 4000, "n_pairs": 10}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "s.h5ad"
    return path, simulate_screen(**SIZE, out=path)


def test_the_file_holds_counts_and_labels_that_a_screen_reads(made):
    path, truth = made
    adata = anndata.read_h5ad(path)
    assert adata.shape == (4000, 300) and (adata.X.data == np.round(adata.X.data)).all() and (adata.X.data > 0).all()
    assert set(adata.obs["perturbation_type"]) == {"CRISPRi"} and adata.obs["batch"].nunique() == 4
    assert 300 < (adata.obs["condition"] == "ctrl").sum() < 500
    np.testing.assert_array_equal(adata.uns["true_change"], truth.change.to_numpy(np.float32))
    assert list(adata.uns["true_names"]) == list(truth.change.index)
    assert study_of_file(path).roles.perturbation == "condition"


def test_measured_changes_scatter_around_the_true_ones_as_their_errors_say(made):
    path, truth = made
    found = compute_screen(study_of_file(path), ScreenParams(permutations=0))
    z = (found.delta - truth.change.loc[found.names, found.genes].to_numpy()) / found.se
    often = (found.adata.var["detected"] > 0.1).to_numpy()
    assert 0.9 < z[:, often].std() < 1.15 and abs(z[:, often].mean()) < 0.1


def test_perturbed_genes_of_one_pathway_do_alike(made):
    truth = made[1]
    singles = truth.change.iloc[: SIZE["n_perturbations"]].drop(columns=list(truth.pathway.index))
    singles = singles[singles.abs().max(axis=1) > 0.05]  # the guides of others failed
    alike = pd.DataFrame(np.corrcoef(singles), index=singles.index, columns=singles.index)
    pathway = truth.pathway[singles.index].to_numpy()
    same = pathway[:, None] == pathway
    np.fill_diagonal(same, False)
    apart = ~same & ~np.eye(len(same), dtype=bool)
    assert alike.to_numpy()[same].mean() > alike.to_numpy()[apart].mean() + 0.1


def test_edges_lead_where_changes_are(made):
    truth = made[1]
    reached = truth.edges[truth.edges["weight"].abs() > 0.2]
    size = truth.change.iloc[: SIZE["n_perturbations"]].abs()
    inside = [size.loc[s, t] for s, t in reached[["source", "target"]].to_numpy() if s in size.index]
    assert np.mean(inside) > 2 * size.to_numpy().mean()


def test_pairs_of_each_type_are_there_and_do_what_their_type_says(made):
    truth = made[1]
    assert set(truth.pairs["type"]) == set(TYPES) and len(truth.pairs) == 10
    kept = truth.change.drop(columns=list(truth.pathway.index))
    slope = {kind: [] for kind in TYPES}
    for pair, kind in truth.pairs["type"].items():
        a, b = pair.split("+")
        both = kept.loc[a] + kept.loc[b]
        slope[kind].append(float(kept.loc[pair] @ both / (both @ both)))
    means = {kind: np.mean(values) for kind, values in slope.items()}
    assert means["suppression"] < means["redundancy"] < means["additive"] < means["synergy"]
    assert means["additive"] == pytest.approx(1, abs=0.1) and means["suppression"] == pytest.approx(0.4, abs=0.1)


def test_knowledge_is_nearly_right(made):
    truth = made[1]
    true = {tuple(edge) for edge in truth.edges[["source", "target"]].to_numpy()}
    known = [tuple(edge) for edge in truth.known[["source", "target"]].to_numpy()]
    right = np.mean([edge in true for edge in known])
    assert 0.7 < right < 0.95 and set(truth.known["sign"]) == {-1, 0, 1}
    members = [truth.pathway.get(gene, -1) == int(name.split("_")[1]) - 1
               for name, genes in truth.sets.items() if name.startswith("PATHWAY") for gene in genes]  # fmt: skip
    assert 0.6 < np.mean(members) < 1


def test_the_same_seed_gives_the_same_screen_and_another_seed_another(made, tmp_path):
    again = simulate_screen(**SIZE, out=tmp_path / "a.h5ad")
    pd.testing.assert_frame_equal(again.change, made[1].change)
    assert (anndata.read_h5ad(tmp_path / "a.h5ad").X != anndata.read_h5ad(made[0]).X).nnz == 0
    other = simulate_screen(**SIZE, seed=1, out=tmp_path / "b.h5ad")
    assert not np.allclose(other.change, made[1].change)


def test_the_command_writes_screen_sets_and_network(tmp_path, capsys):
    size = ["--perturbations", "6", "--pairs", "5", "--genes", "60", "--cells", "200"]
    files = [f"--{option}={tmp_path / name}" for option, name in
             (("out", "s.h5ad"), ("sets", "s.gmt"), ("network", "n.tsv"))]  # fmt: skip
    assert main(["simulate", *size, *files]) == 0
    assert "200 cells, 60 genes, 11 perturbations, of which 5 pairs" in capsys.readouterr().out
    assert (tmp_path / "s.gmt").read_text().startswith("PATHWAY_1\tmade up\t")
    assert pd.read_csv(tmp_path / "n.tsv", sep="\t").columns.tolist() == ["source", "target", "sign"]
    assert main(["simulate", "--perturbations", "6", "--pairs", "99", f"--out={tmp_path / 'x.h5ad'}"]) == 2
    assert "6 genes make 0 to 15 pairs, found 99" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [{"n_genes": 50}, {"n_cells": 20}, {"n_perturbations": 1}, {"n_batches": 0}])
def test_sizes_that_cannot_be_are_refused(tmp_path, wrong):
    with pytest.raises(InvalidParameter, match="Choose another number"):
        simulate_screen(**{**SIZE, **wrong}, out=tmp_path / "x.h5ad")
