"""What stands beside the evidence changes no number that is said of it.

The evidence is the units, their whole, the baseline and the current period. A region, a level of
small areas, one in between or a period in the middle adds rows; every other row of every built
table stays as it was, to the last bit. Exempt is what counts or repeats the inputs themselves:
``steps`` (how much was laid out) and the parents of areas that were given another one.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.tables import schema_of
from tests.support.editions import BOROUGH, WARDS, Row, draw, make_edition, rewrite, settings
from tests.support.years import add_years

Tables = Mapping[str, pd.DataFrame]
Change = Callable[[Path], None]

MSOAS = ("E02000001", "E02000002", "E02000003")
LOCALITY = {"id": "locality", "order": 35, "one": "locality", "many": "localities",
            "pattern": "Q[0-9]", "parent": "borough"}  # fmt: skip
HIDDEN = "robbery"


def _areas(edition: Path, *rows: tuple[str, str, str, int]) -> None:
    """Add areas, each with figures of its own: those of a ward, with the ward's counts left out."""
    areas, table = edition / "geography" / "areas.csv", edition / "observations" / "all.csv"
    new = [
        {"code": code, "name": f"{level} {code}", "level": level, "vintage": "2022",
         "parent_code": parent, "population": str(people)}
        for code, level, parent, people in rows
    ]  # fmt: skip
    rewrite(areas, lambda old: [*old, *new])

    def figures(old: list[Row]) -> list[Row]:
        mine = [r for r in old if r["area_code"] == WARDS[1] and r["indicator_id"] != HIDDEN]
        return old + [
            r | {"area_code": code, "numerator": "", "denominator": "",
                 "value": f"{float(r['value']) * (1.1 + 0.1 * i):.6f}"}
            for i, (code, *_) in enumerate(rows)
            for r in mine
        ]  # fmt: skip

    rewrite(table, figures)


def _move(edition: Path, new: Mapping[str, str]) -> None:
    """Let areas lie in others."""
    geography = edition / "geography"
    rewrite(
        geography / "areas.csv",
        lambda rows: [r | {"parent_code": new.get(r["code"], r["parent_code"])} for r in rows],
    )
    rewrite(
        geography / "lookup.csv",
        lambda rows: [r | {"to_code": new.get(r["from_code"], r["to_code"])} for r in rows],
    )


def _region(edition: Path) -> None:
    """Add the region that the borough lies in, and another borough of it."""
    _areas(
        edition, ("E12000007", "region", "", 900_000), ("E09000098", "borough", "E12000007", 50_000)
    )
    _move(edition, {BOROUGH: "E12000007"})
    settings(edition, lambda s: s["geography"]["levels"].append("region"))


def _msoa(edition: Path) -> None:
    _areas(edition, *((code, "msoa", BOROUGH, 9000) for code in MSOAS))
    settings(edition, lambda s: s["geography"]["levels"].append("msoa"))
    draw(edition, (*WARDS, *MSOAS))


def _fourth(edition: Path) -> None:
    """Put a level of the edition's own between the wards and the borough."""
    _areas(edition, *((code, "locality", BOROUGH, 19_500) for code in ("Q1", "Q2")))
    _move(edition, {ward: "Q1" if i < 3 else "Q2" for i, ward in enumerate(WARDS)})
    settings(edition, lambda s: s["geography"]["levels"].insert(0, LOCALITY))


def _all_levels(edition: Path) -> None:
    for add in (_region, _msoa, _fourth):
        add(edition)


def _region_and_msoa(edition: Path) -> None:
    """Add what shows no further total of hidden counts: those would need protecting too."""
    _region(edition)
    _msoa(edition)


def _middle(edition: Path) -> None:
    settings(edition, lambda s: s["periods"].insert(1, {"id": "between", "label": "2013/14"}))
    about = {"period": "between", "period_label": "2013/14", "start": "2013-07-01",
             "end": "2014-06-30", "numerator": "", "denominator": ""}  # fmt: skip

    def figures(old: list[Row]) -> list[Row]:
        first = (r for r in old if r["period"] == "baseline")
        # far from the others: whoever took it for one of them would show it
        return [*old, *(r | about | {"value": f"{float(r['value']) * 1.7:.6f}"} for r in first)]

    rewrite(edition / "observations" / "all.csv", figures)


def _plain(edition: Path) -> None:
    """Counts and an intervention."""
    how = {"rate": "byar", "proportion": "wilson"}
    counted = ("crowding", "cold_homes", "burglary", HIDDEN)
    rewrite(
        edition / "indicators.csv",
        lambda rows: [
            r | {"interval": how[r["kind"]] if r["id"] in counted else "none"} for r in rows
        ],
    )
    plan = {"id": "wardens", "name": "Wardens", "start": 2014, "targeting": "ward",
            "treated": list(WARDS[:3]), "before": ["baseline"], "after": ["current"],
            "primary": [{"id": "burglary", "direction": "down"}]}  # fmt: skip
    text = yaml.safe_dump({"interventions": [plan]})
    (edition / "interventions.yml").write_text(text, "utf-8")


def _shrunken(edition: Path) -> None:
    """Counts shrunk, geometric means, small counts hidden."""
    _plain(edition)
    means = {f"{level}_mean": "geometric" for level in ("component", "dimension", "index")}
    settings(edition, lambda s: s["index"].update(shrinkage="empirical_bayes", **means))
    settings(edition, lambda s: s.update(disclosure={"method": "suppress"}))
    rewrite(
        edition / "indicators.csv",
        lambda rows: [
            r | ({"disclosure_rule": "suppress<36"} if r["id"] == HIDDEN else {}) for r in rows
        ],
    )


def _treated(edition: Path) -> None:
    """Transforms, and a gap that is estimated."""
    _plain(edition)
    how = {"rent": "log", "burglary": "cap", "absence": "winsorise"}
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | {"transform": how.get(r["id"], "none")} for r in rows],
    )
    gap = {"value": "", "status": "missing"}
    lost = ("rent", WARDS[0], "current")
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [
            r | (gap if (r["indicator_id"], r["area_code"], r["period"]) == lost else {})
            for r in rows
        ],
    )


@functools.cache
def _built(options: Change, folder: Path) -> Tables:
    """Build the edition itself, its weights frozen where they can be."""
    edition = make_edition(folder / "data" / "tiny")
    options(edition)
    tables = build(load(edition), folder / "first", "public")
    if options is _treated:  # frozen shares are held against goalposts before the transform
        return tables
    tables["weights"].to_csv(edition / "weights.csv", index=False)
    return build(load(edition), folder / "reports", "public")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Change, Path]:
    return {o: tmp_path_factory.mktemp("options") for o in (_plain, _shrunken, _treated)}


def _rows(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by key, in its order, as far as they are of this edition and not of its inputs."""
    key = list(schema_of(name).key)
    if name == "ward_data":
        key = ["area_code", "level", "element", "period"]
    if name == "areas":
        frame = frame.drop(columns="parent_code")
    if "areas" in frame and "level" in frame:  # counts of areas: of a level that got more of them
        frame = frame[frame["level"] != "borough"]
    if name == "disclosure_summary":
        frame = frame[frame["level"] != "borough"]
    plain = pd.DataFrame(frame).drop(columns="data_version", errors="ignore")
    return plain.set_index(key or list(plain.columns)).sort_index()


def moved(before: Tables, after: Tables) -> dict[str, Any]:
    """Name the tables, and of each the columns, in which a row is not what it was."""
    found: dict[str, Any] = {}
    for name in sorted(n for n in before if n != "steps" and len(before[n])):
        if name not in after:
            found[name] = "gone"
            continue
        old, new = _rows(name, before[name]), _rows(name, after[name])
        if not old.index.isin(new.index).all():
            found[name] = "rows gone"
            continue
        new = new.loc[old.index, old.columns]
        # exactly, blanks alike
        columns = [c for c in old if not old[c].equals(new[c].astype(old[c].dtype))]
        found |= {name: columns} if columns else {}
    return found


@pytest.mark.parametrize("add", [_region, _msoa, _fourth], ids=["region", "MSOA", "fourth level"])
def test_a_further_level_changes_no_other_number(
    add: Change, folders: Mapping[Change, Path], tmp_path: Path
) -> None:
    _hold(_plain, add, folders, tmp_path)


@pytest.mark.gate
@pytest.mark.parametrize(
    ("options", "add"),
    [(_shrunken, _region_and_msoa), (_treated, _all_levels)],
    ids=["shrunken", "treated"],
)
def test_whatever_the_options_further_levels_change_no_other_number(
    options: Change, add: Change, folders: Mapping[Change, Path], tmp_path: Path
) -> None:
    _hold(options, add, folders, tmp_path)


@pytest.mark.parametrize("options", [_plain, _shrunken], ids=["plain", "shrunken"])
def test_a_period_in_the_middle_changes_no_other_number(
    options: Change, folders: Mapping[Change, Path], tmp_path: Path
) -> None:
    """Change is from the baseline to the current period whatever lies between.

    Weights and goalposts are frozen here: fitted on the edition's own areas they rest on all its
    periods, as the method says, and would move with a new one. So does what the audit says of that
    fit, how well indicators could be weighted on these rows.
    """
    fit = {"audit_indicators": ["msa", "vif", "alpha_if_dropped", "bootstrap_failed"]}
    _hold(options, _middle, folders, tmp_path, fit)


@pytest.mark.parametrize("options", [_plain, _shrunken, _treated])
def test_earlier_years_change_no_other_number(
    options: Change, folders: Mapping[Change, Path], tmp_path: Path
) -> None:
    before = _built(options, folders[options])
    edition = shutil.copytree(folders[options] / "data" / "tiny", tmp_path / "tiny")
    add_years(edition)
    after = build(load(edition), tmp_path / "reports", "public")
    assert moved(before, after) == {}
    assert (len(before["long_changes"]), len(after["long_changes"]) > 0) == (0, True)


def _hold(
    options: Change,
    add: Change,
    folders: Mapping[Change, Path],
    tmp_path: Path,
    but: Mapping[str, list[str]] | None = None,
) -> None:
    before = _built(options, folders[options])
    edition = shutil.copytree(folders[options] / "data" / "tiny", tmp_path / "tiny")
    add(edition)
    after = build(load(edition), tmp_path / "reports", "public")
    # an edition without small areas says of none that nothing is covered
    covered = after["small_area_coverage"]
    if add in (_msoa, _all_levels, _region_and_msoa):
        assert set(covered["level"]) == {"msoa"}
        after = after | {"small_area_coverage": before["small_area_coverage"]}
    assert moved(before, after) == dict(but or {})
    added = "small_area_values" if add is _msoa else "values"
    assert len(after[added]) > len(before.get(added, ()))
