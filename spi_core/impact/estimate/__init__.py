"""Estimators: first differences and their alternatives, several years, small areas."""
