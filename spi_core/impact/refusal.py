"""Refuse, in words, what the data cannot answer."""

from __future__ import annotations

from dataclasses import dataclass

from spi_core.impact.words import REFUSALS


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
    return Refusal(code, **REFUSALS[code], detail=detail)
