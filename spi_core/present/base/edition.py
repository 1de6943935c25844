"""What an edition says about itself, in words: its place, its reference population, its notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spi_core.present.base.marks import SYMBOL, carried
from spi_core.present.base.numbers import number
from spi_core.present.base.scale import (
    beside_place,
    goalposts_place,
    reference_until,
    scale_start,
)
from spi_core.present.base.words import and_list, capital, lacking_words
from spi_core.text.words import NOT_STATED

if TYPE_CHECKING:
    import pandas as pd

    from spi_core.store import Tables

#: What documents leave out where a build has no such table.
ABSENT = {
    "no-coverage": "coverage_matrix",
    "no-roll-ups": "rollup_differences",
    "no-rules": "disclosure_summary",
    "no-programmes": "impact",
}
#: And where it has none, or an empty one.
EMPTY = {
    "no-peers": "peers",
    "no-small-areas": "small_area_spread",
    "no-reference": "reference",
    "no-fellows": "fellows",
    "no-corrections": "corrections",
    "no-revisions": "revisions",
    "no-sign-off": "signoff",
    "no-warnings": "warnings",
}


def area_name(tables: Tables) -> str:
    """Name the area that the edition is about.

    Returns
    -------
    str
        As the edition names it, else as its list of areas does.
    """
    edition: Mapping[str, Any] = tables.about["edition"]
    areas: Any = tables["areas"].set_index("code")["name"]
    return str(edition.get("area_name") or areas.get(edition["area"], f"the {tables.whole.one}"))


def conditions(tables: Tables) -> dict[str, object]:
    """Say what documents have to do without, as metadata that their parts ask for.

    Returns
    -------
    dict of str to bool
        ``no-maps`` where the units have no boundaries, ``one-period`` where there is no earlier
        one, those of :data:`ABSENT` and :data:`EMPTY` that a build lacks: only what is so.
    """
    rows, details = tables.about.get("rows", {}), tables.levels.details
    said = {
        "no-maps": f"map_{tables.levels.unit.id}" not in tables,
        "no-small-maps": not any(f"map_{level.id}" in tables for level in details),
        "one-period": len(tables.about["edition"]["periods"]) < 2,
        **{name: table not in tables for name, table in ABSENT.items()},
        **{name: not rows.get(table) for name, table in EMPTY.items()},
    }
    said["no-reference"] = not beside_place(tables)
    return {name: True for name, lacking in said.items() if lacking}


def of_units(tables: Tables, name: str) -> pd.DataFrame:
    """Take a table's rows about the units of evidence: nothing of what holds or makes them up.

    Parameters
    ----------
    name : str
        A table with ``area_code``.

    Returns
    -------
    DataFrame
        With its column ``illustrative``.
    """
    areas, frame = tables["areas"], carried(tables, name)
    units = areas.loc[areas["level"] == tables.levels.unit.id, "code"]
    rows: pd.DataFrame = frame[frame["area_code"].isin(units)]
    return rows


def labels(tables: Tables) -> dict[str, str]:
    """Give the labels of the edition's periods.

    Returns
    -------
    dict of str to str
        Id to label.
    """
    edition: Mapping[str, Any] = tables.about["edition"]
    return {str(p["id"]): str(p["label"]) for p in edition["periods"]}


def level_titles(tables: Tables) -> dict[str, str]:
    """Give the headings of the edition's levels.

    Returns
    -------
    dict of str to str
        Id to what its areas are called, or its one area: the largest first.
    """
    count = tables["areas"]["level"].value_counts()
    return {lv.id: capital(lv.noun(count.get(lv.id, 0))) for lv in tables.levels}


def notes(tables: Tables, topic: str) -> list[str]:
    """List what the keepers of an edition want said about its figures.

    Parameters
    ----------
    topic : {'measured', 'change', 'twice', 'limits'}
        Part of ``notes`` in ``edition.yml``.

    Returns
    -------
    list of str
        Markdown; empty where the edition says nothing.
    """
    edition: Mapping[str, Any] = tables.about["edition"]
    return [str(x) for x in edition.get("notes", {}).get(topic, [])]


def score_meaning(tables: Tables) -> str:
    """Say what 0 and 100 points mean.

    Returns
    -------
    str
        Two sentences, or three.
    """
    place, low = goalposts_place(tables), scale_start(tables)
    if place:
        until = reference_until(tables)
        worst = f"{place}’s worst 1% of {tables.levels.unit.many}"
        return (
            f"A score of {low} means as poor as {worst} on every figure in it; 100 means as good "
            f"as the best 1%. So a score compares the place with {place}, not with perfection."
            + (f" The scale rests on figures up to {until}." if until else "")
        )
    fixed = "set by a target or by the spread of such areas"
    if len(tables.about["edition"]["periods"]) > 1:
        fixed += ", the same in all periods"
    return (
        f"A score of {low} means at or below the worst goalpost on every figure in it; 100 means "
        f"at or beyond the best. The goalposts are {fixed}."
    )


def origin_sentence(tables: Tables) -> str:
    """Say where the figures behind the index come from.

    Returns
    -------
    str
        How many of the units' values are estimated, and in an illustrative edition generated;
        that figures are published only where their publisher and licence are stated.
    """
    values = of_units(tables, "values").dropna(subset="value")
    generated = values["illustrative"]
    made_up, filled = int(generated.sum()), int((values["estimated"] & ~generated).sum())
    unit, about = tables.levels.unit.one, tables["indicators"]
    stated: Any = (about[["publisher_or_owner", "licence"]] != NOT_STATED).all(axis=1)
    again = "Anyone can work the scores out again." if stated.all() else ""
    if filled:
        verb = "value is" if filled == 1 else "values are"
        again = (
            f"{number(filled, 0)} missing {unit} {verb} estimated from the other figures of the "
            f"component. {again}"
        ).strip()
    if not stated.all():
        of = "its figures"
        if stated.any():
            of = f"the figures of {(~stated).sum()} of its {len(about)} indicators"
        again = f"The publisher or the licence of {of} is not stated. {again}".strip()
        if not made_up:
            return again
    if not made_up:
        every = "Every figure in it that is given" if filled else "Every figure in it"
        return f"{every} comes from an official publication. {again}"
    of = f"{number(made_up, 0)} of its {number(len(values), 0)} {unit} values"
    return (
        f"{of} are generated, to show how the index works, and marked {SYMBOL}"
        f"{'; the rest are published' if stated.all() else ''}. {again}"
    )


def name_indicators(tables: Tables) -> str:
    """Say how many indicators there are and what they cover.

    Returns
    -------
    str
        One sentence.
    """
    every, about = tables["framework"]["component"], tables["indicators"]
    used = every[every.isin(about["component"])]
    of = f"{len(used)} of the framework’s " if len(used) < len(every) else ""
    return (
        f"It rests on {len(about)} indicators in {of}{len(every)} components, from {used.iloc[0]} "
        f"to {used.iloc[-1]}."
    )


def change_years(tables: Tables) -> str:
    """Name the periods that a change lies between; figures may be of the nearest dates."""
    said = labels(tables)
    return f"{said['baseline']} to {said['current']} or nearest" if "baseline" in said else "–"


def step(tables: Tables) -> str:
    """Say how far apart figures lie whose change counts: a year, unless the edition says so."""
    least, most = tables.about["edition"]["index"].get("change_years", (0.75, 1.25))
    if least <= 1 <= most:
        return "a year"
    return f"{number((least + most) / 2)} years"


def not_collected_sentence(tables: Tables) -> str:
    """Name the figures that nobody has in a period, which is scored without them; or nothing."""
    lost, names = tables["not_collected"], tables["indicators"].set_index("id")["name"]
    said = []
    for (component, period), group in lost.groupby(["component", "period"], sort=False):
        figures = and_list([str(names[i]) for i in group["indicator_id"]])
        verb = "was" if len(group) == 1 else "were"
        without = "it" if len(group) == 1 else "them"
        label = labels(tables)[str(period)]
        said.append(
            f"{figures} {verb} not collected for {label}: {component} is scored without {without}."
        )
    return " ".join(said)


def why_no_index(tables: Tables, code: str) -> str:
    """Say which components an area lacks, now, and so has no index; empty where it has one."""
    own = tables["completeness"].query(
        "area_code == @code and element == 'index' and period == 'current'"
    )
    found = own[["parts", "of", "lacking"]].itertuples(index=False, name=None)
    return next((lacking_words(*row) for row in found), "")


def unscored_sentence(tables: Tables) -> str:
    """Say which components have no score, what that makes of the index, and what some lack.

    Parameters
    ----------
    tables : Tables
        ``framework``: ``component, scored, note``; ``not_collected``.

    Returns
    -------
    str
        One or more sentences.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"component": ["Shelter", "Rights"], "scored": [True, False]}
    >>> rows |= {"note": ["", "not scored: awaits council data"]}
    >>> none = pd.DataFrame(columns=["period", "indicator_id", "component"])
    >>> about = pd.DataFrame({"id": ["rent"], "name": ["Rent"]})
    >>> made = {"framework": pd.DataFrame(rows), "not_collected": none, "indicators": about}
    >>> unscored_sentence(made)
    'Rights has no score (awaiting council data). The index is therefore partial: 1 of 2 \
components.'
    >>> unscored_sentence(made | {"framework": made["framework"].head(1)})
    'Its one component is scored.'
    """
    framework, lost = tables["framework"], not_collected_sentence(tables)
    rest = framework[~framework["scored"]]
    if rest.empty:
        n = len(framework)
        said = "Its one component is scored." if n == 1 else f"All {n} components are scored."
        return f"{said} {lost}".strip()
    parts = []
    for note, group in rest.groupby("note", sort=False):
        verb = "has" if len(group) == 1 else "have"
        why = re.sub("^awaits ", "awaiting ", str(note).removeprefix("not scored: "))
        parts.append(f"{and_list(list(group['component']))} {verb} no score ({why})")
    scored = int(framework["scored"].sum())
    return (
        f"{'; '.join(parts)}. The index is therefore partial: {scored} of {len(framework)} "
        f"components. {lost}"
    ).strip()


def scored_sentence(framework: pd.DataFrame) -> str:
    """Say how many components have a score.

    Parameters
    ----------
    framework : DataFrame
        ``scored``.

    Examples
    --------
    >>> import pandas as pd
    >>> scored_sentence(pd.DataFrame({"scored": [True, True, False]}))
    '2 of its 3 components can be scored; the other awaits more data.'
    >>> scored_sentence(pd.DataFrame({"scored": [True, True, True]}))
    'All of its 3 components are scored.'
    """
    n, of = int(framework["scored"].sum()), len(framework)
    if n == of:
        every = f"All of its {of} components are scored."
        return "Its one component is scored." if of == 1 else every
    rest = "the other awaits" if of - n == 1 else "the others await"
    return f"{n} of its {of} components can be scored; {rest} more data."


def only_first(text: str) -> str:
    """Make the first letter small and take the full stop off, for use within a sentence.

    Parameters
    ----------
    text : str
        A sentence; may be empty.

    Examples
    --------
    >>> only_first("The exam changed.")
    'the exam changed'
    """
    return (text[:1].lower() + text[1:]).rstrip(".")
