"""zarr stores: only arrays whose codecs run no code, and whose chunks unpack to what they claim."""

from __future__ import annotations

import json
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InvalidFile
from engine.io.guard.door import door
from engine.io.guard.memory import size

PACKED = {"blosc", "zstd", "gzip", "zlib"}  # codecs whose unpacked size can be told beforehand
PLAIN = {"bytes", "vlen-utf8", "vlen-bytes", "shuffle", "transpose", "crc32c"}
META = ("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata")


def check_store(root: Path, name: str, limit: float) -> None:
    """Judge every array below `root` by its metadata and the heads of its chunks.

    Raises
    ------
    InvalidFile
        When an array holds pickled objects, uses an unknown codec, or a chunk unpacks to more than it should.
    """
    for path in sorted(root.rglob("*")):
        if path.name not in (".zarray", "zarr.json"):
            continue
        part = path.parent.relative_to(root).as_posix()
        with door(name, part):
            about = json.loads(path.read_text(encoding="utf-8"))
        if path.name == "zarr.json" and about.get("node_type") != "array":
            continue
        with door(name, part):
            codecs, chunks, text = _v2(about) if path.name == ".zarray" else _v3(about)
        wrong = sorted(set(codecs) - PACKED - PLAIN)
        if wrong or (text and not {"vlen-utf8", "vlen-bytes"} & set(codecs)):
            raise InvalidFile(
                f"'{name}' ({part}): expected numbers or text in zarr, found {', '.join(wrong) or 'objects'}. "
                "Pickled objects are never loaded, and shards are not read: write it again with anndata."
            )
        expected = limit / 4 if text else max(chunks, 1 << 16)
        _check_chunks(path.parent, [codec for codec in codecs if codec in PACKED], min(expected, limit / 4), name, part)


def _v2(about: dict[str, Any]) -> tuple[list[str], float, bool]:
    codecs = [codec["id"] for codec in [about.get("compressor"), *(about.get("filters") or [])] if codec]
    text = about["dtype"] == "|O"
    item = 1 if text else np.dtype(about["dtype"] if isinstance(about["dtype"], str) else "V1024").itemsize
    return codecs, math.prod(about["chunks"]) * item, text


def _v3(about: dict[str, Any]) -> tuple[list[str], float, bool]:
    if about.get("storage_transformers"):
        raise ValueError("storage transformers are not read")
    codecs = [codec["name"].removeprefix("numcodecs.") for codec in about["codecs"]]
    text = not isinstance(about["data_type"], str) or about["data_type"] in ("string", "bytes", "variable_length_bytes")
    return codecs, math.prod(about["chunk_grid"]["configuration"]["chunk_shape"]) * 8, text


def _check_chunks(folder: Path, packed: list[str], expected: float, name: str, part: str) -> None:
    for chunk in folder.rglob("*"):
        if chunk.name in META or not chunk.is_file() or not packed:
            continue
        with door(name, part):
            unpacked = _unpacked(packed[0], chunk, int(expected))
        if unpacked > expected:
            raise InvalidFile(
                f"'{name}' ({part}): a chunk unpacks to over {size(expected)}, more than its array may hold. "
                "The store is damaged or a bomb: write it again."
            )


def _unpacked(codec: str, chunk: Path, expected: int) -> float:
    """Bytes that a chunk unpacks to, or just more than `expected`; nothing larger is made."""
    with open(chunk, "rb") as file:
        if codec == "blosc":
            return int.from_bytes(file.read(16)[4:8], "little")
        if codec == "zstd":
            return _zstd_size(file.read(18))
        unpack, total = zlib.decompressobj(wbits=47), 0
        while (block := file.read(1 << 16)) and total <= expected:
            while block and total <= expected:
                total += len(unpack.decompress(block, 1 << 20))
                block = unpack.unconsumed_tail
        return total


def _zstd_size(head: bytes) -> float:
    """The content size that a Zstandard frame header tells (RFC 8878, 3.1.1.1); infinite where it tells none."""
    flags = head[4]
    single, width = flags >> 5 & 1, (0, 2, 4, 8)[flags >> 6]
    width = width or single
    at = 5 + (0 if single else 1) + (0, 1, 2, 4)[flags & 3]
    told = int.from_bytes(head[at : at + width], "little") + (256 if width == 2 else 0)
    return told if width else math.inf
