"""A numbered, captioned figure that is drawn twice: for the page, and narrow for the phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from spi_core.present.base.figure import emit_pair
from spi_core.present.base.marks import sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def emit_both(
    wide: Figure,
    narrow: Figure,
    label: str,
    caption: str,
    alt: str,
    illustrative: bool | Iterable[object] = False,
) -> None:
    """Print a figure for every width under one number and caption (``output: asis``).

    Parameters
    ----------
    wide, narrow : Figure
        The same message; paper always takes the wide one.
    label : str
        ``fig-…``, the name that ``@fig-…`` refers to.
    caption : str
        Markdown.
    alt : str
        What a reader who cannot see it must know.
    illustrative : bool or iterable of bool
        Whether any value in it rests on generated ones, or one flag a value.
    """
    illustrative = illustrative if isinstance(illustrative, bool) else list(illustrative)
    print(f"\n::::: {{#{label}}}")
    emit_pair(wide, narrow, label, alt, illustrative)
    made_up = illustrative if isinstance(illustrative, bool) else any(illustrative)
    caption = sentence(caption, made_up)
    print(f"\n{caption}\n:::::\n")
