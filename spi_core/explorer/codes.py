"""One letter a state: how the explorer's data say where a cell comes from and how it is rated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.errors import SpiError
from spi_core.present.base.marks import SYMBOL, WORD
from spi_core.present.base.theme import RATINGS, colour
from spi_core.text.words import NO_NEWER

#: Where a cell comes from: code, word, what it means, whether it shows a number.
STATES: dict[str, tuple[str, str, str, bool]] = {
    "observed": ("o", "observed", "Counted or measured, as its source published it.", True),
    "revised": ("r", "revised", "Counted or measured, and since revised by its source.", True),
    "provisional": ("p", "provisional", "Its source may still revise it.", True),
    "modelled": ("m", "modelled", "Worked out from other figures, by its source or by us.", True),
    "calculated": ("c", "calculated", "A score, calculated from the figures below it.", True),
    "estimated": (
        "e",
        "estimated",
        "The figure is missing; this one follows from the area’s other figures.",
        True,
    ),
    "illustrative": ("i", "illustrative", "Made up to show the method: not real data.", True),
    "suppressed": (
        "s",
        "suppressed",
        "Withheld: so few people are counted that someone might be recognised.",
        False,
    ),
    "missing": ("x", "missing", "Collected for other areas or periods, but not here.", False),
    "not collected": ("n", "not collected", "Nobody collects it for these areas yet.", False),
    "not scored": ("u", "not scored", "Too few figures to calculate a score.", False),
    "not comparable": (
        "a",
        "not comparable",
        "Scores of this period rest on other figures than the latest ones: see Change.",
        False,
    ),
}

#: What else is true of a cell: bits of one hexadecimal digit.
FLAGS = {
    "capped": (1, "Beyond the goalposts: it counts as the goalpost."),
    "low reliability": (2, "Rests on fewer than 20 events: read it with its interval."),
    "illustrative": (4, "Rests on figures made up to show the method."),
}

#: One letter a rating, of standing and of change.
RATING_CODES = {
    "strength": "s",
    "similar": "m",
    "weakness": "w",
    "clear improvement": "i",
    "no clear change": "n",
    "clear decline": "d",
    "not rated": "-",
}


def said_why(reason: Any) -> Any:
    """Say of a figure that a period gives once more that it is the same one."""
    return "same figure: no newer one is published" if reason == NO_NEWER else reason


class Texts:
    """Texts that many cells share: each is kept once, cells hold its position."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._place: dict[str, int] = {}

    def place(self, text: object) -> int:
        """Give the position of a text, -1 for none."""
        if not isinstance(text, str) or not text:
            return -1
        if text not in self._place:
            self._place[text] = len(self.all)
            self.all.append(text)
        return self._place[text]

    def places(self, texts: Iterable[object]) -> list[int] | None:
        """Give the positions of texts; None where none of them says anything."""
        found = [self.place(t) for t in texts]
        return found if any(p >= 0 for p in found) else None


def letters(words: Iterable[object], codes: dict[str, str], empty: str) -> str:
    """Write words as one letter each.

    Parameters
    ----------
    words : iterable
        Words; anything that is no text counts as ``empty``.
    codes : dict of str to str
        Word to letter.
    empty : str
        The letter of a cell without a word.

    Returns
    -------
    str
        As long as there are words.

    Raises
    ------
    SpiError
        For a word without a letter.

    Examples
    --------
    >>> letters(["strength", None, "similar"], RATING_CODES, "-")
    's-m'
    """
    try:
        return "".join(codes[w] if isinstance(w, str) and w else empty for w in words)
    except KeyError as error:
        raise SpiError(f"the explorer has no sign for {error}; it has {', '.join(codes)}") from None


def numbers(values: NDArray[Any], decimals: int) -> list[float | int | None]:
    """Round numbers for the page; None where there is none.

    Parameters
    ----------
    values : ndarray
        Numbers, NaN where missing.
    decimals : int
        As many as are shown.

    Returns
    -------
    list of float, int or None
        Whole numbers without a decimal point.

    Examples
    --------
    >>> import numpy as np
    >>> numbers(np.array([1.26, 2.0, np.nan, -0.04]), 1)
    [1.3, 2, None, 0]
    """
    # text and back rounds as present.words does, half cases of binary fractions included
    rounded = [float(f"{v:.{decimals}f}") if v == v else None for v in values.tolist()]
    return [int(v) if v is not None and v == int(v) else v for v in rounded]


def states_legend() -> dict[str, dict[str, Any]]:
    """List the states by their letter.

    Returns
    -------
    dict
        Letter to ``word``, ``meaning`` and whether a number is ``shown``.
    """
    return {c: {"word": w, "meaning": m, "shown": s} for c, w, m, s in STATES.values()}


def ratings_legend() -> dict[str, dict[str, str]]:
    """List the ratings by their letter.

    Returns
    -------
    dict
        Letter to ``word``, ``symbol`` and ``colour``.
    """
    return {
        RATING_CODES[r.word]: {"word": r.word, "symbol": r.symbol, "colour": colour(r.colour)}
        for r in RATINGS.values()
        if r.word in RATING_CODES  # chapters have words of their own
    }


def flags_legend() -> dict[str, dict[str, str]]:
    """List the flags by their bit.

    Returns
    -------
    dict
        Bit to ``word``, ``meaning`` and the ``symbol`` that stands after a number.
    """
    return {
        str(bit): {"word": w, "meaning": m, "symbol": SYMBOL if w == WORD else ""}
        for w, (bit, m) in FLAGS.items()
    }


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Take a table row by row.

    Parameters
    ----------
    frame : DataFrame
        Any built table; its columns are text.

    Returns
    -------
    list of dict
        One a row.
    """
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def flags(*given: tuple[int, NDArray[np.bool_]]) -> list[str] | None:
    """Join flags of every cell to one digit; None where no cell has any."""
    total = sum(bit * np.asarray(where, dtype=int) for bit, where in given)
    rows = np.atleast_2d(total)
    return ["".join(map(str, row)) for row in rows.tolist()] if rows.any() else None
