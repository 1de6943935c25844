"""A text that stands for billions of parts, or is deeper than a stack, is a fault at once."""

from __future__ import annotations

import pytest

from spi_core.errors import InputError
from spi_core.text.yaml_text import parse_yaml


def doubled(times: int) -> bytes:
    parts = ["- &a0 [x]", *(f"- &a{k} [*a{k - 1}, *a{k - 1}]" for k in range(1, times))]
    return "\n".join(parts).encode()


@pytest.mark.parametrize("text", [doubled(60), b"- &a [*a]"], ids=["doubled", "itself"])
def test_what_repeats_itself_without_end_is_refused(text: bytes) -> None:
    with pytest.raises(InputError, match="repeats parts of itself without end"):
        parse_yaml("edition.yml", text)


def test_a_part_may_be_named_and_meant_again() -> None:
    assert parse_yaml("edition.yml", doubled(3))[2] == [[["x"], ["x"]], [["x"], ["x"]]]


@pytest.mark.parametrize(
    "text",
    [b"[" * 200_000, b"{a: " * 100_000, b"- " * 100_000, b"a: [1,\n" * 100_000],
    ids=["lists", "mappings", "on a line", "over lines"],
)
def test_what_is_deeper_than_a_stack_is_a_fault(text: bytes) -> None:
    with pytest.raises(InputError, match="is not valid YAML"):
        parse_yaml("edition.yml", text)


@pytest.mark.parametrize("text", [rb'a: {title: "\ud83d x"}', rb'a: {"\udc00": x}'])
def test_half_a_character_is_refused(text: bytes) -> None:
    with pytest.raises(InputError, match=r"row 1, column a.*half a character") as found:
        parse_yaml("edition.yml", text)
    str(found.value).encode()


def test_a_whole_character_may_be_written_by_its_number() -> None:
    assert parse_yaml("a.yml", rb'"\U0001f600"') == "\U0001f600"
