"""Fixed prose beside the notebooks: read by key, filled in one place, and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spi_core.errors import InputError
from spi_core.present.base.prose import fill, prose, words_files


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    folder = tmp_path / "notebooks" / "words"
    folder.mkdir(parents=True)
    path = folder / "report.yml"
    path.write_text("map: Lines are {many}.\nscale:\n  low: At *worst*.\n", encoding="utf-8")
    return path


def fault(name: str = "report") -> str:
    with pytest.raises(InputError) as error:
        prose(name)
    return str(error.value)


def test_texts_stand_under_their_keys_one_level_deep(words: Path) -> None:
    assert dict(prose("report")) == {"map": "Lines are {many}.", "scale.low": "At *worst*."}
    assert words_files(words.parents[2]) == [words]


def test_an_edited_text_is_read_again(words: Path) -> None:
    assert fill("report", "map", many="wards") == "Lines are wards."
    words.write_text("map: Borders are {many}.\n", encoding="utf-8")
    os.utime(words, ns=(1, 1))
    assert fill("report", "map", many="towns") == "Borders are towns."


def test_what_markdown_puts_in_braces_is_no_placeholder(words: Path) -> None:
    text = "[A]{.smaller} {#sec-map} {{< pagebreak >}} $\\frac{1}{x_i}$"
    words.write_text(f"map: '{text.replace('{x_i}', '{2}')}'\n", encoding="utf-8")
    assert fill("report", "map") == text.replace("{x_i}", "{2}")


def test_a_missing_file_says_where_the_texts_are(words: Path) -> None:
    assert fault("brief") == (
        "notebooks/words/brief.yml: is missing; put it back: pages take their fixed texts from it; "
        "allowed: report"
    )


def test_a_missing_key_names_file_and_key(words: Path) -> None:
    with pytest.raises(InputError, match=r"words/report\.yml: 'mpa' is the key of a text"):
        prose("report")["mpa"]
    assert prose("report").get("mpa", "") == ""


def test_a_placeholder_without_a_word_is_named_with_those_there_are(words: Path) -> None:
    with pytest.raises(InputError, match=r"'\{many\}' has no word.* in map; allowed: \{one\}"):
        fill("report", "map", one="ward")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"map: [", "is not valid YAML"),
        (b"map: \xff", "is not UTF-8"),
        (b"", "is not a list of texts by key"),
        (b"- a", "is not a list of texts by key"),
        (b"map: 5", "5 is no text: map"),
        (b"map:\n  low: yes", "True is no text: map.low"),
        (b"map: {}", "{} is no text: map"),
        (b"map: {a: {b: c}}", "is no text: map.a"),
    ],
)
def test_what_is_no_list_of_texts_is_a_fault_of_its_file(
    words: Path, content: bytes, said: str
) -> None:
    words.write_bytes(content)
    assert said in fault()
    assert fault().startswith("notebooks/words/report.yml")
