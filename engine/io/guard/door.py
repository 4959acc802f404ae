"""The reader's door: what the libraries raise becomes a sentence about the file."""

from __future__ import annotations

import csv
import errno
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import GeneweaveError, InvalidFile
from engine.store import storage_errors

DAMAGE = (EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, struct.error)
WRONG = (ValueError, TypeError, IndexError, AttributeError, OverflowError, RuntimeError, csv.Error)


@contextmanager
def door(name: str, part: str = "") -> Iterator[None]:
    """Context: exceptions of the reading libraries become `InvalidFile`, naming the file and the `part` of it."""
    place = f"'{name}'" + (f" ({part})" if part else "")
    try:
        with storage_errors():
            yield
    except GeneweaveError:
        raise
    except UnicodeDecodeError as error:
        raise InvalidFile(
            f"{place}: expected names in UTF-8, found the byte 0x{error.object[error.start]:02x} that is none. "
            "Save the file again as UTF-8."
        ) from error
    except MemoryError as error:
        raise InvalidFile(
            f"{place} needs more memory than this machine has. Keep fewer cells or genes, or save it as a sparse h5ad."
        ) from error
    except RecursionError as error:
        raise InvalidFile(f"{place} is nested deeper than a matrix file ever is. Write it again.") from error
    except KeyError as error:
        raise InvalidFile(
            f"{place}: expected a part named '{_plain(error.args[0] if error.args else '')}', found none. "
            "Write the file again with the program that made it."
        ) from error
    except DAMAGE as error:
        raise _damaged(place, error) from error
    except OSError as error:
        raise _from_system(place, error) from error
    except WRONG as error:
        raise InvalidFile(
            f"{place} does not hold what its kind of file should: {_plain(error)}. "
            "Write it again with the program that made it."
        ) from error


def _from_system(place: str, error: OSError) -> InvalidFile:
    if error.errno in (errno.EACCES, errno.EPERM):
        return InvalidFile(f"{place} may not be read: this program lacks the permission. Change the file's rights.")
    if "filter" in str(error).lower() and "regist" in str(error).lower():
        return InvalidFile(
            f"{place} is compressed by a method that is not installed here ({_plain(error)}). "
            "Expected gzip, lzf or none: write the file again with compression='gzip'."
        )
    return _damaged(place, error)


def _damaged(place: str, error: Exception) -> InvalidFile:
    return InvalidFile(
        f"{place} was expected to be whole, and it is damaged or cut off: {_plain(error)}. "
        "Copy or download it again, and compare its size with the original's."
    )


def _plain(error: object) -> str:
    """The first line of what a library said, without a full stop, at most 160 characters."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].strip("'\". ")[:160]
