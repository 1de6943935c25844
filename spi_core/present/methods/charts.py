"""The methods chapter's charts: what the audit found of correlations, and what choices would do."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from spi_core.present.base.canvas import BAND, MM, RULE
from spi_core.present.base.numbers import number
from spi_core.present.base.page import Picture
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.methods.data import Methods

#: Signs and fills of the two kinds of indicator, never told apart by colour alone.
KINDS = {"its own component": ("o", "blue"), "another component": ("s", "orange")}


def correlations(methods: Methods) -> Picture:
    """Set how each indicator goes with its own component beside how it goes with the nearest."""
    rows = methods.tables["audit_links"]
    goes = [list(KINDS)[bool(other)] for other in rows["misplaced"]]
    rows = rows.assign(goes=goes)
    own, other = (goes.count(kind) for kind in KINDS)
    alt = (
        f"Correlation of {len(rows)} indicators with the others of their component, from "
        f"{number(rows['own_r'].min(), 2)} to {number(rows['own_r'].max(), 2)}, and with the "
        f"nearest other component, from {number(rows['nearest_r'].min(), 2)} to "
        f"{number(rows['nearest_r'].max(), 2)}. {own} go most with their own, {other} with another."
    )
    return Picture(lambda narrow: _correlations(rows, narrow), alt, bool(methods.generated))


def _correlations(rows: pd.DataFrame, narrow: bool) -> Figure:
    with chart_style():
        fig, ax = plt.subplots(figsize=((88 if narrow else 170) * MM, 80 * MM), layout="tight")
        ax.axline((0, 0), slope=1, color=colour("muted"), lw=0.8, zorder=0)
        look: dict[str, Any] = {
            "style": "goes",
            "markers": {kind: marker for kind, (marker, _) in KINDS.items()},
            "palette": {kind: colour(fill) for kind, (_, fill) in KINDS.items()},
            "edgecolor": colour("ink"),
        }
        sns.scatterplot(rows, x="own_r", y="nearest_r", hue="goes", ax=ax, s=34, **look)
        ax.set(xlabel="with its own component", ylabel="with the nearest other component")
        ax.grid(color=RULE, lw=0.6)
        ax.set_axisbelow(True)
        sns.move_legend(ax, "upper left", title="goes most with", frameon=False)
    return fig


def shifts(methods: Methods) -> Picture:
    """Show how far places shift with every other recipe and without each part of the index."""
    recipes, left = methods.tables["audit_recipes"], methods.tables["audit_left_out"]
    parts = {"another recipe": recipes}
    parts |= {f"without one {kind}": rows for kind, rows in left.groupby("kind", sort=False)}
    columns = {"max_rank_shift": "largest shift", "mean_rank_shift": "mean shift"}
    rows = pd.concat(
        frame[list(columns)].rename(columns=columns).assign(choice=name)
        for name, frame in parts.items()
    ).dropna()
    said = [
        f"{name}: {len(group)} choices, largest shift {number(group['largest shift'].max(), 0)}, "
        f"largest mean shift {number(group['mean shift'].max(), 1)}"
        for name, group in rows.groupby("choice", sort=False)
    ]
    alt = f"Shift of places with one choice made otherwise. {'; '.join(said)}."
    return Picture(lambda narrow: _shifts(rows, narrow), alt, bool(methods.generated))


def _shifts(rows: pd.DataFrame, narrow: bool) -> Figure:
    long = rows.melt("choice", var_name="measure", value_name="places")
    width, across = (88, 1) if narrow else (170, 2)
    with chart_style():
        grid = sns.FacetGrid(long, col="measure", col_wrap=across, sharex=False)
        fig: Figure = grid.figure
        fig.set_size_inches(width * MM, (34 * 2 / across + 6) * MM)
        at: dict[str, Any] = {"x": "places", "y": "choice", "order": list(rows["choice"].unique())}
        ink: dict[str, Any] = {"linecolor": colour("ink"), "linewidth": 0.8}
        grid.map_dataframe(sns.boxplot, **at, color=BAND, width=0.5, fliersize=0, **ink)
        # in a line, not jittered: the same chart is the same bytes
        dots: dict[str, Any] = {"jitter": False, "size": 4.5, "alpha": 0.5}
        grid.map_dataframe(sns.stripplot, **at, color=colour("blue"), **dots)
        grid.set_titles("{col_name} of a place")
        grid.set_axis_labels("places", "")
        grid.tight_layout()
    return fig
