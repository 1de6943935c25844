"""The brief's sentences: headline, place, strengths and weaknesses, change, and pictures."""

from __future__ import annotations

import numpy as np

from spi_core.present.base.marks import SYMBOL, marked, sentence
from spi_core.present.base.numbers import change_words, endpoints, likely, number, ordinal, signed
from spi_core.present.base.page import Page
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import (
    LEFT,
    against_whole,
    and_list,
    beside_reference,
    capital,
    of_parts,
    standing_out,
)
from spi_core.present.brief.data import Brief
from spi_core.tables import records
from spi_core.text.words import NOT_RATED

#: Strengths, and weaknesses, of which a fact is told; the rest are named.
TOLD = 2
SIDES = {"strength": "Strengths", "weakness": "Weaknesses"}
CLEAR = ("clear improvement", "clear decline")


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
    rated = brief.components.dropna(subset="score").sort_values("peers_difference")
    strengths = list(rated.loc[rated["rating"] == "strength", "component"])[::-1]
    weaknesses = list(rated.loc[rated["rating"] == "weakness", "component"])
    ends = (i["difference_low"], i["difference_high"])
    compared = against_whole(i["score"], i["whole"], *ends, brief.whole.one)
    score = f"{number(i['score'], 0)} out of 100{of_parts(i['parts'], i['of'])}"
    first = f"{brief.name} scores {score}, {compared}."
    rest = standing_out(strengths, weaknesses, brief.unit.many)
    if why := _unrated(brief):
        rest = f"No component of it is rated as a strength or a weakness: {why}."
    return sentence(f"{first} {rest}", brief.illustrative)


def _unrated(brief: Brief) -> str:
    """Say why no component is rated against similar areas; empty where one is."""
    if not brief.peers:
        return f"no similar {brief.unit.many} are known"
    none = brief.components["rating"].eq(NOT_RATED).all()
    return "how sure the figures are is not known" if none else ""


def place(brief: Brief) -> str:
    """Say the interval of an area's rank.

    Parameters
    ----------
    brief : Brief
        The area's figures.

    Returns
    -------
    str
        For instance ``12th–17th``.
    """
    if not brief.scored:
        return "not placed"
    if np.isnan(brief.index["low"]):
        return "not known"
    low, high = ordinal(brief.index["rank_low"]), ordinal(brief.index["rank_high"])
    return low if low == high else f"{low}–{high}"


def of_places(brief: Brief) -> str:
    """Say of how many a place is, where there is one."""
    return "" if place(brief).startswith("not ") else f"of {len(brief.wards)}"


def component_alt(brief: Brief) -> str:
    """Say what the component strip shows.

    Parameters
    ----------
    brief : Brief
        The area's figures.

    Returns
    -------
    str
        Every component with its score, that of the whole and its word.
    """
    scored = brief.components.dropna(subset="score")
    if scored.empty:
        return f"No component of {brief.name} has a score."
    rest = brief.components.loc[brief.components["score"].isna(), "component"]
    said = "; ".join(
        f"{r.component} {number(r.score, 0)} ({brief.whole.one} {number(r.whole, 0)}), {r.word}"
        for r in records(scored)
    )
    unscored = f" Not scored: {and_list(list(rest))}." if len(rest) else ""
    return f"Component scores of {brief.name}, 0 to 100: {said}.{unscored}"


def print_rated(brief: Brief) -> None:
    """Print strengths beside weaknesses (``output: asis``).

    Parameters
    ----------
    brief : Brief
        The area's figures.

    Notes
    -----
    A side without any takes less of the page.
    """
    has = [bool(len(brief.standouts)) and brief.standouts["rating"].eq(r).any() for r in SIDES]
    widths = (50, 50) if has[0] == has[1] else (68, 32) if has[0] else (32, 68)
    print(f'\n:::: {{layout="[[{widths[0]},{widths[1]}]]"}}')
    for rating, heading in SIDES.items():
        print(f"::: {{.column-text}}\n### {heading}\n")
        print(f"{rated_markdown(brief, rating)}\n:::\n")
    print("::::\n")


def print_question(brief: Brief) -> None:
    """Print the one question that the area's weakest figure raises, if any (``output: asis``)."""
    name, asked, made_up = brief.to_ask
    if asked:
        print(sentence(f"**To ask about “{name}”:** {asked}", made_up))


def rated_markdown(brief: Brief, rating: str, told: int = TOLD) -> str:
    """List an area's strengths or its weaknesses against similar ones, with what tells them.

    Parameters
    ----------
    brief : Brief
        The area's figures.
    rating : {'strength', 'weakness'}
        Which of the two.
    told : int
        Of how many the telling figure is given; the rest are named.

    Returns
    -------
    str
        Markdown: a paragraph a component, the furthest from similar areas first, or a sentence
        that there is none.
    """
    rows = brief.standouts
    rows = rows[rows["rating"] == rating] if len(rows) else rows
    if rows.empty:
        scored = brief.components.dropna(subset="score")
        if scored.empty:
            return "Nothing can be compared: figures are missing."
        if why := _unrated(brief):
            return f"Nothing can be compared: {why}."
        none = f"Against similar {brief.unit.many} no component is a {rating}."
        return sentence(none, scored["illustrative"].any())
    symbol = RATINGS[rating].symbol
    said = [
        f"{symbol} **{r.component}**" + (f"\\\n[{r.fact}]{{.smaller}}" if r.fact else "")
        for r in records(rows.head(told))
    ]
    rest = list(rows["component"].iloc[told:])
    if rest:
        said.append(f"[Also {symbol} {', '.join(rest)}.]{{.smaller}}")
    text = "\n\n".join(said)
    by_name = brief.components.set_index("component")["illustrative"]
    made_up = bool(by_name.reindex(rows["component"]).eq(True).any())
    return text if SYMBOL in text else sentence(text, made_up)


def change_figure(brief: Brief) -> tuple[str, str]:
    """Write the change of the index as a key figure: what is set large, and what stands beside."""
    index = brief.changes.iloc[0]
    mark = marked("", index["illustrative"] and not np.isnan(index["change"]))
    large = change_words(index["change"], index["rating"] in CLEAR)
    said = f"{mark} {RATINGS[index['rating']].symbol} {index['rating']}"
    if np.isnan(index["change"]):
        return large, said
    share = "\u00a0".join(index["share"].split())
    return large, f"{said}, {share}"


def change_sentence(brief: Brief, first: str) -> str:
    """Say how the index moved, from comparable figures only: the difference before its ends.

    Parameters
    ----------
    brief : Brief
        The area's figures.
    first : str
        Label of the earlier period.

    Returns
    -------
    str
        A few sentences.
    """
    index = brief.changes.iloc[0]
    if np.isnan(index["change"]):
        return f"The index of {brief.name} cannot be compared with {first}: {index['word']}."
    start, end = endpoints(index["baseline"], index["current"])
    rating = index["rating"]
    clear = rating in CLEAR
    verb = ("rose by" if index["change"] > 0 else "fell by") if clear else "moved by"
    size = change_words(index["change"], clear)
    size = size.lstrip("+−") if clear else size
    known = not np.isnan(index["low"])
    ends = f" (likely {likely(index['low'], index['high'])})" if known else ""
    why = "" if known else f" ({index['reason']})"
    text = (
        f"The index of {brief.name} {verb} {size} points{ends}: "
        f"{RATINGS[rating].symbol} {rating}{why}."
        f"{beside_reference(brief.place, *(index[name] for name in LEFT))} "
        f"On the figures that mean the same both times it went from {start} to {end}"
    )
    score = number(brief.index["score"], 0)
    if brief.scored and score != number(index["current"], 0):
        text += (
            f"; these leave out what cannot be compared, so they differ from the score of {score}"
        )
    text += f".{_parts(brief)}"
    left_out = list(brief.changes.loc[brief.changes["change"].isna(), "component"])
    if left_out:
        text += (
            f" It counts {index['share']}: of {and_list(left_out)} too few figures can be compared."
        )
    return sentence(text, index["illustrative"])


def longer_ago(brief: Brief) -> str:
    """Say how figures moved between other dates: some that did clearly, and how many more."""
    rows = brief.longer_ago
    told = rows[rows["rating"].isin(CLEAR)].head(TOLD)
    rest = len(rows) - len(told)
    more = f"{rest} more" if len(told) else f"{rest}, none of them with a clear change"
    return "; ".join([*told["text"]] + [more] * bool(rest))


def _parts(brief: Brief) -> str:
    """Name the figure that did most each way, of those whose change is clear where there are."""
    said = []
    for way, better in (("up", True), ("down", False)):
        every = brief.contributions
        parts = every.loc[every["points"] > 0 if better else every["points"] < 0]
        rated = parts[parts["rating"] == CLEAR[0 if better else 1]]
        chosen = rated if len(rated) else parts
        if len(chosen):
            most = next(iter(records(chosen.sort_values("points", ascending=not better))))
            doubt = "" if len(rated) else f", {most.rating}"
            said.append(f"most {way}: {most.name} ({signed(most.points)}{doubt})")
    return f" {capital('; '.join(said))}." if said else ""


def print_change_note(page: Page, brief: Brief) -> None:
    """Print what the chart's shares mean, and the changes in no score's (``output: asis``)."""
    said = longer_ago(brief)
    more = page.text("longer-ago", said=said) if said else ""
    print(f"[{page.text('shares')}{more}]{{.smaller}}\n")


def change_alt(brief: Brief) -> str:
    """Say what the change chart shows.

    Parameters
    ----------
    brief : Brief
        The area's figures.

    Returns
    -------
    str
        The change of the index and each component in points.
    """
    said = "; ".join(
        f"{r.component}: {r.word}"
        if np.isnan(r.change)
        else f"{r.component} ({r.share}) {change_words(r.change, r.rating in CLEAR)}, {r.rating}"
        for r in records(brief.changes)
    )
    return f"Change of {brief.name} in points, from comparable figures: {said}."
