"""police.uk: three years of street-level crimes in one archive, counted by area and month.

Protocol: data.police.uk/data/archive (rolling archives of 36 months, files
``YYYY-MM/YYYY-MM-<force>-street.csv``) and data.police.uk/about#columns. Crimes are listed twice
where two records have one Crime ID; some have no LSOA; a force may miss a month (changelog).
Codes are those of the LSOAs in use when the month was published.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd

from spi_core.errors import Fault, InputError, some
from spi_core.sources.fetch.got import Got, must_have
from spi_core.sources.fetch.mapping import Mapping
from spi_core.sources.fetch.table import read_table
from spi_core.sources.fetch.web import Answer, Web

COLUMNS = {"area": "area", "period": "month", "value": "crimes"}
NEEDED = ["Crime ID", "Month", "LSOA code", "LSOA name", "Crime type"]
#: Share of a force's crimes that must have an LSOA.
COVERAGE = 0.97
ELSEWHERE = "elsewhere"
#: Bytes of a month's crimes, unpacked: more than any force has.
MOST = 100 * 10**6


def fetch(web: Web, mapping: Mapping) -> Got:
    """Count crimes: one row an area, month and type, zeros too; those without an LSOA besides."""
    request = mapping.said["request"]
    lookups = {link["from"]: _lookup(mapping, link["file"]) for link in request["lookups"]}
    wanted = {
        month.strftime("%Y-%m")
        for about in mapping.said["periods"].values()
        for month in pd.date_range(about["start"], about["end"], freq="MS")
    }
    counted, notes, rows = dict[str, pd.DataFrame](), list[str](), 0
    for archive in sorted(request["archives"], reverse=True):  # the newest knows best
        answer = web.get(f"data/archive/{archive}.zip", kind="zip")
        files = {month: f"{month}/{month}-{request['force']}-street.csv" for month in wanted}
        for month in sorted(wanted - set(counted)):
            content = _member(answer, files[month])
            if content is not None:
                frame = read_table(content, f"{answer.url}, {files[month]}")
                rows += len(frame)
                counted[month] = _count(frame, month, request["district"], lookups, files[month])
    if not counted:
        message = f"has no month of {request['force']} from {min(wanted)} to {max(wanted)}"
        raise InputError([Fault(web.url, message, allowed="other archives")])
    twice = sum(int(f.attrs["twice"]) for f in counted.values())
    notes += [f"{twice} crimes that are listed twice"] if twice else []
    types = sorted({t for f in counted.values() for t in f["Crime type"]})
    names = ["area", "month", "Crime type"]
    every = [
        pd.MultiIndex.from_product(
            [sorted(set(_of(lookups, month)["to_code"])), [month], types], names=names
        ).to_frame(index=False)
        for month in counted
    ]
    frame = pd.concat([*(grid.assign(crimes=0.0) for grid in every), *counted.values()])
    total = frame.groupby(names)["crimes"].sum().map("{:.10g}".format).reset_index()
    return Got(total, web.url, COLUMNS, rows, COVERAGE, notes)


def _member(answer: Answer, name: str) -> bytes | None:
    """Unpack one file of an archive; None where it has none of this name."""
    try:
        with zipfile.ZipFile(answer.path) as parts:
            if name not in parts.namelist():
                return None
            with parts.open(name) as stream:
                content = stream.read(MOST + 1)
    except Exception as error:  # what unpacks has many words
        raise InputError([Fault(answer.url, f"is a broken archive: {error}")]) from None
    if len(content) > MOST:
        message = f"holds {name}, which unpacks to more than {MOST // 10**6} MB"
        raise InputError([Fault(answer.url, message)])
    return content


def _lookup(mapping: Mapping, file: str) -> pd.DataFrame:
    path = mapping.folder / file
    if not path.is_file():
        raise InputError([Fault(mapping.file, "is not there", None, "request.lookups", file)])
    found = read_table(Path(path).read_bytes(), file)
    must_have(found, ("from_code", "to_code", "weight"), file)
    level = mapping.said["level"]
    areas = set(mapping.about.areas.loc[mapping.about.areas["level"] == level, "code"])
    found = found[found["to_code"].isin(areas)]
    made: pd.DataFrame = found.assign(weight=pd.to_numeric(found["weight"], "coerce"))
    if made["weight"].isna().any():
        raise InputError([Fault(file, "has weights that are no numbers", None, "weight")])
    return made


def _of(lookups: dict[str, pd.DataFrame], month: str) -> pd.DataFrame:
    """Choose the lookup of the LSOAs that a month is told by."""
    begun = [first for first in sorted(lookups) if first <= month]
    if not begun:
        message = f"begin after {month}"
        raise InputError([Fault("request.lookups", message, allowed="one from an earlier month")])
    return lookups[begun[-1]]


def _count(
    frame: pd.DataFrame, month: str, district: str, lookups: dict[str, pd.DataFrame], name: str
) -> pd.DataFrame:
    must_have(frame, NEEDED, name)
    other = frame.index[frame["Month"] != month]
    if len(other):
        raise InputError([Fault(name, "is another month", int(other[0]) + 2, "Month",
                                frame["Month"].iloc[other[0]], month)])  # fmt: skip
    twice = (frame["Crime ID"] != "") & frame.duplicated(["Crime ID", "Crime type"])
    frame = frame[~twice].rename(columns={"LSOA code": "from_code"})
    links = _of(lookups, month)
    own = frame["LSOA name"].str.startswith(f"{district} ")
    strange = sorted(set(frame.loc[own, "from_code"]) - set(links["from_code"]) - {""})
    if strange:
        message = f"has {len(strange)} LSOAs of {district} that the lookup does not know"
        allowed = "a lookup of the LSOAs in use in that month"
        raise InputError([Fault(name, message, None, "LSOA code", some(strange, 4), allowed)])
    placed = frame[["from_code", "Crime type"]].merge(links, "left", "from_code")
    placed["area"] = placed["to_code"].fillna(ELSEWHERE).mask(placed["from_code"] == "", "")
    placed["crimes"] = placed["weight"].fillna(1.0)
    sums = placed.groupby(["area", "Crime type"], as_index=False)["crimes"].sum()
    found: pd.DataFrame = sums.assign(month=month)[["area", "month", "Crime type", "crimes"]]
    found.attrs["twice"] = int(twice.sum())
    return found
