"""Memory told beforehand: refused with what would fit, near what is measured."""

import pytest

from engine.errors import MemoryShort
from engine.methods.memory import need_memory, training_bytes
from engine.params import EmbedParams
from engine.profiles import PAPER


def test_a_training_without_room_is_refused_with_what_would_fit():
    with pytest.raises(MemoryShort, match=r"10 datasets of up to 8,000 genes would take about .* GB .* 2 GB are free.*"
                                          r"About [\d,]+ genes per dataset would fit"):  # fmt: skip
        need_memory([8000] * 10, [3_000_000] * 10, [2000] * 10, EmbedParams(), free=2e9)


def test_a_training_with_room_or_on_a_silent_system_goes_on():
    need_memory([500] * 4, [60_000] * 4, [700] * 4, EmbedParams(), free=2e9)
    need_memory([8000] * 10, [3_000_000] * 10, [2000] * 10, EmbedParams(), free=None)


def test_what_would_fit_does_fit():
    sizes, edges, cells = [6000] * 6, [2_000_000] * 6, [1000] * 6
    with pytest.raises(MemoryShort) as refused:
        need_memory(sizes, edges, cells, EmbedParams(), free=1.2e9)
    fits = int(str(refused.value).split("About ")[1].split(" genes")[0].replace(",", ""))
    need_memory([fits] * 6, [int(2_000_000 * (fits / 6000) ** 2)] * 6, cells, EmbedParams(), free=1.2e9)


def test_the_dense_decoder_of_the_paper_takes_more():
    sizes = [1000] * 10, [100_000] * 10, [800] * 10
    assert training_bytes(*sizes, PAPER) > 1.5 * training_bytes(*sizes, EmbedParams())


def test_many_datasets_of_three_thousand_genes_are_told_to_fit_in_24_gb():
    assert training_bytes([3000] * 82, [1_500_000] * 82, [5000] * 82, EmbedParams()) < 24e9
