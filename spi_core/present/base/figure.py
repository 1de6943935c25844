"""Put a chart or a table into a document: Markdown that both engines number and caption."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from spi_core.files import write_bytes
from spi_core.present.base.marks import LEGEND, SYMBOL, one_each, picture_keys
from spi_core.present.base.theme import chart_style
from spi_core.tables import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Environment variable with the folder for a document's own pictures.
VARIABLE = "SPI_FIGURES"
#: Millimetres below a chart for the sentence that marks illustrative values.
MARK_ROOM = 4.2
#: Decimals beyond the first: no eye sees a tenth of a point, but the page carries the bytes.
_LONG = re.compile(rb"\b([1-9]\d+\.\d)\d+")
_IDLE = re.compile(rb"<!--.*?-->|; stroke-linejoin: miter", re.DOTALL)
_GROUP = re.compile(rb'<g id="\w+_\d+">')
#: What is drawn often is named once and used by its name: short names make light pages.
_ID = re.compile(rb' id="([\w.-]+)"')
_NAMED = re.compile(rb'( id="|href="#|url\(#)([\w.-]+)')
_LINES = re.compile(rb"\s*\n\s*")


def emit_figure(
    fig: Figure,
    label: str,
    caption: str,
    alt: str,
    width: str | None = None,
    illustrative: bool | Iterable[object] = False,
) -> None:
    """Write a figure as SVG and print the Markdown that shows it (``output: asis``).

    Parameters
    ----------
    fig : Figure
        Closed afterwards.
    label : str
        ``fig-…``, the name that ``@fig-…`` refers to; without a caption, a plain file name.
    caption : str
        Markdown; empty for a picture that its surroundings explain.
    alt : str
        What a reader who cannot see it must know. Never empty.
    width : str, optional
        For instance ``"60%"``.
    illustrative : bool or iterable of bool
        Whether it shows any value that rests on generated ones, or one flag a value: then the
        picture itself, its alternative text and its caption say so. Where no mark stands in the
        picture, it says whether every value in it is meant.

    Raises
    ------
    ValueError
        If the alternative text is empty.
    """
    if not alt.strip():
        raise ValueError(f"figure {label!r} needs alternative text")
    folder = Path(os.environ.get(VARIABLE) or "_figures")
    path = folder / f"{label}.svg"
    flags = one_each(illustrative)
    # looked for only where it matters: going through a chart's parts takes long
    marks = flags if isinstance(flags, bool) else any(flags)
    inside = marks and any(SYMBOL in text.get_text() for text in fig.findobj(Text))
    keys = picture_keys(flags, inside)
    write_bytes(path, _svg(fig, keys))
    if keys:
        alt = f"{alt} {keys[0]}."
        caption = f"{caption} {SYMBOL}" if caption else ""
    alt = re.sub(r"\s+", " ", alt).replace('"', "”")
    name = f"#{label} " if caption else ""
    size = f" width={width}" if width else ""
    print(f'\n![{caption}]({path.as_posix()}){{{name}fig-alt="{alt}"{size}}}\n')


def _svg(fig: Figure, keys: Sequence[str]) -> bytes:
    """Draw a figure; the mark stands below it, in the picture: it stays if that is copied."""
    buffer = io.BytesIO()
    box = None
    if keys:
        width, height = fig.get_size_inches()
        room = MARK_ROOM / 25.4
        with chart_style(7):
            look: dict[str, Any] = {"weight": "semibold", "va": "center"}
            for words in keys:
                key = fig.text(0.004, -0.65 * room / height, words, **look)
                if key.get_window_extent().x1 <= fig.bbox.x1 or words == keys[-1]:
                    break
                key.remove()
        box = Bbox([[0, -room], [width, height]])
    # no date and no program name: the same chart is the same bytes
    plain = {"Date": None, "Creator": None}
    fig.savefig(buffer, format="svg", metadata=plain, bbox_inches=box)
    plt.close(fig)
    return _lean(buffer.getvalue())


def _lean(svg: bytes) -> bytes:
    """Leave out of a picture what nobody sees: comments, names of groups, needless decimals."""
    for pattern, rest in ((_LONG, rb"\1"), (_IDLE, rb""), (_GROUP, rb"<g>"), (_LINES, rb"\n")):
        svg = pattern.sub(rest, svg)
    names: dict[bytes, bytes] = {}
    for name in _ID.findall(svg):
        names.setdefault(name, b"i%x" % len(names))
    return _NAMED.sub(lambda m: m[1] + names.get(m[2], m[2]), svg)


def emit_pair(
    wide: Figure,
    narrow: Figure,
    label: str,
    alt: str,
    illustrative: bool | Iterable[object] = False,
) -> None:
    """Print a picture twice: across the page, and for the phone a narrow one instead.

    Parameters
    ----------
    wide, narrow : Figure
        The same content; paper always takes the wide one.
    label : str
        File name.
    alt : str
        Alternative text of both; only one is ever shown.
    illustrative : bool or iterable of bool
        As for :func:`emit_figure`.
    """
    illustrative = one_each(illustrative)
    print("\n::: {.wide-only}")
    emit_figure(wide, label, "", alt, "100%", illustrative)
    print(':::\n\n:::: {.content-visible when-format="html"}\n::: {.narrow-only}')
    emit_figure(narrow, f"{label}-narrow", "", alt, "100%", illustrative)
    print(":::\n::::\n")


def pipe_table(
    frame: pd.DataFrame, align: Sequence[str] | None = None, widths: Sequence[int] | None = None
) -> str:
    """Write a table as a Pandoc pipe table: the first row is the header in HTML and PDF.

    Parameters
    ----------
    frame : DataFrame
        Cells as text; the index is not shown.
    align : sequence of {'left', 'right', 'center'}, optional
        One a column, or its first letter; left without it.
    widths : sequence of int, optional
        Relative widths of the columns.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> print(pipe_table(pd.DataFrame({"Ward": ["Abbey"], "Score": ["47.9"]}), "lr"))
    | Ward | Score |
    |:---|---:|
    | Abbey | 47.9 |
    """
    marks = {"l": (":", ""), "r": ("", ":"), "c": (":", ":")}
    sides = [marks[a[0]] for a in (align or "l" * frame.shape[1])]
    dashes = [3] * frame.shape[1] if widths is None else [max(3, w) for w in widths]
    rule = "|".join(a + "-" * n + b for (a, b), n in zip(sides, dashes, strict=True))
    lines = [list(frame.columns), *frame.to_numpy()]
    text = ["| " + " | ".join(map(_cell, line)) + " |" for line in lines]
    return "\n".join([text[0], f"|{rule}|", *text[1:]])


def _cell(value: object) -> str:
    """Keep a cell in its cell: a bar or a new line in it would start the next."""
    return str(value).replace("|", r"\|").replace("\n", " ")


def listed(frame: pd.DataFrame, cells: Mapping[str, str | Callable[[Any], object]]) -> pd.DataFrame:
    """Make a table of text, a row a row.

    Parameters
    ----------
    cells : mapping of str to str or callable
        Heading to the column it takes, or to what makes a cell of a row.

    Examples
    --------
    >>> scores = pd.DataFrame({"town": ["Abbey"], "score": [47.91]})
    >>> listed(scores, {"Town": "town", "Score": lambda r: f"{r.score:.1f}"}).to_dict("records")
    [{'Town': 'Abbey', 'Score': '47.9'}]
    """
    rows = list(records(frame))
    return pd.DataFrame(
        {
            heading: [str(getattr(r, cell) if isinstance(cell, str) else cell(r)) for r in rows]
            for heading, cell in cells.items()
        }
    )


def emit_table(
    frame: pd.DataFrame,
    label: str,
    caption: str,
    align: Sequence[str] | None = None,
    widths: Sequence[int] | None = None,
) -> None:
    """Print a captioned, numbered table (``output: asis``); marks in it are explained below it.

    Parameters
    ----------
    frame : DataFrame
        Cells as text.
    label : str
        ``tbl-…``, the name that ``@tbl-…`` refers to.
    caption : str
        What the table says.
    align, widths : sequence, optional
        As for :func:`pipe_table`; they may go on for columns that an edition lacks at the end.
    """
    if frame.empty:  # still a table: text refers to it by its number
        names = list(frame.columns) or ["Nothing to list"]
        frame = pd.DataFrame([["–"] * len(names)], columns=names)
    n = frame.shape[1]
    text = pipe_table(frame, align and align[:n], widths and widths[:n])
    if SYMBOL in text:
        caption = f"{caption} {LEGEND}."
    print(f"\n{text}\n\n: {caption} {{#{label}}}\n")
