"""Ratings can be told apart in print, by colour-blind eyes and without colour at all."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from spi_core.present.base.theme import RATINGS, brand, colour
from spi_core.present.report.maps import QUARTER_FILL

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
        ("strength", "similar", "weakness", "not rated"),
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


#: From far below to far above: five steps that are told apart by lightness as well as hue.
FIVE = ("brown", "orange", "wash", "sky", "blue")


@pytest.mark.parametrize("kind", KINDS)
def test_the_five_steps_differ_for_every_kind_of_eye(kind):
    for a, b in combinations(FIVE, 2):
        found = colorspacious.deltaE(seen(a, kind), seen(b, kind), input_space="sRGB1")
        assert found >= 20, (a, b)


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["white", "wash", "grey", "orange", "sky"])
def test_dark_text_stands_out_from_every_fill_that_it_is_set_on(ground):
    assert contrast("ink", ground) >= 4.5


@pytest.mark.parametrize("edge", ["blue", "orange", "brown", "ink", "muted"])
def test_marks_and_outlines_stand_out_from_the_page(edge):
    assert contrast(edge, "white") >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_quarters_of_the_map_grow_lighter_step_by_step(kind, monkeypatch):
    fills = {f"quarter-{n}": fill for n, fill in QUARTER_FILL.items() if n}
    for name, fill in fills.items():
        monkeypatch.setitem(brand()["color"]["palette"], name, fill)
    names = list(fills)
    lights = [luminance(name) for name in names]
    assert lights == sorted(lights)
    for a, b in pairwise(names):
        found = colorspacious.deltaE(seen(a, kind), seen(b, kind), input_space="sRGB1")
        assert found >= 15, (a, b)
    # the map writes white on the darker two and dark on the others
    for name, text in zip(names, ("white", "white", "ink", "ink"), strict=True):
        assert contrast(name, text) >= 4.5, name
