"""What an impact chapter shows, read from the result file that the build has written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spi_core.errors import SpiError
from spi_core.levels import Level
from spi_core.present.base.numbers import number
from spi_core.store import Tables

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """One primary outcome.

    Parameters
    ----------
    label, unit, direction : str
        As in the protocol.
    status : str
        The verdict's word.
    raw, analysis, verdict : mapping
        Of the result file; ``raw`` and ``analysis`` are empty where refused.
    node : mapping
        The whole entry.
    digits : int
        Decimals that its values deserve.
    share : bool
        Whether effects are in per cent of the number expected.
    """

    label: str
    unit: str
    direction: str
    status: str
    raw: Node
    analysis: Node
    verdict: Node
    node: Node
    digits: int
    share: bool = False

    @property
    def clear(self) -> bool:
        """Whether the answer is a clear one."""
        return self.status.startswith("clear")

    @property
    def scale(self) -> float:
        """What makes an effect a percentage of the level before; NaN where there is no level."""
        return 1.0 if self.share else 100 / self.level if self.level > 0 else math.nan

    @property
    def level(self) -> float:
        """Mean of the treated units before."""
        return end(self.raw.get("treated_before"), math.nan)

    @property
    def residents(self) -> float:
        """Residents of the treated units; NaN without figures."""
        wards = self.raw.get("wards", ())
        return sum(w["population"] for w in wards if w["treated"]) if wards else math.nan


@dataclass(frozen=True, slots=True)
class ChapterPage:
    """One chapter.

    Parameters
    ----------
    id, name : str
        Of the protocol.
    unit, part, whole : Level
        What effects are of, what the figures are of, and what the edition is about.
    design, node : mapping
        Protocol, and the whole result file.
    outcomes : tuple of OutcomePage
        Primary outcomes, in the order of the protocol.
    names : mapping of str to str
        Names of areas by code.
    sides : mapping of str to tuple of str
        Names of the units that are ``treated``, ``comparison`` and ``set aside``.
    """

    id: str
    name: str
    unit: Level
    part: Level
    whole: Level
    design: Node
    node: Node
    outcomes: tuple[OutcomePage, ...]
    names: Mapping[str, str]
    sides: Mapping[str, tuple[str, ...]]

    @property
    def answered(self) -> tuple[OutcomePage, ...]:
        """Primary outcomes with an estimate."""
        return tuple(o for o in self.outcomes if o.analysis)

    @property
    def refused(self) -> bool:
        """Whether the whole chapter is refused."""
        return bool(self.node["refusals"])

    @property
    def treated(self) -> tuple[str, ...]:
        """Names of the treated units."""
        return self.sides["treated"]

    @property
    def wide(self) -> bool:
        """Whether it compares with areas outside the edition."""
        return bool(self.design["series"])

    @property
    def generated(self) -> bool:
        """Whether the chapter rests on generated figures."""
        return bool(self.node["edition"]["illustrative"])

    @property
    def by_unit(self) -> bool:
        """Whether whole units of evidence were treated, not small areas within them."""
        return bool(self.design["targeting"] == self.unit.id)

    @property
    def small(self) -> bool:
        """Whether the figures are of small areas within the units."""
        return self.part != self.unit and not self.wide

    @property
    def counted(self) -> str:
        """What one of the units that figures are of is called, with what helps to know it."""
        if not self.small:
            return self.unit.one
        size = (
            f" of about {number(self.part.residents, 0)} residents" if self.part.residents else ""
        )
        return f"{self.part.one} (a small area{size})"

    @property
    def areas(self) -> str:
        """What was treated is called."""
        return self.unit.many if self.by_unit else "small areas"


def end(value: object, unbounded: float) -> float:
    """Read a number of the result file.

    Parameters
    ----------
    value : object
        A number, None, or the word "unbounded".
    unbounded : float
        What the word stands for at this end of an interval.

    Returns
    -------
    float
        NaN for None.

    Examples
    --------
    >>> end(2, math.inf), end("unbounded", -math.inf), end(None, math.inf)
    (2.0, -inf, nan)
    """
    if value == "unbounded":
        return unbounded
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


def gather_chapter(tables: Tables, intervention: str) -> ChapterPage:
    """Read one chapter.

    Parameters
    ----------
    tables : Tables
        Of the edition.
    intervention : str
        Its id.

    Raises
    ------
    SpiError
        If the build has made no such chapter.
    """
    folder = tables.folder.parent / "impact"
    path: Path = folder / f"{intervention}.json"
    if not path.exists():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.json"))) or "none"
        raise SpiError(f"no impact chapter {intervention!r}; there are: {there}")
    node = tables.node(f"impact/{path.name}")
    areas = tables["areas"].set_index("code")
    names = {str(code): str(name) for code, name in areas["name"].items()}
    parents = {str(code): str(parent) for code, parent in areas["parent_code"].items()}
    design = node["design"]
    whole, unit = tables.whole, tables.levels.unit
    names |= node["edition"].get("names", {})
    units = sorted(areas.index[areas["level"] == unit.id])
    return ChapterPage(
        id=design["id"],
        name=design["name"],
        unit=tables.levels[node["edition"]["level"]] if design["series"] else unit,
        part=tables.levels[node["edition"]["level"]],
        whole=whole,
        design=design,
        node=node,
        outcomes=tuple(_outcome(entry, bool(design["series"])) for entry in node["primary"]),
        names=names,
        sides=(
            _wide_sides(node, units, names)
            if design["series"]
            else _sides(design, units, parents, names)
        ),
    )


def gather_chapters(tables: Tables) -> tuple[ChapterPage, ...]:
    """Read all chapters of an edition.

    Parameters
    ----------
    tables : Tables
        Of the edition.

    Returns
    -------
    tuple of ChapterPage
        In the order of ``interventions.yml``; empty without one.
    """
    if "impact" not in tables:
        return ()
    ids = tables["impact"]["intervention"].drop_duplicates()
    return tuple(gather_chapter(tables, str(name)) for name in ids)


def _outcome(entry: Node, wide: bool) -> OutcomePage:
    outcome, raw = entry["outcome"], entry["raw"] or {}
    analysis = entry["analysis"] or {}
    if wide and analysis:
        # the shape that tables and pictures of both kinds read
        effect = analysis["effect"]
        low, high = effect["low"], effect["high"]
        panel = {"did": effect["estimate"], "did_low": low, "did_high": high}
        panel |= {"low": low, "high": high}
        base = "the mean of the periods before"
        study = {"effects": analysis["study"], "base": base, "joint_p": analysis["joint_p"]}
        analysis = {**analysis, "panel": panel, "study": study if analysis["study"] else None}
    level = end(raw.get("treated_before"), math.nan)
    return OutcomePage(
        label=outcome["label"] or outcome["id"],
        unit=outcome["unit"],
        direction=outcome["direction"],
        status=entry["verdict"]["status"],
        raw=raw,
        analysis=analysis,
        verdict=entry["verdict"],
        node=entry,
        digits=0 if level >= 200 else 1 if level >= 2 else 2,
        share=wide,
    )


def _wide_sides(
    node: Node, units: list[str], names: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Sides of the edition’s own units; the treated alone where they are none of these."""
    design, ring = node["design"], set(node["edition"]["ring"])
    treated = set(design["treated"])
    own = set(units) if treated <= set(units) else set()
    aside = own & (ring | set(design["excluded"]))
    parts = (("treated", treated), ("comparison", own - treated - aside), ("set aside", aside))
    return {side: tuple(names[code] for code in sorted(codes)) for side, codes in parts}


def _sides(
    design: Node, units: list[str], parent: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Put every unit on a side; one with any treated small area counts as treated."""

    def unit_of(code: str) -> str:
        return code if code in units else parent[code]

    treated = {unit_of(code) for code in design["treated"]}
    excluded = {unit_of(code) for code in design["excluded"]} - treated
    comparison = design["comparison"]
    compared = set(units) - treated - excluded
    if comparison == "none":
        compared = set()
    elif comparison != "others":
        compared = {unit_of(code) for code in comparison} - treated
    aside = set(units) - treated - compared
    parts = (("treated", treated), ("comparison", compared), ("set aside", aside))
    return {side: tuple(names[code] for code in sorted(codes)) for side, codes in parts}
