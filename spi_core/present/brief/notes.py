"""What stands beside the brief's figures: how to read them, and where they come from."""

from __future__ import annotations

import math

from spi_core.present.base.numbers import number
from spi_core.present.base.page import Page
from spi_core.present.base.scale import FEW_NEAR, goalposts_place, scale_start, similar_among
from spi_core.present.base.words import and_list, capital
from spi_core.present.brief.data import Brief
from spi_core.store import Tables

#: More publishers than these are counted, not listed.
MOST_PUBLISHERS = 16


def strip_alt(brief: Brief) -> str:
    """Say what the scale shows.

    Parameters
    ----------
    brief : Brief
        The area's figures.
    """
    wards, i, many = brief.wards.sort_values("score"), brief.index, brief.unit.many
    if wards.empty:
        return f"No {brief.unit.one} has an index score."
    text = f"The scale from 0, {brief.ends[0]}, to 100, {brief.ends[1]}."
    if brief.scored:
        text += f" {brief.name} scores {number(i['score'], 0)}"
        if not math.isnan(i["low"]):
            text += f", likely {number(i['low'], 0)} to {number(i['high'], 0)}"
    else:
        text += f" {brief.name} has no score"
    beside = [f"{name} {number(score, 0)}" for name, score, _ in brief.landmarks]
    low, high = wards.iloc[0], wards.iloc[-1]
    ends = (f"{end['name']}, {number(end['score'], 0)}" for end in (low, high))
    held = f"; {and_list(beside)}" if beside else ""
    return f"{text}{held}. The {many} run from {', to '.join(ends)}."


def score_note(tables: Tables, brief: Brief) -> str:
    """Say what a score means, and how many components have one here."""
    place, low = goalposts_place(tables), scale_start(tables)
    units = tables.levels.unit.many
    share, among = ("", " that can be expected of each figure")
    if place:
        share, among = " 1%", f" of {place}’s {units}"
    n, of = int(brief.components["score"].notna().sum()), len(tables["framework"])
    rest = "have enough figures" if n == of else "have enough figures; the others await more data"
    return (
        f"run from {low} to 100: {low} is about the worst{share} and 100 about the best{share}"
        f"{among}, so 50 is neither good nor bad in itself. {n} of {of} components {rest}."
    )


def peers_sentence(brief: Brief, tables: Tables) -> str:
    """Name the areas that this one is held against, once and before anything is.

    Parameters
    ----------
    brief : Brief
        The area's figures.
    tables : Tables
        The edition's tables.
    """
    if not brief.peers:
        return f"No similar {brief.unit.many} are known, so it is held against {brief.yard.name}."
    near = tables["peers"].query("area_code == @brief.code")["near"]
    among, n = similar_among(tables), int(near.sum())
    wide = "" if among == f"the {brief.whole.one}" else f" in all {among}"
    alike = f"most alike in residents and homes{wide}"
    if near.mean() < FEW_NEAR:
        few = (
            f"only {n} of them {'is' if n == 1 else 'are'}"
            if n
            else f"no other {brief.unit.one} is"
        )
        alike = f"the least unlike{wide}, for {few} near it in residents and homes"
    return f"{capital(brief.yard.name)}, {alike}: {and_list(brief.peers)}."


def rating_note(brief: Brief, tables: Tables) -> str:
    """Say by what rule an area's components are rated."""
    rule = tables.about["edition"].get("comparators")
    if rule is None or not brief.peers:
        return (
            f"▲ above or ▼ below: the score differs from {brief.yard.whose} by more than chance "
            "would explain, all comparisons judged together."
        )
    points = "a point" if rule["minimum_points"] == 1 else f"{rule['minimum_points']:g} points"
    return (
        f"▲ strength or ▼ weakness: the score lies more than {points} from the middle of "
        f"{brief.yard.name}, further than they usually lie from it, and further than chance would "
        "explain."
    )


def average(page: Page, brief: Brief) -> str:
    """Explain the column of the reference, where the table of figures has one."""
    column = f"{page.words['Reference']} {brief.unit.one}"
    return page.text("average") if column in brief.facts else ""


def years(tables: Tables) -> str:
    """Say which years the figures speak of, in a sentence that begins with the word periods."""
    first, last = tables["dates"]["start"].min().year, tables["dates"]["end"].max().year
    if first == last:
        return f"are of {last}."
    return f"differ: from {first} to {last}, each figure with its own."


def sources(tables: Tables) -> str:
    """Name the publishers of the figures.

    Returns
    -------
    str
        One sentence.
    """
    named = tables["indicators"]["publisher_or_owner"].str.split(" / ").explode()
    publishers = list(dict.fromkeys(named))
    if len(publishers) <= MOST_PUBLISHERS:
        return f"Publishers: {', '.join(publishers)}."
    count = named.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    listed = ", ".join(str(p) for p in count.index[:5])
    return f"{len(publishers)} publishers and services, among them {listed}."
