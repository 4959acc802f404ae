"""Artifacts are whole or not there, wherever they are kept."""

import errno
from pathlib import Path

import numpy as np
import pytest
from anndata import AnnData

from engine.errors import InvalidParameter, StorageDamaged, StorageFull, UnknownName
from engine.settings import Settings
from engine.store import Store, artifact_id, storage_errors


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    environ = {"GENEWEAVE_HOME": str(tmp_path)}
    if request.param == "memory":
        environ["GENEWEAVE_STORE_URL"] = f"memory://{tmp_path.name}"
    return Store(Settings.from_environment(environ))


def small() -> AnnData:
    return AnnData(np.arange(6, dtype=np.float32).reshape(2, 3))


def test_what_is_written_is_read_back_and_listed(store):
    store.write("graph-1", small())
    assert store.has("graph-1") and store.names("graph") == ["graph-1"] and store.names("embedding") == []
    assert np.array_equal(store.read("graph-1").X, small().X)
    store.delete("graph-1")
    assert not store.has("graph-1")


def test_an_artifact_that_is_not_there_is_named(store):
    with pytest.raises(UnknownName, match="no stored result 'graph-0'"):
        store.read("graph-0")


def test_the_same_request_has_the_same_name_and_another_has_not():
    name = artifact_id("graph", 1, {"a": 1, "b": 2}, ["x"])
    assert name == artifact_id("graph", 1, {"b": 2, "a": 1}, ["x"])
    others = [artifact_id("graph", 2, {"a": 1, "b": 2}, ["x"]), artifact_id("graph", 1, {"a": 1, "b": 3}, ["x"]),
              artifact_id("graph", 1, {"a": 1, "b": 2}, ["y"])]  # fmt: skip
    assert name not in others and len(set(others)) == 3


def test_a_full_disk_says_so_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    store = Store(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))
    store.write("graph-1", small())

    def full(path, content):
        with open(path, "wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageFull, match="disk is full.*free some space"):
        store.write("graph-2", small())
    monkeypatch.undo()
    assert not store.has("graph-2") and np.array_equal(store.read("graph-1").X, small().X)
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["graph-1.h5ad"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_device_without_room_is_a_full_disk_too():
    with pytest.raises(StorageFull, match="disk is full"), storage_errors():
        Path("/dev/full").write_bytes(b"anything")


def test_a_damaged_file_is_called_damaged(tmp_path):
    store = Store(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path)}))
    (tmp_path / "store" / "graph-1.h5ad").write_bytes(b"not an h5ad")
    with pytest.raises(StorageDamaged, match="cannot be read"):
        store.read("graph-1")


def test_a_small_table_is_computed_once(store):
    calls = []
    for _ in range(2):
        assert store.memo("key", lambda: calls.append(1) or "table") == "table"
    assert calls == [1]


def test_a_setting_that_is_no_number_is_refused():
    with pytest.raises(InvalidParameter, match="GENEWEAVE_PORT must be a number.*'http'"):
        Settings.from_environment({"GENEWEAVE_PORT": "http"})


def test_settings_survive_the_way_through_the_environment(tmp_path):
    settings = Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path), "GENEWEAVE_PORT": "9"})
    assert Settings.from_environment(settings.environment()) == settings
