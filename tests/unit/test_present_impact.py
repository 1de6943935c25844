"""Words, tables and pictures of impact chapters: clear, unclear, two wards, LSOAs, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure

from spi_core.errors import SpiError
from spi_core.impact.build import Chapter, write_chapters
from spi_core.impact.chapter import run_chapter
from spi_core.impact.design import Design, Outcome
from spi_core.impact.tables import chapter_tables
from spi_core.present import (
    impact,
    impact_captions,
    impact_checks,
    impact_intervals,
    impact_maps,
    impact_notes,
    impact_overview,
    impact_tables,
    impact_words,
)
from spi_core.present.impact_data import ChapterPage, gather_chapter, gather_chapters
from spi_core.store import Tables, write_tables

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
    "small": (design("small", targeting="lsoa", treated=LSOAS[:6]), 0.0),
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
    known = [(w, NAMES[w], "ward", "E09000099") for w in WARDS]
    known += [(code, code, "lsoa", ward) for code, ward in UNITS]
    listed = pd.DataFrame(known, columns=["code", "name", "level", "parent_code"])
    write_tables(folder / "tables", {"areas": listed, **chapter_tables(chapters)}, {"edition": {}})
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
    assert clear == "↗ Clear improvement: fires. No clear change: noise score."
    unclear = impact_words.lead(pages["unclear"])
    assert "We cannot show that the programme changed fires or noise score" in unclear
    assert "not proof that nothing changed" in unclear
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
    assert f"exact p = {effect['p']:.2f}" in fires
    assert f"Of the 120 ways to pick as many wards, {round(effect['p'] * 120)} show" in fires
    assert "the smallest this design can give is 0.0083" in fires
    assert f"{panel['high']:+.1f} {RATE}" in fires.replace("−", "-")
    assert f"smaller than {o.analysis['power']['effect']:.1f} would probably" in fires
    assert f"Certainty: **{o.verdict['certainty']}**" in fires
    assert "24,000 residents" in fires
    assert "residents" not in noise  # no rate, so no number of events


def test_clear_answer_does_not_speak_of_missed_effects(pages: dict[str, ChapterPage]) -> None:
    fires = impact_words.answer_items(pages["clear"])[0]
    assert fires.startswith("### ↗ Fires: clear improvement")
    assert "would probably have been missed" not in fires
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
    assert "quiet p = " in impact_notes.placebo_outcomes(pages["two"])
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
    assert (
        both["Change"].iloc[2].strip("*").replace("−", "-")
        == f"{o.analysis['effect']['estimate']:+.1f}"
    )


def test_protocol_certainty_power_and_audit_tables(pages: dict[str, ChapterPage]) -> None:
    page = pages["unclear"]
    protocol = impact_tables.protocol_table(page).set_index("Fixed beforehand")["As"]
    assert protocol["Primary outcomes"] == "Fires (lower is better); Noise score (higher is better)"
    assert protocol["Before · after"] == "2016–17 · 2019"
    assert (
        page.node["audit"]["protocol_sha256"] in impact_tables.audit_table(page)["SHA-256"].iloc[0]
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
    placed = impact.spread([1.0, 1.1, 1.2, 9.0], 1.0)
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
    assert "such as any set of areas would show" in impact_captions.placebo_caption(unclear)
    assert "Both ends agree on the direction for Fires" in impact_captions.bracket_caption(clear)
    assert "holds zero for every outcome" in impact_captions.bracket_caption(unclear)
    assert "did not move clearly apart" in impact_captions.event_caption(unclear)
    assert "0 of 3 treated wards" in impact_captions.slope_caption(clear)
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
    assert impact_overview.count_tests(listed) == "ten primary tests"
    lead = impact_overview.overview_lead(listed)
    assert "↗ clear improvement: 1." in lead
    assert "One programme cannot be judged" in lead
    answers = texts(impact_intervals.answer_chart([p for p in listed if p.answered]))
    assert "↗ clear improvement" in answers
    assert "Scheme clear, Fires: −" in impact_captions.answer_alt([pages["clear"]])


def test_result_files_follow_the_schema_and_open_ends_have_words(tables: Tables) -> None:
    import jsonschema

    schema = Path(impact.__file__).parents[1] / "impact" / "results.schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8")))
    for path in sorted((tables.folder.parent / "impact").glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        validator.validate(document)
        assert document["edition"]["data_version"] == "abc"


def test_an_open_end_of_an_interval_is_said_in_words(pages: dict[str, ChapterPage]) -> None:
    from spi_core.present.impact_figures import fewer_or_more, span

    o = pages["unclear"].outcomes[0]
    assert span(o, "unbounded", 1.0) == "no lower bound to +1.0"
    assert fewer_or_more(float("inf"), 1, counted=False) == "any amount higher"
