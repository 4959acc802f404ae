"""Gene sets: kept under a name, never overwritten unasked."""

import pytest

from engine.errors import InvalidParameter, UnknownName
from engine.jobs.sets import GeneSets


@pytest.fixture
def sets(database_url):
    return GeneSets(database_url)


def test_a_saved_set_keeps_its_genes_in_order_without_repeats(sets):
    saved = sets.save(" T cells ", ["CD3E", "CD8A", "CD3E"], study="blood")
    assert (saved.name, saved.study, saved.genes) == ("T cells", "blood", ("CD3E", "CD8A"))
    assert sets.get(saved.id) == saved and saved.created.utcoffset().total_seconds() == 0


def test_sets_are_listed_by_study_newest_first(sets):
    a, b = sets.save("a", ["CD3E"], study="blood"), sets.save("b", ["CD8A"], study="blood")
    c = sets.save("a", ["MS4A1"], study="brain")
    assert sets.list("blood") == [b, a]
    assert sets.list() == [c, b, a]


def test_a_name_that_is_taken_by_other_genes_is_refused_and_nothing_changes(sets):
    first = sets.save("mine", ["CD3E", "CD8A"], study="blood")
    assert sets.save("mine", ["CD8A", "CD3E"], study="blood") == first
    with pytest.raises(InvalidParameter, match="already a gene set 'mine'"):
        sets.save("mine", ["MS4A1"], study="blood")
    assert sets.list() == [first]


@pytest.mark.parametrize(
    ("name", "genes", "why"), [("  ", ["CD3E"], "needs a name"), ("empty", [], "at least one gene")]
)
def test_a_set_without_name_or_genes_is_refused_with_a_sentence(sets, name, genes, why):
    with pytest.raises(InvalidParameter, match=why):
        sets.save(name, genes, study="blood")


def test_a_deleted_set_is_gone_and_its_name_free(sets):
    saved = sets.save("mine", ["CD3E"], study="blood")
    sets.delete(saved.id)
    sets.delete(saved.id)
    with pytest.raises(UnknownName, match=saved.id):
        sets.get(saved.id)
    assert sets.save("mine", ["MS4A1"], study="blood").genes == ("MS4A1",)
