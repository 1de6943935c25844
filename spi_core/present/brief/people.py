"""How many people, homes or events a gap stands for, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import number


def in_people(r: Any) -> str:
    """Write how many the gap stands for, with its likely range.

    Parameters
    ----------
    r : named tuple
        ``people, people_low, people_high, illustrative, noun``: a gap beyond chance.
    """
    if not pd.notna(r.people):
        return "no count is published"
    return more_or_fewer(r.people, r.people_low, r.people_high, r.illustrative, r.noun)


def more_or_fewer(n: float, low: float, high: float, made_up: bool = False, noun: str = "") -> str:
    """Say by how many a count differs from what another rate would make it.

    Parameters
    ----------
    n, low, high : float
        How many more, negative for fewer; the ends of its interval, both on one side of zero.
    made_up : bool
        Whether it rests on generated values.
    noun : str
        What is counted, from the catalogue: for one and for many.

    Returns
    -------
    str
        Whole, from a thousand on in tens: it is worked out, not counted. Never a bound of none:
        that would contradict that there is a difference.

    Examples
    --------
    >>> more_or_fewer(35.9, 14.9, 59.4, noun="robbery/robberies")
    'about 36 more robberies (likely 15 to 59)'
    >>> more_or_fewer(-18.2, -33.0, -1.2), more_or_fewer(-3.1, -6.2, -0.3)
    ('about 18 fewer (likely 1 to 33)', 'about 3 fewer (likely up to 6)')
    >>> more_or_fewer(0.8, 0.2, 1.4, noun="fire/fires"), more_or_fewer(0.3, 0.1, 0.4)
    ('about 1 more fire (likely up to 1)', 'less than 1 more')
    """
    word = "more" if n > 0 else "fewer"
    size, least, most = (_whole(x) for x in (abs(n), *sorted((abs(low), abs(high)))))
    word += noun_of(noun, size)
    if size == "0":
        return f"less than 1 {word}"
    span = f"up to {most}" if least == "0" else f"{least} to {most}"
    return f"about {marked(size, made_up)} {word} (likely {span})"


def noun_of(noun: str, size: str) -> str:
    """Give what is counted, with a blank before it, as it follows a number; empty without one.

    Examples
    --------
    >>> noun_of("child/children", "1"), noun_of("child/children", "23"), noun_of("", "23")
    (' child', ' children', '')
    """
    one, _, many = noun.partition("/")
    return f" {one if size in ('0', '1') else many}" if noun else ""


def _whole(count: float) -> str:
    return number(round(count, -1 if count >= 999.5 else 0), 0)
