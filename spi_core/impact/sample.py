"""Arrange values and areas into a balanced sample, and spot values that are no evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spi_core.edition.interventions.design import Design
from spi_core.errors import Fault, InputError
from spi_core.impact.arrays import Bools, Floats, Ints


class UnbalancedError(InputError):
    """Some units have a value in one period and none in another, or none at all."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Balanced units of one outcome.

    Parameters
    ----------
    outcome : str
        Outcome id.
    by_unit : bool
        Whether whole units of evidence were chosen, hence what is permuted.
    units : tuple of str, length n
        Codes, sorted.
    wards : tuple of str, length G
        Ward codes, sorted.
    ward : numpy.ndarray of int, shape (n,)
        Ward of each unit, an index into `wards`.
    treated : numpy.ndarray of bool, shape (n,)
        Treated units.
    population : numpy.ndarray, shape (n,)
        Residents in the baseline; 1 where the areas table has none.
    covariate : numpy.ndarray, shape (n,), or None
        Baseline covariate.
    periods : tuple of str
        Earlier, before and after periods, in order.
    cells : numpy.ndarray, shape (n, periods)
        Outcome.
    before, after : numpy.ndarray, shape (n,)
        Means over the before and after periods.
    absent : tuple of str
        Areas of the design without any value in any period.
    """

    outcome: str
    by_unit: bool
    units: tuple[str, ...]
    wards: tuple[str, ...]
    ward: Ints
    treated: Bools
    population: Floats
    covariate: Floats | None
    periods: tuple[str, ...]
    cells: Floats
    before: Floats
    after: Floats
    absent: tuple[str, ...]

    @property
    def change(self) -> Floats:
        """After minus before of each unit."""
        return self.after - self.before

    @property
    def treated_wards(self) -> Bools:
        """Wards with any treated unit, shape (G,)."""
        return np.bincount(self.ward, weights=self.treated, minlength=len(self.wards)) > 0

    def ward_means(self, unit_values: Floats) -> Floats:
        """Plain means of the units of each ward, shape (G,)."""
        sums = np.bincount(self.ward, weights=unit_values, minlength=len(self.wards))
        return sums / np.bincount(self.ward, minlength=len(self.wards))


def arrange(design: Design, outcome: str, values: pd.DataFrame, areas: pd.DataFrame) -> Sample:
    """Join one outcome to the areas of a design.

    Parameters
    ----------
    design : Design
        Protocol.
    outcome : str
        Outcome id.
    values : pandas.DataFrame
        Long form: outcome_id, area_code, period, value. Rows without a value count as missing.
    areas : pandas.DataFrame
        area_code, ward_code, population and the covariate if one is named.

    Returns
    -------
    Sample
        Treated and comparison units, none of them missing in any period.

    Raises
    ------
    UnbalancedError
        When a unit has values in some periods and not in others, or no unit has any.
    InputError
        When a code occurs twice, or an area has no covariate or population.
    """
    known = members(design, areas)
    rows = values.loc[
        (values["outcome_id"] == outcome)
        & values["area_code"].isin(known.index)
        & values["period"].isin([*design.earlier, *design.before, *design.after])
        & values["value"].notna(),
        ["area_code", "period", "value"],
    ]
    twice = rows[rows.duplicated(["area_code", "period"])]
    if len(twice):
        raise InputError(
            Fault(outcome, "occurs twice", column="area_code", value=f"{code} in {period}")
            for code, period in zip(twice["area_code"], twice["period"], strict=True)
        )
    periods = [*design.earlier, *design.before, *design.after]
    table = rows.pivot_table(index="area_code", columns="period", values="value")
    table = table.reindex(columns=periods).sort_index()
    gaps = table.isna()
    if gaps.to_numpy().any():
        raise UnbalancedError(
            Fault(outcome, f"has no value in {', '.join(gaps.columns[gap])}", value=str(code))
            for code, gap in zip(gaps.index, gaps.to_numpy(), strict=True)
            if gap.any()
        )
    absent = tuple(sorted(set(known.index) - set(table.index)))
    known = known.loc[table.index]
    if table.empty:
        raise UnbalancedError([Fault(outcome, "has no value for any area of the design")])
    wards, ward = np.unique(known["ward_code"].to_numpy(dtype=str), return_inverse=True)
    covariate = known[design.covariate].to_numpy(dtype=float) if design.covariate else None
    cells = table.to_numpy(dtype=float)
    first = len(design.earlier)
    middle = first + len(design.before)
    return Sample(
        outcome=outcome,
        by_unit=design.by_unit,
        units=tuple(map(str, table.index)),
        wards=tuple(map(str, wards)),
        ward=ward.astype(np.int64),
        treated=known["treated"].to_numpy(dtype=bool),
        population=known["population"].to_numpy(dtype=float),
        covariate=covariate,
        periods=tuple(periods),
        cells=cells,
        before=cells[:, first:middle].mean(axis=1),
        after=cells[:, middle:].mean(axis=1),
        absent=absent,
    )


def members(design: Design, areas: pd.DataFrame) -> pd.DataFrame:
    """Take the areas of a design and the side each is on.

    Parameters
    ----------
    design : Design
        Protocol.
    areas : pandas.DataFrame
        area_code, ward_code, population and the covariate if one is named.

    Returns
    -------
    pandas.DataFrame
        Indexed by code, with the column `treated`; no outcome is read.
    """
    known = areas.set_index(areas["area_code"].astype(str))
    if known.index.has_duplicates:
        code = str(known.index[known.index.duplicated()][0])
        raise InputError([Fault("areas", "occurs twice", column="area_code", value=code)])
    level = "ward_code" if design.by_unit else "area_code"
    key = known[level].astype(str)
    kept = ~key.isin(design.excluded)
    if design.comparison == "none":
        kept &= key.isin(design.treated)
    elif isinstance(design.comparison, tuple):
        kept &= key.isin([*design.treated, *design.comparison])
    known = known.loc[kept].assign(treated=key[kept].isin(design.treated))
    if "population" not in known:
        known = known.assign(population=1.0)
    needed = ["population", *([design.covariate] if design.covariate else [])]
    holes = known[needed].isna().any(axis=1)
    if holes.any():
        raise InputError(
            Fault("areas", f"has no {' or '.join(needed)}", value=str(code))
            for code in known.index[holes]
        )
    return known


def restrict(sample: Sample, kept: Bools) -> Sample:
    """Keep some units and renumber their wards.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    kept : numpy.ndarray of bool, shape (n,)
        Units to keep.

    Returns
    -------
    Sample
        A new sample; the old one is untouched.
    """
    used, ward = np.unique(sample.ward[kept], return_inverse=True)
    return replace(
        sample,
        units=tuple(unit for unit, keep in zip(sample.units, kept, strict=True) if keep),
        wards=tuple(sample.wards[w] for w in used),
        ward=ward.astype(np.int64),
        treated=sample.treated[kept],
        population=sample.population[kept],
        covariate=None if sample.covariate is None else sample.covariate[kept],
        cells=sample.cells[kept],
        before=sample.before[kept],
        after=sample.after[kept],
    )


def copied_down(sample: Sample) -> bool:
    """Whether the units' values were copied from their wards.

    Parameters
    ----------
    sample : Sample
        Balanced units.

    Returns
    -------
    bool
        True when, in any period, at least half of the wards with several units show one and the
        same value (other than 0) in all of them.
    """
    several = [sample.cells[sample.ward == w] for w in range(len(sample.wards))]
    several = [rows for rows in several if rows.shape[0] > 1]
    if not several:
        return False
    same = np.array([(rows == rows[0]).all(axis=0) & (rows[0] != 0) for rows in several])
    return bool((same.mean(axis=0) >= 0.5).any())


def carried_forward(sample: Sample) -> float:
    """Largest share of units whose value did not change at all between the two years.

    Parameters
    ----------
    sample : Sample
        Balanced units.

    Returns
    -------
    float
        Share among units that are not zero twice; of consecutive periods in before and after.
    """
    shares = [0.0]
    for left, right in zip(sample.cells.T[:-1], sample.cells.T[1:], strict=True):
        live = (left != 0) | (right != 0)
        if live.any():
            shares.append(float((left == right)[live].mean()))
    return max(shares)
