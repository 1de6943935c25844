"""What must be true of every PDF, read back from the file; each check lists what is wrong."""

from __future__ import annotations

import html.parser
from collections.abc import Iterator
from pathlib import Path

import pikepdf

__all__ = [
    "element_types",
    "figure_alts",
    "html_image_alts",
    "page_texts",
    "pdf_faults",
    "tables_without_headers",
]


_CELLS = ("/TH", "/TD")


def _elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Yield the structure elements below a node, in reading order."""
    kids = node.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _tree(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    root = pdf.Root.get("/StructTreeRoot")
    return [] if root is None else list(_elements(root))


def element_types(path: Path) -> list[str]:
    """Return the types of all structure elements (``H1``, ``P``, ``TH`` …) in reading order."""
    with pikepdf.open(path) as pdf:
        return [str(element["/S"]).lstrip("/") for element in _tree(pdf)]


def figure_alts(path: Path) -> list[str]:
    """Return the alternative text of each figure in reading order; empty where there is none."""
    with pikepdf.open(path) as pdf:
        return [str(e.get("/Alt", "")) for e in _tree(pdf) if e["/S"] == "/Figure"]


def tables_without_headers(path: Path) -> int:
    """Return how many tables do not begin with a row of header cells only."""
    with pikepdf.open(path) as pdf:
        tables = [element for element in _tree(pdf) if element["/S"] == "/Table"]
        return sum(not _begins_with_headers(table) for table in tables)


def _begins_with_headers(table: pikepdf.Dictionary) -> bool:
    rows = (element for element in _elements(table) if element["/S"] == "/TR")
    first = next(rows, None)
    cells = [] if first is None else [e["/S"] for e in _elements(first) if e["/S"] in _CELLS]
    return bool(cells) and all(kind == "/TH" for kind in cells)


def page_texts(path: Path) -> list[str]:
    """Return the text of each page."""
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(path).pages]


def pdf_faults(path: Path) -> list[str]:
    """Return what keeps a PDF from being the accessible document that it should be."""
    faults = []
    with pikepdf.open(path) as pdf:
        with pdf.open_metadata() as metadata:
            if str(metadata.get("pdfuaid:part")) != "1":
                faults.append("no PDF/UA-1 identifier")
            if not str(metadata.get("dc:title") or "").strip():
                faults.append("no title")
        if str(pdf.Root.get("/Lang", "")) != "en-GB":
            faults.append("language is not en-GB")
        marked = pdf.Root.get("/MarkInfo", pikepdf.Dictionary())
        if not bool(marked.get("/Marked", False)):
            faults.append("not tagged")
        shown = pdf.Root.get("/ViewerPreferences", pikepdf.Dictionary())
        if not bool(shown.get("/DisplayDocTitle", False)):
            faults.append("title is not displayed")
    types = element_types(path)
    headings = [name for name in types if len(name) == 2 and name[0] == "H" and name[1].isdigit()]
    if headings[:1] != ["H1"]:
        faults.append("first heading is not level 1")
    if any(not alt.strip() for alt in figure_alts(path)):
        faults.append("figure without alt text")
    if tables_without_headers(path):
        faults.append("table without header cells")
    return faults


class _Images(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.alts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alts.append(dict(attrs).get("alt") or "")


def html_image_alts(path: Path) -> list[str]:
    """Return the alternative text of each image of a page, in order; empty where there is none."""
    parser = _Images()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.alts
