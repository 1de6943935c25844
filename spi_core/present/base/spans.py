"""How far apart the two times lie between which a component changed."""

from __future__ import annotations

from spi_core.store import Tables
from spi_core.tables import records


def long_spans(tables: Tables, code: str) -> dict[str, str]:
    """Give the years of the figures in a change whose two times lie more than two years apart.

    Parameters
    ----------
    code : str
        GSS code of an area.

    Returns
    -------
    dict of str to str
        Component to the years of its figure with the longest span, for instance ``2001–11``;
        components without such a figure are left out. Only figures that count in change do.
    """
    mine = tables["far_apart"].query("area_code == @code")
    return {r.component: span(r.first, r.last) for r in records(mine)}


def span(first: int, last: int) -> str:
    """Write two years as a span.

    Parameters
    ----------
    first, last : int
        Years.

    Examples
    --------
    >>> span(2001, 2011), span(1998, 2004)
    ('2001–11', '1998–2004')
    """
    return f"{first}–{last % 100:02d}" if first // 100 == last // 100 else f"{first}–{last}"
