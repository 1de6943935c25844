"""Plain-English sentences and numbers as text; no sentence claims more than its figures allow."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

__all__ = [
    "QUARTERS",
    "against_borough",
    "and_list",
    "capital",
    "day",
    "difference_words",
    "endpoints",
    "number",
    "of_each",
    "ordinal",
    "signed",
    "small",
    "standing_out",
    "with_unit",
]

#: Words for the quarter of the wards that a ward falls in, 1 the highest.
QUARTERS = {
    1: "highest quarter",
    2: "upper middle quarter",
    3: "lower middle quarter",
    4: "lowest quarter",
}

#: Scores within this many points of the borough are called about the same.
ABOUT_THE_SAME = 1.0


def day(date: object) -> str:
    """Write a date as it is read.

    Parameters
    ----------
    date : date or str
        A day; other text stays as it is.

    Returns
    -------
    str

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

    Returns
    -------
    tuple of str

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


def and_list(items: Sequence[str]) -> str:
    """Join words as a sentence does.

    Parameters
    ----------
    items : sequence of str
        At least one.

    Returns
    -------
    str
        Parted by commas and a last "and"; by semicolons where an item holds an "and" or "&".

    Examples
    --------
    >>> and_list(["Shelter", "Personal Safety"])
    'Shelter and Personal Safety'
    >>> and_list(["Shelter", "Health & Wellness", "Inclusiveness"])
    'Shelter; Health & Wellness; and Inclusiveness'
    """
    if len(items) < 2:
        return "".join(items)
    if len(items) == 2:
        return f"{items[0]} and {items[1]}"
    compound = any("&" in i or " and " in i for i in items)
    comma = "; " if compound else ", "
    last = "; and " if compound else " and "
    return comma.join(items[:-1]) + last + items[-1]


def difference_words(difference: float) -> str:
    """Say in words how far a score lies from the borough's.

    Parameters
    ----------
    difference : float
        Points, positive where the ward scores higher.

    Returns
    -------
    str
        For instance ``5 points below the borough``.

    Examples
    --------
    >>> difference_words(-4.96), difference_words(0.6), difference_words(1.2)
    ('5 points below the borough', 'about the same as the borough', '1 point above the borough')
    """
    if math.isnan(difference):
        return "not compared with the borough"
    if abs(difference) < ABOUT_THE_SAME:
        return "about the same as the borough"
    points = round(abs(difference))
    side = "above" if difference > 0 else "below"
    return f"{points} point{'s' if points != 1 else ''} {side} the borough"


def ordinal(n: float) -> str:
    """Write a place.

    Parameters
    ----------
    n : float
        1 for the first; a tie's half is rounded up, to the less flattering place; a dash where
        there is none.

    Returns
    -------
    str

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


def against_borough(score: float, borough: float, low: float, high: float) -> str:
    """Say how a score compares with the borough's, no more than the interval allows.

    Parameters
    ----------
    score, borough : float
        Scores.
    low, high : float
        Interval of their difference.

    Returns
    -------
    str
        For instance ``clearly below the borough’s 48``.

    Examples
    --------
    >>> against_borough(43.2, 48.2, -6.7, -3.0)
    'clearly below the borough’s 48'
    >>> against_borough(47.9, 48.2, -2.3, 1.6)
    'not clearly different from the borough’s 48'
    """
    if math.isnan(score - borough) or math.isnan(low) or math.isnan(high):
        return "not compared with the borough"
    how = "not clearly different from"
    if low > 0 or high < 0:
        how = "clearly above" if score > borough else "clearly below"
    return f"{how} the borough’s {number(borough, 0)}"


def standing_out(strengths: Sequence[str], weaknesses: Sequence[str]) -> str:
    """Name the components that are rated as strengths and weaknesses, the largest first.

    Parameters
    ----------
    strengths, weaknesses : sequence of str
        Components; the first of each is named.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> standing_out(["Personal Safety", "Shelter"], ["Health & Wellness"])
    'Against similar wards its clearest strength is Personal Safety, its one weakness Health & \
Wellness.'
    >>> standing_out([], [])
    'Against similar wards no component clearly stands out.'
    """
    parts: list[str] = []
    for names, word in ((strengths, "strength"), (weaknesses, "weakness")):
        if names:
            verb = "is " if not parts else ""
            parts.append(f"its {'one' if len(names) == 1 else 'clearest'} {word} {verb}{names[0]}")
    if not parts:
        return "Against similar wards no component clearly stands out."
    return f"Against similar wards {', '.join(parts)}."


def of_each(count: int, total: int, noun: str) -> str:
    """Say how many of a group, with ``all`` and ``none`` where they fit.

    Parameters
    ----------
    count, total : int
        How many, of how many.
    noun : str
        Plural.

    Returns
    -------
    str
        For instance ``16 of the 17 wards``.

    Examples
    --------
    >>> of_each(16, 17, "wards"), of_each(17, 17, "wards"), of_each(0, 17, "wards")
    ('16 of the 17 wards', 'all 17 wards', 'none of the 17 wards')
    """
    if count == total:
        return f"all {total} {noun}"
    return f"{count or 'none'} of the {total} {noun}"


def small(name: str) -> str:
    """Begin with a small letter within a sentence, unless the word is an abbreviation or a name.

    Parameters
    ----------
    name : str
        For instance an indicator's name.

    Returns
    -------
    str

    Examples
    --------
    >>> small("Violent crime"), small("GCSE results"), small("A-level points")
    ('violent crime', 'GCSE results', 'A-level points')
    """
    first = name.split()[0]
    keep = not first[1:].islower() or not first.isalpha()
    return name if keep else name[0].lower() + name[1:]


def capital(text: str) -> str:
    """Begin with a capital and leave the rest.

    Parameters
    ----------
    text : str
        Not empty.

    Returns
    -------
    str

    Examples
    --------
    >>> capital("most in River")
    'Most in River'
    """
    return text[0].upper() + text[1:]
