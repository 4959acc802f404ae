"""Similar genes by hand-computed cosines."""

import time

import numpy as np
import pytest

from engine.errors import UnknownName
from engine.tl.similarity import similar_genes, similarity_to

VECTORS = np.array([[2, 0], [0, 1], [1, 1], [0, 3], [1, 0]], np.float32)
GENES = np.array(["CD3E", "CD4", "CD8A", "CD3E", "CD4"])
DATASETS = np.array(["one", "one", "one", "two", "two"])


def test_similarity_to_a_gene_is_the_mean_cosine_with_its_rows():
    assert similarity_to(VECTORS, GENES, "CD3E") == pytest.approx([0.5, 0.5, 2**-0.5, 0.5, 0.5], abs=1e-6)
    assert similarity_to(VECTORS, GENES, "CD8A") == pytest.approx([2**-0.5, 2**-0.5, 1, 2**-0.5, 2**-0.5], abs=1e-6)
    assert similarity_to(VECTORS, GENES, "CD4").dtype == np.float32


def test_similar_genes_of_one_dataset_come_from_it_alone():
    found = similar_genes(VECTORS, GENES, DATASETS, "CD3E", n=5, dataset="one")
    assert found["gene"].tolist() == ["CD8A", "CD4"] and set(found["dataset"]) == {"one"}
    assert found["similarity"].to_numpy() == pytest.approx([2**-0.5, 0], abs=1e-6)


def test_similar_genes_overall_average_over_every_pair_of_rows():
    found = similar_genes(VECTORS, GENES, DATASETS, "CD3E", n=5)
    assert found["gene"].tolist() == ["CD8A", "CD4"]
    assert found["dataset"].tolist() == ["one", "one, two"]
    assert found["similarity"].to_numpy() == pytest.approx([2**-0.5, 0.5], abs=1e-6)
    assert len(similar_genes(VECTORS, GENES, DATASETS, "CD3E", n=1)) == 1


def test_an_unknown_gene_is_answered_with_the_closest():
    with pytest.raises(UnknownName, match="CD3F.*Closest: CD3E"):
        similarity_to(VECTORS, GENES, "CD3F")
    with pytest.raises(UnknownName, match="CD8A.*dataset 'two'"):
        similar_genes(VECTORS, GENES, DATASETS, "CD8A", n=3, dataset="two")


def test_a_gene_alone_in_its_dataset_has_no_neighbour():
    found = similar_genes(VECTORS[:1], GENES[:1], DATASETS[:1], "CD3E", n=3)
    assert found.empty and list(found.columns) == ["gene", "dataset", "similarity"]


def test_twenty_thousand_rows_answer_at_the_pace_of_a_click():
    random = np.random.default_rng(0)
    vectors = random.standard_normal((20_000, 32)).astype(np.float32)
    genes = np.array([f"GENE{k % 6000}" for k in range(20_000)])
    datasets = np.array([f"dataset {k // 6000}" for k in range(20_000)])
    similar_genes(vectors, genes, datasets, "GENE5", n=20)

    def seconds():
        start = time.process_time()
        similar_genes(vectors, genes, datasets, "GENE5", n=20)
        similarity_to(vectors, genes, "GENE5")
        return time.process_time() - start

    assert min(seconds() for _ in range(8)) < 0.03
