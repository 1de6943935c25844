"""Make lbbd-open's areas, context and series; `spi new-edition E09000002` makes its figures.

Run from anywhere: ``python data/lbbd-open/source/prepare.py [FOLDER]``. Without FOLDER the edition
itself is rewritten; a test writes to an empty folder and compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

SOURCE = Path(__file__).parent
EDITION = SOURCE.parent
LONDON = EDITION.parent / "reference" / "london"
BOROUGH = ("E09000002", "Barking and Dagenham")
ROBBERY_GAP = "E01000039"  # stands at zero in every year of the publication


def wards() -> pd.DataFrame:
    """Read the borough's wards of London's figures: a row a ward, a column a figure and period."""
    names = pd.read_csv(LONDON / "wards.csv").set_index("area_code")
    figures = pd.read_parquet(LONDON / "ward_figures.parquet")
    figures = figures[figures["area_code"].map(names["borough_code"]) == BOROUGH[0]]
    return figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")


def areas() -> pd.DataFrame:
    people = wards()[("population", "2013")]
    name = pd.read_csv(LONDON / "wards.csv").set_index("area_code")["area_name"]
    lookup = pd.read_csv(SOURCE / "lsoa11_ward_lookup.csv")
    small = pd.read_csv(SOURCE / "lsoa_figures.csv", dtype={"period": str})
    small = small.query("figure_id == 'population'").set_index("area_code")["value"]
    rows = [(*BOROUGH, "borough", "2002-2022", "", people.sum())]
    rows += [
        (code, name[code], "ward", "2002-2022", BOROUGH[0], count) for code, count in people.items()
    ]
    rows += [
        (r.lsoa_code, r.lsoa_code, "lsoa", "2011", r.ward_code, small[r.lsoa_code])
        for r in lookup.sort_values("lsoa_code").itertuples()
    ]
    columns = ["code", "name", "level", "vintage", "parent_code", "population"]
    return pd.DataFrame(rows, columns=columns).astype({"population": int})


def lookup() -> pd.DataFrame:
    pairs = pd.read_csv(SOURCE / "lsoa11_ward_lookup.csv").sort_values("lsoa_code")
    up = pd.DataFrame({"from_code": pairs["lsoa_code"], "to_code": pairs["ward_code"]})
    wards = pd.DataFrame({"from_code": sorted(set(pairs["ward_code"])), "to_code": BOROUGH[0]})
    out = pd.concat([up, wards], ignore_index=True)
    return out.assign(weight=1, basis="nests")


def context() -> pd.DataFrame:
    """Who lives there and in what homes: for finding wards in similar circumstances, not scored."""
    table = wards()
    polygons = gpd.read_file(EDITION / "geography" / "boundaries.geojson").set_index("code")
    parent = lookup().set_index("from_code")["to_code"]
    hectares = polygons.area.groupby(parent.reindex(polygons.index).to_numpy()).sum() / 1e4
    people, year = table[("population", "2013")], "2013"
    tenures = ("owned_outright", "owned_mortgage", "social_rented", "private_rented")
    homes = sum(table[(f"tenure_{t}", "2011")] for t in (*tenures, "other_or_rent_free"))
    owned = table[("tenure_owned_outright", "2011")] + table[("tenure_owned_mortgage", "2011")]
    rows = {
        "children": ("Residents aged 0–15, %", year, table[("population_0_15", year)] / people),
        "older": (
            "Residents aged 65 and over, %",
            year,
            table[("population_65_plus", year)] / people,
        ),
        "households": ("Households", "2011", homes / 100),
        "owned": ("Households owning their home, %", "2011", owned / homes),
        "social_rented": (
            "Households renting from council or housing association, %",
            "2011",
            table[("tenure_social_rented", "2011")] / homes,
        ),
        "private_rented": (
            "Households renting privately, %",
            "2011",
            table[("tenure_private_rented", "2011")] / homes,
        ),
        "density": ("Residents per hectare", year, people / hectares / 100),
    }
    source = {
        year: "ONS mid-year estimates (GLA Ward Atlas)",
        "2011": "ONS Census 2011 (GLA Ward Atlas)",
    }
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "area_code": table.index,
                    "variable": name,
                    "label": label,
                    "period_label": period,
                    "value": (share * 100).round(4).to_numpy(),
                    "source": source[period],
                }
            )
            for name, (label, period, share) in rows.items()
        ],
        ignore_index=True,
    )


def places() -> pd.DataFrame:
    """List stations, parks and the wards since May 2022, each with the ward it lies in."""
    marks = pd.read_csv(SOURCE / "places.csv")
    marks = marks.rename(columns={"ward_code": "area_code"}).assign(
        note="Since May 2022 in " + marks["ward22_name"] + " ward",
        source="© OpenStreetMap contributors, Open Database Licence 1.0",
    )
    now = pd.read_csv(SOURCE / "ward17_ward22_overlap.csv")
    now = now.rename(columns={"ward22_name": "name", "share_of_old_area": "share"}).assign(
        kind="ward since May 2022", source="ONS, generalised outlines: share of the area"
    )
    columns = ["name", "kind", "area_code", "lon", "lat", "share", "note", "source"]
    order = ["kind", "name", "share", "area_code"]
    made = pd.concat([marks, now]).reindex(columns=columns)
    return made.sort_values(order, ascending=[True, True, False, True])


def crime_series() -> pd.DataFrame:
    figures = pd.read_csv(SOURCE / "lsoa_figures.csv", dtype={"period": str})
    crime = figures[figures["figure_id"].str.startswith("crime_")].drop(columns="publisher")
    years = sorted(crime["period"].unique())
    gap = pd.DataFrame(
        {
            "area_code": ROBBERY_GAP,
            "figure_id": "crime_robbery",
            "period": years,
            "unit": "offences",
        }
    )
    crime = pd.concat([crime, gap], ignore_index=True)
    missing = crime["value"].isna()
    crime["status"] = np.where(missing, "missing", "observed")
    crime["note"] = np.where(missing, "Zero in every year as published; taken as missing.", "")
    crime = crime.rename(columns={"figure_id": "measure_id"}).astype({"value": "Int64"})
    order = ["measure_id", "area_code", "period", "value", "unit", "status", "note"]
    return crime[order].sort_values(order[:3], ignore_index=True)


def main(folder: Path = EDITION) -> None:
    made = {
        "context.csv": context(),
        "geography/areas.csv": areas(),
        "geography/lookup.csv": lookup(),
        "geography/places.csv": places(),
        "series/crime.csv": crime_series(),
    }
    for name, frame in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(path, index=False, lineterminator="\n")
        print(f"{name}: {len(frame)} rows")


if __name__ == "__main__":
    main(*(Path(a) for a in sys.argv[1:2]))
