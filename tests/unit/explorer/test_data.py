"""The explorer's data: what its schema says, what the tables hold, and nothing that is withheld."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

from spi_core.build.edition import build
from spi_core.build.shown.counts import beside
from spi_core.edition.inputs import load
from spi_core.errors import SpiError
from spi_core.explorer.codes import RATING_CODES, Texts, letters
from spi_core.explorer.data import explorer_data, explorer_json
from spi_core.explorer.flat import area_features, flat_csv
from spi_core.explorer.grids import explorer_levels
from spi_core.explorer.measures import measure_tree
from spi_core.explorer.notes import meta, targets
from spi_core.explorer.page import index_page
from spi_core.explorer.places import places, positions, sectors
from spi_core.explorer.sentences import about_indicator
from spi_core.present.base.marks import SYMBOL
from spi_core.present.base.numbers import number
from spi_core.present.brief.data import gather
from spi_core.present.brief.words import headline
from spi_core.store import Tables
from tests.support.editions import BOROUGH, WARDS, faults, make_edition, read, write
from tests.support.explorer_checks import HIDDEN, schema_faults, wrong_cells
from tests.support.explorer_world import MadeTables, Size, made_tables
from tests.support.intervals import value_intervals

Data = dict[str, Any]
KINDS = {"crowding": "wilson", "cold_homes": "wilson", "burglary": "byar", "robbery": "byar"}


def _edition(folder: Path) -> Path:
    """Write a small edition with counts, a suppressed and a missing cell, targets and postcodes."""
    edition = make_edition(folder / "tiny")
    rows = read(edition / "indicators.csv")
    write(edition / "indicators.csv", [r | {"interval": KINDS.get(r["id"], "none")} for r in rows])
    path = edition / "observations" / "all.csv"
    blank = {"value": "", "numerator": "", "denominator": ""}
    gaps = {("robbery", WARDS[1]): "suppressed", ("rent", WARDS[2]): "missing"}
    rows = [
        r | blank | {"status": gaps[(r["indicator_id"], r["area_code"])]}
        if r["period"] == "current" and (r["indicator_id"], r["area_code"]) in gaps
        else r
        for r in read(path)
    ]
    write(path, rows)
    head = ("manifesto_theme", "indicator_id", "target", "by", "source", "status", "note")
    targets = [
        ("Homes", "crowding", "99", "2020", "Manifesto", "agreed", ""),
        ("Homes", "cold_homes", "0.1", "2020", "Manifesto", "agreed", ""),
        ("Learning", "turnout", "99", "2020", "Manifesto", "proposed", "hard"),
    ]
    write(edition / "targets.csv", [dict(zip(head, t, strict=True)) for t in targets])
    codes = [{"postcode": f"RM10 8A{c}", "area_code": w} for c, w in zip("ABCDEFGH", WARDS)]  # noqa: B905
    write(edition / "geography" / "postcodes.csv", codes)
    park = {"name": "Mast Park", "kind": "park", "area_code": WARDS[1], "lon": "0.1", "lat": "51.5"}
    views = [{"name": "Far View", "kind": "ward since 2022", "area_code": w} for w in WARDS[2:4]]
    blank = dict.fromkeys(("lon", "lat"), "")
    write(edition / "geography" / "places.csv", [park, *(v | blank for v in views)])
    return edition


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _edition(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def tables(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("reports") / "tiny"
    build(load(edition), folder)
    return Tables(folder / "tables")


@pytest.fixture(scope="module")
def data(tables: Tables) -> Data:
    return explorer_data(tables)


@pytest.fixture(scope="module")
def made() -> MadeTables:
    return made_tables(np.random.default_rng(5), Size(wards=7, lsoas=40, indicators=36))


@pytest.fixture(scope="module")
def large(made: MadeTables) -> Data:
    return explorer_data(made)


def _place(data: Data, measure: str) -> int:
    return [m["id"] for m in data["measures"]].index(measure)


def _flag(columns: Data, at: int) -> str:
    return str(columns["flags"][-1][at]) if "flags" in columns else "0"


def test_data_keep_to_their_schema(data: Data, large: Data) -> None:
    assert schema_faults(data) == []
    assert schema_faults(large) == []


def test_every_number_is_the_tables_number(data: Data, tables: Tables) -> None:
    assert wrong_cells(data, tables) == []


def test_every_number_of_three_levels_is_the_tables_number(large: Data, made: MadeTables) -> None:
    assert wrong_cells(large, made) == []


def test_years_are_those_with_a_figure(made: MadeTables) -> None:
    """A year without a figure is no row; a release of 2011 that speaks of 2010 is called that."""
    facts = {"illustrative": False, "provenance": "observed", "comparable": True, "reference": 2.0}
    figures = [
        ("indicator_010", "2011", "2010", 4.0),
        ("indicator_010", "current", "2013", 3.0),
        ("indicator_011", "current", "2013", 3.0),  # of its own years all are past a break
        ("indicator_012", "2010", "2010", 2.0),
    ]
    history = pd.DataFrame(figures, columns=["indicator_id", "period", "period_label", "value"])
    history = history.assign(area_code="E05000001", **facts)
    history[["numerator", "value_low", "value_high"]] = np.nan
    data = explorer_data(MadeTables(made.frames | {"history": history}, made.about))
    years = [data["years"]["ward"][_place(data, f"indicator_0{i}")] for i in (10, 11, 12)]
    assert [y and y["labels"] for y in years] == [["2010"], None, ["2010"]]
    assert [len(years[0][key]) for key in ("value", "reference")] == [1, 1 + len(data["periods"])]
    assert schema_faults(data) == []


def test_states_are_told_apart(data: Data) -> None:
    ward, codes = data["figures"]["ward"], data["areas"]["ward"]["code"]
    robbery, rent = ward[_place(data, "robbery")], ward[_place(data, "rent")]
    assert robbery["state"][-1][codes.index(WARDS[1])] in "se"
    assert rent["state"][-1][codes.index(WARDS[2])] == "e"
    assert set(rent["state"][0]) == {"o"}
    assert ward[_place(data, "c-choice")] is None
    choice = data["measures"][_place(data, "c-choice")]
    assert (choice["scored"], choice["levels"]) == (False, [])
    assert "awaits" in choice["note"]


def test_a_withheld_figure_shows_nothing_even_if_the_table_holds_it(
    made: MadeTables, large: Data
) -> None:
    frames = dict(made.frames)
    for name in ("values", "small_area_values"):
        frame = frames[name].copy()
        withheld = frame["provenance"] == "suppressed"
        frame.loc[withheld, ["value", "numerator", "denominator", "score"]] = [77.77, 3, 4, 66.66]
        frames[name] = frame
    leaking = explorer_data(MadeTables(frames, made.about))
    assert explorer_json(leaking) == explorer_json(large)
    withheld = [row.count("s") for c in leaking["figures"]["lsoa"] for row in c["state"]]
    assert sum(withheld) > 50


def test_no_count_of_a_figure_is_in_the_data(tables: Tables, data: Data) -> None:
    counts = set(tables["values"]["numerator"].dropna().astype(int))
    shown = {
        v
        for level in data["figures"].values()
        for columns in level
        if columns
        for key in ("value", "value_low", "value_high")
        for row in columns.get(key, [])
        for v in row
    }
    assert all(c not in shown for c in counts if c > 100)


def test_a_rank_never_stands_without_its_interval(data: Data, large: Data) -> None:
    ranked = 0
    for found in (data, large):
        for columns in (c for level in found["figures"].values() for c in level if c):
            for rank, low, high in zip(
                columns.get("rank", []),
                columns.get("rank_low", []),
                columns.get("rank_high", []),
                strict=True,
            ):
                ranked += rank is not None
                assert rank is None or low <= rank <= high
    assert ranked > 100


def test_intervals_of_values_are_those_of_the_core(edition: Path, data: Data) -> None:
    inputs = load(edition)
    low, high = value_intervals(inputs.panel, inputs.framework)
    codes, areas = data["areas"]["ward"]["code"], inputs.panel.areas
    compared = 0
    for k, name in enumerate(inputs.framework.ids):
        at = _place(data, name)
        columns, digits = data["figures"]["ward"][at], data["measures"][at]["decimals"]
        for key, ends in (("value_low", low), ("value_high", high)):
            for p in range(2):
                for i, code in enumerate(codes):
                    wanted = ends[p, areas.index(code), k]
                    found = columns[key][p][i] if key in columns else None
                    compared += found is not None
                    assert (found is None) == math.isnan(wanted)
                    assert found is None or found == float(f"{wanted:.{digits}f}")
    assert compared > 100


def test_weights_of_one_give_the_official_index(data: Data, tables: Tables) -> None:
    recipe, scores = data["recipe"], data["recipe"]["scores"]["ward"]
    assert {data["measures"][c]["kind"] for c in recipe["components"]} == {"component"}
    now = np.array(scores[-1], float).T
    home = np.array(recipe["dimensions"])
    means = np.array([now[:, home == d].mean(axis=1) for d in dict.fromkeys(recipe["dimensions"])])
    index = tables["standing"].query("level == 'index'").set_index("area_code")["score"]
    wanted = index.reindex(data["areas"]["ward"]["code"]).to_numpy()
    np.testing.assert_allclose(means.mean(axis=0), wanted, atol=1e-4)


def test_the_index_sentence_is_the_briefs(data: Data, tables: Tables) -> None:
    said = data["sentences"]["areas"]["ward"]["standing"][0]
    assert said == [headline(gather(tables, code)) for code in data["areas"]["ward"]["code"]]


def test_each_area_has_a_sentence_for_each_measure_it_has(data: Data, large: Data) -> None:
    for found in (data, large):
        for level in ("borough", "ward"):
            said = found["sentences"]["areas"][level]["standing"]
            for columns, sentences in zip(found["figures"][level], said, strict=True):
                assert (columns is None) == (sentences is None)
                assert not sentences or all(s and "nan" not in s.split() for s in sentences)
        for level, spread in found["sentences"]["spread"].items():
            for columns, sentences in zip(found["figures"][level], spread, strict=True):
                assert (columns is None) == (sentences is None)


def test_sentences_on_generated_figures_carry_the_mark(large: Data) -> None:
    standing = large["sentences"]["areas"]["ward"]["standing"]
    marked = set()
    for columns, home, sentences in zip(
        large["figures"]["ward"], large["figures"]["borough"], standing, strict=True
    ):
        for i, sentence in enumerate(sentences):
            made_up = any(int(f, 16) & 4 for f in (_flag(columns, i), _flag(home, 0)))
            marked.add(made_up)
            assert (SYMBOL in sentence) == made_up
    assert marked == {True, False}
    assert large["meta"]["mark"]


@pytest.mark.parametrize(
    ("here", "home", "word"),
    [
        ((5.0, 4.0, 6.0), (3.0, 2.9, 3.1), "clearly higher"),
        ((2.0, 1.5, 2.5), (3.0, 2.9, 3.1), "clearly lower"),
        ((5.0, 3.0, 7.0), (3.0, 2.9, 3.1), "not clearly different"),
        # what counts is the interval of the difference: two ranges may overlap
        ((10.0, 9.0, 11.0), (11.6, 10.6, 12.6), "clearly lower"),
        ((10.0, 9.0, 11.0), (11.3, 10.3, 12.3), "not clearly different"),
        ((5.0, math.nan, math.nan), (3.0, 2.9, 3.1), "the borough’s is 3.0"),
        ((5.0, 4.0, 6.0), (3.0, math.nan, math.nan), "the borough’s is 3.0"),
    ],
)
def test_no_comparison_goes_beyond_its_interval(
    here: tuple[float, float, float], home: tuple[float, float, float], word: str
) -> None:
    names = ["value", "value_low", "value_high"]
    cells, whole = (
        pd.DataFrame([["a", "now", *x]], columns=["indicator_id", "period", *names])
        for x in (here, home)
    )
    apart = beside(cells, whole)["beside_whole"].iloc[0]
    said = about_indicator(
        "Heath, Claimants, 2014", "% of residents", here, home[0], apart, "borough"
    )
    assert word in said
    assert said.count("clearly") == ("clearly" in word)


def test_targets_are_set_beside_the_boroughs_figures(data: Data) -> None:
    words = {data["measures"][t["measure"]]["id"]: t["word"] for t in data["targets"]}
    assert words == {"crowding": "reached", "cold_homes": "not yet", "turnout": "not yet"}
    assert all(t["value"] is not None for t in data["targets"])


@pytest.mark.parametrize(
    ("polarity", "figure", "target", "ended", "word"),
    [
        (-1, (10.0, None, None), 12.0, 2030, "reached"),
        (-1, (10.0, None, None), 12.0, 2016, "reached"),
        (-1, (10.0, None, None), 8.0, 2030, "not reached"),
        (-1, (10.0, None, None), 8.0, 2029, "not yet"),
        (1, (10.0, 9.0, 11.0), 8.0, 2016, "reached"),
        (1, (10.0, 9.0, 11.0), 12.0, 2031, "not reached"),
        (1, (10.0, 9.0, 11.0), 12.0, 2016, "not yet"),
        (1, (10.0, 9.0, 11.0), 10.0, 2016, "too close to call"),
        (1, (None, None, None), 10.0, 2016, "no figure"),
    ],
)
def test_a_target_is_judged_no_further_than_the_interval_and_the_date(
    made: MadeTables,
    polarity: int,
    figure: tuple[float | None, float | None, float | None],
    target: float,
    ended: int,
    word: str,
) -> None:
    tree = measure_tree(made)
    at = next(
        i for i, m in enumerate(tree) if m.kind == "indicator" and m.facts["polarity"] == polarity
    )
    row = {"manifesto_theme": "Homes", "indicator_id": tree[at].id, "target": target, "by": "2030"}
    row |= {"source": "Manifesto", "status": "agreed", "note": ""}
    columns = {
        key: [[None], [value]]
        for key, value in zip(("value", "value_low", "value_high"), figure, strict=True)
    }
    borough: list[Data | None] = [None] * len(tree)
    borough[at] = columns
    dates = made.frames["dates"].assign(end=pd.Timestamp(f"{ended}-12-31"))
    tables = MadeTables(made.frames | {"targets": pd.DataFrame([row]), "dates": dates}, made.about)
    found = targets(tables, tree, {"borough": borough})
    assert [(t["word"], t["target_text"]) for t in found] == [(word, number(target))]


def test_postcodes_lead_to_their_ward(data: Data) -> None:
    packed = data["postcodes"]
    codes = data["areas"][packed["level"]]["code"]
    found = {
        f"{sector} {units[i : i + 2]}": codes[area]
        for sector, groups in packed["sectors"].items()
        for area, units in groups
        for i in range(0, len(units), 2)
    }
    assert found == {f"RM108 A{c}": w for c, w in zip("ABCDEFGH", WARDS, strict=True)}


def test_places_lead_to_their_wards(data: Data, tables: Tables) -> None:
    found, codes = data["places"], data["areas"]["ward"]["code"]
    assert [(n, codes[a]) for n, a in zip(found["name"], found["area"], strict=True)] == [
        ("Mast Park", WARDS[1]),
        ("Far View", WARDS[2]),
        ("Far View", WARDS[3]),
    ]
    assert found["sources"] == []
    unit = next(lv for lv in explorer_levels(tables) if lv.role == "evidence")
    assert positions(tables, [BOROUGH, WARDS[0]], unit) == [-1, codes.index(WARDS[0])]


def test_a_mark_outside_the_map_is_not_drawn(tables: Tables) -> None:
    unit = next(lv for lv in explorer_levels(tables) if lv.role == "evidence")
    grid = {"crs": "EPSG:27700", "west": 530000.0, "north": 190000.0, "metres": 10.0}
    frame = tables["places"].assign(lon=[-0.0015, 7.0, float("nan")], lat=51.4779)
    frames = {n: tables[n] for n in tables} | {"places": frame}
    made = MadeTables(frames, tables.about)
    found = places(made, unit, grid | {"width": 2000, "height": 2000})
    assert found is not None
    # the observatory of Greenwich stands at TQ 388 773
    assert found["at"] == [[pytest.approx(888, abs=5), pytest.approx(1268, abs=5)], None, None]


def test_postcodes_of_wards_and_small_areas_stand_together(made: MadeTables) -> None:
    levels = explorer_levels(made)
    small, ward = (next(lv for lv in levels if lv.role == r) for r in ("detail", "evidence"))
    codes = [small.areas["code"].iloc[0], ward.areas["code"].iloc[0]]
    frame = pd.DataFrame({"postcode": ["RM1 1AA", "RM1 1AB"], "area_code": codes})
    frames = {n: made[n] for n in made} | {"postcodes": frame}
    packed = sectors(MadeTables(frames, made.about), levels)
    assert packed is not None
    assert packed["level"] == ward.id


def test_postcodes_and_targets_are_checked_at_the_door(edition: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(edition, tmp_path / "spoilt")
    write(
        copy / "geography" / "postcodes.csv",
        [
            {"postcode": "RM10 8AA", "area_code": "E05999999"},
            {"postcode": "RM10", "area_code": WARDS[0]},
        ],
    )
    far = {"name": "", "kind": "park", "area_code": BOROUGH, "lon": "west"}
    write(copy / "geography" / "places.csv", [far])
    rows = read(copy / "targets.csv")
    write(copy / "targets.csv", [rows[0] | {"indicator_id": "unheard_of", "status": "perhaps"}])
    found = {(Path(f.file).name, f.row, f.column) for f in faults(copy)}
    assert {
        ("postcodes.csv", 2, "area_code"),
        ("postcodes.csv", 3, "postcode"),
        *(("places.csv", 2, column) for column in ("name", "area_code", "lon")),
        ("targets.csv", 2, "indicator_id"),
        ("targets.csv", 2, "status"),
    } <= found


def test_names_that_differ_in_signs_alone_have_ids_of_their_own(made: MadeTables) -> None:
    names = dict(
        zip(made["framework"]["component"], ("A b", "A-b", "?!", "\u533a", "+"), strict=False)
    )
    frames = {n: made[n] for n in made}
    for name in ("framework", "indicators"):
        frames[name]["component"] = frames[name]["component"].replace(names)
    tree = measure_tree(MadeTables(frames, made.about))
    ids = {m.element: m.id for m in tree if m.kind == "component"}
    wanted = {"A b": "c-a-b", "A-b": "c-a-b-2", "?!": "c-", "\u533a": "c--2", "+": "c--3"}
    assert {name: ids[name] for name in names.values()} == wanted
    assert len({m.id for m in tree}) == len(tree)


def test_links_lead_to_every_brief(data: Data) -> None:
    assert [b["html"][:18] for b in data["links"]["briefs"]] == [
        f"../wards/{code}" for code in data["areas"]["ward"]["code"]
    ]


def test_the_same_tables_give_the_same_bytes(tables: Tables, data: Data) -> None:
    again = explorer_data(Tables(tables.folder))
    assert explorer_json(again) == explorer_json(data)


@pytest.mark.gate
def test_a_large_borough_stays_below_half_a_megabyte() -> None:
    large = explorer_data(made_tables(np.random.default_rng(6), Size()))
    assert sum(len(level) for level in large["figures"].values()) == 3 * 100
    page = index_page(large)
    assert len(gzip.compress(page.encode(), 9)) < 500_000


def test_flat_table_has_every_cell_once(large: Data) -> None:
    rows = list(csv.DictReader(io.StringIO(flat_csv(large))))
    keys = {(r["level"], r["area_code"], r["measure"], r["period"]) for r in rows}
    assert len(rows) == len(keys) == (1 + 7 + 40) * 52 * 3
    place = {m["id"]: i for i, m in enumerate(large["measures"])}
    periods = [p["id"] for p in large["periods"]]
    codes = {level: a["code"] for level, a in large["areas"].items()}
    for row in rows[::37]:
        columns = large["figures"][row["level"]][place[row["measure"]]]
        p, i = periods.index(row["period"]), codes[row["level"]].index(row["area_code"])
        state = columns["state"][p][i]
        assert row["state"] == large["states"][state]["word"]
        for key in ("value", "score"):
            found = columns[key][p][i] if key in columns else None
            assert row[key] == ("" if found is None else str(found))
            assert state not in HIDDEN or row[key] == ""
        flag = int(columns["flags"][p][i], 16) if "flags" in columns else 0
        assert row["illustrative"] == ("yes" if flag & 4 else "no")
        assert not row["rank"] or (row["rank_low"] and row["rank_high"])
        assert not row["rank"] or row["period"] == "current"


def test_boundaries_are_written_in_degrees(made: MadeTables, large: Data) -> None:
    features = json.loads(area_features(made, large, "ward"))["features"]
    assert [f["properties"]["code"] for f in features] == large["areas"]["ward"]["code"]
    for feature in features:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        west, south, east, north = shape.bounds
        assert shape.is_valid
        assert -1 < west < east < 1
        assert 51 < south < north < 52
        rings = [p.exterior for p in shapely.get_parts(shape)]
        assert all(r.is_ccw for r in rings)


def test_an_unknown_word_is_refused_by_name() -> None:
    with pytest.raises(SpiError, match="splendid"):
        letters(["splendid"], RATING_CODES, "-")


def test_texts_are_kept_once() -> None:
    texts = Texts()
    assert texts.places(["", None, "a", "b", "a"]) == [-1, -1, 0, 1, 0]
    assert texts.places(["", None]) is None
    assert texts.all == ["a", "b"]


def test_edition_names_its_site(edition: Path, tables: Tables) -> None:
    settings = yaml.safe_load((edition / "edition.yml").read_text(encoding="utf-8"))
    about = tables.about | {"edition": settings | {"site": "https://data.example.gov.uk/spi/"}}
    frames = {name: tables[name] for name in ("areas", "dates", "framework")}
    found = meta(MadeTables(frames, about))
    assert found["site"] == "https://data.example.gov.uk/spi"
    assert found["cite"].endswith("https://data.example.gov.uk/spi/explorer/")
    assert (found["area"], found["mark"]) == (BOROUGH, "")
