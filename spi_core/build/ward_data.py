"""One flat file of the units' figures, scores, places and changes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from spi_core.edition.inputs import Inputs

CHANGE = ("change_low", "change_high", "change_rating")
STANDING = (
    *("low", "high", "borough_score", "difference", "rank", "rank_low", "rank_high"),
    *("quarter", "rating"),
)
WARD_DATA = (
    *("edition", "area_code", "area_name", "level", "element", "name"),
    *("period", "period_label", "start", "end", "value", "unit", "numerator", "denominator"),
    *("score", *STANDING, "change", *CHANGE, "provenance", "illustrative", "capped", "publisher"),
    *("components_scored", "components_of", "score_comparable"),
)
#: From small to large.
LEVELS = ("indicator", "component", "dimension", "index")


def ward_data(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Lay out figures, scores, places and changes as one flat file for anyone's spreadsheet.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``values, scores, completeness, standing, changes, indicator_changes``, marked.

    Returns
    -------
    DataFrame
        One row a ward, element and period; ``illustrative`` is true where a value, or one that
        a score rests on, was generated.
    """
    values, standing = tables["values"], tables["standing"]
    labels, wards = inputs.periods, inputs.geography.units
    raw = values[values["area_code"].isin(wards)].rename(columns={"indicator_id": "element"})
    raw = raw.assign(level="indicator")
    scores = tables["scores"]
    composite = scores[(scores["level"] != "indicator") & scores["area_code"].isin(wards)]
    composite["score"] = composite["score"].where(composite["same_figures"])
    trend = tables["scores_comparable"].rename(columns={"score": "score_comparable"})
    keys = ["area_code", "period", "element", "level"]
    composite = composite.merge(trend[[*keys, "score_comparable"]], "left", keys)
    parts = tables["completeness"].drop(columns="lacking")
    parts = parts[parts["area_code"].isin(wards)]
    composite = composite.merge(parts, "outer", keys)
    composite["illustrative"] = composite["illustrative"].eq(True)
    composite = composite.assign(period_label=composite["period"].map(labels))
    flat = pd.concat([raw, composite], ignore_index=True)
    keys = ["area_code", "level", "element", "period"]
    current = standing.assign(period="current").rename(columns={"whole": "borough_score"})
    moved = tables["indicator_changes"].rename(columns={"indicator_id": "element"})
    moved = pd.concat([tables["changes"], moved.assign(level="indicator")]).assign(period="current")
    moved = moved.rename(columns={n: f"change_{n}" for n in ("low", "high", "rating")})
    flat = flat.merge(current[[*keys, *STANDING]], "left", keys)
    flat = flat.merge(moved[[*keys, "change", *CHANGE]], "left", keys)
    about = inputs.framework.indicators
    flat["area_name"] = flat["area_code"].map(inputs.geography.areas["name"])
    flat["unit"] = flat["element"].map(about["unit"]).fillna("score 0–100")
    flat["name"] = flat["element"].map(about["name"]).fillna(flat["element"])
    flat["publisher"] = flat["element"].map(about["publisher_or_owner"]).fillna("this project")
    flat["edition"] = inputs.settings["id"]
    flat = flat.rename(columns={"parts": "components_scored", "of": "components_of"})
    rank_of = {level: i for i, level in enumerate(reversed(LEVELS))}
    flat = flat.assign(by=flat["level"].map(rank_of))
    return flat.sort_values(["area_code", "by", "period"], kind="stable")[list(WARD_DATA)]
