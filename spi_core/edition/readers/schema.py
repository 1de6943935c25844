"""What each input file looks like: one pandera schema a file, the key columns named."""

from __future__ import annotations

import pandera.pandas as pa

__all__ = ["STATUSES", "TABLES"]

STATUSES = (
    "observed",
    "modelled",
    "provisional",
    "revised",
    "suppressed",
    "missing",
    "illustrative",
)
#: Which codes there are is for ``areas.csv`` to say, how they look for the levels.
CODE = r"^\S+$"


def _text(*allowed: str, pattern: str | None = None, blank: bool = False) -> pa.Column:
    checks = []
    if allowed:
        checks.append(pa.Check.isin(allowed, error="one of " + ", ".join(allowed)))
    if pattern:
        checks.append(pa.Check.str_matches(pattern, error=_PATTERNS[pattern]))
    if not blank and not allowed:
        checks.append(pa.Check.str_length(min_value=1, error="something: the cell is blank"))
    return pa.Column(str, checks)


def _optional(column: pa.Column) -> pa.Column:
    column.required = False
    return column


def _number(*, blank: bool = False, above: float | None = None) -> pa.Column:
    checks = [pa.Check.ge(above, error=f"{above:g} or more")] if above is not None else []
    return pa.Column(float, checks, nullable=blank)


def _date() -> pa.Column:
    return pa.Column("datetime64[ns]", nullable=False)


_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$"
_PATTERNS = {
    _POSTCODE: "a whole postcode in capitals, such as RM10 8XX",
    CODE: "a code without blanks",
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and underscores",
}
_ID = r"^[a-z][a-z0-9_]*$"

#: One schema a file. ``unique`` names the key; a file's stem or folder picks the schema.
TABLES: dict[str, pa.DataFrameSchema] = {
    "indicators": pa.DataFrameSchema(
        {
            "id": _text(pattern=_ID),
            "name": _text(),
            "component": _text(),
            "dimension": _text(),
            "description": _text(),
            "unit": _text(),
            "polarity": _text("+1", "1", "-1"),
            "kind": _text("rate", "proportion", "mean", "index"),
            "numerator": _text(blank=True),
            "denominator": _text(blank=True),
            "per": _number(above=0),
            "access": _text("public", "internal"),
            "publisher_or_owner": _text(),
            "source_dataset": _text(),
            "update_frequency": _text(blank=True),
            "finest_level": _text(),
            "licence": _text(),
            "natural_worst": _number(blank=True),
            "natural_best": _number(blank=True),
            "disclosure_rule": _text(blank=True),
            "partner": _text(blank=True),
            "manifesto_theme": _text(blank=True),
            "open_figures": _text(blank=True),
            "rationale": _text(blank=True),
            "comparable": _text("yes", "no"),
            "break_reason": _text(blank=True),
            "transform": _text("none", "log", "cap", "winsorise"),
            "valid_min": _number(blank=True),
            "valid_max": _number(blank=True),
            "rollup": _optional(_text("ratio", "mean")),
            "interval": _optional(_text("wilson", "byar", "none")),
        },
        unique=["id"],
        strict=True,
    ),
    "observations": pa.DataFrameSchema(
        {
            "indicator_id": _text(),
            "area_code": _text(pattern=CODE),
            "period": _text(),
            "period_label": _text(),
            "start": _date(),
            "end": _date(),
            "value": _number(blank=True),
            "numerator": _number(blank=True, above=0),
            "denominator": _number(blank=True, above=0),
            "status": _text(*STATUSES),
            "note": _text(blank=True),
        },
        unique=["indicator_id", "area_code", "period"],
        strict=True,
    ),
    "series": pa.DataFrameSchema(
        {
            "measure_id": _text(pattern=_ID),
            "area_code": _text(pattern=CODE),
            "period": _text(),
            "value": _number(blank=True),
            "unit": _text(),
            "status": _text(*STATUSES),
            "note": _text(blank=True),
        },
        unique=["measure_id", "area_code", "period"],
        strict=True,
    ),
    "areas": pa.DataFrameSchema(
        {
            "code": _text(pattern=CODE),
            "name": _text(),
            "level": _text(),
            "vintage": _text(),
            "parent_code": _text(blank=True),
            "population": _number(above=0),
        },
        unique=["code"],
        strict=True,
    ),
    "lookup": pa.DataFrameSchema(
        {
            "from_code": _text(pattern=CODE),
            "to_code": _text(pattern=CODE),
            "weight": _number(above=0),
            "basis": _text(),
        },
        unique=["from_code", "to_code"],
        strict=True,
    ),
    "rebase": pa.DataFrameSchema(
        {
            "from_code": _text(pattern=CODE),
            "to_code": _text(pattern=CODE),
            "weight": _number(above=0),
            "basis": _text(),
        },
        unique=["from_code", "to_code"],
        strict=True,
    ),
    "goalposts": pa.DataFrameSchema(
        {
            "indicator_id": _text(),
            "worst": _number(),
            "best": _number(),
            "basis": _text("reference distribution", "target", "edition distribution"),
            "reason": _text(),
        },
        unique=["indicator_id"],
        strict=True,
    ),
    "weights": pa.DataFrameSchema(
        {
            "indicator_id": _text(),
            "component": _text(),
            "method": _text("pca", "equal", "given"),
            "weight": _number(above=0),
            "loading": _number(blank=True),
            "sd": _number(above=0),
            "share": _number(above=0),
            "reason": _text(),
            "fitted_on": _text(),
            "fitted_at": _text(),
        },
        unique=["indicator_id"],
        strict=True,
    ),
    "moments": pa.DataFrameSchema(
        {
            "indicator_id": _text(),
            "n_rows": _number(above=2),
            "mean": _number(),
            "sd": _number(above=0),
        },
        unique=["indicator_id"],
        strict=True,
    ),
    "distribution": pa.DataFrameSchema(
        {
            "indicator_id": _text(),
            "period": _text(),
            "n_wards": _number(above=1),
            **{
                name: _number()
                for name in [
                    "mean",
                    "sd",
                    "min",
                    "p01",
                    "p05",
                    "p25",
                    "median",
                    "p75",
                    "p95",
                    "p99",
                    "max",
                ]
            },
        },
        unique=["indicator_id", "period"],
        strict=True,
    ),
    "context": pa.DataFrameSchema(
        {
            "area_code": _text(pattern=CODE),
            "variable": _text(pattern=_ID),
            "label": _text(),
            "period_label": _text(),
            "value": _number(),
            "source": _text(),
        },
        unique=["area_code", "variable"],
        strict=True,
    ),
    "signoff": pa.DataFrameSchema(
        {
            "indicator_id": _text(),
            "expert": _text(),
            "organisation": _text(),
            "date": _text(),
            "caveat": _text(blank=True),
        },
        unique=["indicator_id", "expert"],
        strict=True,
    ),
    "targets": pa.DataFrameSchema(
        {
            "manifesto_theme": _text(),
            "indicator_id": _text(),
            "target": _number(),
            "by": _text(),
            "source": _text(),
            "status": _text("agreed", "proposed", "illustrative"),
            "note": _text(blank=True),
        },
        unique=["indicator_id", "by"],
        strict=True,
    ),
    "postcodes": pa.DataFrameSchema(
        {
            "postcode": _text(pattern=_POSTCODE),
            "area_code": _text(pattern=CODE),
        },
        unique=["postcode"],
        strict=True,
    ),
    "corrections": pa.DataFrameSchema(
        {
            "date": _text(),
            "table": _text(),
            "what": _text(),
            "why": _text(),
        },
        strict=True,
    ),
}
