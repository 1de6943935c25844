"""The brief's sentences: headline, place, what stands out, change, whom to ask, and pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spi_core.present.base.figure import pipe_table
from spi_core.present.base.marks import LEGEND, SYMBOL, marked, sentence
from spi_core.present.base.numbers import change_words, likely, number, ordinal
from spi_core.present.base.page import Page
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import (
    LEFT,
    and_list,
    beside_reference,
    capital,
    of_parts,
    small,
    standing_out,
)
from spi_core.present.brief.data import Brief
from spi_core.tables import records
from spi_core.text.words import AHEAD, BEHIND, NOT_RATED, SIMILAR, STRENGTH, WEAKNESS

#: Changes of other dates that are told; the rest are counted.
TOLD = 3
CLEAR = ("clear improvement", "clear decline")
#: Letters of a name that the head of a column of numbers has room for.
NARROW = 14


def headline(brief: Brief) -> str:
    """Say an area's standing in two sentences that can be repeated.

    Parameters
    ----------
    brief : Brief
        The area's figures.

    Returns
    -------
    str
        Nothing in it goes beyond an interval or a rating.
    """
    i = brief.index
    if not brief.scored:
        return f"{brief.name} has no index: {brief.lacking}."
    rated = brief.components.dropna(subset="score").sort_values("gap")
    strengths = list(rated.loc[rated["rating"] == STRENGTH, "component"])[::-1]
    weaknesses = list(rated.loc[rated["rating"] == WEAKNESS, "component"])
    ends = (i["gap_low"], i["gap_high"])
    score, compared = brief.yard.against(i["score"], i["other"], *ends, i["rating"])
    score += f" out of 100{of_parts(i['parts'], i['of'])}"
    rest = standing_out(strengths, weaknesses, brief.yard.name)
    if why := _unrated(brief):
        rest = f"No component of it is rated as a strength or a weakness: {why}."
    return sentence(f"{brief.name} scores {score}, {compared}. {rest}", brief.illustrative)


def _unrated(brief: Brief) -> str:
    """Say why no component is rated; empty where one is."""
    none = brief.components["rating"].eq(NOT_RATED).all()
    return "how sure the figures are is not known" if none else ""


def place(brief: Brief) -> str:
    """Say the interval of an area's rank, and which end is best.

    Parameters
    ----------
    brief : Brief
        The area's figures.

    Returns
    -------
    str
        A sentence; empty without a score.

    Notes
    -----
    Where nobody knows how sure the score is, it may have any place, and that is said.
    """
    if not brief.scored:
        return ""
    i, of = brief.index, f"of {len(brief.wards)} {brief.unit.many}"
    if np.isnan(i["low"]):
        return f"How sure this score is, is not known, so it is given no place {of}."
    low, high = ordinal(i["rank_low"]), ordinal(i["rank_high"])
    span = low if low == high else f"{low} to {high}"
    score = " and ".join(number(i[end], 0) for end in ("low", "high"))
    text = f"The score likely lies between {score}: likely {span} {of}, 1st is best."
    return sentence(text, brief.illustrative)


def component_alt(brief: Brief) -> str:
    """Say what the chart of the components shows.

    Parameters
    ----------
    brief : Brief
        The area's figures.

    Returns
    -------
    str
        Every component with its score, what it is held against, its words for level and change.
    """
    scored = brief.components.dropna(subset="score")
    if scored.empty:
        return f"No component of {brief.name} has a score."
    rest = brief.components.loc[brief.components["score"].isna(), "component"]
    each = (f"{r.component} {_level(brief, r)}{_change(brief, r)}" for r in records(scored))
    said = "; ".join(each)
    unscored = f" Not scored: {and_list(list(rest))}." if len(rest) else ""
    index = f" The index{_change(brief, brief.rows.iloc[0])}." if brief.heads[1] else ""
    return f"Component scores of {brief.name}, 0 to 100: {said}.{unscored}{index}"


def _level(brief: Brief, r: Any) -> str:
    score, other = (number(getattr(r, n), 0) for n in ("score", "other"))
    return f"{score} ({brief.yard.name} {other}), {r.word}"


def _change(brief: Brief, r: Any) -> str:
    if not brief.heads[1]:
        return ""
    change, word = r.change, r.change_word
    if np.isnan(change):
        return f", change not known ({word})"
    return f", change {change_words(change, word in CLEAR)}, {word}"


def print_standouts(page: Page, brief: Brief) -> None:
    """Print what stands out, in people where counts are known (``output: asis``).

    Parameters
    ----------
    page : Page
        The brief's.
    brief : Brief
        The area's figures.
    """
    rows = brief.standouts
    if rows.empty:
        scored = brief.components.dropna(subset="score")
        why = _unrated(brief) if len(scored) else "figures are missing"
        print(f"Nothing can be compared: {why}.\n" if why else page.text("nothing-stands-out"))
        return
    if not rows["rating"].isin([STRENGTH, WEAKNESS]).any():
        print(page.text("none-clearly"))
    # a long name would make the head taller than the rows
    here = brief.name if len(brief.name) <= NARROW else "Here"
    cells = [
        {
            "Against them": f"{RATINGS[r.rating].symbol} {brief.yard.words[r.rating]}",
            "What, and what is in it": f"**{r.component}**"
            + (f": {r.contents}" if r.contents else ""),
            here: marked(number(r.score, 0), r.illustrative),
            capital(brief.yard.name): marked(number(r.other, 0), r.illustrative),
            "In figures and people": r.fact or page.text("no-evidence"),
        }
        for r in records(rows)
    ]
    text = pipe_table(pd.DataFrame(cells), "llrrl", (14, 33, 7, 9, 53))
    print(f"\n::: {{.cards}}\n{text}\n:::\n")
    key = f" {LEGEND}." if SYMBOL in text else ""
    print(f"[{others(page, brief)}{key}]{{.smaller}}\n")


def _contents(r: Any) -> str:
    return f": {r.contents}" if r.contents else ""


def others(page: Page, brief: Brief) -> str:
    """Count the components that the first page does not tell of, by what is said of them."""
    rest = brief.components[~brief.components["component"].isin(brief.standouts["component"])]
    scored = rest["score"].notna()
    counts = {
        "differ": rest["rating"].isin([STRENGTH, WEAKNESS]),
        "similar": rest["rating"].eq(SIMILAR),
        "unrated": scored & rest["rating"].eq(NOT_RATED),
        "unscored": ~scored,
    }
    said = [
        f"{n} {page.text(f'rest.{name}')}" for name, found in counts.items() if (n := found.sum())
    ]
    return page.text("rest", list="; ".join(said)) if said else ""


def print_question(page: Page, brief: Brief) -> None:
    """Print one question about a figure of the page, and whom to ask (``output: asis``)."""
    name, asked, made_up = brief.to_ask
    if not asked:
        return
    whom = page.text("whom", whom=brief.whom) if brief.whom else ""
    text = page.text("to-ask", figure=small(name), question=asked, whom=whom, contact=brief.contact)
    print(f"::: {{.panel}}\n{sentence(text, made_up)}\n:::\n")


def change_sentence(brief: Brief, first: str) -> str:
    """Say how the index moved, between which years, and how that is beside the reference.

    Parameters
    ----------
    brief : Brief
        The area's figures.
    first : str
        Label of the earlier period.

    Returns
    -------
    str
        A few sentences; points alone, no level.
    """
    index = brief.rows.iloc[0]
    if np.isnan(index["change"]):
        return f"The score of {brief.name} cannot be compared with {first}: {index['change_word']}."
    rating = index["change_rating"]
    clear = rating in CLEAR
    verb = ("rose by" if index["change"] > 0 else "fell by") if clear else "moved by"
    signed = change_words(index["change"], clear)
    size = signed.lstrip("+−") if clear else signed
    ends = (index["change_low"], index["change_high"])
    known = not np.isnan(ends[0])
    span = f" (likely {likely(*ends)})" if known else ""
    why = "" if known else f" ({index['change_reason']})"
    counts = f", on {index['share']}" if index["share"] else ""
    text = (
        f"From {index['change_first']} to {index['change_last']} the score of {brief.name} {verb} "
        f"{size} points{span}: "
        f"{RATINGS[rating].symbol} {rating}{why}{counts}."
        f"{beside_reference(brief.place, signed, *(index[name] for name in LEFT))}"
    )
    return sentence(text, index["change_illustrative"])


def component_changes(brief: Brief) -> str:
    """Say which components changed clearly, from when to when, and how beside the reference."""
    said = []
    for rating in CLEAR:
        rows = brief.components[brief.components["change_rating"] == rating]
        named = [
            f"{r.component} ({marked(change_words(r.change, clear=True), r.change_illustrative)} "
            f"points{r.partial}, {r.change_first} to {r.change_last})"
            for r in records(rows)
        ]
        if named:
            # a name may hold an "and": each ends with its brackets
            parts = " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)
            said.append(f"{capital(rating)} ({RATINGS[rating].symbol}) in {parts}.")
    if not said and brief.components["change"].notna().any():
        said = ["No component shows a clear change (→)."]
    return " ".join([*said, beside_london(brief)])


def beside_london(brief: Brief) -> str:
    """Say how the components moved beside the reference; empty where that is not known."""
    moved = brief.components
    judged = moved[moved["relative_rating"].notna() & moved["relative_rating"].ne(NOT_RATED)]
    if not brief.place or judged.empty:
        return ""
    said = [
        f"{word} in {and_list(list(judged.loc[judged['relative_rating'] == rating, 'component']))}"
        for rating, word in ((AHEAD, "clearly better"), (BEHIND, "clearly worse"))
        if judged["relative_rating"].eq(rating).any()
    ]
    rest = int((~judged["relative_rating"].isin([AHEAD, BEHIND])).sum())
    if rest:
        said.append(f"no clear difference in {'the others' if said else f'any of {rest}'}")
    return f"Beside {brief.place}’s own changes: {', '.join(said)}."


def longer_ago(brief: Brief) -> str:
    """Say how figures moved between other dates: some that did clearly, and how many more."""
    rows = brief.longer_ago
    told = rows[rows["rating"].isin(CLEAR)].head(TOLD)
    rest = len(rows) - len(told)
    more = f"{rest} more" if len(told) else f"{rest}, none of them with a clear change"
    return "; ".join([*told["text"]] + [more] * bool(rest))


def print_change_note(page: Page, brief: Brief) -> None:
    """Print the key of the chart and the changes in no score's (``output: asis``)."""
    said = longer_ago(brief)
    texts = [page.text("key", held=brief.yard.name)]
    texts.append(page.text("longer-ago", said=said) if said else "")
    print(f"[{' '.join(text for text in texts if text)}]{{.smaller}}\n")
