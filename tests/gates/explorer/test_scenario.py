"""What if, in the page and on the command line: one answer to the printed digits."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from spi_core.action.scenario import Area
from spi_core.explorer.data import explorer_data
from spi_core.store import Tables
from tests.support.explorer_browser import Tab, served, write_site

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
