"""Every claim on every page is borne out by the built tables, in print as on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from spi_core.store import Tables
from tests.support.claims import Proof, claims_in, wrong_cells, wrong_claims, wrong_tables
from tests.support.claims_action import wrong_action
from tests.support.claims_brief import wrong_standouts
from tests.support.claims_report import wrong_beginning
from tests.support.editions import ROOT
from tests.support.pdf_checks import figure_alts, page_texts

pytestmark = pytest.mark.gate

#: An edition's own notes too: what an analyst writes there is the analyst's to prove.
PLACES = ("*.qmd", "notebooks/*.qmd", "notebooks/words/*.yml", "data/*/*.yml")
PROSE = [path for place in PLACES for path in sorted(ROOT.glob(place))]


def pages(site: Path) -> Iterator[tuple[Path, str]]:
    """Give the documents and the area that a brief is about."""
    for path in sorted(site.rglob("*.html")):
        if "explorer" not in path.relative_to(site).parts:
            yield path, path.stem[:9] if path.parent.name == "wards" else ""


def proof_of(site: Path) -> Proof:
    texts = [path.read_text(encoding="utf-8") for path in PROSE]
    return Proof(Tables(site / "tables"), "\n\n".join(texts))


def squeezed(text: str) -> str:
    return re.sub(r"\s|\u00ad|◇", "", text)


def read(path: Path) -> Any:
    return lxml.html.document_fromstring(path.read_bytes().decode("utf-8"))


def test_no_page_claims_what_the_tables_do_not_bear_out(site: Path) -> None:
    proof, count = proof_of(site), 0
    assert wrong_tables(proof.tables) == []
    for path, area in pages(site):
        page = read(path)
        assert wrong_claims(page, proof, area) == [], path.name
        assert wrong_cells(page, proof) == [], path.name
        assert list(wrong_beginning(page, proof)) == [], path.name
        assert list(wrong_action(page, proof)) == [], path.name
        assert not area or list(wrong_standouts(page, proof, area)) == [], path.name
        count += len(list(claims_in(page)))
    assert count > 50


def test_print_says_the_same(site: Path) -> None:
    for path, _ in pages(site):
        if (pdf := path.with_suffix(".pdf")).exists():
            said = squeezed("".join([*page_texts(pdf), *figure_alts(pdf)]))
            # a sentence may go on overleaf, past what stands at the foot of the page
            foot = squeezed(Tables(site / "tables").about["edition"]["short_title"])
            said = re.sub(rf"{re.escape(foot)}.{{0,99}}?page\d+of\d+", "", said)
            claims = dict.fromkeys(claims_in(read(path)))
            # the label of a wide table is for a screen, which scrolls it
            missing = [
                c for c in claims if squeezed(c) not in said and not c.startswith("▲ strength,")
            ]
            assert missing == [], path.name


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (r"▲ (?=\w)", "▼ "),
        (r"not clearly different from", "clearly above"),
        (r"clearly (above|below)", "not clearly different from"),
        (r"↗ clear improvement", "→ no clear change"),
        (
            r"(?<=moved by )(\S+ points \(likely \S+ to \S+\)): → no clear change",
            r"\1: ↗ clear improvement",
        ),
        (r"rose clearly in \d+", "rose clearly in 16"),
        (r"are clearly in the highest quarter", "and Heath are clearly in the highest quarter"),
        (r"about (\S+) (more|fewer)(?= [a-z -]+ \(likely)", r"about 1\1 \2"),
        (r"(?<=more )offences(?= \(likely)", "people"),
        (r"(?<=years, 2009–13; in similar wards )[\d.]+", "99"),
        (r"likely \d+(st|nd|rd|th) to (?=\d)", "likely 1st to "),
        (r"(?<=being best: )\d+(st|nd|rd|th)", "1st"),
        (r"did clearly better than in \d+ of", "did clearly better than in 26 of"),
        (r"is clearly apart from none of", "did clearly worse than in 5 of"),
        (r"points \((\S+) apart", r"points (9\1 apart"),
        (r"same figures, (\S+) points", r"same figures, 9\1 points"),
        (r"clearly (better|worse)(?= in [A-Z])", "no clear difference"),
        (
            r"Clear improvement \(↗\) in ",
            "Clear improvement (↗) in Shelter (+9.0 points, 2013 to 2014) and ",
        ),
        (r"no clear difference", "clear difference"),
        (r"(\d+) clearly improved and", r"1\1 clearly improved and"),
        (r">no, not in four years", ">yes, in four years"),
        (r"(?<=On )(\d+)(?= of (the )?\d+ figures \S+ &amp; \S+ does worse)", r"1\1"),
        (r"clearly worse than in London(?= \()", "clearly better than in London"),
        (r"Is it getting better\?", "It is clearly the best place to live"),
    ],
)
def test_a_planted_claim_is_found(was: str, becomes: str, rendered: Path) -> None:
    proof, planted = proof_of(rendered), 0
    for path, area in pages(rendered):
        text = path.read_text(encoding="utf-8")
        body = text.index("<body")
        spoilt, count = re.subn(was, becomes, text[body:].replace("\u00a0", " "))
        if count and path.parent.name != "impact":
            planted += 1
            page = lxml.html.document_fromstring(text[:body] + spoilt)
            found = wrong_claims(page, proof, area) + wrong_cells(page, proof)
            found += [*wrong_beginning(page, proof), *wrong_action(page, proof)]
            assert found or (area and list(wrong_standouts(page, proof, area))), path.name
    assert planted, "nothing to plant it in"
