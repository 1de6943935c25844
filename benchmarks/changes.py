"""Do intervals hold the truth, and are clear changes true? Regions whose truth is made.

``python -m benchmarks.changes --seed 5 --worlds 200``; its parameters stand in
docs/explanation/error-model.md.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import ndimage, stats

from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.method.errors import expected, overdispersion, spread_of_changes
from spi_core.method.intervals import LEVEL, quantile
from spi_core.method.means import Mean
from spi_core.method.recipe import Recipe
from spi_core.method.score import score
from spi_core.uncertainty.change import Change, indicator_change, level_changes, stacked
from spi_core.uncertainty.pairs import pair_of
from spi_core.uncertainty.sampling import error_model, sampling
from spi_core.uncertainty.simulate import simulate


@dataclass(frozen=True)
class Region:
    """Parameters of the generator; counts are rates, shares and, without counts, prices."""

    side: int = 24  # areas stand on a grid of side × side
    wards: tuple[int, int] = (4, 5)  # a block of them is the borough
    indicators: int = 24  # 6 components, 3 dimensions; half rates, a quarter shares, prices
    counts: tuple[float, float] = (8.0, 300.0)  # events an area expects, by indicator
    phi: tuple[float, float] = (1.0, 3.0)  # overdispersion of rates and shares, by indicator
    price: float = 0.06  # error of a price, logarithms
    spread: float = 0.3  # of true levels between areas, logarithms
    reach: float = 4.0  # over how many areas levels and changes go together
    noise_reach: float = 0.6  # over how many errors do
    shock: float = 0.25  # all areas move by up to ± this share, by indicator
    moved: float = 0.2  # share of areas and indicators that truly move besides
    size: float = 4.5  # by how many standard errors
    near: float = 0.15  # share of the borough's values put at a goalpost

    def field(self, rng: np.random.Generator, reach: float, *shape: int) -> np.ndarray:
        """Draw standard normal values (..., areas) that neighbours share."""
        z = rng.normal(size=(*shape, self.side, self.side))
        sigma = (0,) * len(shape) + (reach, reach)
        smooth = ndimage.gaussian_filter(z, sigma, mode="wrap")
        return (smooth / smooth.std(axis=(-1, -2), keepdims=True)).reshape(*shape, -1)


@dataclass(frozen=True)
class World:
    """One region drawn: what is true, what is published, and what each error is."""

    truth: np.ndarray  # (periods, areas, indicators)
    seen: Panel
    framework: Framework
    recipe: Recipe
    borough: np.ndarray  # positions
    known: pd.DataFrame  # error model with the true φ and errors
    moved: np.ndarray  # (areas, indicators): truly moved besides the shock
    shock: np.ndarray  # (indicators,) as a ratio


def draw(region: Region, rng: np.random.Generator) -> World:
    """Draw a region."""
    k, m = region.indicators, region.side**2
    kind = np.resize(["byar", "wilson", "byar", "none"], k)
    low, high = region.counts
    mean = np.exp(rng.uniform(np.log(low), np.log(high), k))
    phi = np.where(kind == "none", 1.0, rng.uniform(*region.phi, k))
    level = np.exp(region.spread * region.field(rng, region.reach, k)).T  # (areas, indicators)
    block = np.add.outer(np.arange(region.wards[0]) * region.side, np.arange(region.wards[1]))
    borough = block.ravel()
    relative_se = np.sqrt(2 * phi / mean)
    relative_se[kind == "none"] = np.sqrt(2) * region.price
    moved = region.moved > stats.norm.cdf(region.field(rng, region.reach / 2, k)).T
    sign = np.where(region.field(rng, region.reach, k).T > 0, 1.0, -1.0)
    ratio = 1 + rng.uniform(-region.shock, region.shock, k)
    own = np.where(moved, np.exp(sign * np.minimum(region.size * relative_se, 1.2)), 1.0)
    base = np.where(kind == "wilson", 6 * mean, 10_000.0)
    most = np.where(kind == "wilson", 0.9 * base, np.inf)
    z = np.moveaxis(region.field(rng, region.noise_reach, 2, k), 1, 2)

    def published() -> tuple[np.ndarray, np.ndarray]:
        """Give expected events, of prices their level, and what is counted."""
        expect = np.minimum(mean * np.stack([level, level * ratio * own]), most)
        return expect, _observe(expect, base, phi, kind, region.price, z)

    # the outer 1st and 99th percentile of both periods, as `spi reference` sets goalposts
    low, high = np.quantile(published()[1], [0.01, 0.99], axis=1)
    ends = np.stack([low.min(axis=0), high.max(axis=0)])
    at_end = rng.random((borough.size, k)) < region.near
    which = ends[rng.integers(0, 2, (borough.size, k)), np.arange(k)] / mean
    level[borough] = np.where(at_end, np.maximum(which, 1e-3), level[borough])
    expect, seen = published()
    per = np.where(kind == "wilson", 100.0, np.where(kind == "byar", 1000.0, 1.0))
    unit = np.where(kind == "none", 1.0, per / base)
    ids = tuple(f"i{j}" for j in range(k))
    codes = tuple(f"a{i}" for i in range(m))
    dates = pd.DataFrame(
        [(i, p, f"{p}-01-01", f"{p}-12-31") for i in ids for p in ("2013", "2014")],
        columns=["indicator_id", "period", "start", "end"],
    )
    counted = np.where(kind == "none", np.nan, 1.0)
    panel = Panel(
        ("2013", "2014"), codes, ids, seen * unit, seen * counted,
        np.broadcast_to(base * counted, seen.shape), np.full(seen.shape, "observed"), dates,
    )  # fmt: skip
    register = pd.DataFrame(
        {"interval": kind, "per": per, "polarity": -1,
         "valid_min": 0.0, "valid_max": np.where(kind == "wilson", 100.0, np.nan)},
        index=list(ids),
    )  # fmt: skip
    component_of, dimension_of = np.arange(k) * 6 // k, np.arange(6) // 2
    framework = Framework(register, tuple("abcdef"), tuple("xyz"), component_of, dimension_of)
    best, worst = ends * unit
    share = np.full(k, 6 / k)
    recipe = Recipe(best, worst, share, component_of, dimension_of, (Mean(1.0),) * 3, 2)
    known = _model(framework, phi, np.where(kind == "none", np.sqrt(2) * region.price, np.nan))
    known = known.assign(change=ratio, change_se=0.0)
    return World(expect * unit, panel, framework, recipe, borough, known, moved, ratio)


def _observe(
    expect: np.ndarray, base: np.ndarray, phi: np.ndarray, kind: np.ndarray, price: float, z
) -> np.ndarray:
    """Turn normal errors into negative or beta-binomial counts of that mean and variance φ."""
    u = np.clip(stats.norm.cdf(z), 1e-9, 1 - 1e-9)
    over = np.maximum(phi - 1, 1e-6)
    seen = np.where(kind == "none", expect * np.exp(price * z - price**2 / 2), 0.0)
    rate, part = kind == "byar", kind == "wilson"
    r = expect[..., rate] / over[rate]
    seen[..., rate] = stats.nbinom.ppf(u[..., rate], r, 1 / phi[rate])
    # clusters of φ alike: their number is binomial
    n, p = np.round(base[part] / phi[part]), expect[..., part] / base[part]
    most = base[part]
    seen[..., part] = np.minimum(stats.binom.ppf(u[..., part], n, p) * most / n, most)
    return seen


def _model(framework: Framework, phi: np.ndarray, spread: np.ndarray) -> pd.DataFrame:
    return error_model(
        framework,
        pd.DataFrame(
            {"indicator_id": list(framework.ids), "phi": phi, "spread": spread, "scale": "log",
             "change": np.nan, "moves": "ratio", "change_se": np.nan, "areas": 576, "years": 1.0}
        ),
    )  # fmt: skip


def estimated(w: World) -> pd.DataFrame:
    """Work the error model out of the region's figures, as `spi reference` does."""
    p, rows = w.seen, []
    for k, kind in enumerate(w.framework.indicators["interval"]):
        if kind == "none":
            found = spread_of_changes(p.value[..., k], log=True, ratio=True)
            rows.append((np.nan, found.size, found.change, found.change_se))
            continue
        found = overdispersion(
            p.numerator[..., k], p.denominator[..., k], binomial=kind == "wilson"
        )
        rows.append((found.size, np.nan, found.change, found.change_se))
    phi, spread, change, change_se = np.array(rows).T
    return _model(w.framework, phi, spread).assign(change=change, change_se=change_se)


def judge(w: World, model: pd.DataFrame, rng, relative: bool, n: int) -> tuple[Change, Change]:
    """Rate the borough's changes, of figures and of scores, absolute or relative."""
    panel = w.seen.take([w.seen.areas[i] for i in w.borough])
    errors = sampling(panel, w.framework, model)
    value = panel.value.copy()
    if relative:
        own, doubt = model["change"].to_numpy(), model["change_se"].to_numpy()
        se = errors.se.copy()
        se[0] = np.hypot(se[0] * own, doubt * value[0])
        value[0] = expected(value[0], own, np.ones(own.size, bool))
        errors = replace(errors, se=se, change_se=np.hypot(*se))
    draws = simulate(value, errors, w.recipe, rng, n)
    scores = level_changes(score(value, w.recipe), draws, w.recipe, w.recipe, errors)
    settings = {"periods": [{"id": p} for p in panel.periods], "index": {}}
    pair = pair_of(panel, pd.DataFrame(), settings, *panel.periods)
    return indicator_change(value, errors, w.framework.polarity, pair), scores


def truth_of(w: World, relative: bool) -> tuple[np.ndarray, np.ndarray]:
    """Give the true changes of figures and of scores."""
    value = w.truth[:, w.borough].copy()
    if relative:
        value[0] = expected(value[0], w.shock, np.ones(w.shock.size, bool))
    return value[1] - value[0], np.diff(stacked(score(value, w.recipe)), axis=0)[0]


CASES = {
    "error known": (True, Region()),
    "error from the region's figures": (False, Region()),
    "pure noise, error known": (True, Region(moved=0.0)),
    "pure noise, error from the figures": (False, Region(moved=0.0)),
}


def coverage_and_claims(worlds: int = 60, seed: int = 5, n: int = 400) -> pd.DataFrame:
    """Measure coverage of 90 % intervals, the worst ward, tiers with any claim, false claims."""
    rows = []
    for name, (told, region) in CASES.items():
        rng = np.random.default_rng(seed)
        found: dict[tuple[str, bool], list] = {}
        for _ in range(worlds):
            w = draw(region, rng)
            model = w.known if told else estimated(w)
            for relative in (False, True):
                changes, true = judge(w, model, rng, relative, n), truth_of(w, relative)
                for level, c, t in zip(("figures", "scores"), changes, true, strict=True):
                    found.setdefault((level, relative), []).append(_measured(c, t))
        for (level, relative), parts in found.items():
            held, wrong, clear, any_claim = (np.array(x) for x in zip(*parts, strict=True))
            # with a shock but nothing else every absolute change is true, every relative one false
            flat, noise = region.moved == 0 and not relative, region.moved == 0 and relative
            rows.append(
                {
                    "case": name,
                    "changes of": level,
                    "against the region": relative,
                    "covered": held.mean(),
                    "worst ward": held.mean(axis=0).min(),
                    "tiers with a claim": np.nan if flat else any_claim.mean(),
                    "false of clear": np.nan if noise else wrong.sum() / max(1, clear.sum()),
                    "clear a tier": clear.mean(),
                }
            )
    return pd.DataFrame(rows)


def _measured(c: Change, truth: np.ndarray) -> tuple[np.ndarray, int, int, bool]:
    """Coverage at 90 % by ward, false claims (no change, or of the other sign), claims."""
    tier = c.tier
    half = (tier.high - tier.low) / 2 * quantile(LEVEL) / quantile(tier.level)
    held = np.abs(c.change - truth) <= half
    sign = np.where(np.abs(truth) < 1e-9, 0.0, np.sign(truth))
    wrong = tier.clear & (np.sign(c.change) != sign)
    return held.mean(axis=1), int(wrong.sum()), int(tier.clear.sum()), bool(tier.clear.any())


def main(worlds: int = 60, seed: int = 5) -> None:
    """Print the table."""
    print("\nChanges: intervals and claims in regions whose truth is made")
    print(coverage_and_claims(worlds, seed).round(3).to_string(index=False))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=5)
    main(**vars(parser.parse_args()))
