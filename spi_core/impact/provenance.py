"""Fingerprint what a result rests on: protocol, data, code, versions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pandas as pd

#: What computes the numbers.
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "diff-diff")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Provenance block of a chapter.

    Parameters
    ----------
    protocol_sha256, means_sha256, areas_sha256, code_sha256 : str
        Hexadecimal fingerprints. Of the outcomes only the raw means by ward, which the chapter
        shows: a hash of values that are not published would let a reader try guesses.
    rows : int
        Rows of values read.
    versions : dict of str to str
        Libraries that computed the numbers.
    """

    protocol_sha256: str
    means_sha256: str
    areas_sha256: str
    code_sha256: str
    rows: int
    versions: dict[str, str]


def trace(protocol: str, rows: int, means: pd.DataFrame, areas: pd.DataFrame) -> Provenance:
    """Fingerprint what is published of the data, and the code.

    Parameters
    ----------
    protocol : str
        Hash taken before the values were read.
    rows : int
        How many values were read.
    means : pandas.DataFrame
        Raw means by ward, as published.
    areas : pandas.DataFrame
        What was read.

    Returns
    -------
    Provenance
        Independent of the order of rows and columns.
    """
    return Provenance(
        protocol_sha256=protocol,
        means_sha256=_table_hash(means),
        areas_sha256=_table_hash(areas),
        code_sha256=code_hash(Path(__file__).parent),
        rows=rows,
        versions={name: version(name) for name in LIBRARIES},
    )


def _table_hash(table: pd.DataFrame) -> str:
    """SHA-256 of the rows as sorted lines of text, columns in alphabetical order."""
    text = table[sorted(table.columns)].to_csv(index=False, lineterminator="\n")
    head, *lines = text.splitlines()
    return hashlib.sha256("\n".join([head, *sorted(lines)]).encode("utf-8")).hexdigest()


@cache
def code_hash(room: Path) -> str:
    """Hash the source and words of a room, in the order of their names.

    Parameters
    ----------
    room : Path
        Its folder.
    """
    digest = hashlib.sha256()
    for source in sorted(p for p in room.rglob("*") if p.suffix in {".py", ".yml"}):
        digest.update(source.relative_to(room).as_posix().encode("utf-8"))
        digest.update(source.read_text("utf-8").encode("utf-8"))
    return digest.hexdigest()
