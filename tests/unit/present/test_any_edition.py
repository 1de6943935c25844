"""Words, tables and pictures hold for any edition: gaps are said, nothing is named by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.present.base import edition as edition_words
from spi_core.present.base.numbers import endpoints, signed
from spi_core.present.base.page import Page
from spi_core.present.brief import notes as brief_notes
from spi_core.present.brief import words as brief_words
from spi_core.present.brief.charts import scale_strip
from spi_core.present.brief.data import gather
from spi_core.present.brief.rows import component_chart
from spi_core.present.methods import register, worked
from spi_core.present.methods import tables as methods
from spi_core.present.methods.audit import place_table, tier_table
from spi_core.present.report import captions, landing, notes, words
from spi_core.present.report import tables as shown
from spi_core.present.report.changes import change_strip
from spi_core.present.report.charts import standing_dots
from spi_core.present.report.data import gather_report
from spi_core.present.report.grid import component_grid
from spi_core.present.report.maps import ward_map
from spi_core.present.report.quarters import quarter_caption
from spi_core.store import Tables
from tests.support.degenerate import BARE, MISSING, lacking
from tests.support.editions import OPEN, ROOT, WARDS, read


@pytest.fixture(scope="module", params=MISSING)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Tables]:
    folder = tmp_path_factory.mktemp("case")
    build(load(lacking(folder / "tiny", request.param)), folder / "reports")
    return request.param, Tables(folder / "reports" / "tables")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def all_words(tables: Tables) -> str:
    """Every sentence, alternative text and table of the borough report, the brief and methods."""
    r, b = gather_report(tables), gather(tables, BARE)
    report, brief = Page("report", tables), Page("brief", tables)
    facts = brief.text("tbl-facts", average=brief_notes.average(brief, b))
    said = [
        *(words.lead_sentence(r), *words.findings(r), words.gap_sentence(r)),
        *(quarter_caption(r), *words.change_figure(r)),
        *(report.text(name) for name in ("columns", "tbl-indicators", "tbl-wards")),
        *(captions.map_alt(r), captions.standing_caption(r), captions.dots_alt(r)),
        *(captions.grid_caption(r), captions.grid_alt(r), captions.change_alt(r)),
        *(captions.change_caption(r), *notes.cautions(report, tables, r)),
        *(brief_words.headline(b), brief_words.place(b), brief_words.component_alt(b)),
        *(brief_words.change_sentence(b, "2013"), brief_words.component_changes(b)),
        *(brief_notes.strip_alt(b), brief_notes.score_note(tables, b), facts),
        *(brief_notes.peers_sentence(b, tables), brief_notes.rating_note(b, tables)),
        *(brief_words.others(brief, b), edition_words.score_meaning(tables)),
        *(edition_words.origin_sentence(tables), edition_words.name_indicators(tables)),
        *(edition_words.unscored_sentence(tables), landing.data_sentence(tables)),
        *b.standouts["fact"],
        brief_words.longer_ago(b),
        *methods.goalpost_reasons(tables),
    ]
    frames = [
        *(shown.ward_table(r), shown.component_table(r), shown.grid_table(r)),
        *(shown.indicator_table(r), b.facts, b.figures, tier_table(tables), place_table(tables)),
        *(methods.goalpost_table(tables), register.register_source(tables)),
        *(methods.excluded_table(tables), methods.base_table(tables)),
    ]
    return "\n".join([*said, *(frame.to_csv() for frame in frames)])


def test_no_sentence_or_table_says_nan(case: tuple[str, Tables]) -> None:
    text = all_words(case[1])
    assert not re.search(r"\b(nan|NaN|None|NaT)\b", text), re.search(r".{40}\bnan\b.{20}", text)


def test_what_is_missing_is_said(case: tuple[str, Tables]) -> None:
    name, tables = case
    text = all_words(tables)
    wanted = {
        "nothing": "Ward 3 scores ",
        "a ward": "Ward 3 has no index for 2014: no component has a score.",
        "the baseline": "Nothing can be compared: too few figures comparable in both periods",
        "a dimension": "Knowledge has no score (too few figures that differ)",
        "comparability": "Whether the wards have moved closer together since 2013 cannot be said",
    }
    assert wanted[name] in text


def test_every_picture_can_be_drawn(case: tuple[str, Tables]) -> None:
    name, tables = case
    r, b = gather_report(tables), gather(tables, BARE)
    panels = ["index", *r.dimensions]
    scores = {k: r.grid[k][panels] for k in ("score", "low", "high")}
    grid = [r.grid[k][r.scored] for k in ("score", "rating")]
    groups = r.components.set_index("component")["dimension"]
    for narrow in (False, True):
        drawn = [
            ward_map(r.wards, r.quarters, r.unit, narrow=narrow, missing=r.missing),
            standing_dots(r.wards, scores, r.home, r.whole.one, narrow),
            component_grid(r.wards, *grid, r.home, r.levels, groups, narrow),
            component_chart(b.rows, b.spread, b.heads, narrow),
            scale_strip(b, 88 if narrow else 170),
        ]
        if r.compared:
            drawn.append(change_strip(r.changes, r.ward_changes, r.levels, narrow))
        for fig in drawn:
            fig.canvas.draw()
    shown_words = [t.get_text() for ax in drawn[0].axes for t in ax.texts]
    assert ("No score" in shown_words) == (name == "a ward")


def test_a_worked_example_needs_a_ward_with_every_figure(case: tuple[str, Tables]) -> None:
    name, tables = case
    code = worked.choose_example(tables)
    assert code in WARDS
    assert code != BARE or name != "a ward"


def test_printed_ends_differ_by_the_printed_difference() -> None:
    for hundredths in range(0, 200, 7):
        before, after = 45.0 + hundredths / 100, 50.004 + 1.37 * hundredths / 100
        low, high = endpoints(before, after)
        printed = float(high) - float(low)
        decimals = len(low.split(".")[1])
        # tenths must agree with the printed difference; where they can't, hundredths nearly do
        assert decimals in (1, 2)
        assert abs(printed - (after - before)) < (0.1 if decimals == 1 else 0.0101)
        assert decimals == 2 or signed(printed) == signed(after - before), (before, after)


# ---- nothing of one edition stands in the sources


def _strings(path: Path) -> list[str]:
    """Strings of a module that readers may see: all but docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]


def test_no_source_names_a_ward_an_indicator_or_a_borough() -> None:
    names = [r["name"] for r in read(OPEN / "geography" / "areas.csv") if r["level"] != "lsoa"]
    about = read(OPEN / "indicators.csv")
    names += [r["name"] for r in about] + [r["component"] for r in about] + ["Dagenham"]
    # one word that is also English: a heath, a village
    names = sorted({n for n in names if n not in ("Heath", "River", "Village", "Shelter")})
    pages = sorted((ROOT / "notebooks").glob("*.qmd"))
    texts = {p.name: p.read_text(encoding="utf-8") for p in pages}
    for path in sorted((ROOT / "spi_core" / "present").rglob("*.py")):
        texts[path.name] = "\n".join(_strings(path))
    found = {
        (file, name)
        for file, text in texts.items()
        for name in names
        if re.search(rf"\b{re.escape(name)}\b", text)
    }
    assert found == set()


def test_notes_of_an_edition_are_its_own(case: tuple[str, Tables]) -> None:
    assert edition_words.notes(case[1], "limits") == []
    frame = pd.DataFrame({"scored": [True]})
    assert edition_words.scored_sentence(frame) == "Its one component is scored."
