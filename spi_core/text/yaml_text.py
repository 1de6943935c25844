"""Read YAML that a person has written: whatever is wrong with it is a fault with its row."""

from __future__ import annotations

import re
from typing import Any

import yaml

from spi_core.errors import Fault, InputError

QUOTES = "text that begins with a sign (* & ! [ { % @) or holds “: ” stands in quotation marks"

#: A text that is said out in full has fewer parts; one of a few lines can have billions.
MOST_PARTS = 1_000_000
#: So many levels, of brackets or columns, the loader in C bears for certain.
DEEP = 5_000
#: Half of a character that was written as two, such as "\\ud83d": no file can hold it.
_HALF = re.compile("[\ud800-\udfff]")


def parse_yaml(file: str, content: bytes) -> Any:
    """Parse the content of a YAML file.

    Parameters
    ----------
    file : str
        Its path, as the analyst would open it.
    content : bytes
        Text in UTF-8.

    Returns
    -------
    object
        What it says; None where it says nothing.

    Raises
    ------
    InputError
        If it is not YAML, gives two values for one key (the last would win in silence), holds half
        a character, or says by names for parts of itself (``&a``, ``*a``) more than anybody would
        write out.

    Examples
    --------
    >>> parse_yaml("a.yml", b"a: [1, 2]")
    {'a': [1, 2]}
    >>> parse_yaml("a.yml", b"date: 2014-02-30")
    Traceback (most recent call last):
    spi_core.errors.InputError: a.yml: is not valid YAML: day is out of range for month
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 (byte {error.start})"
        raise InputError([Fault(file, message, allowed="text in UTF-8")]) from None
    try:
        try:
            return _parsed(file, text, _loader(text))
        except yaml.YAMLError:
            return _parsed(file, text, yaml.SafeLoader)  # slower, with better words for a fault
    except InputError:
        raise
    except Exception as error:  # its own errors, and what a date, a number or its depth gives
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        row = mark.line + 1 if mark else None
        allowed = QUOTES if mark else None
        raise InputError(
            [Fault(file, f"is not valid YAML: {problem}", row, allowed=allowed)]
        ) from None


def _loader(text: str) -> Any:
    """Choose the loader in C, which is faster, unless the text may be too deep for its stack."""
    deepest = text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0)
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader) if deepest < DEEP else yaml.SafeLoader


def _parsed(file: str, text: str, kind: Any) -> Any:
    loader = kind(text)
    try:
        root = loader.get_single_node()
        if _size(root, {}) > MOST_PARTS:
            message = "repeats parts of itself without end"
            raise InputError([Fault(file, message, allowed="each part written out")])
        if faults := _wrong(file, root):
            raise InputError(faults)
        return None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def _wrong(file: str, root: yaml.Node | None) -> list[Fault]:
    """Find the keys that a mapping has twice, with both rows, and halves of characters."""
    faults, seen, nodes = [], set[int](), [(root, "")]
    while nodes:
        node, name = nodes.pop()
        if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
            value = node.value.encode("ascii", "backslashreplace").decode()
            row = node.start_mark.line + 1
            faults.append(Fault(file, "holds half a character", row, name, value, "whole ones"))
        if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
            continue
        seen.add(id(node))  # an alias is the node itself
        rows: dict[tuple[str, str], int] = {}
        for item in node.value:
            key, value = item if isinstance(node, yaml.MappingNode) else (None, item)
            if not isinstance(key, yaml.ScalarNode):
                nodes.append((value, name))
                continue
            whole, row = f"{name}.{key.value}".lstrip("."), key.start_mark.line + 1
            nodes.append((key, name))
            first = rows.setdefault((key.tag, key.value), row)
            if first != row and key.tag != "tag:yaml.org,2002:merge":
                message = f"is given twice, in rows {first} and {row}"
                faults.append(Fault(file, message, row, whole, None, "one value for each key"))
            nodes.append((value, whole))
    return sorted(faults, key=lambda fault: fault.row or 0)


def _size(node: yaml.Node | None, known: dict[int, int]) -> int:
    """Count the parts of a text, were each that is named written out wherever it is meant."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = MOST_PARTS + 1  # met again below itself it has no end
        parts = [p for item in node.value for p in (item if isinstance(item, tuple) else (item,))]
        known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]
