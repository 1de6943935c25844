"""Numbers and dates as text: rounded for reading, signed where they are changes."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal


def day(date: object) -> str:
    """Write a date as it is read.

    Parameters
    ----------
    date : date or str
        A day; other text stays as it is.

    Examples
    --------
    >>> day("2026-11-02"), day("after the census")
    ('2 November 2026', 'after the census')
    """
    try:
        read = datetime.date.fromisoformat(str(date)[:10])
    except ValueError:
        return str(date)
    return f"{read.day} {read:%B %Y}"


def number(value: float, digits: int | None = None) -> str:
    """Write a number as a reader expects it: decimals by its size, thousands parted.

    Parameters
    ----------
    value : float
        A dash where there is none.
    digits : int, optional
        Decimals; by size without it.

    Returns
    -------
    str
        With a true minus sign.

    Examples
    --------
    >>> number(1234.5), number(25.33), number(7.444), number(0.456), number(-2.5)
    ('1,234', '25.3', '7.4', '0.46', '−2.5')
    """
    if not math.isfinite(value):
        return "–"
    if digits is None:
        size = abs(value)
        digits = 0 if size >= 999.95 else 1 if size >= 0.995 else 2
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """Write a difference with its sign; a difference that rounds to nothing is 0.

    Parameters
    ----------
    value : float
        The difference.
    digits : int
        Decimals.

    Returns
    -------
    str
        For instance ``+1.2`` or ``−0.4``.

    Examples
    --------
    >>> signed(1.24), signed(-0.36), signed(0.01)
    ('+1.2', '−0.4', '0.0')
    """
    text = number(value, digits)
    return text if text.startswith(("−", "–")) or float(text.replace(",", "")) == 0 else f"+{text}"


def endpoints(before: float, after: float, digits: int = 1) -> tuple[str, str]:
    """Write two values so that the difference of what is printed is the printed difference.

    Parameters
    ----------
    before, after : float
        The values; their difference is printed elsewhere, by :func:`signed` with `digits`.
    digits : int
        Decimals; one more where rounding would otherwise make the two disagree with their
        difference: nobody reads a third.

    Examples
    --------
    >>> endpoints(45.91, 50.72)
    ('45.9', '50.7')
    >>> endpoints(45.86, 50.71), signed(50.71 - 45.86)
    (('45.86', '50.71'), '+4.9')
    """
    printed = round(after, digits) - round(before, digits)
    agree = number(printed, digits) == number(after - before, digits)
    shown = digits if agree else digits + 1
    return number(before, shown), number(after, shown)


def subtracted(first: str, second: str) -> str:
    """Subtract as a reader does who has nothing but the printed numbers.

    Parameters
    ----------
    first, second : str
        As :func:`number` or :func:`signed` write them.

    Returns
    -------
    str
        The first less the second, with its sign and as many decimals as either has; a dash where
        one is no number.

    Examples
    --------
    >>> subtracted("1.9", "3.8"), subtracted("0.82", "1.1"), subtracted("+3.8", "−0.4")
    ('−1.9', '−0.28', '+4.2')
    >>> subtracted("1,234", "1,234"), subtracted("–", "3.8"), subtracted("just above 0", "3.8")
    ('0', '–', '–')
    """
    try:
        ends = [Decimal(text.replace(",", "").replace("−", "-")) for text in (first, second)]
    except ArithmeticError:
        return "–"
    left = ends[0] - ends[1]
    text = f"{left:,f}".replace("-", "−")
    return f"+{text}" if left > 0 else text if left else text.lstrip("−")


def apart(here: float, there: float) -> tuple[str, str, str]:
    """Write two figures so that they differ in print, and what lies between them.

    Parameters
    ----------
    here, there : float
        The figures.

    Returns
    -------
    tuple of str
        Both, and the first less the second as :func:`subtracted` has it.

    Examples
    --------
    >>> apart(3.84, 1.86), apart(25.34, 25.28), apart(25.3, 25.3)
    (('3.8', '1.9', '+1.9'), ('25.34', '25.28', '+0.06'), ('25.3', '25.3', '0.0'))
    """
    texts = number(here), number(there)
    for digits in range(1, 7):
        if here != there and texts[0] == texts[1]:
            texts = number(here, digits), number(there, digits)
    return *texts, subtracted(*texts)


def with_unit(value: float, unit: str, digits: int | None = None) -> str:
    """Write a value with its unit.

    Parameters
    ----------
    value : float
        The value.
    unit : str
        As in the indicator register, for instance ``% of households``.
    digits : int, optional
        Decimals; by size without it.

    Returns
    -------
    str
        The percent sign stands by the number; ``ratio (…)`` and ``score …`` keep the bare number.

    Examples
    --------
    >>> with_unit(25.33, "per 1,000 residents"), with_unit(13.5, "% of children measured")
    ('25.3 per 1,000 residents', '13.5% of children measured')
    >>> with_unit(6.53, "ratio (years of income)")
    '6.5 years of income'
    """
    text = number(value, digits)
    if unit.startswith("%"):
        return f"{text}%{unit[1:]}"
    if unit.startswith("ratio (") and "=" not in unit:
        return f"{text} {unit[7:-1]}"
    if unit.startswith(("ratio", "score")):
        return f"{text} ({unit})"
    return f"{text} {unit}"


def ordinal(n: float) -> str:
    """Write a place.

    Parameters
    ----------
    n : float
        1 for the first; a tie's half is rounded up, to the less flattering place; a dash where
        there is none.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 21, 2.5)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '21st', '3rd']
    """
    if math.isnan(n):
        return "–"
    whole = math.ceil(n)
    tens = whole % 100 in (11, 12, 13)
    return f"{whole}{'th' if tens else {1: 'st', 2: 'nd', 3: 'rd'}.get(whole % 10, 'th')}"


def change_words(value: float, clear: bool) -> str:
    """Write a change, or an end of its interval.

    Parameters
    ----------
    value : float
        Points.
    clear : bool
        Whether a rating beside it says that it is not zero.

    Returns
    -------
    str
        One decimal; where that would print a clear one as 0, two, or on which side of 0 it lies.

    Examples
    --------
    >>> change_words(1.24, True), change_words(0.04, False)
    ('+1.2', '0.0')
    >>> change_words(0.04, True), change_words(0.001, True), change_words(-0.001, True)
    ('+0.04', 'just above 0', 'just below 0')
    """
    text = signed(value)
    if not clear or value == 0 or text[0] in "+−–":
        return text
    text = signed(value, 2)
    if text[0] in "+−":
        return text
    return f"just {'above' if value > 0 else 'below'} 0"


def likely(low: float, high: float) -> str:
    """Write the interval of a change.

    Parameters
    ----------
    low, high : float
        Its ends.

    Examples
    --------
    >>> likely(-0.42, 3.6), likely(0.001, 3.6)
    ('−0.4 to +3.6', 'just above 0 to +3.6')
    """
    clear = low > 0 or high < 0
    return f"{change_words(low, clear)} to {change_words(high, clear)}"
