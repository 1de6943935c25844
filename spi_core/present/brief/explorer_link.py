"""The way from an area's brief to its scorecard in the explorer: a link, and a code for paper."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import segno

from spi_core.files import write_bytes
from spi_core.present.base.figure import VARIABLE
from spi_core.present.base.links import explorer_page
from spi_core.present.base.page import Page
from spi_core.present.base.theme import colour
from spi_core.text.seal import plain

if TYPE_CHECKING:
    from spi_core.store import Tables

#: Side of the code in points of a printed page, 22 mm; a phone needs about 20.
SIZE = 83
#: Modules of quiet around it, which the standard asks for.
BORDER = 4


def explorer_address(tables: Tables, code: str) -> str | None:
    """Give the address of an area's scorecard, as seen from its brief.

    Parameters
    ----------
    code : str
        Of a unit of evidence.

    Returns
    -------
    str or None
        Absolute where the edition says on which ``site`` it is published; else relative; None
        where there is no explorer.
    """
    page = explorer_page(view="scorecard", areas=code)
    site = str(tables.about["edition"].get("site", "")).rstrip("/")
    if site:
        return f"{site}/{page}"
    # asked of the tables, which record that the brief depends on there being one
    return f"../{page}" if tables.has("explorer/embed.html") else None


def qr_code(address: str) -> bytes:
    """Draw a QR code that a phone reads from paper.

    Parameters
    ----------
    address : str
        What it opens.

    Returns
    -------
    bytes
        SVG, the same for the same address; the quiet zone is part of it.
    """
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    scale = SIZE / code.symbol_size(border=BORDER)[0]
    colours = {"dark": colour("ink"), "light": "#FFFFFF"}
    code.save(out, kind="svg", scale=round(scale, 3), border=BORDER, nl=False, **colours)
    return out.getvalue()


def print_source(tables: Tables, code: str, name: str, source: str) -> None:
    """Print the end of a brief: the way to the area's scorecard, and its sources.

    Parameters
    ----------
    code, name : str
        The area.
    source : str
        Markdown of the sources (``output: asis``).

    Notes
    -----
    No link where there is no explorer. A code only where the edition's ``site`` is known. Else
    the link leads to the folder that the brief was made in: a PDF that is sent on has lost it, so
    that paper also says whom to ask.
    """
    address, edition = explorer_address(tables, code), tables.about["edition"]
    if contact := str(edition.get("contact", "")):
        source = f"{source} Contact: {contact}."
    if home := str(edition.get("home", "")):
        source = f"{source} [{home}](<{home}>)"
    if address is None:
        print(f"\n::: {{.source}}\n{source}\n:::\n")
        return
    page = Page("brief", tables)
    words = {"name": name, "address": address}
    way = page.text("explorer", there=page.text("there"), **words)
    if address.startswith("../"):
        for form, text in (("html", way), ("typst", f"{way} {page.text('ask')}")):
            print(f'\n::: {{.content-visible when-format="{form}"}}\n::: {{.source}}')
            print(f"{text}\n:::\n:::\n")
        print(f"\n::: {{.source}}\n{source}\n:::\n")
        return
    path = Path(os.environ.get(VARIABLE) or "_figures") / "explorer-code.svg"
    write_bytes(path, qr_code(plain(address)))
    alt = page.text("qr-code", **words)
    print(
        '\n:::: {layout="[[83,17]]"}\n'
        f"::: {{.source}}\n{way} {address.split('#')[0]}\n\n{source}\n:::\n\n"
        f'![]({path.as_posix()}){{fig-alt="{alt}"}}\n::::\n'
    )
