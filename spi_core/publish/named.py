"""Find what a command names: an edition by name, folder or pattern, an area by code or name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from spi_core.errors import Fault, InputError, some
from spi_core.files import project_root, shown

#: Folders of the editions that this command was asked for.
ASKED: list[Path] = []


def edition_named(name: str, audience: Literal["public", "internal"] = "public") -> Any:
    """Find the edition of a name or a folder, and where its reports go."""
    from spi_core.publish.editions import Edition

    inputs = edition_folder(name)
    folder = inputs.name if audience == "public" else f"{inputs.name}-internal"
    return Edition(inputs, output_folder(folder), audience)


def matching(pattern: str, audience: Literal["public", "internal"]) -> list[Any]:
    """Find the editions that a pattern of folders means, here or in the project's data."""
    anchor = Path(pattern).anchor
    places = (Path(anchor),) if anchor else (Path.cwd(), project_root(), project_root() / "data")
    for place in places:
        try:
            found = sorted(place.glob(pattern[len(anchor) :]))
        except Exception:  # pathlib has many words for a pattern that it does not take
            break
        folders = [f for f in found if _is_edition(f)]
        if folders:
            return [edition_named(str(folder), audience) for folder in folders]
    fault = Fault(
        "command line", "matches no edition", None, "--editions", pattern, known_editions()
    )
    raise InputError([fault])


def known_editions() -> str:
    """Name the editions of the project."""
    return ", ".join(sorted(p.parent.name for p in (project_root() / "data").glob("*/edition.yml")))


def edition_folder(edition: str) -> Path:
    """Find the folder of an edition that a command names; one that is none is a fault."""
    given, named = Path(edition), project_root() / "data" / edition
    if not _is_edition(given) and not _is_edition(named):
        message = "is not an edition"
        if edition and (there := [f for f in (named, given) if os.path.isdir(f)]):  # noqa: PTH112
            message += f": {shown(there[0] / 'edition.yml')} is missing"
        raise InputError(
            [Fault("command line", message, None, "EDITION", edition, known_editions())]
        )
    # "." has no name to write under
    folder = given.resolve() if _is_edition(given) else named
    ASKED.append(folder)
    return folder


def _is_edition(folder: Path) -> bool:
    """Tell whether a folder holds an edition, whatever was typed for its name."""
    return os.path.exists(folder / "edition.yml")  # noqa: PTH110, pathlib raises for long names


def output_folder(name: str) -> Path:
    """Say where reports of a name go."""
    return project_root() / "reports" / name


def chosen(given: str, known: Mapping[str, str], option: str, what: str) -> str:
    """Find what was meant by an id or a name, however it is written.

    Parameters
    ----------
    given : str
        As typed.
    known : mapping of str to str
        Id to name.
    option, what : str
        Where it was typed, and the fault if it is nothing known.

    Raises
    ------
    InputError
        That names what comes near, else all that is allowed.
    """
    from difflib import get_close_matches

    ways = {name.casefold(): k for k, name in known.items()} | {k.casefold(): k for k in known}
    if (found := ways.get(given.strip().casefold())) is not None:
        return found
    near = get_close_matches(given.casefold(), ways, 3, 0.6)
    named = {k: f"{k} ({name})" if name != k else k for k, name in known.items()}
    allowed = " or ".join(dict.fromkeys(named[ways[n]] for n in near)) or some(named.values())
    raise InputError([Fault("command line", what, None, option, given, allowed)])
