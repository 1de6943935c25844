"""What the report says first, worked out anew: where it lies behind, and where to begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.support.claims import ARROWS, NOUN, NUMBER, Proof, number, verdict, worked_out
from tests.support.rendered import spaces

LEAD = re.compile(r"On (\d+) of (?:the )?(\d+) figures .+? does worse than .+?’s average \w+\.")
MORE = re.compile(
    rf"about ({NUMBER}) (more|fewer){NOUN} \(likely ({NUMBER}) to ({NUMBER})\) than at .+’s rate"
)
MOVED = re.compile(
    r"([↗→↘○]) (clear \w+|no clear change|not rated)"
    r"(?:, (clearly better than in|clearly worse than in|not clearly different from) \w+)?"
    r" \(.+ to .+\)"
)
LEFT = {
    "clearly better": "clearly better than in",
    "clearly worse": "clearly worse than in",
    "no clear difference": "not clearly different from",
}


def wrong_beginning(page: Any, proof: Proof) -> Iterator[str]:
    """Name what the lead and the table of priorities say and the built tables do not bear out."""
    t = proof.tables
    now = t["values"].query("area_code == @proof.whole and period == 'current'")
    now = now.set_index("indicator_id")
    mean = t["reference"].query("period == 'current'").set_index("indicator_id")["mean"].dropna()
    way = t["indicators"].set_index("id")["polarity"]
    known = now["value"].dropna().index.intersection(mean.index)
    worse = int(((now["value"] - mean) * way)[known].lt(0).sum())
    lead = LEAD.search(spaces(page.text_content()))
    if lead and (int(lead[1]), int(lead[2])) != (worse, len(known)):
        yield f"{lead[0]} but {worse} of {len(known)}"
    ids = {r.name: r.id for r in t["indicators"].itertuples(index=False)}
    owners = t["partners"].query("role == 'leads'").groupby("indicator_id").first()
    yield from wrong_years(page, proof)
    need: dict[str, float] = {}
    indexed = t["scores"].query("area_code == @proof.whole and element == 'index'").size > 0
    said = re.search(r"Three figures whose gap to \S+ (costs|is widest)", page.text_content())
    if said and (said[1] == "costs") != indexed:
        yield f"the order is said to be by what {said[1]}"
    rows = page.xpath(
        "//table[contains(.//th[1], 'Figure') and contains(., 'Who leads')]//tbody/tr"
    )
    for row in rows:
        what, here, there, people, years, who = (
            spaces(c.text_content()).replace("◇", "") for c in list(row)[:6]
        )
        name, component = re.fullmatch(r"(.+) \((.+?)\)", what).groups()  # type: ignore[union-attr]
        i, r = ids[name], now.loc[ids[name]]
        per = t["indicators"].set_index("id")["per"][i]
        if not (_printed(here.strip("%"), r["value"]) and _printed(there.strip("%"), mean[i])):
            yield f"{what}: {here}, {there}"
        if not (r["value_low"] > mean[i] or r["value_high"] < mean[i]):
            yield f"{what}: its own range holds {there}"
        gaps = [
            (r[k] - mean[i]) * r["denominator"] / per for k in ("value", "value_low", "value_high")
        ]
        if m := MORE.fullmatch(people):
            low, most, high = sorted(map(abs, gaps))
            fits = all(worked_out(m[k], x) for k, x in ((1, most), (4, low), (5, high)))
            fits = fits and proof.counts(i, m[1], m["noun"])
            if not fits or (m[2] == "more") != (gaps[0] > 0):
                yield f"{what}: {people}"
        elif people != "no count is published":
            yield f"{what}: nobody can judge {people}"
        yield from (f"{what}: {word}" for word in wrong_change(proof, i, years))
        if i in owners.index and not who.startswith(owners.at[i, "partner"]):
            yield f"{what}: {who}"
        of = t["framework"].query("scored").set_index("component")["dimension"]
        share = t["weights"].set_index("indicator_id")["share"][i]
        dimensions = of.nunique()
        gap = abs(t["reference_standing"].set_index("indicator_id")["gap"][i])
        costs = share / of.value_counts()[of[component]] / dimensions
        need[component] = gap * costs if indexed else gap
    if len(need) != len(rows) or list(need.values()) != sorted(need.values(), reverse=True):
        yield f"order of {list(need)}"


def wrong_years(page: Any, proof: Proof) -> Iterator[str]:
    """Name what the table of several years says and ``long_changes`` does not bear out."""
    every = proof.tables["long_changes"].dropna(subset="change")
    areas = proof.tables["areas"]
    units = areas.loc[areas["level"] == proof.tables.levels.unit.id, "code"]
    rows = page.xpath("//table[contains(.//th[3], 'Rests on')]//tbody/tr")
    for row in rows:
        cells = [spaces(c.text_content()).replace("◇", "") for c in row]
        mine = every[every["element"] == cells[0]].set_index("area_code")
        r, low, high = (mine.loc[proof.whole], *mine.loc[proof.whole, ["low", "high"]])
        says = verdict(low, high, r["known"])
        fits = re.fullmatch(rf"([↗→↘]) (.+), ({NUMBER})", cells[3])
        if not (fits and _printed(fits[3], r["change"]) and fits[2] == says == ARROWS[fits[1]]):
            yield f"{cells[0]}: {cells[3]}"
        left = (r["relative_low"], r["relative_high"])
        word = "clearly better" if left[0] > 0 else "clearly worse" if left[1] < 0 else ""
        if cells[4] not in (word or "no clear difference", "not rated", "–"):
            yield f"{cells[0]}: {cells[4]}"
        rest = mine.loc[mine.index.isin(units)]
        said = [verdict(u.low, u.high, u.known) for u in rest.itertuples()]
        clear = said.count("clear improvement"), said.count("clear decline")
        if cells[5] != "{} ↗ {} ↘".format(*clear):
            yield f"{cells[0]}: {cells[5]}"
    there = every.query("area_code == @proof.whole and level in ['component', 'dimension']")
    if page.xpath("//h2[contains(., 'What has changed')]") and len(there) != len(rows):
        yield f"{len(rows)} rows of several years, not {len(there)}"


def wrong_change(proof: Proof, indicator: str, text: str) -> Iterator[str]:
    t = proof.tables
    found = t["long_changes"].query("area_code == @proof.whole and element == @indicator")
    if found["change"].notna().sum() == 0:
        found = t["indicator_changes"].query(
            "area_code == @proof.whole and indicator_id == @indicator"
        )
    r = found.iloc[0]
    if np.isnan(r["change"]):
        if text != "cannot be compared":
            yield text
        return
    m = MOVED.fullmatch(text)
    way = proof.polarity[indicator]
    low, high = sorted((way * r["low"], way * r["high"]))
    if m is None:
        yield f"nobody can judge {text}"
        return
    sign, word, left = m.groups()
    fits = word in (verdict(low, high, r["known"]), "not rated") and ARROWS.get(sign, word) == word
    if not fits or (left and LEFT.get(r["relative_rating"]) != left):
        yield text


def _printed(text: str, true: float) -> bool:
    digits = len(text.partition(".")[2])
    return abs(number(text) - true) <= 0.5 * 10**-digits + 1e-9
