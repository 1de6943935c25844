"""A council's extract, as it comes: five messy files of different kinds become observations."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font
from typer.testing import CliRunner

from spi_core.cli import app
from spi_core.edition.inputs import load
from spi_core.edition.warned.collect import collect
from spi_core.errors import InputError
from spi_core.sources.extract.figures import Said
from spi_core.sources.extract.files import open_extract
from spi_core.sources.extract.keep import name_of, recall, write
from spi_core.sources.extract.understand import Understood, understand
from tests.support.editions import BOROUGH, WARDS, read, rewrite
from tests.support.extracts import NAMES, everything, named_edition

RUN = CliRunner()
Figures = dict[tuple[str, str, str], str]


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    return named_edition(tmp_path / "tiny")


def take_in(edition: Path, file: Path, said: Said | None = None, ask: Any = None) -> Understood:
    found = understand(edition, file, said or Said(), ask)
    write(edition, name_of(file), found.frame, found.answers)
    return found


def refused(edition: Path, file: Path, said: Said | None = None) -> str:
    before = sorted(p for p in edition.rglob("*") if p.is_file())
    with pytest.raises(InputError) as error:
        take_in(edition, file, said)
    assert sorted(p for p in edition.rglob("*") if p.is_file()) == before
    return str(error.value)


def figures(edition: Path) -> Figures:
    """Each value, or its status where there is none, of the edition's files."""
    return {
        (r["indicator_id"], r["area_code"], r["period"]): r["value"] or r["status"]
        for path in sorted((edition / "observations").glob("*.csv"))
        for r in read(path)
    }


def changed(before: Figures, after: Figures) -> Figures:
    return {k: v for k, v in after.items() if before.get(k) != v}


def test_everything_at_once(edition: Path, tmp_path: Path) -> None:
    before = figures(edition)
    found = take_in(edition, everything(tmp_path / "Ward extract 2014.xlsx"))
    new = changed(before, figures(edition))
    assert new[("burglary", WARDS[4], "current")] == "25.5"
    assert [new[("burglary", w, "current")] for w in WARDS[:4]] == ["suppressed"] * 4
    assert new[("burglary", BOROUGH, "baseline")] == "25.0"
    assert float(new[("absence", WARDS[3], "current")]) == 5.3
    assert float(new[("turnout", WARDS[7], "current")]) == 37.5
    assert float(new[("rent", WARDS[0], "current")]) == 1234
    assert ("rent", WARDS[0], "baseline") not in new
    told = "\n".join([*found.lines, *found.notes])
    for said in (
        *("sheet 'Wards', headings in row 4", "9 areas", "'Old' (hidden)", "'Notes'", "row 7"),
        *("Total", "Rank", "burglary, 2012: no period", "notes: row 16"),
    ):
        assert said in told, told
    assert load(edition)  # and what is written is fit


def test_what_was_replaced_is_kept_and_never_read(edition: Path, tmp_path: Path) -> None:
    file = everything(tmp_path / "Ward extract 2014.xlsx")
    old = [r for r in read(edition / "observations" / "all.csv") if r["indicator_id"] == "rent"]
    take_in(edition, file)
    (kept,) = (edition / "imports" / "replaced").glob("*.csv")
    rents = [r for r in read(kept) if r["indicator_id"] == "rent"]
    assert [r["value"] for r in rents] == [r["value"] for r in old if r["period"] == "current"]
    once = figures(edition)
    take_in(edition, file)  # the same again changes nothing
    assert figures(edition) == once
    assert "imports" not in str(collect(load(edition))["file"].tolist())


def test_decimal_commas_of_a_windows_file(edition: Path, tmp_path: Path) -> None:
    lines = ["Absence 2014;;", "Ward;Rate € %;Bemerkung"]
    lines += [f"{name};{5 + k / 10:.2f};x".replace(".", ",") for k, name in enumerate(NAMES)]
    path = tmp_path / "absence.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    found = understand(edition, path, Said(), None)
    assert "'Rate € %' is absence value" in "\n".join(found.lines)
    lines[1] = "Ward;Absence (%);Bemerkung"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    before = figures(edition)
    take_in(edition, path)
    new = changed(before, figures(edition))
    assert {k[0] for k in new} == {"absence"}
    assert [float(new[("absence", w, "current")]) for w in WARDS] == [
        round(5 + k / 10, 2) for k in range(8)
    ]


def test_a_comma_that_may_be_either_is_asked(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "rent.csv"
    path.write_text("Ward;Rent 2014\n" + "".join(f"{n};1,23{k}\n" for k, n in enumerate(NAMES)))
    assert "--decimal" in refused(edition, path)
    before = figures(edition)
    take_in(edition, path, Said(decimal="point"))
    assert float(changed(before, figures(edition))[("rent", WARDS[2], "current")]) == 1232


def test_both_decimal_marks_in_one_file_are_a_fault(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "rent.csv"
    rows = [f'{n},"90{k},5"\n' if k else f"{n},900.5\n" for k, n in enumerate(NAMES)]
    path.write_text("Ward,Rent 2014\n" + "".join(rows))
    assert "decimal comma" in refused(edition, path)


def packed_long(path: Path, pack: str) -> Path:
    """Write one row a figure, with counts, packed."""
    lines = ["area_code,indicator,period,count,population"]
    lines += [f"{w},Burglary,2014,{80 + k},{4000 + 250 * k}" for k, w in enumerate(WARDS)]
    text = "\n".join(lines)
    if pack == "zip":
        with zipfile.ZipFile(path, "w") as parts:
            parts.writestr("long.csv", text)
    else:
        path.write_bytes(gzip.compress(text.encode()))
    return path


@pytest.mark.parametrize("pack", ["zip", "gz"])
def test_counts_one_a_row_packed(edition: Path, tmp_path: Path, pack: str) -> None:
    take_in(edition, packed_long(tmp_path / f"burglary.csv.{pack}", pack))
    (row,) = [
        r for r in read(edition / "observations" / "burglary.csv") if r["area_code"] == WARDS[1]
    ]
    assert (row["numerator"], row["denominator"]) == ("81.0", "4250.0")
    assert float(row["value"]) == pytest.approx(81 / 4250 * 1000)
    assert row["start"] == "2014-01-01"


def test_a_zip_of_two_files_is_refused(edition: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as parts:
        parts.writestr("a.csv", "x")
        parts.writestr("b.csv", "y")
    assert "holds 2 files (a.csv, b.csv)" in refused(edition, tmp_path / "two.zip")


@pytest.mark.parametrize(
    ("line", "count", "said"),
    [(b"x" * 999 + b"\n", 101_000, "more than 100 MB"), (b"1\n", 2_000_001, "2,000,000 lines")],
)
def test_a_little_zip_of_a_great_text_is_refused(
    edition: Path, tmp_path: Path, line: bytes, count: int, said: str
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("a.csv", line * count)
    assert path.stat().st_size < 300_000
    assert said in refused(edition, path)


def opendocument(path: Path) -> Path:
    """Write a sheet of LibreOffice with areas across and indicators down."""
    rows = [["", *NAMES], ["Rent", *(900 + k for k in range(8))], ["Absence", *([5.5] * 8)]]
    cells = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="float" office:value="{c}"/>'
            if isinstance(c, int | float) else
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in row
        ) + "</table:table-row>" for row in rows
    )  # fmt: skip
    of = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{n}="{of}:{n}:1.0"' for n in ("office", "table", "text"))
    content = f"<office:document-content{names}><office:body><office:spreadsheet>"
    content += f'<table:table table:name="2014">{cells}</table:table>'
    content += "</office:spreadsheet></office:body></office:document-content>"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", content)
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def test_areas_across_a_sheet_of_libreoffice(edition: Path, tmp_path: Path) -> None:
    before = figures(edition)
    found = take_in(edition, opendocument(tmp_path / "both.ods"), Said(periods={"": "current"}))
    new = changed(before, figures(edition))
    assert "areas stand across it" in found.lines[0]
    assert [float(new[("rent", w, "current")]) for w in WARDS] == [900.0 + k for k in range(8)]
    assert float(new[("absence", WARDS[0], "current")]) == 5.5


def small(path: Path, head: list[object], cells: Callable[[int], list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(head)
    for k, name in enumerate(NAMES):
        book.active.append([name, *cells(k)])
    book.save(path)
    return path


def test_a_name_in_doubt_is_a_fault_in_scripts_and_a_question_on_a_terminal(
    edition: Path, tmp_path: Path
) -> None:
    path = small(tmp_path / "rent.xlsx", ["Ward", "Rent 2014"], lambda k: [900 + k])
    book = openpyxl.load_workbook(path)
    book.active["A6"] = "Eastbrok"
    book.save(path)
    said = refused(edition, path)
    assert "--area 'Eastbrok=CODE'; it may be Eastbrook (E05000105)" in said
    take_in(edition, path, ask=lambda question, choices: choices[0])
    assert figures(edition)[("rent", WARDS[4], "current")] == "904.0"
    kept = recall(edition / "imports" / "rent.yml")
    assert kept.areas == {"Eastbrok": WARDS[4]}
    take_in(edition, path, kept)  # next year nobody is asked


def test_figures_of_another_unit_are_never_taken_in_silence(edition: Path, tmp_path: Path) -> None:
    path = small(tmp_path / "absence.xlsx", ["Ward", "Absence 2014"], lambda k: [0.05 + k / 1000])
    assert "--times absence=100 or --times absence=1" in refused(edition, path)
    before = figures(edition)
    take_in(edition, path, Said(times={"absence": 100}))
    assert float(changed(before, figures(edition))[("absence", WARDS[1], "current")]) == 5.1
    # the factor is kept; a file in the right unit is then the one that is refused
    right = small(tmp_path / "absence.xlsx", ["Ward", "Absence 2014"], lambda k: [5 + k / 10])
    assert refused(edition, right, recall(edition / "imports" / "absence.yml"))


def test_per_cent_of_a_rate_follows_its_unit(edition: Path, tmp_path: Path) -> None:
    path = small(tmp_path / "b.xlsx", ["Ward", "Burglary 2014"], lambda k: [f"{2 + k / 10:.1f}%"])
    take_in(edition, path)
    assert float(figures(edition)[("burglary", WARDS[1], "current")]) == 21


@pytest.mark.parametrize(
    ("head", "cell", "said"),
    [
        ("Rent", 900, "no period is named for rent"),
        ("Rent 2019", 900, "'2019' is no period of rent"),
        ("Rents 2014", 900, "--indicator 'Rents 2014=ID', perhaps rent"),
        ("Rent 2014", "nine", "'nine' is no figure (B2, B3"),
        ("Absence 2014", 140, "--times absence="),
        ("Rent 2014", -5, "is outside the valid range of rent"),
        ("Rent 2014", dt.date(2014, 1, 9), "'2014-01-09' is no figure"),
        ("Rent 2014", True, "'True' is no figure"),
        ("2014", 3, "no indicator is named in titles or headings"),
        ("Burglary 2014 count", 300, "has a count and neither base nor rate"),
    ],
)
def test_what_is_not_understood_is_a_fault_with_the_way_out(
    edition: Path, tmp_path: Path, head: str, cell: object, said: str
) -> None:
    path = small(tmp_path / "x.xlsx", ["Ward", head], lambda k: [cell])
    assert said in refused(edition, path)


def test_where_nothing_can_be_understood_rows_are_told(edition: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Dear colleague"])
    book.active.append(["please find", "the figures"])
    book.save(tmp_path / "letter.xlsx")
    said = refused(edition, tmp_path / "letter.xlsx")
    assert "row 1: Dear colleague; row 2: please find, the figures" in said
    assert "names areas of geography/areas.csv" in said


def test_two_sheets_with_figures_are_asked(edition: Path, tmp_path: Path) -> None:
    path = small(tmp_path / "x.xlsx", ["Ward", "Rent 2014"], lambda k: [900 + k])
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book.active)
    book.save(path)
    assert "--sheet, one of Sheet, Sheet Copy" in refused(edition, path)
    wrong = refused(edition, path, Said(sheet="Crime"))
    assert "--sheet: 'Crime' is no sheet of it; allowed: Sheet, Sheet Copy" in wrong
    take_in(edition, path, Said(sheet="Sheet Copy"))
    assert understand(edition, path, Said(), lambda q, choices: choices[1]).answers.sheet == (
        "Sheet Copy"
    )


def test_a_figure_given_twice(edition: Path, tmp_path: Path) -> None:
    path = small(tmp_path / "x.xlsx", ["Ward", "Rent 2014", "Rent 2014"], lambda k: [900, 900 + k])
    said = refused(edition, path)
    assert "is given 2 times (B3, C3)" in said


def test_what_nobody_sees_counts_only_where_nothing_seen_says_it(
    edition: Path, tmp_path: Path
) -> None:
    path = small(tmp_path / "x.xlsx", ["Ward", "Rent 2014", "Rent 2014"], lambda k: [900, 950 + k])
    book = openpyxl.load_workbook(path)
    book.active.column_dimensions["B"].hidden = True
    book.save(path)
    found = take_in(edition, path)
    assert "column B" in "\n".join(found.lines)
    assert figures(edition)[("rent", WARDS[3], "current")] == "953.0"


def test_a_new_period_is_dated_like_the_one_before(edition: Path, tmp_path: Path) -> None:
    import yaml

    path = edition / "edition.yml"
    settings = yaml.safe_load(path.read_text("utf-8"))
    settings["periods"] = [{"id": "baseline", "label": "2013"}, {"id": "past", "label": "2014"},
                           {"id": "current", "label": "2015"}]  # fmt: skip
    path.write_text(yaml.safe_dump(settings), "utf-8")
    rows = edition / "observations" / "all.csv"
    rewrite(
        rows, lambda rs: [r | {"period": "past"} if r["period"] == "current" else r for r in rs]
    )
    take_in(edition, small(tmp_path / "x.xlsx", ["Ward", "Rent 2015"], lambda k: [900 + k]))
    row = read(edition / "observations" / "x.csv")[0]
    assert (row["period"], row["period_label"], row["start"], row["end"]) == (
        "current", "2015", "2015-01-01", "2015-12-31",
    )  # fmt: skip


def test_a_new_period_is_the_one_that_the_edition_waits_for(edition: Path, tmp_path: Path) -> None:
    rows = edition / "observations" / "all.csv"
    rewrite(rows, lambda rs: [r for r in rs if (r["indicator_id"], r["period"]) not in (
        ("burglary", "current"), ("rent", "current"), ("absence", "current"))])  # fmt: skip
    asked = [
        "indicator_id,last_label,last_start,next_start,next_end",
        "burglary,2011/12,2011-04-01,2012-04-01,2013-03-31",
        "rent,2009–13,2009-01-01,2010-01-01,2014-12-31",
        "absence,Census 2001,2001-04-29,,",
    ]
    (edition / "source").mkdir()
    (edition / "source" / "wanted.csv").write_text("\n".join(asked), "utf-8")
    head = ["Ward", "Burglary 2012-13", "Rent 2010 to 2014"]
    path = small(tmp_path / "x.xlsx", head, lambda k: [21 + k, 900 + k])
    found = understand(edition, path, Said(), None).frame
    when = found[["indicator_id", "period", "period_label", "start", "end"]].drop_duplicates()
    assert [[i, p, label, f"{a:%F}", f"{b:%F}"] for i, p, label, a, b in when.to_numpy()] == [
        ["burglary", "current", "2012/13", "2012-04-01", "2013-03-31"],
        ["rent", "current", "2010–14", "2010-01-01", "2014-12-31"],
    ]
    later = small(tmp_path / "y.xlsx", ["Ward", "Burglary 2014/15"], lambda k: [21 + k])
    assert "current is 2012/13: --period 2014/15=PERIOD" in refused(edition, later)
    # what is not the year that is waited for is not given its dates
    said = refused(edition, later, Said(periods={"2014/15": "current"}))
    why = "y.xlsx, sheet 'Sheet': nobody says when current of burglary starts and ends (B2)"
    assert said.count("nobody says") == 1
    assert why in said
    assert "period_label, start and end" in said
    assert "source/wanted.csv" in said


def test_names_of_imports_are_those_of_next_year() -> None:
    assert name_of(Path("Ward Crime 2014-15.xlsx")) == name_of(Path("ward crime 2015-16.xls"))


def test_the_command_shows_asks_and_writes(edition: Path, tmp_path: Path) -> None:
    run, file = RUN, str(everything(tmp_path / "Ward extract 2014.xlsx"))
    shown = run.invoke(app, ["import", file, str(edition), "--preview"])
    assert shown.exit_code == 0, shown.output
    assert "withheld" in shown.output
    assert "nothing was written" in shown.output
    with pytest.raises(InputError, match="--yes"):
        run.invoke(app, ["import", file, str(edition)], catch_exceptions=False)
    assert not (edition / "imports").exists()
    done = run.invoke(app, ["import", file, str(edition), "--yes", "--json"])
    facts = json.loads(done.output)
    assert facts["status"] == "done"
    assert "observations/ward-extract.csv" in facts["files"]
    assert (edition / "imports" / "ward-extract.yml").exists()
    shutil.rmtree(edition)


def test_bold_cells_say_nothing(edition: Path, tmp_path: Path) -> None:
    path = small(tmp_path / "x.xlsx", ["Ward", "Rent 2014"], lambda k: [900 + k])
    book = openpyxl.load_workbook(path)
    book.active.cell(1_000_000, 3).font = Font(bold=True)
    book.save(path)
    take_in(edition, path)


def test_wards_of_one_name_in_other_boroughs_are_left_out(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "london.csv"
    lines = ["Borough,Ward,Rent 2014", "Merton,Abbey,1", "Merton,Ravensbury,2"]
    lines += [f"Barking and Dagenham,{name},{900 + k}" for k, name in enumerate(NAMES) if k]
    path.write_text("\n".join(lines))
    found = take_in(edition, path)
    assert WARDS[0] not in set(found.frame["area_code"])
    told = "\n".join(found.notes)
    assert "2 rows of 'Borough' elsewhere" in told
    assert "not in the extract, kept as they are: rent, current: Abbey" in told


def test_an_area_is_known_by_what_it_was_called(edition: Path, tmp_path: Path) -> None:
    file = tmp_path / "burglary 2014.csv"
    file.write_text(f"Ward,burglary 2014\nOld Mill,21\n{NAMES[1]},22\n", "utf-8")
    assert "Old Mill" in refused(edition, file)
    places = edition / "geography" / "places.csv"
    rows = [("Old Mill", WARDS[0]), (NAMES[1], WARDS[2])]  # the second is another's name now
    lines = [f"{name},former name,{code}" for name, code in rows]
    places.write_text("\n".join(["name,kind,area_code", *lines, ""]), "utf-8")
    take_in(edition, file)
    now = figures(edition)
    assert [float(now[("burglary", w, "current")]) for w in WARDS[:2]] == [21, 22]
    lines.append(f"Old Mill,former name,{WARDS[3]}")
    places.write_text("\n".join(["name,kind,area_code", *lines, ""]), "utf-8")
    assert "Old Mill" in refused(edition, file)


def test_a_code_that_contradicts_its_name(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "rent.csv"
    lines = ["Code,Ward,Rent 2014"]
    lines += [f"{w},{name},900" for w, name in zip(WARDS, [*NAMES[1:], NAMES[0]], strict=True)]
    path.write_text("\n".join(lines))
    assert "E05000101 / St Mary's" in refused(edition, path)


def test_one_of_two_years_in_another_unit(edition: Path, tmp_path: Path) -> None:
    head: list[object] = ["Ward", "Absence 2013", "Absence 2014"]
    path = small(tmp_path / "absence.xlsx", head, lambda k: [5 + k / 10, 0.05 + k / 1000])
    said = refused(edition, path)
    assert "--times absence:current=100" in said
    assert "absence:baseline" not in said
    take_in(edition, path, Said(times={"absence:current": 100}))
    assert float(figures(edition)[("absence", WARDS[1], "current")]) == 5.1
    assert float(figures(edition)[("absence", WARDS[1], "baseline")]) == 5.1


def titled(path: Path, rows: list[list[object]], merge: str = "") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for k, name in enumerate(NAMES):
        book.active.append([name, 900 + k, 950 + k, k])
    if merge:
        book.active.merge_cells(merge)
    book.save(path)
    return path


HEADS: list[object] = ["Ward", 2013, 2014, "Change %"]
BOROUGHS = (
    "London Borough of Barking and Dagenham",
    "Barking & Dagenham",
    "Barking & Dagenham wards",
)


@pytest.mark.parametrize(
    ("title", "below", "merge"),
    [
        (BOROUGHS[0], [[], HEADS], ""),
        (BOROUGHS[2], [HEADS], "A2:D2"),
        (BOROUGHS[1], [["Ward", "Rent", None, "Rank"], HEADS], ""),
        (BOROUGHS[0], [["as of", "May"], [], HEADS], ""),
    ],
)
def test_a_title_that_names_the_borough_is_a_title(
    edition: Path, tmp_path: Path, title: str, below: list[list[object]], merge: str
) -> None:
    rows = [["Rent by ward"], [title], *below]
    path = titled(tmp_path / "x.xlsx", rows, merge)
    found = understand(edition, path, Said(indicators={"Change %": "", "Rank Change %": ""}), None)
    new = found.frame.set_index(["area_code", "period"])["value"]
    assert len(new) == 16
    assert new[WARDS[0], "baseline"] == 900
    assert new[WARDS[7], "current"] == 957
    assert "Change" not in found.lines[1]


def test_the_corner_of_the_headings_may_name_the_borough(edition: Path, tmp_path: Path) -> None:
    rows: list[list[object]] = [["Rent"], [BOROUGHS[0]], [], [BOROUGHS[2], *HEADS[1:]]]
    path = titled(tmp_path / "x.xlsx", rows)
    found = understand(edition, path, Said(indicators={"Change %": ""}), None)
    assert set(found.frame["area_code"]) == set(WARDS)
    assert len(found.frame) == 16


def test_an_area_without_figures_below_the_headings_is_no_title(
    edition: Path, tmp_path: Path
) -> None:
    path = titled(tmp_path / "x.xlsx", [["Rent"], [BOROUGHS[0]], HEADS, [BOROUGHS[1]]])
    found = understand(edition, path, Said(indicators={"Change %": ""}), None)
    assert "missing" in set(found.frame.set_index("area_code")["status"][BOROUGH])


def test_figures_that_look_like_times_are_figures(edition: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Rent"], [BOROUGHS[0]], [], HEADS[:3]):
        book.active.append(row)
    for k, name in enumerate(NAMES):
        book.active.append([name, 2001 + k, 42005 + k])
        if k == 4:
            book.active.append(["Unknown", 2000, 42000])
    book.save(tmp_path / "x.xlsx")
    found = understand(edition, tmp_path / "x.xlsx", Said(times={"": 1}), None)
    assert set(found.frame["area_code"]) == set(WARDS)


def test_a_row_without_a_code_is_known_by_its_name(edition: Path, tmp_path: Path) -> None:
    lines = ["Code,Ward,Rent 2014"]
    for k, (code, name) in enumerate(zip(WARDS, NAMES, strict=True)):
        lines.append(f"{code if k else ''},{name if k != 1 else ''},{900 + k}")
    path = tmp_path / "rent.csv"
    path.write_text("\n".join([*lines, ",Barking total,903"]))
    found = understand(edition, path, Said(), None)
    assert set(found.frame["area_code"]) == set(WARDS)
    assert "'Barking total' in row 10" in "\n".join(found.notes)


def test_a_baseline_of_the_file_is_the_one_compared_with(edition: Path, tmp_path: Path) -> None:
    head: list[object] = ["Ward", "Rent 2013", "Rent 2014"]
    path = small(tmp_path / "x.xlsx", head, lambda k: [400, 900 if k else 400])
    found = understand(edition, path, Said(times={"": 1}), None)
    assert [row[-1] for row in found.rows] == ["–", "400"]
    assert "jumps since baseline: rent, current: Abbey 400 → 400" in found.notes


def test_a_total_above_the_areas_is_named(edition: Path, tmp_path: Path) -> None:
    lines = ["Code,Area,Rent 2014", ",Havering total,903"]
    lines += [f"{w},{n},{900 + k}" for k, (w, n) in enumerate(zip(WARDS, NAMES, strict=True))]
    path = tmp_path / "rent.csv"
    path.write_text("\n".join(lines))
    found = understand(edition, path, Said(), None)
    assert set(found.frame["area_code"]) == set(WARDS)
    assert "'Havering total' in row 2" in "\n".join(found.notes)


def test_counts_without_a_base_are_said_and_a_base_can_be_named(
    edition: Path, tmp_path: Path
) -> None:
    head: list[object] = ["Ward", "Burglary 2014", "2014 Number", "Dwellings"]
    path = small(tmp_path / "x.xlsx", head, lambda k: [20 + k, 80 + 4 * k, 4000])
    one = {"": "burglary"}
    lost = "\n".join(understand(edition, path, Said(indicators=one), None).lines)
    assert "counts are left out: no base was found: burglary, current: of 8 areas" in lost
    assert "--indicator 'HEADING=base'" in lost
    for answer in ("base", "burglary:base"):
        found = understand(edition, path, Said(indicators=one | {"Dwellings": answer}), None)
        assert found.frame["denominator"].eq(4000).all()
        assert "left out" not in "\n".join([*found.lines, *found.notes])
    said = refused(edition, path, Said(indicators=one | {"Dwellings": "burglar:base"}))
    assert "'burglar' is not of the edition" in said


def test_one_heading_is_the_base_of_every_count_that_has_none(
    edition: Path, tmp_path: Path
) -> None:
    head: list[object] = ["Ward", "Population", "Burglary 2014 count", "Robbery 2014 count"]
    path = small(tmp_path / "x.xlsx", head, lambda k: [4000 + k, 80 + 4 * k, 30 + k])
    assert "--indicator 'Population=base'" in refused(edition, path)
    for answers in (["base"], ["burglary:base", "robbery:base"]):
        given = [f"--indicator=Population={answer}" for answer in answers]
        done = RUN.invoke(app, ["import", str(path), str(edition), "--yes", *given])
        assert done.exit_code == 0, done.output
        rows = [r for r in read(edition / "observations" / "x.csv") if r["area_code"] == WARDS[2]]
        counts = {r["indicator_id"]: (r["numerator"], r["denominator"]) for r in rows}
        assert {i: tuple(map(float, c)) for i, c in counts.items()} == {
            "burglary": (88, 4002),
            "robbery": (32, 4002),
        }
        again = RUN.invoke(app, ["import", str(path), str(edition), "--yes"])
        assert again.exit_code == 0, again.output  # what was said is known
    own = small(tmp_path / "y.xlsx", [*head, "Robbery base"], lambda k: [4000, 80, 30, 3000 + k])
    found = understand(edition, own, Said(indicators={"Population": "base"}), None).frame
    bases = found.groupby("indicator_id")["denominator"].min().to_dict()
    assert bases == {"burglary": 4000, "robbery": 3000}


def test_a_borough_that_its_wards_do_not_make_is_told(edition: Path, tmp_path: Path) -> None:
    path = small(tmp_path / "x.xlsx", ["Ward", "Absence 2014"], lambda k: [5.5])
    book = openpyxl.load_workbook(path)
    for value, told in ((5.5, 0), (7.25, 1)):
        book.active.cell(10, 1, "Barking & Dagenham")
        book.active.cell(10, 2, value)
        book.save(path)
        notes = understand(edition, path, Said(), None).notes
        said = (
            "1 figures differ from what the area's parts make, beyond rounding: absence in current"
        )
        both = f"{said}: Barking and Dagenham {value:g} where its parts make 5.5"
        assert notes.count(both) == told
        assert sum("parts make" in note for note in notes) == told


@pytest.mark.parametrize("head", ["Dependent children", "Total dependent children"])
def test_a_heading_that_begins_the_text_of_the_base(
    edition: Path, tmp_path: Path, head: str
) -> None:
    texts = {
        "numerator": "Dependent children out of work",
        "denominator": "Dependent children 0–18",
    }
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | texts if r["id"] in ("burglary", "robbery") else r for r in rows],
    )
    rows: list[list[object]] = [["Burglary"], [None, 2014], ["Ward", "Number", head, "Rate"]]
    path = titled(tmp_path / "x.xlsx", rows, "B2:D2")
    given = Said(indicators={"Rate": ""}, times={"burglary": 1.0})
    found = understand(edition, path, given, None)
    assert f"'2014 {head}' is burglary denominator" in "\n".join(found.lines)
    assert found.frame["numerator"].tolist() == [900 + k for k in range(8)]


@pytest.mark.parametrize("slip", ["swapped", "thousands"])
def test_counts_that_make_another_size_than_ever_are_asked_about(
    edition: Path, tmp_path: Path, slip: str
) -> None:
    """Numerator and base in each other's column, or a base of 4.1 for 4,100."""
    base = {"swapped": (4000, 80), "thousands": (80, 4.0)}[slip]
    head: list[object] = ["Ward", "2014 Number", "Dwellings"]
    path = small(tmp_path / "x.xlsx", head, lambda k: [base[0] + k / 10, base[1]])
    given = {"2014 Number": "burglary", "Dwellings": "burglary:base"}
    said = refused(edition, path, Said(indicators=given))
    assert "the counts of burglary make" in said
    assert "--times burglary=1 if they are right" in said
    for answer, stands in (("right as it is", True), ("no: stop here", False)):
        once = Said(indicators=dict(given))
        if stands:
            found = understand(edition, path, once, lambda _, choices, a=answer: a)
            assert found.frame["denominator"].eq(base[1]).all()
        else:
            with pytest.raises(InputError, match="right columns"):
                understand(edition, path, once, lambda _, choices, a=answer: a)


@pytest.mark.parametrize("kind", ["pipe", "loop"])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "extract.csv"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path)
    with pytest.raises(InputError) as refused:
        open_extract(path)
    assert "cannot be read: " in str(refused.value)


@pytest.mark.parametrize("name", ["\"St Mary's", '"St Mary\'s" x'])
def test_a_quotation_mark_too_many_swallows_no_rows(
    edition: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{name if k == 1 else n},2{k}" for k, n in enumerate(NAMES)]
    path.write_text("\n".join(["Ward,burglary 2014", *lines, ""]), "utf-8")
    assert "a quotation mark is missing, or one too many, from row 3 on" in refused(edition, path)


def test_a_cell_longer_than_any_figure_or_name_is_told_with_its_row(
    edition: Path, tmp_path: Path, usual_cells: None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["Ward,burglary 2014", f"{NAMES[0]},2", "x" * 140_000 + ",1", ""]))
    assert "row 3 has a cell of more letters than any figure or name" in refused(edition, path)


@pytest.mark.parametrize("across", [False, True])
def test_a_figure_merged_over_areas_is_of_none(edition: Path, tmp_path: Path, across: bool) -> None:
    rows: list[list[object]] = [["Ward", "burglary 2014"], *([n, 20.5] for n in NAMES)]
    book = openpyxl.Workbook()
    for row in zip(*rows, strict=True) if across else rows:
        book.active.append(list(row))
    book.active.merge_cells("C2:D2" if across else "B3:B4")
    book.save(path := tmp_path / "a.xlsx")
    place = "C2, D2" if across else "B3, B4"
    assert f"is one figure for several areas, in merged cells ({place})" in refused(edition, path)
    book.active["C2" if across else "B3"] = "*"
    book.save(path)
    take_in(edition, path)
    shown = [figures(edition)["burglary", w, "current"] for w in WARDS[:4]]
    assert shown == ["20.5", "suppressed", "suppressed", "20.5"]
