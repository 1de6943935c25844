"""A picture in millimetres: its page, the small words on it, the fills of its key."""

from __future__ import annotations

import textwrap
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from spi_core.present.base.theme import colour

#: Inches.
MM = 1 / 25.4
#: Grey of scale lines, and blue-grey of a band in which a value likely lies.
RULE, BAND = "#E4E7EB", "#BCCCDC"
#: More areas than this fill a page without names, as an image.
MANY = 60
#: Points: a name in smaller letters is parted into two lines.
SMALLEST = 6.2
#: Ems that a letter takes at most, on average over a line.
WIDEST = 0.68


def page(width: float, height: float) -> tuple[Figure, Axes]:
    """Open a picture whose coordinates are millimetres, from the top left.

    Parameters
    ----------
    width, height : float
        Millimetres.

    Returns
    -------
    tuple of Figure and Axes
        The axes cover the whole figure.
    """
    fig = plt.figure(figsize=(width * MM, height * MM))
    return fig, laid_over(fig, width, height)


def laid_over(fig: Figure, width: float, height: float) -> Axes:
    """Lay the same coordinates over a picture of that size."""
    ax = fig.add_axes((0, 0, 1, 1), facecolor="none")
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    return ax


def words(
    ax: Axes, x: float, y: float, text: str, size: float = 8, muted: bool = False, **look: Any
) -> Text:
    """Write a line of a picture, its middle at ``y``; ``look`` as for matplotlib."""
    if muted:
        look["color"] = colour("muted")
    return ax.text(x, y, text, va="center", fontsize=size, **look)


def reach(ax: Axes, label: Text) -> Bbox:
    """Measure written words in the picture's coordinates."""
    return label.get_window_extent().transformed(ax.transData.inverted())


def kept_in(ax: Axes, x: float, y: float, text: str, end: float, **look: Any) -> Text:
    """Write words over a place, all of them within the picture and before its end."""
    label = words(ax, x, y, text, **look)
    box = reach(ax, label)
    label.set_x(x + max(0.0, -box.x0) - max(0.0, box.x1 - end))
    return label


def fitted(
    ax: Axes, x: float, y: float, text: str, end: float, size: float = 8, **look: Any
) -> None:
    """Write a line that ends before ``end``: smaller, and where that is too small in two lines."""
    label = words(ax, x, y, text, size, **look)
    if len(text) * WIDEST * size * 25.4 / 72 < end - x:
        return  # measuring a line takes as long as drawing it

    def needed() -> float:
        return float(reach(ax, label).width) / (end - x)

    if (share := needed()) > 1:
        if size / share < SMALLEST and " " in text:
            label.set_text(textwrap.fill(text, max(8, len(text) * 5 // 9), break_long_words=False))
            label.set(fontsize=min(size, SMALLEST), linespacing=0.9)
            share, size = needed(), min(size, SMALLEST)
        label.set_fontsize(size / max(share, 1.0))


def box(ax: Axes, x: float, y: float, width: float = 5.5, **look: Any) -> None:
    """Draw a fill of a key, its middle at ``y``; ``look`` as for a matplotlib patch."""
    ax.add_patch(Rectangle((x, y - 2.2), width, 4.4, **look))
