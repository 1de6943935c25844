"""Try to work out what was hidden, from everything that was published.

Written from the reader's side: it sees the public panel, the register, the nesting of areas and
the declared relations, and bounds every hidden count by linear programs. It shares no code with
the protection, so that an error there shows here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.edition.rules import DENOMINATOR, parse_rule

__all__ = ["attack", "limits_of", "ties_of"]

Array = NDArray[np.float64]
#: Tables (period, indicator) of the parts of a sum, and of its total (None: the denominator).
_Tie = tuple[list[tuple[int, int]], tuple[int, int] | None]
#: Rounding to 5 moves a whole number by at most this much.
NEAREST_5 = 2.0
EXACT = 1e-6


@dataclass(slots=True)
class _Guess:
    """Bounds of every count, and the sums they obey."""

    low: Array
    high: Array
    known: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    sums: list[tuple[list[int], list[float], float]] = field(default_factory=list)


def attack(
    public: Panel,
    framework: Framework,
    geography: Geography,
    settings: Mapping[str, Any],
    *,
    base: Array | None = None,
    beliefs: tuple[Array, Array] | None = None,
    gaps: Array | None = None,
    table: Literal["numerator", "denominator"] = "numerator",
    digits: int | None = None,
) -> pd.DataFrame:
    """Bound every hidden count.

    Parameters
    ----------
    public : Panel
        What is published.
    framework : Framework
        Rules, kinds and units: the register is public.
    geography : Geography
        Which areas make up which.
    settings : mapping
        ``edition.yml``, for its relations.
    base : ndarray, shape (periods, areas, indicators), optional
        Denominators the reader knows from elsewhere; those published by default.
    beliefs : tuple of ndarray, same shape, optional
        Least and largest count the reader believes in beforehand (NaN: no belief): someone from
        inside who knows why each cell was hidden.
    gaps : ndarray, same shape, optional
        By how much each total exceeds the sum of its parts, should the reader know it; 0 if left
        out, NaN where the reader cannot take them to agree.
    table : {'numerator', 'denominator'}
        Which counts are sought.
    digits : int, optional
        Decimals of published rates whose counts are not published; exact if left out.

    Returns
    -------
    DataFrame
        ``indicator_id, area_code, period, low, high``: one row a hidden cell.

    Notes
    -----
    Known are: published counts; rates times denominators, give or take their rounding; counts
    rounded to 5, give or take 2; that totals are the sums of their parts and pools the sums of
    their periods; that a count is a whole number, not negative, and of a proportion at most its
    denominator; and that a zero is shown wherever the total above is, unless it covers a
    small base.
    """
    bases = public.denominator if base is None else base
    guess = _look(public, framework, bases, table, digits)
    ties = ties_of(public, settings) if table == "numerator" else []
    _expect_shown_zeros(guess, public, framework, geography, bases, table, ties)
    if beliefs is not None:
        for mine, theirs, join in (
            (guess.low, beliefs[0], np.fmax),
            (guess.high, beliefs[1], np.fmin),
        ):
            mine[guess.hidden] = join(mine, theirs)[guess.hidden]
    _add_up_areas(guess, public, geography, gaps)
    _add_up_tables(guess, ties, bases)
    return _report(guess, public)


def _look(
    public: Panel, framework: Framework, bases: Array, table: str, digits: int | None
) -> _Guess:
    """Turn what is shown into bounds."""
    hidden = public.status == "suppressed"
    about = framework.indicators
    per = about["per"].to_numpy(float)
    if table == "denominator":
        shown, spread = public.denominator.copy(), np.zeros(hidden.shape)
    else:
        half = 0.0 if digits is None else 0.5 * 10.0**-digits
        with np.errstate(invalid="ignore"):
            implied, slack = public.value * bases / per, half * bases / per
        shown = np.where(np.isnan(public.numerator), implied, public.numerator)
        spread = np.where(np.isnan(public.numerator), np.nan_to_num(slack), 0.0)
        for i, text in enumerate(about["disclosure_rule"]):
            if parse_rule(str(text)).round5:
                spread[:, :, i] = np.maximum(spread[:, :, i], NEAREST_5)
    known = ~np.isnan(shown) & ~hidden
    low = np.where(known, np.maximum(shown - spread, 0.0), 0.0)
    high = np.where(known, shown + spread, np.inf)
    capped = (about["kind"] == "proportion").to_numpy() & ~np.isnan(bases)
    if table == "numerator":
        high = np.where(capped & hidden, np.fmin(high, bases), high)
    return _Guess(low, high, known, hidden)


def _expect_shown_zeros(
    guess: _Guess,
    public: Panel,
    framework: Framework,
    geography: Geography,
    bases: Array,
    table: str,
    ties: list[_Tie],
) -> None:
    """Expect a zero to be hidden only beneath a hidden total, or for a small base."""
    where = {code: a for a, code in enumerate(public.areas)}
    parent = geography.areas["parent_code"]
    above = np.array([where.get(parent[code], -1) for code in public.areas])
    total_shown = (above >= 0)[:, None] & guess.known[:, above, :]
    for parts, total in ties:
        for p, i in parts:
            if total is not None:
                total_shown[p, :, i] &= guess.known[total[0], :, total[1]]
    limits = limits_of(framework, ties, len(public.periods))
    sure = guess.hidden & total_shown & (limits > 0)[:, None, :]
    if table == "numerator":
        capped = (framework.indicators["kind"] == "proportion").to_numpy()
        with np.errstate(invalid="ignore"):
            # zeros are hidden too where that covers a small base
            below = guess.hidden & ~(bases >= limits[:, None, :])
        sure &= ~(capped & below.any(axis=1))[:, None, :]
    guess.low[sure] = np.maximum(guess.low[sure], 1.0)


def limits_of(framework: Framework, ties: list[_Tie], periods: int) -> Array:
    """Give each table's threshold: of tied tables the strictest, as the rules page says."""
    rules = [parse_rule(str(t)) for t in framework.indicators["disclosure_rule"]]
    limits = np.tile([float(r.suppress or 0) for r in rules], (periods, 1))
    for _ in ties:  # a table may be tied to the next through another
        for parts, total in ties:
            cells = [*parts, *([total] if total else [])]
            strictest = max(limits[c] for c in cells)
            for c in cells:
                limits[c] = strictest
    return limits


def _add_up_areas(guess: _Guess, public: Panel, geography: Geography, gaps: Array | None) -> None:
    """Add the sums over areas wherever every part is shown or hidden, not missing."""
    table = geography.areas.loc[list(public.areas)].reset_index(drop=True)
    seen = guess.known | guess.hidden
    shape = seen.shape
    for (code, _), members in table.groupby(["parent_code", "level"]):
        if code not in public.areas:
            continue
        head, at = public.areas.index(code), members.index.to_list()
        people = table["population"]
        if people[at].sum() < 0.8 * people[head]:
            continue
        whole = seen[:, at].all(axis=1) & seen[:, head]
        for p, i in zip(*np.nonzero(whole), strict=True):
            cells = [np.ravel_multi_index((p, a, i), shape) for a in [*at, head]]
            gap = 0.0 if gaps is None else -float(gaps[p, head, i])
            if np.isnan(gap):
                continue
            guess.sums.append(([int(c) for c in cells], [1.0] * len(at) + [-1.0], gap))


def ties_of(public: Panel, settings: Mapping[str, Any]) -> list[_Tie]:
    """Give the declared sums over indicators and over periods."""
    setting = settings.get("disclosure", "none")
    if setting == "none":
        return []
    what, when = public.indicators.index, public.periods.index
    ties: list[_Tie] = []
    for r in setting.get("relations", []):
        for p in range(len(public.periods)):
            total = None if r["total"] == DENOMINATOR else (p, what(r["total"]))
            ties.append(([(p, what(n)) for n in r["parts"]], total))
    for r in setting.get("pooled", []):
        for i in range(len(public.indicators)):
            ties.append(([(when(n), i) for n in r["parts"]], (when(r["total"]), i)))
    return ties


def _add_up_tables(guess: _Guess, ties: list[_Tie], bases: Array) -> None:
    """Add the declared sums wherever every table has a figure, shown or hidden."""
    seen, shape = guess.known | guess.hidden, guess.known.shape
    for parts, total in ties:
        cells = [*parts, *([total] if total else [])]
        for a in np.flatnonzero(np.all([seen[p, :, i] for p, i in cells], axis=0)):
            constant = 0.0 if total else float(bases[parts[0][0], a, parts[0][1]])
            signs = [1.0] * len(parts) + ([-1.0] if total else [])
            at = [int(np.ravel_multi_index((p, a, i), shape)) for p, i in cells]
            if not np.isnan(constant):
                guess.sums.append((at, signs, constant))


def _report(guess: _Guess, public: Panel) -> pd.DataFrame:
    shape = guess.hidden.shape
    targets = np.flatnonzero(guess.hidden.ravel())
    low, high = _bound(guess, targets)
    p, a, i = np.unravel_index(targets, shape)
    return pd.DataFrame(
        {
            "indicator_id": np.array(public.indicators, object)[i],
            "area_code": np.array(public.areas, object)[a],
            "period": np.array(public.periods, object)[p],
            "low": np.ceil(low - EXACT),
            "high": np.floor(high + EXACT),
        }
    )


def _bound(guess: _Guess, targets: NDArray[np.intp]) -> tuple[Array, Array]:
    """Least and largest value of every target, given all bounds and sums."""
    low, high = guess.low.ravel(), guess.high.ravel()
    loose = (high - low > 0) & (guess.hidden | guess.known).ravel()
    matrix, right = _system(guess, loose, low)
    names = np.flatnonzero(loose)
    column = np.full(low.size, -1)
    column[names] = np.arange(names.size)
    group = _groups(matrix)
    best = {+1: high[targets].copy(), -1: low[targets].copy()}
    open_ = np.flatnonzero(loose[targets])
    for sign in (+1, -1):
        # a copy of its own connected cells for each target: one program bounds them all
        best[sign][open_] = _solve(
            *(matrix, right, group, low[names], high[names]), column[targets[open_]], sign
        )
    return best[-1], best[+1]


def _system(guess: _Guess, loose: NDArray[np.bool_], low: Array) -> tuple[sp.csr_array, Array]:
    """Write the sums over what is not pinned, with the rest on the right-hand side."""
    column = np.cumsum(loose) - 1
    rows: list[int] = []
    columns: list[int] = []
    signs: list[float] = []
    right: list[float] = []
    for cells, weights, constant in guess.sums:
        free = [(column[c], w) for c, w in zip(cells, weights, strict=True) if loose[c]]
        if not free:
            continue
        pinned = [w * low[c] for c, w in zip(cells, weights, strict=True) if not loose[c]]
        rows += [len(right)] * len(free)
        columns += [c for c, _ in free]
        signs += [w for _, w in free]
        right.append(constant - sum(pinned))
    shape = (len(right), int(loose.sum()))
    return sp.csr_array((signs, (rows, columns)), shape=shape), np.array(right)


def _groups(matrix: sp.csr_array) -> NDArray[np.intp]:
    m, n = matrix.shape
    graph = sp.block_array([[None, abs(matrix)], [sp.csr_array((n, m)), None]]) if m else None
    if graph is None:
        return np.arange(n)
    return np.asarray(connected_components(graph, directed=False)[1][m:], np.intp)


def _solve(
    matrix: sp.csr_array,
    right: Array,
    group: NDArray[np.intp],
    low: Array,
    high: Array,
    wanted: NDArray[np.intp],
    sign: int,
) -> Array:
    row_group = np.full(matrix.shape[0], -1)
    entries = matrix.tocoo()
    row_group[entries.coords[0]] = group[entries.coords[1]]
    out = np.full(wanted.size, sign * np.inf if sign > 0 else 0.0)
    blocks, rights, bounds, costs, places = [], [], [], [], []
    width = 0
    for k, target in enumerate(wanted):
        at = np.flatnonzero(group == group[target])
        rows = np.flatnonzero(row_group == group[target])
        here = int(np.searchsorted(at, target))
        if not rows.size:
            out[k] = high[target] if sign > 0 else low[target]
            continue
        cost = np.zeros(at.size)
        cost[here] = -sign
        blocks.append(matrix[rows][:, at])
        rights.append(right[rows])
        # a ceiling keeps the program bounded; nothing published comes near it
        ceiling = np.where(np.isinf(high[at]), 1e5 + abs(right[rows]).sum(), high[at])
        bounds.append(np.column_stack([low[at], ceiling]))
        costs.append(cost)
        places.append((k, width + here))
        width += at.size
    if blocks:
        result = linprog(
            np.concatenate(costs),
            A_eq=sp.block_diag(blocks, format="csr"),
            b_eq=np.concatenate(rights),
            bounds=np.concatenate(bounds),
            method="highs",
        )
        if result.status != 0:
            raise ValueError(f"what is published contradicts itself: {result.message}")
        for k, place in places:
            out[k] = result.x[place]
    return out
