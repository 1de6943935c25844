"""Open tables as an accessible workbook: cover, contents, notes, one table a sheet."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import gptables
import numpy as np
import pandas as pd
from gptables.core.gptable import FormatList

from spi_core.levels import levels_of
from spi_core.publish.open_data.datapackage import warning
from spi_core.publish.open_data.described import NOTES, TABLES

#: What stands in a cell without a number, and beside a number that is not simply observed.
SHORTHAND = {
    "suppressed": "[c]",
    "missing": "[x]",
    "estimated": "[e]",
    "modelled": "[e]",
    "provisional": "[p]",
    "revised": "[r]",
    "illustrative": "[i]",
}
NOT_APPLICABLE = "[z]"
LEGEND = (
    "Shorthand: [c] confidential, suppressed to protect people; [e] estimated or modelled; "
    "[i] illustrative: generated, not measured, or resting on generated values; [p] provisional; "
    "[r] revised; [x] not available; [z] not applicable."
)
#: A workbook has no other date: the same data give the same file.
EPOCH = datetime(2000, 1, 1)
#: Columns shown without decimals.
WHOLE = ("population", "numerator", "denominator", "rank", "rank_low", "rank_high")
#: Widths of columns in characters.
NARROWEST, WIDEST = 8, 60
#: A cell holds 32,767 units of UTF-16, of which a character takes two at most.
LONGEST = 16_000
CUT = " … (cut here, as a cell holds no more: the CSV files hold all of it)"
#: Everything is text or a number; nothing in a cell may run.
PLAIN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # its working files would have other line ends on Windows
}


def workbook(frames: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> bytes:
    """Write open tables as a workbook.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        From :func:`spi_core.publish.open_data.tidy.tidy`.
    about : mapping
        Facts of the build: ``edition``, ``data_version``, ``software``.

    Returns
    -------
    bytes
        An ``.xlsx`` file. No cell is blank: a symbol says why there is no number.

    Notes
    -----
    Laid out by gptables after the Analysis Function's guidance on spreadsheets: one table a
    sheet, marked as a table, from the first column on, with its title above it.
    """
    marked, edition = warning(frames), about["edition"]
    sheets = {
        f"{n} {name.capitalize()}": _sheet(name, shorthand(_larger(frame, edition)), marked)
        for n, (name, frame) in enumerate(frames.items(), 1)
    }
    used = [note for note in NOTES if any(note in TABLES[name].notes for name in frames)]
    notes = pd.DataFrame({"Note reference": used, "Note": [NOTES[note] for note in used]})
    stream = io.BytesIO()
    with warnings.catch_warnings():
        # gptables speaks to pandas in ways that will be dropped: nothing for an analyst to mend
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        book = gptables.produce_workbook(
            stream,
            sheets,
            cover=_cover(edition, about, marked),
            notes_table=notes,
            contentsheet_options={"instructions": "This worksheet lists those that follow."},
            auto_width=False,
            workbook_options=PLAIN,
        )
        for label, widths in _widths(sheets).items():
            for column, width in enumerate(widths):
                book.get_worksheet_by_name(label).set_column(column, column, width)
        book.set_properties(
            {
                "title": edition["title"],
                "author": edition["contact"],
                "comments": marked or "Published figures; nothing generated.",
                "created": EPOCH,
            }
        )
        book.close()
    return stream.getvalue()


def shorthand(frame: pd.DataFrame) -> pd.DataFrame:
    """Put a symbol into each cell without a number and a column of symbols beside the numbers.

    Parameters
    ----------
    frame : DataFrame
        An open table, with ``provenance`` and ``illustrative``.

    Returns
    -------
    DataFrame
        No cell is blank. Numbers stay numbers.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [1.5, np.nan, 2.5], "rank": [1.0, np.nan, np.nan],
    ...     "provenance": ["estimated", "suppressed", "observed"],
    ...     "illustrative": [True, False, False], "status": ""})
    >>> shorthand(frame)[["Value", "Rank", "Shorthand", "Illustrative"]]
      Value Rank Shorthand Illustrative
    0   1.5  1.0  [e], [i]          Yes
    1   [c]  [c]       [c]           No
    2   2.5  [z]                     No
    """
    own = frame["provenance"].map(SHORTHAND).fillna("").astype(str)
    why = own.where(frame["provenance"].isin(["suppressed", "missing"]), NOT_APPLICABLE)
    shown: dict[str, Any] = {}
    for name in frame.columns.drop(["status", "illustrative"]):
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            column = column.dt.strftime("%Y-%m-%d")
        column = column.astype(object)
        shown[_heading(name)] = column.where(column.notna() & (column != ""), why)
    marks = zip(own, np.where(frame["illustrative"], "[i]", ""), strict=True)
    shown["Shorthand"] = [", ".join(dict.fromkeys(m for m in pair if m)) for pair in marks]
    shown["Illustrative"] = frame["illustrative"].map({True: "Yes", False: "No"})
    return pd.DataFrame(shown)


def _literal(text: str) -> Any:
    """Keep a text as it is: gptables reads strings for links and refuses those of signs alone."""
    if len(text) > LONGEST:
        text = text[:LONGEST] + CUT
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes this for its own markup, unless it writes the markup itself
        return FormatList([{}, text[:1], {}, text[1:]])
    return FormatList([{}, text])


def _heading(name: str) -> str:
    words = name.replace("_", " ").replace(" id", " ID").capitalize()
    return "GSS code" if name == "area_code" else words


def _larger(frame: pd.DataFrame, edition: Mapping[str, Any]) -> pd.DataFrame:
    """Leave small areas out: the sheet would be ten times as long; they are in the CSV files."""
    if "area_level" in frame:
        levels = levels_of(edition["geography"]["levels"], frame["area_level"].unique())
        small = [level.id for level in levels.details]
        frame = frame[~frame["area_level"].isin(small)]
    return frame.reset_index(drop=True)


def _sheet(name: str, table: pd.DataFrame, marked: str) -> Any:
    table["Shorthand"] = table["Shorthand"].where(table["Shorthand"] != "", "None")
    for column in [_heading(n) for n, f in TABLES[name].columns.items() if f.kind == "string"]:
        if column in table:
            table[column] = table[column].map(_literal)
    numbers = [n for n, f in TABLES[name].columns.items() if f.kind == "number"]
    shapes = {"#,##0": [n for n in numbers if n in WHOLE]}
    shapes["#,##0.0##"] = [n for n in numbers if n not in WHOLE]
    references = "".join(f"$${n}$$" for n in TABLES[name].notes)
    return gptables.GPTable(
        table=table,
        table_name=name,
        title=f"{TABLES[name].title}{references}",
        subtitles=[marked] if marked else [],
        instructions="This worksheet contains one table. Cells without a number hold a symbol.",
        legend=[LEGEND],
        source="See the cover and the sheet Indicators.",
        index_columns={},
        additional_formatting=[
            {"column": {"columns": [_heading(n) for n in names], "format": {"num_format": shape}}}
            for shape, names in shapes.items()
            if names
        ],
    )


def _widths(sheets: Mapping[str, Any]) -> dict[str, list[int]]:
    """Wide enough for most cells of a column, never wider than a screen; longer text wraps."""
    widths = {"Contents": [16, WIDEST], "Notes": [14, WIDEST]}
    for label, sheet in sheets.items():
        widths[label] = []
        for name, column in sheet.table.items():
            texts = [getattr(x, "string", x) for x in [name, *column]]
            longest = max(len(x) for x in texts if isinstance(x, str))
            widths[label].append(min(max(longest, NARROWEST) + 3, WIDEST))
    return widths


def _cover(edition: Mapping[str, Any], about: Mapping[str, Any], marked: str) -> Any:
    small = "LSOAs, where the edition has them, are in the CSV files beside this workbook."
    subtitle = edition.get("subtitle", "Open data")
    about_it = [
        f"Data version {about['data_version']}, software {about['software']}.",
        f"Licence: {edition['licence']}",
        edition["attribution"],
    ]
    return gptables.Cover(
        title=_literal(edition["title"]),
        intro=[_literal(t) for t in (marked, subtitle, LEGEND, small) if t],
        about=[_literal(t) for t in about_it],
        contact=[_literal(edition["contact"])],
    )
