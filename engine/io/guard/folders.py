"""A folder that somebody brought: plain files below it, no links, not too many."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.errors import InvalidFile
from engine.io.guard.archives import MEMBERS


def check_folder(folder: Path) -> list[Path]:
    """All files below `folder`, in order of their names; links are never followed.

    Raises
    ------
    InvalidFile
        When there is a link or a device among them, none at all, or too many.
    """
    found: list[Path] = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        for name in [*folders, *files]:
            path = Path(parent) / name
            need_plain(path, name)
            if name in files and not name.startswith(("._", ".DS_Store")):
                found.append(path)
        if len(found) > MEMBERS:
            raise InvalidFile(f"'{folder.name}' holds more than {MEMBERS:,} files. Upload only the matrix.")
    if not found:
        raise InvalidFile(f"'{folder.name}' is an empty folder. Expected matrix files in it: choose another.")
    return sorted(found)


def need_plain(path: Path, name: str) -> None:
    """Raise `InvalidFile` when `path` is neither a file nor a folder, but a link, a pipe or a device."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        raise InvalidFile(f"'{name}' is a symbolic link, which could lead anywhere. Put the file itself in its place.")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InvalidFile(f"'{name}' is a pipe, socket or device, not a file. Choose a file.")
