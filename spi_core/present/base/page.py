"""What a notebook's cells call: one table, figure or text under one name, its words beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from spi_core.present.base.edition import conditions
from spi_core.present.base.figure import emit_figure, emit_pair, emit_table
from spi_core.present.base.pairs import emit_both
from spi_core.present.base.prose import fill, prose, words_of
from spi_core.present.base.scale import reference_place, until_sentence
from spi_core.present.base.words import capital

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from spi_core.store import Tables


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or map, ready to be drawn.

    Parameters
    ----------
    draw : callable or None
        Draws it; told whether for the phone. None where there is nothing to draw.
    alt : str
        What a reader who cannot see it must know.
    illustrative : bool or iterable of bool
        As for :func:`spi_core.present.base.figure.emit_figure`.
    words : mapping of str to str
        What its caption may ask for: sentences that depend on numbers.
    """

    draw: Callable[[bool], Figure] | None
    alt: str = ""
    illustrative: bool | Iterable[object] = False
    words: Mapping[str, str] = field(default_factory=dict)


class Page:
    """A document's cells: each call prints one thing, with its words from beside the notebook.

    Parameters
    ----------
    document : str
        ``notebooks/words/<document>.yml`` has the captions by label and the notes by name. Where an
        edition lacks something, ``<name>.<what it lacks>`` stands in for ``<name>`` if it is there:
        see :func:`spi_core.present.base.edition.conditions`; two such ends make a text for both.
    tables : Tables
        The edition's tables: they say what its areas are called.
    """

    def __init__(self, document: str, tables: Tables) -> None:
        self.document, self.lacking = document, conditions(tables)
        reference = reference_place(tables)
        known = {"reference": reference, "Reference": capital(reference) if reference else ""}
        self.words = {**words_of(tables), **known, "until": until_sentence(tables)}

    def text(self, name: str, /, **words: object) -> str:
        """Take a text, its placeholders filled in."""
        both = [".".join(pair) for pair in combinations(self.lacking, 2)]
        variants = (f"{name}.{lacking}" for lacking in (*both, *self.lacking))
        key = next((v for v in variants if v in prose(self.document)), name)
        given = {name: str(word) for name, word in words.items()}
        return fill(self.document, key, **{**self.words, **given})

    def say(self, name: str, /, **words: object) -> None:
        """Print a text as a paragraph; an empty one is none."""
        if text := self.text(name, **words):
            print(f"{text}\n")

    def table(
        self,
        label: str,
        frame: pd.DataFrame,
        /,
        align: str = "",
        widths: Sequence[int] | Mapping[str, int] | None = None,
        words: Mapping[str, object] | None = None,
    ) -> None:
        """Print a captioned, numbered table, or ``<label>.none`` for an empty one, where there is.

        Parameters
        ----------
        label : str
            ``tbl-…``, the name that ``@tbl-…`` refers to and of its caption.
        align : str
            ``l``, ``r`` or ``c`` a column; before a ``+`` for as many columns as there are.
        widths : sequence or mapping, optional
            Relative widths of the columns, or of those named: 12 for the others.
        words : mapping, optional
            What its caption may ask for.
        """
        if frame.empty and f"{label}.none" in prose(self.document):
            self.say(f"{label}.none", **(words or {}))
            return
        if isinstance(widths, Mapping):
            widths = [widths.get(str(c), 12) for c in frame.columns] or None
        start, more, end = align.partition("+")
        room = frame.shape[1] - len(start) - len(end)
        sides = start + (start[-1:] * room if more else "") + end
        emit_table(frame, label, self.text(label, **(words or {})), sides or None, widths)

    def figure(self, label: str, picture: Picture) -> None:
        """Print a captioned, numbered figure, or ``<label>.none``, where there is such a text.

        Parameters
        ----------
        label : str
            ``fig-…``, the name that ``@fig-…`` refers to and of its caption.
        """
        if picture.draw is None:
            if f"{label}.none" in prose(self.document):
                self.say(f"{label}.none", **picture.words)
            return
        lead = f"{label}.lead"
        if lead in prose(self.document) and (text := self.text(lead, **picture.words)):
            print(f"::: {{.with-next}}\n{text}\n:::\n")
        caption = self.text(label, **picture.words)
        pair = picture.draw(False), picture.draw(True)
        emit_both(*pair, label, caption, picture.alt, picture.illustrative)

    def picture(self, name: str, picture: Picture, once: bool = False) -> None:
        """Print a picture that its surroundings explain: no number, no caption.

        Parameters
        ----------
        once : bool
            Whether one drawing serves page and phone.
        """
        if picture.draw is None:
            self.say(f"{name}.none")
        elif once:
            emit_figure(picture.draw(False), name, "", picture.alt, None, picture.illustrative)
        else:
            pair = picture.draw(False), picture.draw(True)
            emit_pair(*pair, name, picture.alt, picture.illustrative)

    def bullets(self, lines: Sequence[str], lead: str = "") -> None:
        """Print a list, where there is anything to list; a text may introduce it."""
        if lines and lead:
            self.say(lead)
        print("".join(f"- {line}\n" for line in lines))

    def callout(self, name: str, lines: Sequence[str]) -> None:
        """Print a list in a box of warning headed by a text, where there is anything to list."""
        if lines:
            print(f':::: {{.keep}}\n::: {{.callout-warning title="{self.text(name)}"}}')
            self.bullets(lines)
            print(":::\n::::\n")
