"""Refuse, in words, what the data cannot answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["REFUSALS", "Refusal", "refuse"]

REFUSALS = {
    "no_comparison": (
        "There is no area to compare with: every area was treated or set aside.",
        "Figures, for the same periods, of comparable areas that the programme did not reach.",
    ),
    "one_treated_ward": (
        "Only one ward was treated. Nothing tells the programme apart from whatever else happened "
        "in that ward.",
        "At least two treated wards (three for the companion tests), or a scheme with its own "
        "assignment of smaller areas.",
    ),
    "p_floor": (
        "Even the strongest possible result could not reach the level of the test: too few sets of "
        "areas could have been treated.",
        "More treated or more comparison areas.",
    ),
    "copied_down": (
        "The values of the small areas were copied down from their wards: they do not vary within "
        "wards and are no evidence of their own.",
        "Figures measured for the small areas, or an analysis of ward figures.",
    ),
    "carried_forward": (
        "At least half of the values are the same in consecutive periods to the last digit: they "
        "were carried forward, not measured again.",
        "Figures measured anew in each period.",
    ),
    "unbalanced": (
        "Some areas have a value in one period and none in another, so that their change is not "
        "known.",
        "The missing values, or a protocol that excludes these areas beforehand.",
    ),
    "no_variation": (
        "The change does not vary in a way that could be tested.",
        "An outcome that changes differently from area to area.",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that is not answered.

    Parameters
    ----------
    code : str
        One of the keys of `REFUSALS`.
    words : str
        Why not.
    needs : str
        What would make it answerable.
    detail : str
        Areas or figures concerned.
    """

    code: str
    words: str
    needs: str
    detail: str = ""


def refuse(code: str, detail: str = "") -> Refusal:
    """Refuse for one of the known reasons.

    Parameters
    ----------
    code : str
        Key of `REFUSALS`.
    detail : str
        Areas or figures concerned.

    Returns
    -------
    Refusal
        Words for the page.
    """
    if code not in REFUSALS:
        raise ValueError(f"code must be one of {', '.join(REFUSALS)}")
    return Refusal(code, *REFUSALS[code], detail)
