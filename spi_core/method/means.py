"""A mean is one object: everything that averages scores, or undoes it, asks it and nobody else.

The generalised mean of order β is the number whose ``g(x) = x^β`` (``ln x`` at β = 0) is the
weighted average of its parts': ``M = g⁻¹(Σ w g(x) / Σ w)``. Lower orders reward balance: 100 in one
component pays less for 0 in another. Orders of 0 and below have no zero, so scores start at 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]
Floats = TypeVar("Floats", bound=NDArray[np.floating[Any]])

#: Orders that have a name of their own; any other is written with its order.
NAMED: Mapping[str, float] = MappingProxyType(
    {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}
)
# Within these, scores to the power keep their digits and their range in float32 too.
_NEAREST, _FURTHEST = 0.01, 10.0
# Where scores start under a mean that has no zero.
_FLOOR = 1.0


@dataclass(frozen=True, slots=True)
class Mean:
    """A generalised mean.

    Parameters
    ----------
    order : float
        1 arithmetic, 0 geometric, −1 harmonic; any other from 0.01 to 10 on either side of 0.

    Raises
    ------
    ValueError
        For any other order.

    Examples
    --------
    >>> half = Mean(0.5)
    >>> half.name, float(half.inverse(half.forward(np.array([4.0, 16.0])).mean()))
    ('generalised mean of order 0.5', 9.0)
    """

    order: float

    def __post_init__(self) -> None:
        """Refuse an order whose powers could not be trusted."""
        if not (self.order == 0 or _NEAREST <= abs(self.order) <= _FURTHEST):
            raise ValueError(
                f"the order of a mean must be 0, or lie between {_NEAREST:g} and {_FURTHEST:g} on "
                f"either side of it; got {self.order}"
            )

    @classmethod
    def of(cls, setting: str | Mapping[str, Any]) -> Mean:
        """Take a mean as ``edition.yml`` writes it.

        Parameters
        ----------
        setting : str or mapping
            A name, or ``{"mean": "generalised", "order": β}``.

        Raises
        ------
        ValueError
            For an unknown name.

        Examples
        --------
        >>> Mean.of("geometric"), Mean.of({"mean": "generalised", "order": 2})
        (Mean(order=0.0), Mean(order=2.0))
        """
        if not isinstance(setting, str):
            return cls(float(setting["order"]))
        if setting not in NAMED:
            raise ValueError(f"unknown mean {setting!r}; allowed: {', '.join(NAMED)}, or an order")
        return cls(NAMED[setting])

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        named = next((name for name, order in NAMED.items() if order == self.order), None)
        return f"{named} mean" if named else f"generalised mean of order {self.order:g}"

    @property
    def lowest(self) -> float:
        """Lowest score that it may be given: any, 0, or a floor where it has no zero."""
        if self.order == 1:
            return -np.inf
        return 0.0 if self.order > 0 else _FLOOR

    def forward(self, x: Floats) -> Floats:
        """Give g(x), whose average the mean keeps; NaN stays NaN.

        Parameters
        ----------
        x : ndarray
            Scores.

        Raises
        ------
        ValueError
            If a score is too low for this mean.
        """
        if self.order == 1:
            return x
        if bool((x < 0).any() if self.order > 0 else (x <= 0).any()):
            needs = "of 0 or more" if self.order > 0 else "above 0: move them to 1–100 first"
            raise ValueError(f"a {self.name} needs scores {needs}")
        return np.log(x) if self.order == 0 else x**self.order  # type: ignore[return-value]

    def inverse(self, y: Floats) -> Floats:
        """Give the score whose g is y.

        Parameters
        ----------
        y : ndarray
            Averages of g.
        """
        if self.order == 1:
            return y
        return np.exp(y) if self.order == 0 else y ** (1 / self.order)  # type: ignore[return-value]

    def slope(self, first: ArrayLike, last: ArrayLike) -> Array:
        """Give the slope of g between two scores, and its derivative where they are equal.

        Parameters
        ----------
        first, last : array_like
            Scores that `forward` takes.

        Returns
        -------
        ndarray
            ``(g(last) − g(first)) / (last − first)``, to the last digit however close they are.

        Examples
        --------
        >>> Mean(2.0).slope([3.0, 4.0], [3.0, 5.0])
        array([6., 9.])
        """
        top = np.maximum(first, last)
        if self.order == 1:
            return np.asarray(np.where(np.isnan(top), np.nan, 1.0))
        # A mean that is 0 both times rests on parts that are all 0: nothing moved, any slope does.
        top = np.where(top == 0, 1.0, top)
        low = np.minimum(first, last)
        gap = low - top
        with np.errstate(divide="ignore"):  # down to 0
            # a score of almost 0 is lost beside one that is not: from afar the ratio itself
            change = np.where(low < top / 2, np.log(low / top), np.log1p(gap / top))
        if self.order != 0:
            change = top**self.order * np.expm1(self.order * change)
        derivative = (self.order or 1.0) * top ** (self.order - 1)
        return np.asarray(np.where(gap == 0, derivative, change / np.where(gap == 0, 1.0, gap)))


#: Of components, dimensions and the index.
Means: TypeAlias = tuple[Mean, ...]


def means_of(settings: Mapping[str, Any]) -> Means:
    """Take the three means of an edition's ``index`` settings.

    Parameters
    ----------
    settings : mapping
        With ``component_mean``, ``dimension_mean`` and ``index_mean``.
    """
    return tuple(
        Mean.of(settings[f"{level}_mean"]) for level in ("component", "dimension", "index")
    )


def lowest(means: Iterable[Mean]) -> float:
    """Give the lowest score that all of some means take.

    Parameters
    ----------
    means : iterable of Mean
        That follow one another.

    Returns
    -------
    float
        −∞ where all are arithmetic, else 0, or 1 where one of them has no zero.
    """
    return max(mean.lowest for mean in means)


def lift(scores: ArrayLike, means: Iterable[Mean]) -> Array:
    """Move scores from 0–100 to the scale that their means need.

    Parameters
    ----------
    scores : array_like
        Scores 0–100; anything below counts as 0 where the means do not take it.
    means : iterable of Mean
        Of components, dimensions and the index.

    Returns
    -------
    ndarray
        1–100 where one of the means has no zero; as they are under arithmetic means.

    Examples
    --------
    >>> lift([0.0, 50.0], [Mean(0)]), lift([-4.0, 50.0], [Mean(0.5)]), lift([-4.0], [Mean(1)])
    (array([ 1. , 50.5]), array([ 0., 50.]), array([-4.]))
    """
    x, low = np.asarray(scores, dtype=np.float64), lowest(means)
    if low < 0:
        return x
    return np.asarray(low + (100 - low) * np.maximum(x, 0) / 100)
