"""Other areas of the kind of the whole: what the explorer lists beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from spi_core.present.base.prose import fill, words_of
from spi_core.present.base.scale import beside_place
from spi_core.present.base.words import and_list, beside_others, place_words
from spi_core.store import Tables
from spi_core.tables import empty_table


def fellows(
    tables: Tables, elements: Sequence[str], decimals: Sequence[int]
) -> dict[str, Any] | None:
    """List the scores of the whole and of others of its kind, measure by measure.

    Parameters
    ----------
    tables : Tables
        ``fellows, fellow_changes, reference_scores``.
    elements : sequence of str
        Of the measures, as the tables name them.
    decimals : sequence of int
        Of each.

    Returns
    -------
    dict or None
        As the schema describes; None where nothing is known of such areas.
    """
    every = tables["fellows"] if "fellows" in tables else empty_table("fellows")
    if every.empty:
        return None
    home, whole = str(tables.about["edition"]["area"]), tables.whole
    place, codes = beside_place(tables), list(dict.fromkeys(every["area_code"]))
    average = tables["reference_scores"].set_index("element")["score"]
    found = [
        _measure(every[every["element"] == e], tables, e, d, codes, home, average)
        for e, d in zip(elements, decimals, strict=True)
    ]
    return {
        "names": list(every.drop_duplicates("area_code")["name"]),
        "home": codes.index(home),
        "title": f"Among {place}’s {whole.many}",
        "average": f"{place}’s average {tables.levels.unit.one}",
        "note": fill("explorer", "fellows", **words_of(tables)),
        "measures": found,
    }


def _measure(
    rows: pd.DataFrame,
    tables: Tables,
    element: str,
    decimals: int,
    codes: list[str],
    home: str,
    average: pd.Series,
) -> dict[str, Any] | None:
    mine = rows[rows["area_code"] == home]
    if mine.empty or len(rows) < 2:
        return None
    own: Any = mine.iloc[0]
    places = place_words(own["rank_low"], own["rank_high"], len(rows))
    said = [f"Likely place, 1st being best: {places}."]
    moved = tables["fellow_changes"].query("element == @element and apart_low == apart_low")
    if len(moved):
        ahead, behind = int((moved["apart_high"] < 0).sum()), int((moved["apart_low"] > 0).sum())
        years = f"{moved['first'].iloc[0]} to {moved['last'].iloc[0]}"
        others = beside_others(ahead, behind, len(moved))
        place = beside_place(tables)
        said.append(f"Change {years}, beside {place}’s own: {own['name']} {others} others.")
    lost = rows[rows["lacking"] != ""].groupby("lacking")["name"].apply(list)
    lacking = [
        f"{and_list(names)} {'is' if len(names) == 1 else 'are'} scored without “{what}”."
        for what, names in lost.items()
    ]
    return {
        "at": [codes.index(c) for c in rows["area_code"]],
        **{c: [_shown(x, decimals) for x in rows[c]] for c in ("score", "low", "high")},
        "average": _shown(average.get(element, float("nan")), decimals),
        "said": " ".join((*said, *lacking)),
    }


def _shown(value: float, decimals: int) -> float | None:
    return None if value != value else round(float(value), decimals)
