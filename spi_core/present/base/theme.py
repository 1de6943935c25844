"""Colours, type and symbols of every chart, read once from ``_brand.yml``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.text import Text

from spi_core.files import project_root
from spi_core.text.seal import plain
from spi_core.text.yaml_text import parse_yaml


@dataclass(frozen=True, slots=True)
class Rating:
    """How one rating looks: never by colour alone.

    Parameters
    ----------
    word : str
        The rating.
    symbol : str
        Its sign in text.
    colour : str
        Name of the fill in ``_brand.yml``; the text beside it stays dark.
    marker : str
        The same sign as a matplotlib marker.
    """

    word: str
    symbol: str
    colour: str
    marker: str


RATINGS = {
    r.word: r
    for r in (
        Rating("strength", "▲", "blue", "^"),
        Rating("similar", "●", "grey", "o"),
        Rating("weakness", "▼", "orange", "v"),
        Rating("not rated", "○", "white", "o"),
        Rating("clear improvement", "↗", "blue", "^"),
        Rating("no clear change", "→", "grey", "o"),
        Rating("clear decline", "↘", "orange", "v"),
        Rating("inconclusive", "?", "white", "o"),
    )
}


@cache
def brand() -> dict[str, Any]:
    """Read ``_brand.yml``.

    Returns
    -------
    dict
        Its content.
    """
    path = project_root() / "_brand.yml"
    return dict(parse_yaml(str(path), path.read_bytes()))


def colour(name: str) -> str:
    """Look a colour up in the palette.

    Parameters
    ----------
    name : str
        A name of ``color.palette`` in ``_brand.yml``.

    Returns
    -------
    str
        Hexadecimal RGB.
    """
    return str(brand()["color"]["palette"][name])


@cache
def _register_fonts() -> str:
    family = str(brand()["typography"]["base"]["family"])
    for font in brand()["typography"]["fonts"]:
        for file in font.get("files", []):
            font_manager.fontManager.addfont(str(project_root() / file["path"]))
    return family


def forget() -> None:
    """Forget what was read from ``_brand.yml``: the next document may be another project's."""
    brand.cache_clear()
    _register_fonts.cache_clear()


_set_text = Text.set_text


def _set_plain(text: Text, words: object) -> None:
    """Take the seal off whatever is written into a chart: a picture reads no mark-up."""
    _set_text(text, plain(words) if isinstance(words, str) else words)


@contextmanager
def chart_style(size: float = 8.5) -> Iterator[None]:
    """Draw in the house style.

    Parameters
    ----------
    size : float
        Size of the text in points, as it will be printed.
    """
    ink, line = colour("ink"), colour("line")
    settings: dict[Any, Any] = {
        # what the first lacks the second may have: names come in any script
        "font.family": [_register_fonts(), "DejaVu Sans"],
        "font.size": size,
        "axes.titlesize": size,
        "axes.labelsize": size,
        "xtick.labelsize": size,
        "ytick.labelsize": size,
        "text.color": ink,
        "axes.labelcolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
        "axes.edgecolor": line,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "svg.fonttype": "path",
        # a fixed salt makes the same chart the same bytes
        "svg.hashsalt": "spi",
        "figure.constrained_layout.use": False,
        # a dollar sign in a name is no formula
        "text.parse_math": False,
    }
    with mpl.rc_context(settings), patch.object(Text, "set_text", _set_plain):
        yield
