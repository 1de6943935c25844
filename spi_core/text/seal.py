"""Text from data stays text: what a document could read as mark-up is sealed until it is written.

Documents are Markdown, and so are their sentences, tables and captions. Text that an edition brings
is sealed when a document reads it (:func:`seal`): each character that Markdown or Quarto could act
on is replaced by one that neither knows. What puts text on paper, on a screen or into a picture
takes the seal off and escapes as its own format wants: the theme's ``text.lua`` for HTML and Typst,
:func:`plain` for charts, file names and addresses, :func:`as_markdown` for notebooks. A place that
forgets it shows odd signs; it never runs anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Sealed characters lie this far above their own. Byzantine notes: no council writes them, nothing
#: interprets them, and Python prints them (private-use characters would reach Quarto as ``\U…``).
_FIRST = 0x1D000
_SEALED = {_FIRST + code: chr(code) for code in range(0x21, 0x7F)}
_ANY_SEALED = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + 0x7F)}]")
#: What Markdown acts on within a line: signs of its own, the ampersand of a character reference,
#: underscores and quotation marks that do not stand within a word, runs of dashes and dots.
_ACTIVE = re.compile(
    r"""[\\`*{}\[\]#!|<>~^$@"]|&(?=[#\w]|$)"""
    r"""|(?<![^\W_])_|_(?![^\W_])|(?<!\w)'(?:.*'(?!\w))?|-{2,}|\.{2,}"""
)
#: What begins a list, a rule, a block, a definition or a caption at the start of a line.
_START = re.compile(r"^(?:[-+:=]+|\(?\w+[.)](?=\s|$)|[Tt]able:)")
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
#: Line breaks and tabs would end a cell or begin a block; other control characters no format holds.
_SPACE = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
_CONTROL = re.compile(
    f"[\x00-\x08\x0e-\x1b\x7f-\x9f\ufffe\uffff{chr(_FIRST)}-{chr(_FIRST + 0x7F)}]"
)
#: Fields in which emphasis, code and links may stand, whatever table or file they are in.
_PROSE = frozenset({"caveat", "caveats", "note", "notes"})
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s()<>\"\\]+", re.IGNORECASE)
_MARKUP = re.compile(
    r"`(?P<code>[^`]+)`"
    rf"|(?<!!)\[(?P<words>[^\[\]]+)\]\((?P<address>{_ADDRESS.pattern})\)"
    r"|(?P<mark>\*\*?)(?=[^\s*])(?P<inner>.+?)(?<=[^\s*])(?P=mark)(?!\*)"
)
_CODE = re.compile("`([^`]*)`")


def _hide(text: str) -> str:
    return _SIGN.sub(lambda sign: chr(_FIRST + ord(sign[0])), text)


def _words(text: str) -> str:
    return _ACTIVE.sub(lambda found: _hide(found[0]), text)


def _prose(text: str) -> str:
    """Seal all but emphasis, code and links to the web or to a mailbox."""
    made, at = "", 0
    for found in _MARKUP.finditer(text):
        made += _words(text[at : found.start()])
        at = found.end()
        if found["code"]:
            made += f"`{_words(found['code'])}`"
        elif found["words"]:
            made += f"[{_words(found['words'])}]({_words(found['address'])})"
        else:
            made += f"{found['mark']}{_prose(found['inner'])}{found['mark']}"
    return made + _words(text[at:])


def seal(value: Any, field: str = "") -> Any:
    """Keep documents from reading text as anything but text.

    Parameters
    ----------
    value : object
        Text; or a list or map of such, as YAML and JSON have it. Other values stay as they are.
    field : str
        The name of the field it stands in: notes and caveats keep emphasis, code and links.

    Returns
    -------
    object
        The same with every active character sealed, line breaks as spaces. Ordinary text, ids and
        numbers come back unchanged.

    Examples
    --------
    >>> seal("St Mary's & Park-Lane, 2013-14"), seal({"levels": ["ward"], "number": 5})
    ("St Mary's & Park-Lane, 2013-14", {'levels': ['ward'], 'number': 5})
    >>> plain(seal("**a** <b>")), "<" in seal("**a** <b>"), seal("**a** [b](https://c)", "note")
    ('**a** <b>', False, '**a** [b](https://c)')
    """
    if isinstance(value, str):
        text = _CONTROL.sub("\ufffd", _SPACE.sub(" ", value)).strip(" ")
        text = _prose(text) if field in _PROSE else _words(text)
        return _START.sub(lambda start: _hide(start[0]), text)
    if isinstance(value, Mapping):
        return {
            seal(key): seal(part, field if field in _PROSE else str(key))
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [seal(part, field) for part in value]
    return value


def seal_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Seal the text of a table, as :func:`seal` does that of a value.

    Parameters
    ----------
    frame : DataFrame
        Any table; its columns are the fields.

    Returns
    -------
    DataFrame
        The same frame, changed in place where anything had to be sealed.
    """
    for name in [n for n, kind in frame.dtypes.items() if kind.name in ("object", "str", "string")]:
        texts = [t for t in frame[name].unique() if isinstance(t, str)]
        sealed = {t: s for t in texts if (s := seal(t, str(name))) != t}
        if sealed:
            frame[name] = frame[name].map(lambda t, to=sealed: to.get(t, t))
    return frame


def plain(text: str) -> str:
    """Take the seal off, for what shows text as it is: a picture, a file name, an address.

    Parameters
    ----------
    text : str
        Sealed or not.
    """
    return text.translate(_SEALED)


def as_markdown(text: str) -> str:
    r"""Take the seal off in Markdown that others will show, such as a notebook's.

    Parameters
    ----------
    text : str
        Markdown with sealed text in it.

    Returns
    -------
    str
        Sealed characters as character references, which Markdown shows and never acts on. Dollars
        and backslashes stand in elements of their own: so no formula is found after that either.

    Examples
    --------
    >>> as_markdown(f"**{seal('a*b')}** costs {seal('$5')}")
    '**a&#42;b** costs <span>&#36;</span>5'
    """

    def reference(found: re.Match[str]) -> str:
        code = ord(found[0]) - _FIRST
        return f"<span>&#{code};</span>" if code in b"$\\" else f"&#{code};"

    def escaped(found: re.Match[str]) -> str:
        inner = _ANY_SEALED.sub(reference, found[1])
        return found[0] if inner == found[1] else f"<code>{inner}</code>"

    return _ANY_SEALED.sub(reference, _CODE.sub(escaped, text))


def address(text: str) -> str:
    """Write a source as a link where it is an address of the web, else as the text it is.

    Parameters
    ----------
    text : str
        Sealed text.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> address("https://example.org/a"), address("Council paper 7")
    ('<https://example.org/a>', 'Council paper 7')
    """
    return f"<{text}>" if _ADDRESS.fullmatch(plain(text)) else text
