"""The landing page's panels: what an edition has to open, each only if it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spi_core.present.base.canvas import MANY
from spi_core.present.base.edition import conditions
from spi_core.present.base.links import explorer_page, keys_of, ward_page
from spi_core.present.base.marks import marked, sentence
from spi_core.present.base.prose import partner_name
from spi_core.present.base.words import QUARTERS, and_list, capital
from spi_core.present.impact.data import gather_chapters
from spi_core.present.impact.overview import overview_lead
from spi_core.present.report.maps import spots
from spi_core.present.report.quarters import missing_sentence, quarter_ranges
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport
    from spi_core.store import Tables

OPEN_DATA = "open-data/datapackage.json"


def panels(tables: Tables) -> list[tuple[str, str]]:
    """List what can be opened from the landing page.

    Returns
    -------
    list of tuple of str
        Markdown link, and what one finds there.
    """
    reports, unit = tables.about["edition"].get("reports", {}), tables.levels.unit
    documents, lacking = reports.get("documents", []), conditions(tables)
    made = []
    if "borough-report" in documents:
        stand = f"where the {unit.many} stand"
        text = f"What stands out, {stand} and what has changed. For print: "
        if "one-period" in lacking:
            text = f"What stands out and {stand}. For print: "
        report = f"[{capital(tables.whole.one)} report](borough-report.html)"
        made.append((report, f"{text}[PDF](borough-report.pdf)."))
        did = "" if "no-programmes" in lacking else ", what programmes did"
        text = f"One page: where to begin, whether it gets better{did}. "
        made.append(("[For decision](decision.html)", f"{text}[PDF](decision.pdf)."))
    if (tables.folder.parent / explorer_page()).exists():
        text = f"every {unit.one}’s scorecard and every figure, by mouse or keyboard."
        text = capital(text) if "no-maps" in lacking else f"The map, {text}"
        made.append((f"[Data explorer]({explorer_page()})", text))
    if "impact-overview" in documents and "impact" in tables:
        chapters = gather_chapters(tables)
        text = sentence(overview_lead(chapters), any(_made_up(c.node) for c in chapters))
        made.append(("[What programmes did](impact-overview.html)", text))
    if "accountability" in documents:
        text = ". ".join(
            ["What moved, what is not known, of every figure", *partner_briefs(tables)]
        )
        made.append(("[What was promised](accountability.html)", f"{text}."))
    if "methods" in documents:
        text = f"Every figure, weight and rule, and one {unit.one}’s score worked by hand."
        made.append(("[How it is made](methods.html)", text))
    return made


def partner_briefs(tables: Tables) -> list[str]:
    """Link the brief of every partner, where the edition has them.

    Returns
    -------
    list of str
        Markdown: one sentence without its full stop, or none.
    """
    if "partner-brief" not in tables.about["edition"].get("reports", {}).get("documents", []):
        return []
    named = keys_of(sorted(tables["indicators"]["partner"]))
    links = [
        f"[{partner_name(text)}](partners/{key}.html) ([PDF](partners/{key}.pdf)"
        f'{{aria-label="{partner_name(text)}, PDF"}})'
        for key, text in named.items()
    ]
    return [f"Briefs of two pages for {and_list(links)}"] if links else []


def _made_up(node: Mapping[str, Any]) -> bool:
    return bool(node["edition"]["illustrative"])


def _link(area: Any) -> str:
    return f"[{area.name}]({ward_page(area.code, area.name)})"


def print_briefs(report: BoroughReport) -> None:
    """Print the links to every area's brief, by name, in three columns (``output: asis``)."""
    every = [*records(report.wards), *records(report.missing)]
    lines = [
        f"- {_link(area)} ([PDF]({ward_page(area.code, area.name, 'pdf')})"
        f'{{aria-label="{area.name}, PDF"}})\n'
        for area in sorted(every, key=lambda area: str(area.name))
    ]
    third = -(-len(lines) // 3)
    columns = [lines[i : i + third] for i in range(0, len(lines), third)] if lines else []
    listed = "".join(f"::: {{}}\n{''.join(column)}:::\n\n" for column in columns)
    print(f'::: {{layout-ncol="3"}}\n{listed}:::')


def print_spots(report: BoroughReport, across: float) -> None:
    """Print links that lie on the map, one a name, for both drawings (``output: asis``).

    For the pointer alone: keyboard and screen reader have the list of briefs.
    """
    for narrow in (False, True) if report.mapped and len(report.wards) <= MANY else ():
        ratio, places = spots(report, across, narrow)
        where = f'.{"narrow" if narrow else "wide"}-only style="aspect-ratio: {ratio}"'
        print(f'::: {{.spots {where} aria-hidden="true"}}')
        for code, name, left, top in places:
            look = f'style="left: {left}%; top: {top}%" tabindex="-1" title="{name}"'
            print(f"[[{name}]{{.unseen}}]({ward_page(code, name)}){{{look}}}")
        print(":::\n")


def print_quarters(report: BoroughReport) -> None:
    """Print which areas are in each quarter, and which in none (``output: asis``)."""
    ranges = quarter_ranges(report.quarters)
    for quarter, word in QUARTERS.items():
        group = report.wards[report.wards["quarter"] == quarter]
        if len(group):
            names, made_up = ", ".join(map(_link, records(group))), group["illustrative"].any()
            ends = " to ".join(marked(end, made_up) for end in ranges.get(quarter, ()))
            points = f" ({ends} points)" if ends else ""
            print(f"**{word.capitalize()}**{points}: {names}\n")
    if len(report.missing):
        names = ", ".join(map(_link, records(report.missing)))
        print(f"**No score:** {names}. {missing_sentence(report)}\n")


def print_panels(tables: Tables) -> None:
    """Print the panels two by two (``output: asis``)."""
    print('::: {layout-ncol="2"}')
    for link, text in panels(tables):
        print(f"::: {{.panel}}\n**{link}**\n\n{text}\n:::\n")
    print(":::")


def data_sentence(tables: Tables) -> str:
    """Say where the data can be had.

    Returns
    -------
    str
        Markdown.
    """
    text = (
        "[ward-data.csv](ward-data.csv) holds the briefs’ figures, scores, places and changes: "
        f"one row a {tables.levels.unit.one}, figure and period."
    )
    if (tables.folder.parent / OPEN_DATA).exists():
        book = f"open-data/{tables.about['edition']['id']}.xlsx"
        text += (
            f" Everything else: a [workbook]({book}), or CSV files of the "
            "[values](open-data/values.csv), [scores](open-data/scores.csv) and "
            "[changes](open-data/changes.csv), [described here](open-data/README.txt)."
        )
    if tables.about["edition"].get("illustrative"):
        text += " Its column `illustrative` says which values are generated."
    return text


def vintage_sentence(tables: Tables) -> str:
    """Say in which years the areas had the borders shown.

    Returns
    -------
    str
        Empty where the vintage is no span of years.
    """
    many = capital(tables.levels.unit.many)
    vintage = str(tables.about["edition"]["geography"]["vintage"])
    first, dash, last = vintage.replace("–", "-").partition("-")
    if dash and first.isdecimal() and last.isdecimal():
        return f"{many} had these borders from {first} to {last}."
    return f"{many} have the borders of {vintage}."
