"""Where a number comes from: every step of its tree reckoned anew, every row opened."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.publish.explain.tree import Lineage, Node
from spi_core.publish.explain.words import legend, told
from spi_core.store import Tables
from tests.support.editions import (
    OPEN,
    WARDS,
    Row,
    make_edition,
    read,
    rewrite,
    settings,
    write,
)
from tests.support.project import ROOT

VILLAGE, BOROUGH = "E05000041", "E09000002"


@pytest.fixture(scope="module")
def tables(built_open: Path) -> Tables:
    return Tables(built_open / "tables")


def whole(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from whole(part)


@pytest.mark.parametrize("area", [VILLAGE, BOROUGH])
@pytest.mark.parametrize("period", ["2013", "current"])
def test_every_score_is_what_its_parts_make(tables: Tables, area: str, period: str) -> None:
    tree = Lineage(OPEN, tables, area, period).of("index")
    made = [node for node in whole(tree) if node.parts]
    assert [n.level for n in made].count("dimension") == 3
    for node in made:
        scores = [part.facts["score"] for part in node.parts]
        shares = [part.facts.get("share", 1 / len(scores)) for part in node.parts]
        expected = sum(a * b for a, b in zip(scores, shares, strict=True))
        assert node.facts["score"] == pytest.approx(expected, abs=1e-9), node.element


def test_what_nobody_has_in_a_period_counts_nothing_there(tmp_path: Path) -> None:
    """Without it shares of all figures were told, whose products make no score."""
    edition = make_edition(tmp_path / "tiny")
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [
            r for r in rows if (r["indicator_id"], r["period"]) != ("crowding", "current")
        ],
    )
    build(load(edition), tmp_path / "reports")
    tables = Tables(tmp_path / "reports" / "tables")
    node = Lineage(edition, tables, "E05000101").of("Shelter")
    by_id = {part.element: part.facts for part in node.parts}
    assert by_id["crowding"]["share"] == 0
    made = sum(f["share"] * f["score"] for f in by_id.values() if f["share"])
    assert node.facts["score"] == pytest.approx(made)
    crowding = next(part for part in node.parts if part.element == "crowding")
    assert "nobody has for this period" in "".join(told(crowding))
    before = Lineage(edition, tables, "E05000101", "baseline").of("Shelter")
    assert all(part.facts["share"] > 0 for part in before.parts)


def test_every_figure_s_score_follows_from_its_scale(tables: Tables) -> None:
    figures = [n for n in whole(Lineage(OPEN, tables, VILLAGE).of("index")) if not n.parts]
    assert len(figures) == 33
    for f in (n.facts for n in figures):
        reach = f["best_scored"] - f["worst_scored"]
        score = 100 * (f["value_scored"] - f["worst_scored"]) / reach
        assert f["score"] == pytest.approx(min(100, max(0, score)), abs=1e-9)
        assert f["capped"] == (not 0 <= score <= 100)


def test_every_row_holds_the_figure(tables: Tables) -> None:
    opened: dict[str, list[list[str]]] = {}
    for node in whole(Lineage(OPEN, tables, VILLAGE).of("index")):
        for place in node.facts.get("rows", []):
            if place["file"] not in opened:
                path = ROOT / place["file"]
                opened[place["file"]] = list(csv.reader(path.open(encoding="utf-8")))
            heads, *_ = opened[place["file"]]
            row = dict(zip(heads, opened[place["file"]][place["row"] - 1], strict=True))
            assert (row["indicator_id"], row["area_code"]) == (node.element, VILLAGE)
            assert row["period"] == "current"
            if node.facts["estimated"]:
                assert row["status"] == "missing"
                assert " (estimated) → " in next(told(node, brief=True))
            else:
                assert float(row["value"]) == pytest.approx(node.facts["value"], rel=1e-6)
    assert opened


def test_the_borough_s_figure_is_followed_to_its_wards(tables: Tables) -> None:
    node = Lineage(OPEN, tables, "barking AND dagenham").of("Robbery")
    assert node.facts["rolled_up"]
    assert len({r["area_code"] for r in node.facts["rows"]}) == 17
    assert any(line.startswith("data: rolled up from ") for line in told(node))


def test_a_rebased_figure_is_followed_to_the_rows_of_another_vintage(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    split_former(edition)
    build(load(edition), tmp_path / "reports")
    tables = Tables(tmp_path / "reports" / "tables")
    rows = read(edition / "observations" / "all.csv")

    def followed(area: str, period: str) -> tuple[list[str], list[str]]:
        node = Lineage(edition, tables, area, period).of("burglary")
        at = [rows[r["row"] - 2] for r in node.facts["rows"]]
        assert {(r["indicator_id"], r["period"]) for r in at} == {("burglary", period)}
        return [r["area_code"] for r in at], [t for t in told(node) if t.startswith("data: ")]

    assert followed(WARDS[0], "current")[0] == [WARDS[0]]
    for ward in WARDS[:2]:
        codes, (said,) = followed(ward, "baseline")
        assert codes == [FORMER]
        assert said.startswith("data: areas of another vintage in ")
    codes, (said,) = followed("Testing", "baseline")
    assert sorted(codes) == sorted([FORMER, *WARDS[2:]]), "a split area is named once"
    assert said.startswith("data: rolled up from areas of another vintage in ")


#: An area that was split into the first two wards.
FORMER = "E05000001"


def split_former(edition: Path) -> None:
    """Give the baseline of the first two wards for the area that was split into them."""
    areas = edition / "geography" / "areas.csv"
    today = next(r for r in read(areas) if r["code"] == WARDS[0])
    former = {**today, "code": FORMER, "name": "Old ward", "vintage": "2002"}
    rewrite(areas, lambda rs: [*rs, former])
    link = {"from_code": FORMER, "weight": "0.5", "basis": "people"}
    write(edition / "geography" / "rebase.csv", [{**link, "to_code": w} for w in WARDS[:2]])
    settings(edition, lambda s: s["geography"].update(compare_across_vintages=True))

    def moved(rs: list[Row]) -> list[Row]:
        then = [r for r in rs if r["period"] == "baseline"]
        first = [{**r, "area_code": FORMER} for r in then if r["area_code"] == WARDS[0]]
        return [r for r in rs if r not in then or r["area_code"] not in WARDS[:2]] + first

    rewrite(edition / "observations" / "all.csv", moved)


def test_a_figure_tells_scale_weight_error_row_and_source(tables: Tables) -> None:
    lines = list(told(Lineage(OPEN, tables, "Village").of("robbery_offences")))
    text = "\n".join(lines)
    assert lines[0].startswith("Robbery [robbery_offences]: 3.8 per 1,000 residents → ")
    for said in ("42 ÷ 11,000 × 1,000", "scale: 0 at", "weight: ", "standard error", ", row 272"):
        assert said in text
    assert "source: MPS" in text
    assert legend(Lineage(OPEN, tables, "Village").of("index")) == ""


@pytest.mark.parametrize(
    ("area", "element", "period", "column", "near"),
    [
        ("Vilage", "index", None, "AREA", "E05000041 (Village)"),
        ("Village", "robery", None, "ELEMENT", "robbery_offences"),
        ("Village", "index", "2031", "--period", "current (2014)"),
    ],
)
def test_a_slip_of_the_keyboard_is_a_fault_that_names_what_was_meant(
    tables: Tables, area: str, element: str, period: str | None, column: str, near: str
) -> None:
    with pytest.raises(InputError) as error:
        Lineage(OPEN, tables, area, period).of(element)
    (fault,) = error.value.faults
    assert fault.column == column
    assert near in str(fault.allowed)
