"""Bad input, as an analyst meets it: many mistakes at once, all named, nothing written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.editions import OPEN, ROOT, copy_open, faults, read, rewrite, spoil

OBSERVATIONS = "observations/open.csv"


def _spi(*arguments: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spi_core.cli", *arguments],
        cwd=root,
        env={**os.environ, "SPI_ROOT": str(root), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _merged_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Police extract 2014", *[None] * 10])
    sheet.append(["robbery_offences", "E05000026", "current"])
    sheet.merge_cells("A1:K1")
    book.save(path)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose edition has every mistake of the list, and a report of an earlier build."""
    root = tmp_path_factory.mktemp("project")
    (root / "_quarto.yml").write_text("project:\n  type: website\n")
    edition = copy_open(root / "data" / "spoilt")
    table = edition / OBSERVATIONS
    spoil(table, 10, area_code="E05999999")
    spoil(table, 20, value="n/a")
    spoil(table, 30, value="140")  # obesity, per cent
    spoil(table, 40, indicator_id="happiness")
    spoil(table, 50, period="next_year")
    rewrite(table, lambda rows: [*rows, rows[68]])  # row 70 again, at the end
    extra = read(table)[98]  # row 100, in a file of its own as well
    (edition / "observations" / "again.csv").write_text(
        ",".join(extra) + "\n" + ",".join(f'"{c}"' for c in extra.values()) + "\n"
    )
    rewrite(
        edition / "goalposts.csv", lambda rows: [{k: r[k] for k in r if k != "basis"} for r in rows]
    )
    spoil(edition / "geography" / "areas.csv", 3, parent_code="E09000099")
    _merged_workbook(edition / "observations" / "police.xlsx")
    report = root / "reports" / "spoilt" / "tables" / "build.json"
    report.parent.mkdir(parents=True)
    report.write_text('{"edition": {"id": "spoilt"}}')
    return root


#: Of the row that is put at the end; the first below the header is row 2.
LAST = len(read(OPEN / OBSERVATIONS)) + 2
EXPECTED = [
    # file, row, column, value, a word of the message, a word of what is allowed
    (OBSERVATIONS, 10, "area_code", "E05999999", "is not an area", "E05000026"),
    (OBSERVATIONS, 20, "value", "n/a", "is not a number", "decimal point"),
    (OBSERVATIONS, 30, "value", 140.0, "outside the valid range", "0 to 100"),
    (OBSERVATIONS, 40, "indicator_id", "happiness", "is not an indicator", "obesity_reception"),
    (OBSERVATIONS, 50, "period", "next_year", "is not a period", "baseline, current"),
    (OBSERVATIONS, LAST, "indicator_id + area_code + period", None, "repeats row 70", "once"),
    (OBSERVATIONS, 100, "indicator_id + area_code + period", None, "repeats", "over all files"),
    ("goalposts.csv", 1, "basis", None, "the column is missing", "indicator_id, worst, best"),
    ("geography/areas.csv", 3, "parent_code", "E09000099", "is not an area", "a code of this file"),
    ("observations/police.xlsx", 1, "A–K", "Police extract 2014", "merged", "nothing merged"),
]


def _matches(found: dict[str, Any], expected: tuple[Any, ...]) -> bool:
    file, row, column, value, message, allowed = expected
    return (
        str(found["file"]).endswith(file)
        and found["row"] == row
        and found["column"] == column
        and (value is None or found["value"] == value)
        and message in str(found["message"])
        and allowed in str(found["allowed"])
    )


@pytest.fixture(scope="module")
def as_json(project: Path) -> subprocess.CompletedProcess[str]:
    return _spi("build", "spoilt", "--json", root=project)


@pytest.fixture(scope="module")
def said(as_json: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    answer = json.loads(as_json.stdout)
    assert answer["status"] == "bad input"
    return list(answer["faults"])


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda e: f"{Path(e[0]).name}-{e[1]}")
def test_every_fault_is_named_by_file_row_column_value_and_what_is_allowed(
    said: list[dict[str, Any]], expected: tuple[Any, ...]
) -> None:
    assert [f for f in said if _matches(f, expected)], said


def test_no_fault_is_only_the_echo_of_another(said: list[dict[str, Any]]) -> None:
    assert len(said) == len(EXPECTED), said


def test_exit_code_is_2_and_nothing_is_written(project: Path) -> None:
    def everything() -> dict[str, bytes]:
        return {
            p.relative_to(project).as_posix(): p.read_bytes()
            for p in sorted(project.rglob("*"))
            if p.is_file()
        }

    before = everything()
    done = _spi("build", "spoilt", root=project)
    assert done.returncode == 2
    assert everything() == before
    assert done.stdout == ""
    assert f"{len(EXPECTED)} faults in the input; nothing was written" in done.stderr
    first = f"data/spoilt/{OBSERVATIONS}, row 10, column area_code: 'E05999999' is not an area"
    assert first in done.stderr
    assert "Traceback" not in done.stderr


def test_json_has_exit_code_2_too_and_says_nothing_else(
    as_json: subprocess.CompletedProcess[str],
) -> None:
    assert as_json.returncode == 2
    assert as_json.stderr == ""


def test_the_library_finds_what_the_command_finds(
    project: Path, said: list[dict[str, Any]]
) -> None:
    found = faults(project / "data" / "spoilt")
    assert [(f.row, f.column) for f in found] == [(f["row"], f["column"]) for f in said]
    assert [(f.row, f.message, f.allowed) for f in found if f.row != 100] == [
        (f["row"], f["message"], f["allowed"]) for f in said if f["row"] != 100
    ]


def test_faults_stand_in_the_order_of_files_and_rows(said: list[dict[str, Any]]) -> None:
    files = [f["file"] for f in said]
    assert files == sorted(files, key=files.index)  # the faults of one file stand together
    for name in set(files):
        rows = [f["row"] for f in said if f["file"] == name]
        assert rows == sorted(rows)


#: A square whose outline crosses itself.
BOW_TIE = [[545000, 184000], [546000, 185000], [546000, 184000], [545000, 185000], [545000, 184000]]


def _cut_polygons(path: Path) -> None:
    """Cross one outline, leave one area out, and draw one that is not listed."""
    shapes = json.loads(path.read_text(encoding="utf-8"))
    at = {f["properties"]["code"]: f for f in shapes["features"]}
    at["E01000006"]["geometry"] = {"type": "Polygon", "coordinates": [BOW_TIE]}
    at["E01000007"]["properties"]["code"] = "E01004736"
    path.write_text(json.dumps(shapes), encoding="utf-8")


@pytest.fixture(scope="module")
def misplaced(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every mistake of place at once, as the command line names them."""
    root = tmp_path_factory.mktemp("places")
    (root / "_quarto.yml").touch()
    edition = copy_open(root / "data" / "places")
    table = edition / OBSERVATIONS
    spoil(table, 10, area_code="E01004736")
    rates = [i for i, r in enumerate(read(table), 2) if r["indicator_id"] == "jsa_claimant_rate"]
    spoil(table, rates[0], numerator="9000", denominator="8000")
    places = edition / "geography"
    spoil(places / "lookup.csv", 5, weight="0.9")
    suffix = places / "boundaries.geojson"
    _cut_polygons(suffix)
    done = _spi("check", "places", "--json", root=root)
    assert (done.returncode, done.stderr) == (2, "")
    return list(json.loads(done.stdout)["faults"])


PLACES = [
    (OBSERVATIONS, "area_code", "E01004736", "not one of this edition's LSOAs", "E01000006"),
    (OBSERVATIONS, "numerator", 9000.0, "is above the denominator", "up to 8000"),
    ("geography/lookup.csv", "weight", None, "sum to 0.9", "a sum of 1"),
    ("geography/boundaries.geojson", "code", "E01000006", "invalid polygon", "cross itself"),
    ("geography/boundaries.geojson", "code", "E01004736", "is not an area", "E01000006"),
    ("geography/boundaries.geojson", "code", "E01000007", "no polygon for this area", "one"),
]


@pytest.mark.parametrize("expected", PLACES, ids=lambda e: f"{Path(e[0]).stem}-{e[3]}")
def test_mistakes_of_place_are_named(
    misplaced: list[dict[str, Any]], expected: tuple[Any, ...]
) -> None:
    file, column, value, message, allowed = expected
    assert [
        f
        for f in misplaced
        if f["file"].endswith(file)
        and (f["column"], f["value"]) == (column, value)
        and message in f["message"]
        and allowed in str(f["allowed"])
    ], misplaced


def test_mistakes_of_place_have_no_echo(misplaced: list[dict[str, Any]]) -> None:
    assert len(misplaced) == len(PLACES), misplaced


def test_wards_missing_from_one_period_are_named(tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").touch()
    edition = copy_open(tmp_path / "data" / "gaps")
    lost = {("robbery_offences", "current", c) for c in ("E05000030", "E05000042")}
    lost |= {("gcse_points", "baseline", "E05000026")}
    keys = ("indicator_id", "period", "area_code")
    rewrite(
        edition / OBSERVATIONS,
        lambda rows: [r for r in rows if tuple(r[k] for k in keys) not in lost],
    )
    done = _spi("check", "gaps", root=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "robbery_offences has no row in current for E05000030, E05000042" in done.stderr
    assert "gcse_points has no row in baseline for E05000026" in done.stderr
    assert "every ward that has a row in another period; status missing" in done.stderr
    assert "2 faults in the input" in done.stderr


def test_an_indicator_that_is_not_collected_in_one_period_is_no_fault(tmp_path: Path) -> None:
    edition = copy_open(tmp_path / "one-period")
    rewrite(
        edition / OBSERVATIONS,
        lambda rows: [
            r for r in rows if (r["indicator_id"], r["period"]) != ("gcse_points", "baseline")
        ],
    )
    assert not [f for f in faults(edition) if "has no row" in f.message]
