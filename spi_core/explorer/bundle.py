"""Join small ES modules into one: a page opened from a file can import nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from spi_core.errors import SpiError

IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./([\w.-]+\.js)";[ \t]*\n?', re.MULTILINE)
EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function|const|let|class)\b)", re.MULTILINE)
NAME = re.compile(r"^(?:async\s+)?(?:function\s*\*?|const|let|class)\s+([\w$]+)", re.MULTILINE)
#: What only the reader of a module needs: a page is loaded over the air.
FOR_READERS = re.compile(r"^[ \t]+|^[ \t]*//.*\n", re.MULTILINE)
#: What is left at the start of a line where the patterns above did not fit.
STRANGE = re.compile(r"^(?:import\b|export\b).*$", re.MULTILINE)


def bundle(folder: Path, *entries: str) -> str:
    """Join modules and all they import, those imported first.

    Parameters
    ----------
    folder : Path
        Where the modules are.
    *entries : str
        File names to start from, in this order.

    Returns
    -------
    str
        One module that imports and exports nothing.

    Raises
    ------
    SpiError
        If a module is missing, imports in a ring, uses another form of import or export than
        ``import { a } from "./b.js";`` and ``export function``, or if two modules give one name.

    Notes
    -----
    The modules share one scope, so their outermost names have to be unique. Line ends stay and
    so do comments behind code; lines that are a comment and indents are left out.
    """
    texts: dict[str, str] = {}
    for entry in entries:
        _read(folder, entry, texts, ())
    _refuse_repeated(texts)
    return "\n".join(
        f"// {name}\n{FOR_READERS.sub('', text).strip()}\n" for name, text in texts.items()
    )


def _read(folder: Path, name: str, texts: dict[str, str], above: tuple[str, ...]) -> None:
    """Put a module behind what it imports."""
    if name in texts:
        return
    if name in above:
        raise SpiError(f"{' imports '.join((*above, name))}: modules must not import in a ring")
    path = folder / name
    if not path.is_file():
        raise SpiError(f"{path}: the module is missing; {above[-1] if above else 'page'} needs it")
    source = path.read_text(encoding="utf-8")
    for needed in IMPORT.findall(source):
        _read(folder, needed, texts, (*above, name))
    text = EXPORT.sub("", IMPORT.sub("", source))
    strange = STRANGE.search(text) or re.search(r"</script|<!--", text, re.IGNORECASE)
    if strange:
        raise SpiError(f"{path}: can't be joined with the others because of {strange.group()!r}")
    texts[name] = text


def _refuse_repeated(texts: dict[str, str]) -> None:
    owner: dict[str, str] = {}
    for name, text in texts.items():
        for declared in _names(text):
            if declared in owner:
                raise SpiError(f"{name} and {owner[declared]} both declare {declared!r}")
            owner[declared] = name


def _names(text: str) -> Iterator[str]:
    return (m.group(1) for m in NAME.finditer(text))
