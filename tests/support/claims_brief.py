"""Claims of a ward brief, proven from the built tables: importing it teaches them to `claims`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.support.claims import (
    ARROWS,
    NOUN,
    NUMBER,
    SIGNS,
    Proof,
    form,
    number,
    printed,
    verdict,
    worked_out,
)
from tests.support.rendered import spaces

__all__ = ["wrong_standouts"]

LEFT = {"clearly better": "clear improvement", "clearly worse": "clear decline"}
BESIDE = (
    r"(?P<left>not clearly different from|clearly better than(?: in)?|clearly worse than(?: in)?)"
)
WORDS = {"above": "strength", "below": "weakness"}


def moved(proof: Proof, area: str, element: str) -> Any:
    """Find the change that a brief shows: over several years where there is one."""
    for name in ("long_changes", "changes"):
        if name in proof.tables:
            rows = proof.tables[name].query("area_code == @area and element == @element")
            if len(rows):
                return rows.iloc[0]
    return None


def rated(r: Any, way: int = 1, left: bool = False) -> str:
    """Word a change, or what is left of it, by its interval, turned to what is better."""
    name = "relative_" if left else ""
    ends = (r[f"{name}low"], r[f"{name}high"])
    return verdict(*(ends if way > 0 else (-ends[1], -ends[0])), r["known"])


def left_is(words: str, r: Any, way: int = 1) -> bool:
    """Prove what is said of a change beside the reference's own."""
    said = LEFT.get(re.sub(r" than.*", "", words), "no clear change")
    return rated(r, way, left=True) == said


def components(proof: Proof, area: str) -> dict[str, Any]:
    every = proof.tables["framework"]["component"]
    found = {name: moved(proof, area, name) for name in every if (area, name) in proof.standing}
    return {name: r for name, r in found.items() if r is not None and np.isfinite(r["change"])}


def indicator(proof: Proof, text: str) -> str | None:
    known = proof.tables["indicators"].set_index("name")["id"]
    names = sorted((n for n in known.index if text.endswith(n)), key=len)
    return str(known[names[-1]]) if names else None


@form(
    rf"likely lies between (?P<low>{NUMBER}) and (?P<high>{NUMBER}): likely (?P<first>\d+)\w\w"
    r"(?: to (?P<last>\d+)\w\w)? of (?P<of>\d+) \w+, 1st is best"
)
def _place(m: re.Match[str], proof: Proof, area: str) -> bool:
    r, (first, last) = proof.standing[(area, "index")], proof.places("index")[area]
    own = int(m["first"]), int(m["last"] or m["first"])
    within = first <= own[0] <= own[1] <= last
    same = own == (r.rank_low, r.rank_high) and int(m["of"]) == len(proof.places("index"))
    return within and same and printed(m["low"], r.low) and printed(m["high"], r.high)


@form(r"Its other components: (?P<list>.*?)\.")
def _others(m: re.Match[str], proof: Proof, area: str) -> bool:
    own = [r for (a, _), r in proof.standing.items() if a == area and r.level == "component"]
    unrated = sum(r.rating == "not rated" for r in own)
    similar = sum(r.rating == "similar" for r in own)
    n = {part.split(" ", 1)[1]: int(part.split(" ", 1)[0]) for part in m["list"].split("; ")}
    some = {key: next((v for text, v in n.items() if key in text), 0) for key in ("clear", "rated")}
    return some["clear"] <= similar and some["rated"] == unrated


@form(
    rf"That is {BESIDE} [^(]*? own change on the same figures, (?P<own>{NUMBER}) points "
    rf"\((?P<apart>{NUMBER}) apart, "
    rf"likely (?P<low>{NUMBER}) to (?P<high>{NUMBER})\)"
)
def _left(m: re.Match[str], proof: Proof, area: str) -> bool:
    r = moved(proof, area or proof.whole, "index")
    names = {"apart": "relative", "low": "relative_low", "high": "relative_high"}
    # the reader adds what is printed, and gets the change that is printed before
    sums = printed(f"{number(m['own']) + number(m['apart']):.1f}", r["change"])
    return sums and left_is(m["left"], r) and all(printed(m[k], r[n]) for k, n in names.items())


@form(r"Clear (?P<word>improvement|decline) \((?P<sign>[↗↘])\) in (?P<list>.*)\.")
def _components(m: re.Match[str], proof: Proof, area: str) -> bool:
    word, every = f"clear {m['word']}", components(proof, area)
    part = rf"([A-Z][^(]*?) \(({NUMBER}) points(?: on \d+ of \d+ figures?)?, (\S+) to (\S+?)\)"
    told = {name: (change, first) for name, change, first, _ in re.findall(part, m["list"])}
    true = {name for name, r in every.items() if rated(r) == word}
    sure = all(printed(change, every[name]["change"]) for name, (change, _) in told.items())
    return ARROWS[m["sign"]] == word and set(told) == true and sure


@form(r"No component shows a clear change \(→\)")
def _no_component(m: re.Match[str], proof: Proof, area: str) -> bool:
    return not {rated(r) for r in components(proof, area).values()} & {ARROWS["↗"], ARROWS["↘"]}


@form(r"Beside [^:]*own changes: (?P<list>.*)\.")
def _beside(m: re.Match[str], proof: Proof, area: str) -> bool:
    if re.search(r"(?<!no )clear difference", m["list"]):
        return False
    found = {name: rated(r, left=True) for name, r in components(proof, area).items()}
    for words, true in LEFT.items():
        names = {name for name, word in found.items() if word == true}
        said = re.search(rf"{words} in (.*?)(?=, clearly|, no clear|$)", m["list"])
        if not (all(n in said[1] for n in names) if said else not names):
            return False
    rest = re.search(r"any of (\d+)", m["list"])
    judged = [word for word in found.values() if word != "not rated"]
    return not rest or (len(judged) == int(rest[1]) and set(judged) == {"no clear change"})


@form(
    rf"(?P<what>[A-Z][^;]*?) \((?P<unit>[^;]*?(?:; numbers: how many)?)\): (?P<values>\w[^→↗↘]*), "
    r"(?P<sign>[↗→↘]) (?:(?P<way>better|worse): (?:the rate )?(?P<verb>rose|fell) "
    rf"from (?P<from>\S+) to (?P<to>\S+?)|(?P<no>no clear change))(?:, {BESIDE} \w+)?[.;]?$"
)
def _line(m: re.Match[str], proof: Proof, area: str) -> bool:
    which = indicator(proof, m["what"])
    r = moved(proof, area, which) if which else None
    if r is None or which is None:
        return False
    way = proof.polarity[which]
    if m["verb"]:
        rose = r["change"] > 0
        ends = printed(m["from"], r["baseline"]) and printed(m["to"], r["current"])
        better = (r["points"] > 0) == (m["way"] == "better")
        if not (ends and better and rose == (m["verb"] == "rose")):
            return False
    history = proof.tables["history"].query("area_code == @area and indicator_id == @which")
    values = {h.period_label or str(h.year): h.value for h in history.itertuples() if h.comparable}
    told = re.findall(rf"(?:^|, )(.+?) ({NUMBER})(?=,|$)", m["values"])
    same = bool(told) and all(when in values and printed(v, values[when]) for when, v in told)
    left = not m["left"] or left_is(m["left"], r, way)
    return same and left and ARROWS[m["sign"]] == rated(r, way)


@form(
    rf"(?P<what>[A-Z][^;:]*?) (?P<score>{NUMBER}) \((?:similar \w+|the \w+) (?P<other>{NUMBER})\), "
    rf"(?P<level>[a-z ]+), change (?P<change>{NUMBER}), (?P<word>clear \w+|no clear change)"
)
def _row(m: re.Match[str], proof: Proof, area: str) -> bool:
    name = next((e for e in proof.elements if m["what"].endswith(e)), "")
    r, own = moved(proof, area, name), proof.standing[(area, name)]
    level = WORDS.get(m["level"], m["level"])
    true = level in (proof.peers(area, name), "similar", own.rating)
    return bool(true and printed(m["change"], r["change"]) and rated(r) == m["word"])


@form(rf"The index, change (?P<change>{NUMBER}), (?P<word>clear \w+|no clear change)")
def _index(m: re.Match[str], proof: Proof, area: str) -> bool:
    r = moved(proof, area, "index")
    return printed(m["change"], r["change"]) and rated(r) == m["word"]


@form(
    rf"(?P<what>[A-Z][^:;]+?) \((?:further apart|closer): \d+ to \d+\) from \S+ to \S+: "
    rf"(?P<sign>[↗→↘]) (?P<word>clear \w+|no clear change), {BESIDE} \w+"
)
def _longer_ago(m: re.Match[str], proof: Proof, area: str) -> bool:
    which = indicator(proof, m["what"])
    rows = proof.tables["indicator_changes"].set_index(["area_code", "indicator_id"])
    r = rows.loc[(area or proof.whole, which)]
    way = proof.polarity[str(which)]
    return m["word"] == rated(r, way) == ARROWS[m["sign"]] and left_is(m["left"], r, way)


#: What the first page says of a figure.
COUNT = re.compile(
    rf"(?P<what>.+): (?P<count>{NUMBER}) in (?P<when>.+), (?:about (?P<n>{NUMBER})|less than 1) "
    rf"(?P<word>more|fewer){NOUN}"
    rf"(?: \(likely (?:(?P<low>{NUMBER}) to|up to) (?P<high>{NUMBER})\))? "
    r"than at .+ rate"
)
VALUE = re.compile(
    rf"(?P<what>.+): (?P<value>{NUMBER})(?P<rest>.*); in (?P<held>.+) (?P<other>{NUMBER})%?"
)


def wrong_standouts(page: Any, proof: Proof, area: str) -> Iterator[str]:
    """Name what the table of the first page says and the built tables do not bear out."""
    stands = proof.tables["indicator_standing"].query("area_code == @area")
    stands = stands.set_index("indicator_id")
    now = proof.tables["values"].query("area_code == @area and period == 'current'")
    now, home = now.set_index("indicator_id"), proof.tables["values"]
    home = home.query("area_code == @proof.whole and period == 'current'").set_index("indicator_id")
    for row in page.xpath("//table[contains(.//th[1], 'Against them')]//tbody/tr"):
        sign, what, score, other, fact = (
            spaces(cell.text_content()).replace("◇", "") for cell in row
        )
        name = next(e for e in proof.elements if what.startswith(e))
        r, near = proof.standing[(area, name)], len(proof.tables["peers"]) > 0
        ends = (r.peers_low, r.peers_high) if near else (r.difference_low, r.difference_high)
        level = SIGNS[sign[0]]
        true = "strength" if ends[0] > 0 else "weakness" if ends[1] < 0 else "similar"
        if level not in (true, "similar") or WORDS.get(sign[2:], sign[2:]) != level:
            yield f"{what}: {sign}"
        if not (printed(score, r.score) and printed(other, r.peers_median if near else r.whole)):
            yield f"{what}: {score}, {other}"
        if not (m := COUNT.fullmatch(fact) or VALUE.fullmatch(fact)):
            if fact != "no single figure of it differs clearly":
                yield f"nobody can judge: {fact}"
            continue
        which = indicator(proof, m["what"])
        if which is None or not stands.at[which, "peers_tells" if near else "tells"]:
            yield f"is no evidence: {fact}"
        elif m.re is COUNT:
            n, low, high = (
                stands.at[which, f"{'peers_' * near}apart{end}"] for end in ("", "_low", "_high")
            )
            low, high = sorted(abs(x) for x in (low, high))
            fits = (n > 0) == (m["word"] == "more") and printed(
                m["count"], now.at[which, "numerator"]
            )
            sizes = ((m["n"], abs(n)), (m["low"], low), (m["high"], high))
            fits = fits and proof.counts(which, m["n"], m["noun"])
            if not fits or not all(worked_out(text, true) for text, true in sizes if text):
                yield f"not borne out: {fact}"
        else:
            held = stands.at[which, "peers_value"] if near else home.at[which, "value"]
            same = printed(m["value"], now.at[which, "value"]) and printed(m["other"], held)
            if not same or number(m["value"]) == number(m["other"]):
                yield f"not borne out: {fact}"
