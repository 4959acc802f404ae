"""A table of effects, perturbation × gene, as a `Screen`: log fold changes without the cells behind them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidStudy
from engine.io.dataset import counts_of, gene_names, need_column, opened_source
from engine.io.pool import label_text
from engine.params import ScreenParams
from engine.screens.facts import common_facts, of_targets
from engine.screens.kinds import one_kind
from engine.screens.names import CONTROL, name_labels
from engine.screens.targets import p_of, target_changes
from engine.types import DatasetSource, Study
from engine.types.perturbations import targets_of

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from engine.io.matrix import Opened

SCALE = "log2 fold change"
CLIP = 3.0  # changes beyond it say no more than "strong", and are mostly of genes with few counts
CAPPED = 0.001  # share of values at the two ends from which on a tool has capped them
HALF = 0.5  # share of a gene's values at the cap, or missing, from which on it is not measured
SURE = 0.3  # |z| below which a standard error is not had back from a change and its p
SMALLEST = 1e-37  # p that single precision holds
NORMAL = 1.4826  # makes a median absolute deviation the standard deviation of a normal distribution
P_NAMES = (
    (r"p|p[._-]?val(ue)?s?|pvalues?", lambda values: values),
    (r"(neg|minus|-|m)?[._-]?log_?10[._-]?p(_?val(ue)?s?)?|neglog10_?p(_?val(ue)?s?)?", lambda values: 10.0**-values),
)  # fmt: skip
SE_NAMES = r"(lfc|logfc)?[._-]?(se|std_?err(or)?|standard_?error)"


def screen_of_table(study: Study, sources: list[DatasetSource], params: ScreenParams) -> tuple[AnnData, dict]:
    """The AnnData of a `Screen` of one table, and its facts but for content hashes and seconds.

    All genes of the table are kept, whatever `ScreenParams.n_genes` says: no control tells which are high. Values at
    a cap of the tool that made them are no measurements: a gene whose values are mostly such is left out; those of
    other genes are clipped with all others to ± 3, and their standard error follows from their p.
    """
    (source,) = sources
    with opened_source(source) as opened:
        opened = _turned(opened, study)
        names = _row_names(study, opened, source)
        columns = gene_names(counts_of(opened, source)[1], source).astype(str)
        values = _dense(opened, source.counts)
        p, se = _layer_p(opened), _layer(opened, SE_NAMES)
        kind, keep_rows = _kind(study, opened, source, params)
    values, said = _capped(values)
    rows, dropped = _rows(names, columns, study, keep_rows)
    at, few = _measured(columns, values[list(rows.values())])
    genes, said = columns[at], said + few
    delta = np.clip(values[np.ix_(list(rows.values()), at)], -CLIP, CLIP)
    p = None if p is None else p[np.ix_(list(rows.values()), at)]
    se = standard_errors(delta, p) if se is None else se[np.ix_(list(rows.values()), at)]
    obs = _table(list(rows), genes, delta, p_of(delta, se) if p is None else p, kind)
    facts = {
        **common_facts(study, params, [source.name]), "kind": kind, "scale": SCALE, "cells": False, "n_cells": 0,
        "n_control": 0, "control": "", "batches": False, "matched_by": [], "dropped": dropped,
        "warnings": [*said, *of_targets(obs, kind), "A table tells no cells: whether a perturbation did anything is "
                     "not tested, and there are no halves to hold a prediction against."],
    }  # fmt: skip
    return _adata(obs, genes, delta, se, p), facts


def standard_errors(change: np.ndarray, p: np.ndarray | None) -> np.ndarray:
    """Standard errors of a table of changes, float64 (n_perturbations, n_genes).

    From a change and its two-sided p, |change| / |z|, where |z| is large enough to say; elsewhere, and for a whole
    table without p, that of the gene: the median of those, or the spread of its changes over perturbations, most of
    which leave a gene alone (scaled median absolute deviation, never below half of the median gene's).
    """
    import pandas as pd
    from scipy import stats

    table = pd.DataFrame(change)
    spread = NORMAL * (table - table.median()).abs().median().to_numpy()
    typical = float(np.nanmedian(spread[spread > 0])) if (spread > 0).any() else 1.0
    spread = np.maximum(spread, typical / 2)
    if p is None:
        return np.broadcast_to(spread, change.shape).copy()
    z = stats.norm.isf(np.clip(p, 1e-300, 1) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.where((z > SURE) & (np.abs(change) > 0), np.abs(change) / z, np.nan)
    of_gene = pd.DataFrame(se).median().fillna(pd.Series(spread)).to_numpy()
    return np.where(np.isfinite(se), se, of_gene)


def _turned(opened: Opened, study: Study) -> Opened:
    """The file with a row a perturbation: text does not say which side is which, and genes outnumber perturbations."""
    from dataclasses import replace

    from engine.io.matrix import InMemory

    n_rows, n_columns = opened.matrices["X"].shape
    if opened.format.startswith("AnnData") or study.roles.perturbation or n_rows <= n_columns:
        return opened
    matrices = {key: InMemory(matrix.rows(0, n_rows).T) for key, matrix in opened.matrices.items()}
    return replace(opened, obs=opened.var, var=opened.obs, matrices=matrices)


def _row_names(study: Study, opened: Opened, source: DatasetSource) -> list[str]:
    column = study.roles.perturbation
    if column is None:
        return opened.obs.index.astype(str).tolist()
    need_column(opened.obs, column, "role 'perturbation'", source)
    return [label_text(value) or "" for value in opened.obs[column].astype(object)]


def _dense(opened: Opened, key: str) -> np.ndarray:
    matrix = opened.matrices[key]
    return matrix.rows(0, matrix.shape[0]).toarray().astype(np.float64)


def _layer(opened: Opened, pattern: str) -> np.ndarray | None:
    key = next((key for key in opened.matrices if re.fullmatch(f"layers/({pattern})", key, re.IGNORECASE)), None)
    return None if key is None else _dense(opened, key)


def _layer_p(opened: Opened) -> np.ndarray | None:
    """p of every change, from a layer of p or of −log10 p; None where there is none."""
    for pattern, turned in P_NAMES:
        found = _layer(opened, pattern)
        if found is not None:
            return turned(found)
    return None


def _kind(study: Study, opened: Opened, source: DatasetSource, params: ScreenParams) -> tuple[str, np.ndarray]:
    column, labels = study.perturbed.kind_column, np.array([])
    if column:
        need_column(opened.obs, column, "[perturbed] kind_column", source)
        labels = np.array([label_text(value) or "" for value in opened.obs[column].astype(object)])
    where = f"Column '{column}'" if column else f"Study '{study.name}'"
    kind, words = one_kind(set(labels.tolist()) - {""}, given=study.perturbed.kind, wanted=params.kind, where=where)
    return kind, np.isin(labels, list(words)) if column else np.ones(len(opened.obs), bool)


def _capped(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The table with genes that are mostly at the cap set to NaN, and sentences on caps."""
    ends = np.nanmin(values), np.nanmax(values)
    at_cap = np.zeros(values.shape, bool)
    for end in ends:
        here = np.isclose(values, end, atol=1e-2 * abs(end)) & (abs(end) > CLIP)
        at_cap |= here if here.mean() > CAPPED else False
    said = []
    if at_cap.any():
        lost = at_cap.mean(0) > HALF
        values = np.where(lost[None], np.nan, values)
        said.append(f"{100 * at_cap.mean():.2g} % of the values are at the cap of the tool that made them "
                    f"({ends[0]:.3g} or {ends[1]:.3g}): {lost.sum():,} genes that are mostly such are left out.")
    beyond = float(np.nanmean(np.abs(values) > CLIP))
    if beyond:
        said.append(f"Changes beyond ± {CLIP:g} ({100 * beyond:.2g} %) are clipped to it.")
    return values, said


def _rows(names: list[str], genes: np.ndarray, study: Study, keep: np.ndarray) -> tuple[dict[str, int], dict[str, str]]:
    """Row of each perturbation, in the order of names; and which rows are left out."""
    canonical = name_labels(names, set(genes.tolist()), control=study.perturbed.control)
    found: dict[str, int] = {}
    dropped: dict[str, str] = {}
    for row, text in enumerate(names):
        name = canonical[text]
        if not keep[row] or name in (CONTROL, ""):
            dropped[text or f"row {row + 1}"] = "of another kind" if not keep[row] else "names no gene"
        elif name in found:
            dropped[f"{text} (row {row + 1})"] = f"a second row of {name}: the first is taken"
        else:
            found[name] = row
    if not found:
        raise InvalidStudy(f"A table of effects has a row a perturbation, and no row names one: "
                           f"{', '.join(names[:6])}. Name the column with the perturbed genes as the role "
                           "perturbation.")  # fmt: skip
    return dict(sorted(found.items())), dropped


def _measured(names: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Columns of the genes that half of the perturbations or more were measured in, each once (the first of a name),
    and a sentence on those of fewer: where a gene is hardly ever known, others' changes tell nothing of it."""
    share, times = np.isfinite(values).mean(axis=0), Counter()
    at = []
    for i, name in enumerate(names):
        if share[i] >= HALF and not times[name]:
            at.append(i)
            times[name] += 1
    few = int(((share > 0) & (share < HALF)).sum())
    said = [f"{few:,} genes were measured in fewer than half of the perturbations and are left out."] if few else []
    return np.array(at, dtype=int), said


def _table(names: list[str], genes: np.ndarray, delta: np.ndarray, p: np.ndarray, kind: str) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame({"n_cells": 0, "n_targets": [len(targets_of(name)) for name in names]},
                         index=pd.Index(names, name="perturbation"))  # fmt: skip
    table["target_change"], table["target_p"] = target_changes(names, genes, delta, p, kind)
    table["e_distance"], table["e_p"], table["e_fdr"] = np.nan, np.nan, np.nan
    return table


def _adata(obs: pd.DataFrame, genes: np.ndarray, delta: np.ndarray, se: np.ndarray, p: np.ndarray | None) -> AnnData:
    import pandas as pd
    from anndata import AnnData

    unknown = dict.fromkeys(("control", "control_sd", "detected"), np.nan)
    var = pd.DataFrame(unknown, index=pd.Index(genes, name="gene"))
    layers = {"se": se.astype(np.float32), **({} if p is None else {"p": np.maximum(p, SMALLEST).astype(np.float32)})}
    return AnnData(delta.astype(np.float32), obs=obs, var=var, layers=layers)
