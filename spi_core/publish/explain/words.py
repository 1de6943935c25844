"""A number's lineage in sentences and as a tree for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from spi_core.present.base.marks import LEGEND, marked
from spi_core.present.base.numbers import number, ordinal, with_unit
from spi_core.present.methods.cells import figure_text, six
from spi_core.publish.explain.tree import Node


def drawn(node: Node, heading: str) -> Tree:
    """Draw a number and what it is made of; the figures of one component are told at length.

    Parameters
    ----------
    node : Node
        The number.
    heading : str
        Of which area and period.
    """
    tree = Tree(Text(heading))
    _add(tree, node, brief=False)
    if made_up := legend(node):
        tree.add(Text(made_up))
    return tree


def _add(tree: Tree, node: Node, brief: bool) -> None:
    first, *others = told(node, brief=brief)
    branch = tree.add(Text(first))
    for line in others:
        branch.add(Text(line))
    for part in node.parts:
        _add(branch, part, brief=node.level != "component" or brief)


def told(node: Node, *, brief: bool = False) -> Iterator[str]:
    """Say what a number is and what it is made of, a sentence at a time.

    Parameters
    ----------
    node : Node
        The number.
    brief : bool
        Only what one line holds.

    Yields
    ------
    str
        Plain text; a number that is generated, or rests on such, carries the mark.
    """
    yield from (_figure if node.level == "indicator" else _score)(node, brief)


def _score(node: Node, brief: bool) -> Iterator[str]:
    f = node.facts
    title = "Index" if node.element == "index" else node.element
    if f["score"] is None:
        yield f"{title}: no score" + (f", {f['note']}" if f["note"] else "")
    else:
        yield f"{title}: {marked(number(f['score'], 1), f['illustrative'])} of 100"
    if f["lacking"]:
        yield f"without a score of {f['lacking']}"
    if brief:
        return
    if f.get("low") is not None:
        ends = (marked(number(f[k], 1), f["illustrative"]) for k in ("low", "high"))
        yield "likely " + " to ".join(ends)
    if f.get("rank_low") is not None:
        best, worst = (marked(ordinal(f[k]), f["illustrative"]) for k in ("rank_low", "rank_high"))
        yield f"place {best} to {worst}; 1st is the best"
    if node.parts and f["score"] is not None:
        below = node.parts[0].level
        how = "sum of its figures’ scores times what each counts"
        yield how if below == "indicator" else f"{f['mean']} of its {below}s"


def _figure(node: Node, brief: bool) -> Iterator[str]:
    f = node.facts
    made_up = f["illustrative"]
    hidden = f["provenance"] == "suppressed"
    figure = "withheld" if hidden else "no figure"
    if f["value"] is not None:
        figure = marked(with_unit(f["value"], f["unit"] or ""), made_up)
        figure += " (estimated)" * bool(f["estimated"])
    line = f"{f['name']} [{node.element}]: {figure}"
    if f["score"] is not None:
        line += f" → {marked(number(f['score'], 1), made_up)} of 100"
    if f["share"]:
        line += f", counts {f['share']:.1%} of its component"
    elif f["not_collected"]:
        line += ", which nobody has for this period: its component is scored without it"
    yield line
    if brief:
        yield from _places(f)
        return
    if hidden:
        yield "withheld so that nobody can be told from it; no count is shown here either"
    if f["estimated"]:
        yield "estimated from the other indicators of its component"
    elif f["value"] is not None:
        blank = {k: math.nan for k in ("numerator", "denominator") if f[k] is None}
        of = {**f, **blank, "transform": f["transform"] or ""}
        yield f"figure: {marked(figure_text(of), made_up)} ({f['provenance']})"
    if f["period_label"]:
        dates = f", {f['start']} to {f['end']}" if f["start"] and f["end"] else ""
        yield f"of {f['period_label']}{dates}"
    if f["worst"] is not None:
        scored = {k: six(f[k]) for k in ("worst", "best")}
        beyond = "; beyond it, so counted as the goalpost" if f["capped"] else ""
        yield f"scale: 0 at {scored['worst']}, 100 at {scored['best']} ({f['basis']}){beyond}"
    if f["share"]:
        why = f", {f['reason']}" if f["reason"] else ""
        fitted = f", fitted on {f['fitted_on']}" if f["fitted_on"] else ""
        yield f"weight: {six(f['weight'])} when standardised ({f['method']}{why}{fitted})"
    if f["standard_error"] is not None and not hidden:
        yield f"standard error: {marked(six(f['standard_error']), made_up)}, {f['error_basis']}"
    yield from _places(f)
    source = [f["publisher_or_owner"], f["source_dataset"], f["licence"], f["access"]]
    given = "generated; real figures would come from" if made_up else "source:"
    yield f"{given} " + "; ".join(str(s) for s in source if s)


def _places(f: Mapping[str, Any]) -> Iterator[str]:
    by_file: dict[str, list[int]] = {}
    for place in f["rows"]:
        by_file.setdefault(place["file"], []).append(place["row"])
    for file, rows in by_file.items():
        where = f"row {rows[0]}" if len(rows) == 1 else f"rows {_runs(sorted(rows))}"
        made = ("too few to roll up in " if f["estimated"] else "rolled up from ") * f["rolled_up"]
        made += "areas of another vintage in " * f["rebased"]
        yield f"data: {made}{file}, {where}"
    if not by_file:
        yield "data: no row of observations for this area and period"


def _runs(rows: list[int]) -> str:
    """Write row numbers with neighbours as runs.

    Examples
    --------
    >>> _runs([2, 3, 4, 9])
    '2–4, 9'
    """
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def legend(node: Node) -> str:
    """Say what the mark means, where any number of a tree carries it; else empty."""
    made_up = node.facts.get("illustrative") or any(legend(part) for part in node.parts)
    return LEGEND if made_up else ""
