"""Colours, type and symbols of every chart, read once from ``_brand.yml``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import yaml
from matplotlib import font_manager

from spi_core.errors import SpiError

__all__ = ["RATINGS", "Rating", "brand", "chart_style", "colour", "project_root"]

from dataclasses import dataclass


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
    )
}


def project_root(start: Path | None = None) -> Path:
    """Find the project: the folder that holds ``_quarto.yml``.

    Parameters
    ----------
    start : Path, optional
        Where to look first, then upwards; the current folder without it. The environment
        variable ``SPI_ROOT`` wins over both.

    Returns
    -------
    Path
        Absolute path.

    Raises
    ------
    SpiError
        If neither is there.
    """
    named = os.environ.get("SPI_ROOT")
    if named:
        return Path(named).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "_quarto.yml").exists():
            return folder
    raise SpiError(f"{here}: not inside the project (no _quarto.yml here or above)")


@cache
def brand() -> dict[str, Any]:
    """Read ``_brand.yml``.

    Returns
    -------
    dict
        Its content.
    """
    text = (project_root() / "_brand.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


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
        "font.family": _register_fonts(),
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
    }
    with mpl.rc_context(settings):
        yield
