"""What the value of an inline expression says in Markdown, alike in both engines."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from typing import Any

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~^$@&])")
#: Stands for nothing: of an expression that gives no text Quarto would show the code.
NOTHING = "<!-- -->"


def inline_text(data: Mapping[str, Any], value: object) -> str:
    r"""Return the Markdown that stands for the value of an inline expression.

    Parameters
    ----------
    data : mapping
        The value's representations, by MIME type.
    value : object
        The value itself.

    Returns
    -------
    str
        Its Markdown where it has one; otherwise its text with every mark-up character escaped.

    Examples
    --------
    >>> print(inline_text({"text/plain": "'a*b'"}, "a*b"))
    a\*b
    """
    if "text/markdown" in data:
        return str(data["text/markdown"])
    text = value if isinstance(value, str) else str(data.get("text/plain", value))
    return _MARKUP.sub(r"\\\1", text)


def answered(results: Mapping[str, Any]) -> dict[str, Any]:
    r"""Give text among the results of inline expressions as Markdown of its own.

    Quarto reads the text off what Python would print, in which rare characters are codes, and takes
    no text for no result.

    Parameters
    ----------
    results : mapping
        By expression: ``status`` and, where it is ``ok``, ``data`` by MIME type.

    Returns
    -------
    dict
        The same with ``text/markdown`` wherever the value is text or has empty Markdown.

    Examples
    --------
    >>> said = answered({"0": {"status": "ok", "data": {"text/plain": "''"}}})
    >>> said["0"]["data"]["text/markdown"]
    '<!-- -->'
    """
    made = dict(results)
    for key, result in results.items():
        data = result.get("data", {})
        printed = str(data.get("text/plain", ""))
        value = ast.literal_eval(printed) if printed[:1] in ("'", '"') else None
        if isinstance(value, str) or "text/markdown" in data:
            text = inline_text(data, value) or NOTHING
            made[key] = {**result, "data": {**data, "text/markdown": text}}
    return made


def answer_in_kernel() -> None:
    """Where a Jupyter kernel runs the document, have it answer inline expressions so, once."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and hasattr(shell, "kernel") and "user_expressions" not in vars(shell):
        ask = shell.user_expressions
        shell.user_expressions = lambda expressions: answered(ask(expressions))
