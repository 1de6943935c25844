"""Where the theme and its bundled fonts are; system fonts are never used."""

from __future__ import annotations

from pathlib import Path

__all__ = ["FAMILY", "fonts_dir", "register_fonts", "theme_dir"]

FAMILY = "Inter"


def theme_dir() -> Path:
    """Return the folder of the style sheet, templates and filters.

    Returns
    -------
    pathlib.Path
        Absolute path inside the installed package.

    Examples
    --------
    >>> (theme_dir() / "report.css").is_file()
    True
    """
    return Path(__file__).resolve().parent / "theme"


def fonts_dir() -> Path:
    """Return the folder of the bundled fonts (OTF for print and charts, WOFF2 for the web).

    Returns
    -------
    pathlib.Path
        Absolute path inside the installed package.

    Examples
    --------
    >>> sorted(path.stem for path in fonts_dir().glob("*.otf"))
    ['Inter-Bold', 'Inter-Italic', 'Inter-Regular', 'Inter-SemiBold']
    """
    return theme_dir() / "fonts"


def register_fonts() -> str:
    """Make the bundled fonts known to matplotlib.

    Returns
    -------
    str
        The family name, for ``rcParams["font.family"]``.

    Examples
    --------
    >>> register_fonts()
    'Inter'
    """
    from matplotlib import font_manager  # only charts need it

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(fonts_dir().glob("*.otf")):
        if str(path) not in known:
            font_manager.fontManager.addfont(path)
    return FAMILY
