"""The tus protocol, request by request, and what a hostile client gets."""

from __future__ import annotations

import base64
import hashlib
import threading

import pytest
from flask import Flask

from app.services import Services
from app.tus import ALGORITHMS, BYTES, FILE, PREFIX, add_routes
from engine.jobs.claim import take
from engine.settings import Settings

TUS = {"Tus-Resumable": "1.0.0"}
CONTENT = bytes(range(256)) * 20
BUNDLE = "0123456789abcdef" * 2


def serve(services: Services):
    """A client of a server with nothing but these addresses."""
    server = Flask("geneweave")
    add_routes(server, services)
    return server.test_client()


@pytest.fixture
def client(services):
    return serve(services)


def metadata(**words: object) -> str:
    return ",".join(f"{name} {base64.b64encode(str(word).encode()).decode()}" for name, word in words.items())


def create(client, size: int = len(CONTENT), *, data: bytes = b"", headers: dict | None = None, **words: object):
    words = words or {"filename": "cells.h5ad"}
    asked = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata(**words), **(headers or {})}
    return client.post(PREFIX, headers=asked, data=data, content_type=BYTES if data else None)


def patch(client, url: str, data: bytes, offset: int, *, content_type: str = BYTES, method: str = "PATCH", body=None,
          **headers):
    """Send bytes, or what `body.read()` gives under the announcement of 5120 bytes."""
    asked = {**TUS, "Upload-Offset": str(offset), **headers}
    instead = {"wsgi.input": body, "CONTENT_LENGTH": "5120"} if body else {}
    return client.open(url, method=method, data=data, headers=asked, content_type=content_type,
                       environ_overrides=instead)


def test_the_server_says_what_it_can_do(client):
    answer = client.options(PREFIX)
    assert answer.status_code == 204 and answer.headers["Tus-Version"] == "1.0.0"
    assert {"creation", "termination", "checksum"} <= set(answer.headers["Tus-Extension"].split(","))
    assert answer.headers["Tus-Max-Size"] == "50000000000"
    assert answer.headers["Tus-Checksum-Algorithm"] == ",".join(ALGORITHMS)


def test_a_file_goes_up_in_parts_and_its_check_is_asked_for_once(client, services):
    made = create(client)
    url = made.headers["Location"]
    assert made.status_code == 201 and url.startswith(f"{PREFIX}/") and "Upload-Expires" in made.headers
    assert patch(client, url, CONTENT[:2000], 0).headers["Upload-Offset"] == "2000"
    told = client.head(url, headers=TUS)
    assert (told.status_code, told.headers["Upload-Offset"]) == (200, "2000")
    assert (told.headers["Upload-Length"], told.headers["Cache-Control"]) == ("5120", "no-store")
    last = patch(client, url, CONTENT[2000:], 2000)
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, "5120")
    assert services.files.original(last.headers[FILE]).read_bytes() == CONTENT
    again = [patch(client, url, b"", 5120), client.head(url, headers=TUS)]
    assert {answer.headers[FILE] for answer in again} == {last.headers[FILE]}
    [job] = services.jobs.list()
    assert (job.kind, job.params["file"]) == ("check", last.headers[FILE])
    take(services.jobs, job.id).fail("It cannot be read.")
    client.head(url, headers=TUS)
    assert len(services.jobs.list()) == 1


def test_the_first_bytes_may_come_with_the_request_that_creates(client, services):
    answer = create(client, data=CONTENT)
    assert answer.status_code == 201 and answer.headers["Upload-Offset"] == "5120"
    assert services.files.get(answer.headers[FILE]).name == "cells.h5ad"


def test_a_folder_goes_up_file_by_file_and_becomes_one(client, services):
    words = {"bundle": BUNDLE, "count": 2, "bytes": 30}
    first = create(client, 10, data=b"a" * 10, relativePath="visium/matrix.h5", **words)
    assert first.status_code == 201 and FILE not in first.headers
    again = create(client, 10, data=b"b" * 10, relativePath="visium/matrix.h5", **words)
    assert again.headers["Upload-Offset"] == "10" and again.headers["Location"] == first.headers["Location"]
    last = create(client, 20, data=b"c" * 20, relativePath="visium/spatial/positions.csv", **words)
    top = services.files.original(last.headers[FILE])
    assert top.name == "visium" and (top / "matrix.h5").read_bytes() == b"a" * 10
    assert (top / "spatial/positions.csv").read_bytes() == b"c" * 20
    assert len(services.files.list()) == len(services.jobs.list()) == 1


def test_the_rest_of_a_dropped_request_is_sent_from_where_it_broke(client):
    url = create(client).headers["Location"]
    broken = patch(client, url, b"", 0, body=_Broken(CONTENT[:3000]))
    assert broken.headers["Upload-Offset"] == "3000"
    assert client.head(url, headers=TUS).headers["Upload-Offset"] == "3000"


class _Broken:
    """A body that ends before its announced length."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def read(self, size: int = -1) -> bytes:
        block, self._rest = self._rest[:1000], self._rest[1000:]
        if not block:
            raise ConnectionResetError
        return block


def test_a_discarded_upload_is_gone(client):
    url = create(client).headers["Location"]
    assert client.delete(url, headers=TUS).status_code == 204
    for answer in (client.head(url, headers=TUS), patch(client, url, b"x", 0), client.delete(url, headers=TUS)):
        assert answer.status_code == 404


def test_a_post_stands_for_patch_and_delete_where_a_proxy_lets_no_other_through(client):
    url = create(client).headers["Location"]
    override = {"X-HTTP-Method-Override": "PATCH"}
    assert patch(client, url, b"abc", 0, method="POST", **override).headers["Upload-Offset"] == "3"
    assert client.post(url, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert client.post(url, headers=TUS).status_code == 405


def test_bytes_with_a_checksum_are_kept_only_when_it_holds(client):
    url = create(client).headers["Location"]
    good = "sha1 " + base64.b64encode(hashlib.sha1(b"abc").digest()).decode()
    assert patch(client, url, b"abd", 0, **{"Upload-Checksum": good}).status_code == 460
    assert patch(client, url, b"abc", 0, **{"Upload-Checksum": good}).headers["Upload-Offset"] == "3"
    for wrong in ("md4 AAAA", "sha1 !", "sha1"):
        assert patch(client, url, b"abc", 3, **{"Upload-Checksum": wrong}).status_code in (400, 460)


def test_an_upload_in_use_is_locked(client, services):
    url = create(client).headers["Location"]
    inside, go_on = threading.Event(), threading.Event()

    class Slow:
        def read(self, size=-1):
            inside.set()
            go_on.wait(5)
            return b""

    other = serve(services)
    writing = threading.Thread(target=patch, args=(other, url, b"", 0), kwargs={"body": Slow()})
    writing.start()
    inside.wait(5)
    locked = patch(client, url, b"x", 0)
    go_on.set()
    writing.join()
    assert locked.status_code == 423 and "Try again" in locked.text


@pytest.mark.parametrize(("change", "status"), [
    ({"offset": 7}, 409), ({"offset": 99999}, 409), ({"data": CONTENT + b"x"}, 413),
    ({"content_type": "application/json"}, 415), ({"Tus-Resumable": "0.2.2"}, 412), ({"Upload-Offset": "-1"}, 400),
    ({"Upload-Offset": "ten"}, 400), ({"Upload-Offset": "٣"}, 400), ({"Upload-Offset": "9" * 40}, 400),
])  # fmt: skip
def test_a_wrong_patch_is_answered_with_its_number_and_a_sentence(client, change, status):
    url = create(client).headers["Location"]
    answer = patch(client, url, **{"data": b"abc", "offset": 0, **change})
    assert answer.status_code == status and answer.text.endswith(".") and "<" not in answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert client.head(url, headers=TUS).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(("headers", "status"), [
    ({"Upload-Length": "-5"}, 400), ({"Upload-Length": ""}, 400), ({"Upload-Length": "0"}, 400),
    ({"Upload-Length": str(60 * 10**9)}, 413), ({"Upload-Length": "1e9"}, 400), ({"Upload-Metadata": ""}, 400),
    ({"Upload-Metadata": "filename %%%"}, 400), ({"Upload-Metadata": "filename /w=="}, 400),
    ({"Upload-Metadata": metadata(filename="..")}, 400), ({"Tus-Resumable": "2"}, 412),
    ({"Upload-Metadata": metadata(bundle=BUNDLE, count=1, bytes=5120, relativePath="../../x")}, 400),
    ({"Upload-Metadata": metadata(bundle=BUNDLE, count=1, bytes=5120, relativePath="/etc/x")}, 400),
    ({"Upload-Metadata": metadata(bundle="../../..", count=1, bytes=5120, relativePath="a/x")}, 404),
    ({"Upload-Metadata": metadata(bundle=BUNDLE, count=10**6, bytes=5120, relativePath="a/x")}, 400),
    ({"Upload-Metadata": metadata(bundle=BUNDLE, count="", bytes=5120, relativePath="a/x")}, 400),
    ({"Upload-Metadata": metadata(bundle=BUNDLE, relativePath="a/x")}, 400),
    ({"Upload-Metadata": metadata(bundle=BUNDLE, count=1, bytes=10**12, relativePath="a/x")}, 413),
])  # fmt: skip
def test_a_wrong_creation_is_answered_with_its_number_and_a_sentence(client, services, headers, status):
    answer = create(client, headers=headers)
    assert answer.status_code == status and answer.text.endswith(".") and "<" not in answer.text
    assert [path for path in services.settings.folder("uploads").iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    {"Origin": "https://evil.example", "X-Forwarded-Host": "geneweave.example"},
])  # fmt: skip
def test_another_site_is_refused(client, headers):
    url = create(client).headers["Location"]
    for answer in (create(client, headers=headers), patch(client, url, b"x", 0, **headers),
                   client.delete(url, headers={**TUS, **headers})):  # fmt: skip
        assert answer.status_code == 403 and "another site" in answer.text


@pytest.mark.parametrize("headers", [
    {"Origin": "http://localhost:8443"}, {"Sec-Fetch-Site": "same-origin"},
    {"Origin": "https://geneweave.example", "X-Forwarded-Host": "geneweave.example:443"},
])  # fmt: skip
def test_our_own_page_is_let_in_also_behind_a_proxy(client, headers):
    assert create(client, headers=headers).status_code == 201


@pytest.mark.parametrize("url", ["nothing", "..%2f..%2fetc", "a" * 32, "%00", f"{'a' * 32}.{'b' * 32}", "lock"])
def test_an_upload_that_is_not_there_is_not_found(client, url):
    assert patch(client, f"{PREFIX}/{url}", b"x", 0).status_code == 404


def test_no_room_on_the_quota_is_told_before_anything_is_sent(tmp_path):
    small = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_UPLOADS_GB": "0.000008"})
    client = serve(Services.build(small))
    assert create(client).status_code == 201
    full = create(client)
    assert full.status_code == 413 and "All files together" in full.text
