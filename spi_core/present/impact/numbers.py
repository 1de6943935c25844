"""Numbers of an impact chapter as text: effects, intervals, p-values, periods."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Sequence

from spi_core.present.base.numbers import number, signed
from spi_core.present.base.words import and_list
from spi_core.present.impact.data import OutcomePage, end

#: Below this no figure of a p-value tells a reader more.
LEAST_P = 0.0001


def p_words(p: float | None) -> str:
    """Write a p-value: two decimals, below 0.1 two figures, below 0.0001 no more than that.

    Parameters
    ----------
    p : float or None
        The p-value.

    Returns
    -------
    str
        A dash for None.

    Examples
    --------
    >>> p_words(0.6545), p_words(0.01818), p_words(1 / 5005), p_words(1.0), p_words(None)
    ('0.65', '0.018', '0.00020', '1', '–')
    >>> p_words(1e-8)
    '<0.0001'
    """
    if p is None or math.isnan(p):
        return "–"
    if p >= 0.995:
        return "1"
    if p < LEAST_P:
        return f"<{LEAST_P:.4f}"
    return f"{p:.2f}" if p >= 0.0995 else f"{p:.{1 - math.floor(math.log10(p))}f}"


def p_is(p: float | None) -> str:
    r"""Write a p-value for a sentence.

    Parameters
    ----------
    p : float or None
        The p-value.

    Examples
    --------
    >>> p_is(0.6545), p_is(1e-8)
    ('p\xa0=\xa00.65', 'p\xa0<\xa00.0001')
    """
    text = p_words(p)  # not to be parted at the end of a line
    return f"p\u00a0<\u00a0{text[1:]}" if text.startswith("<") else f"p\u00a0=\u00a0{text}"


def periods(names: Sequence[str]) -> str:
    """Name one or more periods.

    Parameters
    ----------
    names : sequence of str
        In order.

    Returns
    -------
    str
        Years in a row as a span, and months in words.

    Examples
    --------
    >>> periods(["2016", "2017"]), periods(["2019"]), periods(["2011", "2013"])
    ('2016–17', '2019', '2011, 2013')
    >>> periods(["2021-11", "2021-12", "2022-01", "2023-05"])
    'November 2021 to January 2022 and May 2023'
    """
    if names and all(re.fullmatch(r"[0-9]{4}-[0-9]{2}", n) for n in names):
        return and_list(_months(names))
    years = [int(n) for n in names if len(n) == 4 and n.isdecimal()]
    if len(names) > 1 and len(years) == len(names) and years[-1] - years[0] == len(years) - 1:
        tail = names[-1][2:] if names[-1][:2] == names[0][:2] else names[-1]
        return f"{names[0]}–{tail}"
    return ", ".join(names)


def _months(names: Sequence[str]) -> list[str]:
    """Stretches of months in a row, in words."""
    runs: list[list[str]] = []
    count = [12 * int(n[:4]) + int(n[5:]) for n in names]
    for k, name in enumerate(names):
        if k and count[k] == count[k - 1] + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return [" to ".join(day_words(n) for n in dict.fromkeys((r[0], r[-1]))) for r in runs]


def day_words(date: str) -> str:
    """Write a date as a person would.

    Parameters
    ----------
    date : str
        ISO date, year and month, or year.

    Examples
    --------
    >>> day_words("2018-03-19"), day_words("2018-04"), day_words("2018")
    ('19 March 2018', 'April 2018', '2018')
    """
    year, *rest = date.split("-")
    parts = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*parts, calendar.month_name[int(rest[0])], year]) if rest else year


def effect_text(outcome: OutcomePage, value: object) -> str:
    """Write an effect with its sign.

    Parameters
    ----------
    outcome : OutcomePage
        Says how many decimals.
    value : object
        Of the result file.

    Returns
    -------
    str
        A dash where there is none.
    """
    found = end(value, math.inf)
    return f"{signed(found, 0)}%" if outcome.share else signed(found, outcome.digits)


def span(outcome: OutcomePage, low: object, high: object) -> str:
    """Write an interval.

    Parameters
    ----------
    outcome : OutcomePage
        Says how many decimals.
    low, high : object
        Of the result file.

    Returns
    -------
    str
        An open end in words; a dash where there is none.
    """
    a, b = end(low, -math.inf), end(high, math.inf)
    if math.isnan(a) or math.isnan(b):
        return "–"
    left = "no lower bound" if math.isinf(a) else effect_text(outcome, a)
    right = "no upper bound" if math.isinf(b) else effect_text(outcome, b)
    return f"{left} to {right}"


def whole(outcome: OutcomePage, value: float) -> str:
    """Write a level.

    Parameters
    ----------
    outcome : OutcomePage
        Says how many decimals.
    value : float
        The level.
    """
    return number(value, outcome.digits)


def fewer_or_more(value: float, digits: int, *, counted: bool = True) -> str:
    """Say a difference as a person would.

    Parameters
    ----------
    value : float
        The difference; an infinite one has no bound.
    digits : int
        Decimals.
    counted : bool
        Whether it is about things that are fewer or more, else lower or higher.

    Examples
    --------
    >>> fewer_or_more(-9.25, 1), fewer_or_more(11.9, 1), fewer_or_more(0.01, 1)
    ('9.2 fewer', '11.9 more', 'no difference')
    """
    less, more = ("fewer", "more") if counted else ("lower", "higher")
    if math.isinf(value):
        return f"any amount {more if value > 0 else less}"
    size = number(abs(value), digits)
    if float(size.replace(",", "")) == 0:
        return "no difference"
    return f"{size} {less if value < 0 else more}"


def headcount(outcome: OutcomePage, value: float) -> float:
    """Turn an effect on a rate into a number for all treated wards together.

    Parameters
    ----------
    outcome : OutcomePage
        Its unit says whether it is a rate per residents.
    value : float
        Effect.

    Returns
    -------
    float
        Rounded to two figures, for it is an estimate; NaN where the outcome is no such rate.
    """
    words = outcome.unit.split(" per ")
    if len(words) != 2 or " residents" not in words[1] or not math.isfinite(value):
        return math.nan
    base = float(words[1].split(" ")[0].replace(",", ""))
    exact = value * outcome.residents / base
    if exact == 0 or not math.isfinite(exact):
        return exact
    return round(exact, -max(0, math.floor(math.log10(abs(exact))) - 1))


def short_unit(unit: str) -> str:
    """Shorten a unit for an axis: the captions give it in full.

    Parameters
    ----------
    unit : str
        As in the protocol.

    Returns
    -------
    str
        Without the year of the population.

    Examples
    --------
    >>> short_unit("offences a year per 1,000 residents of 2019")
    'offences per 1,000 residents'
    """
    words = unit.replace(" a year", "").split(" residents of ")
    return words[0] + (" residents" if len(words) > 1 else "") if unit else "in its own unit"


def percent(value: float, level: float) -> str:
    """Write an effect as a share of the level before.

    Parameters
    ----------
    value, level : float
        Effect and level.

    Returns
    -------
    str
        A dash where the level is 0 or unknown.

    Examples
    --------
    >>> percent(-0.9, 30.0), percent(1.0, 0.0)
    ('−3%', '–')
    """
    if not level or not math.isfinite(value / level):
        return "–"
    return f"{signed(100 * value / level, 0)}%" if number(100 * value / level, 0) != "0" else "0%"
