"""How an edition averages its scores, in words, and where their scale therefore starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.store import Tables


def scale_start(tables: Tables) -> int:
    """Give the score of the worst goalpost.

    Returns
    -------
    int
        1 where a mean of the edition has no zero, else 0.
    """
    return int(tables["means"]["lowest"].max())


def adds_up(tables: Tables) -> bool:
    """Say whether every mean of an edition is arithmetic, so that scores are sums of products."""
    return bool(tables["means"]["order"].eq(1).all())


def averaging(tables: Tables) -> str:
    """Say how components become dimensions and these the index, and what that rewards.

    Returns
    -------
    str
        Markdown, in the methods chapter.
    """
    component, dimension, index = records(tables["means"])
    of_parts, of_all = ("plain mean" if m.order == 1 else m.mean for m in (dimension, index))
    text = (
        f"A dimension is the {of_parts} of its scored components, the index the {of_all} of its "
        "dimensions."
    )
    if adds_up(tables):
        return f"{text} A good score can therefore make up for a poor one."
    if component.order != 1:
        text = (
            f"A component is the {component.mean} of its goalpost scores, weighted by their "
            f"shares, instead of the sum in @eq-share. {text}"
        )
    text += (
        " The lower the order of a mean (arithmetic 1, geometric 0, harmonic −1), the less a good "
        "score makes up for a poor one."
    )
    if scale_start(tables):
        text += " A mean of order 0 or below has no zero, so scores run from 1 to 100."
    return text
