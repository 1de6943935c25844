"""What changed since the last build with other data: figures, indicators, weights, boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["COMPARED", "compare_builds"]

#: Tables that are kept of the build before, with the columns that name a row and those compared.
COMPARED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "values": (("indicator_id", "area_code", "period"), ("value", "numerator", "denominator")),
    "indicators": (("id",), ("name", "component", "unit", "polarity", "comparable")),
    "weights": (("indicator_id",), ("weight", "share", "method")),
    "goalposts": (("indicator_id",), ("worst", "best")),
    "areas": (("code",), ("name", "vintage", "parent_code", "population")),
}
NOUN = {
    "values": "figure",
    "indicators": "indicator",
    "weights": "weight",
    "goalposts": "goalpost",
    "areas": "area",
}
COLUMNS = ["kind", "what", "field", "before", "after"]


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
        Tables of the two builds; those named in `COMPARED` are looked at.
    about_before, about_after : mapping
        Their ``build.json``.

    Returns
    -------
    DataFrame
        ``kind`` (for instance ``figure revised``), ``what``, ``field``, ``before``, ``after``, as
        text; empty if nothing differs.
    """
    frames = [_settings(about_before, about_after)]
    for name, (key, fields) in COMPARED.items():
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
