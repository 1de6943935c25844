"""Boroughs whose truth is known, and what would be published of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from spi_core.build.recipe import comparable_recipe, make_recipe
from spi_core.edition.framework import Framework
from spi_core.edition.inputs import load
from spi_core.edition.panel import Panel
from spi_core.method.means import Mean
from spi_core.method.recipe import Recipe
from spi_core.uncertainty.sampling import Sampling, error_model, sampling

__all__ = ["World", "made_world", "open_world"]

OPEN = Path(__file__).resolve().parents[1] / "data" / "lbbd-open"


class World:
    """True values of a borough; `observe` draws what would be published.

    Parameters
    ----------
    panel : Panel
        True values with the denominators of the counts.
    framework : Framework
        Kinds of indicators.
    recipe : Recipe
        How they are scored.
    known : ndarray (indicators,)
        True standard error, raw units, of indicators without counts; their publishers give it.
    """

    def __init__(self, panel: Panel, framework: Framework, recipe: Recipe, known):
        self.panel, self.framework, self.recipe = panel, framework, recipe
        self.known, self.comparable = known, comparable_recipe(recipe, recipe.used)
        self.kind = framework.indicators["interval"].to_numpy()
        self.per = framework.indicators["per"].to_numpy(float)

    def observe(self, rng: np.random.Generator) -> tuple[Panel, Sampling]:
        """Draw counts and errors; give the panel as published and its sampling error."""
        truth, base = self.panel.value, self.panel.denominator
        value = truth + self.known * self.errors(rng)
        count = np.full(truth.shape, np.nan)
        for k in np.flatnonzero(self.kind != "none"):
            n, expected = base[..., k], truth[..., k] * base[..., k] / self.per[k]
            if self.kind[k] == "byar":
                count[..., k] = rng.poisson(expected)
            else:
                count[..., k] = rng.binomial(np.round(n).astype(int), truth[..., k] / self.per[k])
            value[..., k] = count[..., k] * self.per[k] / n
        seen = replace(self.panel, value=value, numerator=count)
        told = np.where(self.kind == "none", self.known, np.nan)
        published = np.broadcast_to(told, truth.shape)
        return seen, sampling(seen, self.framework, published=published)

    def errors(self, rng: np.random.Generator) -> np.ndarray:
        """Draw standard normal errors; those of overlapping windows go together."""
        z = rng.normal(size=self.panel.value.shape)
        rho = sampling(self.panel, self.framework).overlap[:, 0, 1]
        z[1] = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
        return z


def open_world() -> World:
    """Take the published figures of the 17 wards as the truth."""
    inputs = load(OPEN)
    recipe, _ = make_recipe(inputs)
    panel = inputs.panel.take(inputs.geography.units)
    # a withheld figure is the baseline's; a truth of 0 would be observed as 0 always
    cells = {n: getattr(panel, n) for n in ("value", "numerator", "denominator")}
    cells = {n: np.where(np.isnan(a), a[:1], a) for n, a in cells.items()}
    panel = replace(panel, **cells | {"value": np.maximum(cells["value"], 1e-6)})
    model = error_model(inputs.framework, inputs.tables["errors"])
    known = np.median(sampling(panel, inputs.framework, model).se, axis=(0, 1))
    return World(panel, inputs.framework, recipe, known)


def made_world(change: float, seed: int = 7, areas: int = 60, equal: bool = False) -> World:
    """Make a truth: 24 indicators in 6 components, a third each of rates, shares and means."""
    rng = np.random.default_rng(seed)
    k = 24
    kind = np.array(["byar", "wilson", "none"] * 8)
    per = np.where(kind == "byar", 1000.0, np.where(kind == "wilson", 100.0, 1.0))
    centre = np.where(kind == "byar", rng.uniform(1, 12, k), 30.0)
    spread = centre * 0.3
    where = np.zeros((areas, 1)) if equal else rng.normal(size=(areas, 1))
    own = np.zeros((areas, k)) if equal else rng.normal(size=(areas, k))
    first = centre + spread * np.clip(0.5 * where + 0.7 * own, -2.2, 2.2)
    last = first + change * spread * np.clip(rng.normal(size=(areas, k)), -2, 2)
    value = np.clip(np.stack([first, last]), 0.05 * centre, None)
    people = rng.uniform(6000, 14000, (1, areas, 1)) * np.ones((2, 1, k))
    base = np.where(kind == "wilson", np.round(people / 12), people)
    ids = tuple(f"i{j}" for j in range(k))
    dates = pd.DataFrame(
        [(i, p, f"{p}-01-01", f"{p}-12-31") for i in ids for p in ("2013", "2014")],
        columns=["indicator_id", "period", "start", "end"],
    )
    register = pd.DataFrame(
        {"interval": kind, "per": per, "polarity": -1,
         "valid_min": 0.0, "valid_max": np.where(kind == "wilson", 100.0, np.nan)},
        index=list(ids),
    )  # fmt: skip
    component_of, dimension_of = np.arange(k) // 4, np.arange(6) // 2
    framework = Framework(register, tuple("abcdef"), tuple("xyz"), component_of, dimension_of)
    blank = np.full(value.shape, np.nan)
    codes = tuple(f"a{i}" for i in range(areas))
    status = np.full(value.shape, "observed")
    panel = Panel(("2013", "2014"), codes, ids, value, blank, base, status, dates)
    recipe = Recipe(
        best=centre - 2 * spread,
        worst=centre + 2 * spread,
        share=np.full(k, 0.25),
        component_of=component_of,
        dimension_of=dimension_of,
        means=(Mean(1.0),) * 3,
        minimum=2,
    )
    return World(panel, framework, recipe, 0.25 * spread)
