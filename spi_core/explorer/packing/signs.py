"""Whole numbers, rows and paths as the signs of a text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Row: TypeAlias = list[float | None]

#: What no JSON text has to escape; the first half ends a number, the second goes on.
ALPHABET = "".join(c for c in map(chr, range(32, 127)) if c not in '"\\<')
HALF = len(ALPHABET) // 2


def text_of(row: Row, told: Sequence[float | None], order: Sequence[int] | None = None) -> str:
    """Write a row: its decimals, then each cell's distance from what was foretold."""
    digits = next(d for d in range(16) if all(v is None or round(v, d) == v for v in row))
    scale, before, parts = 10**digits, 0, [str(digits)]
    for i in range(len(row)) if order is None else order:
        value = row[i]
        if value is None:
            parts.append(ALPHABET[0])
            continue
        guess = told[i] if i < len(told) else 0
        off = round(value * scale) - math.floor((guess or 0) * scale + 0.5)
        parts += signs(off - before)
        before = 0 if order is None else off
    return "".join(parts)


def signs(whole: int) -> Iterator[str]:
    """Write a whole number: those near nothing are one sign, and none is the first sign."""
    n = 2 * abs(whole) - (whole > 0) + 1
    while n >= HALF:
        yield ALPHABET[HALF + n % HALF]
        n //= HALF
    yield ALPHABET[n]


def path_of(d: str) -> str:
    """Write a path: for each ring its numbers and, to end it, the sign for none."""
    rings = ([int(n) for n in re.findall(r"-?\d+", ring)] for ring in d.split("M")[1:])
    return "".join("".join(s for n in ring for s in signs(n)) + ALPHABET[0] for ring in rings)
