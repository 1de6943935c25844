"""The borough report says what the tables say: words, tables and charts against the inputs."""

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from spi_core.build import build
from spi_core.inputs import load
from spi_core.present import report as charts
from spi_core.present import report_tables, report_words
from spi_core.present.links import ward_page, ward_slug
from spi_core.present.maps import QUARTER_FILL, quarter_text, ward_map
from spi_core.present.report_data import gather_report
from spi_core.store import Tables, open_tables

EDITION = Path(__file__).parents[2] / "data" / "lbbd-open"


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Tables:
    folder = tmp_path_factory.mktemp("lbbd-open")
    build(load(EDITION), folder)
    return open_tables(folder / "tables")


@pytest.fixture(scope="module")
def report(tables):
    return gather_report(tables)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(fig):
    return [t.get_text() for ax in fig.axes for t in ax.texts]


def overhang(fig):
    """How far, in pixels, any text or mark of a figure reaches beyond its edges."""
    fig.canvas.draw()
    boxes = [t.get_window_extent() for ax in fig.axes for t in ax.texts if t.get_text()]
    out = fig.bbox
    return max(
        max(out.x0 - b.x0, out.y0 - b.y0, b.x1 - out.x1, b.y1 - out.y1) for b in boxes
    )


def overlapping(fig):
    """Pairs of texts of one axes that cover each other by more than a hair."""
    fig.canvas.draw()
    found = []
    for ax in fig.axes:
        boxes = [
            (t.get_text(), t.get_window_extent().shrunk(0.96, 0.8))
            for t in ax.texts
            if t.get_text() and t.get_rotation() == 0
        ]
        found += [
            (a, b)
            for i, (a, one) in enumerate(boxes)
            for b, other in boxes[i + 1 :]
            if one.overlaps(other)
        ]
    return found


def all_charts(report):
    dims = list(dict.fromkeys(report.components["dimension"]))
    scored = list(report.components.loc[report.components["scored"], "component"])
    groups = report.components.set_index("component")["dimension"]
    moved = report.indicators.dropna(subset="change").head(12)
    return {
        "map": ward_map(report.wards),
        "dots": charts.standing_dots(report.wards, report.grid[["index", *dims]], report.borough),
        "grid": charts.component_grid(
            report.wards, report.grid[scored], report.quarters[scored], report.borough, groups
        ),
        "strip": charts.change_strip(report.changes, report.ward_changes),
        "london": charts.london_dumbbell(moved),
    }


def test_wards_are_listed_by_quarter_then_name_not_by_score(report):
    order = report.wards[["quarter", "name"]].apply(tuple, axis=1).tolist()
    assert order == sorted(order)
    first = report.wards.loc[report.wards["quarter"] == 1, "score"]
    assert not first.is_monotonic_decreasing


def test_ward_figures_come_from_the_tables(tables, report):
    standing = tables["standing"].query("level == 'index'").set_index("area_code")
    change = tables["changes"].query("level == 'index'").set_index("area_code")["change"]
    for w in report.wards.itertuples():
        assert w.score == standing.at[w.code, "score"]
        assert w.change == change[w.code]
        assert w.score - w.difference == pytest.approx(report.score, abs=1e-12)


def test_gap_to_london_agrees_with_the_published_means(report):
    reference = pd.read_csv(EDITION / "reference" / "distribution.csv")
    london = reference.query("period == 'current'").set_index("indicator_id")["mean"]
    polarity = pd.read_csv(EDITION / "indicators.csv", index_col="id")["polarity"]
    rows = report.indicators
    better = np.sign((rows["now"] - london[rows.index]) * polarity[rows.index])
    assert (np.sign(rows["gap"]) == better).all()
    assert f"On {(better < 0).sum()} of 34 indicators" in report_words.findings(report)[1]
    assert f"on {(better > 0).sum()} it does better" in report_words.findings(report)[1]


def test_london_is_left_out_without_a_reference(report):
    bare = report.indicators.assign(gap=np.nan, london_change=np.nan, london_now=np.nan)
    found = report_words.findings(replace(report, indicators=bare))
    assert len(found) == 4
    assert not any("London" in f for f in found)


def test_change_counts_only_comparable_indicators_of_scored_changes(tables, report):
    counted = report.indicators[report.indicators["in_change"]]
    assert set(counted["component"]) == set(report.changes["element"]) - {"index"}
    assert counted["comparable"].all()
    assert report.indicators.loc[["gcse_points", "turnout_borough"], "change"].isna().all()
    assert f"On the {len(counted)} indicators" in report_words.findings(report)[3]


def test_lead_gives_range_and_middle_half(report):
    lead = report_words.lead_sentence(report)
    scores = np.sort(report.wards["score"])
    low, high = np.quantile(scores, [0.25, 0.75])
    for value in (report.score, scores[0], scores[-1], low, high):
        assert f" {value:.0f}" in lead


@pytest.mark.parametrize("made", ["lead", "findings", "captions"])
def test_no_sentence_gives_an_exact_place(report, made):
    text = {
        "lead": report_words.lead_sentence(report),
        "findings": " ".join(report_words.findings(report)),
        "captions": report_words.standing_caption(report) + report_words.change_caption(report),
    }[made].lower()
    for word in ("rank", "1st", "17th", "best ward", "worst ward", "top ward"):
        assert word not in text


def test_standing_caption_names_wards_on_one_side_of_every_dimension(tables, report):
    standing = tables["standing"].query("level == 'dimension'")
    wide = standing.pivot(index="area_code", columns="element", values="difference")
    names = tables["areas"].set_index("code")["name"]
    caption = report_words.standing_caption(report)
    above, below = caption.split(";")
    for code, row in wide.iterrows():
        assert (names[code] in above) == (row > 0).all()
        assert (names[code] in below) == (row < 0).all()


def test_grid_caption_counts_wards_high_and_low_on_something():
    quarters = pd.DataFrame({"A": [1, 2, 4], "B": [4, 1, 2]}, index=list("xyz"))
    components = pd.DataFrame({"component": ["A", "B"], "scored": [True, True]})
    stub = type("Stub", (), {"components": components, "quarters": quarters})
    assert report_words.grid_caption(stub) == (
        "2 of the 3 wards are in the highest quarter on at least one component, and as many in the "
        "lowest on at least one."
    )


def test_date_cautions_find_distant_dates_and_overlaps():
    days = [("a", "2001-01-01", "2001-12-31", "2011-01-01"), ("b", "2008-01-01", "2012-12-31",
            "2009-01-01"), ("c", "2013-01-01", "2013-12-31", "2014-01-01")]  # fmt: skip
    rows = []
    for i, start, end, later in days:
        rows.append((i, "baseline", f"{i} then", start, end))
        rows.append((i, "current", f"{i} now", later, "2015-12-31"))
    columns = ["indicator_id", "period", "period_label", "start", "end"]
    dates = pd.DataFrame(rows, columns=columns)
    dates[["start", "end"]] = dates[["start", "end"]].apply(pd.to_datetime)
    names = pd.Series({"a": "Homes", "b": "Life", "c": "Crime"})
    far, overlap = report_words.date_cautions(dates, names)
    assert "Homes (a then and a now)" in far
    assert "Life" not in far
    assert "Crime" not in far
    assert "life" in overlap
    assert "homes" not in overlap
    assert report_words.date_cautions(dates, names[["c"]]) == []


def test_ward_table_has_every_ward_and_the_borough_last(report):
    table = report_tables.ward_table(report)
    assert len(table) == 18
    assert table["Ward"].iloc[-1] == "**Barking & Dagenham**"
    abbey = table.set_index("Ward").loc["Abbey"]
    assert abbey["Index"] == "47.9"
    assert abbey["Against borough"] == "−0.3"
    assert abbey["Quarter"] == "upper middle"


def test_component_table_says_why_a_component_has_no_score(report):
    table = report_tables.component_table(report).set_index("Component")
    assert len(table) == 12
    assert table.at["Water & Sanitation", "Highest quarter"] == "*not scored: awaits council data*"
    assert table.at["Water & Sanitation", "Borough"] == "–"
    ends = table.loc[report.components.query("scored")["component"], "Highest quarter"]
    assert (ends.str.count(",") == 3).all()


def test_grid_table_marks_the_ends_as_the_quarters_do(report):
    table = report_tables.grid_table(report).set_index("Ward")
    names = report.wards.set_index("code")["name"]
    for column in table.columns:
        quarter = report.quarters[column].rename(names)
        assert (table[column].str.startswith("◆") == (quarter == 1).reindex(table.index)).all()
        assert (table[column].str.startswith("◇") == (quarter == 4).reindex(table.index)).all()


def test_indicator_table_shows_dates_and_withholds_broken_change(report):
    table = report_tables.indicator_table(report).set_index(report.indicators.index)
    assert table.at["gcse_points", "Change"] == "not comparable"
    assert table.at["secure_tenure", "Dates"] == "Census 2001 → Census 2011"
    assert table.at["jsa_claimant_rate", "Change"] == "+27 (+14)"
    assert not table.isin(["", "nan"]).any().any()


def test_sources_cover_every_indicator_once(tables):
    table = report_tables.source_table(tables["indicators"])
    assert table["Figures"].str.split("; ").str.len().sum() == len(tables["indicators"])


def test_map_names_every_ward_and_its_score(report):
    shown = [t.replace("\n", " ") for t in texts(ward_map(report.wards))]
    for w in report.wards.itertuples():
        assert w.name in shown
        assert f"{w.score:.0f}" in shown


def test_grid_prints_every_score(report):
    shown = texts(all_charts(report)["grid"])
    scored = report.components.query("scored")["component"]
    want = [f"{v:.0f}" for v in report.grid[list(scored)].to_numpy().ravel()]
    assert len([t for t in shown if t in set(want)]) >= len(want)


@pytest.mark.parametrize("name", ["map", "dots", "grid", "strip", "london"])
def test_nothing_reaches_beyond_the_edge_of_a_chart(report, name):
    assert overhang(all_charts(report)[name]) < 2


@pytest.mark.parametrize("name", ["map", "strip", "london"])
def test_no_words_cover_each_other(report, name):
    assert overlapping(all_charts(report)[name]) == []


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_text_on_every_fill_has_contrast(quarter):
    def luminance(value):
        rgb = np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    a, b = luminance(QUARTER_FILL[quarter]), luminance(quarter_text(quarter))
    assert (max(a, b) + 0.05) / (min(a, b) + 0.05) >= 4.5


@pytest.mark.parametrize("function", ["map_alt", "dots_alt", "grid_alt", "change_alt"])
def test_alt_text_carries_figures(report, function):
    text = getattr(report_words, function)(report)
    assert len(text) > 100
    assert "nan" not in text


def test_slug_and_page():
    assert ward_slug("Barking & Dagenham") == "barking-dagenham"
    assert ward_page("E05000026", "Abbey", "pdf") == "wards/E05000026-abbey.pdf"
    with pytest.raises(ValueError, match="no letter"):
        ward_slug("&&")
