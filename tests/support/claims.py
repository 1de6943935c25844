"""Claims on pages, read from their text and proven from the built tables by arithmetic of its own.

A claim is a word or a sign that the rules tie to an interval: clear, clearly, clearest, arrows,
triangles, a place. What no form here understands is a finding too: a new kind of claim has to be
taught here before it can be printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spi_core.store import Tables
from tests.support.rendered import spaces

__all__ = ["Proof", "claims_in", "wrong_cells", "wrong_claims", "wrong_tables"]

NUMBER = r"[+−-]?\d[\d,]*(?:\.\d+)?"
#: What is counted, after "more" or "fewer".
NOUN = r"(?P<noun>(?: (?!than )[a-z-]+){0,3})"
ARROWS = {"↗": "clear improvement", "→": "no clear change", "↘": "clear decline"}
SIGNS = {"▲": "strength", "●": "similar", "▼": "weakness"}
WORD = r"(clear \w+|no clear change)"
MARKS = re.compile(r"[↗↘▲▼]|\b[Cc]lear(?:ly|est)?\b|\b\d+(?:st|nd|rd|th)\b")
#: Half of a composite's weight must have a known error.
ENOUGH = 0.5


def number(text: str) -> float:
    """Read a number as pages print it."""
    return float(text.replace("−", "-").replace(",", ""))


def printed(text: str, true: float) -> bool:
    """Tell whether a number is printed as it is, rounded to the digits that it is given with."""
    digits = len(text.partition(".")[2])
    return abs(number(text) - true) <= 0.5 * 10**-digits + 1e-9


def worked_out(text: str, true: float) -> bool:
    """Tell whether a count that was worked out is whole, and in tens from a thousand on."""
    return abs(number(text) - true) <= (5 if true >= 999.5 else 0.5) + 1e-9


def apart(low: str, high: str) -> bool:
    """Tell whether a printed interval leaves out zero."""
    return number(low) > 0 or number(high) < 0


def verdict(low: float, high: float, known: float = 1.0) -> str:
    """Word a change by its interval: the rule of the method, said once more."""
    if not (np.isfinite(low) and known >= ENOUGH - 1e-9):
        return "not rated"
    return ARROWS["↗" if low > 0 else "↘" if high < 0 else "→"]


@dataclass(frozen=True)
class Proof:
    """What the built tables of an edition bear out; `prose` is all of the fixed prose."""

    tables: Tables
    prose: str

    @cached_property
    def names(self) -> dict[str, str]:
        areas = self.tables["areas"]
        edition = self.tables.about["edition"]
        own = {edition["area_name"]: edition["area"]}
        return dict(zip(areas["name"], areas["code"], strict=True)) | own

    @cached_property
    def whole(self) -> str:
        return str(self.tables.about["edition"]["area"])

    @cached_property
    def polarity(self) -> dict[str, int]:
        return dict(self.tables["indicators"].set_index("id")["polarity"])

    @cached_property
    def standing(self) -> dict[tuple[str, str], Any]:
        return {(r.area_code, r.element): r for r in self.tables["standing"].itertuples()}

    @cached_property
    def elements(self) -> list[str]:
        return sorted({e for _, e in self.standing}, key=len, reverse=True)

    @cached_property
    def changes(self) -> dict[tuple[str, str], str]:
        """Words of each change, from its interval and from how much of its error is known."""
        rows = self.tables["changes"].itertuples()
        return {(r.area_code, r.element): verdict(r.low, r.high, r.known) for r in rows}

    @cached_property
    def fixed(self) -> list[re.Pattern[str]]:
        """Sentences of the fixed prose that hold a mark of their own."""
        plain = re.sub(
            r"[*\[`\"]|\]\{[^}]*\}|^\s*(?:[-|#>]+|[\w.-]+:(?: >-)?) ?", "", self.prose, flags=re.M
        )
        marked = [s for block in plain.split("\n\n") for s in sentences(block) if MARKS.search(s)]
        return [
            re.compile(".{0,99}".join(map(re.escape, re.split(r"\{[^}]*\}", s.strip("[]")))))
            for s in marked
        ]

    def counts(self, indicator: str, size: str | None, noun: str | None) -> bool:
        """Tell whether a count names what the catalogue says is counted, for one or for many."""
        rows = self.tables["indicators"].set_index("id")
        one, many = (str(rows.get("noun", {}).get(indicator, "")).split("/") * 2)[:2]
        return (noun or "").strip() == (one if size in (None, "1") else many)

    def element(self, name: str) -> str:
        return name if name in self.elements else "index"

    def peers(self, area: str, element: str) -> str:
        """Tell what the interval against similar areas allows a score to be called."""
        r = self.standing[(area, element)]
        return "strength" if r.peers_low > 0 else "weakness" if r.peers_high < 0 else "similar"

    def places(self, element: str) -> dict[str, tuple[int, int]]:
        """Places that the intervals of the scores leave open, by area."""
        here = self.tables["standing"].query("element == @element").dropna(subset="score")
        return {
            r.area_code: (
                1 + int((here["low"] > r.high).sum()),
                len(here) - int((here["high"] < r.low).sum()),
            )
            for r in here.itertuples()
        }


def sentences(text: str) -> list[str]:
    """Part text where a sentence or a line of a list ends."""
    return [s for s in re.split(r"(?<=[.!?;:]) (?=[A-Z“(▲▼])| · ", spaces(text)) if s]


def listed(names: str) -> list[str]:
    """Part ``Heath, River and Thames``."""
    return [n for n in re.split(r", | and ", names) if n]


Form = tuple[re.Pattern[str], Callable[[re.Match[str], Proof, str], bool]]
FORMS: list[Form] = []


def form(pattern: str) -> Callable[[Any], Any]:
    """Teach a form of claims: what it looks like, and when it is true."""

    def add(check: Callable[[re.Match[str], Proof, str], bool]) -> Any:
        FORMS.append((re.compile(pattern), check))
        return check

    return add


@form(rf"(?P<change>{NUMBER}) (?P<sign>[↗→↘]) (?P<word>clear \w+|no clear change)")
def _arrow(m: re.Match[str], proof: Proof, area: str) -> bool:
    way = {"↗": 1, "→": 0, "↘": -1}[m["sign"]]
    return ARROWS[m["sign"]] == m["word"] and number(m["change"]) * way >= 0


@form(
    rf"\(likely (?P<low>{NUMBER}) to (?P<high>{NUMBER})\)?:"
    r" (?:(?P<sign>[↗→↘]) )?(?P<word>clear\w* \w+|no clear \w+)"
)
def _interval(m: re.Match[str], proof: Proof, area: str) -> bool:
    return apart(m["low"], m["high"]) != m["word"].startswith("no ")


@form(
    r"(?P<word>a clear narrowing|a clear widening|no clear change) "
    rf"\(likely (?P<low>{NUMBER}) to (?P<high>{NUMBER})\)"
)
def _gap(m: re.Match[str], proof: Proof, area: str) -> bool:
    return apart(m["low"], m["high"]) != m["word"].startswith("no ")


@form(
    rf"scores (?P<score>{NUMBER}) out of 100[^,]*, "
    rf"(?:(?P<no>not clearly different from)|clearly (?P<side>\w+)) "
    rf"(?P<whose>[^.]*?) (?P<other>{NUMBER})\."
)
def _lead(m: re.Match[str], proof: Proof, area: str) -> bool:
    r, near = proof.standing[(area, "index")], m["whose"].startswith("similar")
    low, high = (r.peers_low, r.peers_high) if near else (r.difference_low, r.difference_high)
    side = "above" if low > 0 else "below" if high < 0 else None
    if near and r.rating == "similar" and side:  # that word stands on the other page
        return False
    ends = ((m["score"], r.score), (m["other"], r.peers_median if near else r.whole))
    agree = side is None or m["score"] != m["other"]
    return agree and m["side"] == side and all(printed(text, true) for text, true in ends)


@form(
    r"(?P<high>[^.;:]+) (?:is|are) clearly in the highest quarter"
    r"(?:, (?P<low>[^.;:(]+) clearly in the lowest)?"
)
def _quarters(m: re.Match[str], proof: Proof, area: str) -> bool:
    places = proof.places("index")
    quarter = -(-len(places) // 4)
    return all(
        proof.standing[(proof.names[name], "index")].rank_high <= quarter
        for name in listed(m["high"].strip())
    ) and all(
        proof.standing[(proof.names[name], "index")].rank_low > len(places) - quarter
        for name in listed(m["low"] or "")
    )


@form(r"(?P<sign>[▲▼]) (?P<what>[A-Z].+?)(?: \(likely|$)")
def _named(m: re.Match[str], proof: Proof, area: str) -> bool:
    """Components after a triangle: ``Also ▼ Personal Safety, Shelter.``, ``▲ Shelter Rents …``."""
    first = next((e for e in proof.elements if m["what"].startswith(e)), "")
    rest = m["what"].rstrip(".")
    parts = listed(rest) if all(p in proof.elements for p in listed(rest)) else [first]
    return all(p and proof.peers(area, p) == SIGNS[m["sign"]] for p in parts)


@form(rf"\(likely (?P<low>{NUMBER}) to (?P<high>{NUMBER}); similar \w+ (?P<peers>{NUMBER})")
def _evidence(m: re.Match[str], proof: Proof, area: str) -> bool:
    return not number(m["low"]) <= number(m["peers"]) <= number(m["high"])


@form(
    r"Against similar \w+ its (?:clearest|one) (?:strength is (?P<up>.+?))?"
    r"(?:, its (?:clearest|one) )?(?:weakness (?:is )?(?P<down>.+?))?\.$"
)
def _best(m: re.Match[str], proof: Proof, area: str) -> bool:
    named = {"strength": m["up"], "weakness": m["down"]}
    return all(proof.peers(area, name) == kind for kind, name in named.items() if name)


@form(r"Against similar \w+ no component clearly stands out")
def _none(m: re.Match[str], proof: Proof, area: str) -> bool:
    return all(r.rating not in ("strength", "weakness") for r in _own(proof, area))


def _own(proof: Proof, area: str) -> list[Any]:
    return [r for (a, _), r in proof.standing.items() if a == area and r.level == "component"]


@form(
    r"(?P<what>[A-Z][\w&, ’-]*?) (?P<verb>rose|fell) clearly in "
    r"(?:(?P<n>\d+|no) of the \d+ \w+|(?P<all>every) \w+|(?P<none>no) \w+)"
)
def _count(m: re.Match[str], proof: Proof, area: str) -> bool:
    word = ARROWS["↗" if m["verb"] == "rose" else "↘"]
    own = [r for (_, e), r in proof.standing.items() if e == proof.element(m["what"])]
    found = sum(proof.changes[(r.area_code, r.element)] == word for r in own)
    return found == (len(own) if m["all"] else 0 if m["none"] else int(m["n"]))


@form(
    r"(?P<who>[A-Z][\w&, '’-]+) scores? clearly (?P<side>above|below) the \w+ on all \w+ dimensions"
)
def _all_dimensions(m: re.Match[str], proof: Proof, area: str) -> bool:
    codes = [proof.names[name] for name in listed(m["who"])]
    own = [r for (a, _), r in proof.standing.items() if a in codes and r.level == "dimension"]
    up = m["side"] == "above"
    return bool(own) and all(r.difference_low > 0 if up else r.difference_high < 0 for r in own)


@form(
    rf"(?P<what>[A-Z][\w&, -]*?)(?: \(\d+ of \d+ \w+\))? (?P<change>{NUMBER}),? "
    r"(?P<word>clear improvement|clear decline|no clear change|not rated(?= \(\d+ \w+ clearly))"
    r"(?: \((?P<up>\w+) \w+ clearly up, (?P<down>\w+) \w+ clearly down\))?"
)
def _chart(m: re.Match[str], proof: Proof, area: str) -> bool:
    """One element of the alternative text of a chart of changes."""
    element = proof.element(re.sub(r"^.*: ", "", m["what"]))
    codes = {a for a, _ in proof.standing}
    for name, word in (("up", ARROWS["↗"]), ("down", ARROWS["↘"])):
        if m[name] is not None:
            n = 0 if m[name] == "no" else int(m[name])
            if n != sum(proof.changes[(code, element)] == word for code in codes):
                return False
    return proof.changes[(area or proof.whole, element)] == m["word"]


@form(
    r"(?P<what>[A-Z][^:;]+?) \((?:further apart|closer): \d+ to \d+\) from \S+ to \S+: "
    r"(?P<sign>[↗→↘]) (?P<word>clear \w+|no clear change)"
)
@form(rf"(?P<what>[A-Z][^:;]+?) \({NUMBER}, (?P<word>no clear change)\)(?P<sign>)")
def _figure(m: re.Match[str], proof: Proof, area: str) -> bool:
    """Prove a figure’s own change: its interval, turned to what is better, says the word."""
    known = proof.tables["indicators"].set_index("name")["id"]
    name = next((n for n in known.index if m["what"].endswith(n)), None)
    if name is None:
        return False
    rows = proof.tables["indicator_changes"].set_index(["area_code", "indicator_id"])
    r = rows.loc[(area or proof.whole, known[name])]
    ends = (r["low"], r["high"]) if proof.polarity[known[name]] > 0 else (-r["high"], -r["low"])
    return m["word"] == verdict(*ends) == ARROWS.get(m["sign"], m["word"])


@form(r"1st and 99th percentile|, 1st is highest|which ▲ ● ▼ compare with$")
@form(r"^▲ strength, ● similar, ▼ weakness, ○ not rated|leaned the same way .*, clearly or not\.$")
@form(r"\(no \w+ clearly up, no \w+ clearly down\)")
@form(r"^Ratings ▲ (?:strength or ▼ weakness|above or ▼ below): the score (?:lies|differs).*")
def _explained(m: re.Match[str], proof: Proof, area: str) -> bool:
    """Legends: they say what a sign means, of no area."""
    return True


@form(r"None shows a clear change, for better or worse")
def _no_effect(m: re.Match[str], proof: Proof, area: str) -> bool:
    return not proof.tables["impact"]["status"].str.startswith("clear").any()


@form(r"^(?P<sign>[↗→↘]) (?P<what>[^:]+): (?P<word>clear \w+|no clear change)$")
def _answer(m: re.Match[str], proof: Proof, area: str) -> bool:
    own = proof.tables["impact"].query("label == @label", local_dict={"label": m["what"]})
    return ARROWS[m["sign"]] == m["word"] and m["word"] in set(own["status"])


@form(r"No clear (?P<word>change): (?P<what>[^.]+)\.")
@form(r"A clear (?P<word>\w+) was found in (?P<what>[^.]+)\.")
@form(r"(?P<sign>[↗↘]) Clear (?P<word>\w+): (?P<what>[^.]+)\.")
def _answers(m: re.Match[str], proof: Proof, area: str) -> bool:
    impact, rest = proof.tables["impact"], m["what"].lower()
    wanted = f"{'no clear' if m['word'] == 'change' else 'clear'} {m['word']}"
    held = impact.loc[impact["status"] == wanted, "label"].str.lower()
    for label in sorted(held, key=len, reverse=True):
        rest = rest.replace(label, "")
    return not re.sub(r"\band\b|[, ]", "", rest)


@form(r"(?P<n>one|two|three) (?P<sign>[↗→↘]) (?P<word>clear \w+|no clear change)")
def _how_many(m: re.Match[str], proof: Proof, area: str) -> bool:
    n = {"one": 1, "two": 2, "three": 3}[m["n"]]
    found = (proof.tables["impact"]["status"] == m["word"]).sum()
    return ARROWS[m["sign"]] == m["word"] and found == n


@form(r"the treated areas did not move clearly apart from the others")
def _before(m: re.Match[str], proof: Proof, area: str) -> bool:
    """Some chapter's periods before the start all have intervals with zero."""
    periods = proof.tables["impact_periods"].query("period < base")
    held = (periods["low"] <= 0) & (periods["high"] >= 0)
    return bool(held.groupby([periods["intervention"], periods["outcome"]]).all().any())


@form(
    r"Placebo outcomes, which the programme should not touch, "
    r"(?P<no>did not )?moved? clearly: (?P<p>.*)"
)
def _placebo(m: re.Match[str], proof: Proof, area: str) -> bool:
    p = [float(x) for x in re.findall(r"p = (\d\.\d+)", m["p"])]
    return all((x >= 0.05) == bool(m["no"]) for x in p)


@form(r"(?P<first>\d+)(?:st|nd|rd|th)(?:–(?P<last>\d+)(?:st|nd|rd|th))? of \d+\b(?! on )")
def _place(m: re.Match[str], proof: Proof, area: str) -> bool:
    first, last = proof.places("index")[area]
    return first <= int(m["first"]) <= int(m["last"] or m["first"]) <= last


@form(
    rf"{NUMBER}%? \((?P<low>{NUMBER})%? to (?P<high>{NUMBER})%?\),?"
    r" (?P<sign>[↗→↘]) (?P<word>clear \w+|no clear change)"
)
@form(
    r"(?P<sign>[↗→↘]) (?P<word>clear \w+|no clear change) "
    rf"{NUMBER} \((?P<low>{NUMBER}) to (?P<high>{NUMBER})\)"
)
def _effect(m: re.Match[str], proof: Proof, area: str) -> bool:
    return ARROWS[m["sign"]] == m["word"] and apart(m["low"], m["high"]) != ("no " in m["word"])


PLACES = r"(?P<low>\d+)(?:st|nd|rd|th)(?: to (?P<high>\d+)(?:st|nd|rd|th))? of (?P<n>\d+)"


@form(rf"{PLACES} on (?P<what>the index|[A-Z][\w&’-]+(?: (?!and \d)[\w&’-]+)*)")
def _among(m: re.Match[str], proof: Proof, area: str) -> bool:
    """Prove the whole's places among others of its kind: none that their ranges exclude."""
    here = proof.tables["fellows"]
    here = here[here["element"] == proof.element(m["what"])]
    own = here[here["area_code"] == proof.whole].iloc[0]
    first, last = int(m["low"]), int(m["high"] or m["low"])
    return (
        len(here) == int(m["n"])
        and (first, last) == tuple(np.ceil([own["rank_low"], own["rank_high"]]))
        and 1 + (here["low"] > own["high"]).sum() <= first <= last
        and last <= len(here) - (here["high"] < own["low"]).sum()
    )


@form(
    r"(?P<what>the index|[A-Z][\w& ’-]+?) (?:(?P<none>is clearly apart from none of (?P<of>\d+))|"
    r"did clearly (?P<way>better|worse) than in (?P<k>\d+) of (?P<n>\d+)(?: and clearly"
    r" (?P<other>worse) than in (?P<j>\d+))?), (?P<first>\S+) to (?P<last>[^\s;.]+)"
)
def _beside_fellows(m: re.Match[str], proof: Proof, area: str) -> bool:
    """Prove than how many others the whole did better, by the intervals of the differences."""
    rows = proof.tables["fellow_changes"].set_index("element").loc[proof.element(m["what"])]
    rows = rows.set_index("area_code")
    own, rest = rows.loc[proof.whole], rows.drop(index=proof.whole).dropna(subset="apart_low")
    middle = (rest["apart_low"] + rest["apart_high"]) / 2
    if not np.allclose(middle, rest["relative"] - own["relative"]):
        return False
    found = {"better": (rest["apart_high"] < 0).sum(), "worse": (rest["apart_low"] > 0).sum()}
    said = {"better": 0, "worse": 0}
    said |= {m["way"]: int(m["k"])} if m["way"] else {}
    said |= {m["other"]: int(m["j"])} if m["other"] else {}
    years = (own["first"], own["last"]) == (m["first"], m["last"])
    return years and said == found and len(rest) == int(m["of"] or m["n"])


@form(r"1st being best")
def _best_first(m: re.Match[str], proof: Proof, area: str) -> bool:
    """Say which end is best."""
    return True


def claims_in(page: Any) -> Iterator[str]:
    """Give the sentences of a page that hold a mark, those read out instead too."""
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "title"):
            continue
        texts = [element.get(name, "") for name in ("alt", "aria-label", "title")]
        if element.tag in ("p", "li", "h1", "h2", "h3", "h4", "figcaption", "caption", "dd", "dt"):
            texts.append(element.text_content())
        for text in texts:
            yield from (s for s in sentences(text.replace("◇", "")) if MARKS.search(s))


def wrong_claims(page: Any, proof: Proof, area: str = "") -> list[str]:
    """List what a page claims and the tables do not bear out, or nobody can judge."""
    found = []
    for sentence in dict.fromkeys(claims_in(page)):
        left = list(sentence)
        for pattern, check in FORMS:
            for m in pattern.finditer(sentence):
                if not check(m, proof, area):
                    found.append(f"not borne out: {m[0]!r} in {sentence[:200]!r}")
                left[m.start() : m.end()] = [""] * len(m[0])
        rest = "".join(left)
        if MARKS.search(rest) and not any(p.search(sentence) for p in proof.fixed):
            found.append(f"nobody can judge: {rest[:200]!r} of {sentence[:200]!r}")
    return found


def wrong_cells(page: Any, proof: Proof) -> list[str]:
    """List marks in tables of a page that the built tables do not bear out."""
    found = []
    codes = {a for a, _ in proof.standing}
    for table in page.xpath("//table[.//thead]"):
        head = [spaces(c.text_content()) for c in table.xpath(".//thead//th")]
        for row in table.xpath(".//tbody/tr"):
            cells = [spaces(c.text_content()) for c in row]
            area = proof.names.get(cells[0], "")
            for name, cell in zip(head[1:], cells[1:], strict=False):
                if sign := re.match("[▲●▼]", cell):
                    element = name if name in proof.elements else "index"
                    true = area in codes and proof.peers(area, element) in (
                        SIGNS[sign[0]],
                        *(SIGNS.values() if sign[0] == "●" else ()),
                    )
                elif name[:1] in SIGNS and not re.match("none|–|not scored", cell):
                    named = [proof.names[n] for n in listed(cell)]
                    true = all(proof.peers(a, cells[0]) == SIGNS[name[0]] for a in named)
                elif word := re.search(rf"{NUMBER} [↗→↘] {WORD}(?:, \d+ of .*)?$", cell):
                    whole = area or (proof.whole if cells[0] in proof.elements else "")
                    key = (whole, cells[0] if cells[0] in proof.elements else "index")
                    true = proof.changes.get(key) == word[1]
                else:
                    continue
                if not true:
                    found.append(f"{cells[0]}, {name}: {cell}")
    return found


def wrong_tables(tables: Tables) -> list[str]:
    """List ratings and places of the built tables that their own intervals do not bear out."""
    proof, found = Proof(tables, ""), []
    for name in ("changes", "indicator_changes"):
        for r in tables[name].itertuples():
            ends = [r.low, r.high] if proof.polarity.get(r[2], 1) > 0 else [-r.high, -r.low]
            if r.rating not in (verdict(*ends, r.known), "not rated"):
                found.append(f"{name}: {r[1]}, {r[2]}: {r.rating}, {r.low} to {r.high}")
    for (area, element), r in proof.standing.items():
        if r.rating in SIGNS.values() and r.rating not in (proof.peers(area, element), "similar"):
            found.append(f"standing: {area}, {element}: {r.rating}")
        if np.isnan(r.score) and np.isfinite(r.rank_low):
            found.append(f"standing: {area}, {element}: a place without a score")
    for element in proof.elements:
        for area, (first, last) in proof.places(element).items():
            r = proof.standing[(area, element)]
            if not first <= r.rank_low <= r.rank_high <= last:
                found.append(f"standing: {area}, {element}: places {r.rank_low}–{r.rank_high}")
    return found
