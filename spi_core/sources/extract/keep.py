"""Write what was taken in: observations, how the file was understood, and what was replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from spi_core.edition.readers.sheet import find_tables, read_cells
from spi_core.errors import Fault, InputError
from spi_core.files import in_place, shown
from spi_core.sources.extract.figures import COLUMNS, KEY, Said
from spi_core.text.cells import csv_text
from spi_core.text.yaml_text import parse_yaml


def name_of(path: Path) -> str:
    """Name what is kept of a file: alike for next year's.

    Examples
    --------
    >>> name_of(Path("Ward Crime 2013-14 (final).xlsx")), name_of(Path("2014.csv.gz"))
    ('ward-crime-final', 'extract')
    """
    stem = path.name.lower().partition(".")[0]
    stem = re.sub(r"(19|20)\d\d(?!\d)|\b\d\d?\b", " ", stem.replace("_", " "))
    return "-".join(re.findall(r"[a-z0-9]+", stem))[:80].strip("-") or "extract"


def recall(path: Path) -> Said:
    """Read what was said of the file when it was last taken in.

    Parameters
    ----------
    path : Path
        ``imports/<name>.yml``; nothing is known where it is not there.

    Raises
    ------
    InputError
        If it says something that cannot be.
    """
    if not path.exists():
        return Said()
    found, file = parse_yaml(shown(path), path.read_bytes()) or {}, shown(path)
    allowed = {name: type(value) for name, value in asdict(Said()).items()}
    faults = [] if isinstance(found, dict) else [Fault(file, "is not a list of answers")]
    for key, value in found.items() if not faults else ():
        if key not in allowed or not isinstance(value, allowed[key]):
            faults.append(Fault(file, "is not allowed", None, str(key), None, ", ".join(allowed)))
        elif isinstance(value, dict) and key != "times":
            found[key] = {str(k): str(v) for k, v in value.items()}
        elif isinstance(value, dict) and not all(
            isinstance(v, int | float) for v in value.values()
        ):
            faults.append(Fault(file, "is not a number", None, key))
    if faults:
        raise InputError(faults)
    return Said(**found)


def write(
    folder: Path, name: str, new: pd.DataFrame, said: Said | None, also: Mapping[Path, str] = {}
) -> list[str]:
    """Write observations and what replaces what; all files or none.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    name : str
        Of the import.
    new : DataFrame
        Observations.
    said : Said or None
        Kept for next year, if there is anything to keep.
    also : mapping of Path to str
        Further files that are written with them.

    Returns
    -------
    list of str
        Files written, within the folder.

    Raises
    ------
    InputError
        If a figure that is to be replaced stands in a workbook.
    """
    target = folder / "observations" / f"{name}.csv"
    keys = set(new[KEY].itertuples(index=False, name=None))
    replaced, frames, faults = [], {target: new[COLUMNS]}, []
    for path in find_tables(folder, "observations"):
        cells, found, _ = read_cells(path)
        if cells is None or not set(KEY) <= set(cells):
            faults += found
            continue
        gone = [key in keys for key in cells[KEY].itertuples(index=False, name=None)]
        if path == target:
            frames[target] = pd.concat([cells[[not g for g in gone]], new[COLUMNS]]).fillna("")
        elif any(gone) and path.suffix.lower() != ".csv":
            message = f"has {sum(gone)} of these figures already, and a workbook is not changed"
            allowed = "the workbook saved as CSV UTF-8, or without these rows"
            faults.append(Fault(shown(path), message, allowed=allowed))
        elif any(gone):
            frames[path] = cells[[not g for g in gone]]
        if any(gone):
            replaced.append(cells[gone].assign(file=path.relative_to(folder).as_posix()))
    if faults:
        raise InputError(faults)
    texts = {path: csv_text(frame) for path, frame in frames.items() if len(frame)}
    if replaced:
        kept = folder / "imports" / "replaced" / f"{name}-{datetime.now():%Y%m%d-%H%M%S-%f}.csv"
        texts = {kept: csv_text(pd.concat(replaced).fillna(""))} | texts
    if said is not None:
        known: dict[str, Any] = {k: v for k, v in asdict(said).items() if v}
        texts[folder / "imports" / f"{name}.yml"] = yaml.safe_dump(known, allow_unicode=True)
    texts |= also
    with ExitStack() as stack:  # all are written before the first is moved into place
        for path, text in texts.items():
            stack.enter_context(in_place(path)).write_text(text, "utf-8", newline="\n")
    for path, frame in frames.items():
        if not len(frame):
            path.unlink(missing_ok=True)
    return [path.relative_to(folder).as_posix() for path in texts]
