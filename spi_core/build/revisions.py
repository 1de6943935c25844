"""What changed since the last build with other data: figures, indicators, weights, boundaries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.disclosure.in_force import NAME, newly_hidden, read_passed, rules_differ
from spi_core.files import write_bytes
from spi_core.store import Tables

#: Tables that are kept of the build before, with the columns that name a row and those compared.
COMPARED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "values": (("indicator_id", "area_code", "period"), ("value", "numerator", "denominator")),
    "indicators": (("id",), ("name", "component", "unit", "polarity")),
    "comparisons": (("indicator_id", "from_period", "to_period"), ("group", "in_change")),
    "weights": (("indicator_id",), ("weight", "share", "method")),
    "goalposts": (("indicator_id",), ("worst", "best")),
    "areas": (("code",), ("name", "vintage", "parent_code", "population")),
}
NOUN = {
    "values": "figure",
    "indicators": "indicator",
    "comparisons": "comparison",
    "weights": "weight",
    "goalposts": "goalpost",
    "areas": "area",
}
COLUMNS = ["kind", "what", "field", "before", "after"]
#: In the private folder: versions of the build before and of the last one, the last one last.
ORDER = "builds.json"


@dataclass(frozen=True, slots=True)
class Before:
    """What is kept of a build with other data.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those of `COMPARED`, figures that are hidden now left out and what would tell them.
    about : mapping
        Its ``build.json``.
    version : str
        Its data version; empty where that rests on figures that are hidden now.
    """

    tables: Mapping[str, pd.DataFrame]
    about: Mapping[str, Any]
    version: str


def build_before(private: Path, version: str, now: Mapping[str, Any]) -> Before | None:
    """Find the last build that rested on other data, if it may be compared with.

    Parameters
    ----------
    private : Path
        Where builds are kept.
    version : str
        Data version of now.
    now : mapping
        What the figures of now have passed: one of another time is not compared with, nor kept.

    Returns
    -------
    Before or None
        None where there is none, or not the whole of it.
    """
    others = [v for v in _order(private) if v != version]
    kept = private / others[-1] if others else None
    if kept is None or not ((kept / "build.json").exists() and set(COMPARED) <= set(Tables(kept))):
        return None
    then = read_passed(kept)
    if then is None or rules_differ(then, now) or not Tables(kept).is_of_now(COMPARED):
        shutil.rmtree(kept, ignore_errors=True)
        return None
    tables, version = Tables(kept), others[-1]
    frames = {name: tables[name] for name in COMPARED}
    told = _hidden_in(frames["values"], now["hidden"])
    if newly_hidden(then, now):  # weights, estimates and even a short hash let guesses be tried
        told |= frames["values"]["provenance"] == "estimated"
        del frames["weights"]
        version = ""
    fields = list(COMPARED["values"][1])
    frames["values"][fields] = frames["values"][fields].mask(told)
    return Before(frames, tables.about, version)


def keep_build(private: Path, folder: Path, version: str) -> None:
    """Keep what the next build is compared with, outside the public folder.

    Parameters
    ----------
    private : Path
        Where builds are kept: this one and the one before.
    folder : Path
        ``reports/<edition>``, just built.
    version : str
        Its data version.
    """
    kept, names = private / version, [f"tables/{name}.parquet" for name in COMPARED]
    (kept / "build.json").unlink(missing_ok=True)
    for name in (*names, NAME, "tables/build.json"):  # without the last a copy does not count
        write_bytes(kept / Path(name).name, (folder / name).read_bytes())
    order = [*[v for v in _order(private) if v != version][-1:], version]
    write_bytes(private / ORDER, json.dumps(order).encode())
    for path in private.glob("*/build.json"):
        if path.parent.name not in order:
            shutil.rmtree(path.parent, ignore_errors=True)


def _order(private: Path) -> list[str]:
    with suppress(OSError, ValueError):
        return [str(v) for v in json.loads((private / ORDER).read_text(encoding="utf-8"))]
    return []


def _hidden_in(values: pd.DataFrame, hidden: Mapping[str, Any]) -> pd.Series:
    """Mark figures whose successors are hidden: whatever they were, they are not compared."""
    cells = [
        (i, a, p) for i, periods in hidden.items() for p, areas in periods.items() for a in areas
    ]
    keys = pd.MultiIndex.from_frame(values[list(COMPARED["values"][0])])
    return pd.Series(keys.isin(cells), values.index)


def compare_builds(
    before: Mapping[str, pd.DataFrame],
    after: Mapping[str, pd.DataFrame],
    about_before: Mapping[str, Any],
    about_after: Mapping[str, Any],
) -> pd.DataFrame:
    """List every difference between two builds that a reader should hear of.

    Parameters
    ----------
    before, after : mapping of str to DataFrame
        Tables of the two builds; those named in `COMPARED` are looked at, where there are both.
    about_before, about_after : mapping
        Their ``build.json``.

    Returns
    -------
    DataFrame
        ``kind`` (for instance ``figure revised``), ``what``, ``field``, ``before``, ``after``, as
        text; empty if nothing differs.
    """
    frames = [_settings(about_before, about_after)]
    for name, (key, fields) in ((n, c) for n, c in COMPARED.items() if n in before):
        frames.append(_table(NOUN[name], before[name], after[name], list(key), list(fields)))
    return pd.concat(frames, ignore_index=True)[COLUMNS]


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    """Compare the edition's method and the software."""
    rows = []
    old = {"software": before["software"], **before["edition"].get("index", {})}
    new = {"software": after["software"], **after["edition"].get("index", {})}
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            rows.append(("method changed", name, name, _text(old.get(name)), _text(new.get(name))))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _table(
    noun: str, before: pd.DataFrame, after: pd.DataFrame, key: list[str], fields: list[str]
) -> pd.DataFrame:
    both = before[[*key, *fields]].merge(
        after[[*key, *fields]], "outer", key, suffixes=("_before", "_after"), indicator=True
    )
    what = pd.Series([" · ".join(k) for k in both[key].itertuples(index=False)], both.index, str)
    rows = [
        (f"{noun} {'removed' if side == 'left_only' else 'added'}", name, "", "", "")
        for name, side in zip(what, both["_merge"], strict=True)
        if side != "both"
    ]
    kept = both["_merge"] == "both"
    for field in fields:
        old, new = both.loc[kept, f"{field}_before"], both.loc[kept, f"{field}_after"]
        differs = _differs(old, new)
        rows += [
            (f"{noun} revised", w, field, _text(a), _text(b))
            for w, a, b in zip(what[kept][differs], old[differs], new[differs], strict=True)
        ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _differs(old: pd.Series, new: pd.Series) -> NDArray[np.bool_]:
    if pd.api.types.is_numeric_dtype(old) and pd.api.types.is_numeric_dtype(new):
        a, b = old.to_numpy(float), new.to_numpy(float)
        # what Parquet and CSV do to the last digit is no revision
        return np.asarray(~np.isclose(a, b, rtol=1e-9, atol=0, equal_nan=True))
    return np.asarray(old.astype(str) != new.astype(str))


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
