"""What looks wrong is said until somebody accepts it; sound editions say nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from spi_core.cli import app
from spi_core.edition.inputs import load
from spi_core.edition.warned.collect import collect, in_words
from spi_core.edition.warned.names import equal_values
from tests.support.editions import (
    OPEN,
    WARDS,
    Row,
    faults,
    make_edition,
    only,
    read,
    rewrite,
    settings,
    write,
)

FILE = "observations/all.csv"


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    return make_edition(tmp_path / "tiny")


def warned(folder: Path) -> pd.DataFrame:
    return collect(load(folder))


def change(folder: Path, indicator: str, period: str, how: Callable[[Row], Row]) -> None:
    rewrite(
        folder / FILE,
        lambda rows: [
            how(r) if (r["indicator_id"], r["period"]) == (indicator, period) else r for r in rows
        ],
    )


def scaled(factor: float) -> Callable[[Row], Row]:
    def how(row: Row) -> Row:
        top = row["numerator"] and str(round(float(row["numerator"]) * factor))
        value = float(row["value"]) * factor
        if top:
            value = float(row["value"]) / float(row["numerator"]) * float(top)
        return row | {"value": f"{value:.8g}", "numerator": top}

    return how


def row_of(folder: Path, indicator: str, period: str, area: str = WARDS[0]) -> int:
    key = (indicator, period, area)
    found = [(r["indicator_id"], r["period"], r["area_code"]) for r in read(folder / FILE)]
    return found.index(key) + 2


@pytest.mark.parametrize("name", ["lbbd-open", "lbbd-84"])
def test_the_editions_have_no_warning_that_nobody_looked_at(name: str) -> None:
    found = warned(OPEN.parent / name)
    assert found[found["accepted_by"] == ""].empty


def test_a_sound_edition_has_none(edition: Path) -> None:
    found = warned(edition)
    assert found.empty
    assert in_words(found) == []


def test_half_a_year_beside_a_year(edition: Path) -> None:
    change(edition, "burglary", "current", lambda r: scaled(0.5)(r) | {"end": "2014-06-30"})
    (w,) = warned(edition).itertuples()
    assert w.warning == "periods of unequal length: burglary"
    assert (w.file, w.row) == (FILE, row_of(edition, "burglary", "current"))
    assert w.message == (
        "baseline is 2013-01-01 to 2013-12-31, current is 2014-01-01 to 2014-06-30: "
        "181 and 365 days"
    )


def test_periods_swapped(edition: Path) -> None:
    dates = {"start": "2012-01-01", "end": "2012-12-31", "period_label": "2012"}
    change(edition, "rent", "current", lambda r: r | dates)
    fault = only(edition)
    assert (fault.row, fault.column) == (row_of(edition, "rent", "current"), "end")
    assert "lies before baseline of rent" in fault.message
    assert "are they swapped?" in str(fault.allowed)


def test_a_later_period_that_starts_before_the_one_before_it(edition: Path) -> None:
    change(edition, "rent", "current", lambda r: r | {"start": "2012-12-31"})
    said = list(warned(edition)["warning"])
    assert "dates run backwards: rent" in said


def test_a_period_to_come(edition: Path) -> None:
    dates = {"start": "2041-01-01", "end": "2041-12-31", "period_label": "2041"}
    change(edition, "rent", "current", lambda r: r | dates)
    (w,) = warned(edition).itertuples()
    assert (w.warning, w.message) == (
        "dates lie ahead: rent",
        "current ends on 2041-12-31, after the edition's year",
    )


@pytest.mark.parametrize("period", ["baseline", "current"])
def test_fractions_for_percentages(edition: Path, period: str) -> None:
    change(edition, "absence", period, scaled(0.01))
    found = warned(edition).set_index("warning")
    assert set(found.index) == {"fractions: absence", "jump of a factor 100: absence"}
    w = found.loc["fractions: absence"]
    assert w["row"] == row_of(edition, "absence", period)
    assert w["message"].startswith(f"all values of {period} are at most 0.0")
    assert w["message"].endswith(", as fractions of 1 would be")


def test_fractions_where_nothing_else_is_known(edition: Path) -> None:
    for period in ("baseline", "current"):
        change(edition, "absence", period, scaled(0.01))
    assert set(warned(edition)["warning"]) == {"fractions: absence"}


@pytest.mark.parametrize(("factor", "said"), [(6, 5), (9.5, 10), (0.1, 10), (100, 100)])
@pytest.mark.parametrize("indicator", ["robbery", "rent"])
def test_one_value_out_of_step(edition: Path, indicator: str, factor: float, said: int) -> None:
    def how(row: Row) -> Row:
        if row["area_code"] != WARDS[2]:
            return row
        # so many events that the base can bear a hundred times of them
        return scaled(factor)(row) | ({"denominator": ""} if indicator == "robbery" else {})

    change(edition, indicator, "current", how)
    (w,) = warned(edition).itertuples()
    assert w.warning == f"jump of a factor {said}: {indicator}"
    assert (w.file, w.row) == (FILE, row_of(edition, indicator, "current", WARDS[2]))
    assert f" in {WARDS[2]} in current is " in w.message


def test_few_events_jump_by_chance_and_many_do_not(edition: Path) -> None:
    def few(n: int) -> Callable[[Row], Row]:
        def how(row: Row) -> Row:
            if row["area_code"] != WARDS[2]:
                return row
            return row | {"numerator": str(n), "value": f"{1000 * n / float(row['denominator'])}"}

        return how

    change(edition, "robbery", "baseline", few(1))
    change(edition, "robbery", "current", few(7))
    assert warned(edition).empty
    change(edition, "robbery", "baseline", few(10))
    change(edition, "robbery", "current", few(70))
    assert set(warned(edition)["warning"]) == {"jump of a factor 5: robbery"}


def test_a_generated_value_is_no_slip(edition: Path) -> None:
    settings(edition, lambda s: s.update(illustrative=True))
    change(edition, "rent", "current", lambda r: scaled(30)(r) | {"status": "illustrative"})
    assert warned(edition).empty


def test_values_beyond_the_reference(edition: Path) -> None:
    names = ("mean", "min", "p01", "p05", "p25", "median", "p75", "p95", "p99", "max")
    of = dict(zip(names, (900, 500, 510, 520, 800, 900, 1000, 1200, 1300, 1400), strict=True))
    row = {"indicator_id": "rent", "period": "baseline", "n_wards": 600, "sd": 90} | of
    write(edition / "reference/distribution.csv", [{k: str(v) for k, v in row.items()}])
    assert warned(edition).empty
    own = {"value": "1401", "note": ""}
    change(edition, "rent", "current", lambda r: r | own if r["area_code"] == WARDS[1] else r)
    (w,) = warned(edition).itertuples()
    assert w.warning == "beyond the reference: rent"
    assert w.row == row_of(edition, "rent", "current", WARDS[1])
    assert w.message == (
        f"1401 in {WARDS[1]} in current lies outside the reference population's 500 to 1400"
    )
    for period in ("baseline", "current"):  # in thousands: one warning a period, not one a ward
        change(edition, "rent", period, scaled(0.001))
    found = warned(edition)
    assert found["warning"].tolist() == ["beyond the reference: rent"] * 2
    assert found["message"].str.contains("times the reference population's, 900").all()


def test_populations_in_thousands(edition: Path) -> None:
    def thousands(rows: list[Row]) -> list[Row]:
        return [r | {"population": f"{float(r['population']) / 1000}"} for r in rows]

    rewrite(edition / "geography" / "areas.csv", thousands)
    (w,) = warned(edition).itertuples()
    assert (w.warning, w.file) == ("populations", "geography/areas.csv")
    assert w.message.endswith("the bases of rates are 1000 times as large")


def test_counts_joined_by_name_in_the_reference_population(tmp_path: Path) -> None:
    """The fault of 2014's benefit counts, planted again: all wards of a name bear one's count."""
    edition = tmp_path / "data" / "lbbd-open"
    shutil.copytree(OPEN, edition, ignore=shutil.ignore_patterns("source"))
    london = shutil.copytree(OPEN.parent / "reference/london", tmp_path / "data/reference/london")
    path = london / "ward_figures.parquet"
    figures = pd.read_parquet(path)
    names = pd.read_csv(london / "wards.csv").set_index("area_code")["area_name"]
    here = figures["figure_id"].eq("income_support_claimants") & figures["period"].eq("2013")
    joined = figures[here].groupby(figures["area_code"].map(names))["value"].transform("first")
    figures.loc[here, "value"] = joined
    figures.to_parquet(path)
    (w,) = warned(edition).itertuples()
    assert w.warning == "equal values: income_support_claimants 2013"
    assert w.file == "../reference/london/ward_figures.parquet"
    assert w.message.startswith("22 of 22 pairs of areas with one name have equal values: Abbey, ")
    path.write_bytes(b"")
    assert only(edition).message == "cannot be read"  # similar wards are found among them
    settings(edition, lambda s: s["comparators"].pop("from"))
    assert warned(edition)["warning"].tolist() == ["not checked: reference figures"]


def test_counts_joined_by_name_in_the_edition(edition: Path) -> None:
    rewrite(
        edition / "geography" / "areas.csv",
        lambda rows: [r | {"name": "Abbey"} if r["code"] in WARDS[:2] else r for r in rows],
    )
    assert warned(edition).empty
    first = next(r for r in read(edition / FILE) if r["indicator_id"] == "rent")["value"]
    change(
        edition,
        "rent",
        "baseline",
        lambda r: r | {"value": first} if r["area_code"] in WARDS[:2] else r,
    )
    (w,) = warned(edition).itertuples()
    assert (w.warning, w.row) == ("equal values: rent", row_of(edition, "rent", "baseline"))


def test_rounded_counts_are_equal_by_chance() -> None:
    rng = np.random.default_rng(3)
    names = pd.Series([f"n{i // 2}" for i in range(40)] + [f"m{i}" for i in range(600)])
    rounded = pd.DataFrame({(str(i), ""): rng.poisson(4, 640) * 5.0 for i in range(400)})
    assert len(list(equal_values(rounded, names))) == 0


def accept(folder: Path, *rows: tuple[str, str, str]) -> None:
    head = ("warning", "file", "row", "accepted_by", "date", "reason")
    by = ("A. Analyst", "2026-11-29", "Half a year is all there is.")
    write(folder / "accepted.csv", [dict(zip(head, (*r, *by), strict=True)) for r in rows])


def test_what_is_accepted_stands_with_name_date_and_reason(edition: Path) -> None:
    for name in ("burglary", "robbery"):
        change(edition, name, "current", lambda r: scaled(0.5)(r) | {"end": "2014-06-30"})
    of, row = "periods of unequal length: {}", str(row_of(edition, "burglary", "current"))
    accept(edition, (of.format("burglary"), FILE, row), (of.format("robbery"), FILE, ""))
    found = warned(edition)
    assert found[["accepted_by", "date", "reason"]].drop_duplicates().values.tolist() == [
        ["A. Analyst", "2026-11-29", "Half a year is all there is."]
    ]
    assert in_words(found) == ["0 warnings to look at; 2 accepted in accepted.csv"]
    accept(edition, (of.format("burglary"), FILE, "2"), (of.format("robbery"), FILE, ""))
    assert in_words(warned(edition)) == [
        f"warning: {FILE}, row {row}: {of.format('burglary')}: baseline is 2013-01-01 to "
        "2013-12-31, current is 2014-01-01 to 2014-06-30: 181 and 365 days",
        "warning: accepted.csv, row 2: accepted in vain: nothing is left to accept of "
        f"'{of.format('burglary')}': remove the row",
        "2 warnings to look at; 1 accepted in accepted.csv",
    ]


def test_an_acceptance_without_a_name_or_reason_is_a_fault(edition: Path) -> None:
    accept(edition, ("populations", "geography/areas.csv", ""))
    rewrite(
        edition / "accepted.csv",
        lambda rows: [rows[0] | {"accepted_by": "", "date": "soon", "reason": ""}],
    )
    assert sorted(f"{f.row} {f.column}" for f in faults(edition)) == [
        "2 accepted_by", "2 date", "2 reason",
    ]  # fmt: skip


def test_the_command_says_them_grouped_and_as_json(edition: Path) -> None:
    def out(row: Row) -> Row:
        return scaled(10)(row) if row["area_code"] in WARDS[:2] else row

    change(edition, "rent", "current", out)
    said = CliRunner().invoke(app, ["check", str(edition)]).stdout
    row = row_of(edition, "rent", "current")
    (line,) = [line for line in said.splitlines() if line.startswith("warning:")]
    assert line.startswith(f"warning: {FILE}, row {row}: jump of a factor 10: rent: ")
    assert line.endswith(f"(2 rows: {row}, {row + 1} …)")
    assert "2 warnings to look at; 0 accepted in accepted.csv" in said
    facts = json.loads(CliRunner().invoke(app, ["check", str(edition), "--json"]).stdout)
    assert [w["row"] for w in facts["warnings"]] == [row, row + 1]
    assert {w["accepted_by"] for w in facts["warnings"]} == {""}


def test_a_build_keeps_them_and_tells_no_hidden_value(edition: Path, tmp_path: Path) -> None:
    from spi_core.build.edition import build

    settings(edition, lambda s: s.update(disclosure={"method": "suppress"}))
    rewrite(
        edition / "indicators.csv",
        lambda rows: [
            r | {"disclosure_rule": "suppress<5"} if r["id"] == "robbery" else r for r in rows
        ],
    )

    def few(row: Row) -> Row:
        if row["area_code"] != WARDS[2]:
            return row
        return row | {"numerator": "1", "value": f"{1000 / float(row['denominator'])}"}

    change(edition, "robbery", "current", few)
    change(edition, "burglary", "current", scaled(10))
    assert "robbery" in "".join(warned(edition)["warning"])  # the analyst is told
    tables = build(load(edition), tmp_path / "public")
    assert tables["warnings"]["warning"].tolist() == ["jump of a factor 10: burglary"]
    assert tables["warnings"]["row"].tolist() == [row_of(edition, "burglary", "current")]
    log = tables["quality"].set_index("check").loc["Warnings of the inputs"]
    assert log.tolist() == ["noted", "1 of 1 still to be looked at"]
