"""GRAPE's parts against hand computations, PyTorch Geometric, and the whole graph gone through once more."""

import math

import numpy as np
import pytest
import torch
from torch_geometric.nn import GATv2Conv

from engine.models.grape.attention import HeteroLayer
from engine.models.grape.edges import edges_of
from engine.models.grape.features import info_nce
from engine.models.grape.model import Grape
from engine.models.grape.pairs import listed, places, strongest, union
from engine.models.grape.response import Response
from engine.models.grape.similarity import HeadSimilarity, alike
from engine.models.grape.structure import GraphConv, Structure, departure
from engine.params import GrapeParams


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def random_graph(n=24, share=0.2, seed=0):
    rng = torch.Generator().manual_seed(seed)
    pairs = torch.triu_indices(n, n, 1)
    pairs = pairs[:, torch.rand(pairs.shape[1], generator=rng) < share]
    types = (torch.rand(n, generator=rng) < 0.3).long()
    return edges_of(pairs, torch.rand(pairs.shape[1], generator=rng), types)


def filled(response, seed=0):
    torch.manual_seed(seed)
    for values in (response.weight, response.bias, response.mask):
        torch.nn.init.normal_(values)
    return response.double()


def whole_graph(response, x, edges, masked):
    """The change by masking those genes, by going through all of the graph."""
    x = x.clone()
    x[masked] = response.mask
    for layer in response.layers:
        x = layer.whole(x, edges).h
    return (response.weight * x[: len(response.bias)]).sum(1) + response.bias


def test_similarity_is_the_mean_of_weighted_cosines_on_four_genes():
    h = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0], [-1.0, 0.5]])
    s = HeadSimilarity(2, heads=2)
    s.weight.data = torch.tensor([[1.0, 1.0], [2.0, 0.5]])
    pairs = torch.triu_indices(4, 4, 1)
    expected = [np.mean([cosine([w0 * h[i, 0], w1 * h[i, 1]], [w0 * h[j, 0], w1 * h[j, 1]])
                         for w0, w1 in ((1, 1), (2, 0.5))]) for i, j in pairs.T.tolist()]  # fmt: skip
    np.testing.assert_allclose(s(h, pairs).detach(), expected, atol=1e-6)
    units = s.units(h).detach()
    np.testing.assert_allclose((units @ units.T)[tuple(pairs)], expected, atol=1e-6)


def test_the_most_alike_pairs_are_kept_block_by_block_and_unknown_genes_and_faint_pairs_are_not(monkeypatch):
    units = torch.nn.functional.normalize(torch.randn(50, 6, generator=torch.Generator().manual_seed(0)), dim=1)
    known = torch.arange(50) % 7 != 3
    like = (units @ units.T).fill_diagonal_(-2)
    like[~known], like[:, ~known] = -2, -2
    expected = {(min(i, j), max(i, j)) for i in range(50) if known[i]
                for j in like[i].topk(4).indices.tolist() if like[i, j] >= 0.3}  # fmt: skip
    monkeypatch.setattr("engine.models.grape.similarity.ROWS", 16)
    found = alike(units, 4, known=known, least=0.3)
    assert set(map(tuple, found.T.tolist())) == expected and found.shape[1] == len(expected)


def test_lists_of_pairs_are_joined_found_again_and_thinned():
    a, b = listed(torch.tensor([3, 1, 1, 2]), torch.tensor([0, 2, 2, 2]), 5), torch.tensor([[0, 1], [4, 2]])
    assert a.tolist() == [[0, 1], [3, 2]]
    both = union([a, b], 5)
    assert both.tolist() == [[0, 0, 1], [3, 4, 2]]
    assert places(b, both, 5).tolist() == [1, 2]
    star = torch.tensor([[0, 0, 0, 1], [1, 2, 3, 2]])
    assert strongest(star, torch.tensor([0.9, 0.2, 0.3, 0.8]), 4, 1).tolist() == [0, 2, 3]


def test_info_nce_has_its_closed_form():
    eye, n, t = torch.eye(5), 5, 0.5
    expected = -math.log(math.exp(1 / t) / (math.exp(1 / t) + n - 1))
    assert info_nce(3 * eye, eye, t).item() == pytest.approx(expected, rel=1e-5)
    alike_all = torch.ones(4, 3)
    assert info_nce(alike_all, alike_all, 0.1).item() == pytest.approx(math.log(4), rel=1e-5)


def test_each_kind_of_edge_has_the_attention_of_pytorch_geometric():
    torch.manual_seed(0)
    edges, layer, x = random_graph(), HeteroLayer(8, heads=4), torch.randn(24, 8)
    torch.nn.init.normal_(layer.bias)
    expected = layer.bias.expand(24, 8)
    for kind, e in zip(layer.kinds, edges.of_kind, strict=True):
        assert len(e)
        reference = GATv2Conv(8, 2, heads=4, edge_dim=1, add_self_loops=False)
        reference.load_state_dict({**kind.state_dict(), "bias": torch.zeros(8)})
        expected = expected + reference(x, torch.stack([edges.source[e], edges.target[e]]), edges.weight[e][:, None])
    expected = layer.norm(x + torch.nn.functional.mish(expected))
    torch.testing.assert_close(layer.whole(x, edges).h, expected, rtol=1e-4, atol=1e-5)


def test_kinds_of_edges_are_the_pair_of_types_of_their_ends():
    edges = edges_of(torch.tensor([[0], [1]]), torch.tensor([0.5]), torch.tensor([0, 1]))
    told = [[(edges.source[i].item(), edges.target[i].item()) for i in e] for e in edges.of_kind]
    assert told == [[(0, 0)], [(0, 1)], [(1, 0)], [(1, 1)]]
    assert edges.weight.tolist() == [0.5, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_putting_right_what_a_perturbation_reaches_equals_the_whole_graph_and_its_gradient(layers):
    edges = random_graph(share=0.08)
    edges = edges_of(torch.stack([edges.source[:20], edges.target[:20]]), edges.weight[:20].double(),
                     (torch.arange(24) % 3 == 0).long())  # fmt: skip
    response = filled(Response(20, 8, heads=2, layers=layers))
    x = torch.randn(24, 8, dtype=torch.float64, requires_grad=True)
    of, genes, sets = torch.tensor([0, 1, 1, 2]), torch.tensor([2, 5, 23, 9]), [[2], [5, 23], [9]]
    found = response(x, edges, response.whole(x, edges), of, genes, 3)
    expected = torch.stack([whole_graph(response, x, edges, masked) for masked in sets])
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-10)
    weights = torch.randn(3, 20, dtype=torch.float64)
    inputs = [x, *response.parameters()]
    ours, theirs = (torch.autograd.grad((out * weights).sum(), inputs) for out in (found, expected))
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-7, atol=1e-8)


def test_attention_that_leans_on_one_gene_stays_exact_when_that_gene_is_masked():
    edges = random_graph()
    response = filled(Response(24, 8, heads=2, layers=2)).float()
    for layer in response.layers:
        for kind in layer.kinds:
            kind.att.data *= 4
    x = torch.randn(24, 8)
    found = response(x, edges, response.whole(x, edges), torch.arange(24), torch.arange(24), 24)
    for gene in range(24):
        torch.testing.assert_close(found[gene], whole_graph(response, x, edges, [gene]), rtol=1e-3, atol=1e-3)


def test_a_masked_gene_has_no_influence_of_its_own_features():
    edges, response, x = random_graph(), filled(Response(24, 8, heads=2, layers=2)), torch.randn(24, 8).double()
    edges = edges_of(torch.stack([edges.source[:30], edges.target[:30]]), edges.weight[:30].double(),
                     torch.zeros(24).long())  # fmt: skip
    other = x.clone()
    other[7] = 100 * torch.randn(8)

    def told(vectors, masked):
        return response(vectors, edges, response.whole(vectors, edges), torch.tensor([0]), torch.tensor([masked]), 1)

    torch.testing.assert_close(told(x, 7), told(other, 7))
    assert not torch.allclose(told(x, 3), told(other, 3))


def test_the_regulariser_is_the_frobenius_norm_and_zero_where_the_graph_did_not_change():
    a, b = torch.tensor([0.5, 0.0, 0.2]), torch.tensor([0.1, 0.3, 0.2])
    dense = torch.zeros(2, 3, 3)
    for values, matrix in zip((a, b), dense, strict=True):
        matrix[[0, 0, 1], [1, 2, 2]] = values
    full = dense + dense.transpose(1, 2)
    assert departure(a, b, 3).item() == pytest.approx((full[1] - full[0]).square().sum().item() / 3)
    assert departure(a, a, 3).item() == 0
    model = grape_of(40, hops=2)
    model.structure.channel.data[:] = torch.tensor([100.0, 0.0, 0.0])  # A alone
    assert model.graph(model.select())[2].item() == 0


def test_graph_convolution_equals_the_dense_form():
    torch.manual_seed(0)
    conv, h, pairs, values = GraphConv(4), torch.randn(5, 4), torch.tensor([[0, 1, 2], [1, 2, 4]]), torch.rand(3)
    a = torch.eye(5)
    a[tuple(pairs)], a[tuple(pairs.flip(0))] = values, values
    scale = a.sum(1).rsqrt()
    expected = torch.nn.functional.mish(conv.lin((scale[:, None] * a * scale) @ h))
    torch.testing.assert_close(conv(h, pairs, values), expected)


def test_the_graph_is_the_mean_over_modalities_and_gradients_reach_every_part():
    model = grape_of(40, hops=2)
    filled(model.response).float()
    chosen = model.select()
    out, regulariser = model(chosen, torch.tensor([0, 1]), torch.tensor([3, 8]), 2)
    (out.square().mean() + regulariser).backward()
    dead = [name for name, values in model.named_parameters() if values.grad is None or not values.grad.abs().sum()]
    assert [name for name in dead if "attention" not in name] == []
    views, _, fused = model.vectors()
    structure = Structure(2, 8, heads=2, hops=0, neighbours=4)
    only = structure.select(views, [model.views.known(m) for m in (0, 1)], fused)
    a, _ = structure._graphs(views, fused, only)
    pair = only.first[:, :1]
    each = [s(h, pair).clamp(min=0) if (p == pair).all(0).any() else torch.zeros(1)
            for s, h, p in zip(structure.view, views, only.of_view, strict=True)]  # fmt: skip
    torch.testing.assert_close(a[:1], torch.stack(each).mean(0))


def grape_of(n, *, hops):
    torch.manual_seed(1)
    raw, known = [torch.randn(n, 6), torch.randn(n, 5)], [torch.arange(n) % 5 != 0, torch.arange(n) % 4 != 0]
    params = GrapeParams(n_hidden=8, heads=2, hops=hops, neighbours=4, layers=2)
    return Grape(raw, known, (torch.arange(n) % 3 == 0).long(), n - 2, params)
