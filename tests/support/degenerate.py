"""Editions that lack something whole: a ward, the baseline, a dimension, comparability."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.editions import INDICATORS, WARDS, Row, broken, make_edition, rewrite, write

__all__ = ["BARE", "MISSING", "lacking"]

#: The ward that has no figures, in the edition that lacks a ward.
BARE = WARDS[2]
BLANK = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
#: What is missing: a rule for the rows of observations that are blank.
MISSING: dict[str, Callable[[Row], bool]] = {
    "nothing": lambda r: False,
    "a ward": lambda r: r["area_code"] == BARE and r["period"] == "current",
    "the baseline": lambda r: r["period"] == "baseline",
    "a dimension": lambda r: r["indicator_id"] in ("exam_points", "absence", "library_loans"),
    "comparability": lambda r: False,
}


def lacking(folder: Path, what: str) -> Path:
    """Write a small edition that lacks one thing."""
    edition, blank = make_edition(folder), MISSING[what]
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [r | BLANK if blank(r) else r for r in rows],
    )
    if what == "comparability":
        write(edition / "breaks.csv", [broken(i, "It changed.") for i, *_ in INDICATORS])
    return edition
