"""An edition of municipalities in a state: its own words, no map and nothing of change."""

from __future__ import annotations

import re

import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.explorer.data import explorer_data
from spi_core.present.base.edition import conditions
from spi_core.present.base.page import Page
from spi_core.present.brief import notes as brief_notes
from spi_core.present.brief import words as brief_words
from spi_core.present.brief.data import gather
from spi_core.present.methods import audit, choices, register
from spi_core.present.methods import tables as methods
from spi_core.present.report import captions, landing, words
from spi_core.present.report import tables as shown
from spi_core.present.report.data import gather_report
from spi_core.present.report.maps import quarters
from spi_core.publish.documents import page_titles
from spi_core.publish.kinds import documents
from spi_core.store import Tables
from tests.support.editions import ROOT, STATE, TOWNS, make_municipal
from tests.support.explorer_checks import schema_faults, wrong_cells

OTHERS = re.compile(r"\b(wards?|boroughs?|LSOAs?)\b(?!-data|-brief)", re.IGNORECASE)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("municipal")
    build(load(make_municipal(folder / "municipal")), folder / "reports")
    return Tables(folder / "reports" / "tables")


def test_the_edition_is_known_by_its_own_levels(tables: Tables) -> None:
    assert (tables.levels.unit.many, tables.whole.one) == ("municipalities", "state")
    assert {"no-maps", "one-period", "no-reference"} <= set(conditions(tables))
    titles = page_titles(documents(ROOT)["borough-report"], tables)
    assert titles["kicker"] == "State report"
    assert titles["subtitle"] == "How the state and its municipalities stand"


def test_no_sentence_or_table_speaks_of_other_levels(tables: Tables) -> None:
    r, b = gather_report(tables), gather(tables, TOWNS[0])
    brief = Page("brief", tables)
    facts = brief.text("tbl-facts", average=brief_notes.average(brief, b))
    said = [
        *(
            words.lead_sentence(r),
            *words.findings(r),
            Page("report", tables).text("tbl-indicators"),
        ),
        *(captions.standing_caption(r), captions.dots_alt(r), captions.grid_caption(r)),
        *(captions.grid_alt(r), brief_words.headline(b), brief_words.component_alt(b)),
        *(brief_notes.strip_alt(b), facts, brief_notes.score_note(tables, b)),
        *(
            brief_notes.peers_sentence(b, tables),
            brief_words.others(brief, b),
            *b.standouts["fact"],
        ),
        *(text for panel in landing.panels(tables) for text in panel),
        *(landing.data_sentence(tables), audit.rating_rule(tables)),
        choices.small_area_sentence(tables),
    ]
    frames = [
        *(shown.ward_table(r), shown.component_table(r), shown.grid_table(r)),
        *(b.facts, b.figures, audit.place_table(tables), audit.peer_table(tables)),
        *(methods.coverage_table(tables), methods.base_table(tables)),
        *(audit.component_audit(tables), choices.recipe_table(tables)),
    ]
    text = "\n".join([*said, *(frame.to_csv() for frame in frames)])
    assert OTHERS.findall(text.replace("borough-report", "")) == []
    assert "its municipalities" in words.lead_sentence(r)
    assert "The municipalities run from " in brief_notes.strip_alt(b)
    assert b.yard.name in ("the state", "similar municipalities")
    assert b.yard.name in brief_words.headline(b)


def test_one_period_has_no_columns_of_change(tables: Tables) -> None:
    r = gather_report(tables)
    for frame in (
        *(shown.ward_table(r), shown.component_table(r), shown.indicator_table(r)),
        *(register.register_short(tables), register.register_source(tables)),
        *(gather(tables, TOWNS[0]).figures, methods.coverage_table(tables)),
    ):
        assert not {"Change", "Earlier", "Comparable", "Baseline"} & set(frame.columns)
    assert [f for f in words.findings(r) if f.startswith("**Change.**")] == [
        "**Change.** This edition has one period, so it shows no change."
    ]


def test_without_boundaries_a_sentence_stands_for_the_map(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    Page("report", tables).figure("fig-map", quarters(gather_report(tables), 68))
    printed = capsys.readouterr().out
    assert "no map" in printed
    assert "![" not in printed


def test_the_explorer_asks_for_roles(tables: Tables) -> None:
    data = explorer_data(tables)
    assert schema_faults(data) == []
    assert wrong_cells(data, tables) == []
    roles = {lv["id"]: lv["role"] for lv in data["levels"]}
    assert roles == {"state": "whole", "municipality": "evidence"}
    assert data["shapes"] is None
    assert data["meta"]["area"] == STATE
    assert data["meta"]["explorer"] == "State Data Explorer"
    said = " ".join(g["term"] + g["text"] for g in data["glossary"])
    assert OTHERS.findall(said) == []
    assert all(change is None for change in data["sentences"]["areas"]["municipality"]["change"])


def test_no_code_of_the_pages_spells_a_level() -> None:
    """A level is data: what pages say of it comes from the edition's levels."""
    spelt = re.compile(r"""["'](ward|lsoa|borough)["']""")
    folders = (ROOT / "spi_core" / "present", ROOT / "spi_core" / "explorer")
    found = [
        (path.name, number)
        for folder in folders
        for suffix in ("py", "js")
        for path in sorted(folder.rglob(f"*.{suffix}"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if spelt.search(line)
    ]
    assert found == []
