"""What if, in the page and on the command line: one answer to the printed digits."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from spi_core.action.scenario import Area
from spi_core.explorer.data import explorer_data
from spi_core.store import Tables
from tests.support.explorer_browser import STATED, Tab, served, write_site

pytestmark = pytest.mark.gate

REACH = """async ([address, asked]) => {
  const { openData } = await import(address + "modules/data.js");
  const { movable, scenario } = await import(address + "modules/whatif.js");
  const model = openData(await (await fetch(address + "data.json")).json());
  const found = { movable: Object.fromEntries(model.areas(model.unit.id).map(
    (a) => [a.code, movable(model, a).map((m) => m.id)])) };
  found.rows = asked.map(([code, id, value]) => scenario(
    model, model.area(code), model.measure(id), value).map((row) => ({ ...row,
      measure: row.measure.element, cell: null })));
  return found;
}"""


def test_the_page_says_what_the_command_says(browser: Any, site: Path, tmp_path: Path) -> None:
    tables, pick = Tables(site / "tables"), random.Random(22)
    edition, data = tables.about["edition"], explorer_data(tables)
    with served(write_site(data, tmp_path / "scenario")) as host:
        tab = Tab(browser, host, 800)
        tab.page.goto(f"{host}blank.html")
        movable = tab.page.evaluate(REACH, [host, []])["movable"]
        assert sum(map(len, movable.values())) > 15 * len(movable)
        asked, grounds = [], {}
        for code, ids in movable.items():
            grounds[code] = Area(tables, edition, code, "current")
            figures = grounds[code].figures
            known = figures.query("share > 0 and value.notna() and not estimated").index
            assert set(ids) <= set(known)
            for name in pick.sample(ids, 6):
                asked.append((code, name, figures.loc[name, "value"] * pick.uniform(0.5, 1.5)))
        rows = tab.page.evaluate(REACH, [host, asked])["rows"]
        tab.context.close()
    for (code, name, value), told in zip(asked, rows, strict=True):
        known = grounds[code].reckon({name: value})["scores"]
        assert [r["measure"] for r in told] == [s["element"] for s in known]
        for row, s in zip(told, known, strict=True):
            where = (code, name, value, s["element"])
            if s["now"]["score"] is None:
                assert row["now"] is None, where
                continue
            then = s["scenario"]
            assert row["now"] == pytest.approx(s["now"]["score"], abs=2e-3), where
            assert row["then"] == pytest.approx(then["score"], abs=2e-3), where
            for key in ("low", "high"):
                assert row[key] == pytest.approx(then[key], abs=3e-3), where
            if row["place"]:
                assert row["place"] == [then["rank_low"], then["rank_high"]], where


@pytest.mark.parametrize("touch", [False, True])
def test_a_figure_is_moved_by_keys_and_by_touch(
    browser: Any, host: str, data: dict[str, Any], touch: bool
) -> None:
    """Opened, moved and moved back: the scenario comes and goes, the figures of the page stay."""
    tab = Tab(browser, host, 390 if touch else 1280, has_touch=touch)
    code = data["areas"]["ward"]["code"][0]
    tab.open(f"view=scorecard&area={code}")
    before = tab.text(".dims")
    summary, slide = tab.page.locator(".scenario summary"), tab.page.locator(".scenario input")
    if touch:
        summary.tap()
        slide.scroll_into_view_if_needed()
        box = slide.bounding_box()
        assert box["height"] >= 24
        for share in (0.1, 0.9):
            tab.page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    else:
        summary.press("Enter")
        tab.page.locator(".scenario select").press("Tab")
        key = "ArrowLeft" if slide.input_value() != slide.get_attribute("min") else "ArrowRight"
        tab.page.keyboard.press(key)
    told = tab.texts(".scenario li")
    assert tab.text(".scenario").startswith(
        "What if a figure were different? Scenario – not a figure"
    )
    assert len(told) == 4
    assert told[-1].startswith("Social Progress Index: ")
    assert "→" in told[1]
    if not touch:
        back = {"ArrowLeft": "ArrowRight", "ArrowRight": "ArrowLeft"}[key]
        tab.page.keyboard.press(back)
        assert tab.texts(".scenario li")[0].startswith("Move the slider")
        assert "(0.0)" in tab.texts(".scenario li")[1]
    assert tab.text(".dims") == before
    assert tab.trouble == [] == tab.violations()
    tab.context.close()


def test_a_withheld_figure_says_that_and_no_more(
    browser: Any, host: str, data: dict[str, Any]
) -> None:
    at = next(m for m in data["measures"] if m["id"] == STATED)
    column = data["figures"]["ward"][data["measures"].index(at)]
    code = data["areas"]["ward"]["code"][column["state"][-1].index("s")]
    tab = Tab(browser, host, 390)
    tab.open(f"view=figure&measure={STATED}&area={code}")
    tab.page.locator(".lineage summary").click()
    said = tab.text(".lineage ul")
    assert "Withheld: so few people are counted" in said
    assert "Neither it nor its count is in this page" in said
    assert "Counted" not in said
    assert "spi explain" not in said
    tab.go(f"view=figure&measure=index&area={code}")
    tab.page.locator(".lineage summary").click()
    parts = tab.texts(".lineage li li li")
    assert len(parts) > len(data["recipe"]["components"])
    assert any(text.startswith(at["name"]) and "suppressed" in text for text in parts)
    assert tab.trouble == []
    tab.context.close()
