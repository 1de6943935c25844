"""Make lbbd-open's inputs from the published figures beside this script.

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
BOROUGH = ("E09000002", "Barking and Dagenham")
LEFT_OUT = "The publication joined these counts by ward name: they are another borough's ward's."
ROBBERY_GAP = "E01000039"  # stands at zero in every year of the publication


def observations() -> pd.DataFrame:
    figures = pd.read_csv(SOURCE / "ward_figures.csv", dtype={"period": str})
    table = figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")
    mapping = pd.read_csv(EDITION / "reference" / "mapping.csv", dtype=str, keep_default_na=False)
    per = pd.read_csv(EDITION / "indicators.csv", index_col="id")["per"]
    return pd.concat(
        [_rows(m, table, float(per[m.indicator_id])) for m in mapping.itertuples()],
        ignore_index=True,
    )


def _rows(m, table: pd.DataFrame, per: float) -> pd.DataFrame:
    def total(names: str, period: str) -> pd.Series:
        return sum(table[(name, period)] for name in names.split("+"))

    blank = pd.Series(np.nan, index=table.index)
    value = table[(m.value_figure, m.figure_period)] if m.value_figure else None
    numerator = total(m.numerator_figures, m.figure_period) if m.numerator_figures else blank
    if m.denominator_figures == "implied":
        # whole people, except expected deaths, which are a model's decimals
        places = 3 if "death" in m.numerator_figures else 0
        denominator = (numerator * per / value).round(places)
    elif m.denominator_figures:
        denominator = total(m.denominator_figures, m.denominator_period)
    else:
        denominator = blank
    if value is None:
        value = numerator / denominator * per
    out = pd.DataFrame({"indicator_id": m.indicator_id, "area_code": table.index})
    for column in ("period", "period_label", "start", "end"):
        out[column] = getattr(m, column)
    out["value"] = value.round(6).to_numpy()
    out["numerator"] = numerator.to_numpy()
    out["denominator"] = denominator.to_numpy()
    left_out = out["value"].isna()
    out.loc[left_out, "denominator"] = np.nan
    out["status"] = np.where(left_out, "missing", "observed")
    out["note"] = np.where(left_out, LEFT_OUT, m.note)
    return out


def areas() -> pd.DataFrame:
    wards = pd.read_csv(SOURCE / "ward_figures.csv", dtype={"period": str})
    wards = wards.query("figure_id == 'population' and period == '2013'")
    lookup = pd.read_csv(SOURCE / "lsoa11_ward_lookup.csv")
    small = pd.read_csv(SOURCE / "lsoa_figures.csv", dtype={"period": str})
    small = small.query("figure_id == 'population'").set_index("area_code")["value"]
    rows = [(*BOROUGH, "borough", "2002-2022", "", wards["value"].sum())]
    rows += [
        (r.area_code, r.area_name, "ward", "2002-2022", BOROUGH[0], r.value)
        for r in wards.sort_values("area_code").itertuples()
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
    figures = pd.read_csv(SOURCE / "ward_figures.csv", dtype={"period": str})
    table = figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")
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
        "owned": ("Households owning their home, %", "2011", owned / homes),
        "social_rented": (
            "Households renting from council or housing association, %",
            "2011",
            table[("tenure_social_rented", "2011")] / homes,
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
        "observations/open.csv": observations(),
        "context.csv": context(),
        "geography/areas.csv": areas(),
        "geography/lookup.csv": lookup(),
        "series/crime.csv": crime_series(),
    }
    for name, frame in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(path, index=False, lineterminator="\n")
        print(f"{name}: {len(frame)} rows")


if __name__ == "__main__":
    main(*(Path(a) for a in sys.argv[1:2]))
