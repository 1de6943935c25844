"""Build an edition: every number of every report, computed once and written as tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import spi_core
from spi_core.assess import assess
from spi_core.challenge import challenge
from spi_core.geography import boundaries, roll_up
from spi_core.impact.build import run_chapters, write_chapters
from spi_core.impact.tables import chapter_tables
from spi_core.index import (
    Estimated,
    Recipe,
    Scores,
    comparable_recipe,
    estimate_missing,
    make_recipe,
    score,
)
from spi_core.inputs import Inputs, data_version
from spi_core.marking import mark
from spi_core.quality import quality_log, steps
from spi_core.review import review
from spi_core.revisions import COMPARED, compare_builds
from spi_core.shrink import shrink_panel
from spi_core.small_areas import small_area_tables
from spi_core.standing import standing_tables
from spi_core.store import Tables, write_bytes, write_tables
from spi_core.treated import fit_edition, treat_estimated, treat_inputs
from spi_core.ward_data import ward_data

__all__ = ["build", "compute"]

LEVELS = ("indicator", "component", "dimension", "index")


def build(inputs: Inputs, folder: Path) -> dict[str, pd.DataFrame]:
    """Compute an edition and write its tables.

    Parameters
    ----------
    inputs : Inputs
        The edition, checked.
    folder : Path
        ``reports/<edition>``.

    Returns
    -------
    dict of str to DataFrame
        The tables, as written to ``tables/``; the weights also stand in ``weights.csv``, ready
        to be copied to ``data/<edition>/`` and so frozen.
    """
    tables = compute(inputs)
    chapters = run_chapters(inputs, tables)
    tables |= chapter_tables(chapters)
    about: dict[str, Any] = {
        "edition": dict(inputs.settings),
        "data_version": inputs.version,
        "data_sha256": data_version(inputs.folder),
        "software": spi_core.__version__,
    }
    before = _build_before(folder, about["data_sha256"])
    if before is not None:
        tables["revisions"] = compare_builds(before, tables, before.about, about)
        about["compared_with"] = before.about["data_version"]
    about["rows"] = {name: len(frame) for name, frame in tables.items()}
    resting_on = {"id": inputs.settings["id"], "data_version": inputs.version}
    write_chapters(folder / "impact", chapters, resting_on)
    write_tables(folder / "tables", tables, about)
    for name, frame in (("weights", tables["weights"]), ("ward-data", tables["ward_data"])):
        write_bytes(folder / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n").encode())
    return tables


def _build_before(folder: Path, data_sha256: str) -> Tables | None:
    """Keep the last build that rested on other data, to say what has changed since."""
    tables, kept = folder / "tables", folder / "previous"
    if (tables / "build.json").exists():
        last = Tables(tables)
        if last.about["data_sha256"] != data_sha256 and set(COMPARED) <= set(last):
            # without build.json a copy that was cut short does not count
            (kept / "build.json").unlink(missing_ok=True)
            for name in [*(f"{n}.parquet" for n in COMPARED), "build.json"]:
                write_bytes(kept / name, (tables / name).read_bytes())
    whole = (kept / "build.json").exists() and set(COMPARED) <= set(Tables(kept))
    return Tables(kept) if whole else None


def compute(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Compute every table of an edition, in memory.

    Parameters
    ----------
    inputs : Inputs
        The edition, checked.

    Returns
    -------
    dict of str to DataFrame
        Table name to rows; see ``docs/tables.md``.
    """
    treatment = fit_edition(inputs)
    full = inputs if treatment is None else treat_inputs(inputs, treatment)
    recipe, weights = make_recipe(full)
    levels = inputs.geography.areas["level"]
    larger = [a for a in inputs.panel.areas if levels[a] != "lsoa"]
    inputs = replace(inputs, panel=inputs.panel.take(larger))
    limit = inputs.settings["index"].get("max_imputed", 1)
    wards = [a for a in larger if levels[a] == "ward"]
    raw = inputs.panel.value
    if inputs.settings["index"].get("shrinkage", "none") == "empirical_bayes":
        raw = shrink_panel(inputs.panel, inputs.framework, wards).value
    filled = estimate_missing(raw, recipe, inputs.panel.rows(wards), limit)
    filled = _carry_up(inputs, filled)
    scale = filled if treatment is None else treat_estimated(filled, treatment)
    scores = score(scale.value, recipe)
    changing = comparable_recipe(recipe, inputs.framework)
    comparable = score(scale.value, changing)
    tables = {
        "areas": _areas(inputs),
        "framework": _framework(inputs, recipe),
        "indicators": inputs.framework.indicators.reset_index(),
        "dates": inputs.panel.dates,
        "goalposts": _goalposts(inputs, recipe),
        "signoff": inputs.tables["signoff"].drop(columns=["file", "row"], errors="ignore"),
        "corrections": inputs.tables["corrections"].drop(columns=["file", "row"], errors="ignore"),
        "weights": weights,
        "reference": inputs.tables["distribution"].drop(columns=["file", "row"], errors="ignore"),
        "values": _values(inputs, filled, scale, scores),
        "scores": _long(inputs, recipe, scores),
        "scores_comparable": _long(inputs, recipe, comparable),
    }
    drawn = assess(inputs, recipe, changing, scale, scores, comparable, treatment)
    tables |= standing_tables(drawn) | review(drawn, weights) | challenge(drawn)
    tables |= {"steps": steps(drawn), "quality": quality_log(drawn)}
    tables["coverage"] = _coverage(inputs, recipe, filled)
    tables |= small_area_tables(full, recipe, tables["scores"])
    tables = mark(tables, full.panel, inputs.framework)
    for level in inputs.settings["geography"]["levels"]:
        tables[f"map_{level}"] = boundaries(inputs.geography, level).reset_index()
    tables["ward_data"] = ward_data(inputs, tables)
    return tables


def _carry_up(inputs: Inputs, filled: Estimated) -> Estimated:
    """Roll the borough up again: a gap estimated in one ward does not unscore the borough."""
    panel = replace(inputs.panel, value=filled.value)
    rolled = roll_up(panel, inputs.geography, inputs.framework).value
    filled_up = np.isnan(filled.value) & ~np.isnan(rolled)
    return replace(filled, value=rolled, estimated=filled.estimated | filled_up)


def _elements(inputs: Inputs) -> dict[str, tuple[str, ...]]:
    f = inputs.framework
    return dict(zip(LEVELS, (f.ids, f.components, f.dimensions, ("index",)), strict=True))


def _by_level(scores: Scores) -> dict[str, np.ndarray]:
    arrays = (scores.indicator, scores.component, scores.dimension, scores.index[..., None])
    return dict(zip(LEVELS, arrays, strict=True))


def _areas(inputs: Inputs) -> pd.DataFrame:
    areas = inputs.geography.areas.drop(columns=["file", "row"]).reset_index()
    return areas.assign(scored=areas["code"].isin(inputs.panel.areas))


def _framework(inputs: Inputs, recipe: Recipe) -> pd.DataFrame:
    """One row a component, in order: how many indicators it has and whether it is scored."""
    f = inputs.framework
    count = np.bincount(f.component_of, minlength=len(f.components))
    comparable = np.bincount(f.component_of, weights=f.comparable, minlength=len(f.components))
    thin = inputs.settings["index"].get("thin_below", 3)
    scored = recipe.scored
    why = np.where(count < recipe.minimum, "awaits council data", "too few figures that differ")
    note = np.where(~scored, np.char.add("not scored: ", why), np.where(count < thin, "thin", ""))
    return pd.DataFrame(
        {
            "component": f.components,
            "dimension": [f.dimensions[d] for d in f.dimension_of],
            "indicators": count,
            "comparable_indicators": comparable.astype(int),
            "scored": scored,
            "note": note,
        }
    )


def _goalposts(inputs: Inputs, recipe: Recipe) -> pd.DataFrame:
    """Goalposts in raw units, and on the scale of scoring where an indicator is treated."""
    posts = inputs.tables["goalposts"].drop(columns=["file", "row"]).set_index("indicator_id")
    ids = list(inputs.framework.ids)
    return posts.loc[ids].assign(best_scored=recipe.best, worst_scored=recipe.worst).reset_index()


def _values(inputs: Inputs, filled: Estimated, scale: Estimated, scores: Scores) -> pd.DataFrame:
    """One row a period, area and indicator, with where the value comes from."""
    p = inputs.panel
    # what is suppressed stays so in every table, though its estimate went into the scores
    hidden = p.status == "suppressed"
    shown = filled.estimated & ~hidden
    frame = _grid(inputs, p.indicators).rename(columns={"element": "indicator_id"})
    for name in ("value", "numerator", "denominator"):
        frame[name] = getattr(p, name).ravel()
    # as published: shrunken and treated values stand beside them
    frame["value"] = np.where(shown, filled.value, p.value).ravel()
    frame["value_scored"] = scale.value.ravel()
    frame["score"] = scores.indicator.ravel()
    frame["provenance"] = np.where(shown, "estimated", p.status).ravel()
    frame["estimated"] = filled.estimated.ravel()
    frame["capped"] = scores.capped.ravel()
    return frame.merge(p.dates, on=["indicator_id", "period"], how="left")


def _grid(inputs: Inputs, elements: tuple[str, ...]) -> pd.DataFrame:
    axes = [inputs.panel.periods, inputs.panel.areas, elements]
    index = pd.MultiIndex.from_product(axes, names=["period", "area_code", "element"])
    return index.to_frame(index=False)


def _long(inputs: Inputs, recipe: Recipe, scores: Scores) -> pd.DataFrame:
    frames = []
    for level, elements in _elements(inputs).items():
        frame = _grid(inputs, elements).assign(level=level)
        frame["score"] = _by_level(scores)[level].ravel()
        frames.append(frame)
    long = pd.concat(frames, ignore_index=True)
    return long[["area_code", "period", "element", "level", "score"]].dropna(ignore_index=True)


def _coverage(inputs: Inputs, recipe: Recipe, filled: Estimated) -> pd.DataFrame:
    """Of each component's indicators, how many an area has, observed and estimated."""
    f = inputs.framework
    frame = _grid(inputs, f.components).rename(columns={"element": "component"})
    member = f.component_of[:, None] == np.arange(len(f.components))
    present = np.isfinite(filled.value).astype(int) @ member
    frame["indicators"] = np.tile(member.sum(axis=0), len(frame) // len(f.components))
    frame["present"] = present.ravel()
    frame["estimated"] = (filled.estimated.astype(int) @ member).ravel()
    return frame
