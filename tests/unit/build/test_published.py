"""The data version: of what is published, all of it that is data, and nothing that is hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import build, compute, publishable
from spi_core.build.published import data_version
from spi_core.disclosure.control import control
from spi_core.edition.inputs import load
from tests.support.editions import (
    BOROUGH,
    WARDS,
    Row,
    draw,
    make_edition,
    read,
    rewrite,
    settings,
    spoil,
    write,
)

Change = Callable[[Path], object]


def version(edition: Path) -> str:
    inputs = load(edition)
    controlled = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings)
    inputs = publishable(inputs, controlled)
    return data_version(inputs, compute(inputs))


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    made = make_edition(tmp_path / "tiny")
    settings(made, lambda s: s.update(disclosure={"method": "suppress"}))
    rule = {"disclosure_rule": "suppress<5"}
    rewrite(
        made / "indicators.csv",
        lambda rows: [r | rule if r["id"] == "burglary" else r for r in rows],
    )
    counts(made, 2, 3)
    return made


def counts(edition: Path, *hidden: int) -> None:
    few = dict(zip(WARDS, hidden, strict=False))

    def change(rows: list[Row]) -> list[Row]:
        for r in rows:
            here = (r["indicator_id"], r["period"]) == ("burglary", "current")
            if here and (n := few.get(r["area_code"])):
                r |= {"numerator": str(n), "denominator": "5000", "value": f"{n / 5:g}"}
        return rows

    rewrite(edition / "observations" / "all.csv", change)


def test_hidden_counts_do_not_count(edition: Path) -> None:
    before = version(edition)
    counts(edition, 3, 2)
    assert version(edition) == before
    counts(edition, 4, 1)
    assert version(edition) == before
    counts(edition, 4, 2)  # now the borough's figure is another, and that is published
    assert version(edition) != before


def test_nothing_that_is_computed_from_holds_a_hidden_count(edition: Path) -> None:
    inputs = load(edition)
    controlled = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings)
    public = publishable(inputs, controlled)
    hidden = public.panel.status == "suppressed"
    assert np.isfinite(inputs.panel.value[hidden]).all()
    assert hidden.any()
    for panel in (public.panel, public.given):
        for cells in (panel.value, panel.numerator, panel.denominator):
            assert np.isnan(cells[hidden]).all()
    assert not {"value", "numerator", "denominator"} & set(public.tables["observations"])


@pytest.mark.parametrize(
    "change",
    [
        lambda e: spoil(
            e / "observations" / "all.csv", 2, value="11.11", numerator="", denominator=""
        ),
        lambda e: spoil(e / "observations" / "all.csv", 2, status="revised"),
        lambda e: spoil(e / "goalposts.csv", 2, worst="17"),
        lambda e: spoil(e / "geography" / "areas.csv", 3, population="9999"),
        lambda e: spoil(e / "indicators.csv", 2, rationale="Better."),
        lambda e: spoil(e / "context.csv", 2, value="12.5"),
        lambda e: settings(e, lambda s: s.update(contact="Somebody else")),
        lambda e: spoil(e / "indicators.csv", 3, disclosure_rule="suppress<5"),
        lambda e: (e / "geography" / "boundaries.geojson").write_text(
            (e / "geography" / "boundaries.geojson").read_text().replace("540000", "540010")
        ),
    ],
)
def test_anything_that_is_published_counts(edition: Path, change: Change) -> None:
    before = version(edition)
    change(edition)
    assert version(edition) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda e: spoil(e / "observations" / "all.csv", 2, note="checked"),
        lambda e: rewrite(e / "observations" / "all.csv", lambda rows: rows[::-1]),
        lambda e: (e / "observations" / "all.csv").write_bytes(
            (e / "observations" / "all.csv").read_bytes().replace(b"\n", b"\r\n")
        ),
    ],
)
def test_what_is_not_published_does_not(edition: Path, change: Change) -> None:
    before = version(edition)
    change(edition)
    assert version(edition) == before


def test_the_last_figure_of_another_machine_does_not(edition: Path) -> None:
    inputs = load(edition)
    tables = compute(inputs)
    before = data_version(inputs, tables)

    def shaken(frame: pd.DataFrame) -> pd.DataFrame:
        numbers = frame.select_dtypes("float").columns
        return frame.assign(**{n: frame[n] * (1 + np.finfo(float).eps) for n in numbers})

    assert data_version(inputs, {name: shaken(frame) for name, frame in tables.items()}) == before


def tables_of(edition: Path) -> dict[str, pd.DataFrame]:
    return build(load(edition), edition.parent / "reports" / edition.name)


def test_no_table_tells_a_hidden_count(edition: Path) -> None:
    """With all that could: errors, years before, totals as given, jumps, few events."""
    settings(edition, lambda s: s.update(history={"periods": ["2012"]}))
    how = {"disclosure_rule": "suppress<5;events<20", "error": "published"}
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | (how if r["id"] == "burglary" else {"error": "none"}) for r in rows],
    )
    path, past = edition / "observations" / "all.csv", edition / "history" / "all.csv"
    old = {"period": "2012", "period_label": "2012", "start": "2012-01-01", "end": "2012-12-31"}
    given = read(path)
    crimes = [r for r in given if (r["indicator_id"], r["period"]) == ("burglary", "current")]
    whole = crimes[0] | {"area_code": BOROUGH, "numerator": "700", "denominator": "40000"}
    whole = whole | {"value": "17.5", "standard_error": "0.6"}
    rest = [r for r in given if r not in crimes]

    def counted(n: int, row: Row) -> Row:
        error = f"{1000 * n**0.5 / 5000:.6f}"
        cells = {"numerator": str(n), "denominator": "5000", "value": f"{n / 5:g}"}
        return row | cells | {"standard_error": error}

    def with_hidden(*few: int) -> dict[str, pd.DataFrame]:
        counts = (*few, 90, 95, 100, 105, 110, 195)
        mine = [counted(n, r) for n, r in zip(counts, crimes, strict=True)]
        write(path, [r | {"standard_error": ""} for r in rest] + [*mine, whole])
        write(past, [counted(n, r | old) for n, r in zip(counts[::-1], crimes, strict=True)])
        return tables_of(edition)

    one, other = with_hidden(2, 3), with_hidden(3, 2)
    for name, period, few in (("values", "current", WARDS[:2]), ("history", "2012", WARDS[-2:])):
        rows = one[name].query(f"indicator_id == 'burglary' and period == '{period}'")
        assert set(few) <= set(rows.loc[rows["provenance"] == "suppressed", "area_code"])
    assert [name for name in one if not one[name].equals(other[name])] == []


def robberies(edition: Path, counts: Sequence[int], whole: int) -> None:
    """Put counts of robbery of the current period, the borough's too; one is a jump."""

    def change(rows: list[Row]) -> list[Row]:
        mine = [r for r in rows if (r["indicator_id"], r["period"]) == ("robbery", "current")]
        rows = [r for r in rows if r not in mine]
        base = "5000", "40000"
        for ward, n in zip((*WARDS, BOROUGH), (*counts, whole), strict=True):
            d = base[ward == BOROUGH]
            cells = {"numerator": str(n), "denominator": d, "value": f"{1000 * n / float(d):.9g}"}
            rows.append(mine[0] | cells | {"area_code": ward})
        return rows

    rewrite(edition / "observations" / "all.csv", change)


def test_no_table_tells_what_was_rounded_away(edition: Path) -> None:
    rounded = {"disclosure_rule": "suppress<5;round5"}
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | rounded if r["id"] == "robbery" else r for r in rows],
    )
    robberies(edition, (36, 41, 46, 303, 48, 46, 52, 36), 602)
    one = tables_of(edition)
    # what says the most of single figures has something to say, and it adds up
    assert one["warnings"]["warning"].tolist() == ["jump of a factor 5: robbery"]
    assert one["rollup_differences"]["given"].tolist() == [600 / 40]
    assert not one["rollup_differences"]["beyond_rounding"].any()
    robberies(edition, (37, 42, 44, 304, 49, 47, 51, 35), 598)
    other = tables_of(edition)
    assert [name for name in one if not one[name].equals(other[name])] == []


def test_no_table_tells_the_counts_that_rebased_figures_are_shares_of(edition: Path) -> None:
    """Of old wards with 2 and 3 events 31 % lie elsewhere: 36.62 tells the 2."""
    new = {ward: f"E0500020{n}" for n, ward in enumerate(WARDS, 1)}
    places = edition / "geography"
    vintages = {"vintage": "2022", "levels": ["borough", "ward"], "compare_across_vintages": True}
    settings(edition, lambda s: s.update(geography=vintages))
    renamed = [(places / "lookup.csv", "from_code"), (edition / "context.csv", "area_code")]
    for path, column in renamed:
        rewrite(path, lambda rows, c=column: [r | {c: new[r[c]]} for r in rows])
    draw(edition, tuple(new.values()))
    rewrite(
        places / "areas.csv",
        lambda rows: [
            *(r | {"vintage": "2002" if r["code"] in new else "2022"} for r in rows),
            *(r | {"code": new[r["code"]]} for r in rows if r["code"] in new),
        ],
    )
    split = {WARDS[0]: (0.69, WARDS[1]), WARDS[2]: (0.69, WARDS[3])}
    links = [(w, w, split[w][0] if w in split else 1) for w in WARDS]
    links += [(w, to, round(1 - share, 2)) for w, (share, to) in split.items()]
    write(
        places / "rebase.csv",
        [
            {"from_code": f, "to_code": new[t], "weight": str(s), "basis": "all"}
            for f, t, s in links
        ],
    )

    def of_old_wards(*few: int) -> dict[str, pd.DataFrame]:
        def change(rows: list[Row]) -> list[Row]:
            of = {WARDS[0]: few[0], WARDS[2]: few[1]}
            for r in rows:
                if r["period"] == "current":
                    r["area_code"] = new.get(r["area_code"], r["area_code"])
                elif r["indicator_id"] == "burglary" and (n := of.get(r["area_code"])):
                    r |= {"numerator": str(n), "value": f"{1000 * n / int(r['denominator']):.9g}"}
            return rows

        rewrite(edition / "observations" / "all.csv", change)
        return tables_of(edition)

    one = of_old_wards(2, 3)
    shown = one["values"].query("indicator_id == 'burglary' and period == 'baseline'")
    shown = shown.set_index("area_code")["numerator"]
    assert shown[[new[WARDS[0]], new[WARDS[2]]]].isna().all()
    assert (shown[[new[WARDS[1]], new[WARDS[3]]]] % 1 == 0).all()
    other = of_old_wards(3, 2)
    assert [name for name in one if not one[name].equals(other[name])] == []


def test_a_figure_that_the_release_before_hid_is_told(edition: Path) -> None:
    """What both show may tell what is hidden now: nothing of it stands in the tables."""
    folder, said = edition.parent / "reports" / "tiny", list[str]()

    def release() -> set[str]:
        values = build(load(edition), folder, say=said.append)["values"]
        rows = values.query("indicator_id == 'burglary' and period == 'current'")
        return set(rows.loc[rows["provenance"] == "suppressed", "area_code"])

    first = release()
    assert said == []
    counts(edition, 2, 6)
    again = first - release()
    assert WARDS[1] in again
    told = f"tiny: {len(again)} figures are shown that the release before hid; "
    assert [line.startswith(told) for line in said] == [True]
    release()
    assert len(said) == 1  # once a release
