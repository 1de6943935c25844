"""How an edition averages its scores, where their scale starts and whom they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spi_core.present.base.words import capital
from spi_core.tables import records

if TYPE_CHECKING:
    import pandas as pd

    from spi_core.store import Tables

#: Where a smaller share of similar areas is near, an area is said to have few like it.
FEW_NEAR = 0.5
#: GSS codes of London and its boroughs begin so.
LONDON = ("E09", "E12000007")


def scale_start(tables: Tables) -> int:
    """Give the score of the worst goalpost.

    Returns
    -------
    int
        1 where a mean of the edition has no zero, else 0.
    """
    return int(tables["means"]["lowest"].max())


def adds_up(tables: Tables) -> bool:
    """Say whether every mean of an edition is arithmetic, so that scores are sums of products."""
    return bool(tables["means"]["order"].eq(1).all())


def shares_in(tables: Tables, period: str) -> dict[str, float]:
    """Say what each indicator counts in its component in a period.

    Returns
    -------
    dict of str to float
        By id, 0–1; what nobody has in the period counts 0 and leaves its share to the others.
    """
    lost = {r["indicator_id"] for r in tables.rows("not_collected") if r["period"] == period}
    rows = [r for r in tables.rows("weights") if r["share"] == r["share"]]
    left: dict[str, float] = {}
    for r in rows:
        r["share"] *= r["indicator_id"] not in lost
        left[r["component"]] = left.get(r["component"], 0.0) + r["share"]
    return {r["indicator_id"]: r["share"] / (left[r["component"]] or 1.0) for r in rows}


def averaging(tables: Tables) -> str:
    """Say how components become dimensions and these the index, and what that rewards.

    Returns
    -------
    str
        Markdown, in the methods chapter.
    """
    component, dimension, index = records(tables["means"])
    of_parts, of_all = ("plain mean" if m.order == 1 else m.mean for m in (dimension, index))
    text = (
        f"A dimension is the {of_parts} of its scored components, the index the {of_all} of its "
        "dimensions."
    )
    if adds_up(tables):
        return f"{text} A good score can therefore make up for a poor one."
    if component.order != 1:
        text = (
            f"A component is the {component.mean} of its goalpost scores, weighted by their "
            f"shares, instead of the sum in @eq-share. {text}"
        )
    text += (
        " The lower the order of a mean (arithmetic 1, geometric 0, harmonic −1), the less a good "
        "score makes up for a poor one."
    )
    if scale_start(tables):
        text += " A mean of order 0 or below has no zero, so scores run from 1 to 100."
    return text


def reference_place(tables: Tables) -> str:
    """Name the place that the whole is compared with.

    Returns
    -------
    str
        London for it and its boroughs; empty where the edition has no reference figures.
    """
    reference: pd.DataFrame | None = tables.get("reference")
    if reference is None or reference.empty:
        return ""
    edition: Mapping[str, Any] = tables.about["edition"]
    return "London" if str(edition["area"]).startswith(LONDON) else "the reference area"


def similar_among(tables: Tables) -> str:
    """Name where similar areas are looked for: all of the reference population, or the whole."""
    rule: Mapping[str, Any] = tables.about["edition"].get("comparators") or {}
    own = f"the {tables.whole.one}"
    return reference_place(tables) or own if rule.get("from") == "reference" else own


def similar_names(rows: pd.DataFrame) -> list[str]:
    """Name similar areas, those elsewhere with what they lie in.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``peers``.

    Examples
    --------
    >>> import pandas as pd
    >>> similar_names(pd.DataFrame({"name": ["Heath", "Beckton"], "place": ["", "Newham"]}))
    ['Heath', 'Beckton (Newham)']
    """
    named = zip(rows["name"], rows["place"], strict=True)
    return [f"{name} ({place})" if place else str(name) for name, place in named]


def reference_until(tables: Tables) -> str:
    """Name the period that the reference's figures end with, where the edition goes on.

    Returns
    -------
    str
        Empty where they reach the edition's last period, or there are none.
    """
    if not reference_place(tables):
        return ""
    reached, periods = set(tables["reference"]["period"]), tables.about["edition"]["periods"]
    ends = [str(p["label"]) for p in periods if p["id"] in reached]
    return "" if "current" in reached or not ends else ends[-1]


def beside_place(tables: Tables) -> str:
    """Name the place whose figures stand beside those of now; empty where none do."""
    return "" if reference_until(tables) else reference_place(tables)


def until_sentence(tables: Tables) -> str:
    """Say that the reference's figures end before the edition's; or nothing."""
    until = reference_until(tables)
    if not until:
        return ""
    place, now = reference_place(tables), tables.about["edition"]["periods"][-1]["label"]
    return f"{capital(place)}’s figures end with {until}: none is set beside those of {now}."


def goalposts_place(tables: Tables) -> str:
    """Name the place whose best and worst areas the scores run between.

    Returns
    -------
    str
        Empty where any goalpost is a target, or comes from the edition's own areas.
    """
    everywhere = tables["goalposts"]["basis"].eq("reference distribution").all()
    return reference_place(tables) if everywhere else ""


def scale_ends(tables: Tables) -> tuple[str, str]:
    """Say in a few words what the ends of the scale mean."""
    place, many = goalposts_place(tables), tables.levels.unit.many
    if place:
        return f"as poor as {place}’s worst {many}", "as good as its best"
    return "as poor as can be expected", "as good as can be expected"
