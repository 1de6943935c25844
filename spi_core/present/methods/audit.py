"""Tables of the methods chapter that say how sure the scores are, cells as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spi_core.present.base.edition import of_units
from spi_core.present.base.figure import listed
from spi_core.present.base.numbers import number
from spi_core.present.base.scale import FEW_NEAR, similar_among, similar_names
from spi_core.present.base.words import capital, owned, small
from spi_core.text.words import RATING_RULE

if TYPE_CHECKING:
    from spi_core.store import Tables

#: What the kinds of error are called.
ERRORS = {
    "counts": "from counts",
    "published": "published",
    "survey": "survey, published",
    "modelled": "of a model, not known",
    "none": "spread of changes at most",
}
#: What the tiers are called.
TIERS = {
    "whole": "Scores against the {whole}’s",
    "strengths": "Scores against similar areas: strengths and weaknesses",
    "changes": "Changes of scores",
    "relative_changes": "Changes of scores against the reference population’s",
    "indicator_changes": "Changes of figures",
    "relative_indicator_changes": "Changes of figures against the reference population’s",
    "indicator_changes_apart": "Changes of figures further apart",
    "relative_indicator_changes_apart": "The same against the reference population’s",
}


def _names(tables: Tables) -> Any:
    return tables["areas"].set_index("code")["name"]


def _percent(share: float) -> str:
    """Write a drawn chance: never none or all, which no number of draws can show."""
    if np.isnan(share):
        return "–"
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
    said = {"number": rule["number"], "minimum": rule["minimum_points"]}
    areas = f"{many} of {similar_among(tables)}"
    return RATING_RULE.format(areas=areas, whose=owned(many), **said)


def error_basis(tables: Tables) -> pd.DataFrame:
    """Count what the standard errors of the units' figures rest on.

    Returns
    -------
    DataFrame
        One row a basis: how many indicators, which, how many figures.
    """
    about = tables["indicators"].set_index("id")["name"]
    errors, unit = of_units(tables, "errors"), capital(tables.levels.unit.one)
    groups = errors.groupby("basis", sort=False)["indicator_id"].agg(["unique", "size"])
    return listed(
        groups.reset_index(),
        {
            "Basis": "basis",
            "Indicators": lambda r: len(r.unique),
            "Which": lambda r: "; ".join(about.loc[r.unique]),
            f"{unit} figures": lambda r: number(r.size, 0),
        },
    )


def place_table(tables: Tables) -> pd.DataFrame:
    """List every unit's index with its range, its place with its range, and its chances.

    Returns
    -------
    DataFrame
        In order of the place.
    """
    names, unit = _names(tables), capital(tables.levels.unit.one)
    index = tables["standing"].query("level == 'index'").dropna(subset="score")
    return listed(
        index.sort_values(["rank", "area_code"]),
        {
            unit: lambda w: names[w.area_code],
            "Index": lambda w: number(w.score, 1),
            "Likely range": lambda w: (
                "not known" if np.isnan(w.low) else f"{number(w.low, 1)}–{number(w.high, 1)}"
            ),
            "Place": lambda w: number(w.rank, 0 if float(w.rank).is_integer() else 1),
            "Likely place": lambda w: "–".join(
                dict.fromkeys((number(w.rank_low, 0), number(w.rank_high, 0)))
            ),
            "With other choices": lambda w: "–".join(
                dict.fromkeys((number(w.choices_low, 0), number(w.choices_high, 0)))
            ),
            "Highest quarter": lambda w: _percent(w.p_top),
            "Lowest quarter": lambda w: _percent(w.p_bottom),
        },
    )


def peer_table(tables: Tables) -> pd.DataFrame:
    """List each unit's comparators, the nearest first.

    Returns
    -------
    DataFrame
        With the distance of the nearest and the furthest, in standard deviations, and how many are
        near where those are few.
    """
    names, unit = _names(tables), tables.levels.unit
    columns = [capital(unit.one), f"Similar {unit.many}, nearest first", "Distance"]
    rows = []
    for code, group in tables["peers"].sort_values("order").groupby("area_code"):
        distance = group["distance"]
        far = f"{number(distance.min(), 1)}–{number(distance.max(), 1)}"
        if group["near"].mean() < FEW_NEAR:
            far += f", {int(group['near'].sum()) or 'none'} near"
        rows.append((names[code], ", ".join(similar_names(group)), far))
    return pd.DataFrame(rows, columns=columns)


def peer_choices(tables: Tables) -> pd.DataFrame:
    """Say what another choice of context variables would find.

    Returns
    -------
    DataFrame
        By variable.
    """
    context = tables["context"].drop_duplicates("variable").set_index("variable")["label"]
    many, rows = tables.levels.unit.many, tables["peer_choices"]

    def choice(r: Any) -> str:
        if r.variable not in context:
            return f"only {many} of the {tables.whole.one}"
        return f"{'without' if r.used else 'also'} “{context[r.variable]}”"

    cells: dict[str, Any] = {
        "Choice": choice,
        f"Similar {many} that stay": lambda r: _percent(r.kept),
        "Largest move of their middle index, points": lambda r: number(r.furthest, 1),
    }
    if rows["ratings"].notna().any():
        cells[f"Ratings of {len(tables['standing'])} that differ"] = lambda r: number(r.ratings, 0)
    return listed(rows, cells)


def tier_table(tables: Tables) -> pd.DataFrame:
    """List what is judged together, how much of it is clear, and what its intervals cover.

    Returns
    -------
    DataFrame
        One row a tier.
    """
    return listed(
        tables["tiers"],
        {
            "Judged together": lambda r: TIERS[r.tier].format(whole=tables.whole.one),
            "Statements": lambda r: number(r.tested, 0),
            "Clear": lambda r: number(r.clear, 0),
            "Each interval covers": lambda r: f"{100 * r.coverage:.2f} %",
        },
    )


def error_model(tables: Tables) -> pd.DataFrame:
    """List what each indicator's error is and what the reference population adds to it.

    Returns
    -------
    DataFrame
        In the order of the framework; a spread in per cent where it is one of ratios.
    """
    about = tables["indicators"].set_index("id")

    def spread(r: Any) -> str:
        if np.isnan(r.spread):
            return "–"
        size = f"{100 * r.spread:.1f} %" if r.scale == "log" else number(r.spread)
        if np.isnan(r.at_count):
            return size
        counted = small(str(about.at[r.error_counts, "numerator"]))
        return f"{size} at {number(r.at_count, 0)} {counted}"

    return listed(
        tables["error_model"],
        {
            "Indicator": lambda r: about.at[r.indicator_id, "name"],
            "Error": lambda r: ERRORS[r.error],
            "φ": lambda r: f"{r.phi:.1f}" if r.error == "counts" else "–",
            "Spread of changes": spread,
            "Years apart": lambda r: number(r.years, 1),
        },
    )


def _chance(p: float) -> str:
    return "–" if math.isnan(p) else "<0.001" if p < 0.001 else f"{p:.3f}"


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
    return listed(
        tables["audit_components"],
        {
            "Component": "component",
            "Rows": lambda r: f"{number(r.rows, 0)} ({who.get(r.population, r.population)})",
            "Alpha": lambda r: number(r.alpha, 2),
            "Standardised alpha": lambda r: number(r.alpha_standardised, 2),
            "KMO": lambda r: number(r.kmo, 2),
            "Bartlett p": lambda r: _chance(r.bartlett_p),
            "First component": lambda r: _percent(r.first_component),
        },
    )


def indicator_audit(tables: Tables) -> pd.DataFrame:
    """Show what each indicator is worth: nominal and effective, and how stable its weight is.

    Returns
    -------
    DataFrame
        In the order of the framework.
    """
    about = tables["indicators"].set_index("id")["name"]
    links = tables["audit_links"].drop(columns="component").set_index("indicator_id")
    weights = tables["weights"].set_index("indicator_id")["method"]

    def spread(r: Any) -> str:
        fitted = weights[r.indicator_id] == "pca" and r.weight_low == r.weight_low
        return f"{r.weight_low:.3f}–{r.weight_high:.3f}" if fitted else "equal"

    return listed(
        tables["audit_indicators"].join(links, on="indicator_id"),
        {
            "Indicator": lambda r: about[r.indicator_id],
            "MSA": lambda r: number(r.msa, 2),
            "VIF": lambda r: number(r.vif, 1),
            "Alpha without": lambda r: number(r.alpha_if_dropped, 2),
            "Weight, bootstrap": spread,
            "Nominal": lambda r: f"{100 * r.nominal:.1f}%",
            "Effective": lambda r: "–" if math.isnan(r.effective) else f"{100 * r.effective:.1f}%",
            "With index": lambda r: number(r.r_index, 2),
            "Closer to": lambda r: f"{r.nearest} ({number(r.nearest_r, 2)})" if r.misplaced else "",
        },
    )


def finding_table(tables: Tables) -> pd.DataFrame:
    """List what the audit found, in its own words.

    Returns
    -------
    DataFrame
        Kind, indicators by name, finding.
    """
    about = tables["indicators"].set_index("id")["name"]
    return listed(
        tables["audit_findings"],
        {
            "Kind": "kind",
            "Indicators": lambda r: "; ".join(about.get(i, i) for i in r.indicators.split("; ")),
            "Finding": "reason",
        },
    )


def other_indices(tables: Tables) -> pd.DataFrame:
    """Set the order of the units beside that of other indices.

    Returns
    -------
    DataFrame
        One row another index and element; empty where the edition names none.
    """
    return listed(
        tables["other_indices"],
        {
            "Other index": "other",
            "This index": lambda r: capital(r.element),
            "Rank correlation": lambda r: number(r.correlation, 2),
            "Likely range": lambda r: f"{number(r.low, 2)} to {number(r.high, 2)}",
            "Source": "source",
        },
    )
