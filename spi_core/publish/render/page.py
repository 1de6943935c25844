"""What a job says of a document, written into a copy of it: the form in which Quarto takes it.

Metadata from files and from the command line do not override what stands in a document (Quarto
1.10), and a site has no command line for each page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from spi_core.errors import RenderError
from spi_core.publish.render.options import merge
from spi_core.publish.render.source import Document
from spi_core.text.seal import seal

_HEADER = re.compile(r"\A\ufeff?---\n.*?^(?:---|\.\.\.)[ \t]*\n", re.MULTILINE | re.DOTALL)
_PARAMETERS = re.compile(
    r"^(?P<fence>`{3,})\{python\}[ \t]*\n(?:#\|[^\n]*\n)*?#\|[ \t]*tags:[^\n]*\bparameters\b"
    r".*?^(?P=fence)[ \t]*$\n?",
    re.MULTILINE | re.DOTALL,
)


def page_header(
    document: Document, metadata: Mapping[str, Any], parameters: Mapping[str, object]
) -> str:
    """Write the head of a page: the document's metadata, the job's over them, its parameters.

    Parameters
    ----------
    document : Document
        The document, read.
    metadata : mapping
        The job's metadata, from data: they are sealed.
    parameters : mapping
        Values that follow those of the cell tagged ``parameters``, as papermill does it.

    Raises
    ------
    RenderError
        If the document takes no parameters and there are some.
    """
    # the project stands round a page; `metadata-files` is for a document rendered outside it
    own = {key: value for key, value in document.metadata.items() if key != "metadata-files"}
    said = yaml.safe_dump(merge(own, seal(metadata)), allow_unicode=True, sort_keys=False)
    cell = _PARAMETERS.search(document.path.read_text(encoding="utf-8"))
    if parameters and not cell:
        raise RenderError(f"{document.path.name}: no cell is tagged 'parameters', so it takes none")
    given = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    injected = f"```{{python}}\n#| include: false\n{given}```\n" if given else ""
    return f"---\n{said}---\n\n{cell[0] if cell else ''}\n{injected}\n"


def page_body(document: Document) -> str:
    """Return what follows that head: the document without its header and parameters.

    Parameters
    ----------
    document : Document
        The document, read.
    """
    text = document.path.read_text(encoding="utf-8")
    return _PARAMETERS.sub("", _HEADER.sub("", text), count=1)
