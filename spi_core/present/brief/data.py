"""What a brief says, gathered from the built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import SpiError
from spi_core.levels import Level
from spi_core.present.base.edition import labels, why_no_index
from spi_core.present.base.marks import carried, of_area
from spi_core.present.base.scale import beside_place, scale_ends, similar_names
from spi_core.present.base.spans import from_other_dates, with_share
from spi_core.present.base.words import LEFT
from spi_core.present.brief.facts import Shown, facts_table, figures_table, standouts, to_ask
from spi_core.present.brief.lines import chosen
from spi_core.present.brief.yardstick import Yardstick, yardstick
from spi_core.store import Tables
from spi_core.tables import records
from spi_core.text.words import NOT_RATED

NOT_COMPARED = "too few figures of both periods"


@dataclass(frozen=True, slots=True)
class Brief:
    """The figures of one unit of evidence: a ward, say.

    Parameters
    ----------
    code, name : str
        The area.
    unit, whole : Level
        What it is, and what the edition is about.
    place : str
        Whose areas are the reference; empty without one.
    yard : Yardstick
        The one thing that its pages compare with.
    index : Series
        Its row of ``standing`` for the index, rated by the yardstick; NaN where it has no score.
    wards : DataFrame
        The row for the index of every unit that has a score, with its ``name``.
    rows : DataFrame
        The index and the components, the furthest below the yardstick first: ``component,
        contents, score, whole, other, gap, rating, word, illustrative``, NaN score where not
        scored; ``change, share`` and ``change_low, change_high, change_rating,
        change_word, change_first, change_last, change_illustrative``, over several years where the
        edition has them.
    spread : DataFrame
        Index element: ``lowest, highest`` of the units' scores.
    heads : tuple of str
        Over the levels and over the changes of the rows; the second empty with one period.
    landmarks : tuple of (str, float, bool)
        Names and scores that the scale shows beside the area's, and whether they are made up.
    ends : tuple of str
        What 0 and 100 mean; empty where no words are known.
    longer_ago : DataFrame
        ``rating, text`` of the changes that count in no score's.
    standouts : DataFrame
        What the first page tells of: see :func:`spi_core.present.brief.facts.standouts`.
    facts, figures : DataFrame
        The figures behind that, and every figure of the area; cells as text, marked.
    lines : tuple of str
        Indicators that the first page shows over the years.
    peers : tuple of str
        Names of the areas in similar circumstances, the nearest first.
    to_ask : tuple of str, str and bool
        One question: the figure's name, the question, whether the figure is generated.
    whom : str
        Who can answer it; empty where nobody is named.
    contact : str
        Who answers for the edition.
    lacking : str
        Why it has no index; empty where it has one.
    """

    code: str
    name: str
    unit: Level
    whole: Level
    place: str
    yard: Yardstick
    index: pd.Series
    wards: pd.DataFrame
    rows: pd.DataFrame
    spread: pd.DataFrame
    heads: tuple[str, str]
    landmarks: tuple[tuple[str, float, bool], ...]
    ends: tuple[str, str]
    longer_ago: pd.DataFrame
    standouts: pd.DataFrame
    facts: pd.DataFrame
    figures: pd.DataFrame
    lines: tuple[str, ...]
    peers: tuple[str, ...]
    to_ask: tuple[str, str, bool]
    whom: str
    contact: str
    lacking: str

    @property
    def scored(self) -> bool:
        """Whether the area has an index score."""
        return not bool(np.isnan(self.index["score"]))

    @property
    def components(self) -> pd.DataFrame:
        """The rows without the index."""
        return self.rows[self.rows["component"] != "Index"]

    @property
    def illustrative(self) -> bool:
        """Whether the area's index rests on generated values."""
        return bool(self.index["illustrative"])


def gather(tables: Tables, code: str, facts: bool = True) -> Brief:
    """Collect what one area's brief shows.

    Parameters
    ----------
    code : str
        Of a unit of evidence.
    facts : bool
        Whether figures are gathered too, or scores and changes alone.

    Raises
    ------
    SpiError
        If the edition has no such unit.
    """
    names: dict[str, str] = dict(tables["areas"].set_index("code")["name"])
    areas, unit = tables["areas"], tables.levels.unit
    known = areas.loc[(areas["level"] == unit.id) & areas["scored"], "code"]
    if code not in set(known):
        listed = ", ".join(f"{c} {names[c]}" for c in sorted(known))
        raise SpiError(f"no {unit.one} {code!r} in this edition; there are {listed}")
    near = similar_names(of_area(tables["peers"], code).sort_values("order"))
    yard = yardstick(len(near), unit, tables.whole)
    standing = yard.rated(carried(tables, "standing"))
    wards = standing[standing["level"] == "index"].dropna(subset="score")
    scores = carried(tables, "scores").query("level == 'index' and period == 'current'")
    made_up = scores.loc[scores["area_code"] == tables.about["edition"]["area"], "illustrative"]
    wards = wards.assign(name=wards["area_code"].map(names), whole_illustrative=made_up.any())
    mine = wards[wards["area_code"] == code]
    index = mine.iloc[0] if len(mine) else _no_index(wards, code, names[code])
    rows = _rows(tables, code, yard, standing[standing["area_code"] == code])
    shown = Shown(tables, code, yard) if facts else None
    told = standouts(shown, rows[rows["component"] != "Index"]) if shown else pd.DataFrame()
    lines = chosen(tables, code, told["indicator_id"]) if shown else []
    figure, asked, made_up = to_ask(shown, told, lines) if shown else ("", "", False)
    return Brief(
        code=code,
        name=names[code],
        unit=unit,
        whole=tables.whole,
        place=beside_place(tables),
        yard=yard,
        index=index,
        wards=wards,
        rows=rows,
        spread=tables["elements"].set_index("element").rename(index={"index": "Index"}),
        heads=("level", _moved(tables)),
        landmarks=_landmarks(tables, index, yard),
        ends=scale_ends(tables),
        longer_ago=from_other_dates(tables, code),
        standouts=told,
        facts=facts_table(shown, told) if shown else pd.DataFrame(),
        figures=figures_table(shown) if shown else pd.DataFrame(),
        lines=tuple(lines),
        peers=tuple(near),
        to_ask=(shown.about[figure].name if shown and figure else "", asked, made_up),
        whom=_whom(tables, figure) if figure else "",
        contact=str(tables.about["edition"].get("contact", "")),
        lacking=why_no_index(tables, code),
    )


def _no_index(wards: pd.DataFrame, code: str, name: str) -> pd.Series:
    """Stand in for the index of an area without one: the score of the whole, nothing else."""
    known: dict[Any, Any] = {
        "area_code": code,
        "name": name,
        "rating": "not rated",
        "illustrative": False,
        "whole_illustrative": False,
    }
    row: pd.Series = pd.Series([known.get(c, np.nan) for c in wards], wards.columns, dtype=object)
    row["whole"] = wards["whole"].max() if len(wards) else np.nan
    return row


def _moved(tables: Tables) -> str:
    """Head the column of changes; nothing where there is one period."""
    said = labels(tables)
    return "change in points" if "baseline" in said else ""


def _landmarks(
    tables: Tables, index: pd.Series, yard: Yardstick
) -> tuple[tuple[str, float, bool], ...]:
    """Mark what the page compares with, and the reference's average."""
    name = tables.whole.one if yard.other == "whole" else yard.name
    held = float(index.get(yard.other, np.nan))
    marks = [(name, held, bool(index["whole_illustrative"]))]
    own, place = (
        tables["reference_scores"].query("element == 'index'")["score"],
        beside_place(tables),
    )
    if place and len(own):
        marks.append((f"{place}’s average {tables.levels.unit.one}", float(own.iloc[0]), False))
    return tuple(mark for mark in marks if not np.isnan(mark[1]))


def _whom(tables: Tables, indicator: str) -> str:
    """Name who can move a figure: those who lead before those who support."""
    rows = tables["partners"].query("indicator_id == @indicator").sort_values("role", kind="stable")
    said = []
    for r in records(rows):
        service = f"{r.partner}: {r.service}" if r.service else r.partner
        said.append(", ".join(part for part in (service, r.contact) if part))
    return "; ".join(said)


def _changes(tables: Tables, code: str) -> pd.DataFrame:
    """Take every element's change: over several years where there is one, else between periods."""
    said = labels(tables)
    between = {"first": said.get("baseline", ""), "last": said["current"]}
    moved = of_area(carried(tables, "changes"), code).assign(**between)
    moved = moved.set_index("element")
    if "long_changes" in tables:
        long = of_area(carried(tables, "long_changes"), code).pipe(
            lambda d: d[d["level"] != "indicator"]
        )
        long = long.set_index("element")[[c for c in moved if c in long]]
        moved = pd.concat([long, moved[~moved.index.isin(long.index)]])
    return moved


def _rows(tables: Tables, code: str, yard: Yardstick, mine: pd.DataFrame) -> pd.DataFrame:
    """Lay every element's level and movement into one row, the furthest below first."""
    framework = tables["framework"][["component", "contents", "scored", "note"]]
    every = pd.concat([pd.DataFrame({"component": ["index"], "scored": [True]}), framework])
    rows = every.merge(mine.rename(columns={"element": "component"}), on="component", how="left")
    moved = _changes(tables, code).reindex(rows["component"]).reset_index(drop=True)
    why = rows["note"].where(~rows["scored"], "not scored: figures are missing")
    rows["word"] = rows["rating"].map(yard.words).fillna(why)
    few = moved["reason"].where(moved["reason"].fillna("").ne(""), NOT_COMPARED)
    rows["change_word"] = moved["rating"].where(moved["change"].notna(), few)
    for name in ("low", "high", "reason", "first", "last"):
        rows[f"change_{name}"] = moved[name]
    rows[["change", *LEFT]] = moved[["change", *LEFT]]
    rows["share"] = with_share(moved.fillna({"parts": 0, "of": 0}))
    rows["partial"] = np.where(moved["parts"] < moved["of"], " on " + rows["share"], "")
    rows["change_rating"] = moved["rating"].fillna(NOT_RATED)
    rows["change_illustrative"] = moved["illustrative"].eq(True)
    rows["rating"] = rows["rating"].fillna(NOT_RATED)
    rows["contents"] = rows["contents"].fillna("")
    rows["illustrative"] = rows["illustrative"].eq(True)
    rows = rows.assign(part=rows["component"] != "index", without=rows["score"].isna())
    rows = rows.sort_values(["part", "without", "gap"], kind="stable", ignore_index=True)
    rows["component"] = rows["component"].replace("index", "Index")
    return rows
