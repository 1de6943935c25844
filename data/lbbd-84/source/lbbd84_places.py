"""Where and for whom figures are generated: areas, residents, and how they really differ.

Everything here is read from the open edition beside this one; only the smooth part of two factors
is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

SOURCE = Path(__file__).parent
OPEN = SOURCE.parent.parent / "lbbd-open"
LONDON = OPEN.parent / "reference" / "london"
SEED = 84
#: Published years of crime that shape the factor of need.
YEARS = ("2013", "2014")


@dataclass(frozen=True, slots=True)
class Places:
    """LSOAs and wards, with what the generator knows of them.

    Parameters
    ----------
    lsoas, wards : tuple of str
        Codes, sorted.
    ward_of : ndarray of int
        Ward of each LSOA.
    small : DataFrame
        Published LSOA figures: index ``area_code``, columns ``figure_id, period``.
    large : DataFrame
        Published ward figures, likewise.
    touching : ndarray
        One row an LSOA: the share each neighbour has in a mean over itself and them.
    factors : DataFrame
        ``need, town, rented, skill`` of each LSOA, mean 0 and standard deviation 1.
    """

    lsoas: tuple[str, ...]
    wards: tuple[str, ...]
    ward_of: np.ndarray
    small: pd.DataFrame
    large: pd.DataFrame
    touching: np.ndarray
    factors: pd.DataFrame

    @property
    def people(self) -> np.ndarray:
        """Residents of each LSOA in 2019, as published."""
        return self.small[("population", "2019")].to_numpy(float)

    def ward_sum(self, values: np.ndarray) -> np.ndarray:
        """Add LSOAs up to wards; LSOAs on the last axis."""
        member = self.ward_of[:, None] == np.arange(len(self.wards))
        return values @ member

    def ward_mean(self, values: np.ndarray) -> np.ndarray:
        """Mean of each ward's LSOAs, weighted by residents."""
        return self.ward_sum(values * self.people) / self.ward_sum(self.people)

    def smooth(self, rng: np.random.Generator) -> np.ndarray:
        """Draw a pattern in which neighbouring LSOAs are alike."""
        return standard(self.touching @ (self.touching @ rng.normal(size=len(self.lsoas))))


def standard(values: np.ndarray) -> np.ndarray:
    """Mean 0, standard deviation 1; rounded so that no system's last bit moves a later draw."""
    return ((values - values.mean()) / values.std()).round(9)


def apportion(total: np.ndarray, weight: np.ndarray, ward_of: np.ndarray) -> np.ndarray:
    """Part each ward's whole number among its LSOAs, by largest remainder: sums are exact."""
    out = np.zeros(weight.size, int)
    for ward, whole in enumerate(total.astype(int)):
        at = np.flatnonzero(ward_of == ward)
        exact = (whole * weight[at] / weight[at].sum()).round(9)
        part = np.floor(exact).astype(int)
        order = np.argsort(part - exact, kind="stable")
        part[order[: whole - part.sum()]] += 1
        out[at] = part
    return out


def read_places() -> Places:
    """Read the open edition's geography and published figures."""
    pairs = pd.read_csv(OPEN / "source" / "lsoa11_ward_lookup.csv").sort_values("lsoa_code")
    small = _wide(pd.read_csv(OPEN / "source" / "lsoa_figures.csv", dtype={"period": str}))
    large = _wide(pd.read_parquet(LONDON / "ward_figures.parquet"))
    lsoas, wards = tuple(pairs["lsoa_code"]), tuple(sorted(set(pairs["ward_code"])))
    places = Places(
        lsoas=lsoas,
        wards=wards,
        ward_of=pairs["ward_code"].map(wards.index).to_numpy(),
        small=small.reindex(lsoas),
        large=large.reindex(wards),
        touching=_touching(lsoas),
        factors=pd.DataFrame(),
    )
    return replace(places, factors=_factors(places))


def _wide(figures: pd.DataFrame) -> pd.DataFrame:
    return figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")


def _touching(lsoas: tuple[str, ...]) -> np.ndarray:
    shapes = gpd.read_file(OPEN / "geography" / "boundaries.geojson").set_index("code")
    shapes = shapes.loc[list(lsoas)]
    share = np.eye(len(lsoas))
    one, other = shapes.sindex.query(shapes.geometry, predicate="intersects")
    share[one, other] = 1.0
    return share / share.sum(axis=1, keepdims=True)


def _factors(places: Places) -> pd.DataFrame:
    """Measure what makes LSOAs differ: need, traffic, social renting, qualifications."""
    rng = np.random.default_rng([SEED, *b"factors"])
    figure, ward_of = places.large, places.ward_of
    poor = [("child_poverty", "2012"), ("jsa_rate", "2014"), ("housing_benefit_rate", "2014"),
            ("children_out_of_work_households_rate", "2014")]  # fmt: skip
    need = np.mean([standard(figure[name].to_numpy()) for name in poor], axis=0)
    hurt = sum(places.small[("crime_violence", year)].to_numpy(float) for year in YEARS)
    within = np.log((hurt + 2) / places.people)
    within -= places.ward_mean(within)[ward_of]
    tenure = [f"tenure_{t}" for t in ("owned_outright", "owned_mortgage", "social_rented",
                                      "private_rented", "other_or_rent_free")]  # fmt: skip
    homes = sum(figure[(name, "2011")].to_numpy() for name in tenure)
    social = figure[("tenure_social_rented", "2011")].to_numpy() / homes
    skill = (figure[("level4_pct", "2011")] - figure[("no_qualifications_pct", "2011")]).to_numpy()
    return pd.DataFrame(
        {
            "need": standard(standard(need)[ward_of] + 0.8 * standard(within)),
            "town": standard(places.small[("no2_mean", "2013")].to_numpy()),
            "rented": standard(standard(social)[ward_of] + 0.7 * places.smooth(rng)),
            "skill": standard(standard(skill)[ward_of] + 0.7 * places.smooth(rng)),
        }
    )


def ward_base(places: Places, name: str, year: int) -> np.ndarray:
    """Count a ward's residents, homes, births … of a year; published where it is."""
    if year == 2001 and name != "households":
        # growth of the borough's population, 164 to 186 thousand
        return ward_base(places, name, 2011) * 0.88
    figure, y = places.large, str(year)
    people = figure[("population", y)].to_numpy() if year >= 2011 else np.array(np.nan)
    last = str(min(year, 2013))
    if name in ("age_0_15", "age_65", "residents_16"):
        share = {n: figure[(f"population_{n}", last)] / figure[("population", last)]
                 for n in ("0_15", "65_plus")}  # fmt: skip
        part = {"age_0_15": share["0_15"], "age_65": share["65_plus"],
                "residents_16": 1 - share["0_15"]}[name]  # fmt: skip
        return people * part.to_numpy()
    if name == "births":
        return figure[("births", last)].to_numpy()
    if name == "lone_parents":
        return figure[("lone_parents", "2011")].to_numpy()
    if name == "businesses":
        return np.full(len(places.wards), 76) * standard_share(places)
    return people if name == "residents" else _homes(figure, name, year)


def standard_share(places: Places) -> np.ndarray:
    """Where shops are: more where the traffic is, mean 1 over the wards."""
    share = np.exp(0.35 * places.ward_mean(places.factors["town"].to_numpy()))
    return share / share.mean()


def _homes(figure: pd.DataFrame, name: str, year: int) -> np.ndarray:
    kinds = {
        "households": ("owned_outright", "owned_mortgage", "social_rented", "private_rented",
                       "other_or_rent_free"),
        "rented": ("social_rented", "private_rented"),
        "social": ("social_rented",),
    }  # fmt: skip
    if name == "homes":
        return figure[("dwellings", str(year))].to_numpy()
    census = "2001" if year == 2001 else "2011"
    count = sum(figure[(f"tenure_{kind}", census)].to_numpy() for kind in kinds[name])
    grown = figure[("dwellings", str(max(year, 2011)))] / figure[("dwellings", "2011")]
    return count * grown.to_numpy()


def lsoa_base(places: Places, name: str, whole: np.ndarray) -> np.ndarray:
    """Part a ward's base among its LSOAs, by published residents and the factors."""
    ages = {"age_0_15": "population_0_15", "age_65": "population_65_plus",
            "births": "population_0_15", "lone_parents": "population_0_15"}  # fmt: skip
    weight = places.small[(ages.get(name, "population"), "2019")].to_numpy(float)
    tilt = {"rented": ("rented", 0.3), "social": ("rented", 0.5), "businesses": ("town", 0.5),
            "lone_parents": ("need", 0.2)}  # fmt: skip
    if name in tilt:
        factor, strength = tilt[name]
        weight = weight * np.exp(strength * places.factors[factor].to_numpy())
    return apportion(whole.round(), weight, places.ward_of)
