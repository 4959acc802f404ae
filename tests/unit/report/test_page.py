"""The page of a report: whole in itself, well-formed, escaped, and readable whatever is missing."""

import json
import re
import time

import numpy as np
import pytest

from engine.errors import InvalidFile
from engine.report import page, report_html, report_of
from engine.types import ARMS, META
from tests.app.made_up_contrast import made_up


def with_facts(contrast, **changes):
    contrast.adata.uns[META] = json.dumps(contrast.facts | changes)
    return type(contrast)(contrast.adata)


def test_a_page_is_well_formed_and_asks_for_nothing_from_elsewhere(contrast, enrichment, regulators, read):
    text = report_html(contrast, enrichment=enrichment, regulators=regulators)
    found = read(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in found.elements}
    assert "@import" not in text and not re.search(r"url\((?!#)", text)
    for tag, given in found.elements:
        assert not any(name.startswith("on") or name == "src" for name in given)
        for name in ("href", "xlink:href"):
            if given.get(name, "#").startswith("#"):
                assert given.get(name, "#")[1:] in found.ids | {""}
            else:
                inside = tag == "image" and given[name].startswith("data:image/png;base64,")  # colour bars
                assert inside or (tag == "a" and given[name].startswith("https://"))


def test_every_figure_has_a_title_and_a_description_for_those_who_cannot_see_it(contrast, enrichment, regulators, read):
    found = read(report_html(contrast, enrichment=enrichment, regulators=regulators))
    drawings = found.all("svg")
    assert len(drawings) == 6 + 6  # one a gene; volcano, maps, modules, composition, enrichment, regulators
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert set(drawing["aria-labelledby"].split()) <= found.ids
    assert len(found.all("title")) == len(found.all("desc")) + 1 == 13


def test_figures_keep_their_text_as_text_in_the_ink_of_the_page(contrast, read):
    text = report_html(contrast)
    assert re.search(r"<text[^>]*>GENE\d+</text>", text)
    assert "#15191e" not in text[text.index("<body") :] and "currentColor" in text


def test_what_comes_from_data_is_escaped(contrast, read):
    bad = "<script>alert('$x$ & \x07')</script>"
    contrast.adata.obs_names = [bad, *contrast.adata.obs_names[1:]]
    facts = contrast.facts
    composition = [row | {"cell_type": bad} for row in facts["composition"]]
    changed = with_facts(contrast, title=bad, case=bad, composition=composition, warnings=[bad], verdict=[bad])
    text = page(report_of(changed, citation=bad, enriched=bad))
    found = read(text)
    assert not found.all("script") and "<script" not in text and "\x07" not in text
    assert "<script>alert('$x$ & ')</script>" in found.text


def test_a_warning_stands_at_the_top_and_under_every_figure(read):
    contrast = made_up(cells_only=True)
    text = report_html(contrast)
    captions = re.findall(r"<figcaption>.*?</figcaption>|<p class=\"caption\">.*?</p>", text, flags=re.S)
    own = [caption for caption in captions if " and its partners" not in caption]
    assert len(own) == 5 and all("Cells permuted, not donors" in caption for caption in own)
    assert contrast.facts["warnings"][0] in text and '<p class="warning">' in text
    assert "blocks of cells" in read(text).text


def test_numbers_have_thin_separators_and_small_p_are_short(contrast, enrichment, read):
    contrast = with_facts(contrast, design=contrast.facts["design"] | {"cells_case": 12345})
    words = read(report_html(contrast, enrichment=enrichment)).text
    assert "12\u202f345" in words and "1.0e-6" in words and "∞" in words
    assert "1,000" not in words


def test_a_report_without_a_significant_gene_says_so_and_rings_none(contrast, read):
    for arm in ARMS:
        contrast.adata.obs[f"{arm}_fdr"] = 0.9
    words = read(report_html(contrast)).text
    assert "No gene changed its partners below 5\u202f% FDR" in words
    assert "none is ringed" in words and "not a finding" in words


def test_a_report_says_what_was_not_done(read):
    contrast = made_up(placed=False)
    for arm in ARMS:
        contrast.adata.obs[[arm, f"{arm}_p", f"{arm}_fdr"]] = np.nan
    words = read(report_html(with_facts(contrast, composition=[], modules=[]))).text
    for sentence in ("not tested, so there is no ranking", "no ranking to take genes from", "so there are no maps",
                     "form no modules", "composition was not tested", "Not done in this comparison"):  # fmt: skip
        assert sentence in words
    assert "nan" not in words.split() and "None" not in words


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_that_was_not_done_is_left_out_of_tables(contrast, arm, read):
    contrast.adata.obs[[arm, f"{arm}_p", f"{arm}_fdr"]] = np.nan
    assert "Not done in this comparison: change of" in read(report_html(contrast)).text


def test_regulators_without_signs_are_ranked_by_overlap_alone(contrast, regulators, read):
    words = read(report_html(contrast, regulators=regulators.assign(z=np.nan))).text
    assert "activities cannot be predicted" in words and "STAT1" in words


def test_empty_tables_of_explanations_say_so(contrast, enrichment, regulators, read):
    words = read(report_html(contrast, enrichment=enrichment[:0], regulators=regulators[:0])).text
    assert "No term could be tested" in words and "No regulator had enough targets" in words


def test_a_table_that_lacks_a_column_is_refused_in_a_sentence(contrast, enrichment):
    with pytest.raises(InvalidFile, match="lacks the columns fdr, genes. Expected term.*found term"):
        report_html(contrast, enrichment=enrichment.drop(columns=["fdr", "genes"]))


def test_two_runs_give_the_same_page(contrast, enrichment, regulators):
    pages = {report_html(contrast, enrichment=enrichment, regulators=regulators) for _ in range(2)}
    assert len(pages) == 1


def test_a_page_of_a_thousand_genes_takes_less_than_five_seconds():
    contrast = made_up(n_genes=1000)
    start = time.process_time()
    report_html(contrast)
    assert time.process_time() - start < 5


def test_a_table_of_p_repeats_that_cells_stood_for_donors_and_no_p_is_0():
    found = made_up(n_genes=26, cells_only=True)
    found.table["expression_p"] = found.table["expression_fdr"] = 0.0
    text = report_html(found, gene_pages=2)
    tables = re.findall(r"<caption>.*?</caption>", text)
    with_p = [caption for caption in tables if "by p." in caption]
    assert len(with_p) >= 3 and all("Cells stood for donors in this comparison" in caption for caption in with_p)
    assert "&lt; 1e-300</td>" in text
    assert "Cells stood for donors in this comparison" not in report_html(made_up(n_genes=26), gene_pages=2)
