"""A made-up contrast with all that can explain it, and a reader of pages that refuses what is not well-formed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from engine.types import Contrast
from tests.app.made_up_contrast import made_up

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Reader(HTMLParser):
    """Every element with its attributes and text; fails where tags do not pair or ids repeat."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.elements, self.ids, self.words = [], [], set(), []
        self.feed(text)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if name := given.get("id"):
            assert name not in self.ids, f"id {name} is there twice"
            self.ids.add(name)
        self.elements.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if not {"style", "title", "desc"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        """What a person reads."""
        return re.sub(r"[ \n]+", " ", " ".join(self.words))

    def all(self, tag: str) -> list[dict]:
        return [given for name, given in self.elements if name == tag]


@pytest.fixture(scope="session")
def read():
    return Reader


@pytest.fixture
def contrast() -> Contrast:
    return made_up()


@pytest.fixture
def enrichment() -> pd.DataFrame:
    p = np.array([1e-6, 0.004, 0.2])
    return pd.DataFrame({"term": ["Interferon <alpha> response", "NA", "Translation"], "size": [40, 12, 90],
                         "overlap": [8, 2, 3], "odds_ratio": [12.5, np.inf, 1.1], "p": p, "fdr": p * 3,
                         "genes": ["GENE0;GENE1", "GENE2", "GENE3"]})  # fmt: skip


@pytest.fixture
def regulators() -> pd.DataFrame:
    p = np.array([1e-5, 0.01, 0.3])
    return pd.DataFrame({"regulator": ["STAT1", "IRF9", "MYC"], "n_targets": [30, 12, 60], "n_changed": [9, 3, 4],
                         "p": p, "fdr": p * 3, "z": [4.2, -2.5, np.nan],
                         "call": ["activated", "inhibited", ""]})  # fmt: skip
