"""Uploads in a real browser: resume after a pause, a reload, a dead server; folders, refusals, the list."""

from __future__ import annotations

import numpy as np
import psutil
import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect  # noqa: E402

from engine.io.report import Report  # noqa: E402

REPORT = Report(format="h5ad", n_cells=9, n_genes=9, n_values=9, counts="X", counts_say="Whole counts.",
                identifiers="symbol", verdict="Ready.", ready=True)
MINUTE = 60_000
SLOW, FAST = 6_000_000, -1  # bytes a second


@pytest.fixture
def data(page):
    """The Data page, and a hand on the speed of its connection."""
    return open_data(page)


@pytest.fixture
def forgiving(browser, stack):
    """The same in a browser whose console may tell that the server was away."""
    context = browser.new_context(base_url=stack.url)
    yield open_data(context.new_page())
    context.close()


def open_data(page):
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    page.at_speed = lambda speed: network.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed})
    page.goto("/data")
    expect(page.locator("#upload-input-files")).to_be_attached(timeout=MINUTE)
    return page


@pytest.fixture
def large(tmp_path):
    """A file of 20 MB that no check can read; its content tells whether all of it came."""
    path = tmp_path / f"cells-{tmp_path.name[-12:]}.h5ad"
    path.write_bytes(np.random.default_rng(len(tmp_path.name)).bytes(20_000_000))
    return path


def begin(data, path) -> None:
    """Send a file slowly, until a part of it is there."""
    data.at_speed(SLOW)
    data.set_input_files("#upload-input-files", path)
    data.wait_for_function("document.querySelector('.up-row progress')?.value > 2e6")


def arrived(data, stack, path) -> bytes:
    """What is on the server once the file is in the list."""
    data.at_speed(FAST)
    expect(data.locator("#data-files").get_by_role("link", name=path.name)).to_be_visible(timeout=MINUTE)
    expect(data.locator(".up-row")).to_have_count(0)
    [file] = [file for file in stack.services.files.list() if file.name == path.name]
    return stack.services.files.original(file.id).read_bytes()


def choose_again(data, path) -> None:
    with data.expect_file_chooser() as chooser:
        data.locator(".up-row").get_by_role("button", name="Choose it again").click()
    chooser.value.set_files(path)


def test_a_file_is_paused_and_resumed_and_comes_whole(data, stack, large):
    begin(data, large)
    row = data.locator(".up-row")
    expect(row.locator(".up-facts")).to_contain_text("of 20 MB")
    expect(row.locator(".up-facts")).to_contain_text("left")
    row.get_by_role("button", name="Pause").click()
    expect(row.locator(".up-note")).to_have_text("Paused")
    row.get_by_role("button", name="Resume").click()
    assert arrived(data, stack, large) == large.read_bytes()
    expect(data.locator("#upload-live")).to_contain_text("has arrived")


def test_an_upload_goes_on_while_another_page_is_open(data, stack, large):
    begin(data, large)
    data.get_by_role("link", name="Jobs", exact=True).first.click()
    expect(data.get_by_role("heading", level=1)).to_have_text("Jobs")
    data.get_by_role("link", name="Data", exact=True).click()
    expect(data.locator(".up-row")).to_contain_text("of 20 MB")
    assert arrived(data, stack, large) == large.read_bytes()


def test_after_a_reload_the_same_file_goes_on_where_it_was(data, stack, large):
    begin(data, large)
    data.reload()
    row = data.locator(".up-row")
    expect(row).to_contain_text("Choose the same file again to go on")
    sent = []
    data.on("request", lambda request: sent.append(request) if request.method in ("POST", "PATCH") else None)
    large.with_name("other.h5ad").write_bytes(b"another")
    choose_again(data, large.with_name("other.h5ad"))
    expect(data.locator("#upload-refused")).to_contain_text("name, size or date differs")
    choose_again(data, large)
    assert arrived(data, stack, large) == large.read_bytes()
    uploads = [request for request in sent if "/api/uploads" in request.url]
    assert {request.method for request in uploads} == {"PATCH"}
    assert int(uploads[0].headers["upload-offset"]) > 0


def test_a_server_that_dies_half_way_costs_a_moment_and_no_byte(forgiving, stack, large):
    begin(forgiving, large)
    port = f":{stack.url.rsplit(':', 1)[1]}"
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if any("gunicorn" in word for word in line) and any(word.endswith(port) for word in line):
            process.kill()
    expect(forgiving.locator(".up-note")).to_contain_text("trying again", timeout=MINUTE)
    assert arrived(forgiving, stack, large) == large.read_bytes()


def test_a_cancelled_upload_asks_and_leaves_nothing(data, stack, large):
    begin(data, large)
    row = data.locator(".up-row")
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_contain_text("What has come so far is thrown away")
    row.get_by_role("button", name="Keep").click()
    row.get_by_role("button", name="Cancel").click()
    with data.expect_response(lambda answer: answer.request.method == "DELETE" and answer.status == 204):
        row.get_by_role("button", name="Throw away").click()
    expect(row).to_have_count(0)
    data.reload()
    expect(data.locator("#upload-input-files")).to_be_attached()
    expect(row).to_have_count(0)


def test_a_folder_comes_with_its_tree_and_without_the_junk_of_its_disk(data, stack, tmp_path):
    top = tmp_path / "sample-of-a-donor"
    for path in ("outs/matrix.mtx.gz", "outs/barcodes.tsv.gz", "outs/features.tsv.gz", ".DS_Store"):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(path)
    data.set_input_files("#upload-input-folder", top)
    expect(data.get_by_role("link", name=top.name)).to_be_visible(timeout=MINUTE)
    [file] = [file for file in stack.services.files.list() if file.name == top.name]
    tree = stack.services.files.original(file.id)
    kept = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    assert kept == {"outs/matrix.mtx.gz", "outs/barcodes.tsv.gz", "outs/features.tsv.gz"}
    assert (tree / "outs/matrix.mtx.gz").read_text() == "outs/matrix.mtx.gz"


DROP = """(names) => {
  const transfer = new DataTransfer();
  names.forEach((name) => transfer.items.add(new File(['content of ' + name], name)));
  const zone = document.getElementById('upload-zone');
  zone.dispatchEvent(new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  const over = zone.hasAttribute('data-over');
  zone.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  return over;
}"""


def test_a_matrix_dropped_with_its_barcodes_and_features_is_one_folder(data, stack):
    assert data.evaluate(DROP, [f"GSM7_{part}" for part in ("matrix.mtx", "barcodes.tsv", "features.tsv")])
    expect(data.get_by_role("link", name="GSM7", exact=True)).to_be_visible(timeout=MINUTE)
    [file] = [file for file in stack.services.files.list() if file.name == "GSM7"]
    found = {path.name: path.read_text() for path in stack.services.files.original(file.id).iterdir()}
    assert found["matrix.mtx"] == "content of GSM7_matrix.mtx" and len(found) == 3


REFUSED = {"empty.csv": "is empty (0 bytes)", "object.rds": "an R object", "reads.fastq.gz": "count them first",
           "matrix.mtx": "only one of three", "notes.foo": "none of the formats"}  # fmt: skip


def test_files_that_cannot_be_used_are_refused_before_anything_is_sent(data, tmp_path):
    sent = []
    data.on("request", lambda request: sent.append(request.url) if "/api/uploads" in request.url else None)
    for name in REFUSED:
        (tmp_path / name).write_bytes(b"" if name == "empty.csv" else b"some")
    data.set_input_files("#upload-input-files", [tmp_path / name for name in REFUSED])
    for name, said in REFUSED.items():
        expect(data.locator("#upload-refused > *", has_text=name)).to_contain_text(said)
    assert sent == []


def test_a_file_larger_than_the_quota_is_refused_before_anything_is_sent(data, tmp_path):
    data.evaluate("geneweaveUpload.limits.one = 100")
    (tmp_path / "big.csv").write_bytes(b"x" * 1500)
    data.set_input_files("#upload-input-files", tmp_path / "big.csv")
    expect(data.locator("#upload-refused")).to_contain_text("has 1.5 KB, and a file may have up to 100 bytes")


def test_a_file_is_renamed_and_deleted_from_the_list(data, stack, tmp_path):
    (tmp_path / "table.csv").write_text("gene,cell\nCD74,1\n")
    data.set_input_files("#upload-input-files", tmp_path / "table.csv")
    data.get_by_role("button", name="Rename table.csv").click(timeout=MINUTE)
    data.get_by_label("Name", exact=True).fill("Table of a donor")
    data.get_by_role("button", name="Save").click()
    expect(data.get_by_role("link", name="Table of a donor")).to_be_visible()
    data.get_by_role("button", name="Delete Table of a donor").click()
    expect(data.get_by_role("dialog")).to_contain_text("No study uses it")
    data.get_by_role("button", name="Delete", exact=True).click()
    expect(data.get_by_role("link", name="Table of a donor")).to_have_count(0)
    assert "Table of a donor" not in {file.name for file in stack.services.files.list()}


def test_ticked_files_stay_ticked_when_the_list_is_drawn_again_and_lead_to_a_study(data, stack, tmp_path):
    for name in ("one.h5ad", "two.h5ad"):
        (tmp_path / name).write_bytes(b"made up")
        file = stack.services.files.add(name, tmp_path / name)
        stack.services.files.write_report(file.id, REPORT)
    data.get_by_role("checkbox", name="Choose one.h5ad for a study").check()
    stack.services.files.rename(file.id, "second.h5ad")
    data.get_by_role("checkbox", name="Choose second.h5ad for a study").check()
    link = data.get_by_role("link", name="Make a study of 2 selected files")
    ids = [file.id for file in stack.services.files.list() if file.name in ("one.h5ad", "second.h5ad")]
    expect(link).to_have_attribute("href", f"/studies/new?files={','.join(ids)}")
