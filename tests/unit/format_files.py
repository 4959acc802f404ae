"""One small matrix, written in every format that is read; each writer gives the path to open."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zipfile
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from anndata.io import write_elem
from scipy import sparse
from scipy.io import mmwrite

GENES = ["ACTB", "GAPDH", "CD3D", "MS4A1", "LYZ", "NKG7", "MT-CO1", "RPL13", "GNLY", "CD14", "IL7R", "PPBP", "CD8A"]
COUNTS = np.random.default_rng(3).poisson(0.8, (9, len(GENES))).astype(np.float32)
CELLS = [f"{''.join(np.random.default_rng(n).choice(list('ACGT'), 16))}-1" for n in range(9)]
TYPES = ["T cell", "B cell", "T cell"] * 3
PLACES = np.random.default_rng(4).uniform(0, 999, (9, 2)).round(1)


def adata(matrix=sparse.csr_matrix) -> anndata.AnnData:
    """The matrix with a category, a number and a flag of each cell."""
    obs = pd.DataFrame({"type": pd.Categorical(TYPES), "n": np.arange(9), "good": [True, False, True] * 3}, index=CELLS)
    return anndata.AnnData(matrix(COUNTS), obs=obs, var=pd.DataFrame({"long": np.arange(13) > 5}, index=GENES))


def h5ad(folder: Path) -> Path:
    adata().write_h5ad(folder / "x.h5ad")
    return folder / "x.h5ad"


def h5ad_dense(folder: Path) -> Path:
    adata(np.asarray).write_h5ad(folder / "x.h5ad", compression="gzip")
    return folder / "x.h5ad"


def h5ad_by_columns(folder: Path) -> Path:
    adata(sparse.csc_matrix).write_h5ad(folder / "x.h5ad")
    return folder / "x.h5ad"


def h5ad_of_anndata_0_7(folder: Path) -> Path:
    """Categories beside the columns, found by an object reference."""
    with h5py.File(folder / "x.h5ad", "w") as file:
        write_elem(file, "X", COUNTS)
        for side, names in (("obs", CELLS), ("var", GENES)):
            group = file.create_group(side)
            group.attrs.update({"_index": "_index", "column-order": ["type"] if side == "obs" else np.zeros(0, "S1")})
            group["_index"] = np.array(names, dtype=h5py.string_dtype())
        file["obs/__categories/type"] = np.array(["B cell", "T cell"], dtype=h5py.string_dtype())
        file["obs/type"] = np.array([word == "T cell" for word in TYPES], dtype=np.int8)
        file["obs/type"].attrs["categories"] = file["obs/__categories/type"].ref
    return folder / "x.h5ad"


def h5ad_of_anndata_0_6(folder: Path) -> Path:
    """Tables of records, levels in uns, the sparse matrix in the layout of h5sparse."""
    with h5py.File(folder / "x.h5ad", "w") as file:
        matrix = sparse.csr_matrix(COUNTS)
        for key in ("X", "raw.X"):
            group = file.create_group(key)
            group.attrs.update({"h5sparse_format": "csr", "h5sparse_shape": COUNTS.shape})
            group["data"], group["indices"], group["indptr"] = matrix.data, matrix.indices, matrix.indptr
        cells = list(zip(np.array(CELLS, "S20"), [word == "T cell" for word in TYPES], strict=True))
        file["obs"] = np.array(cells, dtype=[("index", "S20"), ("type", "i1")])
        file["var"] = file["raw.var"] = np.array([(name,) for name in np.array(GENES, "S9")], dtype=[("index", "S9")])
        file["uns/type_categories"] = np.array(["B cell", "T cell"], dtype="S6")
    return folder / "x.h5ad"


def h5ad_gz(folder: Path) -> Path:
    return packed(h5ad(folder))


def h5ad_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.write(h5ad(folder), "x.h5ad")
        archive.writestr("README.md", "Counts of nine cells.")
    return folder / "x.zip"


def h5mu(folder: Path) -> Path:
    proteins = anndata.AnnData(COUNTS[::-1, :3].copy(), obs=pd.DataFrame(index=CELLS[::-1]))
    proteins.var_names = ["CD3", "CD19", "CD56"]
    with h5py.File(folder / "x.h5mu", "w") as file:
        write_elem(file, "mod/prot", proteins)
        write_elem(file, "mod/rna", adata())
        write_elem(file, "obs", pd.DataFrame(index=CELLS))
        write_elem(file, "var", pd.DataFrame(index=[*proteins.var_names, *GENES]))
    return folder / "x.h5mu"


def tenx_pieces(group: h5py.Group, counts: np.ndarray = COUNTS) -> None:
    """Barcodes and the sparse pieces of a 10x matrix, genes × cells by columns."""
    matrix = sparse.csr_matrix(counts.astype(np.int32))
    group["data"], group["indices"], group["indptr"] = matrix.data, matrix.indices.astype(np.int64), matrix.indptr
    group["shape"] = np.array(counts.shape[::-1], dtype=np.int32)
    group["barcodes"] = np.array(CELLS, dtype="S20")


def tenx_h5(folder: Path, *, types: list[str] | None = None) -> Path:
    with h5py.File(folder / "filtered_feature_bc_matrix.h5", "w") as file:
        group = file.create_group("matrix")
        tenx_pieces(group)
        group["features/id"] = np.array([f"ENSG{n:011d}" for n in range(13)], dtype="S20")
        group["features/name"] = np.array(GENES, dtype="S20")
        group["features/feature_type"] = np.array(types or ["Gene Expression"] * 13, dtype="S20")
    return folder / "filtered_feature_bc_matrix.h5"


def tenx_h5_of_cell_ranger_2(folder: Path) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        group = file.create_group("GRCh38")
        tenx_pieces(group)
        group["genes"] = np.array([f"ENSG{n:011d}" for n in range(13)], dtype="S20")
        group["gene_names"] = np.array(GENES, dtype="S20")
    return folder / "x.h5"


def tenx_folder(folder: Path, *, prefix: str = "", features: str = "features.tsv") -> Path:
    inside = folder / "filtered"
    inside.mkdir()
    mmwrite(inside / f"{prefix}matrix.mtx", sparse.coo_matrix(COUNTS.T.astype(int)), field="integer")
    (inside / f"{prefix}barcodes.tsv").write_text("\n".join(CELLS) + "\n")
    kinds = "" if features == "genes.tsv" else "\tGene Expression"
    (inside / f"{prefix}{features}").write_text("".join(f"ENSG{n:011d}\t{g}{kinds}\n" for n, g in enumerate(GENES)))
    return inside


def tenx_folder_with_prefix_in_gzip(folder: Path) -> Path:
    inside = tenx_folder(folder, prefix="GSM123_", features="genes.tsv")
    for path in list(inside.iterdir()):
        packed(path).with_suffix(".gz")
        path.unlink()
    return inside


def tenx_zip(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder / "x"), "zip", tenx_folder(folder).parent, "filtered"))


def tenx_tar(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder / "x"), "tar", tenx_folder(folder).parent, "filtered"))


def tenx_tar_gz(folder: Path) -> Path:
    inside = tenx_folder(folder)
    with tarfile.open(folder / "x.tar.gz", "w:gz") as archive:
        archive.add(inside, "filtered")
    return folder / "x.tar.gz"


def visium(folder: Path) -> Path:
    outs = folder / "outs"
    (outs / "spatial").mkdir(parents=True)
    tenx_h5(outs)
    write_positions(outs / "spatial" / "tissue_positions.csv", header=True)
    return outs


def visium_of_space_ranger_1(folder: Path) -> Path:
    outs = folder / "outs"
    (outs / "spatial").mkdir(parents=True)
    tenx_folder(outs)
    write_positions(outs / "spatial" / "tissue_positions_list.csv", header=False)
    return outs


def write_positions(path: Path, *, header: bool, cells: list[str] = CELLS) -> None:
    lines = [f"{cell},{n % 2},{n},{n},{PLACES[n, 1]},{PLACES[n, 0]}" for n, cell in enumerate(cells)]
    top = ["barcode,in_tissue,array_row,array_col,pxl_row_in_fullres,pxl_col_in_fullres"] if header else []
    path.write_text("\n".join(top + lines[::-1]) + "\n")


def loom(folder: Path) -> Path:
    with h5py.File(folder / "x.loom", "w") as file:
        file.create_dataset("matrix", data=COUNTS.T, chunks=(4, 4), compression="gzip")
        file.create_dataset("layers/spliced", data=COUNTS.T + 1)
        file["row_attrs/Gene"] = np.array(GENES, dtype=h5py.string_dtype())
        file["row_attrs/Accession"] = np.array([f"ENSG{n:011d}" for n in range(13)], dtype="S20")
        file["col_attrs/CellID"] = np.array(CELLS, dtype=h5py.string_dtype())
        file["col_attrs/type"] = np.array(TYPES, dtype=h5py.string_dtype())
    return folder / "x.loom"


def csv(folder: Path) -> Path:
    pd.DataFrame(COUNTS.T, index=GENES, columns=CELLS).to_csv(folder / "x.csv")
    return folder / "x.csv"


def tsv_of_cells_with_types(folder: Path) -> Path:
    table = pd.DataFrame(COUNTS, index=CELLS, columns=GENES)
    table.insert(0, "batch", ["a, left", "b", "b"] * 3)
    table.assign(type=TYPES).to_csv(folder / "x.tsv", sep="\t")
    return folder / "x.tsv"


def csv_gz_with_semicolons(folder: Path) -> Path:
    pd.DataFrame(COUNTS, index=CELLS, columns=GENES).to_csv(folder / "x.csv", sep=";")
    return packed(folder / "x.csv")


def table_of_r(folder: Path) -> Path:
    """Quoted names, parted by spaces, no name above the first column, as write.table does."""
    lines = [" ".join(f'"{cell}"' for cell in CELLS)]
    lines += [f'"{gene}" ' + " ".join(map(str, COUNTS[:, n].astype(int))) for n, gene in enumerate(GENES)]
    (folder / "x.txt").write_text("\r\n".join(lines))
    return folder / "x.txt"


def zarr_zip(folder: Path, *, version: int = 2) -> Path:
    anndata.settings.zarr_write_format = version
    adata().write_zarr(folder / "x.zarr")
    return Path(shutil.make_archive(str(folder / "x.zarr"), "zip", folder, "x.zarr"))


def zarr_3_zip(folder: Path) -> Path:
    return zarr_zip(folder, version=3)


def packed(path: Path) -> Path:
    """A gzip of the file, beside it."""
    target = path.with_name(path.name + ".gz")
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


WRITERS = (
    h5ad, h5ad_dense, h5ad_by_columns, h5ad_of_anndata_0_7, h5ad_of_anndata_0_6, h5ad_gz, h5ad_zip, h5mu, tenx_h5,
    tenx_h5_of_cell_ranger_2, tenx_folder, tenx_folder_with_prefix_in_gzip, tenx_zip, tenx_tar, tenx_tar_gz, visium,
    visium_of_space_ranger_1, loom, csv, tsv_of_cells_with_types, csv_gz_with_semicolons, table_of_r, zarr_zip,
    zarr_3_zip,
)  # fmt: skip
