"""Build an edition: every number of every report, computed once and written as tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

import spi_core
from spi_core.build.evidence import assess
from spi_core.build.audit.choices import challenge
from spi_core.disclosure.control import Controlled, control
from spi_core.edition.areas.geography import boundaries
from spi_core.build.chapters import run_chapters, write_chapters
from spi_core.build.chapter_tables import chapter_tables
from spi_core.build.recipe import comparable_recipe, make_recipe
from spi_core.method.score import Estimated, estimate_missing, score
from spi_core.edition.inputs import Inputs, data_version
from spi_core.build.marking import mark
from spi_core.build.audit.checks import quality_log, steps
from spi_core.build.audit.indicators import review
from spi_core.build.revisions import COMPARED, compare_builds
from spi_core.edition.areas.rollup import as_published, roll_up
from spi_core.uncertainty.shrink import shrink_panel
from spi_core.build.small_areas import small_area_tables
from spi_core.build.standing import standing_tables
from spi_core.store import Tables, write_bytes, write_tables
from spi_core.edition.summary import data_tables
from spi_core.build.tabulate import (
    areas_table,
    coverage_table,
    framework_table,
    goalposts_table,
    scores_table,
    values_table,
)
from spi_core.build.treated import fit_edition, treat_estimated, treat_inputs
from spi_core.build.ward_data import ward_data

__all__ = ["Audience", "build", "compute", "publishable"]

#: ``public``: what the disclosure rules let out; ``internal``: everything.
Audience: TypeAlias = Literal["public", "internal"]

#: What of an observation's row is no secret: that there is one.
KEYS = ["indicator_id", "area_code", "period"]


def build(inputs: Inputs, folder: Path, audience: Audience = "public") -> dict[str, pd.DataFrame]:
    """Compute an edition and write its tables.

    Parameters
    ----------
    inputs : Inputs
        The edition, checked.
    folder : Path
        ``reports/<edition>``, or ``reports/<edition>-internal``.
    audience : {"public", "internal"}
        Who may read the result. Only the internal tables hold suppressed values and the log of
        the decisions to suppress them.

    Returns
    -------
    dict of str to DataFrame
        The tables, as written to ``tables/``; the weights also stand in ``weights.csv``, ready
        to be copied to ``data/<edition>/`` and so frozen.
    """
    controlled = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings)
    if audience == "public":
        inputs = publishable(inputs, controlled)
    tables = _flag(compute(inputs), controlled, inputs) | data_tables(inputs)
    tables["disclosure_summary"] = controlled.summary
    if audience == "internal":
        tables["disclosure_log"] = controlled.log
    chapters = run_chapters(inputs, tables)
    tables |= chapter_tables(chapters)
    about: dict[str, Any] = {
        "edition": dict(inputs.settings),
        "data_version": inputs.version,
        "data_sha256": data_version(inputs.folder),
        "software": spi_core.__version__,
        "audience": audience,
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


def publishable(inputs: Inputs, controlled: Controlled) -> Inputs:
    """Take out of an edition what the public may not see, before anything is computed from it.

    Parameters
    ----------
    controlled : Controlled
        What the disclosure rules decided.

    Returns
    -------
    Inputs
        Neither the panel nor the figures as given hold a suppressed value: no score, estimate,
        weight or effect can rest on one, and so none can be worked out from them.
    """
    return replace(
        inputs,
        panel=controlled.panel,
        given=as_published(inputs.given.take(inputs.panel.areas), controlled.panel),
        tables={**inputs.tables, "observations": inputs.tables["observations"][KEYS]},
    )


def _flag(
    tables: dict[str, pd.DataFrame], controlled: Controlled, inputs: Inputs
) -> dict[str, pd.DataFrame]:
    """Say of each value whether it rests on few events."""
    p = inputs.panel
    axes = [p.periods, p.areas, p.indicators]
    keys = ["period", "area_code", "indicator_id"]
    few = pd.Series(controlled.flagged.ravel(), pd.MultiIndex.from_product(axes, names=keys))
    for name in {"values", "small_area_values"} & set(tables):
        at = pd.MultiIndex.from_frame(tables[name][keys])
        tables[name] = tables[name].assign(flagged=few.reindex(at).to_numpy(bool))
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
        "areas": areas_table(inputs),
        "framework": framework_table(inputs, recipe),
        "indicators": _plain(inputs.framework.indicators).reset_index(),
        "dates": inputs.panel.dates,
        "goalposts": goalposts_table(inputs, recipe),
        "signoff": _plain(inputs.tables["signoff"]),
        "corrections": _plain(inputs.tables["corrections"]),
        "weights": weights,
        "context": _plain(inputs.tables["context"]),
        "reference": _plain(inputs.tables["distribution"]),
        "values": values_table(inputs, filled, scale, scores),
        "scores": scores_table(inputs, scores),
        "scores_comparable": scores_table(inputs, comparable),
    }
    drawn = assess(inputs, recipe, changing, scale, scores, comparable, treatment)
    tables |= standing_tables(drawn) | review(drawn, weights) | challenge(drawn)
    tables |= {"steps": steps(drawn), "quality": quality_log(drawn)}
    tables["coverage"] = coverage_table(inputs, filled)
    tables |= small_area_tables(full, recipe, tables["scores"])
    tables = mark(tables, full.panel, inputs.framework)
    for level in inputs.settings["geography"]["levels"]:
        tables[f"map_{level}"] = boundaries(inputs.geography, level).reset_index()
    for name in ("targets", "postcodes"):
        found = inputs.tables.get(name, pd.DataFrame())
        if not found.empty:
            tables[name] = _plain(found)
    tables["ward_data"] = ward_data(inputs, tables)
    return tables


def _plain(read: pd.DataFrame) -> pd.DataFrame:
    """Leave out where a row was read: that is for errors alone."""
    return read.drop(columns=["file", "row"], errors="ignore")


def _carry_up(inputs: Inputs, filled: Estimated) -> Estimated:
    """Roll the borough up again: a gap estimated in one ward does not unscore the borough."""
    panel = replace(inputs.panel, value=filled.value)
    rolled = roll_up(panel, inputs.geography, inputs.framework).value
    filled_up = np.isnan(filled.value) & ~np.isnan(rolled)
    return replace(filled, value=rolled, estimated=filled.estimated | filled_up)
