"""Tables of the estimates of an impact chapter, and of the attempts to break them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from spi_core.present.base.numbers import number, signed
from spi_core.present.impact.data import ChapterPage, Node, OutcomePage, end
from spi_core.present.impact.numbers import effect_text, p_is, p_words, span
from spi_core.present.impact.words import named

Column = Callable[[OutcomePage], str]


def estimate_table(page: ChapterPage) -> pd.DataFrame:
    """Give the primary estimates with their exact inference."""
    level = f"{100 * (1 - page.design['alpha']):g}% interval"
    return pd.DataFrame(
        {
            "Outcome": o.label,
            "Effect": effect_text(o, e["estimate"]),
            level: span(o, e["low"], e["high"]),
            "p" if page.wide else "Exact p": p_words(e["p"]),
            "After Holm": p_words(o.node["p_holm"]),
            "Smallest p": p_words(e["floor"]),
        }
        for o in page.answered
        for e in [o.analysis["effect"]]
    )


def companion_table(page: ChapterPage) -> pd.DataFrame:
    """Give the companion tests; empty where all are withheld."""
    unit, rows = page.unit, []
    kind = "CR2, Bell–McCaffrey" if page.by_unit else f"HC2 within {unit.many}"
    for o in (o for o in page.answered if o.analysis["model"]):
        m, means, wild = (o.analysis[name] for name in ("model", "means", "wild"))
        pooled = f"{p_is(means['p_pooled'])}, {means['df_pooled']:.0f} df" if means else "–"
        row = {
            "Outcome": o.label,
            kind: f"{span(o, m['low'], m['high'])}; {p_is(m['p_cr2'])}, {m['df']:.1f} df",
            f"Pooled t, {unit.one} means": pooled,
            "Wild cluster bootstrap": p_is(wild["p"]) if wild else "–",
        }
        rows.append(row)
    return pd.DataFrame(rows)


def grid_table(page: ChapterPage) -> pd.DataFrame:
    """Set all specifications side by side, a column an outcome."""
    table: dict[str, list[str]] = {}
    for o in page.answered:
        grid = o.analysis["grid"]
        table.setdefault("Specification", [row["label"] for row in grid])
        table[o.label] = [_specification(o, row) for row in grid]
    return pd.DataFrame(table)


def _specification(o: OutcomePage, row: Node) -> str:
    if row["estimate"] is None:
        return row["note"] or "–"
    if row["key"] == "ward_log":
        ends = [100 * math.expm1(end(row[k], math.inf)) for k in ("estimate", "low", "high")]
        estimate, low, high = (f"{signed(e, 0)}%" for e in ends)
        return f"{estimate} ({low} to {high}), {p_is(row['p_exact'])}"
    text = effect_text(o, row["estimate"])
    if row["low"] is not None:
        text += f" ({span(o, row['low'], row['high'])})"
    if row["p_exact"] is not None:
        text += f", {p_is(row['p_exact'])}"
    if row["p_model"] is not None:
        text += f"; {row['companion']} {p_is(row['p_model'])}"
    return text


def trend_table(page: ChapterPage) -> pd.DataFrame:
    """Give the difference in trend before, and the one that would explain the estimate."""
    rows = []
    for o in page.answered:
        t, digits = o.analysis["trend"], o.digits + 1
        ends = [end(t[k], math.inf) for k in ("observed", "observed_low", "observed_high")]
        seen = "not testable with two periods"
        if not math.isnan(ends[0]):
            middle, low, high = (signed(e, digits) for e in ends)
            seen = f"{middle} ({low} to {high})"
        doubt = end(t["to_doubt"], math.nan)
        enough = signed(doubt, digits) if doubt else "none needed: the interval holds zero"
        rows.append((o.label, seen, signed(t["per_period"], digits), enough))
    columns = ["Outcome", "Difference in trend before, a year", "Trend that explains the estimate",
               "Trend that brings the interval to zero"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def check_table(page: ChapterPage) -> pd.DataFrame:
    """List the attempts to break the estimate, a column an outcome."""
    checks: Sequence[tuple[str, Column]] = (
        ("Estimate", lambda o: effect_text(o, o.analysis["effect"]["estimate"])),
        ("Balance before: baseline, in SD", lambda o: _balance(o, "baseline")),
        ("Balance before: population, in SD", lambda o: _balance(o, "population")),
        (
            f"Placebo group: comparison {page.unit.many} most like the treated",
            lambda o: _refit(page, o, "placebo"),
        ),
        ("Neighbours of treated areas dropped", lambda o: _refit(page, o, "donut")),
        (f"One {page.unit.one} left out at a time", lambda o: _left_out(page, o)),
        ("Moran’s I of what is left over", _moran),
    )
    table = {"Check": [name for name, _ in checks]}
    for o in page.answered:
        table[o.label] = [column(o) for _, column in checks]
    return pd.DataFrame(table)


def _balance(o: OutcomePage, variable: str) -> str:
    row = next((b for b in o.analysis["balance"] if b["variable"] == variable), None)
    if row is None or row["standardised"] is None:
        return "–"
    size = end(row["standardised"], math.inf)
    return f"{signed(size, 2)}{' (large)' if row['large'] else ''}"


def _refit(page: ChapterPage, o: OutcomePage, name: str) -> str:
    row = o.analysis[name]
    if row is None:
        return "–"
    if row["estimate"] is None:
        return f"not possible: {row['note']}"
    who = f", {row['wards']} {page.unit.many} left"
    if name == "placebo":
        who = f", {named(page, row['name'])} had been treated"
    interval = span(o, row["low"], row["high"])
    return f"{effect_text(o, row['estimate'])} ({interval}), {p_is(row['p'])}{who}"


def _left_out(page: ChapterPage, o: OutcomePage) -> str:
    done = [r for r in o.analysis["refits"] if r["estimate"] is not None]
    gone = [named(page, r["name"]) for r in o.analysis["refits"] if r["estimate"] is None]
    if not done:
        return "not possible"
    least, most = (f(done, key=lambda r: r["estimate"]) for f in (min, max))
    text = (
        f"{effect_text(o, least['estimate'])} {named(page, least['name'])} to "
        f"{effect_text(o, most['estimate'])} {named(page, most['name'])}"
    )
    return text + (f"; not possible {', '.join(gone)}" if gone else "")


def _moran(o: OutcomePage) -> str:
    found = o.analysis["moran"]
    if not found:
        return "–"
    i, expected = number(found["i"], 2), number(found["expected"], 2)
    return f"{i} (expected {expected}), {p_is(found['p'])}"


def multiplicity_table(page: ChapterPage) -> pd.DataFrame:
    """List every outcome tested, with its corrected p-value."""
    rows = []
    for o in page.answered:
        e = o.analysis["effect"]
        corrected = p_words(o.node["p_holm"])
        if o.node["p_max_t"] is not None:
            corrected += f" (max-t {p_words(o.node['p_max_t'])})"
        rows.append(
            (
                o.label,
                "primary",
                effect_text(o, e["estimate"]),
                span(o, e["low"], e["high"]),
                p_words(o.node["p"]),
                corrected,
            )
        )
    digits = 0 if page.wide else max((o.digits for o in page.answered), default=1)
    unit = "%" if page.wide else ""
    for s in page.node["side"]:
        label = s["outcome"]["label"] or s["outcome"]["id"]
        if s["estimate"] is None:
            rows.append((label, s["role"], "refused", "–", "–", "–"))
            continue
        low, high = end(s["low"], -math.inf), end(s["high"], math.inf)
        rows.append(
            (
                label,
                s["role"],
                signed(s["estimate"], digits) + unit,
                f"{signed(low, digits)}{unit} to {signed(high, digits)}{unit}",
                p_words(s["p"]),
                p_words(s["p_adjusted"]),
            )
        )
    columns = ["Outcome", "Role", "Effect", "Interval", "Exact p", "Corrected"]
    return pd.DataFrame(rows, columns=columns)
