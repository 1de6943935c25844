"""The words of a PDF in the order in which it is read aloud: that of its structure tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from tests.support.pdf_marks import page_marks

__all__ = ["headings", "landmarks", "structure_texts"]

#: What a listener steers by.
_LANDMARKS = {"H1", "H2", "H3", "H4", "H5", "H6", "Caption"}


def _content(node: Any, page: Any) -> Iterator[tuple[Any, int]]:
    """Yield page and number of each piece of marked content below a structure element."""
    page = node.get("/Pg", page)
    kids = node.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from _content(kid, page)
        elif isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid:
            yield kid.get("/Pg", page).objgen, int(kid["/MCID"])
        elif not isinstance(kid, pikepdf.Dictionary):
            yield page.objgen, int(kid)


def _walk(node: Any) -> Iterator[Any]:
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _walk(kid)


def structure_texts(path: Path) -> list[tuple[str, str]]:
    """Return type and text of every structure element, in reading order; one holds the next."""
    with pikepdf.open(path) as pdf:
        words: dict[tuple[Any, int | None], str] = {}
        for page in pdf.pages:
            for mark in page_marks(page):
                at = (page.obj.objgen, mark.mcid)
                words[at] = words.get(at, "") + mark.text
        return [
            (
                str(element["/S"]).lstrip("/"),
                " ".join("".join(words.get(at, "") for at in _content(element, None)).split()),
            )
            for element in _walk(pdf.Root.StructTreeRoot)
        ]


def headings(pdf: pikepdf.Pdf) -> set[tuple[Any, int]]:
    """Return page and number of each piece of marked content that is part of a heading."""
    names = {f"/{name}" for name in _LANDMARKS - {"Caption"}}
    tree = [element for element in _walk(pdf.Root.StructTreeRoot) if element["/S"] in names]
    return {at for element in tree for at in _content(element, None)}


def landmarks(path: Path) -> list[tuple[str, str]]:
    """Return headings and captions in reading order."""
    return [(kind, text) for kind, text in structure_texts(path) if kind in _LANDMARKS]
