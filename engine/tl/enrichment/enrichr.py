"""Enrichr, over the network and only when a person asks for it: the genes leave this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.errors import DownloadFailed, InvalidParameter
from engine.tl.enrichment.matched import FEWEST
from engine.tl.enrichment.over import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

LIBRARIES = ("MSigDB_Hallmark_2020", "GO_Biological_Process_2023", "Reactome_2022", "KEGG_2021_Human",
             "WikiPathway_2021_Human", "DisGeNET")  # fmt: skip
ADDRESS = "https://maayanlab.cloud/Enrichr/"
PATIENCE = 15  # seconds until the first sign of Enrichr; gseapy itself would wait for ever
LEAVES = ("The gene list leaves this machine: it is sent to Enrichr (maayanlab.cloud). Enrichr compares it with a "
          "background of its own, not with the genes that were measured, and adjusts p over the sets that were hit, so "
          "p comes out smaller than it should.")  # fmt: skip


def ask_enrichr(genes: Iterable[str], libraries: Iterable[str]) -> pd.DataFrame:
    """What Enrichr says of the genes, in the form of `over_representation`, with the library as `collection`.

    `size` is that of Enrichr's own set, `expected` is not known.

    Raises
    ------
    InvalidParameter
        When there are fewer than two genes.
    DownloadFailed
        When Enrichr cannot be reached, has no such library, or answers with something else.
    """
    import gseapy
    from gseapy.enrichr import EnrichrError
    from requests import RequestException

    genes, libraries = list(dict.fromkeys(genes)), list(dict.fromkeys(libraries))
    if len(genes) < FEWEST:
        raise InvalidParameter(f"At least {FEWEST} genes are needed, found {len(genes)}. Choose more.")
    try:
        reach()
        found = gseapy.enrichr(genes, libraries, outdir=None, no_plot=True).results
        return _table(found)
    except (EnrichrError, RequestException, OSError, LookupError, ValueError, TypeError) as error:
        raise DownloadFailed(
            f"Enrichr did not answer as expected ({_short(error)}). Check that this machine reaches maayanlab.cloud "
            f"and that {', '.join(libraries)} are names of its libraries, or use the gene sets of the Library instead."
        ) from error


def reach() -> None:
    """Raise what `requests` raises when Enrichr gives no sign of life; nothing of the genes is sent."""
    import requests

    requests.head(ADDRESS, timeout=PATIENCE).close()


def _table(found: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    if not len(found):  # no set was hit
        return pd.DataFrame(columns=[*COLUMNS, "collection"])
    parts = found["Overlap"].astype(str).str.split("/", expand=True).astype(int)
    table = pd.DataFrame({
        "term": found["Term"].astype(str), "size": parts[1], "overlap": parts[0], "expected": float("nan"),
        "odds_ratio": found["Odds Ratio"].astype(float), "p": found["P-value"].astype(float),
        "fdr": found["Adjusted P-value"].astype(float), "genes": found["Genes"].astype(str),
        "collection": found["Gene_set"].astype(str),
    })  # fmt: skip
    return table.sort_values(["p", "term"], ignore_index=True)


def _short(error: Exception) -> str:
    words = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {words[:160]}" if words else type(error).__name__
