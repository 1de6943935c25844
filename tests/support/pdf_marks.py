"""What stands on a page of a PDF, and where: pieces of text, lines and fills with their boxes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

__all__ = ["Box", "Mark", "page_marks"]

#: Left, bottom, right, top in points from the page's lower left corner.
Box = tuple[float, float, float, float]
_Matrix = tuple[float, ...]

_HEX = r"<([0-9A-Fa-f]+)>"
#: How far letters reach below and above their line, in ems: Inter's descenders and capitals.
_BELOW, _ABOVE = 0.2, 0.73
_FILLS = {"f", "F", "f*", "B", "B*", "b", "b*"}
_STROKES = {"S", "s"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of text, or one path or form that is drawn.

    Parameters
    ----------
    mcid : int or None
        The marked content that it belongs to; None for what is not read aloud.
    running : bool
        Whether it is part of the head or foot that all pages have.
    text : str
        Empty for what is drawn.
    box, clip : tuple of float
        Where it is, whether or not it is seen there, and what of the page is seen.
    filled : bool
        Whether it is an area of colour.
    """

    mcid: int | None
    running: bool
    text: str
    box: Box
    clip: Box
    filled: bool = False


@dataclass(frozen=True, slots=True)
class _Font:
    letters: dict[int, str]
    widths: dict[int, float]


@dataclass(frozen=True, slots=True)
class _State:
    matrix: _Matrix
    clip: Box
    font: _Font
    size: float = 0.0


def _unicode(code: str) -> str:
    return bytes.fromhex(code).decode("utf-16-be")


def _letters(font: Any) -> dict[int, str]:
    """Read which letter each glyph of a font stands for."""
    if "/ToUnicode" not in font:
        return {}
    text = font.ToUnicode.read_bytes().decode("latin-1")
    letters: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        letters |= {int(a, 16): _unicode(b) for a, b in re.findall(rf"{_HEX}\s*{_HEX}", block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, code in re.findall(rf"{_HEX}\s*{_HEX}\s*{_HEX}", block):
            start = _unicode(code)
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + step] = start[:-1] + chr(ord(start[-1]) + step)
    return letters


def _widths(font: Any) -> dict[int, float]:
    """Read how wide each glyph is, in thousandths of the size: runs of one width, or lists."""
    rest = list(font.DescendantFonts[0].get("/W", [])) if "/DescendantFonts" in font else []
    widths: dict[int, float] = {}
    while rest:
        first, second = int(rest.pop(0)), rest.pop(0)
        if isinstance(second, pikepdf.Array):
            widths |= {first + i: float(w) for i, w in enumerate(second)}
        else:
            widths |= dict.fromkeys(range(first, int(second) + 1), float(rest.pop(0)))
    return widths


def _times(a: _Matrix, b: _Matrix) -> _Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def _around(points: Iterable[tuple[float, float]]) -> Box:
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)


def _placed(box: Box, m: _Matrix) -> list[tuple[float, float]]:
    corners = [(x, y) for x in box[::2] for y in box[1::2]]
    return [(x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]) for x, y in corners]


def _shown(parts: Iterable[Any], state: _State) -> tuple[str, float, float]:
    """Give a piece's text, and where in its line its first and last letter begin and end."""
    text, at, start, end = "", 0.0, None, 0.0
    for part in parts:
        if not isinstance(part, pikepdf.String):
            at -= float(part) / 1000 * state.size
            continue
        codes = bytes(part)
        for i in range(0, len(codes), 2):
            code = int.from_bytes(codes[i : i + 2])
            letter = state.font.letters.get(code, "")
            start = at if start is None and letter.strip() else start
            at += state.font.widths.get(code, 1000.0) / 1000 * state.size
            end = at if letter.strip() else end
            text += letter
    return text, start or 0.0, end


def page_marks(page: Any) -> list[Mark]:
    """Read a page of a file that Typst made: what is on it, in the order in which it is drawn.

    Parameters
    ----------
    page : pikepdf.Page
        With fonts of two bytes a glyph. What is drawn by a form counts as the form's box.
    """
    fonts = {n: _Font(_letters(f), _widths(f)) for n, f in page.Resources.get("/Font", {}).items()}
    forms = page.Resources.get("/XObject", {})
    whole = tuple(float(v) for v in page.MediaBox)
    state = _State((1.0, 0.0, 0.0, 1.0, 0.0, 0.0), whole, _Font({}, {}))
    saved: list[_State] = []
    tags: list[tuple[int | None, bool]] = []
    points: list[tuple[float, float]] = []
    line, clips = state.matrix, False
    marks: list[Mark] = []

    def mark(text: str, box: Box, filled: bool = False) -> None:
        mcid = next((m for m, _ in reversed(tags) if m is not None), None)
        marks.append(Mark(mcid, any(r for _, r in tags), text, box, state.clip, filled))

    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            extra = operands[1] if len(operands) > 1 else {}
            about = extra if isinstance(extra, pikepdf.Dictionary) else {}
            mcid = int(about["/MCID"]) if "/MCID" in about else None
            tags.append((mcid, about.get("/Type") == "/Pagination"))
        elif name == "EMC":
            tags.pop()
        elif name == "q":
            saved.append(state)
        elif name == "Q":
            state = saved.pop()
        elif name == "cm":
            state = replace(state, matrix=_times(tuple(map(float, operands)), state.matrix))
        elif name == "Tf":
            state = replace(state, font=fonts[str(operands[0])], size=float(operands[1]))
        elif name == "Tm":
            line = tuple(map(float, operands))
        elif name in {"Tj", "TJ"}:
            text, start, end = _shown(operands[0] if name == "TJ" else operands, state)
            reach = (start, -_BELOW * state.size, end, _ABOVE * state.size)
            mark(text, _around(_placed(reach, _times(line, state.matrix))))
        elif name in {"m", "l", "c", "v", "y"}:
            pairs = zip(operands[::2], operands[1::2], strict=True)
            points += [_placed((float(x), float(y)) * 2, state.matrix)[0] for x, y in pairs]
        elif name == "re":
            x, y, width, height = map(float, operands)
            points += _placed((x, y, x + width, y + height), state.matrix)
        elif name in {"W", "W*"}:
            clips = True
        elif name == "Do":
            box = tuple(map(float, forms[str(operands[0])].get("/BBox", (0, 0, 1, 1))))
            mark("", _around(_placed(box, state.matrix)))
        elif name in {"n", *_FILLS, *_STROKES}:
            if points and name != "n":
                mark("", _around(points), name in _FILLS)
            if points and clips:
                state = replace(state, clip=common(state.clip, _around(points)))
            points, clips = [], False
    return marks


def common(a: Box, b: Box) -> Box:
    """Give what two boxes have in common; its sides change places where that is nothing."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
