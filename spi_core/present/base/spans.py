"""What counts in a change, and the changes that count in none: figures further apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spi_core.present.base.marks import carried, marked
from spi_core.present.base.numbers import number
from spi_core.present.base.scale import beside_place
from spi_core.present.base.theme import RATINGS
from spi_core.store import Tables
from spi_core.tables import records
from spi_core.text.words import ABREAST, AHEAD, BEHIND

#: Groups of figures that have a change of their own and no part in one of scores.
APART = ("further apart", "closer")


def counted(parts: int, of: int, level: str) -> str:
    """Say how much of an element its change rests on.

    Parameters
    ----------
    parts, of : int
        What counts in the change, of what counts in the score.
    level : str
        Of the element: a component is made of figures, the others of components.

    Examples
    --------
    >>> counted(7, 10, "index"), counted(1, 1, "component")
    ('7 of 10 components', '1 of 1 figure')
    """
    noun = "figure" if level == "component" else "component"
    return f"{parts:.0f} of {of:.0f} {noun}{'s' if of != 1 else ''}"


def with_share(changes: pd.DataFrame) -> list[str]:
    """Say of every row of changes how much it rests on; nothing of what is not scored."""
    rows = zip(changes["parts"], changes["of"], changes["level"], strict=True)
    return [counted(parts, of, level) if of > 0 else "" for parts, of, level in rows]


def beside(place: str, rating: object) -> str:
    """Say after a change how it is beside the reference's own; nothing where that is not known.

    Examples
    --------
    >>> beside("Kent", "clearly worse"), beside("Kent", "no clear difference"), beside("", "x")
    (', clearly worse than in Kent', ', not clearly different from Kent', '')
    """
    said = {ABREAST: "not clearly different from", AHEAD: "clearly better than in",
            BEHIND: "clearly worse than in"}.get(str(rating))  # fmt: skip
    return f", {said} {place}" if place and said else ""


def from_other_dates(tables: Tables, code: str) -> pd.DataFrame:
    """Gather an area's changes of figures that are not as far apart as scores are compared.

    Parameters
    ----------
    code : str
        GSS code of the area.

    Returns
    -------
    DataFrame
        ``rating, text, illustrative``, in the order of the framework; the text names the figure
        with its years, both values and the rating.
    """
    pairs = tables["comparisons"]
    pairs = pairs[pairs["group"].isin(APART)].set_index("indicator_id")
    about: Any = tables["indicators"].set_index("id")
    values = carried(tables, "values").query("area_code == @code")
    cells = {(r.indicator_id, r.period): r for r in records(values)}
    rows, place = [], beside_place(tables)
    moved = tables["indicator_changes"].query("area_code == @code").dropna(subset="change")
    for r in records(moved[moved["indicator_id"].isin(pairs.index)]):
        pair: Any = pairs.loc[r.indicator_id]
        ends = [cells[r.indicator_id, pair[p]] for p in ("from_period", "to_period")]
        before, after = (marked(number(c.value), c.illustrative) for c in ends)
        percent = "%" if about.at[r.indicator_id, "unit"].startswith("%") else ""
        text = (
            f"{about.at[r.indicator_id, 'name']} ({pair['group']}: {pair['first']:.0f} to "
            f"{pair['last']:.0f}) from {before}{percent} to {after}{percent}: "
            f"{RATINGS[r.rating].symbol} {r.rating}{beside(place, r.relative_rating)}"
        )
        rows.append((r.rating, text, any(c.illustrative for c in ends)))
    return pd.DataFrame(rows, columns=["rating", "text", "illustrative"])
