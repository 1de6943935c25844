"""How far apart the two times lie between which a component changed."""

from __future__ import annotations

from spi_core.store import Tables

__all__ = ["long_spans"]

#: Years between the two times of a figure beyond which a change is not "the year's".
FAR = 2.0
YEAR = 365.25


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
    about = tables["indicators"]
    counts = about[about["comparable"].eq("yes")].set_index("id")["component"]
    values = tables["values"]
    if not {"start", "end"} <= set(values):
        return {}
    mine = values[values["area_code"].eq(code) & values["indicator_id"].isin(counts.index)]
    mine = mine.dropna(subset=["value", "start", "end"])
    middle = mine["start"] + (mine["end"] - mine["start"]) / 2
    when = mine.assign(middle=middle).set_index(["indicator_id", "period"])["middle"].unstack()
    if not {"baseline", "current"} <= set(when):
        return {}
    years = (when["current"] - when["baseline"]).dt.days / YEAR
    far = years[years.round(1) > FAR].sort_values(ascending=False, kind="stable")
    made: dict[str, str] = {}
    for indicator in far.index:
        first, last = (int(when[p].dt.year[indicator]) for p in ("baseline", "current"))
        made.setdefault(str(counts[indicator]), span(first, last))
    return made


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
