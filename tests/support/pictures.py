"""Whether the words of a picture stand within it and keep off each other, as they are drawn."""

from __future__ import annotations

from typing import Any

__all__ = ["overhang", "overlapping"]


def overhang(fig: Any) -> float:
    """Say how far, in pixels, any word of a figure reaches beyond its edges."""
    fig.canvas.draw()
    boxes = [t.get_window_extent() for ax in fig.axes for t in ax.texts if t.get_text()]
    out = fig.bbox
    return max(max(out.x0 - b.x0, out.y0 - b.y0, b.x1 - out.x1, b.y1 - out.y1) for b in boxes)


def overlapping(fig: Any) -> list[tuple[Any, Any]]:
    """List level words of one axes that cover each other by more than a hair."""
    fig.canvas.draw()
    found = []
    for ax in fig.axes:
        boxes = [
            (t.get_text(), t.get_window_extent().shrunk(0.94, 0.7))
            for t in ax.texts
            if t.get_text() and t.get_rotation() == 0
        ]
        found += [
            (a, b)
            for i, (a, one) in enumerate(boxes)
            for b, other in boxes[i + 1 :]
            if one.overlaps(other)
        ]
    return found
