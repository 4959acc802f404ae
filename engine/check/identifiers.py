"""What the names of genes are: symbols, Ensembl or Entrez ids, peaks; and of which species."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

ENSEMBL = re.compile(r"(ENS[A-Z]{0,6}G\d{9,13}|FBgn\d{7}|WBGene\d{8})(\.\d+)?")
PEAK = re.compile(r"(chr)?([\w.]+?)[:_-](\d+)[-_](\d+)", re.IGNORECASE)
CHROMOSOME = re.compile(r"\d{1,2}|X|Y|MT?", re.IGNORECASE)
BARCODE = re.compile(r"([\w.]*[_.#:-])?[ACGTN]{8,}([._-][\w-]+)*")
FAMILY = re.compile(
    r"(RPL|RPS|MT-|MRPL|NDUF|PSM|HLA-|EIF|COX\d|ACTB$|GAPDH$|B2M$|LINC|MIR|ZNF|ZFP|OR\d|TMEM|SLC\d)", re.IGNORECASE
)
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE = re.compile(rf"\d{{1,2}}-({MONTHS})|({MONTHS})-\d{{2}}|(19|20)\d\d-\d\d-\d\d.*", re.IGNORECASE)
R_NAME = re.compile(r"X\d\w*|(HLA|MT|NKX\d|RP\d+)\.\w+|[A-Z0-9]+\.AS\d", re.IGNORECASE)
GENOME = re.compile(r"(GRCh3[78]|hg19|hg38|GRCm3[89]|mm10|mm9|human|mouse)_+", re.IGNORECASE)

SPECIES_OF_ID = {
    "ENSG": "human", "ENSMUSG": "mouse", "ENSRNOG": "rat", "ENSDARG": "zebrafish", "ENSSSCG": "pig",
    "ENSMMUG": "macaque", "ENSGALG": "chicken", "ENSBTAG": "cow", "ENSCAFG": "dog", "FBgn": "fly", "WBGene": "worm",
}  # fmt: skip
SPECIES_OF_GENOME = {"grch": "human", "hg": "human", "human": "human", "grcm": "mouse", "mm": "mouse", "mouse": "mouse"}
SPECIES_OF_LABEL = {
    "human": "human", "homo sapiens": "human", "h. sapiens": "human", "hs": "human", "9606": "human",
    "mouse": "mouse", "mus musculus": "mouse", "m. musculus": "mouse", "mm": "mouse", "10090": "mouse",
    "rat": "rat", "rattus norvegicus": "rat", "zebrafish": "zebrafish", "danio rerio": "zebrafish",
    "pig": "pig", "sus scrofa": "pig", "macaque": "macaque", "macaca mulatta": "macaque",
}  # fmt: skip
SAMPLE = 20_000  # names that are looked at closely
FEWEST = 10  # symbols that tell a species by how they are written
CLEAR = 0.9  # share of names that must be of one kind


@dataclass(frozen=True)
class Names:
    """What a list of gene names is.

    `kind` is one of `engine.io.report.IDENTIFIERS`; `species` is empty when nothing tells it, `why` says what did.
    `versioned` Ensembl ids carry a version, `dates` were eaten by a spreadsheet, `r_names` were changed by R;
    `genomes` are species named in front of the gene ("GRCh38_ACTB"), each with its number of genes.
    """

    kind: str
    species: str
    why: str
    versioned: int = 0
    dates: tuple[str, ...] = ()
    r_names: tuple[str, ...] = ()
    genomes: tuple[tuple[str, int], ...] = ()


def identify(names: Iterable[str]) -> Names:
    """Kind and species of gene names; of very many, kind and species are judged on some from all over."""
    return _identify(tuple(map(str, names)))


@lru_cache(maxsize=4)
def _identify(names: tuple[str, ...]) -> Names:
    genomes = _genomes(names)
    bare = [without_genome(name) for name in names] if genomes else list(names)
    some = bare[:: max(len(bare) // SAMPLE, 1)]
    kind = "unknown" if _only_numbered(bare) else _overall(Counter(map(kind_of, some)))
    species, why = _species(kind, some, genomes)
    return Names(
        kind, species, why,
        versioned=sum(1 for name in bare if "." in name and (found := ENSEMBL.fullmatch(name)) and found[2]),
        dates=tuple(name for name in bare if "-" in name and DATE.fullmatch(name)),
        r_names=tuple(name for name in bare if (name[:1] == "X" or "." in name) and R_NAME.fullmatch(name))
        if kind in ("symbol", "mixed") else (),
        genomes=genomes,
    )  # fmt: skip


def kind_of(name: str) -> str:
    """Kind of one name: ensembl, peaks, entrez or symbol."""
    if name[:3] in ("ENS", "FBg", "WBG") and ENSEMBL.fullmatch(name):
        return "ensembl"
    if name.isdigit():
        return "entrez" if len(name) < 10 else "symbol"
    peak = PEAK.fullmatch(name) if name[-1:].isdigit() else None
    if peak and int(peak[4]) > int(peak[3]) and (peak[1] or CHROMOSOME.fullmatch(peak[2])):
        return "peaks"
    return "symbol"


def without_version(name: str) -> str:
    """An Ensembl id without its version; any other name as it is."""
    found = ENSEMBL.fullmatch(name)
    return found[1] if found else name


def without_genome(name: str) -> str:
    """A gene name without the genome in front of it."""
    found = GENOME.match(name)
    return name[found.end() :] or name if found else name


def gene_likeness(names: Sequence[str]) -> float:
    """How much names look like genes rather than cells, −1 to 1: ids and housekeeping families against barcodes."""
    names = [str(name) for name in names]
    like = sum(1 for name in names if kind_of(name) in ("ensembl", "peaks") or FAMILY.match(name))
    barcodes = sum(1 for name in names if BARCODE.fullmatch(name))
    return (min(20 * like, len(names)) - barcodes) / max(len(names), 1)


def species_of_label(label: object) -> str:
    """Species that a word such as 'Homo sapiens' means; empty when it means none."""
    return SPECIES_OF_LABEL.get(str(label).strip().lower().replace("_", " "), "")


def _overall(kinds: Counter) -> str:
    total = sum(kinds.values())
    for kind in ("ensembl", "peaks", "entrez", "symbol"):
        if total and kinds[kind] / total >= CLEAR:
            return kind
    return "mixed" if total else "unknown"


def _only_numbered(names: list[str]) -> bool:
    """Whether names are just 0, 1, 2 … or 1, 2, 3 …: a table without names."""
    return bool(names) and names[0] in ("0", "1") and names == [str(k + int(names[0])) for k in range(len(names))]


def _genomes(names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Species in front of names, when nearly all names have one."""
    found = Counter(
        SPECIES_OF_GENOME[re.match("[a-z]+", match[1].lower())[0]] for match in map(GENOME.match, names) if match
    )
    return tuple(found.most_common()) if sum(found.values()) > CLEAR * len(names) else ()


def _species(kind: str, names: list[str], genomes: tuple[tuple[str, int], ...]) -> tuple[str, str]:
    if genomes:
        return genomes[0][0], f"The genome in front of the gene names says {genomes[0][0]}."
    if kind == "peaks":
        return _species_of_peaks(names)
    by_id = Counter(re.match("[A-Za-z]+", name)[0] for name in names if ENSEMBL.fullmatch(name))
    if by_id and kind in ("ensembl", "mixed"):
        prefix, _ = by_id.most_common(1)[0]
        species = SPECIES_OF_ID.get(prefix, "")
        return species, f"Gene ids begin with {prefix}." if species else ""
    return _species_of_symbols(names) if kind in ("symbol", "mixed") else ("", "")


def _species_of_symbols(names: list[str]) -> tuple[str, str]:
    """Human symbols are in capitals (ACTB), of mouse and rat capitalised (Actb), of zebrafish small (actb1)."""
    letters = [name for name in names if sum(letter.isalpha() for letter in name) >= 3 and kind_of(name) == "symbol"]
    if len(letters) < FEWEST:
        return "", ""
    upper = sum(name.replace("orf", "ORF").isupper() for name in letters) / len(letters)
    title = sum(name[0].isupper() and name[1:].islower() or name.endswith("Rik") for name in letters) / len(letters)
    fish = any(name.startswith(("rpl", "rps", "zgc:", "si:", "mt-")) for name in letters)  # else any small words
    lower = fish * sum(name.islower() for name in letters) / len(letters)
    for share, species, words in (
        (upper, "human", "in capitals, as in human (ACTB)"),
        (title, "mouse", "with one capital, as in mouse (Actb); rat is written alike"),
        (lower, "zebrafish", "in small letters, as in zebrafish (actb1)"),
    ):
        if share > 0.6:
            return species, f"Gene symbols are written {words}."
    return "", ""


def _species_of_peaks(names: list[str]) -> tuple[str, str]:
    chromosomes = {match[2].lower().removeprefix("chr") for match in map(PEAK.fullmatch, names) if match}
    if chromosomes & {"20", "21", "22"}:
        return "human", "Peaks lie on chromosomes up to 22, as in human."
    if "19" in chromosomes and len(names) >= 1000:
        return "mouse", "Peaks lie on chromosomes up to 19, as in mouse."
    return "", ""
