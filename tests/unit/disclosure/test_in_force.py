"""What a folder's figures have passed: when they may stay, and that nothing stays when not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spi_core.disclosure import in_force
from spi_core.disclosure.in_force import (
    hold_to,
    newly_hidden,
    passed,
    read_passed,
    rules_differ,
    rules_of,
    write_passed,
)
from spi_core.files import WriteError
from tests.support.disclosure_worlds import small

ON = {"disclosure": {"method": "suppress"}}
REGISTER = [("burglary", "suppress<5", "rate"), ("rent", "none", "mean")]
Rules = dict[str, Any]


def rules(**changed: Any) -> Rules:
    return {**rules_of(ON, REGISTER, "public"), "areas": "a", "hidden": {}, **changed}


def test_the_same_rules_do_not_differ() -> None:
    assert not rules_differ(rules(), rules())


@pytest.mark.parametrize(
    ("register", "differ"),
    [
        ([("burglary", "suppress<8", "rate"), ("rent", "none", "mean")], True),
        ([("burglary", "suppress<5", "proportion"), ("rent", "none", "mean")], True),
        ([("burglary", "suppress<5", "rate"), ("rent", "suppress<5", "mean")], True),
        ([("burglary", "none", "rate"), ("rent", "none", "mean")], True),
        ([("theft", "suppress<5", "rate"), ("rent", "none", "mean")], True),  # renamed
        ([("rent", "none", "mean")], True),  # its figures have no rule any more
        ([("burglary", "suppress<5", "rate")], False),  # what had no rule is no more
        ([*REGISTER, ("theft", "suppress<5", "rate")], False),  # there was nothing of it before
        ([("burglary", "suppress<5", "rate"), ("rent", "", "index")], False),
    ],
)
def test_a_rule_that_old_figures_have_not_passed_differs(
    register: list[tuple[str, str, str]], differ: bool
) -> None:
    now = {**rules(), **rules_of(ON, register, "public")}
    assert rules_differ(rules(), now) is differ


@pytest.mark.parametrize(
    "change",
    [
        {"audience": "internal"},
        {"setting": {"method": "suppress", "pooled": []}},
        {"code": "other"},
        {"areas": "others"},
    ],
)
def test_whatever_else_decides_on_what_is_shown_differs(change: Rules) -> None:
    assert rules_differ(rules(**change), rules())


def test_where_nothing_is_hidden_any_rules_of_before_will_do() -> None:
    now = {**rules(), **rules_of({}, [("burglary", "none", "rate")], "public")}
    assert not rules_differ(rules(areas="others"), now)
    assert rules_differ(rules(audience="internal"), now)
    assert rules_differ(None, now)


def test_what_is_not_known_is_not_compared() -> None:
    now = {key: value for key, value in rules().items() if key not in ("areas", "hidden")}
    assert not rules_differ(rules(areas="others"), now)


def test_only_a_cell_that_was_not_hidden_before_is_newly_hidden() -> None:
    before = rules(hidden={"burglary": {"current": ["A", "B"]}})
    assert not newly_hidden(before, rules(hidden={"burglary": {"current": ["B"]}}))
    assert not newly_hidden(before, rules())
    for cell in ({"burglary": {"current": ["C"]}}, {"burglary": {"baseline": ["A"]}}):
        assert newly_hidden(before, rules(hidden=cell))
    assert newly_hidden(before, rules(hidden={"rent": {"current": ["A"]}}))


def test_it_names_the_hidden_cells_and_no_figure() -> None:
    world = small([[2, 3, 9, 30], [40, 50]])
    public = world.control().panel
    register = world.framework.indicators[["disclosure_rule", "kind"]].itertuples(name=None)
    told = passed(rules_of(world.settings, register, "public"), public, world.geography)
    assert told["rules"] == {"i00": "suppress<5, rate"}
    for p, period in enumerate(public.periods):
        at = np.flatnonzero(public.status[p, :, 0] == "suppressed")
        assert told["hidden"]["i00"][period] == sorted(public.areas[a] for a in at)
        assert len(at) >= 2
    other = small([[3, 2, 9, 30], [40, 50]])
    again = passed(rules_of(other.settings, [], "public"), other.control().panel, other.geography)
    assert again["hidden"] == told["hidden"]
    moved = small([[2, 3, 9], [30, 40, 50]])
    elsewhere = passed(rules_of(moved.settings, [], "public"), public, moved.geography)
    assert elsewhere["areas"] != told["areas"]


def test_what_was_written_is_read_and_anything_else_is_unknown(tmp_path: Path) -> None:
    assert read_passed(tmp_path) is None
    write_passed(rules(), tmp_path)
    assert read_passed(tmp_path) == json.loads(json.dumps(rules()))
    for text in ("", "[]", "null", "{}", '{"audience": "public"}', "\xff"):
        (tmp_path / in_force.NAME).write_text(text, "latin-1")
        assert read_passed(tmp_path) is None


def fill(folder: Path) -> int:
    names = (
        "tables/values.parquet",
        "wards/a b.html",
        ".x.1.part",
        "old/deep/.hidden",
        "index.html",
    )
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("7417")
    (folder / "gone.html").symlink_to(folder / "nowhere")
    return len(names) + 1


@pytest.mark.parametrize("before", [None, rules(code="other")])
def test_everything_goes_that_was_not_made_under_the_rules_of_now(
    tmp_path: Path, before: Rules | None
) -> None:
    folder = tmp_path / "tiny"
    n = fill(folder)
    if before:
        write_passed(before, folder)
        n += 1
    said = hold_to(rules(), folder)
    assert said.startswith(f"tiny: {n} files removed, not made under the disclosure rules of now")
    assert [p.name for p in folder.rglob("*")] == [in_force.NAME]
    assert read_passed(folder) == json.loads(json.dumps(rules()))


def test_everything_goes_when_a_figure_is_newly_hidden(tmp_path: Path) -> None:
    fill(tmp_path)
    write_passed(rules(), tmp_path)
    hidden = rules(hidden={"burglary": {"current": ["A"]}})
    assert "figures that are hidden now" in hold_to(hidden, tmp_path)
    assert [p.name for p in tmp_path.rglob("*")] == [in_force.NAME]


def test_nothing_goes_otherwise_nor_where_all_may_be_seen(tmp_path: Path) -> None:
    fill(tmp_path)
    write_passed(rules(), tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert hold_to(rules(), tmp_path) == ""
    assert hold_to(rules(audience="internal", code="other"), tmp_path) == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_a_first_build_removes_and_writes_nothing_yet(tmp_path: Path) -> None:
    assert hold_to(rules(), tmp_path / "tiny") == ""
    assert list(tmp_path.iterdir()) == []


def test_what_a_kill_left_of_the_removal_goes_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = fill(tmp_path)
    write_passed(rules(code="other"), tmp_path)
    unlink = Path.unlink

    def killed(path: Path, missing_ok: bool = False) -> None:
        if path.name == "values.parquet":
            raise KeyboardInterrupt
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        hold_to(rules(), tmp_path)
    assert read_passed(tmp_path) is None
    monkeypatch.undo()
    left = sum(p.is_file() or p.is_symlink() for p in tmp_path.rglob("*"))
    assert 0 < left < n
    assert f"{left} files removed" in hold_to(rules(), tmp_path)


def test_a_file_that_cannot_be_removed_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)

    def open_elsewhere(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "unlink", open_elsewhere)
    with pytest.raises(WriteError, match=r"cannot be removed: in use; it may show figures"):
        hold_to(rules(), tmp_path)
