"""Make lbbd-84's inputs: published figures where they exist, everything else generated.

Run from anywhere: ``python data/lbbd-84/source/generate.py [FOLDER]``. Without FOLDER the edition
itself is rewritten; a test writes to an empty folder and compares. Nothing generated is a fact
about a place: see README.md beside this script.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import numpy as np
import pandas as pd

SOURCE = Path(__file__).parent
EDITION = SOURCE.parent
sys.path.insert(0, str(SOURCE))

from lbbd84_cells import NOTE, PERIODS, cells, census, rows  # noqa: E402
from lbbd84_monthly import TARGET, monthly  # noqa: E402
from lbbd84_places import OPEN, Places, read_places  # noqa: E402
from lbbd84_programmes import programmes, series  # noqa: E402

BOROUGH = "E09000002"
COLUMNS = ["indicator_id", "area_code", "period", "period_label", "start", "end", "value",
           "numerator", "denominator", "status", "note"]  # fmt: skip
#: Taken over from the open edition as they are.
COPIED = ("observations/open.csv", "history/open.csv", "context.csv", "geography/areas.csv",
          "geography/lookup.csv", "geography/places.csv",
          "geography/boundaries.geojson", "geography/successors.csv",
          "reference/distribution.csv", "reference/errors.csv",
          "reference/history.csv")  # fmt: skip


@functools.cache
def made() -> dict[str, pd.DataFrame]:
    """Generate every observation: tables by level, before a gap is cut."""
    places, about, recipes = read_places(), _about(), _text("recipes.csv").itertuples()
    published = pd.read_csv(OPEN / "observations" / "open.csv", keep_default_na=True)
    small, ward = [], []
    for recipe in recipes:
        indicator = about.loc[recipe.indicator_id]
        own = published[published["indicator_id"] == recipe.indicator_id]
        found = cells(recipe, indicator, places, own)
        (small if indicator.finest_level == "lsoa" else ward).append(found)
    tables = {"lsoa": pd.concat(small), "ward": pd.concat(ward), "census": _census(places, about)}
    return {name: table.reset_index(drop=True) for name, table in tables.items()}


def _about() -> pd.DataFrame:
    about = pd.read_csv(EDITION / "indicators.csv", dtype=str, keep_default_na=False)
    return about.set_index("id", drop=False)


def _text(name: str) -> pd.DataFrame:
    return pd.read_csv(SOURCE / name, dtype=str, keep_default_na=False)


def _census(places: Places, about: pd.DataFrame) -> pd.DataFrame:
    """Three published ward figures of the Census of 2011, real."""
    frames = []
    for recipe in _text("recipes.csv").query("how == 'anchor'").itertuples():
        frame = census(recipe, about.loc[recipe.indicator_id], places)
        if recipe.base != "lone_parents":  # published as a percentage, without its counts
            frame[["numerator", "denominator"]] = np.nan
        frames.append(frame)
    note = "Published for the Census of 2011. The earlier period is generated."
    return pd.concat(frames, ignore_index=True).assign(status="observed", note=note)


def observations() -> dict[str, pd.DataFrame]:
    """Tables by file name, gaps cut and larger areas' own values added."""
    found = made()
    gaps = _text("gaps.csv")
    cut = {name: _cut(found[name], gaps) for name in ("lsoa", "ward")}
    cut["ward"] = pd.concat([_hidden_at_source(cut["ward"]), _beside(cut["lsoa"])])
    given = _given()
    cut["given"] = given
    keys = ["indicator_id", "area_code", "period"]
    twice = cut["ward"].set_index(keys).index.isin(given.set_index(keys).index)
    cut["ward"] = cut["ward"][~twice]
    order = list(_about().index)
    tables = {f"observations/{n}_illustrative.csv": _tidy(t, order) for n, t in cut.items()}
    tables["observations/census_2011.csv"] = _tidy(found["census"], order)
    return tables


def _tidy(frame: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    at = frame["indicator_id"].map(order.index)
    frame = frame.assign(at=at).sort_values(["at", "period", "area_code"], kind="stable")
    whole = {n: frame[n].round().astype("Int64") for n in ("numerator", "denominator")}
    return frame.assign(**whole)[COLUMNS].reset_index(drop=True)


def _cut(frame: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Empty the cells that gaps.csv lists, and those without a base."""
    keys = ["indicator_id", "area_code", "period"]
    frame = frame.merge(gaps, "left", keys, suffixes=("", "_gap"))
    none = frame["value"].isna() & frame["status_gap"].isna()
    frame.loc[none, ["status_gap", "note_gap"]] = ["missing", "Nothing to count here."]
    gone = frame["status_gap"].notna()
    frame.loc[gone, ["value", "numerator", "denominator"]] = np.nan
    frame.loc[gone, "status"] = frame["status_gap"]
    frame.loc[gone, "note"] = frame["note_gap"] + " The gap is made up."
    return frame.drop(columns=["status_gap", "note_gap"])


def _hidden_at_source(frame: pd.DataFrame) -> pd.DataFrame:
    """Hospital extracts come with counts of 1 to 7 hidden already."""
    rule = frame["indicator_id"].map(_about()["disclosure_rule"])
    small = rule.str.startswith("suppress<8") & frame["numerator"].between(1, 7)
    blank = frame[["value", "numerator", "denominator"]].mask(small)
    status = frame["status"].mask(small, "suppressed")
    note = frame["note"].mask(small, "Hidden in the extract. The gap is made up.")
    return frame.assign(**blank, status=status, note=note)


def _beside(small: pd.DataFrame) -> pd.DataFrame:
    """Ward totals of the owner, where an LSOA of the ward has a gap and none is published."""
    drawn = set(_text("recipes.csv").query("how == 'draw'")["indicator_id"])
    gone = small["value"].isna() & small["indicator_id"].isin(drawn)
    pairs = small.loc[gone, ["indicator_id", "ward_code"]].drop_duplicates()
    frames = [_total(*pair, period, extra=0, note="Ward total given because an LSOA has a gap.")
              for pair in pairs.itertuples(index=False) for period in PERIODS]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _given() -> pd.DataFrame:
    listed = _text("given.csv").itertuples(index=False)
    frames = [_total(g.indicator_id, g.area_code, g.period, int(g.beside), g.note) for g in listed]
    return pd.concat(frames, ignore_index=True)


def _total(indicator: str, area: str, period: str, extra: int, note: str) -> pd.DataFrame:
    """One larger area's own figure: its parts added up, and what no part was given."""
    about, found = _about().loc[indicator], made()
    frame = found["lsoa" if about.finest_level == "lsoa" else "ward"]
    frame = frame[(frame["indicator_id"] == indicator) & (frame["period"] == period)]
    frame = frame if area == BOROUGH else frame[frame["ward_code"] == area]
    top, base = frame["numerator"].sum() + extra, frame["denominator"].sum()
    label = tuple(frame.iloc[0][["period_label", "start", "end"]])
    value = np.array([top / base * float(about.per)])
    row = rows(indicator, (area,), period, label, value, np.array([top]), np.array([base]))
    return row.assign(note=f"{note} {NOTE}", ward_code=area)


def signoff() -> pd.DataFrame:
    """Sign-offs as they would look: invented, like the figures they are about."""
    about = _about()
    signed = about[(about["access"] == "internal") & (about["update_frequency"] != "termly")]
    return pd.DataFrame(
        {
            "indicator_id": signed["id"],
            "expert": "Invented expert",
            "organisation": signed["publisher_or_owner"],
            "date": "2026-11-22",
            "caveat": "ILLUSTRATIVE: nobody has signed this; the figures are generated.",
        }
    )


def generated_cells() -> set[tuple[str, str, str]]:
    """Say which cells hold a generated value, whatever the files say of themselves.

    Returns
    -------
    set of (str, str, str)
        ``indicator_id, area_code, period``.
    """
    found = set()
    for name, frame in observations().items():
        if name.endswith("_illustrative.csv"):
            there = frame[frame["value"].notna()]
            found |= set(there[COLUMNS[:3]].itertuples(index=False, name=None))
    return found


def built_in_effects() -> dict[tuple[str, str], float]:
    """Say what was built into the series of the invented programmes.

    Returns
    -------
    dict of (str, str) to float
        Events a year per 1,000 residents of 2019, by intervention and outcome.
    """
    found = programmes(read_places())
    return {(name, p.outcome): p.effect for name, p in found.items()}


def main(folder: Path = EDITION) -> None:
    tables = observations() | {"signoff.csv": signoff()}
    tables["series/programmes_illustrative.csv"] = series(read_places(), made()["lsoa"])
    for name, frame in tables.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(path, index=False, lineterminator="\n")
        print(f"{name}: {len(frame)} rows")
    panel = folder / TARGET
    panel.parent.mkdir(parents=True, exist_ok=True)
    monthly().to_parquet(panel, index=False, compression="zstd")
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((OPEN / name).read_bytes())


if __name__ == "__main__":
    main(*(Path(a) for a in sys.argv[1:2]))
