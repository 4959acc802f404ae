"""What the labels of perturbed cells mean: the genes of each, or control, or no single guide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from engine.types.perturbations import perturbation_name

CONTROL = "ctrl"
CONTROL_WORDS = re.compile(
    r"(ctrl|ctl|control|controls|nt|ntc|neg(ative)?[ _-]?(ctrl|control)s?|wt|wild[ _-]?type|unperturbed|mock|"
    r"non[ _-]?target(ing|ed)?([ _-]?(control|ctrl))?(guide)?(for(human|mouse))?|"
    r"safe[ _-]?(target(ing|ed)?|harbou?r)|scr(amble[d]?)?|random|intergenic|"
    r"(sg|si|sh)(nt|ntc|ctrl|control|scr(amble)?))([ _.-]*(sg|sgrna|grna|guide)?[ _.-]*\d+)?", re.IGNORECASE
)  # fmt: skip
NO_GUIDE = re.compile(r"|nan|na|n/a|none|null|unknown|unassigned|no[ _-]?(guide|grna|sgrna)|negative|multi(plet|ple)?|"
                      r"doublet|ambiguous|\*", re.IGNORECASE)  # fmt: skip
UNDERSCORED = re.compile(r"_(?:(?:sg|sgrna|grna|guide|g|rep)?[_-]?\d+|[acgt]{15,})$", re.IGNORECASE)
HYPHENED = re.compile(r"[-.](?:sg|sgrna|grna|guide|g)?\d+$", re.IGNORECASE)
PREFIX = re.compile(r"^(?:sgRNA|gRNA|sg)[_-]?(?=[A-Z\d])")  # never SG, as in SGK1
BETWEEN = re.compile(r"\s*[+;|,&]\s*")
MOST = 0.75  # share of labels with a number behind a hyphen from which on it numbers guides: NKX2-1 is a gene


def name_labels(labels: Iterable[str], genes: Collection[str], *, control: str = "") -> dict[str, str]:
    """The canonical name of each label: `A`, `A+B`, `CONTROL`, or "" where a cell has no single guide.

    The conventions of GEARS (`A+ctrl`), of PerturbBench (`A+B`) and of scPerturb (`A_B`, guides `A_1`) are read, as
    are those of Norman 2019 (`A_NegCtrl0__A_NegCtrl0`). The number of a guide is cut off where what is left is a
    measured gene or is shared by several labels, and the label is no gene itself; a number behind a hyphen, which
    many genes have, only where most labels have one or a measured gene is left.

    Parameters
    ----------
    labels
        The distinct labels of cells.
    genes
        Names of the measured genes.
    control
        The label of control cells, and of no others; empty takes the words that everybody uses.
    """
    labels = [str(label) for label in dict.fromkeys(labels)]
    pieces = {label: _pieces(label, control) for label in labels}
    plain = {piece for parts in pieces.values() for piece in parts if not _is_control(piece, control)}
    bare = _bare_names(plain, set(genes))
    known = {name for name in bare.values() if "_" not in name} | set(genes)
    known |= {side for name in bare.values() for side in _beside_control(name, control)}
    return {label: _canonical(label, pieces[label], bare, known, control) for label in labels}


def _pieces(label: str, control: str) -> list[str]:
    """The parts of a label, each a gene, a guide, a control, or a pair joined by `_`."""
    label = label.strip()
    if (control and label == control) or NO_GUIDE.fullmatch(label) or CONTROL_WORDS.fullmatch(label):
        return [label]
    return [piece for piece in BETWEEN.split(label.split("__")[0]) if piece]


def _is_control(piece: str, control: str) -> bool:
    """Whether a part of a label says control: by the label given, or by the usual words."""
    return piece == control or bool(CONTROL_WORDS.fullmatch(piece))


def _bare_names(pieces: set[str], genes: set[str]) -> dict[str, str]:
    """Each part without the number of its guide, where it has one."""
    groups: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        groups[_cut(piece)].add(piece)
    hyphened = sum(bool(HYPHENED.search(piece)) for piece in pieces) >= MOST * max(len(pieces), 1)
    found = {}
    for piece in pieces:
        bare = _cut(piece)
        numbered_gene = HYPHENED.search(piece) and not UNDERSCORED.search(piece)
        sure = bare in genes or (len(groups[bare]) > 1 and (hyphened or not numbered_gene))
        found[piece] = bare if piece not in genes and sure else PREFIX.sub("", piece)
    return found


def _cut(piece: str) -> str:
    """Without the prefix and the number of a guide."""
    text = PREFIX.sub("", piece)
    return UNDERSCORED.sub("", text) if UNDERSCORED.search(text) else HYPHENED.sub("", text)


def _canonical(label: str, pieces: list[str], bare: dict[str, str], known: set[str], control: str) -> str:
    if label.strip() == control != "":
        return CONTROL
    if NO_GUIDE.fullmatch(label.strip()):
        return ""
    targets: list[str] = []
    for piece in pieces:
        targets += [] if _is_control(piece, control) else _targets(bare.get(piece, piece), known, control)
    return perturbation_name(targets) if targets else "" if control else CONTROL


def _targets(name: str, known: set[str], control: str) -> list[str]:
    """The gene, or the two genes of a pair joined by `_`, controls left out."""
    if name in known or "_" not in name:
        return [name]
    for sides in _splits(name):
        if all(side in known or _is_control(side, control) for side in sides):
            return [side for side in sides if not _is_control(side, control)]
    return [name]


def _beside_control(name: str, control: str) -> list[str]:
    """The gene of `A_ctrl`: the side that is no control, where the other one is."""
    return [one for sides in _splits(name) for one, other in (sides, sides[::-1])
            if _is_control(other, control) and not _is_control(one, control)]  # fmt: skip


def _splits(name: str) -> list[tuple[str, str]]:
    return [(name[:at], name[at + 1 :]) for at, letter in enumerate(name) if letter == "_"]
