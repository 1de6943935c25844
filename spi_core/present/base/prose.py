"""Fixed prose, read from beside the notebooks: captions, notes, definitions that hold no number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from spi_core.errors import Fault, InputError, some
from spi_core.files import project_root, refusals_as_faults
from spi_core.present.base.scale import similar_among
from spi_core.present.base.words import article, capital, owned
from spi_core.text.yaml_text import parse_yaml

if TYPE_CHECKING:
    from spi_core.store import Tables

#: Where the texts stand in the project.
FOLDER = "notebooks/words"
#: A word to be filled in; ``{.smaller}``, ``{#sec-map}`` and formulas are Markdown's own.
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}", re.IGNORECASE)


class _Prose(dict[str, str]):
    """Texts by key; one that is asked for in vain is a fault of their file."""

    def __init__(self, file: str, texts: Mapping[str, str]) -> None:
        super().__init__(texts)
        self.file = file

    def __missing__(self, key: str) -> str:
        message = "is the key of a text that a page needs, and is not there"
        raise InputError([Fault(self.file, message, value=key, allowed=f"a line '{key}: text'")])


def words_files(root: Path) -> list[Path]:
    """List the files of fixed prose: what decides whether a page is up to date counts them.

    Parameters
    ----------
    root : Path
        The project's folder.
    """
    return sorted((root / FOLDER).glob("*.yml"))


def prose(document: str) -> Mapping[str, str]:
    r"""Read the fixed prose of a kind of document.

    Parameters
    ----------
    document : str
        ``notebooks/words/<document>.yml`` of the project: texts by key, or one level deeper,
        ``section: {key: text}``, which is asked for as ``section.key``.

    Returns
    -------
    mapping of str to str
        Markdown by key. Read again only when the file has changed.

    Raises
    ------
    InputError
        If the file is missing or no mapping of texts; and, when it is asked for, if a key is.

    Examples
    --------
    >>> import os, tempfile
    >>> from unittest.mock import patch
    >>> with tempfile.TemporaryDirectory() as root, patch.dict(os.environ, SPI_ROOT=root):
    ...     folder = Path(root) / "notebooks" / "words"
    ...     folder.mkdir(parents=True)
    ...     _ = (folder / "map.yml").write_text("key:\n  score: Light is *low*.")
    ...     prose("map")["key.score"]
    'Light is *low*.'
    """
    name = f"{FOLDER}/{document}.yml"
    path = project_root() / name
    with refusals_as_faults():
        if not path.is_file():
            others = some([p.stem for p in words_files(project_root())]) or "none is there"
            message = "is missing; put it back: pages take their fixed texts from it"
            raise InputError([Fault(name, message, allowed=others)])
        stat = path.stat()
        return _read(name, path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=32)
def _read(name: str, path: Path, _changed: int, _size: int) -> _Prose:
    content = parse_yaml(name, path.read_bytes())
    if not isinstance(content, dict):
        raise InputError([Fault(name, "is not a list of texts by key", allowed="key: text")])
    texts: dict[str, object] = {}
    for key, value in content.items():
        inner = value.items() if isinstance(value, dict) else ()
        texts.update({f"{key}.{part}": text for part, text in inner} or {str(key): value})
    faults = [
        Fault(name, f"is no text: {key}", value=text, allowed="text, quoted if it looks otherwise")
        for key, text in texts.items()
        if not isinstance(text, str)
    ]
    if faults:
        raise InputError(faults)
    return _Prose(name, {key: str(text).strip("\n") for key, text in texts.items()})


def fill(document: str, key: str, /, **words: str) -> str:
    """Take a text and put words in for its placeholders, for instance what areas are called.

    Parameters
    ----------
    document, key : str
        As for :func:`prose`.
    **words : str
        What may stand in for ``{name}``; a text need not use all of them.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    InputError
        If the text has a placeholder that the page has no word for.

    Examples
    --------
    >>> import os, tempfile
    >>> from unittest.mock import patch
    >>> with tempfile.TemporaryDirectory() as root, patch.dict(os.environ, SPI_ROOT=root):
    ...     folder = Path(root) / "notebooks" / "words"
    ...     folder.mkdir(parents=True)
    ...     _ = (folder / "map.yml").write_text("key: '[Lines: {many}.]{.smaller}'")
    ...     fill("map", "key", many="towns", one="town")
    '[Lines: towns.]{.smaller}'
    """
    return put_in(prose(document)[key], words, f"{FOLDER}/{document}.yml", key)


def put_in(text: str, words: Mapping[str, str], file: str, place: str) -> str:
    """Put words in for the placeholders of a text of any file.

    Parameters
    ----------
    words : mapping of str to str
        What may stand in for ``{name}``.
    file, place : str
        Where the text stands, for a fault.

    Raises
    ------
    InputError
        If there is no word for a placeholder.

    Examples
    --------
    >>> put_in("The {many}.", {"many": "towns"}, "words.yml", "lead")
    'The towns.'
    """
    if unknown := sorted(set(_PLACEHOLDER.findall(text)) - set(words)):
        allowed = ", ".join(f"{{{word}}}" for word in words) or "no placeholder"
        message = f"has no word to stand for it in {place}"
        raise InputError([Fault(file, message, value=f"{{{u}}}", allowed=allowed) for u in unknown])
    return _PLACEHOLDER.sub(lambda found: words[found[1]], text)


def partner_name(partner: str) -> str:
    """Name who moves a figure as a sentence does: by ``partners`` of words/action.yml, if there."""
    return prose("action").get(f"partners.{partner}", partner.replace("_", " "))


def words_of(tables: Tables) -> dict[str, str]:
    """Give the words that fixed prose may ask for by their names.

    Returns
    -------
    dict of str to str
        What the edition calls its units (``unit``, ``many``), one of them (``a_unit``), theirs
        (``manys``) and the whole (``whole``), some with a capital too (``Unit``, ``Many``,
        ``Whole``); its ``title``, ``subtitle`` and ``year``; the name of its ``area``, which may be
        empty, and its ``place``, which is then "the" and what the whole is; ``among``, where
        similar areas are looked for; its ``periods``, such as "both periods"; the labels ``now``
        and ``before`` of its last period and the one that it is compared with.
    """
    edition, unit, whole = tables.about["edition"], tables.levels.unit, tables.whole.one
    area = str(edition.get("area_name", ""))
    now = str(edition["periods"][-1]["label"])
    count = len(edition["periods"])
    said = {"unit": unit.one, "many": unit.many, "whole": whole}
    return {
        **said,
        **{name.capitalize(): capital(word) for name, word in said.items()},
        "a_unit": article(unit.one),
        "manys": owned(unit.many),
        "title": str(edition["title"]),
        "subtitle": str(edition.get("subtitle", "")),
        "year": str(edition["edition_year"]),
        "area": area,
        "place": area or f"the {whole}",
        "among": similar_among(tables),
        "periods": "both periods" if count == 2 else f"all {count} periods",
        "now": now,
        "before": next((str(p["label"]) for p in edition["periods"] if p["id"] == "baseline"), now),
    }
