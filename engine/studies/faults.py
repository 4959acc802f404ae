"""What speaks against a study before it is saved: sentences, and whether they stand in its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from engine.errors import GeneweaveError
from engine.io import peek
from engine.studies.perturbed import perturbed_faults
from engine.studies.split import MIN_CELLS, MIXED, FilePlan, StudyPlan
from engine.types import MODALITIES

MIN_SHARED = 100  # genes that all datasets have, below which they can hardly be laid over each other
ROLE_WORDS = {"condition": "condition", "batch": "donor or batch", "cell_type": "cell type",
              "perturbation": "perturbation"}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A sentence, and whether the study cannot be saved because of it."""

    text: str
    stops: bool = False


def faults(plan: StudyPlan) -> list[Fault]:
    """All that is wrong or odd with a plan, what stands in its way first."""
    readable = [file for file in plan.files if not isinstance(_columns(file), Fault)]
    found = [fault for fault in map(_columns, plan.files) if isinstance(fault, Fault)]
    found += [*_names(plan), *_fields(plan), *_roles(plan, readable)]
    if found or not plan.files:
        return found
    screen = [Fault(*said) for said in perturbed_faults(plan)]
    return [*screen, *(_species(plan) or _gene_faults(readable)), *_mixed(plan), *_small(plan)]


def role_columns(files: Iterable[FilePlan]) -> tuple[list[str], dict[str, list[str]]]:
    """The `obs` columns that every file has, in the order of the first; and those that some lack, with who lacks them.

    Files that cannot be read are passed over.
    """
    tables = [(file.title, names) for file in files if not isinstance(names := _columns(file), Fault)]
    every = list(dict.fromkeys(name for _, names in tables for name in names))
    lacking = {name: [title for title, names in tables if name not in names] for name in every}
    return [name for name in every if not lacking[name]], {name: who for name, who in lacking.items() if who}


def _columns(file: FilePlan) -> list[str] | Fault:
    try:
        return peek.column_names(file.path)
    except GeneweaveError:
        return Fault(f"'{file.title}' is not on this machine any more, or cannot be read. Remove it from the study, "
                     "or bring the file again on the Data page.", True)  # fmt: skip


def _names(plan: StudyPlan) -> list[Fault]:
    names = [part.name for file in plan.files for part in file.kept]
    found = [] if plan.title.strip() else [Fault("The study needs a title. Type one.", True)]
    if len(names) < (1 if plan.is_screen else 2):
        found.append(Fault(
            f"A study compares at least two datasets, so far there {'is 1' if names else 'are none'}. "
            f"{'Split the file by a column, such as donor or condition, or add' if plan.files else 'Add'} another "
            "file. A screen needs one: choose the column that says which gene was perturbed.", True))  # fmt: skip
    if "" in names:
        found.append(Fault("Every dataset needs a name, found one without. Type one.", True))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        found.append(Fault(f"Two files have a dataset called {_quoted(twice)}. Rename one of them.", True))
    return found


def _fields(plan: StudyPlan) -> list[Fault]:
    found = [Fault(f"'{file.title}': choose what was measured.", True) for file in plan.files
             if file.modality not in MODALITIES]
    found += [Fault(f"'{file.title}': say which species the cells are of.", True) for file in plan.files
              if not file.species.strip()]
    for file in plan.files:
        low, high = file.qc.min_counts, file.qc.max_counts
        if low is not None and high is not None and low > high:
            found.append(Fault(f"'{file.title}': least counts ({low:g}) lie above most counts ({high:g}), which keeps "
                               "no cell. Correct one of them.", True))  # fmt: skip
    return found


def _roles(plan: StudyPlan, readable: list[FilePlan]) -> list[Fault]:
    """A role holds for the study: every file needs its column."""
    everywhere, lacking = role_columns(readable)
    found = []
    for role, column in vars(plan.roles).items():
        if column and column not in everywhere:
            who = _quoted(lacking.get(column, [file.title for file in readable]))
            found.append(Fault(f"The {ROLE_WORDS[role]} is read from the column '{column}', which {who} "
                               f"{'does' if who.count(chr(39)) == 2 else 'do'} not have. Choose a column that all "
                               "files have, or leave this role out.", True))  # fmt: skip
    return found


def _gene_faults(files: list[FilePlan]) -> list[Fault]:
    """A word about files whose genes have other names; proteins are too few to ask that of them."""
    files = [file for file in files if file.modality not in ("protein", "effects")]
    if len(files) < 2:
        return []
    names = {}
    for file in files:
        try:
            names[file.title] = peek.genes(file.path, file.counts, file.symbols)
        except GeneweaveError as fault:
            return [Fault(str(fault), True)]
    shared = len(reduce(frozenset.intersection, names.values()))
    if shared >= MIN_SHARED:
        return []
    examples = "; ".join(f"'{title}' has {', '.join(sorted(found)[:2])}" for title, found in names.items())
    word = "gene name" if shared == 1 else "gene names"
    return [Fault(f"The files share {shared:,} {word}, and a map should have at least {MIN_SHARED}. Do they name genes "
                  f"in one way? {examples}. 'Give genes their approved symbols' on a file's page can help.")]


def _species(plan: StudyPlan) -> list[Fault]:
    species = {file.species.strip().lower() for file in plan.files}
    if len(species) < 2:
        return []
    return [Fault(f"The files are of {len(species)} species: {', '.join(sorted(species))}. Their genes lie in one "
                  "space only under common names: press 'Name genes by their human orthologs' on the page of each "
                  "file that is not human.")]  # fmt: skip


def _mixed(plan: StudyPlan) -> list[Fault]:
    parts = [part.name for file in plan.files for part in file.kept if part.condition == MIXED]
    if not parts or plan.is_screen:  # whose controls are matched by condition
        return []
    many = "holds" if len(parts) == 1 else "hold"
    return [Fault(f"{_quoted(parts)} {many} cells of more than one condition. Split the file by the column that tells "
                  "them apart to compare them, or leave it so to see them as one.")]  # fmt: skip


def _small(plan: StudyPlan) -> list[Fault]:
    parts = [f"{part.name} ({part.n_cells})" for file in plan.files for part in file.kept
             if part.n_cells < MIN_CELLS and file.modality != "effects"]
    if not parts:
        return []
    return [Fault(f"Fewer than {MIN_CELLS} cells say little about which genes keep company: {', '.join(parts)}. "
                  "Leave them out, or give two parts one name to make them one.")]  # fmt: skip


def _quoted(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))
