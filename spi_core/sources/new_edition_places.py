"""Which areas an edition can be made of: those whose figures stand in ``data/reference/``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import Fault, InputError, some
from spi_core.files import project_root, shown
from spi_core.text.yaml_text import parse_yaml

#: Says what a folder of reference figures holds.
ABOUT = "new-edition.yml"
#: A unit that is a whole borough bears a code of its own: a code names one area.
ALONE = "W"


@dataclass(frozen=True, slots=True)
class Place:
    """An area that an edition can be made of.

    Parameters
    ----------
    code, name : str
        Its own.
    folder : Path
        The reference figures that hold it.
    about : mapping
        Their ``new-edition.yml``.
    units : DataFrame
        Its units of evidence: ``code, name, source_code, home_code, home_name``.
    """

    code: str
    name: str
    folder: Path
    about: Mapping[str, Any]
    units: pd.DataFrame

    @property
    def whole(self) -> bool:
        """Whether it is all that the reference figures are of."""
        return bool(self.code == self.about["region"]["code"])


def find_place(asked: str) -> Place:
    """Find an area by its code or name among all reference figures.

    Parameters
    ----------
    asked : str
        A code, or a name whatever its case; "&" is "and".

    Returns
    -------
    Place
        What the edition is made from.

    Raises
    ------
    InputError
        If there is no such area; the nearest names are told.
    """
    known: dict[str, tuple[str, str, Path, Any]] = {}
    for path in sorted((project_root() / "data" / "reference").glob(f"*/{ABOUT}")):
        about = parse_yaml(shown(path), path.read_bytes())
        areas = pd.read_csv(path.parent / about["areas"], dtype=str)
        homes = areas.drop_duplicates("borough_code").set_index("borough_code")["borough_name"]
        named = {**homes.to_dict(), about["region"]["code"]: about["region"]["name"]}
        known |= {code: (code, name, path.parent, about) for code, name in named.items()}
    spelt = {_plain(text): code for code in known for text in known[code][:2]}
    if _plain(asked) not in spelt:
        near = [spelt[n] for n in get_close_matches(_plain(asked), spelt, 5, 0.5)]
        allowed = some([f"{known[c][1]} ({c})" for c in dict.fromkeys(near or known)])
        message = "is no area that reference figures are at hand for"
        raise InputError([Fault("command line", message, None, "AREA", asked, allowed)])
    code, name, folder, about = known[spelt[_plain(asked)]]
    areas = pd.read_csv(folder / about["areas"], dtype=str)
    if code != about["region"]["code"]:
        areas = areas[areas["borough_code"] == code]
    alone = np.where(areas["area_code"] == areas["borough_code"], ALONE, "")
    units = pd.DataFrame(
        {
            "code": areas["area_code"] + alone,
            "name": areas["area_name"],
            "source_code": areas["area_code"],
            "home_code": areas["borough_code"],
            "home_name": areas["borough_name"],
        }
    )
    return Place(code, name, folder, about, units.sort_values("code", ignore_index=True))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("&", " and ").split())


def suggested(place: Place) -> str:
    """Name the edition of a place: ``camden-open``; that of the whole region after it alone."""
    stem = re.sub("[^a-z0-9]+", "-", place.name.lower()).strip("-")
    return stem if place.whole else f"{stem}-open"
