"""The levels of areas: one table of what they are called, how their codes look, what they are for.

An edition names its levels in ``edition.yml``, smallest or largest first. A name of :data:`KNOWN`
is enough; a mapping changes what it likes of a known level or describes one of the edition's own.
What a level is for follows from its place: smaller ones than the unit of evidence are its details,
larger ones its contexts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

#: ``evidence``: the unit that scores, ranks and effects are of; ``detail``: its parts; ``context``:
#: what it is part of or held against, never another row of evidence.
Role: TypeAlias = Literal["detail", "evidence", "context"]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of areas.

    Parameters
    ----------
    id : str
        Its name in ``areas.csv``.
    order : int
        From small to large; levels compare by it.
    one, many : str
        What one area of it is called, and several.
    pattern : str
        Regular expression of its codes, whole.
    role : {"detail", "evidence", "context"}
        What it is for.
    parent : str
        The level whose areas its own lie in, where the edition has it; empty at the top.
    full : str
        What its abbreviation stands for; empty where the words say it.
    residents : int
        How many people live in one, about, where that tells a reader more than its name.
    """

    id: str
    order: int
    one: str
    many: str
    pattern: str
    role: Role
    parent: str = ""
    full: str = ""
    residents: int = 0

    def noun(self, count: int) -> str:
        """Give the word for one or for many, as a number of them asks for."""
        return self.one if count == 1 else self.many


#: Levels that an edition can name without describing them (codes of the Office for National
#: Statistics).
KNOWN: Mapping[str, Level] = {
    level.id: level
    for level in (
        Level("lsoa", 10, "LSOA", "LSOAs", "[EW]01[0-9]{6}", "detail", "ward",
              "lower super output area", 1500),
        Level("msoa", 20, "MSOA", "MSOAs", "[EW]02[0-9]{6}", "detail", "borough",
              "middle layer super output area", 8000),
        Level("ward", 30, "ward", "wards", "[EWSN](05|13|14|00)[0-9]{6}", "evidence", "borough"),
        Level("borough", 40, "borough", "boroughs", "E0[6-9][0-9]{6}", "context", "region"),
        Level("region", 50, "region", "regions", "E12[0-9]{6}", "context", "country"),
        Level("country", 60, "country", "countries", "[EWSNK][0-9]{8}", "context"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of one edition, from large to small.

    Parameters
    ----------
    rows : tuple of Level
        Exactly one of them is the unit of evidence.
    """

    rows: tuple[Level, ...]

    def __iter__(self) -> Iterator[Level]:
        """Go through the levels, the largest areas first."""
        return iter(self.rows)

    def __getitem__(self, name: str) -> Level:
        """Find a level by its id."""
        return next(level for level in self.rows if level.id == name)

    def __contains__(self, name: object) -> bool:
        """Whether the edition has the level."""
        return any(level.id == name for level in self.rows)

    @property
    def unit(self) -> Level:
        """The unit of evidence: what scores, ranks, ratings and effects are of."""
        return next(level for level in self.rows if level.role == "evidence")

    @property
    def details(self) -> tuple[Level, ...]:
        """Levels below the unit, large to small."""
        return tuple(level for level in self.rows if level.role == "detail")

    @property
    def contexts(self) -> tuple[Level, ...]:
        """Levels above the unit, large to small."""
        return tuple(level for level in self.rows if level.role == "context")


def units_named(named: Iterable[str | Mapping[str, Any]]) -> list[str]:
    """Name the levels that claim to be the unit of evidence.

    Parameters
    ----------
    named : iterable of str or mapping
        ``geography.levels`` of ``edition.yml``.

    Returns
    -------
    list of str
        Those whose ``role`` says so; where none does, the known ones that usually are. One in a
        sound edition.
    """
    said = {item if isinstance(item, str) else item["id"]: item for item in named}
    claimed = [name for name, item in said.items() if "role" in item]
    return claimed or [n for n in said if n in KNOWN and KNOWN[n].role == "evidence"]


def levels_of(named: Iterable[str | Mapping[str, Any]], also: Iterable[str] = ()) -> Levels:
    """Read the levels that an edition names.

    Parameters
    ----------
    named : iterable of str or mapping
        ``geography.levels`` of ``edition.yml``, checked by its schema.
    also : iterable of str
        Levels that ``areas.csv`` holds: those known are added though they are not scored.

    Returns
    -------
    Levels
        From large to small.

    Examples
    --------
    >>> levels_of(["lsoa", "borough", "ward"]).unit.many
    'wards'
    >>> own = {"id": "municipality", "order": 35, "many": "municipalities", "pattern": "[0-9]{7}",
    ...        "role": "evidence"}
    >>> levels = levels_of(["region", own], also=["ward"])
    >>> [(level.one, level.role) for level in levels]
    [('region', 'context'), ('municipality', 'evidence'), ('ward', 'detail')]
    """
    said = {item if isinstance(item, str) else item["id"]: item for item in named}
    unit = units_named(said.values())[0]
    said |= {name: name for name in also if name in KNOWN and name not in said}
    rows = []
    for name, item in said.items():
        known = KNOWN.get(name, Level(name, 0, name, name, "[^ ]+", "detail"))
        rows.append(known if isinstance(item, str) else replace(known, **item))
    smallest = next(level.order for level in rows if level.id == unit)

    def role(level: Level) -> Role:
        if level.id == unit:
            return "evidence"
        return "detail" if level.order < smallest else "context"

    rows = [replace(level, role=role(level)) for level in rows]
    return Levels(tuple(sorted(rows, key=lambda level: -level.order)))
