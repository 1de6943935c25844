"""Tables on disk: whole or not at all, and no table of an earlier build among them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from spi_core import store
from spi_core.errors import SpiError
from spi_core.store import Tables, hold_tables, open_tables, write_bytes, write_tables

ONE = pd.DataFrame(
    {
        "area_code": ["E05000026"],
        "period": "current",
        "element": "index",
        "level": "index",
        "score": [47.9],
        "illustrative": False,
        "same_figures": True,
    }
)

#: Comparable scores need not say what they may stand beside.
PLAIN = ONE.drop(columns="same_figures")


def _files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_tables(tmp_path / "tables", {"scores": ONE}, {"edition": {"id": "tiny"}})
    tables = open_tables(tmp_path / "tables")
    pd.testing.assert_frame_equal(tables["scores"], ONE)
    assert list(tables) == ["scores"]
    assert len(tables) == 1
    assert tables.about == {"edition": {"id": "tiny"}}


def test_the_same_tables_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_tables(tmp_path / name, {"scores": ONE}, {"b": 1, "a": "é"})
    assert _files(tmp_path / "one") == _files(tmp_path / "other")


def test_a_table_no_longer_made_is_removed(tmp_path: Path) -> None:
    write_tables(tmp_path, {"scores": ONE, "scores_comparable": PLAIN}, {})
    write_tables(tmp_path, {"scores": ONE}, {})
    assert sorted(_files(tmp_path)) == ["build.json", "scores.parquet"]


def test_a_write_that_fails_leaves_no_half_file_and_no_build_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path, {"scores": ONE, "scores_comparable": PLAIN}, {})
    before = _files(tmp_path)["scores_comparable.parquet"]

    def dies(table: object, path: Path, **_: object) -> None:
        Path(path).write_bytes(b"PAR1 half a fi")
        raise OSError("No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", dies)
    with pytest.raises(OSError, match="No space left"):
        write_tables(tmp_path, {"scores_comparable": PLAIN.assign(score=95.8)}, {})
    assert _files(tmp_path)["scores_comparable.parquet"] == before
    assert [n for n in _files(tmp_path) if n.startswith(".")] == []
    with pytest.raises(SpiError, match="no built tables"):
        open_tables(tmp_path)


def test_a_file_is_moved_into_place_and_can_be_read_by_everybody(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.csv"
    write_bytes(path, b"one")
    write_bytes(path, b"two")
    assert _files(path.parent) == {"a.csv": b"two"}
    assert path.stat().st_mode & 0o044 == 0o044


def test_without_a_build_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SpiError, match="run 'spi build EDITION' first"):
        Tables(tmp_path)


def test_an_unknown_table_names_those_that_are_there(tmp_path: Path) -> None:
    write_tables(tmp_path, {"scores": ONE, "scores_comparable": PLAIN}, {})
    tables = open_tables(tmp_path)
    with pytest.raises(SpiError) as caught:
        tables["ranks"]
    assert str(caught.value) == "no table 'ranks'; there are scores, scores_comparable"
    assert tables.get("ranks") is None


def test_a_reader_who_changes_a_table_changes_a_copy(tmp_path: Path) -> None:
    write_tables(tmp_path, {"scores": ONE}, {})
    tables = open_tables(tmp_path)
    mine = tables["scores"]
    mine["score"] = 0.0
    assert tables["scores"]["score"].tolist() == [47.9]


def test_a_notebook_finds_its_tables_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path / "there", {"scores": ONE}, {})
    monkeypatch.setenv("SPI_TABLES", str(tmp_path / "there"))
    assert list(open_tables()) == ["scores"]
    monkeypatch.delenv("SPI_TABLES")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpiError, match="set SPI_TABLES"):
        open_tables()


def test_without_the_environment_the_open_editions_tables_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "_quarto.yml").touch()
    (tmp_path / "notebooks").mkdir()
    write_tables(tmp_path / "reports" / "lbbd-open" / "tables", {"scores": ONE}, {})
    monkeypatch.delenv("SPI_TABLES", raising=False)
    monkeypatch.chdir(tmp_path / "notebooks")
    assert list(open_tables()) == ["scores"]


def test_held_tables_are_read_once_and_those_of_another_edition_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_held", {})
    for name in ("a", "b"):
        write_tables(tmp_path / name, {"scores": ONE}, {"id": name})
    hold_tables(tmp_path / "a")
    (tmp_path / "a" / "scores.parquet").write_bytes(b"no table any more")
    first = open_tables(tmp_path / "a")["scores"]
    first["score"] = 9.0  # a cell that edits its copy
    assert list(open_tables(tmp_path / "a")["scores"]["score"]) == [47.9]
    hold_tables(tmp_path / "b")
    with pytest.raises(SpiError, match=r"scores\.parquet: cannot be read .*run 'spi build"):
        open_tables(tmp_path / "a")["scores"]
