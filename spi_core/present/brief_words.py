"""The ward brief's sentences: alternative texts, the two ends, change and sources."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from IPython import display

from spi_core.present.brief_data import Brief
from spi_core.present.marks import marked, sentence
from spi_core.present.theme import RATINGS
from spi_core.present.words import (
    against_borough,
    and_list,
    difference_words,
    endpoints,
    number,
    ordinal,
    signed,
    standing_out,
)
from spi_core.read import records

__all__ = [
    "change_alt",
    "change_sentence",
    "component_alt",
    "ends_markdown",
    "headline",
    "place",
]


def headline(brief: Brief) -> str:
    """Say a ward's standing in two sentences that can be repeated.

    Parameters
    ----------
    brief : Brief
        The ward's figures.

    Returns
    -------
    str
        Nothing in it goes beyond an interval or a rating.
    """
    i = brief.index
    if not brief.scored:
        n = int(brief.components["score"].notna().sum())
        rest = "No component has one either." if not n else f"{n} of its components have one."
        return f"{brief.name} has no index score: too many of its figures are missing. {rest}"
    rated = brief.components.dropna(subset="score").sort_values("peers_difference")
    strengths = list(rated.loc[rated["rating"] == "strength", "component"])[::-1]
    weaknesses = list(rated.loc[rated["rating"] == "weakness", "component"])
    compared = against_borough(i["score"], i["borough"], i["difference_low"], i["difference_high"])
    first = f"{brief.name} scores {number(i['score'], 0)} out of 100, {compared}."
    return sentence(f"{first} {standing_out(strengths, weaknesses)}", brief.illustrative)


def place(brief: Brief) -> str:
    """Say the interval of a ward's rank.

    Parameters
    ----------
    brief : Brief
        The ward's figures.

    Returns
    -------
    str
        For instance ``likely 12th to 17th``.
    """
    if not brief.scored:
        return "not placed"
    low, high = ordinal(brief.index["rank_low"]), ordinal(brief.index["rank_high"])
    return f"likely {low}" if low == high else f"likely {low} to {high}"


def component_alt(brief: Brief) -> str:
    """Say what the component strip shows.

    Parameters
    ----------
    brief : Brief
        The ward's figures.

    Returns
    -------
    str
        Every component with its score, the borough's and its word.
    """
    scored = brief.components.dropna(subset="score")
    if scored.empty:
        return f"No component of {brief.name} has a score."
    rest = brief.components.loc[brief.components["score"].isna(), "component"]
    said = "; ".join(
        f"{r.component} {number(r.score, 0)} (borough {number(r.borough, 0)}), {r.word}"
        for r in records(scored)
    )
    unscored = f" Not scored: {and_list(list(rest))}." if len(rest) else ""
    return f"Component scores of {brief.name}, 0 to 100: {said}.{unscored}"


def ends_markdown(brief: Brief, highest: bool, n: int = 3) -> Any:
    """List the components furthest above, or below, the borough.

    Parameters
    ----------
    brief : Brief
        The ward's figures.
    highest : bool
        The upper end, or the lower.
    n : int
        How many at most.

    Returns
    -------
    Markdown
        One line a component, or a sentence that there is none on that side.
    """
    scored = brief.components.dropna(subset="score").sort_values("difference")
    if scored.empty or scored["difference"].isna().all():
        return _markdown("Nothing can be compared: figures are missing.")
    side = scored[scored["difference"] > 0] if highest else scored[scored["difference"] < 0]
    ordered = side[::-1] if highest else side
    if ordered.empty:
        none = f"No component is {'above' if highest else 'below'} the borough."
        return _markdown(sentence(none, scored["illustrative"].any()))
    return _markdown(
        "\\\n".join(
            f"{RATINGS[r.rating].symbol} **{r.component}** "
            f"{marked(number(r.score, 0), r.illustrative)}, "
            f"{_points(r.difference)}"
            for r in records(ordered.head(n))
        )
    )


def _markdown(text: str) -> Any:
    """Let the engine read a result as Markdown; a plain string would be shown as it is."""
    return cast(Any, display).Markdown(text)


def _points(difference: float) -> str:
    """Leave "the borough" out of the difference: the heading above the list has said it."""
    said = difference_words(difference).replace(" the borough", "").replace(" as", "")
    return said.replace(" points", "").replace(" point", "")


def change_sentence(brief: Brief, first: str, last: str) -> str:
    """Say how the index moved, from comparable figures only.

    Parameters
    ----------
    brief : Brief
        The ward's figures.
    first, last : str
        Labels of the two periods.

    Returns
    -------
    str
        One or two sentences.
    """
    index = brief.changes.iloc[0]
    if np.isnan(index["change"]):
        return f"The index of {brief.name} cannot be compared with {first}: {index['word']}."
    start, end = endpoints(index["baseline"], index["current"])
    left_out = list(brief.changes.loc[brief.changes["change"].isna(), "component"])
    text = (
        f"On figures that mean the same in both periods, the index of {brief.name} went from "
        f"{start} in {first} to {end} in {last} "
        f"({signed(index['change'])} points, likely {signed(index['low'])} to "
        f"{signed(index['high'])}): {RATINGS[index['rating']].symbol} {index['rating']}."
    )
    parts = brief.contributions.sort_values(key=abs, ascending=False).head(2)
    if len(parts):
        listed = and_list([f"{n} ({signed(x)})" for n, x in parts.items()])
        text += f" Largest parts: {listed}."
    if left_out:
        has = "has" if len(left_out) == 1 else "have"
        text += f" {and_list(left_out)} {has} too few comparable figures to speak of change."
    return sentence(text, index["illustrative"])


def change_alt(brief: Brief) -> str:
    """Say what the change chart shows.

    Parameters
    ----------
    brief : Brief
        The ward's figures.

    Returns
    -------
    str
        The change of the index and each component in points.
    """
    said = "; ".join(
        f"{r.component}: {r.word}"
        if np.isnan(r.change)
        else f"{r.component} {signed(r.change)}, {r.rating}"
        for r in records(brief.changes)
    )
    return f"Change of {brief.name} in points, from comparable figures: {said}."
