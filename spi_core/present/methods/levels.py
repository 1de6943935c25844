"""Tables of the methods chapter on levels: coverage, roll-ups, and what is withheld and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.edition import labels, level_titles
from spi_core.present.base.figure import listed
from spi_core.present.base.marks import SYMBOL, marked
from spi_core.present.base.numbers import number
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.base.page import Page
    from spi_core.store import Tables

COUNTS = ["areas", "given", "rolled_up", "suppressed", "missing", "illustrative"]
#: Rows of differences that a page takes.
LONGEST = 40
#: Cells are withheld below this count in the worked example, if the edition names no rule.
THRESHOLD = 5


def component_coverage(tables: Tables) -> pd.DataFrame:
    """Count the cells of each component and level: given, rolled up, withheld, missing.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``coverage_matrix`` among them.

    Returns
    -------
    DataFrame
        Cells as text, in the order of the framework, all periods together.
    """
    about = tables["indicators"].set_index("id")["component"]
    matrix = tables.get("coverage_matrix")
    if matrix is None:
        return pd.DataFrame()
    matrix = matrix.assign(component=matrix["indicator_id"].map(about))
    sums: Any = matrix.groupby(["component", "level"])[COUNTS].sum()
    rows = []
    titles = level_titles(tables)
    for component in tables["framework"]["component"]:
        for level, word in titles.items():
            if (component, level) not in sums.index:
                continue
            r: Any = sums.loc[(component, level)]
            rows.append(
                {
                    "Component": component,
                    "Level": word,
                    "Cells": number(r["areas"], 0),
                    "Given": number(r["given"], 0),
                    "Rolled up": number(r["rolled_up"], 0),
                    "Withheld": number(r["suppressed"], 0),
                    "Missing": number(r["missing"], 0),
                    f"Generated {SYMBOL}": number(r["illustrative"], 0),
                }
            )
    return pd.DataFrame(rows)


def indicator_coverage(tables: Tables) -> pd.DataFrame:
    """Say for every indicator, level and period how many areas have a figure.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``coverage_matrix`` among them.

    Returns
    -------
    DataFrame
        Cells as text, for instance ``16/17, 1 withheld``; marked where any is generated.
    """
    if "coverage_matrix" not in tables:
        return pd.DataFrame()
    matrix: Any = tables["coverage_matrix"].set_index(["indicator_id", "level", "period"])
    used = set(matrix.index.get_level_values("level"))
    periods = [p for p in labels(tables) if p in set(matrix.index.get_level_values("period"))]
    names, titles = labels(tables), level_titles(tables)
    rows = []
    for i in records(tables["indicators"]):
        row = {"Indicator": i.name}
        for level, word in titles.items():
            for period in periods if level in used else []:
                key = (i.id, level, period)
                row[f"{word}, {names[period]}"] = (
                    _cover(matrix.loc[key]) if key in matrix.index else "–"
                )
        rows.append(row)
    return pd.DataFrame(rows)


def _cover(r: Any) -> str:
    known = int(r["given"] + r["rolled_up"])
    if not known and not r["suppressed"]:
        return "–"
    text = f"{known}/{int(r['areas'])}"
    hidden = f", {int(r['suppressed'])} withheld" if r["suppressed"] else ""
    return marked(text, r["illustrative"] > 0) + hidden


def difference_sentence(tables: Tables) -> str:
    """Say how often a given figure and its roll-up disagree.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``rollup_differences`` among them.
    """
    found = tables.get("rollup_differences")
    if found is None or found.empty:
        return "No figure is given beside its parts, so there was nothing to compare."
    beyond = int(found["beyond_rounding"].sum())
    text = (
        f"{number(len(found), 0)} figures are given for an area whose parts have figures too. The "
        "given one is used."
    )
    if not beyond:
        return f"{text} All agree with their roll-up but for rounding."
    verb = "differs" if beyond == 1 else "differ"
    return f"{text} {number(beyond, 0)} {verb} from the roll-up by more than rounding explains."


def difference_table(tables: Tables) -> pd.DataFrame:
    """List where a given figure and its roll-up differ beyond rounding, the largest first.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``rollup_differences`` among them.

    Returns
    -------
    DataFrame
        Cells as text, `LONGEST` rows at most.
    """
    names: Any = tables["areas"].set_index("code")["name"]
    about: Any = tables["indicators"].set_index("id")["name"]
    periods = labels(tables)
    found = tables["rollup_differences"].query("beyond_rounding")
    if "illustrative" not in found:
        found = found.assign(illustrative=bool(tables.about["edition"]["illustrative"]))
    found = found.sort_values("relative", key=abs, ascending=False, kind="stable").head(LONGEST)
    return listed(
        found,
        {
            "Indicator": lambda r: about[r.indicator_id],
            "Area": lambda r: names.get(r.area_code, r.area_code),
            "Period": lambda r: periods.get(r.period, r.period),
            "Given": lambda r: marked(number(r.given), r.illustrative),
            "Rolled up": lambda r: marked(number(r.rolled_up), r.illustrative),
            "Difference": lambda r: marked(
                f"{100 * r.relative:+.1f}%".replace("-", "−"), r.illustrative
            ),
        },
    )


def print_differences(page: Page, tables: Tables) -> None:
    """Print the list of differences, where there are any (``output: asis``)."""
    if "rollup_differences" in tables and len(rows := difference_table(tables)):
        page.table("tbl-differences", rows, align="lllrrr", widths=[40, 20, 10, 12, 12, 12])


def withheld_sentence(tables: Tables) -> str:
    """Say how much is withheld in all.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``disclosure_summary`` among them.
    """
    s = tables.get("disclosure_summary")
    if s is None:
        return ""
    cells, hidden = int(s["cells"].sum()), int(s["suppressed"].sum())
    text = f"Of {number(cells, 0)} figures, {number(hidden, 0)} are withheld"
    for column, words in (("flagged", "flagged as unreliable"), ("rounded", "rounded")):
        if column in s and s[column].sum():
            text += f", {number(int(s[column].sum()), 0)} {words}"
    return text + "."


def withheld_table(tables: Tables) -> pd.DataFrame:
    """Count what is withheld, flagged and rounded, by indicator and level.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``disclosure_summary`` among them.

    Returns
    -------
    DataFrame
        Cells as text; indicators of which nothing is withheld, flagged or rounded are left out.
    """
    if "disclosure_summary" not in tables:
        return pd.DataFrame()
    about: Any = tables["indicators"].set_index("id")
    titles = level_titles(tables)
    counted = ["cells", "published", "suppressed", "flagged", "rounded"]
    summary = tables["disclosure_summary"]
    summary = summary.groupby(["indicator_id", "level"], sort=False)[counted].sum()
    summary = summary[summary[["suppressed", "flagged", "rounded"]].any(axis=1)].reset_index()
    return listed(
        summary,
        {
            "Indicator": lambda r: about.at[r.indicator_id, "name"],
            "Rule": lambda r: about.at[r.indicator_id, "disclosure_rule"],
            "Level": lambda r: titles.get(r.level, r.level),
            "Figures": lambda r: number(r.cells, 0),
            "Withheld": lambda r: number(r.suppressed, 0),
            "Flagged": lambda r: number(r.flagged, 0),
            "Rounded": lambda r: number(r.rounded, 0),
        },
    )


def _example(threshold: int) -> tuple[int, int, int]:
    """Give counts of three made-up small areas: one to be hidden, one to hide it, one to show."""
    return max(1, threshold - 2), 2 * threshold + 2, 4 * threshold


def example_table(whole: str, threshold: int = THRESHOLD) -> pd.DataFrame:
    """Show on made-up counts what is withheld, and why.

    Parameters
    ----------
    whole : str
        What the three areas are parts of.
    threshold : int
        Counts below it are withheld.

    Returns
    -------
    DataFrame
        Cells as text.

    Examples
    --------
    >>> list(example_table("town", 5)["Published"])
    ['withheld', 'withheld', '20', '35']
    """
    small, other, large = _example(threshold)
    total = small + other + large
    rows = [
        ("Area A", small, "withheld", f"below {threshold}"),
        ("Area B", other, "withheld", f"or A would be {total} − {other} − {large}"),
        ("Area C", large, str(large), "nothing can be worked out from it"),
        (f"Their {whole}", total, str(total), "large enough"),
    ]
    columns = ["Made-up area", "Cases", "Published", "Why"]
    return pd.DataFrame([(a, str(n), p, w) for a, n, p, w in rows], columns=columns)


def example_counts(threshold: int = THRESHOLD) -> dict[str, str]:
    """Give what a reader of the made-up table can still work out.

    Parameters
    ----------
    threshold : int
        Counts below it are withheld.

    Returns
    -------
    dict of str to str
        ``both``, the cases of the two withheld areas together; ``most``, which the small one could
        have.
    """
    small, other, _ = _example(threshold)
    return {"both": str(small + other), "most": str(threshold - 1)}
