"""Who lives in reference figures' areas and in what homes: similar areas are found by it."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from spi_core.edition.areas.geography import BRITISH_NATIONAL_GRID


def outlines(folder: Path, about: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Read the outlines of all areas, to the metre.

    Parameters
    ----------
    folder : Path
        Reference figures.
    about : mapping
        Their ``new-edition.yml``.

    Returns
    -------
    GeoDataFrame
        ``area_code, geometry``, British National Grid.
    """
    packed = gzip.decompress((folder / about["outlines"]).read_bytes())
    frame = gpd.read_file(packed.decode("utf-8")).to_crs(BRITISH_NATIONAL_GRID)
    return frame.set_geometry(frame.geometry.set_precision(1.0))[["area_code", "geometry"]]


def context_table(
    about: Mapping[str, Any], figures: pd.DataFrame, drawn: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Work the context variables out of figures, as ``new-edition.yml`` says.

    Parameters
    ----------
    about : mapping
        Its content.
    figures : DataFrame
        ``area_code, figure_id, period, value``.
    drawn : GeoDataFrame
        ``area_code, geometry`` of the same areas, metres.

    Returns
    -------
    DataFrame
        ``area_code, variable, label, period_label, value, source``; values to four decimals.
    """
    wide = figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")
    land = drawn.set_index("area_code").area / 1e4
    frames: list[pd.DataFrame] = []
    for asked in about["context"]:
        ends = []
        for names in (asked["numerator"], asked.get("denominator")):
            parts = names.split("+") if names else []
            of = [land if n == "hectares" else wide[(n, asked["period"])] for n in parts]
            ends.append(sum(of) if of else 1)
        value = (ends[0] / ends[1] * asked["per"]).round(4).rename_axis("area_code")
        said = {"variable": asked["variable"], "label": asked["label"]}
        said |= {"period_label": asked["period"], "source": asked["source"]}
        frames.append(value.rename("value").reset_index().assign(**said))
    made: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return made[["area_code", "variable", "label", "period_label", "value", "source"]]
