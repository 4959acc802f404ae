"""The README names every setting with its default, every dependency, and files that are there."""

import re
from dataclasses import fields
from pathlib import Path

from engine.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_every_setting_is_documented_with_its_default():
    for f in fields(Settings):
        row = re.search(rf"^\| `{PREFIX}{f.name.upper()}` \| ([^|]+) \|", README, re.M)
        assert row, f"{PREFIX}{f.name.upper()} is not in the README's table"
        assert not f.default or f"`{f.default}`" == row[1].strip()


def test_every_dependency_is_explained():
    named = re.findall(r"^([a-z0-9-]+)[=<>]", (ROOT / "requirements.txt").read_text(), re.M)
    table = README[README.index("## Why each dependency") :]
    assert len(named) > 20 and [name for name in named if name not in table] == []


def test_every_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
