"""Names at the ends of lines: with room for the longest, and none over another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.textpath import TextPath

from spi_core.present.base.theme import colour
from spi_core.text.seal import plain

NAME_SIZE = 7.5
#: Millimetres from the panel to a name, and the least width of a panel beside its names.
LEADER, LEAST_PANEL = 4.5, 18.0


def name_room(names: Sequence[str], width: float) -> tuple[float, float]:
    """Find type size and right margin in which the longest name has room.

    Parameters
    ----------
    names : sequence of str
        What stands right of the panel.
    width : float
        Millimetres for panel and names together.

    Returns
    -------
    tuple of float
        Points and millimetres; the type is smaller where a name would leave no panel.
    """
    paths = [TextPath((0, 0), plain(name), size=NAME_SIZE) for name in names]
    widths = [path.get_extents().width for path in paths]
    longest = max(widths, default=0.0) * 25.4 / 72
    room = width - LEAST_PANEL - LEADER - 1
    shrink = min(1.0, room / longest) if longest else 1.0
    return NAME_SIZE * shrink, LEADER + 1.04 * longest * shrink + 1


def name_ends(
    ax: Axes, names: Mapping[str, str], wards: Sequence[Any], shift: float, size: float
) -> None:
    """Name lines at their right end, moved apart where they would overlap.

    Parameters
    ----------
    ax : Axes
        Its horizontal scale ends at 1.
    names : mapping of str to str
        Names by code.
    wards : sequence of mapping
        Code and level ``after``, a line each.
    shift : float
        A millimetre, as a share of the panel.
    size : float
        Type size.
    """
    low, high = ax.get_ylim()
    gap = 0.06 * (high - low)
    ordered = sorted(wards, key=lambda w: w["after"])
    places = spread([w["after"] for w in ordered], gap)
    for w, y in zip(ordered, places, strict=True):
        if abs(y - w["after"]) > 0.2 * gap:
            ends = [1 + 1.2 * shift, 1 + (LEADER - 0.6) * shift]
            ax.plot(ends, [w["after"], y], color=colour("muted"), lw=0.5, clip_on=False)
        ax.text(
            1 + LEADER * shift,
            y,
            names.get(w["area_code"], w["area_code"]),
            va="center",
            fontsize=size,
            color=colour("blue"),
        )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move ascending places apart until each is a gap from the next, as little as possible.

    Parameters
    ----------
    wanted : sequence of float
        Ascending.
    gap : float
        Least distance.

    Examples
    --------
    >>> spread([1.0, 1.0, 5.0], 1.0)
    [0.5, 1.5, 5.0]
    """
    groups: list[list[float]] = []
    for value in wanted:
        groups.append([value])
        while len(groups) > 1 and _top(groups[-2], gap) + gap > _bottom(groups[-1], gap):
            last = groups.pop()
            groups[-1] += last
    return [_bottom(g, gap) + i * gap for g in groups for i in range(len(g))]


def _bottom(group: Sequence[float], gap: float) -> float:
    return float(np.mean(group)) - gap * (len(group) - 1) / 2


def _top(group: Sequence[float], gap: float) -> float:
    return float(np.mean(group)) + gap * (len(group) - 1) / 2
