"""Compute the studentised effect of every ward set from sums per ward."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spi_core.impact.arrays import Floats, Ints
from spi_core.impact.inference.sets import WardSets

Statistic = Literal["cv3", "cr1", "coefficient"]


@dataclass(frozen=True, slots=True)
class WardSums:
    """Sums per ward that suffice for any regression of outcomes on covariates and the ward set.

    Parameters
    ----------
    weight : numpy.ndarray, shape (wards,)
        Sum of the weights.
    x : numpy.ndarray, shape (wards, k)
        Weighted sums of the covariates, the constant first.
    xx : numpy.ndarray, shape (wards, k, k)
        Weighted cross products of the covariates.
    y : numpy.ndarray, shape (wards, outcomes)
        Weighted sums of the outcomes.
    xy : numpy.ndarray, shape (wards, k, outcomes)
        Weighted cross products of covariates and outcomes.
    """

    weight: Floats
    x: Floats
    xx: Floats
    y: Floats
    xy: Floats


def ward_sums(
    y: Floats,
    ward: Ints,
    *,
    weights: Floats | None = None,
    covariates: Floats | None = None,
) -> WardSums:
    """Reduce units to the ward sums that permutations need.

    Parameters
    ----------
    y : numpy.ndarray, shape (units,) or (units, outcomes)
        Outcomes.
    ward : numpy.ndarray of int, shape (units,)
        Ward of each unit, numbered from 0.
    weights : numpy.ndarray, shape (units,), optional
        Weights of the units; 1 if left out.
    covariates : numpy.ndarray, shape (units, k), optional
        Covariates without the constant.

    Returns
    -------
    WardSums
        Sums after the outcomes have been freed of the covariates in the whole sample, which
        changes no coefficient of the ward set and keeps the arithmetic well scaled.
    """
    outcomes = y.reshape(y.shape[0], -1)
    w = np.ones(y.shape[0]) if weights is None else weights
    x = np.ones((y.shape[0], 1))
    if covariates is not None:
        spread = covariates.std(axis=0)
        scaled = (covariates - covariates.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        x = np.column_stack([x, scaled])
    root = np.sqrt(w)[:, None]
    fit = np.linalg.lstsq(x * root, outcomes * root, rcond=None)[0]
    residual = outcomes - x @ fit
    wx = x * w[:, None]
    onehot = (np.arange(int(ward.max()) + 1)[:, None] == ward[None, :]).astype(float)
    return WardSums(
        weight=onehot @ w,
        x=onehot @ wx,
        xx=np.einsum("gn,ni,nj->gij", onehot, wx, x, optimize=True),
        y=onehot @ (residual * w[:, None]),
        xy=np.einsum("gn,ni,nr->gir", onehot, wx, residual, optimize=True),
    )


def studentised(sets: WardSets, sums: WardSums, statistic: Statistic = "cv3") -> Floats:
    """Signed statistic of every set for every outcome.

    Parameters
    ----------
    sets : WardSets
        Sets to compare.
    sums : WardSums
        Sufficient sums per ward.
    statistic : {"cv3", "cr1", "coefficient"}
        Effect over its jackknife (CV3) or sandwich (CR1, without covariates only, up to a
        constant factor) standard error, or the effect itself.

    Returns
    -------
    numpy.ndarray, shape (sets, outcomes)
        NaN where the standard error is zero.
    """
    if sums.x.shape[1] == 1:
        effect, variance = two_groups(sets.members, sums, statistic)
    elif statistic == "cr1":
        raise ValueError('statistic "cr1" is for outcomes without covariates; use "cv3"')
    else:
        estimates = jackknife(sets.members, sums)
        effect = next(estimates)
        variance = np.zeros_like(effect)
        for without in estimates:
            variance += np.square(without - effect)
    if statistic == "coefficient":
        return effect
    ratio = np.sqrt(np.where(variance > 0, variance, np.nan) * (1 - 1 / sums.weight.size))
    signed: Floats = effect / ratio
    return signed


def jackknife(members: Floats, sums: WardSums) -> Iterator[Floats]:
    """Coefficients of all sets: first with every ward, then without each ward in turn.

    Parameters
    ----------
    members : numpy.ndarray of float, shape (sets, wards)
        1 where a ward belongs to the set.
    sums : WardSums
        Sufficient sums per ward.

    Yields
    ------
    numpy.ndarray, shape (sets, outcomes)
        Coefficients of the set; NaN where the covariates explain it.
    """
    whole = _set_sums(members, sums)
    xx, xy = sums.xx.sum(axis=0), sums.xy.sum(axis=0)
    yield _effect(whole, xx, xy)
    for g in range(sums.weight.size):
        member = members[:, [g]]
        rest = _SetSums(
            whole.x - member * sums.x[g],
            whole.weight - member[:, 0] * sums.weight[g],
            whole.y - member * sums.y[g],
        )
        yield _effect(rest, xx - sums.xx[g], xy - sums.xy[g])


def two_groups(
    members: Floats, sums: WardSums, statistic: Statistic, other: int | None = None
) -> tuple[Floats, Floats]:
    """Difference of means and its CV3 or CR1 sum of squares, without a loop over wards.

    Parameters
    ----------
    members : numpy.ndarray of float, shape (sets, wards)
        1 where a ward belongs to the set.
    sums : WardSums
        Sufficient sums without covariates.
    statistic : {"cv3", "cr1", "coefficient"}
        Which sum of squares.
    other : int, optional
        Column of the outcomes to take cross products with, in place of squares.

    Returns
    -------
    tuple of numpy.ndarray, each (sets, outcomes)
        Effects and sums of squares (or of cross products).

    Notes
    -----
    Leaving ward g out of a group moves its mean by (w_g mean - y_g) / (W - w_g), so that the
    jackknife is a quadratic form in the group mean; CR1 divides by W instead.
    """
    effect = np.zeros((members.shape[0], sums.y.shape[1]))
    variance = np.zeros_like(effect)
    y, w = sums.y, sums.weight
    z = y if other is None else y[:, [other]]
    for group, sign in ((members, 1.0), (1 - members, -1.0)):
        total = (group @ w)[:, None]
        mean = group @ y / total
        mean_z = mean if other is None else mean[:, [other]]
        rest = total - w if statistic == "cv3" else total
        scale = np.divide(group, rest**2, out=np.zeros_like(group), where=group * rest > 0)
        squares = scale @ (y * z)
        part = squares + mean * mean_z * (scale @ w**2)[:, None]
        part -= mean * (scale @ (z * w[:, None])) + mean_z * (scale @ (y * w[:, None]))
        # Below rounding error the wards of the group do not differ at all.
        variance += np.where(np.abs(part) > 1e-13 * np.abs(squares), part, 0.0)
        effect += sign * mean
    return effect, variance


@dataclass(frozen=True, slots=True)
class _SetSums:
    """Sums over the members of each set: covariates, weights, outcomes."""

    x: Floats
    weight: Floats
    y: Floats


def _set_sums(members: Floats, sums: WardSums) -> _SetSums:
    return _SetSums(members @ sums.x, members @ sums.weight, members @ sums.y)


def _effect(inside: _SetSums, xx: Floats, xy: Floats) -> Floats:
    """Coefficient of each set for each outcome, (sets, outcomes)."""
    load = inside.x @ np.linalg.pinv(xx, hermitian=True)
    rest = inside.weight - np.einsum("pk,pk->p", load, inside.x)
    # A set that the covariates explain has no coefficient: NaN, which counts as extreme.
    usable = rest > 1e-10 * np.maximum(inside.weight, 1e-300)
    effect = inside.y - load @ xy
    effect /= np.where(usable, rest, np.nan)[:, None]
    return effect
