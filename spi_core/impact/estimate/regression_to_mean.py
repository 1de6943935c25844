"""Bracket the effect when areas may have been chosen for a bad year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from spi_core.edition.interventions.design import Selection
from spi_core.impact.arrays import Bools, Floats
from spi_core.impact.estimate.difference import Specification
from spi_core.impact.inference.permutation import Permutation
from spi_core.impact.sample import Sample
from spi_core.impact.words import STORIES


@dataclass(frozen=True, slots=True)
class StoryBias:
    """Mean error of each estimator when nothing happened, in standard deviations of ward levels.

    Parameters
    ----------
    story : str
        "baseline_figure" (worst wards of the baseline year) or "lasting_level".
    naive, did, ancova : float
        Mean estimate; negative where falling is the selected wards' way back to the mean.
    """

    story: str
    naive: float
    did: float
    ancova: float


@dataclass(frozen=True, slots=True)
class RegressionPanel:
    """The regression-to-the-mean panel of one outcome.

    Parameters
    ----------
    naive, naive_low, naive_high : float
        Treated areas' own change, shown as a warning and never a headline.
    did, did_low, did_high, ancova, ancova_low, ancova_high : float
        The two ends of the bracket.
    low, high : float
        Smallest interval that holds both ends' intervals.
    baseline_gap : float
        Treated minus comparison ward means before, in standard deviations of ward means.
    correlation : float
        Of ward means before and after, among comparison wards.
    selection, story : str
        Declared reason for choosing the areas, and what it supports.
    supports : str
        "did", "ancova", "both" or "neither".
    simulated : tuple of StoryBias
        What each story does to each estimator on null data.
    """

    naive: float
    naive_low: float
    naive_high: float
    did: float
    did_low: float
    did_high: float
    ancova: float
    ancova_low: float
    ancova_high: float
    low: float
    high: float
    baseline_gap: float
    correlation: float
    selection: str
    story: str
    supports: str
    simulated: tuple[StoryBias, ...]


def regression_panel(
    sample: Sample,
    did: Permutation,
    ancova: Specification,
    selection: Selection,
    rng: np.random.Generator,
    *,
    alpha: float = 0.05,
    draws: int = 2_000,
) -> RegressionPanel:
    """Put the naive figure, both ends of the bracket and the simulation side by side.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    did : Permutation
        Primary estimate.
    ancova : Specification
        ANCOVA row of the grid.
    selection : str
        Declared reason for choosing the areas.
    rng : numpy.random.Generator
        For the simulation.
    alpha : float
        One minus the level of the intervals.
    draws : int
        Simulated boroughs a story.

    Returns
    -------
    RegressionPanel
        Bracket after Angrist and Pischke (2009, section 5.4) and Ding and Li (2019): if selection
        is on a lasting gap DiD is right and ANCOVA too small in size, and the other way round.
    """
    side = sample.treated_wards
    before, after = sample.ward_means(sample.before), sample.ward_means(sample.after)
    own = (after - before)[side]
    naive, reach = float(sample.change[sample.treated].mean()), float("nan")
    if own.size > 1:
        reach = float(stats.t.ppf(1 - alpha / 2, own.size - 1) * stats.sem(own))
    outside = ~side if (~side).sum() > 2 else np.ones_like(side)
    correlation = _correlation(before[outside], after[outside])
    spread = float(before.std(ddof=1))
    mean_gap = float(sample.before[sample.treated].mean() - sample.before[~sample.treated].mean())
    supports = {"baseline_figure": "ancova", "lasting_level": "did", "other": "both"}
    supports["lot"] = "both"
    return RegressionPanel(
        naive=naive,
        naive_low=naive - reach,
        naive_high=naive + reach,
        did=did.estimate,
        did_low=did.low,
        did_high=did.high,
        ancova=ancova.estimate,
        ancova_low=ancova.low,
        ancova_high=ancova.high,
        low=min(did.low, ancova.low),
        high=max(did.high, ancova.high),
        baseline_gap=mean_gap / spread if spread > 0 else float("nan"),
        correlation=correlation,
        selection=selection,
        story=STORIES[selection],
        supports=supports.get(selection, "neither"),
        simulated=simulate_selection(side.size, int(side.sum()), correlation, draws, rng),
    )


def simulate_selection(
    wards: int, treated: int, correlation: float, draws: int, rng: np.random.Generator
) -> tuple[StoryBias, ...]:
    """Choose the worst wards of boroughs in which nothing happens, under two stories.

    Parameters
    ----------
    wards, treated : int
        Size of the borough and of the programme.
    correlation : float
        Year-to-year correlation of ward levels; held within 0 and 0.999.
    draws : int
        Simulated boroughs.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    tuple of StoryBias
        High is bad, so that selected wards fall back. Chosen on the baseline figure, DiD errs by
        about -(1 - r) times the gap and ANCOVA not at all; chosen on the lasting level it is DiD
        that does not err.

    Examples
    --------
    >>> bias = simulate_selection(17, 4, 0.5, 4_000, np.random.default_rng(1))
    >>> [round(story.did, 1) + 0 for story in bias], [round(story.ancova, 1) for story in bias]
    ([-0.8, 0.0], [0.0, 0.7])
    """
    r = float(np.clip(np.nan_to_num(correlation), 0.0, 0.999))
    lasting = np.sqrt(r) * rng.normal(size=(draws, wards))
    before, after = (lasting + np.sqrt(1 - r) * rng.normal(size=(draws, wards)) for _ in range(2))
    found = []
    for story, basis in (("baseline_figure", before), ("lasting_level", lasting)):
        worst = np.argsort(np.argsort(-basis, axis=1), axis=1) < treated
        found.append(StoryBias(story, *_mean_errors(before, after, worst)))
    return tuple(found)


def _mean_errors(before: Floats, after: Floats, worst: Bools) -> tuple[float, float, float]:
    """Mean naive, DiD and ANCOVA estimates over simulated boroughs (rows)."""
    count = worst.sum(axis=1)
    rest = worst.shape[1] - count

    def gap(values: Floats) -> Floats:
        inside = (values * worst).sum(axis=1)
        difference: Floats = inside / count - (values.sum(axis=1) - inside) / rest
        return difference

    def centred(values: Floats) -> Floats:
        inside = ((values * worst).sum(axis=1) / count)[:, None]
        outside = ((values * ~worst).sum(axis=1) / rest)[:, None]
        deviation: Floats = values - np.where(worst, inside, outside)
        return deviation

    own_before, own_after = centred(before), centred(after)
    slope = (own_before * own_after).sum(axis=1) / (own_before**2).sum(axis=1)
    naive = ((after - before) * worst).sum(axis=1) / count
    did = gap(after) - gap(before)
    ancova = gap(after) - slope * gap(before)
    return float(naive.mean()), float(did.mean()), float(ancova.mean())


def _correlation(before: Floats, after: Floats) -> float:
    """Pearson correlation; 0 where one side does not vary."""
    if min(float(np.ptp(before)), float(np.ptp(after))) == 0:
        return 0.0
    return float(np.corrcoef(before, after)[0, 1])
