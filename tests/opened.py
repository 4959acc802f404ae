"""Files as their readers find them, made from AnnData or by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from engine.io.genes import GeneTable
from engine.io.matrix import InMemory, Opened

SYMBOLS = ("ACTB", "GAPDH", "MT-CO1", "CD3E", "CD19", "LYZ", "NKG7", "PPBP", "HLA-A", "RPL13A", "STAT1", "ISG15",
           "IFI6", "MX1", "CD14", "CD8A", "CD4", "FOXP3", "MS4A1", "GNLY", "CST3", "FCER1A", "KLRB1", "IL7R",
           "S100A8", "S100A9", "TYROBP", "B2M", "MALAT1", "TMSB4X")  # fmt: skip


def made_up(*, n_cells: int = 40, genes: tuple[str, ...] = SYMBOLS, seed: int = 0, rate: float = 20.0) -> AnnData:
    """Poisson counts, float32 CSR, with a unit count in every cell."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(1.0, rate, len(genes)), (n_cells, len(genes))).astype(np.float32)
    counts[:, 0] = 1
    cells = [f"{''.join(rng.choice(list('ACGT'), 12))}-{k}" for k in range(n_cells)]
    return AnnData(sparse.csr_matrix(counts), obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=list(genes)))


def opened(adata: AnnData) -> Opened:
    """The file that a reader would find behind an AnnData."""
    matrices = {"X": InMemory(adata.X)}
    if adata.raw is not None:
        matrices["raw"] = InMemory(adata.raw.X)
    matrices |= {f"layers/{name}": InMemory(values) for name, values in adata.layers.items()}
    obsm = {name: adata.obsm[name] for name in ("spatial", "protein") if name in adata.obsm}
    return Opened("made up", adata.obs, adata.var, matrices, adata.raw.var if adata.raw is not None else None, obsm)


def gene_table(rows: list[tuple], species: str = "human", assembly: str = "GRCh38") -> GeneTable:
    """A gene table from rows of symbol, ensembl, entrez, aliases, chromosome, start, end, strand."""
    names = ["symbol", "ensembl", "entrez", "aliases", "chromosome", "start", "end", "strand"]
    table = pd.DataFrame(rows, columns=names).assign(biotype="protein_coding")
    return GeneTable(species, table.astype({"start": "Int64", "end": "Int64", "strand": "Int64"}), assembly)
