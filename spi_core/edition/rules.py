"""The grammar of ``disclosure_rule``: what may be shown of an indicator."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.readers.read import fault_at
from spi_core.errors import Fault, some

#: What an analyst may write, as an error says it.
ALLOWED = (
    "none, or parts joined by ';': suppress<K (K a whole number from 2), round5, events<K, "
    "dominance, dominance(n,k) or p%q"
)
_PARTS = {
    "suppress": re.compile(r"suppress<([2-9]|[1-9]\d{1,3})"),
    "events": re.compile(r"events<([2-9]|[1-9]\d{1,3})"),
    "round5": re.compile(r"round5()"),
    "dominance": re.compile(r"dominance(?:\((\d{1,2}),(\d{1,2})\))?"),
    "p_percent": re.compile(r"p%(\d{1,2})"),
}
#: Name in ``edition.yml`` of the base that parts of a relation add up to.
DENOMINATOR = "denominator"


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be shown of one indicator.

    Parameters
    ----------
    suppress : int, optional
        Counts from 1 to one less are hidden.
    events : int, optional
        A rate that rests on fewer events is withheld, below twice as many it is flagged.
    round5 : bool
        Published counts are rounded to the nearest 5, rates recomputed from them.
    dominance : tuple of int, optional
        ``(n, k)``: hidden where the n largest contributors hold more than k per cent.
    p_percent : int, optional
        Hidden where the largest contributor can be estimated to within this per cent.
    """

    suppress: int | None = None
    events: int | None = None
    round5: bool = False
    dominance: tuple[int, int] | None = None
    p_percent: int | None = None

    @property
    def active(self) -> bool:
        """Whether anything is asked for at all."""
        return self != Rule()

    @property
    def counts(self) -> bool:
        """Whether the rule needs to know the counts behind a value."""
        return self.suppress is not None or self.events is not None or self.round5

    @property
    def money(self) -> bool:
        """Whether the rule needs to know the contributors behind a sum."""
        return self.dominance is not None or self.p_percent is not None


def parse_rule(text: str) -> Rule:
    """Read one cell of the column ``disclosure_rule``.

    Parameters
    ----------
    text : str
        ``none`` or a blank, or parts joined by ``;``.

    Returns
    -------
    Rule
        What the parts ask for.

    Raises
    ------
    ValueError
        If a part is unknown, named twice, or ``none`` stands beside another.

    Examples
    --------
    >>> parse_rule("suppress<8;round5").suppress
    8
    >>> parse_rule("dominance").dominance
    (1, 70)
    """
    if text.strip() in ("", "none"):
        return Rule()
    found: dict[str, Any] = {}
    for part in (p.strip() for p in text.split(";")):
        name, match = next(
            ((n, m) for n, p in _PARTS.items() if (m := p.fullmatch(part))), (None, None)
        )
        if name is None or match is None:
            raise ValueError(f"has a part that is no rule: {part!r}")
        if name in found:
            raise ValueError(f"names {name} twice")
        found[name] = _setting(name, match)
    return Rule(**found)


def _setting(name: str, match: re.Match[str]) -> Any:
    if name == "round5":
        return True
    if name != "dominance":
        return int(match[1])
    n, k = (int(match[1]), int(match[2])) if match[1] else (1, 70)
    if not (n and k):
        raise ValueError("needs n and k from 1 in dominance(n,k)")
    return n, k


def check_disclosure(
    settings: Mapping[str, Any], indicators: Sequence[Any], edition: str
) -> list[Fault]:
    """Check the rules of the register and the relations of ``edition.yml``.

    Parameters
    ----------
    settings : mapping
        ``edition.yml`` as read.
    indicators : sequence of named tuple
        Rows of ``indicators.csv`` with ``id, kind, disclosure_rule, file, row``.
    edition : str
        Name of the settings file, for messages.

    Returns
    -------
    list of Fault
        Rules outside the grammar or unfit for the indicator's kind, rules that ``disclosure:
        none`` would leave undone, relations that name what the edition does not know.
    """
    faults, ruled = list[Fault](), []
    for r in indicators:
        try:
            rule = parse_rule(r.disclosure_rule)
        except ValueError as error:
            faults.append(fault_at(r, "disclosure_rule", str(error), ALLOWED))
            continue
        if rule.active:
            ruled.append(r.id)
        if rule.round5 and r.kind not in ("rate", "proportion"):
            message = f"rounds counts, and a {r.kind} is not recomputed from them"
            allowed = "round5 for kind rate or proportion only"
            faults.append(fault_at(r, "disclosure_rule", message, allowed))
    setting = settings.get("disclosure", "none")
    if setting == "none":
        if ruled:
            message = f"would leave the disclosure_rule of {some(ruled, 6)} undone"
            allowed = "{method: suppress} while indicators.csv has a rule other than none"
            faults.append(Fault(edition, message, None, "disclosure", "none", allowed))
        return faults
    return faults + _check_links(settings, [r.id for r in indicators], edition)


def _check_links(settings: Mapping[str, Any], ids: list[str], edition: str) -> list[Fault]:
    known = {
        "relations": [*ids, DENOMINATOR],
        "pooled": [p["id"] for p in settings.get("periods", [])],
    }
    faults = []
    for key, names in known.items():
        for link in settings["disclosure"].get(key, []):
            where = f"disclosure.{key}"
            used = [link["total"], *link["parts"]]
            parts = [n for n in link["parts"] if n == DENOMINATOR]
            for name in [*(n for n in used if n not in names), *parts]:
                message = "is not known to this edition as a part or total"
                faults.append(Fault(edition, message, None, where, name, some(names)))
            for name in sorted({n for n in used if used.count(n) > 1}):
                message = "stands twice in one relation"
                faults.append(Fault(edition, message, None, where, name, "each name once"))
    return faults


def check_overlap(
    settings: Mapping[str, Any],
    geography: Geography,
    rules: pd.Series,
    observations: pd.DataFrame,
    edition: str,
) -> list[Fault]:
    """Refuse protected figures of two levels that cut across each other.

    Parameters
    ----------
    settings : mapping
        ``edition.yml`` as read.
    geography : Geography
        The edition's areas.
    rules : Series of str
        ``disclosure_rule`` of each indicator, by id.
    observations : DataFrame
        ``indicator_id, area_code, value``.
    edition : str
        Name of the settings file, for messages.

    Returns
    -------
    list of Fault
        One a pair of levels of which neither lies in the other: a part of both is told by the one
        less the other, and no total says so.
    """
    if settings.get("disclosure", "none") == "none":
        return []
    ruled = {str(name) for name, rule in rules.items() if parse_rule(str(rule)).active}
    told = observations[observations["value"].notna()].groupby("area_code")["indicator_id"].agg(set)
    above, level = geography.lines(), geography.areas["level"]
    inside = {n.id: [c for c in geography.codes(n.id) if geography.whole in above[c]]
              for n in geography.levels}  # fmt: skip
    faults = []
    for small, large in combinations(reversed(geography.levels.rows), 2):
        nests = all(large.id in set(level[above[code]]) for code in inside[small.id])
        mine, other = (told.reindex(inside[n.id]).dropna() for n in (small, large))
        both = sorted(ruled & set().union(*mine) & set().union(*other))
        if both and not nests:
            message = f"cannot protect {some(both, 6)}: {small.many} and {large.many} overlap"
            allowed = f"figures of these for {small.many} or for {large.many}"
            faults.append(Fault(edition, message, None, "disclosure", None, allowed))
    return faults
