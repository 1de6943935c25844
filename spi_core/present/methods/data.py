"""What the methods chapter counts in its sentences, and which rows rest on made-up values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spi_core.present.base.edition import notes
from spi_core.present.base.marks import carried, mark_rows, sentence
from spi_core.present.base.numbers import number
from spi_core.present.base.prose import fill, prose
from spi_core.present.base.words import and_list, capital
from spi_core.present.report.notes import date_cautions
from spi_core.text.words import QUARTER_RULE

if TYPE_CHECKING:
    import pandas as pd

    from spi_core.present.base.page import Page
    from spi_core.store import Tables

#: Below it a component is a list of concerns rather than a measure of one thing.
LOOSE = 0.5


class Methods:
    """The counts and lists that the chapter's sentences name.

    Parameters
    ----------
    tables : Tables
        The edition's tables.

    Attributes
    ----------
    components, dimensions, units, used : int
        How many there are; of indicators, those that count in a score.
    replicates, runs, failed : str
        How often scores were drawn, how many runs the Sobol indices rest on, how many draws failed.
    minimum, max_imputed : int
        Of the edition's rules.
    generated : set of str
        Names of the indicators with any generated value.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.settings = tables.about["edition"]["index"]
        framework, draws = tables["framework"], tables["audit_draws"].set_index("use")
        self.components, self.dimensions = len(framework), framework["dimension"].nunique()
        self.units = tables["standing"]["area_code"].nunique()
        self.used = int((tables["weights"]["share"] > 0).sum())
        self.minimum, self.max_imputed = (
            self.settings[name] for name in ("minimum_indicators", "max_imputed")
        )
        self.minimum_reason = self.settings.get("minimum_reason", "")
        self.replicates = number(float(draws["replicates"]["choices"]), 0)
        self.failed = str(int(draws["failed"].sum()) or "None")
        self.runs = number(tables["audit_sobol"]["runs"].max(), 0)
        values = carried(tables, "values")
        made_up = values.loc[values["illustrative"], "indicator_id"].unique()
        self.generated = set(tables["indicators"].set_index("id")["name"].reindex(made_up))

    @property
    def coverage_rule(self) -> str:
        """Say when an area has a dimension and an index."""
        rule = prose("methods")
        lacking = int(self.settings.get("missing_components", 0))
        if not lacking:
            return rule["coverage.all"]
        return fill("methods", "coverage.some", n=str(lacking))

    def said(self, text: str) -> str:
        """Mark a sentence whose numbers come from the units' values."""
        return sentence(text, self.generated)

    def marked(self, frame: pd.DataFrame, by: str = "") -> pd.DataFrame:
        """Mark the rows of a table: all, or those whose column names an indicator with such values.

        Parameters
        ----------
        by : str
            The column; without it the first column of every row is marked, where any value is
            generated.
        """
        flags = frame[by].isin(self.generated) if by else bool(self.generated)
        return mark_rows(frame, flags, [by] if by else list(frame.columns[:1]))

    @property
    def capped(self) -> str:
        """How many figures count as a goalpost."""
        return self.said(f"{int(self.tables['values']['capped'].sum())} of the figures do.")

    @property
    def rows(self) -> str:
        """Whose rows the weights and standard deviations rest on."""
        own = "the areas and periods of this edition"
        return str(self.settings.get("reference", {}).get("name", own))

    def enough_rows(self, page: Page) -> str:
        """Say why weights are not fitted on the units alone, or what follows where they must be."""
        return page.text("more-rows" if "reference" in self.settings else "own-rows")

    @property
    def quarter_rule(self) -> str:
        """How quarters are cut."""
        many = self.tables.levels.unit.many
        ranked = self.tables["quarters"].set_index("quarter")["areas"]
        here = f": {ranked.iloc[0]} of {ranked.sum()} {many}" if len(ranked) else ""
        return QUARTER_RULE.format(areas=many, Areas=capital(many), here=here)

    def peers_from(self, page: Page) -> str:
        """Where similar areas are looked for, why, and which are near."""
        rule = self.tables.about["edition"].get("comparators", {})
        return page.text(f"peers-from.{rule.get('from', 'edition')}")

    @property
    def context(self) -> str:
        """The variables by which similar areas are found."""
        found = self.tables["context"]
        named = found.drop_duplicates("variable").set_index("variable")["label"]
        chosen = self.tables.about["edition"].get("comparators", {}).get("context", [])
        return and_list([f"“{named[c]}”" for c in chosen] if len(found) else [])

    @property
    def logged(self) -> str:
        """The indicators on a logarithmic scale; empty without one."""
        about = self.tables["indicators"]
        names = [f"“{n}”" for n in about.loc[about["transform"] == "log", "name"]]
        text = "{} {} scored by the logarithm: a tenth more counts alike everywhere."
        return text.format(and_list(names), "is" if len(names) == 1 else "are") if names else ""

    @property
    def loose(self) -> str:
        """The components whose standardised alpha lies below :data:`LOOSE`."""
        whose = "reference" if "reference" in self.settings else "this edition"
        found = self.tables["audit_components"].set_index("component")
        alpha = found.loc[found["population"] == whose, "alpha_standardised"]
        listed = [f"{c} ({number(a, 2)})" for c, a in alpha.items() if a < LOOSE]
        return self.said((and_list(listed) or "none") + ".")

    @property
    def misplaced(self) -> str:
        """How many indicators go with another component more than with their own."""
        n, many = int(self.tables["audit_links"]["misplaced"].sum()), self.tables.levels.unit.many
        return self.said(f"{n} of {self.used}, which {self.units} {many} cannot settle.")

    @property
    def shift(self) -> str:
        """How far another recipe can shift an area."""
        most = number(self.tables["audit_recipes"]["max_rank_shift"].max(), 0)
        unit = self.tables.levels.unit.one
        return self.said(f"With another recipe, some {unit} shifts by up to {most} places.")

    @property
    def cautions(self) -> list[str]:
        """What is to be known of the dates before a change is read."""
        if not self.tables["changes"]["change"].notna().any():
            return []
        counted = self.tables["comparisons"].query("in_change")["indicator_id"]
        names = self.tables["indicators"].set_index("id")["name"].reindex(counted)
        return [*date_cautions(self.tables["dates"], names), *notes(self.tables, "change")]
