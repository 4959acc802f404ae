"""Studies that Geneweave knows: those that ship and those a person has put under home."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

from engine.errors import GeneweaveError, InvalidStudy, unknown
from engine.settings import Settings
from engine.types import DatasetSource, Study

BUNDLED = Path(__file__).parents[1] / "data" / "studies"
LONGEST = 60  # characters of a study's name
RESERVED = {"new", "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


class Library:
    """Finds studies by name in `data/studies` and `<home>/studies`, or by the path of a TOML file.

    Those under home are a person's own: they can be saved, renamed, extended and deleted. The bundled
    ones are only read; a copy of one is a person's own.
    """

    def __init__(self, settings: Settings) -> None:
        self._home = Path(settings.home)
        self._own = self._home / "studies"
        self._folders = (BUNDLED, self._own)

    def studies(self) -> list[Study]:
        """All studies that can be read, the bundled ones first."""
        return [study for study in self._read().values() if isinstance(study, Study)]

    def problems(self) -> list[tuple[str, str]]:
        """Study files that cannot be used, each with the sentence that says why."""
        return [(path.name, str(fault)) for path, fault in self._read().items() if not isinstance(fault, Study)]

    def study(self, name: str) -> Study:
        """The study of that name, or in that TOML file.

        Raises
        ------
        UnknownName
            When there is neither.
        InvalidStudy
            When the file is there but wrong.
        """
        from engine.io.study_file import read_study

        if name.endswith(".toml") and Path(name).is_file():
            return read_study(Path(name))
        found = self._read()
        for path, study in found.items():
            if isinstance(study, Study) and study.name == name:
                return study
            if isinstance(study, GeneweaveError) and path.stem == name:
                raise study
        names = [study.name for study in found.values() if isinstance(study, Study)]
        raise unknown("study", name, names, where="among the known ones, nor a study file of that path")

    def own(self, name: str) -> bool:
        """Whether a study is a person's own, which can be changed."""
        return self._file(name) is not None

    def free_name(self, title: str) -> str:
        """A name for a new study, made from its title: safe as a file name and in an address, and not yet taken."""
        taken = {path.stem.lower() for path in self._read()} | {study.name.lower() for study in self.studies()}
        base = name = slug(title)
        number = 1
        while name in taken:
            number += 1
            name = f"{base[: LONGEST - 4]}-{number}"
        return name

    def save(self, study: Study) -> Study:
        """Write a study under home, in place of the own one of that name; paths below home are told relative to it.

        Raises
        ------
        InvalidStudy
            When the name is that of a bundled study, or no safe file name.
        """
        from engine.io.study_file import write_study

        path = self._file(study.name)
        if path is None:
            if any(known.name == study.name for known in self.studies()):
                raise InvalidStudy(f"The study '{study.name}' ships with Geneweave and stays as it is. Copy it first.")
            if slug(study.name) != study.name:
                raise InvalidStudy(f"'{study.name}' cannot name a study. '{self.free_name(study.name)}' can.")
            path = self._own / f"{study.name}.toml"
        write_study(study, path, home=self._home)
        return study

    def add(self, study: Study) -> Study:
        """Keep a study as a new one, under a name made from its title."""
        return self.save(replace(study, name=self.free_name(study.title)))

    def rename(self, name: str, title: str) -> Study:
        """Give an own study another title; its name stays, so that its maps are still found."""
        if not title.strip():
            raise InvalidStudy("A study needs a title, found none. Type one.")
        return self.save(replace(self._changeable(name), title=title.strip()))

    def copy(self, name: str, title: str) -> Study:
        """A new own study with the same datasets under another title."""
        if not title.strip():
            raise InvalidStudy("A study needs a title, found none. Type one.")
        return self.add(replace(self.study(name), title=title.strip()))

    def extend(self, name: str, datasets: tuple[DatasetSource, ...]) -> Study:
        """Add datasets to an own study; raises `InvalidStudy` when one has the name of one that is there."""
        study = self._changeable(name)
        return self.save(replace(study, datasets=(*study.datasets, *datasets)))

    def delete(self, name: str) -> None:
        """Remove the file of an own study; the files it reads and the maps made of it stay."""
        self._changeable(name)
        self._file(name).unlink(missing_ok=True)

    def _changeable(self, name: str) -> Study:
        study = self.study(name)
        if not self.own(name):
            raise InvalidStudy(f"The study '{study.title}' ships with Geneweave and stays as it is. Copy it first.")
        return study

    def _file(self, name: str) -> Path | None:
        """The file of an own study."""
        found = [path for path, study in self._read().items()
                 if path.parent == self._own and isinstance(study, Study) and study.name == name]
        return found[0] if found else None

    def _read(self) -> dict[Path, Study | GeneweaveError]:
        from engine.io.study_file import read_study

        found: dict[Path, Study | GeneweaveError] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("*.toml")):
                try:
                    found[path] = read_study(path)
                except GeneweaveError as fault:
                    found[path] = fault
        return found


def slug(title: str) -> str:
    """A title as a file name: small Latin letters, digits and hyphens; "study" where nothing is left."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return f"study-{name}".rstrip("-") if not name or name in RESERVED else name


def files_outside(study: Study, folder: Path) -> list[str]:
    """Data files of a study that are on this machine but neither under `folder` nor inside a package."""
    from engine.io.files import PACKAGE

    paths = dict.fromkeys(source.path for source in study.datasets if not source.path.startswith(PACKAGE))
    there = [(path, Path(path).expanduser()) for path in paths]
    return [path for path, file in there if file.exists() and not file.resolve().is_relative_to(folder.resolve())]


def missing_files(study: Study) -> list[str]:
    """Paths of a study that are not on this machine."""
    from engine.io.files import resolve

    missing = []
    for path in dict.fromkeys(source.path for source in study.datasets):
        try:
            resolve(path)
        except GeneweaveError:
            missing.append(path)
    return missing
