"""The Social Progress Index of a borough: data checked, index computed, reports rendered."""

__version__ = "0.1.0"
