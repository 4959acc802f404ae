"""The library: its registry, and how files come and are refused."""

from __future__ import annotations

import gzip
import http.server
import re
import threading

import pytest

from engine.errors import DownloadFailed, JobCancelled, KnowledgeMissing, StorageFull, UnknownName
from engine.knowledge import ADDRESS, HERE, MIRROR, NOWHERE, Knowledge
from engine.knowledge.fetching import digest_of
from engine.knowledge.registry import KINDS, read_registry
from engine.progress import Progress
from engine.settings import Settings
from tests.shared_data import ROOT, shared
from tests.small_library import CONTENT, entry, left, library_of


@pytest.fixture
def library(tmp_path, monkeypatch):
    """`library(entry, …)` has only those entries."""
    return lambda *entries: library_of(monkeypatch, tmp_path, *entries)


@pytest.fixture
def real(tmp_path) -> Knowledge:
    """The real library with the shared data as mirror; nothing is fetched yet."""
    mirror = shared("data/MANIFEST.md").parents[1]
    return Knowledge(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_MIRROR": str(mirror)}))


@pytest.fixture
def server():
    """`serve(content, code)`: an address that gives it."""
    running = []

    def serve(content: bytes, code: int = 200) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(code)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words):
                """Keep silent."""

        running.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=running[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{running[-1].server_port}/sets.gmt"

    yield serve
    for one in running:
        one.shutdown()
        one.server_close()


# the registry


def test_every_entry_says_what_a_person_must_know():
    entries = read_registry()
    assert len({one.name for one in entries}) == len(entries) > 60
    for one in entries:
        assert re.fullmatch(r"[a-z0-9-]+", one.name) and one.kind in KINDS and one.species, one.name
        assert re.fullmatch(r"[0-9a-f]{64}", one.sha256) and one.bytes > 0, one.name
        assert all((one.title, one.about, one.licence, one.citation, one.mirror)), one.name
        assert re.search(r"\((19|20)\d\d\)|data|source", one.citation), one.citation


def test_every_address_is_pinned_to_a_commit_or_a_record_and_what_has_none_says_what_it_was_made_of():
    pinned = (r"https://(raw\.githubusercontent\.com/[\w.-]+/[\w.-]+/[0-9a-f]{40}/\S+"
              r"|zenodo\.org/records/\d+/files/[\w.-]+)")  # fmt: skip
    for one in read_registry():
        assert bool(one.url) != bool(one.origin), one.name
        assert not one.url or re.fullmatch(pinned, one.url), one.name
        assert one.url or re.search(r"commit [0-9a-f]{12}", one.origin), one.name


def test_every_file_of_the_mirror_has_the_stated_content(real):
    absent = {one.name for one in real.entries() if real.state(one) != MIRROR}
    assert absent <= {"norman-full", "adamson-upr", "replogle-k562", "replogle-rpe1"}  # 0.5 to 1.5 GB each
    for one in (one for one in real.entries() if one.name not in absent):
        path = real.fetch(one.name)
        assert path.stat().st_size == one.bytes and digest_of(path) == one.sha256 and real.state(one) == HERE, one.name


def test_the_registry_is_the_file_that_ships():
    assert (ROOT / "data" / "registry.toml").read_text().count("[[entries]]") == len(read_registry())


# how a file comes


def test_a_file_comes_from_the_mirror_and_is_removed_again(library, tmp_path):
    one = entry(mirror="a/sets.gmt")
    knowledge = library(one)
    assert knowledge.state(one) == NOWHERE
    (tmp_path / "mirror" / "a").mkdir()
    (tmp_path / "mirror" / "a" / "sets.gmt").write_bytes(CONTENT)
    assert knowledge.state(one) == MIRROR
    assert knowledge.fetch("sets").read_bytes() == CONTENT
    assert knowledge.state(one) == HERE and left(knowledge) == ["sets"]
    knowledge.remove("sets")
    assert knowledge.state(one) == MIRROR and left(knowledge) == []


def test_the_mirror_may_hold_a_plain_file_compressed_but_a_compressed_one_stays_so(library, tmp_path):
    packed = gzip.compress(CONTENT)
    knowledge = library(entry(url="http://127.0.0.1:9/sets.gmt", mirror="sets.gmt.gz"),
                        entry(packed, name="packed", mirror="sets.gmt.gz"))
    (tmp_path / "mirror" / "sets.gmt.gz").write_bytes(packed)
    assert knowledge.fetch("sets").read_bytes() == CONTENT and knowledge.fetch("packed").read_bytes() == packed


@pytest.mark.parametrize("found", [
    CONTENT[:-1] + b"!", CONTENT[:-5], CONTENT + b"x", b"", gzip.compress(CONTENT)[:-9], gzip.compress(b"\0" * 10**8),
], ids=["changed", "short", "long", "empty", "truncated gzip", "gzip bomb"])  # fmt: skip
def test_other_content_in_the_mirror_is_refused_and_nothing_is_kept(library, tmp_path, found):
    knowledge = library(entry(mirror="sets.gmt"))
    (tmp_path / "mirror" / "sets.gmt").write_bytes(found)
    with pytest.raises(DownloadFailed, match="'sets' was expected to have 960,000 bytes .* Nothing was kept"):
        knowledge.fetch("sets")
    assert left(knowledge) == []


@pytest.mark.parametrize("outside", ["../secret", "link", "folder/secret"])
def test_nothing_outside_the_mirror_is_read(library, tmp_path, outside):
    knowledge = library(entry(mirror=outside))
    (tmp_path / "secret").write_bytes(CONTENT)
    (tmp_path / "mirror" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "mirror" / "folder").symlink_to(tmp_path)
    assert knowledge.state(knowledge.entry("sets")) == NOWHERE
    with pytest.raises(DownloadFailed):
        knowledge.fetch("sets")


def test_a_file_comes_from_its_address_with_progress(library, server):
    seen = []

    class Seen(Progress):
        def step(self, fraction, **losses):
            seen.append(fraction)

    one = entry(url=server(CONTENT))
    knowledge = library(one)
    assert knowledge.state(one) == ADDRESS
    assert knowledge.fetch("sets", progress=Seen()).read_bytes() == CONTENT and left(knowledge) == ["sets"]
    assert len(seen) > 3 and seen == sorted(seen) and seen[-1] == 1


@pytest.mark.parametrize(("content", "code", "words"), [
    (b"changed", 200, "found something else at 127.0.0.1"), (CONTENT * 9, 200, "found more bytes than that"),
    (CONTENT, 404, "answered with 404"), (CONTENT, 500, "answered with 500"),
])  # fmt: skip
def test_an_address_that_gives_something_else_is_refused_and_nothing_is_kept(library, server, content, code, words):
    knowledge = library(entry(url=server(content, code)))
    with pytest.raises(DownloadFailed, match=words):
        knowledge.fetch("sets")
    assert left(knowledge) == []


def test_without_a_network_the_sentence_names_the_mirror(library):
    knowledge = library(entry(url="http://127.0.0.1:9/sets.gmt", mirror="a/sets.gmt"))
    with pytest.raises(DownloadFailed, match="127.0.0.1:9 could not be reached.*GENEWEAVE_MIRROR.*'a/sets.gmt'"):
        knowledge.fetch("sets")
    assert left(knowledge) == []


def test_without_address_and_mirror_the_sentence_says_what_it_was_made_of(library):
    with pytest.raises(DownloadFailed, match="No address gives 'sets'.*Made from a.rda.*GENEWEAVE_MIRROR"):
        library(entry(origin="Made from a.rda.", mirror="a/sets.gmt")).fetch("sets")


@pytest.mark.parametrize("where", ["mirror", "address"])
def test_a_cancelled_fetch_stops_and_leaves_nothing(library, server, tmp_path, where):
    class Stopped(Progress):
        def check(self):
            raise JobCancelled("Stopped.")

    knowledge = library(entry(mirror="sets.gmt") if where == "mirror" else entry(url=server(CONTENT)))
    (tmp_path / "mirror" / "sets.gmt").write_bytes(CONTENT)
    with pytest.raises(JobCancelled):
        knowledge.fetch("sets", progress=Stopped())
    assert left(knowledge) == []


def test_a_file_that_is_here_is_not_fetched_again_and_a_damaged_one_is(library, tmp_path):
    knowledge = library(entry(mirror="sets.gmt"))
    source = tmp_path / "mirror" / "sets.gmt"
    source.write_bytes(CONTENT)
    path = knowledge.fetch("sets")
    path.write_bytes(CONTENT[:-1] + b"!")
    assert knowledge.fetch("sets").read_bytes() == CONTENT
    source.unlink()
    assert knowledge.fetch("sets").read_bytes() == CONTENT


def test_a_full_disk_is_said_and_nothing_is_kept(library, tmp_path):
    knowledge = library(entry(mirror="sets.gmt"))
    (tmp_path / "mirror" / "sets.gmt").write_bytes(CONTENT)

    class Full(Progress):
        def check(self):
            raise OSError(28, "No space left on device")

    with pytest.raises(StorageFull):
        knowledge.fetch("sets", progress=Full())
    assert left(knowledge) == []


def test_looking_around_fetches_nothing(tmp_path):
    knowledge = Knowledge(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))
    assert {knowledge.state(one) for one in knowledge.entries()} == {ADDRESS, NOWHERE}
    assert knowledge.gene_table("human") is None and knowledge.orthologs("mouse") is None
    with pytest.raises(KnowledgeMissing, match="Fetch it from the Library, or with 'python -m engine fetch hallmark'"):
        knowledge.gene_sets("hallmark")
    assert [path for path in (tmp_path / "library").rglob("*")] == []


def test_an_unknown_name_is_answered_with_the_closest(real):
    with pytest.raises(UnknownName, match="Closest: genes-hgnc"):
        real.entry("gene-hgnc")
