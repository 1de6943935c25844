"""The words of a PDF in the order in which it is read aloud: that of its structure tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

__all__ = ["landmarks", "structure_texts"]

_HEX = r"<([0-9A-Fa-f]+)>"
#: What a listener steers by.
_LANDMARKS = {"H1", "H2", "H3", "H4", "H5", "H6", "Caption"}


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


def _page_words(page: Any) -> dict[int, str]:
    """Return the text of each piece of marked content of a page."""
    fonts = {name: _letters(font) for name, font in page.Resources.get("/Font", {}).items()}
    words: dict[int, str] = {}
    open_marks: list[int | None] = []
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            extra = operands[1] if len(operands) > 1 else {}
            marked = isinstance(extra, pikepdf.Dictionary) and "/MCID" in extra
            open_marks.append(int(extra["/MCID"]) if marked else None)
        elif name == "EMC":
            open_marks.pop()
        elif name == "Tf":
            font = fonts[str(operands[0])]
        elif name in {"Tj", "TJ"}:
            mark = next((m for m in reversed(open_marks) if m is not None), None)
            parts = operands[0] if name == "TJ" else [operands[0]]
            for part in parts:
                if mark is not None and isinstance(part, pikepdf.String):
                    codes = bytes(part)
                    pairs = (codes[i : i + 2] for i in range(0, len(codes), 2))
                    text = "".join(font.get(int.from_bytes(pair), "") for pair in pairs)
                    words[mark] = words.get(mark, "") + text
    return words


def _gather(node: Any, page: Any, words: dict[Any, dict[int, str]]) -> Iterator[str]:
    """Yield the text below a structure element, in order."""
    page = node.get("/Pg", page)
    kids = node.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from _gather(kid, page, words)
        elif isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid:
            yield words[kid.get("/Pg", page).objgen].get(int(kid["/MCID"]), "")
        elif not isinstance(kid, pikepdf.Dictionary):
            yield words[page.objgen].get(int(kid), "")


def _walk(node: Any) -> Iterator[Any]:
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _walk(kid)


def structure_texts(path: Path) -> list[tuple[str, str]]:
    """Return type and text of every structure element, in reading order; one holds the next."""
    with pikepdf.open(path) as pdf:
        words = {page.obj.objgen: _page_words(page) for page in pdf.pages}
        return [
            (
                str(element["/S"]).lstrip("/"),
                " ".join("".join(_gather(element, None, words)).split()),
            )
            for element in _walk(pdf.Root.StructTreeRoot)
        ]


def landmarks(path: Path) -> list[tuple[str, str]]:
    """Return headings and captions in reading order."""
    return [(kind, text) for kind, text in structure_texts(path) if kind in _LANDMARKS]
