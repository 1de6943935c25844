"""Hold a chapter's results, and write them as JSON that a schema describes."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from spi_core.edition.interventions.design import Design, Outcome
from spi_core.impact.analyse import Analysis, RawTable
from spi_core.impact.provenance import Provenance
from spi_core.impact.refusal import Refusal
from spi_core.impact.verdict import Verdict
from spi_core.impact.wide.numbers import WideAnalysis

MOST_EFFECTS = 20_000  # placebo effects beyond this are given as that many quantiles


@dataclass(frozen=True, slots=True)
class PrimaryResult:
    """One primary outcome.

    Parameters
    ----------
    outcome : Outcome
        As in the protocol.
    refusals : tuple of Refusal
        Why it is not answered; empty otherwise.
    cautions : tuple of str
        What a reader should know though it is answered.
    raw : RawTable or None
        Raw means, also for a refused outcome where its units are balanced.
    analysis : Analysis or None
        Numbers.
    p, p_holm, p_max_t : float
        Exact p alone, and corrected for the primary family (max-t for ward schemes only).
    verdict : Verdict
        Words.
    """

    outcome: Outcome
    refusals: tuple[Refusal, ...]
    cautions: tuple[str, ...]
    raw: RawTable | None
    analysis: Analysis | WideAnalysis | None
    p: float
    p_holm: float
    p_max_t: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SideResult:
    """One exploratory or placebo outcome.

    Parameters
    ----------
    outcome : Outcome
        As in the protocol.
    role : str
        "exploratory" or "placebo".
    estimate, low, high, p, p_adjusted : float
        Primary specification; p adjusted by Benjamini and Hochberg within its role.
    refusals : tuple of Refusal
        Why there is none.
    """

    outcome: Outcome
    role: str
    estimate: float
    low: float
    high: float
    p: float
    p_adjusted: float
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class ChapterResult:
    """Everything a chapter shows.

    Parameters
    ----------
    design : Design
        Protocol and programme card.
    refusals : tuple of Refusal
        Reasons that hold for the whole chapter.
    sets, exact, floor : int, bool, float
        Ward sets compared (0 for LSOA schemes), whether all, smallest attainable p.
    primary : tuple of PrimaryResult
        In the order of the protocol.
    side : tuple of SideResult
        Placebo outcomes, then exploratory ones.
    provenance : Provenance
        Hashes and versions.
    """

    design: Design
    refusals: tuple[Refusal, ...]
    sets: int
    exact: bool
    floor: float
    primary: tuple[PrimaryResult, ...]
    side: tuple[SideResult, ...]
    provenance: Provenance


def to_json(result: ChapterResult) -> dict[str, Any]:
    """Turn a chapter into plain JSON types, as `results.schema.json` describes them.

    Parameters
    ----------
    result : ChapterResult
        Chapter.

    Returns
    -------
    dict
        Keys are the fields of the dataclasses. A number that does not exist is null, an infinite
        end of an interval the string "unbounded"; nothing is rounded.
    """
    return {"schema": "spi-impact-1", **_fields(result)}


def _fields(node: Any) -> dict[str, Any]:
    return {item.name: _plain(getattr(node, item.name)) for item in fields(node)}


def _plain(node: Any) -> Any:
    """Plain JSON types of any result."""
    if is_dataclass(node):
        return _fields(node)
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, np.ndarray):
        if node.size > MOST_EFFECTS:
            node = np.quantile(node, np.linspace(0, 1, MOST_EFFECTS))
        return [_plain(value) for value in node.tolist()]
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    if isinstance(node, np.generic):
        return _plain(node.item())
    if isinstance(node, float) and not math.isfinite(node):
        return "unbounded" if math.isinf(node) else None
    return node
