"""Build a chapter that compares with areas beyond the borough."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spi_core.edition.interventions.design import Design, Outcome, protocol_hash
from spi_core.edition.interventions.panels import Wide
from spi_core.impact.analyse import RawTable
from spi_core.impact.arrays import Floats
from spi_core.impact.inference.multiplicity import benjamini_hochberg, holm
from spi_core.impact.provenance import trace
from spi_core.impact.refusal import Refusal, refuse
from spi_core.impact.results import ChapterResult, PrimaryResult, SideResult
from spi_core.impact.verdict import Verdict
from spi_core.impact.wide.analyse import (
    analyse_areas,
    analyse_boroughs,
    choose_sets,
    deciding,
    estimate,
    periods_of,
    worth_of,
)
from spi_core.impact.wide.field import Field, lay_out
from spi_core.impact.wide.judge import judge_wide
from spi_core.impact.wide.numbers import WideAnalysis, in_percent
from spi_core.impact.wide.placebo import PlaceboSets, clumps, draw_sets

NAN = float("nan")
FEWEST = 10  # areas, boroughs or sets below which nothing is compared


def run_wide(design: Design, wide: Wide, rng: np.random.Generator) -> ChapterResult:
    """Compute one chapter against a panel of ``series.yml``.

    Parameters
    ----------
    design : Design
        Protocol, held against the panel at the door.
    wide : Wide
        The panel.
    rng : numpy.random.Generator
        Draws the placebo sets.

    Returns
    -------
    ChapterResult
        Effects in per cent of what was expected; refused where too little is left to compare with.
    """
    field = lay_out(design, wide)
    names = periods_of(design)[0]
    cells = {
        o.id: wide.cells(o.id, design.targeting).loc[list(field.codes), names].to_numpy(float)
        for o in design.outcomes
    }
    boroughs = design.comparison == "boroughs"
    sets = PlaceboSets(np.zeros((int(field.pool.sum()), 1), dtype=np.int64), exact=True)
    if not boroughs:
        homes = np.unique(field.home[field.treated]).size
        sizes = clumps(field.treated, field.links)
        sets = draw_sets(sizes, field.pool, field.links, field.home, rng, one_home=homes == 1)
    refusals: tuple[Refusal, ...] = ()
    if min(int(field.pool.sum()), sets.members.shape[0]) < FEWEST or (
        boroughs and field.treated.sum() > 1
    ):
        refusals = (refuse("no_comparison"),)
    done: dict[str, WideAnalysis] = {}
    failed: dict[str, Refusal] = {}
    for outcome in () if refusals else design.primary:
        try:
            done[outcome.id] = (
                analyse_boroughs(design, outcome, field, cells[outcome.id])
                if boroughs
                else analyse_areas(design, outcome, field, cells[outcome.id], sets)
            )
        except ValueError as error:
            failed[outcome.id] = refuse("no_variation", str(error))
    side = () if refusals else _side(design, field, cells, sets)
    corrected = holm(np.array([a.effect.p for a in done.values()]))
    family = dict(zip(done, corrected, strict=True))
    placebo = [row.p for row in side if row.role == "placebo" and np.isfinite(row.p)]
    primary = []
    for outcome in design.primary:
        found = done.get(outcome.id)
        if found is None:
            reasons = refusals or (failed[outcome.id],)
            needs = tuple(dict.fromkeys(r.needs for r in reasons))
            verdict = Verdict("not answerable", "", (), 0, "", needs)
            primary.append(PrimaryResult(outcome, reasons, (), None, None, NAN, NAN, NAN, verdict))
            continue
        p = float(family[outcome.id])
        verdict = judge_wide(design, outcome, found, p, placebo)
        cautions = _cautions(design, wide, field, found)
        primary.append(
            PrimaryResult(outcome, (), cautions, found.raw, found, found.effect.p, p, NAN, verdict)
        )
    first = next(iter(done.values()), None)
    units = pd.DataFrame({"area_code": field.codes, "treated": field.treated, "pool": field.pool})
    return ChapterResult(
        design=design,
        refusals=refusals,
        sets=first.effect.sets if first else 0,
        exact=sets.exact,
        floor=first.effect.floor if first else 1.0,
        primary=tuple(primary),
        side=side,
        provenance=trace(
            protocol_hash(design),
            sum(c.size for c in cells.values()),
            _means({k: a.raw for k, a in done.items()}),
            units,
        ),
    )


def _side(
    design: Design, field: Field, cells: Mapping[str, Floats], drawn: PlaceboSets
) -> tuple[SideResult, ...]:
    """Placebo and exploratory outcomes by the method that decides."""
    rows: list[SideResult] = []
    before = periods_of(design)[2]
    for role, outcomes in (("placebo", design.placebo), ("exploratory", design.exploratory)):
        made: list[tuple[Outcome, tuple[float, ...]]] = []
        for outcome in outcomes:
            values = cells[outcome.id]
            try:
                if design.comparison == "boroughs":
                    test = analyse_boroughs(design, outcome, field, values).effect
                else:
                    sets = choose_sets(design, field, drawn, values, before)
                    worth = worth_of(design, outcome)
                    method = deciding(design)
                    key = "pool" if method == "difference" else method
                    test = in_percent(estimate(design, field, values, sets, key, worth))
                made.append((outcome, (test.estimate, test.low, test.high, test.p)))
            except ValueError:
                made.append((outcome, (NAN,) * 4))
        p = np.array([numbers[3] for _, numbers in made])
        adjusted = np.full(p.size, NAN)
        if np.isfinite(p).any():
            adjusted[np.isfinite(p)] = benjamini_hochberg(p[np.isfinite(p)])
        for (outcome, numbers), q in zip(made, adjusted, strict=True):
            refused = () if np.isfinite(numbers[3]) else (refuse("no_variation"),)
            estimate_, low, high, own = numbers
            rows.append(SideResult(outcome, role, estimate_, low, high, own, float(q), refused))
    return tuple(rows)


def _cautions(design: Design, wide: Wide, field: Field, found: WideAnalysis) -> tuple[str, ...]:
    """Collect what a reader should know though the question is answered."""
    last = list(wide.periods)[-int(wide.about.get("provisional", 0)) or None :]
    provisional = wide.about.get("provisional") and sorted(set(design.after) & set(last))
    jumps = "; ".join(f"{period} ({change:+.0f} %)" for period, change in found.shocks)
    checks = (
        (
            bool(provisional),
            f"{len(provisional or ())} of the {len(design.after)} periods after are provisional.",
        ),
        (
            bool(jumps),
            f"Everywhere together the figures jumped in {jumps}: recording may have changed. "
            "What is common to all areas is taken out, what is not is not.",
        ),
        (
            design.selection not in ("other", "lot") and design.comparison != "boroughs",
            "Placebo sets are those nearest in level: the areas may have been chosen for theirs.",
        ),
        (
            found.effect.sets < field.pool.sum() * 1 and found.effect.floor > 0.02,
            f"The smallest p that {found.effect.sets} placebos can give is "
            f"1/{found.effect.sets + 1}.",
        ),
        (
            any(
                p == design.start[: len(p)] and design.start[len(p) :] not in ("-01", "-01-01")
                for p in design.after
            ),
            "The first period after holds some time from before the start.",
        ),
    )
    return tuple(words for holds, words in checks if holds)


def _means(raw: Mapping[str, RawTable]) -> pd.DataFrame:
    rows = [
        (name, row.area_code, row.before, row.after) for name, t in raw.items() for row in t.wards
    ]
    return pd.DataFrame(rows, columns=["outcome_id", "area_code", "before", "after"])
