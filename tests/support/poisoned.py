"""A small edition whose every text is a payload, and its twin with plain words in the same places.

Which cells and settings are free text is asked of the schemas: what takes a payload is one. So a
new column or setting is poisoned, too. Each text ends in a mark of its own, by which it is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pandera.pandas as pa
import yaml
from pandera.errors import SchemaError, SchemaErrors

from spi_core.build.edition import build
from spi_core.edition.inputs import FILES, load
from spi_core.edition.readers.schema import TABLES
from spi_core.levels import KNOWN
from tests.support.editions import WARDS, Row, make_edition, read, rewrite, settings, write
from tests.support.payloads import PAYLOADS, SHORT

__all__ = ["MARK_FORM", "Texts", "harmless", "missing_settings", "poison", "whole_edition"]

#: Text that must name something else: an indicator, a document, a file. By table or file.
REFERENCES = {
    "indicators": {"disclosure_rule", "finest_level", "error_counts"},
    "breaks": {"indicator_id", "from_period", "to_period"},
    "observations": {"indicator_id", "area_code", "period"},
    "series": {"area_code"},
    "context": {"area_code"},
    "places": {"area_code"},
    "postcodes": {"area_code"},
    "areas": {"parent_code", "level"},
    "goalposts": {"indicator_id"},
    "weights": {"indicator_id"},
    "moments": {"indicator_id"},
    "distribution": {"indicator_id", "period"},
    "signoff": {"indicator_id"},
    "targets": {"indicator_id"},
    "partners": {"indicator_id"},
    "successors": {"area_code"},
    "accepted": {"warning", "file"},
    "edition": {"reference", "documents", "context", "relations", "pooled"},
    "interventions": {"targeting", "treated", "comparison", "excluded", "id", "covariate"},
}
#: Columns and settings of one meaning: what is equal in them stays equal.
ALIKE = {
    "components": "component",
    "earlier": "period",
    "before": "period",
    "after": "period",
    "manifesto_theme": "theme",
    "label": "label",
}
#: What ends every text, and what it looks like.
MARK_FORM = r"z\d+z"
#: An address that the schema lets pass.
AWKWARD_SITE = "https://example.org/a_b_*c*(d)[e]{f})('g'$h$~i~`j`&lt;k#!|"
#: Where emphasis, code and links are meant: there nothing but the rest is payload.
PROSE = {"note", "notes", "caveat"}
#: Fields that charts show: with a value a row, and with few values in all.
MANY_DRAWN = {"name", "unit", "period_label"}
FEW_DRAWN = {"component", "dimension", "area_name", "label", "period"}


def _others() -> Iterator[Row]:
    for i, ward in enumerate(WARDS):
        row = {"other": "Another index", "area_code": ward, "value": str(i), "better": "higher"}
        yield row | {"source": "A ministry"}


def whole_edition(folder: Path) -> Path:
    """Write a small edition that has every file, each with every column and setting of text."""
    edition = make_edition(folder)
    settings(edition, _fill_settings)
    write(edition / "signoff.csv", [_signed(i) for i in ("burglary", "rent")])
    write(edition / "corrections.csv", [_corrected(day) for day in ("2026-11-02", "2026-11-03")])
    rewrite(edition / "observations" / "all.csv", lambda rows: [_half(r) for r in rows])
    write(edition / "accepted.csv", [_accepted()])
    write(edition / "reference" / "other_indices.csv", list(_others()))
    write(edition / "targets.csv", [_target(i) for i in ("burglary", "absence")])
    write(edition / "partners.csv", [_partner(i) for i in ("burglary", "rent")])
    write(edition / "geography" / "successors.csv", [_successor(w) for w in WARDS])
    write(edition / "series" / "calls.csv", list(_series()))
    mast = {
        "name": "Mast",
        "kind": "park",
        "area_code": WARDS[0],
        "note": "Tall",
        "source": "A map",
    }
    write(edition / "geography" / "places.csv", [mast])
    write(edition / "geography" / "postcodes.csv", [{"postcode": "RM1 1AA", "area_code": WARDS[0]}])
    with (edition / "interventions.yml").open("w", encoding="utf-8") as stream:
        yaml.safe_dump({"interventions": [_programme()]}, stream, sort_keys=False)
    rewrite(edition / "indicators.csv", lambda rows: [_full(r, i) for i, r in enumerate(rows)])
    _rebased(edition)
    # weights are frozen with the data: those that a first build finds
    build(load(edition), folder.parent / "first")
    frozen = read(folder.parent / "first" / "weights.csv")
    write(edition / "weights.csv", frozen)
    return edition


def _fill_settings(values: dict[str, Any]) -> None:
    values["area_name"] = "Testing"
    values["subtitle"], values["short_title"] = "All of it", "Short"
    values["site"], values["home"] = AWKWARD_SITE, "https://example.org"
    values["source_links"] = [{"dataset": "A dataset", "link": AWKWARD_SITE}]
    values["comparators"]["from"] = "edition"
    values["index"]["minimum_reason"] = "One is enough."
    values["geography"]["levels"] = ["borough", {"id": "ward", "one": "ward", "many": "wards"}]
    values["geography"]["compare_across_vintages"] = True
    values["notes"] = {
        "measured": ["One", "Two"],
        "change": ["Three"],
        "twice": [["Four", "five", "six"]],
        "limits": ["Seven"],
    }
    values["reports"]["documents"] = [
        "index",
        "borough-report",
        "accountability",
        "impact-overview",
        "methods",
        "what-changed",
    ]


def _signed(indicator: str) -> Row:
    return {
        "indicator_id": indicator,
        "expert": f"Expert {indicator}",
        "organisation": "Council",
        "date": "2026-11-22",
        "caveat": f"Caveat {indicator}",
    }


def _corrected(day: str) -> Row:
    return {"date": day, "table": "indicators.csv", "what": f"What {day}", "why": f"Why {day}"}


def _half(row: Row) -> Row:
    half = (row["indicator_id"], row["period"]) == ("rent", "current")
    return row | ({"end": "2014-06-30"} if half else {})


def _accepted() -> Row:
    warning = {"warning": "periods of unequal length: rent", "file": "observations/all.csv"}
    return warning | {"row": "", "accepted_by": "A", "date": "2026-11-22", "reason": "So it is."}


def _target(indicator: str) -> Row:
    return {
        "manifesto_theme": "Theme",
        "indicator_id": indicator,
        "target": "5",
        "by": "2022",
        "source": "Made up",
        "status": "proposed",
        "note": f"Note {indicator}",
    }


def _partner(indicator: str) -> Row:
    row = {"partner": f"Partner {indicator}", "indicator_id": indicator, "role": "leads"}
    return row | {"service": f"Service {indicator}", "contact": "By post"}


def _successor(ward: str) -> Row:
    row = {"area_code": ward, "successor_code": f"N{ward[-3:]}", "successor": f"New {ward[-1]}"}
    return row | {"share": "0.8", "since": "May 2022", "source": "A ministry"}


def _series() -> Iterator[Row]:
    for year, shift in (("2011", 0), ("2012", 3), ("2013", 1), ("2014", 5)):
        for i, ward in enumerate(WARDS):
            for name in ("calls", "visits"):
                yield {
                    "measure_id": name,
                    "area_code": ward,
                    "period": year,
                    "value": str(100 + 7 * i * (1 + (i + shift) % 3) + shift - (i < 3) * shift * 4),
                    "unit": f"{name} per 1,000 residents of 2013",
                    "status": "observed",
                    "note": f"{name} {year}",
                }


def _programme() -> dict[str, Any]:
    outcome = {"direction": "down"}
    calls = {"id": "calls", "label": "Calls", "unit": "calls a year", **outcome}
    visits = {"id": "visits", "label": "Visits", "unit": "visits a year", **outcome}
    return {
        "id": "programme",
        "name": "Programme",
        "start": "2013-01-01",
        "targeting": "ward",
        "treated": list(WARDS[:3]),
        "earlier": ["2011"],
        "before": ["2012"],
        "after": ["2014"],
        "primary": [calls],
        "placebo": [visits],
        "card": {
            "Question": "Did it help?",
            "What": "A thing.",
            "A heading of its own": "Some words.",
            "Sources": ["https://example.org/paper", "A paper"],
        },
    }


def _full(row: Row, number: int) -> Row:
    given = {k: v or f"{k} {number}" for k, v in row.items() if k not in _BLANK_ALLOWED}
    own = {k: f"{k} {number}" for k in ("description", "unit", "source_dataset", "licence")}
    owner = {"publisher_or_owner": f"Publisher {number}", "noun": f"noun {number}/nouns {number}"}
    return {**row, **given, **own, **owner}


#: Numbers and rules.
_BLANK_ALLOWED = {
    "natural_worst", "natural_best", "valid_min", "valid_max", "disclosure_rule", "error_counts",
}  # fmt: skip


def _rebased(edition: Path) -> None:
    """Give one ward's baseline for the same ward of an older vintage."""
    old = WARDS[-1].replace("E050001", "E050000")
    geography = edition / "geography"
    today = next(r for r in read(geography / "areas.csv") if r["code"] == WARDS[-1])
    former = {**today, "code": old, "name": "Old ward", "vintage": "2002"}
    rewrite(geography / "areas.csv", lambda rows: [*rows, former])
    link = {"from_code": old, "to_code": WARDS[-1], "weight": "1", "basis": "people"}
    write(geography / "rebase.csv", [link])

    def moved(row: Row) -> Row:
        then = row["area_code"] == WARDS[-1] and row["period"] == "baseline"
        return {**row, "area_code": old} if then else row

    rewrite(edition / "observations" / "all.csv", lambda rows: [moved(r) for r in rows])


class Texts:
    """Hands out a text for every place, the same for what was the same before.

    Parameters
    ----------
    made : callable
        Takes a number and the name of a field; gives the text before the mark.
    """

    def __init__(self, made: Callable[[int, str], str]) -> None:
        self.made = made
        self.given: dict[tuple[str, str], int] = {}
        self.texts: dict[str, str] = {}
        self.fields: dict[str, str] = {}

    def text(self, field: str, before: str) -> str:
        """The text of a field that held ``before``."""
        field = ALIKE.get(field, field)
        key = (field, before)
        number = self.given.setdefault(key, len(self.given))
        mark = f"z{number}z"
        # a target falls due in a year
        self.texts[mark] = self.made(number, field) + " 2022" * (field == "by")
        self.fields.setdefault(mark, field)
        return f"{self.texts[mark]} {mark}"


def every_kind(number: int, field: str = "") -> str:
    """All payloads, each time another first: what acts at the start of a text differs in kind.

    What is drawn into charts is shorter, or a chart would take minutes: a third of the kinds in
    each of many values, a short form of each kind where a field has few.
    """
    kinds = list(PAYLOADS.values())
    at = number % len(kinds)
    kinds = kinds[at:] + kinds[:at]
    if field in MANY_DRAWN:
        kinds = kinds[:: len(kinds) // 3]
    elif field in FEW_DRAWN:
        kinds = list({**PAYLOADS, **SHORT}.values())
        kinds = [k for k in kinds[at:] + kinds[:at] if len(k) <= 50]
    text = " ".join(kinds)
    if field == "noun":
        text = text.replace("/", "").strip()
    return text.replace("*", "").replace("`", "") if field in PROSE else text


def poison(edition: Path) -> Texts:
    """Put payloads into every text of an edition."""
    return _fill(edition, Texts(every_kind))


def harmless(edition: Path) -> Texts:
    """Put plain words into the same places, as long as the payloads: tables fold by length."""
    return _fill(
        edition, Texts(lambda number, field: re.sub(r"\S", "w", every_kind(number, field)))
    )


def _fill(edition: Path, texts: Texts) -> Texts:
    for name, (stem, _) in FILES.items():
        columns = set(free_columns(name)) - REFERENCES.get(name, set())
        for path in _files(edition, stem):
            rewrite(
                path, lambda rows, c=columns: [_filled(r, c, i, texts) for i, r in enumerate(rows)]
            )
    for name in ("edition", "interventions"):
        path, schema = edition / f"{name}.yml", json_schema(name)
        values = yaml.safe_load(path.read_text("utf-8"))
        for keys in free_settings(values, schema):
            if REFERENCES[name].isdisjoint(keys):
                _put(values, keys, texts)
        for programme in values.get("interventions", []):
            card = programme["card"]
            programme["card"] = {
                k if k in ("Question", "Sources") else texts.text("heading", k): v
                for k, v in card.items()
            }
        path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), "utf-8")
    return texts


def _files(edition: Path, stem: str) -> list[Path]:
    return sorted([*edition.glob(f"{stem}.csv"), *(edition / stem).glob("*.csv")])


def _filled(row: Row, columns: set[str], number: int, texts: Texts) -> Row:
    # a blank cell that may hold text gets some, one of nine
    before = {c: row[c] or f"blank {number % 9}" for c in columns & set(row)}
    filled = row | {c: texts.text(c, text) for c, text in before.items()}
    if "noun" in row:  # two texts in a cell: a stroke parts them
        filled["noun"] = "/".join([texts.text("noun", row["noun"])] * 2)
    return filled


def free_columns(table: str) -> list[str]:
    """Columns of a table that take any text."""
    return [name for name, column in TABLES[table].columns.items() if _takes(column, every_kind(0))]


def _takes(column: Any, text: str) -> bool:
    try:
        pa.DataFrameSchema({column.name: column}).validate(pd.DataFrame({column.name: [text]}))
    except (SchemaError, SchemaErrors):
        return False
    return True


def json_schema(name: str) -> dict[str, Any]:
    """The schema of a YAML file of an edition."""
    package = "spi_core.edition" if name == "edition" else "spi_core.edition.interventions"
    schema = json.loads((resources.files(package) / f"{name}.schema.json").read_text("utf-8"))
    if name == "edition":
        schema["$defs"]["known"]["enum"] = list(KNOWN)
    return dict(schema)


def missing_settings(edition: Path) -> set[str]:
    """Names of settings that the schemas know and the edition does not use."""
    found = set()
    for name in ("edition", "interventions"):
        text = (edition / f"{name}.yml").read_text("utf-8")
        found |= set(_properties(json_schema(name))) - set(_keys(yaml.safe_load(text)))
    return found


def _properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _properties(part)


def _keys(value: Any) -> Iterator[str]:
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from _keys(part)
    if isinstance(value, dict):
        yield from value


def free_settings(values: Any, schema: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Paths of the strings in whose place the schema takes any text."""
    check = jsonschema.Draft202012Validator(schema)
    found = []
    for keys in _strings(values):
        changed = json.loads(json.dumps(values, default=str))
        _at(changed, keys[:-1])[keys[-1]] = every_kind(0)
        if check.is_valid(changed):
            found.append(keys)
    return found


def _strings(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield keys
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in pairs:
            yield from _strings(part, (*keys, key))


def _at(values: Any, keys: tuple[Any, ...]) -> Any:
    for key in keys:
        values = values[key]
    return values


def _put(values: Any, keys: tuple[Any, ...], texts: Texts) -> None:
    named = [key for key in keys if isinstance(key, str)]
    field = "notes" if "notes" in named else "card" if "card" in named else named[-1]
    holder = _at(values, keys[:-1])
    holder[keys[-1]] = texts.text(field, str(holder[keys[-1]]))
