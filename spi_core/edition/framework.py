"""The framework: dimensions, components and indicators, with goalposts and frozen weights.

Everything here comes from the edition's files; no indicator is named in code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.readers.read import Read, fault_at, strangers
from spi_core.edition.rules import check_disclosure
from spi_core.errors import Fault, some
from spi_core.levels import KNOWN, levels_of
from spi_core.tables import records

#: The file that ``settings`` were read from, as messages name it.
EDITION = "edition.yml"
#: What messages call what other tables name.
INDICATOR = "an indicator of indicators.csv"
#: Columns of the register without which nothing else can be checked against it.
ESSENTIAL = frozenset(
    ("id", "component", "dimension", "polarity", "kind", "per", "valid_min", "valid_max")
)


@dataclass(frozen=True, slots=True)
class Framework:
    """Who belongs to whom, in the order of the edition.

    Parameters
    ----------
    indicators : DataFrame
        One row an indicator, index ``id``, in framework order.
    components, dimensions : tuple of str
        All names of the edition, also those without an indicator.
    component_of : ndarray of int, shape (indicators,)
        Position of each indicator's component.
    dimension_of : ndarray of int, shape (components,)
        Position of each component's dimension.
    """

    indicators: pd.DataFrame
    components: tuple[str, ...]
    dimensions: tuple[str, ...]
    component_of: NDArray[np.intp]
    dimension_of: NDArray[np.intp]

    @property
    def ids(self) -> tuple[str, ...]:
        """Indicator ids in framework order."""
        return tuple(self.indicators.index)

    @property
    def polarity(self) -> NDArray[np.float64]:
        """+1 where higher is better, -1 where lower is; shape (indicators,)."""
        return self.indicators["polarity"].to_numpy(float)

    def members(self, component: int) -> NDArray[np.intp]:
        """Positions of a component's indicators.

        Parameters
        ----------
        component : int
            Position of the component.

        Returns
        -------
        ndarray of int
            Positions in :attr:`ids`; empty for a component without indicators.
        """
        return np.flatnonzero(self.component_of == component)


def make_framework(
    settings: Mapping[str, Any], indicators: Read
) -> tuple[Framework | None, list[Fault]]:
    """Join the edition's framework with its indicator register.

    Parameters
    ----------
    settings : mapping
        ``edition.yml`` as read.
    indicators : Read
        ``indicators.csv`` as read.

    Returns
    -------
    tuple of Framework or None, and list of Fault
        Of the indicators without a fault; None when there is none, or a column is missing that
        the others are checked against.
    """
    pairs = [(d["dimension"], c) for d in settings.get("framework", []) for c in d["components"]]
    components = tuple(dict.fromkeys(c for _, c in pairs))
    dimensions = tuple(dict.fromkeys(d for d, _ in pairs))
    home = {c: next(d for d, other in pairs if other == c) for c in components}
    strange = [
        Fault(EDITION, "is no component of it", None, f"contents of {d['dimension']}", name,
              ", ".join(d["components"]))
        for d in settings.get("framework", [])
        for name in d.get("contents", {})
        if name not in d["components"]
    ]  # fmt: skip
    if indicators.frame.empty or not pairs:
        return None, strange
    named = settings.get("geography", {}).get("levels", ())
    levels = {*KNOWN, *(level.id for level in levels_of(named))} if named else set()
    faults = strange + _misplaced(indicators, home, levels)
    if "disclosure_rule" not in indicators.missing:
        faults += check_disclosure(settings, list(records(indicators.frame)), EDITION)
    # what is sound still serves to check the other tables
    frame = Read(indicators.frame, (*indicators.faults, *faults)).sound
    if frame.empty or indicators.missing & ESSENTIAL:
        return None, faults
    order = frame.assign(position=frame["component"].map(components.index))
    order = order.sort_values("position", kind="stable").set_index("id")
    ratio = order["kind"].isin(["rate", "proportion"])
    if "rollup" not in order:
        order["rollup"] = np.where(ratio, "ratio", "mean")
    if "interval" not in order:
        named = order["kind"].map({"rate": "byar", "proportion": "wilson"})
        order["interval"] = named.fillna("none")
    order["polarity"] = order["polarity"].astype(int)
    framework = Framework(
        indicators=order.drop(columns="position"),
        components=components,
        dimensions=dimensions,
        component_of=order["position"].to_numpy(np.intp),
        dimension_of=np.array([dimensions.index(home[c]) for c in components], np.intp),
    )
    return framework, faults


def _misplaced(indicators: Read, home: Mapping[str, str], levels: Collection[str]) -> list[Fault]:
    lost = indicators.missing
    faults = []
    rows = list(records(indicators.frame))
    counted = [r.id for r in rows if getattr(r, "interval", "") not in ("", "none")]
    for r in rows:
        if (other := getattr(r, "error_counts", "")) and (other == r.id or other not in counted):
            message = "has no counts that the error could go with"
            faults.append(fault_at(r, "error_counts", message, f"blank, {some(counted)}"))
        if "component" in lost:
            pass
        elif r.component not in home:
            message = "is not a component of edition.yml"
            faults.append(fault_at(r, "component", message, ", ".join(home)))
        elif home[r.component] != r.dimension and "dimension" not in lost:
            message = f"is not the dimension of {r.component!r}"
            faults.append(fault_at(r, "dimension", message, home[r.component]))
        if levels and r.finest_level not in levels and "finest_level" not in lost:
            message = "is not a level of edition.yml"
            faults.append(fault_at(r, "finest_level", message, ", ".join(sorted(levels))))
        if r.valid_min > r.valid_max:
            message = f"is above valid_max, {r.valid_max:g}"
            faults.append(fault_at(r, "valid_min", message, f"at most {r.valid_max:g}"))
    return faults


def check_goalposts(framework: Framework, goalposts: Read, listed: Collection[str]) -> list[Fault]:
    """Check that every indicator has goalposts that lie the right way round.

    Parameters
    ----------
    framework : Framework
        The framework.
    goalposts : Read
        ``goalposts.csv`` as read.
    listed : collection of str
        Ids of ``indicators.csv``, also of rows with a fault.

    Returns
    -------
    list of Fault
        Unknown or absent indicators, equal goalposts, goalposts that contradict the polarity.
    """
    faults = strangers(goalposts, "indicator_id", listed, INDICATOR)
    if goalposts.lacks or goalposts.frame.empty:
        return faults + _absent(goalposts, framework.ids)
    sound = goalposts.sound
    for r in records(sound[sound["indicator_id"].isin(framework.ids)]):
        if np.isclose(r.best, r.worst, rtol=1e-12, atol=0):
            message = "equals worst: the goalposts must differ"
            faults.append(fault_at(r, "best", message, "a value that differs"))
        elif np.sign(r.best - r.worst) != framework.indicators.at[r.indicator_id, "polarity"]:
            side = "below" if r.best > r.worst else "above"
            message = f"contradicts the polarity of {r.indicator_id}"
            allowed = f"a value {side} worst, {r.worst:g}"
            faults.append(fault_at(r, "best", message, allowed))
    return faults + _absent(goalposts, framework.ids)


def check_weights(
    framework: Framework,
    weights: Read,
    goalposts: Read,
    listed: Collection[str],
    minimum: int = 2,
    told: Collection[str] | None = None,
) -> list[Fault]:
    """Check frozen weights: every scored indicator once, each component's sum 1.

    Parameters
    ----------
    framework : Framework
        The framework.
    weights, goalposts : Read
        ``weights.csv`` and ``goalposts.csv`` as read.
    listed : collection of str
        Ids of ``indicators.csv``, also of rows with a fault.
    minimum : int
        Indicators that a component needs to be scored.
    told : collection of str, optional
        Ids with figures that differ, all without it: only they make a component scored.

    Returns
    -------
    list of Fault
        Unknown or absent indicators, components whose weights or shares do not sum to 1, shares
        that do not follow from the weights and today's goalposts.
    """
    known = framework.indicators["component"]
    faults = strangers(weights, "indicator_id", listed, INDICATOR)
    if weights.lacks or weights.frame.empty:
        return faults
    sound = weights.sound
    for r in records(sound[sound["indicator_id"].isin(known.index)]):
        if known[r.indicator_id] != r.component:
            message = f"is not the component of {r.indicator_id}"
            faults.append(fault_at(r, "component", message, str(known[r.indicator_id])))
    size = (known if told is None else known[known.index.isin(list(told))]).value_counts()
    scored = known[known.map(size).fillna(0) >= minimum]
    faults += _absent(weights, list(scored.index))
    complete = sound.groupby("component").filter(
        lambda g: len(g) == (weights.frame["component"] == g.name).sum()
    )
    for (c, group), column in product(complete.groupby("component", sort=False), SUMS):
        if abs(group[column].sum() - 1) > 1e-6:
            message = f"the {column}s of {c!r} sum to {group[column].sum():.9g}"
            rows = group["file"].iloc[0], int(group["row"].iloc[0])
            faults.append(Fault(rows[0], message, rows[1], column, None, "a sum of 1"))
    if not faults and not goalposts.faults:
        treated = framework.indicators["transform"] != "none"
        plain = complete[~complete["component"].isin(known[treated])]
        faults = stale_shares(plain, goalposts.frame)
    return faults


#: Columns of weights.csv that sum to 1 within a component.
SUMS = ("weight", "share")


def stale_shares(weights: pd.DataFrame, goalposts: pd.DataFrame) -> list[Fault]:
    """Find shares that do not follow: with other goalposts they would not be the method's.

    Parameters
    ----------
    weights, goalposts : DataFrame
        As read; goalposts on the scale of scoring, as standard deviations are.

    Returns
    -------
    list of Fault
        With the share that would follow.
    """
    posts = goalposts.set_index("indicator_id").reindex(weights["indicator_id"])
    reach = (posts["best"] - posts["worst"]).abs().to_numpy()
    share = weights["weight"] * reach / weights["sd"]
    share = share / share.groupby(weights["component"]).transform("sum")
    off = weights.assign(should=share)[(share - weights["share"]).abs() > 1e-6]
    message = "does not follow from weight, sd and goalposts.csv: remove weights.csv to fit anew"
    return [fault_at(r, "share", message, f"{r.should:.9g}") for r in records(off)]


def _absent(read: Read, ids: Collection[str]) -> list[Fault]:
    if read.frame.empty or "indicator_id" in read.missing:
        return []
    file, there = str(read.frame["file"].iloc[0]), set(read.frame["indicator_id"])
    message = "has no row for this indicator"
    return [Fault(file, message, None, "indicator_id", i) for i in ids if i not in there]
