"""Sentences as templates that many areas share, their figures left out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from spi_core.present.base.numbers import number, ordinal, signed

CHANGES = (
    "@value",
    "change",
    "change_low",
    "change_high",
    "comparable_baseline",
    "comparable_current",
)
RANKS = ("rank_low", "rank_high")
#: What of an area a sentence may repeat: a column, of the area or of the whole, and how written.
SLOTS = [
    ("name", "", ""),
    *(
        (column, whose, how)
        for how in ("plain", "whole", "signed", "place")
        for column in ("value", "value_low", "value_high", "score", "low", "high", *CHANGES, *RANKS)
        for whose in ("own", "home")
        if (column in RANKS) == (how == "place")
        and (whose == "own" or column in ("value", "score"))
    ),
]
#: Letters of the slots: for private use, in no text of an edition that is packed.
SLOT = 0xE000
NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?")


def pack_sentences(
    data: Mapping[str, Any], level: str, at: int, texts: list[str], templates: dict[str, int]
) -> list[Any]:
    """Write each area's sentence as the place of its template; as itself where that would lie."""
    made: list[Any] = []
    for i, text in enumerate(texts):
        name = data["areas"][level]["name"][i]
        offered = {w: chr(SLOT + k) for k, w in reversed(list(_offered(data, level, at, i)))}
        short = _with_slots(text.replace(name, chr(SLOT)), offered)
        filled = "".join(_filled(s, name, offered) for s in short)
        made.append(templates.setdefault(short, len(templates)) if filled == text else text)
    return made


def _with_slots(text: str, offered: Mapping[str, str]) -> str:
    return NUMBER.sub(lambda found: offered.get(found[0], found[0]), text)


def _filled(sign: str, name: str, offered: Mapping[str, str]) -> str:
    if sign == chr(SLOT):
        return name
    return next((words for words, slot in offered.items() if slot == sign), sign)


def _offered(data: Mapping[str, Any], level: str, at: int, area: int) -> Iterable[tuple[int, str]]:
    """Write the figures that a sentence may repeat as the page does, each with its slot."""
    measure, home = data["measures"][at], data["meta"]["area"]
    whole = next((lv for lv, a in data["areas"].items() if a["code"] == [home]), level)
    for k, (name, whose, how) in enumerate(SLOTS[1:], 1):
        column = data["figures"][whole if whose == "home" else level][at] or {}
        row = column.get(name.lstrip("@")) or []
        row = row[0 if name[0] == "@" else -1] if row and isinstance(row[0], list) else row
        value = row[0 if whose == "home" else area] if row else None
        if value is not None:
            yield k, _written(value, how, measure["decimals"])


def _written(value: float, how: str, decimals: int) -> str:
    """Write a number as the page does, which rounds halves up."""
    if how == "place":
        return ordinal(value)
    digits = 0 if how == "whole" else decimals
    exact = Decimal(abs(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return (signed if how == "signed" else number)(math.copysign(float(exact), value), digits)
