"""The model's parts against PyTorch Geometric, closed forms and the published values."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn.functional import normalize
from torch_geometric.nn import TransformerConv

from engine.models.attention import GeneAttention, attention_graph
from engine.models.muse_gnn import MuseGnn, SignedDecoder
from engine.models.muse_losses import dense_reconstruction, nt_xent, signed_reconstruction, weighted_similarity
from engine.params import MuseParams
from tests.shared_data import shared


@pytest.fixture
def small_graph():
    rng = torch.Generator().manual_seed(0)
    pairs = torch.triu_indices(30, 30, 1)
    return pairs[:, torch.rand(pairs.shape[1], generator=rng) < 0.2]


def test_dense_and_edgewise_attention_equal_pytorch_geometric_forward_and_backward(small_graph, monkeypatch):
    torch.manual_seed(0)
    layer, x = GeneAttention(9, 8, heads=3), torch.randn(30, 9)
    dense = attention_graph(small_graph, 30)
    monkeypatch.setattr("engine.models.attention.DENSE_FROM", 1.0)
    sparse = attention_graph(small_graph, 30)
    assert dense.dtype == torch.bool and sparse.dtype == torch.int64
    reference = TransformerConv(9, 8, heads=3)
    reference.load_state_dict(layer.state_dict())
    gradients = []
    for module, graph in ((layer, dense), (layer, sparse), (reference, sparse)):
        module.zero_grad()
        out = module(x, graph)
        out.square().sum().backward()
        gradients.append((out.detach(), module.lin_key.weight.grad.clone()))
    for out, gradient in gradients[:2]:
        torch.testing.assert_close(out, gradients[2][0], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(gradient, gradients[2][1], rtol=1e-3, atol=1e-4)


def test_a_gene_attends_only_to_its_neighbours_and_itself():
    layer, x = GeneAttention(4, 4, heads=2), torch.randn(4, 4)
    graph = attention_graph(torch.tensor([[0, 1], [1, 2]]), 4)
    before = layer(x, graph)
    changed = x.clone()
    changed[3] += 1.0
    after = layer(changed, graph)
    torch.testing.assert_close(before[:3], after[:3])
    assert not torch.allclose(before[3], after[3])


def test_dense_contrast_equals_the_published_loss():
    stored, table = np.load(shared("golden/musegnn/ntxent_inputs.npz")), pd.read_csv(
        shared("golden/musegnn/ntxent.tsv"), sep="\t"
    )
    for row in table.itertuples():
        a = torch.tensor(stored["a"], requires_grad=True)
        loss = nt_xent(a, torch.tensor(stored[f"b_{row.pair}"]), row.tau)
        loss.backward()
        assert loss.item() == pytest.approx(row.loss_float64, abs=1e-10)
        assert a.grad.norm().item() == pytest.approx(row.grad_a_norm, rel=1e-8)


def test_contrast_of_one_pair_is_what_its_formula_says():
    a, b = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert nt_xent(a, b, 1.0).item() == pytest.approx(np.log(np.e + 2) - 1, abs=1e-6)


def test_weighted_similarity_equals_the_published_loss():
    embeddings = np.load(shared("golden/musegnn/blood4_embeddings.npz"))
    genes = pd.read_csv(shared("golden/musegnn/blood4_genes.tsv.gz"), sep="\t", keep_default_na=False)
    edges = pd.read_csv(shared("golden/musegnn/blood4_edges.tsv.gz"), sep="\t")
    from engine.metrics.overlap import adjacency, neighbour_jaccard

    def one(dataset):
        pairs = edges.loc[edges["dataset"] == dataset, ["i", "j"]].to_numpy().T
        return adjacency(pairs, 500), genes.loc[genes["dataset"] == dataset, "gene"].to_numpy()

    rows = {d: np.flatnonzero(genes["dataset"] == d) for d in genes["dataset"].unique()}
    for row in pd.read_csv(shared("golden/musegnn/weighted_similarity.tsv"), sep="\t").itertuples():
        (joined_1, names_1), (joined_2, names_2) = one(row.dataset_1), one(row.dataset_2)
        common_1, common_2, weight = neighbour_jaccard(joined_1, joined_2, names_1, names_2)
        z = torch.tensor(embeddings[row.embedding], dtype=torch.float64)
        z_1, z_2 = z[rows[row.dataset_1]][common_1], z[rows[row.dataset_2]][common_2]
        loss = weighted_similarity(z_1, z_2, torch.tensor(weight.astype(np.float32)).double())
        assert loss.item() == pytest.approx(row.weighted_similarity_loss, abs=1e-8)


def test_reconstruction_is_the_binary_cross_entropy_written_out():
    logits, sign = torch.tensor([[2.0, -2.0], [-1.0, 1.0], [0.0, 0.0]]), torch.tensor([1, -1, 0])
    by_hand = [np.log1p(np.exp(-2)) * 2, np.log1p(np.exp(-1)) * 2, np.log(2) * 2]
    assert signed_reconstruction(logits, sign).item() == pytest.approx(sum(by_hand) / 6, abs=1e-6)
    assert dense_reconstruction(torch.zeros(3, 3), torch.eye(3) > 0).item() == pytest.approx(np.log(2), abs=1e-6)


def test_the_signed_decoder_tells_same_from_opposite_from_right_angle():
    unit = normalize(torch.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]]), dim=1)
    same, opposite, square = SignedDecoder()(unit, torch.tensor([[0, 0, 0], [1, 2, 3]])).sigmoid()
    assert same[0] > 0.9 and same[1] < 0.1
    assert opposite[1] > 0.9 and opposite[0] < 0.1
    assert max(square) < 0.3


@pytest.mark.parametrize("decoder", ["bilinear", "mlp"])
def test_every_parameter_learns(small_graph, decoder):
    torch.manual_seed(0)
    model = MuseGnn([7, 5], [30, 30], MuseParams(decoder=decoder))
    graph, loss = attention_graph(small_graph, 30), 0.0
    for i, n in enumerate((7, 5)):
        z = model.encoder(i, torch.randn(30, n), graph)
        assert z.shape == (30, 32)
        if model.signed:
            loss = loss + model.decoders[0](normalize(z, dim=1), small_graph).square().sum()
        else:
            loss = loss + model.decoders[i](z).square().sum()
    loss.backward()
    still = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().any()]
    assert [name for name in still if "lin_key.bias" not in name] == []
