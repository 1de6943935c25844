"""Apply every indicator's disclosure rule: what the public sees, and a log of what it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.disclosure.columns import Columns, columns_of
from spi_core.disclosure.protect import protect
from spi_core.disclosure.record import DECISIONS, make_log, make_summary
from spi_core.disclosure.ties import Link, cascade_links, make_links, protect_links
from spi_core.disclosure.tree import Tree, grow_tree
from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.edition.rules import Rule, parse_rule

Mask = NDArray[np.bool_]
#: A count this far from a whole number is made of shares of counts.
PARTED = 1e-6


@dataclass(frozen=True, slots=True)
class Controlled:
    """A panel fit for the public, and what reviewers need to check it.

    Parameters
    ----------
    panel : Panel
        Hidden cells have status ``suppressed`` and neither value, numerator nor denominator.
    flagged : ndarray of bool, shape (periods, areas, indicators)
        Published, but resting on few events.
    log : DataFrame
        For reviewers only: ``indicator_id, area_code, level, period, decision, rule, reason``;
        decision one of primary, secondary, withheld, flagged, rounded, dominance, source.
    summary : DataFrame
        Fit for the public: ``indicator_id, level, period, rule, cells, published, suppressed,
        flagged, rounded``.
    """

    panel: Panel
    flagged: Mask
    log: pd.DataFrame
    summary: pd.DataFrame


def control(
    panel: Panel,
    framework: Framework,
    geography: Geography,
    settings: Mapping[str, Any],
    contributions: pd.DataFrame | None = None,
) -> Controlled:
    """Hide what the rules ask for, and what would give it away.

    Parameters
    ----------
    panel : Panel
        All levels, larger areas rolled up.
    framework : Framework
        ``disclosure_rule`` and ``kind`` of each indicator.
    geography : Geography
        Levels, parents and residents.
    settings : mapping
        ``edition.yml``; its ``disclosure`` is ``none`` or a mapping with ``relations`` and
        ``pooled``.
    contributions : DataFrame, optional
        ``indicator_id, area_code, period, amount``, one row a contributor, for rules of
        dominance; without it such cells are withheld.

    Returns
    -------
    Controlled
        The public panel, the log and the summary.

    Notes
    -----
    Values that were hidden by their source stay so and are protected alike. The result does not
    depend on the order of areas, indicators or periods.
    """
    rules = [parse_rule(str(t)) for t in framework.indicators["disclosure_rule"]]
    if settings.get("disclosure", "none") == "none":
        rules = [Rule()] * len(rules)
    order = np.argsort(np.array(panel.areas))
    tree = grow_tree([panel.areas[i] for i in order], geography)
    # where two cells would serve alike, the choice must not hang on the order of the register
    by_name = np.argsort(np.array(panel.indicators))
    sorted_panel, sorted_framework = _by_name(panel, framework, by_name)
    links = make_links(settings, panel.periods, sorted_panel.indicators)
    sorted_rules = [rules[i] for i in by_name]
    columns = columns_of(sorted_panel, sorted_framework, sorted_rules, order, links, contributions)
    decided = decide(columns, tree, links)
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    decision = np.zeros(panel.value.shape, np.int8)
    decision[columns.period, :, by_name[columns.indicator]] = decided[back].T
    public, decision, flagged = _publish(panel, framework, rules, decision)
    log = make_log(panel, geography, framework, decision)
    summary = make_summary(public, panel, geography, framework, decision)
    return Controlled(public, flagged, log, summary)


def _by_name(panel: Panel, framework: Framework, at: NDArray[np.intp]) -> tuple[Panel, Framework]:
    """Take the indicators in another order."""
    names = ("value", "numerator", "denominator", "status")
    arrays = {name: getattr(panel, name)[:, :, at] for name in names}
    indicators = framework.indicators.iloc[at]
    return (
        replace(panel, indicators=tuple(panel.indicators[i] for i in at), **arrays),
        replace(framework, indicators=indicators, component_of=framework.component_of[at]),
    )


def decide(columns: Columns, tree: Tree, links: Sequence[Link]) -> NDArray[np.int8]:
    """Decide on every column: first hidden cells, then the others they need.

    Parameters
    ----------
    columns : Columns
        One an indicator and period.
    tree : Tree
        The families of areas.
    links : sequence of Link
        Sums across columns.

    Returns
    -------
    ndarray of int, shape (areas, columns)
        Positions in ``DECISIONS``; 0 where a cell is shown as it is.
    """
    counts, cells = columns.classified(tree)
    place = columns.place
    cells = cascade_links(links, place, cells, counts, columns.limit)
    found = protect(cells, counts, tree)
    hidden, failed = protect_links(links, place, cells, counts, tree, found.hidden)
    failed |= found.failed
    small = columns.small_bases()
    if small.size:
        base_counts, base_cells = columns.classified_bases(tree, small, hidden[:, small])
        again = protect(base_cells, base_counts, tree, hidden[:, small])
        hidden[:, small] = again.hidden
        failed[small] |= again.failed
    whole = failed & ~counts.absent
    return columns.decisions(cells.code, hidden | whole, whole)


def _publish(
    panel: Panel, framework: Framework, rules: list[Rule], decision: NDArray[np.int8]
) -> tuple[Panel, NDArray[np.int8], Mask]:
    """Blank what is hidden, round what is rounded or of parts, flag what rests on few events."""
    decision = decision.copy()
    value, top, base = (getattr(panel, n).copy() for n in ("value", "numerator", "denominator"))
    hidden = decision > 0
    flagged = np.zeros(hidden.shape, bool)
    per = framework.indicators["per"].to_numpy(float)
    for i, rule in enumerate(rules):
        shown = ~hidden[:, :, i] & ~np.isnan(value[:, :, i])
        if rule.events is not None:
            flagged[:, :, i] = shown & (top[:, :, i] < 2 * rule.events)
        if rule.suppress is not None:
            # shares of old areas' counts tell the counts: 36.62 may be 36 and 0.31 of 2
            n, d = np.rint(top[:, :, i]), np.maximum(np.rint(base[:, :, i]), 1.0)
            parted = shown & (np.maximum(abs(n - top[:, :, i]), abs(d - base[:, :, i])) > PARTED)
            for a, whole in ((top, n), (base, d), (value, n * per[i] / d)):
                a[:, :, i] = np.where(parted, whole, a[:, :, i])
        if rule.round5:
            d = base[:, :, i]
            count = np.where(np.isnan(top[:, :, i]), value[:, :, i] * d / per[i], top[:, :, i])
            near = np.floor(count / 5 + 0.5) * 5
            if framework.indicators["kind"].iloc[i] == "proportion":
                near = np.fmin(near, d)
            rate = np.divide(near * per[i], d, out=np.full_like(near, np.nan), where=d > 0)
            top[:, :, i] = np.where(shown, near, top[:, :, i])
            value[:, :, i] = np.where(shown, rate, value[:, :, i])
            decision[:, :, i][shown] = DECISIONS.index("rounded")
    decision[flagged & ~hidden] = DECISIONS.index("flagged")
    public = replace(
        panel,
        value=np.where(hidden, np.nan, value),
        numerator=np.where(hidden, np.nan, top),
        denominator=np.where(hidden, np.nan, base),
        status=np.where(hidden, "suppressed", panel.status),
    )
    return public, decision, flagged
