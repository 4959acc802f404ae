"""Studies that Geneweave knows: those that ship and those a person has put under home."""

from __future__ import annotations

from pathlib import Path

from engine.errors import GeneweaveError, unknown
from engine.settings import Settings
from engine.types import Study

BUNDLED = Path(__file__).parents[1] / "data" / "studies"


class Library:
    """Finds studies by name in `data/studies` and `<home>/studies`, or by the path of a TOML file."""

    def __init__(self, settings: Settings) -> None:
        self._folders = (BUNDLED, Path(settings.home) / "studies")

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
