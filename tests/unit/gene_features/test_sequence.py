"""Sequence features: words by hand, FASTA files of every kind, tables, and facts of genes."""

from __future__ import annotations

import gzip
import math

import numpy as np
import pytest

from engine.errors import InvalidFile, UnknownName
from engine.gene_features.fasta import is_fasta, read_fasta
from engine.gene_features.gene_facts import coding_of, facts_of
from engine.gene_features.kmers import counts, profiles, words
from engine.gene_features.names import names_in
from engine.gene_features.sequence import sequence_of
from tests.small_knowledge import GENES, world_of

SYMBOLS = {gene: gene for gene in GENES} | {"ENSG00000000003": "G03"}
RNG = np.random.default_rng(0)


def dna(n: int, letters: str = "ACGT") -> str:
    return "".join(RNG.choice(list(letters), n))


def back(sequence: str) -> str:
    return sequence[::-1].translate(str.maketrans("ACGT", "TGCA"))


def test_words_of_two_bases_are_counted_as_by_hand():
    assert words(2) == ("AA", "AC", "AG", "AT", "CA", "CC", "CG", "GA", "GC", "TA")
    # ACGTA has AC, CG, GT (= AC backwards), TA
    assert counts("ACGTA", 2).tolist() == [0, 2, 0, 0, 0, 0, 1, 0, 0, 1]
    assert counts("ACNGU", 2).tolist() == counts("ACNGT", 2).tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert counts("A", 2).sum() == 0 and [len(words(size)) for size in (4, 5, 6)] == [136, 512, 2080]


def test_words_of_four_bases_are_those_of_a_plain_count():
    sequence = dna(500)
    plain = dict.fromkeys(words(4), 0)
    for i in range(497):
        word = sequence[i : i + 4]
        plain[min(word, back(word))] += 1
    assert counts(sequence, 4).tolist() == list(plain.values())


def test_a_profile_is_the_same_for_both_strands_and_zero_without_words():
    sequence = dna(300)
    found = profiles([sequence, back(sequence), "AC"])
    np.testing.assert_array_equal(found[0], found[1])
    assert found.shape == (3, 136 + 512 + 2080) and not found[2].any()
    assert profiles(["ACGTA"], (2,))[0, 1] == pytest.approx(math.log((2 + 1) / (4 + 10) * 10))


HEADERS = {
    "G01": "symbol alone", "ENST0001.2 cds chromosome:GRCh38:1 gene:ENSG00000000003.12 gene_symbol:G02": "Ensembl",
    "ENST00000000001.1|ENSG00000000003.5|x|x|G07-201|G07|900|": "GENCODE", "NM_1 organism=x [gene=G04] more": "RefSeq",
}  # fmt: skip


def test_a_gene_is_found_however_its_header_names_it_and_the_longest_sequence_counts(tmp_path):
    path = tmp_path / "t.fa.gz"
    text = "".join(f">{header}\n{'ACGT' * 5}\n{'acgt' * 5}\n\n" for header in HEADERS)
    path.write_bytes(gzip.compress(f"{text}>G01\nAC\n>unknown\nACGT\n>G01 longer\n{'A' * 99}\n".encode()))
    found = read_fasta(path, SYMBOLS)
    assert set(found) == {"G01", "G02", "G03", "G04"} and found["G01"] == "A" * 99 and found["G02"] == "ACGT" * 10


@pytest.mark.parametrize(("text", "words_said"), [
    ("", "is empty"), ("gene,1\nG01,2\n", "whose first line begins with >, found 'gene,1'"),
    (">G01\nMKLVE*\n", "expected to hold nucleotides .* in the sequence of 'G01'"),
    (">x\nACGT\n", "none of its 1 headers names a known gene"), (">G01\n" + "A" * 400, "up to 0.0003 MB .* holds more"),
])  # fmt: skip
def test_a_file_that_is_no_fasta_is_refused_with_a_sentence(tmp_path, text, words_said):
    path = tmp_path / "t.fa"
    path.write_text(text)
    with pytest.raises(InvalidFile, match=words_said):
        read_fasta(path, SYMBOLS, most=300)


def test_a_truncated_archive_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "t.fa.gz"
    path.write_bytes(gzip.compress(f">G01\n{dna(9999)}\n".encode())[:-40])
    with pytest.raises(InvalidFile, match="cannot be read"):
        read_fasta(path, SYMBOLS)


def test_sequences_of_like_words_are_near(world, names, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("".join(f">{gene}\n{dna(3000, 'ACGT' if i % 2 else 'ACGTGCGC')}\n" for i, gene in enumerate(GENES)))
    assert is_fasta(path)
    features, notes = sequence_of(names, world.knowledge, world.store, given=str(path))
    assert features.source.startswith("Words of 4 to 6 bases in the sequences of 'mine.txt'") and notes == []
    axis = features.vectors[:, 0]
    rich = np.array([int(gene[1:]) % 2 == 0 for gene in features.genes.tolist() if gene in GENES])
    inside = axis[: len(rich)]
    assert features.genes[:24].tolist() == GENES and (inside[rich].min() > inside[~rich].max()) != (
        inside[rich].max() < inside[~rich].min())  # fmt: skip


def test_a_table_of_vectors_made_elsewhere_is_taken(world, names, tmp_path):
    path = tmp_path / "hyena.csv"
    vectors = RNG.standard_normal((24, 3))
    path.write_text("".join(f"{gene},{','.join(map(str, row))}\n" for gene, row in zip(GENES, vectors, strict=True)))
    features, _ = sequence_of(names, world.knowledge, world.store, given=str(path))
    np.testing.assert_allclose(features.vectors[:24], (vectors - vectors.mean(0)) / vectors.std(0), rtol=1e-4)
    assert features.source == "The table of vectors 'hyena.csv'"
    with pytest.raises(UnknownName, match="Sequences were expected at 'gone.fa'"):
        sequence_of(names, world.knowledge, world.store, given="gone.fa")


def test_without_sequences_genes_have_a_length_a_kind_and_a_place(world, names):
    features, notes = sequence_of(names, world.knowledge, world.store)
    assert features.source == "Length, kind and place of each gene, for want of sequences" and notes == []
    length = np.log(100 * (np.arange(24) + 1))
    expected = (length - length.mean()) / length.std()
    np.testing.assert_allclose(features.vectors[:24, 0], expected, atol=1e-5)
    assert np.isfinite(features.vectors).all() and features.vectors.dtype == np.float32


def test_coding_and_other_genes_are_told_apart_under_every_name_asked_for(world):
    names = names_in("human", ["ENSG00000000005", "G01", "unknown"], world.knowledge)
    coding = coding_of(names, world.knowledge)
    assert coding["G01"] and not coding["G05"] and not coding["ENSG00000000005"] and "unknown" not in coding


def test_without_a_gene_table_the_library_is_named(monkeypatch, tmp_path):
    world = world_of(monkeypatch, tmp_path, "hallmark")
    names = names_in("human", GENES, world.knowledge)
    features, notes = sequence_of(names, world.knowledge, world.store)
    assert features is None and "No gene table of human is on this machine: fetch one" in notes[0]
    assert coding_of(names, world.knowledge) == {} and facts_of(names, world.knowledge) is None
