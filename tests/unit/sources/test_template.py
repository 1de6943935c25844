"""A workbook for an owner, filled in, goes through ``spi import`` unchanged."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from spi_core.cli import app
from spi_core.edition.inputs import load
from spi_core.edition.warned.collect import collect
from spi_core.errors import InputError
from spi_core.sources.template import OPEN
from tests.support.editions import WARDS, make_edition, read, rewrite

RUN = CliRunner()
COUNTED = {"numerator": "Offences recorded", "denominator": "Residents of all ages"}


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    folder = make_edition(tmp_path / "tiny")
    rewrite(
        folder / "indicators.csv",
        lambda rows: [
            r | COUNTED | {"partner": "Police" if r["component"] == "Safety" else ""} for r in rows
        ],
    )
    return folder


def filled(edition: Path, path: Path) -> Path:
    """Write the police's template, and fill it in as somebody would."""
    made = RUN.invoke(app, ["template", str(edition), "police", "--output", str(path)])
    assert made.exit_code == 0, made.output
    book = openpyxl.load_workbook(path)
    sheet = book["Figures"]
    head = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        code = sheet.cell(row, head["area_code"]).value
        k = WARDS.index(code)
        if sheet.cell(row, head["indicator_id"]).value == "burglary":
            sheet.cell(row, head["numerator"]).value = 70 + k
            sheet.cell(row, head["denominator"]).value = 4000
        elif k == 3:
            sheet.cell(row, head["status"]).value = "suppressed"
        elif k != 4:
            sheet.cell(row, head["value"]).value = 8 + k / 4
            sheet.cell(row, head["note"]).value = "=ours"
    book.save(path)
    return path


def test_a_template_is_dated_as_the_edition_asks(edition: Path, tmp_path: Path) -> None:
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [
            r for r in rows if (r["indicator_id"], r["period"]) != ("burglary", "current")
        ],
    )
    (edition / "source").mkdir()
    (edition / "source" / "wanted.csv").write_text(
        "indicator_id,last_label,last_start,next_start,next_end\n"
        "burglary,2011/12,2011-04-01,2012-04-01,2013-03-31\n"
    )
    sheet = openpyxl.load_workbook(filled(edition, tmp_path / "police.xlsx"))["Figures"]
    rows = {tuple(map(str, row[4:8])) for row in sheet.values if row[0] == "burglary"}
    assert rows == {("current", "2012/13", "2012-04-01 00:00:00", "2013-03-31 00:00:00")}


def test_a_template_filled_in_is_taken_in_as_it_is(edition: Path, tmp_path: Path) -> None:
    path = filled(edition, tmp_path / "police.xlsx")
    done = RUN.invoke(app, ["import", str(path), str(edition), "--yes"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    rows = {
        (r["indicator_id"], r["area_code"]): r
        for r in read(edition / "observations" / "police.csv")
    }
    assert len(rows) == 16
    assert [float(rows["burglary", w]["value"]) for w in WARDS] == [
        pytest.approx((70 + k) / 4) for k in range(8)
    ]
    assert [rows["robbery", w]["status"] for w in WARDS[2:5]] == [
        "observed",
        "suppressed",
        "missing",
    ]
    assert float(rows["robbery", WARDS[7]]["value"]) == 9.75
    assert {r["period"] for r in rows.values()} == {"current"}
    assert {(r["start"], r["end"]) for r in rows.values()} == {("2014-01-01", "2014-12-31")}
    warned = collect(load(edition))["warning"]
    assert not [w for w in warned if "hidden" in w or "sheet" in w or "passed over" in w]


def test_headings_are_locked_and_cells_to_fill_have_lists(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    RUN.invoke(app, ["template", str(edition), "Police", "--output", str(path)])
    book = openpyxl.load_workbook(path)
    sheet = book["Figures"]
    assert sheet.protection.sheet
    assert "Fill in the white cells" in str(book.worksheets[0]["A1"].value)
    line = dict(zip((c.value for c in sheet[1]), sheet[2], strict=True))
    assert sheet["A1"].protection.locked
    still = ("indicator_id", "period_label", "start", "end", "asked")
    assert all(line[name].protection.locked for name in still)
    assert not any(line[name].protection.locked for name in OPEN)
    assert line["period_label"].value == "2014"
    assert f"{line['start'].value:%F} {line['end'].value:%F}" == "2014-01-01 2014-12-31"
    assert "numerator: Offences recorded. denominator: Residents of" in line["asked"].value
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["L2:L17"].formula1 == "Lists!$A$2:$A$7"
    assert {r.type for r in rules.values()} == {"list", "decimal"}


@pytest.mark.parametrize("name", ["nowhere/p.xlsx", "p.csv"])
def test_a_template_makes_no_folder_and_no_other_file(
    edition: Path, tmp_path: Path, name: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    options = ["template", str(edition), "Police", "--output", str(tmp_path / name)]
    with pytest.raises(InputError, match=r"ends in \.xlsx, in a folder that is there"):
        RUN.invoke(app, options, catch_exceptions=False)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_template_is_not_written_over_one_that_may_be_filled_in(
    edition: Path, tmp_path: Path
) -> None:
    path = filled(edition, tmp_path / "p.xlsx")
    before = path.read_bytes()
    again = ["template", str(edition), "Police", "--output", str(path)]
    with pytest.raises(InputError, match="somebody may have filled it in"):
        RUN.invoke(app, again, catch_exceptions=False)
    assert path.read_bytes() == before


def test_an_owner_that_nobody_knows(edition: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="allowed: ONS, Police"):
        RUN.invoke(app, ["template", str(edition), "Polizei"], catch_exceptions=False)


def test_a_template_sent_back_empty_changes_nothing(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    RUN.invoke(app, ["template", str(edition), "Police", "--output", str(path)])
    with pytest.raises(InputError, match="nothing is left to take in"):
        RUN.invoke(app, ["import", str(path), str(edition), "--yes"], catch_exceptions=False)


def test_dates_that_nobody_knows_are_asked_for(edition: Path, tmp_path: Path) -> None:
    settings = edition / "edition.yml"
    labelled = yaml.safe_load(settings.read_text("utf-8"))
    labelled["periods"].insert(1, {"id": "between", "label": "Summer"})
    settings.write_text(yaml.safe_dump(labelled), "utf-8")
    path = tmp_path / "p.xlsx"
    options = ["--period", "between", "--output", str(path)]
    done = RUN.invoke(app, ["template", str(edition), "Police", *options])
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(path)["Figures"]
    line = dict(zip((c.value for c in sheet[1]), sheet[2], strict=True))
    assert line["start"].value is None
    assert not line["start"].protection.locked
    assert line["period"].protection.locked
