"""The figures that tell why an area's component stands out: in people where counts are known."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from spi_core.present.base.marks import carried, marked
from spi_core.present.base.numbers import number
from spi_core.present.base.scale import beside_place
from spi_core.present.base.words import ABOUT_THE_SAME, capital
from spi_core.store import Tables
from spi_core.tables import records
from spi_core.text.words import STRENGTH, WEAKNESS

#: Counts of people, homes or events stand above these kinds of figure.
COUNTED = ("rate", "proportion")
#: A unit that names whom it counts: "% of homes", "per 1,000 residents", not "% (as published)".
_BASE = re.compile(r"^(%|per [\d,]+) (?!\()")
#: Counts over more days than this are not counts of a year.
_YEAR = range(360, 372)


class Shown:
    """An area's values as cells of a table, those that are generated marked.

    Parameters
    ----------
    tables : Tables
        The edition's tables.
    code : str
        Of a unit of evidence.
    """

    def __init__(self, tables: Tables, code: str) -> None:
        self.code = code
        edition = tables.about["edition"]
        self.home, self.compares = str(edition["area"]), len(edition["periods"]) > 1
        self.unit, self.whole = tables.levels.unit, tables.whole
        near = tables["peers"].query("area_code == @code").sort_values("order")
        self.peers = tuple(near["peer_code"])
        values = carried(tables, "values")
        values = values[values["area_code"].isin([code, self.home, *self.peers])]
        self.values = {(r.indicator_id, r.area_code, r.period): r for r in records(values)}
        self.about = {r.id: r for r in records(tables["indicators"])}
        stands = tables["indicator_standing"].query("area_code == @code")
        self.stands: pd.DataFrame = stands.set_index("indicator_id")
        place = beside_place(tables)
        self.reference = f"{capital(place)} {self.unit.one}" if place else ""
        self.mean: dict[Any, float] = {}
        if place:
            now = tables["reference"].query("period == 'current'")
            self.mean = now.set_index("indicator_id")["mean"].to_dict()

    @property
    def columns(self) -> list[str]:
        """Headings of :meth:`now`."""
        place = [self.reference] if self.reference else []
        return ["Figure", "Here", capital(self.whole.one), *place, "Period"]

    def cell(self, indicator: str, area: str, period: str) -> str:
        """Write one value; a withheld or an estimated one says so."""
        row = self.values.get((indicator, area, period))
        if row is None:
            return "–"
        if row.provenance == "suppressed":
            return "withheld"
        est = " est." if row.provenance == "estimated" else ""
        return marked(number(row.value), row.illustrative) + est

    def label(self, indicator: str, period: str = "current") -> str:
        """Write what time the area's value is of."""
        label = getattr(self.values.get((indicator, self.code, period)), "period_label", "–")
        return label if isinstance(label, str) else "–"

    def now(self, indicator: str) -> dict[str, str]:
        """Write one indicator's current figures."""
        about = self.about[indicator]
        made = {
            "Figure": f"{about.name}, {_short(about.unit)}",
            "Here": self.cell(indicator, self.code, "current"),
            capital(self.whole.one): self.cell(indicator, self.home, "current"),
            "Period": self.label(indicator),
        }
        if self.reference:
            made[self.reference] = number(self.mean.get(indicator, np.nan))
        return made

    def among_peers(self, indicator: str) -> str:
        """Write the median of the similar areas' values."""
        rows = [self.values.get((indicator, p, "current")) for p in self.peers]
        known = [r for r in rows if r is not None and np.isfinite(r.value)]
        middle = number(self.stands["peers_value"].get(indicator, np.nan))
        return marked(middle, any(r.illustrative for r in known))


def facts_table(shown: Shown, components: pd.DataFrame, n: int) -> pd.DataFrame:
    """Find what does most to put the components furthest from the whole where they are.

    Parameters
    ----------
    shown : Shown
        The area's values.
    components : DataFrame
        ``component, score, difference, illustrative``.
    n : int
        How many components at most.

    Returns
    -------
    DataFrame
        Cells as text, the furthest first; components about the same as the whole are left out.
    """
    far = components.dropna(subset=["score", "difference"])
    far = far[far["difference"].abs() >= ABOUT_THE_SAME]
    far = far.sort_values("difference", key=abs, ascending=False, kind="stable").head(n)
    rows = []
    for r in records(far):
        if i := _telling(shown, "pull", "tells", r.component, r.difference > 0):
            points = marked(number(abs(r.difference), 0), r.illustrative)
            word = "better" if r.difference > 0 else "worse"
            rows.append({"Component": f"{r.component} ({points} {word})"} | shown.now(i))
    facts = pd.DataFrame(rows, columns=["Component", *shown.columns])
    # generated indicators have no reference: a column of dashes would only take room
    blank = shown.reference and facts[shown.reference].eq("–").all()
    return facts.drop(columns=shown.reference) if blank else facts


def figures_table(shown: Shown) -> pd.DataFrame:
    """List every indicator of the framework with the area's figures, each with its own time.

    Parameters
    ----------
    shown : Shown
        The area's values.

    Returns
    -------
    DataFrame
        Cells as text.
    """
    earlier = ["Earlier", "Earlier period"] if shown.compares else []
    columns = ["Component", "Figure", *earlier, *shown.columns[1:]]
    rows = [
        {
            "Component": r.component,
            "Earlier": shown.cell(r.id, shown.code, "baseline"),
            "Earlier period": shown.label(r.id, "baseline"),
        }
        | shown.now(r.id)
        for r in shown.about.values()
    ]
    return pd.DataFrame(rows, columns=columns)


def standouts(shown: Shown, components: pd.DataFrame) -> pd.DataFrame:
    """Say of every strength and weakness which figure does most to set the area apart.

    Parameters
    ----------
    shown : Shown
        The area's values.
    components : DataFrame
        ``component, score, rating, peers_difference, illustrative``.

    Returns
    -------
    DataFrame
        ``component, rating, fact``, the furthest from similar areas first; ``fact`` is Markdown,
        with the count and, of a weakness, what the whole's rate would take where that is known.
    """
    rated = components[components["rating"].isin([STRENGTH, WEAKNESS])]
    rated = rated.sort_values("peers_difference", key=abs, ascending=False, kind="stable")
    rows = []
    for r in records(rated):
        i = _telling(shown, "peers_pull", "peers_tells", r.component, r.rating == STRENGTH)
        fact = _fact(shown, i, r.rating == WEAKNESS) if i else ""
        rows.append({"component": r.component, "rating": r.rating, "fact": fact})
    return pd.DataFrame(rows, columns=["component", "rating", "fact"])


def to_ask(shown: Shown, components: pd.DataFrame) -> tuple[str, str, bool]:
    """Pick one question: of the figure that does most to make the area weak.

    Parameters
    ----------
    shown : Shown
        The area's values.
    components : DataFrame
        ``component, rating, peers_difference, difference``.

    Returns
    -------
    tuple of str, str and bool
        The figure's name, its question from the catalogue, whether the figure is generated. The
        weaknesses come first, then what lies below the whole; empty where neither has a question.
    """
    weak = components[components["rating"] == WEAKNESS].sort_values("peers_difference")
    below = components[components["difference"] < 0].sort_values("difference")
    named = [("peers_pull", "peers_tells", c) for c in weak["component"]]
    named += [("pull", "tells", c) for c in below["component"]]
    for pull, tells, component in named:
        i = _telling(shown, pull, tells, component, False)
        if i and (asked := getattr(shown.about[i], "question", "")):
            row = shown.values[i, shown.code, "current"]
            return shown.about[i].name, asked, bool(row.illustrative)
    return "", "", False


def _telling(shown: Shown, pull: str, tells: str, component: str, better: bool) -> str:
    """Name the indicator that does most to put a component where it is; empty if there is none.

    A figure that chance could have put on the other side is no evidence.
    """
    at = [shown.about[i].component == component for i in shown.stands.index]
    at &= shown.stands[tells].to_numpy(bool)
    mine = shown.stands.loc[at, pull].dropna()
    mine = mine[mine > 0] if better else mine[mine < 0]
    if mine.empty:
        return ""
    return str(mine.idxmax() if better else mine.idxmin())


def _fact(shown: Shown, indicator: str, weak: bool) -> str:
    about, row = shown.about[indicator], shown.values[indicator, shown.code, "current"]
    per = "%" if about.unit.startswith("%") else ""
    here, near = shown.cell(indicator, shown.code, "current"), shown.among_peers(indicator)
    home = shown.cell(indicator, shown.home, "current")
    count, whole_is = "", f"{shown.whole.one} {_percent(home, per)}"
    if _has_counts(about, row):
        count = f"{marked(number(row.numerator, 0), row.illustrative)}, or "
    text = (
        f"{about.name}, {shown.label(indicator)}: {count}{_percent(here, per)}{_rest(about.unit)} "
        f"(likely {number(row.value_low)} to {number(row.value_high)}; "
        f"similar {shown.unit.many} {_percent(near, per)}, {whole_is})."
    )
    whole = shown.values.get((indicator, shown.home, "current"))
    if weak and whole is not None:
        needs = _take(about, row, whole, shown.stands["needed"].get(indicator, np.nan))
        text += f" {needs} would bring it to the {shown.whole.one}’s rate." if needs else ""
    return text


def _percent(cell: str, per: str) -> str:
    """Put the percent sign behind the number, before its mark."""
    return re.sub(r"^([−\d.,]+)", rf"\g<1>{per}", cell)


def _rest(unit: str) -> str:
    """Write what follows a number; what stands in brackets is the register's business."""
    if unit.startswith("%"):
        return "" if unit[1:].lstrip().startswith("(") else unit[1:]
    if unit.startswith("ratio ("):
        return f"{',' if '=' in unit else ''} {unit[7:-1]}"
    return f" ({unit})" if unit.startswith(("ratio", "score")) else f" {unit}"


def _has_counts(about: Any, row: Any) -> bool:
    """Whether whole counts stand behind a figure, of a group that its unit names."""
    ends = np.array([row.numerator, row.denominator], dtype=float)
    return bool(
        about.kind in COUNTED
        and _BASE.match(about.unit)
        and row.provenance not in ("suppressed", "estimated")
        and np.isfinite([*ends, row.value]).all()
        and np.array_equal(ends, ends.round())
    )


def _take(about: Any, row: Any, whole: Any, n: float) -> str:
    """Say what the whole's rate would take, of a figure on which the area does worse."""
    if not (_has_counts(about, row) and _has_counts(about, whole)):
        return ""
    if not np.isfinite(n) or n * about.polarity >= 0:
        return ""
    made_up = row.illustrative or whole.illustrative
    many, word = marked(number(abs(n), 0), made_up), "fewer" if n > 0 else "more"
    days = (row.end - row.start).days + 1
    when = " a year" if about.kind == "rate" and days in _YEAR else ""
    if days > _YEAR.stop:
        when = f" in {row.period_label}"
    return f"**About {many} {word}{when}**"


def _short(unit: str) -> str:
    """Shorten a unit to what a reader needs; what stands in brackets is the register's business."""
    if unit.startswith("ratio (") and "=" not in unit:
        return unit[7:-1]
    return unit
