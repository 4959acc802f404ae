"""Uploads on the disk: resumed, whole or not there, taken in once, names that stay in their folder."""

from __future__ import annotations

import hashlib
import os
import threading

import numpy as np
import pytest

from engine.errors import InvalidFile, QuotaExceeded, StorageFull, UnknownName
from engine.files import Files
from engine.io.names import safe_name, safe_path
from engine.settings import Settings
from engine.upload_bytes import Bundle, Checksum, ChecksumMismatch, TooManyBytes, UploadBusy, UploadGone, WrongOffset
from engine.uploads import KEPT, Uploads

CONTENT = np.random.default_rng(0).bytes(5000)
BUNDLE = "0123456789abcdef" * 2


@pytest.fixture
def files(tmp_path) -> Files:
    return Files(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_UPLOAD_GB": "1e-5",
                                            "GENEWEAVE_UPLOADS_GB": "2e-5"}))  # fmt: skip


@pytest.fixture
def uploads(files) -> Uploads:
    return Uploads(files._settings, files)


def send(uploads, upload, content=CONTENT, *, offset=0, step=700):
    return uploads.append(upload, (content[i : i + step] for i in range(0, len(content), step)), offset=offset)


def folder(**contents: bytes) -> Bundle:
    return Bundle(BUNDLE, "sample1", len(contents), sum(map(len, contents.values())))


def test_bytes_that_came_in_parts_are_the_file_that_was_sent(uploads, files):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    assert send(uploads, upload, CONTENT[:1500]) == 1500 and uploads.finish(upload) is None
    again = uploads.get(upload.id)
    assert again == upload and send(uploads, again, CONTENT[1500:], offset=1500) == 5000
    file = uploads.finish(upload)
    assert files.original(file.id).read_bytes() == CONTENT
    assert (file.name, file.bytes, uploads.coming()) == ("cells.h5ad", 5000, 0)


def test_blocks_that_came_before_a_broken_connection_count(uploads):
    upload = uploads.create("cells.h5ad", len(CONTENT))

    def broken():
        yield CONTENT[:1000]
        raise OSError("gone")

    with pytest.raises(OSError):
        uploads.append(upload, broken(), offset=0)
    assert uploads.offset(upload) == 1000


def test_bytes_from_another_offset_are_refused_and_change_nothing(uploads):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    send(uploads, upload, CONTENT[:100])
    with pytest.raises(WrongOffset, match="Go on from byte 100"):
        send(uploads, upload, b"x" * 50, offset=0)
    assert uploads.offset(upload) == 100


def test_more_bytes_than_announced_are_refused(uploads):
    upload = uploads.create("cells.h5ad", 1000)
    with pytest.raises(TooManyBytes):
        send(uploads, upload)
    assert uploads.offset(upload) <= 1000


def test_bytes_that_changed_on_their_way_are_taken_back(uploads):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    with pytest.raises(ChecksumMismatch):
        uploads.append(upload, [CONTENT[:10]], offset=0, checksum=Checksum("sha1", b"wrong"))
    right = Checksum("sha1", hashlib.sha1(CONTENT[:10]).digest())
    assert uploads.offset(upload) == 0 and uploads.append(upload, [CONTENT[:10]], offset=0, checksum=right) == 10


def test_two_requests_never_write_to_one_upload(uploads):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    inside, go_on = threading.Event(), threading.Event()

    def slow():
        inside.set()
        go_on.wait(5)
        yield CONTENT

    writer = threading.Thread(target=uploads.append, args=(upload, slow()), kwargs={"offset": 0})
    writer.start()
    inside.wait(5)
    with pytest.raises(UploadBusy):
        send(uploads, upload)
    go_on.set()
    writer.join()
    assert uploads.offset(upload) == 5000


def test_finishing_twice_makes_one_file(uploads, files):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    send(uploads, upload)
    assert uploads.finish(upload) == uploads.finish(upload)
    assert len(files.list()) == 1


@pytest.mark.parametrize("broken", ["before the move", "after the move"])
def test_a_finish_that_was_interrupted_goes_on_to_the_same_file(uploads, files, monkeypatch, broken):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    send(uploads, upload)
    where = (Files, "_write") if broken == "after the move" else (files, "need_room")
    with monkeypatch.context() as patched:
        patched.setattr(*where, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            uploads.finish(upload)
    file = uploads.finish(uploads.get(upload.id))
    assert [f.id for f in files.list()] == [file.id] and files.original(file.id).read_bytes() == CONTENT


def test_an_upload_whose_file_was_deleted_says_so(uploads, files):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    send(uploads, upload)
    files.delete(uploads.finish(upload).id)
    with pytest.raises(UploadGone, match="deleted since"):
        uploads.finish(upload)


def test_a_folder_becomes_one_file_with_its_tree(uploads, files):
    contents = {"sample1/outs/matrix.mtx": b"1 2 3", "sample1/outs/empty.txt": b"", "sample1/genes.tsv": b"CD74"}
    bundle = folder(**contents)
    for path, content in contents.items():
        upload = uploads.create_member(path, len(content), bundle)
        send(uploads, upload, content)
        file = uploads.finish(upload)
    assert uploads.finish(uploads.create_member("sample1/genes.tsv", 4, bundle)) == file
    top = files.original(file.id)
    assert file.name == top.name == "sample1" and uploads.coming() == 0 and len(files.list()) == 1
    assert {f"sample1/{p.relative_to(top)}": p.read_bytes() for p in top.rglob("*") if p.is_file()} == contents


def test_a_file_of_a_folder_that_is_announced_again_goes_on_where_it_was(uploads):
    bundle = Bundle(BUNDLE, "sample1", 2, 6000)
    first = uploads.create_member("sample1/a.h5", 5000, bundle)
    send(uploads, first, CONTENT[:1400])
    assert uploads.create_member("sample1/a.h5", 5000, bundle) == first and uploads.offset(first) == 1400
    assert uploads.coming() == 6000
    with pytest.raises(InvalidFile, match="not as it was"):
        uploads.create_member("sample1/a.h5", 4999, bundle)


@pytest.mark.parametrize("sizes", [(600, 600), (500, 500, 0)])
def test_a_folder_with_more_than_was_announced_is_refused(uploads, sizes):
    with pytest.raises(InvalidFile, match="has more"):
        for n, size in enumerate(sizes):
            uploads.create_member(f"sample1/{n}", size, Bundle(BUNDLE, "sample1", 2, 1000))


def test_a_path_that_is_a_file_and_a_folder_is_refused(uploads):
    bundle = Bundle(BUNDLE, "sample1", 2, 2)
    for path in ("sample1/a", "sample1/a/b"):
        upload = uploads.create_member(path, 1, bundle)
        uploads.append(upload, [b"x"], offset=0)
        if path == "sample1/a":
            uploads.finish(upload)
    with pytest.raises(InvalidFile, match="at once"):
        uploads.finish(upload)


def test_what_is_thrown_away_leaves_nothing(uploads):
    alone = uploads.create("cells.h5ad", 10)
    bundle = Bundle(BUNDLE, "sample1", 2, 20)
    members = [uploads.create_member(f"sample1/{n}", 10, bundle) for n in range(2)]
    uploads.delete(alone.id)
    uploads.delete(members[0].id)
    assert [path.name for path in uploads.root.iterdir()] == ["lock"]
    with pytest.raises(UnknownName):
        uploads.get(members[1].id)


def test_the_quota_counts_files_and_what_is_under_way(uploads):
    with pytest.raises(QuotaExceeded, match="A file may have"):
        uploads.create("large.h5ad", 10_001)
    uploads.create("one.h5ad", 9_000)
    uploads.create_member("sample1/a", 1, Bundle(BUNDLE, "sample1", 2, 9_000))
    with pytest.raises(QuotaExceeded, match="All files together"):
        uploads.create("three.h5ad", 2_500)


def test_a_file_larger_than_the_free_disk_is_refused_at_once(tmp_path):
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_UPLOAD_GB": "1e9",
                                          "GENEWEAVE_UPLOADS_GB": "1e9"})  # fmt: skip
    with pytest.raises(StorageFull, match="GB free"):
        Uploads(settings, Files(settings)).create("all.h5ad", 10**17)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_is_told_and_the_upload_stays(uploads):
    upload = uploads.create("cells.h5ad", len(CONTENT))
    data = uploads.root / upload.id / "data"
    data.unlink()
    data.symlink_to("/dev/full")
    with pytest.raises(StorageFull, match="What has come so far is kept"):
        send(uploads, upload)
    assert uploads.get(upload.id) == upload


def test_an_upload_that_nobody_went_on_with_for_a_week_is_thrown_away(uploads):
    old, young = uploads.create("old.h5ad", 10), uploads.create("young.h5ad", 10)
    past = (uploads.root / old.id).stat().st_mtime - KEPT - 60
    os.utime(uploads.root / old.id, (past, past))
    uploads.create("new.h5ad", 10)
    assert uploads.get(young.id)
    with pytest.raises(UnknownName):
        uploads.get(old.id)


@pytest.mark.parametrize("wrong", ["", "..", "../" * 10, "a" * 31, "a" * 32 + "/x", "." * 32, "é" * 32, f"{BUNDLE}.."])
def test_an_id_that_is_none_reaches_no_file(uploads, wrong):
    with pytest.raises(UnknownName):
        uploads.get(wrong)


@pytest.mark.parametrize("wrong", ["../../etc", "..", "", "a" * 31])
def test_the_id_of_a_folder_stays_in_its_place(uploads, wrong):
    with pytest.raises(UnknownName):
        uploads.create_member("sample1/a", 1, Bundle(wrong, "sample1", 1, 1))


def test_an_empty_file_is_refused(uploads):
    with pytest.raises(InvalidFile, match="is empty"):
        uploads.create("cells.h5ad", 0)


@pytest.mark.parametrize(("sent", "name"), [
    ("C:\\fakepath\\cells.h5ad", "cells.h5ad"), ("../../../etc/passwd", "passwd"), ("a\x00b\n.h5ad", "ab.h5ad"),
    ("gene\u202e\u200bs.csv", "genes.csv"), ("e\u0301.h5ad", "\u00e9.h5ad"), ("/abs.csv", "abs.csv"),
])  # fmt: skip
def test_a_name_is_made_safe(sent, name):
    assert safe_name(sent) == name


@pytest.mark.parametrize("wrong", ["", ".", "..", "/", "\x00", "a/..", "x" * 256, "é" * 128])
def test_a_name_that_is_none_is_refused(wrong):
    with pytest.raises(InvalidFile):
        safe_name(wrong)


def test_a_path_keeps_its_parts():
    assert safe_path("sample1/spatial/e\u0301.png") == ("sample1", "spatial", "\u00e9.png")


@pytest.mark.parametrize("wrong", [
    "../a", "a/../b", "a/..", "/a/b", "a//b", "a/./b", "a\\..\\b", "C:/a", "a/b\x00c", "a/\u202eb", "alone", "",
    "a/" * 16 + "b", "a/" + "x" * 256,
])  # fmt: skip
def test_a_path_that_climbs_is_refused(wrong):
    with pytest.raises(InvalidFile):
        safe_path(wrong)
