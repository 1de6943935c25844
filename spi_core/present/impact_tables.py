"""Tables of an impact chapter, as text ready to be printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from spi_core.present.impact import percent
from spi_core.present.impact_data import ChapterPage, Node, OutcomePage, end
from spi_core.present.impact_figures import effect_text, p_words, periods, span, whole
from spi_core.present.impact_words import named, status_words
from spi_core.present.words import number, signed

__all__ = [
    "audit_table",
    "card_table",
    "certainty_table",
    "check_table",
    "companion_table",
    "estimate_table",
    "grid_table",
    "multiplicity_table",
    "overview_table",
    "power_table",
    "protocol_table",
    "raw_table",
    "trend_table",
]

Column = Callable[[OutcomePage], str]


def card_table(page: ChapterPage) -> pd.DataFrame:
    """Lay out the programme card as given; the question and the sources stand elsewhere.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    card = page.design["card"]
    rows = [(k, v) for k, v in card.items() if isinstance(v, str) and k != "Question"]
    return pd.DataFrame(rows, columns=["Programme", page.name])


def protocol_table(page: ChapterPage) -> pd.DataFrame:
    """List what was fixed beforehand.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    d = page.design
    better = {"down": "fewer is better", "up": "more is better"}
    primary = "; ".join(f"{o.label} ({better[o.direction]})" for o in page.outcomes)
    rows = [("Primary outcomes", primary)]
    for role, words in (("placebo", "Placebo outcomes"), ("exploratory", "Exploratory outcomes")):
        labels = "; ".join(o["label"] or o["id"] for o in d[role])
        rows.append((words, labels or "none"))
    test = f"two-sided, {100 * d['alpha']:g}%; Holm over primary outcomes, Benjamini–Hochberg within the others"
    reasons = {
        "baseline_figure": "on the baseline year’s figure",
        "lasting_level": "for a lasting problem",
        "other": "for reasons apart from the outcomes",
        "unknown": "not known",
    }
    rows += [
        ("Unit of the outcomes", page.outcomes[0].unit or "as in the indicator register"),
        ("Before · after", f"{periods(d['before'])} · {periods(d['after'])}"),
        ("Earlier, for trends only", periods(d["earlier"]) if d["earlier"] else "none"),
        ("Test", test),
        ("Why these areas", reasons[d["selection"]]),
        ("Treated areas", "inferred" if d["inferred"] else "as listed by the source"),
    ]
    return pd.DataFrame(rows, columns=["Fixed beforehand", "As"])


def raw_table(page: ChapterPage) -> pd.DataFrame:
    """Tabulate the plain means, two by two for each outcome.

    Parameters
    ----------
    page : ChapterPage
        The chapter; outcomes without figures are left out.

    Returns
    -------
    DataFrame
    """
    before, after = periods(page.design["before"]), periods(page.design["after"])
    rows = []
    for o in (o for o in page.outcomes if o.raw):
        changes = []
        for side, words in (("treated", "Treated"), ("comparison", "Comparison")):
            if not o.raw[f"{side}_units"]:
                rows.append((o.label, words, "–", "–", "–"))
                continue
            first, last = o.raw[f"{side}_before"], o.raw[f"{side}_after"]
            changes.append(last - first)
            rows.append((o.label, words, whole(o, first), whole(o, last),
                         signed(last - first, o.digits)))
        if len(changes) == 2:
            gap = signed(changes[0] - changes[1], o.digits)
            rows.append((o.label, "**Difference**", "", "", f"**{gap}**"))
    table = pd.DataFrame(rows, columns=["Outcome", "Side", before, after, "Change"])
    table["Outcome"] = table["Outcome"].where(~table["Outcome"].duplicated(), "")
    return table


def power_table(page: ChapterPage) -> pd.DataFrame:
    """Say how large an effect would have to be.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    wanted = f"{100 * page.design['power']:.0f}%"
    rows = []
    for o in page.answered:
        power = o.analysis["power"]
        exact = end(o.analysis["power_exact"], math.nan)
        rows.append(
            (
                o.label,
                whole(o, power["effect"]),
                percent(power["effect"], o.level).lstrip("+"),
                "–" if math.isnan(exact) else f"{100 * exact:.0f}%",
                f"{power['sd']:.2g}",
                f"{power['icc']:.2f}",
            )
        )
    columns = ["Outcome", f"Found with {wanted} chance", "Of the level before",
               "Chance in the exact test", "SD of changes", "ICC"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def estimate_table(page: ChapterPage) -> pd.DataFrame:
    """Give the primary estimates with their exact inference.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    rows = []
    for o in page.answered:
        e = o.analysis["effect"]
        rows.append(
            (
                o.label,
                effect_text(o, e["estimate"]),
                span(o, e["low"], e["high"]),
                p_words(e["p"]),
                p_words(o.node["p_holm"]),
                p_words(e["floor"]),
            )
        )
    level = f"{100 * (1 - page.design['alpha']):g}% interval"
    columns = ["Outcome", "Effect", level, "Exact p", "After Holm", "Smallest p"]
    return pd.DataFrame(rows, columns=columns)


def companion_table(page: ChapterPage) -> pd.DataFrame:
    """Give the companion tests; empty where all are withheld.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    rows = []
    for o in page.answered:
        a = o.analysis
        if not a["model"]:
            continue
        m = a["model"]
        cr2 = f"{span(o, m['low'], m['high'])}; p {p_words(m['p_cr2'])}, {m['df']:.1f} df"
        means, wild = a["means"], a["wild"]
        rows.append(
            (
                o.label,
                cr2,
                f"p {p_words(means['p_pooled'])}, {means['df_pooled']:.0f} df" if means else "–",
                f"p {p_words(wild['p'])}" if wild else "–",
            )
        )
    kind = "CR2, Bell–McCaffrey" if page.by_ward else "HC2 within wards"
    columns = ["Outcome", kind, "Pooled t, ward means", "Wild cluster bootstrap"]
    return pd.DataFrame(rows, columns=columns)


def grid_table(page: ChapterPage) -> pd.DataFrame:
    """Set all specifications side by side, a column an outcome.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
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
        return f"{estimate} ({low} to {high}), p {p_words(row['p_exact'])}"
    text = effect_text(o, row["estimate"])
    if row["low"] is not None:
        text += f" ({span(o, row['low'], row['high'])})"
    if row["p_exact"] is not None:
        text += f", p {p_words(row['p_exact'])}"
    if row["p_model"] is not None:
        text += f"; {row['companion']} p {p_words(row['p_model'])}"
    return text


def trend_table(page: ChapterPage) -> pd.DataFrame:
    """Give the difference in trend before, and the one that would explain the estimate.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    rows = []
    for o in page.answered:
        t, digits = o.analysis["trend"], o.digits + 1
        ends = [end(t[k], math.inf) for k in ("observed", "observed_low", "observed_high")]
        seen = "not testable with two periods"
        if not math.isnan(ends[0]):
            seen = f"{signed(ends[0], digits)} ({signed(ends[1], digits)} to {signed(ends[2], digits)})"
        doubt = end(t["to_doubt"], math.nan)
        enough = signed(doubt, digits) if doubt else "none needed: the interval holds zero"
        rows.append((o.label, seen, signed(t["per_period"], digits), enough))
    columns = ["Outcome", "Difference in trend before, a year", "Trend that explains the estimate",
               "Trend that brings the interval to zero"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def check_table(page: ChapterPage) -> pd.DataFrame:
    """List the attempts to break the estimate, a column an outcome.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    checks: Sequence[tuple[str, Column]] = (
        ("Estimate", lambda o: effect_text(o, o.analysis["effect"]["estimate"])),
        ("Balance before: baseline, in SD", lambda o: _balance(o, "baseline")),
        ("Balance before: population, in SD", lambda o: _balance(o, "population")),
        ("Placebo group: comparison wards most like the treated", lambda o: _refit(page, o, "placebo")),
        ("Neighbours of treated areas dropped", lambda o: _refit(page, o, "donut")),
        ("One ward left out at a time", lambda o: _left_out(page, o)),
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
    who = f" {named(page, row['name'])}" if name == "placebo" else f", {row['wards']} wards left"
    interval = span(o, row["low"], row["high"])
    return f"{effect_text(o, row['estimate'])} ({interval}), p {p_words(row['p'])}{who}"


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
    return f"{number(found['i'], 2)} (expected {number(found['expected'], 2)}), p {p_words(found['p'])}"


def multiplicity_table(page: ChapterPage) -> pd.DataFrame:
    """List every outcome tested, with its corrected p-value.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    rows = []
    for o in page.answered:
        e = o.analysis["effect"]
        corrected = f"{p_words(o.node['p_holm'])} (max-t {p_words(o.node['p_max_t'])})"
        rows.append((o.label, "primary", effect_text(o, e["estimate"]),
                     span(o, e["low"], e["high"]), p_words(o.node["p"]), corrected))
    digits = max((o.digits for o in page.answered), default=1)
    for s in page.node["side"]:
        label = s["outcome"]["label"] or s["outcome"]["id"]
        if s["estimate"] is None:
            rows.append((label, s["role"], "refused", "–", "–", "–"))
            continue
        low, high = end(s["low"], -math.inf), end(s["high"], math.inf)
        rows.append((label, s["role"], signed(s["estimate"], digits),
                     f"{signed(low, digits)} to {signed(high, digits)}", p_words(s["p"]),
                     p_words(s["p_adjusted"])))
    columns = ["Outcome", "Role", "Effect", "Interval", "Exact p", "Corrected"]
    return pd.DataFrame(rows, columns=columns)


def certainty_table(page: ChapterPage) -> pd.DataFrame:
    """Give scale, certainty and the reasons.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    rows = []
    for o in page.outcomes:
        v = o.verdict
        if not v["certainty"]:
            rows.append((o.label, "–", "–", "no estimate"))
            continue
        scale = f"{v['maryland']} of 5. {v['maryland_reason']}"
        rows.append((o.label, scale, v["certainty"], " ".join(v["reasons"])))
    return pd.DataFrame(rows, columns=["Outcome", "Maryland scale", "Certainty", "Why"])


def audit_table(page: ChapterPage) -> pd.DataFrame:
    """Give the fingerprints.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    DataFrame
    """
    a, edition = page.node["audit"], page.node["edition"]
    versions = ", ".join(f"{k} {v}" for k, v in sorted(a["versions"].items()))
    names = (("Protocol", "protocol"), ("Values", "values"), ("Areas", "areas"), ("Code", "code"))
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
        for i, o in enumerate(page.outcomes):
            panel = o.analysis.get("panel") if o.analysis else None
            effect = (
                f"{effect_text(o, panel['did'])} ({span(o, panel['low'], panel['high'])})"
                if panel
                else "–"
            )
            name = f"[{page.name}](impact/{page.id}.html), {page.design['start']}" if i == 0 else ""
            sure = o.verdict["certainty"] or "–"
            rows.append((name, o.label, status_words(o), effect, sure))
    columns = ["Programme, start", "Outcome", "Answer", "Effect", "Certainty"]
    return pd.DataFrame(rows, columns=columns)
