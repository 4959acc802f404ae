"""Names and paths that a stranger sends, made safe or refused before they touch the disk."""

from __future__ import annotations

import unicodedata

from engine.errors import InvalidFile

LONGEST = 255  # bytes that a file system gives a name
DEEPEST = 16


def safe_name(text: str) -> str:
    """The last part of a file name, without control characters.

    Raises
    ------
    InvalidFile
        When nothing is left of it, or it is longer than a disk can hold.
    """
    last = text.replace("\\", "/").rsplit("/", 1)[-1]
    name = _readable(last).strip()
    if name in ("", ".", ".."):
        raise InvalidFile(f"A file needs a name, found {text[:80]!r}. Rename it and upload it again.")
    if len(name.encode()) > LONGEST:
        raise InvalidFile(f"The file name '{name[:40]}…' is longer than {LONGEST} bytes. Give it a shorter one.")
    return name


def safe_path(text: str) -> tuple[str, ...]:
    """The parts of a path inside a folder, the folder's own name first.

    Raises
    ------
    InvalidFile
        When the path is absolute, leads out of its folder, or holds what no path should.
    """
    parts = text.split("/")
    if text.startswith("/") or "\\" in text or ":" in parts[0]:
        raise InvalidFile(f"A path inside a folder was expected, found {text[:80]!r}. Upload the folder itself.")
    if any(part in ("", ".", "..") for part in parts):
        raise InvalidFile(f"The path {text[:80]!r} leads out of its folder and is refused. Upload the folder itself.")
    if _readable(text) != unicodedata.normalize("NFC", text):
        raise InvalidFile(f"The path {text[:80]!r} has control characters. Rename the file.")
    if len(parts) < 2 or len(parts) > DEEPEST:
        raise InvalidFile(f"A file in a folder, at most {DEEPEST} deep, was expected, found {text[:80]!r}.")
    return tuple(safe_name(part) for part in parts)


def _readable(text: str) -> str:
    """Without control, format and unassigned characters; accents composed as most disks keep them."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if not unicodedata.category(c).startswith("C"))
