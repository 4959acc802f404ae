"""The autoencoders' parts against PyTorch Geometric, torch.distributions and sums written out."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch_geometric.nn import GCNConv

from engine.models.autoencoders import (
    FeatureAutoencoder,
    GraphConv,
    gaussian_divergence,
    inner_product_loss,
    propagation,
    standard_rows,
)
from engine.train.autoencoder_task import FeatureAutoencoderTask, GraphAutoencoderTask


@pytest.fixture
def joined():
    rng = torch.Generator().manual_seed(0)
    upper = torch.triu(torch.rand(12, 12, generator=rng) < 0.3, 1)
    return upper | upper.T | torch.eye(12, dtype=torch.bool)


@pytest.mark.parametrize("dense_from", [0.0, 2.0])
def test_the_convolution_equals_pytorch_geometric_dense_and_sparse(joined, monkeypatch, dense_from):
    monkeypatch.setattr("engine.models.autoencoders.DENSE_FROM", dense_from)
    torch.manual_seed(0)
    layer, reference, x = GraphConv(5, 4), GCNConv(5, 4), torch.randn(12, 5)
    reference.lin.weight.data = layer.lin.weight.data.clone()
    edges = (joined & ~torch.eye(12, dtype=torch.bool)).nonzero().T
    found, expected = layer(x, propagation(joined)), reference(x, edges)
    torch.testing.assert_close(found, expected)
    found.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(layer.lin.weight.grad, reference.lin.weight.grad, rtol=1e-4, atol=1e-5)


def test_the_divergence_equals_that_of_torch_distributions():
    mean, log_std = torch.randn(7, 3), torch.randn(7, 3)
    expected = kl_divergence(Normal(mean, log_std.exp()), Normal(0.0, 1.0)).sum(1).mean()
    torch.testing.assert_close(gaussian_divergence(mean, log_std), expected)


def test_joined_and_other_pairs_weigh_half_each_and_the_published_loss_squeezes_its_logits(joined):
    z = torch.randn(12, 3)
    rows, logits = torch.arange(12), (z @ z.T).double()
    own = torch.where(joined, torch.log1p((-logits).exp()), torch.log1p(logits.exp()))
    by_hand = (own[joined].mean() + own[~joined].mean()) / 2
    assert inner_product_loss(z, rows, joined, published=False).item() == pytest.approx(by_hand.item(), rel=1e-5)
    squeezed = logits.sigmoid()
    own = torch.where(joined, torch.log1p((-squeezed).exp()), torch.log1p(squeezed.exp()))
    assert inner_product_loss(z, rows, joined, published=True).item() == pytest.approx(own.mean().item(), rel=1e-5)


def test_a_graph_in_which_all_are_joined_has_a_finite_loss():
    everything = torch.ones(5, 5, dtype=torch.bool)
    assert torch.isfinite(inner_product_loss(torch.randn(5, 2), torch.arange(5), everything, published=False))


def test_rows_drawn_from_a_large_graph_give_its_loss_on_average(monkeypatch, joined):
    options = {"n_hidden": 4, "n_latent": 2, "variational": False, "published": True, "seed": 0}
    task = GraphAutoencoderTask(torch.randn(12, 5), joined, **options)
    whole = task.losses(0)["reconstruction"].item()
    monkeypatch.setattr("engine.train.autoencoder_task.ROWS", 3)
    drawn = [task.losses(epoch)["reconstruction"].item() for epoch in range(300)]
    assert np.mean(drawn) == pytest.approx(whole, rel=0.02) and np.std(drawn) > 0


def test_datasets_share_the_inner_layers_and_no_other():
    model = FeatureAutoencoder([6, 9], 5, 2)
    model.decode(1, model.encode(1, torch.randn(4, 9))).square().sum().backward()
    without = {name.split(".")[0] + name.split(".")[1] for name, p in model.named_parameters() if p.grad is None}
    assert without == {"first0", "last0"}


def test_standard_rows_have_mean_0_and_variance_1_and_a_constant_row_is_0():
    x = torch.randn(4, 50) * 3 + 2
    x[3] = 7
    found = standard_rows(x)
    torch.testing.assert_close(found[:3].var(1, correction=0), torch.ones(3), rtol=1e-4, atol=1e-4)
    assert found.mean(1).abs().max() < 1e-5 and not found[3].any()


def test_gradients_of_many_datasets_are_those_of_each_written_out():
    features = [np.random.default_rng(i).standard_normal((7, n)).astype(np.float32) for i, n in enumerate((6, 9))]
    task = FeatureAutoencoderTask(features, n_hidden=5, n_latent=2, masked=0.4, published=False, seed=0)
    task.losses(3)["reconstruction"].backward()
    found = [p.grad.clone() for p in task.model.parameters()]
    task.model.zero_grad()
    torch.stack([task._error(i, 3) for i in range(2)]).mean().backward()
    for one, other in zip(found, task.model.parameters(), strict=True):
        torch.testing.assert_close(one, other.grad)


def test_masked_entries_are_hidden_from_the_encoder_and_alone_count():
    task = FeatureAutoencoderTask([np.random.default_rng(0).standard_normal((5, 40))], n_hidden=4, n_latent=2,
                                  masked=0.5, published=False, seed=0)  # fmt: skip
    x = torch.ones(5, 40)
    hidden = task._hidden(x, 0, 0)
    seen = task._without(x, hidden)
    assert 0.35 < hidden.float().mean() < 0.65 and not seen[hidden].any() and (seen[~hidden] == 2).all()
    assert not torch.equal(hidden, task._hidden(x, 0, 1))


def test_vectors_are_centred_unless_published_and_a_published_input_is_masked():
    features, options = [np.random.default_rng(0).standard_normal((5, 40))], {"n_hidden": 4, "n_latent": 2, "seed": 0}
    mended, plain, masked = (FeatureAutoencoderTask(features, masked=share, published=published, **options).output()[0]
                             for share, published in ((0.5, False), (0.0, True), (0.5, True)))  # fmt: skip
    np.testing.assert_allclose(mended, plain - plain.mean(0), atol=1e-6)
    assert not np.allclose(masked, plain)
