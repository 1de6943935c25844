"""The framework: dimensions, components and indicators, with goalposts and frozen weights.

Everything here comes from the edition's files; no indicator is named in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.errors import Fault
from spi_core.read import Read

__all__ = ["Framework", "check_goalposts", "check_weights", "make_framework"]


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

    @property
    def comparable(self) -> NDArray[np.bool_]:
        """Whether the indicator's two periods may be compared; shape (indicators,)."""
        return (self.indicators["comparable"] == "yes").to_numpy()

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
        None when the register is too broken to order.
    """
    frame = indicators.frame
    pairs = [(d["dimension"], c) for d in settings.get("framework", []) for c in d["components"]]
    components = tuple(c for _, c in pairs)
    dimensions = tuple(dict.fromkeys(d for d, _ in pairs))
    home = dict((c, d) for d, c in pairs)
    if frame.empty or not pairs:
        return None, []
    faults = _misplaced(frame, home)
    if faults:
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
        dimension_of=np.array([dimensions.index(d) for d, _ in pairs], np.intp),
    )
    return framework, faults


def _misplaced(frame: pd.DataFrame, home: Mapping[str, str]) -> list[Fault]:
    faults = []
    for r in frame.itertuples():
        if r.component not in home:
            allowed = ", ".join(home)
            message = "is not a component of edition.yml"
            faults.append(Fault(r.file, message, r.row, "component", r.component, allowed))
        elif home[r.component] != r.dimension:
            message = f"is not the dimension of {r.component!r}"
            faults.append(
                Fault(r.file, message, r.row, "dimension", r.dimension, home[r.component])
            )
        if r.comparable == "no" and not r.break_reason:
            message = "a blank is not allowed here: comparable is 'no'"
            allowed = "why the two periods cannot be compared"
            faults.append(Fault(r.file, message, r.row, "break_reason", None, allowed))
        if r.valid_min > r.valid_max:
            message = f"is above valid_max, {r.valid_max:g}"
            faults.append(Fault(r.file, message, r.row, "valid_min", r.valid_min))
    return faults


def check_goalposts(framework: Framework, goalposts: Read) -> list[Fault]:
    """Check that every indicator has goalposts that lie the right way round.

    Parameters
    ----------
    framework : Framework
        The framework.
    goalposts : Read
        ``goalposts.csv`` as read.

    Returns
    -------
    list of Fault
        Unknown or absent indicators, equal goalposts, goalposts that contradict the polarity.
    """
    frame = goalposts.frame
    if frame.empty:
        return []
    faults, file = [], str(frame["file"].iloc[0])
    known = ", ".join(framework.ids)
    for r in frame.itertuples():
        if r.indicator_id not in framework.indicators.index:
            message = "is not an indicator of indicators.csv"
            faults.append(Fault(file, message, r.row, "indicator_id", r.indicator_id, known))
        elif r.best == r.worst:
            message = "equals worst: the goalposts must differ"
            faults.append(Fault(file, message, r.row, "best", r.best))
        elif np.sign(r.best - r.worst) != framework.indicators.at[r.indicator_id, "polarity"]:
            side = "below" if r.best > r.worst else "above"
            message = f"contradicts the polarity of {r.indicator_id}"
            allowed = f"a value {side} worst, {r.worst:g}"
            faults.append(Fault(file, message, r.row, "best", r.best, allowed))
    absent = [i for i in framework.ids if i not in set(frame["indicator_id"])]
    message = "has no row for this indicator"
    return faults + [Fault(file, message, None, "indicator_id", i) for i in absent]


def check_weights(framework: Framework, weights: Read) -> list[Fault]:
    """Check frozen weights: every scored indicator once, each component's sum 1.

    Parameters
    ----------
    framework : Framework
        The framework.
    weights : Read
        ``weights.csv`` as read.

    Returns
    -------
    list of Fault
        Unknown or absent indicators and components whose weights or shares do not sum to 1.
    """
    frame = weights.frame
    if frame.empty:
        return []
    file, known = str(frame["file"].iloc[0]), framework.indicators["component"]
    faults = []
    for r in frame.itertuples():
        if r.indicator_id not in known.index:
            message = "is not an indicator of indicators.csv"
            allowed = ", ".join(framework.ids)
            faults.append(Fault(file, message, r.row, "indicator_id", r.indicator_id, allowed))
        elif known[r.indicator_id] != r.component:
            message = f"is not the component of {r.indicator_id}"
            allowed = str(known[r.indicator_id])
            faults.append(Fault(file, message, r.row, "component", r.component, allowed))
    counts = known.value_counts()
    scored = known[known.map(counts) > 1]
    absent = [i for i in scored.index if i not in set(frame["indicator_id"])]
    faults += [
        Fault(file, "has no row for this indicator", None, "indicator_id", i) for i in absent
    ]
    for column in ("weight", "share"):
        sums = frame.groupby("component", sort=False)[column].sum()
        faults += [
            Fault(file, f"the {column}s of {c!r} sum to {s:.9g}", None, column, None, "a sum of 1")
            for c, s in sums.items()
            if abs(s - 1) > 1e-6
        ]
    return faults
