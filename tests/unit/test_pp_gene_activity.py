"""Gene activity: closed forms, both strands, the edges of intervals, brute force on random ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.errors import InvalidCounts, KnowledgeMissing
from engine.io.genes import COLUMNS, GeneTable
from engine.pp.gene_activity import activity_gather, gene_activity, read_peaks
from tests.shared_data import shared


def genes(*rows, assembly: str = "GRCh38") -> GeneTable:
    """A gene table of (symbol, chromosome, start, end, strand) and, where it is another, biotype."""
    full = [(row[0], f"ENSG{i}", "", "", row[5] if len(row) > 5 else "protein_coding", *row[1:5])
            for i, row in enumerate(rows)]
    table = pd.DataFrame(full, columns=list(COLUMNS))
    return GeneTable("human", table.astype(dict.fromkeys(("start", "end", "strand"), "Int64")), assembly)


def members(peaks, table, **options) -> dict[str, list[str]]:
    """The peaks of each gene."""
    gather, names = activity_gather(np.array(peaks), table, **options)
    return {name: [peaks[i] for i in gather[:, [j]].nonzero()[0]] for j, name in enumerate(names)}


def test_peaks_in_the_body_and_upstream_are_summed_for_each_cell():
    table = genes(("UP", "1", 10_000, 20_000, 1), ("DOWN", "1", 40_000, 50_000, -1))
    peaks = np.array(["chr1:8500-8600", "chr1:15000-15100", "chr1:51000-51100", "chr1:30000-30100"])
    counts = sparse.csr_matrix(np.array([[1, 2, 3, 9], [0, 5, 0, 9]], dtype=np.uint8))
    activity, names = gene_activity(counts, peaks, table)
    assert names.tolist() == ["UP", "DOWN"]
    assert activity.toarray().tolist() == [[3, 3], [5, 0]]


def test_sums_of_small_integers_do_not_wrap_around():
    table, peaks = genes(("A", "1", 10_000, 20_000, 1)), np.array(["1:11000-11010", "1:12000-12010"])
    activity, _ = gene_activity(sparse.csr_matrix(np.array([[200, 200]], dtype=np.uint8)), peaks, table)
    assert activity.toarray().tolist() == [[400]]


@pytest.mark.parametrize(("strand", "middle", "within"), [
    (1, 8_000, True), (1, 7_999, False), (1, 20_000, True), (1, 20_001, False), (1, 21_000, False),
    (-1, 22_000, True), (-1, 22_001, False), (-1, 10_000, True), (-1, 9_999, False), (-1, 9_000, False),
])  # fmt: skip
def test_the_ends_belong_to_the_interval_and_upstream_depends_on_the_strand(strand, middle, within):
    table = genes(("A", "1", 10_000, 20_000, strand), ("FAR", "1", 900_000, 900_100, 1))
    found = members([f"chr1:{middle - 5}-{middle + 5}", "chr1:900000-900100"], table)
    assert ("A" in found) is within


def test_upstream_does_not_reach_over_the_end_of_a_chromosome():
    table = genes(("FIRST", "2", 100, 200, 1), ("LAST", "1", 900, 1000, -1))
    assert members(["1:100-200", "2:0-10", "1:2990-3010"], table) == {"FIRST": ["2:0-10"], "LAST": ["1:2990-3010"]}


@pytest.mark.parametrize("name", ["chr1:100-200", "chr1-100-200", "chr1_100_200", "1:100-200", "1_100_200"])
def test_every_way_to_name_a_peak_is_read(name):
    chromosome, middle = read_peaks(np.array([name]))
    assert (chromosome[0], middle[0]) == ("1", 150)


def test_other_chromosomes_are_read_too():
    names = np.array(["chrM:1-3", "MT:1-3", "chrX_1_3", "chr1_KI270706v1_random:1-3", "GL000194.1-1-3"])
    assert read_peaks(names)[0].tolist() == ["MT", "MT", "X", "1_KI270706v1_random", "GL000194.1"]


@pytest.mark.parametrize("name", ["CD74", "chr1:100", "chr1:a-b", "chr1:200-100", "", "chr1:1-99999999999999"])
def test_a_name_that_is_no_peak_is_refused_and_named(name):
    with pytest.raises(InvalidCounts, match=f"1 of 2 are not: '{name}'"):
        read_peaks(np.array(["chr1:1-2", name]))


def test_only_protein_coding_genes_up_to_the_width_are_taken():
    table = genes(("WIDE", "1", 1, 500_001, 1), ("FITS", "1", 1, 500_000, 1), ("RNA", "1", 1, 500, 1, "lncRNA"))
    assert list(members(["1:100-200"], table)) == ["FITS"]
    assert list(members(["1:100-200"], table, max_width=500_001)) == ["WIDE", "FITS"]


def test_genes_of_one_symbol_are_one_and_count_a_shared_peak_once():
    table = genes(("A", "1", 10_000, 20_000, 1), ("B", "2", 10_000, 20_000, 1), ("A", "1", 15_000, 30_000, 1))
    peaks = ["1:16000-16010", "1:25000-25010", "2:11000-11010"]
    gather, names = activity_gather(np.array(peaks), table)
    assert names.tolist() == ["A", "B"] and gather.toarray().tolist() == [[1, 0], [1, 0], [0, 1]]


def test_random_intervals_agree_with_brute_force():
    rng = np.random.default_rng(0)
    start = rng.integers(1, 60_000, 300)
    rows = [(f"G{i % 250}", str(c), int(s), int(s + w), int(d)) for i, (c, s, w, d) in enumerate(zip(
        rng.integers(1, 4, 300), start, rng.integers(0, 9_000, 300), rng.choice([-1, 1], 300), strict=True))]
    at = rng.integers(0, 70_000, 800)
    where, width = rng.integers(1, 5, 800), rng.integers(0, 900, 800)
    peaks = [f"chr{c}:{a}-{a + w}" for c, a, w in zip(where, at, width, strict=True)]
    expected: dict[str, set[str]] = {}
    for symbol, c, s, e, d in rows:
        first, last = (s - 2000, e) if d > 0 else (s, e + 2000)
        for peak, pc, a, w in zip(peaks, where, at, width, strict=True):
            if str(pc) == c and first <= (a + a + w) // 2 <= last:
                expected.setdefault(symbol, set()).add(peak)
    assert {name: set(found) for name, found in members(peaks, genes(*rows)).items()} == expected


def test_blocks_of_cells_give_what_the_whole_gives():
    rng = np.random.default_rng(1)
    table = genes(*((f"G{i}", "1", 5_000 * i + 1, 5_000 * i + 4_000, 1) for i in range(20)))
    peaks = np.array([f"1:{a}-{a + 100}" for a in rng.integers(1, 100_000, 60)])
    counts = sparse.random(50, 60, 0.3, format="csr", random_state=2, data_rvs=lambda n: rng.integers(1, 9, n))
    gather, _ = activity_gather(peaks, table)
    streamed = sparse.vstack([counts[i : i + 7] @ gather for i in range(0, 50, 7)])
    assert (streamed != gene_activity(counts, peaks, table)[0]).nnz == 0


def test_a_table_without_places_says_what_to_fetch():
    table = genes(("A", "1", 1, 2, 1))
    table.table[["start", "end"]] = pd.NA
    with pytest.raises(KnowledgeMissing, match="Fetch the genes and their places"):
        activity_gather(np.array(["1:1-2"]), table)


def test_peaks_that_meet_no_gene_are_refused():
    with pytest.raises(InvalidCounts, match="None of 1 peaks lies in a protein-coding gene"):
        activity_gather(np.array(["NC_000001.11:1-2"]), genes(("A", "1", 1, 9, 1)))


def test_the_peaks_of_the_real_example_are_all_read_and_their_counts_conserved():
    """The example lies on hg19 and no hg19 positions are here: only what holds on any genome can be asserted."""
    import anndata

    from engine.knowledge.gene_tables import gene_table

    table = gene_table("human", placed=shared("data/knowledge/genes/annotables_grch38.tsv.gz"), assembly="GRCh38")
    adata = anndata.read_h5ad(shared("data/multimodal/atac/granja_bmmc_scatac_10kpeaks.h5ad"))[:300]
    chromosome, middle = read_peaks(adata.var_names.to_numpy())
    assert (chromosome == adata.var["chrom"].str.removeprefix("chr").to_numpy()).all()
    assert (middle == (adata.var["start"] + adata.var["end"]) // 2).all()
    gather, names = activity_gather(adata.var_names.to_numpy(), table)
    activity, _ = gene_activity(sparse.csr_matrix(adata.X), adata.var_names.to_numpy(), table)
    assert activity.sum() == sparse.csr_matrix(adata.X).sum(axis=0).A1 @ gather.sum(axis=1).A1
    assert len(set(names)) == len(names) and 0.4 < (gather.sum(axis=1) > 0).mean() < 0.8
