"""Names of the pages that link to each other, relative to ``reports/<edition>/``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from spi_core.text.seal import plain

#: The heading of the landing page below which the briefs are listed.
BRIEFS = "sec-briefs"
#: Characters of a name in a file name: folders of a council's drive are deep.
LONGEST = 60


def ward_slug(name: str) -> str:
    """Turn an area's name into the part of a file name.

    Parameters
    ----------
    name : str
        For instance ``Chadwell Heath``.

    Returns
    -------
    str
        Lower case; whatever is no letter or digit of ASCII becomes one hyphen. At most
        :data:`LONGEST` characters, none where the name has no such letter.

    Examples
    --------
    >>> ward_slug("Chadwell Heath"), ward_slug("St. Mary's & Park"), ward_slug("../?")
    ('chadwell-heath', 'st-mary-s-park', '')
    """
    letters = unicodedata.normalize("NFKD", plain(name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:LONGEST].rstrip("-")


def area_stem(code: str, name: str) -> str:
    """Name the file of an area's document, without its suffix: the code makes it one of its kind.

    Parameters
    ----------
    code : str
        GSS code.
    name : str
        The area's name.

    Examples
    --------
    >>> area_stem("E05000029", "Chadwell Heath"), area_stem("E05000029", "../?")
    ('E05000029-chadwell-heath', 'E05000029')
    """
    return "-".join(filter(None, (code, ward_slug(name))))


def keys_of(texts: Iterable[str]) -> dict[str, str]:
    """Name the files of a kind of document that each of some texts has one of: partners, themes.

    Parameters
    ----------
    texts : iterable of str
        Blank ones have none.

    Returns
    -------
    dict of str to str
        Key to text, each text once.

    Examples
    --------
    >>> keys_of(["Crime and safety", "nhs", "", "nhs", "???"])
    {'crime-and-safety': 'Crime and safety', 'nhs': 'nhs', 'other': '???'}
    """
    made: dict[str, str] = {}
    for text in filter(None, dict.fromkeys(texts)):
        key = ward_slug(text) or "other"
        made[f"{key}-{len(made)}" if key in made else key] = text
    return made


def group_of(indicator: Mapping[str, Any], each: str) -> str:
    """Name the partner or theme that a figure belongs to; without a theme its component is one."""
    if each == "partner":
        return str(indicator["partner"])
    return str(indicator["manifesto_theme"] or indicator["component"])


def ward_page(code: str, name: str, suffix: str = "html") -> str:
    """Name the file of an area's brief; the folder's name is the same in every edition.

    Parameters
    ----------
    code : str
        GSS code.
    name : str
        The area's name.
    suffix : str
        ``html`` or ``pdf``.

    Returns
    -------
    str
        Path relative to ``reports/<edition>/``.

    Examples
    --------
    >>> ward_page("E05000029", "Chadwell Heath")
    'wards/E05000029-chadwell-heath.html'
    """
    return f"wards/{area_stem(code, name)}.{suffix}"


def explorer_page(**state: str) -> str:
    """Name a view of the explorer.

    Parameters
    ----------
    **state : str
        What the view shows, in the order of the address: ``view``, ``measure``, ``level``,
        ``period``, ``areas`` and so on; what is left out has its default.

    Returns
    -------
    str
        Path relative to ``reports/<edition>/``.

    Examples
    --------
    >>> explorer_page(view="scorecard", areas="E05000026")
    'explorer/index.html#view=scorecard&areas=E05000026'
    """
    said = "&".join(f"{key}={quote(value, safe=',')}" for key, value in state.items())
    return f"explorer/index.html{'#' if said else ''}{said}"


def site_note(edition: Mapping[str, Any]) -> str:
    """Say what an edition goes without as long as it does not name its address.

    Parameters
    ----------
    edition : mapping
        The edition's settings.

    Returns
    -------
    str
        Empty where ``site`` is set, or where there are no briefs.

    Examples
    --------
    >>> site_note({"site": "https://data.example.gov.uk/spi"})
    ''
    >>> site_note({})[:38]
    'no `site` in edition.yml: briefs on pa'
    """
    if edition.get("site") or not edition.get("reports", {}).get("ward_briefs", True):
        return ""
    return (
        "no `site` in edition.yml: briefs on paper name the contact instead of the explorer’s "
        "address and its QR code"
    )
