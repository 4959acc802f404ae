"""The check on real files, against what their manifests say of them."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from engine.intake import inspect
from engine.settings import Settings
from tests.shared_data import shared

LOST, BACK = "", "back"  # no counts; counts that can be had back
ROLES = ("condition", "control", "batch", "cell_type", "perturbation", "depth", "tissue")

# file: cells, genes, modality, species, counts, codes of errors, roles in the order of ROLES, "-" for none
EXPECTED = {
    "data/covid/combat_pbmc_covid_4donors.h5ad": (2991, 25456, "rna", "human", "X", "", "condition control donor"),
    "data/multimodal/atac/granja_bmmc_gene_activity.h5ad":
        (14125, 4812, "atac", "human", "X", "", "- - Group BioClassification - TotalReads"),
    "data/multimodal/atac/granja_bmmc_scatac_10kpeaks.h5ad":
        (14125, 10000, "atac", "human", "X", "peaks", "- - Group BioClassification - TotalReads"),
    "data/multimodal/atac/liger_bmmc_mini_atac.h5ad": (340, 197, "atac", "human", "X", "", ""),
    "data/multimodal/atac/liger_bmmc_mini_rna.h5ad": (340, 172, "rna", "human", "X", "", ""),
    "data/multimodal/atac/pbmc_scatac_gene_activity_mini.h5ad":
        (100, 500, "atac", "human", "X", "", "- - - seurat_clusters - fragments"),
    "data/multimodal/cite/pbmc5k_protein_200cells.h5ad": (200, 16581, "rna", "human", "X", "", ""),
    "data/multimodal/rna/hao_pbmc_1k.h5ad": (1000, 33538, "rna", "human", "X", "", "- - lane"),
    "data/multimodal/rna/human_liver_bcells.h5ad":
        (146, 33452, "rna", "human", "layers/counts_recovered", "", "- - donor_id cell_type - - caudate_lobe_of_liver"),
    "data/multimodal/rna/kang_pbmc_ctrl_stim.h5ad": (2000, 9015, "rna", "human", "X", "", "batch ctrl"),
    "data/multimodal/rna/pbmc68k_reduced.h5ad":
        (700, 765, "rna", "human", "layers/counts", "", "- - - bulk_labels - n_counts"),
    "data/multimodal/rna/sc_mixology_celseq2_dropseq.h5ad":
        (499, 28258, "rna", "human", "X", "", "- - batch cell_line"),
    "data/multimodal/rna/zhou_cortex_opc.h5ad": (1206, 500, "rna", "human", "X", "", "- - Sample cell_type - n_counts"),
    "data/multimodal/spatial/st_human_breast_cancer_4layers.h5ad":
        (1031, 13360, "spatial", "human", "X", "", "- - layer"),
    "data/multimodal/spatial/st_human_pancreas_pdac.h5ad": (428, 25753, "spatial", "human", "X", "", ""),
    "data/multimodal/spatial/st_mouse_olfactory_bulb.h5ad": (262, 15928, "spatial", "mouse", "X", "", ""),
    "data/multimodal/spatial/visium_human_breast_normal.h5ad":
        (2504, 36503, "spatial", "human", "X", "", "disease normal - cell_type - - breast"),
    "data/perturb/norman19_mcfaline23_devel.h5ad":
        (5961, 500, "rna", "human", BACK, "", "- control dataset cell_type perturbation"),
    "data/perturb/trem2_ko_mouse_microglia.h5ad":
        (1370, 7850, "rna", "mouse", "X", "", "condition control - - condition"),
    "data/reference/sctransform_pbmc_input.h5ad": (283, 914, "rna", "human", "X", "", ""),
    "data/reference/spark_bc_layer2_input.h5ad": (251, 14789, "spatial", "human", "X", "", ""),
    "data/reference/spatialde/mob_rep11_counts.h5ad": (260, 16218, "spatial", "mouse", "X", "", ""),
    "data/truth/beeline/hESC/ExpressionData.csv": (758, 49, "rna", "human", LOST, "fractional", ""),
    "data/truth/beeline/mDC_TFs500/BL--ExpressionData.csv.gz": (383, 821, "rna", "human", LOST, "fractional", ""),
    "data/truth/beeline/curated_GSD/ExpressionData.csv":
        (2000, 19, "rna", "human", LOST, "few-genes fractional", ""),
    "data/truth/scrapid_k562/K562_CELseq_RBP_RNA500_raw.csv.gz": (239, 647, "rna", "human", "X", "", ""),
    "data/truth/scrapid_k562/K562_Smartseq3_RBP_RNA500_raw.csv.gz": (231, 650, "rna", "human", "X", "", ""),
    "data2/covid/gse147507/GSE147507_RawReadCounts_Human.tsv.gz": (78, 21797, "rna", "human", "X", "", ""),
    "data2/multimodal/batch/baron_pancreas_human_mouse_350.h5ad":
        (350, 12474, "rna", "human", "X", "", "- - Sample Group"),
    "data2/multimodal/batch/pancreas_wang_501.h5ad":
        (501, 219, "rna", "human", BACK, "normalised", "- - - cell_type"),
    "data2/multimodal/batch/pancreas_xin_674.h5ad":
        (674, 980, "rna", "human", BACK, "normalised", "- - - cell_type"),
    "data2/multimodal/batch/pbmc_seqwell_244.h5ad":
        (244, 6713, "rna", "human", BACK, "normalised", "- - - cell_type_from_name"),
    "data2/multimodal/batch/pbmc_tenx_250.h5ad": (250, 32738, "rna", "human", "X", "", ""),
    "data2/multimodal/batch/symphony_pbmc_3tech.h5ad":
        (1200, 1767, "rna", "human", BACK, "normalised", "- - donor cell_type"),
    "data2/multimodal/rna/hnscc_tumour_180.h5ad":
        (180, 7943, "rna", "human", LOST, "fractional", "- - - celltypes"),
    "data2/multimodal/rna/pbmc3k_400hvg.h5ad": (2700, 400, "rna", "human", "X", "", "- - - seurat_annotations"),
    "data2/multimodal/rna/zilionis_lung_300.h5ad":
        (300, 20388, "rna", "human", BACK, "normalised", "- - Patient cell_type"),
    "data2/multimodal/spatial/visium_human_dlpfc_151510.h5ad":
        (4634, 500, "spatial", "human", "X", "", "- - - annotation"),
    "data2/perturb/alector_macrophage/CRISPRi_lfc.h5ad": (205, 12541, "effects", "human", LOST, "", ""),
    "data2/perturb/gasperini_highmoi_sceptre.h5ad":
        (40002, 366, "rna", "human", "X", "", "- - batch - - gene_n_umis"),
    "data2/perturb/gsfa_luhmes/luhmes_mast_lfc.h5ad": (15, 6000, "effects", "human", LOST, "", ""),
    "data2/perturb/scmageck_mcf10a_cropseq.h5ad":
        (6229, 28, "rna", "human", BACK, "empty-cells", "- - - res.1 geneID"),
    "data2/perturb/scperturb_jurkat_cropseq.h5ad":
        (7500, 2000, "rna", "human", "X", "", "perturbation_2 unstimulated sample celltype target ncounts cell_line"),
    "data2/reference/cscore/microglia_500genes_counts.h5ad":
        (3641, 500, "rna", "human", "X", "", "- - - - - seq_depth"),
}  # fmt: skip


def look(path: str, fixes: tuple[str, ...] = ()):
    """The report of a shared file."""
    with tempfile.TemporaryDirectory() as home:
        return inspect(Path(shared(path)), fixes=fixes, settings=replace(Settings.from_environment(), home=home))


@pytest.mark.parametrize("path", EXPECTED)
def test_the_verdict_is_what_the_manifest_says(path):
    n_cells, n_genes, modality, species, counts, errors, roles = EXPECTED[path]
    report = look(path)
    assert (report.n_cells, report.n_genes) == (n_cells, n_genes)
    assert (report.guess("modality"), report.guess("species")) == (modality, species)
    assert (BACK if "can be had back" in report.counts_say and not report.counts else report.counts) == counts
    assert sorted(p.code for p in report.problems if p.severity == "error") == errors.split()
    assert report.ready is not bool(errors)
    assert any(p.code == "corrected" for p in report.problems) is ("visium_human_breast" in path)
    named = dict.fromkeys(ROLES, "") | dict(zip(ROLES, roles.split(), strict=False))
    assert {role: report.guess(role).replace(" ", "_") or "-" for role in ROLES} == {
        role: value or "-" for role, value in named.items()}  # fmt: skip


@pytest.mark.parametrize("path", [path for path, row in EXPECTED.items() if row[4] == BACK])
def test_counts_that_can_be_had_back_make_the_file_ready(path):
    few, empty = EXPECTED[path][1] < 20, "empty-cells" in EXPECTED[path][5]
    report = look(path, ("recover-counts", *(["drop-empty-cells"] if empty else [])))
    assert report.ready is not few and report.counts and report.counts_say.startswith("Whole counts, had back")
