"""All cells of a study's RNA datasets together, each with the labels that a comparison of conditions needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidStudy
from engine.io.dataset import load_dataset
from engine.io.files import resolve
from engine.progress import Progress
from engine.types import Dataset, DatasetSource, Study

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True)
class Cells:
    """Cells of several datasets on the genes that all of them have.

    `counts` CSR float32 (n_cells, n_genes); `depth` total counts of each cell over all genes measured in it;
    `level`, `donor` and `dataset` text of each cell, `batch` and `cell_type` too or None where they are not known;
    `by` and `donor_by` say in words what the levels and donors are; `warnings` are sentences.
    """

    counts: sparse.csr_matrix
    genes: np.ndarray
    depth: np.ndarray
    level: np.ndarray
    donor: np.ndarray
    dataset: np.ndarray
    batch: np.ndarray | None
    cell_type: np.ndarray | None
    by: str
    donor_by: str
    warnings: tuple[str, ...] = ()

    def of(self, keep: np.ndarray) -> Cells:
        """Some of the cells, bool or places (n_kept,)."""
        parts = {name: getattr(self, name) for name in ("counts", "depth", "level", "donor", "dataset", "batch",
                                                        "cell_type")}  # fmt: skip
        return replace(self, **{name: None if part is None else part[keep] for name, part in parts.items()})


def pool(study: Study, *, by: str = "", donor: str = "", batch: str = "", progress: Progress | None = None) -> Cells:
    """The cells of a study, a cell that is in two datasets once, cells without a label left out.

    Parameters
    ----------
    by
        `obs` column of the levels; empty takes the role condition, else the condition of each dataset.
    donor
        `obs` column of the donors; empty takes the role batch where that is not `by`, else the datasets.
    batch
        `obs` column of batches; empty takes the role batch where that is neither `by` nor `donor`.

    Raises
    ------
    InvalidStudy
        When no dataset holds RNA, a column is not there, species are mixed, no gene is common or no cell labelled.
    """
    progress = progress or Progress()
    by, donor, batch = columns_meant(study, by=by, donor=donor, batch=batch)
    sources, said = rna_of(study)
    columns, datasets = tuple(dict.fromkeys(filter(None, (by, donor, batch)))), []
    for i, source in enumerate(sources):
        progress.stage(f"Reading {source.name}", i / len(sources))
        datasets.append(load_dataset(source, roles=study.roles, columns=columns))
        progress.check()
    datasets, repeated = _once(datasets)
    if repeated:
        said.append(f"{repeated:,} cells are in more than one dataset of the study; each counts once.")
    found = _together(datasets, by, donor, batch)
    return labelled(replace(found, warnings=tuple(said)))


def columns_meant(study: Study, *, by: str = "", donor: str = "", batch: str = "") -> tuple[str, str, str]:
    """The `obs` columns that `pool` takes for levels, donors and batches; empty where there is none."""
    by = by or study.roles.condition or ""
    role = study.roles.batch if study.roles.batch not in (None, by) else ""
    donor = donor or role
    return by, donor, batch or (role if role != donor else "")


def rna_of(study: Study) -> tuple[list[DatasetSource], list[str]]:
    """The datasets whose cells are compared, and a sentence on those that take no part.

    Raises
    ------
    InvalidStudy
        When no dataset holds RNA, or species are mixed.
    """
    sources = [source for source in study.datasets if source.modality == "rna"]
    if not sources:
        kinds = ", ".join(sorted({source.modality for source in study.datasets}))
        raise InvalidStudy(f"A comparison of conditions needs RNA of single cells, and '{study.name}' has only "
                           f"{kinds}. Choose another study.")  # fmt: skip
    species = sorted({source.species for source in sources})
    if len(species) > 1:
        raise InvalidStudy(f"Two conditions are compared within one species, and '{study.name}' has datasets of "
                           f"{' and '.join(species)}. Make a study of one of them.")  # fmt: skip
    left = [f"{source.name} ({source.modality})" for source in study.datasets if source not in sources]
    return sources, [f"Left out, as they hold no RNA of single cells: {', '.join(left)}."] if left else []


def _once(datasets: list[Dataset]) -> tuple[list[Dataset], int]:
    """The datasets without cells that an earlier one of the same file has, and how many those were."""
    seen: dict[str, set[str]] = {}
    kept, repeated = [], 0
    for dataset in datasets:
        known, names = seen.setdefault(str(resolve(dataset.source.path)), set()), dataset.adata.obs_names
        new = ~names.isin(list(known))
        known.update(names)
        repeated += int((~new).sum())
        kept.append(dataset if new.all() else Dataset(
            dataset.source, dataset.adata[new], dataset.depth[new],
            None if dataset.cell_type is None else dataset.cell_type[new], None, dataset.obs[new],
        ))  # fmt: skip
    return [dataset for dataset in kept if dataset.adata.n_obs], repeated


def _together(datasets: list[Dataset], by: str, donor: str, batch: str) -> Cells:
    from scipy import sparse

    times = Counter(gene for dataset in datasets for gene in dataset.adata.var_names)
    genes = [gene for gene in datasets[0].adata.var_names if times[gene] == len(datasets)]
    if not genes:
        told = "; ".join(f"{d.name}: {', '.join(d.adata.var_names[:3])}" for d in datasets[:4])
        raise InvalidStudy(f"The datasets have no gene in common ({told}). Name their genes in the same way.")
    counts = sparse.vstack([dataset.adata[:, genes].X for dataset in datasets], format="csr")
    names = [np.full(d.adata.n_obs, d.name, dtype=object) for d in datasets]
    conditions = [np.full(d.adata.n_obs, d.source.condition, dtype=object) for d in datasets]
    kinds = [d.cell_type for d in datasets]
    return Cells(
        counts, np.array(genes), np.concatenate([d.depth for d in datasets]),
        level=_column(datasets, by) if by else np.concatenate(conditions),
        donor=_column(datasets, donor) if donor else np.concatenate(names), dataset=np.concatenate(names),
        batch=_column(datasets, batch) if batch else None,
        cell_type=None if any(kind is None for kind in kinds) else np.concatenate(kinds).astype(object),
        by=by or "condition of the datasets", donor_by=donor or "dataset",
    )  # fmt: skip


def _column(datasets: list[Dataset], name: str) -> np.ndarray:
    """Text of each cell, None where the file has nothing."""
    parts = [dataset.obs[name] for dataset in datasets]
    return np.concatenate([part.astype(object).where(part.notna(), None).map(label_text).to_numpy(object)
                           for part in parts])  # fmt: skip


def label_text(value: object) -> str | None:
    """A label as text; None where the file has nothing."""
    return None if value is None or str(value).strip() in ("", "nan", "NA") else str(value)


def labelled(cells: Cells) -> Cells:
    """The cells whose level, donor and batch are known."""
    given = {"level": cells.level, "donor": cells.donor, "batch": cells.batch}
    keep, said = np.ones(len(cells.depth), bool), []
    for what, labels in given.items():
        if labels is None:
            continue
        empty = np.array([label is None for label in labels])
        if (empty & keep).any():
            said.append(f"{int((empty & keep).sum()):,} cells without a {what} were left out.")
        keep &= ~empty
    if not keep.any():
        raise InvalidStudy(f"No cell has a value in '{cells.by}' and '{cells.donor_by}'. Name other columns.")
    return replace(cells if keep.all() else cells.of(keep), warnings=(*cells.warnings, *said))
