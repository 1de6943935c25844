"""A numbered, captioned figure that is drawn twice: for the page, and narrow for the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spi_core.present.figure import emit_pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["emit_both"]


def emit_both(wide: Figure, narrow: Figure, label: str, caption: str, alt: str) -> None:
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
    """
    print(f"\n::::: {{#{label}}}")
    emit_pair(wide, narrow, label, alt)
    print(f"\n{caption}\n:::::\n")
