"""Words, tables and pictures of impact chapters: clear, unclear, two wards, LSOAs, refused."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from matplotlib.figure import Figure
from matplotlib.text import Text

from spi_core.build.chapter_tables import chapter_tables
from spi_core.build.chapters import Chapter, write_chapters
from spi_core.edition.interventions.design import Design, Outcome
from spi_core.errors import SpiError
from spi_core.impact.chapter import run_chapter
from spi_core.impact.estimate.event_study import _times
from spi_core.present.impact import (
    captions as impact_captions,
)
from spi_core.present.impact import (
    charts as impact,
)
from spi_core.present.impact import (
    checks as impact_checks,
)
from spi_core.present.impact import (
    intervals as impact_intervals,
)
from spi_core.present.impact import (
    labels as impact_labels,
)
from spi_core.present.impact import (
    maps as impact_maps,
)
from spi_core.present.impact import (
    notes as impact_notes,
)
from spi_core.present.impact import (
    overview as impact_overview,
)
from spi_core.present.impact import (
    tables as impact_tables,
)
from spi_core.present.impact import (
    words as impact_words,
)
from spi_core.present.impact.data import ChapterPage, gather_chapter, gather_chapters
from spi_core.publish.render.job import RenderJob
from spi_core.publish.render.make import make_document
from spi_core.store import Tables, write_tables
from tests.support.editions import ROOT
from tests.support.rendered import Rendered
from tests.support.tables import table

WARDS = [f"E0500001{i}" for i in range(10)]
NAMES = dict(zip(WARDS, [f"{letter}wood" for letter in "ABCDEFGHIJ"], strict=True))
UNITS = [(f"E010000{w}{k}", ward) for w, ward in enumerate(WARDS) for k in range(4)]
YEARS = ("2015", "2016", "2017", "2019")
RATE = "fires a year per 1,000 residents"


def areas() -> pd.DataFrame:
    table = pd.DataFrame(UNITS, columns=["area_code", "ward_code"])
    return table.assign(population=2000.0)


def values(effect: float, gap: float = 0.0) -> pd.DataFrame:
    """Levels that last, noise, and an effect on fires in the first three wards after 2017."""
    rng = np.random.default_rng(11)
    frames = []
    for outcome in ("fires", "noise", "quiet"):
        lasting = 20 + rng.normal(size=len(UNITS)) + rng.normal(size=10).repeat(4)
        lasting[:12] += gap
        for year in YEARS:
            level = lasting + 0.5 * rng.normal(size=len(UNITS))
            if year == "2019" and outcome == "fires":
                level[:12] += effect
            codes = [code for code, _ in UNITS]
            frames.append(
                pd.DataFrame(
                    {"outcome_id": outcome, "area_code": codes, "period": year, "value": level}
                )
            )
    return pd.concat(frames, ignore_index=True)


def design(name: str, **changes: Any) -> Design:
    plan: dict[str, Any] = {
        "id": name,
        "name": f"Scheme {name}",
        "start": "2018-03-19",
        "targeting": "ward",
        "treated": tuple(WARDS[:3]),
        "earlier": ("2015",),
        "before": ("2016", "2017"),
        "after": ("2019",),
        "primary": (Outcome("fires", "down", "Fires", RATE), Outcome("noise", "up", "Noise score")),
        "placebo": (Outcome("quiet", "down", "Quiet"),),
        "selection": "other",
        "card": {
            "Question": "Fewer fires?",
            "What": "Wardens.",
            "Sources": ["https://example.org"],
        },
    }
    return Design(**(plan | changes))


LSOAS = tuple(code for code, ward in UNITS if code.endswith(("0", "1")))
PLANS: dict[str, tuple[Design, float]] = {
    "clear": (design("clear"), -6.0),
    "unclear": (design("unclear"), 0.0),
    "two": (design("two", treated=tuple(WARDS[:2]), excluded=(WARDS[2],), inferred=True), 0.0),
    "small": (design("small", targeting="lsoa", by_unit=False, treated=LSOAS[:6]), 0.0),
    "short": (design("short", earlier=(), before=("2017",)), 0.0),
    "refused": (design("refused", comparison="none"), 0.0),
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    ring = {w: [WARDS[i - 1], WARDS[(i + 1) % 10]] for i, w in enumerate(WARDS)}
    chapters = tuple(
        Chapter(
            run_chapter(
                plan, lambda e=effect: values(e), areas(), np.random.default_rng(1), neighbours=ring
            ),
            "lsoa",
            False,
        )
        for plan, effect in PLANS.values()
    )
    folder = tmp_path_factory.mktemp("reports")
    write_chapters(folder / "impact", chapters, {"id": "tiny", "data_version": "abc"})
    known = [("E09000099", "Testing", "borough", "")]
    known += [(w, NAMES[w], "ward", "E09000099") for w in WARDS]
    known += [(code, code, "lsoa", ward) for code, ward in UNITS]
    listed = pd.DataFrame(known, columns=["code", "name", "level", "parent_code"])
    edition = {
        "area": "E09000099",
        "geography": {"levels": ["borough", "ward"]},
        "attribution": "Made up.",
        "contact": "nobody",
    }
    made = {"areas": table("areas", listed), **chapter_tables(chapters)}
    write_tables(folder / "tables", made, {"edition": edition})
    return Tables(folder / "tables")


@pytest.fixture(scope="module")
def pages(tables: Tables) -> dict[str, ChapterPage]:
    return {page.id: page for page in gather_chapters(tables)}


def texts(figure: Figure) -> str:
    found = " | ".join(t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")))
    plt.close(figure)
    return found


def test_chapters_come_in_the_order_of_the_file(pages: dict[str, ChapterPage]) -> None:
    assert list(pages) == list(PLANS)


def test_an_unknown_chapter_is_refused_by_name(tables: Tables) -> None:
    with pytest.raises(SpiError, match="no impact chapter 'none'; there are: clear, refused"):
        gather_chapter(tables, "none")


def test_a_build_that_lost_its_chapters_removes_their_files(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    write_chapters(tmp_path, (), {"id": "tiny", "data_version": "abc"})
    assert list(tmp_path.iterdir()) == []


def test_sides_name_every_ward_once(pages: dict[str, ChapterPage]) -> None:
    for page in pages.values():
        listed = [name for side in page.sides.values() for name in side]
        assert sorted(listed) == sorted(NAMES.values())
    assert pages["two"].sides["set aside"] == ("Cwood",)
    assert pages["small"].sides["treated"] == ("Awood", "Bwood", "Cwood")
    assert pages["refused"].sides["comparison"] == ()


def test_lead_claims_only_what_the_verdict_says(pages: dict[str, ChapterPage]) -> None:
    clear = impact_words.lead(pages["clear"])
    assert clear.startswith("↗ Clear improvement: fires. No clear change: noise score. An effect")
    unclear = impact_words.lead(pages["unclear"])
    assert unclear.startswith("No clear change: fires and noise score. An effect that these")
    assert "is ruled out, a smaller one is not" in unclear
    assert "cannot be answered" in impact_words.lead(pages["refused"])


def test_answer_gives_levels_effect_interval_exact_p_floor_power_and_certainty(
    pages: dict[str, ChapterPage],
) -> None:
    page = pages["unclear"]
    fires, noise = impact_words.answer_items(page)
    o = page.outcomes[0]
    effect, panel = o.analysis["effect"], o.analysis["panel"]
    assert fires.startswith("### → Fires: no clear change")
    assert f"{o.raw['treated_before']:.1f} to {o.raw['treated_after']:.1f} {RATE}" in fires
    assert f"exact p\u00a0=\u00a0{effect['p']:.2f}" in fires
    assert f"Of the 120 ways to pick as many wards, {round(effect['p'] * 120)} show" in fires
    assert "the smallest this design can give is 0.0083" in fires
    assert f"{panel['high']:+.1f}." in fires.replace("−", "-")
    assert f"{abs(panel['naive']):.1f} " not in fires  # the treated areas' own change
    chance = f"a chance of {100 * o.analysis['power_exact']:.0f}% of being found"
    assert f"A true effect of {o.analysis['power']['effect']:.1f} had {chance}" in fires
    assert f"Certainty: **{o.verdict['certainty']}**" in fires
    assert "24,000 people" in fires
    assert "people" not in noise  # no rate, so no number of events


def test_clear_answer_does_not_speak_of_missed_effects(pages: dict[str, ChapterPage]) -> None:
    fires = impact_words.answer_items(pages["clear"])[0]
    assert fires.startswith("### ↗ Fires: clear improvement")
    assert "of being found" not in fires
    assert "alone could" not in fires
    assert "fewer than if they had moved like the others" in fires


def test_refused_chapter_gives_reason_and_what_would_help(pages: dict[str, ChapterPage]) -> None:
    page = pages["refused"]
    assert all("○" in item and "not answerable" in item for item in impact_words.answer_items(page))
    (reason,) = impact_notes.refusal_items(page)
    assert reason.startswith("**The whole chapter.**")
    assert "What would help: Figures, for the same periods" in reason
    assert impact_words.change_mind(page)


def test_notes_say_who_is_in_and_what_to_keep_in_mind(pages: dict[str, ChapterPage]) -> None:
    said = " ".join(impact_notes.estimand(pages["two"]))
    assert "2 wards (8 small areas): Awood and Bwood" in said
    assert "**Set aside beforehand:** Cwood." in said
    assert "no area" in said
    cautions = impact_notes.caution_items(pages["two"])
    assert "Two treated wards: permutation only, companion tests are withheld." in cautions
    assert "Quiet" not in impact_notes.placebo_outcomes(pages["two"])
    assert "quiet p\u00a0=\u00a0" in impact_notes.placebo_outcomes(pages["two"])
    assert impact_notes.card_items(pages["two"]) == "**What**\n:   Wardens."


def test_companions_are_there_with_three_wards_and_withheld_with_two(
    pages: dict[str, ChapterPage],
) -> None:
    assert len(impact_checks.companion_table(pages["unclear"])) == 2
    assert impact_checks.companion_table(pages["two"]).empty


def test_grid_shows_every_specification_of_every_outcome(pages: dict[str, ChapterPage]) -> None:
    grid = impact_checks.grid_table(pages["unclear"])
    assert list(grid.columns) == ["Specification", "Fires", "Noise score"]
    assert len(grid) == len(pages["unclear"].outcomes[0].analysis["grid"])
    assert grid["Fires"].str.len().gt(1).all()


def test_checks_name_wards_and_say_what_is_not_possible(pages: dict[str, ChapterPage]) -> None:
    table = impact_checks.check_table(pages["two"]).set_index("Check")["Fires"]
    left_out = table["One ward left out at a time"]
    assert "not possible without Awood, without Bwood" in left_out
    clear = impact_checks.check_table(pages["clear"]).set_index("Check")["Fires"]
    placebo = clear["Placebo group: comparison wards most like the treated"]
    assert ", as if " in placebo
    assert placebo.endswith("wood had been treated")
    assert "E0500" not in " ".join(table)


def test_every_outcome_tested_is_listed_with_its_role(pages: dict[str, ChapterPage]) -> None:
    table = impact_checks.multiplicity_table(pages["unclear"])
    assert table["Role"].tolist() == ["primary", "primary", "placebo"]
    assert (
        table["Corrected"]
        .iloc[0]
        .startswith(impact_checks.estimate_table(pages["unclear"])["After Holm"].iloc[0])
    )


def test_raw_table_has_a_difference_only_with_a_comparison(pages: dict[str, ChapterPage]) -> None:
    both, alone = (impact_tables.raw_table(pages[name]) for name in ("unclear", "refused"))
    assert both["Side"].tolist()[:3] == ["Treated", "Comparison", "**Difference**"]
    assert set(alone["Side"]) == {"Treated"}
    o = pages["unclear"].outcomes[0]
    gap = float(both["Change"].iloc[2].strip("*").replace("−", "-"))
    assert gap == pytest.approx(o.analysis["effect"]["estimate"], abs=0.05)


def test_protocol_certainty_power_and_provenance_tables(pages: dict[str, ChapterPage]) -> None:
    page = pages["unclear"]
    protocol = impact_tables.protocol_table(page).set_index("Fixed beforehand")["As"]
    assert protocol["Primary outcomes"] == "Fires (lower is better); Noise score (higher is better)"
    assert protocol["Before · after"] == "2016–17 · 2019"
    assert (
        page.node["provenance"]["protocol_sha256"]
        in impact_tables.provenance_table(page)["SHA-256"].iloc[0]
    )
    assert len(impact_tables.power_table(page)) == 2
    assert "of 5" in impact_tables.certainty_table(page)["Maryland scale"].iloc[0]
    assert impact_tables.certainty_table(pages["refused"])["Certainty"].tolist() == ["–", "–"]


def test_two_periods_leave_trends_untested(pages: dict[str, ChapterPage]) -> None:
    page = pages["short"]
    assert all(not o.analysis["study"] for o in page.answered)
    trend = impact_checks.trend_table(page)
    assert set(trend["Difference in trend before, a year"]) == {"not testable with two periods"}


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", ["clear", "unclear", "two", "small"])
def test_pictures_say_what_they_show(
    pages: dict[str, ChapterPage], name: str, narrow: bool
) -> None:
    page = pages[name]
    slopes = texts(impact.slope_chart(page, narrow))
    assert all(ward in slopes for ward in page.sides["treated"])
    assert not any(ward in slopes for ward in page.sides["comparison"])
    placebos = texts(impact.placebo_chart(page, narrow))
    assert "effect found" in placebos
    periods = texts(impact.event_chart(page, narrow))
    assert "’15" in periods
    assert "’18" not in periods
    bracket = texts(impact_intervals.bracket_chart(page, narrow))
    assert bracket.count("Difference-in-differences") == 2


def test_widths_fit_paper_and_phone(pages: dict[str, ChapterPage]) -> None:
    for narrow, width in ((False, 170), (True, 88)):
        for chart in (
            impact.slope_chart,
            impact.placebo_chart,
            impact.event_chart,
            impact_intervals.bracket_chart,
        ):
            figure = chart(pages["unclear"], narrow)
            assert figure.get_size_inches()[0] * 25.4 == pytest.approx(width)
            plt.close(figure)


def test_labels_are_moved_apart_and_no_further_than_needed() -> None:
    placed = impact_labels.spread([1.0, 1.1, 1.2, 9.0], 1.0)
    assert np.diff(placed).min() >= 1.0 - 1e-9
    assert placed[3] == 9.0
    assert np.mean(placed[:3]) == pytest.approx(1.1)


@pytest.mark.parametrize("narrow", [False, True])
def test_map_names_the_treated_wards_and_counts_each_side(
    pages: dict[str, ChapterPage], narrow: bool
) -> None:
    shapes = [shapely.box(1000 * i, 0, 1000 * i + 1000, 4000) for i in range(10)]
    wards = gpd.GeoDataFrame({"name": list(NAMES.values())}, geometry=shapes, crs=27700)
    shown = texts(impact_maps.treated_map(wards, pages["two"], narrow))
    assert "Awood" in shown
    assert "Set aside · 1 ward" in shown
    assert "Comparison · 7 wards" in shown


def test_captions_say_the_message_and_alts_the_numbers(pages: dict[str, ChapterPage]) -> None:
    clear, unclear = pages["clear"], pages["unclear"]
    assert "stands out" in impact_captions.placebo_caption(clear)
    assert "The effect on fires stands out" in impact_captions.placebo_caption(clear)
    assert "No effect stands out from those of other" in impact_captions.placebo_caption(unclear)
    assert "Both ends agree on the direction for fires" in impact_captions.bracket_caption(clear)
    assert "the band holds zero" in impact_captions.bracket_caption(unclear)
    assert f"areas, {RATE}, against 2017" in impact_captions.event_caption(unclear)
    assert "did not move clearly apart" in impact_captions.event_caption(unclear)
    assert "**Fires fell in all 3 treated wards and" in impact_captions.slope_caption(clear)
    assert "; noise score " in impact_captions.slope_caption(clear)
    assert "inferred" in impact_captions.map_caption(pages["two"])
    assert "inferred" not in impact_captions.map_caption(unclear)
    for alt in (
        impact_captions.slope_alt,
        impact_captions.placebo_alt,
        impact_captions.event_alt,
        impact_captions.bracket_alt,
    ):
        said = alt(unclear)
        assert "Fires" in said
        assert any(ch.isdigit() for ch in said)


def test_overview_lists_every_answer_and_counts_the_tests(pages: dict[str, ChapterPage]) -> None:
    listed = list(pages.values())
    table = impact_tables.overview_table(listed)
    assert len(table) == 2 * len(listed)
    assert table["Programme, start"].iloc[0] == "[Scheme clear](impact/clear.html), 19 March 2018"
    assert table["Answer"].iloc[0] == "↗ clear improvement"
    assert table["Answer"].iloc[-1] == "○ not answerable"
    tests = impact_overview.count_tests(listed)
    assert "over ten primary tests in all, the chance of at least one false alarm" in tests
    assert "false alarm" not in impact_overview.count_tests(listed[:1])
    lead = impact_overview.overview_lead(listed)
    assert "six programmes, ten answers: one ↗ clear improvement, five → no clear" in lead.lower()
    assert "One programme cannot be judged" in lead
    answers = texts(impact_intervals.answer_chart([p for p in listed if p.answered]))
    assert "↗ clear improvement" in answers
    assert "Scheme clear, Fires: −" in impact_captions.answer_alt([pages["clear"]])


def test_result_files_follow_the_schema_and_open_ends_have_words(tables: Tables) -> None:
    import jsonschema

    schema = ROOT / "spi_core" / "impact" / "results.schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8")))
    for path in sorted((tables.folder.parent / "impact").glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        validator.validate(document)
        assert document["edition"]["data_version"] == "abc"


def test_an_open_end_of_an_interval_is_said_in_words(pages: dict[str, ChapterPage]) -> None:
    from spi_core.present.impact.numbers import fewer_or_more, span

    o = pages["unclear"].outcomes[0]
    assert span(o, "unbounded", 1.0) == "no lower bound to +1.0"
    assert fewer_or_more(float("inf"), 1, counted=False) == "any amount higher"


def test_events_are_counted_from_the_estimate_that_counts_residents(
    pages: dict[str, ChapterPage],
) -> None:
    from spi_core.present.impact.numbers import headcount

    page = pages["clear"]
    fires = impact_words.answer_items(page)[0]
    o = page.outcomes[0]
    grid = {row["key"]: row for row in o.analysis["grid"]}
    about = abs(headcount(o, grid["population"]["estimate"]))
    assert f"Weighted by residents (part 8) it is about {about:.0f} fewer fires a year" in fires
    ends = [headcount(o, o.analysis["panel"][k]) for k in ("high", "low")]
    assert "alike, the figures fit **anything from" in fires
    assert f"to {max(map(abs, ends)):.0f} fewer**" in fires


def test_events_without_a_weighted_estimate_have_a_range_and_no_point(
    pages: dict[str, ChapterPage],
) -> None:
    page = copy.deepcopy(pages["clear"])
    for o in page.outcomes:
        o.analysis["grid"][:] = [r for r in o.analysis["grid"] if r["key"] != "population"]
    fires = impact_words.answer_items(page)[0]
    assert "about" not in fires
    assert "If it touches each of the 24,000 residents there alike, the figures fit **" in fires


def test_residents_of_small_areas_are_not_taken_for_those_of_their_wards(
    pages: dict[str, ChapterPage],
) -> None:
    assert "24,000" not in impact_words.answer_items(pages["small"])[0]
    assert "people" not in impact_words.answer_items(pages["small"])[0]


def test_a_point_that_is_no_finding_says_what_else_could_bring_it(
    pages: dict[str, ChapterPage],
) -> None:
    page = copy.deepcopy(pages["unclear"])
    assert "allowed for: chance alone could bring that." in impact_words.answer_items(page)[0]
    for o in page.outcomes:
        o.node["p_holm"] = 0.01
    assert "drift back to their usual level could" in impact_words.answer_items(page)[0]


def test_only_one_way_is_said_in_the_singular(pages: dict[str, ChapterPage]) -> None:
    fires = impact_words.answer_items(pages["clear"])[0]
    assert "only the wards treated show a difference as strong as theirs: exact p" in fires
    assert "1 show" not in fires


def test_what_holds_for_all_answers_is_said_with_the_first(pages: dict[str, ChapterPage]) -> None:
    fires, noise = impact_words.answer_items(pages["unclear"])
    for words in ("(mean of their small areas)", "this design can give", "(reasons in part 14)"):
        assert words in fires
        assert words not in noise


@pytest.mark.parametrize(
    ("p", "said"), [(0.00016, "0.00016"), (0.0001, "0.00010"), (1e-8, "<0.0001"), (0.2, "0.20")]
)
def test_a_tiny_p_is_said_to_be_below_a_bound(p: float, said: str) -> None:
    from spi_core.present.impact.numbers import p_is, p_words

    assert p_words(p) == said
    sign = "<" if said.startswith("<") else "="
    assert p_is(p) == f"p\u00a0{sign}\u00a0{said.lstrip('<')}"


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("outcomes", [1, 2])
def test_names_of_wards_stay_within_the_picture(
    pages: dict[str, ChapterPage], narrow: bool, outcomes: int
) -> None:
    page = pages["unclear"]
    names = dict(page.names) | {WARDS[0]: "Saint Bartholomew Without and Within"}
    page = dataclasses.replace(page, outcomes=page.outcomes[:outcomes], names=names)
    page = dataclasses.replace(
        page, sides=dict(page.sides) | {"treated": tuple(names.values())[:3]}
    )
    figure = impact.slope_chart(page, narrow)
    figure.canvas.draw()
    for text in figure.findobj(Text):
        if text.get_text() in page.treated:
            assert text.get_window_extent().x1 <= figure.bbox.x1
    assert all(ax.get_position().width > 0 for ax in figure.axes)
    plt.close(figure)


def test_a_refused_chapter_says_things_once(pages: dict[str, ChapterPage]) -> None:
    page = pages["refused"]
    assert impact_words.answer_items(page) == ["### ○ Fires; noise score: not answerable"]
    card = dict(page.design["card"]) | {impact_notes.ANSWERABLE: "Other boroughs."}
    asked = dataclasses.replace(page, design=dict(page.design) | {"card": card})
    assert "Other boroughs" not in impact_notes.card_items(asked)
    open_ = pages["clear"]
    asked = dataclasses.replace(open_, design=dict(open_.design) | {"card": card})
    assert "Other boroughs" in impact_notes.card_items(asked)


def test_marks_stand_on_the_numbers_of_a_table(pages: dict[str, ChapterPage]) -> None:
    raw = impact_tables.mark_table(impact_tables.raw_table(pages["unclear"]), True)
    assert not raw[["Outcome", "Side"]].map(lambda cell: "◇" in cell).any(axis=None)
    assert raw["Change"].str.endswith("◇").all()
    assert raw.iloc[2].tolist()[2:4] == ["", ""]
    assert "◇" not in impact_tables.mark_table(raw.replace("◇", "", regex=True), False).to_string()
    sure = impact_tables.mark_table(impact_tables.certainty_table(pages["unclear"]), True)
    assert sure["Certainty"].str.endswith("◇").all()
    assert not sure["Why"].str.contains("◇").any()


@pytest.mark.parametrize("narrow", [False, True])
def test_pictures_of_generated_figures_carry_the_mark_inside(
    pages: dict[str, ChapterPage], narrow: bool
) -> None:
    page = copy.deepcopy(pages["unclear"])
    page.node["edition"]["illustrative"] = True
    shapes = [shapely.box(1000 * i, 0, 1000 * i + 1000, 4000) for i in range(10)]
    wards = gpd.GeoDataFrame({"name": list(NAMES.values())}, geometry=shapes, crs=27700)
    charts = (
        impact.slope_chart,
        impact.placebo_chart,
        impact.event_chart,
        impact_intervals.bracket_chart,
        lambda p, n: impact_maps.treated_map(wards, p, n),
        lambda p, n: impact_intervals.answer_chart([p], n),
    )
    for chart in charts:
        assert "◇" in texts(chart(page, narrow))
        assert "◇" not in texts(chart(pages["unclear"], narrow))


def test_printed_levels_give_the_printed_changes(pages: dict[str, ChapterPage]) -> None:
    def read(text: str) -> float:
        return float(text.strip("*").replace("−", "-").replace(",", ""))

    for page in pages.values():
        table = impact_tables.raw_table(page)
        before, after = table.columns[2:4]
        levels = table[table[before] != ""]
        for _, row in levels.iterrows():
            gap = read(row[after]) - read(row[before])
            assert gap == pytest.approx(read(row["Change"]), abs=1e-9)
        gaps = table.index[table["Side"] == "**Difference**"]
        for i in gaps:
            treated, compared, gap = (read(table["Change"][k]) for k in (i - 2, i - 1, i))
            assert treated - compared == pytest.approx(gap, abs=1e-9)


def test_facts_part_what_is_inferred_from_what_is_compared(pages: dict[str, ChapterPage]) -> None:
    said = impact_overview.facts(pages["two"])
    assert "2 treated wards, inferred from place names, compared with 7; since" in said
    assert "3 treated wards compared with 7; since" in impact_overview.facts(pages["clear"])


def test_comparison_wards_with_a_programme_of_their_own_are_named(
    pages: dict[str, ChapterPage],
) -> None:
    one = pages["clear"]
    other = dataclasses.replace(
        pages["unclear"],
        name="Other",
        sides={"treated": ("Dwood", "Ewood"), "comparison": ("Fwood",), "set aside": ()},
    )
    said = impact_overview.neighbours_words([one, other])
    assert "In “Scheme clear” two of the 7 wards compared with had a programme of their own" in said
    assert "Other" in said
    apart = dataclasses.replace(one, sides=dict(one.sides) | {"comparison": ("Fwood",)})
    assert "in no other chapter" in impact_overview.neighbours_words([apart, other])
    assert impact_overview.neighbours_words([one]) == ""


def test_placebo_outcomes_that_moved_are_told_from_those_that_did_not(
    pages: dict[str, ChapterPage],
) -> None:
    page = copy.deepcopy(pages["unclear"])
    calm = page.node["side"][0]
    page.node["side"].append(
        {**calm, "outcome": {**calm["outcome"], "label": "Loud"}, "p": 0.001, "p_adjusted": 0.002}
    )
    said = impact_notes.placebo_outcomes(page)
    assert "moved clearly: loud p\u00a0=\u00a00.0010; did not move clearly: quiet p" in said


def test_equal_levels_before_are_called_neither_higher_nor_lower(
    pages: dict[str, ChapterPage],
) -> None:
    assert impact_notes.gap_words(-0.04) == "level with the others"
    page = copy.deepcopy(pages["unclear"])
    raw = page.outcomes[0].raw
    raw["comparison_before"] = raw["treated_before"]
    assert "when their starting level is allowed for" in impact_words.answer_items(page)[0]


def test_no_page_shows_paths_of_the_source() -> None:
    path = re.compile(r"\b[\w.-]+/[\w./-]*\.(?:py|csv|yml|json|parquet)\b|\b\w+\.py\b")
    for edition in ("lbbd-open", "lbbd-84"):
        plans = yaml.safe_load((ROOT / "data" / edition / "interventions.yml").read_text("utf-8"))
        for plan in plans["interventions"]:
            for heading, text in plan["card"].items():
                if isinstance(text, str):
                    assert not path.search(text), f"{edition}, {plan['id']}, {heading}"
    overview = (ROOT / "notebooks" / "impact-overview.qmd").read_text("utf-8")
    assert "`impact_wards`" not in overview


def render_chapter(tables: Tables, root: Path, chapter: str) -> Rendered:
    """Render one chapter from the sources below ``root``."""
    theme = "spi_core/present/theme"
    shutil.copytree(ROOT / theme, root / theme)
    for name in ("_quarto.yml", "_brand.yml"):
        shutil.copy(ROOT / name, root / name)
    made = make_document(
        RenderJob(
            source=root / "notebooks" / "impact.qmd",
            output_stem=root / chapter,
            formats=("html",),
            parameters={"edition": "tiny", "intervention": chapter},
            metadata={"title": chapter},
            environment={"SPI_ROOT": str(root), "SPI_TABLES": str(tables.folder)},
        )
    )
    assert made.error is None
    page = root / f"{chapter}.html"
    page.write_bytes(made.content["html"])
    return Rendered(page, page)


@pytest.mark.parametrize(
    ("chapter", "numbers"), [("unclear", range(1, 16)), ("refused", (1, 2, 3, 4, 5, 6, 13, 14, 15))]
)
def test_a_chapter_has_no_heading_without_content(
    tables: Tables, tmp_path: Path, chapter: str, numbers: Sequence[int]
) -> None:
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    page = render_chapter(tables, tmp_path, chapter)
    headings = [h for h in page.page.xpath("//h2") if h.text_content()[:1].isdigit()]
    assert [int(h.text_content().split()[0]) for h in headings] == list(numbers)
    assert all(h.getnext() is not None and h.getnext().tag != "h2" for h in headings)
    assert page.web.count("Nothing is estimated here") == (chapter == "refused")


def test_an_analyst_may_move_cut_and_reword_the_parts_of_a_chapter(
    tables: Tables, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    source, words = (tmp_path / "notebooks" / n for n in ("impact.qmd", "words/impact.yml"))
    head, *parts = re.split(r"(?m)^(?=## \d+ [A-Z])", source.read_text("utf-8"))
    named = {part.split()[1]: part for part in parts}
    # the estimates end with the fence of what shows only where there are any
    inside = [named[n] for n in ("9", "8", "7", "12")]
    text = head + named["14"] + named["1"].replace("1 The answer", "In short") + named["5"]
    source.write_text(text + "".join(inside) + named["15"], "utf-8")
    said = words.read_text("utf-8")
    said = said.replace("specifications: part 8", "specifications: “Estimated in other ways”")
    words.write_text(said.replace("Companion tests, beside", "Other tests, beside"), "utf-8")

    page = render_chapter(tables, tmp_path, "unclear")
    headings = [h.split(" ")[0] for h in page.texts("//main//h2") if h != "Contents"]
    assert headings == ["14", "In", "5", "9", "8", "7", "12", "15"]
    assert "Other tests, beside the exact one" in page.web
    assert "Weighted by residents (“Estimated in other ways”) it is" in page.web
    assert "programme" not in page.web.partition("In short")[0]


def test_a_test_is_called_exact_only_where_every_choice_was_gone_through(
    pages: dict[str, ChapterPage],
) -> None:
    page = copy.deepcopy(pages["unclear"])
    assert "The p-value is exact" in impact_notes.method_words(page)
    page.outcomes[1].analysis["effect"]["exact"] = False
    said = impact_notes.method_words(page)
    assert "The p-value is simulated" in said
    assert "exact" not in said


def test_the_map_does_not_call_every_ward_treated_where_some_stand_aside(
    pages: dict[str, ChapterPage],
) -> None:
    page = pages["refused"]
    assert impact_captions.map_caption(page) == "**Treated: Awood, Bwood and Cwood.**"
    everywhere = {"treated": tuple(NAMES.values()), "comparison": (), "set aside": ()}
    page = dataclasses.replace(page, sides=everywhere)
    assert impact_captions.map_caption(page) == "**Every ward was treated.**"


@pytest.mark.parametrize(
    ("treated", "others", "said"),
    [
        ([1, 1], [1, -1, 1], "rose in both treated wards and 2 of the 3 others"),
        ([-1, -1, 1], [-1], "fell in 2 of the 3 treated wards and the one other"),
        ([0, 0, 0], [1, 1], "rose in none of the 3 treated wards and both others"),
    ],
)
def test_wards_are_counted_as_a_person_would(
    pages: dict[str, ChapterPage], treated: list[int], others: list[int], said: str
) -> None:
    page = pages["clear"]
    wards = [
        {"area_code": "E05000010", "treated": side, "before": 5.0, "after": 5.0 + move}
        for side, moves in ((True, treated), (False, others))
        for move in moves
    ]
    outcome = dataclasses.replace(page.outcomes[0], raw={**page.outcomes[0].raw, "wards": wards})
    page = dataclasses.replace(page, outcomes=(outcome,))
    assert f"**Fires {said}.**" in impact_captions.slope_caption(page)


def test_a_sign_that_is_a_digit_and_no_figure_makes_no_year() -> None:
    assert impact.positions(["201²", "2013"]) == {"201²": 0.0, "2013": 1.0}
    assert _times(("201²", "2013")).tolist() == [0.0, 1.0]
