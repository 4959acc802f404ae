"""Uploads by the tus protocol 1.0.0: create, ask how far, send on, throw away; every refusal is a sentence."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import ClientDisconnected

from engine import upload_bytes
from engine.errors import GeneweaveError, InvalidFile, QuotaExceeded, StorageFull, UnknownName
from engine.files import GB
from engine.io.names import safe_path
from engine.jobs.submit import CHECK, submit_check
from engine.upload_bytes import Bundle, Checksum, Upload
from engine.uploads import Uploads

if TYPE_CHECKING:
    from app.services import Services
    from engine.files import DataFile

PREFIX = "/api/uploads"
VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
ALGORITHMS = ("sha1", "sha256")
FILE = "Geneweave-File"  # header with the id of the file that an upload became
BYTES = "application/offset+octet-stream"
BLOCK = 1 << 18  # bytes in memory at once, and the most that a reset connection can take back
MOST_REFUSED = 64 << 20  # bytes of a refused body that are read and forgotten
SILENCE = 30.0  # seconds without a byte after which a connection is taken for dropped
OWN_SITE = ("same-origin", "none")

STATUS: dict[type[GeneweaveError], int] = {
    UnknownName: 404, upload_bytes.WrongOffset: 409, upload_bytes.UploadGone: 410, QuotaExceeded: 413,
    upload_bytes.TooManyBytes: 413, upload_bytes.UploadBusy: 423, upload_bytes.ChecksumMismatch: 460,
    StorageFull: 507, InvalidFile: 400,
}  # fmt: skip


class Refused(GeneweaveError):
    """A request that the protocol does not allow."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def add_routes(server: Flask, services: Services) -> None:
    """Put the addresses under `/api/uploads` into the web server."""
    routes = Blueprint("uploads", __name__, url_prefix=PREFIX)
    uploads = Uploads(services.settings, services.files)

    def route(rule: str, answers: dict[str, Callable[..., Response]]) -> None:
        def view(**parts: str) -> Response:
            method = _method(answers)
            return answers[method](uploads, services, **parts)

        routes.add_url_rule(rule, rule or "root", view, methods=[*answers, "POST"], provide_automatic_options=False)

    route("", {"OPTIONS": options, "POST": create})
    route("/<upload_id>", {"OPTIONS": options, "HEAD": tell, "PATCH": send, "DELETE": discard})
    routes.before_request(_demand)
    routes.after_request(_sign)
    routes.register_error_handler(GeneweaveError, _sentence)
    server.register_blueprint(routes)


def options(uploads: Uploads, services: Services, **_: str) -> Response:
    """What this server can do."""
    headers = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
               "Tus-Max-Size": str(int(float(services.settings.upload_gb) * GB))}  # fmt: skip
    return Response(status=204, headers=headers)


def create(uploads: Uploads, services: Services) -> Response:
    """A new upload, alone or in a folder; its first bytes may come along."""
    size, words = _whole("Upload-Length"), _metadata()
    if "bundle" in words:
        upload = uploads.create_member(words.get("relativePath", ""), size, _bundle(words))
    else:
        upload = uploads.create(words.get("filename", ""), size)
    if request.mimetype == BYTES and uploads.offset(upload) == 0 < size:
        uploads.append(upload, _blocks(size), offset=0, checksum=_checksum())
    answer = _progress(uploads, services, upload, status=201)
    answer.headers["Location"] = f"{request.script_root}{PREFIX}/{upload.id}"
    return answer


def tell(uploads: Uploads, services: Services, upload_id: str) -> Response:
    """How many bytes have come."""
    upload = uploads.get(upload_id)
    answer = _progress(uploads, services, upload, status=200)
    answer.headers.update({"Upload-Length": str(upload.size), "Cache-Control": "no-store"})
    return answer


def send(uploads: Uploads, services: Services, upload_id: str) -> Response:
    """More bytes, written as they come; those before a dropped connection count."""
    upload = uploads.get(upload_id)
    if request.mimetype != BYTES:
        raise Refused(415, f"Bytes were expected as {BYTES}, found '{request.mimetype}'.")
    offset = _whole("Upload-Offset")
    uploads.append(upload, _blocks(upload.size - offset), offset=offset, checksum=_checksum())
    return _progress(uploads, services, upload, status=204)


def discard(uploads: Uploads, services: Services, upload_id: str) -> Response:
    """Throw the upload away; with a file of a folder, the folder."""
    uploads.delete(upload_id)
    return Response(status=204)


def check_once(services: Services, file: DataFile) -> None:
    """Ask what is in a file that has just come, unless that was asked already."""
    asked = any(job.params.get("file") == file.id for job in services.jobs.list(kind=CHECK))
    if not asked and services.files.report(file.id) is None:
        submit_check(services.jobs, file)


def _progress(uploads: Uploads, services: Services, upload: Upload, *, status: int) -> Response:
    """How far the upload is; when nothing of it is missing, also the id of the file that it became."""
    answer = Response(status=status, headers={"Upload-Offset": str(uploads.offset(upload))})
    file = uploads.finish(upload)
    if file is None:
        answer.headers["Upload-Expires"] = formatdate(uploads.expires(upload), usegmt=True)
    else:
        check_once(services, file)
        answer.headers[FILE] = file.id
    return answer


def _drain() -> None:
    """Let a refused body pass: a client that still sends would see a broken connection in place of the sentence."""
    left = MOST_REFUSED
    for block in _read():
        left -= len(block)
        if left < 0:
            return


def _blocks(room: int) -> Iterator[bytes]:
    """The body of the request in blocks, until it ends or the connection drops; refused when it has no room."""
    if (request.content_length or 0) > max(room, 0):
        raise upload_bytes.TooManyBytes(
            f"Up to {max(room, 0)} more bytes were expected, {request.content_length} were announced. "
            "Choose the file again to begin anew."
        )
    yield from _read()


def _read() -> Iterator[bytes]:
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(SILENCE)
    while True:
        try:
            block = request.stream.read(BLOCK)
        except (ClientDisconnected, OSError):
            return
        if not block:
            return
        yield block


def _method(answers: dict[str, Callable[..., Response]]) -> str:
    """The method, or the one that a POST stands for where a proxy lets no other through."""
    method = request.headers.get("X-HTTP-Method-Override", request.method).upper()
    if method not in answers or (method != request.method and request.method != "POST"):
        raise Refused(405, f"{method} is not understood at this address; {', '.join(answers)} are.")
    return method


def _demand() -> None:
    """Refuse other sites, and clients of another version of the protocol."""
    if request.method == "OPTIONS":
        return
    if not _from_here():
        raise Refused(403, "This upload was begun by another site, which is refused. Open Geneweave and upload there.")
    if request.headers.get("Tus-Resumable") != VERSION:
        found = request.headers.get("Tus-Resumable", "none")
        raise Refused(412, f"Version {VERSION} of the tus protocol was expected in 'Tus-Resumable', found {found}.")


def _from_here() -> bool:
    """Whether the page that asks is ours; the port may differ, as it does behind a proxy."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in OWN_SITE
    if origin is None:
        return True
    hosts = [request.headers.get("Host", ""), *request.headers.get("X-Forwarded-Host", "").split(",")]
    return urlsplit(origin).hostname in {urlsplit(f"//{host.strip()}").hostname for host in hosts if host.strip()}


def _sign(answer: Response) -> Response:
    if request.method != "OPTIONS":
        answer.headers["Tus-Resumable"] = VERSION
    if answer.status_code == 412:
        answer.headers["Tus-Version"] = VERSION
    return answer


def _sentence(error: GeneweaveError) -> Response:
    _drain()
    known = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    status = error.status if isinstance(error, Refused) else known
    return Response(str(error), status=status, mimetype="text/plain", headers={"Cache-Control": "no-store"})


def _whole(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(400, f"The header '{header}' must be a whole number of bytes, found '{text[:40]}'.")
    return int(text)


def _metadata() -> dict[str, str]:
    """The header `Upload-Metadata`: names with words in base64."""
    words = {}
    for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
        name, _, coded = pair.strip().partition(" ")
        try:
            words[name] = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise Refused(400, f"'{name[:40]}' in 'Upload-Metadata' must be UTF-8 text in base64.") from error
    return words


def _bundle(words: dict[str, str]) -> Bundle:
    numbers = [words.get(name, "") for name in ("count", "bytes")]
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in numbers):
        raise Refused(400, "A file of a folder comes with 'count' and 'bytes' of the folder as whole numbers.")
    return Bundle(words["bundle"], safe_path(words.get("relativePath", ""))[0], *map(int, numbers))


def _checksum() -> Checksum | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, coded = text.partition(" ")
    try:
        digest = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(400, "'Upload-Checksum' must be the name of a sum and the sum in base64.") from error
    if algorithm not in ALGORITHMS:
        raise Refused(400, f"A checksum by {' or '.join(ALGORITHMS)} was expected, found '{algorithm[:20]}'.")
    return Checksum(algorithm, digest)
