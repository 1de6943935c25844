"""Plain-English sentences and parts of them; no sentence claims more than its figures allow."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spi_core.levels import Level
from spi_core.present.base.numbers import change_words, likely, number, ordinal, subtracted
from spi_core.text.words import AHEAD, BEHIND, NOT_RATED

#: Words for the quarter of the areas that one falls in, 1 the highest; 0 where nothing is ranked.
QUARTERS = {
    0: "not ranked",
    1: "highest quarter",
    2: "upper middle quarter",
    3: "lower middle quarter",
    4: "lowest quarter",
}

#: What is left of a change after the reference population's: columns of ``changes``.
LEFT = ("relative", "relative_low", "relative_high", "relative_rating")
#: Scores within this many points of the whole's are called about the same.
ABOUT_THE_SAME = 1.0


def named(names: Sequence[str], level: Level, most: int = 12) -> str:
    """Name areas, or count them where nobody would read so many names.

    Parameters
    ----------
    names : sequence of str
        Names of areas.
    level : Level
        What they are.
    most : int
        More are counted.

    Returns
    -------
    str
        For instance ``Heath and River``, or ``154 wards``.
    """
    return and_list(names) if len(names) <= most else f"{len(names)} {level.many}"


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


def against_whole(score: float, home: float, low: float, high: float, whole: str) -> str:
    """Say how a score compares with that of the whole, no more than the interval allows.

    Parameters
    ----------
    score, home : float
        Scores.
    low, high : float
        Interval of their difference.
    whole : str
        What the edition is about: a borough, a region …

    Returns
    -------
    str
        For instance ``clearly below the city’s 48``.

    Examples
    --------
    >>> against_whole(43.2, 48.2, -6.7, -3.0, "city")
    'clearly below the city’s 48'
    >>> against_whole(47.9, 48.2, -2.3, 1.6, "region")
    'not clearly different from the region’s 48'
    """
    if math.isnan(score - home) or math.isnan(low) or math.isnan(high):
        return f"not compared with the {whole}"
    how = "not clearly different from"
    if low > 0 or high < 0:
        how = "clearly above" if score > home else "clearly below"
    return f"{how} the {whole}’s {number(home, 0)}"


def beside_reference(
    place: str, change: str, relative: float, low: float, high: float, rating: str
) -> str:
    """Say what the reference population's change on the same figures is, and what is left.

    Parameters
    ----------
    place : str
        Whose population that is; empty without one.
    change : str
        The area's own change as it is printed before.
    relative, low, high : float
        What is left, points, with its interval.
    rating : str
        What that is called.

    Returns
    -------
    str
        A sentence with a space before it, or nothing where it is not known.

    Examples
    --------
    >>> beside_reference("Kent", "+3.8", 5.2, 0.1, 6.3, "clearly better")
    ' That is clearly better than Kent’s own change on the same figures, −1.4 points (+5.2 \
apart, likely +0.1 to +6.3).'
    >>> beside_reference("", "+3.8", 1.2, -4.0, 6.3, "no clear difference")
    ''
    """
    if not place or math.isnan(relative) or math.isnan(low) or rating == NOT_RATED:
        return ""
    size = change_words(relative, low > 0 or high < 0)
    own = subtracted(change, size)
    # a bound in words cannot be subtracted: what is left then says it alone
    own = "about the same" if own == "–" else f"{own} points"
    how = {AHEAD: "clearly better than", BEHIND: "clearly worse than"}.get(rating)
    return (
        f" That is {how or 'not clearly different from'} {owned(place)} own change on the same "
        f"figures, {own} ({size} apart, likely {likely(low, high)})."
    )


def standing_out(strengths: Sequence[str], weaknesses: Sequence[str], held: str) -> str:
    """Name the components that are rated as strengths and weaknesses, the largest first.

    Parameters
    ----------
    strengths, weaknesses : sequence of str
        Components; the first of each is named.
    held : str
        What they are rated against.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> standing_out(["Personal Safety", "Shelter"], ["Health & Wellness"], "similar wards")
    'Against similar wards its clearest strength is Personal Safety, its one weakness Health & \
Wellness.'
    >>> standing_out([], [], "similar wards")
    'Against similar wards no component clearly stands out.'
    """
    parts: list[str] = []
    for names, word in ((strengths, "strength"), (weaknesses, "weakness")):
        if names:
            verb = "is " if not parts else ""
            parts.append(f"its {'one' if len(names) == 1 else 'clearest'} {word} {verb}{names[0]}")
    if not parts:
        return f"Against {held} no component clearly stands out."
    return f"Against {held} {', '.join(parts)}."


def of_parts(parts: float, of: float) -> str:
    """Say behind an index how many of its components it rests on; nothing where on all.

    Examples
    --------
    >>> of_parts(9, 10)
    ' (from 9 of 10 components)'
    >>> of_parts(10, 10)
    ''
    """
    return f" (from {parts:.0f} of {of:.0f} components)" if parts < of else ""


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

    Examples
    --------
    >>> small("Violent crime"), small("GCSE results"), small("A-level points")
    ('violent crime', 'GCSE results', 'A-level points')
    """
    first = next(iter(name.split()), "")
    keep = not first[1:].islower() or not first.isalpha()
    return name if keep else name[0].lower() + name[1:]


def lacking_words(parts: float, of: float, lacking: str) -> str:
    """Say why an area has no index or dimension: it exists only where all components do.

    Parameters
    ----------
    parts, of : float
        Components with a score, of those that the edition scores.
    lacking : str
        Names of the others, separated by semicolons.

    Examples
    --------
    >>> lacking_words(9, 10, "Shelter")
    '9 of 10 components have a score (not Shelter)'
    >>> lacking_words(0, 2, "Shelter; Personal Safety")
    'no component has a score'
    >>> lacking_words(1, 1, "")
    ''
    """
    names = [name for name in lacking.split("; ") if name]
    if not names:
        return ""
    if not parts:
        return "no component has a score"
    verb = "has" if parts == 1 else "have"
    return f"{parts:.0f} of {of:.0f} components {verb} a score (not {and_list(names)})"


def capital(text: str) -> str:
    """Begin with a capital and leave the rest.

    Parameters
    ----------
    text : str
        Not empty.

    Examples
    --------
    >>> capital("most in River")
    'Most in River'
    """
    return text[0].upper() + text[1:]


def article(noun: str) -> str:
    """Put the article before a noun.

    Parameters
    ----------
    noun : str
        For instance what an area is called.

    Examples
    --------
    >>> article("town"), article("area"), article("LSOA"), article("unitary authority")
    ('a town', 'an area', 'an LSOA', 'a unitary authority')
    """
    spelt = noun[:2].isupper()  # by its letters: an LSOA
    vowel = noun[0] in "AEFHILMNORSX" if spelt else noun[0].lower() in "aeio"
    return f"{'an' if vowel else 'a'} {noun}"


def owned(noun: str) -> str:
    """Write whose something is.

    Parameters
    ----------
    noun : str
        For instance what several areas are called.

    Examples
    --------
    >>> owned("wards"), owned("Gemeinden")
    ('wards’', 'Gemeinden’s')
    """
    return f"{noun}’" if noun.endswith("s") else f"{noun}’s"


def place_words(rank_low: float, rank_high: float, of: int) -> str:
    """Write the places that an area is likely in.

    Examples
    --------
    >>> place_words(23, 26, 29), place_words(33, 33, 33)
    ('23rd to 26th of 29', '33rd of 33')
    """
    low, high = ordinal(rank_low), ordinal(rank_high)
    return f"{low if low == high else f'{low} to {high}'} of {of}"


def beside_others(ahead: int, behind: int, of: int, than: str = "than") -> str:
    """Say than how many others something did clearly better, and clearly worse.

    Examples
    --------
    >>> beside_others(4, 0, 27)
    'did clearly better than 4 of 27'
    >>> beside_others(4, 1, 27)
    'did clearly better than 4 of 27 and clearly worse than 1'
    >>> beside_others(0, 0, 27)
    'is clearly apart from none of 27'
    >>> beside_others(4, 1, 27, "than in")
    'did clearly better than in 4 of 27 and clearly worse than in 1'
    """
    counts = [(ahead, "better"), (behind, "worse")]
    said = [f"clearly {word} {than} {n}" for n, word in counts if n]
    if not said:
        return f"is clearly apart from none of {of}"
    return f"did {and_list([f'{said[0]} of {of}', *said[1:]])}"
