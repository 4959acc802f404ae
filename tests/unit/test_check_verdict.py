"""The check of a file: facts, problems, verdict and preview."""

import json

import numpy as np
import pytest
from anndata import read_h5ad
from scipy import sparse

from engine.check.matrix_file import write_matrix
from engine.check.scan import scan, stream
from engine.check.verdict import check, unreadable
from engine.errors import InvalidFile, JobCancelled
from engine.io.genes import GeneTable
from engine.io.qc import cell_facts
from engine.io.report import FIXES, SEVERITIES, Report
from engine.progress import Progress
from tests.opened import SYMBOLS, gene_table, made_up, opened


def report(adata, **given) -> Report:
    return check(opened(adata), **given).report


def codes(found: Report, severity: str) -> set[str]:
    return {problem.code for problem in found.problems if problem.severity == severity}


def dense(adata, values):
    adata.X = sparse.csr_matrix(np.asarray(values, dtype=np.float32))
    return adata


def test_good_counts_are_ready_and_the_verdict_says_what_they_are():
    found = report(made_up())
    assert found.verdict == "40 cells × 30 genes of human RNA, whole counts. Ready."
    assert found.ready and found.counts == "X" and found.counts_say == "Whole counts in the main matrix (X)"
    assert not codes(found, "error") | codes(found, "warning")


def test_facts_equal_those_of_the_dense_matrix():
    adata = made_up()
    counts = adata.X.toarray()
    counts[3], counts[:, 4], counts[6, 7] = 0, 0, 1234
    found = check(opened(dense(adata, counts)))
    assert found.report.n_values == np.count_nonzero(counts)
    assert found.report.sparsity == pytest.approx(np.mean(counts == 0))
    expected = cell_facts([adata.X], SYMBOLS)
    for name in ("counts", "genes", "mito"):
        np.testing.assert_allclose(getattr(found.cells, name), getattr(expected, name))


@pytest.mark.parametrize("stored", ["csr", "csc", "dense", "integers"])
def test_facts_do_not_depend_on_how_the_matrix_is_stored(stored):
    adata = made_up()
    plain = report(adata)
    adata.X = {"csr": adata.X, "csc": adata.X.tocsc(), "dense": adata.X.toarray(),
               "integers": adata.X.astype(np.int64)}[stored]  # fmt: skip
    assert report(adata).n_values == plain.n_values and report(adata).preview == plain.preview


def test_blocks_are_bounded_by_cells_times_genes():
    class Wide:
        shape = (5000, 100_000)
        asked: list[int] = []

        def rows(self, start, stop):
            self.asked.append(stop - start)
            return sparse.csr_matrix((stop - start, self.shape[1]))

    for _ in stream(Wide()):
        pass
    assert max(Wide.asked) * Wide.shape[1] <= 2e7 and sum(Wide.asked) == 5000


@pytest.mark.parametrize(
    ("change", "severity", "code", "fix"),
    [
        (lambda a: dense(a, np.where(np.arange(1200).reshape(40, 30) == 77, np.nan, a.X.toarray())),
         "error", "missing", "drop-missing"),
        (lambda a: dense(a, np.where(np.arange(1200).reshape(40, 30) == 77, -3, a.X.toarray())),
         "error", "negative", ""),
        (lambda a: dense(a, a.X.toarray() * np.random.default_rng(0).uniform(1, 2, (40, 30))),
         "error", "fractional", ""),
        (lambda a: dense(a, np.log1p(1e4 * a.X.toarray() / a.X.sum(1))), "error", "normalised", "recover-counts"),
        (lambda a: dense(a, a.X.toarray() * (np.arange(40) != 7)[:, None]), "error", "empty-cells", "drop-empty-cells"),
        (lambda a: dense(a, a.X.toarray() * (np.arange(30) != 7)), "note", "empty-genes", "drop-empty-genes"),
        (lambda a: a[:19].copy(), "error", "few-cells", ""),
        (lambda a: a[:, :19].copy(), "error", "few-genes", ""),
        (lambda a: a.T.copy(), "error", "transposed", "transpose"),
        (lambda a: dense(a, 0 * a.X.toarray()), "error", "no-values", ""),
    ],
)  # fmt: skip
def test_what_keeps_a_file_out_is_told_with_its_button(change, severity, code, fix):
    found = report(change(made_up()))
    assert [(p.severity, p.fix) for p in found.problems if p.code == code] == [(severity, fix)]
    assert found.ready is (severity != "error")
    assert ("Not ready: " in found.verdict) is (severity == "error")


@pytest.mark.parametrize(
    ("names", "severity", "code", "fix"),
    [
        (lambda n: [*n[:28], n[0], n[1]], "warning", "duplicate-genes", "sum-duplicates"),
        (lambda n: [f"ENSG{k:011d}.2" for k in range(30)], "warning", "versions", "strip-versions"),
        (lambda n: [f"ENSG{k:011d}" for k in range(30)], "warning", "identifiers", ""),
        (lambda n: [str(7 * k + 5) for k in range(30)], "warning", "identifiers", ""),
        (lambda n: [str(k) for k in range(30)], "error", "no-names", ""),
        (lambda n: [*n[:28], "1-Mar", "2-Sep"], "warning", "spreadsheet-names", ""),
        (lambda n: [*n[:28], "HLA.B", "X7SK"], "note", "r-names", ""),
        (lambda n: [f"GRCh38_{x}" for x in n[:15]] + [f"mm10_{x}" for x in n[15:]], "warning", "two-species", ""),
        (lambda n: [x.capitalize() for x in n], "note", "other-species", ""),
        (lambda n: [f"chr1:{k}00-{k}50" for k in range(1, 31)], "error", "peaks", ""),
    ],
)
def test_what_is_odd_about_names_is_told_with_its_button(names, severity, code, fix):
    adata = made_up()
    adata.var_names = names(list(adata.var_names))
    found = report(adata)
    assert [(p.severity, p.fix) for p in found.problems if p.code == code] == [(severity, fix)]


def test_a_gene_table_tells_how_many_names_are_known():
    adata = made_up()
    adata.var_names = [f"ENSG{k:011d}" for k in range(30)]
    table = gene_table([(f"G{k}", f"ENSG{k:011d}", "", "", "1", 1, 2, 1) for k in range(27)])
    found = next(p for p in report(adata, genes=table).problems if p.code == "identifiers")
    assert found.fix == "map-identifiers" and found.what.startswith("27 genes can be given a symbol. 27 of 30")
    other = gene_table([("NONE", "ENSG99999999999", "", "", "1", 1, 2, 1)])
    assert "unknown-genes" in codes(report(adata, genes=other), "warning")


def test_symbols_that_are_all_approved_need_nothing():
    table = gene_table([(name, "", "", "", "", None, None, None) for name in SYMBOLS])
    assert isinstance(table, GeneTable)
    assert not {"identifiers", "unknown-genes"} & {p.code for p in report(made_up(), genes=table).problems}


def test_duplicate_cells_are_told():
    adata = made_up()
    adata.obs_names = ["a"] * 40
    assert [(p.severity, p.fix) for p in report(adata).problems if p.code == "duplicate-cells"] == [
        ("warning", "unique-cells")]  # fmt: skip


def test_counts_of_one_depth_are_noted_as_corrected():
    rng = np.random.default_rng(0)
    adata = made_up(n_cells=80)
    adata.X = sparse.csr_matrix(rng.multinomial(5000, np.full(30, 1 / 30), size=80).astype(np.float32))
    assert "corrected" in codes(report(adata), "note")
    adata.X = made_up(n_cells=80).X.multiply(rng.integers(1, 9, (80, 1))).tocsr()
    assert "corrected" not in codes(report(adata), "note")
    adata.obs["nCount_SCT"] = np.asarray(adata.X.sum(1)).ravel()
    assert "corrected" in codes(report(adata), "note")


def test_depth_is_proposed_when_only_some_genes_are_there():
    adata = made_up()
    adata.obs["nCount_RNA"] = 5 * np.asarray(adata.X.sum(1)).ravel()
    found = report(adata)
    assert found.guess("depth") == "nCount_RNA" and "part-of-genes" in codes(found, "note")
    assert "gene-subset" in codes(report(made_up()), "note")


def test_a_matrix_above_the_memory_limit_is_kept_out():
    found = report(made_up(), limit_bytes=1000)
    assert codes(found, "error") == {"too-large"} and "GENEWEAVE_MATRIX_GB" in found.problems[0].mend


def test_coordinates_and_proteins_are_told():
    import pandas as pd

    file = opened(made_up())
    file.obsm["spatial"] = np.zeros((40, 2))
    file.obsm["protein"] = pd.DataFrame(np.zeros((40, 3)), index=file.obs.index)
    found = check(file).report
    assert (found.proteins, found.has_coordinates, found.guess("modality")) == (3, True, "spatial")
    assert found.verdict.startswith("40 spots × 30 genes of human RNA in place")


def test_raw_counts_bring_the_genes_of_raw():
    adata = made_up()
    full = adata.copy()
    adata = adata[:, :25].copy()
    adata.X, adata.raw = np.asarray(adata.X.toarray() - 3), full
    found = check(opened(adata))
    assert found.report.counts == "raw" and found.content.genes == list(full.var_names) and not found.as_it_came


def test_the_preview_is_a_corner_that_is_not_empty():
    adata = made_up()
    found = report(adata).preview
    assert found["cells"] == list(adata.obs_names[:8]) and len(found["genes"]) == 8
    places = [SYMBOLS.index(gene) for gene in found["genes"]]
    np.testing.assert_array_equal(found["values"], adata.X.toarray()[:8, places])


def test_a_report_survives_json_and_every_problem_is_whole():
    adata = made_up()
    adata.obs["donor"], adata.obs["x"] = ["a", "b"] * 20, np.nan
    counts = adata.X.toarray()
    counts[0, 0] = np.nan
    found = report(dense(adata, counts))
    assert Report.from_json(found.to_json()) == found
    json.loads(found.to_json(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert all(p.severity in SEVERITIES and p.what and p.where and p.mend and p.fix in {"", *FIXES}
               for p in found.problems)  # fmt: skip


def test_a_file_damaged_in_the_middle_is_said_so():
    file = opened(made_up())

    class Damaged:
        shape = (40, 30)

        def rows(self, start, stop):
            raise OSError("inflate() failed")

    file.matrices["X"] = Damaged()
    with pytest.raises(InvalidFile, match="Cells 1 to 40.*inflate.*copy it again"):
        check(file)


def test_a_check_can_be_stopped_between_blocks():
    class Stop(Progress):
        def check(self):
            raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        check(opened(made_up()), progress=Stop())


def test_an_unreadable_file_has_a_report_with_its_sentence():
    found = unreadable("It is a picture.")
    assert not found.ready and found.problems[0].what == "It is a picture."
    assert Report.from_json(found.to_json()) == found


@pytest.mark.parametrize("shape", [(0, 30), (40, 0), (0, 0)])
def test_a_matrix_without_cells_or_genes_is_kept_out_without_a_fault(shape):
    found = report(made_up()[: shape[0], : shape[1]].copy())
    assert not found.ready and codes(found, "error") >= {"few-cells" if not shape[0] else "few-genes"}


def test_a_scan_names_the_first_cell_of_what_is_wrong():
    values = np.ones((50, 3))
    values[41, 1], values[30, 2], values[20, 0] = 0.5, -1, np.nan
    found = scan(opened(dense(made_up()[:, :3].copy(), values[:40])).matrices["X"], ["a", "b", "c"])
    assert found.first == {"negative": 30, "missing": 20} and not found.whole


def log_screen(adata):
    """Logarithms of cells of which half are perturbed in one of four genes."""
    adata.obs["perturbation"] = [("ctrl", "CD4", "ctrl", "LYZ", "STAT1", "CD14")[i % 6] for i in range(adata.n_obs)]
    return dense(adata, np.log1p(1e4 * adata.X.toarray() / adata.X.sum(1)))


def test_logarithms_of_a_screen_are_ready_for_knockouts_alone_and_stay_as_they_are(tmp_path):
    adata = log_screen(made_up(n_cells=60))
    checked = check(opened(adata))
    assert checked.report.ready and "log-screen" in codes(checked.report, "warning") and not checked.report.counts
    assert checked.report.verdict.endswith("no whole counts. Ready as a screen, for knockouts alone.")
    write_matrix(checked, tmp_path / "matrix.h5ad")
    np.testing.assert_allclose(read_h5ad(tmp_path / "matrix.h5ad").X.toarray(), adata.X.toarray(), rtol=1e-6)
    back = check(opened(adata), fixes=("recover-counts",)).report
    assert back.ready and back.counts and "log-screen" not in codes(back, "warning")


def test_logarithms_without_perturbations_or_too_large_to_be_some_are_not_let_through():
    plain = made_up(n_cells=60)
    assert not report(dense(plain, np.log1p(1e4 * plain.X.toarray() / plain.X.sum(1)))).ready
    large = log_screen(made_up(n_cells=60))
    assert "fractional" in codes(report(dense(large, 10 * large.X.toarray())), "error")


def test_a_mended_table_of_effects_keeps_its_fractions(tmp_path):
    rng = np.random.default_rng(0)
    adata = made_up(n_cells=25)
    adata.obs_names = list(SYMBOLS[:25])
    adata = dense(adata, rng.normal(size=(25, 30)))
    adata.var_names = [*SYMBOLS[:-1], SYMBOLS[0]]
    checked = check(opened(adata), fixes=("sum-duplicates",))
    assert checked.report.guess("modality") == "effects" and checked.report.ready
    write_matrix(checked, tmp_path / "matrix.h5ad")
    kept = read_h5ad(tmp_path / "matrix.h5ad").X.toarray()
    assert (kept != np.round(kept)).mean() > 0.9
