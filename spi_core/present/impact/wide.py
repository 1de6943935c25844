"""What a chapter says that compares with areas beyond the borough: sentences and tables."""

from __future__ import annotations

import math

import pandas as pd

from spi_core.present.base.numbers import number, signed
from spi_core.present.base.prose import fill, prose
from spi_core.present.base.words import and_list
from spi_core.present.impact.data import ChapterPage, OutcomePage, end
from spi_core.present.impact.numbers import effect_text, p_is, p_words, periods, span
from spi_core.text.seal import address

#: Per cent beyond which a bound says nothing.
FAR = 1000.0


def answer(page: ChapterPage, o: OutcomePage, head: str) -> str:
    """Give the answer for one primary outcome, as a paragraph.

    Parameters
    ----------
    page, o : ChapterPage, OutcomePage
        The chapter, and an outcome with an estimate.
    head : str
        Heading.
    """
    a, effect = o.analysis, o.analysis["effect"]
    level = f"{100 * (1 - page.design['alpha']):g}%"
    seen, due = (number(a[key], 0) for key in ("observed", "expected"))
    where = f"the {len(page.treated)} treated {page.unit.many}"
    if len(page.treated) <= 3:
        where = and_list(list(page.treated))
    kind = fill("impact", f"wide_expected.{a['method']}")
    doubt = "" if o.clear else ", which chance alone could bring"
    if page.design["alongside"]:
        doubt = ", but that cannot be told from what else changed"
    return (
        f"{head}\n\nIn {where} {seen} were recorded in {periods(page.design['after'])}; {due} were "
        f"to be expected {kind}. That is {effect_text(o, effect['estimate'])}{doubt}."
        f"\n\n[{level} interval {span(o, effect['low'], effect['high'])}. "
        f"{_chance(page, o)} Certainty: **{o.verdict['certainty']}**.]{{.smaller}}"
    )


def _chance(page: ChapterPage, o: OutcomePage) -> str:
    effect = o.analysis["effect"]
    many = number(effect["sets"], 0)
    error = "" if effect["exact"] else f" ± {p_words(effect['monte_carlo_se'])}"
    family = len(page.answered)
    after = f" ({p_words(o.node['p_holm'])} after correction for {family} outcomes)"
    if page.design["comparison"] == "boroughs":
        what = f"Among {many} other {page.unit.many}, each taken for the treated one"
    elif page.outcomes[0].raw["treated_units"] == 1:
        what = f"Among {many} other {page.unit.many}"
    else:
        what = f"Among {many} other sets of {page.unit.many} of the same shape"
    return (
        f"{what}: {p_is(effect['p'])}{error}{after if family > 1 else ''}; the smallest that can "
        f"come out is {p_words(effect['floor']).replace('<', 'below ')}."
    )


def estimand(page: ChapterPage) -> list[str]:
    """Say what is estimated, on whom, and who is in and who is out."""
    raw = next((o.raw for o in page.outcomes if o.raw), {})
    names = {"before": periods(page.design["before"]), "after": periods(page.design["after"])}
    count, compared = raw.get("treated_units", 0), raw.get("comparison_units", 0)
    items = [
        fill("impact", "wide.estimand", **names),
        f"**Treated:** {and_list(list(page.treated))}.",
        f"**May be compared with:** {number(compared, 0)} {page.unit.noun(compared)}.",
        f"**On neither side:** {number(len(page.node['edition']['ring']), 0)} in the ring of "
        f"{page.design['spillover_km']:g} km round {'it' if count == 1 else 'them'} or touching, "
        f"and {len(page.design['excluded'])} excluded beforehand.",
    ]
    for donor in page.design["donors"]:
        since = f"since {donor['start']}" if donor["start"] else "start not known"
        link = f" {address(donor['source'])}" if donor["source"] else ""
        items.append(f"**No donor if it began in time:** {donor['what']}, {since}.{link}")
    if page.design["comparison"] == "boroughs":
        items.append(prose("impact")["wide.donors"])
    return items


def method_words(page: ChapterPage) -> str:
    """Say what is estimated and how it is tested."""
    kind = "boroughs" if page.design["comparison"] == "boroughs" else "areas"
    return prose("impact")[f"wide_method.{kind}"]


def power_table(page: ChapterPage) -> pd.DataFrame:
    """Say how large an effect would have to be."""
    rows = []
    for o in page.answered:
        a = o.analysis
        least = end(a["detectable"], math.inf)
        row = {
            "Outcome": o.label,
            "Worth having": effect_text(o, a["worth"]),
            "Chance of finding that": f"{100 * a['effect']['power']:.0f}%",
            "Found four times in five": effect_text(o, least) if math.isfinite(least) else "none",
            "Placebo sets": number(a["effect"]["sets"], 0),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def grid_table(page: ChapterPage) -> pd.DataFrame:
    """Set all ways to compare side by side, a column an outcome."""
    table: dict[str, list[str]] = {}
    for o in page.answered:
        grid = o.analysis["grid"]
        table.setdefault(
            "Way of comparing",
            [("**" * (r["key"] == o.analysis["method"])).join(("", r["label"], "")) for r in grid],
        )
        table[o.label] = [
            f"{effect_text(o, r['estimate'])} ({span(o, r['low'], r['high'])}), {p_is(r['p'])}"
            for r in grid
        ]
        phi = end(o.analysis["overdispersion"], math.nan)
        if not math.isnan(phi):
            ends = span(o, o.analysis["model_low"], o.analysis["model_high"])
            text = f"{ends} (φ = {phi:.1f})"
            table[o.label].append(text)
    if any(len(v) > len(table["Way of comparing"]) for v in table.values()):
        table["Way of comparing"].append("Interval of the Poisson model alone, too short")
    return pd.DataFrame(table)


def bounds_table(page: ChapterPage) -> pd.DataFrame:
    """Give the honest bounds, and in words where they break."""
    table: dict[str, list[str]] = {}
    for o in (o for o in page.answered if o.analysis["bounds"]):
        bounds = o.analysis["bounds"]
        table.setdefault(
            "Trends may break by",
            [_broken(b["magnitude"]) for b in bounds] + ["What it takes to explain it"],
        )
        cells = [
            "anything" if end(b["high"], math.inf) > FAR else span(o, b["low"], b["high"])
            for b in bounds
        ]
        worst = end(o.analysis["breakdown"], math.nan)
        taken = "nothing: zero is within without a break"
        if not math.isnan(worst):
            taken = f"a break {worst:.2g} times the largest before"
        table[o.label] = [*cells, taken]
    return pd.DataFrame(table)


def _broken(magnitude: float) -> str:
    words = {0.0: "nothing", 0.5: "half the largest break before", 1.0: "as much as the largest"}
    return words.get(magnitude, f"{magnitude:g} times the largest")


def check_table(page: ChapterPage) -> pd.DataFrame:
    """List the attempts to break the estimate, a column an outcome."""
    names = prose("impact")
    keys = [b["variable"] for b in page.answered[0].analysis["balance"]] if page.answered else []
    table = {"Check": [f"{names[f'wide_balance.{k}']}: all, compared" for k in keys]}
    table["Check"] += ["Areas elsewhere with nearer likes", "What the neighbours did"]
    for o in page.answered:
        ring = o.analysis["ring"]
        near = "–"
        if ring:
            ends = f"({span(o, ring['low'], ring['high'])}), {p_is(ring['p'])}"
            near = f"{effect_text(o, ring['estimate'])} {ends}, {ring['label']}"
        table[o.label] = [
            *(
                f"{signed(b['everyone'], 2)}, {signed(b['compared'], 2)}"
                for b in o.analysis["balance"]
            ),
            f"{100 * o.analysis['overlap']:.0f}%",
            near,
        ]
    return pd.DataFrame(table)


def alike_table(page: ChapterPage) -> pd.DataFrame:
    """List whom the treated areas are compared with most."""
    rows = []
    for o in page.answered:
        named = [
            f"{name}{f' ({home})' if home else ''} {100 * weight:.0f}%"
            for name, home, weight in o.analysis["alike"][:8]
        ]
        rows.append((o.label, ", ".join(named)))
    return pd.DataFrame(rows, columns=["Outcome", "Compared with most (share of the weight)"])


def fallback_words(page: ChapterPage) -> str:
    """Say how far placebo sets of the same level drifted."""
    drifts = and_list(
        [
            f"{o.label.lower()} {effect_text(o, o.analysis['effect']['drift'])}"
            for o in page.answered
        ]
    )
    kind = "other" if page.design["selection"] in ("other", "lot") else "level"
    return f"{prose('impact')[f'wide_fallback.{kind}']} The median of the placebo sets: {drifts}."
