"""The explorer's data of both shipped editions: every number, nothing withheld, every mark."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spi_core.explorer.data import explorer_data, explorer_json
from spi_core.explorer.packing.pack import pack
from spi_core.explorer.page import index_page
from spi_core.store import Tables
from tests.support.explorer_browser import Tab, served, write_site
from tests.support.explorer_checks import schema_faults, wrong_cells

pytestmark = pytest.mark.gate


@pytest.fixture(scope="module")
def tables(site: Path) -> Tables:
    return Tables(site / "tables")


def test_every_number_is_the_tables_number(tables: Tables) -> None:
    data = explorer_data(tables)
    assert schema_faults(data) == []
    assert wrong_cells(data, tables) == []


def test_the_page_stays_small(tables: Tables) -> None:
    data = explorer_data(tables)
    assert len(gzip.compress(index_page(data).encode(), 9)) < 500_000


def test_years_stand_in_order_each_once_and_none_empty(tables: Tables) -> None:
    data = explorer_data(tables)
    for level, columns in data["years"].items():
        for measure, column in zip(data["measures"], columns, strict=True):
            if "labels" not in (column or {}):
                continue
            dated = measure.get("page", {}).get("periods") or data["periods"]
            labels = column["labels"] + [p["label"] for p in dated if p]
            # "2008/09 to 2010/11" and "2007–11" begin in the year that they name first
            assert labels == sorted(set(labels)), (level, measure["id"])
            earlier = column["value"][: len(column["labels"])]
            assert all(any(v is not None for v in row) for row in earlier), (level, measure["id"])


def test_every_generated_figure_is_flagged(tables: Tables) -> None:
    data = explorer_data(tables)
    place = {m["id"]: i for i, m in enumerate(data["measures"])}
    names = {"values": ("borough", "ward"), "small_area_values": ("lsoa",)}
    periods = [p["id"] for p in data["periods"]]
    generated = 0
    for name, levels in names.items():
        frame = tables[name] if name in tables else pd.DataFrame({"provenance": []})
        for row in frame[frame["provenance"] == "illustrative"].to_dict("records"):
            level = next(v for v in levels if row["area_code"] in data["areas"][v]["code"])
            columns = data["figures"][level][place[row["indicator_id"]]]
            i = data["areas"][level]["code"].index(row["area_code"])
            p = periods.index(row["period"])
            assert columns["state"][p][i] in "isx"
            assert columns["state"][p][i] != "i" or int(columns["flags"][p][i], 16) & 4
            generated += 1
    assert (generated > 0) == data["meta"]["illustrative"] == bool(data["meta"]["mark"])


def test_the_written_explorer_holds_these_data(rendered: Path) -> None:
    """What ``spi all`` wrote before it rendered the pages that link to it."""
    written = (rendered / "explorer" / "data.json").read_text(encoding="utf-8")
    assert written == explorer_json(explorer_data(Tables(rendered / "tables")))
    page = (rendered / "explorer" / "index.html").read_text(encoding="utf-8")
    inside = page.partition('id="explorer-data">')[2].partition("</script>")[0]
    assert json.loads(inside) == json.loads(explorer_json(pack(json.loads(written))))
    assert 'href="explorer/index.html' in (rendered / "index.html").read_text(encoding="utf-8")
    for brief in sorted((rendered / "wards").glob("*.html")):
        code = brief.name[:9]
        link = f'href="../explorer/index.html#view=scorecard&amp;areas={code}"'
        assert link in brief.read_text(encoding="utf-8"), brief.name


def test_the_page_unpacks_to_the_data_every_digit(
    browser: Any, tables: Tables, data: Any, tmp_path: Path
) -> None:
    for name, whole in (("built", explorer_data(tables)), ("made-up", data)):
        with served(write_site(whole, tmp_path / name)) as host:
            tab = Tab(browser, host, 800)
            tab.page.goto(f"{host}blank.html")
            told = tab.page.evaluate(
                """async (address) => {
                  const { unpack } = await import(address + "modules/unpack.js");
                  const source = await (await fetch(address + "index.html")).text();
                  const page = new DOMParser().parseFromString(source, "text/html");
                  const text = page.getElementById("explorer-data").textContent;
                  return JSON.stringify(unpack(JSON.parse(text))); }""",
                host,
            )
            tab.context.close()
        assert json.loads(told) == json.loads(explorer_json(whole)), name
