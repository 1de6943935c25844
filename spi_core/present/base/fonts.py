"""Where the theme and its bundled fonts are; system fonts are never used."""

from __future__ import annotations

import shutil
from pathlib import Path

from spi_core.errors import SpiError

FAMILY = "Inter"
#: Has what Inter lacks, emoji and Hebrew among it; comes with matplotlib.
SPARE = "DejaVuSans.ttf"
#: Print and charts take OTF, pages WOFF2.
_FILES = tuple(
    f"{FAMILY}-{style}.{kind}"
    for kind in ("otf", "woff2")
    for style in ("Regular", "Italic", "SemiBold", "Bold")
)


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
    return Path(__file__).resolve().parents[1] / "theme"


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


def check_fonts() -> None:
    """Stop where a bundled font is missing: another one would be taken without a word.

    Raises
    ------
    SpiError
        Naming every font that is missing.

    Examples
    --------
    >>> check_fonts()
    """
    missing = [name for name in _FILES if not (fonts_dir() / name).is_file()]
    if missing:
        raise SpiError(
            f"{fonts_dir()}: missing font {', '.join(missing)}; no other is taken for it; "
            "install the package again"
        )


def drawable(text: str, folder: Path) -> str:
    """Make a text one that print can show, whatever script data is written in.

    Parameters
    ----------
    text : str
        A document that holds characters which the bundled fonts lack.
    folder : pathlib.Path
        Where a font that has more of them is put.

    Returns
    -------
    str
        The text; characters that this font lacks, too, are given by their number in Unicode.
    """
    import matplotlib as mpl
    from fontTools.ttLib import TTFont

    spare = Path(mpl.get_data_path()) / "fonts" / "ttf" / SPARE
    folder.mkdir(exist_ok=True)
    shutil.copyfile(spare, folder / SPARE)
    known: set[int] = set()
    for font in (fonts_dir() / f"{FAMILY}-Regular.otf", spare):
        known |= set(TTFont(font, lazy=True).getBestCmap())
    return "".join(c if ord(c) in known or ord(c) < 0xA0 else f"U+{ord(c):04X}" for c in text)


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
