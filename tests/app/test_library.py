"""The Library page: what it says of entries, what its buttons do, a person's own files."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.components.library_entry import entry_side, facts, read_entry, read_library, size
from app.components.library_own import add_own
from app.pages import library
from app.services import Services
from engine.errors import GeneweaveError
from engine.jobs.claim import take
from engine.jobs.submit import FETCH, submit_fetch
from engine.settings import Settings
from tests.app.reading import find, links, parts, words
from tests.shared_data import shared


@pytest.fixture
def mirrored(tmp_path) -> Services:
    """Services with the shared data as mirror."""
    mirror = shared("data/MANIFEST.md").parents[1]
    given = {"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_MIRROR": str(mirror)}
    return Services.build(Settings.from_environment(given))


def buttons(component) -> list[str]:
    return [words(part).strip() for part in parts(component) if part.__class__.__name__ == "Button"]


def side(services: Services, name: str):
    return entry_side(read_entry(services, name))


def test_every_entry_is_shown_with_purpose_size_licence_and_citation(services):
    page = library.layout(services)
    for entry in services.knowledge.entries():
        said = words(find(page, f"entry-{entry.name}"))
        for word in (entry.title, entry.about, entry.licence, entry.note, entry.citation, facts(entry)):
            assert word in said, entry.name


def test_without_a_mirror_what_has_no_address_says_why_and_the_rest_can_be_fetched(services):
    assert buttons(side(services, "genes-hgnc")) == ["Fetch"] and buttons(side(services, "genes-grch38")) == []
    said = words(side(services, "genes-grch38"))
    assert "Mirror only" in said and "No address gives 'genes-grch38'" in said and "stephenturner/annotables" in said


def test_looking_at_the_page_asks_for_nothing(services):
    library.layout(services)
    assert services.jobs.list() == [] and not list((Path(services.settings.home) / "library").iterdir())


def test_the_top_says_what_cannot_be_done_and_fetches_both_tables(mirrored):
    note = library.lacking(read_library(mirrored))
    assert "Ensembl ids cannot be turned into symbols, peaks not into gene activity." in words(note)
    assert buttons(note) == ["Fetch the human gene table"]
    library.fetch_tables(mirrored)
    library.fetch_tables(mirrored)
    assert sorted(job.params["entry"] for job in mirrored.jobs.list(kind=FETCH)) == sorted(library.TABLES)
    assert words(library.lacking(read_library(mirrored))) == "The human gene table is on its way."
    for name in library.TABLES:
        mirrored.knowledge.fetch(name)
    assert library.lacking(read_library(mirrored)) == []


def test_with_names_alone_the_top_says_that_places_are_lacking(mirrored, services):
    mirrored.knowledge.fetch("genes-hgnc")
    note = library.lacking(read_library(mirrored))
    assert words(note).startswith("Peaks cannot be turned into gene activity.") and buttons(note)
    without = library.lacking(read_library(services))  # the same home, no mirror
    assert "a mirror folder only" in words(without) and buttons(without) == []


def test_fetch_asks_for_one_job_that_is_shown_in_place(mirrored):
    first = library.act(mirrored, "hallmark", "fetch")
    library.act(mirrored, "hallmark", "fetch")
    [job] = mirrored.jobs.list()
    assert job.params == {"entry": "hallmark"} and job.queue == "interactive"
    assert f"/jobs/{job.id}" in links(first) and "Waiting for a free worker" in words(first)
    assert find(first, {"type": "library-pulse", "entry": "hallmark"}).max_intervals == 1


def test_a_failed_fetch_shows_its_sentence_and_a_way_to_try_again(services):
    job = submit_fetch(services.jobs, "hallmark")
    take(services.jobs, job.id).fail("The address could not be reached. Go online.")
    said = side(services, "hallmark")
    assert "Go online." in words(said) and buttons(said) == ["Try again"]


def test_a_file_that_is_here_is_removed_and_can_be_fetched_again(mirrored):
    mirrored.knowledge.fetch("hallmark")
    assert buttons(side(mirrored, "hallmark")) == ["Remove"]
    assert buttons(library.act(mirrored, "hallmark", "remove")) == ["Fetch"]
    assert not mirrored.knowledge.has("hallmark")


def test_an_example_is_taken_in_as_a_copy_and_checked(mirrored):
    path = mirrored.knowledge.fetch("blood-protein")
    assert buttons(side(mirrored, "blood-protein")) == ["Check it", "Remove"]
    after = library.act(mirrored, "blood-protein", "check")
    [file] = mirrored.files.list()
    assert file.name == "pbmc_5k_protein_v3.h5ad" and path.is_file()
    assert mirrored.files.original(file.id).read_bytes() == path.read_bytes()
    assert [job.params["file"] for job in mirrored.jobs.list()] == [file.id]
    assert f"/data/files/{file.id}" in links(after) and buttons(after) == ["Remove"]
    assert sorted(path.name for path in path.parent.iterdir()) == ["blood-protein"]


@pytest.mark.parametrize(("kind", "word", "names"), [
    ("all", "hallmark", ["hallmark"]), ("genes", "mouse", ["genes-grcm38", "orthologs-mouse"]),
    ("TF targets", "dorothea MOUSE", ["dorothea-mouse"]), ("example", "breast", ["breast-normal", "breast-cancer"]),
    ("own", "", []), ("all", "zzz", []),
])  # fmt: skip
def test_the_list_is_filtered_by_kind_and_words(services, kind, word, names):
    assert [shown.entry.name for shown in library.chosen(read_library(services), kind, word)] == names


def test_an_empty_list_says_what_to_do(services):
    assert "Choose another kind" in words(library.layout(services, word="zzz"))
    assert "Add your own gene sets" in words(library.layout(services, kind="own"))
    assert "Hallmark" in words(library.layout(services, kind="nonsense"))


@pytest.mark.parametrize(("n", "said"), [(14, "14 bytes"), (36_000, "36.0 kB"), (3_562_345, "3.56 MB")])
def test_sizes_are_said_in_the_fitting_unit(n, said):
    assert size(n) == said


def sent(text: str) -> str:
    """A file as the browser sends it."""
    return "data:text/plain;base64," + base64.b64encode(text.encode()).decode()


def test_an_own_file_is_added_listed_first_and_deleted(services):
    add_own(services, sent("ONE\t\tCD74\tCD3E\n"), "my.sets.gmt", "gene sets", "")
    page = library.layout(services)
    said = words(page)
    assert said.index("networks and gene vectors that you added.") < said.index("Names, places and facts of genes.")
    entry = words(find(page, "entry-my"))
    assert "1 gene set with 2 genes." in entry and "Licence" not in entry
    services.knowledge.remove("my")
    assert "Yours" not in words(library.groups(read_library(services)))
    assert services.knowledge.own() == []


def test_own_gene_vectors_are_listed_with_genes_and_dimensions(services):
    add_own(services, sent("gene\ta\tb\nCD74\t1\t2\nCD3E\t0.5\t-1\nTP53\t0\t1\n"), "scgpt.tsv", "gene vectors", "scGPT")
    assert "3 genes × 2 dimensions." in words(find(library.layout(services), "entry-scgpt"))
    assert [shown.entry.name for shown in library.chosen(read_library(services), "own", "vectors")] == ["scgpt"]


@pytest.mark.parametrize(("contents", "filename", "kind", "word"), [
    (sent("CD74\t1\tx\n"), "v.tsv", "gene vectors", "expected a number in column 3 of 'CD74', found 'x'"),
    (None, None, "gene sets", "A file is needed"), ("data:;base64,@@", "x.gmt", "gene sets", "did not arrive whole"),
    (sent("A\tb\n"), "x.gmt", "gene sets", "has no genes"), (sent("a,b\n"), "x.csv", "signalling", "columns source"),
    (sent("A\tb\tc\n"), "../../x.gmt", "nonsense", "must be one of"),
])  # fmt: skip
def test_an_own_file_that_cannot_be_used_is_answered_with_a_sentence(services, contents, filename, kind, word):
    with pytest.raises(GeneweaveError, match=word):
        add_own(services, contents, filename, kind, "Own")
    assert services.knowledge.own() == []
