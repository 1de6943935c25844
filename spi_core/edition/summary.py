"""What is there: coverage, roll-up differences and rebased areas, as tables and in words."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.areas.rollup import as_published, rollup_differences
from spi_core.edition.coverage import coverage_matrix, in_brief
from spi_core.edition.inputs import Inputs
from spi_core.edition.warned.collect import collect, in_words
from spi_core.errors import some
from spi_core.files import shown
from spi_core.tables import records

#: Where ``spi roll`` lists the figures that the new period needs.
WANTED = Path("source", "wanted.csv")
KEY = "areas with a value of all, by period; [c] some suppressed, [i] some illustrative, – none"


@dataclass(frozen=True, slots=True)
class Summary:
    """An edition's data in a few lines.

    Parameters
    ----------
    coverage : DataFrame
        One row an indicator, one column a level, for a person to read.
    lines : tuple of str
        Sentences on roll-ups, rebased areas and warnings.
    facts : dict
        The same for a script.
    """

    coverage: pd.DataFrame
    lines: tuple[str, ...]
    facts: dict[str, Any]


def data_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Tabulate what an edition holds, so that it may be published with it.

    Parameters
    ----------
    inputs : Inputs
        The edition. What its panel suppresses is hidden here too, so that neither a count nor a
        difference tells it.

    Returns
    -------
    dict of str to DataFrame
        ``coverage_matrix``, ``rollup_differences``, ``rebased`` and ``warnings``.
    """
    given = as_published(inputs.given.take(inputs.panel.areas), inputs.panel)
    return {
        "coverage_matrix": coverage_matrix(given, inputs.panel, inputs.geography),
        "rollup_differences": rollup_differences(given, inputs.geography, inputs.framework),
        "rebased": inputs.tables["rebased"],
        "warnings": collect(replace(inputs, given=given)),
    }


def summarise(inputs: Inputs) -> Summary:
    """Count what is there, and compare what is given with what the parts make.

    Parameters
    ----------
    inputs : Inputs
        The edition, checked.

    Returns
    -------
    Summary
        Coverage by indicator, level and period; roll-up differences; rebased areas; warnings.
    """
    tables = data_tables(inputs)
    matrix, compared, rebased, warnings = tables.values()
    beyond = compared[compared["beyond_rounding"]].sort_values(
        "relative", key=lambda s: s.abs(), ascending=False, kind="stable"
    )
    whole = rebased[rebased["area_code"] == ""]
    facts = {
        "coverage": _rows(matrix),
        "rollups": {
            "compared": len(compared),
            "beyond_rounding": len(beyond),
            "worst": next(iter(_rows(beyond[:1])), None),
        },
        "rebased": _rows(whole.drop(columns="area_code")),
        "warnings": _rows(warnings),
    }
    lines = [
        KEY,
        *_awaited(inputs),
        *_rollups(inputs, compared, beyond),
        *(_rebased(r) for r in records(whole)),
    ]
    if inputs.geography.polygons is None:
        lines.append("no maps: geography/ has no boundaries")
    return Summary(in_brief(matrix), (*lines, *in_words(warnings)), facts)


def _awaited(inputs: Inputs) -> list[str]:
    """Say in one sentence which indicators have no figure yet in the last of several periods."""
    known = np.asarray(np.isfinite(inputs.given.value).any(axis=1))
    lost = known[:-1].any(axis=0) & ~known[-1]
    if not lost.any():
        return []
    said = f"no figures yet for {list(inputs.periods.values())[-1]}: "
    said += f"{lost.sum()} of {lost.size} indicators"
    if (path := inputs.folder / WANTED).is_file():
        said += f", listed in {shown(path)}"
    else:
        said += f", {some([i for i, no in zip(inputs.framework.ids, lost, strict=True) if no])}"
    return [said + "; build waits for them" * bool(lost.all())]


def _rollups(inputs: Inputs, compared: pd.DataFrame, beyond: pd.DataFrame) -> list[str]:
    if compared.empty:
        return ["roll-ups: no value is given for an area whose parts are known too"]
    said = f"roll-ups: {len(compared)} given values compared with what their parts make; "
    if beyond.empty:
        return [said + "none differs beyond rounding"]
    r: Any = next(iter(records(beyond)))
    name = str(inputs.geography.areas.loc[r.area_code, "name"])
    return [
        f"{said}{len(beyond)} beyond rounding, most of all {r.indicator_id} in {name} "
        f"({r.level} {r.area_code}, {r.period}): {r.given:.6g} given, {r.rolled_up:.6g} from "
        f"its parts ({100 * r.relative:+.2g} %)"
    ]


def _rebased(r: Any) -> str:
    return (
        f"rebased from {r.sources} {r.level}s of {r.from_vintage} to those of {r.to_vintage}: "
        f"{r.apportioned:.1%} of the population apportioned, {r.moved:.1%} moved elsewhere than "
        "the larger part of their old area"
    )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for a script: what has no number is null."""
    text = frame.to_json(orient="records", double_precision=15)
    return list(json.loads(str(text)))
