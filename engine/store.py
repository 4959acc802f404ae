"""Artifacts on disk or object storage, named by what made them, with a cache in front."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import StorageDamaged, StorageFull, UnknownName
from engine.settings import Settings

if TYPE_CHECKING:
    from anndata import AnnData


def artifact_id(step: str, version: int, params: Any, inputs: list[str]) -> str:
    """Name of a result: the hash of the step, its version, its parameters and its inputs' ids."""
    request = json.dumps([step, version, params, inputs], sort_keys=True, separators=(",", ":"))
    return f"{step}-{hashlib.sha256(request.encode()).hexdigest()[:20]}"


class Store:
    """Keeps AnnData artifacts as `<id>.h5ad`; a file is whole or not there.

    Parameters
    ----------
    settings
        `store_url` says where (any fsspec address), `home` and `cache_gb` size the local cache.
    """

    def __init__(self, settings: Settings) -> None:
        from fsspec.core import url_to_fs

        self._fs, self._root = url_to_fs(settings.store_url)
        self._local = "file" in _protocols(self._fs)
        self._fs.makedirs(self._root, exist_ok=True)
        self._settings = settings
        self._cache = None

    @property
    def settings(self) -> Settings:
        """What the store was made with: it also says where the library is."""
        return self._settings

    @property
    def cache(self):
        """diskcache in front of the store, shared by the processes of one machine."""
        if self._cache is None:
            from diskcache import Cache

            limit = int(float(self._settings.cache_gb) * 1e9)
            self._cache = Cache(self._settings.folder("cache"), size_limit=limit)
        return self._cache

    def has(self, name: str) -> bool:
        """Whether an artifact is stored."""
        return self._fs.exists(self._address(name))

    def names(self, step: str) -> list[str]:
        """Ids of all stored artifacts of a step."""
        found = self._fs.glob(f"{self._root}/{step}-*.h5ad")
        return sorted(path.rsplit("/", 1)[-1].removesuffix(".h5ad") for path in found)

    def write(self, name: str, adata: AnnData) -> None:
        """Store `adata`: written aside, then put in place in one move.

        Raises
        ------
        StorageFull
            When the disk has no room; nothing is left behind.
        """
        content = _as_h5ad(adata)
        if self._local:
            with atomic_write(Path(self._address(name))) as part:
                part.write_bytes(content)
        else:
            with storage_errors():
                self._fs.pipe_file(self._address(name), content)

    def read(self, name: str) -> AnnData:
        """Load an artifact.

        Raises
        ------
        UnknownName
            When nothing of that name is stored.
        StorageDamaged
            When the file is there but cannot be read.
        """
        if not self.has(name):
            raise UnknownName(f"There is no stored result '{name}'. It may have been deleted: make the map again.")
        return read_h5ad(self._path(name))

    def export(self, name: str, target: Path) -> None:
        """Copy an artifact to a file of a person's choice, whole or not at all."""
        import shutil

        with atomic_write(target) as part:
            shutil.copyfile(self._path(name), part)

    def delete(self, name: str) -> None:
        """Remove an artifact; nothing happens when there is none."""
        if self.has(name):
            self._fs.rm_file(self._address(name))

    def checkpoint(self, name: str) -> Path:
        """Where the unfinished work on an artifact is kept, on this machine."""
        return self._settings.folder("checkpoints") / f"{name}.pt"

    def memo(self, key: str, compute: Callable[[], Any]) -> Any:
        """`compute()`, kept in the cache under `key`; for small tables that a page asks for often."""
        found = self.cache.get(key)
        if found is None:
            found = compute()
            with storage_errors():
                self.cache.set(key, found)
        return found

    def _address(self, name: str) -> str:
        return f"{self._root}/{name}.h5ad"

    def _path(self, name: str) -> str:
        """A local file with the artifact, fetched when the store is elsewhere."""
        if self._local:
            return self._address(name)
        local = self._settings.folder("fetched") / f"{name}.h5ad"
        if not local.exists():
            with atomic_write(local) as part:
                self._fs.get_file(self._address(name), str(part))
        return str(local)


def read_h5ad(path: Path | str) -> AnnData:
    """Read an h5ad file.

    Raises
    ------
    StorageDamaged
        When it cannot be read.
    """
    import anndata

    try:
        return anndata.read_h5ad(path)
    except (OSError, KeyError, ValueError) as error:
        raise StorageDamaged(
            f"'{Path(path).name}' was expected to be an h5ad file but cannot be read ({error}). "
            "Delete it and make the map again."
        ) from error


def _as_h5ad(adata: AnnData) -> bytes:
    """The content of an h5ad file, made in memory: HDF5 ends the process when the disk under it is full."""
    import h5py
    from anndata.io import write_elem

    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        write_elem(file, "/", adata, dataset_kwargs={"compression": "lzf"})
    return content.getvalue()


class storage_errors:
    """Turn a full disk into `StorageFull`, whatever was being written."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> None:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        if full or (isinstance(error, sqlite3.OperationalError) and "full" in str(error)):
            raise StorageFull(
                "The result needs room on the disk, and the disk is full. Nothing was half-written: "
                "free some space or set GENEWEAVE_HOME to another disk, then try again."
            ) from error


class atomic_write(storage_errors):
    """Context: a path beside `path` to write to, moved into place when all went well."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self._part = self._path.with_name(f".{self._path.name}.{uuid.uuid4().hex[:8]}.part")

    def __enter__(self) -> Path:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self._part

    def __exit__(self, kind, error, trace) -> None:
        if error is None:
            os.replace(self._part, self._path)
            return
        self._part.unlink(missing_ok=True)
        super().__exit__(kind, error, trace)


def _protocols(fs) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)
