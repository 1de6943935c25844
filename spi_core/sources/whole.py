"""An edition's folder made or changed whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from spi_core.edition.readers.sheet import find_tables, read_cells
from spi_core.errors import InputError
from spi_core.files import WriteError
from spi_core.text.cells import csv_text

#: What an edition's folder may be called: a system's names end at 255 letters.
NAME = re.compile("[a-z0-9][a-z0-9-]{0,79}")
NAMED = "lower-case letters, digits and hyphens, 80 at most"


@contextmanager
def whole_copy(folder: Path, target: Path) -> Iterator[Path]:
    """Hand out a copy of an edition; put it into place once its files have no fault.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    target : Path
        Where the copy shall stand, beside it; ``folder`` itself is replaced.

    Yields
    ------
    Path
        A hidden folder beside both, so that paths out of the edition still hold.

    Raises
    ------
    InputError
        With every fault of the changed files; then everything is as it was.
    WriteError
        If the system refuses, alike.
    """
    part, old = (target.with_name(f".{target.name}.{os.getpid()}.{end}") for end in ("part", "old"))
    try:
        shutil.copytree(folder, part)
        yield part
        if folder == target:
            target.rename(old)
        try:
            part.rename(target)
        except OSError:
            if folder == target:
                old.rename(target)
            raise
    except InputError as error:  # of the copy, which nobody will find
        named = [replace(f, file=f.file.replace(part.name, target.name)) for f in error.faults]
        raise InputError(named) from None
    except OSError as error:
        raise WriteError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)


def change_table(
    folder: Path, stem: str, change: Callable[[pd.DataFrame], pd.DataFrame | None]
) -> list[str]:
    """Change the files of a table, cells as text; a workbook becomes a CSV file.

    Parameters
    ----------
    folder : Path
        The copy.
    stem : str
        As for :func:`spi_core.edition.readers.sheet.find_tables`.
    change : callable
        Gets the cells of a file; None leaves the file as it is.

    Returns
    -------
    list of str
        Files within the folder that were written.
    """
    written = []
    for path in find_tables(folder, stem):
        cells, faults, _ = read_cells(path)
        if cells is None:
            raise InputError(faults)
        made = change(cells)
        if made is not None:
            new = path.with_name(path.name.split(".")[0] + ".csv")
            path.unlink()
            new.write_bytes(csv_text(made).encode())
            written.append(new.relative_to(folder).as_posix())
    return written
