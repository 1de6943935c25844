"""Tables of an impact chapter, as text ready to be printed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from spi_core.present.base.marks import mark_rows
from spi_core.present.base.numbers import number, signed
from spi_core.present.base.prose import prose
from spi_core.present.impact.data import ChapterPage, OutcomePage, end
from spi_core.present.impact.numbers import day_words, effect_text, percent, periods, span, whole
from spi_core.present.impact.words import status_words

#: Columns that hold no figure.
NO_FIGURES = ("Side", "Role", "Why", "Outcome")


def protocol_table(page: ChapterPage) -> pd.DataFrame:
    """List what was fixed beforehand."""
    d = page.design
    better = {"down": "lower is better", "up": "higher is better"}
    primary = "; ".join(f"{o.label} ({better[o.direction]})" for o in page.outcomes)
    rows = [("Primary outcomes", primary)]
    for role, words in (("placebo", "Placebo outcomes"), ("exploratory", "Exploratory outcomes")):
        labels = "; ".join(o["label"] or o["id"] for o in d[role])
        rows.append((words, labels or "none"))
    corrections = "Holm over primary outcomes, Benjamini–Hochberg within the others"
    test = f"two-sided, {100 * d['alpha']:g}%; {corrections}"
    if page.wide:
        least = f"{d['worth']:g}% of the number expected"
        rows += [("Smallest effect worth having", least)]
        rows += [("Compared with", prose("impact")[f"wide_comparison.{_comparison(d)}"])]
    rows += [
        ("Unit of the outcomes", page.outcomes[0].unit or "as in the indicator register"),
        ("Before · after", f"{periods(d['before'])} · {periods(d['after'])}"),
        ("Earlier, for trends only", periods(d["earlier"]) if d["earlier"] else "none"),
        ("Test", test),
        ("Why these areas", prose("impact")[f"selection.{d['selection']}"]),
        ("Treated areas", "inferred" if d["inferred"] else "as listed by the source"),
    ]
    return pd.DataFrame(rows, columns=["Fixed beforehand", "As"])


def _comparison(design: Mapping[str, Any]) -> str:
    return design["comparison"] if isinstance(design["comparison"], str) else "named"


def raw_table(page: ChapterPage) -> pd.DataFrame:
    """Tabulate the plain means, two by two for each outcome.

    Parameters
    ----------
    page : ChapterPage
        The chapter; outcomes without figures are left out.
    """
    before, after = periods(page.design["before"]), periods(page.design["after"])
    rows = []
    for o in (o for o in page.outcomes if o.raw):
        digits = _agreeing(o)
        changes = []
        for side, words in (("treated", "Treated"), ("comparison", "Comparison")):
            if not o.raw[f"{side}_units"]:
                continue
            first, last = o.raw[f"{side}_before"], o.raw[f"{side}_after"]
            changes.append(last - first)
            rows.append(
                (
                    o.label,
                    words,
                    number(first, digits),
                    number(last, digits),
                    signed(last - first, digits),
                )
            )
        if len(changes) == 2:
            gap = signed(changes[0] - changes[1], digits)
            rows.append((o.label, "**Difference**", "", "", f"**{gap}**"))
    table = pd.DataFrame(rows, columns=["Outcome", "Side", before, after, "Change"])
    table["Outcome"] = table["Outcome"].where(~table["Outcome"].duplicated(), "")
    return table


def _agreeing(o: OutcomePage) -> int:
    """Decimals with which the printed levels give the printed changes, and these their gap.

    One or two more than the outcome’s own, where that helps: a reader who subtracts must not find
    another number than the one that is printed.
    """
    keys = ("treated_before", "treated_after", "comparison_before", "comparison_after")
    sides = [[end(o.raw[k], math.nan) for k in keys[i : i + 2]] for i in (0, 2)]
    sides = [s for s in sides if not any(map(math.isnan, s))]
    for digits in range(o.digits, o.digits + 3):
        printed = [round(after, digits) - round(before, digits) for before, after in sides]
        true = [after - before for before, after in sides]
        pairs = list(zip(printed, true, strict=True))
        if len(sides) == 2:
            pairs.append((printed[0] - printed[1], true[0] - true[1]))
        if all(signed(a, digits) == signed(b, digits) for a, b in pairs):
            return digits
    return o.digits


def mark_table(table: pd.DataFrame, generated: bool) -> pd.DataFrame:
    """Put the mark of generated figures on the numbers of a table.

    Parameters
    ----------
    table : DataFrame
        Cells as text; the first column names the rows.
    generated : bool
        Whether the figures are.

    Returns
    -------
    DataFrame
        Names, roles and reasons stay as they are, and so do empty cells and dashes.
    """
    shown = mark_rows(table, generated, [c for c in table.columns[1:] if c not in NO_FIGURES])
    return shown.mask(table == "", "")


def power_table(page: ChapterPage) -> pd.DataFrame:
    """Say how large an effect would have to be."""
    wanted = f"{100 * page.design['power']:.0f}%"
    rows = []
    for o in page.answered:
        power, exact = o.analysis["power"], end(o.analysis["power_exact"], math.nan)
        row = {
            "Outcome": o.label,
            f"Found with {wanted} chance, by formula": whole(o, power["effect"]),
            "Of the level before": percent(power["effect"], o.level).lstrip("+"),
            "Chance in the exact test": "–" if math.isnan(exact) else f"{100 * exact:.0f}%",
            "SD of changes": f"{power['sd']:.2g}",
            "ICC": f"{power['icc']:.2f}",
        }
        rows.append(row)
    return pd.DataFrame(rows)


def certainty_table(page: ChapterPage) -> pd.DataFrame:
    """Give scale, certainty and the reasons."""
    rows = []
    for o in page.outcomes:
        v = o.verdict
        if not v["certainty"]:
            rows.append((o.label, "–", "–", "no estimate"))
            continue
        scale = f"{v['maryland']} of 5. {v['maryland_reason']}"
        rows.append((o.label, scale, v["certainty"], " ".join(v["reasons"])))
    return pd.DataFrame(rows, columns=["Outcome", "Maryland scale", "Certainty", "Why"])


def provenance_table(page: ChapterPage) -> pd.DataFrame:
    """Give the fingerprints."""
    a, edition = page.node["provenance"], page.node["edition"]
    versions = ", ".join(f"{k} {v}" for k, v in sorted(a["versions"].items()))
    names = (
        *(("Protocol", "protocol"), ("Raw means by ward", "means")),
        *(("Areas", "areas"), ("Code", "code")),
    )
    rows = [(words, f"`{a[f'{key}_sha256']}`") for words, key in names]
    rows += [
        ("Rows of values read", number(a["rows"], 0)),
        ("Edition, data version", f"{edition['id']}, {edition['data_version']}"),
        ("Computed with", versions),
    ]
    return pd.DataFrame(rows, columns=["What", "SHA-256"])


def overview_table(pages: Sequence[ChapterPage]) -> pd.DataFrame:
    """List every primary answer of every chapter.

    Parameters
    ----------
    pages : sequence of ChapterPage
        The chapters.

    Returns
    -------
    DataFrame
        The programme’s name links to its chapter.
    """
    rows = []
    for page in pages:
        name = f"[{page.name}](impact/{page.id}.html), {day_words(page.design['start'])}"
        for o in page.outcomes:
            panel = o.analysis.get("panel")
            both = panel and f" ({span(o, panel['low'], panel['high'])})"
            row = {
                "Programme, start": name if o is page.outcomes[0] else "",
                "Outcome": o.label,
                "Answer": status_words(o),
                "Effect": f"{effect_text(o, panel['did'])}{both}" if panel else "–",
                "Certainty": o.verdict["certainty"] or "–",
            }
            rows.append(row)
    return pd.DataFrame(rows)
