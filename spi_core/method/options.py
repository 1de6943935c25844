"""The options of the method, by name."""

from __future__ import annotations

from typing import Literal, TypeAlias

#: What is done to an indicator's values before they are scored.
TreatmentName: TypeAlias = Literal["none", "log", "cap", "winsorise"]
NormaliserName: TypeAlias = Literal["goalposts", "zscore", "minmax", "percentile_rank"]
#: Of the indicators of a component: ``equal`` are equal weights of standardised indicators,
#: ``equal_scores`` equal shares of 0–100 scores; the two differ where goalposts lie further apart,
#: in standard deviations, for one indicator than for another.
WeightMethod: TypeAlias = Literal["pca", "equal", "equal_scores", "given"]
ImputeMethod: TypeAlias = Literal["regression", "none"]
