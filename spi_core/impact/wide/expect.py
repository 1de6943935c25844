"""What every area would have shown, had it moved like those it is compared with."""

from __future__ import annotations

import numpy as np

from spi_core.impact.arrays import Bools, Floats, Ints

LIKE = 20  # comparison areas a match
HALF = 0.5  # added to counts before a logarithm


def by_pool(values: Floats, before: Bools, pool: Bools, *, ratio: bool) -> Floats:
    """Move each area's own level before as the whole pool moved.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, periods)
        Outcome.
    before : numpy.ndarray of bool, shape (periods,)
        All periods before the start that count.
    pool : numpy.ndarray of bool, shape (n,)
        Areas compared with.
    ratio : bool
        Whether a common change is one in per cent (log link) or in points.

    Returns
    -------
    numpy.ndarray, shape (n, periods)
        Expected values: base·P_t/P_base, or base + P_t - P_base.

    Notes
    -----
    With `ratio`, Σ observed / Σ expected of a set is the estimate of the Poisson model with effects
    of area and period and one effect of the set a period: its likelihood has this closed form.

    Examples
    --------
    >>> y = np.array([[10.0, 20.0], [30.0, 33.0], [50.0, 55.0]])
    >>> by_pool(y, np.array([True, False]), np.array([False, True, True]), ratio=True)[0].round(6)
    array([10., 11.])
    """
    own = values[:, before].mean(axis=1, keepdims=True)
    whole = values[pool].mean(axis=0)
    base = whole[before].mean()
    return np.asarray(own * (whole / base) if ratio else own + (whole - base))


def by_matches(values: Floats, before: Bools, matches: Ints, *, ratio: bool) -> Floats:
    """Move each area's own level before as the areas most like it moved.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, periods)
        Outcome.
    before : numpy.ndarray of bool, shape (periods,)
        All periods before the start that count.
    matches : numpy.ndarray of int, shape (n, k)
        Areas like each area.
    ratio : bool
        As for `by_pool`.

    Returns
    -------
    numpy.ndarray, shape (n, periods)
        Expected values.
    """
    own = values[:, before].mean(axis=1, keepdims=True)
    alike = values[matches].mean(axis=1)
    base = alike[:, before].mean(axis=1, keepdims=True)
    if not ratio:
        return np.asarray(own + alike - base)
    return np.asarray(own * np.divide(alike, base, out=np.ones_like(alike), where=base > 0))


def by_level(
    values: Floats, before: Bools, pool: Bools, context: Floats | None, *, ratio: bool
) -> Floats:
    """Regress each period on the level before, and on the context, over the pool (ANCOVA).

    Parameters
    ----------
    values : numpy.ndarray, shape (n, periods)
        Outcome.
    before : numpy.ndarray of bool, shape (periods,)
        All periods before the start that count.
    pool : numpy.ndarray of bool, shape (n,)
        Areas compared with.
    context : numpy.ndarray, shape (n,), or None
        A context figure.
    ratio : bool
        Whether in logarithms; the fit is then scaled so that the pool's sum is met.

    Returns
    -------
    numpy.ndarray, shape (n, periods)
        Expected values.
    """
    own = values[:, before].mean(axis=1)
    y, x = (np.log(values + HALF), np.log(own + HALF)) if ratio else (values, own)
    columns = [np.ones_like(x), x, *([] if context is None else [context])]
    design = np.column_stack(columns)
    fit = design @ np.linalg.lstsq(design[pool], y[pool], rcond=None)[0]
    if not ratio:
        return np.asarray(fit)
    fit = np.exp(fit)
    return np.asarray(fit * values[pool].sum(axis=0) / fit[pool].sum(axis=0))


def match(
    values: Floats,
    before: Bools,
    pool: Bools,
    place: Floats,
    context: Floats | None,
    *,
    apart: float,
    like: int = LIKE,
) -> tuple[Ints, Floats]:
    """Find the pool's areas most like each area before the start.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, periods)
        Counts.
    before : numpy.ndarray of bool, shape (periods,)
        All periods before the start that count.
    pool : numpy.ndarray of bool, shape (n,)
        Areas to choose from.
    place : numpy.ndarray, shape (n, 2)
        Middle of each area, in kilometres.
    context : numpy.ndarray, shape (n,), or None
        A context figure.
    apart : float
        Kilometres within which an area is no match: spillover.
    like : int
        Matches an area.

    Returns
    -------
    tuple of numpy.ndarray, shapes (n, like) and (n, like)
        Matches, the nearest first, and their distances: root mean square of the gaps in the
        logarithm of the path, over its spread, plus half the gaps in context and in place over
        theirs.
    """
    path = np.log(values[:, before] + HALF)
    spread = path[pool].mean(axis=1).std()
    free = np.flatnonzero(pool)
    size = (path**2).mean(axis=1)
    gap = size[:, None] + size[free] - 2 * path @ path[free].T / path.shape[1]
    gap = np.maximum(gap, 0) / spread**2
    km = np.sqrt(((place[:, None] - place[free]) ** 2).sum(axis=2))
    gap += 0.5 * (km / place[free].std(axis=0).mean()) ** 2
    if context is not None:
        gap += 0.5 * ((context[:, None] - context[free]) / context[free].std()) ** 2
    gap[km <= max(apart, 1e-9)] = np.inf
    nearest = np.argpartition(gap, like - 1, axis=1)[:, :like]
    order = np.argsort(np.take_along_axis(gap, nearest, axis=1), axis=1, kind="stable")
    nearest = np.take_along_axis(nearest, order, axis=1)
    return free[nearest], np.sqrt(np.take_along_axis(gap, nearest, axis=1))
