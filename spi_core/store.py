"""The built tables: one Parquet file a table, written whole or not at all, read by name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from spi_core.errors import SpiError
from spi_core.files import in_place, write_bytes
from spi_core.levels import Level, Levels, levels_of
from spi_core.tables import is_of_now, refuse_other, write_table
from spi_core.text.inline import answer_in_kernel
from spi_core.text.seal import seal, seal_frame

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

#: Environment variable that tells a notebook where its edition's tables are.
VARIABLE = "SPI_TABLES"
#: How a record of what was read names a fact of ``build.json``, and the list of all tables.
ABOUT, LISTING = "build.json#", "*"
#: Sets that want to know what this process reads.
_listening: list[set[str]] = []
#: Frames of the one edition that this process holds for all who open it.
_held: dict[Path, dict[str, Any]] = {}


def _note(name: str) -> None:
    for names in _listening:
        names.add(name)


@contextmanager
def recording_reads() -> Iterator[set[str]]:
    """Collect what is read from built tables in the meantime.

    Yields
    ------
    set of str
        Names of tables, of facts of the build (``build.json#edition``) and of files beside the
        tables (``impact/x.json``); ``*`` for the list of tables. It grows as the body runs.

    Examples
    --------
    >>> with recording_reads() as names:
    ...     pass
    >>> names
    set()
    """
    names: set[str] = set()
    _listening.append(names)
    try:
        yield names
    finally:
        _listening.remove(names)


class _About(dict[str, Any]):
    """The facts of a build; notes which are asked for."""

    def __getitem__(self, key: str) -> Any:
        _note(ABOUT + key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        _note(ABOUT + key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        _note(f"{ABOUT}{key}")
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        for key in super().__iter__():
            _note(ABOUT + key)
            yield key

    def items(self) -> Any:
        """Give all facts: each of them counts as read."""
        return {key: self[key] for key in self}.items()

    def values(self) -> Any:
        """Give all facts: each of them counts as read."""
        return [self[key] for key in self]


class NoTableError(SpiError, KeyError):
    """A table that the build did not make."""

    __str__ = Exception.__str__  # a KeyError would show the sentence in quotes


class Tables(Mapping[str, Any]):
    """Tables of one built edition, read when first asked for.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>/tables``.
    sealed : bool
        Whether the text in them is sealed, as documents need it.
    """

    def __init__(self, folder: Path, *, sealed: bool = False) -> None:
        self.folder, self.sealed = Path(folder), sealed
        if not (self.folder / "build.json").exists():
            raise SpiError(f"{self.folder}: no built tables here; run 'spi build EDITION' first")
        facts = _whole(self.folder / "build.json", lambda p: dict(json.loads(p.read_bytes())))
        self.about: dict[str, Any] = _About(self._shown(facts))
        held = _held.get(self.folder.resolve(), {}) if sealed else {}
        self._read: dict[str, Any] = dict(held)
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def _shown(self, value: Any) -> Any:
        return seal(value) if self.sealed else value

    def __getitem__(self, name: str) -> pd.DataFrame:
        _note(name)
        if name not in self._read:
            frame = _whole(self._path(name), _frame)
            self._read[name] = seal_frame(frame) if self.sealed else frame
        # a notebook that edits its copy must not change what the next cell reads
        return cast("pd.DataFrame", self._read[name].copy())

    def __contains__(self, name: object) -> bool:
        _note(str(name))
        return (self.folder / f"{name}.parquet").exists()

    def _path(self, name: str) -> Path:
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            raise NoTableError(f"no table {name!r}; there are {', '.join(self)}")
        return path

    @property
    def levels(self) -> Levels:
        """The edition's levels of areas, with their words."""
        listed = {area["level"]: None for area in self.rows("areas")}
        return levels_of(self.about["edition"]["geography"]["levels"], listed)

    @property
    def whole(self) -> Level:
        """The level of the area that the edition is about."""
        code = self.about["edition"]["area"]
        return self.levels[next(a["level"] for a in self.rows("areas") if a["code"] == code)]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Read a small table as plain rows: without the second that importing pandas takes.

        Parameters
        ----------
        name : str
            Name of the table.

        Returns
        -------
        list of dict
            Column to value, one a row.

        Raises
        ------
        SpiError
            If there is no such table.
        """
        _note(name)
        if name not in self._rows:
            self._rows[name] = self._shown(_whole(self._path(name), _list))
        return [dict(row) for row in self._rows[name]]

    def is_of_now(self, names: Iterable[str]) -> bool:
        """Whether tables of these names were written under the schemas of now."""
        from pyarrow import parquet

        schemas = {name: parquet.read_schema(self._path(name)).metadata for name in names}
        return all(is_of_now(name, said) for name, said in schemas.items())

    def has(self, name: str) -> bool:
        """Whether a file stands beside the tables.

        Parameters
        ----------
        name : str
            Its path within ``reports/<edition>``, such as ``explorer/embed.html``.
        """
        _note(name)
        return (self.folder.parent / name).is_file()

    def node(self, name: str) -> Any:
        """Read a JSON file that the build has put beside its tables.

        Parameters
        ----------
        name : str
            Its path within ``reports/<edition>``, such as ``impact/x.json``.

        Returns
        -------
        object
            Its content.

        Raises
        ------
        SpiError
            If it cannot be read.
        """
        _note(name)
        try:
            text = (self.folder.parent / name).read_text(encoding="utf-8")
        except OSError as error:
            raise SpiError(f"{self.folder.parent / name}: {error.strerror}") from error
        return self._shown(json.loads(text))

    def __iter__(self) -> Iterator[str]:
        _note(LISTING)
        return iter(sorted(p.stem for p in self.folder.glob("*.parquet")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def open_tables(folder: str | Path | None = None, edition: str = "lbbd-open") -> Tables:
    """Open the tables of a built edition for a document: what they say stays text in Markdown.

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
        A mapping from table name to DataFrame; ``about`` holds the build's own facts. Text is
        sealed (:mod:`spi_core.text.seal`); ``Tables(folder)`` gives it as it is.

    Raises
    ------
    SpiError
        If nothing has been built there.
    """
    if folder is None:
        folder = os.environ.get(VARIABLE) or _default(edition)
    answer_in_kernel()
    return Tables(Path(folder), sealed=True)


def hold_tables(folder: Path) -> None:
    """Read an edition's tables once for all documents of this process and its forks.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>/tables``. Those of another edition are let go.

    Notes
    -----
    For processes that end before the edition is built again: what is held is not read anew.
    """
    folder = folder.resolve()
    if folder not in _held:
        _held.clear()
        found = sorted(folder.glob("*.parquet"))
        _held[folder] = {p.stem: seal_frame(_whole(p, _frame)) for p in found}


def _frame(path: Path) -> pd.DataFrame:
    """Read a table; only whoever needs one imports the heavy modules."""
    from pyarrow import parquet

    refuse_other(path, parquet.read_schema(path).metadata)
    if path.stem.startswith("map_"):
        import geopandas as gpd

        return cast("pd.DataFrame", gpd.read_parquet(path))
    import pandas as pd

    return pd.read_parquet(path)


def _list(path: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        refuse_other(path, file.schema_arrow.metadata)
        return list(file.read().to_pylist())


def _whole(path: Path, read: Callable[[Path], T]) -> T:
    """Read a file that a build has made, unless something has spoilt it since."""
    try:
        return read(path)
    except SpiError:
        raise
    except Exception as error:  # JSON and Parquet have many words for what they cannot read
        why = f"{path}: cannot be read ({type(error).__name__})"
        raise SpiError(f"{why}; remove {path.parent} and run 'spi build EDITION'") from error


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
        with in_place(folder / f"{name}.parquet") as path:
            write_table(path, frame, name)
    for path in folder.glob("*.parquet"):
        if path.stem not in tables:
            path.unlink()
    text = json.dumps(about, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_bytes(folder / "build.json", text.encode())
