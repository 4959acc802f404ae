"""A library of a few made-up genes, networks and gene sets, and a store, for tests of what is known of genes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from engine.knowledge import Knowledge
from engine.params.perturbations import KnockoutParams
from engine.settings import Settings
from engine.store import Store
from engine.types import META
from engine.types.perturbations import Screen
from tests.small_library import entry, library_of

GENES = [f"G{i:02d}" for i in range(24)]
RING = "source\ttarget\tinteraction\n" + "".join(f"{a}\t{b}\t1\n" for a, b in zip(GENES, GENES[1:] + GENES[:1],
                                                                             strict=True))  # fmt: skip
SETS = "".join(f"SET{k}\tabout\t" + "\t".join(GENES[k * 4 : k * 4 + 6]) + "\n" for k in range(5))
SUMMARY = "Gene_ID\tsymbol\tGene_summary\n" + "".join(
    f"{i}\t{gene}\tThis gene encodes a {('factor of transcription', 'kinase of the membrane')[i % 2]} of kind {i}.\n"
    for i, gene in enumerate(GENES)
)
TABLE = "ensgene\tentrez\tsymbol\tchr\tstart\tend\tstrand\tbiotype\n" + "".join(
    f"ENSG{i:011d}\t{i}\t{gene}\t{1 + i % 2}\t{1000 * i + 1}\t{1000 * i + 100 * (i + 1)}\t1\t"
    f"{'lncRNA' if i % 6 == 5 else 'protein_coding'}\n" for i, gene in enumerate(GENES)
)  # fmt: skip
MOUSE = "symbol\thuman_symbol\tsupport_n\n" + "".join(f"{gene.lower()}\t{gene}\t9\n" for gene in GENES[:20])
FILES = {
    "omnipath": ("signalling", "edges:source:target:interaction", RING), "hallmark": ("gene sets", "gmt", SETS),
    "go-processes": ("gene sets", "gmt", SETS.replace("SET", "GO")),
    "gene-summaries": ("genes", "summaries", SUMMARY), "genes-grch38": ("genes", "annotables:GRCh38", TABLE),
    "orthologs-mouse": ("orthologs", "babelgene", MOUSE),
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """A library and a store on one empty home."""

    knowledge: Knowledge
    store: Store
    params: KnockoutParams = KnockoutParams()


def world_of(monkeypatch, folder: Path, *names: str) -> World:
    """A library that knows `FILES` and has those of `names` here; all of them when none is named."""
    entries = [entry(text.encode(), name=name, kind=kind, reader=reader, mirror=name,
                     species="mouse" if name == "orthologs-mouse" else "human")
               for name, (kind, reader, text) in FILES.items()]  # fmt: skip
    knowledge = library_of(monkeypatch, folder, *entries)
    for name in names or FILES:
        (folder / "mirror" / name).write_text(FILES[name][2])
        knowledge.fetch(name)
    return World(knowledge, Store(Settings.from_environment({"GENEWEAVE_HOME": str(folder / "home")})))


def screen_of(changes: np.ndarray, targets: list[str], genes: list[str], *, study: str = "s", content: str = "",
              kind: str = "knockout", species: str = "human", control: np.ndarray | None = None) -> Screen:  # fmt: skip
    """A screen of these changes, float32 (n_targets, n_genes)."""
    obs = pd.DataFrame({"n_targets": [1 + name.count("+") for name in targets]}, index=targets)
    adata = AnnData(changes.astype(np.float32), obs=obs, var=pd.DataFrame(index=genes))
    if control is not None:
        adata.varm["control"] = control.astype(np.float32)
    facts = {"study": study, "kind": kind, "species": species, "sources": {"d": {"content": content}}}
    adata.uns[META] = json.dumps(facts)
    return Screen(adata)
