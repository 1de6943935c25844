"""The first page of a chapter: what follows of which answers."""

from types import SimpleNamespace

import pytest

from spi_core.present.impact.decision import decided, decision


def page(*answers: tuple[str, str], alongside: str = "") -> SimpleNamespace:
    outcomes = [
        SimpleNamespace(
            label=f"Outcome {chr(65 + k)}",
            status=status,
            clear=status.startswith("clear"),
            verdict={"certainty": certainty, "change_mind": ["More years."]},
        )
        for k, (status, certainty) in enumerate(answers)
    ]
    design = {"alongside": alongside, "card": {}}
    return SimpleNamespace(outcomes=outcomes, answered=outcomes, design=design, refused=False)


@pytest.mark.parametrize(
    ("answers", "title", "more"),
    [
        ([("clear improvement", "low")], "renew it.", False),
        ([("clear decline", "moderate"), ("no clear change", "low")], "stop it", False),
        ([("clear improvement", "low"), ("clear decline", "low")], "weigh them", False),
        ([("clear decline", "very low")], "collect these figures", True),
        ([("clear improvement", "low"), ("clear decline", "very low")], "renew it.", False),
        ([("inconclusive", "low"), ("no clear change", "low")], "collect these figures", True),
        ([("no clear change", "low")], "no ground", False),
    ],
)
def test_what_follows(answers: list[tuple[str, str]], title: str, more: bool) -> None:
    said = decision(page(*answers))
    assert title in said[0]
    assert ("- More years." in said) is more
    assert decided(page(*answers)) is not more


def test_nothing_follows_where_something_else_changed() -> None:
    said = decision(page(("inconclusive", "low"), alongside="homes were built"))
    assert "nothing follows" in said[0]
    assert "homes were built" in said[1]
