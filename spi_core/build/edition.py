"""Build an edition: every number of every report, computed once and written as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import spi_core
from spi_core.action.distances import achieved_table, distances_table, needs_table
from spi_core.action.priorities import priorities_table
from spi_core.action.targets import target_standing
from spi_core.build.audit.checks import quality_log, steps, with_warnings
from spi_core.build.audit.choices import audit_choices
from spi_core.build.audit.indicators import audit_indicators
from spi_core.build.audit.others import other_indices_table
from spi_core.build.chapter_tables import chapter_tables
from spi_core.build.chapters import run_chapters, write_chapters
from spi_core.build.evidence import Evidence, draw_evidence
from spi_core.build.marking import mark
from spi_core.build.published import data_version
from spi_core.build.recipe import (
    broken_since,
    comparable_recipe,
    make_recipe,
    pair_compared,
    same_figures,
)
from spi_core.build.revisions import build_before, compare_builds, keep_build
from spi_core.build.shown.beside import (
    Points,
    indicator_standing,
    reference_scores,
    reference_standing,
    uncapped,
    with_points,
)
from spi_core.build.shown.counts import beside, with_intervals
from spi_core.build.shown.elements import elements_table, quarters_table
from spi_core.build.shown.peers import peer_choices
from spi_core.build.shown.registers import (
    bases_table,
    comparisons_table,
    with_coverage,
    with_ranges,
)
from spi_core.build.small_areas import small_area_tables
from spi_core.build.standing import standing_tables
from spi_core.build.tabulate import (
    areas_table,
    completeness_table,
    coverage_table,
    dates_table,
    framework_table,
    goalposts_table,
    means_table,
    not_collected_table,
    scores_table,
    values_table,
    with_parts,
    with_same_figures,
)
from spi_core.build.treated import fill, fit_edition, lay_in, treat_inputs
from spi_core.build.ward_data import ward_data
from spi_core.build.years.tables import years_tables
from spi_core.disclosure.control import Controlled, control
from spi_core.disclosure.goalposts import refuse_telling
from spi_core.disclosure.in_force import hold_to, passed, rules_of, shown_again, write_passed
from spi_core.edition.areas.geography import boundaries
from spi_core.edition.areas.rollup import as_published
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel, joined
from spi_core.edition.summary import data_tables
from spi_core.files import private_folder, write_bytes
from spi_core.levels import levels_of
from spi_core.method.recipe import during
from spi_core.method.score import Scores, score, take
from spi_core.store import write_tables
from spi_core.tables import empty_table
from spi_core.text.cells import csv_text
from spi_core.text.words import Audience
from spi_core.uncertainty.decompose import influence

#: What of an observation's row is no secret: that there is one and where, and a survey's error
#: beside its value (a withheld value has none).
KEYS = ["indicator_id", "area_code", "period", "standard_error", "file", "row"]


def build(
    inputs: Inputs,
    folder: Path,
    audience: Audience = "public",
    say: Callable[[str], object] = lambda _: None,
) -> dict[str, pd.DataFrame]:
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
    say : callable, optional
        Told in a sentence what was removed, where the rules of now would hide it.

    Returns
    -------
    dict of str to DataFrame
        The tables, as written to ``tables/``; the weights also stand in ``weights.csv``, ready
        to be copied to ``data/<edition>/`` and so frozen.
    """
    every = joined(inputs.history, inputs.panel)
    controlled = control(every, inputs.framework, inputs.geography, inputs.settings)
    if audience == "public":
        inputs = publishable(inputs, controlled)
    ruled = inputs.framework.indicators[["disclosure_rule", "kind"]].itertuples(name=None)
    rules = rules_of(inputs.settings, ruled, audience)
    every, follows = joined(inputs.history, inputs.panel), inputs.settings.get("follows", "")
    now = passed(rules, every, inputs.geography)
    for line in filter(None, (shown_again(now, every, folder, follows), hold_to(now, folder))):
        say(line)
    tables = _flag(compute(inputs), controlled) | data_tables(inputs)
    tables["quality"] = with_warnings(tables["quality"], tables["warnings"])
    said = controlled.summary
    of_note = said["period"].isin(list(inputs.periods)) | (said["rule"] != "none")
    tables["disclosure_summary"] = said[of_note].reset_index(drop=True)
    if audience == "internal":
        tables["disclosure_log"] = controlled.log
    chapters = run_chapters(inputs, tables, private_folder(folder) / "impact")
    tables |= chapter_tables(chapters)
    version = (sha256 := data_version(inputs, tables))[:7]
    tables["ward_data"].insert(1, "data_version", version)
    about: dict[str, Any] = {
        "edition": dict(inputs.settings),
        "data_version": version,
        "data_sha256": sha256,
        "software": spi_core.__version__,
        "audience": audience,
    }
    private = private_folder(folder)
    kept = private.with_name(follows + "-internal" * (audience == "internal")) if follows else None
    before = build_before(private, version, now, kept)
    if before is not None:
        tables["revisions"] = compare_builds(before.tables, tables, before.about, about)
        about["compared_with"] = before.version
    about["rows"] = {name: len(frame) for name, frame in tables.items()}
    write_passed(now, folder)
    named = {"id": inputs.settings["id"], "data_version": version}
    write_chapters(folder / "impact", chapters, named)
    write_tables(folder / "tables", tables, about)
    for name in ("weights", "ward_data", "needs"):
        path = folder / f"{name.replace('_', '-')}.csv"
        write_bytes(path, csv_text(tables[name]).encode())
    keep_build(private, folder, version)
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
        Neither the panels nor the figures as given hold a suppressed value: no score, estimate,
        weight or effect can rest on one. Goalposts that would tell one are refused.
    """
    before = len(controlled.panel.periods) - len(inputs.panel.periods)
    panel = controlled.panel.during(range(before, len(controlled.panel.periods)))
    refuse_telling(inputs, panel)
    panel, past = replace(panel, dates=inputs.panel.dates), inputs.history
    if past is not None:
        past = replace(controlled.panel.during(range(before)), dates=past.dates)
    read = {name: inputs.tables[name].filter(KEYS) for name in ("observations", "history")}
    return replace(
        inputs,
        panel=panel,
        history=past,
        given=as_published(inputs.given.take(inputs.panel.areas), panel),
        tables={**inputs.tables, **read},
    )


def _flag(tables: dict[str, pd.DataFrame], controlled: Controlled) -> dict[str, pd.DataFrame]:
    """Say of each value whether it rests on few events."""
    p = controlled.panel
    axes = [p.periods, p.areas, p.indicators]
    keys = ["period", "area_code", "indicator_id"]
    few = pd.Series(controlled.flagged.ravel(), pd.MultiIndex.from_product(axes, names=keys))
    for name in {"values", "small_area_values", "history"} & set(tables):
        at = pd.MultiIndex.from_frame(tables[name][keys])
        tables[name] = tables[name].assign(flagged=few.reindex(at).to_numpy(bool))
    return tables


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
    level_of = inputs.geography.areas["level"]
    details = [detail.id for detail in inputs.geography.levels.details]
    larger = [a for a in inputs.panel.areas if level_of[a] not in details]
    past = None if inputs.history is None else inputs.history.take(larger)
    inputs = replace(inputs, panel=inputs.panel.take(larger), history=past)
    made = recipe
    recipe, filled, scale = fill(inputs, made, treatment)
    at = inputs.panel.compared
    here = during(recipe, at)
    changing = comparable_recipe(here, pair_compared(inputs).counts)
    cut = replace(inputs, panel=inputs.panel.during(at))
    drawn = draw_evidence(cut, full, here, changing, take(scale, at), treatment)
    scores = lay_in(score(scale.value, recipe), drawn.scores, at)
    # a figure of an earlier period that means something else has no part in a trend
    apart = (broken_since(inputs) & changing.used)[:, None]
    trend = score(np.where(apart, np.nan, scale.value), changing)
    comparable = lay_in(trend, drawn.comparable, at)
    tables = {
        "areas": areas_table(inputs),
        "framework": framework_table(inputs, recipe, changing),
        "indicators": _plain(inputs.framework.indicators).reset_index(),
        "comparisons": comparisons_table(inputs, changing),
        "dates": dates_table(inputs),
        "goalposts": goalposts_table(inputs, recipe, treatment),
        "signoff": _entered(inputs, "signoff").replace({"date": {"": "pending"}}),
        "corrections": _entered(inputs, "corrections"),
        "weights": weights,
        "means": means_table(recipe),
        "context": _entered(inputs, "context"),
        "partners": _entered(inputs, "partners"),
        "successors": _entered(inputs, "successors"),
        "reference": _entered(inputs, "distribution", "reference"),
        "values": values_table(inputs, filled, scale, scores),
        "scores": scores_table(inputs, scores),
        "scores_comparable": scores_table(inputs, comparable),
        "not_collected": not_collected_table(inputs, recipe),
        "completeness": completeness_table(inputs, recipe, scores),
    }
    alike = same_figures(inputs, recipe)
    tables["scores"] = with_same_figures(tables["scores"], inputs, alike)
    tables |= standing_tables(drawn)
    tables["standing"] = with_parts(tables["standing"], tables["completeness"])
    tables |= audit_indicators(drawn, weights) | audit_choices(drawn)
    tables |= {"steps": steps(drawn, inputs, scale, scores), "quality": quality_log(drawn)}
    compared = cut.panel.periods
    tables["reference_scores"] = reference_scores(tables, inputs, compared, here, treatment)
    tables["other_indices"] = other_indices_table(inputs, tables["standing"])
    tables["coverage"] = coverage_table(inputs, filled)
    tables |= small_area_tables(full, recipe, tables["scores"])
    tables = mark(tables, full.panel, inputs.framework)
    tables["peer_choices"] = peer_choices(inputs, tables["standing"], drawn.similar)
    tables |= _shown(inputs, tables, cut.panel, uncapped(recipe, treatment))
    tables |= years_tables(inputs, drawn, made, treatment, tables["values"])
    for level in levels_of(inputs.settings["geography"]["levels"]):
        shapes = boundaries(inputs.geography, level.id)
        if shapes is not None:
            tables[f"map_{level.id}"] = shapes.reset_index()
    for name in ("targets", "places", "postcodes"):
        found = inputs.tables.get(name, pd.DataFrame())
        if not found.empty:
            tables[name] = _plain(found)
    tables |= _action(drawn, inputs, tables, uncapped(recipe, treatment))
    tables["ward_data"] = ward_data(inputs, tables)
    return tables


def _shown(
    inputs: Inputs, tables: dict[str, pd.DataFrame], compared: Panel, points: Points
) -> dict[str, pd.DataFrame]:
    """Work out what pages show beyond scores: no page computes."""
    register, whole = inputs.framework.indicators, inputs.geography.whole
    units = inputs.geography.units
    made: dict[str, pd.DataFrame] = {
        name: with_intervals(tables[name], register, tables["error_model"], tables["errors"])
        for name in ("values", "small_area_values")
        if name in tables
    }
    home = made["values"][made["values"]["area_code"] == whole]
    made = {name: beside(frame, home) for name, frame in made.items()}
    return made | {
        "indicator_changes": with_points(tables["indicator_changes"], compared, points),
        "indicator_standing": indicator_standing(whole, units, {**tables, **made}),
        "reference_standing": reference_standing(whole, tables, points),
        "goalposts": with_ranges(tables["goalposts"], tables["values"], units),
        "framework": with_coverage(tables["framework"], tables["coverage"], units),
        "bases": bases_table(whole, units, tables),
        "elements": elements_table(tables),
        "quarters": quarters_table(tables),
    }


def _action(
    drawn: Evidence, inputs: Inputs, tables: dict[str, pd.DataFrame], points: Points
) -> dict[str, pd.DataFrame]:
    """Rank the figures of the whole and of its units, measure their gaps and judge the targets."""
    now = Scores(*(getattr(drawn.scores, f.name)[drawn.now] for f in fields(Scores)))
    panel, whole, units = drawn.inputs.panel, drawn.inputs.geography.whole, drawn.units
    axes = list(panel.areas), list(panel.indicators)
    reach = pd.DataFrame(influence(now, drawn.recipe), *axes)
    value, way = panel.value[drawn.now], drawn.inputs.framework.polarity
    unit = pd.DataFrame(points(value + way) - points(value), *axes)
    kept = tables["comparisons"].query("group not in ['broken', 'not collected']")["indicator_id"]
    alike = [(i, "baseline") for i in kept]
    if "history" in tables:
        same = tables["history"].query("comparable and area_code == @whole")
        alike += list(zip(same["indicator_id"], same["period"], strict=True))
    pairs = [_plain(inputs.tables[name]) for name in ("errors", "history_errors")]
    polarity = tables["indicators"].set_index("id")["polarity"].astype(float)
    # by way of a frame: where nothing is comparable the list is empty
    same_in = pd.MultiIndex.from_frame(pd.DataFrame(alike, columns=["indicator_id", "period"]))
    tables["achieved"] = achieved_table(pairs, polarity, same_in)
    tables["distances"] = distances_table(whole, units, tables)
    return {
        "priorities": priorities_table(whole, units, tables, reach, unit),
        "target_standing": target_standing(whole, units, tables),
        "needs": needs_table(tables),
    }


def _plain(read: pd.DataFrame) -> pd.DataFrame:
    """Leave out where a row was read: that is for errors alone."""
    return read.drop(columns=["file", "row"], errors="ignore")


def _entered(inputs: Inputs, file: str, table: str = "") -> pd.DataFrame:
    """Take over an input file as a table; without the file it has no rows, but its columns."""
    found = _plain(inputs.tables[file])
    return empty_table(table or file) if found.empty else found
