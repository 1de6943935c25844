"""Find what stands where in a sheet: areas, headings, and which figure each cell is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby

from spi_core.edition.readers.book import Sheet, column_letters
from spi_core.errors import some
from spi_core.sources.extract.cells import day, is_figure, period_key, plain
from spi_core.sources.extract.names import CODE, TOTAL, Areas, Indicators, area_words, words

#: Rows and columns among which areas are looked for across the sheet.
ACROSS = 60
#: Rows of headings above the first area.
MOST_HEADINGS = 4
FIELDS = ("value", "numerator", "denominator", "standard_error")


@dataclass(frozen=True, slots=True)
class When:
    """A time that a heading or cell names: a key of `period_key`, or a day."""

    key: tuple[str, ...] = ()
    day: dt.date | None = None
    text: str = ""


@dataclass(slots=True)
class Column:
    """One column: its place, heading and part; a base may be of indicators parted by commas."""

    at: int
    head: str
    role: str = ""
    indicator: str = ""
    when: When | None = None


@dataclass(slots=True)
class Table:
    """What was understood of a sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet; turned round where areas stand across it.
    turned : bool
        Whether it was.
    top : int
        Row of the headings, from 0.
    rows : dict of int to str
        Code of the area in each row that is one.
    columns : list of Column
        Those with a part to play.
    titles : list of str
        Texts above the headings.
    left : list of str
        What is left out, and why.
    unknown : dict of str to list of int
        Names of areas that nobody knows, with their rows; ``shared`` are those of several areas.
    shared : dict of str to tuple of str
        Codes that such a name may mean.
    """

    sheet: Sheet
    turned: bool
    top: int = 0
    rows: dict[int, str] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unknown: dict[str, list[int]] = field(default_factory=dict)
    shared: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def has_figures(self) -> bool:
        """Tell whether figures stand beside the areas."""
        at, rows = [c.at for c in self.columns if not c.role], list(self.rows)[:200]
        return any(is_figure(self.sheet.rows[r][k], ("number",)) for r in rows for k in at)

    def hidden(self) -> list[str]:
        """Name the hidden rows and columns of the table."""
        sheet = self.sheet
        found = [self.place(r) for r in sheet.hidden_rows if r < len(sheet.rows)]
        columns = [c for c in sheet.hidden_columns if c < len(self.columns)]
        return found + [f"row {c + 1}" if self.turned else f"column {letter(c)}" for c in columns]

    def place(self, row: int, column: int | None = None) -> str:
        """Name a cell, or a row, as a spreadsheet does."""
        if column is None:
            return f"column {letter(row)}" if self.turned else f"row {row + 1}"
        row, column = (column, row) if self.turned else (row, column)
        return f"{letter(column)}{row + 1}"


def letter(column: int) -> str:
    """Name a column, counted from 0, as a spreadsheet does."""
    return str(column_letters(column + 1))


def when(cell: object) -> When | None:
    """Read the time that a cell names."""
    if found := day(cell):
        return When(day=found, text=plain(cell))
    key, _ = period_key(plain(cell))
    return When(key=key, text=(" " if len(key[0]) < 4 else " to ").join(key)) if key else None


def find_table(sheet: Sheet, areas: Areas) -> Table | None:
    """Find where areas stand in a sheet: down a column, or across a row.

    Parameters
    ----------
    sheet : Sheet
        As opened.
    areas : Areas
        Those to look for.

    Returns
    -------
    Table or None
        With titles, headings and rows; None where no two areas are named.
    """
    width = max((len(row) for row in sheet.rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in sheet.rows]
    for top, left, bottom, right in sheet.merged:  # a merged cell says it of all its cells
        if top < len(rows) and (bottom - top + 1) * (right - left + 1) < 1000:
            for r in range(top, min(bottom + 1, len(rows))):
                rows[r][left : right + 1] = [rows[top][left]] * (min(right + 1, width) - left)
    down, across = _best(rows, areas), (-1, 0)
    if width > 2:
        turned = [list(column) for column in zip(*rows[:ACROSS], strict=True)]
        across = _best(turned, areas)
    if max(down[1], across[1]) < 2:
        return None
    table = Table(sheet, turned=across[1] > down[1])
    if table.turned:
        rows = [list(column) for column in zip(*rows, strict=True)]
        hidden = sheet.hidden_columns, sheet.hidden_rows
        merged = [(left, top, right, bottom) for top, left, bottom, right in sheet.merged]
        sheet = Sheet(sheet.name, sheet.hidden, rows, merged, *hidden)
    table.sheet = Sheet(sheet.name, sheet.hidden, rows, sheet.merged,
                        sheet.hidden_rows, sheet.hidden_columns)  # fmt: skip
    _fill(table, across[0] if table.turned else down[0], areas)
    return table


def _best(rows: list[list[object]], areas: Areas) -> tuple[int, int]:
    """Choose the column that names most areas; of equals the one with codes, then the first."""
    found: dict[int, set[str]] = {}
    coded: Counter[int] = Counter()
    for at in range(min(ACROSS, len(rows[0]) if rows else 0)):
        for cell in {row[at] for row in rows}:
            if cell != "" and (codes := areas.find(cell)):
                found.setdefault(at, set()).update(codes)
                coded[at] += plain(cell) in codes
    if not found:
        return -1, 0
    at = max(found, key=lambda at: (len(found[at]), coded[at], -at))
    return at, len(found[at])


def _fill(table: Table, at: int, areas: Areas) -> None:
    rows = table.sheet.rows
    first = _first(rows, at, areas)
    heads, table.top = _headings(rows, first, at, areas)
    table.titles = [
        plain(c) for row in rows[: heads[0] if heads else first] for c in row if c != ""
    ]
    width = len(rows[0])
    for column in range(width):
        cells = [rows[r][column] for r in heads]
        parts = [plain(cell) for cell in cells if not day(cell)]
        parts = [part for part, _ in groupby(part for part in parts if part)]
        time = next((w for cell in cells if day(cell) and (w := when(cell))), None)
        table.columns.append(Column(column, " ".join(parts), when=time))
    other = next((c for c in range(width) if c != at and _names_areas(rows, c, heads, areas)), None)
    body = list(range(table.top + 1, len(rows)))
    for c in range(width):  # wards of all London, with their borough: names alone would mislead
        within = {r for r in body if areas.find(rows[r][c]) == (areas.whole,)}
        mine = any(areas.find(rows[r][at]) not in ((), (areas.whole,)) for r in within)
        beside = {r for r in body if r not in within and plain(rows[r][c])} if mine else set()
        if c not in (at, other) and beside:
            table.left.append(f"{len(beside)} rows of {table.columns[c].head!r} elsewhere")
            body = [r for r in body if r not in beside]
            break
    _areas(table, at, other, areas, body)
    table.columns[at].role = "area"
    if other is not None:
        table.columns[other].role = "area"


def _first(rows: list[list[object]], at: int, areas: Areas) -> int:
    """Find the first row of an area; one named above or in the headings is part of a title."""
    named = [r for r, row in enumerate(rows) if areas.find(row[at])]
    whole = [r for r in named if areas.whole in areas.find(rows[r][at])]
    full = next((r for r in named if _figures(rows[r], times=r not in whole)), 0)
    texts = [{plain(c) for c in row if plain(c)} for row in rows[:full]]
    heads = [r for r, said in enumerate(texts) if len(said) > 1 and _figures(rows[r]) < 0.5]
    # the corner of the headings may name the borough; a row of blanks below them is an area's
    heads = [r for r in heads if r not in named] or [r for r in heads if r in whole]
    return next(r for r in named if r > max(heads, default=-1))


def _figures(row: list[object], *, times: bool = False) -> float:
    """Tell which share of a row's cells are figures, or marks for them; a time may be one."""
    cells, kinds = [c for c in row if plain(c)], ("number", "suppressed", "missing")
    found = [c for c in cells if is_figure(c, kinds) and (times or not when(c))]
    return len(found) / max(len(cells), 1)


def _headings(rows: list[list[object]], first: int, at: int, areas: Areas) -> tuple[list[int], int]:
    """Find the rows of headings above the first area, the lowest last."""
    heads: list[int] = []
    for r in range(first - 1, -1, -1):
        cells = [c for c in rows[r] if plain(c)]
        if not cells and not heads:
            continue  # a row left free below the headings
        if len(cells) < 2 or (len(set(cells)) < 2 and (not heads or plain(rows[r][at]))):
            break  # a title, merged over the table or not
        if _figures(rows[r]) >= 0.5:
            continue  # England, London: figures of areas that are not ours
        heads.insert(0, r)
        if len(heads) == MOST_HEADINGS:
            break
    for r in heads[:-1]:  # what stands over the first of several columns is said of all
        said: object = ""
        for column in range(len(rows[r])):
            below = any(plain(rows[k][column]) for k in heads[heads.index(r) + 1 :])
            if plain(rows[r][column]):
                said = rows[r][column]
            elif said and below and column > at:
                rows[r][column] = said
    return heads, heads[-1] if heads else first - 1


def _names_areas(rows: list[list[object]], column: int, heads: list[int], areas: Areas) -> bool:
    """Tell whether a column names areas, too: then both must agree."""
    top = heads[-1] if heads else -1
    cells = [row[column] for row in rows[top + 1 : top + 401] if plain(row[column])]
    found = [c for c in cells if not isinstance(c, float) and areas.find(c)]
    several = len({code for c in found for code in areas.find(c)}) > 1
    return several and len(found) * 2 > len(cells)


def _areas(table: Table, at: int, other: int | None, areas: Areas, body: list[int]) -> None:
    """Say which area each row is of."""
    rows, outside, totals, notes, levels = table.sheet.rows, [], [], [], Counter[str]()
    for r in body:
        codes = areas.find(rows[r][at])
        levels.update({areas.level[c] for c in codes} if len(codes) == 1 else ())
    for r in body:
        cell, text = rows[r][at], plain(rows[r][at])
        codes = areas.find(cell)
        second = () if other is None else areas.find(rows[r][other])
        if not text and second:  # its code is left blank, its name is not
            text, codes, second = plain(rows[r][other or 0]), second, ()
        if len(codes) > 1:  # a ward and a borough of one name
            usual = [level for level, _ in levels.most_common(1)]
            fits = [c for c in codes if areas.level[c] in usual]
            codes = tuple([c for c in codes if c in second] or (fits if len(fits) == 1 else codes))
        if len(codes) == 1:
            table.rows[r] = codes[0]
            if second and codes[0] not in second:
                text = f"{text} / {plain(rows[r][other or 0])}"
                if answer := areas.answers.get(area_words(text)):
                    table.rows[r] = answer
                    continue
                table.shared[text] = (*codes, *second)
                table.unknown.setdefault(text, []).append(r)
        elif codes:
            table.shared[text] = codes
            table.unknown.setdefault(text, []).append(r)
        elif CODE.fullmatch(text):
            outside.append(r)
        elif not any(is_figure(c) for k, c in enumerate(rows[r]) if k not in (at, other)):
            notes += [r] if any(plain(c) for c in rows[r]) else []
        elif not text or TOTAL.fullmatch(words(text)) or TOTAL.fullmatch(area_words(text)):
            said = [plain(c) for c in rows[r] if plain(c) and not is_figure(c)]
            totals.append((r, text or [*said, "no area"][0]))
        else:
            table.unknown.setdefault(text, []).append(r)
    if totals:
        listed = some([f"{text!r} in {table.place(r)}" for r, text in totals], 8)
        table.left.append(f"totals and rows of no area: {listed}")
    if outside:
        table.left.append(
            f"{len(outside)} rows of areas outside the edition, from {table.place(outside[0])}"
        )
    if notes:
        listed = some([table.place(r) for r in notes], 8)
        table.left.append(f"notes: {listed}")


def settle_columns(table: Table, indicators: Indicators) -> list[Column]:
    """Say which figure each column holds.

    Parameters
    ----------
    table : Table
        Its columns get their parts.
    indicators : Indicators
        Those to look for.

    Returns
    -------
    list of Column
        Columns of figures that nobody knows the meaning of.
    """
    strange, rows = [], table.sheet.rows
    sample = list(table.rows)[:400]
    for column in table.columns:
        cells = [rows[r][column.at] for r in sample if plain(rows[r][column.at])]
        if column.role or not cells or _role(column, cells, indicators):
            continue
        column.when = column.when or when(column.head)
        rest = period_key(column.head)[1]
        named = indicators.find(rest) or indicators.find(column.head)
        if not named and not any(is_figure(c, ("number",)) for c in cells):
            continue  # words
        part = indicators.field(rest) if rest else "value"
        if named and any(named):
            column.indicator, column.role = named[0], named[1] or part or "value"
        elif part and not named:
            column.role = part
        elif not named:  # else somebody said to leave it out
            strange.append(column)
    return strange


#: Headings of a column that says the time of each row.
TIMES = ("period", "time period", "time", "year", "date", "financial year", "academic year",
         "quarter", "month", "reporting period")  # fmt: skip


def _role(column: Column, cells: list[object], indicators: Indicators) -> bool:
    """Find columns that say which indicator or time, or more about, a row's figure is."""
    field_ = indicators.field(column.head) or ""
    if field_ in ("status", "note", "start", "end", "period_label"):
        column.role = field_
    elif words(column.head) in TIMES:
        column.role = "period"
    elif not any(isinstance(c, float) for c in cells):
        texts = list({plain(c) for c in cells})[:100]
        known = sum(bool(indicators.find(text)) for text in texts)
        column.role = "indicator" if known * 2 > len(texts) else ""
    return bool(column.role)
