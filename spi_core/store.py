"""The built tables: one Parquet file a table, written whole or not at all, read by name."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from spi_core.errors import SpiError

__all__ = ["Tables", "open_tables", "write_bytes", "write_tables"]

#: Environment variable that tells a notebook where its edition's tables are.
VARIABLE = "SPI_TABLES"


class NoTableError(SpiError, KeyError):
    """A table that the build did not make."""

    __str__ = Exception.__str__  # a KeyError would show the sentence in quotes


class Tables(Mapping[str, Any]):
    """Tables of one built edition, read when first asked for.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>/tables``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        if not (self.folder / "build.json").exists():
            raise SpiError(f"{self.folder}: no built tables here; run 'spi build EDITION' first")
        self.about: dict[str, Any] = json.loads(
            (self.folder / "build.json").read_text(encoding="utf-8")
        )
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            path = self.folder / f"{name}.parquet"
            if not path.exists():
                raise NoTableError(f"no table {name!r}; there are {', '.join(self)}")
            spatial = name.startswith("map_")
            self._read[name] = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
        # a notebook that edits its copy must not change what the next cell reads
        return cast(pd.DataFrame, self._read[name].copy())

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(p.stem for p in self.folder.glob("*.parquet")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def open_tables(folder: str | Path | None = None, edition: str = "lbbd-open") -> Tables:
    """Open the tables of a built edition.

    Parameters
    ----------
    folder : path, optional
        Without it, the folder named by the environment variable ``SPI_TABLES``; without that,
        ``reports/<edition>/tables`` of the project that the current folder belongs to.
    edition : str
        Which edition's tables, where neither is given.

    Returns
    -------
    Tables
        A mapping from table name to DataFrame; ``about`` holds the build's own facts.

    Raises
    ------
    SpiError
        If nothing has been built there.
    """
    if folder is None:
        folder = os.environ.get(VARIABLE) or _default(edition)
    return Tables(Path(folder))


def _default(edition: str) -> Path:
    here = Path.cwd()
    for root in (here, *here.parents):
        if (root / "_quarto.yml").exists():
            return root / "reports" / edition / "tables"
    raise SpiError(f"set {VARIABLE} to the folder of built tables, or start inside the project")


def write_tables(
    folder: Path, tables: Mapping[str, pd.DataFrame], about: Mapping[str, object]
) -> None:
    """Write all tables of an edition; a table that is no longer made is removed.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>/tables``.
    tables : mapping of str to DataFrame
        Table name to rows; a GeoDataFrame's name starts with ``map_``.
    about : mapping
        Facts of the build, written last as ``build.json``: without it the tables don't count.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "build.json").unlink(missing_ok=True)
    for name, frame in tables.items():
        with _in_place(folder / f"{name}.parquet") as path:
            frame.to_parquet(path, index=False, compression="zstd")
    for path in folder.glob("*.parquet"):
        if path.stem not in tables:
            path.unlink()
    text = json.dumps(about, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_bytes(folder / "build.json", text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and move it into place.

    Parameters
    ----------
    path : Path
        Where the file shall stand; its folder is made.
    content : bytes
        What it shall hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _in_place(path) as temporary:
        temporary.write_bytes(content)


class _in_place:  # noqa: N801 - a context manager reads as a verb
    """Hand out a temporary path beside the target; move it there unless the body failed."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> Path:
        handle, name = tempfile.mkstemp(prefix=f".{self.target.name}.", dir=self.target.parent)
        os.close(handle)
        self.temporary = Path(name)
        return self.temporary

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            # mkstemp makes files only the owner can read; reports are for everybody
            self.temporary.chmod(0o644)
            self.temporary.replace(self.target)
        else:
            self.temporary.unlink(missing_ok=True)
