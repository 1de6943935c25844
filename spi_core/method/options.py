"""The options of the method, by name."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["ImputeMethod", "NormaliserName", "TreatmentName", "WeightMethod"]

#: What is done to an indicator's values before they are scored.
TreatmentName: TypeAlias = Literal["none", "log", "cap", "winsorise"]
NormaliserName: TypeAlias = Literal["goalposts", "zscore", "minmax", "percentile_rank"]
WeightMethod: TypeAlias = Literal["pca", "equal", "given"]
ImputeMethod: TypeAlias = Literal["regression", "none"]
