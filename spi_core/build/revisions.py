"""What changed since the last build with other data: figures, indicators, weights, boundaries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.disclosure.in_force import NAME, newly_hidden, read_passed, rules_differ, windows
from spi_core.files import write_bytes
from spi_core.store import Tables
from spi_core.tables import empty_table

_CELLS = (
    ("indicator_id", "area_code", "window", "nth"),
    ("period_label", "value", "numerator", "denominator"),
)
#: Tables that are kept of the build before, with the columns that name a row and those compared;
#: all others where none is named.
COMPARED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "indicators": (("id",), ()),
    "values": _CELLS,
    "small_area_values": _CELLS,
    "comparisons": (("indicator_id", "from_period", "to_period"), ("group", "in_change", "reason")),
    "weights": (("indicator_id",), ("weight", "share", "method")),
    "goalposts": (("indicator_id",), ("worst", "best", "basis", "reason")),
    "areas": (("code",), ("name", "level", "vintage", "parent_code", "population")),
    "context": (("variable", "area_code"), ("label", "period_label", "value", "source")),
    "targets": (("indicator_id", "by"), ()),
}
#: Kept besides, to tell what a figure's period was.
KEPT = (*COMPARED, "dates")
FIGURES = ("value", "numerator", "denominator")
NOUN = {
    "values": "figure",
    "small_area_values": "figure",
    "indicators": "indicator",
    "comparisons": "comparison",
    "weights": "weight",
    "goalposts": "goalpost",
    "areas": "area",
    "context": "context",
    "targets": "target",
}
#: What of ``edition.yml`` decides on numbers; all of ``index`` besides.
SETTINGS = ("periods", "framework", "geography", "uncertainty", "comparators", "disclosure")
COLUMNS = ["kind", "what", "field", "before", "after"]
#: In the private folder: versions of the build before and of the last one, the last one last.
ORDER = "builds.json"


@dataclass(frozen=True, slots=True)
class Before:
    """What is kept of a build with other data.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those of `KEPT`, figures that are hidden now left out and what would tell them.
    about : mapping
        Its ``build.json``.
    version : str
        Its data version; empty where that rests on figures that are hidden now.
    """

    tables: Mapping[str, pd.DataFrame]
    about: Mapping[str, Any]
    version: str


def build_before(
    private: Path, version: str, now: Mapping[str, Any], follows: Path | None = None
) -> Before | None:
    """Find the last build that rested on other data, if it may be compared with.

    Parameters
    ----------
    private : Path
        Where builds are kept.
    version : str
        Data version of now.
    now : mapping
        What the figures of now have passed: one of another time is not compared with, nor kept.
    follows : Path, optional
        Where builds of the edition are kept that this one was rolled from: its last is taken where
        there is none of its own.

    Returns
    -------
    Before or None
        None where there is none, or not the whole of it.
    """
    others = [private / v for v in _order(private) if v != version]
    if not others and follows is not None:
        others = [follows / v for v in _order(follows)]
    kept = others[-1] if others else None
    if kept is None or not (kept / "build.json").exists():
        return None
    then, tables, version = read_passed(kept), Tables(kept), kept.name
    names = [n for n in KEPT if n in tables.about["rows"]]
    if not set(names) <= set(tables):
        return None
    if then is None or rules_differ(then, now) or not tables.is_of_now(names):
        if kept.parent == private:
            shutil.rmtree(kept, ignore_errors=True)
        return None
    if kept.parent != private:
        version += f" of {kept.parent.name}"
    frames, figures = {name: tables[name] for name in names}, list(FIGURES)
    if newer := newly_hidden(then, now):
        # weights, estimates and even a short hash let guesses be tried
        del frames["weights"]
        version = ""
    for frame in (frames[n] for n in names if COMPARED.get(n) is _CELLS):
        told = _hidden_in(frame, frames["dates"], now["hidden"])
        if newer:
            told |= frame["provenance"] == "estimated"
        frame[figures] = frame[figures].mask(told)
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
    kept, there = private / version, Tables(folder / "tables")
    names = [f"tables/{name}.parquet" for name in KEPT if name in there]
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


def _hidden_in(values: pd.DataFrame, dates: pd.DataFrame, hidden: Mapping[str, Any]) -> pd.Series:
    """Mark figures whose successors are hidden: whatever they were, they are not compared."""
    cells = [(i, a, w) for i, of in hidden.items() for w, areas in of.items() for a in areas]
    dated = _by_window(values, dates)[["indicator_id", "area_code", "window"]]
    keys = pd.MultiIndex.from_frame(dated)
    return pd.Series(keys.isin(cells), values.index)


def _by_window(values: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Name each figure by its own dates: period ids move on with the years."""
    when, keys = windows(dates), list(zip(values["indicator_id"], values["period"], strict=True))
    label = dates.set_index(["indicator_id", "period"])["period_label"].to_dict()
    return values.assign(
        window=pd.Series([when.get(key, key[1]) for key in keys], values.index, str),
        period_label=pd.Series([label.get(key, "") for key in keys], values.index, str),
    )


def _named_pairs(pairs: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Name the periods of a pair as its indicator does, not by ids."""
    label = dates.set_index(["indicator_id", "period"])["period_label"].to_dict()
    named = {
        end: [label.get(key, key[1]) for key in zip(pairs["indicator_id"], pairs[end], strict=True)]
        for end in ("from_period", "to_period")
    }
    return pairs.assign(**named).drop_duplicates(["indicator_id", *named])


def _figures(values: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """List each figure once, whichever periods it serves."""
    key = ["indicator_id", "area_code", "window"]
    once = _by_window(values, dates).drop_duplicates([*key, *FIGURES])
    return once.assign(nth=once.groupby(key).cumcount().astype(str))


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
    ids = [set(tables["indicators"]["id"]) for tables in (before, after)]
    for name, (key, fields) in ((n, c) for n, c in COMPARED.items() if n in {*before, *after}):
        if name == "weights" and name not in before:  # left out, not absent
            continue
        both = [tables.get(name, empty_table(name)) for tables in (before, after)]
        if COMPARED[name] is _CELLS:
            both = [_figures(f, t["dates"]) for f, t in zip(both, (before, after), strict=True)]
        if name == "comparisons":
            both = [_named_pairs(f, t["dates"]) for f, t in zip(both, (before, after), strict=True)]
        if "indicator_id" in key:  # what is new or gone stands for all that hangs on it
            both = [frame[frame["indicator_id"].isin(ids[0] & ids[1])] for frame in both]
        frames.append(_table(NOUN[name], both[0], both[1], list(key), list(fields)))
    return pd.concat(frames, ignore_index=True)[COLUMNS]


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    """Compare the edition's method and the software."""
    rows = []
    old, new = (
        {"software": about["software"], **dict(_leaves("", _decides(about["edition"])))}
        for about in (before, after)
    )
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            rows.append(("method changed", name, name, _text(old.get(name)), _text(new.get(name))))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _decides(edition: Mapping[str, Any]) -> dict[str, Any]:
    return {**{n: edition[n] for n in SETTINGS if n in edition}, **edition.get("index", {})}


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}" if name else str(key), inner)
    else:
        yield name, value


def _table(
    noun: str, before: pd.DataFrame, after: pd.DataFrame, key: list[str], fields: list[str]
) -> pd.DataFrame:
    fields = fields or [c for c in dict.fromkeys([*before, *after]) if c not in key]
    more = ["provenance"] if noun == "figure" else []
    before, after = (f.reindex(columns=[*key, *fields, *more]) for f in (before, after))
    both = before.merge(after, "outer", key, suffixes=("_before", "_after"), indicator=True)
    named = [c for c in key if c not in ("window", "nth")]
    what = pd.Series([" · ".join(k) for k in both[named].itertuples(index=False)], both.index, str)
    there = both["_merge"] != ""
    if noun == "figure":
        what += " · " + both["period_label_after"].fillna(both["period_label_before"])
        # a cell without a figure on one side and no cell on the other are no difference
        there = (
            both[[f"{f}_{side}" for f in FIGURES for side in ("before", "after")]]
            .notna()
            .any(axis=1)
        )
    rows, nouns = [], pd.Series(noun, both.index)
    if noun == "figure":
        guessed = both["provenance_before"].eq("estimated") | both["provenance_after"].eq(
            "estimated"
        )
        nouns = nouns.mask(guessed, "estimate")
    kept = both["_merge"] == "both"
    for field in fields:
        old, new = both.loc[kept, f"{field}_before"], both.loc[kept, f"{field}_after"]
        differs = _differs(old, new)
        rows += [
            (f"{n} revised", w, field, _text(a), _text(b))
            for n, w, a, b in zip(
                *(nouns[kept][differs], what[kept][differs], old[differs], new[differs]),
                strict=True,
            )
        ]
    # two other periods that are compared come and go with the figures
    for i in both.index[there & (both["_merge"] != "both") & (noun != "comparison")]:
        gone = both.at[i, "_merge"] == "left_only"
        names = [_text(both.get(f"name_{s}", {}).get(i)) for s in ("before", "after")]
        said = f"{nouns[i]} {'removed' if gone else 'added'}", what[i], "name" if any(names) else ""
        rows.append((*said, *names))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _differs(old: pd.Series, new: pd.Series) -> NDArray[np.bool_]:
    if pd.api.types.is_numeric_dtype(old) and pd.api.types.is_numeric_dtype(new):
        a, b = old.to_numpy(float), new.to_numpy(float)
        # what Parquet and CSV do to the last digit is no revision
        return np.asarray(~np.isclose(a, b, rtol=1e-9, atol=0, equal_nan=True))
    old, new = (c.astype(object).where(c.notna(), "").astype(str) for c in (old, new))
    return np.asarray(old != new)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, Mapping | list):
        parts = value.values() if isinstance(value, Mapping) else value
        return (": " if isinstance(value, Mapping) else ", ").join(map(_text, parts))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
