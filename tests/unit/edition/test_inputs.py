"""The door: one mistake an edition gives one fault, which says where it is and how to mend it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from spi_core.build.recipe import make_recipe
from spi_core.edition.fingerprint import input_hashes
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from tests.support.editions import (
    BOROUGH,
    WARDS,
    copy_open,
    faults,
    make_edition,
    only,
    read,
    rewrite,
    settings,
    spoil,
    write,
)

TABLE = "observations/all.csv"


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    return make_edition(tmp_path / "tiny")


def test_a_sound_edition_has_no_fault(edition: Path) -> None:
    assert faults(edition) == ()
    inputs = load(edition)
    assert inputs.panel.value.shape == (2, 9, 9)
    assert inputs.periods == {"baseline": "2013", "current": "2014"}


# ---- observations. Row 2 is crowding in the first ward, baseline; rows 34–49 are rent.


@pytest.mark.parametrize(
    ("row", "cells", "column", "message", "allowed"),
    [
        (2, {"area_code": "E05999999"}, "area_code", "not an area", "E05000101"),
        (2, {"indicator_id": "joy"}, "indicator_id", "not an indicator", "crowding, cold_homes"),
        (2, {"period": "2015"}, "period", "not a period", "baseline, current"),
        (34, {"value": "-1"}, "value", "outside the valid range of rent", "0 or more"),
        (40, {"value": "1,234"}, "value", "not a number", "no thousands separator"),
        (2, {"numerator": "9999", "value": "100"}, "numerator", "above the denominator", "up to"),
        (2, {"denominator": "0"}, "denominator", "cannot divide", "more than 0"),
        (2, {"value": "55"}, "value", "not numerator / denominator", "about"),
        (34, {"status": "missing"}, "value", "beside status 'missing'", "a blank"),
        (34, {"status": "suppressed"}, "value", "beside status 'suppressed'", "a blank"),
        (34, {"value": ""}, "value", "a blank is not allowed", "status 'missing'"),
        (34, {"period_label": "2012/13"}, "period_label", "differs from the other rows", "2013"),
        (34, {"start": "2013-06-01"}, "start", "differs from the other rows", "2013-01-01"),
    ],
)
def test_an_observation(
    edition: Path, row: int, cells: dict[str, str], column: str, message: str, allowed: str
) -> None:
    spoil(edition / TABLE, row, **cells)
    fault = only(edition)
    assert fault.file.endswith(TABLE)
    assert (fault.row, fault.column) == (row, column)
    assert message in fault.message
    assert allowed in str(fault.allowed)


def test_a_percentage_of_140(edition: Path) -> None:
    row = next(i for i, r in enumerate(read(edition / TABLE), 2) if r["indicator_id"] == "turnout")
    spoil(edition / TABLE, row, value="140")
    fault = only(edition)
    assert (fault.row, fault.column, fault.value, fault.allowed) == (row, "value", 140, "0 to 100")
    assert "column value: 140 is outside" in str(fault)


def test_a_period_that_ends_before_it_starts(edition: Path) -> None:
    rewrite(
        edition / TABLE,
        lambda rows: [
            r | {"end": "2012-12-31"}
            if r["indicator_id"] == "turnout" and r["period"] == "baseline"
            else r
            for r in rows
        ],
    )
    fault = only(edition)
    assert (fault.column, fault.value) == ("start", "2013-01-01")
    assert fault.message.startswith(f"lies after end, 2012-12-31 ({len(WARDS)} rows: {fault.row}, ")


@pytest.mark.parametrize(("wrong", "said"), [(3, ""), (4, " (4 rows: 2, 3, 4 …)")])
def test_many_cells_that_are_wrong_alike_are_one_fault_with_a_count(
    edition: Path, wrong: int, said: str
) -> None:
    areas = edition / "geography" / "areas.csv"
    assert read(areas)[wrong]["level"] == "ward"
    rewrite(
        areas,
        lambda rows: [r | {"level": "parish"} if i < wrong else r for i, r in enumerate(rows)],
    )
    unknown = [f for f in faults(edition) if f.column == "level" and f.value == "parish"]
    assert [f.row for f in unknown] == ([2] if said else [2, 3, 4])
    assert {f.message for f in unknown} == {f"is not a level of this edition{said}"}


def test_a_row_given_in_two_files(edition: Path) -> None:
    write(edition / "observations" / "zz.csv", [read(edition / TABLE)[4]])
    fault = only(edition)
    assert fault.file.endswith("observations/zz.csv")
    assert fault.row == 2
    assert fault.message.endswith("observations/all.csv, row 6")


def test_a_file_that_lacks_a_column_still_has_its_codes_checked(edition: Path) -> None:
    spoil(edition / TABLE, 2, area_code="E05999999", value="x")
    rewrite(
        edition / TABLE, lambda rows: [{k: v for k, v in r.items() if k != "status"} for r in rows]
    )
    assert {(f.row, f.column) for f in faults(edition)} == {
        (1, "status"),
        (2, "area_code"),
        (2, "value"),
    }


def test_a_table_of_a_kind_that_is_not_read(edition: Path) -> None:
    (edition / "observations" / "police.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    fault = only(edition)
    assert fault.file.endswith("police.xls")
    assert ".xlsx" in str(fault.allowed)


def test_an_illustrative_value_in_an_edition_that_says_it_has_none(edition: Path) -> None:
    spoil(edition / TABLE, 2, status="illustrative")
    fault = only(edition)
    assert (Path(fault.file).name, fault.column, fault.allowed) == (
        "edition.yml",
        "illustrative",
        "true",
    )
    settings(edition, lambda s: s.update(illustrative=True))
    assert faults(edition) == ()


# ---- the other tables


@pytest.mark.parametrize(
    ("file", "row", "cells", "column", "message", "allowed"),
    [
        (
            "indicators.csv",
            3,
            {"component": "Homes"},
            "component",
            "not a component",
            "Shelter, Safety",
        ),
        (
            "indicators.csv",
            3,
            {"dimension": "Foundations"},
            "dimension",
            "not the dimension",
            "Needs",
        ),
        ("breaks.csv", 2, {"reason": ""}, "reason", "a blank is not allowed", "some text"),
        ("breaks.csv", 2, {"indicator_id": "exams"}, "indicator_id", "is not an ind", "crowding"),
        ("breaks.csv", 2, {"to_period": "2015"}, "to_period", "is not a period", "baseline"),
        (
            "breaks.csv",
            2,
            {"from_period": "current"},
            "from_period",
            "does not lie before to_period",
            "baseline",
        ),
        ("indicators.csv", 2, {"valid_min": "200"}, "valid_min", "above valid_max", "at most 100"),
        (
            "indicators.csv",
            2,
            {"error_counts": "nothing"},
            "error_counts",
            "has no counts",
            "blank",
        ),
        ("indicators.csv", 2, {"polarity": "up"}, "polarity", "not allowed", "-1"),
        ("indicators.csv", 2, {"per": "many"}, "per", "not a number", "decimal point"),
        ("goalposts.csv", 2, {"best": "16.8"}, "best", "equals worst", "differs"),
        (
            "goalposts.csv",
            2,
            {"best": "20"},
            "best",
            "contradicts the polarity",
            "below worst, 16.8",
        ),
        ("goalposts.csv", 7, {"best": "1"}, "best", "contradicts the polarity", "above worst, 192"),
        ("goalposts.csv", 2, {"worst": ""}, "worst", "a blank is not allowed", "a number"),
        (
            "geography/areas.csv",
            4,
            {"parent_code": "E09999999"},
            "parent_code",
            "not an area",
            "a code of this file",
        ),
        (
            "geography/areas.csv",
            4,
            {"parent_code": "E05000101"},
            "parent_code",
            "is a ward, which cannot hold",
            "larger",
        ),
        ("geography/lookup.csv", 2, {"weight": "0.9"}, "weight", "sum to 0.9", "1"),
        (
            "geography/lookup.csv",
            2,
            {"to_code": "E05000108"},
            "to_code",
            "is not the parent_code",
            "E09000099",
        ),
        (
            "geography/lookup.csv",
            2,
            {"to_code": "E09999999"},
            "to_code",
            "not an area",
            "E09000099",
        ),
        ("context.csv", 2, {"area_code": "E05999999"}, "area_code", "not an area", "E05000101"),
    ],
)
def test_a_table(
    edition: Path,
    file: str,
    row: int,
    cells: dict[str, str],
    column: str,
    message: str,
    allowed: str,
) -> None:
    spoil(edition / file, row, **cells)
    fault = only(edition)
    assert fault.file.endswith(file)
    assert (fault.row, fault.column) == (row, column)
    assert message in fault.message
    assert allowed in str(fault.allowed)


@pytest.mark.parametrize(
    ("file", "column"),
    [("indicators.csv", "id"), ("goalposts.csv", "indicator_id"), ("geography/areas.csv", "code")],
)
def test_a_repeated_row_of_a_register(edition: Path, file: str, column: str) -> None:
    rewrite(edition / file, lambda rows: [*rows, rows[0]])
    fault = only(edition)
    assert fault.column == column
    assert fault.message == "repeats row 2"


@pytest.mark.parametrize("target", ["gone.csv", "police.csv", "/dev/zero"])
def test_a_link_that_leads_to_no_file_is_not_passed_over(edition: Path, target: str) -> None:
    (edition / "observations" / "police.csv").symlink_to(target)
    (edition / ".#edition.yml").symlink_to("an.editor@work")  # what an editor holds open
    fault = only(edition)
    assert fault.file.endswith("observations/police.csv")
    assert fault.message == "is no file"


def test_a_pipe_in_place_of_a_file_is_not_waited_for(edition: Path) -> None:
    os.mkfifo(edition / "interventions.yml")
    assert only(edition).message == "is no file"


@pytest.mark.parametrize(
    ("file", "named", "remedy"),
    [
        ("indicators.csv", "/indicators.csv", "docs/your-own-data.md"),
        ("goalposts.csv", "/goalposts.csv", "docs/your-own-data.md"),
        ("geography/areas.csv", "/areas.csv", "docs/your-own-data.md"),
        (TABLE, "/observations", "`spi template tiny OWNER`"),
        ("edition.yml", "/edition.yml", "put it back"),
    ],
)
def test_a_missing_file(edition: Path, file: str, named: str, remedy: str) -> None:
    (edition / file).unlink()
    fault = only(edition)
    assert fault.file.endswith(named)
    assert fault.message.endswith("is missing")
    assert remedy in str(fault.allowed)


@pytest.mark.parametrize("file", ["goalposts.csv", "reference/moments.csv"])
def test_a_missing_file_that_a_command_makes(tmp_path: Path, file: str) -> None:
    edition = copy_open(tmp_path / "open")
    (edition / file).unlink()
    assert only(edition).allowed == "`spi reference open` makes it"


@pytest.mark.parametrize(
    "file",
    ["indicators.csv", "goalposts.csv", "geography/areas.csv", TABLE],
)
def test_a_file_with_headings_and_nothing_else(edition: Path, file: str) -> None:
    path = edition / file
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    fault = only(edition)
    assert fault.file.endswith(file)
    assert fault.message == "has no rows"


def test_one_register_in_two_forms(edition: Path) -> None:
    shutil.copy(edition / "goalposts.csv", edition / "goalposts.CSV.bak")
    assert faults(edition) == ()
    _as_workbook(edition / "goalposts.csv", keep=True)
    found = [f for f in faults(edition) if "stands beside" in f.message]
    assert [f.message for f in found] == ["stands beside goalposts.xlsx"]


def test_goalposts_that_leave_an_indicator_out(edition: Path) -> None:
    rewrite(edition / "goalposts.csv", lambda rows: rows[1:])
    fault = only(edition)
    assert (fault.value, fault.message) == ("crowding", "has no row for this indicator")


def test_an_area_parted_between_two(edition: Path) -> None:
    rewrite(
        edition / "geography" / "lookup.csv",
        lambda rows: [
            rows[0] | {"weight": "0.5"},
            rows[0] | {"weight": "0.5", "to_code": WARDS[7]},
            *rows[1:],
        ],
    )
    fault = only(edition)
    assert fault.message == f"parts {WARDS[0]} between 2 areas"


def test_a_borough_that_is_not_listed(edition: Path) -> None:
    settings(edition, lambda s: s.update(area="E09999999"))
    fault = only(edition)
    assert fault.file.endswith("areas.csv")
    assert (fault.column, fault.value) == ("code", "E09999999")


# ---- frozen weights


@pytest.fixture(scope="module")
def with_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_edition(tmp_path_factory.mktemp("frozen") / "tiny")
    make_recipe(load(folder))[1].to_csv(folder / "weights.csv", index=False)
    return folder


@pytest.fixture
def frozen(with_weights: Path, tmp_path: Path) -> Path:
    return shutil.copytree(with_weights, tmp_path / "tiny")


def test_weights_as_fitted_can_be_frozen(frozen: Path) -> None:
    assert faults(frozen) == ()


@pytest.mark.parametrize(
    ("row", "cells", "column", "message"),
    [
        (2, {"weight": "0.5"}, "weight", "the weights of 'Shelter' sum to 1.1666"),
        (5, {"share": "0.1"}, "share", "the shares of 'Safety' sum to"),
        (2, {"component": "Safety"}, "component", "is not the component of crowding"),
        (2, {"indicator_id": "joy"}, "indicator_id", "is not an indicator"),
        (2, {"sd": "99"}, "share", "does not follow from weight, sd and goalposts.csv"),
    ],
)
def test_frozen_weights(
    frozen: Path, row: int, cells: dict[str, str], column: str, message: str
) -> None:
    spoil(frozen / "weights.csv", row, **cells)
    found = [f for f in faults(frozen) if message in f.message]
    assert found, faults(frozen)
    assert found[0].column == column
    assert found[0].row == row


def test_goalposts_moved_under_frozen_weights(frozen: Path) -> None:
    """Shares come from goalposts: new goalposts with old shares would be a silent wrong number."""
    spoil(frozen / "goalposts.csv", 2, worst="30")
    found = faults(frozen)
    assert {f.column for f in found} == {"share"}
    assert [f.row for f in found] == [2, 3, 4]


def test_frozen_weights_that_leave_an_indicator_out(frozen: Path) -> None:
    rewrite(frozen / "weights.csv", lambda rows: rows[1:])
    assert ("crowding", "has no row for this indicator") in {
        (f.value, f.message) for f in faults(frozen)
    }


def test_given_weights_need_their_file(edition: Path) -> None:
    settings(edition, lambda s: s["index"].update(weights="given"))
    fault = only(edition)
    assert fault.column == "index.weights"
    assert "weights.csv" in fault.message


# ---- polygons


def _polygons(edition: Path, old: str, new: str) -> None:
    path = edition / "geography" / "boundaries.geojson"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_polygon_that_crosses_itself(edition: Path) -> None:
    _polygons(edition, "[541000, 184000], [541000, 185000]", "[541000, 185000], [541000, 184000]")
    fault = only(edition)
    assert (fault.value, fault.message) == (WARDS[0], "has an invalid polygon")
    assert "does not cross itself" in str(fault.allowed)


def test_an_area_without_a_polygon_and_a_polygon_without_an_area(edition: Path) -> None:
    _polygons(edition, WARDS[2], "E05999999")
    assert {(f.value, f.message) for f in faults(edition)} == {
        (WARDS[2], "has no polygon for this area"),
        ("E05999999", "is not an area of geography/areas.csv"),
    }


def test_two_polygons_of_one_area(edition: Path) -> None:
    _polygons(edition, WARDS[2], WARDS[1])
    assert (WARDS[1], "has two polygons") in {(f.value, f.message) for f in faults(edition)}


def test_polygons_in_another_projection_than_they_say(edition: Path) -> None:
    _polygons(edition, "EPSG::27700", "OGC:1.3:CRS84")
    fault = only(edition)
    assert "does not lie in Great Britain" in fault.message


def test_polygons_that_cannot_be_read(edition: Path) -> None:
    (edition / "geography" / "boundaries.geojson").write_text("{")
    assert "cannot be read as polygons" in only(edition).message


# ---- edition.yml


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        (lambda s: s.pop("title"), None, "'title' is a required property"),
        (lambda s: s.update(colour="red"), None, "'colour' was unexpected"),
        (lambda s: s.update(edition_year=2014), "edition_year", "is not allowed"),
        (lambda s: s.update(area="E0 9"), "area", "is not allowed"),
        (lambda s: s["index"].update(weights="best"), "index.weights", "is not allowed"),
        (
            lambda s: s["index"].update(minimum_indicators=0),
            "index.minimum_indicators",
            "is not allowed",
        ),
        (
            lambda s: s["framework"][0].pop("components"),
            "framework.0",
            "'components' is a required",
        ),
        (
            lambda s: s["framework"][1]["components"].append("Shelter"),
            "framework",
            "is named twice",
        ),
        (
            lambda s: s["periods"].append({"id": "current", "label": "x"}),
            "periods",
            "is named twice",
        ),
        (lambda s: s["periods"].pop(), "periods", "'current' is not listed"),
        (
            lambda s: s["periods"][0].update(label=s["periods"][1]["label"]),
            "periods.label",
            "is named twice",
        ),
        (
            lambda s: s["geography"].update(levels=["ward", "lsoa"]),
            "geography.levels",
            "none is left for the area that the edition is about",
        ),
        (lambda s: s.update(geography=[]), "geography", "is not of type 'object'"),
    ],
)
def test_settings(edition: Path, change: Any, column: str | None, message: str) -> None:
    settings(edition, change)
    found = [f for f in faults(edition) if message in f.message]
    assert found, faults(edition)
    assert found[0].column == column
    assert found[0].file.endswith("edition.yml")


@pytest.mark.parametrize(
    ("text", "message", "row"),
    [
        ("id: [tiny\ntitle: x", "is not valid YAML", 2),
        ("- a list", "is not of type 'object'", None),
        ("", "is not of type 'object'", None),
    ],
)
def test_settings_that_cannot_be_read(edition: Path, text: str, message: str, row: int) -> None:
    (edition / "edition.yml").write_text(text, encoding="utf-8")
    fault = only(edition)
    assert message in fault.message
    assert fault.row == row


def test_settings_in_another_encoding(edition: Path) -> None:
    path = edition / "edition.yml"
    path.write_bytes(path.read_bytes() + "# café\n".encode("cp1252"))
    assert "is not UTF-8" in only(edition).message


def test_settings_with_a_byte_order_mark(edition: Path) -> None:
    path = edition / "edition.yml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert faults(edition) == ()


def test_bad_settings_do_not_hide_bad_figures(edition: Path) -> None:
    settings(edition, lambda s: s.update(edition_year=2014, framework="none"))
    spoil(edition / TABLE, 2, value="x", area_code="E05999999")
    spoil(edition / "goalposts.csv", 2, worst="high")
    assert {(f.row, f.column) for f in faults(edition)} == {
        (None, "edition_year"),
        (None, "framework"),
        (2, "value"),
        (2, "area_code"),
        (2, "worst"),
    }


def test_a_broken_register_does_not_hide_bad_figures(edition: Path) -> None:
    spoil(edition / "indicators.csv", 2, polarity="up", kind="share")
    spoil(edition / TABLE, 34, value="-5")
    spoil(edition / TABLE, 2, indicator_id="joy")
    assert {(Path(f.file).stem, f.row, f.column) for f in faults(edition)} == {
        ("indicators", 2, "kind"),
        ("indicators", 2, "polarity"),
        ("all", 2, "indicator_id"),
        ("all", 34, "value"),
    }


def test_a_folder_that_is_not_there_names_the_editions_that_are(edition: Path) -> None:
    with pytest.raises(InputError, match="is not an edition's folder; allowed: tiny"):
        load(edition.parent / "tinny")


# ---- the reference population


@pytest.fixture
def open_copy(tmp_path: Path) -> Path:
    return copy_open(tmp_path / "copy", without=("source", "series", "interventions.yml"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[:-1], "has other rows than columns"),
        (lambda rows: [rows[0] | {"obesity_year6": "0.1"}, *rows[1:]], "is not a symmetric matrix"),
        (lambda rows: [rows[0] | {"obesity_year6": "2"}, *rows[1:]], "is not a correlation"),
        (lambda rows: [rows[0] | {"obesity_year6": "x"}, *rows[1:]], "is not a correlation"),
    ],
)
def test_correlations(open_copy: Path, change: Any, message: str) -> None:
    rewrite(open_copy / "reference" / "correlation.csv", change)
    found = faults(open_copy)
    assert message in found[0].message
    assert found[0].file.endswith("correlation.csv")


def test_moments_that_leave_an_indicator_out(open_copy: Path) -> None:
    rewrite(open_copy / "reference" / "moments.csv", lambda rows: rows[1:])
    fault = only(open_copy)
    assert (fault.value, fault.message) == ("obesity_reception", "has no row for this indicator")


# ---- the same content in another form is the same panel


def _as_workbook(path: Path, keep: bool = False) -> None:
    """Save a CSV file as a workbook, numbers as numbers, with the blank rows Excel leaves."""
    rows = read(path)
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append([_typed(v) for v in row.values()])
    for _ in range(3):
        book.active.append([""] * len(rows[0]))
    book.save(path.with_suffix(".xlsx"))
    if not keep:
        path.unlink()


def _typed(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text or None


@pytest.mark.parametrize("file", [TABLE, "goalposts.csv", "geography/areas.csv", "indicators.csv"])
def test_a_workbook_gives_the_same_panel_as_the_csv(edition: Path, file: str) -> None:
    before = load(edition)
    _as_workbook(edition / file)
    after = load(edition)
    np.testing.assert_array_equal(before.panel.value, after.panel.value)
    np.testing.assert_array_equal(before.panel.status, after.panel.status)
    np.testing.assert_array_equal(before.panel.denominator, after.panel.denominator)
    assert before.framework.ids == after.framework.ids


def test_windows_line_ends_change_neither_the_panel_nor_the_hashes(edition: Path) -> None:
    before, hashes = load(edition), input_hashes(edition)
    for path in edition.rglob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    after = load(edition)
    np.testing.assert_array_equal(before.panel.value, after.panel.value)
    assert input_hashes(edition) == hashes


def test_the_hashes_change_with_any_input_and_with_nothing_else(edition: Path) -> None:
    before = input_hashes(edition)
    (edition / "source").mkdir()
    (edition / "source" / "extract.csv").write_text("as received")
    (edition / "~$all.xlsx").write_text("open in Excel")
    assert input_hashes(edition) == before
    spoil(edition / TABLE, 2, note="checked")
    after = input_hashes(edition)
    assert [name for name in after if after[name] != before[name]] == [TABLE]


def test_areas_that_are_not_scored_may_have_figures(edition: Path) -> None:
    settings(edition, lambda s: s["geography"].update(levels=["borough", "ward"]))
    assert load(edition).panel.areas == (BOROUGH, *WARDS)


# ---- who can move a figure, what an area has become, what a component holds


def test_partners_name_indicators_once_in_a_known_role(edition: Path) -> None:
    row = {"partner": "Police", "indicator_id": "burglary", "role": "leads"}
    row |= {"service": "Patrols", "contact": ""}
    others = [{"indicator_id": "joy"}, {"partner": ""}, {"role": "watches"}]
    write(edition / "partners.csv", [row, *(row | other for other in others), row])
    found = {(f.row, f.column): f for f in faults(edition)}
    assert "not an indicator" in found[3, "indicator_id"].message
    assert (4, "partner") in found
    assert found[5, "role"].allowed == "one of leads, supports"
    assert any(row == 6 for row, _ in found)  # a second row for one partner and indicator
    write(edition / "partners.csv", [row])
    assert faults(edition) == ()


def test_successors_are_of_the_editions_areas(edition: Path) -> None:
    row = {"area_code": "E05999999", "successor_code": "N1", "successor": "New", "share": "0.8"}
    write(edition / "geography" / "successors.csv", [row | {"since": "2022", "source": "ONS"}])
    assert only(edition).column == "area_code"


def test_contents_are_of_a_component_of_their_dimension(edition: Path) -> None:
    def add(values: dict[str, Any]) -> None:
        values["framework"][0]["contents"] = {"Joy": "laughter"}

    settings(edition, add)
    fault = only(edition)
    assert (fault.value, fault.column) == ("Joy", "contents of Needs")


@pytest.mark.parametrize(
    ("part", "name", "value", "allowed"),
    [
        ("uncertainty", "replicates", 200.0, "integer, without a point"),
        ("uncertainty", "seed", 1.0, "integer, without a point"),
        ("comparators", "number", 5.0, "integer, without a point"),
        ("uncertainty", "replicates", 2_000_000, "20000 or less"),
        ("comparators", "minimum_points", 10**400, "number"),
    ],
)
def test_numbers_that_no_build_could_take_are_faults(
    tmp_path: Path, part: str, name: str, value: float, allowed: str
) -> None:
    """Whole floats and integers beyond any float passed the schema and stopped a build."""
    edition = make_edition(tmp_path / "tiny")
    settings(edition, lambda s: s[part].update({name: value}))
    (fault,) = faults(edition)
    assert (fault.column, fault.allowed) == (f"{part}.{name}", allowed)
