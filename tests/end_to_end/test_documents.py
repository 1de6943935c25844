"""The rendered documents, read back: accessible, whole, and saying what the tables say."""

from __future__ import annotations

import functools
import html
import re
import shutil
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import lxml.html
import pandas as pd
import pikepdf
import pytest
import typst

from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.render.engine import render
from spi_core.store import Tables
from tests.support.editions import ROOT
from tests.support.page_checks import broken_links, outside, page_faults, page_text, table_rows
from tests.support.pdf_checks import (
    element_types,
    figure_alts,
    html_image_alts,
    page_texts,
    pdf_faults,
)

#: The lowest, a middling and the highest ward tell different stories.
WARDS = ("E05000026", "E05000038", "E05000035")
SITE = ("index", "borough-report", "decision", "accountability", "methods", "what-changed")
#: Reading a PDF takes a second.
texts = functools.cache(page_texts)

SYMBOLS = {"strength": "▲", "similar": "●", "weakness": "▼", "not rated": "○"}


@pytest.fixture(scope="module")
def reports(built_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render a part of the open edition, outside the project's own reports."""
    folder = shutil.copytree(built_open, tmp_path_factory.mktemp("reports") / "lbbd-open")
    tables = Tables(folder / "tables")
    jobs = document_jobs(ROOT, tables, folder, Choice(documents=SITE))
    jobs += document_jobs(ROOT, tables, folder, Choice(areas=WARDS))
    results = render(jobs, 2)
    assert [str(r.error) for r in results if r.error] == []
    return folder


@pytest.fixture(scope="module")
def tables(reports: Path) -> Tables:
    return Tables(reports / "tables")


def _brief(reports: Path, ward: str, suffix: str) -> Path:
    (path,) = (reports / "wards").glob(f"{ward}-*.{suffix}")
    return path


def _pdfs(reports: Path) -> list[Path]:
    found = sorted(reports.rglob("*.pdf"))
    assert len(found) == len(SITE) - 1 + len(WARDS)  # the landing page is for the screen
    return found


def _pages(reports: Path) -> list[Path]:
    found = sorted(reports.rglob("*.html"))
    assert len(found) == len(SITE) + len(WARDS)
    return found


# ---- accessible


def test_every_pdf_is_tagged_titled_and_in_british_english(reports: Path) -> None:
    assert {p.name: pdf_faults(p) for p in _pdfs(reports)} == {p.name: [] for p in _pdfs(reports)}


def test_pdf_titles_are_those_of_the_documents(reports: Path) -> None:
    titles = {}
    for path in _pdfs(reports):
        with pikepdf.open(path) as pdf, pdf.open_metadata() as metadata:
            titles[path.name] = str(metadata["dc:title"])
    assert titles["methods.pdf"] == "How the index is made"
    assert titles["E05000026-abbey.pdf"] == "Abbey"
    assert len(set(titles.values())) == len(titles)


def test_tables_and_figures_are_there_to_be_read(reports: Path) -> None:
    for path in _pdfs(reports):
        types = element_types(path)
        assert types.count("H1") == 1, path.name
        if path.stem != "what-changed":
            assert types.count("Table") >= 1, path.name
            assert types.count("TH") > types.count("Table"), path.name
    assert len(figure_alts(reports / "borough-report.pdf")) >= 5
    assert len(figure_alts(_brief(reports, WARDS[0], "pdf"))) == 5  # scale, three lines, components


def test_figures_say_the_same_on_paper_and_on_the_screen(reports: Path) -> None:
    """The screen has a narrow copy of most figures; only one of the two is ever shown."""
    for path in _pdfs(reports):
        screen = [alt for alt, _ in groupby(html_image_alts(path.with_suffix(".html")))]
        assert figure_alts(path) == screen, path.name
        assert all(len(alt) > 20 for alt in screen)


def test_pages_are_one_file_with_headings_in_order(reports: Path) -> None:
    assert {p.name: page_faults(p) for p in _pages(reports)} == {
        p.name: [] for p in _pages(reports)
    }


def test_no_page_names_a_web_address_to_fetch_from(reports: Path) -> None:
    for path in _pages(reports):
        assert outside(path) == []
        assert "<script" not in path.read_text(encoding="utf-8")


def test_every_link_of_the_site_leads_somewhere(reports: Path, tables: Tables) -> None:
    areas = tables["areas"].query("level == 'ward'")
    briefs = {f"wards/{p.name}" for p in (reports / "wards").glob("*.html")}
    broken = {link for p in _pages(reports) for link in broken_links(p)}
    # what this test did not render: the other wards' briefs, those of partners, the impact pages
    rest = {b for b in broken if not re.search(r"(wards/|^)E\d{8}-|impact|partners/", b)}
    assert rest == set()
    linked = set(re.findall(r'href="(wards/[^"]+)"', (reports / "index.html").read_text("utf-8")))
    assert {link[6:15] for link in linked} == set(areas["code"])
    assert briefs <= linked


# ---- the ward brief


@pytest.mark.parametrize("ward", WARDS)
def test_a_brief_is_two_pages_that_ask_and_tell(reports: Path, ward: str) -> None:
    pages = texts(_brief(reports, ward, "pdf"))
    assert len(pages) == 2
    questions = ("What stands out against similar wards", "Is it getting better?", "To ask about ")
    places = [pages[0].index(question) for question in questions]
    assert places == sorted(places)
    assert "Every component: level and change" in pages[1]
    assert "Who lives here" in pages[1]
    assert all("data version" in page for page in pages)


def _ordinal(n: float) -> str:
    text = f"{int(n)}"
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
    return text + ("th" if text[-2:] in {"11", "12", "13"} else ending)


@pytest.mark.parametrize("suffix", ["html", "pdf"])
@pytest.mark.parametrize("ward", WARDS)
def test_the_first_page_says_what_the_tables_say(
    reports: Path, tables: Tables, ward: str, suffix: str
) -> None:
    path = _brief(reports, ward, suffix)
    text = page_text(path) if suffix == "html" else " ".join(texts(path)[0].split())
    i = tables["standing"].query("area_code == @ward and level == 'index'").iloc[0]
    change = tables["changes"].query("area_code == @ward and level == 'index'").iloc[0]
    name = tables["areas"].set_index("code").at[ward, "name"]
    assert f"{name} scores {i['score']:.0f} out of 100" in text
    assert f"similar wards’ {i['peers_median']:.0f}" in text
    wards = sum(tables["areas"]["level"] == "ward")
    low, high = _ordinal(i["rank_low"]), _ordinal(i["rank_high"])
    likely = low if low == high else f"{low} to {high}"
    assert f"likely {likely} of {wards} wards, 1st is best" in text
    points = f"{change['change']:+.1f}".replace("-", "−")
    arrow = {"clear improvement": "↗", "clear decline": "↘", "no clear change": "→"}
    moved = points.lstrip("+−") if change["rating"] != "no clear change" else points
    assert re.search(
        rf"From 2013 to 2014 the score of {name} \w+ by {re.escape(moved)} points \([^)]*\): "
        rf"{arrow[change['rating']]} {change['rating']}",
        text,
    )


@pytest.mark.parametrize("suffix", ["html", "pdf"])
@pytest.mark.parametrize("ward", WARDS)
def test_every_component_has_its_score_and_word(
    reports: Path, tables: Tables, ward: str, suffix: str
) -> None:
    path = _brief(reports, ward, suffix)
    alts = figure_alts(path) if suffix == "pdf" else html_image_alts(path)
    (said,) = {alt for alt in alts if alt.startswith("Component scores of")}
    rows = tables["standing"].query("area_code == @ward and level == 'component'")
    framework = tables["framework"]
    assert set(rows["element"]) == set(framework.query("scored")["component"])
    for r in rows.itertuples():
        held = f"similar wards {r.peers_median:.0f}"
        assert f"{r.element} {r.score:.0f} ({held}), {r.rating}" in said
    unscored = framework.query("not scored")["component"]
    assert len(unscored)
    for component in unscored:
        assert component in said.split("Not scored: ")[1]
    assert "0, as poor as London’s worst wards" in "".join(alts)
    assert "London’s average ward" in "".join(alts)


@pytest.mark.parametrize("ward", WARDS)
def test_what_is_rated_comes_first_and_in_people(reports: Path, tables: Tables, ward: str) -> None:
    rows = tables["standing"].query("area_code == @ward and level == 'component'")
    page = lxml.html.parse(str(_brief(reports, ward, "html")))
    (table,) = page.xpath("//table[contains(.//th[1], 'Against them')]")
    cells = [[c.text_content().strip() for c in tr] for tr in table.xpath(".//tbody/tr")]
    told = [(sign[0], what.split(":")[0]) for sign, what, *_ in cells]
    for rating, sign in SYMBOLS.items():
        rated = set(rows.loc[rows["rating"] == rating, "element"])
        assert {what for s, what in told if s == sign} <= rated
        if rating == "weakness":
            assert sum(s == sign for s, _ in told) == min(len(rated), 3)
    order = [sign for sign, _ in told]
    assert order == sorted(order, key="▼▲●".index)
    assert 3 <= len(told) <= 5


@pytest.mark.parametrize("ward", WARDS)
def test_every_change_on_the_second_page_is_the_tables(
    reports: Path, tables: Tables, ward: str
) -> None:
    (alt,) = (
        a for a in figure_alts(_brief(reports, ward, "pdf")) if a.startswith("Component scores of")
    )
    changes = tables["changes"].query("area_code == @ward").set_index("element")
    long = tables["long_changes"].query("area_code == @ward").set_index("element")
    scored = tables["framework"].query("scored")["component"]
    for element in scored:
        r = long.loc[element] if element in long.index else changes.loc[element]
        if pd.notna(r["change"]):
            points = f"{r['change']:+.1f}".replace("-", "−").replace("+0.0", "0.0")
            points = points.replace("−0.0", "0.0")
            assert re.search(
                rf"{re.escape(element)} \d+ \([^)]*\), [a-z ]+, change {re.escape(points)}, "
                rf"{r['rating']}",
                alt,
            ), element


def test_a_brief_names_its_data_version_and_licence(reports: Path, tables: Tables) -> None:
    version = tables.about["data_version"]
    scored, every = tables["framework"]["scored"].sum(), len(tables["framework"])
    for ward in WARDS:
        text = " ".join(" ".join(texts(_brief(reports, ward, "pdf"))).split())
        assert f"data version {version}" in text
        assert "Open Government Licence v3.0" in text
        assert f"{scored} of {every} components" in text


# ---- the methods page: the worked score


def _number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "").split()[0])


def test_the_score_worked_by_hand_is_the_tables(reports: Path, tables: Tables) -> None:
    """Redo each step from the figures as printed, with a calculator's digits."""
    path = reports / "methods.html"
    text = page_text(path)
    wards = tables["areas"].query("level == 'ward'").set_index("name")["code"]
    names = "|".join(wards.index)
    found = re.search(rf"({names}) is closest to the borough.*?index score, ([\d.]+)\.", text)
    assert found
    name, printed = found.groups()
    scores = tables["scores"].query("period == 'current'")
    scores = scores[scores["area_code"] == wards[name]]
    known = scores.set_index(["level", "element"])["score"]
    by_name = tables["indicators"].set_index("name")["id"]
    totals: dict[str, float] = defaultdict(float)
    rows = table_rows(path, "tbl-step-indicators")
    assert len(rows) == int((tables["weights"]["share"] > 0).sum())
    for component, indicator, figure, worst, best, score, share, product in rows:
        x, w, b = _number(figure.split("=")[-1].strip()), _number(worst), _number(best)
        mine = 100 * (min(max(x, min(w, b)), max(w, b)) - w) / (b - w)
        assert mine == pytest.approx(_number(score), abs=0.01), indicator
        assert mine == pytest.approx(known["indicator", by_name[indicator]], abs=0.01)
        assert _number(product) == pytest.approx(mine * _number(share), abs=0.01)
        totals[component] += _number(product)
    for component, total in totals.items():
        assert total == pytest.approx(known["component", component], abs=0.02)
    dimension = tables["framework"].query("scored").set_index("component")["dimension"]
    means = pd.Series(totals).groupby(dimension).mean()
    assert means.mean() == pytest.approx(known["index", "index"], abs=0.02)
    assert printed == f"{known['index', 'index']:.1f}"
    assert f"The score in the tables is {known['index', 'index']:.2f}" in text


# ---- the checks can fail


def test_a_pdf_without_tags_is_found_out(tmp_path: Path) -> None:
    source = tmp_path / "plain.typ"
    source.write_text('#set document(title: "A")\n= A\n#table(columns: 2)[a][b]\n', "utf-8")
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(typst.compile(str(source)))
    with pikepdf.open(plain, allow_overwriting_input=True) as pdf:
        for key in ("/StructTreeRoot", "/MarkInfo", "/Lang"):
            if key in pdf.Root:
                del pdf.Root[key]
        pdf.save(plain)
    faults = pdf_faults(plain)
    assert {"no PDF/UA-1 identifier", "language is not en-GB", "not tagged"} <= set(faults)
    assert "first heading is not level 1" in faults


def test_a_pdf_with_one_bare_figure_or_table_is_found_out(reports: Path, tmp_path: Path) -> None:
    """Take the alternative text from one figure, the headers from one table of a sound brief."""
    sound = _brief(reports, WARDS[0], "pdf")

    def spoil(kind: str, change: str) -> list[str]:
        path = tmp_path / f"{kind}.pdf"
        with pikepdf.open(sound) as pdf:
            todo = [pdf.Root.StructTreeRoot]
            while todo:
                node = todo.pop()
                kids = node.get("/K", [])
                kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
                todo += [k for k in kids if isinstance(k, pikepdf.Dictionary)]
                if node.get("/S") == f"/{kind}":
                    if change:
                        node["/S"] = pikepdf.Name(change)
                    else:
                        del node["/Alt"]
            pdf.save(path)
        return pdf_faults(path)

    assert spoil("Figure", "") == ["figure without alt text"]
    assert spoil("TH", "/TD") == ["table without header cells"]


def test_a_page_that_fetches_or_skips_is_found_out(reports: Path, tmp_path: Path) -> None:
    text = (reports / "index.html").read_text(encoding="utf-8")
    changes = {
        "<head>": '<head><link rel="stylesheet" href="https://example.org/a.css">',
        "<h2 ": "<h4 ",
        ' alt="': ' data-alt="',
        'lang="en-GB"': 'lang="en"',
    }
    expected = ("fetches https://example.org", "heading level", "image without", "language")
    for (old, new), fault in zip(changes.items(), expected, strict=True):
        path = tmp_path / "page.html"
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert any(f.startswith(fault) for f in page_faults(path)), (old, html.escape(fault))
    path.write_text(text.replace("borough-report.html", "gone.html"), encoding="utf-8")
    assert "gone.html" in broken_links(path)
