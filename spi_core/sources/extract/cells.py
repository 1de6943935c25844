"""What one cell says: a number, a mark for what is withheld or missing, a date, a period."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from spi_core.edition.readers.book import Percent
from spi_core.edition.readers.read import EXCEL_ZERO, LARGEST, excel_day

#: Marks of publishers, in lower case.
SUPPRESSED = {"*", "**", "***", "c", "(c)", "[c]", "..", "...", "x", "s", "suppressed", "withheld",
              "disclosive", "confidential", "sup", "[supp]"}  # fmt: skip
MISSING = {"-", "–", "—", ":", ".", "z", "[z]", "[x]", "[u]", "n/a", "na", "n.a.", "#n/a", "null",
           "none", "nan", "missing", "not available", "no data", "[w]", "[no data]"}  # fmt: skip
_LESS = re.compile(r"(?:<=?|≤|less than|fewer than|under)\s*\d+\s*%?")
_FLAG = re.compile(r"(.*\d%?)\s*(?:[\[(](p|r|e)[\])]|(p|r))")
FLAGS = {"p": "provisional", "r": "revised", "e": "modelled"}
#: How English and other texts write numbers.
_POINT = re.compile(
    r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?"
)
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TOKEN = re.compile(
    r"\b(?P<one>(?:19|20)\d\d)\s*(?:/|-|–|—|to)\s*(?P<two>(?:19|20)?\d\d)\b(?![/-]\d)"
    r"|\b(?P<year>(?:19|20)\d\d)\b|\b(?P<joined>(?:19|20)\d\d\d\d)\b"
    r"|\b(?P<a>\d\d)/(?P<b>\d\d)\b(?!/)|\bq(?:uarter)? ?(?P<quarter>[1-4])\b"
    rf"|\b(?P<month>{_MONTH})[a-z]*\b"
)
_FILLER = r"(?:fy|years?|calendar|financial|period|ending|ended|end|the|to|for|in|\W)+"
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)[/.](\d\d?)[/.](\d{4})")


class Number(NamedTuple):
    """What a cell of figures says.

    ``kind`` is ``number``, ``suppressed``, ``missing``, ``blank`` or ``text``; ``status`` what a
    flag beside a number tells.
    """

    kind: Literal["number", "suppressed", "missing", "blank", "text"]
    value: float | None = None
    percent: bool = False
    status: str = ""


@lru_cache(1 << 16, typed=True)
def plain(cell: object) -> str:
    r"""Write a cell as a person reads it.

    Examples
    --------
    >>> plain(2014.0), plain(" a\u00a0b "), plain(None)
    ('2014', 'a b', '')
    """
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST:
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    text = "" if cell is None else str(cell)
    return re.sub(r"[\s\u00a0\u2007\u202f]+", " ", text).strip().lstrip("'")


def number(cell: object, *, comma: bool = False) -> Number:
    """Read a cell of figures.

    Parameters
    ----------
    cell : object
        As `Sheet` holds it.
    comma : bool
        Whether texts have decimal commas.

    Returns
    -------
    Number
        ``text`` where it is none of what is known.

    Examples
    --------
    >>> number("1,234").value, number("12.3%"), number("< 5").kind, number("[c]").kind
    (1234.0, Number(kind='number', value=12.3, percent=True, status=''), 'suppressed', 'suppressed')
    >>> number("1.234,5", comma=True).value, number("12.3 [p]").status, number("e05").kind
    (1234.5, 'provisional', 'text')
    """
    if isinstance(cell, Percent):
        return Number("number", float(f"{100 * cell:.12g}"), percent=True)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        fits = abs(cell) < LARGEST
        return Number("number", float(cell)) if fits else Number("text")
    if isinstance(cell, bool | dt.date | dt.time | dt.timedelta):
        return Number("text")
    text, status = plain(cell).lower().replace("−", "-"), ""
    if not text:
        return Number("blank")
    if text in SUPPRESSED or _LESS.fullmatch(text):
        return Number("suppressed")
    if text in MISSING:
        return Number("missing")
    if flag := _FLAG.fullmatch(text):
        text, status = flag[1], FLAGS[flag[2] or flag[3]]
    percent = text.endswith("%")
    text = re.sub(r"^([+-]?)[£$€] ?", r"\1", text.removesuffix("%").strip())
    if comma:
        text = text.translate(str.maketrans(",.", ".,"))
    if not _POINT.fullmatch(text):
        return Number("text")
    value = float(text.replace(",", "").replace(" ", ""))
    return Number("number", value, percent, status) if abs(value) < LARGEST else Number("text")


def is_figure(cell: object, kinds: tuple[str, ...] = ("number", "suppressed")) -> bool:
    """Tell whether a cell may be a figure, however its decimals are written."""
    return number(cell).kind in kinds or number(cell, comma=True).kind in kinds


def decimal_marks(texts: Iterable[str]) -> tuple[str | None, str | None, str | None]:
    """Find texts that tell what parts a number's decimals.

    Returns
    -------
    tuple of str or None
        One with a decimal point, one with a decimal comma, one that may be either.

    Examples
    --------
    >>> decimal_marks(["12,5", "1,234"]), decimal_marks(["0.5"])
    ((None, '12,5', '1,234'), ('0.5', None, None))
    """
    found: list[str | None] = [None, None, None]
    for text in texts:
        x = re.sub(r"[%£$€+\s-]", "", text)
        for k, (mark, other) in enumerate(((r"\.", ","), (",", r"\."))):
            sure = rf"\d*{mark}(?:\d\d?|\d{{4,}})|0{mark}\d+|\d{{4,}}{mark}\d{{3}}"
            sure += rf"|\d+(?:{other}\d{{3}})+{mark}\d+"
            if found[k] is None and re.fullmatch(sure, x):
                found[k] = text
        if found[2] is None and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", x):
            found[2] = text
    return found[0], found[1], found[2]


def day(cell: object) -> dt.date | None:
    """Read a date: Excel's own, its number, 2015-01-01 or 1/1/2015 (day first).

    Examples
    --------
    >>> day(42005.0), day("31/03/2014"), day(2014.0)
    (datetime.date(2015, 1, 1), datetime.date(2014, 3, 31), None)
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = plain(cell)
    if excel_day(text):
        return EXCEL_ZERO + dt.timedelta(days=int(text[:5]))
    if found := _DATE.fullmatch(text.partition(" ")[0]):
        a, b, c, d, e, f = found.groups()
        try:
            return dt.date(int(a), int(b), int(c)) if a else dt.date(int(f), int(e), int(d))
        except ValueError:
            return None
    return None


def period_key(text: str) -> tuple[tuple[str, ...], str]:
    """Find which time a text names, however it is written.

    Returns
    -------
    tuple of tuple of str, and str
        What it names, empty if nothing; the rest of the text.

    Examples
    --------
    >>> period_key("Rate 2013-14"), period_key("2011/12 to 2013/2014")[0], period_key("Abbey")
    ((('2013/14',), 'rate'), ('2011/12', '2013/14'), ((), 'abbey'))
    """
    found, low = [], text.lower()
    for m in _TOKEN.finditer(low):
        if m["one"]:
            found.append(f"{m['one']}/{m['two'][-2:]}")
        elif m["joined"]:
            if (int(m["joined"][2:4]) + 1) % 100 != int(m["joined"][4:]):
                continue
            found.append(f"{m['joined'][:4]}/{m['joined'][4:]}")
        elif m["a"]:
            if (int(m["a"]) + 1) % 100 != int(m["b"]):
                continue
            found.append(f"20{m['a']}/{m['b']}")
        else:
            found.append(m["year"] or m["month"] or f"q{m['quarter']}")
    if not any(token[0].isdigit() for token in found):
        return (), low.strip()
    rest = re.sub(rf"^{_FILLER}\b|\b{_FILLER}$|^{_FILLER}$", "", _TOKEN.sub(" ", low))
    return tuple(found), " ".join(rest.split())
