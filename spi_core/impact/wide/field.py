"""Lay a panel of many areas out as arrays: who was treated, who is near, who may be compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spi_core.edition.interventions.design import Design
from spi_core.edition.interventions.panels import Wide
from spi_core.edition.interventions.wide import ring
from spi_core.impact.arrays import Bools, Floats, Ints
from spi_core.levels import KNOWN, levels_of


@dataclass(frozen=True, slots=True)
class Field:
    """Areas of one panel, at the level that was targeted.

    Parameters
    ----------
    codes, names : tuple of str, length n
        Areas, sorted by code.
    home : numpy.ndarray of int, shape (n,)
        Borough of each area, numbered.
    homes : tuple of str
        Names of those boroughs.
    treated, ring, pool : numpy.ndarray of bool, shape (n,)
        Treated; within reach of spillover; free to be compared with.
    place : numpy.ndarray, shape (n, 2)
        Middle, in kilometres.
    context : numpy.ndarray, shape (n,), or None
        A context figure.
    links : tuple of numpy.ndarray of int
        Areas that touch each area.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    home: Ints
    homes: tuple[str, ...]
    treated: Bools
    ring: Bools
    pool: Bools
    place: Floats
    context: Floats | None
    links: tuple[Ints, ...]


def lay_out(design: Design, wide: Wide) -> Field:
    """Put every area of a panel on a side.

    Parameters
    ----------
    design : Design
        Protocol, held against the panel already.
    wide : Wide
        Panel.
    """
    level = wide.codes(design.targeting).astype(str)
    codes = sorted(set(level))
    at = {code: k for k, code in enumerate(codes)}
    areas = wide.areas.assign(level=level)
    middle = areas.groupby("level")[["x", "y"]].mean().loc[codes].to_numpy(float) / 1000
    named = wide.names(design.targeting)
    # what areas lie in: the smallest level of context that the panel knows, else each its own
    held = [name for name in wide.about["levels"] if name in KNOWN]
    whole = next((level.id for level in levels_of(held).contexts[::-1]), None)
    parent = wide.about["levels"].get(whole)
    homes = areas.groupby("level")[parent].first().loc[codes] if whole else codes
    home_codes, home = np.unique(np.asarray(homes, dtype=str), return_inverse=True)
    titles = wide.names(whole) if whole else {}
    inside = np.isin(codes, design.treated)
    near = np.isin(codes, sorted(ring(wide, design)))
    last = max(design.after)
    taken = [d.area for d in design.donors if d.start[: len(last)] <= last]  # "" too: not known
    free = ~(inside | near | np.isin(codes, [*design.excluded, *taken]))
    if isinstance(design.comparison, tuple):
        free &= np.isin(codes, design.comparison)
    column = wide.about.get("context")
    context = areas.groupby("level")[column].mean().loc[codes].to_numpy(float) if column else None
    one, other = (wide.pairs[c].map(level).map(at) for c in ("area_code", "neighbour_code"))
    pairs = np.column_stack([one, other])[(one != other).to_numpy()].astype(np.int64)
    pairs = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
    edges = np.searchsorted(pairs[:, 0], np.arange(len(codes) + 1))
    links = tuple(pairs[i:j, 1] for i, j in pairwise(edges))
    return Field(
        codes=tuple(codes),
        names=tuple(named.get(code, code) for code in codes),
        home=home.astype(np.int64),
        homes=tuple(titles.get(code, code) for code in home_codes.tolist()),
        treated=inside,
        ring=near,
        pool=free,
        place=middle,
        context=context,
        links=links,
    )
