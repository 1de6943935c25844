"""Every generated number that an output shows must be marked: one checker a format.

The truth is a set of generated cells that somebody else knows (the script that made them, or the
test): no checker asks the edition's own statuses, so a cell whose status lies is found out.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from spi_core.present.base.marks import SYMBOL, WORD
from tests.support.editions import read
from tests.support.page_checks import parse
from tests.support.pdf_checks import figure_alts, html_image_alts
from tests.support.pdf_structure import structure_texts

__all__ = ["CHECKERS", "Truth", "truth_of"]

Cell = tuple[str, str, str]
#: Figures whose alternative text begins so show scores or changes.
SCORES = ("Component scores of", "The scale from 0", "Change of", "Scores of every ward")
#: Heading of a column of values, and the period that it shows.
VALUES = {"Earlier": "baseline", "Here": "current", "Latest": "current"}


@dataclass(frozen=True)
class Truth:
    """What is generated.

    ``cells`` are (indicator, area, period) of figures, ``scores`` (index, dimension or component;
    area; period) of what rests on them; both with all that was rolled up.
    """

    cells: frozenset[Cell]
    scores: frozenset[Cell]
    indicators: Mapping[str, str]
    areas: Mapping[str, str]
    borough: str

    def indicator(self, text: str) -> str:
        """Find the id of the indicator that a cell names: "name" or "name, unit"."""
        plain = text.replace(SYMBOL, "").strip()
        found = [n for n in self.indicators if plain == n or plain.startswith(f"{n}, ")]
        return self.indicators[max(found, key=len)] if found else ""


def truth_of(edition: Path, generated: Iterable[Cell], published: Iterable[Cell]) -> Truth:
    """Roll generated cells up: an area is generated if a part is, unless its own is published."""
    areas = read(edition / "geography" / "areas.csv")
    parent = {r["code"]: r["parent_code"] for r in areas}
    about = read(edition / "indicators.csv")
    known, cells = set(published), set(generated)
    for _ in range(2):  # from small areas to wards, from wards to the borough
        up = {(i, parent[a], p) for i, a, p in cells if parent.get(a)}
        cells |= up - known
    component = {r["id"]: r["component"] for r in about}
    dimension = {r["id"]: r["dimension"] for r in about}
    scores = {
        (element, a, p) for i, a, p in cells for element in ("index", component[i], dimension[i])
    }
    names = {r["name"]: r["id"] for r in about}
    borough = next(r["code"] for r in areas if r["level"] == "borough")
    places = {r["code"]: r["name"] for r in areas}
    return Truth(frozenset(cells), frozenset(scores), names, places, borough)


# ---- documents


def _bare(text: str) -> bool:
    """Whether a cell shows a number without a mark."""
    return any(c.isdigit() for c in text) and SYMBOL not in text


def _html_tables(path: Path) -> Iterator[tuple[list[str], list[list[str]]]]:
    for table in parse(path).xpath("//table"):
        rows = [[" ".join(c.text_content().split()) for c in r] for r in table.xpath(".//tr")]
        yield rows[0], rows[1:]


def _pdf_tables(path: Path) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Read tables from the structure tree: what a screen reader reads."""
    rows: list[list[str]] = []
    for kind, text in structure_texts(path):
        if kind == "Table" and rows:
            yield rows[0], rows[1:]
            rows = []
        if kind == "TR":
            rows.append([])
        if kind in ("TH", "TD") and rows:
            rows[-1].append(text)
    if rows:
        yield rows[0], rows[1:]


def _table_faults(head: list[str], rows: list[list[str]], truth: Truth, area: str) -> list[str]:
    """Check one table of a document that speaks of one area (the borough's report: of all)."""
    found = []
    named = next((head.index(h) for h in ("Figure", "Indicator") if h in head), None)
    for row in (dict(zip(head, cells, strict=False)) for cells in rows):
        if named is not None:
            i = truth.indicator(row.get(head[named], ""))
            shown = [(column, area, period) for column, period in VALUES.items()]
            shown += [("Borough", truth.borough, "current")]
            found += [
                f"{i}, {a}, {period}: {row[column]!r} in column {column}"
                for column, a, period in shown
                if column in row and (i, a, period) in truth.cells and _bare(row[column])
            ]
        if head[0] == "Ward":
            code = {n: c for c, n in truth.areas.items()}.get(row["Ward"].replace(SYMBOL, ""), "")
            code = truth.borough if row["Ward"] == "Borough" else code
            elements = {h: "index" if h == "Index" else h for h in head[1:]}
            found += [
                f"{element}, {code}: {row[h]!r}"
                for h, element in elements.items()
                if (element, code, "current") in truth.scores
                and _bare(row.get(h, ""))
                and SYMBOL not in row["Ward"]
            ]
    return found


def _documents(folder: Path, suffix: str, truth: Truth) -> Iterator[tuple[Path, str]]:
    report = folder / f"borough-report.{suffix}"
    if report.exists():
        yield report, truth.borough
    for path in sorted((folder / "wards").glob(f"*.{suffix}")):
        yield path, path.name.split("-")[0]


def _alt_faults(alts: list[str], truth: Truth, area: str) -> list[str]:
    """A picture that shows scores must say that they rest on generated values."""
    if not any(a == area for _, a, _ in truth.scores):
        return []
    return [f"picture {alt[:60]!r}" for alt in alts if alt.startswith(SCORES) and WORD not in alt]


def _document_faults(
    folder: Path, truth: Truth, suffix: str, tables: Callable[[Path], Any], alts: Callable[..., Any]
) -> list[str]:
    found, seen = [], 0
    for path, area in _documents(folder, suffix, truth):
        for head, rows in tables(path):
            seen += len(rows)
            found += [f"{path.name}: {f}" for f in _table_faults(head, rows, truth, area)]
        found += [f"{path.name}: {f}" for f in _alt_faults(alts(path), truth, area)]
    assert seen, f"no table was read in {folder}"
    return found


def html_faults(folder: Path, truth: Truth) -> list[str]:
    """Unmarked numbers in the text of web pages."""
    return _document_faults(folder, truth, "html", _html_tables, html_image_alts)


def pdf_faults(folder: Path, truth: Truth) -> list[str]:
    """Unmarked numbers in the text of PDFs, read through their structure."""
    return _document_faults(folder, truth, "pdf", _pdf_tables, figure_alts)


# ---- data


def _row_faults(
    rows: Iterable[Mapping[str, Any]],
    name: str,
    value: str,
    marked: Callable[[Any], bool],
    truth: Truth,
) -> list[str]:
    """Check rows with ``area_code``, ``period``, an indicator or element, and their mark."""
    found, seen = [], 0
    for row in rows:
        seen += 1
        key = (str(row[name]), str(row["area_code"]), str(row["period"]))
        generated = key in truth.cells or key in truth.scores
        if generated and _number(row.get(value)) and not marked(row):
            found.append(f"{', '.join(key)}: {row[value]}")
    assert seen, "no row was read"
    return found


def _number(value: Any) -> bool:
    return bool(re.match(r"^-?[\d.]", str(value))) if value is not None else False


def _says_true(row: Mapping[str, Any]) -> bool:
    return str(row["illustrative"]).lower() == "true"


def ward_csv_faults(folder: Path, truth: Truth) -> list[str]:
    """Unmarked rows of ward-data.csv: an indicator's value, or a score."""
    rows = read(folder / "ward-data.csv")
    plain = [r for r in rows if r["level"] == "indicator"]
    scores = [r for r in rows if r["level"] != "indicator"]
    return _row_faults(plain, "element", "value", _says_true, truth) + _row_faults(
        scores, "element", "score", _says_true, truth
    )


def open_csv_faults(folder: Path, truth: Truth) -> list[str]:
    """Unmarked rows of the open data."""
    values, scores = (read(folder / "open-data" / f"{n}.csv") for n in ("values", "scores"))
    return _row_faults(values, "indicator_id", "value", _says_true, truth) + _row_faults(
        scores, "element", "score", _says_true, truth
    )


def api_faults(folder: Path, truth: Truth) -> list[str]:
    """Unmarked rows of the API's files of areas, measures, and of the outlines."""
    values, scores, above = [], [], folder / "open-data" / "api" / "v1"
    for path in sorted((above / "areas").glob("*.json")):
        said = json.loads(path.read_text("utf-8"))
        code = {"area_code": said["area"]["area_code"]}
        values += [r | code | {"element": r["indicator_id"]} for r in said["values"]]
        scores += [r | code for r in said["scores"]]
    for path in sorted((above / "measures").glob("*.json")):
        said = json.loads(path.read_text("utf-8"))
        values += [r | {"element": said["measure"]["name"]} for r in said["values"]]
        scores += [r | {"element": said["measure"]["name"]} for r in said["scores"]]
    drawn = json.loads((folder / "open-data" / "areas.geojson").read_text("utf-8"))
    rows = [f["properties"] | {"element": "index", "period": "current"} for f in drawn["features"]]
    found = _row_faults(values, "element", "value", _says_true, truth)
    for listed in (scores, rows):
        found += _row_faults(listed, "element", "score", _says_true, truth)
    return found


def workbook_faults(folder: Path, truth: Truth) -> list[str]:
    """Unmarked rows of the workbook's sheets of values and scores."""
    (path,) = (folder / "open-data").glob("*.xlsx")
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    found = []
    for name, key, value in (("values", "Indicator id", "Value"), ("scores", "Element", "Score")):
        sheet = next(s for s in book.worksheets if s.title.lower().endswith(f" {name}"))
        cells = [[str(c) if c is not None else "" for c in row] for row in sheet.values]
        start = next(i for i, row in enumerate(cells) if "GSS code" in row)
        # a heading may refer to a note: "Score [note 1]"
        head = [re.sub(r"\s*\[.*", "", h.replace("\n", " ")) for h in cells[start]]
        rows = [dict(zip(head, row, strict=True)) for row in cells[start + 1 :]]
        rows = [
            r | {"area_code": r["GSS code"], "period": r["Period"]} for r in rows if r["GSS code"]
        ]
        found += _row_faults(rows, key, value, lambda r: r["Illustrative"] == "Yes", truth)
    return found


def explorer_faults(folder: Path, truth: Truth) -> list[str]:
    """Unmarked cells of the explorer's data."""
    data = json.loads((folder / "explorer" / "data.json").read_text(encoding="utf-8"))
    bit = next(int(b) for b, f in data["flags"].items() if f["word"] == WORD)
    periods = [p["id"] for p in data["periods"]]
    generated = truth.cells | truth.scores
    found, seen = [], 0
    for level in (lv["id"] for lv in data["levels"]):
        pairs = zip(data["measures"], data["figures"][level], strict=True)
        for (measure, column), (p, period) in itertools.product(pairs, enumerate(periods)):
            if column is None:
                continue
            shown = column.get("value") or column.get("score")
            flags = column["flags"][p] if "flags" in column else ""
            for a, code in enumerate(data["areas"][level]["code"]):
                key = (measure["element"], code, period)
                if shown[p][a] is None or key not in generated:
                    continue
                seen += 1
                if not flags or not int(flags[a], 16) & bit:
                    found.append(f"{', '.join(key)}: {shown[p][a]}")
    assert seen, "no generated cell was read"
    return found


#: Format to its checker; each lists what the reports folder of an edition shows unmarked.
CHECKERS: dict[str, Callable[[Path, Truth], list[str]]] = {
    "html": html_faults,
    "pdf": pdf_faults,
    "ward-data": ward_csv_faults,
    "open data": open_csv_faults,
    "workbook": workbook_faults,
    "api and outlines": api_faults,
    "explorer": explorer_faults,
}
