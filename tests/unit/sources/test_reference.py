"""What `spi reference` makes of a population's figures, and what it says when it cannot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from spi_core.build.edition import compute
from spi_core.cli import app
from spi_core.edition.inputs import load
from spi_core.errors import Fault, InputError
from spi_core.sources.reference import write_reference
from tests.support.editions import (
    INDICATORS,
    OPEN,
    PERIODS,
    Row,
    faults,
    make_edition,
    read,
    rewrite,
    settings,
    spoil,
    write,
)

MADE = tuple(
    f"reference/{name}.csv" for name in ("distribution", "moments", "correlation", "errors")
)
LATER = ("reference/history.csv", "weights.csv", "reference/context.csv")
AREAS = [f"E0500090{i}" for i in range(5)]
MAPPING = "reference/mapping.csv"


def figures() -> pd.DataFrame:
    """Five areas and two years: values as published, and events and residents of two rates."""
    rng = np.random.default_rng(7)
    rows = []
    for year in ("2013", "2014"):
        for name, *_, mean in INDICATORS:
            values = mean * rng.uniform(0.8, 1.2, len(AREAS))
            if name == "robbery":
                rows += [(a, "snatches", year, 10.0 + i) for i, a in enumerate(AREAS)]
                rows += [(a, "muggings", year, 5.0 * (year == "2014")) for a in AREAS]
                rows += [(a, "residents", year, 1000.0) for a in AREAS]
            else:
                rows += [(a, f"{name}_rate", year, v) for a, v in zip(AREAS, values, strict=True)]
            if name == "crowding":
                rows += [(a, "crowded", year, 100.0 + i) for i, a in enumerate(AREAS)]
    return pd.DataFrame(rows, columns=["area_code", "figure_id", "period", "value"])


def mapping_rows() -> list[Row]:
    rows = []
    for name, *_ in INDICATORS:
        for period, (label, start, end) in PERIODS.items():
            row = {"indicator_id": name, "period": period, "period_label": label}
            row |= {"start": start, "end": end, "value_figure": f"{name}_rate"}
            row |= {"numerator_figures": "", "denominator_figures": ""}
            row |= {"figure_period": label, "denominator_period": "", "note": ""}
            if name == "robbery":
                row |= {"value_figure": "", "numerator_figures": "snatches+muggings"}
                row |= {"denominator_figures": "residents", "denominator_period": "2013"}
            if name == "crowding":
                row |= {"numerator_figures": "crowded", "denominator_figures": "implied"}
            rows.append(row)
    return rows


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    folder = make_edition(tmp_path / "tiny")
    figures().to_parquet(tmp_path / "figures.parquet")
    write(folder / MAPPING, mapping_rows())
    named = {"name": "five areas", "moments": MADE[1], "correlation": MADE[2]}
    named |= {"figures": "../figures.parquet", "mapping": MAPPING}
    settings(folder, lambda s: s["index"].update(reference=named))
    rewrite(
        folder / "goalposts.csv",
        lambda rows: [
            r | {"basis": "reference distribution"} if r["indicator_id"] == "robbery" else r
            for r in rows
        ],
    )
    return folder


def hashes(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def refused(folder: Path) -> tuple[Fault, ...]:
    """Faults of a run that must leave the edition as it was."""
    before = hashes(folder)
    with pytest.raises(InputError) as caught:
        write_reference(folder)
    assert hashes(folder) == before
    return caught.value.faults


def test_values_are_those_worked_out_by_hand(edition: Path) -> None:
    assert write_reference(edition) == [*MADE, "goalposts.csv"]
    spread = {(r["indicator_id"], r["period"]): r for r in read(edition / MADE[0])}
    # 10 … 14 of 1,000 residents, and five more a year later
    assert {k: float(v) for k, v in spread["robbery", "baseline"].items() if k[0] in "mn"} == {
        "n_wards": 5, "mean": 12, "min": 10, "median": 12, "max": 14,
    }  # fmt: skip
    assert float(spread["robbery", "current"]["mean"]) == 17
    assert float(spread["robbery", "baseline"]["sd"]) == pytest.approx(np.sqrt(2.5), abs=1e-5)
    # 1 % of the way from the lowest to the next, as numpy's linear percentiles go
    assert float(spread["robbery", "baseline"]["p01"]) == pytest.approx(10.04)
    moments = {r["indicator_id"]: r for r in read(edition / MADE[1])}
    assert float(moments["robbery"]["n_rows"]) == 10
    assert float(moments["robbery"]["mean"]) == 14.5
    # (10 × 2 + 10 × 2.5² ) / 9: within the years, and between them
    assert float(moments["robbery"]["sd"]) ** 2 == pytest.approx((20 + 62.5) / 9, rel=1e-6)
    x = figures().pivot(index=["period", "area_code"], columns="figure_id", values="value")
    r = np.corrcoef(x["burglary_rate"], x["turnout_rate"])[0, 1]
    table = pd.read_csv(edition / MADE[2], index_col="indicator_id")
    assert table.at["burglary", "turnout"] == pytest.approx(r, abs=5e-7)
    assert faults(edition) == ()


def test_goalposts_that_rest_on_the_population_follow_and_others_stay(edition: Path) -> None:
    before = {r["indicator_id"]: r for r in read(edition / "goalposts.csv")}
    write_reference(edition)
    after = {r["indicator_id"]: r for r in read(edition / "goalposts.csv")}
    changed = {i for i in after if after[i] != before[i]}
    assert changed == {"robbery"}
    # fewer robberies are better: the outer of 10.04 and 15.04, of 13.96 and 18.96
    assert (float(after["robbery"]["best"]), float(after["robbery"]["worst"])) == (10.04, 18.96)
    assert after["robbery"]["reason"] == "Made up."
    (edition / "goalposts.csv").unlink()
    write_reference(edition)
    assert len(read(edition / "goalposts.csv")) == len(INDICATORS)


def test_frozen_weights_are_fitted_anew_and_then_fit(edition: Path) -> None:
    write_reference(edition)
    fitted = compute(load(edition))["weights"]
    # weights of yesterday, whose shares are no longer right, do not stand in the way
    write(edition / "weights.csv", [r | {"share": "0.9"} for r in _text(fitted)])
    assert "weights.csv" in write_reference(edition)
    assert faults(edition) == ()
    again = pd.read_csv(edition / "weights.csv")
    pd.testing.assert_frame_equal(again[["weight"]], fitted[["weight"]], atol=1e-11)
    assert set(again["fitted_on"]) == {"five areas"}


def _text(table: pd.DataFrame) -> list[Row]:
    return [{k: str(v) for k, v in row.items()} for row in table.to_dict("records")]


def test_moments_are_taken_after_the_treatment_and_a_build_uses_it(edition: Path) -> None:
    """One area has no robberies: the logarithm's offset is the population's, not the edition's."""
    none = figures()
    here = none["figure_id"].eq("snatches") & none["area_code"].eq(AREAS[0])
    none.assign(value=none["value"].where(~here, 0.0)).to_parquet(edition / "../figures.parquet")
    transform = {"robbery": "log", "rent": "log", "burglary": "cap"}
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | {"transform": transform.get(r["id"], "none")} for r in rows],
    )
    write_reference(edition)
    moments = pd.read_csv(edition / MADE[1], index_col="indicator_id")
    # 0, 11 … 14 and 5, 16 … 19 of 1,000: half of the smallest above 0 is added
    x = np.log(np.array([0, 11, 12, 13, 14, 5, 16, 17, 18, 19]) + 2.5)
    assert moments.at["robbery", "offset"] == 2.5
    assert moments.at["robbery", "mean"] == pytest.approx(x.mean(), rel=1e-7)
    assert moments.at["robbery", "sd"] == pytest.approx(x.std(ddof=1), rel=1e-7)
    y = np.log(figures().query("figure_id == 'rent_rate'")["value"].to_numpy())
    table = pd.read_csv(edition / MADE[2], index_col="indicator_id")
    r = np.corrcoef(x, y)[0, 1]
    assert table.at["robbery", "rent"] == pytest.approx(r, abs=5e-7)
    assert (
        moments.at["burglary", "lower"]
        > figures().query("figure_id == 'burglary_rate'")["value"].min()
    )
    tables = compute(load(edition))
    of = tables["values"].query("indicator_id == 'robbery'").set_index(["period", "area_code"])
    post = tables["goalposts"].set_index("indicator_id").loc["robbery"]
    low, high = np.log(post["worst"] + 2.5), np.log(post["best"] + 2.5)
    expected = np.clip(100 * (np.log(of["value"] + 2.5) - low) / (high - low), 0, 100)
    np.testing.assert_allclose(of["score"], expected, rtol=0, atol=1e-9)
    # and frozen weights of it are accepted, by the door and by a build
    write(edition / "weights.csv", _text(tables["weights"]))
    write_reference(edition)
    assert faults(edition) == ()
    frozen = compute(load(edition))
    np.testing.assert_allclose(frozen["scores"]["score"], tables["scores"]["score"], atol=1e-9)
    assert "failed" not in set(frozen["quality"]["result"])
    done = CliRunner().invoke(app, ["check", str(edition)])
    assert done.exit_code == 0, done.output
    # shares that do not follow are told with the share that would
    shares = frozen["weights"].set_index("indicator_id")["share"]
    other = {"robbery": shares["burglary"], "burglary": shares["robbery"]}
    rewrite(
        edition / "weights.csv",
        lambda rows: [r | {"share": str(other.get(r["indicator_id"], r["share"]))} for r in rows],
    )
    with pytest.raises(InputError, match="does not follow from weight, sd and goalposts"):
        compute(load(edition))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "does not fit robbery: the lowest of the values is 0, which has no logarithm"),
        ("", None),
    ],
)
def test_a_value_without_a_logarithm_is_a_fault(
    edition: Path, value: str, said: str | None
) -> None:
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | {"transform": "log"} if r["id"] == "robbery" else r for r in rows],
    )
    write_reference(edition)
    status = {"status": "observed"} if value else {"status": "missing"}
    own = {"value": value, "numerator": value} | status
    row = 2 + next(
        n for n, r in enumerate(read(edition / "observations/all.csv"))
        if r["indicator_id"] == "robbery"
    )  # fmt: skip
    spoil(edition / "observations/all.csv", row, **own)
    done = CliRunner().invoke(app, ["check", str(edition)])
    assert (said or "no faults") in done.output + str(done.exception)


def test_what_was_made_yesterday_never_stands_in_the_way(edition: Path) -> None:
    write_reference(edition)
    for name in MADE:
        (edition / name).write_text("not a table\n", "utf-8")
    write_reference(edition)
    assert faults(edition) == ()


def test_a_second_run_writes_the_same_bytes(edition: Path) -> None:
    write_reference(edition)
    before = hashes(edition)
    write_reference(edition)
    assert hashes(edition) == before


def test_every_fault_of_the_mapping_is_said_at_once(edition: Path) -> None:
    path = edition / MAPPING
    spoil(path, 2, value_figure="crowd")
    spoil(path, 3, value_figure="")  # implied by nothing
    spoil(path, 4, value_figure="")
    spoil(path, 5, figure_period="2015")
    spoil(path, 6, indicator_id="rents")
    spoil(path, 7, period="later")
    spoil(path, 10, denominator_period="")
    spoil(path, 11, numerator_figures="snatches+x")
    rewrite(path, lambda rows: [r for r in rows if r["indicator_id"] != "turnout"])
    assert [str(f).split("mapping.csv")[1] for f in refused(edition)] == [
        ", row 6, column indicator_id: 'rents' is not an indicator of indicators.csv; allowed: "
        + ", ".join(i[0] for i in INDICATORS),
        ", row 7, column period: 'later' is not a period of edition.yml; "
        "allowed: baseline, current",
        ", column indicator_id: 'turnout' has no row for this indicator",
        ", row 2, column value_figure: 'crowd' names 'crowd', which is no figure of the population;"
        f" allowed: {', '.join(sorted(set(figures()['figure_id'])))}",
        *(
            f", row {row}, column value_figure: is blank, and there are no two figures to divide: "
            "there is no value; allowed: a figure, or numerator_figures and denominator_figures"
            for row in (3, 4)
        ),
        ", row 5, column figure_period: '2015' is no period of the figure 'cold_homes_rate'; "
        "allowed: 2013, 2014",
        ", row 10, column denominator_period: is no period of the figure 'residents'; "
        "allowed: 2013, 2014",
        ", row 11, column numerator_figures: 'snatches+x' names 'x', which is no figure of the "
        f"population; allowed: {', '.join(sorted(set(figures()['figure_id'])))}",
    ]


def _alike(rows: pd.DataFrame) -> pd.DataFrame:
    same = rows["figure_id"].isin(["snatches", "muggings"])
    return rows.assign(value=rows["value"].where(~same, 3.0))


def _incomplete(rows: pd.DataFrame) -> pd.DataFrame:
    turnout, later = rows["figure_id"] == "turnout_rate", rows["period"] == "2014"
    first = rows["area_code"] == AREAS[0]
    return rows[~(turnout & ~first) & ~((rows["figure_id"] == "rent_rate") & first & later)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            Path.unlink,
            "is missing; allowed: a Parquet file with the columns area_code, figure_id, period, "
            "value",
        ),
        (
            lambda f: f.write_bytes(b"PAR1 not quite"),
            "cannot be read; allowed: a Parquet file with the columns",
        ),
        (lambda f: figures().drop(columns="period").to_parquet(f), "cannot be read"),
        (lambda f: figures().assign(value="x").to_parquet(f), "cannot be read"),
        (
            lambda f: pd.concat([figures(), figures()[:3]]).to_parquet(f),
            "has 3 figures twice; the first is E05000900, crowding_rate, 2013; allowed: each once",
        ),
        (
            lambda f: _alike(figures()).to_parquet(f),
            "mapping.csv, column indicator_id: 'robbery' has figures that do not differ; allowed: "
            "figures that differ, or goalposts of another basis in goalposts.csv",
        ),
        (
            lambda f: _incomplete(figures()).to_parquet(f),
            "has no two areas and periods with a figure of every indicator",
        ),
    ],
)
def test_figures_that_make_no_reference_are_refused(
    edition: Path, change: Callable[[Path], object], said: str
) -> None:
    change(edition.parent / "figures.parquet")
    (fault,) = refused(edition)
    assert said in str(fault)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda f: settings(f, lambda s: s["index"].pop("reference")),
            "column index.reference.figures: is missing: there is nothing to make a reference of",
        ),
        (
            lambda f: settings(f, lambda s: s["index"]["reference"].pop("mapping")),
            "'mapping' is a dependency of 'figures'",
        ),
        (
            lambda f: spoil(f / "goalposts.csv", 2, best="12.5", worst="12.5"),
            "goalposts.csv, row 2, column best: 12.5 equals worst",
        ),
        (
            lambda f: spoil(f / "observations/all.csv", 2, value="x"),
            "observations/all.csv, row 2, column value: 'x' is not a number",
        ),
    ],
)
def test_faults_of_the_edition_come_first(
    edition: Path, change: Callable[[Path], object], said: str
) -> None:
    change(edition)
    assert said in "\n".join(map(str, refused(edition)))


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [("start", "2012-07-01", "2013-01-01"), ("period_label", "2012", "2013")],
)
def test_dates_are_those_of_the_observations(
    edition: Path, column: str, value: str, allowed: str
) -> None:
    write_reference(edition)
    spoil(edition / MAPPING, 2, **{column: value})
    (fault,) = faults(edition)
    assert (fault.row, fault.column, fault.value, fault.allowed) == (2, column, value, allowed)
    assert fault.file.endswith("mapping.csv")
    assert fault.message.startswith("differs from ")
    assert fault.message.endswith("observations/all.csv, row 2")
    assert refused(edition) == (fault,)


def test_the_open_edition_is_what_the_command_makes(tmp_path: Path) -> None:
    import shutil

    data = tmp_path / "data"
    shutil.copytree(OPEN, data / "lbbd-open", ignore=shutil.ignore_patterns("source"))
    shutil.copytree(OPEN.parent / "reference" / "london", data / "reference" / "london")
    before, weights = hashes(data), data / "lbbd-open" / "weights.csv"
    done = CliRunner().invoke(app, ["reference", str(data / "lbbd-open"), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["files"] == [*MADE, "goalposts.csv", *LATER]
    # the twelfth digit of an eigenvector is the processor's
    ours, theirs = (pd.read_csv(f) for f in (OPEN / "weights.csv", weights))
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-10)
    shutil.copy(OPEN / "weights.csv", weights)
    assert hashes(data) == before
