"""Names of genes find their approved symbol, and an alias only where it has one meaning."""

import pandas as pd

from engine.io.genes import COLUMNS, GeneTable

ROWS = [
    ("CD3E", "ENSG00000198851", "916", "T3E|TCRE"),
    ("CD4", "ENSG00000010610", "920", "T4|OLD"),
    ("TCRE", "ENSG00000000001", "1", "OLD"),
    ("", "ENSG00000000002", "", "GHOST"),
]


def table() -> GeneTable:
    rows = [(*row, "protein_coding", "11", None, None, 1) for row in ROWS]
    return GeneTable("human", pd.DataFrame(rows, columns=list(COLUMNS)))


def test_symbols_ids_and_unambiguous_aliases_lead_to_the_approved_symbol():
    found = table().symbol_of
    assert found["CD3E"] == found["ENSG00000198851"] == found["916"] == found["T3E"] == "CD3E"


def test_an_alias_of_two_genes_leads_nowhere_and_a_symbol_wins_over_an_alias():
    found = table().symbol_of
    assert "OLD" not in found and found["TCRE"] == "TCRE" and "GHOST" not in found
