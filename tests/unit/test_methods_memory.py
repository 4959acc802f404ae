"""Memory told beforehand: refused with what would fit, near what is measured."""

import pytest

from engine.errors import MemoryShort
from engine.methods import split_all, train
from engine.methods.memory import BASE, SHARE, need_memory, training_bytes
from engine.params import EmbedParams
from engine.profiles import PAPER
from engine.progress import Progress
from tests.small_graphs import planted


def test_a_training_without_room_is_refused_with_what_would_fit():
    with pytest.raises(MemoryShort, match=r"10 datasets of up to 8,000 genes would take about .* GB .* 1.8 GB can be "
                                          r"had.*About [\d,]+ genes per dataset would fit"):  # fmt: skip
        need_memory([8000] * 10, [3_000_000] * 10, [2000] * 10, EmbedParams(), free=2e9)


def test_a_training_is_refused_exactly_where_it_takes_more_than_can_be_had():
    sizes = [500] * 4, [60_000] * 4, [700] * 4
    just_enough = training_bytes(*sizes, EmbedParams()) / SHARE
    need_memory(*sizes, EmbedParams(), free=just_enough + 1)
    need_memory(*sizes, EmbedParams(), free=None)
    with pytest.raises(MemoryShort):
        need_memory(*sizes, EmbedParams(), free=0.99 * just_enough)


@pytest.mark.parametrize(("genes", "datasets", "cells", "density", "megabytes"), [
    (250, 3, 500, 0.2, 541), (1000, 3, 500, 0.2, 652), (2000, 3, 1000, 0.2, 842), (5000, 3, 500, 0.05, 2010),
    (500, 82, 500, 0.05, 1019), (1000, 82, 500, 0.2, 1579), (3000, 82, 1000, 0.05, 5641),
])  # fmt: skip
def test_what_is_told_is_near_what_the_benchmark_of_training_measured(genes, datasets, cells, density, megabytes):
    edges = int(density * genes * (genes - 1) / 2)
    told = training_bytes([genes] * datasets, [edges] * datasets, [cells] * datasets, EmbedParams()) / 1e6
    assert 0.95 * megabytes < told < 1.25 * megabytes


def test_a_training_without_room_is_refused_where_it_would_begin(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.train.device.free_memory", lambda: 5e8)
    params = EmbedParams()
    with pytest.raises(MemoryShort, match="2 datasets of up to 60 genes.*0.45 GB can be had"):
        train(planted(), split_all(planted(), params), params, device="cpu", checkpoint=tmp_path / "run.pt",
              progress=Progress())  # fmt: skip


def test_what_would_fit_does_fit():
    sizes, edges, cells = [6000] * 6, [2_000_000] * 6, [1000] * 6
    with pytest.raises(MemoryShort) as refused:
        need_memory(sizes, edges, cells, EmbedParams(), free=1.2e9)
    fits = int(str(refused.value).split("About ")[1].split(" genes")[0].replace(",", ""))
    need_memory([fits] * 6, [int(2_000_000 * (fits / 6000) ** 2)] * 6, cells, EmbedParams(), free=1.2e9)


def test_the_dense_decoder_of_the_paper_takes_more():
    sizes = [1000] * 10, [100_000] * 10, [800] * 10
    assert training_bytes(*sizes, PAPER) - BASE > 1.5 * (training_bytes(*sizes, EmbedParams()) - BASE)


def test_many_datasets_of_three_thousand_genes_are_told_to_fit_in_24_gb():
    assert training_bytes([3000] * 82, [1_500_000] * 82, [5000] * 82, EmbedParams()) < 24e9
