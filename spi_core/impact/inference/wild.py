"""Restricted wild cluster bootstrap, listing every vector of signs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spi_core.impact.arrays import Bools, Floats, Ints
from spi_core.impact.inference.inversion import TIE

ENUMERATED_WARDS = 20
CHUNK = 1 << 15
#: Webb's weights: mean 0, variance 1.
WEBB = tuple(sign * math.sqrt(half / 2) for sign in (-1, 1) for half in (1, 2, 3))


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """Result of the restricted wild cluster bootstrap.

    Parameters
    ----------
    p : float
        Two-sided p-value.
    replications : int
        Sign vectors compared, counting a vector and its negative as two.
    exact : bool
        Whether these are all there are.
    monte_carlo_se : float
        Standard error of p from drawing; 0 when exact.
    """

    p: float
    replications: int
    exact: bool
    monte_carlo_se: float


def wild_cluster_bootstrap(
    y: Floats,
    treated: Bools,
    ward: Ints,
    rng: np.random.Generator,
    *,
    draws: int = 99_999,
    weights: Literal["rademacher", "webb"] = "rademacher",
) -> WildBootstrap:
    """Bootstrap the CR1 t statistic of a difference of means with signs drawn per ward.

    Parameters
    ----------
    y : numpy.ndarray, shape (units,)
        Change of each unit.
    treated : numpy.ndarray of bool, shape (wards,)
        Treated wards.
    ward : numpy.ndarray of int, shape (units,)
        Ward of each unit, numbered from 0.
    rng : numpy.random.Generator
        Used only with more than 20 wards.
    draws : int
        Vectors drawn in that case, and with Webb's weights always.
    weights : {"rademacher", "webb"}
        ±1, or Webb's six points ±√½, ±1, ±√1½, which leave more than 2^G vectors where wards are
        very few.

    Returns
    -------
    WildBootstrap
        Share of sign vectors whose statistic is at least as extreme as the observed one.

    Notes
    -----
    Cameron, Gelbach and Miller (2008), the null imposed, Rademacher weights; all 2^G vectors are
    listed. A vector and its negative give the same size of t, so half of them suffices. The test
    over- or under-rejects when few wards are treated (MacKinnon and Webb 2018): a companion to the
    permutation test, never its replacement.
    """
    wards = treated.size
    size = np.bincount(ward, minlength=wards).astype(float)
    residual = np.bincount(ward, weights=y - y.mean(), minlength=wards).astype(float)
    observed = _squared_t(np.ones((1, wards)), residual, treated, size)[0]
    if not np.isfinite(observed):
        raise ValueError("the change does not vary between wards: there is nothing to test")
    exact = wards <= ENUMERATED_WARDS and weights == "rademacher"
    points = np.array([-1.0, 1.0] if weights == "rademacher" else WEBB)
    total = 2 ** (wards - 1) if exact else draws
    hits = 0
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        if exact:
            code = np.arange(start, stop)[:, None]
            signs: Floats = 1.0 - 2.0 * ((code >> np.arange(wards)) & 1).astype(float)
        else:
            signs = rng.choice(points, size=(stop - start, wards))
        squared = _squared_t(signs, residual, treated, size)
        hits += int((~(squared < observed * (1 - TIE))).sum())
    if exact:
        return WildBootstrap(hits / total, 2 * total, exact=True, monte_carlo_se=0.0)
    p = (hits + 1) / (total + 1)
    return WildBootstrap(p, total, exact=False, monte_carlo_se=math.sqrt(p * (1 - p) / total))


def _squared_t(signs: Floats, residual: Floats, treated: Bools, size: Floats) -> Floats:
    """Squared CR1 t statistics, up to a constant, of outcomes with signed ward residuals."""
    effect = np.zeros(signs.shape[0])
    variance = np.zeros(signs.shape[0])
    for group, sign in ((treated, 1.0), (~treated, -1.0)):
        sums = signs[:, group] * residual[group]
        total = size[group].sum()
        mean = sums.sum(axis=1) / total
        effect += sign * mean
        variance += ((sums - mean[:, None] * size[group]) ** 2).sum(axis=1) / total**2
    with np.errstate(divide="ignore", invalid="ignore"):
        squared: Floats = effect**2 / variance
    return squared
