"""Boroughs of other kinds, made by one command: their pages have their own words and figures.

Every figure of every brief is worked out once more here from the publisher's table: nothing of the
package is used for it but the recipe, which is data.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.support.editions import ROOT, read
from tests.support.once import once
from tests.support.page_checks import page_faults, page_text, table_rows
from tests.support.project import copy_project, run

pytestmark = pytest.mark.gate

LONDON = ROOT / "data" / "reference" / "london"
BOROUGHS = {
    "camden-open": "E09000007",
    "havering-open": "Havering",
    "tower-hamlets-open": "tower hamlets",
    "city-of-london-open": "City of London",
}
#: Names of wards that are also everyday words, or words of the catalogue.
EVERYDAY = {"Central", "Village", "University", "Manor", "Thames", "Heath", "River", "Park", "Town"}
#: What only the first edition may say.
OURS = ("Barking", "Dagenham", "lbbd", "17 wards", "84 indicators", "pspo")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(project: Path) -> None:
        copy_project(project)
        for name, asked in BOROUGHS.items():
            run(project, "new-edition", asked)
            run(project, "build", name)
            run(project, "explore", name)
            run(project, "render", name, "--format", "html")

    return once(tmp_path_factory, "boroughs", make)


def _pages(made: Path, name: str) -> list[Path]:
    return [
        p for p in sorted((made / "reports" / name).rglob("*.html")) if p.parent.name != "explorer"
    ]


@pytest.mark.parametrize("name", BOROUGHS)
def test_no_page_has_a_word_of_another_borough(made: Path, name: str) -> None:
    wards = pd.read_csv(LONDON / "wards.csv")
    folder = made / "data" / name
    home = next(
        r["code"] for r in read(folder / "geography" / "areas.csv") if r["level"] == "borough"
    )
    own = " ".join(
        wards.loc[wards["borough_code"] == home, ["area_name", "borough_name"]].values.ravel()
    )
    others = set(
        wards.loc[wards["borough_code"] != home, ["area_name", "borough_name"]].values.ravel()
    )
    words = [w for w in sorted(others) if w not in own and w not in EVERYDAY]
    units = sum(r["level"] == "ward" for r in read(folder / "geography" / "areas.csv"))
    words += [w for w in OURS if w != f"{units} wards"]  # Tower Hamlets has as many
    found = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b")
    # but wards elsewhere that are like one of its own are named, each with its borough
    peers = pd.read_parquet(made / "reports" / name / "tables" / "peers.parquet")
    pairs = zip(peers["name"], peers["place"], strict=True)
    named = {f"{ward} ({place})" for ward, place in pairs if place}
    assert named or units == 1, "no ward elsewhere is like one of its own"
    pattern = "|".join(map(re.escape, sorted(named, key=len, reverse=True)))
    like = re.compile(pattern.replace("'", "['’]"))
    pages = _pages(made, name)
    partners = [page for page in pages if page.parent.name == "partners"]
    assert len(pages) == units + len(partners) + 6
    assert len(partners) == 7
    for page in pages:
        text = like.sub("", page_text(page))
        # London's own publishers may bear a borough's name
        assert found.findall(text) == [], page.name
        assert not re.search(r"\b(nan|NaN|inf)\b", text), page.name
        assert page_faults(page) == [], page.name
    data = json.loads((made / "reports" / name / "explorer" / "data.json").read_text("utf-8"))
    # the explorer lists the boroughs beside the edition's own, there and nowhere else
    fellows = data.pop("fellows")
    if units > 1:
        assert set(fellows["names"]) == set(wards["borough_name"])
        assert fellows["names"][fellows["home"]] in own
    said = json.dumps(data, ensure_ascii=False)
    assert found.findall(like.sub("", said)) == []


def _printed(cell: str) -> tuple[float, float]:
    """Read a printed number, and half a unit of its last decimal."""
    plain = cell.replace(",", "").replace("−", "-")
    match = re.match(r"-?\d+(\.\d+)?", plain)
    if not match:
        return math.nan, 0.0
    return float(match[0]), 0.5 * 10.0 ** -len((match[1] or ".")[1:])


def _expected(about: dict[str, dict[str, str]], recipe: list[dict[str, str]], wards: list[str]):
    """Work out value of each ward, of the borough and of London's average ward, slowly."""
    table = pd.read_parquet(LONDON / "ward_figures.parquet")
    cell = {(a, f, p): v for a, f, p, v in table.itertuples(index=False, name=None)}
    everyone = sorted(set(table["area_code"]))

    def total(area: str, names: str, period: str) -> float:
        return sum(cell.get((area, n, period), math.nan) for n in names.split("+"))

    out = {}
    for r in recipe:
        per = float(about[r["indicator_id"]]["per"])
        pooled = about[r["indicator_id"]]["rollup"] == "ratio"
        values, tops, bases = {}, {}, {}
        for area in everyone:
            top = base = math.nan
            if r["numerator_figures"]:
                top = total(area, r["numerator_figures"], r["figure_period"])
            if r["denominator_figures"] not in ("", "implied"):
                base = total(area, r["denominator_figures"], r["denominator_period"])
            value = (
                total(area, r["value_figure"], r["figure_period"])
                if r["value_figure"]
                else (top / base * per)
            )
            if r["denominator_figures"] == "implied":
                base = top * per / value if value else math.nan
            values[area], tops[area], bases[area] = value, top, base
        mine = [values[w] for w in wards]
        people = [cell[w, "population", "2013"] for w in wards]
        if any(math.isnan(v) for v in mine):
            whole = math.nan
        elif pooled and not math.isnan(sum(tops[w] + bases[w] for w in wards)):
            whole = per * sum(tops[w] for w in wards) / sum(bases[w] for w in wards)
        else:
            whole = sum(v * p for v, p in zip(mine, people, strict=True)) / sum(people)
        known = [v for v in values.values() if not math.isnan(v)]
        out[r["indicator_id"], r["period"]] = values, whole, sum(known) / len(known)
    return out


@pytest.mark.parametrize("name", BOROUGHS)
def test_every_figure_of_every_brief_follows_from_the_publishers(made: Path, name: str) -> None:
    folder = made / "data" / name
    about = {r["id"]: r for r in read(folder / "indicators.csv")}
    recipe = read(folder / "reference" / "mapping.csv")
    wards = [
        r["code"].removesuffix("W")
        for r in read(folder / "geography" / "areas.csv")
        if r["level"] == "ward"
    ]
    expected = _expected(about, recipe, wards)
    named = {r["name"]: i for i, r in about.items()}
    when = {(r["indicator_id"], r["period"]): r["period_label"] for r in recipe}
    compared = 0
    for ward in wards:
        page = next((made / "reports" / name / "wards").glob(f"{ward}*.html"))
        rows = table_rows(page, "tbl-figures")
        assert len(rows) == len(about)
        for _, label, earlier, earlier_when, here, home, london, period in rows:
            i = next(i for name, i in named.items() if label.startswith(f"{name}, "))
            assert (earlier_when, period) == (when[i, "baseline"], when[i, "current"])
            before, now = expected[i, "baseline"], expected[i, "current"]
            for cell, want in (
                (earlier, before[0][ward]),
                (here, now[0][ward]),
                (home, now[1]),
                (london, now[2]),
            ):
                found, half = _printed(cell)
                if math.isnan(want):  # nothing is published: a dash, or a borough's estimate
                    assert math.isnan(found) or cell.endswith(" est."), (page.name, label, cell)
                    continue
                assert found == pytest.approx(want, abs=half * 1.001 + 1e-5 * abs(want)), (
                    page.name,
                    label,
                )
                compared += 1
    assert compared > 100 * len(wards)


def test_scores_on_the_first_page_are_of_the_published_goalposts(made: Path) -> None:
    """Rebuild Personal Safety in one ward by hand, from figures, goalposts and shares."""
    folder, ward = made / "data" / "havering-open", "E05000315"
    rows = [r for r in read(folder / "observations" / "open.csv") if r["area_code"] == ward]
    values = {
        r["indicator_id"]: float(r["value"] or "nan") for r in rows if r["period"] == "current"
    }
    posts = {
        r["indicator_id"]: (float(r["best"]), float(r["worst"]))
        for r in read(folder / "goalposts.csv")
    }
    shares = {r["indicator_id"]: float(r["share"]) for r in read(folder / "weights.csv")
              if r["component"] == "Personal Safety"}  # fmt: skip
    score = 0.0
    for i, share in shares.items():
        best, worst = posts[i]
        score += share * min(100.0, max(0.0, 100 * (values[i] - worst) / (best - worst)))
    data = json.loads(
        (made / "reports" / "havering-open" / "explorer" / "data.json").read_text("utf-8")
    )
    at = next(k for k, m in enumerate(data["measures"]) if m["name"] == "Personal Safety")
    place = data["areas"]["ward"]["code"].index(ward)
    assert data["figures"]["ward"][at]["score"][-1][place] == pytest.approx(score, abs=0.051)
