"""Tables of the methods chapter that say how sure the scores are, cells as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.edition.readers.read import records
from spi_core.present.base.edition import of_units
from spi_core.present.base.numbers import change_words, likely, number
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import capital, owned
from spi_core.uncertainty.change import DECLINE, IMPROVEMENT
from spi_core.uncertainty.peers import RULE

if TYPE_CHECKING:
    from spi_core.store import Tables

__all__ = [
    "component_audit",
    "error_basis",
    "finding_table",
    "indicator_audit",
    "mover_sentence",
    "mover_table",
    "peer_table",
    "place_table",
    "rating_rule",
]


def _names(tables: Tables) -> Any:
    return tables["areas"].set_index("code")["name"]


def _percent(share: float) -> str:
    """Write a drawn chance: never none or all, which no number of draws can show."""
    if share < 0.005:
        return "under 1%"
    if share > 0.995:
        return "over 99%"
    return f"{100 * share:.0f}%"


def rating_rule(tables: Tables) -> str:
    """Say the rule of strength and weakness with this edition's numbers.

    Returns
    -------
    str
        Two sentences.
    """
    rule = tables.about["edition"].get("comparators")
    if rule is None:
        return "This edition names no comparators, so nothing is rated as a strength or weakness."
    many = tables.levels.unit.many
    said = {"number": rule["number"], "minimum": rule["minimum_points"], "level": 90}
    return RULE.format(areas=many, whose=owned(many), **said)


def error_basis(tables: Tables) -> pd.DataFrame:
    """Count what the standard errors of the units' figures rest on.

    Returns
    -------
    DataFrame
        One row a basis: how many indicators, which, how many figures.
    """
    about = tables["indicators"].set_index("id")["name"]
    errors, unit = of_units(tables, "errors"), capital(tables.levels.unit.one)
    rows = []
    for basis, group in errors.groupby("basis", sort=False):
        ids = list(dict.fromkeys(group["indicator_id"]))
        rows.append(
            {
                "Basis": str(basis),
                "Indicators": str(len(ids)),
                "Which": "; ".join(about.loc[ids]),
                f"{unit} figures": number(len(group), 0),
            }
        )
    return pd.DataFrame(rows)


def place_table(tables: Tables) -> pd.DataFrame:
    """List every unit's index with its range, its place with its range, and its chances.

    Returns
    -------
    DataFrame
        In order of the place.
    """
    names, unit = _names(tables), capital(tables.levels.unit.one)
    index = tables["standing"].query("level == 'index'").dropna(subset="score")
    index = index.sort_values(["rank", "area_code"])
    return pd.DataFrame(
        [
            {
                unit: names[w.area_code],
                "Index": number(w.score, 1),
                "Likely range": f"{number(w.low, 1)}–{number(w.high, 1)}",
                "Place": number(w.rank, 0 if float(w.rank).is_integer() else 1),
                "Likely place": "–".join(
                    dict.fromkeys((number(w.rank_low, 0), number(w.rank_high, 0)))
                ),
                "Highest quarter": _percent(w.p_top),
                "Lowest quarter": _percent(w.p_bottom),
            }
            for w in records(index)
        ]
    )


def peer_table(tables: Tables) -> pd.DataFrame:
    """List each unit's comparators, the nearest first.

    Returns
    -------
    DataFrame
        With the distance of the nearest and the furthest, in standard deviations.
    """
    names, unit = _names(tables), tables.levels.unit
    columns = [capital(unit.one), f"Similar {unit.many}, nearest first", "Distance"]
    rows = []
    for code, group in tables["peers"].sort_values("order").groupby("area_code"):
        distance = group["distance"]
        far = f"{number(distance.min(), 1)}–{number(distance.max(), 1)}"
        rows.append((names[code], ", ".join(names[group["peer_code"]]), far))
    return pd.DataFrame(rows, columns=columns)


def mover_table(tables: Tables) -> pd.DataFrame:
    """Say for every unit whether its index moved, with the many tests allowed for.

    Returns
    -------
    DataFrame
        By code.
    """
    names, unit = _names(tables), capital(tables.levels.unit.one)
    changes = tables["changes"].query("level == 'index'").set_index("area_code")
    rows = []
    for m in records(tables["movers"].dropna(subset="change")):
        c: Any = changes.loc[m.area_code]
        rows.append(
            {
                unit: names[m.area_code],
                "Change": change_words(m.change, c["low"] > 0 or c["high"] < 0),
                "Likely range": likely(c["low"], c["high"]),
                "Rating": f"{RATINGS[c['rating']].symbol} {c['rating']}",
                "p": _chance(m.p),
                "Adjusted p": _chance(m.q),
                "Moved": "yes" if m.moved else "no",
            }
        )
    columns = [unit, "Change", "Likely range", "Rating", "p", "Adjusted p", "Moved"]
    return pd.DataFrame(rows, columns=columns)


def mover_sentence(tables: Tables) -> str:
    """Say how many units moved by the test of all at once, and how many one by one.

    Returns
    -------
    str
        One sentence, so that two counts of a document are never taken for a mistake.
    """
    changes = tables["changes"].query("level == 'index'").set_index("area_code")["rating"]
    movers = tables["movers"].dropna(subset="change")
    each = changes.reindex(movers["area_code"]).isin([IMPROVEMENT, DECLINE])
    moved = int(movers["moved"].sum())
    said = f"{moved or 'No'} {tables.levels.unit.noun(moved)} moved by this test"
    if each.sum() == moved:
        return f"{said}, as many as when each is judged by itself."
    return f"{said}; judged one by one, {each.sum() or 'none'} changed clearly."


def _chance(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def component_audit(tables: Tables) -> pd.DataFrame:
    """Show how well each component's indicators hang together.

    Returns
    -------
    DataFrame
        One row a component and population.
    """
    who = {
        "reference": "reference population",
        "this edition": f"{tables.levels.unit.many} of this edition",
    }
    return pd.DataFrame(
        [
            {
                "Component": r.component,
                "Rows": f"{number(r.rows, 0)} ({who.get(r.population, r.population)})",
                "Alpha": number(r.alpha, 2),
                "Standardised alpha": number(r.alpha_standardised, 2),
                "KMO": number(r.kmo, 2),
                "Bartlett p": _chance(r.bartlett_p),
                "First component": _percent(r.first_component),
            }
            for r in records(tables["audit_components"])
        ]
    )


def indicator_audit(tables: Tables) -> pd.DataFrame:
    """Show what each indicator is worth: nominal and effective, and how stable its weight is.

    Returns
    -------
    DataFrame
        In the order of the framework.
    """
    about = tables["indicators"].set_index("id")["name"]
    links = tables["audit_links"].set_index("indicator_id")
    weights = tables["weights"].set_index("indicator_id")["method"]
    rows = []
    for r in records(tables["audit_indicators"]):
        fitted = weights[r.indicator_id] == "pca" and r.weight_low == r.weight_low
        spread = f"{r.weight_low:.3f}–{r.weight_high:.3f}"
        link: Any = links.loc[r.indicator_id]
        nearer = f"{link['nearest']} ({number(link['nearest_r'], 2)})" if link["misplaced"] else ""
        rows.append(
            {
                "Indicator": about[r.indicator_id],
                "MSA": number(r.msa, 2),
                "VIF": number(r.vif, 1),
                "Alpha without": number(r.alpha_if_dropped, 2),
                "Weight, bootstrap": spread if fitted else "equal",
                "Nominal": f"{100 * r.nominal:.1f}%",
                "Effective": f"{100 * r.effective:.1f}%",
                "With index": number(r.r_index, 2),
                "Closer to": nearer,
            }
        )
    return pd.DataFrame(rows)


def finding_table(tables: Tables) -> pd.DataFrame:
    """List what the audit found, in its own words.

    Returns
    -------
    DataFrame
        Kind, indicators by name, finding.
    """
    about = tables["indicators"].set_index("id")["name"]
    rows = [
        {
            "Kind": r.kind,
            "Indicators": "; ".join(str(about.get(i, i)) for i in r.indicators.split("; ")),
            "Finding": r.reason,
        }
        for r in records(tables["audit_findings"])
    ]
    return pd.DataFrame(rows, columns=["Kind", "Indicators", "Finding"])
