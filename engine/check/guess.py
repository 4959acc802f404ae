"""Which obs column plays which role, judged from names and contents, each with its reason in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.check.columns import levels_of
from engine.check.identifiers import species_of_label
from engine.check.recover import depth_columns
from engine.io.report import Guess

if TYPE_CHECKING:
    import pandas as pd

CONTROL = re.compile(
    r"(ctrl|ctl|controls?|healthy|health|normal|wt|wild[ _.-]?type|mock|ntc|"
    r"(sg|si|sh)?(nt|ctrl|scr(amble)?d?)[_-]?\d*|non[ _.-]?target(ing)?[_ -]?\d*|safe[_ -]?(harbor|targeting)|"
    r"untreated|uninfected|unstim(ulated)?|rest(ing)?|vehicle|dmso|pbs|baseline|hc|hd|naive|none|"
    r"(control|healthy|normal)[_ -].*)", re.IGNORECASE
)  # fmt: skip
CELL_WORDS = re.compile(
    r"(cells?\b|\bcell|^t$|^b$|^nk|cd\d+|mono|macroph|microgl|dendrit|^dc|^pdc|neutro|eosino|basoph|plasma|platelet|"
    r"megakary|^mk$|eryth|hsc|progenitor|fibro|endothel|epithel|stroma|pericyt|myo|neuron|astro|oligo|^opc|glia|^ex\d?$|"
    r"^in\d?$|keratin|hepato|stellate|acinar|ductal|^alpha|^beta|^delta|^gamma|^epsilon|treg|lymph|myeloid|mast|"
    r"layer\d|^wm$|tumou?r|malign|schwann|adipo|muscle|stem|enterocyt|goblet|club|ciliat|at[12]$)", re.IGNORECASE
)  # fmt: skip

# how strongly a column's name speaks for a role, the strongest pattern first
CONDITION = (
    (4, r"condition|disease|disease_?state|diagnosis|disease_?status|case_?control|health_?status"),
    (3, r"treatment|stim(ulation|ulus)?|infection|genotype|severity|status|covid.*|perturbation_\d|response|phenotype"),
    (1, r"group|batch|dataset|sample|orig[._]?ident|label|time(point)?|class|type|state|.*condition.*|.*stim.*"),
)
BATCH = (
    (6, r"donor([_.]?id)?|patient([_.]?id)?|subject([_.]?id)?|individual([_.]?id)?|participant([_.]?id)?"),
    (5, r"sample([_.]?(id|name))?|specimen|mouse([_.]?id)?|animal([_.]?id)?|biosample.*"),
    (4, r"batch([_.]?id)?|replicate|rep|prep_batch"),
    (3, r"library([_.]?id)?|lane|channel|gem.*|well|plate|run|slice|section|layer|slide|chip|experiment"),
    (2, r"orig[._]?ident|dataset|study|assay|chemistry|technology|tech|protocol|platform"),
    (1, r"group"),
)
CELL_TYPE = (
    (6, r"cell[_. ]?types?"),
    (5, r"(author_|predicted[_.]|manual_|final_|original_|inferred_)?cell[_. ]?(types?|labels?|annot\w*)([_.]\w+)?|"
        r"cell_ontology_class|bulk_labels|bioclassification|seurat_annotations|annotations?|.*cell[_. ]?type.*|"
        r"majority_voting|celltypist.*"),
    (4, r"labels?|cell[_. ]?line|cell_?class|subclass|lineage|identity|ident|.*annot.*|subtype|cell_line.*"),
    (2, r"group|class|(leiden|louvain|seurat_?clusters?|clusters?|res)([_.].*)?|.*cluster.*|region|domain"),
)  # fmt: skip
PERTURBATION = (
    (4, r"perturbations?(_name)?|target([_.]?(gene|name))?|gene_?target|guide_?target|knock(out|down)|geneid|gene_id"),
    (3, r"guides?([_.]?(id|identity|ids))?|s?grna([_.]?\w*)?|sgrna|crispr.*|condition|perturbation_\w+|"
        r"genotype|barcode_gene"),
)
TISSUE = r"tissue([_. ]?(type|name|general|original))?|organ([_. ]?name)?|anatom\w*|body_?(site|part)|source_?site"
SPECIES = r"species|organism|organism_name|taxon\w*|host"


@dataclass(frozen=True)
class Column:
    """A column that could play a role: its name and levels, the commonest first."""

    name: str
    levels: tuple[str, ...]
    numeric: bool


def candidates(obs: pd.DataFrame) -> list[Column]:
    """Columns with few enough levels to sort cells by; never one with a level for each cell."""
    import pandas as pd

    found = []
    for name in obs:
        values = obs[name]
        if pd.api.types.is_float_dtype(values) and not (values.dropna() == values.dropna().round()).all():
            continue
        levels = levels_of(values)
        if 0 < len(levels) <= max(len(obs) // 3, 1) and (len(levels) == 1 or len(levels) < values.notna().sum()):
            numeric = all(re.fullmatch(r"-?\d+(\.0+)?", level) for level in levels)
            found.append(Column(str(name), tuple(levels), numeric))
    return found


def guess_roles(obs: pd.DataFrame, genes: Iterable[str]) -> dict[str, Guess]:
    """Guesses of condition, control, batch, cell_type, perturbation and tissue."""
    columns, known = candidates(obs), {str(gene).upper() for gene in genes}
    perturbed = _perturbation(columns, known)
    kind = _cell_type(columns, taken={perturbed.value})
    condition = _condition(columns, taken={kind.value} | _screens(perturbed, columns))
    batch = _batch(columns, taken={kind.value, condition.value, perturbed.value})
    levels = {column.name: column.levels for column in columns}
    of = condition.value or perturbed.value
    return {"condition": condition, "control": _control(of, levels.get(of, ())), "batch": batch, "cell_type": kind,
            "perturbation": perturbed, "tissue": _tissue(columns)}  # fmt: skip


def guess_species(obs: pd.DataFrame) -> Guess:
    """Species from a column that names one, empty when none does or when it names several."""
    for column in candidates(obs):
        if re.fullmatch(SPECIES, column.name, re.IGNORECASE):
            found = {species_of_label(level) for level in column.levels} - {""}
            if len(found) == 1:
                return Guess(found.pop(), f"Column '{column.name}' says {column.levels[0]}.")
    return Guess()


def species_column(obs: pd.DataFrame) -> Column | None:
    """A column whose levels are all species, and more than one; None when there is none."""
    for column in candidates(obs):
        found = {species_of_label(level) for level in column.levels}
        if len(found) > 1 and "" not in found:
            return column
    return None


def guess_depth(obs: pd.DataFrame, totals: np.ndarray) -> Guess:
    """The column with total counts of cells, when the matrix holds only a part of them."""
    best, likeness = Guess(), 0.0
    for name in depth_columns(obs):
        depth = obs[name].to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(depth > 0, totals / depth, 1.0)
        if np.mean(share <= 1 + 1e-6) < 0.99 or np.median(share) > 0.98 or depth.std() == 0 or totals.std() == 0:
            continue
        alike = float(np.corrcoef(np.log1p(depth), np.log1p(totals))[0, 1])
        if alike > max(likeness, 0.2):
            percent = f"{100 * np.median(share):.2g} %"
            why = f"The matrix holds {percent} of the counts that '{name}' gives a cell: it has only some of the genes."
            best, likeness = Guess(name, why), alike
    return best


def _strength(patterns: tuple[tuple[int, str], ...], name: str) -> int:
    return next((points for points, pattern in patterns if re.fullmatch(pattern, name, re.IGNORECASE)), 0)


def _condition(columns: list[Column], taken: set[str]) -> Guess:
    best, score = Guess(), 0.0
    for column in columns:
        strength, control = _strength(CONDITION, column.name), _control_of(column.levels)
        if column.name in taken or not strength or len(column.levels) > 40:
            continue
        if len(column.levels) == 1 and (strength < 4 or column.levels[0].lower() == "none"):
            continue
        if strength == 1 and not control or strength == 3 and column.numeric:
            continue
        points = strength + 2.5 * bool(control) - 0.01 * len(column.levels) - 2 * (len(column.levels) == 1)
        if points > score:
            what = f"levels {_some(column.levels)}" if len(column.levels) > 1 else f"one level, {column.levels[0]}"
            best, score = Guess(column.name, f"Column '{column.name}' has {what}."), points
    return best


def _control(column: str, levels: tuple[str, ...]) -> Guess:
    if not column:
        return Guess()
    level = _control_of(levels)
    if not level:
        return Guess("", f"No level of '{column}' is named like a control.")
    return Guess(level, f"'{level}' is a common name of a control.")


def _control_of(levels: Iterable[str]) -> str:
    """The level named like a control, the plainest first; empty when there is none."""
    found = [level for level in levels if CONTROL.fullmatch(level.strip())]
    return min(found, key=len) if found else ""


def _batch(columns: list[Column], taken: set[str]) -> Guess:
    best, score = Guess(), 0
    for column in columns:
        strength = _strength(BATCH, column.name)
        if column.name not in taken and len(column.levels) > 1 and strength > score:
            why = f"Column '{column.name}' has {len(column.levels)} levels: {_some(column.levels)}."
            best, score = Guess(column.name, why), strength
    return best


def _cell_type(columns: list[Column], taken: set[str]) -> Guess:
    best, score = Guess(), 0.0
    for column in columns:
        points = _cell_type_points(column)
        if column.name not in taken and points > score:
            best, score = Guess(column.name, _why_cell_type(column)), points
    return best


def _cell_type_points(column: Column) -> float:
    """How much speaks for a column of cell types: its name and its words; numbered clusters are the last resort."""
    strength, number = _strength(CELL_TYPE, column.name), len(column.levels)
    if number > 200 or (number == 1 and strength < 5):
        return 0.0
    if column.numeric:
        return 0.5 if re.search(r"leiden|louvain|cluster|^res|cell[_. ]?type", column.name, re.IGNORECASE) else 0.0
    words = float(np.mean([bool(CELL_WORDS.search(level)) for level in column.levels]))
    if not strength or (strength == 2 and words < 0.5 and "cluster" not in column.name.lower()):
        return 0.0
    mixed = any(re.search(r"human|mouse", level, re.IGNORECASE) for level in column.levels)
    return strength + 2 * words - 0.005 * number - mixed


def _why_cell_type(column: Column) -> str:
    if column.numeric:
        return f"Column '{column.name}' has {len(column.levels)} numbered clusters: a weak guess, they have no names."
    return f"Column '{column.name}' has {len(column.levels)} levels: {_some(column.levels)}."


def _perturbation(columns: list[Column], genes: set[str]) -> Guess:
    best, score = Guess(), 0.0
    for column in columns:
        strength, share = _strength(PERTURBATION, column.name), _share_of_targets(column.levels, genes)
        pairs = any(re.fullmatch(r"[\w.-]+\+[\w.-]+", level) for level in column.levels)
        if not strength or column.numeric or len(column.levels) < 2 or not (share >= 0.5 or pairs or strength == 4):
            continue
        if share < 0.2 and not pairs and not (strength == 4 and _control_of(column.levels)):
            continue
        points = strength + share + pairs - 0.001 * len(column.levels)
        if points > score:
            best, score = Guess(column.name, f"Levels of '{column.name}' name genes: {_some(column.levels)}."), points
    return best


def _share_of_targets(levels: tuple[str, ...], genes: set[str]) -> float:
    """Share of the levels, controls aside, that are genes of the matrix, alone or with the number of a guide."""
    named = [level for level in levels if not CONTROL.fullmatch(level.strip())]
    bare = [re.split(r"[+]|[_-](?:sg)?[_-]?\d+$|_sg", level)[0].upper() for level in named]
    return sum(name in genes for name in bare) / max(len(named), 1)


def _screens(perturbed: Guess, columns: list[Column]) -> set[str]:
    """Columns that are no condition because they are the perturbation of a screen of many genes."""
    levels = {column.name: len(column.levels) for column in columns}
    many = levels.get(perturbed.value, 0)
    return {name for name, number in levels.items() if many > 4 and number >= many} if perturbed.value else set()


def _tissue(columns: list[Column]) -> Guess:
    for column in columns:
        if re.fullmatch(TISSUE, column.name, re.IGNORECASE):
            if len(column.levels) == 1:
                return Guess(column.levels[0].replace("_", " "), f"Column '{column.name}' says so for all cells.")
            return Guess("", f"Column '{column.name}' has several ({_some(column.levels)}): split by it.")
    return Guess()


def _some(levels: tuple[str, ...]) -> str:
    return ", ".join(levels[:4]) + (" …" if len(levels) > 4 else "")
