"""From an upload to the matrix that studies read: what is written, and what never is."""

import os
import shutil
from dataclasses import replace

import anndata
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from engine import intake
from engine.check.matrix_file import write_matrix
from engine.check.verdict import check
from engine.errors import InvalidParameter, JobCancelled, StorageFull
from engine.files import Files
from engine.io.dataset import load_dataset
from engine.io.files import content_hash
from engine.progress import Progress
from engine.settings import Settings
from engine.types import DatasetSource, Roles
from tests.opened import SYMBOLS, gene_table, made_up, opened


@pytest.fixture
def settings(tmp_path):
    return replace(Settings.from_environment({"GENEWEAVE_HOME": str(tmp_path / "home")}))


def added(settings, adata: AnnData, name: str = "mine.h5ad"):
    """The id of a file that came with `adata` in it, and its hash."""
    source = os.path.join(settings.folder("incoming"), name)
    adata.write_h5ad(source)
    files = Files(settings)
    file = files.add(name, type(files.root)(source))
    return file.id, content_hash(files.original(file.id))


def read(settings, file_id) -> AnnData:
    return anndata.read_h5ad(Files(settings).matrix(file_id))


def test_a_good_file_is_linked_and_its_cells_are_told(settings):
    adata = made_up()
    file_id, digest = added(settings, adata)
    assert intake.check_upload(file_id, (), settings) == file_id
    files = Files(settings)
    assert files.report(file_id).ready and files.report(file_id).format
    assert os.path.samefile(files.matrix(file_id), files.original(file_id))
    assert content_hash(files.original(file_id)) == digest
    cells = np.load(files.cells(file_id))
    np.testing.assert_array_equal(cells["counts"], adata.X.toarray().sum(1))
    assert sorted(cells) == ["counts", "genes", "mito"] and not list(settings.folder("scratch").iterdir())


def test_a_mended_file_is_written_and_the_original_stays_as_it_came(settings):
    adata = made_up()
    adata.obs["donor"], adata.obs["number"] = pd.Categorical(["a", "b"] * 20), range(40)
    adata.obsm["spatial"] = np.arange(80.0).reshape(40, 2)
    counts = adata.X.toarray()
    adata.var_names = ["ACTB", "GAPDH", "ACTB", *SYMBOLS[3:]]
    file_id, digest = added(settings, adata)
    intake.check_upload(file_id, ("sum-duplicates",), settings)
    made = read(settings, file_id)
    assert sparse.isspmatrix_csr(made.X) or made.X.format == "csr"
    assert made.X.dtype == np.float32 and made.X.has_sorted_indices and made.shape == (40, 29)
    np.testing.assert_array_equal(made[:, "ACTB"].X.toarray().ravel(), counts[:, 0] + counts[:, 2])
    assert list(made.obs["donor"]) == ["a", "b"] * 20 and str(made.obs["donor"].dtype) == "category"
    np.testing.assert_array_equal(made.obsm["spatial"], adata.obsm["spatial"])
    assert content_hash(Files(settings).original(file_id)) == digest
    assert Files(settings).report(file_id).fixes == ("sum-duplicates",)


def test_counts_had_back_are_what_a_study_reads(settings):
    adata = made_up()
    logged = AnnData(adata.X.multiply(1e4 / adata.X.sum(1)).tocsr().log1p().astype(np.float32), adata.obs, adata.var)
    file_id, _ = added(settings, logged)
    intake.check_upload(file_id, (), settings)
    assert not Files(settings).report(file_id).ready and not Files(settings).matrix(file_id).exists()
    intake.check_upload(file_id, ("recover-counts",), settings)
    source = DatasetSource("mine", str(Files(settings).matrix(file_id)))
    found = load_dataset(source, roles=Roles())
    np.testing.assert_array_equal(found.adata.X.toarray(), adata.X.toarray())


def test_a_file_that_is_no_longer_ready_loses_its_matrix(settings):
    adata = made_up()
    adata.X = adata.X.toarray()
    adata.X[0, 0] = np.nan
    file_id, _ = added(settings, adata)
    files = Files(settings)
    intake.check_upload(file_id, ("drop-missing",), settings)
    assert files.matrix(file_id).exists() and files.cells(file_id).exists()
    intake.check_upload(file_id, (), settings)
    assert not files.matrix(file_id).exists() and not files.cells(file_id).exists()


@pytest.mark.parametrize("content", [b"", b"no matrix at all", b"\x89HDF\r\n\x1a\n cut short"])
def test_a_file_that_cannot_be_opened_has_a_report_that_says_so(settings, content):
    files = Files(settings)
    source = settings.folder("incoming") / "broken.h5ad"
    source.write_bytes(content)
    file = files.add("broken.h5ad", source)
    assert intake.check_upload(file.id, (), settings) == file.id
    found = files.report(file.id)
    assert not found.ready and found.problems[0].code == "unreadable" and found.problems[0].what
    assert sorted(path.name for path in (files.root / file.id).iterdir()) == ["about.json", "check.json", "original"]


def test_a_wrong_fix_fails_and_leaves_the_earlier_report(settings):
    file_id, _ = added(settings, made_up())
    intake.check_upload(file_id, (), settings)
    with pytest.raises(InvalidParameter, match="no gene is there twice"):
        intake.check_upload(file_id, ("sum-duplicates",), settings)
    assert Files(settings).report(file_id).ready and Files(settings).matrix(file_id).exists()


def test_a_cancelled_check_leaves_nothing_half_written(settings):
    adata = made_up()
    adata.X = adata.X.toarray()
    file_id, _ = added(settings, adata)

    class StopLate(Progress):
        said = ""

        def stage(self, name, fraction):
            self.said = name

        def check(self):
            if self.said == "Writing the matrix":
                raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        intake.check_upload(file_id, (), settings, progress=StopLate())
    assert sorted(path.name for path in (Files(settings).root / file_id).iterdir()) == ["about.json", "original"]


def test_a_full_disk_is_a_sentence_before_anything_is_written(settings, monkeypatch, tmp_path):
    free = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    adata = made_up()
    adata.X = adata.X.toarray()
    with pytest.raises(StorageFull, match="free some space"):
        write_matrix(check(opened(adata)), tmp_path / "m.h5ad")
    assert not list(tmp_path.iterdir())


def test_stages_are_told_in_order_and_fractions_rise(settings):
    said, fractions = [], []

    class Listening(Progress):
        def stage(self, name, fraction):
            said.append(name)
            fractions.append(fraction)

        def step(self, fraction, **losses):
            fractions.append(fraction)

    adata = made_up()
    adata.X = adata.X.toarray()
    file_id, _ = added(settings, adata)
    intake.check_upload(file_id, (), settings, progress=Listening())
    assert said == ["Opening the file", "Looking for whole counts", "Judging names and columns", "Writing the matrix"]
    assert fractions == sorted(fractions) and 0 <= fractions[0] and fractions[-1] == pytest.approx(1)


def test_knowledge_of_the_species_is_used(settings, monkeypatch):
    from engine.knowledge import Knowledge

    asked = []
    table = gene_table([(name, f"ENSMUSG{k:011d}", "", "", "1", 1, 2, 1) for k, name in enumerate(SYMBOLS)], "mouse")
    monkeypatch.setattr(Knowledge, "gene_table", lambda self, species: asked.append(species) or table)
    monkeypatch.setattr(Knowledge, "orthologs", lambda self, species: {name: name for name in SYMBOLS[:25]})
    adata = made_up()
    adata.var_names = [f"ENSMUSG{k:011d}" for k in range(30)]
    file_id, _ = added(settings, adata)
    intake.check_upload(file_id, ("map-identifiers", "human-orthologs"), settings)
    assert asked == ["mouse"] and list(read(settings, file_id).var_names) == list(SYMBOLS[:25])
    assert Files(settings).report(file_id).guess("species") == "human"


def test_proteins_are_kept_beside_the_genes(tmp_path):
    adata = made_up()
    file = opened(adata)
    file.obsm["protein"] = pd.DataFrame({"CD3": range(40), "CD19": 1}, index=adata.obs_names)
    write_matrix(check(file), tmp_path / "m.h5ad")
    made = anndata.read_h5ad(tmp_path / "m.h5ad")
    pd.testing.assert_frame_equal(made.obsm["protein"], file.obsm["protein"], check_names=False)


def test_many_blocks_make_one_matrix(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.check.scan.BLOCK_VALUES", 30 * 7)
    adata = made_up(n_cells=101)
    adata.layers["counts"] = adata.X.copy()
    write_matrix(check(opened(adata)), tmp_path / "m.h5ad")
    made = anndata.read_h5ad(tmp_path / "m.h5ad")
    assert (made.X != adata.X).nnz == 0 and list(made.obs_names) == list(adata.obs_names)
    assert (anndata.read_h5ad(tmp_path / "m.h5ad", backed="r").X[5:9] != adata.X[5:9]).nnz == 0
