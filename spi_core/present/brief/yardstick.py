"""What a brief holds its area against: similar areas, or the whole where none are known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spi_core.levels import Level
from spi_core.present.base.numbers import number
from spi_core.present.base.words import owned
from spi_core.text.words import NOT_RATED, SIMILAR, STRENGTH, WEAKNESS


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The one thing that a page compares with.

    Parameters
    ----------
    name, whose : str
        ``similar wards, similar wards’``; ``the borough, the borough’s``.
    words : mapping of str to str
        What a rating is called beside its sign.
    other, gap, low, high : str
        Columns of ``standing``: its score, the score less that, the interval of the difference.
    pull, tells, apart : str
        Columns of ``indicator_standing``.
    """

    name: str
    whose: str
    words: dict[str, str]
    other: str
    gap: str
    low: str
    high: str
    pull: str
    tells: str
    apart: str

    @property
    def at(self) -> str:
        """Where it is: ``in similar wards``."""
        return f"in {self.name}"

    def rated(self, standing: pd.DataFrame) -> pd.DataFrame:
        """Set beside each score what it is held against, and the rating of the difference.

        Parameters
        ----------
        standing : DataFrame
            Rows of the built table.

        Returns
        -------
        DataFrame
            ``other, gap, gap_low, gap_high`` and ``rating``; against the whole that follows the
            interval alone.
        """
        columns = {"other": self.other, "gap": self.gap, "gap_low": self.low, "gap_high": self.high}
        rows = standing.assign(**{name: standing[column] for name, column in columns.items()})
        if self.other == "whole":
            sides = [rows["gap_low"] > 0, rows["gap_high"] < 0, rows["gap_low"].notna()]
            rows["rating"] = np.select(sides, [STRENGTH, WEAKNESS, SIMILAR], NOT_RATED)
        return rows

    def against(
        self, score: float, other: float, low: float, high: float, rating: str = ""
    ) -> tuple[str, str]:
        """Say how a score compares, no more than the interval and the rating allow.

        Returns
        -------
        tuple of str and str
            The score as it is printed beside that, and the comparison: two numbers of which one is
            clearly the lower are not printed alike.

        Examples
        --------
        >>> from spi_core.levels import KNOWN
        >>> unit, whole = KNOWN["region"], KNOWN["country"]
        >>> near, home = (yardstick(is_near, unit, whole) for is_near in (1, 0))
        >>> near.against(43.2, 48.2, -6.7, -3.0)
        ('43', 'clearly below similar regions’ 48')
        >>> near.against(39.1, 47.2, -9.3, -0.7, "similar")
        ('39', 'below similar regions’ 47, by no more than is usual among them')
        >>> home.against(47.9, 48.2, -2.3, 1.6)
        ('48', 'not clearly different from the country’s 48')
        >>> home.against(47.9, 48.2, -0.5, -0.1)
        ('47.9', 'clearly below the country’s 48.2')
        """
        if any(math.isnan(x) for x in (score, other, low, high)):
            return number(score, 0), f"not compared with {self.name}"
        side = "clearly above" if low > 0 else "clearly below" if high < 0 else ""
        digits = 0
        while side and digits < 2 and number(score, digits) == number(other, digits):
            digits += 1
        how, rest = side or "not clearly different from", ""
        if side and rating == SIMILAR:  # the rating asks more: as far off as few of them are
            how, rest = side.split()[1], ", by no more than is usual among them"
        return number(score, digits), f"{how} {self.whose} {number(other, digits)}{rest}"


def yardstick(peers: object, unit: Level, whole: Level) -> Yardstick:
    """Choose what an area is held against.

    Parameters
    ----------
    peers : object
        Whether similar areas are known.
    unit, whole : Level
        What it is, and what the edition is about.
    """
    if peers:
        name = f"similar {unit.many}"
        words = {STRENGTH: STRENGTH, SIMILAR: SIMILAR, WEAKNESS: WEAKNESS, NOT_RATED: NOT_RATED}
        standing = ("peers_median", "peers_difference", "peers_low", "peers_high")
        figures = ("peers_pull", "peers_tells", "peers_apart")
        return Yardstick(name, owned(name), words, *standing, *figures)
    name = f"the {whole.one}"
    words = {STRENGTH: "above", SIMILAR: "similar", WEAKNESS: "below", NOT_RATED: NOT_RATED}
    standing = ("whole", "difference", "difference_low", "difference_high")
    return Yardstick(name, owned(name), words, *standing, "pull", "tells", "apart")
