"""A private copy of what Quarto needs to render one document: parallel jobs share nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from spi_core.present.base.fonts import theme_dir
from spi_core.publish.render.options import merge, project_file
from spi_core.publish.render.page import page_body, page_header
from spi_core.publish.render.source import Document
from spi_core.text.yaml_text import parse_yaml

#: Where _quarto.yml looks for the theme.
_THEME = Path("spi_core/present/theme")
#: What it says of the site, which is not the business of a document.
_WEBSITE = ("project", "website", "book", "manuscript")


def _copy_beside(source: Path, target: Path, everything: bool) -> None:
    """Copy the files of a folder; its subfolders too, but for hidden and working ones."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.name.startswith(".") or path.name == "_quarto.yml":
            continue
        if path.is_file():
            shutil.copy2(path, target / path.name)
        elif everything and not path.name.startswith("_"):
            shutil.copytree(path, target / path.name, dirs_exist_ok=True)


def _project_settings(settings: Mapping[str, Any], document: Path) -> dict[str, Any]:
    """Keep what the project says of documents; the site is ours to put together."""
    kept = {key: value for key, value in settings.items() if key not in _WEBSITE}
    # cache and freeze ignore that tables changed; a kernel left running would race the next job
    kept["execute"] = {
        **(kept.get("execute") or {}),
        "cache": False,
        "freeze": False,
        "daemon": False,
    }
    # a page that stands alone, not one of a site
    alone = parse_yaml("page.yml", (theme_dir() / "page.yml").read_bytes())
    # its Typst is read: code that is left on a page must not pass in the PDF alone
    kept = merge(kept, merge(alone, {"format": {"typst": {"keep-typ": True}}}))
    kept["project"] = {
        "type": "default",
        "output-dir": "_rendered",
        "render": [document.as_posix()],
    }
    return kept


def working_copy(
    document: Document, metadata: Mapping[str, Any], parameters: Mapping[str, object], copy: Path
) -> Path:
    """Put what Quarto needs into a folder of its own.

    Parameters
    ----------
    document : Document
        The document, read.
    metadata, parameters : mapping
        What the job says of it.
    copy : pathlib.Path
        The folder; it is made.

    Returns
    -------
    pathlib.Path
        The document's path within it.
    """
    project = project_file(document.path)
    folder = document.path.parent
    root = project.parent if project else folder
    relative = document.path.relative_to(root)
    _copy_beside(root, copy, everything=False)
    if folder != root:
        _copy_beside(folder, copy / relative.parent, everything=True)
    for file in document.files:
        place = copy / file.relative_to(root) if file.is_relative_to(root) else None
        if place is not None and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)
    shutil.copytree(theme_dir(), copy / _THEME, dirs_exist_ok=True)
    page = page_header(document, metadata, parameters) + page_body(document)
    (copy / relative).write_text(page, encoding="utf-8", newline="\n")
    settings = parse_yaml(str(project), project.read_bytes()) or {} if project else {}
    said = yaml.safe_dump(_project_settings(settings, relative), allow_unicode=True)
    (copy / "_quarto.yml").write_text(said, encoding="utf-8", newline="\n")
    return relative
