"""Hold one borough against a weighted mixture of others: synthetic difference-in-differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spi_core.impact.arrays import Bools, Floats


@dataclass(frozen=True, slots=True)
class Synthetic:
    """One unit against others.

    Parameters
    ----------
    sdid, control, did : float
        Synthetic difference-in-differences, synthetic control, plain difference-in-differences.
    weights : numpy.ndarray, shape (donors,)
        Weights of the synthetic difference-in-differences.
    path : numpy.ndarray, shape (periods,)
        What the weighted donors did, moved to the unit's level before.
    fit : float
        Root mean square of the gaps before the start.
    """

    sdid: float
    control: float
    did: float
    weights: Floats
    path: Floats
    fit: float


def synthetic(own: Floats, donors: Floats, after: Bools) -> Synthetic:
    """Estimate the mean effect after the start by three methods.

    Parameters
    ----------
    own : numpy.ndarray, shape (periods,)
        Outcome of the treated unit.
    donors : numpy.ndarray, shape (periods, donors)
        Outcome of the others.
    after : numpy.ndarray of bool, shape (periods,)
        Periods after the start; two or more lie before.

    Returns
    -------
    Synthetic
        Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021, *American Economic Review* 111) with
        their regularisation; the weights come from diff-diff. Their published figures for
        California's Proposition 99 are reference values of the tests.
    """
    # half a second to import: only chapters that compare boroughs pay for it
    from diff_diff.utils import compute_sdid_unit_weights, compute_time_weights

    before = ~after
    noise = float(np.diff(donors[before], axis=0).std(ddof=1))
    least = 1e-5 * noise
    zeta = float(after.sum()) ** 0.25 * noise
    weights = compute_sdid_unit_weights(
        donors[before], own[before], zeta, intercept=True, min_decrease=least
    )
    when = compute_time_weights(donors[before], donors[after], 1e-6 * noise, min_decrease=least)
    plain = compute_sdid_unit_weights(
        donors[before], own[before], 1e-6 * noise, intercept=False, min_decrease=least
    )
    gap, bare = own - donors @ weights, own - donors @ plain
    even = own - donors.mean(axis=1)
    base = float(when @ gap[before])
    return Synthetic(
        sdid=float(gap[after].mean()) - base,
        control=float(bare[after].mean()),
        did=float(even[after].mean() - even[before].mean()),
        weights=np.asarray(weights, dtype=np.float64),
        path=donors @ weights + base,
        fit=float(np.sqrt(np.square(gap[before] - gap[before].mean()).mean())),
    )


def in_turn(outcome: Floats, after: Bools) -> list[Synthetic]:
    """Take every unit for the treated one, the first one truly: the others are placebos.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (periods, 1 + donors)
        Outcome, the treated unit first. It is no donor of the placebos.
    after : numpy.ndarray of bool, shape (periods,)
        Periods after the start.
    """
    made = [synthetic(outcome[:, 0], outcome[:, 1:], after)]
    for unit in range(1, outcome.shape[1]):
        others = [k for k in range(1, outcome.shape[1]) if k != unit]
        made.append(synthetic(outcome[:, unit], outcome[:, others], after))
    return made
