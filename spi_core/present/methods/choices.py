"""Tables of the methods chapter on other choices: what they would do to the places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.figure import listed
from spi_core.present.base.numbers import number, signed
from spi_core.present.base.words import and_list, capital

if TYPE_CHECKING:
    from spi_core.store import Tables


def _shift(tables: Tables) -> dict[str, Callable[[Any], str]]:
    """Columns of how far the areas shift."""
    names: Any = tables["areas"].set_index("code")["name"]
    return {
        "Largest shift of a place": lambda r: number(r.max_rank_shift, 0),
        "Mean shift": lambda r: number(r.mean_rank_shift, 1),
        "Rank correlation": lambda r: number(r.rank_correlation, 2),
        f"{capital(tables.levels.unit.one)} that shifts most": lambda r: (
            f"{names.get(r.furthest, '–')} ({signed(r.furthest_by, 0)})"
        ),
    }


def recipe_table(tables: Tables) -> pd.DataFrame:
    """Compare every other recipe with the one in use.

    Returns
    -------
    DataFrame
        The largest shift first. A recipe that could not run says why.
    """
    return listed(
        tables["audit_recipes"],
        {
            "Recipe": lambda r: r.what if not r.reason else f"{r.what}: {r.reason}",
            **_shift(tables),
        },
    )


def left_out_table(tables: Tables, least: float = 2) -> pd.DataFrame:
    """Show what happens without one indicator or component, where some unit shifts.

    Parameters
    ----------
    least : float
        Places that some unit must shift for a row to be shown.

    Returns
    -------
    DataFrame
        The largest shift first.
    """
    about = tables["indicators"].set_index("id")["name"]
    frame = tables["audit_left_out"]
    frame = frame[frame["max_rank_shift"] >= least]
    return listed(
        frame.sort_values(["max_rank_shift", "mean_rank_shift"], ascending=False),
        {
            "Left out": lambda r: f"{about.get(r.what, r.what)} ({r.kind})",
            **_shift(tables),
            "Largest shift of a score": lambda r: number(r.max_score_shift, 1),
        },
    )


def sobol_table(tables: Tables) -> pd.DataFrame:
    """Share the shifts of places out among the choices that made them.

    Returns
    -------
    DataFrame
        First and total index of each choice with its standard error.
    """
    words = {"sampling": "chance in the figures", "aggregator": "kind of mean"}

    def share(name: str) -> Callable[[Any], str]:
        return lambda r: (
            f"{getattr(r, name):.2f} ± {getattr(r, f'{name}_error'):.2f}"
            if r.first == r.first
            else "–"
        )

    return listed(
        tables["audit_sobol"],
        {
            "Choice": lambda r: words.get(r.factor, r.factor),
            "Alone": share("first"),
            "With others": share("total"),
            "Note": "reason",
        },
    )


def shrinkage_table(tables: Tables) -> pd.DataFrame:
    """Say what empirical Bayes would keep of the units' own rates.

    Returns
    -------
    DataFrame
        One row an indicator with counts, the one that would move most first.
    """
    about = tables["indicators"].set_index("id")["name"]
    return listed(
        tables["audit_shrinkage"].sort_values("largest_move", ascending=False, kind="stable"),
        {
            "Indicator": lambda r: about[r.indicator_id],
            f"Kept, average {tables.levels.unit.one}": lambda r: f"{100 * r.kept_mean:.0f}%",
            "Kept, least": lambda r: f"{100 * r.kept_least:.0f}%",
            "Largest move, points": lambda r: number(r.largest_move),
        },
    )


def small_area_sentence(tables: Tables) -> str:
    """Say which components are scored for small areas, or why none is.

    Returns
    -------
    str
        Two sentences.
    """
    found = tables["small_area_coverage"]
    needed = f"{100 * found['needed'].iloc[0]:.0f}%"
    many, unit = and_list([level.many for level in tables.levels.details]), tables.levels.unit.one
    if not many:
        return f"This edition has no level below the {unit}."
    enough = f"if {needed} of its weight is published for them"
    rule = f"{capital(many)} are scored on a component {enough}."
    scored = list(found.loc[found["scored"], "component"])
    if scored:
        return f"{rule} That holds for {and_list(scored)}."
    best = found["covered"].max()
    if pd.isna(best) or best == 0:
        none = tables.levels.details[-1].one
        return f"{rule} Here every scored figure is published by {unit}: no {none} is scored."
    name = found.sort_values("covered")["component"].iloc[-1]
    return f"{rule} No component reaches that here; {name} comes nearest with {100 * best:.0f}%."
