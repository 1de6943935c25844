"""Tests; what several of them need stands in ``tests/support/``."""
