"""No generated number of lbbd-84 leaves unmarked, in any format; a status that lies is found."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.present.base.marks import SYMBOL
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.render.engine import render
from spi_core.store import Tables
from tests.support.editions import INDICATORS, ROOT, make_edition, read, rewrite, settings, write
from tests.support.marking import CHECKERS, Truth, truth_of
from tests.support.once import once
from tests.support.page_checks import parse, table_rows
from tests.support.project import WARDS_84, run

pytestmark = pytest.mark.gate

EDITION = ROOT / "data" / "lbbd-84"
#: Files of published figures: the script copies them, it does not make them.
PUBLISHED = ("open.csv", "census_2011.csv")
#: Among the figures that its brief shows on paper are generated ones.
WARD = WARDS_84[1]
LYING = "lbbd-84-lying"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Return the seeded script: it knows what it made, whatever the files say."""
    sys.path.insert(0, str(EDITION / "source"))
    try:
        return importlib.import_module("generate")
    finally:
        sys.path.remove(str(EDITION / "source"))


@pytest.fixture(scope="module")
def truth(script: ModuleType) -> Truth:
    rows = [r for name in PUBLISHED for r in read(EDITION / "observations" / name)]
    published = {(r["indicator_id"], r["area_code"], r["period"]) for r in rows if r["value"]}
    return truth_of(EDITION, script.generated_cells(), published)


@pytest.fixture(scope="module")
def site(rendered_84: Path) -> Path:
    return rendered_84


@pytest.fixture(scope="module")
def shown(site: Path, truth: Truth, script: ModuleType) -> tuple[str, str, str]:
    """Return a generated cell of a ward that its brief shows on paper."""
    (page,) = (site / "wards").glob(f"{WARD}-*.html")
    made = script.generated_cells()
    cells = [(truth.indicator(row[0]), WARD, "current") for row in table_rows(page, "tbl-facts")]
    return next(cell for cell in cells if cell in made)


def publish_a_lie(project: Path, cell: tuple[str, str, str]) -> None:
    """Turn the status of one generated cell to observed, and publish the edition as a whole."""
    edition = project / "data" / LYING
    shutil.copytree(EDITION, edition)
    text = (edition / "edition.yml").read_text(encoding="utf-8")
    (edition / "edition.yml").write_text(text.replace("id: lbbd-84\n", f"id: {LYING}\n"), "utf-8")

    def lie(r: dict[str, str]) -> dict[str, str]:
        here = (r["indicator_id"], r["area_code"], r["period"]) == cell
        return r | {"status": "observed"} if here else r

    turned = 0
    for path in sorted((edition / "observations").glob("*illustrative.csv")):
        rows = read(path)
        lies = [lie(r) for r in rows]
        turned += sum(a != b for a, b in zip(rows, lies, strict=True))
        if lies != rows:
            write(path, lies)
    assert turned == 1, f"{cell} stands {turned} times in the observations"
    run(project, "build", LYING)
    run(project, "render", LYING, "--engine", "builtin", f"--area={WARD}")
    run(project, "open-data", LYING)
    run(project, "explore", LYING)


@pytest.fixture(scope="module")
def lying(
    project: Path, shown: tuple[str, str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    once(tmp_path_factory, LYING, lambda _: publish_a_lie(project, shown))
    return project / "reports" / LYING


@pytest.mark.parametrize("kind", CHECKERS)
def test_every_generated_value_is_marked(site: Path, truth: Truth, kind: str) -> None:
    assert CHECKERS[kind](site, truth) == []


@pytest.mark.parametrize("kind", CHECKERS)
def test_one_status_turned_to_observed_is_found_in_every_format(
    lying: Path, truth: Truth, shown: tuple[str, str, str], kind: str
) -> None:
    found = CHECKERS[kind](lying, truth)
    assert found, f"nothing found in {kind}"
    assert all(", ".join(shown) in fault for fault in found), found


def test_published_figures_are_not_marked(site: Path, truth: Truth) -> None:
    """What the open edition publishes stands unmarked in the ward's list of figures."""
    rows = {r["indicator_id"] for r in read(EDITION / "observations" / "open.csv")}
    (page,) = (site / "wards").glob(f"{WARD}-*.html")
    listed = {truth.indicator(r[1]): r for r in table_rows(page, "tbl-figures")}
    assert set(listed) == {r["id"] for r in read(EDITION / "indicators.csv")}
    assert [i for i in rows if SYMBOL in " ".join(listed[i])] == []


# ---- words: what changes with the generated values rests on them


def perturbed(folder: Path, seed: int) -> Path:
    """Write a small edition with one published indicator; other seeds draw the others anew."""
    edition = make_edition(folder)
    settings(edition, lambda s: s.update(illustrative=True))
    rng = np.random.default_rng(seed)
    per = {i[0]: i[5] for i in INDICATORS}

    def drawn(r: dict[str, str]) -> dict[str, str]:
        if r["indicator_id"] == "burglary":
            return r
        if not r["numerator"]:
            value = float(r["value"]) * (1 + 0.05 * rng.normal())
            return r | {"status": "illustrative", "value": f"{value:.4f}"}
        top = round(int(r["numerator"]) * (1 + 0.05 * rng.normal()))
        rate = top * per[r["indicator_id"]] / int(r["denominator"])
        return r | {"status": "illustrative", "numerator": str(top), "value": f"{rate:.6f}"}

    rewrite(edition / "observations" / "all.csv", lambda rows: [drawn(r) for r in rows])
    return edition


def blocks(path: Path) -> Counter[str]:
    """Return rows, items, paragraphs, captions and alternative texts of a page."""
    body = parse(path).body
    for hidden in body.xpath("//style|//script|//annotation"):
        hidden.drop_tree()
    found = body.xpath("//tr|//li[not(.//p or .//table)]|//p|//figcaption|//caption|//h2|//h3")
    texts = [" ".join(e.text_content().split()) for e in found]
    return Counter([*texts, *map(str, body.xpath("//img/@alt"))])


#: Facts of the build, not of any place; formulas stand below a marked sentence.
EXEMPT = re.compile(r"data version|Data version|SHA-256|^[0-9a-f ]+$|^[\d.×+=÷() ]+$|adds? up to")


def test_no_block_of_a_page_moves_with_generated_values_unmarked(tmp_path: Path) -> None:
    """Draw the generated values anew: whatever changes on any page must carry the mark."""
    sites = []
    for seed in (1, 2):
        folder = tmp_path / f"site-{seed}"
        build(load(perturbed(tmp_path / f"data-{seed}" / "made-up", seed)), folder)
        tables = Tables(folder / "tables")
        site = Choice(documents=("index", "borough-report", "methods"), formats=("html",))
        brief = Choice(areas=("E05000101",), formats=("html",))
        jobs = [j for c in (site, brief) for j in document_jobs(ROOT, tables, folder, c)]
        assert [str(r.error) for r in render(jobs, 2) if r.error] == []
        sites.append(folder)
    moved, bare = 0, []
    for page in sorted(sites[0].rglob("*.html")):
        changed = blocks(page) - blocks(sites[1] / page.relative_to(sites[0]))
        moved += len(changed)
        bare += [
            f"{page.name}: {text[:160]}"
            for text in changed
            if SYMBOL not in text and not EXEMPT.search(text)
        ]
    assert moved > 100
    assert bare == [], "\n".join(bare)
