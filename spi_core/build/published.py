"""The version of an edition's data: a hash of what is published, never of what was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from spi_core.edition.inputs import Inputs
from spi_core.files import digest

_CELLS = ["indicator_id", "area_code", "period", "value", "numerator", "denominator", "provenance"]
#: Tables that say what was measured or decided, with the columns that do; all where none is named.
#: Results are left out: another machine may round their last figure otherwise.
_DATA: Mapping[str, list[str] | None] = {
    "values": _CELLS,
    "small_area_values": _CELLS,
    "history": _CELLS,
    "goalposts": ["indicator_id", "worst", "best", "basis", "reason"],
    **dict.fromkeys(
        ("areas", "context", "corrections", "dates", "indicators", "places", "postcodes")
    ),
    **dict.fromkeys(("reference", "signoff", "targets")),
}
#: Results that stand for inputs of which nothing else is published, with so many figures.
_RESULTS = {
    "weights": ["indicator_id", "weight", "method"],
    "impact_wards": ["intervention", "outcome", "area_code", "before", "after"],
    "impact_others": ["intervention", "outcome", "estimate"],
}


def data_version(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> str:
    """Hash the published data, so that a report can say which it rests on.

    Parameters
    ----------
    inputs : Inputs
        The edition: its settings and protocols, which are published as they are.
    tables : mapping of str to DataFrame
        The built tables.

    Returns
    -------
    str
        SHA-256, hexadecimal. It changes with anything published that is no result of computing, and
        with nothing else: whoever knows all but a hidden count cannot try counts against it.
    """
    parts = [dict(inputs.settings), [asdict(design) for design in inputs.designs]]
    texts = [json.dumps(parts, sort_keys=True, default=str)]
    for name, columns in _DATA.items():
        if name in tables and (name != "history" or len(tables[name])):
            frame = tables[name]
            if columns is _CELLS:
                frame = frame[frame["provenance"] != "estimated"]
            texts.append(_text(name, frame if columns is None else frame[columns], "%.9g"))
    for name, columns in _RESULTS.items():
        if name in tables and len(tables[name]):
            texts.append(_text(name, tables[name][columns].round(9), "%.6g"))
    maps = [frame for name, frame in tables.items() if name.startswith("map_")]
    if maps:
        outline = max(maps, key=len)["geometry"].get_coordinates().round(1)
        texts.append(_text("map", outline.reset_index(drop=True), "%.1f"))
    return digest("\n".join(texts).encode())


def _text(name: str, frame: pd.DataFrame, figures: str) -> str:
    return f"{name}\n" + frame.to_csv(index=False, float_format=figures, lineterminator="\n")
