"""Roll an edition on by a period: all that names periods follows, the new one has no figures."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spi_core.edition.framework import INDICATOR
from spi_core.edition.inputs import load
from spi_core.edition.readers.sheet import read_cells
from spi_core.edition.summary import WANTED
from spi_core.errors import Fault, InputError, some
from spi_core.files import shown
from spi_core.sources.roll.settings import mentions, roll_settings
from spi_core.sources.roll.wanted import wanted
from spi_core.sources.whole import NAME, NAMED, change_table, whole_copy
from spi_core.text.cells import csv_text

#: Tables whose cells are ids of periods, besides the mapping, and the columns that hold them.
NAMING = ("observations", "reference/distribution", "reference/history", "breaks")
COLUMNS = ("period", "from_period", "to_period")
#: A period as a key of a source's mapping, bare or quoted.
PERIOD_KEY = re.compile(r"(?<![\w-])(?:current|baseline)(?=[\"']?\s*:)")
#: What the population's figures say of one pair of years only.
OF_THE_PAIR = ("change", "change_se")
#: What stands in titles, in a file of settings and in a folder's name.
LABEL = re.compile(r"(?=.{4,40}\Z)(?=.*[a-zA-Z0-9])\w[\w ./–-]*[\w.]")
BREAKS = ("indicator_id", "from_period", "to_period", "reason")


@dataclass(frozen=True, slots=True)
class Rolled:
    """A new edition and what it asks for.

    Parameters
    ----------
    folder : Path
        ``data/<new edition>``.
    periods : mapping of str to str
        Ids and labels, in order.
    wanted : DataFrame
        The figures asked for, one row an indicator and level, as in ``source/wanted.csv``.
    broken : tuple of str
        Indicators that are not comparable between the last two periods.
    read_again : tuple of str
        Sentences of ``edition.yml`` that still name the old period outside titles.
    """

    folder: Path
    periods: Mapping[str, str]
    wanted: pd.DataFrame
    broken: tuple[str, ...]
    read_again: tuple[str, ...]


def roll(folder: Path, label: str, name: str | None, breaks: Mapping[str, str]) -> Rolled:
    """Make the next edition beside an edition.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``, which stays as it is.
    label : str
        Of the new period, such as ``2015``.
    name : str, optional
        Of the new edition; without it the old one's and the label.
    breaks : mapping of str to str
        Indicators whose figures of the new period cannot be compared with those before, and why.

    Returns
    -------
    Rolled
        Its folder holds all periods of the old edition, goalposts, weights and targets as they
        were, sign-offs without their dates, and the list of figures asked for.

    Raises
    ------
    InputError
        With every fault of the old edition, of the label, the name or the breaks.
    """
    inputs = load(folder)
    labels = inputs.periods
    name = name or _next_name(folder.name, labels["current"], label)
    target = folder.parent / name
    if faults := _refused(labels, target, label, name):
        raise InputError(faults)
    ids, asked = _next_ids(labels), wanted(inputs)
    mapping = inputs.settings["index"].get("reference", {}).get("mapping")
    with whole_copy(folder, target) as part:
        for stem in (*NAMING, *([Path(mapping).with_suffix("").as_posix()] if mapping else [])):
            change_table(part, stem, lambda cells: _renamed(cells, ids))
        for stem in ("reference/errors", "reference/history"):
            change_table(part, stem, _undated)
        change_table(part, "signoff", lambda cells: cells.assign(date=""))
        _add_breaks(part, breaks)
        _rename_sources(part / "sources", ids)
        path = part / "edition.yml"
        text = roll_settings(path.read_text("utf-8-sig"), ids, label, target.name)
        path.write_text(text, encoding="utf-8", newline="\n")
        (part / WANTED).parent.mkdir(exist_ok=True)
        (part / WANTED).write_text(csv_text(asked), encoding="utf-8", newline="\n")
        new = load(part)
    again = mentions(text, labels["current"])
    return Rolled(target, new.periods, asked, tuple(breaks), again)


def read_breaks(path: Path, ids: Collection[str]) -> dict[str, str]:
    """Read which indicators are not comparable with the period before, and why.

    Parameters
    ----------
    path : Path
        A table with the columns ``indicator_id`` and ``reason``.
    ids : collection of str
        Indicators of the edition.

    Returns
    -------
    dict of str to str
        Reasons by indicator.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    cells, faults, _ = read_cells(path)
    file, columns = shown(path), ("indicator_id", "reason")
    if cells is None:
        raise InputError(faults)
    faults += [Fault(file, "the column is missing", 1, c) for c in columns if c not in cells]
    if faults:
        raise InputError(faults)
    for at, indicator, reason in cells[list(columns)].itertuples():
        if indicator not in ids:
            message = f"is not {INDICATOR}"
            faults.append(Fault(file, message, at + 2, columns[0], indicator, some(ids)))
        if not reason:
            message, allowed = "a blank is not allowed here", "why the two cannot be compared"
            faults.append(Fault(file, message, at + 2, columns[1], None, allowed))
    if faults:
        raise InputError(faults)
    return dict(zip(cells["indicator_id"], cells["reason"], strict=True))


def _slug(text: str, mark: str) -> str:
    return re.sub("[^a-z0-9]+", mark, text.lower()).strip(mark)


def _next_name(old: str, before: str, label: str) -> str:
    """Name the new edition: ``lbbd-open`` and ``lbbd-open-2015`` go on as ``lbbd-open-2016``."""
    return f"{old.removesuffix('-' + _slug(before, '-'))}-{_slug(label, '-')}"


def _next_ids(labels: Mapping[str, str]) -> dict[str, str]:
    """Say what each period is called from now on, the last one the baseline."""
    ids = {"current": "baseline"}
    if "baseline" in labels:
        stem = "y" + _slug(labels["baseline"], "_")
        while stem in labels:
            stem += "_"
        ids["baseline"] = stem
    return ids


def _refused(labels: Mapping[str, str], target: Path, label: str, name: str) -> list[Fault]:
    faults = []
    if not LABEL.fullmatch(label) or label in labels.values():
        message = "is a period of the edition already" if label in labels.values() else "is no name"
        allowed = "the label of a new period, such as 2015 or 2015/16: 4 to 40 letters or digits"
        faults.append(Fault("command line", message, None, "--period", label, allowed))
    elif (last := _when(labels["current"])) and _when(label) <= last:
        message, allowed = "is not after the last period", f"a year after {labels['current']}"
        faults.append(Fault("command line", message, None, "--period", label, allowed))
    if not NAME.fullmatch(name):
        faults.append(Fault("command line", "is no name", None, "--as", name, NAMED))
    elif target.exists():
        message, allowed = "is there already and is not overwritten", "another name, by --as"
        faults.append(Fault(shown(target), message, allowed=allowed))
    return faults


def _when(label: str) -> tuple[str, ...]:
    """Give a label's first year, by which labels are in order; empty where it has none."""
    year = re.search(r"(?<!\d)[12]\d{3}(?!\d)", label)
    return (year[0], label) if year else ()


def _renamed(cells: pd.DataFrame, ids: Mapping[str, str]) -> pd.DataFrame:
    return cells.assign(**{c: cells[c].replace(dict(ids)) for c in COLUMNS if c in cells})


def _rename_sources(folder: Path, ids: Mapping[str, str]) -> None:
    """Let what is asked of publishers follow: nothing is asked for the new period, all is due."""
    for path in folder.glob("*.yml"):
        text = PERIOD_KEY.sub(lambda key: ids.get(key[0], key[0]), path.read_text("utf-8-sig"))
        path.write_text(text, encoding="utf-8", newline="\n")
    for path in folder.glob("*.fetched.json"):
        path.unlink()


def _undated(cells: pd.DataFrame) -> pd.DataFrame:
    """Forget how far London moved: that was between the two periods before."""
    return cells.assign(**dict.fromkeys(OF_THE_PAIR, ""))


def _add_breaks(part: Path, breaks: Mapping[str, str]) -> None:
    rows = pd.DataFrame(
        [(i, "baseline", "current", why) for i, why in breaks.items()], columns=BREAKS
    )
    if rows.empty:
        return
    if not change_table(part, "breaks", lambda cells: pd.concat([cells, rows])):
        (part / "breaks.csv").write_text(csv_text(rows), encoding="utf-8", newline="\n")
