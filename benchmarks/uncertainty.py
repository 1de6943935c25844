"""How fast, how small and how honest the uncertainty is: speed, memory, calibration.

Run ``python benchmarks/uncertainty.py``; every function gives its table as data.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.worlds import World, made_world, open_world
from spi_core.method.means import Mean
from spi_core.method.moments import moments
from spi_core.method.ranking import interval, rank_summary
from spi_core.method.recipe import Recipe
from spi_core.method.score import score
from spi_core.method.weights import fit, scoring_weights
from spi_core.text.words import SIMILAR
from spi_core.uncertainty.alternatives import ALL
from spi_core.uncertainty.gaps import gap
from spi_core.uncertainty.peers import nearest, rate
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.simulate import simulate
from tests.support.intervals import value_intervals

__all__ = [
    "coverage",
    "main",
    "memory",
    "peer_ratings",
    "scoring",
    "slope",
    "speed",
]

COMPONENTS, DIMENSIONS = 12, 3


def artificial(areas: int, indicators: int, periods: int, seed: int = 1):
    """Values, errors and a recipe without meaning, for measuring speed."""
    rng = np.random.default_rng(seed)
    component_of = np.sort(np.arange(indicators) % COMPONENTS)
    size = np.bincount(component_of, minlength=COMPONENTS)
    recipe = Recipe(
        best=np.full(indicators, 100.0),
        worst=np.zeros(indicators),
        share=1 / size[component_of],
        component_of=component_of,
        dimension_of=np.sort(np.arange(COMPONENTS) % DIMENSIONS),
        means=(Mean(1.0),) * 3,
        minimum=2,
    )
    common = rng.normal(size=(periods, areas, 1))
    value = np.clip(50 + 12 * common + 12 * rng.normal(size=(periods, areas, indicators)), 1, 99)
    shape = value.shape
    errors = Sampling(
        se=np.full(shape, 3.0),
        skew=np.full(shape, 0.2),
        overlap=np.tile(np.eye(periods), (indicators, 1, 1)),
        change_se=np.full(shape[1:], 3.0 * 2**0.5),
        basis=np.full(shape, "counts"),
        low=np.zeros(indicators),
        high=np.full(indicators, np.inf),
    )
    return value, errors, recipe


def median_time(work: Callable[[], object], repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def ranked(areas: int, indicators: int, n: int, periods: int, vary=None) -> Callable[[], object]:
    """Prepare a simulation with intervals of the index and of its ranks, ready to be timed."""
    value, errors, recipe = artificial(areas, indicators, periods)
    point = score(value, recipe).index
    extra = {} if vary is None else {"vary": vary}

    def work() -> object:
        draws = simulate(value, errors, recipe, np.random.default_rng(1), n, **extra)
        return rank_summary(point, draws.full.index), interval(draws.full.index)

    return work


def speed(repeats: int = 5) -> pd.DataFrame:
    """Seconds for simulations with index and rank intervals; medians, one process."""
    cases = [
        ("1,000 replicates, 700 areas, 84 indicators, 1 period", (700, 84, 1000, 1), 1.5),
        ("1,000 replicates, 700 areas, 84 indicators, 2 periods", (700, 84, 1000, 2), np.nan),
        ("5,000 replicates, 17 wards, 84 indicators, 2 periods", (17, 84, 5000, 2), 2.0),
        ("5,000 replicates, 17 wards, all choices vary", (17, 84, 5000, 2, ALL), np.nan),
    ]
    rows = [(name, median_time(ranked(*args), repeats), limit) for name, args, limit in cases]
    return pd.DataFrame(rows, columns=["what", "seconds", "limit"])


def pca_scores(value: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Fit the weights of every component on all rows and score both periods."""
    share, polarity = recipe.share.copy(), np.ones(recipe.share.size)
    rows = value.reshape(-1, value.shape[-1])
    for c in range(COMPONENTS):
        at = np.flatnonzero(recipe.component_of == c)
        best, worst = recipe.best[at], recipe.worst[at]
        weights = fit(moments(rows[:, at]), best, worst, polarity[at])
        share[at] = scoring_weights(weights.weight, weights.sd, best, worst)
    return score(value, replace(recipe, share=share)).index


def scoring(repeats: int = 5) -> pd.DataFrame:
    """Seconds to weigh (PCA) and score every LSOA of England and Wales, two periods."""
    value, _, recipe = artificial(33_755, 84, 2)
    seconds = median_time(lambda: pca_scores(value, recipe), repeats)
    return pd.DataFrame(
        [("33,755 areas, 84 indicators, 2 periods, PCA weights", seconds, 0.3)],
        columns=["what", "seconds", "limit"],
    )


def slope(repeats: int = 3) -> pd.DataFrame:
    """Seconds by number of areas, and the slope of log seconds on log areas (1 is linear)."""
    sizes = np.array([350, 700, 1400, 2800])
    seconds = np.array([median_time(ranked(int(a), 84, 250, 1), repeats) for a in sizes])
    table = pd.DataFrame({"areas": sizes, "seconds": seconds})
    return table.assign(slope=np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def memory() -> pd.DataFrame:
    """Peak of memory taken, GB, inputs included."""
    rows = []
    cases = {
        "1,000 replicates, 700 areas, 84 indicators, 2 periods": lambda: ranked(700, 84, 1000, 2)(),
        "33,755 areas, 84 indicators, 2 periods, PCA weights": lambda: pca_scores(
            *artificial(33_755, 84, 2)[::2]
        ),
    }
    for name, work in cases.items():
        tracemalloc.start()
        work()
        rows.append((name, tracemalloc.get_traced_memory()[1] / 1e9, 2.0))
        tracemalloc.stop()
    return pd.DataFrame(rows, columns=["what", "GB", "limit"])


def coverage(worlds: int = 100, n: int = 400, seed: int = 11) -> pd.DataFrame:
    """Share of 90 % intervals that hold the truth, by what they are about."""
    cases = {
        "made: 60 areas, errors known": made_world(0.5),
        "open: 17 wards, errors known": open_world(),
    }
    rows = []
    for name, world in cases.items():
        rng = np.random.default_rng(seed)
        hits = [covered(world, rng, n) for _ in range(worlds)]
        mean = {key: np.mean([h[key] for h in hits]) for key in hits[0]}
        rows += [(name, key, share) for key, share in mean.items()]
    return pd.DataFrame(rows, columns=["world", "interval of", "covered"])


def covered(world: World, rng: np.random.Generator, n: int) -> dict[str, float]:
    """Observe once; say for each kind of interval how often it holds the truth."""
    seen, errors = world.observe(rng)
    draws = simulate(
        seen.value, errors, world.recipe, rng, n, comparable=world.comparable, keep_indicators=True
    )
    true, true_c = (
        score(world.panel.value, world.recipe),
        score(world.panel.value, world.comparable),
    )
    found = score(seen.value, world.comparable)
    out = {}
    true_raw = world.panel.value
    low, high = value_intervals(seen, world.framework)
    for kind in ("wilson", "byar"):
        at = world.kind == kind
        out[f"value, {kind}"] = held(true_raw[..., at], low[..., at], high[..., at])
    inside = (true.indicator > 0) & (true.indicator < 100)
    low, high = interval(draws.indicator)
    out["score, indicator"] = held(true.indicator[inside], low[inside], high[inside])
    for level in ("component", "dimension", "index"):
        low, high = interval(getattr(draws.full, level))
        out[f"score, {level}"] = held(getattr(true, level), low, high)
    capped = simulate(seen.value, errors, world.comparable, rng, n, capped=True)
    spread = gap(found.index, capped.full.index)
    certain = gap(true_c.index, true_c.index[None])
    out["gap, standard deviation"] = held(certain.value[:, 2], spread.low[:, 2], spread.high[:, 2])
    return out


def held(truth: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    there = ~np.isnan(truth) & ~np.isnan(low)
    return float(((low <= truth) & (truth <= high))[there].mean())


def peer_ratings(worlds: int = 100, n: int = 400, seed: int = 13) -> pd.DataFrame:
    """Share of strengths and weaknesses when all wards are truly the same."""
    world = made_world(0.0, areas=17, equal=True)
    rng = np.random.default_rng(seed)
    near = nearest(rng.normal(size=(17, 5)), 5).position
    counts: dict[str, list[float]] = {"indicator": [], "component": [], "index": []}
    for _ in range(worlds):
        seen, errors = world.observe(rng)
        draws = simulate(seen.value, errors, world.recipe, rng, n, keep_indicators=True)
        point = score(seen.value, world.recipe)
        pairs = {
            "indicator": (point.indicator[1], draws.indicator[:, 1]),
            "component": (point.component[1], draws.full.component[:, 1]),
            "index": (point.index[1][:, None], draws.full.index[:, 1][..., None]),
        }
        for level, (scores, drawn) in pairs.items():
            counts[level].append(float((rate(scores, drawn, near, 1.0).rating != SIMILAR).mean()))
    rows = [(level, np.mean(shares), 0.12) for level, shares in counts.items()]
    return pd.DataFrame(rows, columns=["level", "strength or weakness", "limit"])


def main() -> None:
    """Print every table."""
    for table in (speed, scoring, slope, memory, coverage, peer_ratings):
        print(f"\n{(table.__doc__ or '').splitlines()[0]}")
        print(table().round(3).to_string(index=False))


if __name__ == "__main__":
    main()
