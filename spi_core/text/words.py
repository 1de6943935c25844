"""Words that mean something to the program as well as to its readers: options and ratings."""

from __future__ import annotations

from typing import Literal, TypeAlias

#: ``public``: what the disclosure rules let out; ``internal``: everything.
Audience: TypeAlias = Literal["public", "internal"]
#: What varies between replicates.
Choice: TypeAlias = Literal[
    "sampling", "imputation", "weights", "normaliser", "aggregator", "goalposts"
]

#: Ratings of a level, against similar areas.
STRENGTH, SIMILAR, WEAKNESS, NOT_RATED = "strength", "similar", "weakness", "not rated"
#: Ratings of a change; it may be `NOT_RATED` too.
IMPROVEMENT, NO_CHANGE, DECLINE = "clear improvement", "no clear change", "clear decline"
#: Ratings of a change against that of the reference population; it may be `NOT_RATED` too.
AHEAD, ABREAST, BEHIND = "clearly better", "no clear difference", "clearly worse"
#: Why there is no change of a figure that a period gives once more, with its old dates.
NO_NEWER = "no newer figures"

#: Publisher or licence of figures that came without.
NOT_STATED = "Not stated"

#: How the pages say it; ``RATING_RULE.format(number=5, minimum=1)``.
RATING_RULE = (
    "A score is a strength if it lies above the median of the {number} {areas} in the most similar "
    "circumstances by more than {minimum:g} point, by more than these {whose} average distance "
    "from their median, and by more than chance (the interval of the difference, adjusted for all "
    "comparisons that are judged together, excludes zero); a weakness if it lies below in the same "
    "way; otherwise it is similar. This rule is this project's own choice."
)

#: How the pages say it.
QUARTER_RULE = (
    "A quarter is the number of {areas} divided by four, rounded to the nearest whole number and "
    "at least one{here}. {Areas} that tie share their mean rank."
)
