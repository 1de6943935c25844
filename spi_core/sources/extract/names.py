"""What a text names: an area, an indicator; what is not certain is asked, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import pandas as pd
from rapidfuzz import fuzz, process

from spi_core.sources.extract.cells import period_key, plain

#: So alike are two names that one may be a slip of the other.
ALIKE = 75
_DECORATION = re.compile(
    r"\b(wards?|the|london borough of|royal borough of|city of|borough of|borough|lb|rb)\b"
)
TOTAL = re.compile(
    r"((grand|sub|overall|all|borough|ward) ?)*(totals?|averages?|mean|median|sum|all|all \w+|"
    r"england( and wales)?|((greater|inner|outer) )?london|united kingdom|uk|great britain|"
    r"unknown|not known|other|unmatched|outside.*)( (total|average))?"
)

#: What looks like the code of an area, of whatever country.
CODE = re.compile(r"[A-Za-z]{0,3}\d{4,}")
#: Asks a question with suggestions; None where nobody can answer.
Ask = Callable[[str, list[str]], str]


@lru_cache(1 << 16, typed=True)
def words(text: object) -> str:
    """Write a name so that spellings of it are equal.

    Examples
    --------
    >>> words(" Barking  &  Dagenham "), words("St. Mary's"), words("Rate (per 1,000)")
    ('barking and dagenham', 'st marys', 'rate per 1000')
    """
    low = unicodedata.normalize("NFKD", plain(text).casefold().replace("&", " and "))
    low = "".join(c for c in low if not unicodedata.combining(c))
    low = re.sub(r"['’]|(?<=\d),(?=\d{3})", "", low).replace("%", " percent ").replace("_", " ")
    return " ".join(re.sub(r"[^\w]+", " ", low).replace("per cent", "percent").split())


def area_words(text: object) -> str:
    """Write an area's name without what councils put around it.

    Examples
    --------
    >>> area_words("London Borough of Barking & Dagenham"), area_words("Abbey Ward")
    ('barking and dagenham', 'abbey')
    """
    whole = words(text)
    short = " ".join(_DECORATION.sub(" ", whole).split())
    return re.sub(r"\bsaint\b", "st", short or whole)


class Areas:
    """The areas that a table may name.

    Parameters
    ----------
    areas : DataFrame
        ``code, name, level, vintage`` of ``geography/areas.csv``, those of the edition's vintage
        first.
    answers : mapping of str to str
        What a name means, as somebody has said.
    whole : str
        Code of the area that the edition is about.
    """

    def __init__(self, areas: pd.DataFrame, answers: Mapping[str, str], whole: str) -> None:
        self.whole = whole
        self.names = dict(zip(areas["code"], areas["name"], strict=True))
        self.level = dict(zip(areas["code"], areas["level"], strict=True))
        self._codes = {code.casefold(): code for code in self.names}
        self._named: dict[str, list[str]] = {}
        for code, name in self.names.items():
            self._named.setdefault(area_words(name), []).append(code)
        self.answers = {area_words(name): code for name, code in answers.items()}
        self._found: dict[object, tuple[str, ...]] = {}

    def find(self, cell: object) -> tuple[str, ...]:
        """List the codes that a cell may mean: one where it is certain, several where not."""
        if cell not in self._found:
            self._found[cell] = self._look(plain(cell))
        return self._found[cell]

    def _look(self, text: str) -> tuple[str, ...]:
        if len(text) > 120 or not text:
            return ()
        if text.casefold() in self._codes:
            return (self._codes[text.casefold()],)
        if CODE.fullmatch(text):
            return ()
        if area_words(text) in self.answers:
            return (self.answers[area_words(text)],)
        if named := self._named.get(area_words(text)):
            return tuple(named)
        parts = [p for p in re.split(r"[^\w]+", text.casefold()) if re.search(r"\d{4}", p)]
        coded = {self._codes[part] for part in parts if part in self._codes}
        return tuple(coded) if len(coded) == 1 else ()

    def near(self, cell: object, among: Iterable[str]) -> list[str]:
        """Suggest codes for a name that is none, the likeliest first."""
        named = {code: area_words(self.names[code]) for code in among}
        best = process.extract(area_words(cell), named, scorer=fuzz.ratio, limit=3)
        return [code for _, score, code in best if score >= ALIKE]


#: Words for the parts of a figure, and whole headings that say them.
WORDS = {
    "value": "value values rate rates percent percentage proportion figure score ratio mean",
    "numerator": "numerator count counts number numbers no n events cases offences",
    "denominator": "denominator population base cohort den residents",
    "status": "status",
    "note": "note notes comment comments",
}
HEADINGS = {word: part for part, said in WORDS.items() for word in said.split()} | {
    "standard error": "standard_error", "se": "standard_error", "period label": "period_label",
    "start": "start", "start date": "start", "end": "end", "end date": "end",
}  # fmt: skip


#: What a heading may be said to hold of an indicator, or of the file's.
PARTS = {"count": "numerator", "base": "denominator"}
_ALL = re.compile(r"^((total|all|number|no|of) )+")


def of_answer(answer: str) -> tuple[str, str]:
    """Part what a heading was said to mean: an indicator, and which of its figures.

    Examples
    --------
    >>> of_answer("burglary"), of_answer("burglary:count"), of_answer("base")
    (('burglary', ''), ('burglary', 'numerator'), ('', 'denominator'))
    >>> of_answer("burglary:base,robbery:base")
    ('burglary,robbery', 'denominator')
    """
    indicator, _, part = answer.rpartition(":")
    indicator = indicator.replace(f":{part},", ",")
    return (indicator, PARTS[part]) if part in PARTS else (answer, "")


class Indicators:
    """The indicators that a heading or a title may name.

    Parameters
    ----------
    register : DataFrame
        ``indicators.csv``.
    answers : mapping of str to str
        What a heading means, as somebody has said: an indicator's id, ``count`` (of the file's
        indicator), ``base`` (of every count without one), ``id:count``, ``id:base`` (of several,
        parted by commas), or nothing to leave it out.
    """

    def __init__(self, register: pd.DataFrame, answers: Mapping[str, str]) -> None:
        self.about = register.set_index("id", drop=False)
        self.answers = {words(k): v for k, v in answers.items()}
        self._named: dict[str, set[tuple[str, str]]] = {}
        self._found: dict[str, tuple[str, str] | None] = {}
        for r in register.to_dict("records"):
            for field, texts in (
                ("value", (r["id"], r["name"], r["description"])),
                ("numerator", (r["numerator"],)),
                ("denominator", (r["denominator"],)),
            ):
                for text in texts:
                    if text:
                        self._named.setdefault(words(text), set()).add((str(r["id"]), field))

    def field(self, text: str) -> str | None:
        """Tell which part of a figure a heading speaks of, if it says nothing else."""
        said = words(text)
        if said not in HEADINGS:
            said = re.sub(r"\b(per|in) \d+( \w+)?$|\bof \w+$", "", said).strip()
        parts = {HEADINGS.get(said)} - {None} or {HEADINGS.get(word) for word in said.split()}
        return parts.pop() if len(parts) == 1 else None

    def find(self, text: str) -> tuple[str, str] | None:
        """Find the indicator and field that a heading names exactly."""
        if text not in self._found:
            self._found[text] = self._look(words(text))
        return self._found[text]

    def is_base(self, text: str) -> bool:
        """Tell whether somebody said that a heading is the base, of no one indicator."""
        return "base" in (self.answers.get(words(t)) for t in (text, period_key(text)[1]))

    def _look(self, said: str) -> tuple[str, str] | None:
        if said in self.answers:
            return of_answer(self.answers[said])
        named = self._named.get(said, set())
        if len(named) == 1:
            return next(iter(named))
        for cut in range(1, 4):  # "Burglary rate", "Burglary numerator", "count of Burglary"
            parts = said.split()
            for head, tail in (
                (parts[:-cut], parts[-cut:]),
                (parts[cut:], [w for w in parts[:cut] if w != "of"]),
            ):
                field = self.field(" ".join(tail)) if head else None
                ids = {i for i, f in self._named.get(" ".join(head), set()) if f == "value"}
                if field and len(ids) == 1:
                    return ids.pop(), field
        return None

    def base_of(self, text: str, among: Iterable[str]) -> str:
        """Find the one indicator, of some, whose denominator's text a heading begins."""
        said, found = words(period_key(text)[1]), []
        for indicator in among:
            name, base = (words(self.about.loc[indicator, n]) for n in ("name", "denominator"))
            short = _ALL.sub("", said.removeprefix(name).strip())
            found += (
                [indicator] if short and f"{_ALL.sub('', base)} ".startswith(f"{short} ") else []
            )
        return found[0] if len(found) == 1 else ""

    def within(self, text: str) -> str | None:
        """Find the one indicator whose name stands within a title."""
        said = f" {words(text)} "
        named = {n: ids for n, ids in self._named.items() if f" {n} " in said and n}
        longest = [n for n in named if not any(n != m and f" {n} " in f" {m} " for m in named)]
        found = {i for n in longest for i, field in named[n] if field == "value"}
        return found.pop() if len(found) == 1 else None

    def near(self, text: str) -> list[str]:
        """Suggest indicators for a heading."""
        named = {i: words(name) for i, name in self.about["name"].items()}
        said = words(period_key(text)[1])
        best = process.extract(said, named, scorer=fuzz.token_set_ratio, limit=3)
        return [str(i) for _, score, i in best if score >= ALIKE]
