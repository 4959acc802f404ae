"""Networks of genes from files, all in one form: source, target, sign, weight, confidence, papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.knowledge.text import read_table

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("source", "target", "sign", "weight", "confidence", "papers")
SIGNS = {
    "1": 1, "1.0": 1, "+1": 1, "+": 1, "activation": 1, "upregulates-expression": 1, "phosphorylation": 1,
    "-1": -1, "-1.0": -1, "-": -1, "repression": -1, "inhibition": -1, "downregulates-expression": -1,
    "dephosphorylation": -1,
    "0": 0, "0.0": 0, "": 0, "?": 0, "unknown": 0,
}  # fmt: skip
NOT_GENES = r"^(?:Metab__|Gene\d+__)"
PMID = r"(?:^|;)\s*(\d+)\s*(?=;|$)"  # papers by their number in PubMed, separated by ;
NAMED_PMID = r"PMID:\s*(\d+)"


def read_network(path: Path, reader: str) -> pd.DataFrame:
    """The network of a library file, an edge a row.

    Parameters
    ----------
    reader
        The form of the file: `edges:SOURCE:TARGET` or `edges:SOURCE:TARGET:SIGN` with the names of its
        columns, or one of dorothea, trrust, cosmos, cellchat, ptm, sites.

    Returns
    -------
    source, target (gene symbols; OmniPath's complexes as symbols joined by _), sign (1 activates, −1 inhibits,
    0 not known), weight (1 unless the file says otherwise), confidence (the file's word for it, empty where it
    has none), papers (PubMed numbers joined by ;, empty where the file names none). A pair is there once: edges
    that agree are joined, edges that contradict one another have sign 0.
    """
    form, *names = reader.split(":")
    if form == "edges":
        return read_edges(path, *names)
    return one_edge_a_pair({"dorothea": _dorothea, "trrust": _trrust, "cosmos": _cosmos, "cellchat": _cellchat,
                            "ptm": _ptm, "sites": _sites}[form](path))


def read_edges(path: Path, source: str, target: str, sign: str = "") -> pd.DataFrame:
    """A table with a column of sources, one of targets and, where there is one, of signs or words for them."""
    found = read_table(path)
    signs = sign_of(found[sign]) if sign else 0
    return one_edge_a_pair(edges_of(found[source], found[target], sign=signs))


def sign_of(words: pd.Series) -> pd.Series:
    """1, −1 or 0 for each word or number; missing where it says neither."""
    return words.str.strip().str.lower().map(SIGNS)


def papers_of(words: pd.Series, pattern: str = PMID) -> pd.Series:
    """The PubMed numbers in each text, joined by ;."""
    return words.str.findall(pattern).map(lambda found: ";".join(dict.fromkeys(found)))


def one_edge_a_pair(edges: pd.DataFrame) -> pd.DataFrame:
    """Each pair once: known signs win over unknown ones, contradicting ones become 0, the largest weight stays."""
    if not edges.duplicated(["source", "target"]).any():
        return edges.reset_index(drop=True)
    up, down = (edges["sign"] > 0).astype(int), (edges["sign"] < 0).astype(int)
    pairs = edges.assign(up=up, down=down).groupby(["source", "target"], sort=False)
    joined = pairs.agg(up=("up", "max"), down=("down", "max"), weight=("weight", "max"),
                       confidence=("confidence", "first")).reset_index()
    joined = joined.assign(sign=joined["up"] - joined["down"], papers=words_by_pair(edges, "papers", joined))
    return joined[list(COLUMNS)]


def words_by_pair(edges: pd.DataFrame, column: str, pairs: pd.DataFrame) -> pd.Series:
    """All different words of a `;`-joined column of the edges of each pair, in the order of `pairs`."""
    named = edges[edges[column] != ""]
    words = named.groupby(["source", "target"], sort=False)[column].agg(";".join)
    words = words.map(lambda text: ";".join(dict.fromkeys(text.split(";"))))
    return pairs[["source", "target"]].merge(words.reset_index(), how="left")[column].fillna("")


def edges_of(source, target, *, sign=0, weight=1.0, confidence="", papers="") -> pd.DataFrame:
    """Columns of edges in one form; rows without a source or a target are left out."""
    import pandas as pd

    edges = pd.DataFrame({"source": source, "target": target, "sign": sign, "weight": weight,
                          "confidence": confidence, "papers": papers})  # fmt: skip
    return edges[(edges["source"] != "") & (edges["target"] != "")].astype({"sign": int, "weight": float})


def _dorothea(path: Path) -> pd.DataFrame:
    found = read_table(path)
    return edges_of(found["tf"], found["target"], sign=sign_of(found["mor"]), confidence=found["confidence"])


def _trrust(path: Path) -> pd.DataFrame:
    """TRRUST: no header; the weight is the number of papers that name the pair."""
    found = read_table(path, header=False)
    n_papers = found[3].str.count(";") + 1
    return edges_of(found[0], found[1], sign=sign_of(found[2]), weight=n_papers, papers=papers_of(found[3]))


def _cosmos(path: Path) -> pd.DataFrame:
    """COSMOS: edges between genes; metabolites and the enzyme nodes beside them are left out."""
    found = read_table(path)
    other = found["source"].str.match(NOT_GENES) | found["target"].str.match(NOT_GENES)
    found = found[~other]
    return edges_of(found["source"], found["target"], sign=sign_of(found["interaction"]))


def _cellchat(path: Path) -> pd.DataFrame:
    """CellChatDB: every protein of a ligand with every protein of its receptor; confidence is the kind of signal."""
    found = read_table(path)
    for side in ("ligand.symbol", "receptor.symbol"):
        found = found.assign(**{side: found[side].str.split(r",\s*", regex=True)}).explode(side)
    return edges_of(found["ligand.symbol"], found["receptor.symbol"], confidence=found["annotation"],
                    papers=papers_of(found["evidence"], NAMED_PMID))


def _ptm(path: Path) -> pd.DataFrame:
    """OmniPath enzymes and substrates: sign 1 adds a phosphate, −1 removes one, 0 is another modification."""
    found = read_table(path)
    signs = sign_of(found["modification"]).fillna(0)
    return edges_of(found["enzyme_genesymbol"], found["substrate_genesymbol"], sign=signs,
                    confidence=found["modification"], papers=papers_of(found["references"]))


def _sites(path: Path) -> pd.DataFrame:
    """Kinases and sites such as ITGB2_S745, joined per protein; the weight is the file's."""
    found = read_table(path)
    return edges_of(found["source"], found["target"].str.rsplit("_", n=1).str[0], weight=found["weight"].astype(float))
