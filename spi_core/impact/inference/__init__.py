"""Inference for few treated clusters: permutation, intervals, corrections, power."""
