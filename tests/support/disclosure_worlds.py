"""Made-up hierarchies of counts to hide and to attack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from spi_core.disclosure.control import Controlled, control
from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.edition.rules import parse_rule
from spi_core.levels import levels_of
from tests.support.disclosure_attack import attack, limits_of, ties_of

PERIODS = ("baseline", "current")
LEVELS = ("lsoa", "ward", "borough")


@dataclass(frozen=True, slots=True)
class World:
    panel: Panel
    framework: Framework
    geography: Geography
    settings: Mapping[str, Any]
    truth: np.ndarray

    def control(self, **more: Any) -> Controlled:
        return control(self.panel, self.framework, self.geography, self.settings, **more)


def geography_of(sizes: Sequence[Sequence[int]]) -> Geography:
    """One inner sequence a borough: how many LSOAs each of its wards has."""
    rows: list[tuple[str, str, str, float]] = []
    for b, wards in enumerate(sizes):
        borough = f"E09{b:06d}"
        rows.append((borough, "borough", "", 1500.0 * sum(max(n, 1) for n in wards)))
        for w, n in enumerate(wards):
            ward = f"E05{100 * b + w:06d}"
            rows.append((ward, "ward", borough, 1500.0 * max(n, 1)))
            rows += [(f"E01{10000 * b + 50 * w + i:06d}", "lsoa", ward, 1500.0) for i in range(n)]
    frame = pd.DataFrame(rows, columns=["code", "level", "parent_code", "population"])
    areas = frame.set_index("code").assign(name="", vintage="2011")
    return Geography(areas, levels_of(LEVELS), None, "E09000000")


def framework_of(rules: Sequence[str], kinds: Sequence[str]) -> Framework:
    ids = pd.Index([f"i{j:02d}" for j in range(len(rules))], name="id")
    per = [{"rate": 1000.0, "proportion": 100.0}.get(k, 1.0) for k in kinds]
    table = pd.DataFrame({"kind": kinds, "per": per, "disclosure_rule": rules}, index=ids)
    return Framework(table, (), (), np.zeros(len(ids), np.intp), np.zeros(0, np.intp))


def panel_of(
    geography: Geography,
    framework: Framework,
    top: np.ndarray,
    base: np.ndarray,
    periods: Sequence[str] = PERIODS,
) -> Panel:
    """Add counts of the smallest areas up; shape (periods, areas, indicators), others ignored."""
    top, base = add_up(geography, top), add_up(geography, base)
    value = np.full(top.shape, np.nan)
    np.divide(top * framework.indicators["per"].to_numpy(), base, out=value, where=base > 0)
    status = np.full(top.shape, "observed", dtype="U12")
    areas = tuple(geography.areas.index)
    return Panel(tuple(periods), areas, framework.ids, value, top, base, status, pd.DataFrame())


def add_up(geography: Geography, counts: np.ndarray) -> np.ndarray:
    areas, out = geography.areas, counts.astype(float).copy()
    where = {c: i for i, c in enumerate(areas.index)}
    heads = {where[p] for p in areas["parent_code"] if p}
    out[:, sorted(heads)] = 0
    for level in LEVELS[:2]:
        for code in areas.index[areas["level"] == level]:
            out[:, where[areas.at[code, "parent_code"]]] += out[:, where[code]]
    return out


def small(counts: Sequence[Sequence[int]], rule: str = "suppress<5") -> World:
    """One borough, one indicator, one period twice: the LSOA counts of each ward."""
    geography = geography_of([[len(c) for c in counts]])
    framework = framework_of([rule], ["rate"])
    top = np.zeros((2, len(geography.areas), 1))
    where = {c: i for i, c in enumerate(geography.areas.index)}
    for w, ward in enumerate(counts):
        for i, n in enumerate(ward):
            top[:, where[f"E01{50 * w + i:06d}"]] = n
    base = np.full(top.shape, 1500.0)
    panel = panel_of(geography, framework, top, base)
    settings = {"disclosure": {"method": "suppress"}}
    return World(panel, framework, geography, settings, panel.numerator)


def random_world(rng: np.random.Generator, boroughs: int = 1) -> World:
    """Any shape, rule, kind and size of count; at times given totals, source gaps, relations."""
    deep = rng.random() < 0.8
    sizes = [
        [int(rng.integers(1, 7)) if deep else 0 for _ in range(rng.integers(2, 7))]
        for _ in range(boroughs)
    ]
    geography = geography_of(sizes)
    linked = rng.random() < 0.2
    number = 3 if linked else int(rng.integers(1, 4))
    rules = ["suppress<5", "suppress<8", "suppress<10", "suppress<8;round5", "suppress<3"]
    kinds = [str(rng.choice(["rate", "proportion"]))] * number
    if not linked:
        kinds = [str(rng.choice(["rate", "proportion"])) for _ in range(number)]
    framework = framework_of([str(rng.choice(rules)) for _ in range(number)], kinds)
    top, base = _draw(rng, len(geography.areas), kinds, linked)
    settings: dict[str, Any] = {"method": "suppress"}
    if linked:
        settings["relations"] = [{"total": "i00", "parts": ["i01", "i02"]}]
    panel = panel_of(geography, framework, top, base)
    if not linked and rng.random() < 0.3:
        panel = _given_totals(rng, panel, geography)
    truth = panel.numerator
    if rng.random() < 0.3:
        panel = _source_gaps(rng, panel)
    return World(panel, framework, geography, {"disclosure": settings}, truth)


def _draw(
    rng: np.random.Generator, areas: int, kinds: Sequence[str], linked: bool
) -> tuple[np.ndarray, np.ndarray]:
    shape = (2, areas, len(kinds))
    base = np.where(
        np.array(kinds) == "rate", 1500.0, rng.integers(1, rng.choice([15, 80, 300]), shape)
    )
    mean = rng.choice([0.7, 3, 8, 20]) * rng.gamma(2, 0.5, (1, areas, len(kinds)))
    top = rng.poisson(mean, shape).astype(float)
    share = rng.choice([0.05, 0.4, 0.95], len(kinds))
    chance = rng.binomial(base.astype(int), np.broadcast_to(share, shape))
    top = np.where(np.array(kinds) == "proportion", chance, top)
    if linked:
        base[:, :, 1:] = base[:, :, :1]
        top[:, :, 1] = rng.binomial(top[:, :, 0].astype(int), 0.4)
        top[:, :, 2] = top[:, :, 0] - top[:, :, 1]
    return top, base


def _given_totals(rng: np.random.Generator, panel: Panel, geography: Geography) -> Panel:
    """Larger areas from another publication: a few more events, of people without an address."""
    larger = (geography.areas["level"] == "borough").to_numpy()
    more = rng.integers(0, 4, panel.numerator.shape) * larger[None, :, None]
    return replace(panel, numerator=np.minimum(panel.numerator + more, panel.denominator))


def _source_gaps(rng: np.random.Generator, panel: Panel) -> Panel:
    hit = (rng.random(panel.value.shape) < 0.05) & (panel.numerator < 5) & (panel.numerator > 0)
    return replace(
        panel,
        value=np.where(hit, np.nan, panel.value),
        numerator=np.where(hit, np.nan, panel.numerator),
        status=np.where(hit, "suppressed", panel.status),
    )


def gaps_of(world: World, public: Panel) -> np.ndarray:
    """By how much each total exceeds its parts; NaN where the reader sees neither it nor that."""
    areas = world.geography.areas
    total = np.zeros(world.truth.shape)
    where = {c: i for i, c in enumerate(world.panel.areas)}
    for code, parent in areas["parent_code"].items():
        if parent:
            total[:, where[parent]] += world.truth[:, where[code]]
    heads = sorted({where[p] for p in areas["parent_code"] if p})
    gaps = np.zeros(total.shape)
    gaps[:, heads] = (world.truth - total)[:, heads]
    return np.where((gaps != 0) & (public.status == "suppressed"), np.nan, gaps)


def without_secondary(world: World, found: Controlled) -> Panel:
    """What would be public if only small counts were hidden."""
    raw = world.panel
    back = _mask(world, found.log[found.log["decision"] == "secondary"])
    public = found.panel
    names = ("value", "numerator", "denominator", "status")
    shown = {n: np.where(back, getattr(raw, n), getattr(public, n)) for n in names}
    return replace(public, **shown)


def _mask(world: World, rows: pd.DataFrame) -> np.ndarray:
    mask = np.zeros(world.panel.value.shape, bool)
    mask[_places(world, rows)] = True
    return mask


def _places(world: World, rows: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Where on the panel each row's cell is."""
    raw = world.panel
    axes = {"period": raw.periods, "area_code": raw.areas, "indicator_id": raw.indicators}
    return tuple(pd.Index(axis).get_indexer(pd.Index(rows[name])) for name, axis in axes.items())


def ranges(
    world: World, found: Controlled, public: Panel | None = None, **more: Any
) -> pd.DataFrame:
    """The attack on every primary cell, with the range it must leave open (``lo`` to ``hi``)."""
    raw = world.panel
    seen = found.panel if public is None else public
    known = {"base": raw.denominator, "gaps": gaps_of(world, seen), **more}
    result = attack(seen, world.framework, world.geography, world.settings, **known)
    log = found.log[found.log["decision"] == "primary"]
    keys = ["indicator_id", "area_code", "period"]
    merged = log.merge(result, "left", keys, validate="1:1")
    assert merged["low"].notna().all() or public is not None
    at = _places(world, merged)
    n, d = raw.numerator[at], raw.denominator[at]
    kind = merged["indicator_id"].map(world.framework.indicators["kind"])
    limits = merged["rule"].map(lambda t: parse_rule(t).suppress).to_numpy(float)
    if world.settings["disclosure"].get("relations"):
        rules = world.framework.indicators["disclosure_rule"]
        limits[:] = max(parse_rule(t).suppress or 0 for t in rules)
    ceiling = np.where(kind == "proportion", d, np.inf)
    width = np.minimum(limits - 1, ceiling)
    rest = n >= limits
    merged["true"] = n
    merged["lo"] = np.where(rest, np.maximum(ceiling - width, 0), 1)
    merged["hi"] = np.where(rest, ceiling - 1, width)
    return merged


def solved(merged: pd.DataFrame) -> pd.DataFrame:
    """Primary cells whose open range is narrower than it must be."""
    return merged[(merged["low"] > merged["lo"]) | (merged["high"] < merged["hi"])]


def shown_small(world: World, public: Panel) -> int:
    """How many counts are shown that the rules page says are hidden first, or beneath such a total.

    Read from the page, not from the protection: what it fails to find small, no range is asked of.
    """
    n, base = world.panel.numerator, world.panel.denominator
    about, parents = world.framework.indicators, world.geography.areas["parent_code"]
    ties = ties_of(public, world.settings)
    limit = limits_of(world.framework, ties, len(public.periods))[:, None, :]
    share = (about["kind"] == "proportion").to_numpy()
    first = (n > 0) & (n < limit)
    for parts, total in ties:
        for p, i in parts if total else ():
            first[p, :, i] |= first[total[0], :, total[1]]
    first |= share & (limit > 0) & (base - n < limit)
    for code in world.geography.areas.index:  # larger areas come first
        if parents[code]:
            above, at = (public.areas.index(c) for c in (parents[code], code))
            first[:, at] |= first[:, above]
    return int((np.isfinite(public.value) & first).sum())


def known_bases(world: World, public: Panel) -> int:
    """How many bases below the threshold, of percentages, a reader of the bases can narrow."""
    raw, about = world.panel, world.framework.indicators
    ties = ties_of(public, world.settings)
    limit = limits_of(world.framework, ties, len(raw.periods))[:, None, :]
    base, share = raw.denominator, (about["kind"] == "proportion").to_numpy()
    few = share & (base > 0) & (base < limit) & (public.status == "suppressed")
    if not few.any():
        return 0
    places = public, world.framework, world.geography, world.settings
    found = attack(*places, table="denominator")
    at = _places(world, found)
    low, high = (found[name].to_numpy() for name in ("low", "high"))
    true, most = base[at], np.broadcast_to(limit - 1, base.shape)[at]
    assert ((low <= true) & (true <= high)).all()
    return int((few[at] & ((low > 1) | (high < most))).sum())
