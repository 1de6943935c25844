"""Draw sets of areas of the same shape as the treated ones, from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spi_core.impact.arrays import Bools, Floats, Ints

DRAWS = 9_999
TRIES = 4  # attempts a set wanted: small graphs have fewer sets than draws
STRATUM = 1 / 3  # share of sets kept, nearest in level


@dataclass(frozen=True, slots=True)
class PlaceboSets:
    """Sets that might have been treated, without the one that was.

    Parameters
    ----------
    members : numpy.ndarray of int, shape (sets, size)
        Areas of each set.
    exact : bool
        Whether these are all sets there are.
    """

    members: Ints
    exact: bool


def clumps(members: Bools, links: Sequence[Ints]) -> list[int]:
    """Sizes of the connected parts of a set, the largest first.

    Parameters
    ----------
    members : numpy.ndarray of bool, shape (n,)
        The set.
    links : sequence of numpy.ndarray of int, length n
        Areas that touch each area.

    Examples
    --------
    >>> chain = [np.array([1]), np.array([0, 2]), np.array([1, 3]), np.array([2])]
    >>> clumps(np.array([True, True, False, True]), chain)
    [2, 1]
    """
    left, sizes = set(np.flatnonzero(members).tolist()), []
    while left:
        part = [left.pop()]
        for area in part:
            near = left & set(links[area].tolist())
            left -= near
            part += sorted(near)
        sizes.append(len(part))
    return sorted(sizes, reverse=True)


def draw_sets(
    sizes: Sequence[int],
    eligible: Bools,
    links: Sequence[Ints],
    home: Ints,
    rng: np.random.Generator,
    *,
    one_home: bool = True,
    draws: int = DRAWS,
) -> PlaceboSets:
    """Draw sets whose connected parts have the sizes given; single areas are listed, not drawn.

    Parameters
    ----------
    sizes : sequence of int
        Sizes of the connected parts.
    eligible : numpy.ndarray of bool, shape (n,)
        Areas that may be drawn.
    links : sequence of numpy.ndarray of int, length n
        Areas that touch each area.
    home : numpy.ndarray of int, shape (n,)
        Borough of each area.
    rng : numpy.random.Generator
        Source of the draws.
    one_home : bool
        Whether a set lies within one borough, as the treated one does: what happens to a borough as
        a whole is then part of the chance that the sets show.
    draws : int
        Sets wanted at most; equal ones count once.

    Returns
    -------
    PlaceboSets
        Each part starts at an area drawn at random and grows by neighbours drawn at random.
    """
    free = np.flatnonzero(eligible)
    if list(sizes) == [1]:
        return PlaceboSets(free[:, None], exact=True)
    mates = [free[home[free] == h] for h in range(int(home.max()) + 1)] if one_home else []
    near = [
        {j for j in links[i].tolist() if eligible[j] and (not one_home or home[j] == home[i])}
        for i in range(home.size)
    ]
    found: dict[tuple[int, ...], None] = {}
    for _ in range(TRIES * draws):
        chosen: set[int] = set()
        seeds = free
        for size in sizes:
            part = _grow(int(seeds[int(rng.random() * seeds.size)]), size, near, chosen, rng)
            if not part:
                break
            chosen |= part
            seeds = mates[home[next(iter(chosen))]] if one_home else free
        else:
            found[tuple(sorted(chosen))] = None
        if len(found) == draws:
            break
    members = np.array(list(found), dtype=np.int64).reshape(-1, sum(sizes))
    return PlaceboSets(members, exact=False)


def _grow(
    seed: int, size: int, near: Sequence[set[int]], taken: set[int], rng: np.random.Generator
) -> set[int]:
    """One connected part, apart from what is taken; empty where it finds no room."""
    if seed in taken or near[seed] & taken:
        return set()
    part, edge = {seed}, sorted(near[seed])
    while len(part) < size:
        if not edge:
            return set()
        area = edge.pop(int(rng.random() * len(edge)))
        if area in part or area in taken or near[area] & taken:
            continue
        part.add(area)
        edge += sorted(near[area] - part)
    return part


def nearest_in_level(members: Ints, level: Floats, treated: Bools, share: float = STRATUM) -> Bools:
    """Which sets are nearest to the treated one in the level before.

    Parameters
    ----------
    members : numpy.ndarray of int, shape (sets, size)
        Placebo sets.
    level : numpy.ndarray, shape (n,)
        Level of each area before, above 0.
    treated : numpy.ndarray of bool, shape (n,)
        Treated areas.
    share : float
        Part of the sets that is kept.

    Returns
    -------
    numpy.ndarray of bool, shape (sets,)
        Areas chosen because they stood high fall back alike, and their counts vary alike.
    """
    gap = np.abs(np.log(level[members].sum(axis=1)) - np.log(level[treated].sum()))
    return np.asarray(gap <= np.quantile(gap, share))
