"""The tables of a report: what a page shows of each, and all of its rows for a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.report.about import ARM_TITLES, STATISTICS, changed, done, ranked, sides, top
from engine.report.text import cell
from engine.tl.changed import partners_of
from engine.types import ARMS, Contrast
from engine.words import exponent, plural, whole

if TYPE_CHECKING:
    import pandas as pd

FIRST = 30  # genes of an arm on the page
FEW = 5  # gained and lost partners of a gene on the page
GENES = 12  # of a term on the page
CHANCES = ("p", "FDR")  # columns whose 0 is a number too small to be told from it
PARTNER_GENES = 300  # genes whose partners a file lists, at most


@dataclass(frozen=True)
class Table:
    """A table of a page: `note` says how many rows there are in all, `numbers` which columns are right-aligned."""

    name: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]


def table(name: str, title: str, note: str, frame: pd.DataFrame) -> Table:
    """A frame as it is read: numbers to three figures, the rest as text."""
    kinds = [kind.kind in "iuf" if hasattr(kind, "kind") else False for kind in frame.dtypes]
    rows = tuple(tuple(exponent(0) if value == 0 and name in CHANCES else cell(value)
                       for name, value in zip(frame.columns, row, strict=True))
                 for row in frame.itertuples(index=False, name=None))  # fmt: skip
    numbers = frozenset(place for place, kind in enumerate(kinds) if kind)
    return Table(name, title, note, tuple(map(str, frame.columns)), rows, numbers)


def arm_table(contrast: Contrast, arm: str) -> Table | None:
    """The first genes of an arm with statistic, p and FDR; None when it was not done."""
    if not done(contrast, arm):
        return None
    genes = ranked(contrast, arm)
    shown = genes[:FIRST].reset_index(names="Gene")[["Gene", arm, f"{arm}_p", f"{arm}_fdr"]]
    if arm == "partners":
        shown = shown.join(genes[["gained", "lost"]][:FIRST].reset_index(drop=True))
    shown = shown.rename(columns={arm: STATISTICS[arm], f"{arm}_p": "p", f"{arm}_fdr": "FDR", "gained": "Gained",
                                  "lost": "Lost"})  # fmt: skip
    shown.columns = [name[0].upper() + name[1:] if name != "p" else name for name in shown.columns]
    note = f"The first {whole(len(shown))} of {plural(len(genes), 'gene')}, by p."
    return table(f"top-{arm}", ARM_TITLES[arm], note, shown)


def partner_table(contrast: Contrast, genes: list[str]) -> Table | None:
    """Partners that the given genes gained or lost, a few a gene; None without genes."""
    import pandas as pd

    if not genes:
        return None
    blocks = [_moved(contrast, gene) for gene in genes]
    shown = pd.concat([block[:FEW] for block in blocks])
    control, case = sides(contrast)
    shown = pd.DataFrame({
        "Gene": shown["gene"], "Partner": shown["partner"], "State": shown["state"],
        control: _interval(shown, "control"), case: _interval(shown, "case"), "Change": _interval(shown, "change"),
    })  # fmt: skip
    note = (f"At most {FEW} of each gene's gained and lost partners, the largest change first; correlation with its "
            "95 % interval.")  # fmt: skip
    return table("partners", "Gained and lost partners", note, shown)


def _moved(contrast: Contrast, gene: str) -> pd.DataFrame:
    found = partners_of(contrast, gene)
    found = found[found["state"].isin(["gained", "lost"])]
    found.insert(0, "gene", gene)
    return found


def _interval(frame: pd.DataFrame, name: str) -> list[str]:
    places = [f"{name}{part}" for part in ("", "_low", "_high")]
    return ["{} ({} to {})".format(*map(_hundredths, row)) for row in frame[places].itertuples(index=False)]


def _hundredths(value: float) -> str:
    """A correlation to two decimals; what rounds to 0 has no sign."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\u2212")


def composition_table(contrast: Contrast) -> Table | None:
    """Mean shares with p and FDR; None where cell types are not known."""
    frame = composition_frame(contrast)
    if frame.empty:
        return None
    control, case = sides(contrast)
    shown = frame.sort_values("p", kind="stable")
    shown[["control", "case"]] *= 100
    shown.columns = ["Cell type", f"{control} (%)", f"{case} (%)", "p", "FDR"]
    return table("composition", "Composition", f"{plural(len(shown), 'cell type')}, mean shares of units.", shown)


def found_table(name: str, title: str, frame: pd.DataFrame, words: dict[str, str]) -> Table:
    """The first rows of an enrichment or of regulators, under readable heads."""
    shown = frame.sort_values(["fdr", "p"], kind="stable")[:FIRST]
    shown = shown[[column for column in words if column in shown]]
    if "genes" in shown:
        shown = shown.assign(genes=[_first_genes(text) for text in shown["genes"]])
    if "term" in shown:
        shown = shown.assign(term=shown["term"].str.replace("_", " "))
    shown = shown.rename(columns=words)
    return table(name, title, f"The first {whole(len(shown))} of {plural(len(frame), 'row')}, by FDR.", shown)


def alone(terms: pd.DataFrame) -> pd.DataFrame:
    """Terms that stand for themselves, where the table says which others each is `like`."""
    return terms[terms["like"] == terms["term"]] if "like" in terms else terms


def _first_genes(text: str) -> str:
    """Genes of a term, the first few where there are many."""
    genes = re.split(r"[;, ]+", text.strip())
    return ", ".join(genes[:GENES]) + (f" and {whole(len(genes) - GENES)} more" if len(genes) > GENES else "")


def composition_frame(contrast: Contrast) -> pd.DataFrame:
    """A row per cell type: cell_type, control, case, p, fdr."""
    import pandas as pd

    columns = ["cell_type", "control", "case", "p", "fdr"]
    frame = pd.DataFrame(contrast.facts["composition"], columns=columns)
    return frame.astype(dict.fromkeys(columns[1:], float))


def frames(contrast: Contrast, enrichment: pd.DataFrame | None, regulators: pd.DataFrame | None,
           gene_pages: int) -> dict[str, pd.DataFrame]:
    """Every table with all rows, by file name; genes and partners with the numbers that the contrast holds."""
    import pandas as pd

    facts = contrast.facts
    listed = list(dict.fromkeys(top(contrast, gene_pages) + changed(contrast)))[:PARTNER_GENES]
    moved = [_moved(contrast, gene) for gene in listed]
    found = {
        "genes": contrast.table.reset_index(names="gene"), "expression": contrast.expression.reset_index(names="gene"),
        "units": pd.DataFrame(facts["units"]), "modules": _by_unit(facts["modules"], "name"),
        "composition": _by_unit(facts["composition"], "cell_type"), "enrichment": enrichment, "regulators": regulators,
        "partners": pd.concat(moved) if moved else None,
    }  # fmt: skip
    return {name: frame for name, frame in found.items() if frame is not None and len(frame.columns)}


def _by_unit(rows: list[dict], key: str) -> pd.DataFrame:
    """Rows of the facts with a column a unit."""
    import pandas as pd

    flat = [{name: " ".join(value) if isinstance(value, list) else value for name, value in row.items()
             if name != "units"} | {f"unit {unit}": value for unit, value in row["units"].items()}
            for row in rows]  # fmt: skip
    return pd.DataFrame(flat)


def arm_tables(contrast: Contrast) -> list[Table]:
    """The tables of all arms that were done."""
    return [made for made in (arm_table(contrast, arm) for arm in ARMS) if made]
