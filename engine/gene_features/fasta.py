"""Sequences of genes from a FASTA file: the longest of each gene, whichever way its header names it."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.errors import InvalidFile

LARGEST = 1_000_000_000  # bytes of text; all human transcripts take about half of that
SUFFIXES = (".fa", ".fasta", ".fna", ".ffn")
BASES = re.compile(r"[ACGTUNRYSWKMBDHVacgtunryswkmbdhv]+\Z")
NAMED = re.compile(r"\b(?:gene_symbol|gene_name|symbol|gene|GN)[:=]([^\s|;,\]]+)")
ENSEMBL = re.compile(r"\b(ENS[A-Z]*G\d{6,})(?:\.\d+)?\b")


def is_fasta(path: Path) -> bool:
    """Whether a file is meant to be a FASTA: by its name, or because it begins with >."""
    if any(suffix in SUFFIXES for suffix in Path(path).suffixes[-2:]):
        return True
    with _opened(path) as content:
        return content.read(1) == b">"


def read_fasta(path: Path, symbol_of: Mapping[str, str], *, most: int = LARGEST) -> dict[str, str]:
    """The longest sequence of each gene, in upper case.

    Parameters
    ----------
    symbol_of
        Symbol by symbol, earlier name and Ensembl id: a header counts when it names one of these, as `gene_symbol:X`,
        an Ensembl gene id, its first word, or a field between |.
    most
        Bytes of text that the file may hold.

    Raises
    ------
    InvalidFile
        When it is no FASTA of nucleotides, larger than allowed, damaged, or names no known gene.
    """
    name, longest, n = f"'{Path(path).name}'", {}, 0
    for header, sequence in _records(path, name, most):
        n += 1
        gene = _gene(header, symbol_of)
        if gene and len(sequence) > len(longest.get(gene, "")):
            if not BASES.match(sequence):
                raise InvalidFile(
                    f"{name} was expected to hold nucleotides (A, C, G, T), found other letters in the sequence of "
                    f"'{header[:40]}'. Bring the transcripts or genes, not the proteins."
                )
            longest[gene] = sequence.upper()
    if not longest:
        raise InvalidFile(f"{name}: none of its {n:,} headers names a known gene by symbol or Ensembl gene id. "
                          "Begin each with >SYMBOL, and check the species.")  # fmt: skip
    return longest


def _records(path: Path, name: str, most: int) -> Iterator[tuple[str, str]]:
    """Header and sequence of each record."""
    header, parts, size = None, [], 0
    try:
        with _opened(path) as content:
            while raw := content.readline(most + 2):
                size += len(raw)
                if size > most:
                    raise InvalidFile(f"{name} may hold up to {most / 1e6:g} MB of sequences, and holds more. Keep "
                                      "one transcript a gene.")  # fmt: skip
                line = raw.decode("ascii", errors="replace").strip()
                if line.startswith(">"):
                    if header is not None:
                        yield header, "".join(parts)
                    header, parts = line[1:].strip(), []
                elif line and header is None:
                    raise InvalidFile(f"{name} was expected to be a FASTA file, whose first line begins with >, found "
                                      f"'{line[:40]}'. Choose another file.")  # fmt: skip
                else:
                    parts.append(line)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidFile(f"{name} was expected to be a FASTA file, but cannot be read ({error}). Bring it "
                          "again.") from error  # fmt: skip
    if header is None:
        raise InvalidFile(f"{name} was expected to be a FASTA file, and is empty. Choose another file.")
    yield header, "".join(parts)


def _gene(header: str, symbol_of: Mapping[str, str]) -> str:
    """The gene that a header names; empty where it is none that is known."""
    first = header.split(maxsplit=1)[0] if header else ""
    words = [*NAMED.findall(header), *ENSEMBL.findall(header), first, *first.split("|")]
    return next((symbol_of[word] for word in words if word in symbol_of), "")


def _opened(path: Path):
    with Path(path).open("rb") as start:
        compressed = start.read(2) == b"\x1f\x8b"
    return gzip.open(path) if compressed else Path(path).open("rb")
