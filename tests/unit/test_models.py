"""The model's parts against PyTorch Geometric, closed forms and the published values."""

import numpy as np
import pandas as pd
import pytest
import torch
from anndata import AnnData
from scipy import sparse
from torch.nn.functional import normalize
from torch_geometric.nn import GraphNorm as ReferenceNorm
from torch_geometric.nn import TransformerConv

from engine.graph.to_torch import graph_tensors, leading_components
from engine.models.attention import GeneAttention, GraphNorm, dense_ties, edgewise_ties
from engine.models.muse_gnn import MuseGnn, SignedDecoder
from engine.models.muse_losses import dense_reconstruction, nt_xent, signed_reconstruction, weighted_similarity
from engine.params import MuseParams
from engine.types import GeneGraph
from tests.shared_data import shared


@pytest.fixture
def small_graph():
    rng = torch.Generator().manual_seed(0)
    pairs = torch.triu_indices(30, 30, 1)
    return pairs[:, torch.rand(pairs.shape[1], generator=rng) < 0.2]


UNSIGNED = torch.zeros(0, dtype=torch.int8)


def test_dense_and_edgewise_attention_equal_pytorch_geometric_forward_and_backward(small_graph):
    torch.manual_seed(0)
    layer, x = GeneAttention(9, 8, heads=3), torch.randn(30, 9)
    loops = torch.arange(30).repeat(2, 1)
    reference = TransformerConv(9, 8, heads=3)
    reference.load_state_dict(layer.state_dict())
    expected = reference(x, torch.cat([small_graph, small_graph.flip(0), loops], dim=1))
    expected.square().sum().backward()
    for make in (dense_ties, edgewise_ties):
        layer.zero_grad()
        out = layer(x[None], make([small_graph], [UNSIGNED], [30]))[0]
        out.square().sum().backward()
        torch.testing.assert_close(out, expected, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(layer.lin_key.weight.grad, reference.lin_key.weight.grad, rtol=1e-3, atol=1e-4)


def test_both_forms_of_signed_attention_agree_for_a_padded_batch(small_graph):
    torch.manual_seed(0)
    layer, few = GeneAttention(9, 8, heads=4), small_graph[:, (small_graph < 20).all(0)]
    signs = [torch.randint(2, (pairs.shape[1],)).to(torch.int8) * 2 - 1 for pairs in (small_graph, few)]
    x = torch.randn(2, 30, 9)
    dense, edgewise = (layer(x, make([small_graph, few], signs, [30, 20])) for make in (dense_ties, edgewise_ties))
    torch.testing.assert_close(dense[0], edgewise[0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(dense[1, :20], edgewise[1, :20], rtol=1e-4, atol=1e-5)


def test_a_gene_attends_only_to_its_neighbours_and_itself_each_head_by_its_sign():
    layer, x = GeneAttention(4, 4, heads=2), torch.randn(1, 4, 4)
    ties = dense_ties([torch.tensor([[0, 1], [1, 2]])], [torch.tensor([1, -1], dtype=torch.int8)], [4])
    before = layer(x, ties)[0].view(4, 2, 4)
    changed = x.clone()
    changed[0, 2] += 1.0
    after = layer(changed, ties)[0].view(4, 2, 4)
    torch.testing.assert_close(before[[0, 3]], after[[0, 3]])
    torch.testing.assert_close(before[1, 0], after[1, 0])
    assert not torch.allclose(before[1, 1], after[1, 1])


def test_a_dataset_gets_the_same_vectors_alone_and_in_a_padded_batch(small_graph):
    torch.manual_seed(0)
    few = small_graph[:, (small_graph < 20).all(0)]
    model = MuseGnn([9, 9], [30, 20], [0, 0], MuseParams())
    x = [torch.randn(30, 9), torch.randn(20, 9)]
    together = model.encoder([0, 1], x, dense_ties([small_graph, few], [UNSIGNED] * 2, [30, 20]))
    alone = model.encoder([1], x[1:], dense_ties([few], [UNSIGNED], [20]))
    torch.testing.assert_close(together[1, :20], alone[0], rtol=1e-4, atol=1e-5)


def test_graph_norm_equals_pytorch_geometric(small_graph):
    torch.manual_seed(0)
    ours, theirs, x = GraphNorm(6), ReferenceNorm(6), torch.randn(2, 30, 6)
    theirs.load_state_dict(ours.state_dict())
    out = ours(x, torch.ones(2, 30, dtype=torch.bool))
    torch.testing.assert_close(out.flatten(0, 1), theirs(x.flatten(0, 1), torch.arange(2).repeat_interleave(30)))


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


@pytest.mark.parametrize("sharing", [[0, 0], [0, 1]])
@pytest.mark.parametrize("decoder", ["bilinear", "mlp"])
def test_every_parameter_learns(small_graph, decoder, sharing):
    torch.manual_seed(0)
    model, loss = MuseGnn([7, 5], [30, 30], sharing, MuseParams(decoder=decoder)), 0.0
    for i, n in enumerate((7, 5)):
        z = model.encoder([i], [torch.randn(30, n)], dense_ties([small_graph], [UNSIGNED], [30]))[0]
        assert z.shape == (30, 32)
        decoded = model.decoders[i](z) if model.dense_decoder else model.decoders[0](normalize(z, dim=1), small_graph)
        loss = loss + decoded.square().sum()
    loss.backward()
    still = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().any()]
    assert [name for name in still if "lin_key.bias" not in name] == []


def test_drawn_pairs_have_the_sign_that_the_graph_says():
    rng = torch.Generator().manual_seed(0)
    graph = graph_tensors(small_signed_graph(), np.arange(5))
    pairs, sign = graph.sample(1000, rng)
    known = {(0, 1): 1, (0, 2): -1, (1, 2): 1, (2, 3): -1, (3, 4): 1}
    assert [known.get(tuple(pair), 0) for pair in pairs.T.tolist()] == sign.tolist()
    assert {1, -1, 0} == set(sign.tolist())
    assert set(graph.sample_neighbour(torch.tensor([1] * 50), rng).tolist()) == {0, 2}
    assert graph.joined.tolist() == [True, True, True, True, True, False]


def test_without_signs_every_edge_is_a_partner():
    graph = graph_tensors(small_signed_graph(), np.arange(5), signed=False)
    assert len(graph.rising) == 5 and not len(graph.opposing) and not len(graph.edges()[1])


def test_leading_components_keep_the_correlation_of_genes():
    x = np.random.default_rng(0).standard_normal((40, 300)).astype(np.float32)
    x[10:20] += 2 * x[0]
    found = leading_components(x, 40)
    np.testing.assert_allclose(np.corrcoef(x), found @ found.T * (found**2).sum(1)[0] ** -1, atol=1e-3)
    assert leading_components(x, 5).shape == (40, 5)


def small_signed_graph():
    signs = sparse.csr_matrix(([1, -1, 1, -1, 1], ([0, 0, 1, 2, 3], [1, 2, 2, 3, 4])), shape=(6, 6), dtype=np.float32)
    adata = AnnData(np.random.default_rng(0).standard_normal((6, 8)).astype(np.float32))
    adata.obsp["statistic"] = sparse.csr_matrix(signs + signs.T)
    return GeneGraph(adata)
