"""Who lives in an area, and what has become of it since its figures were made."""

from __future__ import annotations

from spi_core.present.base.marks import of_area
from spi_core.present.base.numbers import number
from spi_core.present.base.page import Page
from spi_core.present.base.words import and_list
from spi_core.store import Tables
from spi_core.tables import records

#: Shares of an old area from which on it is the area of today, or mostly so.
SAME, MOST = 0.9, 0.5
#: Parts of it smaller than this are not named.
PART = 0.1


def print_people(page: Page, tables: Tables, code: str) -> None:
    """Print residents, ages, households and homes, as far as the edition knows them.

    Parameters
    ----------
    page : Page
        The brief's.
    code : str
        The area (``output: asis``).
    """
    areas = tables["areas"].set_index("code")
    rows = of_area(tables["context"], code)
    lines = [f"Residents **{number(float(areas.loc[code, 'population']), 0)}**"]  # type: ignore[arg-type]
    for r in records(rows):
        share = str(r.label).endswith(", %")
        digits = 0 if share or abs(r.value) >= 10 else None
        label = str(r.label).removesuffix(", %")
        lines.append(f"{label} **{number(r.value, digits)}{'%' if share else ''}**")
    when = list(dict.fromkeys(str(label) for label in rows["period_label"]))
    lines += [page.text("people-when", when=and_list(when))] if when else []
    print(f"## {page.text('people')}\n\n[{' · '.join(lines)}]{{.smaller}}\n")


def became(page: Page, tables: Tables, code: str, name: str) -> str:
    """Say which area of today an area of old boundaries mostly is.

    Parameters
    ----------
    code, name : str
        The area.

    Returns
    -------
    str
        One sentence; empty where the edition's areas are those of today.
    """
    rows = of_area(tables["successors"], code)
    rows = rows.sort_values("share", ascending=False, kind="stable")
    if rows.empty:
        return ""
    parts = [(str(r.successor), float(r.share)) for r in records(rows)]
    largest, share = parts[0]
    new = "keeps its name" if largest == name else f"is called {largest}"
    if share >= SAME:
        said = f"nearly all of it {new} now"
    elif share >= MOST:
        others = [f"{other} ({number(100 * s, 0)}%)" for other, s in parts[1:] if s >= PART]
        rest = f", parts are in {and_list(others)}" if others else ""
        said = f"most of it ({number(100 * share, 0)}% of its land) {new} now{rest}"
    else:
        said = f"it is now in {and_list([f'{o} ({number(100 * s, 0)}%)' for o, s in parts])}"
    return f"{page.text('became', since=rows['since'].iloc[0])}: {said}."
