"""A rendered document read back for what it says, whatever engine made it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html

from tests.support.pdf_checks import page_texts

__all__ = ["Rendered", "spaces"]

_NOT_TEXT = ("style", "script", "title", "annotation", "template")


def spaces(text: str) -> str:
    """Return text with all white space, also the unbreakable, as single spaces."""
    return " ".join(text.replace("\u00a0", " ").split())


@dataclass(frozen=True)
class Rendered:
    """The two files of a document."""

    html_path: Path
    pdf_path: Path

    @property
    def html(self) -> str:
        return self.html_path.read_text(encoding="utf-8")

    @property
    def page(self) -> Any:
        """The page as a tree."""
        return lxml.html.document_fromstring(self.html_path.read_bytes().decode("utf-8"))

    @property
    def web(self) -> str:
        """The page's text, white space as single spaces."""
        page = self.page
        for element in [e for e in page.iter() if e.tag in _NOT_TEXT]:
            element.drop_tree()
        return spaces(page.text_content())

    @property
    def print(self) -> str:
        """The PDF's text, white space as single spaces."""
        return spaces(" ".join(page_texts(self.pdf_path)))

    def both(self) -> tuple[str, str]:
        return self.web, self.print

    def texts(self, path: str) -> list[str]:
        """Return the text of each element that an XPath finds."""
        return [spaces(element.text_content()) for element in self.page.xpath(path)]
