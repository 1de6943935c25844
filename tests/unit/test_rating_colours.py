"""Ratings can be told apart in print, by colour-blind eyes and without colour at all."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from spi_core.present.theme import RATINGS, colour

colorspacious = pytest.importorskip("colorspacious", reason="colorspacious is not installed")

KINDS = (None, "protanomaly", "deuteranomaly", "tritanomaly")


def rgb(name):
    return np.array([int(colour(name)[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def seen(name, kind):
    if kind is None:
        return rgb(name)
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    return np.clip(colorspacious.cspace_convert(rgb(name), space, "sRGB1"), 0, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "words",
    [
        ("strength", "similar", "weakness"),
        ("clear improvement", "no clear change", "clear decline"),
    ],
)
def test_rating_colours_differ_for_every_kind_of_eye(kind, words):
    fills = [seen(RATINGS[w].colour, kind) for w in words]
    for a, b in combinations(fills, 2):
        assert colorspacious.deltaE(a, b, input_space="sRGB1") >= 20


def test_ratings_differ_without_any_colour():
    for words in (("strength", "similar", "weakness", "not rated"),):
        assert len({RATINGS[w].symbol for w in words}) == len(words)
    changes = ("clear improvement", "no clear change", "clear decline")
    assert len({RATINGS[w].symbol for w in changes}) == len(changes)


def luminance(name):
    c = rgb(name)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("name", ["ink", "muted", "blue"])
def test_text_colours_stand_out_from_the_page(name):
    assert (1.05) / (luminance(name) + 0.05) >= 4.5
