"""What partner briefs, commissioning briefs and promises say, worked out anew from the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tests.support.claims import NOUN, NUMBER, Proof, form, number, printed, worked_out
from tests.support.claims_report import wrong_change
from tests.support.rendered import spaces

COUNT = re.compile(
    rf"(?:about (?P<n>{NUMBER})|less than 1) (?P<word>more|fewer){NOUN}"
    rf"(?: \(likely (?:(?P<low>{NUMBER}) to|up to) (?P<high>{NUMBER})\))?"
)
MEDIAN = np.sqrt(np.pi / 2)


@form(
    r"Of the \w+’s (?P<n>\d+) figures (?P<up>\d+) clearly improved and (?P<down>\d+) clearly "
    r"declined; (?P<same>\d+) show no clear change, (?P<rest>\d+) can’t be judged"
)
def _moved(m: re.Match[str], proof: Proof, area: str) -> bool:
    """The longest change of each of the whole's figures, by its interval turned to the better."""
    found = {"up": 0, "down": 0, "same": 0, "rest": 0}
    for i, way in proof.polarity.items():
        row = longest(proof, i)
        ends = sorted((way * row[1], way * row[2])) if row else (np.nan, np.nan)
        word = "up" if ends[0] > 0 else "down" if ends[1] < 0 else "same"
        found[word if np.isfinite(ends[0]) and row and row[3] >= 0.5 else "rest"] += 1
    return all(int(m[k]) == n for k, n in found.items()) and int(m["n"]) == len(proof.polarity)


def longest(proof: Proof, indicator: str) -> tuple[float, float, float, float] | None:
    """Give the whole's change of a figure, its interval and whether its error is known."""
    for name, key in (("long_changes", "element"), ("indicator_changes", "indicator_id")):
        rows = proof.tables[name]
        rows = rows[(rows["area_code"] == proof.whole) & (rows[key] == indicator)].dropna(
            subset="change"
        )
        if len(rows):
            r = rows.iloc[0]
            return r["change"], r["low"], r["high"], r["known"]
    return None


def held(proof: Proof, area: str, indicator: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Work out anew a figure, the middle of similar areas with its interval, and the scale."""
    now = proof.tables["values"].query("period == 'current' and indicator_id == @indicator")
    there = proof.tables["peer_values"].query("indicator_id == @indicator")
    now = pd.concat([now, there])
    now = now[~now["estimated"]].set_index("area_code")
    near = proof.tables["peers"].query("area_code == @area")["peer_code"]
    rows = now.reindex(near).dropna(subset="value")
    middle, n = np.median(rows["value"]), len(rows)
    half = [
        MEDIAN * np.sqrt(np.mean((rows[end] - rows["value"]) ** 2)) / np.sqrt(n)
        for end in ("value_low", "value_high")
    ]
    about = proof.tables["indicators"].set_index("id").loc[indicator]
    mine = now.loc[area, ["value", "value_low", "value_high"]].to_numpy(float)
    scale = now.at[area, "denominator"] / about["per"]
    scale = scale if about["kind"] in ("rate", "proportion") else np.nan
    return mine, np.array([middle, middle - half[0], middle + half[1]]), scale


def wrong_count(proof: Proof, area: str, indicator: str, text: str) -> bool:
    """Tell whether ``about 21 more (likely 3 to 42)`` is not what the figures make it."""
    m = COUNT.search(text.replace("◇", ""))
    mine, middle, scale = held(proof, area, indicator)
    gap = (mine[0] - middle[0]) * scale
    if m is None:
        return bool(np.isfinite(scale) and np.isfinite(gap))
    low = gap - scale * np.hypot(mine[0] - mine[1], middle[2] - middle[0])
    high = gap + scale * np.hypot(mine[2] - mine[0], middle[0] - middle[1])
    near, far = sorted((abs(low), abs(high)))
    ends = [(m["n"], abs(gap)), (m["high"], far), (m["low"], near)]
    fits = all(worked_out(t, true) for t, true in ends if t)
    fits = fits and proof.counts(indicator, m["n"], m["noun"])
    return not (fits and low * high > 0 and (m["word"] == "more") == (gap > 0))


def wrong_action(page: Any, proof: Proof) -> Iterator[str]:
    """Name what a document for action says and the built tables do not bear out."""
    t = proof.tables
    ids = {r.name: r.id for r in t["indicators"].itertuples(index=False)}
    longer = sorted(ids, key=len, reverse=True)
    whole = t["values"].query("area_code == @proof.whole and period == 'current'")
    whole = whole.set_index("indicator_id")

    def figure(text: str) -> str:
        return ids[next(name for name in longer if text.startswith(name))]

    names = {name.replace("'", "’"): code for name, code in proof.names.items()}
    for p in page.xpath("//*[contains(@class, 'lead')]//p"):
        said = spaces(p.text_content())
        if m := re.match(r"Begin with (.+?): (.+?)(?: than at| in similar)", said):
            i = next(ids[n] for n in longer if n.lower() == m[1].lower())
            for part in re.split(r"(?:, | and |; and |; )(?=in )", m[2]):
                where = max((n for n in names if part.startswith(f"in {n} ")), key=len)
                if "against" not in part and wrong_count(proof, names[where], i, part):
                    yield f"{said}: {part}"
    for table in page.xpath("//table[.//thead]"):
        head = [spaces(c.text_content()) for c in table.xpath(".//thead//th")]
        rows = [
            [spaces(c.text_content()).replace("◇", "") for c in row]
            for row in table.xpath(".//tbody/tr")
        ]
        for row in rows:
            cells = dict(zip(head, row, strict=False))
            if "To come level" in cells:
                yield from _wrong_begin(proof, names[row[0]], figure(cells["Figure"]), head, row)
            elif "Led by" in cells:
                i = figure(cells["Figure"])
                yield from (
                    f"{row[0]}: {w}" for w in wrong_change(proof, i, cells["Over the years"])
                )
            elif head[-1].endswith(" behind"):
                i = figure(cells["Figure"])
                value = cells[head[1]].strip("%")
                if value not in ("–", "withheld") and not printed(value, whole.at[i, "value"]):
                    yield f"{row[0]}: {value}"
                yield from (
                    f"{row[0]}: {w}" for w in wrong_change(proof, i, cells["Over the years"])
                )
            elif "Is heading for" in cells:
                yield from _wrong_promise(proof, figure(cells["Figure"]), cells)


def _wrong_begin(proof: Proof, area: str, i: str, head: list[str], row: list[str]) -> Iterator[str]:
    cells = dict(zip(head, row, strict=True))
    mine, middle, _ = held(proof, area, i)
    take = proof.polarity[i] * (middle[0] - mine[0])
    here, there, way = (x.strip("%") for x in (cells["Here"], row[3], cells["To come level"]))
    if not (printed(here, mine[0]) and printed(there, middle[0])):
        yield f"{row}: {mine[0]}, {middle[0]}"
    if abs(number(there) - number(here) - number(way)) > 1e-9:
        yield f"{row}: who subtracts gets another change"
    if take <= 0 or (cells["To come level"][0] == "+") != (proof.polarity[i] > 0):
        yield f"{row}: nothing to come level with"
    if wrong_count(proof, area, i, cells["In numbers"]):
        yield f"{row}: {cells['In numbers']}"
    done = cells.get("Done before", "not known")
    best = proof.tables["achieved"].query("indicator_id == @i").set_index("span")["best"]
    if best.empty or done == "not known":
        if len(best) and "Done before" in cells:
            yield f"{row}: {done}"
        return
    year, years = best.get("year", np.nan), best.get("years", np.nan)
    true = "yes, in one year" if take <= year else "yes, in four years" if take <= years else ""
    true = true or f"no, not in {'four years' if np.isfinite(years) else 'one year'}"
    if done != true:
        yield f"{row}: {true}"


def _wrong_promise(proof: Proof, i: str, cells: dict[str, str]) -> Iterator[str]:
    rows = proof.tables["target_standing"].query("area_code == @proof.whole and indicator_id == @i")
    r, way = rows.iloc[0], proof.polarity[i]
    if np.isfinite(r["expected"]):
        now = proof.tables["values"].query(
            "area_code == @proof.whole and indicator_id == @i and period == 'current'"
        )
        ahead = (r["due"] - now["end"].iloc[0]).days / 365.25 / r["years"]
        line = (1 + ahead) * r["value"] - ahead * r["before"]
        about = proof.tables["indicators"].set_index("id").loc[i]
        line = np.fmax(np.fmin(line, about["valid_max"]), about["valid_min"])
        if not printed(re.split(r"[% ]", cells["Is heading for"])[0], line):
            yield f"{cells}: {line}"
    ends = sorted(way * (r[k] - r["target"]) for k in ("expected_low", "expected_high"))
    own = sorted(way * (r[k] - r["target"]) for k in ("value_low", "value_high"))
    true = "on track" if ends[0] >= 0 else "off track" if ends[1] < 0 else "too uncertain to say"
    true = "reached" if own[0] >= 0 else true
    if not cells["So"].startswith(true):
        yield f"{cells['Figure']}: {cells['So']}, not {true}"
