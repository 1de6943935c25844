"""The tree of measures: index, dimensions, components, indicators, each with its own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import pandas as pd

from spi_core.explorer.codes import rows, said_why
from spi_core.present.base.links import ward_slug
from spi_core.present.base.numbers import number
from spi_core.present.base.scale import shares_in
from spi_core.present.base.spans import APART, counted
from spi_core.present.base.words import and_list
from spi_core.store import Tables
from spi_core.tables import empty_table, records


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of the explorer.

    Parameters
    ----------
    id : str
        Unique, fit for an address.
    element : str
        Its name in the built tables.
    kind : {'index', 'dimension', 'component', 'indicator'}
        Its place in the tree.
    parent : int
        Position of what it belongs to; -1 for the index.
    facts : dict
        What the page says about it.
    """

    id: str
    element: str
    kind: str
    parent: int
    facts: dict[str, Any] = field(default_factory=dict)


def measure_tree(tables: Tables) -> list[Measure]:
    """List the measures, parents before their children.

    Returns
    -------
    list of Measure
        The index first, then each dimension with its components and their indicators.
    """
    framework, indicators = tables["framework"], tables["indicators"]
    about = _Pages(tables)
    dimensions = list(dict.fromkeys(framework["dimension"]))
    tree = [Measure("index", "index", "index", -1, about.index(dimensions))]
    for dimension in dimensions:
        parts = framework[framework["dimension"] == dimension]
        at = len(tree)
        facts = about.dimension(dimension, parts)
        tree.append(Measure(_id("d", dimension, tree), dimension, "dimension", 0, facts))
        for part in records(parts):
            mine = indicators[indicators["component"] == part.component]
            here = len(tree)
            facts = about.component(part, list(mine["name"]))
            name = part.component
            tree.append(Measure(_id("c", name, tree), name, "component", at, facts))
            tree += [
                Measure(str(row["id"]), str(row["id"]), "indicator", here, about.indicator(row))
                for row in rows(mine)
            ]
    return tree


def _id(kind: str, name: str, tree: Sequence[Measure]) -> str:
    """Make an id fit for an address: names that differ in signs alone have the same letters."""
    slug = f"{kind}-{ward_slug(name)}"
    taken = {m.id for m in tree}
    return next(i for i in chain([slug], (f"{slug}-{n}" for n in count(2))) if i not in taken)


class _Pages:
    """What the page of each measure says."""

    def __init__(self, tables: Tables) -> None:
        self.edition = tables.about["edition"]
        self.means = list(tables["means"]["mean"])
        self.framework = tables["framework"]
        self.pairs = _by(tables["comparisons"], "indicator_id")
        counts = tables["changes"].drop_duplicates("element")
        self.counts = {r.element: (r.parts, r.of, r.level) for r in records(counts)}
        self.periods = [p["id"] for p in self.edition["periods"]]
        self.goalposts = _by(tables["goalposts"], "indicator_id")
        self.weights = _by(tables["weights"], "indicator_id")
        self.shares = shares_in(tables, "current")
        dates = tables["dates"]
        keys = zip(dates["indicator_id"], dates["period"], strict=True)
        self.dates = dict(zip(keys, rows(dates), strict=True))
        self.links = self.edition.get("source_links", [])
        reference = tables["reference"] if "reference" in tables else empty_table("reference")
        mean = reference.pivot(index="indicator_id", columns="period", values="mean")
        self.reference = mean.reindex(columns=self.periods)
        self.signoff: dict[str, list[dict[str, str]]] = {}
        for row in rows(tables["signoff"]):
            said = {k: str(row[k]) for k in ("expert", "organisation", "date", "caveat")}
            self.signoff.setdefault(str(row["indicator_id"]), []).append(said)

    def index(self, dimensions: Sequence[str]) -> dict[str, Any]:
        text = f"The {self.means[2]} of {len(dimensions)} dimensions: {and_list(dimensions)}."
        facts = _score("Social Progress Index", text) | self._counted("index")
        return facts | _partial(self.framework)

    def dimension(self, name: str, parts: pd.DataFrame) -> dict[str, Any]:
        scored = parts[parts["scored"]]
        text = "None of its components is scored."
        if len(scored):
            made_of = and_list(list(scored["component"]))
            text = f"The {self.means[1]} of its components: {made_of}."
            if len(scored) < len(parts):
                rest = and_list(list(parts.loc[~parts["scored"], "component"]))
                text = f"{text} Not scored: {rest}."
        return _score(name, text) | self._counted(name) | _partial(parts)

    def _counted(self, element: str) -> dict[str, str]:
        """Say how much of a score its change rests on, where that is not all."""
        parts, of, level = self.counts.get(element, (0, 0, ""))
        return {"counted": counted(parts, of, level)} if 0 < parts < of else {}

    def component(self, part: Any, names: list[str]) -> dict[str, Any]:
        facts = _score(part.component, "No indicator is at hand: it awaits council data.")
        if names:
            facts["description"] = (
                f"The weighted mean of {len(names)} indicators."
                if len(names) > 1
                else f"One indicator: {names[0]}."
            )
        facts |= {"scored": bool(part.scored), "note": str(part.note)}
        facts |= self._counted(part.component)
        if not part.comparable_indicators:
            facts["comparable"] = False
        return facts

    def indicator(self, row: dict[str, Any]) -> dict[str, Any]:
        pair = self.pairs.get(row["id"], {})
        broken = pair.get("group") in ("broken", "not collected")
        post, weight = self.goalposts.get(row["id"], {}), self.weights.get(row["id"], {})
        return {
            "name": row["name"],
            "description": row["description"],
            "unit": row["unit"],
            "polarity": int(row["polarity"]),
            "comparable": not broken,
            "break_reason": said_why(pair["reason"]) if broken else "",
            "page": {
                "numerator": row["numerator"],
                "denominator": row["denominator"],
                "per": _plain(row["per"]),
                "counted": row["kind"] in ("rate", "proportion"),
                "noun": str(row.get("noun") or ""),
                "goalposts": {
                    "best": _plain(post.get("best")),
                    "worst": _plain(post.get("worst")),
                    "best_text": number(float(post.get("best", "nan"))),
                    "worst_text": number(float(post.get("worst", "nan"))),
                    "basis": str(post.get("basis", "")),
                    "reason": str(post.get("reason", "")),
                    **_treated(post, str(row["transform"])),
                },
                "weight": {
                    "share": _share(self.shares.get(str(row["id"]))),
                    "method": str(weight.get("method", "")),
                    "reason": str(weight.get("reason", "")),
                    "fitted_on": str(weight.get("fitted_on", "")),
                },
                "publisher": row["publisher_or_owner"],
                "dataset": row["source_dataset"],
                "link": self._link(str(row["source_dataset"])),
                "reference": self._reference(str(row["id"])),
                "licence": row["licence"],
                "access": row["access"],
                "frequency": row["update_frequency"],
                "next_update": str(row.get("next_update") or ""),
                "finest_level": row["finest_level"],
                "partner": row["partner"],
                "theme": row["manifesto_theme"],
                "rationale": row["rationale"],
                "transform": row["transform"],
                "disclosure_rule": row["disclosure_rule"],
                "periods": [self._period(row["id"], p) for p in self.periods],
                "caveats": self._caveats(row),
                "signoff": self.signoff.get(row["id"], []),
            },
        }

    def _period(self, indicator: str, period: str) -> dict[str, str] | None:
        found = self.dates.get((indicator, period))
        if found is None:
            return None
        ends = {k: f"{found[k]:%Y-%m-%d}" if pd.notna(found[k]) else "" for k in ("start", "end")}
        return {"label": str(found["period_label"]), **ends}

    def _link(self, dataset: str) -> str:
        return next((s["link"] for s in self.links if s["dataset"] in dataset), "")

    def _reference(self, indicator: str) -> list[float | None]:
        """Give the mean of the reference population's areas, a figure a period."""
        if indicator not in self.reference.index:
            return [None] * len(self.periods)
        return [_plain(v) for v in self.reference.loc[indicator]]

    def _caveats(self, row: dict[str, Any]) -> list[str]:
        said = [s["caveat"] for s in self.signoff.get(row["id"], []) if s["caveat"]]
        pair = self.pairs.get(row["id"], {})
        if pair.get("group") in ("broken", "not collected"):
            said.insert(0, f"Not compared over time: {said_why(pair['reason'])}.")
        elif pair.get("group") in APART:
            years = f"{pair['first']:.0f} and {pair['last']:.0f}"
            why = f"{pair['group']} than a year, so its change counts in no score’s"
            said.insert(0, f"Of {years}: {why}.")
        elif pair.get("rolling"):
            said.insert(0, "Rolling: the windows of the two periods are of several years.")
        return said


def _score(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "unit": "score 0–100",
        "polarity": 1,
        "comparable": True,
        "break_reason": "",
    }


def _partial(parts: pd.DataFrame) -> dict[str, str]:
    """Say of which components a mean is made where some have no score; nothing where all have."""
    rest, scored = list(parts.loc[~parts["scored"], "component"]), int(parts["scored"].sum())
    if not rest or not scored:
        return {}
    return {
        "partial": f"Partial: {scored} of {len(parts)} components. No score for {and_list(rest)}."
    }


def _by(frame: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    return {str(row[key]): row for row in rows(frame)}


def _plain(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _treated(post: dict[str, Any], transform: str) -> dict[str, Any]:
    """Give what a treatment does to a figure: its bounds, and what is added before a logarithm."""
    if transform in ("none", ""):
        return {}
    return {"treated": [_plain(post.get(name)) for name in ("least", "most", "offset")]}


def _share(value: Any) -> float | None:
    share = _plain(value)
    return None if share is None else round(share, 6)
