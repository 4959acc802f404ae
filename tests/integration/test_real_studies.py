"""Three real studies from what a person brings to the map: blood across modalities, breast tissue, COVID blood."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import pipeline
from engine.files import Files
from engine.intake import check_upload
from engine.library import Library
from engine.params import EmbedParams, NetworkParams, TrainParams
from engine.settings import Settings
from engine.store import Store
from engine.studies.faults import faults
from engine.studies.plan import Brought, Choices, plan_study
from engine.types import GeneEmbedding, GeneGraph, Study
from tests.shared_data import shared

SMALL = EmbedParams(network=NetworkParams(n_genes=150, feature_cells=500), training=TrainParams(epochs=3))


class Desk:
    """A home on which files are brought, checked, and made into a study and its map."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings.from_environment({"GENEWEAVE_HOME": str(home)})
        self.files, self.store = Files(self.settings), Store(self.settings)

    def bring(self, path: str) -> Brought:
        """A copy of a shared file, taken in and checked."""
        original = shared(f"data/{path}")
        copy = self.settings.folder("incoming") / original.name
        shutil.copyfile(original, copy)
        file = self.files.add(original.name, copy)
        check_upload(file.id, (), self.settings)
        report = self.files.report(file.id)
        assert report.ready, report.verdict
        return Brought(str(self.files.matrix(file.id)), file.name, report)

    def study(self, title: str, files: list[tuple[Brought, Choices]]) -> Study:
        """The study as the form would save it, read back."""
        plan = plan_study(title, files)
        assert not [fault.text for fault in faults(plan) if fault.stops]
        Library(self.settings).save(plan.study("mine"))
        return Library(self.settings).study("mine")

    def networks(self, study: Study, params: NetworkParams) -> dict[str, GeneGraph]:
        """The networks by the first word of their dataset's name."""
        names = pipeline.networks(study, params, store=self.store)
        found = [pipeline.load_graph(name, store=self.store) for name in names]
        return {graph.name.split(" ")[0]: graph for graph in found}

    def embed(self, study: Study, *, n_genes: int = SMALL.network.n_genes) -> GeneEmbedding:
        params = replace(SMALL, network=replace(SMALL.network, n_genes=n_genes))
        return pipeline.load_embedding(pipeline.embed(study, params, store=self.store), store=self.store)


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


def partners(graph: GeneGraph, gene: str) -> set[str]:
    """The ten genes whose co-expression with `gene` is the most certain."""
    at = int(np.flatnonzero(graph.genes == gene)[0])
    statistic = graph.adata.obsp["statistic"][at].toarray().ravel()
    return set(graph.genes[np.argsort(-statistic)[:10]])


def test_covid_and_healthy_blood_split_by_donor(desk):
    combat = desk.bring("covid/combat_pbmc_covid_4donors.h5ad")
    study = desk.study("COVID blood", [(combat, Choices(tissue="blood", split="donor"))])
    conditions = {source.values[0]: source.condition for source in study.datasets}
    assert len(conditions) == 4 and conditions["H00049"] == conditions["H00053"] != conditions["S00016"]
    assert conditions["S00016"] == conditions["S00040"] and study.roles.condition == "condition"
    graphs = desk.networks(study, NetworkParams(n_genes=400))
    assert [graph.facts["n_cells"] for graph in graphs.values()] == [800, 800, 707, 684]
    assert partners(graphs["H00049"], "CD79A") >= {"MS4A1", "CD79B", "BANK1"}
    assert partners(graphs["S00016"], "IFI6") >= {"IFI27", "IFITM3"} and partners(graphs["S00040"], "NKG7") >= {"GNLY"}
    embedding = desk.embed(study)
    assert set(embedding.datasets) == {source.name for source in study.datasets} and embedding.obs["common"].any()


def test_blood_across_rna_chromatin_and_proteins(desk):
    cite = desk.bring("multimodal/cite/pbmc5k_protein_200cells.h5ad")
    study = desk.study("Blood", [
        (desk.bring("multimodal/rna/hao_pbmc_1k.h5ad"), Choices(tissue="blood")),
        (desk.bring("multimodal/rna/kang_pbmc_ctrl_stim.h5ad"), Choices(tissue="blood", split="batch")),
        (desk.bring("multimodal/atac/granja_bmmc_gene_activity.h5ad"), Choices(tissue="bone marrow")),
        (cite, Choices(tissue="blood")),
        (cite, Choices(tissue="blood", modality="protein", counts="obsm/protein")),
    ])  # fmt: skip
    assert [source.modality for source in study.datasets] == ["rna", "rna", "rna", "atac", "rna", "protein"]
    embedding = desk.embed(study, n_genes=400)
    assert set(embedding.obs["modality"]) == {"rna", "atac", "protein"}
    genes = {name: set(rows["gene"]) for name, rows in embedding.obs.groupby("modality", observed=True)}
    assert genes["rna"] & genes["atac"] and genes["rna"] & genes["protein"] and "CD19" in genes["protein"]


def test_breast_tissue_in_place_normal_and_cancer(desk):
    study = desk.study("Breast", [
        (desk.bring("multimodal/spatial/visium_human_breast_normal.h5ad"), Choices()),
        (desk.bring("multimodal/spatial/st_human_breast_cancer_4layers.h5ad"),
         Choices(tissue="breast", condition="cancer", split="layer")),
    ])  # fmt: skip
    assert {source.modality for source in study.datasets} == {"spatial"} and len(study.datasets) == 5
    assert {source.tissue for source in study.datasets} == {"breast"}
    layer = desk.networks(study, SMALL.network)["L2"]
    assert partners(layer, "COL1A1") & {"COL1A2", "COL3A1", "SPARC", "FN1", "COL5A1", "COL6A3"}
    embedding = desk.embed(study)
    assert set(embedding.obs["condition"]) == {"normal", "cancer"}
