"""What a public folder holds passes the rules of now, and no byte of it rests on a hidden count."""

from __future__ import annotations

import json
import resource
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.disclosure.control import Controlled, control
from spi_core.edition.inputs import Inputs, load
from tests.support.editions import WARDS, Row, rewrite, settings
from tests.support.folder_bytes import contents, numbers_in
from tests.support.project import copy_project, run
from tests.support.small import Small, kill_during

pytestmark = pytest.mark.gate

#: Counts that nothing else in the folder could be, below the threshold or above it.
RULE = "suppress<8000"
COUNTS = dict(zip(WARDS, (8237, 7417, 8513, 9341, 7219, 8629, 9437, 8951), strict=True))
HIDDEN = (WARDS[1], WARDS[4])
SMALL = [float(COUNTS[ward]) for ward in HIDDEN]
#: Every ward's base, and what rates are given per: a rate is its count, and pages print it whole.
BASE = 430_000


def burglaries(edition: Path, counts: Mapping[str, int], period: str = "current") -> None:
    """Put counts of burglary."""

    def change(rows: list[Row]) -> list[Row]:
        for r in rows:
            here = counts.get(r["area_code"])
            if here and (r["indicator_id"], r["period"]) == ("burglary", period):
                r |= {"numerator": str(here), "denominator": str(BASE), "value": str(here)}
        return rows

    rewrite(edition / "observations" / "all.csv", change)


def register(edition: Path, file: str, **cells: str) -> None:
    """Change what a file says of burglary."""

    def change(rows: list[Row]) -> list[Row]:
        return [
            r | cells if "burglary" in (r.get("id"), r.get("indicator_id")) else r for r in rows
        ]

    rewrite(edition / file, change)


def rule(edition: Path, text: str) -> None:
    """Set the rule of burglary, or none."""
    register(edition, "indicators.csv", disclosure_rule=text)
    method = "none" if text == "none" else {"method": "suppress"}
    settings(edition, lambda s: s.update(disclosure=method))


def without_burglary(edition: Path) -> None:
    for name, column in (
        ("indicators.csv", "id"),
        ("goalposts.csv", "indicator_id"),
        ("observations/all.csv", "indicator_id"),
    ):
        rewrite(edition / name, lambda rs, c=column: [r for r in rs if r[c] != "burglary"])


class Edition(Small):
    """A small edition in a project of its own, published whole."""

    def __init__(self, above: Path, counts: Mapping[str, int] = COUNTS, text: str = RULE) -> None:
        super().__init__(above)
        self.data = self.project / "data" / "tiny"
        register(self.data, "indicators.csv", per=str(BASE), unit="burglaries")
        register(self.data, "goalposts.csv", best="5000", worst="13000")
        burglaries(self.data, {ward: 8311 + 137 * i for i, ward in enumerate(WARDS)}, "baseline")
        burglaries(self.data, counts)
        rule(self.data, text)

    def do(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def publish(self) -> dict[str, bytes]:
        """All that can be made of an edition, executed notebooks too."""
        self.do("all", "tiny", "--engine", "builtin")
        notebooks = ("--document", "methods", "--document", "what-changed", "--area", WARDS[1])
        self.do("render", "tiny", "--engine", "builtin", "--format", "ipynb", *notebooks)
        assert self.do("verify", "tiny").endswith("as recorded\n")
        # what a command says of published figures is passed on too
        said = [self.do("explain", "tiny", ward, "--json") for ward in WARDS[1:3]]
        said.append(self.do("what-if", "tiny", "--area", WARDS[1], "--set", "rent=800"))
        return contents(self.reports) | {"said.txt": "".join(said).encode()}

    def hidden_now(self) -> list[str]:
        values = pd.read_parquet(self.reports / "tables" / "values.parquet")
        burglary = values.query("indicator_id == 'burglary' and period == 'current'")
        return sorted(burglary.loc[burglary["provenance"] == "suppressed", "area_code"])


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The edition published once, under its rule from the start, with the hidden counts swapped."""
    swapped = COUNTS | {HIDDEN[0]: COUNTS[HIDDEN[1]], HIDDEN[1]: COUNTS[HIDDEN[0]]}
    return Edition(tmp_path_factory.mktemp("swapped"), swapped).publish()


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


def test_no_byte_depends_on_a_hidden_count(tmp_path: Path, fresh: dict[str, bytes]) -> None:
    edition = Edition(tmp_path)
    made = edition.publish()
    assert {Path(name).suffix for name in made} == {
        *(".html", ".pdf", ".ipynb", ".parquet", ".json", ".csv"),
        *(".xlsx", ".geojson", ".js", ".txt", ".gpkg", ".cff"),
    }
    assert set(HIDDEN) <= set(edition.hidden_now())
    assert differing(made, fresh) == []


def test_a_rule_set_later_leaves_nothing_of_the_time_before(
    tmp_path: Path, fresh: dict[str, bytes]
) -> None:
    edition = Edition(tmp_path, text="none")
    edition.publish()
    planted = numbers_in(edition.reports, *SMALL)
    kinds = {Path(name).suffix for name in planted}
    kinds_searched = {".parquet", ".csv", ".xlsx", ".json", ".html", ".pdf", ".ipynb", ".gpkg"}
    assert kinds >= kinds_searched, "the search is blind"
    # what no command has recorded counts too: a copy by hand, what a killed run has left
    for name in ("wards/copy.html", ".ward-data.csv.999999.part", "notes/deep/old.csv"):
        path = edition.reports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(edition.reports / "ward-data.csv", path)
    rule(edition.data, RULE)
    for command in (("render", "tiny", "--force"), ("explore", "tiny"), ("open-data", "tiny")):
        done = edition.run(*command)
        assert done.returncode == 1
        assert "disclosure rules" in done.stderr
        assert "spi build" in done.stderr
    said = edition.do("build", "tiny")
    assert "files removed" in said
    assert numbers_in(edition.reports, *SMALL) == {}
    assert differing(edition.publish(), fresh) == []


def test_a_stricter_rule_leaves_nothing_of_the_one_before(
    tmp_path: Path, fresh: dict[str, bytes]
) -> None:
    edition = Edition(tmp_path, text="suppress<7300")
    edition.publish()
    shown = {ward: COUNTS[ward] for ward in WARDS if ward not in edition.hidden_now()}
    rule(edition.data, RULE)
    edition.do("build", "tiny")
    gone = [float(n) for ward, n in shown.items() if ward in edition.hidden_now()]
    assert gone, "both rules hide the same: nothing is tested"
    assert numbers_in(edition.reports, *gone, *SMALL) == {}
    assert differing(edition.publish(), fresh) == []


def test_what_is_hidden_now_is_hidden_in_the_comparison_with_before(tmp_path: Path) -> None:
    """The rule stays; one count falls below it and takes others with it."""
    edition = Edition(tmp_path, COUNTS | {HIDDEN[0]: 8123, HIDDEN[1]: 8339})
    edition.publish()
    assert edition.hidden_now() == []
    burglaries(edition.data, {HIDDEN[0]: COUNTS[HIDDEN[0]], WARDS[3]: 9359})
    said = edition.do("build", "tiny")
    assert "files removed" in said
    gone = edition.hidden_now()
    assert len(gone) >= 2, "no second cell is hidden: nothing is tested"
    before = [float({**COUNTS, HIDDEN[0]: 8123, HIDDEN[1]: 8339}[ward]) for ward in gone]
    sought = [*before, SMALL[0]]
    assert numbers_in(edition.reports, *sought) == {}
    edition.publish()
    assert numbers_in(edition.reports, *sought) == {}
    revised = pd.read_parquet(edition.reports / "tables" / "revisions.parquet")
    # a figure that is shown in both is still compared
    assert "9341" in set(revised["before"]), gone


def test_an_indicator_that_is_no_more_takes_its_figures_along(tmp_path: Path) -> None:
    edition = Edition(tmp_path)
    edition.publish()
    shown = [float(COUNTS[ward]) for ward in WARDS if ward not in edition.hidden_now()]
    assert numbers_in(edition.reports, *shown)
    without_burglary(edition.data)
    edition.do("build", "tiny")
    assert numbers_in(edition.reports, *shown) == {}


def test_a_build_that_fails_under_the_new_rule_leaves_nothing_either(tmp_path: Path) -> None:
    edition = Edition(tmp_path, text="none")
    edition.do("build", "tiny")
    assert numbers_in(edition.reports, *SMALL)
    rule(edition.data, RULE)
    done = edition.run("build", "tiny", before=_small_files)
    assert done.returncode == 1
    assert numbers_in(edition.reports, *SMALL) == {}
    edition.do("build", "tiny")
    assert numbers_in(edition.reports, *SMALL) == {}


def test_a_build_killed_under_the_new_rule_leaves_nothing_either(
    tmp_path: Path, fresh: dict[str, bytes]
) -> None:
    edition = Edition(tmp_path, text="none")
    start = time.perf_counter()
    edition.do("build", "tiny")
    length = time.perf_counter() - start
    edition.do("open-data", "tiny")
    rule(edition.data, RULE)
    record = edition.reports / "disclosure.json"

    def ruled() -> bool:
        """Whether the folder is under the new rule: what it says is written before any figure."""
        text = record.read_text("utf-8") if record.exists() else ""
        return bool(text) and json.loads(text)["setting"] != "none"

    for share in (0.2, 0.4, 0.6):
        kill_during(edition, ("build", "tiny"), share * length)
        assert not ruled() or numbers_in(edition.reports, *SMALL) == {}, share
    # machines are of different speed: the moment that is asked about is waited for, not timed
    killed = kill_during(edition, ("build", "tiny"), 0, ruled)
    for share in (0.5, 0.7, 0.9):  # and from then on, whatever happens
        assert ruled()
        assert numbers_in(edition.reports, *SMALL) == {}, share
        killed |= kill_during(edition, ("build", "tiny"), share * length)
    assert killed, "no build was killed under the new rule"
    assert differing(edition.publish(), fresh) == []


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))


# the illustrative edition: three levels, relations over tables, series, interventions


@pytest.fixture(scope="module")
def swap_84(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], dict[str, bytes]]:
    """Publish lbbd-84, with pairs of hidden counts swapped or not."""

    def publish(swapped: bool) -> dict[str, bytes]:
        project = copy_project(tmp_path_factory.mktemp("swap") / "project")
        if swapped:
            swap_pairs(project)
        run(project, "build", "lbbd-84")
        run(project, "explore", "lbbd-84")
        run(project, "open-data", "lbbd-84")
        documents = ("index", "methods", "what-changed", "impact-overview", "impact")
        run(project, "render", "lbbd-84", *(f"--document={name}" for name in documents))
        run(project, "render", "lbbd-84", "--area=E05000026")
        return contents(project / "reports" / "lbbd-84")

    return publish


def swap_pairs(project: Path) -> None:
    """Swap two unlike hidden counts of neighbours, once an indicator; every total stays.

    Of rounded indicators two counts that are published move by one within their rounding.
    """
    edition = project / "data" / "lbbd-84"
    inputs = load(edition)
    found, p, about = controlled(inputs), inputs.panel, inputs.framework.indicators
    parent, levels = (inputs.geography.areas[name] for name in ("parent_code", "level"))
    changed: dict[tuple[str, str], dict[str, float]] = {}
    log = found.log[found.log["decision"].isin(["primary", "rounded"])]
    log = log[log["level"].eq(log["indicator_id"].map(about["finest_level"]))]
    kinds = [log["indicator_id"], log["period"], log["area_code"].map(parent)]
    for (indicator, period, _), rows in log.groupby(kinds):
        if any(indicator == done for done, _ in changed):
            continue
        k, t = p.indicators.index(indicator), p.periods.index(period)
        counts = {a: float(p.numerator[t, p.areas.index(a), k]) for a in rows["area_code"]}
        if "rounded" in set(rows["decision"]):
            up = [a for a, n in counts.items() if n % 5 in (0, 1, 3)]
            down = [a for a, n in counts.items() if n % 5 in (2, 4) and a not in up]
            pair = {up[0]: counts[up[0]] + 1, down[0]: counts[down[0]] - 1}
        else:
            least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
            pair = {least: counts[most], most: counts[least]}
        if len(pair) < 2 or all(n == counts[a] for a, n in pair.items()):
            continue
        top, value = p.numerator.copy(), p.value.copy()
        for area, n in pair.items():
            at = t, p.areas.index(area), k
            top[at], value[at] = n, about["per"].iloc[k] * n / p.denominator[at]
        after = controlled(replace(inputs, panel=replace(p, numerator=top, value=value)))
        if (after.panel.status == found.panel.status).all():  # else it may be seen
            changed[indicator, period] = pair
    for path in sorted((edition / "observations").glob("*_illustrative.csv")):
        rewrite(path, lambda rows: [_counted(r, changed, about["per"]) for r in rows])
    assert {levels[a] for pair in changed.values() for a in pair} == {"ward", "lsoa"}
    now = load(edition).panel.numerator
    assert (~np.isclose(now, p.numerator, equal_nan=True)).sum() == 2 * len(changed) > 12


def controlled(inputs: Inputs) -> Controlled:
    return control(inputs.panel, inputs.framework, inputs.geography, inputs.settings)


def _counted(r: Row, changed: Mapping[tuple[str, str], Mapping[str, float]], per: pd.Series) -> Row:
    count = changed.get((r["indicator_id"], r["period"]), {}).get(r["area_code"])
    if count is None:
        return r
    rate = per[r["indicator_id"]] * count / float(r["denominator"])
    return r | {"numerator": f"{count:g}", "value": f"{rate:.8f}"}


def test_no_byte_of_the_illustrative_edition_depends_on_which_count_is_which(
    swap_84: Callable[[bool], dict[str, bytes]],
) -> None:
    assert differing(swap_84(False), swap_84(True)) == []
